/* SPDX-License-Identifier: MIT */
/* wtorch init: a first .wtorch.ini with what can be found out. */

#include <string.h>

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/settings.h"

static const struct wt_opt rows[] = {
	{ .name = "dry-run", .letter = 'n', .help = "show the file and write nothing" },
	{ .name = "force", .letter = 'f', .help = "replace the file that is there" },
};

/*
 * How the agents that we know are started without a person: the prompt comes from standard
 * input where the program can read it there, because a command line is limited in length and
 * everybody on the machine can read it.
 */
static const struct {
	const char *name; /* of the program and of the section */
	const char *note; /* a comment; NULL: none */
	const char *command;
	bool is_stdin_unused;
	const char *env;
} agents[] = {
	{ .name = "claude",
	  .note = "It may edit files. To let it run commands too, add for example\n"
		  "; --allowedTools \"Bash(make *)\"",
	  .command =
		  "claude -p --permission-mode acceptEdits --output-format stream-json --verbose",
	  .env = "ANTHROPIC_* CLAUDE_CONFIG_DIR" },
	{ .name = "codex",
	  .command = "codex exec --json -s workspace-write -",
	  .env = "CODEX_HOME OPENAI_API_KEY" },
	{ .name = "gemini",
	  .command = "gemini --skip-trust --yolo -o stream-json",
	  .env = "GEMINI_* GOOGLE_*" },
	{ .name = "qwen",
	  .command = "qwen --yolo --output-format stream-json",
	  .env = "OPENAI_* DASHSCOPE_API_KEY" },
	{ .name = "opencode",
	  .note = "What it may do without asking stands in its own configuration.",
	  .command = "opencode run --format json",
	  .env = "OPENCODE_* ANTHROPIC_API_KEY OPENAI_API_KEY" },
	{ .name = "cline",
	  .note = "It takes its prompt as an argument only.",
	  .command = "cline --json {prompt}",
	  .is_stdin_unused = true },
	{ .name = "aider",
	  .note = "Its files .aider* are best listed in .gitignore.",
	  .command = "aider --yes-always --no-auto-commits --no-gitignore --message-file "
		     "{prompt_file}",
	  .is_stdin_unused = true,
	  .env = "ANTHROPIC_API_KEY OPENAI_API_KEY" },
};

#define N_AGENTS (sizeof agents / sizeof *agents)

/* What a file at the top of the checkout says about the project. */
static const struct {
	const char *file, *text, *command;
} test_commands[] = {
	{ "Makefile", "\ntest:", "make test" },
	{ "package.json", "\"test\"", "npm test" },
	{ "Cargo.toml", "", "cargo test" },
	{ "go.mod", "", "go test ./..." },
	{ "pyproject.toml", "pytest", "pytest" },
	{ "CMakePresets.json", "\"testPresets\"", "ctest --preset NAME" },
}, setup_commands[] = {
	{ "package-lock.json", "", "npm ci" },
	{ "pnpm-lock.yaml", "", "pnpm install --frozen-lockfile" },
	{ "yarn.lock", "", "yarn install --frozen-lockfile" },
	{ "uv.lock", "", "uv sync" },
};

struct found {
	bool agents[N_AGENTS];
	size_t n_agents;
	const char *roadmap;
	const char *base;
	const char *test, *setup; /* NULL: not found out */
};

static bool is_file(const struct wt_cli *cli, const char *name)
{
	struct wt_file_info info;
	struct wt_error ignored;
	struct wt_arena a = { 0 };
	const struct wt_fs *fs = cli->ports->fs;
	const char *path = wt_path_join(&a, cli->ports->git->repo.top, name);
	bool is = fs->stat(fs->self, path, &info, &ignored) == WT_OK &&
		  (info.kind == WT_FILE_REGULAR || info.kind == WT_FILE_LINK);

	wt_arena_clear(&a);
	return is;
}

static bool has_text(const struct wt_cli *cli, const char *name, const char *text)
{
	struct wt_buf content = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_arena a = { 0 };
	const struct wt_fs *fs = cli->ports->fs;
	const char *path = wt_path_join(&a, cli->ports->git->repo.top, name);
	bool has = fs->read(fs->self, path, 1u << 20, &content, &ignored) == WT_OK &&
		   strstr(content.data, text);

	wt_buf_clear(&content);
	wt_arena_clear(&a);
	return has;
}

static void find_all(struct wt_cli *cli, struct found *f)
{
	static const char *const places[] = { "ROADMAP.md", "docs/ROADMAP.md",
					      "docs/roadmap/ROADMAP.md" };
	const struct wt_proc *proc = cli->ports->proc;
	struct wt_error ignored;

	for (size_t i = 0; i < N_AGENTS; i++) {
		struct wt_buf path = WT_BUF_INIT;

		f->agents[i] = proc->find(proc->self, agents[i].name, &path, &ignored) == WT_OK;
		f->n_agents += f->agents[i];
		wt_buf_clear(&path);
	}
	for (size_t i = 0; !f->roadmap && i < sizeof places / sizeof *places; i++)
		if (is_file(cli, places[i]))
			f->roadmap = places[i];
	f->base = cli->ports->git->repo.head_branch;
	for (size_t i = 0; !f->test && i < sizeof test_commands / sizeof *test_commands; i++)
		if (has_text(cli, test_commands[i].file, test_commands[i].text))
			f->test = test_commands[i].command;
	for (size_t i = 0; !f->setup && i < sizeof setup_commands / sizeof *setup_commands; i++)
		if (is_file(cli, setup_commands[i].file))
			f->setup = setup_commands[i].command;
}

/* the file */

