/* SPDX-License-Identifier: MIT */
/* What kind of work a task is. */

#include "tests/support/check.h"
#include "wtorch/core/task.h"

static void check_type(struct wt_task task, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_buf got = WT_BUF_INIT;

	if (!task.title)
		task.title = "x";
	wt_task_find_type(&arena, &task);
	wt_buf_printf(&got, "%s: %s", task.type ? wt_task_type_name(task.type) : "none",
		      task.type_why ? task.type_why : "-");
	check_str(got.data, want);
	wt_buf_clear(&got);
	wt_arena_clear(&arena);
}

static void check_title(const char *title, const char *want)
{
	check_type((struct wt_task){ .title = title }, want);
}

static void test_task_type__what_is_declared_stays(void **unused)
{
	(void)unused;
	check_type((struct wt_task){ .title = "Fix it", .type = WT_TYPE_DOCS }, "docs: declared");
}

static void test_task_type__label_beats_the_title(void **unused)
{
	const char *labels[] = { "P1", "type: bug" },
		   *others[] = { "good first issue", "Tech Debt" };

	(void)unused;
	check_type((struct wt_task){ .title = "Add x", .labels = labels, .n_labels = 2 },
		   "bugfix: label 'type: bug'");
	check_type((struct wt_task){ .title = "Add x", .labels = others, .n_labels = 2 },
		   "refactor: label 'Tech Debt'");
	check_type((struct wt_task){ .title = "Add x", .labels = others, .n_labels = 1 },
		   "feature: title 'Add'");
}

static void test_task_type__how_a_title_begins_counts_first(void **unused)
{
	(void)unused;
	check_title("fix(parser)!: tests hang", "bugfix: title 'fix'");
	check_title("Refactor the tests", "refactor: title 'Refactor'");
	check_title("feat: documentation server", "feature: title 'feat'");
	check_title("Document the crash", "docs: title 'Document'");
	check_title("Bump openssl", "config: title 'Bump'");
}

static void test_task_type__then_what_it_is_about(void **unused)
{
	(void)unused;
	check_title("Add unit tests for the lexer", "test: title 'tests'");
	check_title("Write README", "docs: title 'README'");
	check_title("Add a crash reporter", "feature: title 'Add'");
	check_title("Login crashes on empty names", "bugfix: title 'crashes'");
	check_title("Recipe management", "none: -");
	check_title("Latest contests, protesting", "none: -"); /* whole words */
	check_title("", "none: -");
}

static void test_task_type__files_tell_when_all_say_the_same(void **unused)
{
	struct wt_task_file docs[] = { { "docs/a.txt", 0 }, { "README.md", 0 }, { "src/a.c", 0 } };
	struct wt_task_file tests[] = { { "tests/**", 0 }, { "pkg/a_test.go", 0 } };
	struct wt_task_file config[] = { { ".github/workflows/ci.yml", 0 } };

	(void)unused;
	check_type((struct wt_task){ .files = docs, .n_files = 2 },
		   "docs: all files are like 'docs/a.txt'");
	check_type((struct wt_task){ .files = docs, .n_files = 3 }, "none: -");
	check_type((struct wt_task){ .files = tests, .n_files = 2 },
		   "test: all files are like 'tests/**'");
	check_type((struct wt_task){ .files = config, .n_files = 1 },
		   "config: file '.github/workflows/ci.yml'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task_type__what_is_declared_stays),
		cmocka_unit_test(test_task_type__label_beats_the_title),
		cmocka_unit_test(test_task_type__how_a_title_begins_counts_first),
		cmocka_unit_test(test_task_type__then_what_it_is_about),
		cmocka_unit_test(test_task_type__files_tell_when_all_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
