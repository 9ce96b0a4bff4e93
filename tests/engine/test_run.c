/* SPDX-License-Identifier: MIT */
/* Whole runs: what lives at the same time, what waits for what, stopping, dying and going on. */

#include <signal.h>
#include <unistd.h>

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"

/* The position of a line in the text; it has to be there. */
static size_t at(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found)
		fail_msg("'%s' is not in\n%s", line, text);
	return (size_t)(found - text);
}

static void check_order(struct world *w, const char *first, const char *second)
{
	const char *events = world_events(w, "");

	if (at(events, first) > at(events, second))
		fail_msg("'%s' came before '%s' in\n%s", second, first, events);
}

/* together and one after the other */

static void test_run__independent_tasks_live_at_the_same_time(void **state)
{
	struct world *w = *state;

	/* Each ends only when it has seen both others. */
	for (int i = 1; i <= 3; i++)
		world_agent(w, wt_arena_printf(&w->arena, "%d", i),
			    wt_arena_printf(&w->arena,
					    "touch \"$W/alive-%d\"; for i in 1 2 3; do "
					    "sh \"$W/await\" alive-$i; done; echo %d > %d.txt",
					    i, i, i));
	world_plan(w, "1 2 3");
	world_drive(w);
	for (int i = 1; i <= 3; i++)
		check_state(w, wt_arena_printf(&w->arena, "%d", i), "merged");
	check_int(wt_run_state(w->run)->peak_living, 3);
	check_str(world_git(w, "ls-tree --name-only main -- 1.txt 2.txt 3.txt"),
		  "1.txt\n2.txt\n3.txt");
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 0);
	check_clean(w);
}

/* Fails when another one is in there. */
static const char *alone(struct world *w, const char *id)
{
	return wt_arena_printf(&w->arena,
			       "mkdir \"$W/inside\"; echo %s > %s.txt; sleep 0.05; "
			       "rmdir \"$W/inside\"",
			       id, id);
}

static void check_one_by_one(struct world *w, const char *spec, const char *peak)
{
	for (int i = 1; i <= 4; i++) {
		const char *id = wt_arena_printf(&w->arena, "%d", i);

		world_agent(w, id, alone(w, id));
	}
	world_plan(w, spec);
	world_drive(w);
	for (int i = 1; i <= 4; i++)
		check_state(w, wt_arena_printf(&w->arena, "%d", i), "merged");
	check_str(wt_arena_printf(&w->arena, "%zu", wt_run_state(w->run)->peak_living), peak);
}

static void test_run__one_job_is_one_at_a_time(void **state)
{
	struct world *w = *state;

	world_set(w, "run.jobs", "1");
	check_one_by_one(w, "1 2 3 4", "1");
}

static void test_run__sequential_waits_for_each_landing(void **state)
{
	struct world *w = *state;

	world_set(w, "run.mode", "sequential");
	check_one_by_one(w, "1 2 3 4", "1");
	check_order(w, "landed 1", "worktree_preparing 2");
	check_order(w, "landed 3", "worktree_preparing 4");
}

static void test_run__tasks_that_share_a_file_wait_for_the_landing(void **state)
{
	struct world *w = *state;

	check_one_by_one(w, "1!src/a.c 2!src/a.c 3!src/ 4!src/a.c,src/b.c", "1");
	check_order(w, "landed 1", "worktree_preparing 2");
	/* The second one builds on the first. */
	check_str(world_git(w, "show --format= --name-only main~2^2"), "2.txt");
	check_str(world_git(w, "ls-tree --name-only main~2^2 -- 1.txt"), "1.txt");
}

static void test_run__a_smaller_order_lands_first(void **state)
{
	struct world *w = *state;

	world_agent(w, "2", "touch \"$W/two\"; sh \"$W/await\" three; echo 2 > 2.txt");
	world_agent(w, "3", "touch \"$W/three\"; sh \"$W/await\" two; echo 3 > 3.txt");
	world_plan(w, "1@2 2@1 3@1 4");
	world_drive(w);
	check_state(w, "1", "merged");
	check_order(w, "landed 2", "worktree_preparing 1");
	check_order(w, "landed 3", "worktree_preparing 1");
}

