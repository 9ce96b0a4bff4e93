/* SPDX-License-Identifier: MIT */
/* How a three-way merge decides each name, and whether work may land. */

#include "tests/support/check.h"
#include "wtorch/core/mergeplan.h"

/* A side in two letters: the kind (f file, x executable, l link, s submodule, d folder, - none)
 * and which content. */
static struct wt_side side(const char *text)
{
	static const struct {
		char kind;
		unsigned mode;
	} kinds[] = { { 'f', 0100644 },
		      { 'x', 0100755 },
		      { 'l', 0120000 },
		      { 's', 0160000 },
		      { 'd', 0040000 } };
	struct wt_side s = { .mode = 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].kind == text[0])
			s.mode = kinds[i].mode;
	if (s.mode)
		memset(s.oid.id, text[1], sizeof s.oid.id);
	return s;
}

static void check_picks(const char *const rows[][3], size_t n, enum wt_pick want)
{
	for (size_t i = 0; i < n; i++) {
		struct wt_side b = side(rows[i][0]), o = side(rows[i][1]), t = side(rows[i][2]);
		enum wt_pick got = wt_mergeplan_pick(&b, &o, &t);

		if (got != want)
			fail_msg("%s %s %s: got %d, want %d", rows[i][0], rows[i][1], rows[i][2],
				 got, want);
	}
}

#define CHECK_PICKS(want, ...)                                       \
	do {                                                         \
		const char *const rows[][3] = { __VA_ARGS__ };       \
		check_picks(rows, sizeof rows / sizeof *rows, want); \
	} while (0)

static void test_mergeplan__takes_the_side_that_changed(void **state)
{
	(void)state;
	CHECK_PICKS(WT_PICK_OURS, { "fa", "fb", "fa" }, { "fa", "xa", "fa" }, { "-", "fa", "-" },
		    { "da", "db", "da" }, { "fa", "db", "fa" }, { "da", "fb", "da" },
		    { "fa", "lb", "fa" }, { "sa", "sb", "sa" });
	CHECK_PICKS(WT_PICK_THEIRS, { "fa", "fa", "fb" }, { "fa", "fa", "fa" }, { "-", "-", "da" },
		    { "la", "la", "fa" });
	CHECK_PICKS(WT_PICK_NONE, { "fa", "-", "fa" }, { "fa", "fa", "-" }, { "da", "-", "da" },
		    { "-", "-", "-" });
}

static void test_mergeplan__takes_a_change_that_both_made(void **state)
{
	(void)state;
	CHECK_PICKS(WT_PICK_OURS, { "fa", "fb", "fb" }, { "-", "fb", "fb" }, { "da", "db", "db" },
		    { "fa", "xa", "xa" }, { "-", "db", "db" });
}

static void test_mergeplan__looks_inside_folders_that_both_changed(void **state)
{
	(void)state;
	CHECK_PICKS(WT_PICK_DESCEND, { "da", "db", "dc" }, { "-", "db", "dc" });
}

static void test_mergeplan__merges_lines_of_regular_files_only(void **state)
{
	(void)state;
	CHECK_PICKS(WT_PICK_LINES, { "fa", "fb", "fc" }, { "fa", "xa", "fb" },
		    { "fa", "xb", "fb" });
	CHECK_PICKS(WT_PICK_HARD, { "la", "lb", "lc" }, { "sa", "sb", "sc" }, { "fa", "lb", "fc" });
}

static void test_mergeplan__leaves_to_git_what_renames_could_decide(void **state)
{
	(void)state;
	CHECK_PICKS(WT_PICK_HARD, { "fa", "-", "fb" }, { "fa", "fb", "-" }, { "-", "fa", "fb" },
		    { "da", "-", "db" }, { "da", "db", "-" }, { "fa", "-", "-" },
		    { "da", "-", "-" }, { "da", "fb", "dc" }, { "fa", "db", "fc" },
		    { "-", "fa", "db" }, { "fa", "db", "db" }, { "da", "fb", "fb" },
		    { "fa", "db", "dc" }, { "-", "fa", "xa" });
}

static void test_mergeplan__merges_modes_as_git_does(void **state)
{
	struct wt_side f = side("fa"), x = side("xa");

	(void)state;
	check_int(wt_mergeplan_mode(&f, &x, &f), 0100755);
	check_int(wt_mergeplan_mode(&f, &f, &x), 0100755);
	check_int(wt_mergeplan_mode(&x, &f, &x), 0100644);
	check_int(wt_mergeplan_mode(&x, &f, &f), 0100644);
}

