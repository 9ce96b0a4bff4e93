/* SPDX-License-Identifier: MIT */
/* Worktrees that are copied are the worktrees that git makes. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"

/* A scratch folder with an open repository "repo"; git of the adapter writes its arguments to
 * the file "calls". */
struct fixture {
	struct scratch *s;
	const char *repo;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_error err;
};

/* All kinds of files, in two commits; later than the index is nothing. */
static const char make_repo[] =
	"git init -q repo && cd repo && mkdir -p dir/deep/er dir2 'ünï côdé' && "
	"echo a >a.txt && echo b >dir/b.txt && echo c >dir/deep/er/c && echo d >dir-x && "
	"printf '#!/bin/sh\\n' >run.sh && chmod +x run.sh && ln -s a.txt link && "
	"ln -s nowhere/at/all dir/dangling && : >empty && : >dir2/.keep && "
	"echo u >'ünï côdé/日本.txt' && echo n >'new\nline' && echo s >' lead' && "
	"head -c 200000 /dev/urandom >blob.bin && git add . && git commit -qm one && "
	"echo a2 >a.txt && echo e >dir/e.txt && git rm -q dir-x && chmod -x run.sh && "
	"git add . && git commit -qm two";

static void settle(struct fixture *f)
{
	/* An index that is younger than the files by more than the clock's tick. */
	scratch_run(f->s, "sleep 0.02 && git -C repo update-index --force-write-index");
}

static void open_git(struct fixture *f)
{
	const char *path = getenv("PATH");

	setenv("PATH", wt_arena_printf(&f->s->arena, "%s:%s", scratch_path(f->s, "bin"), path), 1);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
}

static void write_git(struct fixture *f)
{
	scratch_write(f->s, "bin/git",
		      wt_arena_printf(&f->s->arena,
				      "#!/bin/sh\nPATH='%s'\necho \" $* \" >>%s\n"
				      "exec git \"$@\"\n",
				      getenv("PATH"), scratch_path(f->s, "calls")));
	scratch_run(f->s, "chmod +x bin/git");
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char *path = strdup(getenv("PATH"));

	scratch_setup((void **)&f->s);
	f->repo = scratch_path(f->s, "repo");
	setenv("GIT_COMMITTER_DATE", "1700000000 +0130", 1);
	scratch_run(f->s, "%s", make_repo);
	settle(f);
	write_git(f);
	open_git(f);
	setenv("PATH", path, 1);
	free(path);
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
	unsetenv("GIT_COMMITTER_DATE");
	return scratch_teardown(&scratch);
}

