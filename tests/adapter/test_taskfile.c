/* SPDX-License-Identifier: MIT */
/* Task files as people write them: what is read, what is said, what is written back. */

#include "tests/support/taskfile_of.h"

static void test_taskfile__every_key_is_read(void **unused)
{
	(void)unused;
	check_taskfile(
		"tasks:\n"
		"  - id: 65\n"
		"    title: Recipe import\n"
		"    status: in_progress\n"
		"    files: [src/a.c, \"docs/**\"]\n"
		"    depends_on: [64, '#63']\n"
		"    order: 2\n"
		"    priority: P1\n"
		"    estimate: 2h\n"
		"    risk: low\n"
		"    complexity: high\n"
		"    critical: yes\n"
		"    type: bugfix\n"
		"    agent: claude\n"
		"    model: fast\n"
		"    template: careful\n"
		"    criteria:\n"
		"      - it works\n"
		"      - it is tested\n",
		"65 in_progress 'Recipe import' estimate=7200 order=2 priority=P1 risk=low "
		"complexity=high critical type=bugfix agent=claude model=fast template=careful "
		"files=src/a.c, docs/** depends=64, 63 criteria=it works, it is tested\n",
		"");
}

static void test_taskfile__old_spellings_mean_the_same(void **unused)
{
	(void)unused;
	check_taskfile("task_id: US-7\n"
		       "description: |\n"
		       "  Do the thing\n"
		       "  and more of it\n"
		       "files_affected: src/a.c\n"
		       "estimated_duration: 5min\n"
		       "risk_level: high\n"
		       "dependencies: US-5, US-6\n"
		       "status: todo\n",
		       "US-7 planned 'Do the thing' estimate=300 risk=high files=src/a.c "
		       "depends=US-5, US-6\n",
		       "");
}

static void test_taskfile__dependencies_may_stand_at_the_top(void **unused)
{
	(void)unused;
	check_taskfile("{\"tasks\": [{\"id\": \"a\"}, {\"id\": \"b\", \"title\": \"B\"}],\n"
		       " \"dependencies\": {\"b\": [\"a\"], \"a\": null, \"c\": [\"a\"]}}\n",
		       "a planned 'a'\nb planned 'B' depends=a\n",
		       "error 2:42 there is no task 'c'\n");
}

static void test_taskfile__a_batch_holds_one_task_an_item(void **unused)
{
	(void)unused;
	check_taskfile("batch:\n"
		       "  - modify: src/a.c\n"
		       "  - feature: Log in\n"
		       "  - [test: the parser, doc: README]\n"
		       "  - paint: it\n",
		       "modify-src-a-c planned 'modify src/a.c' files=src/a.c\n"
		       "feature-log-in planned 'feature Log in' type=feature\n"
		       "test-the-parser planned 'test the parser' type=test\n"
		       "doc-readme planned 'doc README' type=docs\n",
		       "error 5:5 'item' is a map where one of 'modify: X', 'feature: X', "
		       "'test: X', 'doc: X' is expected\n");
}

static void test_taskfile__everything_wrong_is_said_at_once_with_its_place(void **unused)
{
	(void)unused;
	check_taskfile(
		"tasks:\n"
		"  - id: 1\n"
		"    titel: x\n"
		"    order: first\n"
		"    files: {a: b}\n"
		"    critical: perhaps\n"
		"    zzzzzz: 1\n"
		"  - title: no id\n"
		"  - id: a b\n"
		"  - id: 1\n"
		"  - just text\n",
		"1 planned '1'\n",
		"error 3:5 unknown key 'titel'; did you mean 'title'?\n"
		"error 4:12 'order' is 'first' where a whole number is expected\n"
		"error 5:12 'files' is a map where a list is expected\n"
		"error 6:15 'critical' is 'perhaps' where yes or no is expected\n"
		"error 7:5 unknown key 'zzzzzz'\n"
		"error 8:5 a task without 'id'\n"
		"error 9:9 'id' is 'a b' where an id (a letter or digit, then letters, "
		"digits, '.', '_' or '-', up to 64) is expected\n"
		"warning 10:9 task '1' in line 10 is left out: the one in t.yaml line 2 has that "
		"id\n"
		"error 11:5 'item' is 'just text' where a map with the task's id, title and so "
		"on is expected\n");
}

