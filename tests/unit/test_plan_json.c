/* SPDX-License-Identifier: MIT */
/* The plan as a document, and back. */

#include "tests/support/json_of.h"
#include "tests/support/plan_of.h"

static char *render(const struct wt_plan *plan, const struct wt_plan_render_opts *opts)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	wt_plan_render(plan, opts, &w);
	return wt_buf_take(&out);
}

static const struct wt_json *document_of(struct plan_of *p, const struct wt_plan_render_opts *opts)
{
	char *text = render(&p->plan, opts);
	const struct wt_json *doc = json_of(&p->arena, wt_arena_strdup(&p->arena, text));

	free(text);
	return doc;
}

static const char *text_at(const struct wt_json *doc, const char *path)
{
	const struct wt_json *v = json_at(doc, path);

	assert_int_equal(v->kind, WT_JSON_STRING);
	return v->string;
}

static void check_null(const struct wt_json *doc, const char *path)
{
	check_int(json_at(doc, path)->kind, WT_JSON_NULL);
}

static struct plan_of *rich_plan(void)
{
	static const char *const tree[] = { "src/a.c", "src/b.c" };
	struct plan_of *p = plan_of_tasks("64~, 65=18000!src/a.c, 66<65^P1 *, 67!src/ =60@2, 68@1, "
					  "69<gone, 70<70, 71!SRC/a.c",
					  "run.jobs=5 plan.unknown=alone run.mode=batch "
					  "agent.test.jobs=2 agent.test.mode=batch "
					  "gate.build.command=make gate.tests.command=check "
					  "gate.tests.needs=build gate.all.command=check "
					  "gate.all.when=merged gate.all.required=no "
					  "run.require_gates=yes gate.max_rounds=2");
	struct wt_task *t = &p->tasks.items[2];

	t->body = "Change `src/b.c`.\n\"quoted\" \\ \xC3\xA9\n";
	t->risk = WT_LEVEL_HIGH;
	t->type = WT_TYPE_DOCS;
	t->type_why = "title";
	t->model = "large";
	t->source.issue = "12";
	t->source.repo = "o/r";
	*WT_ARENA_PUSH(&p->arena, t->criteria, t->n_criteria, t->cap_criteria) = "works";
	p->tasks.items[1].is_read_only = true;
	p->in.tree = tree;
	p->in.n_tree = 2;
	plan_of_build(p);
	return p;
}

static void test_plan_json__document_has_the_promised_fields(void **unused)
{
	const struct wt_estimate estimate = {
		.sequential_s = 36000, .parallel_s = 18000, .speedup = 2.0, .instances = 3
	};
	struct plan_of *p = plan_of("64~, 65<64=18000!src/a.c, 66!src/a.c, 70<65");
	const struct wt_json *doc =
		document_of(p, &(struct wt_plan_render_opts){ .estimate = &estimate });

	(void)unused;
	check_str(text_at(doc, "schema"), "wtorch.plan/1");
	check_str(text_at(doc, "base.branch"), "main");
	check_str(text_at(doc, "base.oid"), "3f2a1c9900000000000000000000000000000000");
	check_int(wt_json_count(json_at(doc, "tasks")), 4);
	check_str(text_at(doc, "tasks.0.status"), "completed");
	check_str(text_at(doc, "tasks.1.files.0.from"), "declared");
	check_str(text_at(doc, "tasks.1.estimate_from"), "declared");
	check_null(doc, "tasks.2.estimate_s");
	check_null(doc, "tasks.1.order");
	check_str(text_at(doc, "tasks.1.branch"), "wtorch/65-task-65");
	check_str(text_at(doc, "tasks.1.worktree"), "../app-wt65");
	check_str(text_at(doc, "tasks.2.reason"), "shares src/a.c with 65");
	check_int(wt_json_int(json_at(doc, "tasks.1.source"), "line", 0), 2);
	assert_false(json_at(doc, "valid")->boolean);
	check_str(text_at(doc, "reason"), "65, 66 share src/a.c");
	check_str(text_at(doc, "conflicts.0.kind"), "same_file");
	check_str(text_at(doc, "conflicts.0.tasks.1"), "66");
	check_str(text_at(doc, "unknown.0"), "70");
	check_str(text_at(doc, "dependencies.70.0"), "65");
	assert_true(json_at(doc, "batches.1.parallel")->boolean);
	check_str(text_at(doc, "critical_path.1"), "70");
	check_int(wt_json_int(json_at(doc, "estimate"), "parallel_s", 0), 18000);
	assert_null(wt_json_find(doc, "independent_pairs"));
	assert_null(wt_json_find(json_at(doc, "tasks.0"), "body"));
	plan_of_free(p);
}

static void test_plan_json__skipped_tasks_give_their_reason(void **unused)
{
	struct plan_of *p = plan_of("a<gone, b<b");
	const struct wt_json *doc = document_of(p, &(struct wt_plan_render_opts){ 0 });

	(void)unused;
	check_str(text_at(doc, "tasks.0.reason"), "needs gone, which does not exist");
	check_null(doc, "tasks.0.batch");
	check_null(doc, "tasks.0.branch");
	check_null(doc, "estimate");
	check_str(text_at(doc, "cycles.0.0"), "b");
	check_str(text_at(doc, "diagnostics.0.severity"), "warning");
	check_int(wt_json_int(json_at(doc, "diagnostics.1"), "line", 0), 2);
	plan_of_free(p);
}

