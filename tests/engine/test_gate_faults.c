/* SPDX-License-Identifier: MIT */
/*
 * A run with a gate in which one call into the world fails, for many such calls in turn: nothing
 * lands that its gate did not pass, and whoever takes up the run brings the task home.
 *
 * Tries every STRIDE-th call, WTORCH_SWEEP=1 in the environment all of them.
 */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"

#define STRIDE 37

static void prepare(struct world *w)
{
	world_agent(w, "1", "echo work >1.txt\n");
	scratch_write(w->s, "judge", "git rev-parse 'HEAD^{tree}' >>\"$W/passed\"\n");
	world_set(w, "gate.tests.command", "sh -e \"$W/judge\"");
	world_set(w, "gate.tests.when", "both");
	world_plan(w, "1");
	world_git(w, "tag before");
}

static void drive_with_fault(struct world *w, enum faulty_kind kind, size_t n, bool *hit)
{
	struct faulty *f = faulty_new(&w->ports);

	wt_run_close(w->run);
	w->run = NULL;
	w->used = faulty_ports(f);
	check_ok(wt_run_open(w->used, NULL, &w->run, &w->err), w->err);
	faulty_arm(f, kind, "", n);
	(void)!world_try_drive(w);
	*hit = faulty_hit(f);
	if (*hit)
		print_message("%zu: %s\n", n, faulty_last(f));
	wt_run_close(w->run);
	w->run = NULL;
	w->used = &w->ports;
	faulty_free(f);
}

/* What brought the work into the base is a tree that the gate said yes to, or a person was told
 * that it had an error and asked for the merge all the same. */
static void check_judged(struct world *w)
{
	const char *tree = world_git(w, "log -m --first-parent --diff-filter=A --format=%%T "
					"before..main -- 1.txt");

	if (*tree && scratch_status(w->s, "grep -qx '%s' passed", tree) != 0 &&
	    !strstr(world_notes(w), "merged all the same, as asked: gate tests"))
		fail_msg("%s was not judged", tree);
}

static void finish(struct world *w)
{
	for (int round = 0; round < 4; round++) {
		world_begin_again(w);
		check_int((long)w->run->damage.len, 0);
		check_judged(w);
		/* A merge is refused where work is left that nobody committed. */
		if (round && world_task(w, "1")->state != WT_MERGED)
			world_ask(w,
				  world_task(w, "1")->state == WT_KEPT && round == 1
					  ? WT_EV_MERGE_ASKED
					  : WT_EV_RETRY_ASKED,
				  "1");
		world_drive(w);
		check_judged(w);
	}
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "work");
	check_str(scratch_output(w->s, "ls -d wtorch-gate-* 2>/dev/null || true"), "");
}

static bool try_call(enum faulty_kind kind, size_t n)
{
	struct world *w;
	void *state;
	bool hit;

	world_setup(&state);
	w = state;
	prepare(w);
	drive_with_fault(w, kind, n, &hit);
	if (hit)
		finish(w);
	world_teardown(&state);
	return hit;
}

static size_t stride(void)
{
	return is_sweeping() ? 1 : STRIDE;
}

static void test_gate_faults__a_call_that_fails_lets_nothing_by(void **state)
{
	(void)state;
	for (size_t n = 5; try_call(FAULTY_BEFORE, n); n += stride())
		continue;
}

static void test_gate_faults__a_lost_answer_lets_nothing_by(void **state)
{
	(void)state;
	for (size_t n = 20; try_call(FAULTY_AFTER, n); n += stride())
		continue;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate_faults__a_call_that_fails_lets_nothing_by),
		cmocka_unit_test(test_gate_faults__a_lost_answer_lets_nothing_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
