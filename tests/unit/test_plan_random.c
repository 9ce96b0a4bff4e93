/* SPDX-License-Identifier: MIT */
/* What holds for every plan, and for every schedule that follows from one, tried on made-up ones.
 */

#include <stdint.h>

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/base/path.h"
#include "wtorch/core/sched.h"

#define PLANS     2000
#define MAX_TASKS 14

/* A small generator of our own (xorshift), so that a failing seed fails everywhere. */
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

/* Made-up plans */

static void add_files(struct wt_buf *spec, struct dice *d)
{
	static const char *const files[] = { "src/a.c",  "src/b.c", "src/c.c", "doc/x.md",
					     "doc/y.md", "src/*.c", "doc/",    "src/core/d.c",
					     "README",   "**/x.md" };

	for (size_t n = roll(d, 3); n > 0; n--)
		wt_buf_printf(spec, " !%s", files[roll(d, sizeof files / sizeof *files)]);
}

static void add_task(struct wt_buf *spec, struct dice *d, size_t task, bool has_orders)
{
	wt_buf_printf(spec, "%st%zu", task ? ", " : "", task);
	if (task && roll(d, 2)) {
		wt_buf_printf(spec, " <t%zu", roll(d, task));
		if (roll(d, 3) == 0)
			wt_buf_printf(spec, "+t%zu", roll(d, task));
	}
	add_files(spec, d);
	/* Now and then that is against a dependency, and refused. */
	if (has_orders && roll(d, 2))
		wt_buf_printf(spec, " @%zu", task / 4);
	if (roll(d, 4))
		wt_buf_printf(spec, " =%zu", roll(d, 8) ? 1 + roll(d, 20) : 100 * roll(d, 3));
	if (roll(d, 20) == 0)
		wt_buf_puts(spec, " ^P0");
}

static struct plan_of *make_plan(uint64_t seed, const char *mode)
{
	struct dice dice = { seed * UINT64_C(0x9E3779B97F4A7C15) }, *d = &dice;
	static const char *const unknown[] = { "parallel", "alone" };
	struct wt_buf spec = WT_BUF_INIT, settings = WT_BUF_INIT;
	bool has_orders;
	struct plan_of *p;
	size_t n;

	has_orders = roll(d, 4) == 0;
	n = 1 + roll(d, MAX_TASKS);
	for (size_t i = 0; i < n; i++)
		add_task(&spec, d, i, has_orders);
	wt_buf_printf(&settings, "run.jobs=%zu plan.unknown=%s", 1 + roll(d, 5),
		      unknown[roll(d, 3) == 0]);
	if (mode)
		wt_buf_printf(&settings, " run.mode=%s", mode);
	p = plan_of_with(spec.data, settings.data);
	wt_buf_clear(&spec);
	wt_buf_clear(&settings);
	return p;
}

/* The rules, read one by one and slowly */

static bool is_one_path(const char *a, const char *b)
{
	if (wt_path_is_glob(a) && wt_path_is_glob(b))
		return wt_globs_may_overlap(a, b);
	return strcmp(a, b) == 0 || wt_glob_matches(a, b) || wt_glob_matches(b, a);
}

static bool shares_path(const struct wt_plan_task *a, const struct wt_plan_task *b)
{
	for (size_t i = 0; i < a->task.n_files; i++) {
		for (size_t k = 0; k < b->task.n_files; k++) {
			if (is_one_path(a->task.files[i].path, b->task.files[k].path))
				return true;
		}
	}
	return false;
}

static bool needs(const struct wt_plan *plan, const struct wt_plan_task *t, size_t other)
{
	for (size_t i = 0; i < t->task.n_depends; i++) {
		if (strcmp(t->task.depends_on[i], plan->tasks[other].task.id) == 0)
			return true;
	}
	return false;
}

static bool comes_later(const struct wt_plan *plan, size_t task, size_t other)
{
	const struct wt_plan_task *a = &plan->tasks[task], *b = &plan->tasks[other];

	return needs(plan, a, other) ||
	       (a->task.has_order && b->task.has_order && b->task.order < a->task.order);
}