static struct wt_oid oid_at(struct fixture *f, const char *name)
{
	const char *hex = scratch_output(f->s, "git -C repo rev-parse '%s'", name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

static enum wt_code add(struct fixture *f, const char *path, const char *start)
{
	struct wt_oid oid = oid_at(f, start);

	return f->git.tool->worktree_add(
		f->git.self,
		&(struct wt_new_worktree){ .path = path, .branch = "b/mine", .start = &oid },
		&f->err);
}

static bool was_copied(struct fixture *f)
{
	return scratch_status(f->s, "grep -q ' worktree add ' calls") != 0;
}

/* What lies in the two folders, but for their .git files. */
static void check_same_files(struct fixture *f)
{
	scratch_run(f->s, "diff -r --no-dereference -x .git gits mine");
	check_str(scratch_output(f->s, "cd mine && find . -printf '%%p %%y %%m %%l\\n' | sort"),
		  scratch_output(f->s, "cd gits && find . -printf '%%p %%y %%m %%l\\n' | sort"));
}

static void check_same_admin(struct fixture *f)
{
	scratch_run(f->s, "cp -r repo/.git/worktrees/gits expected && "
			  "cp -r repo/.git/worktrees/mine actual && "
			  "cp gits/.git expected/link && cp mine/.git actual/link && "
			  "cp repo/.git/logs/refs/heads/b/gits expected/log && "
			  "cp repo/.git/logs/refs/heads/b/mine actual/log && "
			  "rm expected/index actual/index && "
			  "find expected -type f -exec sed -i s/gits/mine/ {} + && "
			  "diff -r expected actual");
}

static void check_sane(struct fixture *f)
{
	/* Without a refresh: the stat data of the index is right. */
	scratch_run(f->s, "cd mine && git diff-files --exit-code && git diff-index --exit-code "
			  "--cached HEAD && git fsck --strict --cache");
	check_str(scratch_output(f->s, "git -C mine status --porcelain"), "");
	check_str(scratch_output(f->s, "git -C mine ls-files -z --stage | tr '\\0' '|'"),
		  scratch_output(f->s, "git -C gits ls-files -z --stage | tr '\\0' '|'"));
	check_str(scratch_output(f->s, "git -C mine write-tree"),
		  scratch_output(f->s, "git -C mine rev-parse HEAD^{tree}"));
	/* The trees that the index knows are right, also when others build on them. */
	scratch_run(f->s,
		    "cd mine && mkdir -p dir/n && echo x >dir/n/x && git add dir && "
		    "git commit -qm x && git fsck --strict && cp -r . ../again && cd ../again "
		    "&& rm .git && cp -r ../repo/.git .git && git read-tree --empty && "
		    "git add -A && git write-tree >../tree");
	check_str(scratch_output(f->s, "git -C mine rev-parse HEAD^{tree}"),
		  scratch_read(f->s, "tree", NULL));
}

/* Makes the worktree "mine" and, by git, "gits"; they must not differ. */
static void check_like_git(struct fixture *f, const char *start, bool is_copied)
{
	check_ok(add(f, scratch_path(f->s, "mine"), start), f->err);
	assert_int_equal(was_copied(f), is_copied);
	scratch_run(
		f->s,
		"cd repo && git worktree add -q --no-track -b b/gits ../gits $(git rev-parse %s)",
		start);
	check_same_files(f);
	check_same_admin(f);
	check_sane(f);
}

/* what is copied */

static void test_checkout_copy__is_what_git_makes(void **state)
{
	check_like_git(*state, "HEAD", true);
}

static void test_checkout_copy__honours_the_umask(void **state)
{
	umask(077);
	check_like_git(*state, "HEAD", true);
	umask(022);
}

static void test_checkout_copy__takes_an_older_commit(void **state)
{
	check_like_git(*state, "HEAD~1", true);
}

static void test_checkout_copy__takes_a_commit_that_the_checkout_is_far_from(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && git checkout -q --orphan other && git rm -rqf . && "
			  "mkdir -p dir a.txt && echo o >dir/b.txt && echo o >a.txt/x && "
			  "git add . && git commit -qm other");
	settle(f);
	check_like_git(f, "main", true);
}

static void test_checkout_copy__takes_the_blob_of_a_dirty_or_missing_file(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo zz >a.txt && rm dir/b.txt && echo staged >empty && "
			  "git add empty && touch blob.bin && rm -r dir/deep && "
			  "mv dir2 x && ln -s x dir2 && chmod 600 dir/e.txt && "
			  "ln -sf elsewhere link && git rm -q --cached ' lead'");
	check_like_git(f, "HEAD", true);
}

static void put32(char *p, uint64_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(value >> (24 - 8 * i));
}

