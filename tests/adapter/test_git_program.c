/* SPDX-License-Identifier: MIT */
/* What is done through the git program, on real repositories. */

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"

/* A scratch folder with an open repository "repo" of two files, src/file-1.txt and -2. */
struct fixture {
	struct scratch *s;
	const char *repo;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	scratch_setup((void **)&f->s);
	f->repo = scratch_repo(f->s, "repo", 2);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->s;

	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	free(f);
	return scratch_teardown(&scratch);
}

/* Closes and opens again, with the environment and configuration of now. */
static void reopen(struct fixture *f)
{
	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
}

static struct wt_oid oid_at(struct fixture *f, const char *name)
{
	const char *hex = scratch_output(f->s, "git -C repo rev-parse '%s'", name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

/* version and identity */

static void use_git(struct fixture *f, const char *script)
{
	scratch_write(f->s, "bin/git", script);
	scratch_run(f->s, "chmod +x bin/git");
	setenv("PATH",
	       wt_arena_printf(&f->s->arena, "%s:%s", scratch_path(f->s, "bin"), getenv("PATH")),
	       1);
	reopen(f);
}

static void test_git_program__reads_the_version(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;
	char *path = strdup(getenv("PATH"));
	struct wt_buf out = WT_BUF_INIT;

	check_ok(tool->version(f->git.self, &out, &f->err), f->err);
	check_contains(scratch_output(f->s, "git version"), out.data);
	wt_buf_reset(&out);
	use_git(f, "#!/bin/sh\necho 'git version 2.39.5 (Apple Git-154)'\n");
	check_ok(tool->version(f->git.self, &out, &f->err), f->err);
	check_str(out.data, "2.39.5");
	use_git(f, "#!/bin/sh\necho 'git version 2.38.9'\n");
	check_int(tool->version(f->git.self, &out, &f->err), WT_E_ENV);
	check_contains(f->err.msg, "git 2.38.9 is too old: wtorch needs 2.39");
	use_git(f, "#!/bin/sh\necho 'git version 10.1'\n");
	check_ok(tool->version(f->git.self, &out, &f->err), f->err);
	use_git(f, "#!/bin/sh\necho hello\n");
	check_int(tool->version(f->git.self, &out, &f->err), WT_E_ENV);
	setenv("PATH", "/nonexistent", 1);
	reopen(f);
	check_int(tool->version(f->git.self, &out, &f->err), WT_E_ENV);
	check_contains(f->err.msg, "git is not installed");
	setenv("PATH", path, 1);
	free(path);
	wt_buf_clear(&out);
}

static void test_git_program__says_when_there_is_no_identity(void **state)
{
	struct fixture *f = *state;

	check_ok(f->git.tool->identity(f->git.self, &f->err), f->err);
	scratch_write(f->s, "home/.gitconfig", "[user]\n\tuseConfigOnly = true\n");
	reopen(f);
	check_int(f->git.tool->identity(f->git.self, &f->err), WT_E_ENV);
	check_str(f->err.msg, "git does not know who you are");
	check_contains(f->err.hint, "user.name");
}

/* worktrees */

static enum wt_code add(struct fixture *f, const char *path, const char *branch)
{
	struct wt_oid head = oid_at(f, "HEAD");

	return f->git.tool->worktree_add(
		f->git.self,
		&(struct wt_new_worktree){ .path = path, .branch = branch, .start = &head },
		&f->err);
}

static const char *registered(struct fixture *f)
{
	return scratch_output(f->s, "git -C repo worktree list --porcelain | grep -c ^worktree");
}

static void test_git_program__adds_a_worktree_and_makes_its_parents(void **state)
{
	struct fixture *f = *state;
	const char *path = scratch_path(f->s, "a/b c/wt");

	check_ok(add(f, path, "wtorch/1-x"), f->err);
	check_str(scratch_output(f->s, "git -C 'a/b c/wt' symbolic-ref --short HEAD"),
		  "wtorch/1-x\n");
	check_str(scratch_output(f->s, "git -C 'a/b c/wt' status --porcelain"), "");
	check_str(scratch_output(f->s, "git -C repo config --get-regexp '^branch' || true"), "");
}

static void test_git_program__leaves_nothing_of_a_worktree_that_failed(void **state)
{
	struct fixture *f = *state;
	const char *refs = scratch_output(f->s, "git -C repo for-each-ref");

	/* A hook that fails comes last, when all is made. */
	scratch_write(f->s, "repo/.git/hooks/post-checkout", "#!/bin/sh\necho no >&2\nexit 3\n");
	scratch_run(f->s, "chmod +x repo/.git/hooks/post-checkout");
	check_int(add(f, scratch_path(f->s, "deep/er/wt"), "b1"), WT_E_ENV);
	check_int(scratch_status(f->s, "test -e deep"), 1);
	check_str(registered(f), "1\n");
	check_str(scratch_output(f->s, "git -C repo for-each-ref"), refs);
	check_str(scratch_output(f->s, "ls repo/.git/worktrees 2>/dev/null || true"), "");
}

static void test_git_program__cleans_up_after_a_filter_that_fails(void **state)
{
	struct fixture *f = *state;
	const char *refs;

	scratch_run(f->s, "cd repo && echo '*.txt filter=bad' > .gitattributes && git add . && "
			  "git commit -qm a && git config filter.bad.smudge 'exit 1' && "
			  "git config filter.bad.required true");
	refs = scratch_output(f->s, "git -C repo for-each-ref");
	scratch_run(f->s, "mkdir empty");
	check_int(add(f, scratch_path(f->s, "empty"), "b1"), WT_E_ENV);
	check_str(registered(f), "1\n");
	check_str(scratch_output(f->s, "git -C repo for-each-ref"), refs);
	check_str(scratch_output(f->s, "ls -A empty"), "");
}

static void test_git_program__refuses_a_taken_path_or_branch_untouched(void **state)
{
	struct fixture *f = *state;

	scratch_write(f->s, "taken/file", "mine");
	check_int(add(f, scratch_path(f->s, "taken"), "b1"), WT_E_EXISTS);
	check_str(scratch_read(f->s, "taken/file", NULL), "mine");
	check_int(scratch_status(f->s, "git -C repo rev-parse -q --verify b1"), 1);
	scratch_run(f->s, "git -C repo branch b2");
	check_int(add(f, scratch_path(f->s, "free"), "b2"), WT_E_EXISTS);
	scratch_run(f->s, "git -C repo rev-parse -q --verify b2");
	check_int(scratch_status(f->s, "test -e free"), 1);
	scratch_run(f->s, "ln -s nowhere dangling");
	check_int(add(f, scratch_path(f->s, "dangling"), "b3"), WT_E_EXISTS);
	check_int(add(f, scratch_path(f->s, "free"), "a..b"), WT_E_ENV);
	check_int(add(f, scratch_path(f->s, "free"), "-x"), WT_E_ENV);
	check_int(add(f, scratch_path(f->s, "free"), "main/x"), WT_E_ENV);
	check_int(scratch_status(f->s, "test -e free"), 1);
}

static void test_git_program__leaves_a_registration_whose_folder_is_gone(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q --detach ../gone && "
			  "git -C repo worktree lock ../gone && rm -rf gone");
	check_int(add(f, scratch_path(f->s, "gone"), "b1"), WT_E_EXISTS);
	check_str(registered(f), "2\n");
	check_int(scratch_status(f->s, "git -C repo rev-parse -q --verify b1"), 1);
}

/* Says nothing new, but may change bytes, so that git makes the worktrees (checkout_copy.h). */
static void leave_it_to_git(struct fixture *f)
{
	scratch_run(f->s, "git -C repo config core.eol lf");
}

/* A git that finds at the last moment that somebody else was faster. */
static void test_git_program__does_not_undo_what_others_made_meanwhile(void **state)
{
	struct fixture *f = *state;
	char *path = strdup(getenv("PATH"));

	leave_it_to_git(f);
	use_git(f, wt_arena_printf(&f->s->arena,
				   "#!/bin/sh\n"
				   "PATH='%s'\n"
				   "case \" $* \" in *' worktree add '*)\n"
				   "  mkdir %s/wt && echo theirs > %s/wt/file\n"
				   "  git branch b1 ;; esac\n"
				   "exec git \"$@\"\n",
				   path, f->s->dir, f->s->dir));
	setenv("PATH", path, 1);
	check_int(add(f, scratch_path(f->s, "wt"), "b1"), WT_E_EXISTS);
	check_str(scratch_read(f->s, "wt/file", NULL), "theirs\n");
	scratch_run(f->s, "git -C repo rev-parse -q --verify b1");
	free(path);
}

static void test_git_program__tries_again_after_the_race_of_two_adds(void **state)
{
	struct fixture *f = *state;
	char *path = strdup(getenv("PATH"));

	leave_it_to_git(f);
	use_git(f,
		wt_arena_printf(
			&f->s->arena,
			"#!/bin/sh\n"
			"PATH='%s'\n"
			"case \" $* \" in *' worktree add '*)\n"
			"  if [ ! -e %s/once ]; then touch %s/once\n"
			"  echo 'fatal: failed to read .git/worktrees/x/commondir: Success' >&2\n"
			"  exit 128; fi;; esac\n"
			"exec git \"$@\"\n",
			path, f->s->dir, f->s->dir));
	setenv("PATH", path, 1);
	check_ok(add(f, scratch_path(f->s, "wt"), "b1"), f->err);
	check_int(scratch_status(f->s, "test -e once"), 0);
	scratch_run(f->s, "git -C wt rev-parse HEAD");
	free(path);
}

/* Its entry is not whole yet, and git itself would not let it go. */
static void test_git_program__takes_away_what_a_killed_git_had_begun(void **state)
{
	struct fixture *f = *state;
	char *path = strdup(getenv("PATH"));

	leave_it_to_git(f);
	use_git(f, wt_arena_printf(&f->s->arena,
				   "#!/bin/sh\nPATH='%s'\n"
				   "case \" $* \" in *' worktree add '*)\n"
				   "  git \"$@\"; cd '%s/.git/worktrees/wt'\n"
				   "  echo initializing >locked; rm commondir index; kill -9 $$;;\n"
				   "esac\nexec git \"$@\"\n",
				   path, f->repo));
	setenv("PATH", path, 1);
	check_int(add(f, scratch_path(f->s, "wt"), "b1"), WT_E_ENV);
	check_int(scratch_status(f->s, "test -e wt || test -e repo/.git/worktrees/wt"), 1);
	check_int(scratch_status(f->s, "git -C repo rev-parse -q --verify b1"), 1);
	scratch_run(f->s, "git -C repo worktree add -q -b b1 ../wt");
	free(path);
}

static void test_git_program__lists_worktrees(void **state)
{
	struct fixture *f = *state;
	struct wt_worktree_entry *list;
	struct wt_oid head = oid_at(f, "HEAD");
	size_t n;

	check_ok(add(f, scratch_path(f->s, "one"), "team/one"), f->err);
	scratch_run(f->s, "git -C repo worktree add -q --detach ../two && "
			  "git -C repo worktree lock --reason 'a b' ../two && "
			  "git -C repo worktree add -q -b three ../three && rm -rf three");
	check_ok(f->git.tool->worktrees(f->git.self, &f->s->arena, &list, &n, &f->err), f->err);
	check_int(n, 4);
	check_str(list[0].path, f->repo);
	check_str(list[0].branch, "main");
	assert_true(wt_oid_is_equal(&list[0].head, &head));
	check_str(list[1].path, scratch_path(f->s, "one"));
	check_str(list[1].branch, "team/one");
	for (size_t i = 2; i < n; i++) {
		bool is_two = strcmp(list[i].path, scratch_path(f->s, "two")) == 0;

		assert_true(list[i].is_locked == is_two && list[i].is_prunable == !is_two);
		assert_true(is_two == (list[i].branch == NULL));
	}
}

static void test_git_program__removes_only_what_git_lets_go(void **state)
{
	struct fixture *f = *state;
	const char *one = scratch_path(f->s, "one"), *two = scratch_path(f->s, "two");
	const struct wt_git_tool *tool = f->git.tool;
	void *self = f->git.self;

	check_ok(add(f, one, "one"), f->err);
	check_ok(add(f, two, "two"), f->err);
	scratch_write(f->s, "one/untracked", "work");
	check_int(tool->worktree_remove(self, one, false, &f->err), WT_E_STATE);
	check_str(scratch_read(f->s, "one/untracked", NULL), "work");
	check_ok(tool->worktree_remove(self, one, true, &f->err), f->err);
	check_int(scratch_status(f->s, "test -e one"), 1);
	scratch_run(f->s, "git -C repo worktree lock ../two");
	check_int(tool->worktree_remove(self, two, true, &f->err), WT_E_STATE);
	scratch_run(f->s, "git -C repo worktree unlock ../two && rm -rf two");
	check_ok(tool->worktree_remove(self, two, false, &f->err), f->err);
	check_str(registered(f), "1\n");
	check_int(tool->worktree_remove(self, two, false, &f->err), WT_E_NOT_FOUND);
	check_int(tool->worktree_remove(self, f->repo, true, &f->err), WT_E_STATE);
	scratch_run(f->s, "git -C repo rev-parse --verify two");
}

/* status and commits */

static void test_git_program__reads_the_status_file_by_file(void **state)
{
	struct fixture *f = *state;
	struct wt_status_entry *list;
	size_t n;

	scratch_run(f->s, "cd repo && git mv src/file-1.txt 'src/new name' && echo x >> "
			  "src/file-2.txt && mkdir d && touch d/a \"d/b'\n\" && echo d/ign > "
			  ".gitignore && touch d/ign");
	check_ok(f->git.tool->status(f->git.self, f->repo, &f->s->arena, &list, &n, &f->err),
		 f->err);
	check_int(n, 6);
	check_str(list[0].path, "src/file-1.txt");
	check_int(list[0].index, 'D');
	check_str(list[1].path, "src/file-2.txt");
	check_int(list[1].index, ' ');
	check_int(list[1].file, 'M');
	check_str(list[2].path, "src/new name");
	check_int(list[2].index, 'A');
	check_str(list[3].path, ".gitignore");
	check_int(list[3].index, '?');
	check_str(list[5].path, "d/b'\n");
}

static void test_git_program__commits_all_but_what_is_ignored(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;

	check_int(tool->commit_all(f->git.self, f->repo, "m\n", &f->err), WT_E_STATE);
	scratch_write(f->s, "repo/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
	scratch_write(f->s, "repo/.git/hooks/prepare-commit-msg", "#!/bin/sh\nexit 1\n");
	scratch_run(f->s, "cd repo && chmod +x .git/hooks/* && rm src/file-1.txt && echo ign > "
			  ".gitignore && touch ign -- -x");
	check_ok(tool->commit_all(f->git.self, f->repo, "# first\n\nWtorch-Task: 1\n", &f->err),
		 f->err);
	check_str(scratch_output(f->s, "git -C repo log -1 --format=%%B"),
		  "# first\n\nWtorch-Task: 1\n\n");
	check_str(scratch_output(f->s, "git -C repo show --format= --name-status"),
		  "A\t-x\nA\t.gitignore\nD\tsrc/file-1.txt\n");
	check_str(scratch_output(f->s, "git -C repo status --porcelain"), "");
}

static void test_git_program__does_not_commit_conflict_markers(void **state)
{
	struct fixture *f = *state;
	const char *head;

	scratch_run(f->s, "cd repo && git checkout -qb other && echo a > src/file-1.txt && "
			  "git commit -qam a && git checkout -q main && echo b > src/file-1.txt && "
			  "git commit -qam b && ! git merge -q other >/dev/null");
	head = scratch_output(f->s, "git -C repo rev-parse HEAD");
	check_int(f->git.tool->commit_all(f->git.self, f->repo, "m\n", &f->err), WT_E_CONFLICT);
	check_contains(f->err.msg, "src/file-1.txt");
	check_str(scratch_output(f->s, "git -C repo rev-parse HEAD"), head);
	check_str(scratch_output(f->s, "git -C repo status --porcelain"), "UU src/file-1.txt\n");
}

static void test_git_program__signs_commits_as_configured(void **state)
{
	struct fixture *f = *state;
	struct wt_oid head = oid_at(f, "HEAD"), out;
	struct wt_commit_spec spec = { .tree = oid_at(f, "HEAD^{tree}"),
				       .parents = &head,
				       .n_parents = 1,
				       .message = "signed\n",
				       .author_of = &head };
	const char *text;

	check_ok(f->git.tool->commit_signed(f->git.self, &spec, &out, &f->err), f->err);
	text = scratch_output(f->s, "git -C repo cat-file commit %s", wt_oid_hex(&out).hex);
	assert_null(strstr(text, "gpgsig"));
	scratch_write(f->s, "gpg",
		      "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
		      "echo '-----BEGIN PGP SIGNATURE-----'\n");
	scratch_run(f->s, "chmod +x gpg && git -C repo config gpg.program \"$PWD/gpg\" && "
			  "git -C repo config commit.gpgSign yes && git -C repo commit -q "
			  "--allow-empty --no-gpg-sign -m x --author='Ann <ann@x>' "
			  "--date='1700000000 -0330'");
	reopen(f);
	head = oid_at(f, "HEAD");
	check_ok(f->git.tool->commit_signed(f->git.self, &spec, &out, &f->err), f->err);
	text = scratch_output(f->s, "git -C repo cat-file commit %s", wt_oid_hex(&out).hex);
	check_contains(text, "gpgsig -----BEGIN PGP SIGNATURE-----");
	check_contains(text, "author Ann <ann@x> 1700000000 -0330\n");
	check_contains(text, "\n\nsigned\n");
	scratch_write(f->s, "gpg", "#!/bin/sh\nexit 1\n");
	check_int(f->git.tool->commit_signed(f->git.self, &spec, &out, &f->err), WT_E_ENV);
}

/* merges */

static void test_git_program__merges_trees_and_names_conflicts(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_result r;
	struct wt_oid a, b, c;

	scratch_run(f->s, "cd repo && git checkout -qb a && echo a > src/file-1.txt && "
			  "echo a > 'src/ö\n' && git add . && git commit -qm a && "
			  "git checkout -qb b main && echo b > src/file-1.txt && echo b > "
			  "'src/ö\n' && git add . && git commit -qm b && "
			  "git checkout -qb c main && echo c > src/file-2.txt && "
			  "git commit -qam c");
	a = oid_at(f, "a");
	b = oid_at(f, "b");
	c = oid_at(f, "c");
	check_ok(f->git.tool->merge_tree(f->git.self, &a, &b, &f->s->arena, &r, &f->err), f->err);
	assert_false(r.is_clean);
	check_int(r.n_paths, 2);
	check_str(r.paths[0], "src/file-1.txt");
	check_str(r.paths[1], "src/ö\n");
	check_contains(r.detail, "CONFLICT (content): Merge conflict in src/file-1.txt\n");
	check_ok(f->git.tool->merge_tree(f->git.self, &a, &c, &f->s->arena, &r, &f->err), f->err);
	assert_true(r.is_clean);
	check_int(r.n_paths, 0);
	check_str(r.detail, "");
	check_str(
		scratch_output(f->s, "git -C repo show %s:src/file-2.txt", wt_oid_hex(&r.tree).hex),
		"c\n");
	memset(&c, 9, sizeof c);
	check_int(f->git.tool->merge_tree(f->git.self, &a, &c, &f->s->arena, &r, &f->err),
		  WT_E_ENV);
}

/* refs */

static void test_git_program__moves_refs_only_from_where_they_were(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;
	struct wt_oid none = { { 0 } }, first = oid_at(f, "HEAD"), second;
	static const char ref[] = "refs/heads/moving";

	scratch_run(f->s, "git -C repo commit -q --allow-empty -m second");
	second = oid_at(f, "HEAD");
	check_int(tool->update_ref(f->git.self, ref, &second, &first, "x", &f->err), WT_E_RACED);
	check_ok(tool->update_ref(f->git.self, ref, &first, &none, "made by us", &f->err), f->err);
	check_str(scratch_output(f->s, "git -C repo reflog -1 --format=%%gs moving"),
		  "made by us\n");
	check_int(tool->update_ref(f->git.self, ref, &second, &none, "x", &f->err), WT_E_RACED);
	check_contains(f->err.msg, "moved meanwhile");
	check_ok(tool->update_ref(f->git.self, ref, &second, &first, "", &f->err), f->err);
	check_int(tool->update_ref(f->git.self, ref, &none, &first, "x", &f->err), WT_E_RACED);
	check_ok(tool->update_ref(f->git.self, ref, &none, &second, "gone", &f->err), f->err);
	check_int(scratch_status(f->s, "git -C repo rev-parse -q --verify moving"), 1);
	check_int(tool->update_ref(f->git.self, "refs/heads/main/x", &first, &none, "x", &f->err),
		  WT_E_ENV);
}

static void test_git_program__says_what_a_hook_refused(void **state)
{
	struct fixture *f = *state;
	struct wt_oid none = { { 0 } }, head = oid_at(f, "HEAD");

	scratch_write(f->s, "repo/.git/hooks/reference-transaction",
		      "#!/bin/sh\n[ \"$1\" != prepared ]\n");
	scratch_run(f->s, "chmod +x repo/.git/hooks/reference-transaction");
	check_int(f->git.tool->update_ref(f->git.self, "refs/heads/x", &head, &none, "x", &f->err),
		  WT_E_ENV);
	check_contains(f->err.msg, "hook");
}

/* a checkout that follows */

/* From tree "old" to tree "new": a.txt changes, gone.txt goes, new.ign and folder/x come.
 * The checkout stands at old. */
static void make_step(struct fixture *f)
{
	scratch_run(
		f->s,
		"cd repo && printf '*.ign\\n' > .gitignore && echo a > a.txt && echo b > b.txt "
		"&& echo gone > gone.txt && git add . && git commit -qm old && git tag old && "
		"echo a2 > a.txt && git rm -q gone.txt && echo new > new.ign && mkdir folder && "
		"echo x > folder/x && git add -f . && git commit -qm new && git tag new && "
		"git reset -q --hard old");
}

static enum wt_code advance(struct fixture *f, bool dry_run)
{
	struct wt_oid from = oid_at(f, "old^{tree}"), to = oid_at(f, "new^{tree}");

	return f->git.tool->checkout_advance(f->git.self, f->repo, &from, &to, dry_run, &f->err);
}

/* What git and the disk say, ignored files and contents included. */
static const char *picture(struct fixture *f)
{
	return scratch_output(f->s,
			      "cd repo && git status --porcelain --ignored -uall && "
			      "git ls-files -s && find . -path ./.git -prune -o -print | sort && "
			      "find . -path ./.git -prune -o -type f -print | sort | "
			      "xargs -d '\\n' md5sum");
}

static void check_refused(struct fixture *f, const char *name)
{
	const char *before = picture(f);

	check_int(advance(f, true), WT_E_CONFLICT);
	check_str(picture(f), before);
	check_int(advance(f, false), WT_E_CONFLICT);
	check_contains(f->err.msg, name);
	check_str(picture(f), before);
}

static void test_git_program__brings_a_clean_checkout_along(void **state)
{
	struct fixture *f = *state;
	const char *before;

	make_step(f);
	before = picture(f);
	check_ok(advance(f, true), f->err);
	check_str(picture(f), before);
	check_ok(advance(f, false), f->err);
	check_str(scratch_output(f->s, "git -C repo diff new && git -C repo diff --cached new"),
		  "");
	check_int(scratch_status(f->s, "test -e repo/gone.txt"), 1);
}

static void test_git_program__leaves_other_dirty_files_as_they_are(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s,
		    "cd repo && echo staged > b.txt && git add b.txt && echo dirty > b.txt && "
		    "echo dirty >> src/file-1.txt && rm src/file-2.txt && touch other.ign "
		    "untracked && echo added > added && git add added");
	check_ok(advance(f, false), f->err);
	check_str(scratch_output(f->s, "git -C repo reset -q --soft new && "
				       "git -C repo status --porcelain --ignored"),
		  "A  added\nMM b.txt\n M src/file-1.txt\n D src/file-2.txt\n?? untracked\n"
		  "!! other.ign\n");
	check_str(scratch_read(f->s, "repo/b.txt", NULL), "dirty\n");
	check_str(scratch_output(f->s, "git -C repo show :b.txt"), "staged\n");
	check_str(scratch_read(f->s, "repo/a.txt", NULL), "a2\n");
}

static void test_git_program__is_not_fooled_by_old_stat_data(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && touch -d '2001-01-01' a.txt gone.txt");
	check_ok(advance(f, false), f->err);
	check_str(scratch_output(f->s, "git -C repo diff new"), "");
}

static void test_git_program__refuses_over_a_dirty_file(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && echo mine > a.txt");
	check_refused(f, "your changes to 'a.txt'");
	scratch_run(f->s, "cd repo && git add a.txt");
	check_refused(f, "your changes to 'a.txt'");
	scratch_run(f->s, "cd repo && git reset -q --hard old && echo mine > gone.txt");
	check_refused(f, "your changes to 'gone.txt'");
	scratch_run(f->s, "cd repo && git reset -q --hard old && chmod +x a.txt");
	check_refused(f, "your changes to 'a.txt'");
	scratch_run(f->s, "cd repo && git reset -q --hard old && mkdir folder && echo y > folder/x "
			  "&& git add folder/x");
	check_refused(f, "folder/x");
}

static void test_git_program__refuses_over_untracked_files(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && mkdir folder && echo mine > folder/x");
	check_refused(f, "the untracked file 'folder/x'");
	scratch_run(f->s, "cd repo && rm -r folder && echo mine > folder");
	check_refused(f, "the untracked file 'folder'");
	scratch_run(f->s, "cd repo && rm folder && ln -s src folder");
	check_refused(f, "the untracked file 'folder'");
}

static void test_git_program__refuses_over_ignored_files(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && echo mine > new.ign");
	check_refused(f, "the untracked file 'new.ign'");
	scratch_run(f->s, "cd repo && rm new.ign && mkdir new.ign && echo mine > new.ign/k");
	check_refused(f, "the untracked file 'new.ign/k'");
	scratch_run(f->s, "cd repo && rm -r new.ign && ln -s absent new.ign");
	check_refused(f, "the untracked file 'new.ign'");
	scratch_run(f->s, "cd repo && rm new.ign && echo folder >> .git/info/exclude && "
			  "echo mine > folder");
	check_refused(f, "the untracked file 'folder'");
	scratch_run(f->s, "cd repo && rm folder && ln -s src folder");
	check_refused(f, "the untracked file 'folder'");
}

static void test_git_program__keeps_what_the_user_took_out_of_the_index(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && git rm -q --cached a.txt gone.txt && echo mine > a.txt && "
			  "echo mine > gone.txt");
	advance(f, false);
	check_str(scratch_read(f->s, "repo/a.txt", NULL), "mine\n");
	check_str(scratch_read(f->s, "repo/gone.txt", NULL), "mine\n");
}

