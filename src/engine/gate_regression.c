/* SPDX-License-Identifier: MIT */
/* The base with nothing but the changed tests of a task, on which those have to fail. */

#include "asked.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/tree.h"

/* The changed tests that are there after the change. */
static enum wt_code find_tests(struct wt_drive *d, const struct wt_subject *of, struct wt_arena *a,
			       struct wt_tree_edits *out, struct wt_error *err)
{
	const struct wt_gate *gate = &d->keeper->gates.items[of->gate];
	struct wt_tree_finder f = { .git = d->run->ports->git };
	const char *const *paths;
	struct wt_oid commit;
	size_t n = 0;
	enum wt_code rc = wt_gate_commit(d, of, &commit, &f.root, err);

	if (!rc)
		rc = wt_gate_changed(d, of, &f.root, &paths, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_tree_edit edit = { .path = paths[i] };

		if (!wt_gate_is_test(gate, paths[i]))
			continue;
		rc = wt_tree_finder_find(&f, paths[i], &edit.side, err);
		if (!rc && edit.side.mode)
			*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = edit;
	}
	wt_tree_finder_clear(&f);
	return rc;
}

enum wt_code wt_gate_check_tests(struct wt_drive *d, const struct wt_subject *of, bool *is_told,
				 struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_tree_edits tests = { 0 };
	struct wt_gate_result result = WT_GATE_RESULT_INIT;
	struct wt_error why;

	if (find_tests(d, of, &scratch, &tests, &why)) {
		result.verdict = WT_SAYS_ERROR;
		result.reason = why.msg;
	} else if (!tests.len) {
		result.verdict = WT_SAYS_FAIL;
		result.reason = "no test was added or changed; a bug fix comes with one that fails "
				"without it";
	}
	wt_arena_clear(&scratch);
	*is_told = result.verdict != WT_SAYS_NONE;
	return *is_told ? wt_gate_note(d, of, &result, NULL, 0, err) : WT_OK;
}

enum wt_code wt_gate_fill_regression(struct wt_drive *d, const struct wt_subject *of,
				     const char *const **argv, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_git *git = run->ports->git;
	const struct wt_gate *gate = &d->keeper->gates.items[of->gate];
	const struct wt_task_state *t = &wt_run_state(run)->tasks[of->task];
	struct wt_commit_spec spec = { .n_parents = 1,
				       .message = "The base with the changed tests alone\n" };
	struct wt_arena scratch = { 0 };
	struct wt_tree_edits tests = { 0 };
	struct wt_oid commit, tree, without;
	struct wt_fork fork;
	const struct wt_oid *base = &t->base;
	enum wt_code rc = wt_gate_commit(d, of, &commit, &tree, err);

	if (of->when == WT_GATE_MERGED)
		base = &wt_gate_judgment(d, of)->base;
	if (!rc)
		rc = wt_land_fork(git, base, &commit, &t->base, &fork, err);
	if (!rc)
		rc = find_tests(d, of, &scratch, &tests, err);
	if (!rc)
		rc = wt_tree_put_all(git, &fork.tree, &tests, &spec.tree, err);
	spec.parents = &fork.commit;
	if (!rc)
		rc = git->store->commit_write(git->self, &spec, &without, err);
	if (!rc)
		*argv = wt_gate_regression_argv(
			&run->arena, gate, wt_arena_strdup(&run->arena, wt_oid_hex(&without).hex),
			wt_arena_strdup(&run->arena, wt_oid_hex(&commit).hex));
	wt_arena_clear(&scratch);
	return rc;
}
