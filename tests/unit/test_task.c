/* SPDX-License-Identifier: MIT */
/* The list of tasks and the values in one. */

#include "tests/support/check.h"
#include "wtorch/base/limits.h"
#include "wtorch/core/task.h"

struct fixture {
	struct wt_arena arena;
	struct wt_tasks tasks;
	struct wt_diags diags;
	struct wt_task *task;
};

static struct wt_place place(size_t line)
{
	return (struct wt_place){ "R.md", line, 1 };
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->tasks.arena = &f->arena;
	f->diags.arena = &f->arena;
	f->task = wt_tasks_add(&f->tasks, "65", place(3), &f->diags);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	wt_tasks_clear(&f->tasks);
	wt_arena_clear(&f->arena);
	free(f);
	return 0;
}

static void test_task__a_new_one_declares_nothing(void **state)
{
	struct fixture *f = *state;

	check_str(f->task->id, "65");
	check_str(f->task->title, "65");
	check_str(f->task->body, "");
	check_int(f->task->status, WT_TASK_PLANNED);
	check_int(f->task->estimate_s, -1);
	check_str(f->task->source.path, "R.md");
	check_int(f->task->source.line, 3);
	check_int(f->task->n_files + f->task->n_depends + f->task->n_criteria, 0);
	assert_null(f->task->defect);
	assert_ptr_equal(wt_tasks_find(&f->tasks, "65"), f->task);
	assert_null(wt_tasks_find(&f->tasks, "66"));
}

static void test_task__a_second_one_of_an_id_is_refused_with_both_places(void **state)
{
	struct fixture *f = *state;

	assert_null(wt_tasks_add(&f->tasks, "65", place(9), &f->diags));
	check_int(f->tasks.len, 1);
	check_int(f->diags.errors, 0);
	check_str(f->diags.items[0].message,
		  "task '65' in line 9 is left out: the one in R.md line 3 has that id");
	check_int(f->diags.items[0].place.line, 9);
}

static void add(struct fixture *f, const char *path, enum wt_file_from from)
{
	wt_task_add_file(&f->tasks, f->task, wt_str_of(path), from, &f->diags);
}

static void check_file(struct fixture *f, const char *path, const char *want)
{
	f->task->n_files = 0;
	add(f, path, WT_FROM_DECLARED);
	check_int(f->task->n_files, 1);
	check_str(f->task->files[0].path, want);
}

static void test_task__paths_are_trimmed_of_what_people_put_around_them(void **state)
{
	struct fixture *f = *state;

	check_file(f, "  src/a.c ", "src/a.c");
	check_file(f, "`src/a.c`", "src/a.c");
	check_file(f, "'src/a.c'", "src/a.c");
	check_file(f, "././src/a.c", "src/a.c");
	check_file(f, "src/a.c (NEW)", "src/a.c");
	check_file(f, "`src/a.c` (new, large)", "src/a.c");
	check_file(f, "src/a.c:12", "src/a.c");
	check_file(f, "src/a.c:12:3", "src/a.c");
	check_file(f, "src/a.c:12-40", "src/a.c");
	check_file(f, "src/a.c#L12", "src/a.c");
	check_file(f, "src/a.c#L12-L40", "src/a.c");
	check_file(f, "tests/t.py::Test::test_x", "tests/t.py");
	check_file(f, "src//a/./b.c", "src/a/b.c");
	check_file(f, "src//dir/", "src/dir/");
	check_file(f, "src/v1-2", "src/v1-2");
	check_file(f, "src/file-12", "src/file-12");
	check_file(f, "app/(group)/page.tsx", "app/(group)/page.tsx");
	check_file(f, "src/**/*.c", "src/**/*.c");
	check_int(f->diags.len, 0);
}

static void test_task__a_declared_path_outside_is_a_defect_and_another_is_left_out(void **state)
{
	struct fixture *f = *state;

	add(f, "../found", WT_FROM_TEXT);
	check_int(f->diags.len, 0);
	assert_null(f->task->defect);
	add(f, "../declared", WT_FROM_DECLARED);
	add(f, "/etc/passwd", WT_FROM_DECLARED);
	check_int(f->task->n_files, 0);
	check_str(f->task->defect, "file '../declared' is no path inside the repository");
	/* Each is said, within reason. */
	check_int(f->diags.len, 2);
	check_int(f->diags.items[0].severity, WT_SEVERITY_WARNING);
	check_contains(f->diags.items[1].message, "'/etc/passwd'");
	for (int i = 0; i < 1000; i++)
		add(f, "../more", WT_FROM_DECLARED);
	check_int(f->diags.len, 101);
}

static void test_task__a_path_keeps_its_most_certain_tag(void **state)
{
	struct fixture *f = *state;

	add(f, "a.c", WT_FROM_TEXT);
	add(f, "a.c", WT_FROM_HISTORY);
	check_int(f->task->files[0].from, WT_FROM_TEXT);
	add(f, "`a.c`", WT_FROM_DECLARED);
	check_int(f->task->files[0].from, WT_FROM_DECLARED);
	check_int(f->task->n_files, 1);
}

