/* SPDX-License-Identifier: MIT */
/* Gates as a run asks them: real commands in real rooms, and what their answers lead to. */

#include <signal.h>

#include "tests/support/engine_world.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/witness.h"

/* A gate whose command is that shell script; it may look at "$W". */
static void add_gate(struct world *w, const char *name, const char *script)
{
	const char *file = wt_arena_printf(&w->arena, "gates/%s", name);

	scratch_write(w->s, file, script);
	world_set(w, wt_arena_printf(&w->arena, "gate.%s.command", name),
		  wt_arena_printf(&w->arena, "sh -e \"$W/%s\"", file));
}

static const struct wt_gate_state *gate_of(struct world *w, const char *id, const char *name)
{
	return &world_task(w, id)->judged.gates[wt_judgment_find(&w->run->plan, name)];
}

static void check_verdict(struct world *w, const char *id, const char *gate, const char *verdict)
{
	const char *said = wt_gate_verdict_name(gate_of(w, id, gate)->verdict);

	check_str(said ? said : "nothing", verdict);
}

static void check_no_room(struct world *w)
{
	check_str(scratch_output(w->s, "ls -d wtorch-gate-* 2>/dev/null || true"), "");
	check_str(world_git(w, "worktree list --porcelain | grep wtorch-gate || true"), "");
}

/* Who was orphaned is reaped by somebody else, when that one comes to it. */
static void check_gone(struct world *w, const char *file)
{
	scratch_run(w->s,
		    "i=0; while kill -0 $(cat %s) 2>/dev/null; do i=$((i + 1)); "
		    "test $i -lt 3000 || exit 1; sleep 0.02; done",
		    file);
}

/* what they say */

static void test_gate__work_that_passes_lands_and_its_rooms_go(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests",
		 "echo \"${WTORCH_TASK:-base} $(git status --porcelain | wc -l)\" >>\"$W/asked\"\n"
		 "pwd >>\"$W/rooms\"; echo rubbish >rubbish; echo changed >>src/file-1.txt\n"
		 "test -z \"$WTORCH_TASK\" || test -e 1.txt\n");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_verdict(w, "1", "tests", "pass");
	check_str(scratch_output(w->s, "cat asked"), "base 0\n1 0\n");
	check_str(world_git(w, "ls-tree --name-only main rubbish src/file-1.txt"),
		  "src/file-1.txt");
	check_int(scratch_status(w->s, "grep -q changed repo/src/file-1.txt"), 1);
	check_int(scratch_status(w->s, "grep -qvx \"$PWD/wtorch-gate-[^/]*\" rooms"), 1);
	check_no_room(w);
	check_clean(w);
}

/* Its first two rounds leave the file that the gate does not want. */
static const char mends_late[] = "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ROUND\"\n"
				 "echo \"work $WTORCH_ROUND\" >>1.txt\n"
				 "case $WTORCH_ROUND in\n"
				 "0) echo 'on a tuesday' >bad ;;\n"
				 "1) echo 'on a monday' >bad ;;\n"
				 "*) rm bad ;;\n"
				 "esac\n";

static void test_gate__what_it_finds_is_mended_in_the_second_round(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", "test ! -e bad || { echo \"it fails $(cat bad)\"; exit 1; }\n");
	world_agent(w, "1", mends_late);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int((long)world_task(w, "1")->gate_rounds, 2);
	check_int((long)world_task(w, "1")->attempt, 1);
	check_int((long)world_count(w, "gate_ended", "1"), 3);
	check_contains(scratch_output(w->s, "cat prompt-1"), "it fails on a tuesday");
	check_contains(scratch_output(w->s, "cat prompt-2"), "it fails on a monday");
	check_str(world_git(w, "show main:1.txt"), "work 0\nwork 1\nwork 2");
	check_no_room(w);
}

static void test_gate__what_is_never_mended_is_kept_after_the_last_round(void **state)
{
	struct world *w = *state;

	world_set(w, "gate.max_rounds", "2");
	add_gate(w, "tests", "test ! -e 1.txt || { echo 'it fails'; exit 1; }\n");
	world_agent(w, "1", "echo x >>1.txt; echo x >>\"$W/ran\"\n");
	world_plan(w, "1 2<1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "gate tests");
	check_reason(w, "1", "after 2 fix rounds");
	assert_true(world_task(w, "1")->by_gate);
	check_str(scratch_output(w->s, "cat ran"), "x\nx\nx\n");
	check_state(w, "2", "skipped");
	check_no_room(w);
}

static void test_gate__one_that_never_ends_is_timed_out_and_nobody_is_left(void **state)
{
	struct world *w = *state;

	world_set(w, "gate.max_rounds", "0");
	add_gate(w, "tests",
		 "test -n \"$WTORCH_TASK\" || exit 0\n"
		 "sleep 1000 & echo $! >\"$W/child\"; wait\n");
	world_set(w, "gate.tests.timeout", "1s");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "gate tests");
	check_verdict(w, "1", "tests", "timeout");
	check_gone(w, "child");
	check_no_room(w);
}