static void test_plan_json__pairs_are_those_that_have_nothing_in_common(void **unused)
{
	struct plan_of *p = plan_of("a, b<a, c<b, d!x, e!x, f~, g@1, h@2");
	const struct wt_json *pair =
		json_at(document_of(p, &(struct wt_plan_render_opts){ .pairs = true }),
			"independent_pairs")
			->child;
	struct wt_buf got = WT_BUF_INIT;

	(void)unused;
	for (; pair; pair = pair->next)
		wt_buf_printf(&got, "%s%s ", pair->child->string, pair->child->next->string);
	check_str(got.data, "ad ae ag ah bd be bg bh cd ce cg ch dg dh eg eh ");
	wt_buf_clear(&got);
	plan_of_free(p);
}

static void test_plan_json__whole_plan_comes_back_equal(void **unused)
{
	const struct wt_plan_render_opts whole = { .whole = true, .pairs = true };
	struct plan_of *p = rich_plan();
	struct wt_plan back;
	struct wt_error err;
	char *before = render(&p->plan, &whole), *after;

	(void)unused;
	check_ok(wt_plan_parse(&p->arena, document_of(p, &whole), &back, &err), err);
	after = render(&back, &whole);
	check_str(after, before);
	check_int(back.n_tasks, p->plan.n_tasks);
	check_int(back.n_selected, p->plan.n_selected);
	check_int(back.n_batches, p->plan.n_batches);
	check_int(back.n_locks, p->plan.n_locks);
	check_int(back.n_named_locks, 1);
	check_int(back.lock_room[back.n_locks - 1], 2);
	check_str(back.lane_names[0], "agent test");
	check_int(back.limits.mode, WT_MODE_BATCH);
	check_int(back.diags.errors, p->plan.diags.errors);
	check_str(back.repo_name, "app");
	for (size_t i = 0; i < back.n_tasks; i++) {
		const struct wt_plan_task *x = &back.tasks[i], *y = &p->plan.tasks[i];

		check_int(x->n_dependents, y->n_dependents);
		check_int(x->n_lanes, y->n_lanes);
		check_int(x->worktree == NULL, y->worktree == NULL);
		check_str(x->worktree ? x->worktree : "", y->worktree ? y->worktree : "");
		check_str(x->agent ? x->agent : "", y->agent ? y->agent : "");
		check_str(x->task.body, y->task.body);
		check_int(wt_plan_find(&back, y->task.id), i);
	}
	free(before);
	free(after);
	wt_plan_clear(&back);
	plan_of_free(p);
}

static void test_plan_json__empty_plan_comes_back(void **unused)
{
	struct plan_of *p = plan_of("");
	struct wt_plan back;
	struct wt_error err;

	(void)unused;
	check_ok(wt_plan_parse(&p->arena,
			       document_of(p, &(struct wt_plan_render_opts){ .whole = true }),
			       &back, &err),
		 err);
	check_int(back.n_tasks, 0);
	assert_true(back.is_valid);
	wt_plan_clear(&back);
	plan_of_free(p);
}

/* The document of a version that knew neither rooms nor lanes. */
static void test_plan_json__plan_without_rooms_and_lanes_is_read(void **unused)
{
	struct plan_of *p = plan_of_with("a!x, b!x", "plan.conflicts=serialise");
	char *text;
	struct wt_plan back;
	struct wt_error err;

	(void)unused;
	p->plan.lock_room = NULL;
	text = render(&p->plan, &(struct wt_plan_render_opts){ .whole = true });
	*strstr(text, ",\"named_locks\"") = '\0';
	check_ok(wt_plan_parse(&p->arena,
			       json_of(&p->arena, wt_arena_printf(&p->arena, "%s}", text)), &back,
			       &err),
		 err);
	check_int(back.n_locks, 1);
	check_int(back.n_named_locks, 0);
	check_int(back.n_lanes, 0);
	assert_null(back.lock_room);
	free(text);
	wt_plan_clear(&back);
	plan_of_free(p);
}

/* Parses the whole rich plan with each `from` turned into `to`. */
static void check_damage(const char *from, const char *to, const char *part)
{
	struct plan_of *p = rich_plan();
	char *text = render(&p->plan, &(struct wt_plan_render_opts){ .whole = true });
	struct wt_buf bad = WT_BUF_INIT;
	struct wt_plan back;
	struct wt_error err = { 0 };
	const char *rest = text, *at;

	while ((at = strstr(rest, from))) {
		wt_buf_add(&bad, rest, (size_t)(at - rest));
		wt_buf_puts(&bad, to);
		rest = at + strlen(from);
	}
	if (rest == text)
		fail_msg("'%s' is not in the document", from);
	wt_buf_puts(&bad, rest);
	assert_int_equal(wt_plan_parse(&p->arena, json_of(&p->arena, bad.data), &back, &err),
			 WT_E_INPUT);
	check_contains(err.msg, part);
	wt_buf_clear(&bad);
	free(text);
	plan_of_free(p);
}

