/* SPDX-License-Identifier: MIT */
/* plan.conflicts = join: tasks that touch nearly the same become one. */

#include "tests/support/json_of.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/sched.h"

#define JOIN  "plan.conflicts=join"
#define PLANS 1500

/* "a+b:1 c:2": what runs, with its wave. */
static void check_joined(struct plan_of *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.n_tasks; i++) {
		if (p->plan.tasks[i].batch)
			wt_buf_printf(&got, "%s%s:%zu", got.len ? " " : "",
				      wt_plan_label(&p->arena, &p->plan, i),
				      p->plan.tasks[i].batch);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void check_join(const char *spec, const char *want)
{
	struct plan_of *p = plan_of_with(spec, JOIN);

	check_joined(p, want);
	plan_of_free(p);
}

static void check_hint(struct plan_of *p, const char *part)
{
	struct wt_buf all = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.diags.len; i++) {
		if (p->plan.diags.items[i].severity == WT_SEVERITY_HINT)
			wt_buf_printf(&all, "%s\n", p->plan.diags.items[i].message);
	}
	check_contains(all.data, part);
	wt_buf_clear(&all);
}

/* Two tasks that touch the same, the second one changed by hand, are not joined: why. */
static struct plan_of *alike(void)
{
	return plan_of_tasks("a !x !y, b !x !y", JOIN " agent.other.command=true run.agent=test");
}

static void check_apart(struct plan_of *p, const char *why)
{
	plan_of_build(p);
	check_joined(p, "a:1 b:2");
	check_hint(p,
		   wt_arena_printf(&p->arena,
				   "a and b touch nearly the same, and are not joined: %s", why));
	plan_of_free(p);
}

static void test_plan_join__tasks_that_mostly_overlap_are_one(void **unused)
{
	(void)unused;
	check_join("a !x !y, b !x !y, c !z", "a+b:1 c:1");
	/* The very rule of the advice: 3 of 5 paths are enough, 2 of 4 are not, nor is one. */
	check_join("a !x !y !z !v, b !x !y !z !w", "a+b:1");
	check_join("a !x !y !v, b !x !y !w", "a:1 b:2");
	check_join("a !x, b !x", "a:1 b:2");
}