static void test_git_program__does_not_touch_an_unfinished_merge_or_a_lock(void **state)
{
	struct fixture *f = *state;
	const char *before;

	make_step(f);
	scratch_run(f->s, "touch repo/.git/index.lock");
	before = picture(f);
	check_int(advance(f, false), WT_E_BUSY);
	check_str(picture(f), before);
	scratch_run(f->s,
		    "cd repo && rm .git/index.lock && git checkout -qb o && echo o > b.txt && "
		    "git commit -qam o && git checkout -q main && echo m > b.txt && "
		    "git commit -qam m && ! git merge -q o >/dev/null");
	check_int(advance(f, false), WT_E_CONFLICT);
	check_contains(f->err.msg, "resolve your current index");
}

static void test_git_program__exchanges_files_and_folders(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo f > x && mkdir y && echo g > y/z && git add . && "
			  "git commit -qm old && git tag old && git rm -qr x y && mkdir x && "
			  "echo h > x/w && echo i > y && git add . && git commit -qm new && "
			  "git tag new && git reset -q --hard old");
	check_ok(advance(f, false), f->err);
	check_str(scratch_output(f->s, "git -C repo diff new"), "");
	scratch_run(f->s, "cd repo && git reset -q --hard old && echo '*.ign' > "
			  ".git/info/exclude && echo mine > y/k.ign");
	check_refused(f, "the untracked file 'y/k.ign'");
}