/* Another text of the same size in a.txt, and an index that holds just the stat data of that. */
static void forge_index(struct fixture *f, struct stat *st)
{
	static const size_t before_path = 62;
	char *bytes, *entry;
	FILE *out;
	size_t len;

	scratch_write(f->s, "repo/a.txt", "zz\n");
	assert_int_equal(lstat(scratch_path(f->s, "repo/a.txt"), st), 0);
	bytes = (char *)scratch_read(f->s, "repo/.git/index", &len);
	entry = memmem(bytes, len, "\0\5a.txt", 8);
	assert_non_null(entry);
	entry += 2 - before_path;
	put32(entry, (uint64_t)st->st_ctim.tv_sec);
	put32(entry + 4, (uint64_t)st->st_ctim.tv_nsec);
	put32(entry + 8, (uint64_t)st->st_mtim.tv_sec);
	put32(entry + 12, (uint64_t)st->st_mtim.tv_nsec);
	put32(entry + 20, st->st_ino);
	put32(entry + 36, (uint64_t)st->st_size);
	out = fopen(scratch_path(f->s, "repo/.git/index"), "w");
	assert_true(out && fwrite(bytes, 1, len, out) == len && fclose(out) == 0);
}

static void date_index(struct fixture *f, const struct stat *st, long more_ns)
{
	struct timespec times[2] = { st->st_mtim, st->st_mtim };

	times[1].tv_nsec += more_ns;
	if (times[1].tv_nsec > 999999999) {
		times[1].tv_nsec -= 1000000000;
		times[1].tv_sec++;
	}
	assert_int_equal(utimensat(AT_FDCWD, scratch_path(f->s, "repo/.git/index"), times, 0), 0);
}

/* An older file is as the index says, for git too; a younger one may have been changed since,
 * within one tick of the clock. */
static void test_checkout_copy__distrusts_a_file_as_young_as_the_index(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	forge_index(f, &st);
	date_index(f, &st, 1);
	check_ok(add(f, scratch_path(f->s, "copied"), "HEAD"), f->err);
	check_str(scratch_read(f->s, "copied/a.txt", NULL), "zz\n");
	scratch_run(f->s, "git -C repo worktree remove --force ../copied && "
			  "git -C repo branch -qD b/mine");
	date_index(f, &st, 0);
	check_ok(add(f, scratch_path(f->s, "mine"), "HEAD"), f->err);
	assert_true(was_copied(f));
	check_str(scratch_read(f->s, "mine/a.txt", NULL), "a2\n");
}

static void test_checkout_copy__takes_an_empty_tree(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && git tag empty $(git commit-tree -m e "
			  "$(git mktree </dev/null))");
	check_like_git(f, "empty", true);
}

static void test_checkout_copy__reads_packed_objects_and_refs(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && git gc -q && echo dirty >dir/b.txt");
	check_like_git(f, "HEAD~1", true);
}

static void test_checkout_copy__copies_from_the_worktree_that_the_user_stands_in(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q ../linked -b linked HEAD~1");
	wt_git_close(&f->git);
	check_ok(wt_git_open(scratch_path(f->s, "linked"), &f->proc, &f->git, &f->err), f->err);
	check_like_git(f, "main", true);
}

static enum wt_code add_at(struct fixture *f, const char *path, const char *branch,
			   const struct wt_oid *start)
{
	const struct wt_new_worktree spec = { .path = scratch_path(f->s, "%s", path),
					      .branch = branch,
					      .start = start };

	return f->git.tool->worktree_add(f->git.self, &spec, &f->err);
}

static void test_checkout_copy__makes_parents_and_uses_an_empty_folder(void **state)
{
	struct fixture *f = *state;
	struct wt_oid head = oid_at(f, "HEAD");

	check_ok(add_at(f, "a/b c/wt", "b1", &head), f->err);
	scratch_run(f->s, "mkdir -p x/wt && chmod 700 x/wt");
	check_ok(add_at(f, "x/wt", "b2", &head), f->err);
	assert_true(was_copied(f));
	check_str(scratch_output(f->s, "stat -c %%a x/wt"), "700\n");
	check_str(scratch_output(f->s, "ls repo/.git/worktrees"), "wt\nwt1\n");
	check_str(scratch_output(f->s, "git -C x/wt status --porcelain --branch"), "## b2\n");
	scratch_run(f->s, "git -C repo worktree remove x/wt && git -C repo worktree remove "
			  "'../a/b c/wt' && git -C repo worktree prune");
}