static void test_gate__what_cannot_be_read_is_an_error_and_costs_no_round(void **state)
{
	struct world *w = *state;

	add_gate(w, "cover", "echo 'all is well, believe me'\n");
	world_set(w, "gate.cover.parse", "coverage");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "skipped");
	check_reason(w, "1", "the base is red before anything was done: gate cover");
	check_int((long)world_count(w, "agent_starting", NULL), 0);
	add_gate(w, "cover",
		 "test -n \"$WTORCH_TASK\" || { echo 'coverage: 90%'; exit 0; }\n"
		 "head -c 100000 /dev/urandom\n");
	world_create_run(w, NULL);
	world_drive(w);
	check_kept_back(w, "1", "gate cover");
	check_verdict(w, "1", "cover", "error");
	check_int((long)world_task(w, "1")->gate_rounds, 0);
	check_no_room(w);
}

static void test_gate__one_that_failed_itself_blames_nobody(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", "test -z \"$WTORCH_TASK\" || exec /nonexistent/program\n");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "gate tests");
	check_verdict(w, "1", "tests", "error");
	check_int((long)world_task(w, "1")->gate_rounds, 0);
}

/* who needs whom */

static const char chained[] = "echo \"$WTORCH_GATE\" >>\"$W/asked\"; echo x >>made\n"
			      "wc -l <made >>\"$W/made\"\n";

static void add_chain(struct world *w, const char *middle)
{
	add_gate(w, "build", chained);
	add_gate(w, "tests", middle);
	add_gate(w, "pack", chained);
	world_set(w, "gate.tests.needs", "build");
	world_set(w, "gate.pack.needs", "tests");
}

static void test_gate__those_that_need_each_other_go_in_order_in_one_room(void **state)
{
	struct world *w = *state;

	add_chain(w, chained);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "tail -n 3 asked; tail -n 3 made"),
		  "build\ntests\npack\n1\n2\n3\n");
	check_no_room(w);
}

static void test_gate__one_behind_a_no_is_not_asked(void **state)
{
	struct world *w = *state;

	world_set(w, "gate.max_rounds", "0");
	add_chain(w, "test -z \"$WTORCH_TASK\"\n");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "gate tests");
	check_verdict(w, "1", "build", "pass");
	check_verdict(w, "1", "tests", "fail");
	check_verdict(w, "1", "pack", "nothing");
	check_no_room(w);
}

static void test_gate__one_that_is_not_required_holds_nothing_up_but_is_heard(void **state)
{
	struct world *w = *state;

	add_gate(w, "lint", "exit 1\n");
	world_set(w, "gate.lint.required", "no");
	add_gate(w, "tests", "true\n");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_verdict(w, "1", "lint", "fail");
	check_verdict(w, "1", "tests", "pass");
	check_no_room(w);
}

/* the base, and what passed before */

static void test_gate__a_tree_that_passed_is_not_judged_again(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", "echo \"${WTORCH_TASK:-base}\" >>\"$W/asked\"\n");
	world_set(w, "gate.tests.when", "both");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat asked"), "base\n1\n1\n"); /* marked, it is another */
	world_begin_again(w);
	world_roadmap(w, "1 2");
	scratch_run(w->s, "cd repo && git reset -q --hard HEAD~1");
	scratch_write(w->s, "PLAN.md", "## PRIORITY 2: Another 📝 Planned\n");
	world_agent(w, "2", "echo 2 >2.txt\n");
	world_create_run(w, scratch_path(w->s, "PLAN.md"));
	world_drive(w);
	check_state(w, "2", "merged");
	check_str(scratch_output(w->s, "cat asked"), "base\n1\n1\n2\n");
}

static void test_gate__a_red_base_lets_nobody_start(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", "test -e 1.txt || { echo red; exit 1; }\n");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "skipped");
	check_int((long)world_count(w, "worktree_preparing", NULL), 0);
	check_int((long)wt_run_state(w->run)->exit_code, 4);
	check_no_room(w);
}

static void waive(struct world *w, struct wt_plan *plan)
{
	(void)w;
	plan->waives_base = true;
}

static void test_gate__a_red_base_can_be_waived(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", "test -e 1.txt\n");
	w->on_plan = waive;
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
}

/* stopped, killed, taken up again */

/* Holds while it judges task 1, until "go" is there. */
static const char held[] = "test -n \"$WTORCH_TASK\" || exit 0\n"
			   "echo x >>\"$W/asked\"; echo $$ >\"$W/gate-pid\"; touch \"$W/judging\"\n"
			   "sh \"$W/await\" go\n";

static void stop_once_judging(struct world *w)
{
	if (scratch_status(w->s, "test -e judging && test ! -e told && touch told") == 0)
		world_ask(w, WT_EV_STOP_ASKED, NULL);
}

