/* SPDX-License-Identifier: MIT */
/* The uncommitted state of a checkout as commits, and back: on real repositories. */

#include <unistd.h>

#include "tests/support/adapter_git.h"

/* Everything that a person could see of a checkout but the times of its files. */
static const char *state_of(struct repo_fixture *f, const char *checkout)
{
	return scratch_output(
		f->s,
		"cd %s && git status --porcelain=v2 --untracked-files=all --ignored && "
		"{ git write-tree 2>&1 || true; } && git ls-files --stage && "
		"find . -name .git -prune -o '(' -type f -o -type l ')' -printf '%%y %%m %%l "
		"%%p\\n' "
		"| sort && find . -name .git -prune -o -type f -print0 | sort -z | "
		"xargs -0 -r sha1sum",
		checkout);
}

static void make_worktree(struct repo_fixture *f)
{
	scratch_run(f->s, "printf '*.log\\nbuild/\\n' >repo/.gitignore && git -C repo add . && "
			  "git -C repo commit -q -m ignore && "
			  "git -C repo worktree add -q -b topic ../wt");
}

/* patterns are separated by blanks; NULL: none */
static enum wt_code take(struct repo_fixture *f, const char *name, const char *patterns,
			 struct wt_oid *out)
{
	const char *list[4];
	struct wt_snapshot spec = { .checkout = scratch_path(f->s, "%s", name),
				    .ignored = list,
				    .message = "kept" };
	struct wt_str rest = wt_str_of(patterns), item;

	while (spec.n_ignored < 4 && wt_str_next(&rest, " ", &item))
		list[spec.n_ignored++] = wt_arena_strndup(&f->s->arena, item.data, item.len);
	return f->git.tool->snapshot(f->git.self, &spec, out, &f->err);
}

/* Takes the worktree and all its files away, and brings it back. */
static void away_and_back(struct repo_fixture *f, const struct wt_oid *snapshot)
{
	const struct wt_git_tool *tool = f->git.tool;
	const char *path = scratch_path(f->s, "wt");

	scratch_run(f->s, "rm -rf wt");
	check_ok(tool->worktree_unregister(f->git.self, "wt", &f->err), f->err);
	check_ok(tool->worktree_attach(f->git.self, path, "topic", &f->err), f->err);
	check_ok(tool->snapshot_restore(f->git.self, path, snapshot, &f->err), f->err);
}

static void check_round_trip(struct repo_fixture *f, const char *pattern)
{
	const char *before = state_of(f, "wt"), *index, *after;
	struct wt_oid snapshot;

	index = scratch_output(f->s, "sha1sum repo/.git/worktrees/wt/index");
	check_ok(take(f, "wt", pattern, &snapshot), f->err);
	check_str(scratch_output(f->s, "sha1sum repo/.git/worktrees/wt/index"), index);
	check_str(scratch_output(f->s, "ls repo/.git/worktrees/wt | grep -c index"), "1\n");
	check_str(state_of(f, "wt"), before);
	away_and_back(f, &snapshot);
	after = state_of(f, "wt");
	check_str(after, before);
}

static void test_git_snapshot__brings_back_all_kinds_of_changes(void **state)
{
	struct repo_fixture *f = *state;

	make_worktree(f);
	scratch_run(f->s,
		    "cd wt && echo staged >>src/file-1.txt && git add . && "
		    "echo more >>src/file-1.txt && rm src/file-2.txt && "
		    "mkdir -p new/deep && echo n >new/deep/x && echo e >tool && chmod +x tool && "
		    "ln -s nowhere link && printf x >'a\nb' && printf y >'-n \"q\" \\t' && "
		    "echo log >kept.log && git add tool && chmod -x tool && "
		    "head -c 11000000 /dev/zero >big");
	check_round_trip(f, "*.log");
}

static void test_git_snapshot__all_committed_is_no_snapshot(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	make_worktree(f);
	scratch_run(f->s, "cd wt && mkdir empty && echo x >x.log && touch src/file-1.txt");
	check_int(take(f, "wt", NULL, &out), WT_E_STATE);
	check_ok(take(f, "wt", "x.*", &out), f->err);
	check_str(scratch_output(f->s, "git -C repo ls-tree --name-only %s", wt_oid_hex(&out).hex),
		  ".gitignore\nsrc\nx.log\n");
}

static void test_git_snapshot__what_is_only_staged_is_taken(void **state)
{
	struct repo_fixture *f = *state;

	make_worktree(f);
	scratch_run(f->s, "cd wt && echo x >>src/file-1.txt && git add . && "
			  "git show HEAD:src/file-1.txt >src/file-1.txt");
	check_round_trip(f, NULL);
}