static void put_agent(size_t i, struct wt_buf *out)
{
	wt_buf_printf(out, "[agent %s]\n", agents[i].name);
	if (agents[i].note)
		wt_buf_printf(out, "; %s\n", agents[i].note);
	wt_buf_printf(out, "command = %s\n", agents[i].command);
	if (agents[i].is_stdin_unused)
		wt_buf_puts(out, "stdin = none\n");
	if (agents[i].env)
		wt_buf_printf(out,
			      "; Of your environment it gets PATH, HOME and the like, and these:\n"
			      "env = %s\n",
			      agents[i].env);
	wt_buf_puts(out, ";timeout = 30m\n\n");
}

static void put_agents(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out,
		    "; Agents. {prompt}, {prompt_file}, {worktree}, {branch}, {id}, {title} and "
		    "{model} are\n"
		    "; filled in; the prompt also comes on standard input.\n");
	for (size_t i = 0; i < N_AGENTS; i++)
		if (f->agents[i])
			put_agent(i, out);
	if (!f->n_agents)
		wt_buf_puts(out, "; None was found. Take the ';' away and name your own:\n"
				 ";[agent mine]\n"
				 ";command = my-agent --prompt-file {prompt_file}\n\n");
}

static void put_run(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "[run]\n"
			 "; How many agents work at the same time.\n"
			 "jobs = 3\n"
			 "; The branch that tasks start from and land in.\n");
	wt_buf_printf(out, f->base ? "base = %s\n" : ";base = %s\n", f->base ? f->base : "main");
	for (size_t i = 0; f->n_agents && i < N_AGENTS; i++) {
		if (!f->agents[i])
			continue;
		wt_buf_printf(out, "; The agent of tasks that name none.\nagent = %s\n",
			      agents[i].name);
		break;
	}
	wt_buf_putc(out, '\n');
}

static void render(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "; wtorch: how agents work on this repository. Commit this file. All keys "
			 "are in\n"
			 "; wtorch.ini(5); what is not set here has its default.\n\n"
			 "[source]\n"
			 "; Where the tasks are written.\n");
	wt_buf_printf(out, f->roadmap ? "roadmap = %s\n\n" : ";roadmap = %s\n\n",
		      f->roadmap ? f->roadmap : "ROADMAP.md");
	put_run(f, out);
	put_agents(f, out);
	wt_buf_puts(out, "[worktree]\n"
			 "; What makes a new worktree ready to work in.\n");
	wt_buf_printf(out, ";setup = %s\n", f->setup ? f->setup : "./configure");
	wt_buf_puts(out, "; A file with patterns of ignored files that are copied into it.\n"
			 ";include = .worktreeinclude\n\n"
			 "[merge]\n"
			 "; With \"no\" nothing is merged until you say: wtorch merge TASK\n"
			 ";auto = yes\n\n");
	wt_buf_printf(out,
		      "; The project's tests%s. This version does not run them itself: tell your\n"
		      "; agents to, where they look for such things (AGENTS.md and the like):\n"
		      ";\t%s\n",
		      f->test ? "" : " were not found", f->test ? f->test : "make test");
}

/* the command */

static enum wt_code write_file(struct wt_cli *cli, struct wt_str text, struct wt_error *err)
{
	const struct wt_fs *fs = cli->ports->fs;
	const char *path =
		wt_path_join(&cli->arena, cli->ports->git->repo.top, WT_SETTINGS_PROJECT);
	enum wt_code rc = fs->create(fs->self, path, text, err);

	if (rc != WT_E_EXISTS)
		return rc;
	if (wt_args_has(&cli->args, "force"))
		return fs->replace(fs->self, path, text, err);
	wt_fail(err, rc, "there is a %s already", WT_SETTINGS_PROJECT);
	return wt_hint(err, "wtorch init -n shows what it would be, wtorch init -f replaces it");
}

static void say_found(struct wt_cli *cli, const struct found *f)
{
	struct wt_buf names = WT_BUF_INIT;

	for (size_t i = 0; i < N_AGENTS; i++)
		if (f->agents[i])
			wt_buf_printf(&names, "%s%s", names.len ? ", " : "", agents[i].name);
	wt_ui_say(&cli->ui, "wrote %s: agents %s; roadmap %s; base %s", WT_SETTINGS_PROJECT,
		  names.len ? names.data : "none", f->roadmap ? f->roadmap : "none",
		  f->base ? f->base : "none");
	wt_buf_clear(&names);
}

static int init_run(struct wt_cli *cli, struct wt_error *err)
{
	struct found f = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	bool is_dry = wt_args_has(&cli->args, "dry-run");
	enum wt_code rc = wt_cli_want_words(cli, 0, 0, err);

	if (!rc) {
		find_all(cli, &f);
		render(&f, &text);
		if (is_dry)
			wt_ui_answer(&cli->ui, (struct wt_str){ text.data, text.len });
		else
			rc = write_file(cli, (struct wt_str){ text.data, text.len }, err);
	}
	wt_buf_clear(&text);
	if (rc)
		return -1;
	if (!is_dry)
		say_found(cli, &f);
	if (!f.n_agents)
		wt_ui_warn(&cli->ui, "no agent was found on PATH: name one in [agent NAME]");
	if (!is_dry)
		wt_ui_hint(&cli->ui, "wtorch doctor");
	return 0;
}

const struct wt_command wt_cmd_init = {
	.name = "init",
	.summary = "write a first .wtorch.ini",
	.usage = "",
	.about = "Writes a commented .wtorch.ini at the top of the checkout, with the agents that "
		 "are on PATH, the roadmap and the current branch.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = init_run,
};
