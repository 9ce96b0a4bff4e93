/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_FAULTY_IMPL_H
#define WT_TESTS_FAULTY_IMPL_H

/* What the files of the faulty ports share; tests include faulty.h. */

#include "tests/support/faulty.h"

struct faulty {
	struct wt_ports real, ports;
	struct wt_fs fs;
	struct wt_journal journal;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_git_store store;
	struct wt_git_tool tool;

	enum faulty_kind kind;
	const char *prefix;
	size_t at;       /* 0: not armed */
	size_t matching; /* calls that began with prefix */
	bool is_hit, is_answer_lost;
	const char *failed;
	const char **calls;
	size_t n_calls, cap;
	struct wt_arena arena;
};

/* Logs the call; true with err filled when it has to fail now. */
bool faulty_before(struct faulty *f, const char *name, const char *about, bool has_effect,
		   struct wt_error *err);
/* What the caller is told of an effect that came back with rc. */
enum wt_code faulty_after(struct faulty *f, enum wt_code rc, struct wt_error *err);
/* Fails the test when a table of functions has one that its wrapper forgot. */
void faulty_check_table(const char *port, const void *real, const void *wrapped, size_t size);
void faulty_wrap_git(struct faulty *f);

/* The bodies of wrappers with parameters self and err: the last one calls the real function. */
#define FAULTY_QUERY(name, about, call)                   \
	if (faulty_before(self, name, about, false, err)) \
		return err->code;                         \
	return call
#define FAULTY_EFFECT(name, about, call)                 \
	if (faulty_before(self, name, about, true, err)) \
		return err->code;                        \
	return faulty_after(self, call, err)

#endif
