/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_GATE_H
#define WT_CORE_GATE_H

/*
 * Gates: what a project asks of work before it may land.
 *
 *	configuration -> wt_gates_load() -> const wt_gates     checked: needs, patterns, limits
 *	a gate's program ended -> wt_gate_judge(gate, what it left) -> wt_gate_result
 *
 * A gate judges a commit, in a worktree of its own where nobody else writes. It is a command, a
 * reviewing agent, or one of the checks built in, which start nothing. What it says depends on
 * nothing but the tree, the gate and its environment, so a pass is remembered by these three
 * (wt_gate_digest) and never asked for twice.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/json.h"
#include "wtorch/core/config.h"
#include "wtorch/core/task.h"
#include "wtorch/core/verdict.h"

enum wt_gate_when {
	WT_GATE_TASK = 1,   /* on the task's own commit */
	WT_GATE_MERGED = 2, /* on the merged tree, before the base moves */
	WT_GATE_BOTH = 3,
};

enum wt_gate_kind {
	WT_GATE_COMMAND,  /* a line for /bin/sh */
	WT_GATE_REVIEW,   /* an agent with a prompt; it answers a score */
	WT_GATE_OUTPUTS,  /* files that the task says it creates are in its tree */
	WT_GATE_CRITERIA, /* an agent says of each acceptance criterion whether it is met */
	WT_GATE_DOCS,     /* documentation changed when public files changed */
	WT_GATE_REGRESSION, /* a command that fails on the base with the changed tests, and passes
			     * on the work */
};

/* How its word is read. */
enum wt_gate_parse {
	WT_PARSE_EXIT,     /* exit status 0 */
	WT_PARSE_COVERAGE, /* any known report of line coverage, or NN% */
	WT_PARSE_SCORE,    /* {"score": 8, "findings": [...]}, score out of ten */
	WT_PARSE_JUNIT,    /* JUnit XML of tests */
	WT_PARSE_CRITERIA, /* {"criteria": [{"met": true, "why": "..."}]} in the task's order */
};

struct wt_gate {
	const char *name;
	enum wt_gate_kind kind;
	enum wt_gate_when when;
	enum wt_gate_parse parse;
	bool is_required;    /* else its word is shown and holds nothing up */
	const char *command; /* COMMAND, REGRESSION */
	const char *agent;   /* REVIEW, CRITERIA: name of an [agent] section */
	const char *prompt;  /* of those: a file of the project; NULL: the one we bring */
	const char *report;  /* file in its worktree that holds its word; NULL: its output */
	/* COVERAGE: extended regular expression whose group 1 is the percentage */
	const char *pattern;
	/* thousandths: of percent for coverage, of a point for a score; -1: none */
	int64_t min_milli;
	enum wt_gravity severity; /* a finding as bad or worse fails a score; NONE: none does */
	int64_t timeout_ms;
	/* DOCS: globs, NULL-terminated; REGRESSION: files, those of tests; NULL: what looks so */
	const char *const *files, *const *docs;
	size_t *needs; /* indexes into wt_gates.items; they stand before it */
	size_t n_needs;
};

/* In an order in which each stands behind what it needs; all in one arena, const once loaded. */
struct wt_gates {
	struct wt_gate *items;
	size_t n;
};

/* All [gate NAME] sections of the configuration. What is wrong with them (no command, two of
 * command, agent and check, an agent that does not exist, a circle in needs, a pattern that does
 * not compile) is an error in diags with the place of its key; wt_config_check calls this too. */
void wt_gates_load(struct wt_arena *a, const struct wt_config *config, struct wt_gates *out,
		   struct wt_diags *diags);
const struct wt_gate *wt_gates_find(const struct wt_gates *gates, const char *name);

/* The word for no gates in run.gates and template.*.gates; no gate has that name. */
#define WT_GATES_NONE "none"

/* Names of those that a task has to pass: those of its template, else run.gates, else all; those
 * that they need included; `outputs` only where it declares a file, `criteria` only where it has
 * some, `regression` only where it is listed by name or fixes a fault (then what needs them does
 * not wait for them). In the order of gates; NULL-terminated in
 * the arena. */
const char *const *wt_gates_of(struct wt_arena *a, const struct wt_gates *gates,
			       const struct wt_config *config, const struct wt_task *task,
			       size_t *n);

/*
 * The checks built in: changed paths of the task (sorted), and whether a path is in its tree.
 *
 * OUTPUTS: each path that the task declares, other than a glob or a folder, is in its tree. One
 * that the task took away was there before, so it is no output; one that it was to create and
 * did not is in neither.
 * DOCS: where a changed path matches files, a changed path matches docs.
 */
bool wt_gate_is_output(const struct wt_task_file *file);
struct wt_gate_change {
	const struct wt_task *task;
	const char *const *changed;
	size_t n_changed;
	bool (*is_in_tree)(void *arg, const char *path); /* a file, by its whole name */
	void *arg;
};
void wt_gate_check(struct wt_arena *a, const struct wt_gate *gate,
		   const struct wt_gate_change *change, struct wt_gate_result *result);

/*
 * REGRESSION: whether the changed path is one of a test; and the program that says which way it is,
 * in a worktree at the commit `with`: it also goes to `without`, which is the base with the changed
 * tests, and back. Both are ids, hex.
 */
bool wt_gate_is_test(const struct wt_gate *gate, const char *path);
const char *const *wt_gate_regression_argv(struct wt_arena *a, const struct wt_gate *gate,
					   const char *without, const char *with);

/* What stands for the gate and its environment in the memory of passes: everything of the gate,
 * and of what it needs, that can change its word. environment: a text that the engine makes of
 * what its programs see, such as variables; of REVIEW and CRITERIA the agent's configuration and
 * the prompt, too; of every kind but COMMAND the task, which it judges by. 64-bit, as 16 hex
 * digits, in the arena. */
const char *wt_gate_digest(struct wt_arena *a, const struct wt_gates *gates, size_t gate,
			   const char *environment);

/* What a fix round's prompt, or a review's, is told; Markdown, in the arena, size-bounded. */
const char *wt_gate_findings_text(struct wt_arena *a, const struct wt_gate *gate,
				  const struct wt_gate_result *result, struct wt_str log_tail);
/* The prompt of a review or of criteria: the one that we bring, or the project's template with
 * {title} {body} {files} {criteria} {diff} {base} {commit} {template} {focus} filled in. */
struct wt_gate_prompt {
	const struct wt_task *task;
	const char *base, *commit; /* ids, hex */
	const char *diff_stat;     /* one path a line */
	const char *focus;         /* of the task's template; NULL */
	const char *text;          /* the project's; NULL: ours */
};
WT_MUST_USE enum wt_code wt_gate_prompt_build(const struct wt_gate *gate,
					      const struct wt_gate_prompt *in, struct wt_buf *out,
					      struct wt_error *err);

const char *wt_gate_kind_name(enum wt_gate_kind k);
const char *wt_gate_when_name(enum wt_gate_when w);
#endif
