/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_ENGINE_WORLD_H
#define WT_TESTS_ENGINE_WORLD_H

/*
 * A small world to run in: a real repository "repo" with a roadmap in a scratch folder, the real
 * ports with a real shim, one agent called "test", and a run that is ready to be driven.
 *
 *	struct world *w = world_new(*state);
 *
 *	world_set(w, "run.retries", "0");
 *	world_agent(w, "1", "echo work > a.txt");    a shell script, in its worktree
 *	world_plan(w, "1 2 3<1");                    or world_plan_text() with a roadmap's text
 *	world_drive(w);
 *	check_state(w, "1", "merged");
 *
 * The agent of a task that was given no script writes "ID.txt" and commits nothing. Everything
 * that is not tried by a test (pauses, load) is set so that nothing waits for a clock.
 *
 * Scripts find "$W", the scratch folder: `touch "$W/x"`, `sh "$W/await" x` (waits until x is
 * there; gives up with 1 after a minute), and say what they did in files below it.
 */

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/engine/ports.h"
#include "wtorch/engine/run.h"

struct world {
	struct scratch *s;
	struct wt_arena arena;
	struct wt_clock clock, real_clock;
	struct wt_fs fs;
	struct wt_proc proc;
	struct wt_journal journal;
	struct wt_git git;
	struct wt_ports ports;       /* the real ones */
	const struct wt_ports *used; /* what runs are made and opened with; &ports at first */
	const char *repo;            /* absolute */
	struct wt_config *config;
	struct wt_diags diags;
	struct wt_run *run; /* NULL before world_plan */
	struct wt_error err;
	int signo;        /* of the newest drive */
	int64_t skew_ms;  /* how far the monotonic clock is ahead of the machine's */
	int64_t hurry_ms; /* by how much each tick of a drive adds to that; 0 at first */
	/* Called by each tick of a drive, when live is set; may be NULL. */
	void (*on_tick)(struct world *w);
	const struct wt_live *live; /* as plan->tasks */
	/* Called with a plan before its run is made; may be NULL. */
	void (*on_plan)(struct world *w, struct wt_plan *plan);
};

/* For cmocka: *state is the struct world; the repository has src/file-1.txt to file-3.txt. */
int world_setup(void **state);
int world_teardown(void **state);

/* Opens the repository around dir into w->git anew, as a process that begins there does. */
void world_open_git(struct world *w, const char *dir);
/* Ports of its own for a process that was forked; the parent's are forgotten, not closed. */
void world_after_fork(struct world *w);
/* As a new process would: everything that was open is closed, ports and newest run are opened. */
void world_begin_again(struct world *w);

void world_set(struct world *w, const char *key, const char *value);
/* The script of a task's agent. */
void world_agent(struct world *w, const char *id, const char *script);

/*
 * A roadmap of tasks separated by blanks, committed on main: "1", "2<1" (depends on 1),
 * "3!a.txt" (touches it), "4@2" (order), any of these behind each other.
 */
void world_plan(struct world *w, const char *spec);
/* The same with the text of ROADMAP.md itself. */
void world_plan_text(struct world *w, const char *text);
/* The two halves: writes and commits the roadmap; plans what --roadmap NAME would (NULL: the
 * default place) and creates the run. */
void world_roadmap(struct world *w, const char *spec);
void world_create_run(struct world *w, const char *roadmap);

/* Drives w->run to its end, which must succeed; without the check. */
void world_drive(struct world *w);
enum wt_code world_try_drive(struct world *w);
/* Drives the newest run in a child until the agent, or git, has made that file in the scratch
 * folder, and kills the child as kill -9 does. */
void world_die_at(struct world *w, const char *file);
/* Closes the run and opens the newest one. */
void world_reopen(struct world *w);
/* Appends a request; task NULL is all of them. */
void world_ask(struct world *w, enum wt_event_kind kind, const char *task);

const struct wt_task_state *world_task(struct world *w, const char *id);
/* Fails with the task's reason and the end of its agent's output. */
void check_state(struct world *w, const char *id, const char *state);
void check_reason(struct world *w, const char *id, const char *part);
/* The base is at the commit that landed the task. */
void check_landed(struct world *w, const char *id);
/* The task is kept with that reason, the base still where the tag "before" is, branch and
 * worktree are there, and no landing was begun. */
void check_kept_back(struct world *w, const char *id, const char *reason);
/* git status of the main checkout has nothing to say. */
void check_clean(struct world *w);

/* Output of a git command in the repository, without its last newline. */
const char *world_git(struct world *w, const char *fmt, ...) WT_PRINTF(2, 3);
/* The journal as "event task" lines, of the kinds that are named (separated by blanks; "": all). */
const char *world_events(struct world *w, const char *kinds);
/* The reasons of all notes, a line each. */
const char *world_notes(struct world *w);
/* How many records of the kind there are; task NULL: of any. */
size_t world_count(struct world *w, const char *kind, const char *task);

/* The absolute path of the worktree of a task, and its branch. */
const char *world_worktree(struct world *w, const char *id);
const char *world_branch(struct world *w, const char *id);

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

#endif