/* what changes bytes */

static void test_checkout_copy__copies_where_attributes_change_no_bytes(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s,
		    "cd repo && printf '# filter eol=crlf\\n* text=auto eol=lf\\n*.bin binary\\n"
		    "*.sh text diff=x -ident\\n' >.gitattributes && echo '*.c -text' "
		    ">dir/.gitattributes && git add . && git commit -qm attributes");
	settle(f);
	check_like_git(f, "HEAD", true);
}

static void
test_checkout_copy__takes_the_blob_where_line_endings_of_the_checkout_differ(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo '* text=auto' >.gitattributes && "
			  "printf 'x\\r\\n' >a.txt && git add . 2>&1 && git commit -qm crlf && "
			  "git status --porcelain");
	settle(f);
	check_like_git(f, "HEAD", true);
	check_str(scratch_read(f->s, "mine/a.txt", NULL), "x\n");
}

static void test_checkout_copy__leaves_changed_attributes_to_git(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo '*.md text' >dir/.gitattributes && git add .");
	settle(f);
	check_like_git(f, "HEAD", false);
}

static void test_checkout_copy__leaves_line_endings_to_git(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo '*.txt eol=crlf' >.gitattributes && git add . && "
			  "git commit -qm crlf");
	settle(f);
	check_like_git(f, "HEAD", false);
	check_str(scratch_read(f->s, "mine/a.txt", NULL), "a2\r\n");
}

static void test_checkout_copy__leaves_filters_to_git(void **state)
{
	struct fixture *f = *state;

	/* As large files are kept: what is stored is a pointer. */
	scratch_run(f->s, "cd repo && git config filter.big.clean 'sed s/^content/pointer/' && "
			  "git config filter.big.smudge 'sed s/^pointer/content/' && "
			  "echo 'content 1' >x.big && echo '*.big filter=big' >.gitattributes && "
			  "git add . && git commit -qm big");
	settle(f);
	check_like_git(f, "HEAD", false);
	check_str(scratch_read(f->s, "mine/x.big", NULL), "content 1\n");
}

static void test_checkout_copy__sees_attributes_outside_the_tree(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "mkdir -p home/.config/git && "
			  "echo '*.txt working-tree-encoding=UTF-16' >home/.config/git/attributes");
	check_ok(add(f, scratch_path(f->s, "mine"), "HEAD"), f->err);
	assert_false(was_copied(f));
	scratch_run(f->s, "rm -r home/.config && git -C repo worktree remove --force ../mine && "
			  "git -C repo branch -qD b/mine && mkdir -p repo/.git/info && rm calls && "
			  "echo '*.txt ident' >repo/.git/info/attributes");
	check_like_git(f, "HEAD", false);
}

/* what else git does */

/* Each is a shell command in the repository after which git must be left to do it. */
static const char *const doubts[] = {
	"git config core.autocrlf true",
	"git config core.eol crlf",
	"git config core.fileMode false",
	"git config core.symlinks false",
	"git config core.ignoreCase true",
	"git config core.sharedRepository group",
	"git config core.splitIndex true && git update-index --split-index",
	"git config core.fsmonitor /bin/true",
	"git config core.hooksPath '%(prefix)/hooks'",
	"git config extensions.worktreeConfig true && git config --worktree wtorch.x y",
	"git config remote.origin.promisor true",
	"git update-index --index-version 4",
	"git update-index --skip-worktree a.txt",
	"git update-index --assume-unchanged a.txt",
	"echo x >x && git add -N x",
	"git sparse-checkout init && git sparse-checkout add dir",
	"git replace $(git rev-parse HEAD:a.txt) $(git rev-parse HEAD:empty)",
	"rm .git/index",
	"head -c 300 .git/index >i && mv i .git/index",
	"git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub && git commit -qm sub",
	"git update-ref HEAD $(git commit-tree -m t $(printf '120000 blob %s\\t.gitmodules\\n' "
	"$(git rev-parse HEAD:a.txt) | git mktree))",
	"printf '100644 blob %s\\t%s\\n' $(git rev-parse HEAD:a.txt) 'x\\y' | git mktree >../t && "
	"git config core.protectNTFS false && "
	"git update-ref HEAD $(git commit-tree -m t $(cat ../t))",
};

