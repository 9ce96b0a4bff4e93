/* SPDX-License-Identifier: MIT */
/* Objects and refs of real repositories. */

#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"

/* libgit2 1.5 forgets to free a regular expression's match for each entry of the configuration
 * when a repository has format version 1. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

static struct wt_proc proc;
static struct wt_error err;

/* Opens the repository at path, which must succeed; close_git() ends it. */
static struct wt_git open_git(const char *path)
{
	struct wt_git git;

	check_ok(wt_proc_linux_open("/nonexistent/shim", &proc, &err), err);
	check_ok(wt_git_open(path, &proc, &git, &err), err);
	return git;
}

static void close_git(struct wt_git *git)
{
	wt_git_close(git);
	wt_proc_linux_close(&proc);
}

static enum wt_code try_open(const char *path)
{
	struct wt_git git;
	enum wt_code rc;

	check_ok(wt_proc_linux_open("/nonexistent/shim", &proc, &err), err);
	rc = wt_git_open(path, &proc, &git, &err);
	if (!rc)
		wt_git_close(&git);
	wt_proc_linux_close(&proc);
	return rc;
}

static struct wt_oid oid_at(struct scratch *s, const char *repo, const char *name)
{
	const char *hex = scratch_output(s, "git -C '%s' rev-parse '%s'", repo, name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

/* opening */

static void test_git_libgit2__describes_a_checkout(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 2);
	struct wt_oid head = oid_at(s, repo, "HEAD");
	struct wt_git git = open_git(scratch_path(s, "repo/src"));

	check_str(git.repo.top, repo);
	check_str(git.repo.main_top, repo);
	check_str(git.repo.git_dir, scratch_path(s, "repo/.git"));
	check_str(git.repo.common_dir, scratch_path(s, "repo/.git"));
	check_str(git.repo.head_branch, "main");
	assert_true(wt_oid_is_equal(&git.repo.head, &head));
	assert_false(git.repo.is_bare || git.repo.is_unborn || git.repo.is_detached ||
		     git.repo.is_shallow);
	close_git(&git);
}

static void test_git_libgit2__knows_the_main_checkout_from_a_linked_one(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_git git;

	scratch_run(s, "git -C repo worktree add -q --detach ../linked");
	git = open_git(scratch_path(s, "linked"));
	check_str(git.repo.top, scratch_path(s, "linked"));
	check_str(git.repo.main_top, repo);
	check_str(git.repo.common_dir, scratch_path(s, "repo/.git"));
	check_str(git.repo.git_dir, scratch_path(s, "repo/.git/worktrees/linked"));
	assert_null(git.repo.head_branch);
	assert_true(git.repo.is_detached);
	close_git(&git);
}

static void test_git_libgit2__tells_bare_and_unborn(void **state)
{
	struct scratch *s = *state;
	struct wt_git git;

	scratch_run(s, "git init -q --bare bare.git && git init -q unborn");
	git = open_git(scratch_path(s, "bare.git"));
	assert_true(git.repo.is_bare);
	assert_null(git.repo.top);
	assert_null(git.repo.main_top);
	close_git(&git);
	git = open_git(scratch_path(s, "unborn"));
	assert_true(git.repo.is_unborn);
	check_str(git.repo.head_branch, "main");
	assert_true(wt_oid_is_zero(&git.repo.head));
	close_git(&git);
}

static void test_git_libgit2__says_why_it_cannot_open(void **state)
{
	struct scratch *s = *state;

	check_int(try_open(s->dir), WT_E_ENV);
	check_contains(err.msg, "is not in a git repository");
	check_int(try_open(scratch_path(s, "absent")), WT_E_ENV);

	scratch_run(s, "git init -q --object-format=sha256 new");
	check_int(try_open(scratch_path(s, "new")), WT_E_ENV);
	check_contains(err.msg, "sha256");
}

static void test_git_libgit2__opens_what_sparse_checkout_configures(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 2);

	scratch_run(s, "cd repo && git config core.repositoryformatversion 1 && "
		       "git config extensions.worktreeConfig true");
	check_int(try_open(repo), WT_OK);
}

