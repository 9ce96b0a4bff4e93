/* SPDX-License-Identifier: MIT */
/* The keys of the configuration: what exists, its type, range, default and meaning. */

#include <string.h>

#include "config_impl.h"

#define SECOND    INT64_C(1000)
#define MINUTE    (60 * SECOND)
#define DAY       (24 * 60 * MINUTE)
#define GIB       (INT64_C(1) << 30)
#define MILLION   INT64_C(1000000)
#define MAX_PRICE (100000 * MILLION) /* in millionths */

#define MODES    "parallel batch sequential"
#define POLICIES "serialise allow ask"

static const struct wt_section sections[] = {
	{ .name = "source", .help = "Where tasks are written when the command line does not say." },
	{ .name = "roadmap", .help = "How a roadmap is read, and what is written back to it." },
	{ .name = "plan", .help = "What is decided before anything starts." },
	{ .name = "run",
	  .help = "How a run goes: how many at once, what happens on failure, and "
		  "when the machine is busy enough." },
	{ .name = "agent",
	  .is_named = true,
	  .help = "A program that edits. Each has a section of its own, and a name: letters, "
		  "digits, '-' and '_', at most 40." },
	{ .name = "price",
	  .is_named = true,
	  .help = "What the tokens of a model cost, in dollars for a million, where its agent does "
		  "not tell. NAME is what the model's name begins with, '-' for any other "
		  "character than letters and digits: [price gpt-5-1] is of gpt-5.1-codex, too." },
	{ .name = "worktree", .help = "Where agents work, and what is made ready for them." },
	{ .name = "merge", .help = "How finished work gets into the base branch." },
	{ .name = "gate", .help = "What holds for all gates." },
	{ .name = "gate",
	  .is_named = true,
	  .help = "A check that work has to pass before it may land: a command, a reviewing agent, "
		  "or one that is built in. Without any, work is ungated." },
	{ .name = "clean", .help = "What is kept of that which is taken away." },
	{ .name = "target",
	  .help = "What the figures of a run should reach. `wtorch report` marks those that miss "
		  "it; nothing else depends on them." },
	{ .name = "template",
	  .is_named = true,
	  .help = "A way of working that a task asks for with \"Template: NAME\"." },
};