static void check_waves(const struct wt_plan *plan)
{
	size_t sizes[MAX_TASKS + 2] = { 0 };

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *a = &plan->tasks[i];

		assert_true(a->batch >= 1 && a->batch <= plan->n_batches);
		assert_true(++sizes[a->batch] <= plan->limits.jobs);
		for (size_t k = 0; k < plan->n_tasks; k++) {
			const struct wt_plan_task *b = &plan->tasks[k];

			if (comes_later(plan, i, k))
				assert_true(b->batch < a->batch);
			if (i != k && b->batch == a->batch)
				assert_false(shares_path(a, b) || a->runs_alone);
		}
	}
	for (size_t b = 1; b <= plan->n_batches; b++)
		assert_true(sizes[b] > 0);
}

/* A schedule in made-up time */

struct schedule {
	const struct wt_plan *plan;
	struct wt_sched *s;
	int64_t now_ms;
	int64_t ends_ms[MAX_TASKS];
};

static enum wt_state state_of(const struct schedule *c, size_t task)
{
	return wt_sched_state(c->s)->tasks[task].state;
}

static bool may_start(const struct schedule *c, size_t task)
{
	const struct wt_plan_task *t = &c->plan->tasks[task];

	if (state_of(c, task) != WT_WAITING)
		return false;
	for (size_t i = 0; i < c->plan->n_tasks; i++) {
		const struct wt_plan_task *other = &c->plan->tasks[i];

		if (comes_later(c->plan, task, i) && state_of(c, i) != WT_MERGED)
			return false;
		if (c->plan->limits.mode == WT_MODE_BATCH && other->batch < t->batch &&
		    state_of(c, i) != WT_MERGED)
			return false;
		if (wt_state_is_alive(state_of(c, i)) &&
		    (shares_path(t, other) || t->runs_alone || other->runs_alone))
			return false;
	}
	return true;
}

static void tell(struct schedule *c, enum wt_event_kind kind, const struct wt_action *a)
{
	struct wt_event ev = { .kind = kind,
			       .task = c->plan->tasks[a->task].task.id,
			       .attempt = a->attempt };

	assert_true(wt_sched_apply(c->s, &ev, c->now_ms));
}

static void perform(struct schedule *c, const struct wt_action *a)
{
	switch (a->kind) {
	case WT_ACT_START:
		assert_true(may_start(c, a->task));
		assert_true(wt_sched_state(c->s)->living < c->plan->limits.jobs);
		tell(c, WT_EV_WORKTREE_PREPARING, a);
		tell(c, WT_EV_AGENT_STARTED, a);
		c->ends_ms[a->task] = c->now_ms + 1000 * c->plan->tasks[a->task].weight_s;
		break;
	case WT_ACT_FINISH:
		tell(c, WT_EV_WORK_COMMITTED, a);
		break;
	default:
		check_int(a->kind, WT_ACT_MERGE);
		tell(c, WT_EV_LANDED, a);
		break;
	}
}

/* Nothing is to be done now: no slot is idle while a task could start. The instance that ends
 * first ends. */
static void pass_time(struct schedule *c)
{
	bool has_slot = wt_sched_state(c->s)->living < c->plan->limits.jobs;
	struct wt_action first = { .task = c->plan->n_tasks, .attempt = 1 };

	for (size_t i = 0; i < c->plan->n_tasks; i++) {
		assert_false(has_slot && may_start(c, i));
		if (state_of(c, i) == WT_WORKING &&
		    (first.task == c->plan->n_tasks || c->ends_ms[i] < c->ends_ms[first.task]))
			first.task = i;
	}
	assert_true(first.task < c->plan->n_tasks);
	c->now_ms = c->ends_ms[first.task];
	tell(c, WT_EV_AGENT_EXITED, &first);
}

/* Runs the plan and gives the time that it takes. */
static int64_t run_plan(const struct wt_plan *plan)
{
	struct schedule c = { .plan = plan, .s = wt_sched_new(plan, true) };
	struct wt_action a;

	for (;;) {
		if (!wt_sched_next(c.s, c.now_ms, NULL, &a))
			pass_time(&c);
		else if (a.kind == WT_ACT_END)
			break;
		else
			perform(&c, &a);
	}
	for (size_t i = 0; i < plan->n_tasks; i++)
		check_int(state_of(&c, i), WT_MERGED);
	wt_sched_free(c.s);
	return c.now_ms / 1000;
}