static void test_task__dependencies_are_there_once_and_not_too_many(void **state)
{
	struct fixture *f = *state;
	char id[16];

	for (int i = 0; i < 1010; i++) {
		snprintf(id, sizeof id, "%d", i);
		wt_task_add_dependency(&f->tasks, f->task, id, &f->diags);
		wt_task_add_dependency(&f->tasks, f->task, "0", &f->diags);
	}
	check_int(f->task->n_depends, WT_MAX_TASK_FILES);
	check_int(f->diags.len, 1);
	check_str(f->task->depends_on[7], "7");
}

static void check_title(struct fixture *f, const char *text, const char *want)
{
	wt_task_set_title(&f->tasks, f->task, wt_str_of(text), &f->diags);
	check_str(f->task->title, want);
}

static void test_task__titles_are_one_plain_line(void **state)
{
	struct fixture *f = *state;

	check_title(f, " Add a\n  parser\t", "Add a parser");
	check_title(f, "**Bold** and *light* `code`", "Bold and light code");
	check_title(f, "2*3 and a * b of my_name", "2*3 and a * b of my_name");
	check_title(f, "globs `src/**/*.c` too", "globs src/**/*.c too");
	check_title(f, "a \\* b \\_c\\_", "a * b _c_");
	check_title(f, "\x1B[31mred\x07 \xFF", "?[31mred? ?");
	check_title(f, "", "65");
	check_title(f, "** **", "65");
}

static void test_task__criteria_are_one_line_each(void **state)
{
	struct fixture *f = *state;

	wt_task_add_criterion(&f->tasks, f->task, WT_STR(" It works\r\n   well "));
	wt_task_add_criterion(&f->tasks, f->task, WT_STR(" \n"));
	check_int(f->task->n_criteria, 1);
	check_str(f->task->criteria[0], "It works well");
}

static void test_task__names_are_read_as_they_are_written(void **state)
{
	enum wt_task_status status;
	enum wt_level level;
	enum wt_task_type type;
	enum wt_file_from from;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		const char *name = wt_task_status_name((enum wt_task_status)i);

		assert_true(wt_task_status_parse(wt_str_of(name), &status));
		check_int(status, i);
		assert_true(wt_file_from_parse(wt_str_of(wt_file_from_name((enum wt_file_from)i)),
					       &from));
		check_int(from, i);
	}
	assert_true(wt_task_status_parse(WT_STR("In Progress"), &status));
	check_int(status, WT_TASK_IN_PROGRESS);
	assert_false(wt_task_status_parse(WT_STR("done"), &status));
	assert_null(wt_level_name(WT_LEVEL_NONE));
	assert_true(wt_level_parse(WT_STR(" High "), &level));
	check_int(level, WT_LEVEL_HIGH);
	assert_false(wt_level_parse(WT_STR(""), &level));
	assert_null(wt_task_type_name(WT_TYPE_NONE));
	assert_true(wt_task_type_parse(WT_STR("Bug fix"), &type));
	check_int(type, WT_TYPE_BUGFIX);
	assert_true(wt_task_type_parse(WT_STR("tests"), &type));
	check_int(type, WT_TYPE_TEST);
	assert_false(wt_task_type_parse(WT_STR("dance"), &type));
}

static void test_task__estimates_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		double hours; /* -1: none */
	} cases[] = {
		{ "7-11 hours", 9 },
		{ "10 hours", 10 },
		{ "3h", 3 },
		{ "~4 hours", 4 },
		{ "30 min", 0.5 },
		{ "1 day", 8 },
		{ "0.5 day", 4 },
		{ "2 weeks", 80 },
		{ "1-2 days", 12 },
		{ "1\xE2\x80\x93"
		  "2 days",
		  12 },
		{ "1 to 2 days", 12 },
		{ "1 day - 2 days", 12 },
		{ "4-6 hours (0.5-1 day)", 5 },
		{ "8 story points (1-2 weeks)", 60 },
		{ "Varies (1-4 hours each)", 2.5 },
		{ "2h 30m", 2.5 },
		{ "1 day and 4 hours", 12 },
		{ "3-day job", 24 },
		{ "3+ days", 24 },
		{ "5 Days", 40 },
		{ "2025-10-16: 2 h", 2 },
		{ "**3** hours", -1 },
		{ "v2 hours", -1 },
		{ "X-Y days", -1 },
		{ "5", -1 },
		{ "5 points", -1 },
		{ "3 dayss", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t seconds = -1;
		bool ok = wt_task_parse_estimate(wt_str_of(cases[i].text), &seconds);

		if (ok != (cases[i].hours >= 0) ||
		    (ok && seconds != (int64_t)(cases[i].hours * 3600)))
			fail_msg("'%s' gives %lld s", cases[i].text, (long long)seconds);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_task__a_new_one_declares_nothing),
		TEST(test_task__a_second_one_of_an_id_is_refused_with_both_places),
		TEST(test_task__paths_are_trimmed_of_what_people_put_around_them),
		TEST(test_task__a_declared_path_outside_is_a_defect_and_another_is_left_out),
		TEST(test_task__a_path_keeps_its_most_certain_tag),
		TEST(test_task__dependencies_are_there_once_and_not_too_many),
		TEST(test_task__titles_are_one_plain_line),
		TEST(test_task__criteria_are_one_line_each),
		TEST(test_task__names_are_read_as_they_are_written),
		TEST(test_task__estimates_are_read_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
