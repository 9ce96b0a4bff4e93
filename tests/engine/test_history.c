/* SPDX-License-Identifier: MIT */
/* Which files recent commits changed, and how that is kept. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/cache.h"
#include "wtorch/engine/gather.h"
#include "wtorch/engine/history.h"

/* Commits everything below repo as it is; commits get later one by one. */
static void commit(struct world *w, int n)
{
	scratch_run(w->s,
		    "cd repo && git add -A && GIT_COMMITTER_DATE='@%d +0000' git commit -qm '%d'",
		    1800000000 + n, n);
}

static struct wt_oid tip_of(struct world *w)
{
	struct wt_oid tip;

	assert_true(wt_oid_parse(wt_str_of(world_git(w, "rev-parse main")), &tip));
	return tip;
}

/* "a b, c" for two commits, newest first. */
static const char *read_history(struct world *w, size_t max)
{
	struct wt_oid tip = tip_of(w);
	struct wt_co_change c;
	struct wt_buf out = WT_BUF_INIT;
	char *text;

	wt_history_read(&w->ports, &tip, max, &w->arena, &c);
	for (size_t i = 0; i < c.n_commits; i++) {
		wt_buf_puts(&out, i ? ", " : "");
		for (size_t k = c.starts[i]; k < c.starts[i + 1]; k++)
			wt_buf_printf(&out, "%s%s", k > c.starts[i] ? " " : "",
				      c.paths[c.files[k]]);
	}
	text = wt_arena_strdup(&w->arena, out.data);
	wt_buf_clear(&out);
	return text;
}

static void test_history__files_of_recent_commits_newest_first(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && echo 1 > a && echo 1 > b");
	commit(w, 1);
	scratch_run(w->s, "cd repo && echo 2 > a && mkdir d && echo 1 > d/c");
	commit(w, 2);
	check_str(read_history(w, 2), "a d/c, a b");
	check_str(read_history(w, 1), "a d/c");
	check_str(read_history(w, 0), "");
	check_str(read_history(w, 100), "a d/c, a b, src/file-1.txt src/file-2.txt src/file-3.txt");
}

static void test_history__merges_and_mass_commits_say_nothing(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && for i in $(seq 31); do echo > m$i; done");
	commit(w, 1);
	scratch_run(w->s, "cd repo && git checkout -qb side && echo 1 > on-side");
	commit(w, 2);
	scratch_run(w->s, "cd repo && git checkout -q main && echo 1 > on-main");
	commit(w, 3);
	scratch_run(w->s, "cd repo && GIT_COMMITTER_DATE='@1800000004 +0000' git merge -q --no-ff "
			  "-m merged side");
	check_str(read_history(w, 4), "on-main, on-side");
}

static void test_history__a_file_that_was_moved_counts_under_its_new_name(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && echo 1 > old && echo x > b");
	commit(w, 1);
	scratch_run(w->s, "cd repo && mkdir new && git mv old new/name");
	commit(w, 2);
	scratch_run(w->s, "cd repo && echo 2 > new/name && echo 2 > b");
	commit(w, 3);
	check_str(read_history(w, 3), "b new/name, new/name, b new/name");
}

static void test_history__a_shallow_clone_has_less_to_tell(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && echo 1 > a");
	commit(w, 1);
	scratch_run(w->s, "cd repo && echo 2 > a");
	commit(w, 2);
	scratch_run(w->s, "git clone -q --depth 1 \"file://$PWD/repo\" shallow && mv repo full && "
			  "mv shallow repo");
	world_open_git(w, w->repo);
	check_str(read_history(w, 10), "");
}

static void test_history__is_kept_only_where_runs_are(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && echo 1 > a");
	commit(w, 1);
	read_history(w, 10);
	scratch_run(w->s, "test ! -e repo/.git/wtorch && mkdir repo/.git/wtorch");
	read_history(w, 10);
	check_str(scratch_output(w->s, "ls repo/.git/wtorch/cache"), "history.json\n");
	check_ok(wt_cache_clear(&w->ports, &w->err), w->err);
	check_str(scratch_output(w->s, "ls repo/.git/wtorch"), "");
}

static void test_history__what_is_kept_counts_for_its_tip_alone(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "mkdir repo/.git/wtorch && cd repo && echo 1 > a && echo 1 > b");
	commit(w, 1);
	check_str(read_history(w, 1), "a b");
	/* Proof that it is read: what was kept is changed by hand. */
	scratch_run(w->s, "sed -i 's/\"a\"/\"z\"/' repo/.git/wtorch/cache/history.json");
	check_str(read_history(w, 1), "z b");
	check_str(read_history(w, 2), "a b, src/file-1.txt src/file-2.txt src/file-3.txt");
	scratch_run(w->s, "cd repo && echo 2 > a");
	commit(w, 2);
	check_str(read_history(w, 1), "a");
}