static const struct wt_key keys[] = {
	{ .name = "source.roadmap",
	  .type = WT_KEY_TEXT,
	  .example = "ROADMAP.md",
	  .help = "The roadmap, from the top of the repository; without it the first of "
		  "ROADMAP.md, docs/ROADMAP.md and docs/roadmap/ROADMAP.md that exists." },
	{ .name = "source.tasks",
	  .type = WT_KEY_LIST,
	  .example = "tasks.yaml",
	  .help = "Task files in YAML or JSON, from the top of the repository; read with the "
		  "roadmap, if that is set." },

	{ .name = "roadmap.keywords",
	  .type = WT_KEY_LIST,
	  .fallback = "PRIORITY US TASK BUG",
	  .help = "The words that make a heading a task, as in \"PRIORITY 65: Title\" and "
		  "\"US-065: Title\"; a bare number always does." },
	{ .name = "roadmap.status.planned",
	  .type = WT_KEY_TEXT,
	  .fallback = "📝 Planned",
	  .help = "The marker of a task that is to be done: an emoji, a word, or both." },
	{ .name = "roadmap.status.in_progress",
	  .type = WT_KEY_TEXT,
	  .fallback = "🔄 In Progress",
	  .help = "The marker of a task that somebody works on." },
	{ .name = "roadmap.status.completed",
	  .type = WT_KEY_TEXT,
	  .fallback = "✅ Complete",
	  .help = "The marker of a task that is done; it is written when a task has landed." },
	{ .name = "roadmap.status.failed",
	  .type = WT_KEY_TEXT,
	  .fallback = "❌ Failed",
	  .help = "The marker of a task that was given up." },
	{ .name = "roadmap.status.blocked",
	  .type = WT_KEY_TEXT,
	  .fallback = "⏸ Blocked",
	  .help = "The marker of a task that waits for something outside." },
	{ .name = "roadmap.completed",
	  .type = WT_KEY_ENUM,
	  .fallback = "none",
	  .choices = "none date",
	  .help = "What is written behind the marker of a completed task: nothing, or the day as "
		  "in \"✅ Complete (2026-01-31)\"." },
	{ .name = "roadmap.commit",
	  .type = WT_KEY_ENUM,
	  .fallback = "with_merge",
	  .choices = "with_merge separate no",
	  .help = "What is written to the task's source: the completed marker in the merge of the "
		  "task itself; with separate also that it is in progress or has failed, each in "
		  "a commit of its own on the base; or nothing." },

	{ .name = "plan.unknown",
	  .type = WT_KEY_ENUM,
	  .fallback = "parallel",
	  .choices = "parallel alone ask",
	  .help = "What to do with a task of which no file is known: run it beside the others, "
		  "or alone. Where nobody can be asked, \"ask\" is \"alone\"." },
	{ .name = "plan.conflicts",
	  .type = WT_KEY_ENUM,
	  .fallback = "serialise",
	  .choices = "serialise allow ask",
	  .help = "What to do with tasks that touch the same files: one after the other, or "
		  "together. Where nobody can be asked, \"ask\" is \"serialise\"." },
	{ .name = "plan.max_estimate",
	  .type = WT_KEY_DURATION,
	  .fallback = "0s",
	  .min = 0,
	  .max = 3650 * DAY,
	  .help = "A task that is estimated to take longer is named as one to split; 0 names only "
		  "those of three times the others." },
	{ .name = "plan.on_declared",
	  .type = WT_KEY_ENUM,
	  .fallback = "serialise",
	  .choices = POLICIES,
	  .help = "Whether tasks that meet in a file are kept apart when they declare it: "
		  "\"allow\" "
		  "shows it only. Where nobody can be asked, \"ask\" is \"serialise\", here and "
		  "in the next four." },
	{ .name = "plan.on_text",
	  .type = WT_KEY_ENUM,
	  .fallback = "serialise",
	  .choices = POLICIES,
	  .help = "The same for a file that the text of one of them names." },
	{ .name = "plan.on_symbol",
	  .type = WT_KEY_ENUM,
	  .fallback = "serialise",
	  .choices = POLICIES,
	  .help = "The same for a file that defines what the text of one of them names; this needs "
		  "universal-ctags." },
	{ .name = "plan.on_history",
	  .type = WT_KEY_ENUM,
	  .fallback = "allow",
	  .choices = POLICIES,
	  .help = "The same for a file that mostly changed together with one of theirs, which is "
		  "too weak to hold work up for." },
	{ .name = "plan.on_planner",
	  .type = WT_KEY_ENUM,
	  .fallback = "serialise",
	  .choices = POLICIES,
	  .help = "The same for a file, or a dependency, that the planner named." },
	{ .name = "plan.history",
	  .type = WT_KEY_INT,
	  .fallback = "500",
	  .min = 0,
	  .max = 20000,
	  .help = "How many recent commits are looked at for files that changed together; 0: "
		  "none." },
	{ .name = "plan.symbols",
	  .type = WT_KEY_BOOL,
	  .fallback = "yes",
	  .help = "Whether names of functions, types and the like in the text of tasks are looked "
		  "up in the code; this needs universal-ctags." },
	{ .name = "plan.planner",
	  .type = WT_KEY_COMMAND,
	  .is_user_only = true,
	  .example = "my-planner --json",
	  .help = "A command that is given the tasks as JSON on its standard input and answers "
		  "with the files and dependencies of each; asked by `run`, and by `plan "
		  "--planner`. Not read from a project's file: a repository that was cloned must "
		  "not make a plan run anything." },
	{ .name = "plan.planner_timeout",
	  .type = WT_KEY_DURATION,
	  .fallback = "5m",
	  .min = SECOND,
	  .max = 60 * MINUTE,
	  .help = "After that the planner is ended, and the plan does without." },
	{ .name = "plan.scope",
	  .type = WT_KEY_ENUM,
	  .fallback = "warn",
	  .choices = "warn keep off",
	  .help = "What to do with a change outside the files that the task declared: land it "
		  "with a warning, keep it back, or land it in silence." },

	{ .name = "run.agent",
	  .type = WT_KEY_TEXT,
	  .example = "NAME",
	  .help = "The agent of tasks that name none; needed when there is more than one [agent] "
		  "section." },
	{ .name = "run.template",
	  .type = WT_KEY_TEXT,
	  .example = "NAME",
	  .help = "The template of tasks that name none; without it they have none." },
	{ .name = "run.jobs",
	  .type = WT_KEY_INT,
	  .fallback = "3",
	  .min = 1,
	  .max = 256,
	  .help = "How many agents work at the same time." },
	{ .name = "run.mode",
	  .type = WT_KEY_ENUM,
	  .fallback = "parallel",
	  .choices = MODES,
	  .help = "Start each task as soon as it can, wave after wave, or one by one." },
	{ .name = "run.base",
	  .type = WT_KEY_TEXT,
	  .example = "main",
	  .help = "The branch that tasks start from and land in; without it the current one." },
	{ .name = "run.retries",
	  .type = WT_KEY_INT,
	  .fallback = "1",
	  .min = 0,
	  .max = 100,
	  .help = "How often a failed task is tried again." },
	{ .name = "run.retry_pause",
	  .type = WT_KEY_DURATION,
	  .fallback = "5s",
	  .min = 0,
	  .max = 5 * MINUTE,
	  .help = "The pause before the first retry; it doubles each time, up to 5 minutes." },
	{ .name = "run.keep_going",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 100000,
	  .help = "After so many failed tasks nothing new starts; 0 goes on with all that does "
		  "not depend on them." },
	{ .name = "run.success_threshold",
	  .type = WT_KEY_INT,
	  .fallback = "100",
	  .min = 0,
	  .max = 100,
	  .help = "The percentage of tasks that have to succeed for exit status 0." },
	{ .name = "run.cpu_max",
	  .type = WT_KEY_INT,
	  .fallback = "80",
	  .min = 1,
	  .max = 100,
	  .help = "Above this percentage of CPU (mean of 5 seconds), or of pressure on it, nothing "
		  "new starts. 100: however busy the machine is." },
	{ .name = "run.cpu_start",
	  .type = WT_KEY_INT,
	  .fallback = "60",
	  .min = 1,
	  .max = 100,
	  .help = "Once CPU was above cpu_max, it has to fall below this before the next start." },
	{ .name = "run.memory_max",
	  .type = WT_KEY_INT,
	  .fallback = "80",
	  .min = 1,
	  .max = 100,
	  .help = "Above this percentage of memory nothing new starts." },
	{ .name = "run.memory_start",
	  .type = WT_KEY_INT,
	  .fallback = "60",
	  .min = 1,
	  .max = 100,
	  .help = "Once memory was above memory_max, it has to fall below this before the next "
		  "start." },
	{ .name = "run.load_max",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 10000,
	  .help = "Above this load average nothing new starts; 0 does not look at it." },
	{ .name = "run.interval",
	  .type = WT_KEY_DURATION,
	  .fallback = "10s",
	  .min = 100,
	  .max = 10 * MINUTE,
	  .help = "How often load and progress are looked at." },
	{ .name = "run.same_failure",
	  .type = WT_KEY_INT,
	  .fallback = "3",
	  .min = 0,
	  .max = 1000,
	  .help = "After so many failures in a row for one and the same reason nothing new "
		  "starts; 0 does not count them." },
	{ .name = "run.gates",
	  .type = WT_KEY_LIST,
	  .example = "tests review",
	  .help = "The gates of tasks whose template names none; those that they need belong to "
		  "them. Without it all there are; \"none\" alone is none." },
	{ .name = "run.require_gates",
	  .type = WT_KEY_BOOL,
	  .fallback = "no",
	  .help = "Land no change that no required gate has judged." },

	{ .name = "agent.*.kind",
	  .type = WT_KEY_ENUM,
	  .fallback = "generic",
	  .choices = "claude codex gemini qwen opencode cline aider generic",
	  .help = "Which program it is: how it is started, what it needs of your environment and "
		  "how it tells its progress are then known; \"generic\" is any command." },
	{ .name = "agent.*.command",
	  .type = WT_KEY_COMMAND,
	  .example = "my-agent --prompt-file {prompt_file}",
	  .help = "The program and its arguments, where the kind has none or you want others. "
		  "Filled in are {prompt}, {prompt_file}, {worktree}, {branch}, {id}, {title} and "
		  "{model}." },
	{ .name = "agent.*.events",
	  .type = WT_KEY_ENUM,
	  .choices = "text claude codex gemini opencode cline",
	  .example = "claude",
	  .help = "Whose events its output is read as, for tokens, cost and its last word; "
		  "without it those of its kind, and \"text\" where a command is set." },
	{ .name = "agent.*.auto_approve",
	  .type = WT_KEY_BOOL,
	  .fallback = "no",
	  .help = "Start the program of a kind so that it may do all it wants without asking. "
		  "Those that would ask cannot work without it, because nobody is there to "
		  "answer." },
	{ .name = "agent.*.shell",
	  .type = WT_KEY_BOOL,
	  .fallback = "no",
	  .help = "Hand the command to /bin/sh as one line; what is filled in stays one word." },
	{ .name = "agent.*.stdin",
	  .type = WT_KEY_ENUM,
	  .fallback = "prompt",
	  .choices = "prompt none",
	  .help = "What it reads from standard input: the prompt, or nothing." },
	{ .name = "agent.*.env",
	  .type = WT_KEY_LIST,
	  .example = "API_KEY LEVEL=2",
	  .help = "Variables that it gets besides the usual few: NAME (or NAME_*) hands on your "
		  "own, NAME=value sets one." },
	{ .name = "agent.*.prompt",
	  .type = WT_KEY_TEXT,
	  .example = "docs/prompt.md",
	  .help = "A file of the repository that is the prompt, with {title}, {body}, {files}, "
		  "{criteria} and others filled in; without it wtorch writes one." },
	{ .name = "agent.*.model",
	  .type = WT_KEY_TEXT,
	  .example = "large",
	  .help = "The value of {model} for tasks that name none." },
	{ .name = "agent.*.jobs",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 256,
	  .help = "How many of this agent work at the same time; 0 leaves it to run.jobs." },
	{ .name = "agent.*.mode",
	  .type = WT_KEY_ENUM,
	  .choices = MODES,
	  .example = "sequential",
	  .help = "As run.mode, among the tasks of this agent; the stricter of the two holds." },
	{ .name = "agent.*.timeout",
	  .type = WT_KEY_DURATION,
	  .fallback = "30m",
	  .min = 100,
	  .max = 7 * DAY,
	  .help = "How long one attempt may take." },
	{ .name = "agent.*.grace",
	  .type = WT_KEY_DURATION,
	  .fallback = "10s",
	  .min = 0,
	  .max = 10 * MINUTE,
	  .help = "How long it may take to end when it is told to, before it is killed." },
	{ .name = "agent.*.silence",
	  .type = WT_KEY_DURATION,
	  .fallback = "0s",
	  .min = 0,
	  .max = 7 * DAY,
	  .help = "How long it may write nothing, change no file and need no CPU, with all that "
		  "it started, before it is ended as stalled; 0 does not look at it." },
	{ .name = "agent.*.final",
	  .type = WT_KEY_TEXT,
	  .example = "ALL DONE",
	  .help = "Text of its last word: once it stands in the output, the grace passes, and "
		  "then whatever still runs is ended, unless it clearly works on; the work counts "
		  "as done." },
	{ .name = "agent.*.memory_max",
	  .type = WT_KEY_SIZE,
	  .fallback = "0",
	  .min = 0,
	  .max = 65536 * GIB,
	  .help = "How much memory it may use with all that it started, as 2G; above that it "
		  "is ended. 0 sets no limit." },
	{ .name = "agent.*.cpu_max",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 1000000,
	  .help = "How much CPU it may use with all that it started, in percent of one core: 150 "
		  "is one and a half. Kept only where `wtorch doctor` shows a cgroup. 0 sets no "
		  "limit." },
	{ .name = "agent.*.pids_max",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 4194304,
	  .help = "How many processes and threads it may have; 0 sets no limit." },
	{ .name = "agent.*.open_files",
	  .type = WT_KEY_INT,
	  .fallback = "0",
	  .min = 0,
	  .max = 1048576,
	  .help = "How many files each of its processes may have open; 0 leaves what you "
		  "have." },

	{ .name = "price.*.input",
	  .type = WT_KEY_DECIMAL,
	  .max = MAX_PRICE,
	  .example = "1.25",
	  .help = "A million tokens of input." },
	{ .name = "price.*.output",
	  .type = WT_KEY_DECIMAL,
	  .max = MAX_PRICE,
	  .example = "10",
	  .help = "A million tokens of output." },
	{ .name = "price.*.cached",
	  .type = WT_KEY_DECIMAL,
	  .max = MAX_PRICE,
	  .example = "0.125",
	  .help = "A million tokens of input that came from a cache; without it as input." },

	{ .name = "worktree.path",
	  .type = WT_KEY_TEXT,
	  .fallback = "../{repo}-wt{id}",
	  .help = "Where the worktree of a task is made, from the top of the repository; with "
		  "{repo}, {id}, {slug}, {run}, {base} and {attempt}." },
	{ .name = "worktree.branch",
	  .type = WT_KEY_TEXT,
	  .fallback = "wtorch/{id}-{slug}",
	  .help = "The branch of a task; the same words, and {id:03} for a number of three "
		  "digits." },
	{ .name = "worktree.setup",
	  .type = WT_KEY_COMMAND,
	  .example = "npm ci",
	  .help = "A line for /bin/sh that is run in each new worktree before its agent "
		  "starts." },
	{ .name = "worktree.setup_timeout",
	  .type = WT_KEY_DURATION,
	  .fallback = "10m",
	  .min = 100,
	  .max = DAY,
	  .help = "How long the setup command may take." },
	{ .name = "worktree.include",
	  .type = WT_KEY_TEXT,
	  .fallback = ".worktreeinclude",
	  .help = "A file with patterns of ignored files (.env and the like) that are copied "
		  "into each new worktree." },
	{ .name = "worktree.ports",
	  .type = WT_KEY_INT,
	  .fallback = "10",
	  .min = 0,
	  .max = 1000,
	  .help = "How many network ports each task has to itself; WTORCH_PORT is the first." },
	{ .name = "worktree.hooks",
	  .type = WT_KEY_BOOL,
	  .fallback = "yes",
	  .help = "Run git's post-checkout hook in new worktrees." },
	{ .name = "worktree.max_file",
	  .type = WT_KEY_SIZE,
	  .fallback = "10M",
	  .min = 1,
	  .max = 100 * GIB,
	  .help = "A task whose agent left or committed a larger file is kept back." },

	{ .name = "merge.auto",
	  .type = WT_KEY_BOOL,
	  .fallback = "yes",
	  .help = "Merge what is finished; \"no\" leaves it to `wtorch merge`." },
	{ .name = "merge.style",
	  .type = WT_KEY_ENUM,
	  .fallback = "merge",
	  .choices = "merge squash rebase",
	  .help = "A merge commit, one commit, or the task's own commits on top of the base." },
	{ .name = "merge.strategy",
	  .type = WT_KEY_ENUM,
	  .fallback = "manual",
	  .choices = "manual first_wins last_wins",
	  .help = "What becomes of a conflict: it waits for a person, or each hunk is decided for "
		  "what landed first, or for the task that lands last. What loses is kept under "
		  "refs/wtorch/keep/ and reported." },
	{ .name = "merge.protect",
	  .type = WT_KEY_LIST,
	  .example = "main release/*",
	  .help = "Branches that nothing is merged into, by name or glob; not set, there are none. "
		  "A run on one of them wants --no-merge." },
	{ .name = "merge.hooks",
	  .type = WT_KEY_BOOL,
	  .fallback = "yes",
	  .help = "Run git's hooks pre-merge-commit, prepare-commit-msg and commit-msg over what "
		  "lands, where they are there." },
	{ .name = "merge.hook_timeout",
	  .type = WT_KEY_DURATION,
	  .fallback = "5m",
	  .min = 100,
	  .max = DAY,
	  .help = "How long such a hook may take; the run waits for it." },
	{ .name = "merge.wait",
	  .type = WT_KEY_DURATION,
	  .fallback = "1m",
	  .max = DAY,
	  .help = "How long a run waits at its end for a checkout of the base that is busy." },

	{ .name = "gate.max_rounds",
	  .type = WT_KEY_INT,
	  .fallback = "3",
	  .min = 0,
	  .max = 100,
	  .help = "How often an agent is given what gates found and works on, before the task is "
		  "kept for a person." },
	{ .name = "gate.timeout",
	  .type = WT_KEY_DURATION,
	  .fallback = "20m",
	  .min = 100,
	  .max = 7 * DAY,
	  .help = "How long a gate may take that does not say otherwise." },
	{ .name = "gate.*.command",
	  .type = WT_KEY_COMMAND,
	  .example = "make test",
	  .help = "A line for /bin/sh that is run in a worktree at the commit that is judged." },
	{ .name = "gate.*.agent",
	  .type = WT_KEY_TEXT,
	  .example = "NAME",
	  .help = "The agent that reviews the commit and answers with a score, or, with check = "
		  "criteria, says which criteria are met." },
	{ .name = "gate.*.check",
	  .type = WT_KEY_ENUM,
	  .choices = "outputs criteria docs",
	  .example = "outputs",
	  .help = "A check that is built in: the files that the task is to create are there; each "
		  "acceptance criterion is met; documentation changed where public files did." },
	{ .name = "gate.*.prompt",
	  .type = WT_KEY_TEXT,
	  .example = "docs/review.md",
	  .help = "A file of the repository that is the reviewing agent's prompt, with {title}, "
		  "{body}, {files}, {criteria}, {diff}, {base}, {commit}, {template} and {focus} "
		  "filled in; without it wtorch writes one." },
	{ .name = "gate.*.when",
	  .type = WT_KEY_ENUM,
	  .fallback = "task",
	  .choices = "task merged both",
	  .help = "What it judges: the task's own commit, what comes of merging it before the base "
		  "moves, or both." },
	{ .name = "gate.*.needs",
	  .type = WT_KEY_LIST,
	  .example = "build",
	  .help = "Gates that have to pass before this one begins." },
	{ .name = "gate.*.parse",
	  .type = WT_KEY_ENUM,
	  .fallback = "exit",
	  .choices = "exit coverage score junit",
	  .help = "How the word of a command is read: exit status 0, a report of coverage, a score "
		  "with findings as JSON, or JUnit XML. A reviewing agent always gives a score." },
	{ .name = "gate.*.report",
	  .type = WT_KEY_TEXT,
	  .example = "build/coverage.xml",
	  .help = "The file below its worktree that holds its word; without it that is its output." },
	{ .name = "gate.*.pattern",
	  .type = WT_KEY_TEXT,
	  .example = "^Lines covered: ([0-9.]+)",
	  .help = "With parse = coverage: an extended regular expression whose first group is the "
		  "percentage, in a line of a report that wtorch does not know." },
	{ .name = "gate.*.min",
	  .type = WT_KEY_DECIMAL,
	  .min = 0,
	  .max = 100 * WT_MILLION,
	  .example = "85",
	  .help = "The least percentage of lines covered (85 where it is not set), or the least "
		  "score out of ten (7)." },
	{ .name = "gate.*.severity",
	  .type = WT_KEY_ENUM,
	  .fallback = "high",
	  .choices = "none info low medium high critical",
	  .help = "With a score: a finding as bad as this, or worse, fails it whatever the score; "
		  "none: the score alone counts." },
	{ .name = "gate.*.timeout",
	  .type = WT_KEY_DURATION,
	  .min = 100,
	  .max = 7 * DAY,
	  .example = "10m",
	  .help = "How long it may take; without it as [gate] says." },
	{ .name = "gate.*.required",
	  .type = WT_KEY_BOOL,
	  .fallback = "yes",
	  .help = "Whether work is held back that it does not pass; with no, what it says is only "
		  "shown." },
	{ .name = "gate.*.files",
	  .type = WT_KEY_LIST,
	  .example = "include/** src/api/**",
	  .help = "With check = docs: the public files, as paths or globs." },
	{ .name = "gate.*.docs",
	  .type = WT_KEY_LIST,
	  .example = "docs/** README.md",
	  .help = "With check = docs: the documentation of which something has to change when a "
		  "public file did." },

	{ .name = "clean.keep_days",
	  .type = WT_KEY_INT,
	  .fallback = "30",
	  .min = 0,
	  .max = 36500,
	  .help = "For how many days `wtorch undo` can bring back what was taken away; 0 is for "
		  "ever." },
	{ .name = "clean.keep_ignored",
	  .type = WT_KEY_LIST,
	  .example = ".env *.local",
	  .help = "Patterns, as in a .gitignore, of ignored files that are kept with the "
		  "uncommitted ones." },
	{ .name = "clean.disk_budget",
	  .type = WT_KEY_SIZE,
	  .min = 1,
	  .max = 1024 * GIB * 1024,
	  .example = "20G",
	  .help = "When worktrees, trash and keep refs take more than this together, run and "
		  "clean say so, and what could go." },

	{ .name = "target.parallelization_rate",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "0.8",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The share of a run in which at least two agents were at work, at least." },
	{ .name = "target.agent_utilization",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "0.9",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The time that agents worked, of the time that so many at once could have "
		  "worked, at least." },
	{ .name = "target.gate_coverage",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "1",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The share of tasks with changes whose required gates all ran, at least." },
	{ .name = "target.first_pass_rate",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "0.9",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The share of tasks that land with their first attempt, at least." },
	{ .name = "target.merge_rate",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "0.9",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The share of tasks that land, at least." },
	{ .name = "target.failure_rate",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "0.1",
	  .min = 0,
	  .max = WT_MILLION,
	  .help = "The share of tasks that fail, time out or are kept: below this." },
	{ .name = "target.speedup",
	  .type = WT_KEY_DECIMAL,
	  .fallback = "1",
	  .min = 0,
	  .max = 1000 * WT_MILLION,
	  .help = "How many times as fast as one task after the other: more than this." },
	{ .name = "target.planning",
	  .type = WT_KEY_DURATION,
	  .fallback = "60s",
	  .min = 0,
	  .max = 365 * DAY,
	  .help = "How long planning takes, at most." },
	{ .name = "target.launch",
	  .type = WT_KEY_DURATION,
	  .fallback = "10s",
	  .min = 0,
	  .max = 365 * DAY,
	  .help = "How long it takes from the start until as many agents of the first wave work as "
		  "run.jobs allows, at most." },
	{ .name = "target.integration",
	  .type = WT_KEY_DURATION,
	  .fallback = "30s",
	  .min = 0,
	  .max = 365 * DAY,
	  .help = "How long all landings take together, at most." },

	{ .name = "template.*.prompt",
	  .type = WT_KEY_TEXT,
	  .example = "docs/bugfix.md",
	  .help = "As in [agent NAME], for tasks of this template." },
	{ .name = "template.*.agent",
	  .type = WT_KEY_TEXT,
	  .example = "NAME",
	  .help = "The agent of tasks of this template that name none." },
	{ .name = "template.*.gates",
	  .type = WT_KEY_LIST,
	  .example = "tests",
	  .help = "As run.gates, for tasks of this template." },
	{ .name = "template.*.mode",
	  .type = WT_KEY_ENUM,
	  .choices = MODES,
	  .example = "sequential",
	  .help = "As run.mode, among the tasks of this template; the stricter of the two holds." },
};

const char *const wt_config_path_words[] = { "repo", "id", "slug", "run", "base", "attempt", NULL };
const char *const wt_config_command_words[] = { "prompt", "prompt_file", "worktree", "branch",
						"id",     "title",       "model",    NULL };

const struct wt_key *wt_config_keys(size_t *n)
{
	*n = sizeof keys / sizeof keys[0];
	return keys;
}

const struct wt_section *wt_config_sections(size_t *n)
{
	*n = sizeof sections / sizeof sections[0];
	return sections;
}

const struct wt_section *wt_section_find(struct wt_str name, bool is_named)
{
	const struct wt_section *found = NULL;

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		if (wt_str_is(name, sections[i].name) &&
		    (!found || sections[i].is_named == is_named))
			found = &sections[i];
	}
	return found;
}

const char *wt_key_base(const struct wt_key *def)
{
	const char *base = strchr(def->name, '.') + 1;

	return strncmp(base, "*.", 2) == 0 ? base + 2 : base;
}

const struct wt_key *wt_key_find(const struct wt_section *section, struct wt_str key)
{
	size_t len = strlen(section->name);

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (strncmp(keys[i].name, section->name, len) == 0 && keys[i].name[len] == '.' &&
		    (keys[i].name[len + 1] == '*') == section->is_named &&
		    wt_str_is(key, wt_key_base(&keys[i])))
			return &keys[i];
	}
	return NULL;
}