static void test_git_libgit2__refuses_the_repository_of_another_user(void **state)
{
	struct scratch *s = *state;

	if (geteuid() != 0) {
		print_message("needs root to make a folder of another user\n");
		skip();
	}
	scratch_repo(s, "repo", 1);
	scratch_run(s, "chown -R 12345 repo");
	check_int(try_open(scratch_path(s, "repo")), WT_E_ENV);
	check_contains(err.msg, "belongs to another user");
	check_contains(err.hint, "safe.directory");
}

/* names */

static void test_git_libgit2__resolves_names_to_commits(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_git git = open_git(repo);
	struct wt_oid head = oid_at(s, repo, "HEAD"), oid;

	scratch_run(s, "git -C repo tag -a -m note v1");
	check_ok(git.store->resolve(git.self, "v1", &oid, &err), err);
	assert_true(wt_oid_is_equal(&oid, &head));
	check_ok(git.store->resolve(git.self, "main", &oid, &err), err);
	check_int(git.store->resolve(git.self, "absent", &oid, &err), WT_E_NOT_FOUND);
	check_int(git.store->resolve(git.self, "main^5", &oid, &err), WT_E_NOT_FOUND);
	check_int(git.store->resolve(git.self, "main:src", &oid, &err), WT_E_NOT_FOUND);
	check_int(git.store->resolve(git.self, "a b\n^", &oid, &err), WT_E_NOT_FOUND);
	check_ok(git.store->ref(git.self, "refs/heads/main", &oid, &err), err);
	assert_true(wt_oid_is_equal(&oid, &head));
	check_int(git.store->ref(git.self, "refs/heads/absent", &oid, &err), WT_E_NOT_FOUND);
	check_int(git.store->ref(git.self, "not a ref", &oid, &err), WT_E_NOT_FOUND);
	close_git(&git);
}

static void test_git_libgit2__lists_refs_sorted_packed_or_not(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	const char **names;
	size_t n;

	scratch_run(s, "cd repo && git branch wtorch/b && git pack-refs --all && "
		       "git branch wtorch/a && git branch other");
	check_ok(git.store->refs(git.self, "refs/heads/wtorch/", &s->arena, &names, &n, &err), err);
	check_int(n, 2);
	check_str(names[0], "refs/heads/wtorch/a");
	check_str(names[1], "refs/heads/wtorch/b");
	check_ok(git.store->refs(git.self, "refs/none/", &s->arena, &names, &n, &err), err);
	check_int(n, 0);
	close_git(&git);
}

static void test_git_libgit2__sees_refs_and_objects_that_git_adds_later(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_git git = open_git(repo);
	struct wt_commit c;
	struct wt_oid oid, head = oid_at(s, repo, "HEAD");

	check_ok(git.store->commit(git.self, &head, &s->arena, &c, &err), err);
	scratch_run(s, "cd repo && git commit -q --allow-empty -m later && git repack -adq");
	check_ok(git.store->ref(git.self, "refs/heads/main", &oid, &err), err);
	check_ok(git.store->commit(git.self, &oid, &s->arena, &c, &err), err);
	check_str(c.message, "later\n");
	check_int(c.n_parents, 1);
	assert_true(wt_oid_is_equal(&c.parents[0], &head));
	close_git(&git);
}

/* objects */

static void test_git_libgit2__reads_a_tree_as_git_lists_it(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid oid;
	struct wt_tree t;

	scratch_run(s, "cd repo && echo x > run && chmod +x run && ln -s run link && git add . && "
		       "git commit -qm more");
	oid = oid_at(s, "repo", "HEAD^{tree}");
	check_ok(git.store->tree(git.self, &oid, &s->arena, &t, &err), err);
	check_int(t.len, 3);
	check_str(t.items[0].name, "link");
	check_int(t.items[0].mode, 0120000);
	check_str(t.items[1].name, "run");
	check_int(t.items[1].mode, 0100755);
	check_str(t.items[2].name, "src");
	check_int(t.items[2].mode, 040000);
	check_int(git.store->tree(git.self, &t.items[0].oid, &s->arena, &t, &err), WT_E_ENV);
	check_contains(err.msg, "is not a tree");
	memset(&oid, 7, sizeof oid);
	check_int(git.store->tree(git.self, &oid, &s->arena, &t, &err), WT_E_NOT_FOUND);
	close_git(&git);
}