static void test_checkout_copy__leaves_what_is_special_to_git(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++) {
		scratch_run(f->s, "rm -rf wt calls && cp -a repo saved && cd repo && { %s; } >&2",
			    doubts[i]);
		wt_git_close(&f->git);
		check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
		scratch_run(f->s, "touch calls");
		(void)!add(f, scratch_path(f->s, "wt"), "HEAD");
		if (was_copied(f))
			fail_msg("was copied in spite of '%s'", doubts[i]);
		scratch_run(f->s, "rm -rf repo && mv saved repo");
	}
}

static void test_checkout_copy__lets_hooks_run(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s,
		    "echo 'exit 1' >repo/.git/hooks/post-checkout.sample && "
		    "mkdir hooks && git -C repo config core.hooksPath ../hooks && "
		    "printf '#!/bin/sh\\necho $3 $PWD >%s/ran\\n' >hooks/post-checkout",
		    f->s->dir);
	check_ok(add(f, scratch_path(f->s, "one"), "HEAD"), f->err);
	assert_true(was_copied(f));
	scratch_run(f->s, "chmod +x hooks/post-checkout && git -C repo worktree remove ../one && "
			  "git -C repo branch -qD b/mine");
	check_ok(add(f, scratch_path(f->s, "two"), "HEAD"), f->err);
	assert_false(was_copied(f));
	check_str(scratch_read(f->s, "ran", NULL),
		  wt_arena_printf(&f->s->arena, "1 %s\n", scratch_path(f->s, "two")));
}

static void test_checkout_copy__keeps_no_reflogs_where_git_keeps_none(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "git -C repo config core.logAllRefUpdates false");
	check_ok(add(f, scratch_path(f->s, "mine"), "HEAD"), f->err);
	assert_true(was_copied(f));
	check_int(scratch_status(f->s, "test -e repo/.git/worktrees/mine/logs"), 1);
	check_str(scratch_output(f->s, "git -C mine status --porcelain --branch"), "## b/mine\n");
}

/* failures */

static void check_nothing_left(struct fixture *f, const char *refs)
{
	check_int(scratch_status(f->s, "test -e deep"), 1);
	check_str(scratch_output(f->s, "ls -A repo/.git/worktrees 2>/dev/null || true"), "");
	check_str(
		scratch_output(f->s, "cd repo/.git && find . -type f -name mine -o -name 'tmp_*'"),
		"");
	check_str(scratch_output(f->s, "git -C repo for-each-ref"), refs);
}

static void test_checkout_copy__leaves_nothing_when_an_object_is_missing(void **state)
{
	struct fixture *f = *state;
	const char *refs = scratch_output(f->s, "git -C repo for-each-ref");

	scratch_run(f->s, "cd repo && o=$(git rev-parse HEAD:dir/e.txt) && "
			  "rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-) && "
			  "echo dirty >dir/e.txt");
	check_int(add(f, scratch_path(f->s, "deep/er/wt"), "HEAD"), WT_E_ENV);
	check_nothing_left(f, refs);
}

