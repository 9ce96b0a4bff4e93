/* SPDX-License-Identifier: MIT */
/* Task files as people write them: read task by task, and each one marked. */

#include <dirent.h>

#include "tests/support/taskfile_of.h"

#define FOLDER WTORCH_SOURCE_DIR "/tests/data/taskfiles"

static char *read_whole(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 16);

	assert_non_null(f);
	assert_non_null(text);
	*len = fread(text, 1, (1 << 16) - 1, f);
	assert_true(*len < (1 << 16) - 1);
	fclose(f);
	return text;
}

static void check_file(const char *name)
{
	size_t stem = (size_t)(strchr(name, '.') - name), len, want_len;
	char path[4096], *text, *want;
	struct taskfile t;

	snprintf(path, sizeof path, FOLDER "/%s", name);
	text = read_whole(path, &len);
	snprintf(path, sizeof path, FOLDER "/%.*s.tasks", (int)stem, name);
	want = read_whole(path, &want_len);
	t = taskfile_of_str((struct wt_str){ text, len });
	taskfile_parse(&t);
	print_message("%s\n", name);
	check_str(roadmap_diags(&t.as) ? roadmap_diags(&t.as) : "", "");
	check_str(roadmap_tasks(&t.as), want);
	roadmap_clear(&t.as);
	free(text);
	free(want);
}

/* The text with the edit has the task completed, and all others as they were. */
static void check_marked(const struct wt_tasks *before, size_t task, struct wt_str text,
			 const struct wt_edit *edit)
{
	struct wt_buf b = WT_BUF_INIT;
	struct taskfile t;

	wt_buf_add(&b, text.data, edit->offset);
	wt_buf_puts(&b, edit->text);
	wt_buf_add(&b, text.data + edit->offset + edit->old_len,
		   text.len - edit->offset - edit->old_len);
	t = taskfile_of_str((struct wt_str){ b.data, b.len });
	taskfile_parse(&t);
	assert_int_equal(t.as.diags.len, 0);
	assert_int_equal(t.as.tasks.len, before->len);
	for (size_t i = 0; i < before->len; i++) {
		check_str(t.as.tasks.items[i].id, before->items[i].id);
		check_str(t.as.tasks.items[i].title, before->items[i].title);
		assert_int_equal(t.as.tasks.items[i].status,
				 i == task ? WT_TASK_COMPLETED : before->items[i].status);
	}
	roadmap_clear(&t.as);
	wt_buf_clear(&b);
}

/* How many of its tasks could be marked. */
static size_t mark_each(const char *name)
{
	char path[4096], *text;
	size_t len, n = 0;
	struct taskfile t;

	snprintf(path, sizeof path, FOLDER "/%s", name);
	text = read_whole(path, &len);
	t = taskfile_of_str((struct wt_str){ text, len });
	taskfile_parse(&t);
	for (size_t i = 0; i < t.as.tasks.len; i++) {
		struct wt_roadmap_change change = { .id = t.as.tasks.items[i].id,
						    .status = WT_TASK_COMPLETED };
		struct wt_edit edit;

		if (wt_taskfile_mark(&t.file, t.text, &change, &edit) != WT_MARK_EDIT)
			continue;
		check_marked(&t.as.tasks, i, t.text, &edit);
		n++;
	}
	roadmap_clear(&t.as);
	free(text);
	return n;
}

static void each_file(void (*look)(const char *name), size_t *n_marked, size_t *n)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		struct wt_str name = wt_str_of(e->d_name);

		if (e->d_name[0] == '.' || wt_str_ends(name, ".tasks"))
			continue;
		if (look)
			look(e->d_name);
		else
			*n_marked += mark_each(e->d_name);
		++*n;
	}
	closedir(dir);
}

static void test_taskfile__files_as_people_write_them_are_read_task_by_task(void **unused)
{
	size_t n = 0, n_marked = 0;

	(void)unused;
	each_file(check_file, &n_marked, &n);
	assert_int_equal(n, 10);
}

static void test_taskfile__marking_one_task_changes_no_other(void **unused)
{
	size_t n = 0, n_marked = 0;

	(void)unused;
	each_file(NULL, &n_marked, &n);
	assert_int_equal(n, 10);
	assert_int_equal(n_marked, 26);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taskfile__files_as_people_write_them_are_read_task_by_task),
		cmocka_unit_test(test_taskfile__marking_one_task_changes_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