static void test_git_libgit2__writes_what_it_read(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 3));
	struct wt_oid oid = oid_at(s, "repo", "HEAD:src"), again;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_tree t, none = { 0 };

	check_ok(git.store->tree(git.self, &oid, &s->arena, &t, &err), err);
	check_ok(git.store->tree_write(git.self, &t, &again, &err), err);
	assert_true(wt_oid_is_equal(&oid, &again));
	check_ok(git.store->tree_write(git.self, &none, &again, &err), err);
	check_str(wt_oid_hex(&again).hex, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	check_ok(git.store->blob(git.self, &t.items[0].oid, &text, &err), err);
	check_ok(git.store->blob_write(git.self, (struct wt_str){ text.data, text.len }, &again,
				       &err),
		 err);
	assert_true(wt_oid_is_equal(&t.items[0].oid, &again));
	wt_buf_clear(&text);
	close_git(&git);
}

static void test_git_libgit2__refuses_to_write_a_tree_that_git_would_not(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid blob = oid_at(s, "repo", "HEAD:src/file-1.txt"), out;
	struct wt_tree_entry bad[] = { { "b", 0100644, blob }, { "a", 0100644, blob } };
	static const char *const names[] = { "", ".", "..", ".git", "a/b" };
	struct wt_tree t = { .items = bad, .len = 2 };

	check_int(git.store->tree_write(git.self, &t, &out, &err), WT_E_BUG);
	t.len = 1;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		bad[0].name = names[i];
		check_int(git.store->tree_write(git.self, &t, &out, &err), WT_E_BUG);
	}
	close_git(&git);
}

static void test_git_libgit2__writes_commits_as_the_user_or_another_author(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid head, other, out;
	struct wt_commit_spec spec = { .message = "landed\n", .n_parents = 2 };

	scratch_run(s, "cd repo && git -c user.name='Ann Other' -c user.email=ann@example.org "
		       "commit -q --allow-empty -m hers --date='1700000000 -0330'");
	other = oid_at(s, "repo", "HEAD");
	head = oid_at(s, "repo", "HEAD^");
	spec.tree = oid_at(s, "repo", "HEAD^{tree}");
	spec.parents = (struct wt_oid[]){ head, other };
	check_ok(git.store->commit_write(git.self, &spec, &out, &err), err);
	check_str(scratch_output(s, "git -C repo log -1 --format='%%an %%ce %%P %%B' %s",
				 wt_oid_hex(&out).hex),
		  wt_arena_printf(&s->arena, "Test Person test@example.org %s %s landed\n\n",
				  wt_oid_hex(&head).hex, wt_oid_hex(&other).hex));
	spec.author_of = &other;
	check_ok(git.store->commit_write(git.self, &spec, &out, &err), err);
	check_str(scratch_output(s, "git -C repo log -1 --format='%%an %%ad %%cn' --date=raw %s",
				 wt_oid_hex(&out).hex),
		  "Ann Other 1700000000 -0330 Test Person\n");
	close_git(&git);
}

static void test_git_libgit2__takes_identity_and_dates_from_the_environment(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_oid tree = oid_at(s, repo, "HEAD^{tree}"), out;
	struct wt_commit_spec spec = { .message = "m\n", .tree = tree };
	struct wt_git git;

	setenv("GIT_COMMITTER_NAME", "Env Name", 1);
	setenv("GIT_COMMITTER_DATE", "1700000000 +0100", 1);
	git = open_git(repo);
	check_ok(git.store->commit_write(git.self, &spec, &out, &err), err);
	check_str(scratch_output(s, "git -C repo log -1 --format='%%an|%%cn|%%cd' --date=raw %s",
				 wt_oid_hex(&out).hex),
		  "Test Person|Env Name|1700000000 +0100\n");
	close_git(&git);
	unsetenv("GIT_COMMITTER_NAME");
	unsetenv("GIT_COMMITTER_DATE");
}