static void check_plans(const char *mode)
{
	size_t n_tried = 0;

	for (uint64_t seed = 1; seed <= PLANS; seed++) {
		struct wt_estimate e;
		struct plan_of *p = make_plan(seed, mode);

		if (p->plan.n_selected == p->plan.n_tasks) {
			n_tried++;
			check_waves(&p->plan);
			wt_estimate_build(&p->plan, p->plan.limits.jobs, &e);
			check_int(run_plan(&p->plan), e.parallel_s);
		}
		plan_of_free(p);
	}
	assert_true(n_tried > PLANS * 3 / 4);
}

static void test_plan_random__plans_and_schedules_keep_the_rules(void **unused)
{
	(void)unused;
	check_plans("parallel");
}

static void test_plan_random__so_do_those_of_batch_mode(void **unused)
{
	(void)unused;
	check_plans("batch");
}

/* Whoever is given waves is told why, and when that rests on guesses. */
static void check_hint(const struct wt_plan *plan)
{
	const char *hint = NULL;
	bool has_guess = false;

	for (size_t i = 0; i < plan->diags.len; i++)
		if (strstr(plan->diags.items[i].message, "wave after wave is faster"))
			hint = plan->diags.items[i].message;
	for (size_t i = 0; i < plan->n_tasks; i++)
		has_guess |= plan->tasks[i].is_selected && !plan->tasks[i].skip &&
			     plan->tasks[i].estimate_from == WT_ESTIMATE_UNKNOWN;
	assert_int_equal(hint != NULL, plan->limits.mode == WT_MODE_BATCH);
	if (hint)
		assert_int_equal(strstr(hint, "guess") != NULL, has_guess);
}

static void test_plan_random__never_slower_than_wave_after_wave(void **unused)
{
	size_t n_chosen = 0, n_faster = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= PLANS; seed++) {
		struct plan_of *p = make_plan(seed, NULL);
		struct wt_plan *plan = &p->plan;
		struct wt_estimate e;
		int64_t batch_s = wt_estimate_mode(plan, WT_MODE_BATCH);

		wt_estimate_build(plan, plan->limits.jobs, &e);
		assert_true(e.parallel_s <= batch_s);
		check_hint(plan);
		/* Waves are taken where they are faster, and nowhere else. */
		n_chosen += plan->limits.mode == WT_MODE_BATCH;
		if (plan->limits.mode == WT_MODE_BATCH)
			assert_true(batch_s < wt_estimate_mode(plan, WT_MODE_PARALLEL));
		n_faster += e.parallel_s < batch_s;
		plan_of_free(p);
	}
	assert_true(n_chosen > 0 && n_chosen < PLANS / 20 && n_faster > PLANS / 4);
}

static void test_plan_random__sequential_is_the_sum_and_more_slots_are_no_promise(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= PLANS / 4; seed++) {
		struct plan_of *p = make_plan(seed, "parallel");
		struct wt_estimate e;

		wt_estimate_build(&p->plan, p->plan.limits.jobs, &e);
		wt_estimate_compare(&p->plan, &e);
		check_int(wt_estimate_mode(&p->plan, WT_MODE_SEQUENTIAL), e.sequential_s);
		assert_true(e.n_by_jobs > 0);
		check_int(e.by_jobs_s[0], e.sequential_s);
		for (size_t i = 1; i < e.n_by_jobs; i++)
			assert_true(e.by_jobs_s[i] <= e.sequential_s);
		if (p->plan.limits.jobs <= e.n_by_jobs)
			check_int(e.by_jobs_s[p->plan.limits.jobs - 1], e.parallel_s);
		plan_of_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_random__plans_and_schedules_keep_the_rules),
		cmocka_unit_test(test_plan_random__so_do_those_of_batch_mode),
		cmocka_unit_test(test_plan_random__never_slower_than_wave_after_wave),
		cmocka_unit_test(
			test_plan_random__sequential_is_the_sum_and_more_slots_are_no_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