static void test_run__a_dependent_starts_from_what_landed(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo one > shared.txt");
	world_agent(w, "2", "grep -q one shared.txt; echo two >> shared.txt");
	world_agent(w, "3", "grep -q two shared.txt; echo three >> shared.txt");
	world_plan(w, "3<2 2<1 1");
	world_drive(w);
	check_state(w, "3", "merged");
	check_str(world_git(w, "show main:shared.txt"), "one\ntwo\nthree");
	check_order(w, "landed 1", "worktree_preparing 2");
	check_order(w, "landed 2", "worktree_preparing 3");
}

static void test_run__what_needs_a_failed_task_is_skipped_the_rest_lands(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "exit 1");
	world_plan(w, "1 2<1 3<2 4");
	world_drive(w);
	check_state(w, "1", "failed");
	check_state(w, "2", "skipped");
	check_state(w, "3", "skipped");
	check_reason(w, "3", "needs 2, which needs 1, which failed");
	check_state(w, "4", "merged");
	check_int(world_count(w, "worktree_preparing", "2"), 0);
	check_str(wt_sched_final_status(wt_run_state(w->run)), "partial");
	/* Mended, the chain goes on. */
	world_agent(w, "1", "echo 1 > 1.txt");
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "3", "merged");
	check_str(wt_sched_final_status(wt_run_state(w->run)), "success");
}

static void test_run__nothing_new_starts_behind_enough_failures(void **state)
{
	struct world *w = *state;

	world_set(w, "run.keep_going", "1");
	world_set(w, "run.jobs", "1");
	world_agent(w, "1", "exit 1");
	world_plan(w, "1 2 3");
	world_drive(w);
	check_state(w, "1", "failed");
	check_state(w, "2", "skipped");
	check_state(w, "3", "skipped");
	check_int(world_count(w, "agent_started", NULL), 1);
}

/* stopping */

static bool is_there(struct world *w, const char *name)
{
	return access(scratch_path(w->s, "%s", name), F_OK) == 0;
}

/* As `wtorch stop` in another terminal would. */
static void stop_from_elsewhere(struct world *w)
{
	struct wt_event ev = { .kind = WT_EV_STOP_ASKED };
	struct wt_run *other;

	if (!is_there(w, "working") || is_there(w, "stopped"))
		return;
	scratch_run(w->s, "touch stopped");
	check_ok(wt_run_open(&w->ports, w->run->id, &other, &w->err), w->err);
	check_ok(wt_run_note(other, &ev, WT_DURABLE, &w->err), w->err);
	wt_run_close(other);
}

/* Sleeps in the first attempt, leaving half of its work. */
static const char sleeper[] = "echo half > half.txt; if test $WTORCH_ATTEMPT = 1; then "
			      "touch \"$W/working\"; sleep 600 & echo $! > \"$W/pid\"; wait; fi; "
			      "echo done > done.txt";

