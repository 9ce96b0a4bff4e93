/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_ADAPTER_GIT_H
#define WT_TESTS_ADAPTER_GIT_H

/* A scratch folder with an open repository "repo" of two files, src/file-1.txt and -2, for the
 * tests of the git adapter: *state is the struct repo_fixture. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"

struct repo_fixture {
	struct scratch *s;
	const char *repo;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_error err;
};

static inline int repo_setup(void **state)
{
	struct repo_fixture *f = calloc(1, sizeof *f);

	scratch_setup((void **)&f->s);
	f->repo = scratch_repo(f->s, "repo", 2);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
	*state = f;
	return 0;
}

static inline int repo_teardown(void **state)
{
	struct repo_fixture *f = *state;
	void *scratch = f->s;

	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	free(f);
	return scratch_teardown(&scratch);
}

static inline struct wt_oid repo_oid(struct repo_fixture *f, const char *name)
{
	const char *hex = scratch_output(f->s, "git -C repo rev-parse '%s'", name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

#define REPO_TEST(name) cmocka_unit_test_setup_teardown(name, repo_setup, repo_teardown)

#endif