static void test_git_snapshot__a_change_in_the_moment_of_the_index_is_seen(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	make_worktree(f);
	/* The same size, and as old as the index: only its bytes tell. */
	scratch_run(f->s,
		    "cd wt && echo aaaa >src/file-1.txt && git add . && git commit -q -m a && "
		    "touch -d @1700000000 src/file-1.txt && git update-index --refresh && "
		    "echo bbbb >src/file-1.txt && touch -d @1700000000 src/file-1.txt "
		    "../repo/.git/worktrees/wt/index");
	check_ok(take(f, "wt", NULL, &out), f->err);
	check_str(scratch_output(f->s, "git -C repo show %s:src/file-1.txt", wt_oid_hex(&out).hex),
		  "bbbb\n");
}

static void test_git_snapshot__files_declared_unchanged_are_looked_at(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	make_worktree(f);
	scratch_run(f->s, "cd wt && git update-index --assume-unchanged src/file-1.txt && "
			  "echo x >src/file-1.txt");
	check_ok(take(f, "wt", NULL, &out), f->err);
	check_str(scratch_output(f->s, "git -C repo show %s:src/file-1.txt", wt_oid_hex(&out).hex),
		  "x\n");
}

static void test_git_snapshot__a_sparse_checkout_deletes_nothing(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;
	const char *hex;

	make_worktree(f);
	scratch_run(f->s, "cd wt && mkdir in out && echo i >in/i && echo o >out/o && git add . && "
			  "git commit -q -m dirs && git sparse-checkout set --cone in && "
			  "test ! -e out && echo changed >in/i && mkdir out && echo n >out/new");
	check_ok(take(f, "wt", NULL, &out), f->err);
	hex = wt_arena_strdup(&f->s->arena, wt_oid_hex(&out).hex);
	check_str(scratch_output(f->s, "git -C repo diff --name-status %s^ %s", hex, hex),
		  "M\tin/i\nA\tout/new\n");
}

static void test_git_snapshot__an_unfinished_merge_keeps_the_files(void **state)
{
	struct repo_fixture *f = *state;
	const char *before;
	struct wt_oid out;

	make_worktree(f);
	scratch_run(
		f->s,
		"cd repo && echo ours >src/file-1.txt && git commit -q -a -m o && "
		"cd ../wt && echo theirs >src/file-1.txt && git commit -q -a -m t && "
		"{ git merge main >/dev/null 2>&1 || true; } && test -n \"$(git ls-files -u)\"");
	before = scratch_output(f->s, "cat wt/src/file-1.txt");
	check_contains(before, "<<<<<<<");
	check_ok(take(f, "wt", NULL, &out), f->err);
	check_str(scratch_output(f->s, "git -C repo rev-list --parents -1 %s | wc -w",
				 wt_oid_hex(&out).hex),
		  "2\n");
	away_and_back(f, &out);
	check_str(scratch_output(f->s, "cat wt/src/file-1.txt; git -C wt status --porcelain"),
		  wt_arena_printf(&f->s->arena, "%s M src/file-1.txt\n", before));
}

static void test_git_snapshot__a_file_meant_to_be_added_is_taken(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	make_worktree(f);
	scratch_run(f->s, "cd wt && echo x >later && git add -N later");
	check_ok(take(f, "wt", NULL, &out), f->err);
	away_and_back(f, &out);
	check_str(scratch_output(f->s, "cat wt/later; git -C wt status --porcelain"),
		  "x\n?? later\n");
}

static void check_refused(struct repo_fixture *f, const char *part)
{
	struct wt_oid out;

	check_int(take(f, "wt", NULL, &out), WT_E_CONFLICT);
	check_contains(f->err.msg, part);
	check_str(scratch_output(f->s, "ls repo/.git/worktrees/wt | grep -c index"), "1\n");
}

static void test_git_snapshot__repositories_inside_are_refused_by_name(void **state)
{
	struct repo_fixture *f = *state;

	make_worktree(f);
	scratch_run(f->s, "git init -q wt/own && cd wt/own && git commit -q --allow-empty -m x");
	check_refused(f, "'own");
	scratch_run(f->s, "rm -rf wt/own && git init -q wt/bare");
	check_refused(f, "'bare");
	scratch_run(f->s, "rm -rf wt/bare && git init -q wt/src");
	check_refused(f, "'src");
	scratch_run(f->s, "rm -rf wt/src/.git && mkdir -p wt/build/x && git init -q wt/build/x && "
			  "echo change >>wt/src/file-1.txt");
	check_ok(take(f, "wt", NULL, &(struct wt_oid){ { 0 } }), f->err);
}