static void test_history__damage_of_what_was_kept_is_read_over(void **state)
{
	static const char *const damage[] = {
		"",
		"{",
		"[]",
		"{\"v\":1}",
		"{\"v\":1,\"what\":\"history\",\"key\":\"KEY\",\"paths\":[\"a\"],\"commits\":[[1]]"
		"}",
		"{\"v\":1,\"what\":\"history\",\"key\":\"KEY\",\"paths\":[\"a\"],\"commits\":[[-1]]"
		"}",
		"{\"v\":1,\"what\":\"history\",\"key\":\"KEY\",\"paths\":[\"a\"],\"commits\":[7]}",
		"{\"v\":1,\"what\":\"history\",\"key\":\"KEY\",\"paths\":[3],\"commits\":[[0]]}",
		"{\"v\":2,\"what\":\"history\",\"key\":\"KEY\",\"paths\":[\"z\"],\"commits\":[[0]]"
		"}",
		"{\"v\":1,\"what\":\"symbols\",\"key\":\"KEY\",\"paths\":[\"z\"],\"commits\":[[0]]"
		"}",
	};
	struct world *w = *state;

	scratch_run(w->s, "mkdir repo/.git/wtorch && cd repo && echo 1 > a");
	commit(w, 1);
	read_history(w, 1);
	scratch_run(w->s, "jq -r .key repo/.git/wtorch/cache/history.json > key");
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		scratch_write(w->s, "damaged", damage[i]);
		scratch_run(w->s, "sed \"s/KEY/$(cat key)/\" damaged > "
				  "repo/.git/wtorch/cache/history.json");
		check_str(read_history(w, 1), "a");
	}
	scratch_run(w->s, "rm repo/.git/wtorch/cache/history.json && "
			  "mkdir repo/.git/wtorch/cache/history.json");
	check_str(read_history(w, 1), "a");
}

/* Two seconds more at each look. */
static int64_t hurried_ms(void *self)
{
	struct world *w = self;

	w->skew_ms += 2000;
	return w->real_clock.mono_ms(w->real_clock.self) + w->skew_ms;
}

static void test_history__what_took_too_long_is_cut_and_said(void **state)
{
	struct world *w = *state;
	struct wt_oid tip;
	struct wt_co_change c;
	struct wt_evidence evidence;
	struct wt_diags diags = { .arena = &w->arena };
	struct wt_tasks tasks = { .arena = &w->arena };
	struct wt_plan_inputs in = { .tasks = &tasks, .config = w->config };

	scratch_run(w->s, "mkdir repo/.git/wtorch");
	for (int i = 1; i <= 5; i++) {
		scratch_run(w->s, "cd repo && echo %d > a", i);
		commit(w, i);
	}
	in.base_oid = tip = tip_of(w);
	wt_tasks_add(&tasks, "1", (struct wt_place){ 0 }, &diags);
	w->clock.mono_ms = hurried_ms;
	wt_history_read(&w->ports, &tip, 100, &w->arena, &c);
	assert_true(c.is_cut);
	check_int(c.n_commits, 3);
	/* Not kept, so it is tried again. */
	scratch_run(w->s, "test ! -e repo/.git/wtorch/cache/history.json");
	wt_history_read(&w->ports, &tip, 3, &w->arena, &c);
	assert_false(c.is_cut);
	check_int(c.n_commits, 3);
	wt_evidence_gather(&w->ports, &in, &w->arena, &evidence, &diags);
	check_int(diags.len, 1);
	check_int(diags.items[0].severity, WT_SEVERITY_HINT);
	check_str(diags.items[0].message,
		  "reading the history was given up after 5 s, so some files that change "
		  "together are not known; a smaller plan.history is over sooner");
	wt_tasks_clear(&tasks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_history__files_of_recent_commits_newest_first),
		WORLD_TEST(test_history__merges_and_mass_commits_say_nothing),
		WORLD_TEST(test_history__a_file_that_was_moved_counts_under_its_new_name),
		WORLD_TEST(test_history__a_shallow_clone_has_less_to_tell),
		WORLD_TEST(test_history__is_kept_only_where_runs_are),
		WORLD_TEST(test_history__what_is_kept_counts_for_its_tip_alone),
		WORLD_TEST(test_history__damage_of_what_was_kept_is_read_over),
		WORLD_TEST(test_history__what_took_too_long_is_cut_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