/* the index */

static void test_git_program__reads_and_sets_single_index_entries(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;
	struct wt_oid blob, was = oid_at(f, "HEAD:src/file-1.txt"), none = { { 0 } };
	unsigned mode;

	scratch_run(f->s, "cd repo && echo odd > '*' && git add '*' && git commit -qm odd && "
			  "echo dirty > src/file-1.txt");
	check_ok(tool->index_entry(f->git.self, f->repo, "src/file-1.txt", &blob, &mode, &f->err),
		 f->err);
	assert_true(wt_oid_is_equal(&blob, &was));
	check_int(mode, 0100644);
	check_int(tool->index_entry(f->git.self, f->repo, "src", &blob, &mode, &f->err),
		  WT_E_NOT_FOUND);
	check_int(tool->index_entry(f->git.self, f->repo, "s*", &blob, &mode, &f->err),
		  WT_E_NOT_FOUND);
	check_ok(tool->index_entry(f->git.self, f->repo, "*", &blob, &mode, &f->err), f->err);
	check_ok(tool->index_set(f->git.self, f->repo, "src/file-1.txt", &blob, 0100755, &f->err),
		 f->err);
	check_ok(tool->index_set(f->git.self, f->repo, "new, name", &was, 0100644, &f->err),
		 f->err);
	check_ok(tool->index_set(f->git.self, f->repo, "*", &none, 0, &f->err), f->err);
	check_str(scratch_output(f->s, "git -C repo show :src/file-1.txt"), "odd\n");
	check_str(scratch_output(f->s, "git -C repo ls-files"),
		  "new, name\nsrc/file-1.txt\nsrc/file-2.txt\n");
	check_str(scratch_read(f->s, "repo/src/file-1.txt", NULL), "dirty\n");
}

