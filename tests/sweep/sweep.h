/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_SWEEP_H
#define WT_TESTS_SWEEP_H

/*
 * What the files of the sweep share. A scenario (scenario.c, random.c) is put on a stage
 * (stage.c): a folder with a repository, a HOME, scripted agents. Its steps are commands of the
 * real program. Each is done once undisturbed, and what it leads to is remembered; then again
 * with something going wrong at a given point (point.h), taken up again, and compared (case.c,
 * audit.c). main.c makes the list of cases and hands it to workers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sweep/point.h"
#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"
#include "wtorch/core/event.h"

#define SWEEP_MAX_STEPS 8
#define SWEEP_MAX_TASKS 12
#define SWEEP_MAX_TORN  8 /* records that several kills in one history may tear */

struct sweep_task {
	const char *id;
	const char *fields; /* lines of its section */
	const char *script; /* agent.c */
};

struct sweep_step {
	const char *argv[10]; /* wtorch and its arguments, or sh -c LINE in the repository */
	/* Once that flag is there (or the command has ended), these arguments of wtorch. */
	const char *flag;
	const char *meanwhile[6];
	const char *raise_flag; /* made before the step */
	int code;               /* how it ends undisturbed */
};

struct sweep_scenario {
	const char *name;
	const char *config;  /* of the user, behind the sections run and agent bot; may be NULL */
	const char *run;     /* lines of section run */
	const char *agent;   /* lines of section agent bot */
	const char *prepare; /* sh in the repository, before the first commit; may be NULL */
	const char *needs;   /* a command of wtorch without which it is left out; or NULL */
	struct sweep_task tasks[SWEEP_MAX_TASKS];
	struct sweep_step steps[SWEEP_MAX_STEPS];
};

extern const struct sweep_scenario sweep_scenarios[];
extern const size_t sweep_n_scenarios;

/* Programs and folders that do not change. */
struct sweep_tools {
	const char *wtorch, *agent, *preload, *scratch;
	bool is_verbose;
};

struct stage {
	const struct sweep_tools *tools;
	const struct sweep_scenario *scenario;
	struct wt_arena arena; /* of the scenario on it */
	char *root;            /* <scratch>/<name>; below: case, saved-N, point */
	char *dir, *repo, *home;
	char *start; /* the commit before the first step */
	struct sweep_point *point;
	const char *after[SWEEP_MAX_STEPS]; /* what each step leads to */
	uint64_t calls[SWEEP_MAX_STEPS][SWEEP_PROGRAMS][SWEEP_CALLS];
	size_t n_steps;
	unsigned worker, generation; /* generation: folders that were left after a failure */
};

struct result {
	int code; /* or 128 + signal */
	bool is_late;
	struct wt_buf out, err;
};

/* What is to go wrong. */
struct hurt {
	uint32_t calls, programs;
	enum sweep_action action;
	int number;
};

void stage_open(struct stage *s, const struct sweep_tools *tools, unsigned worker);
void stage_close(struct stage *s);
/* Empty, with the scenario's repository. False with the reason in why. */
bool stage_prepare(struct stage *s, const struct sweep_scenario *scenario, struct wt_buf *why);
void stage_save(struct stage *s, size_t step);
void stage_load(struct stage *s, size_t step);
/* The folder stays as it is; the stage goes on elsewhere, with nothing on it. */
void stage_leave(struct stage *s);
/* Arms the point; NULL: only counts. */
void stage_arm(struct stage *s, const struct hurt *hurt, uint64_t at);
/* Runs one step; the result is the caller's to clear. meanwhile may be NULL. */
void stage_step(struct stage *s, const struct sweep_step *step, struct result *out,
		struct result *meanwhile);
void stage_wtorch(struct stage *s, const char *const *args, struct result *out);
/* A program to its end, standard output into out (appended); its exit status. */
int stage_output(struct stage *s, const char *const *argv, struct wt_buf *out);
void stage_flag(struct stage *s, const char *name);   /* for agents to see */
void stage_unflag(struct stage *s, const char *name); /* or it is not there */
void result_clear(struct result *r);

/* All that must be the same however it was come to: states, trees, commits, worktrees. */
const char *audit_signature(struct stage *s, struct wt_arena *a);
/* Appends a line for each thing that must not be. torn: how many records may be unreadable. */
void audit_all(struct stage *s, size_t torn, struct wt_buf *problems);
/* Marks the kinds of event that the runs on the stage have. */
void audit_kinds(struct stage *s, _Atomic bool seen[WT_EV_COUNT]);
/* What a command said, against how it ended. */
void audit_messages(const char *name, const struct result *r, struct wt_buf *problems);

/* The scenario, undisturbed, remembered. False with the reason in why. */
bool case_rehearse(struct stage *s, const struct sweep_scenario *scenario, struct wt_buf *why);
enum case_end { CASE_FINE, CASE_NOT_REACHED, CASE_FAILED };
enum case_end case_try(struct stage *s, size_t step, const struct hurt *hurt, uint64_t at,
		       struct wt_buf *problems);
/* How what is come to is compared. */
enum case_care {
	CASE_EXACT,  /* after a kill: a run must come home by itself, to the same commits */
	CASE_ALONE,  /* by itself; an agent that was ended may have committed otherwise */
	CASE_HELPED, /* a person does what is said */
};

/* Takes up what was hurt in that step. False: what follows in the scenario makes no sense. */
bool case_recover(struct stage *s, size_t step, enum case_care care, struct wt_buf *problems);
/* A scenario, a history and several things that go wrong in it, all from one number. */
enum case_end case_try_random(struct stage *s, uint64_t seed, struct wt_buf *problems);

/* Made from the seed, in the arena. */
struct sweep_scenario *random_scenario(struct wt_arena *a, uint64_t *random);
uint64_t random_next(uint64_t *random, uint64_t below);

#endif
