/* SPDX-License-Identifier: MIT */
/* What a task will touch, as its text tells. */

#include "tests/support/check.h"
#include "wtorch/base/limits.h"
#include "wtorch/core/forecast.h"

static const char *const paths[] = {
	"Makefile",      "README.md", "app/[id]/page.tsx", "docs/ROADMAP.md",
	"docs/guide.md", "src/a.c",   "src/core/plan.c",
};
static const struct wt_forecast_tree tree = { paths, sizeof paths / sizeof paths[0] };
static const struct wt_forecast_tree no_tree = { NULL, 0 };

/* The paths found, "?" behind those from the text. */
static void check_forecast(const struct wt_forecast_tree *t, const char *body, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_task_file declared[] = { { "src/a.c", WT_FROM_DECLARED },
					   { "src/core", WT_FROM_DECLARED } };
	struct wt_task task = {
		.id = "1", .title = "", .body = body, .source = { .path = "docs/ROADMAP.md" }
	};
	struct wt_buf got = WT_BUF_INIT;

	if (body[0] == '+') {
		task.files = declared;
		task.n_files = 2;
	}
	wt_forecast_build(&arena, t, &task);
	for (size_t i = 0; i < task.n_files; i++)
		wt_buf_printf(&got, "%s%s%s", i ? " " : "", task.files[i].path,
			      task.files[i].from == WT_FROM_TEXT ? "?" : "");
	check_str(got.data, want);
	wt_buf_clear(&got);
	wt_arena_clear(&arena);
}

static void test_forecast__files_of_the_tree_are_found_in_prose(void **unused)
{
	(void)unused;
	check_forecast(&tree, "Change src/a.c, then (docs/guide.md).", "src/a.c? docs/guide.md?");
	check_forecast(&tree, "See [plan](./src/core/plan.c:12-40) and **README.md**!",
		       "src/core/plan.c? README.md?");
	check_forecast(&tree, "src/a.c#L10, src/a.c:3:1 and `src/a.c`", "src/a.c?");
	check_forecast(&tree, "`make`, Makefile and `Makefile`", "Makefile?");
}

static void test_forecast__new_files_count_where_their_folder_is(void **unused)
{
	(void)unused;
	check_forecast(&tree, "Add src/core/new.c, not lib/new.c.", "src/core/new.c?");
	check_forecast(&tree, "Add NEW.md at the top, and src/core/tool", "");
}

static void test_forecast__prose_folders_and_urls_are_no_files(void **unused)
{
	(void)unused;
	check_forecast(&tree, "read/write and/or src/ src/core docs i.e. 1.5 v1.2", "");
	check_forecast(&tree, "https://x.org/src/a.c user@src/a.c /src/a.c ../src/a.c ~/src/a.c",
		       "");
	check_forecast(&tree, ".git/config src/.git/x.c `src\\a.c` ... / // ` `` :12 #L3", "");
}

static void test_forecast__file_that_tasks_are_written_in_is_none(void **unused)
{
	(void)unused;
	check_forecast(&tree, "see `docs/ROADMAP.md` and docs/guide.md", "docs/guide.md?");
}

static void test_forecast__globs_count_in_code_only(void **unused)
{
	(void)unused;
	check_forecast(&tree, "All of `src/core/*.c` and src/*.c", "src/core/*.c?");
	check_forecast(&tree, "the page `app/[id]/page.tsx`", "app/[id]/page.tsx?");
	check_forecast(&tree, "``src/core/*.c`` and `unclosed src/*.c", "src/core/*.c?");
}

static void test_forecast__without_a_tree_only_code_that_looks_like_a_path_counts(void **unused)
{
	(void)unused;
	check_forecast(&no_tree, "Change `src/a.c` and src/b.c, run `make` or `a/b`, `x.c`",
		       "src/a.c?");
}

static void test_forecast__declared_files_stay_first_and_keep_their_tag(void **unused)
{
	(void)unused;
	check_forecast(&tree, "+ src/a.c and docs/guide.md", "src/a.c src/core/ docs/guide.md?");
	check_forecast(&no_tree, "+ src/a.c", "src/a.c src/core");
	check_forecast(&tree, "+src/a.c, src/core/, src/core/plan.c, src/a.c and src/core/plan.c",
		       "src/a.c src/core/ src/core/plan.c?");
	check_forecast(&no_tree, "+`src/core` `src/a.c` `src/core/b.c` `src/core`",
		       "src/a.c src/core src/core/b.c?");
}

static void test_forecast__text_without_end_is_bounded(void **unused)
{
	struct wt_arena arena = { 0 };
	struct wt_buf body = WT_BUF_INIT;
	struct wt_task task = { .id = "1", .title = "" };

	(void)unused;
	for (size_t i = 0; i < 3 * WT_MAX_TASK_FILES; i++)
		wt_buf_printf(&body, "src/f%zu.c ``` `", i);
	for (size_t i = 0; i < 10000; i++)
		wt_buf_puts(&body, "/a.b`c/");
	task.body = body.data;
	wt_forecast_build(&arena, &tree, &task);
	assert_true(task.n_files <= WT_MAX_TASK_FILES);
	assert_true(task.n_files > 100);
	wt_buf_clear(&body);
	wt_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast__files_of_the_tree_are_found_in_prose),
		cmocka_unit_test(test_forecast__new_files_count_where_their_folder_is),
		cmocka_unit_test(test_forecast__prose_folders_and_urls_are_no_files),
		cmocka_unit_test(test_forecast__file_that_tasks_are_written_in_is_none),
		cmocka_unit_test(test_forecast__globs_count_in_code_only),
		cmocka_unit_test(
			test_forecast__without_a_tree_only_code_that_looks_like_a_path_counts),
		cmocka_unit_test(test_forecast__declared_files_stay_first_and_keep_their_tag),
		cmocka_unit_test(test_forecast__text_without_end_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