/* histories */

static void test_git_libgit2__finds_merge_bases_and_ancestors(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid root = oid_at(s, "repo", "HEAD"), left, right, lonely, bases[2];
	bool is_below;
	size_t n;

	scratch_run(s, "cd repo && git checkout -qb left && git commit -q --allow-empty -m l && "
		       "git checkout -qb right main && git commit -q --allow-empty -m r && "
		       "git checkout -q --orphan lonely && git commit -qm o");
	left = oid_at(s, "repo", "left");
	right = oid_at(s, "repo", "right");
	lonely = oid_at(s, "repo", "lonely");
	check_ok(git.store->merge_bases(git.self, &left, &right, bases, &n, &err), err);
	check_int(n, 1);
	assert_true(wt_oid_is_equal(&bases[0], &root));
	check_ok(git.store->merge_bases(git.self, &left, &lonely, bases, &n, &err), err);
	check_int(n, 0);
	check_ok(git.store->is_ancestor(git.self, &root, &left, &is_below, &err), err);
	assert_true(is_below);
	check_ok(git.store->is_ancestor(git.self, &left, &left, &is_below, &err), err);
	assert_true(is_below);
	check_ok(git.store->is_ancestor(git.self, &left, &right, &is_below, &err), err);
	assert_false(is_below);
	close_git(&git);
}

static void test_git_libgit2__finds_both_bases_of_a_criss_cross(void **state)
{
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid x, y, bases[2];
	size_t n;

	scratch_run(s, "cd repo && git checkout -qb a && git commit -q --allow-empty -m a && "
		       "git checkout -qb b main && git commit -q --allow-empty -m b && "
		       "git checkout -qb x a && git merge -q --no-edit -s ours b && "
		       "git checkout -qb y b && git merge -q --no-edit -s ours a && "
		       "git commit -q --allow-empty -m on");
	x = oid_at(s, "repo", "x");
	y = oid_at(s, "repo", "y");
	check_ok(git.store->merge_bases(git.self, &x, &y, bases, &n, &err), err);
	check_int(n, 2);
	close_git(&git);
}

/* lines */

static struct wt_oid blob_of(struct wt_git *git, const char *text, size_t len)
{
	struct wt_oid oid;

	check_ok(git->store->blob_write(git->self, (struct wt_str){ text, len }, &oid, &err), err);
	return oid;
}

static void test_git_libgit2__merges_lines(void **state)
{
	static const char base_text[] = "1\n2\n3\n4\n5\n6\n7\n";
	struct scratch *s = *state;
	struct wt_git git = open_git(scratch_repo(s, "repo", 1));
	struct wt_oid base = blob_of(&git, base_text, sizeof base_text - 1);
	struct wt_oid ours = blob_of(&git, "one\n2\n3\n4\n5\n6\n7\n", 16);
	struct wt_oid theirs = blob_of(&git, "1\n2\n3\n4\n5\n6\nseven\n", 18);
	struct wt_oid against = blob_of(&git, "uno\n2\n3\n4\n5\n6\n7\n", 16);
	struct wt_oid binary = blob_of(&git, "1\0002\n3\n4\n5\n6\nseven\n", 18), out;
	struct wt_buf text = WT_BUF_INIT;
	bool is_clean;

	check_ok(git.store->merge_lines(git.self, &base, &ours, &theirs, &is_clean, &out, &err),
		 err);
	assert_true(is_clean);
	check_ok(git.store->blob(git.self, &out, &text, &err), err);
	check_str(text.data, "one\n2\n3\n4\n5\n6\nseven\n");
	check_ok(git.store->merge_lines(git.self, &base, &ours, &against, &is_clean, &out, &err),
		 err);
	assert_false(is_clean);
	check_ok(git.store->merge_lines(git.self, &base, &ours, &binary, &is_clean, &out, &err),
		 err);
	assert_false(is_clean);
	wt_buf_clear(&text);
	close_git(&git);
}