/* The branch comes last: all else is there by then. */
static void test_checkout_copy__leaves_nothing_when_the_branch_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *refs;

	scratch_run(f->s, "mkdir -p repo/.git/refs/heads/b && "
			  "touch repo/.git/refs/heads/b/mine.lock");
	refs = scratch_output(f->s, "git -C repo for-each-ref");
	check_int(add(f, scratch_path(f->s, "deep/er/wt"), "HEAD"), WT_E_ENV);
	check_nothing_left(f, refs);
	scratch_run(f->s,
		    "rm repo/.git/refs/heads/b/mine.lock && cd repo && git branch b/mine/x && "
		    "git pack-refs --all");
	refs = scratch_output(f->s, "git -C repo for-each-ref");
	check_int(add(f, scratch_path(f->s, "deep/er/wt"), "HEAD"), WT_E_ENV);
	check_nothing_left(f, refs);
	scratch_run(f->s, "cd repo && git branch -qD b/mine/x && git branch b && "
			  "git pack-refs --all");
	refs = scratch_output(f->s, "git -C repo for-each-ref");
	check_int(add(f, scratch_path(f->s, "deep/er/wt"), "HEAD"), WT_E_ENV);
	check_nothing_left(f, refs);
	/* Empty folders of deleted branches are not in the way. */
	scratch_run(f->s, "cd repo && git branch -qD b && mkdir -p .git/refs/heads/b/mine/x "
			  ".git/logs/refs/heads/b/mine/x && rm ../calls && touch ../calls");
	check_ok(add(f, scratch_path(f->s, "deep/er/wt"), "HEAD"), f->err);
	assert_true(was_copied(f));
	scratch_run(f->s, "git -C deep/er/wt log -g -1 b/mine");
}

static void test_checkout_copy__leaves_registered_paths_and_unborn_branches_alone(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q --detach ../gone && rm -rf gone");
	check_int(add(f, scratch_path(f->s, "gone"), "HEAD"), WT_E_EXISTS);
	assert_false(was_copied(f));
	scratch_run(f->s, "git -C repo worktree prune && rm calls && touch calls && "
			  "git -C repo worktree add -q --detach ../unborn && "
			  "git -C unborn symbolic-ref HEAD refs/heads/b/mine");
	(void)!add(f, scratch_path(f->s, "wt"), "HEAD");
	assert_false(was_copied(f));
}

