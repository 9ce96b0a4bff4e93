/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_ADAPTER_SHIM_H
#define WT_TESTS_ADAPTER_SHIM_H

/*
 * A folder, a process port and one attempt, for tests with the real shim.
 *
 *	cmocka_unit_test_setup_teardown(test, shim_set_up, shim_tear_down)
 *
 *	shim_start_shell(w, "exit 5");
 *	check_int(shim_wait(w), 0);
 *	shim_check_record(w, "exit", 5, 0);
 */

#include "tests/support/check.h"

#include "wtorch/adapter/adapters.h"
#include "wtorch/port/shim.h"

#define INSTANCE_LEN 32

enum { SHIM_TOKEN = 1, SHIM_FILE_TOKEN = 2 };

struct shim_world {
	struct wt_proc proc;
	char dir[64];     /* the agent works here */
	char attempt[80]; /* the shim's folder */
	char file[80];    /* what a nasty agent writes its pid to */
	char cwd[80];     /* of the agent: dir */
	char instance[INSTANCE_LEN];
	struct wt_proc_id shim;
	int64_t timeout_ms, grace_ms, silence_ms;
	const char *final, *cgroup;
	struct wt_agent_limits limits;
	const char *stdin_path;
	char record[8192]; /* exit.json, once it is read */
};

int shim_set_up(void **state);
int shim_tear_down(void **state);

/* In the world's folder; its output goes to out unless that is NULL. The exit code. */
int shim_run_shell(struct shim_world *w, const char *line, char *out, size_t size);

/* The agent works in a folder of its own, in which nobody else changes anything. */
void shim_work_apart(struct shim_world *w);
/* An agent with what the world says about it. */
void shim_start(struct shim_world *w, const char *const *argv);
void shim_start_shell(struct shim_world *w, const char *line);
/* See tests/support/nasty.c; its file is the world's. */
void shim_start_nasty(struct shim_world *w, const char *mode);

/* The shim's exit code; its record is read, and nobody may be left. */
int shim_wait(struct shim_world *w);
void shim_wait_for_file(struct shim_world *w, const char *path);
/* Until the state file says so; text gets what it says. */
void shim_wait_for_verdict(struct shim_world *w, const char *verdict, char *text, size_t size);
void shim_signal(struct shim_world *w, int signo);

void shim_read_text(const char *path, char *out, size_t size);
void shim_read_in_attempt(const struct shim_world *w, const char *name, char *out, size_t size);
bool shim_has_in_attempt(const struct shim_world *w, const char *name);
/* The process whose pid the file holds is no more. */
void shim_check_gone(const char *path);
/* How the record begins, and that nobody survived. */
void shim_check_record(const struct shim_world *w, const char *reason, int code, int signo);

#endif
