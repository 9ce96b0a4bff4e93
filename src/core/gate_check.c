/* SPDX-License-Identifier: MIT */
/* The checks that are built in: outputs, and documentation that changes with what is public. */

#include <string.h>

#include "judging.h"
#include "wtorch/base/path.h"

#define MAX_PATH 300u

static bool is_changed(const struct wt_gate_change *change, const char *path)
{
	size_t low = 0, high = change->n_changed;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(change->changed[middle], path);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void add_finding(struct wt_judging *j, const char *path, const char *message)
{
	struct wt_gate_finding *f = wt_judging_add(j);

	if (!f)
		return;
	f->severity = WT_GRAVITY_HIGH;
	f->path = wt_judging_line(j->arena, wt_str_of(path), MAX_PATH);
	f->message = message;
}

static void check_outputs(struct wt_judging *j, const struct wt_gate_change *change)
{
	const struct wt_task *task = change->task;
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < task->n_files; i++) {
		const char *path = task->files[i].path;

		if (!wt_gate_is_output(&task->files[i]) || change->is_in_tree(change->arg, path) ||
		    is_changed(change, path))
			continue;
		add_finding(j, path, "the task says that it is there, and it is not");
		first = first ? first : path;
		n++;
	}
	if (n)
		wt_judging_say(j, WT_SAYS_FAIL, "'%s'%s is not there", first,
			       n > 1 ? ", and more," : "");
}

static bool matches(const char *const *globs, const char *path)
{
	for (; globs && *globs; globs++) {
		if (wt_glob_matches(*globs, path))
			return true;
	}
	return false;
}

static void check_docs(struct wt_judging *j, const struct wt_gate_change *change)
{
	const char *first = NULL;

	for (size_t i = 0; i < change->n_changed; i++) {
		if (matches(j->gate->docs, change->changed[i]))
			return;
	}
	for (size_t i = 0; i < change->n_changed; i++) {
		const char *path = change->changed[i];

		if (!matches(j->gate->files, path))
			continue;
		add_finding(j, path, "it is public and changed, and no documentation did");
		first = first ? first : path;
	}
	if (first)
		wt_judging_say(j, WT_SAYS_FAIL, "'%s' changed, and no documentation did", first);
}

void wt_gate_check(struct wt_arena *a, const struct wt_gate *gate,
		   const struct wt_gate_change *change, struct wt_gate_result *result)
{
	struct wt_judging j = { .arena = a, .gate = gate, .result = result };

	*result = WT_GATE_RESULT_INIT;
	result->verdict = WT_SAYS_PASS;
	if (gate->kind == WT_GATE_OUTPUTS)
		check_outputs(&j, change);
	else if (gate->kind == WT_GATE_DOCS)
		check_docs(&j, change);
	else
		wt_judging_say(&j, WT_SAYS_ERROR, "this check is not built in");
}