/* ignored files and diffs */

static void test_git_program__lists_ignored_files_that_a_list_names(void **state)
{
	struct fixture *f = *state;
	const char **paths;
	size_t n;

	scratch_run(f->s, "cd repo && printf '.env*\\nbuild/\\n' > .gitignore && printf "
			  "'.env\\n*.key\\n' > .worktreeinclude && mkdir build sub && "
			  "touch .env .env.local sub/.env build/a.key plain.key");
	check_ok(f->git.tool->included(f->git.self, f->repo, ".worktreeinclude", &f->s->arena,
				       &paths, &n, &f->err),
		 f->err);
	check_int(n, 3);
	check_str(paths[0], ".env");
	check_str(paths[1], "build/a.key");
	check_str(paths[2], "sub/.env");
}

static void test_git_program__diffs_files_with_untracked_ones(void **state)
{
	struct fixture *f = *state;
	struct wt_oid head = oid_at(f, "HEAD");
	struct wt_buf out = WT_BUF_INIT;
	const char *before;

	scratch_run(f->s,
		    "cd repo && echo more >> src/file-1.txt && rm src/file-2.txt && echo fresh "
		    "> fresh && echo ign > .git/info/exclude && touch ign && git commit -q "
		    "--allow-empty -m later && echo staged > staged && git add staged");
	before = scratch_output(f->s, "cd repo && git status --porcelain && ls .git");
	check_ok(f->git.tool->diff(f->git.self, f->repo, &head, &out, &f->err), f->err);
	check_contains(out.data, "+more\n");
	check_contains(out.data, "deleted file mode 100644");
	check_contains(out.data, "+++ b/fresh\n");
	check_contains(out.data, "+++ b/staged\n");
	assert_null(strstr(out.data, "ign"));
	check_str(scratch_output(f->s, "cd repo && git status --porcelain && ls .git"), before);
	wt_buf_clear(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_git_program__reads_the_version),
		TEST(test_git_program__says_when_there_is_no_identity),
		TEST(test_git_program__adds_a_worktree_and_makes_its_parents),
		TEST(test_git_program__leaves_nothing_of_a_worktree_that_failed),
		TEST(test_git_program__cleans_up_after_a_filter_that_fails),
		TEST(test_git_program__refuses_a_taken_path_or_branch_untouched),
		TEST(test_git_program__leaves_a_registration_whose_folder_is_gone),
		TEST(test_git_program__does_not_undo_what_others_made_meanwhile),
		TEST(test_git_program__tries_again_after_the_race_of_two_adds),
		TEST(test_git_program__takes_away_what_a_killed_git_had_begun),
		TEST(test_git_program__lists_worktrees),
		TEST(test_git_program__removes_only_what_git_lets_go),
		TEST(test_git_program__reads_the_status_file_by_file),
		TEST(test_git_program__commits_all_but_what_is_ignored),
		TEST(test_git_program__does_not_commit_conflict_markers),
		TEST(test_git_program__signs_commits_as_configured),
		TEST(test_git_program__merges_trees_and_names_conflicts),
		TEST(test_git_program__moves_refs_only_from_where_they_were),
		TEST(test_git_program__says_what_a_hook_refused),
		TEST(test_git_program__brings_a_clean_checkout_along),
		TEST(test_git_program__leaves_other_dirty_files_as_they_are),
		TEST(test_git_program__is_not_fooled_by_old_stat_data),
		TEST(test_git_program__refuses_over_a_dirty_file),
		TEST(test_git_program__refuses_over_untracked_files),
		TEST(test_git_program__refuses_over_ignored_files),
		TEST(test_git_program__keeps_what_the_user_took_out_of_the_index),
		TEST(test_git_program__does_not_touch_an_unfinished_merge_or_a_lock),
		TEST(test_git_program__exchanges_files_and_folders),
		TEST(test_git_program__reads_and_sets_single_index_entries),
		TEST(test_git_program__lists_ignored_files_that_a_list_names),
		TEST(test_git_program__diffs_files_with_untracked_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
