/* SPDX-License-Identifier: MIT */
/* A clean that is cut off anywhere, and the one behind it. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/clean.h"

static const struct wt_clean_opts with_dirty = { .waived = WT_RISK_DIRTY, .skips_sizes = true };

/* A merged task whose worktree has a file that nobody committed, kept aside as it is. */
static void prepare(struct world *w)
{
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	scratch_run(w->s,
		    "echo mine > '%s/mine.txt' && mkdir -p \"$HOME/aside\" && "
		    "cp -a repo '%s' \"$HOME/aside\"",
		    world_worktree(w, "1"), world_worktree(w, "1"));
}

static void begin_anew(struct world *w)
{
	scratch_run(w->s, "chmod -R u+w . && rm -rf repo repo-wt* .wtorch-trash && "
			  "cp -a \"$HOME/aside/.\" .");
}

/* Cleans as far as it gets; false when it could not go on. */
static bool clean_with(struct world *w, const struct wt_ports *ports)
{
	struct wt_clean_list list;
	struct wt_error err;
	enum wt_code rc = WT_OK;

	if (wt_clean_plan(ports, &with_dirty, &w->arena, &list, &err))
		return false;
	for (size_t i = 0; !rc && i < list.n; i++)
		rc = wt_clean_apply(ports, &list, &list.items[i], &err);
	wt_clean_close(&list);
	return !rc && wt_clean_empty_trash(ports, &list, &err) == WT_OK;
}

static void check_nothing_lost(struct world *w, const char *after)
{
	const char *found = world_git(w, "for-each-ref --format='%%(refname)' "
					 "'refs/wtorch/keep/**' | grep -c dirty || true");

	/* The file is in a keep ref, in its place, or on its way out with a keep ref written. */
	if (strcmp(found, "0") == 0 && scratch_status(w->s, "test -e repo-wt1/mine.txt"))
		fail_msg("after %s: the uncommitted file is nowhere", after);
}

static void check_finished(struct world *w, const char *after, const char *tip)
{
	if (!clean_with(w, &w->ports))
		fail_msg("after %s: the next clean fails", after);
	if (scratch_status(w->s, "test ! -e repo-wt1 && test ! -e .wtorch-trash"))
		fail_msg("after %s: left behind: %s", after,
			 scratch_output(w->s, "ls -d repo-wt1 .wtorch-trash/* 2>/dev/null; true"));
	check_str(world_git(w, "worktree list | wc -l"), "1");
	check_str(world_git(w, "branch --list 'wtorch/*'"), "");
	if (scratch_status(w->s, "git -C repo for-each-ref refs/wtorch/keep | grep -q '^%s'", tip))
		fail_msg("after %s: the tip is not pinned", after);
	if (scratch_status(w->s, "cd repo && for d in $(git for-each-ref --format='%%(refname)' "
				 "refs/wtorch/keep | grep dirty); do "
				 "test \"$(git show $d:mine.txt)\" = mine && exit 0; done; exit 1"))
		fail_msg("after %s: the uncommitted file is not pinned", after);
	world_git(w, "fsck --connectivity-only");
	world_reopen(w);
	check_int(wt_run_state(w->run)->illegal, 0);
}

static void sweep(struct world *w, enum faulty_kind kind, const char *prefix)
{
	struct faulty *f = faulty_new(&w->ports);
	const char *tip;
	bool was_hit = true;

	begin_anew(w);
	tip = world_git(w, "rev-parse --branches='wtorch/*'");

	for (size_t n = 1; was_hit && n < 60; n += kind == FAULTY_BEFORE ? sweep_step() : 1) {
		const char *after;

		begin_anew(w);
		faulty_arm(f, kind, prefix, n);
		clean_with(w, faulty_ports(f));
		was_hit = faulty_hit(f);
		after = wt_arena_printf(&w->arena, "%s", faulty_last(f));
		faulty_arm(f, kind, prefix, 0);
		check_nothing_lost(w, after);
		check_finished(w, after, tip);
	}
	faulty_free(f);
}

static void test_clean_faults__a_crash_before_any_effect_is_finished_by_the_next(void **state)
{
	static const char *const effects[] = { "git.update_ref", "git.worktree_unregister",
					       "journal.append", "fs.rename",
					       "fs.create",      "fs.remove",
					       "fs.mkdirs",      "git.snapshot" };
	struct world *w = *state;

	prepare(w);
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		sweep(w, FAULTY_CRASH, effects[i]);
}

static void test_clean_faults__a_call_that_fails_loses_nothing(void **state)
{
	static const char *const calls[] = { "git.", "fs.re", "fs.lock" };
	struct world *w = *state;

	prepare(w);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		sweep(w, FAULTY_BEFORE, calls[i]);
}

static void test_clean_faults__an_effect_whose_answer_is_lost_loses_nothing(void **state)
{
	static const char *const effects[] = { "git.update_ref", "git.worktree_unregister",
					       "fs.rename", "fs.remove" };
	struct world *w = *state;

	prepare(w);
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		sweep(w, FAULTY_AFTER, effects[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_clean_faults__a_crash_before_any_effect_is_finished_by_the_next),
		WORLD_TEST(test_clean_faults__a_call_that_fails_loses_nothing),
		WORLD_TEST(test_clean_faults__an_effect_whose_answer_is_lost_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