static void check_mark(const char *text, const char *id, enum wt_task_status status,
		       const char *want)
{
	struct taskfile t = taskfile_of_str(wt_str_of(text));
	struct wt_roadmap_change change = { .id = id, .status = status };
	struct wt_edit edit;
	struct wt_buf out = WT_BUF_INIT;
	enum wt_mark_result result = wt_taskfile_mark(&t.file, t.text, &change, &edit);

	if (result == WT_MARK_EDIT) {
		wt_buf_add(&out, text, edit.offset);
		wt_buf_puts(&out, edit.text);
		wt_buf_puts(&out, text + edit.offset + edit.old_len);
	} else {
		wt_buf_puts(&out, result == WT_MARK_GONE ? "gone" : "already");
	}
	check_str(out.data, want);
	wt_buf_clear(&out);
	roadmap_clear(&t.as);
}

static void test_taskfile__completion_changes_the_status_alone(void **unused)
{
	(void)unused;
	check_mark("tasks:\r\n- id: a\r\n  status: \"planned\"  # soon\r\n", "a", WT_TASK_COMPLETED,
		   "tasks:\r\n- id: a\r\n  status: \"completed\"  # soon\r\n");
	check_mark("\xEF\xBB\xBFtasks:\n- {id: a, title: \"\xC3\xA4\", status: todo}\n- {id: b, "
		   "status: done}",
		   "a", WT_TASK_COMPLETED,
		   "\xEF\xBB\xBFtasks:\n- {id: a, title: \"\xC3\xA4\", status: done}\n- {id: b, "
		   "status: done}");
	check_mark("id: a\nstatus: done\n", "a", WT_TASK_COMPLETED, "already");
	check_mark("id: a\nstatus: >\n  planned\n", "a", WT_TASK_COMPLETED, "gone");
	check_mark("id: a\n", "b", WT_TASK_COMPLETED, "gone");
}

static void test_taskfile__a_task_without_a_status_gets_one_behind_its_id(void **unused)
{
	(void)unused;
	check_mark(
		"tasks:\n  - title: T\n    id: a # first\n    order: 1\n", "a", WT_TASK_COMPLETED,
		"tasks:\n  - title: T\n    id: a # first\n    status: completed\n    order: 1\n");
	check_mark("task_id: a", "a", WT_TASK_COMPLETED, "task_id: a\nstatus: completed");
	check_mark("id: a\r\ntitle: b\r\n", "a", WT_TASK_FAILED,
		   "id: a\r\nstatus: failed\r\ntitle: b\r\n");
	check_mark("[{\"id\": \"a\", \"title\": \"t\"}]", "a", WT_TASK_COMPLETED,
		   "[{\"id\": \"a\", \"status\": \"completed\", \"title\": \"t\"}]");
}

/* orchestration: instances of one workflow */

#define SHOP                                                                                   \
	"orchestration:\n  workflow: feature\n  parallel: 2\n  sync_point: after_each_batch\n" \
	"  instances:\n    - feature: Cart totals\n      branch: feature/cart\n"               \
	"    - {feature: \"Search\", id: s, files: [src/s.c], template: own}\n"                \
	"    - feature: Export\n      depends_on: cart-totals\n"