static void test_plan_join__only_where_it_is_asked_for(void **unused)
{
	struct plan_of *p = plan_of("a !x !y, b !x !y");

	(void)unused;
	check_joined(p, "a:1 b:2");
	assert_null(p->plan.tasks[0].parts);
	check_int(p->plan.advices.len, 1);
	plan_of_free(p);
	p = plan_of_with("a !x !y, b !x !y", JOIN);
	check_int(p->plan.advices.len, 0);
	assert_true(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan_join__several_go_by_what_is_between_them(void **unused)
{
	(void)unused;
	/* a and c have 4 of 8 in common, each of them most with b. */
	check_join("a !1 !2 !3 !4 !5 !6, b !2 !3 !4 !5 !6 !7, c !3 !4 !5 !6 !7 !8", "a+b+c:1");
}

static void test_plan_join__half_a_roadmap_is_not_one_task(void **unused)
{
	struct plan_of *p = plan_of_with("a !x !y, b !x !y, c !x !y, d !x !y, e !x !y, f !x !y, "
					 "g !x !y",
					 JOIN);

	(void)unused;
	check_joined(p, "a+b+c+d+e:1 f+g:2");
	check_hint(p, "are not joined: at most 5 become one");
	check_hint(p, "5 more pairs of tasks touch nearly the same, and are not joined");
	plan_of_free(p);
	p = plan_of_with("a !x !y =3600, b !x !y =3600, c !x !y =3600",
			 JOIN " plan.max_estimate=2h");
	check_joined(p, "a+b:1 c:2");
	check_hint(p, "together they would be over plan.max_estimate");
	plan_of_free(p);
}

static void test_plan_join__one_task_says_what_all_of_them_say(void **unused)
{
	struct plan_of *p =
		plan_of_tasks("n, m, a !x !y =60 ^P2 <n, b !y !x !z =90 ^P1 * <m+n", JOIN);
	struct wt_task *a = &p->tasks.items[2], *b = &p->tasks.items[3];
	const struct wt_plan_task *t;

	(void)unused;
	a->body = "Do A.\n";
	b->body = "\nDo B.";
	b->risk = WT_LEVEL_HIGH;
	a->complexity = WT_LEVEL_MEDIUM;
	b->complexity = WT_LEVEL_LOW;
	b->branch = "mine";
	*WT_ARENA_PUSH(&p->arena, a->criteria, a->n_criteria, a->cap_criteria) = "works";
	*WT_ARENA_PUSH(&p->arena, b->criteria, b->n_criteria, b->cap_criteria) = "works";
	*WT_ARENA_PUSH(&p->arena, b->criteria, b->n_criteria, b->cap_criteria) = "is tested";
	plan_of_build(p);
	check_joined(p, "n:1 m:1 a+b:2");
	t = plan_of_task(p, "a");
	check_str(t->task.title, "Task a; Task b");
	check_str(t->own_title, "Task a");
	check_contains(t->task.body, "### a: Task a\n\nDo A.\n\n### b: Task b\n\nDo B.\n");
	check_int(t->task.n_files, 3);
	check_int(t->task.n_criteria, 2);
	check_int(t->task.n_depends, 2);
	check_int(t->n_needs, 2);
	check_str(t->task.priority, "P1");
	assert_true(t->task.is_critical);
	check_int(t->task.risk, WT_LEVEL_HIGH);
	check_int(t->task.complexity, WT_LEVEL_MEDIUM);
	check_int(t->weight_s, 150);
	check_int(t->estimate_from, WT_ESTIMATE_DECLARED);
	check_str(t->branch, "mine");
	plan_of_free(p);
}

static void test_plan_join__a_sum_with_a_guess_in_it_is_a_guess(void **unused)
{
	struct plan_of *p = plan_of_with("a !x !y =7200, b !x !y, c !z =7200", JOIN);

	(void)unused;
	check_int(plan_of_task(p, "a")->weight_s, 14400);
	check_int(plan_of_task(p, "a")->estimate_from, WT_ESTIMATE_UNKNOWN);
	check_int(plan_of_task(p, "a")->task.estimate_s, -1);
	plan_of_free(p);
}

static void test_plan_join__every_id_means_the_task_that_holds_it(void **unused)
{
	struct plan_of *p = plan_of_with("a !x !y, b !x !y, c <b !z", JOIN);
	const struct wt_plan_task *b = &p->plan.tasks[1];

	(void)unused;
	check_joined(p, "a+b:1 c:2");
	check_int(wt_plan_find(&p->plan, "b"), 0);
	check_int(wt_plan_count_parts(&p->plan, 0), 2);
	check_int(wt_plan_count_parts(&p->plan, 2), 1);
	check_str(wt_plan_part(&p->plan, 0, 0).title, "Task a");
	check_str(wt_plan_part(&p->plan, 0, 1).title, "Task b");
	check_int(wt_plan_part(&p->plan, 0, 1).source.line, 2);
	assert_false(b->is_selected);
	check_int(b->joined_to, 1);
	check_str(b->reason, "part of a");
	check_int(plan_of_task(p, "c")->n_needs, 1);
	check_int(p->plan.n_selected, 2);
	plan_of_free(p);
}

static void test_plan_join__who_selects_one_gets_only_that_one(void **unused)
{
	const char *const only[] = { "b" }, *const both[] = { "b", "a" };
	struct plan_of *p = plan_of_tasks("a !x !y, b !x !y", JOIN);

	(void)unused;
	p->in.select = only;
	p->in.n_select = 1;
	plan_of_build(p);
	check_joined(p, "b:1");
	p->in.select = both;
	p->in.n_select = 2;
	plan_of_build(p);
	check_joined(p, "a+b:1");
	plan_of_free(p);
}

static void test_plan_join__the_most_tasks_are_counted_before(void **unused)
{
	struct plan_of *p = plan_of_tasks("a !x !y *, b !x !y *, c !z, d !v", JOIN);

	(void)unused;
	p->in.max_tasks = 3;
	plan_of_build(p);
	check_joined(p, "a+b:1 c:1");
	check_hint(p, "1 planned task is left out: at most 3 were asked for");
	plan_of_free(p);
}

static void test_plan_join__what_is_done_in_different_ways_stays_apart(void **unused)
{
	struct plan_of *p = alike();

	(void)unused;
	p->tasks.items[1].agent = "other";
	check_apart(p, "their agents differ (test, other)");
	p = alike();
	p->tasks.items[1].model = "large";
	check_apart(p, "their models differ (none, large)");
	p = alike();
	p->tasks.items[1].has_order = true;
	p->tasks.items[1].order = 2;
	check_apart(p, "their orders differ (none, 2)");
	p = alike();
	p->tasks.items[1].is_read_only = true;
	plan_of_build(p);
	check_joined(p, "a:1 b:1");
	plan_of_free(p);
	p = alike();
	p->tasks.items[1].is_alone = true;
	check_apart(p, "one of them is to be worked on alone");
	p = alike();
	p->tasks.items[0].branch = "mine";
	p->tasks.items[1].branch = "yours";
	check_apart(p, "they ask for different branches");
	p = alike();
	p->tasks.items[1].group = "batch";
	check_apart(p, "their groups differ (none, batch)");
	p = alike();
	p->tasks.items[1].conflicts_with = (const char *[]){ "a" };
	p->tasks.items[1].n_conflicts_with = 1;
	check_apart(p, "they are declared to conflict");
}

static void test_plan_join__a_task_between_two_keeps_them_apart(void **unused)
{
	struct plan_of *p = plan_of_with("a !x !y, m <a !z, b <m !x !y, c !x !y", JOIN);

	(void)unused;
	check_joined(p, "a+c:1 m:2 b:3");
	check_hint(p, "another task needs one of them and is needed by the other");
	plan_of_free(p);
	/* Over a task that is one with others: c needs what is joined to what a needs. */
	p = plan_of_with("a <m !x !y, b !x !y, m !v !w, n <b !v !w", JOIN);
	check_joined(p, "a+b:2 m:1 n:3");
	plan_of_free(p);
	/* Over an order that all others of it wait for. */
	p = plan_of_with("a !x !y <q, b !x !y, p <b @1 !v, q @2 !w", JOIN);
	check_joined(p, "a:4 b:1 p:2 q:3");
	plan_of_free(p);
}

static void test_plan_join__one_that_needs_the_other_comes_behind_it_in_the_text(void **unused)
{
	struct plan_of *p = plan_of_with("a <b !x !y, b !x !y, c !x !y", JOIN);
	const char *body = plan_of_task(p, "a")->task.body;

	(void)unused;
	check_joined(p, "a+b+c:1");
	assert_true(strstr(body, "### b:") < strstr(body, "### a:"));
	check_int(plan_of_task(p, "a")->task.n_depends, 0);
	plan_of_free(p);
}

/* The document */

static char *render(const struct wt_plan *plan, bool whole)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_plan_render(plan, &(struct wt_plan_render_opts){ .whole = whole },
		       &(struct wt_jsonw){ .out = &out });
	return wt_buf_take(&out);
}

static void check_round_trip(struct plan_of *p, struct wt_plan *back)
{
	char *text = render(&p->plan, true), *again;
	struct wt_error err;

	check_ok(wt_plan_parse(&p->arena, json_of(&p->arena, wt_arena_strdup(&p->arena, text)),
			       back, &err),
		 err);
	again = render(back, true);
	check_str(again, text);
	free(again);
	free(text);
}

static void test_plan_join__a_document_has_it_and_gives_it_back(void **unused)
{
	struct plan_of *p = plan_of_with("a !x !y, b !x !y, c <b !z", JOIN);
	char *text = render(&p->plan, false);
	struct wt_plan back;

	(void)unused;
	check_contains(text, "\"joined\":[\"b\"]");
	check_contains(text, "\"joined_to\":\"a\"");
	check_contains(text, "\"dependencies\":{\"c\":[\"a\"]}");
	free(text);
	check_round_trip(p, &back);
	check_int(wt_plan_find(&back, "b"), 0);
	check_str(wt_plan_part(&back, 0, 0).title, "Task a");
	check_str(wt_plan_part(&back, 0, 1).id, "b");
	wt_plan_clear(&back);
	plan_of_free(p);
}

static void check_damage(const char *from, const char *to, const char *part)
{
	struct plan_of *p = plan_of_with("z !q, a !x !y, b !x !y, c !x !y", JOIN);
	char *text = render(&p->plan, true), *at = strstr(text, from);
	struct wt_plan back;
	struct wt_error err;

	assert_non_null(at);
	*at = '\0';
	assert_int_equal(wt_plan_parse(&p->arena,
				       json_of(&p->arena, wt_arena_printf(&p->arena, "%s%s%s", text,
									  to, at + strlen(from))),
				       &back, &err),
			 WT_E_INPUT);
	check_contains(err.msg, part);
	free(text);
	plan_of_free(p);
}

static void test_plan_join__damaged_documents_are_refused(void **unused)
{
	(void)unused;
	check_damage("\"joined_to\":\"a\"", "\"joined_to\":\"c\"", "joined to what does not run");
	check_damage("\"joined_to\":\"a\"", "\"joined_to\":\"gone\"",
		     "joined to what does not run");
	check_damage("\"joined_to\":\"a\"", "\"joined_to\":\"b\"", "joined to what does not run");
	check_damage("\"own_title\":\"Task a\"", "\"own_title\":null", "a title of its own");
	check_damage("\"title\":\"Task z\"", "\"title\":\"Task z\",\"own_title\":\"Z\"",
		     "a title of its own");
}

/* What holds for all of them, tried on made-up ones */

struct dice {
	uint64_t state;
};

static size_t roll(struct dice *d, size_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (size_t)(d->state >> 11) % n;
}

static void make_spec(struct wt_buf *spec, struct dice *d)
{
	size_t n = 2 + roll(d, 12);
	bool has_orders = roll(d, 4) == 0;

	for (size_t i = 0; i < n; i++) {
		size_t pool = roll(d, 3);

		wt_buf_printf(spec, "%st%zu", i ? ", " : "", i);
		for (size_t k = 0; k < 5; k++)
			if (roll(d, 4))
				wt_buf_printf(spec, " !%c%zu", (char)('u' + pool), k);
		if (roll(d, 3) == 0 && n > 1)
			wt_buf_printf(spec, " <t%zu", (i + 1 + roll(d, n - 1)) % n);
		if (has_orders && roll(d, 3))
			wt_buf_printf(spec, " @%zu", roll(d, 3));
		if (roll(d, 2))
			wt_buf_printf(spec, " =%zu", 1 + roll(d, 20));
	}
}

/* The task that does the work of that one. */
static const struct wt_plan_task *doer_of(const struct plan_of *p, size_t task)
{
	size_t holder = p->plan.tasks[task].joined_to;

	return &p->plan.tasks[holder ? holder - 1 : task];
}

static void check_rules(const struct plan_of *p)
{
	for (size_t i = 0; i < p->plan.n_tasks; i++) {
		const struct wt_plan_task *t = doer_of(p, i);
		const struct wt_task *read = &p->tasks.items[i];

		assert_true(t->batch > 0);
		assert_true(t->n_parts <= WT_MAX_JOINED);
		for (size_t k = 0; k < read->n_depends; k++) {
			size_t other = wt_map_find(&p->tasks.by_id, read->depends_on[k]);

			if (doer_of(p, other) != t)
				assert_true(doer_of(p, other)->batch < t->batch);
		}
		for (size_t k = 0; read->has_order && k < p->plan.n_tasks; k++)
			if (p->tasks.items[k].has_order && p->tasks.items[k].order < read->order)
				assert_true(doer_of(p, k)->batch < t->batch);
		for (size_t k = 0; k < read->n_files; k++) {
			size_t f = 0;

			while (f < t->task.n_files &&
			       strcmp(t->task.files[f].path, read->files[k].path) != 0)
				f++;
			assert_true(f < t->task.n_files);
		}
	}
}

static void test_plan_join__made_up_plans_keep_the_rules(void **unused)
{
	size_t n_joined = 0, n_tried = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= PLANS; seed++) {
		struct dice d = { seed * UINT64_C(0x9E3779B97F4A7C15) };
		struct wt_buf spec = WT_BUF_INIT;
		struct plan_of *apart, *p;
		struct wt_plan back;

		make_spec(&spec, &d);
		apart = plan_of(spec.data);
		p = plan_of_with(spec.data, JOIN);
		check_int(p->plan.n_cycles, apart->plan.n_cycles);
		if (apart->plan.n_selected == apart->plan.n_tasks) {
			struct wt_estimate before, after;

			n_tried++;
			n_joined += p->plan.n_selected < p->plan.n_tasks;
			check_rules(p);
			wt_estimate_build(&apart->plan, 3, &before);
			wt_estimate_build(&p->plan, 3, &after);
			check_int(after.sequential_s, before.sequential_s);
		}
		check_round_trip(p, &back);
		wt_plan_clear(&back);
		plan_of_free(apart);
		plan_of_free(p);
		wt_buf_clear(&spec);
	}
	assert_true(n_tried > PLANS / 4 && n_joined > PLANS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_join__tasks_that_mostly_overlap_are_one),
		cmocka_unit_test(test_plan_join__only_where_it_is_asked_for),
		cmocka_unit_test(test_plan_join__several_go_by_what_is_between_them),
		cmocka_unit_test(test_plan_join__half_a_roadmap_is_not_one_task),
		cmocka_unit_test(test_plan_join__one_task_says_what_all_of_them_say),
		cmocka_unit_test(test_plan_join__a_sum_with_a_guess_in_it_is_a_guess),
		cmocka_unit_test(test_plan_join__every_id_means_the_task_that_holds_it),
		cmocka_unit_test(test_plan_join__who_selects_one_gets_only_that_one),
		cmocka_unit_test(test_plan_join__the_most_tasks_are_counted_before),
		cmocka_unit_test(test_plan_join__what_is_done_in_different_ways_stays_apart),
		cmocka_unit_test(test_plan_join__a_task_between_two_keeps_them_apart),
		cmocka_unit_test(
			test_plan_join__one_that_needs_the_other_comes_behind_it_in_the_text),
		cmocka_unit_test(test_plan_join__a_document_has_it_and_gives_it_back),
		cmocka_unit_test(test_plan_join__damaged_documents_are_refused),
		cmocka_unit_test(test_plan_join__made_up_plans_keep_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