static void test_run__stops_when_asked_from_elsewhere_and_goes_on_later(void **state)
{
	struct world *w = *state;

	w->on_tick = stop_from_elsewhere;
	world_agent(w, "1", sleeper);
	world_plan(w, "1 2<1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "stopped");
	check_int(w->signo, 0);
	assert_true(wt_run_state(w->run)->is_stopped);
	check_int(scratch_status(w->s, "kill -0 $(cat pid)"), 1);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_str(scratch_output(w->s, "cat '%s/half.txt'", world_worktree(w, "1")), "half\n");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
	check_str(world_git(w, "ls-tree --name-only main -- half.txt done.txt"),
		  "done.txt\nhalf.txt");
	check_int(world_task(w, "1")->charged, 1);
}

static void stop_one(struct world *w)
{
	if (!is_there(w, "working") || is_there(w, "stopped"))
		return;
	scratch_run(w->s, "touch stopped");
	world_ask(w, WT_EV_STOP_ASKED, "1");
}

static void test_run__one_task_can_be_stopped_alone(void **state)
{
	struct world *w = *state;

	w->on_tick = stop_one;
	world_agent(w, "1", sleeper);
	world_agent(w, "2", "sh \"$W/await\" stopped; echo 2 > 2.txt");
	world_plan(w, "1 2 3<1");
	world_drive(w);
	check_state(w, "1", "stopped");
	check_state(w, "2", "merged");
	check_state(w, "3", "skipped");
	assert_true(wt_run_state(w->run)->is_ended);
	/* It was meant: a run that is taken up again leaves it alone. */
	w->on_tick = NULL;
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "stopped");
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "3", "merged");
}

static void interrupt_once(struct world *w)
{
	if (!is_there(w, "working") || is_there(w, "stopped"))
		return;
	scratch_run(w->s, "touch stopped");
	kill(getpid(), SIGTERM);
}

static void test_run__a_signal_stops_with_grace(void **state)
{
	struct world *w = *state;

	w->on_tick = interrupt_once;
	world_agent(w, "1", sleeper);
	world_plan(w, "1");
	world_drive(w);
	check_int(w->signo, SIGTERM);
	check_state(w, "1", "stopped");
	check_int(scratch_status(w->s, "kill -0 $(cat pid)"), 1);
	w->on_tick = NULL;
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
}

static void interrupt_twice(struct world *w)
{
	if (!is_there(w, "working") || is_there(w, "twice"))
		return;
	/* Two signals that wait are one: the second only once the first was heard. */
	if (is_there(w, "stopped") && !wt_run_state(w->run)->stop_asked)
		return;
	kill(getpid(), SIGINT);
	if (is_there(w, "stopped"))
		scratch_run(w->s, "touch twice");
	scratch_run(w->s, "touch stopped");
}

static void test_run__a_second_signal_leaves_at_once(void **state)
{
	struct world *w = *state;

	w->on_tick = interrupt_twice;
	world_set(w, "agent.test.grace", "600s");
	world_agent(w, "1",
		    "trap '' TERM; touch \"$W/working\"; sh \"$W/await\" release; "
		    "echo 1 > 1.txt");
	world_plan(w, "1");
	world_drive(w);
	check_int(w->signo, SIGINT);
	check_state(w, "1", "working");
	assert_false(wt_run_state(w->run)->is_stopped);
	/* The shim goes on with the ending; who comes next sees how it went, and goes on. */
	scratch_run(w->s, "touch release");
	w->on_tick = NULL;
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_task(w, "1")->attempt, 2);
	check_int(world_task(w, "1")->charged, 1);
}

/* dying */

static void test_run__agents_that_outlive_it_are_adopted(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo x >> \"$W/ran\"; touch \"$W/one\"; sh \"$W/await\" both; "
		    "touch \"$W/working\"; sh \"$W/await\" release; echo 1 > 1.txt");
	world_agent(w, "2",
		    "echo x >> \"$W/ran\"; sh \"$W/await\" one; touch \"$W/both\"; "
		    "sh \"$W/await\" release; echo 2 > 2.txt");
	world_plan(w, "1 2 3<1+2");
	world_die_at(w, "working");
	world_begin_again(w);
	check_state(w, "1", "working");
	assert_false(wt_run_is_driven(w->run));
	scratch_run(w->s, "(sleep 0.2; touch release) >/dev/null 2>&1 &");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
	check_str(scratch_read(w->s, "ran", NULL), "x\nx\n");
	check_int(world_count(w, "agent_starting", "1"), 1);
	check_clean(w);
}