static void test_git_snapshot__a_submodule_with_work_is_refused(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	scratch_run(f->s, "git init -q lib && cd lib && echo l >l && git add l && "
			  "git commit -q -m l && cd ../repo && git -c protocol.file.allow=always "
			  "submodule --quiet add ../lib mod && git commit -q -m mod");
	make_worktree(f);
	scratch_run(f->s, "cd wt && echo x >x");
	check_ok(take(f, "wt", NULL, &out), f->err);
	scratch_run(f->s,
		    "cd wt && git -c protocol.file.allow=always submodule --quiet update --init");
	check_ok(take(f, "wt", NULL, &out), f->err);
	scratch_run(f->s, "cd wt/mod && echo x >new");
	check_refused(f, "'mod' is a repository of its own and has uncommitted files");
	scratch_run(f->s, "cd wt/mod && git add new && git commit -q -m new");
	check_refused(f, "'mod' is a repository of its own and has moved");
	scratch_run(f->s, "cd wt/mod && git branch -f keep && git checkout -q HEAD~1");
	check_refused(f, "'mod' is a repository of its own and has commits");
}

static void test_git_snapshot__a_folder_that_is_no_worktree_any_more_is_refused(void **state)
{
	struct repo_fixture *f = *state;

	make_worktree(f);
	scratch_run(f->s, "cp wt/.git saved && rm wt/.git");
	check_refused(f, "not a worktree of this repository any more");
	scratch_run(f->s, "git init -q wt");
	check_refused(f, "not a worktree of this repository any more");
	scratch_run(f->s, "rm -rf wt/.git && cp saved wt/.git && cd wt && "
			  "git checkout -q --orphan nothing");
	check_refused(f, "without a commit");
}

static void test_git_snapshot__what_cannot_be_read_is_named(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_status_entry *list;
	const char *path, *bin;
	size_t n;

	make_worktree(f);
	/* Root may read everything, so git is made to say what it says to others. */
	path = getenv("PATH");
	bin = scratch_path(f->s, "bin");
	scratch_write(
		f->s, "bin/git",
		"#!/bin/sh\n"
		"case \" $* \" in *' add --all '* | *' status '*)\n"
		"  echo \"warning: could not open directory 'closed/': Permission denied\" >&2\n"
		"esac\n"
		"PATH=${PATH#*:} exec git \"$@\"\n");
	scratch_run(f->s, "chmod +x bin/git && echo x >wt/x");
	path = wt_arena_printf(&f->s->arena, "%s:%s", bin, path);
	setenv("PATH", path, 1);
	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
	check_refused(f, "the folder 'closed/' cannot be read");
	check_ok(f->git.tool->status(f->git.self, scratch_path(f->s, "wt"), &f->s->arena, &list, &n,
				     &f->err),
		 f->err);
	check_int(n, 2);
	check_str(list[0].path, "x");
	check_str(list[1].path, "closed/");
	check_str(list[1].nested, "the folder 'closed/' cannot be read");
	setenv("PATH", strchr(path, ':') + 1, 1);
}

static void test_git_snapshot__needs_no_identity_and_runs_no_hook(void **state)
{
	struct repo_fixture *f = *state;

	make_worktree(f);
	scratch_run(f->s,
		    "git config --global --unset user.name; git config --global --unset "
		    "user.email; git config --global user.useConfigOnly true; "
		    "for h in pre-commit post-index-change reference-transaction; do "
		    "printf '#!/bin/sh\\necho >>\"%s/ran\"\\n' >repo/.git/hooks/$h; "
		    "chmod +x repo/.git/hooks/$h; done; echo x >wt/x",
		    f->s->dir);
	check_ok(take(f, "wt", NULL, &(struct wt_oid){ { 0 } }), f->err);
	check_int(scratch_status(f->s, "test -e ran"), 1);
}

static void test_git_snapshot__what_is_in_the_way_of_a_restore_stays(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid out;

	make_worktree(f);
	scratch_run(f->s, "cd wt && echo mine >new && echo log >a.log");
	check_ok(take(f, "wt", "*.log", &out), f->err);
	scratch_run(f->s, "cd wt && rm new && echo other >a.log");
	check_int(
		f->git.tool->snapshot_restore(f->git.self, scratch_path(f->s, "wt"), &out, &f->err),
		WT_E_CONFLICT);
	check_contains(f->err.msg, "'a.log' is in the way");
	check_str(scratch_output(f->s, "cd wt && cat a.log && ls"), "other\na.log\nsrc\n");
}

/* random states */