static void test_plan_json__damaged_plans_are_refused(void **unused)
{
	(void)unused;
	check_damage("wtorch.plan/1", "wtorch.plan/2", "the document is not a wtorch.plan/1");
	check_damage("\"needs\":[1]", "\"needs\":[99]", "a number is out of range");
	check_damage("\"needs\":[1]", "\"needs\":[-1]", "a number is out of range");
	check_damage("\"needs\":[1]", "\"needs\":[2]", "does not come behind what it needs");
	check_damage("\"needs\":[1]", "\"needs\":[1,1]", "not ascending");
	check_damage("\"locks\":[0", "\"locks\":[1e300", "a number is out of range");
	check_damage("\"lock_room\":[1", "\"lock_room\":[0", "nobody may hold");
	check_damage("\"lock_room\":[1", "\"lock_room\":[1,1", "not every lock");
	check_damage("\"named_locks\":1", "\"named_locks\":9", "a number is out of range");
	check_damage("\"lanes\":[0]", "\"lanes\":[1]", "a number is out of range");
	check_damage("\"lanes\":[0]", "\"lanes\":[0,0]", "not ascending");
	check_damage("\"id\":\"66\"", "\"id\":\"../66\"", "no id");
	check_damage("\"id\":\"66\"", "\"id\":\"65\"", "two tasks have the same id");
	check_damage("\"path\":\"src/a.c\"", "\"path\":\"../a.c\"", "a file of a task is none");
	check_damage("\"branch\":\"wtorch", "\"branch\":\"-wtorch", "a branch");
	check_damage("\"mode\":\"batch\"", "\"mode\":\"x\"", "a word");
	check_damage("\"repo\":\"/home", "\"repo\":\"home", "not a whole plan");
	check_damage("\"weight_s\":", "\"weight_s\":-", "weight");
	check_damage("\"batch\":1", "\"batch\":null", "in a wave");
	check_damage("\"critical_path\":[\"", "\"critical_path\":[\"x", "a task that it does not");
	check_damage("\"severity\":\"", "\"severity\":\"x", "severity");
	check_damage("\"name\":\"build\"", "\"name\":\"tests\"", "no name of its own");
	check_damage("\"name\":\"build\"", "\"name\":\"../x\"", "no name of its own");
	check_damage("\"when\":\"merged\"", "\"when\":\"base\"", "when a gate is asked");
	check_damage("\"gates\":[\"build\"", "\"gates\":[\"gone\"", "a gate that the plan");
}

static void test_plan_json__document_without_the_inside_is_refused(void **unused)
{
	struct plan_of *p = plan_of("a");
	struct wt_plan back;
	struct wt_error err = { 0 };

	(void)unused;
	assert_int_equal(wt_plan_parse(&p->arena,
				       document_of(p, &(struct wt_plan_render_opts){ 0 }), &back,
				       &err),
			 WT_E_INPUT);
	check_contains(err.msg, "not a whole plan");
	assert_int_equal(wt_plan_parse(&p->arena, NULL, &back, &err), WT_E_INPUT);
	plan_of_free(p);
}

static void test_plan_json__gates_come_back(void **unused)
{
	struct plan_of *p = rich_plan();
	struct wt_plan back;
	struct wt_error err;
	char *text = render(&p->plan, &(struct wt_plan_render_opts){ .whole = true });

	(void)unused;
	check_str(text_at(json_of(&p->arena, text), "tasks.1.gates.0"), "build");
	check_ok(wt_plan_parse(&p->arena, json_of(&p->arena, text), &back, &err), err);
	check_int(back.n_gates, 3);
	check_str(back.gates[1].name, "tests");
	check_int(back.gates[1].n_needs, 1);
	assert_true(back.gates[1].is_required && back.gates[1].is_of_base);
	check_int(back.gates[2].when, WT_GATE_MERGED);
	assert_false(back.gates[2].is_required || back.gates[2].is_of_base);
	check_int(back.tasks[1].n_gates, 3);
	check_int(back.tasks[0].n_gates, 0); /* it does not run */
	assert_true(back.requires_gates);
	check_int(back.limits.max_rounds, 2);
	assert_false(wt_plan_is_ungated(&back));
	free(text);
	wt_plan_clear(&back);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_json__document_has_the_promised_fields),
		cmocka_unit_test(test_plan_json__skipped_tasks_give_their_reason),
		cmocka_unit_test(test_plan_json__pairs_are_those_that_have_nothing_in_common),
		cmocka_unit_test(test_plan_json__whole_plan_comes_back_equal),
		cmocka_unit_test(test_plan_json__gates_come_back),
		cmocka_unit_test(test_plan_json__empty_plan_comes_back),
		cmocka_unit_test(test_plan_json__plan_without_rooms_and_lanes_is_read),
		cmocka_unit_test(test_plan_json__damaged_plans_are_refused),
		cmocka_unit_test(test_plan_json__document_without_the_inside_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