static void test_gate__a_run_that_is_stopped_in_one_asks_it_again(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", held);
	world_plan(w, "1");
	w->on_tick = stop_once_judging;
	world_drive(w);
	w->on_tick = NULL;
	check_state(w, "1", "stopped");
	check_verdict(w, "1", "tests", "stopped");
	check_gone(w, "gate-pid");
	scratch_run(w->s, "touch go");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_int((long)world_count(w, "agent_started", "1"), 1);
	check_str(scratch_output(w->s, "cat asked"), "x\nx\n");
	check_no_room(w);
}

static void kill_shim(struct world *w)
{
	const struct wt_judgment *j = &world_task(w, "1")->judged;

	if (scratch_status(w->s, "test -e judging") == 0 && j->gates && j->gates[0].pid &&
	    scratch_status(w->s, "test ! -e told && touch told") == 0)
		check_int(kill((pid_t)j->gates[0].pid, SIGKILL), 0);
}

static void test_gate__one_whose_shim_is_killed_has_an_error_and_leaves_nobody(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", held);
	world_plan(w, "1");
	world_git(w, "tag before");
	w->on_tick = kill_shim;
	world_drive(w);
	check_kept_back(w, "1", "the shim that owned it was killed");
	check_verdict(w, "1", "tests", "error");
	check_gone(w, "gate-pid");
	check_no_room(w);
}

static void test_gate__one_that_lives_is_adopted_by_the_next_orchestrator(void **state)
{
	struct world *w = *state;
	size_t left;

	add_gate(w, "tests", held);
	world_plan(w, "1");
	world_die_at(w, "judging");
	world_begin_again(w);
	check_state(w, "1", "gating");
	check_ok(wt_run_count_left(w->run, &left, &w->err), w->err);
	check_int((long)left, 1);
	scratch_run(w->s, "touch go");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat asked"), "x\n");
	check_int((long)world_count(w, "gate_started", "1"), 1);
	check_no_room(w);
}

static void test_gate__one_that_died_with_its_machine_is_asked_again_elsewhere(void **state)
{
	struct world *w = *state;

	add_gate(w, "tests", held);
	world_plan(w, "1");
	world_die_at(w, "judging");
	world_begin_again(w);
	kill((pid_t)gate_of(w, "1", "tests")->pid, SIGKILL);
	scratch_run(w->s, "kill -9 $(cat gate-pid); touch go; "
			  "while kill -0 $(cat gate-pid) 2>/dev/null; do sleep 0.02; done");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat asked"), "x\nx\n");
	check_no_room(w);
}

static void test_gate__the_setup_of_a_room_is_ended_by_whoever_comes_next(void **state)
{
	struct world *w = *state;
	size_t left;

	add_gate(w, "tests", "true\n");
	scratch_write(w->s, "prepare",
		      "test -n \"$WTORCH_GATE\" && test -n \"$WTORCH_TASK\" || "
		      "exit 0\n"
		      "test -e \"$W/judging\" && exit 0\n"
		      "echo $$ >\"$W/setup-pid\"; touch \"$W/judging\"\n"
		      "sleep 1000\n");
	world_set(w, "worktree.setup",
		  wt_arena_printf(&w->arena, "W=%s sh %s/prepare", w->s->dir, w->s->dir));
	world_plan(w, "1");
	world_die_at(w, "judging");
	world_begin_again(w);
	check_ok(wt_run_count_left(w->run, &left, &w->err), w->err);
	check_int((long)left, 1);
	world_drive(w);
	check_state(w, "1", "merged");
	check_gone(w, "setup-pid");
	check_no_room(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_gate__work_that_passes_lands_and_its_rooms_go),
		WORLD_TEST(test_gate__what_it_finds_is_mended_in_the_second_round),
		WORLD_TEST(test_gate__what_is_never_mended_is_kept_after_the_last_round),
		WORLD_TEST(test_gate__one_that_never_ends_is_timed_out_and_nobody_is_left),
		WORLD_TEST(test_gate__what_cannot_be_read_is_an_error_and_costs_no_round),
		WORLD_TEST(test_gate__one_that_failed_itself_blames_nobody),
		WORLD_TEST(test_gate__those_that_need_each_other_go_in_order_in_one_room),
		WORLD_TEST(test_gate__one_behind_a_no_is_not_asked),
		WORLD_TEST(test_gate__one_that_is_not_required_holds_nothing_up_but_is_heard),
		WORLD_TEST(test_gate__a_tree_that_passed_is_not_judged_again),
		WORLD_TEST(test_gate__a_red_base_lets_nobody_start),
		WORLD_TEST(test_gate__a_red_base_can_be_waived),
		WORLD_TEST(test_gate__a_run_that_is_stopped_in_one_asks_it_again),
		WORLD_TEST(test_gate__one_whose_shim_is_killed_has_an_error_and_leaves_nobody),
		WORLD_TEST(test_gate__one_that_lives_is_adopted_by_the_next_orchestrator),
		WORLD_TEST(test_gate__one_that_died_with_its_machine_is_asked_again_elsewhere),
		WORLD_TEST(test_gate__the_setup_of_a_room_is_ended_by_whoever_comes_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