static void test_run__what_an_agent_finished_meanwhile_counts(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo x >> \"$W/ran\"; touch \"$W/working\"; sh \"$W/await\" release; "
		    "echo 1 > 1.txt");
	world_plan(w, "1");
	world_die_at(w, "working");
	scratch_run(w->s, "touch release");
	check_int(scratch_status(w->s, "while ! ls repo/.git/wtorch/runs/*/1/1/exit.json; do "
				       "sleep 0.02; done"),
		  0);
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_read(w->s, "ran", NULL), "x\n");
}

/* The shim and all below it, at once; a dead one that nobody has reaped yet counts as gone. */
static void kill_shim_and_agent(struct world *w, const char *id)
{
	long long pid = (long long)world_task(w, id)->pid;

	/* Field 6 is the session: the shim leads that of all below it. */
	scratch_run(w->s,
		    "kill -9 %lld; kill -9 $(awk '$6 == %lld { print $1 }' /proc/[0-9]*/stat 2>&-) "
		    "2>&-; while grep -q '^[0-9]* (.*) [^Z]' /proc/%lld/stat 2>&-; do sleep 0.02; "
		    "done; true",
		    pid, pid, pid);
}

/* Busy in its first attempt. */
static const char slow_at_first[] = "test $WTORCH_ATTEMPT != 1 || { touch \"$W/working\"; "
				    "sleep 600; }; echo 1 > 1.txt";

static void test_run__an_agent_lost_with_its_machine_is_started_again(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", slow_at_first);
	world_plan(w, "1");
	world_die_at(w, "working");
	world_begin_again(w);
	kill_shim_and_agent(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_task(w, "1")->attempt, 2);
	check_int(world_task(w, "1")->charged, 1);
}

static void kill_once(struct world *w)
{
	if (!is_there(w, "working") || is_there(w, "killed"))
		return;
	scratch_run(w->s, "touch killed");
	kill_shim_and_agent(w, "1");
}

static void test_run__an_agent_whose_shim_is_killed_has_used_up_an_attempt(void **state)
{
	struct world *w = *state;

	w->on_tick = kill_once;
	world_set(w, "run.retries", "1");
	world_agent(w, "1", slow_at_first);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_task(w, "1")->attempt, 2);
	check_int(world_task(w, "1")->charged, 2);
}

/* The start is said to have failed, but it had not: no agent is left without an owner. */
static void test_run__an_agent_that_was_said_not_to_start_is_ended(void **state)
{
	struct world *w = *state;
	struct faulty *f = faulty_new(&w->ports);

	world_set(w, "agent.test.grace", "0s");
	world_agent(w, "1", "test $WTORCH_ATTEMPT = 2 || sleep 600; echo 1 > 1.txt");
	w->used = faulty_ports(f);
	world_plan(w, "1");
	faulty_arm(f, FAULTY_AFTER, "proc.start", 1);
	world_drive(w);
	assert_true(faulty_hit(f));
	check_state(w, "1", "failed");
	wt_run_close(w->run);
	w->run = NULL;
	w->used = &w->ports;
	faulty_free(f);
	/* A process that ends meanwhile is an error to the first grep: the second one decides. */
	scratch_run(w->s, "found() { grep -lsa \"$1\" /proc/[0-9]*/cmdline | grep -q .; }; "
			  "i=0; while found \"[w]torch-shim.$PWD\"; do "
			  "i=$((i + 1)); test $i -lt 3000; sleep 0.02; done; "
			  "! found \"$PWD/[a]gents/1\"");
	world_begin_again(w);
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
}

