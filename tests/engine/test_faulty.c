/* SPDX-License-Identifier: MIT */
/* The faulty ports themselves, for the sweeps rely on their counting. */

#include "tests/support/check.h"
#include "tests/support/faulty.h"
#include "tests/support/scratch.h"

#include "wtorch/adapter/adapters.h"

struct fixture {
	struct wt_fs fs;
	struct wt_clock clock;
	struct wt_journal journal;
	struct wt_ports real;
};

static void fixture_init(struct fixture *f)
{
	wt_fs_posix(&f->fs);
	wt_clock_posix(&f->clock);
	wt_journal_file(&f->clock, &f->journal);
	f->real = (struct wt_ports){ .fs = &f->fs, .clock = &f->clock, .journal = &f->journal };
}

/* Three calls: two with an effect, one that reads. */
static enum wt_code act(struct scratch *s, const struct wt_ports *ports, struct wt_error *err)
{
	const struct wt_fs *fs = ports->fs;
	struct wt_file_info info;
	enum wt_code rc = fs->create(fs->self, scratch_path(s, "a"), WT_STR("1"), err);

	if (!rc)
		rc = fs->stat(fs->self, scratch_path(s, "a"), &info, err);
	if (!rc)
		rc = fs->rename(fs->self, scratch_path(s, "a"), scratch_path(s, "b"), err);
	return rc;
}

static void test_faulty__an_unarmed_wrapper_changes_nothing_and_logs_all(void **state)
{
	struct scratch *s = *state;
	struct fixture x;
	struct faulty *f;
	struct wt_error err;

	fixture_init(&x);
	f = faulty_new(&x.real);
	check_ok(act(s, faulty_ports(f), &err), err);
	check_int(faulty_calls(f), 3);
	check_contains(faulty_call(f, 0), "fs.create /");
	check_contains(faulty_call(f, 2), "fs.rename ");
	check_str(faulty_last(f), "");
	check_str(scratch_read(s, "b", NULL), "1");
	assert_false(faulty_hit(f));
	assert_null(faulty_ports(f)->git);
	faulty_free(f);
}

static void test_faulty__the_nth_call_fails_and_does_nothing(void **state)
{
	struct scratch *s = *state;
	struct fixture x;
	struct faulty *f;
	struct wt_error err;

	fixture_init(&x);
	f = faulty_new(&x.real);
	faulty_arm(f, FAULTY_BEFORE, "", 3);
	check_int(act(s, faulty_ports(f), &err), WT_E_ENV);
	check_contains(err.msg, "injected fault in fs.rename");
	check_contains(faulty_last(f), "fs.rename");
	check_str(scratch_output(s, "ls -d a b 2>/dev/null || true"), "a\n");
	/* Once only. */
	scratch_run(s, "rm a");
	check_ok(act(s, faulty_ports(f), &err), err);
	faulty_free(f);
}

static void test_faulty__a_lost_answer_comes_after_the_effect(void **state)
{
	struct scratch *s = *state;
	struct fixture x;
	struct faulty *f;
	struct wt_error err;

	fixture_init(&x);
	f = faulty_new(&x.real);
	faulty_arm(f, FAULTY_AFTER, "fs.re", 1);
	check_int(act(s, faulty_ports(f), &err), WT_E_ENV);
	check_str(scratch_read(s, "b", NULL), "1");
	assert_true(faulty_hit(f));
	faulty_free(f);
}

static void test_faulty__after_a_crash_nothing_is_done_any_more(void **state)
{
	struct scratch *s = *state;
	struct fixture x;
	struct faulty *f;
	struct wt_error err;

	fixture_init(&x);
	f = faulty_new(&x.real);
	faulty_arm(f, FAULTY_CRASH, "", 2);
	check_int(act(s, faulty_ports(f), &err), WT_E_ENV);
	scratch_run(s, "mv a c");
	check_int(act(s, faulty_ports(f), &err), WT_E_ENV);
	check_contains(faulty_last(f), "fs.stat");
	check_str(scratch_output(s, "ls"), "c\nhome\n");
	faulty_free(f);
}

static void test_faulty__a_sweep_ends_when_no_call_is_left_to_fail(void **state)
{
	struct scratch *s = *state;
	struct fixture x;
	struct wt_error err;
	size_t n = 0;
	bool was_hit;

	fixture_init(&x);
	do {
		struct faulty *f = faulty_new(&x.real);

		scratch_run(s, "rm -f a b");
		faulty_arm(f, FAULTY_BEFORE, "", ++n);
		(void)act(s, faulty_ports(f), &err);
		was_hit = faulty_hit(f);
		faulty_free(f);
	} while (was_hit);
	check_int(n, 4);
}

static void test_faulty__wraps_every_function_of_git_and_proc(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_proc proc;
	struct wt_git git;
	struct wt_oid oid;
	struct faulty *f;
	const struct wt_git *wrapped;
	struct wt_error err;

	check_ok(wt_proc_linux_open(WTORCH_SHIM, &proc, &err), err);
	check_ok(wt_git_open(repo, &proc, &git, &err), err);
	f = faulty_new(&(struct wt_ports){ .proc = &proc, .git = &git });
	wrapped = faulty_ports(f)->git;
	check_str(wrapped->repo.head_branch, "main");
	check_ok(wrapped->store->resolve(wrapped->self, "main", &oid, &err), err);
	faulty_arm(f, FAULTY_AFTER, "git.update_ref", 1);
	check_int(wrapped->tool->update_ref(wrapped->self, "refs/heads/new", &oid,
					    &(struct wt_oid){ { 0 } }, "test", &err),
		  WT_E_ENV);
	check_str(faulty_last(f), "git.update_ref refs/heads/new");
	scratch_run(s, "git -C repo rev-parse --verify -q refs/heads/new");
	faulty_free(f);
	wt_git_close(&git);
	wt_proc_linux_close(&proc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_faulty__an_unarmed_wrapper_changes_nothing_and_logs_all),
		TEST(test_faulty__the_nth_call_fails_and_does_nothing),
		TEST(test_faulty__a_lost_answer_comes_after_the_effect),
		TEST(test_faulty__after_a_crash_nothing_is_done_any_more),
		TEST(test_faulty__a_sweep_ends_when_no_call_is_left_to_fail),
		TEST(test_faulty__wraps_every_function_of_git_and_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