/* what only git knows */

static void test_git_libgit2__reads_configuration_as_git_does(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_buf value = WT_BUF_INIT;
	struct wt_git git;

	scratch_run(s,
		    "cd repo && printf '[Commit]\\n\\tgpgSign\\n[branch \"A.b\"]\\n\\tRemote = x y"
		    "\\n\\tremote = z\\n' >> .git/config");
	git = open_git(repo);
	check_ok(git.store->config(git.self, "commit.gpgsign", &value, &err), err);
	check_str(value.data, "true");
	wt_buf_reset(&value);
	check_ok(git.store->config(git.self, "Branch.A.b.REMOTE", &value, &err), err);
	check_str(value.data, "z");
	check_int(git.store->config(git.self, "branch.a.b.remote", &value, &err), WT_E_NOT_FOUND);
	check_int(git.store->config(git.self, "no", &value, &err), WT_E_NOT_FOUND);
	wt_buf_clear(&value);
	close_git(&git);
}

static bool merges_plainly(const char *repo, struct wt_buf *attributes)
{
	struct wt_git git = open_git(repo);
	bool is_plain;

	wt_buf_reset(attributes);
	check_ok(git.store->merges_plainly(git.self, attributes, &is_plain, &err), err);
	close_git(&git);
	return is_plain;
}

static void test_git_libgit2__knows_what_makes_git_merge_otherwise(void **state)
{
	struct scratch *s = *state;
	const char *repo = scratch_repo(s, "repo", 1);
	struct wt_buf attributes = WT_BUF_INIT;

	assert_true(merges_plainly(repo, &attributes));
	scratch_write(s, "repo/.git/info/attributes", "*.c merge=union");
	scratch_write(s, "home/mine", "*.h -merge");
	scratch_run(s, "git -C repo config core.attributesFile '~/mine'");
	assert_true(merges_plainly(repo, &attributes));
	check_contains(attributes.data, "*.c merge=union\n");
	check_contains(attributes.data, "*.h -merge\n");
	scratch_run(s, "git -C repo config core.attributesFile '~nobody/mine'");
	assert_false(merges_plainly(repo, &attributes));
	scratch_run(s, "git -C repo config --unset core.attributesFile && "
		       "git -C repo config merge.renormalize true");
	assert_false(merges_plainly(repo, &attributes));
	wt_buf_clear(&attributes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_git_libgit2__describes_a_checkout),
		TEST(test_git_libgit2__knows_the_main_checkout_from_a_linked_one),
		TEST(test_git_libgit2__tells_bare_and_unborn),
		TEST(test_git_libgit2__says_why_it_cannot_open),
		TEST(test_git_libgit2__opens_what_sparse_checkout_configures),
		TEST(test_git_libgit2__refuses_the_repository_of_another_user),
		TEST(test_git_libgit2__resolves_names_to_commits),
		TEST(test_git_libgit2__lists_refs_sorted_packed_or_not),
		TEST(test_git_libgit2__sees_refs_and_objects_that_git_adds_later),
		TEST(test_git_libgit2__reads_a_tree_as_git_lists_it),
		TEST(test_git_libgit2__writes_what_it_read),
		TEST(test_git_libgit2__refuses_to_write_a_tree_that_git_would_not),
		TEST(test_git_libgit2__writes_commits_as_the_user_or_another_author),
		TEST(test_git_libgit2__takes_identity_and_dates_from_the_environment),
		TEST(test_git_libgit2__finds_merge_bases_and_ancestors),
		TEST(test_git_libgit2__finds_both_bases_of_a_criss_cross),
		TEST(test_git_libgit2__merges_lines),
		TEST(test_git_libgit2__reads_configuration_as_git_does),
		TEST(test_git_libgit2__knows_what_makes_git_merge_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
