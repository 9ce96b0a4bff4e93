/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_SWEEP_POINT_H
#define WT_TESTS_SWEEP_POINT_H

/*
 * The point at which a program is to be hurt: a file that the sweep makes, that preload.c maps
 * into every program named in it, and that says afterwards what was met. One count runs over all
 * of these programs, so that the n-th call is one call of one of them.
 *
 *	SWEEP_POINT=FILE LD_PRELOAD=libsweep_preload.so wtorch run -y
 */

#include <stdatomic.h>
#include <stdint.h>

#define SWEEP_POINT_ENV "SWEEP_POINT"

/* What kind of call it is. A call has one. */
enum sweep_call {
	SWEEP_JOURNAL, /* a write to a journal */
	SWEEP_WRITE,   /* to any other file; making a file, a folder, a link */
	SWEEP_CHANGE,  /* rename, unlink, rmdir, truncate, chmod */
	SWEEP_SYNC,
	SWEEP_LOCK,
	SWEEP_READ,
	SWEEP_OPEN, /* of what is there */
	SWEEP_WAIT, /* poll, epoll_wait, waitpid */
	SWEEP_SPAWN,
	SWEEP_SIGNAL, /* to another process */
	SWEEP_CALLS
};

enum sweep_action {
	SWEEP_COUNT,       /* nothing happens */
	SWEEP_KILL_BEFORE, /* SIGKILL in place of the call */
	SWEEP_KILL_AFTER,
	SWEEP_KILL_TORN, /* half of a write is done, then SIGKILL */
	SWEEP_FAIL,      /* this call fails */
	SWEEP_FAIL_ON,   /* this one and all later ones of these kinds */
	SWEEP_SHORT,     /* a read or write does half of it, as it may */
	SWEEP_RAISE,     /* the signal, then the call */
};

enum { SWEEP_OF_WTORCH = 1, SWEEP_OF_GIT = 2, SWEEP_OF_SHIM = 4, SWEEP_PROGRAMS = 3 };

struct sweep_point {
	uint32_t calls;    /* a bit for each sweep_call that counts */
	uint32_t programs; /* SWEEP_OF_* */
	uint32_t action;
	int32_t number; /* errno or signal; errno 0: one that such a call may well give */
	uint64_t at;    /* 1-based; 0: never */
	_Atomic uint64_t seen;
	/* All calls, also those that do not count: of wtorch, of git, of the shim. */
	_Atomic uint64_t of_kind[SWEEP_PROGRAMS][SWEEP_CALLS];
	_Atomic uint32_t is_hit;
	char what[256]; /* the call that was hit: program, name, path */
};

#endif