/* More at once than anybody should; registration is what breaks first. */
static void test_run__twenty_worktrees_at_once_are_twenty(void **state)
{
	struct world *w = *state;
	struct wt_buf spec = WT_BUF_INIT;

	world_set(w, "run.jobs", "20");
	for (int i = 1; i <= 20; i++) {
		world_agent(w, wt_arena_printf(&w->arena, "%d", i),
			    wt_arena_printf(&w->arena,
					    "touch \"$W/alive-%d\"; sh \"$W/await\" alive-20; "
					    "echo %d > %d.txt",
					    i, i, i));
		wt_buf_printf(&spec, "%d ", i);
	}
	world_plan(w, spec.data);
	wt_buf_clear(&spec);
	world_drive(w);
	check_int(world_count(w, "landed", NULL), 20);
	check_int(wt_run_state(w->run)->peak_living, 20);
	check_str(world_git(w, "ls-tree --name-only main | grep -c '^[0-9]*.txt$'"), "20");
	check_str(world_git(w, "worktree list | wc -l"), "21");
	check_str(world_git(w, "branch --list | wc -l"), "21");
	check_str(world_git(w, "show main:ROADMAP.md | grep -c Complete"), "20");
	check_clean(w);
}

static void test_run__is_driven_by_one_process_at_a_time(void **state)
{
	struct world *w = *state;
	int lock;

	world_plan(w, "1");
	check_ok(wt_runs_lock(&w->ports, "20260101-000000-abcd", &lock, &w->err), w->err);
	check_int(world_try_drive(w), WT_E_BUSY);
	check_contains(w->err.msg, wt_arena_printf(&w->arena, "pid %d", (int)getpid()));
	check_contains(w->err.msg, "20260101-000000-abcd");
	wt_runs_unlock(&w->ports, lock);
	world_drive(w);
	check_state(w, "1", "merged");
}

static void test_run__a_finished_run_has_nothing_left_to_do(void **state)
{
	struct world *w = *state;
	size_t events;

	world_plan(w, "1 2");
	world_drive(w);
	events = world_count(w, "landed", NULL);
	world_git(w, "tag before");
	world_begin_again(w);
	world_drive(w);
	check_int(world_count(w, "landed", NULL), events);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	assert_true(wt_run_state(w->run)->is_ended);
}

static void test_run__asks_of_the_journal_are_obeyed_in_their_order(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "exit 1");
	world_plan(w, "1");
	world_drive(w);
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_ask(w, WT_EV_STOP_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "stopped");
	check_int(world_count(w, "agent_started", "1"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_run__independent_tasks_live_at_the_same_time),
		WORLD_TEST(test_run__one_job_is_one_at_a_time),
		WORLD_TEST(test_run__sequential_waits_for_each_landing),
		WORLD_TEST(test_run__tasks_that_share_a_file_wait_for_the_landing),
		WORLD_TEST(test_run__a_smaller_order_lands_first),
		WORLD_TEST(test_run__a_dependent_starts_from_what_landed),
		WORLD_TEST(test_run__what_needs_a_failed_task_is_skipped_the_rest_lands),
		WORLD_TEST(test_run__nothing_new_starts_behind_enough_failures),
		WORLD_TEST(test_run__stops_when_asked_from_elsewhere_and_goes_on_later),
		WORLD_TEST(test_run__one_task_can_be_stopped_alone),
		WORLD_TEST(test_run__a_signal_stops_with_grace),
		WORLD_TEST(test_run__a_second_signal_leaves_at_once),
		WORLD_TEST(test_run__agents_that_outlive_it_are_adopted),
		WORLD_TEST(test_run__what_an_agent_finished_meanwhile_counts),
		WORLD_TEST(test_run__an_agent_lost_with_its_machine_is_started_again),
		WORLD_TEST(test_run__an_agent_whose_shim_is_killed_has_used_up_an_attempt),
		WORLD_TEST(test_run__an_agent_that_was_said_not_to_start_is_ended),
		WORLD_TEST(test_run__twenty_worktrees_at_once_are_twenty),
		WORLD_TEST(test_run__is_driven_by_one_process_at_a_time),
		WORLD_TEST(test_run__a_finished_run_has_nothing_left_to_do),
		WORLD_TEST(test_run__asks_of_the_journal_are_obeyed_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