/* As it looks when one was killed while copying. */
static void test_checkout_copy__is_taken_away_when_half_done(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;
	const char *wt = scratch_path(f->s, "wt");

	check_ok(add(f, wt, "HEAD"), f->err);
	scratch_run(f->s, "cd repo/.git/worktrees/wt && echo initializing >locked && "
			  "rm -r index ORIG_HEAD logs && rm ../../../../wt/a.txt");
	/* With its branch it may be git's own, which is still at work. */
	check_int(tool->worktree_remove(f->git.self, wt, true, &f->err), WT_E_STATE);
	scratch_run(f->s, "git -C repo update-ref -d refs/heads/b/mine");
	check_int(tool->worktree_remove(f->git.self, wt, false, &f->err), WT_E_STATE);
	check_ok(tool->worktree_remove(f->git.self, wt, true, &f->err), f->err);
	check_int(scratch_status(f->s, "test -e wt || test -e repo/.git/worktrees"), 1);
	check_ok(add(f, wt, "HEAD"), f->err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* detached */

static enum wt_code add_detached(struct fixture *f, const char *start)
{
	struct wt_oid oid = oid_at(f, start);

	scratch_run(f->s, "git -C repo worktree add -q --detach ../gits %s", start);
	return f->git.tool->worktree_add(
		f->git.self,
		&(struct wt_new_worktree){ .path = scratch_path(f->s, "mine"), .start = &oid },
		&f->err);
}

static void check_same_detached(struct fixture *f)
{
	assert_true(was_copied(f));
	check_same_files(f);
	scratch_run(f->s, "cp -r repo/.git/worktrees/gits expected && "
			  "cp -r repo/.git/worktrees/mine actual && "
			  "cp gits/.git expected/link && cp mine/.git actual/link && "
			  "rm -r expected/index actual/index expected/logs && "
			  "find expected -type f -exec sed -i s/gits/mine/ {} + && "
			  "diff -r expected actual");
	check_str(scratch_output(f->s, "git -C repo branch --list 'b/*'"), "");
	check_sane(f);
}

static void test_checkout_copy__one_without_a_branch_is_the_one_that_git_makes(void **state)
{
	struct fixture *f = *state;

	check_ok(add_detached(f, "HEAD"), f->err);
	check_int(scratch_status(f->s, "git -C mine symbolic-ref -q HEAD"), 1);
	check_same_detached(f);
}

static void test_checkout_copy__one_without_a_branch_may_be_of_an_older_commit(void **state)
{
	struct fixture *f = *state;

	check_ok(add_detached(f, "HEAD~1"), f->err);
	check_same_detached(f);
}

/* What is judged is the commit, whoever can write into the checkout and lie in its index. */
static void test_checkout_copy__one_without_a_branch_believes_no_index(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s,
		    "cd repo && printf x >lie && git add lie && git update-index --add "
		    "--cacheinfo 100644,$(git rev-parse :lie),a.txt && git rm -q --cached lie && "
		    "printf x >a.txt && sleep 0.02 && git update-index -q --really-refresh");
	check_ok(add_detached(f, "HEAD"), f->err);
	check_same_detached(f);
	check_str(scratch_output(f->s, "cat mine/a.txt"), "a2\n");
}

static void test_checkout_copy__one_without_a_branch_with_a_filter_is_left_to_git(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && echo '*.txt filter=x' >.gitattributes && "
			  "git add . && git commit -qm three");
	settle(f);
	check_ok(add_detached(f, "HEAD"), f->err);
	assert_false(was_copied(f));
	check_same_files(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_checkout_copy__is_what_git_makes),
		TEST(test_checkout_copy__honours_the_umask),
		TEST(test_checkout_copy__takes_an_older_commit),
		TEST(test_checkout_copy__takes_a_commit_that_the_checkout_is_far_from),
		TEST(test_checkout_copy__takes_the_blob_of_a_dirty_or_missing_file),
		TEST(test_checkout_copy__distrusts_a_file_as_young_as_the_index),
		TEST(test_checkout_copy__takes_an_empty_tree),
		TEST(test_checkout_copy__reads_packed_objects_and_refs),
		TEST(test_checkout_copy__copies_from_the_worktree_that_the_user_stands_in),
		TEST(test_checkout_copy__makes_parents_and_uses_an_empty_folder),
		TEST(test_checkout_copy__copies_where_attributes_change_no_bytes),
		TEST(test_checkout_copy__takes_the_blob_where_line_endings_of_the_checkout_differ),
		TEST(test_checkout_copy__leaves_changed_attributes_to_git),
		TEST(test_checkout_copy__leaves_line_endings_to_git),
		TEST(test_checkout_copy__leaves_filters_to_git),
		TEST(test_checkout_copy__sees_attributes_outside_the_tree),
		TEST(test_checkout_copy__leaves_what_is_special_to_git),
		TEST(test_checkout_copy__lets_hooks_run),
		TEST(test_checkout_copy__keeps_no_reflogs_where_git_keeps_none),
		TEST(test_checkout_copy__leaves_nothing_when_an_object_is_missing),
		TEST(test_checkout_copy__leaves_nothing_when_the_branch_is_refused),
		TEST(test_checkout_copy__is_taken_away_when_half_done),
		TEST(test_checkout_copy__leaves_registered_paths_and_unborn_branches_alone),
		TEST(test_checkout_copy__one_without_a_branch_is_the_one_that_git_makes),
		TEST(test_checkout_copy__one_without_a_branch_may_be_of_an_older_commit),
		TEST(test_checkout_copy__one_without_a_branch_believes_no_index),
		TEST(test_checkout_copy__one_without_a_branch_with_a_filter_is_left_to_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
