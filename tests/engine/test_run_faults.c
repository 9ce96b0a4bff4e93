/* SPDX-License-Identifier: MIT */
/*
 * A run of two tasks in which one call into the world fails, for many such calls in turn: what
 * is left always explains itself, nothing is done twice, nothing is lost, and whoever takes up
 * the run afterwards brings both tasks home.
 *
 * Each test tries every STRIDE-th call, WTORCH_SWEEP=1 in the environment all of them.
 */

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"

#define STRIDE 29

static const char *const ids[] = { "1", "2" };

static size_t stride(void)
{
	const char *text = getenv("WTORCH_SWEEP");

	return text && atol(text) > 0 ? (size_t)atol(text) : STRIDE;
}

static void prepare(struct world *w)
{
	for (size_t i = 0; i < 2; i++)
		world_agent(w, ids[i],
			    wt_arena_printf(&w->arena,
					    "echo $WTORCH_TASK/$WTORCH_ATTEMPT >> \"$W/ran\"; "
					    "echo done > %s.txt",
					    ids[i]));
	world_plan(w, "1 2<1");
	world_git(w, "tag before");
	/* The user is in the middle of a thought. */
	scratch_run(w->s, "cd repo && echo staged >> ROADMAP.md && git add ROADMAP.md && "
			  "echo unstaged >> ROADMAP.md && echo dirty >> src/file-1.txt");
}

/* Drives the run while call n goes wrong. *hit: it came to that call. */
static enum wt_code drive_with_fault(struct world *w, enum faulty_kind kind, size_t n, bool *hit,
				     const char **call)
{
	struct faulty *f = faulty_new(&w->ports);
	enum wt_code rc;

	wt_run_close(w->run);
	w->run = NULL;
	w->used = faulty_ports(f);
	check_ok(wt_run_open(w->used, NULL, &w->run, &w->err), w->err);
	faulty_arm(f, kind, "", n);
	rc = world_try_drive(w);
	*hit = faulty_hit(f);
	*call = wt_arena_strdup(&w->arena, faulty_last(f));
	wt_run_close(w->run);
	w->run = NULL;
	w->used = &w->ports;
	faulty_free(f);
	return rc;
}

/* What a person does next about a task that did not land. */
static void help(struct world *w, const char *id)
{
	const struct wt_task_state *t = world_task(w, id);
	enum wt_event_kind ask = WT_EV_RETRY_ASKED;

	if (t->state == WT_MERGED)
		return;
	if (!t->reason && t->state != WT_WAITING)
		fail_msg("task %s is %s, and nothing says why", id, wt_state_name(t->state));
	if (t->state == WT_KEPT && t->worktree) {
		scratch_run(w->s, "cd '%s' && git add -A && (git commit -qm mended || true)",
			    t->worktree);
		if (strcmp(world_git(w, "rev-parse '%s'", t->branch), wt_oid_hex(&t->base).hex))
			ask = WT_EV_MERGE_ASKED;
	}
	world_ask(w, ask, id);
}

/* Whatever happened: nothing is landed twice, and no attempt ran twice. */
static void check_nothing_twice(struct world *w)
{
	for (size_t i = 0; i < 2; i++)
		check_int(atoi(world_git(w,
					 "log --first-parent --format=%%B before..main | "
					 "grep -c '^Wtorch-Task: %s$' || true",
					 ids[i])) > 1,
			  0);
	check_str(scratch_output(w->s, "touch ran; sort ran | uniq -d"), "");
}

static void check_home(struct world *w)
{
	for (size_t i = 0; i < 2; i++) {
		check_state(w, ids[i], "merged");
		check_str(world_git(w, "show main:%s.txt", ids[i]), "done");
		check_contains(world_git(w, "show main:ROADMAP.md"),
			       wt_arena_printf(&w->arena, "number %s ✅ Complete", ids[i]));
	}
	check_int(w->run->damage.len, 0);
	if (strstr(world_notes(w), "could not follow"))
		return; /* a person was told */
	check_str(world_git(w, "status --porcelain"), "MM ROADMAP.md\n M src/file-1.txt");
	check_str(world_git(w, "diff --cached | grep '^[-+][^-+]'"), "+staged");
	check_str(world_git(w, "diff | grep '^[-+][^-+]'"), "+unstaged\n+dirty");
}

static void finish(struct world *w)
{
	world_begin_again(w);
	check_int(w->run->damage.len, 0);
	world_drive(w);
	check_nothing_twice(w);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 2; i++)
			help(w, ids[i]);
		world_drive(w);
	}
	check_nothing_twice(w);
	check_home(w);
}

/* One world for each call that fails; true when there was such a call. */
static bool try_call(enum faulty_kind kind, size_t n)
{
	struct world *w;
	const char *call;
	void *state;
	bool hit;

	world_setup(&state);
	w = state;
	prepare(w);
	(void)!drive_with_fault(w, kind, n, &hit, &call);
	if (hit) {
		print_message("%zu: %s\n", n, call);
		finish(w);
	}
	world_teardown(&state);
	return hit;
}

static void test_run_faults__a_call_that_fails_loses_nothing(void **state)
{
	(void)state;
	for (size_t n = 1; try_call(FAULTY_BEFORE, n); n += stride())
		continue;
}

static void test_run_faults__a_lost_answer_loses_nothing(void **state)
{
	(void)state;
	for (size_t n = 3; try_call(FAULTY_AFTER, n); n += stride())
		continue;
}

/* As kill -9 at that very call; in a process of its own, so that nothing is left of it. It is
 * killed from outside: whoever does it to himself is asked by valgrind first what he has lost. */
static bool try_crash(size_t n)
{
	struct world *w;
	void *state;
	int told[2], status;
	bool hit;
	char byte;
	pid_t child;

	world_setup(&state);
	w = state;
	prepare(w);
	fflush(NULL);
	check_int(pipe(told), 0);
	child = fork();
	if (!child) {
		const char *call;

		world_after_fork(w);
		(void)!drive_with_fault(w, FAULTY_CRASH, n, &hit, &call);
		if (hit)
			print_message("%zu: %s\n", n, call);
		fflush(NULL);
		(void)!write(told[1], hit ? "x" : "-", 1);
		sleep(600);
		_exit(1);
	}
	close(told[1]);
	check_int(read(told[0], &byte, 1), 1);
	hit = byte == 'x';
	close(told[0]);
	kill(child, SIGKILL);
	check_int(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	if (hit)
		finish(w);
	world_teardown(&state);
	return hit;
}

static void test_run_faults__a_crash_anywhere_loses_nothing(void **state)
{
	(void)state;
	for (size_t n = 2; try_crash(n); n += stride())
		continue;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_faults__a_call_that_fails_loses_nothing),
		cmocka_unit_test(test_run_faults__a_lost_answer_loses_nothing),
		cmocka_unit_test(test_run_faults__a_crash_anywhere_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