static void test_taskfile__instances_of_a_workflow_are_tasks(void **unused)
{
	struct taskfile t = taskfile_of_str(wt_str_of(SHOP));

	(void)unused;
	taskfile_parse(&t);
	check_str(roadmap_tasks(&t.as), "cart-totals planned 'Cart totals' template=feature\n"
					"s planned 'Search' template=own files=src/s.c\n"
					"export planned 'Export' template=feature "
					"depends=cart-totals\n");
	check_str(roadmap_diags(&t.as), "");
	for (size_t i = 0; i < 3; i++) {
		check_str(t.as.tasks.items[i].group, "orchestration t.yaml");
		check_int(t.as.tasks.items[i].group_room, 2);
		assert_true(t.as.tasks.items[i].group_in_waves);
	}
	check_str(t.as.tasks.items[0].branch, "feature/cart");
	roadmap_clear(&t.as);
	check_taskfile("orchestration: {instances: [{feature: A}]}\ntasks: [{id: b}]\n",
		       "a planned 'A'\nb planned 'b'\n", "");
}

static void test_taskfile__what_is_wrong_with_an_orchestration_is_said_at_once(void **unused)
{
	(void)unused;
	check_taskfile(
		"orchestration:\n  workflw: x\n  parallel: some\n"
		"  sync_point: before_aggregation\n  template: a b\n  instances:\n"
		"    - x\n    - {branch: y}\n    - feature: '!'\n    - feature: [a]\n"
		"    - feature: A\n      brnach: z\n",
		"a planned 'A'\n",
		"error 2:3 unknown key 'workflw'; did you mean 'workflow'?\n"
		"error 3:13 'parallel' is 'some' where yes, no, or how many at once is "
		"expected\n"
		"error 4:15 'sync_point' is 'before_aggregation' where 'after_each_batch' is "
		"expected\n"
		"error 5:13 'template' is 'a b' where the name of a template is expected\n"
		"error 7:7 'item' is 'x' where a map with 'feature' and, when wanted, "
		"'branch' and keys of a task is expected\n"
		"error 8:7 'item' is a map where a map with 'feature' and, when wanted, "
		"'branch' and keys of a task is expected\n"
		"error 9:16 'feature' is '!' where something that an id can be made from is "
		"expected\n"
		"error 10:16 'feature' is a list where text is expected\n"
		"error 12:7 unknown key 'brnach'; did you mean 'branch'?\n");
	check_taskfile("orchestration: [a]\n", "",
		       "error 1:16 'orchestration' is a list where a map with 'instances' is "
		       "expected\n");
	check_taskfile("orchestration:\n  instances: x\n", "",
		       "error 2:14 'instances' is 'x' where a list of instances is expected\n");
}

static void test_taskfile__an_instance_gets_its_status_behind_its_feature(void **unused)
{
	(void)unused;
	check_mark("orchestration:\n  instances:\n    - feature: Cart totals\n      branch: b\n",
		   "cart-totals", WT_TASK_COMPLETED,
		   "orchestration:\n  instances:\n    - feature: Cart totals\n"
		   "      status: completed\n      branch: b\n");
	check_mark("orchestration: {instances: [{feature: A}, {feature: B, status: todo}]}", "b",
		   WT_TASK_COMPLETED,
		   "orchestration: {instances: [{feature: A}, {feature: B, status: completed}]}");
	check_mark("orchestration: {instances: [{feature: A}]}", "a", WT_TASK_COMPLETED,
		   "orchestration: {instances: [{feature: A, status: completed}]}");
	check_mark("orchestration: {instances: [{feature: A}]}", "c", WT_TASK_COMPLETED, "gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taskfile__every_key_is_read),
		cmocka_unit_test(test_taskfile__old_spellings_mean_the_same),
		cmocka_unit_test(test_taskfile__dependencies_may_stand_at_the_top),
		cmocka_unit_test(test_taskfile__a_batch_holds_one_task_an_item),
		cmocka_unit_test(test_taskfile__everything_wrong_is_said_at_once_with_its_place),
		cmocka_unit_test(test_taskfile__instances_of_a_workflow_are_tasks),
		cmocka_unit_test(
			test_taskfile__what_is_wrong_with_an_orchestration_is_said_at_once),
		cmocka_unit_test(test_taskfile__an_instance_gets_its_status_behind_its_feature),
		cmocka_unit_test(test_taskfile__completion_changes_the_status_alone),
		cmocka_unit_test(test_taskfile__a_task_without_a_status_gets_one_behind_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