static void test_mergeplan__knows_what_a_change_gives_up(void **state)
{
	static const struct {
		const char *base, *now;
		enum wt_given_up want;
	} rows[] = {
		{ "fa", "-", WT_GIVEN_UP_YES },    { "fa", "db", WT_GIVEN_UP_YES },
		{ "da", "fb", WT_GIVEN_UP_YES },   { "da", "-", WT_GIVEN_UP_YES },
		{ "da", "db", WT_GIVEN_UP_MAYBE }, { "da", "da", WT_GIVEN_UP_NO },
		{ "fa", "fb", WT_GIVEN_UP_NO },    { "fa", "lb", WT_GIVEN_UP_NO },
		{ "-", "fb", WT_GIVEN_UP_NO },     { "-", "-", WT_GIVEN_UP_NO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wt_side b = side(rows[i].base), n = side(rows[i].now);

		check_int(wt_mergeplan_gives_up(&b, &n), rows[i].want);
	}
}

/* attributes */

static bool special(const char *attributes, const char *path)
{
	return wt_mergeplan_is_special(wt_str_of(attributes), path);
}

static void test_mergeplan__finds_attributes_that_change_a_merge(void **state)
{
	(void)state;
	assert_true(special("*.c merge=union\n", "src/a.c"));
	assert_true(special("* text\n*.png\t-diff  binary\r\n", "a.png"));
	assert_true(special("src/*.c -merge", "src/a.c"));
	assert_true(special("/a.c !merge", "a.c"));
	assert_true(special("Makefile merge", "lib/Makefile"));
	assert_true(special("MAKEFILE merge", "lib/Makefile"));
	assert_true(special("[attr]mine -merge", "any"));
	assert_true(special("\"with blank.c\" merge=ours", "any"));
	assert_true(special("a* merge=ours", "x/abc"));
	assert_true(special("**/deep merge=ours", "x/deep"));
	assert_true(special("doc/**/*.txt binary", "doc/a/b.txt"));
}

static void test_mergeplan__is_not_afraid_of_attributes_for_other_files(void **state)
{
	(void)state;
	assert_false(special("", "a.c"));
	assert_false(special("* text=auto eol=lf\n*.c diff=cpp", "a.c"));
	assert_false(special("# *.c merge=union\n", "a.c"));
	assert_false(special("*.png binary\n*.jpg binary", "src/a.c"));
	assert_false(special("/merge/*.c text", "merge/a.c"));
	assert_false(special("Makefile merge=ours", "lib/Makefile.am"));
	assert_false(special("/t0110/url-* binary", "t1234.sh"));
	assert_false(special("a* merge=ours", "a/bc"));
	assert_false(special("src/a.c merge=ours", "a.c"));
	assert_false(special("   \n\t\n", "a.c"));
	assert_false(special("*.c", "a.c"));
}

/* landing */

struct judged {
	enum wt_verdict verdict;
	struct wt_buf reason, warning;
};

static struct judged judge(const struct wt_landing_facts *facts)
{
	struct judged j = { .reason = WT_BUF_INIT, .warning = WT_BUF_INIT };

	j.verdict = wt_mergeplan_judge(facts, &j.reason, &j.warning);
	return j;
}

static void forget(struct judged *j)
{
	wt_buf_clear(&j->reason);
	wt_buf_clear(&j->warning);
}

static struct wt_task_file declared[] = { { "src/a.c", WT_FROM_DECLARED },
					  { "doc/", WT_FROM_DECLARED },
					  { "guess.c", WT_FROM_TEXT } };

static void test_mergeplan__lets_good_work_land(void **state)
{
	struct wt_plan_task task = { .task = { .files = declared, .n_files = 3 } };
	const char *changed[] = { "doc/x/y.md", "src/a.c" };
	struct wt_landing_facts facts = { .task = &task,
					  .changed = changed,
					  .n_changed = 2,
					  .scope = "keep",
					  .forked_from_base = true };
	struct judged j = judge(&facts);

	(void)state;
	check_int(j.verdict, WT_VERDICT_LAND);
	check_str(j.reason.data, "");
	check_str(j.warning.data, "");
	forget(&j);
}

static void test_mergeplan__minds_the_declared_files_as_configured(void **state)
{
	struct wt_plan_task task = { .task = { .files = declared, .n_files = 3 } };
	const char *changed[] = { "b", "c", "d", "e", "guess.c", "src/a.c" };
	struct wt_landing_facts facts = { .task = &task,
					  .changed = changed,
					  .n_changed = 6,
					  .scope = "warn",
					  .forked_from_base = true };
	struct judged j = judge(&facts);

	(void)state;
	check_int(j.verdict, WT_VERDICT_LAND);
	check_str(j.warning.data, "changed outside its declared files: b, c, d and 2 more");
	forget(&j);
	facts.scope = "keep";
	j = judge(&facts);
	check_int(j.verdict, WT_VERDICT_KEEP);
	check_contains(j.reason.data, "outside its declared files: b");
	check_str(j.warning.data, "");
	forget(&j);
	facts.scope = "off";
	j = judge(&facts);
	check_int(j.verdict, WT_VERDICT_LAND);
	check_str(j.warning.data, "");
	forget(&j);
	facts.scope = "keep";
	task.task.files = &declared[2];
	task.task.n_files = 1;
	j = judge(&facts);
	check_int(j.verdict, WT_VERDICT_LAND);
	forget(&j);
}

static void test_mergeplan__keeps_changes_of_a_read_only_task(void **state)
{
	struct wt_plan_task task = { .task = { .is_read_only = true } };
	const char *changed[] = { "a", "b" };
	struct wt_landing_facts facts = { .task = &task,
					  .changed = changed,
					  .n_changed = 2,
					  .scope = "off",
					  .busy = "a merge",
					  .forked_from_base = true };
	struct judged j = judge(&facts);

	(void)state;
	check_int(j.verdict, WT_VERDICT_KEEP);
	check_str(j.reason.data, "it is read only, but changed a and more");
	forget(&j);
}

static void test_mergeplan__keeps_what_does_not_descend_from_its_base(void **state)
{
	struct wt_plan_task task = { .reason = NULL };
	struct wt_landing_facts facts = { .task = &task, .scope = "warn" };
	struct judged j = judge(&facts);

	(void)state;
	check_int(j.verdict, WT_VERDICT_KEEP);
	check_contains(j.reason.data, "does not descend");
	forget(&j);
}

static void test_mergeplan__waits_while_the_checkout_is_busy(void **state)
{
	struct wt_plan_task task = { .reason = NULL };
	struct wt_landing_facts facts = { .task = &task,
					  .busy = "a rebase",
					  .forked_from_base = true };
	struct judged j = judge(&facts);

	(void)state;
	check_int(j.verdict, WT_VERDICT_WAIT);
	check_str(j.reason.data, "the checkout of the base is in the middle of a rebase");
	forget(&j);
}

static void test_mergeplan__names_that_git_refuses_are_known(void **unused)
{
	static const char *const bad[] = {
		"..",
		"a/../b",
		".git",
		"a/.GIT/config",
		".git /x",
		".git./x",
		"git~1",
		"GIT~1/x",
		".g\xE2\x80\x8Cit",
		"a//b",
		".git::$INDEX_ALLOCATION/x",
	};
	static const char *const good[] = { "a",   ".gitignore", ".github/x", "git", "a.git/config",
					    "..x", "git~2",      "a b" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!wt_mergeplan_is_bad_path(bad[i]))
			fail_msg("'%s' passed", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (wt_mergeplan_is_bad_path(good[i]))
			fail_msg("'%s' was refused", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mergeplan__names_that_git_refuses_are_known),
		cmocka_unit_test(test_mergeplan__takes_the_side_that_changed),
		cmocka_unit_test(test_mergeplan__takes_a_change_that_both_made),
		cmocka_unit_test(test_mergeplan__looks_inside_folders_that_both_changed),
		cmocka_unit_test(test_mergeplan__merges_lines_of_regular_files_only),
		cmocka_unit_test(test_mergeplan__leaves_to_git_what_renames_could_decide),
		cmocka_unit_test(test_mergeplan__merges_modes_as_git_does),
		cmocka_unit_test(test_mergeplan__knows_what_a_change_gives_up),
		cmocka_unit_test(test_mergeplan__finds_attributes_that_change_a_merge),
		cmocka_unit_test(test_mergeplan__is_not_afraid_of_attributes_for_other_files),
		cmocka_unit_test(test_mergeplan__lets_good_work_land),
		cmocka_unit_test(test_mergeplan__minds_the_declared_files_as_configured),
		cmocka_unit_test(test_mergeplan__keeps_changes_of_a_read_only_task),
		cmocka_unit_test(test_mergeplan__keeps_what_does_not_descend_from_its_base),
		cmocka_unit_test(test_mergeplan__waits_while_the_checkout_is_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