static unsigned next(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

/* A script of steps that each may fail: what is left is the state. */
static const char *mess(struct repo_fixture *f, unsigned seed)
{
	static const char *const names[] = { "src/file-1.txt", "src/file-2.txt", "src/b c",  "top",
					     "d/e/f",          "'n\nl'",         "x.log",    "d/g",
					     "'-o'",           "src/ü",          "build/out" };
	static const char *const steps[] = {
		"mkdir -p -- \"$(dirname -- \"$1\")\"; echo %u >\"./$1\"",
		"echo %u >>\"./$1\"",
		"git add -- \"./$1\" # %u",
		"git add -f -- \"./$1\" # %u",
		"rm -f -- \"./$1\" # %u",
		"git rm -q --cached -- \"./$1\" # %u",
		"git mv -- \"./$1\" moved-%u",
		"chmod +x -- \"./$1\" # %u",
		"chmod -x -- \"./$1\" # %u",
		"rm -f -- \"./$1\"; ln -s to-%u -- \"./$1\"",
		"rm -rf -- \"./$1\"; mkdir -p -- \"./$1\"; echo %u >\"./$1/in\"",
		"git commit -q -m c%u",
		"git add -A # %u",
		"printf same >\"./$1\"; touch -d @17000000%02u -- \"./$1\"",
	};
	struct wt_buf text = WT_BUF_INIT;
	const char *script;

	for (unsigned n = 3 + next(&seed, 12); n; n--) {
		const char *step = steps[next(&seed, sizeof steps / sizeof *steps)];
		const char *mark = strstr(step, "%u");
		unsigned number = 10 + next(&seed, 90);

		wt_buf_printf(&text, "set -- %s\n",
			      names[next(&seed, sizeof names / sizeof *names)]);
		if (!mark)
			mark = strstr(step, "%02u");
		wt_buf_add(&text, step, (size_t)(mark - step));
		wt_buf_printf(&text, "%u%s\n", number, strchr(mark, 'u') + 1);
	}
	script = wt_arena_strdup(&f->s->arena, text.data);
	wt_buf_clear(&text);
	return script;
}

/* WTORCH_SNAPSHOT_SEEDS=N tries more of them. */
static void test_git_snapshot__random_states_come_back_as_they_were(void **state)
{
	struct repo_fixture *f = *state;
	const char *more = getenv("WTORCH_SNAPSHOT_SEEDS");
	unsigned n = more ? (unsigned)strtoul(more, NULL, 10) : 15, dirty = 0;

	make_worktree(f);
	for (unsigned seed = 1; seed <= n; seed++) {
		const char *before, *after;
		struct wt_oid out;
		enum wt_code rc;

		scratch_write(f->s, "mess", mess(f, seed));
		scratch_run(f->s, "cd wt && sh ../mess >/dev/null 2>&1 || true");
		before = state_of(f, "wt");
		rc = take(f, "wt", "x.log build/", &out);
		if (rc == WT_E_STATE)
			continue;
		check_ok(rc, f->err);
		dirty++;
		away_and_back(f, &out);
		after = state_of(f, "wt");
		if (strcmp(before, after) != 0)
			fail_msg("seed %u\n%s\n--- before\n%s\n--- after\n%s", seed, mess(f, seed),
				 before, after);
		scratch_run(f->s, "cd wt && git reset -q --hard main && git clean -q -f -d -x");
	}
	assert_true(dirty > n / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_git_snapshot__brings_back_all_kinds_of_changes),
		REPO_TEST(test_git_snapshot__all_committed_is_no_snapshot),
		REPO_TEST(test_git_snapshot__what_is_only_staged_is_taken),
		REPO_TEST(test_git_snapshot__a_change_in_the_moment_of_the_index_is_seen),
		REPO_TEST(test_git_snapshot__files_declared_unchanged_are_looked_at),
		REPO_TEST(test_git_snapshot__a_sparse_checkout_deletes_nothing),
		REPO_TEST(test_git_snapshot__an_unfinished_merge_keeps_the_files),
		REPO_TEST(test_git_snapshot__a_file_meant_to_be_added_is_taken),
		REPO_TEST(test_git_snapshot__repositories_inside_are_refused_by_name),
		REPO_TEST(test_git_snapshot__a_submodule_with_work_is_refused),
		REPO_TEST(test_git_snapshot__a_folder_that_is_no_worktree_any_more_is_refused),
		REPO_TEST(test_git_snapshot__what_cannot_be_read_is_named),
		REPO_TEST(test_git_snapshot__needs_no_identity_and_runs_no_hook),
		REPO_TEST(test_git_snapshot__what_is_in_the_way_of_a_restore_stays),
		REPO_TEST(test_git_snapshot__random_states_come_back_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
