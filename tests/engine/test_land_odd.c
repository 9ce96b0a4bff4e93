/* SPDX-License-Identifier: MIT */
/* Landing in checkouts and repositories that are set up otherwise than most. */

#include "tests/support/engine_world.h"

/* Adds, changes, deletes and makes executable; dirty and untracked files of the user stay. */
static void land_one(struct world *w)
{
	world_agent(w, "1",
		    "mkdir -p deep/er; echo 1 > deep/er/a.txt; echo 1 >> src/file-1.txt; "
		    "git rm -q src/file-2.txt");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo mine >> src/file-3.txt && echo new > new.txt && "
			  "git status --porcelain > /dev/null");
	world_open_git(w, w->repo);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "status --porcelain"), " M src/file-3.txt\n?? new.txt");
	check_str(world_git(w, "show main:deep/er/a.txt"), "1");
	check_int(scratch_status(w->s, "test -e repo/src/file-2.txt"), 1);
	scratch_run(w->s, "cd repo && git fsck --no-dangling");
}

static void test_land_odd__an_untracked_cache_and_a_file_monitor_see_it(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git config core.untrackedCache true && "
			  "git config core.fsmonitor true && "
			  "git update-index --force-untracked-cache");
	land_one(w);
	check_str(scratch_read(w->s, "repo/deep/er/a.txt", NULL), "1\n");
}

static void test_land_odd__a_split_index_follows(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git config core.splitIndex true && "
			  "git update-index --split-index");
	land_one(w);
	check_str(scratch_read(w->s, "repo/deep/er/a.txt", NULL), "1\n");
}

static void test_land_odd__a_sparse_checkout_stays_sparse(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git sparse-checkout set --cone src");
	land_one(w);
	check_int(scratch_status(w->s, "test -e repo/deep"), 1);
	check_contains(world_git(w, "ls-files -v deep"), "S deep/er/a.txt");
}

static void test_land_odd__a_sparse_index_too(void **state)
{
	struct world *w = *state;

	scratch_run(w->s,
		    "cd repo && mkdir far && echo f > far/f.txt && git add far && "
		    "git commit -qm far && git sparse-checkout set --cone --sparse-index src");
	land_one(w);
	check_int(scratch_status(w->s, "test -e repo/deep || test -e repo/far"), 1);
}

static void test_land_odd__names_that_differ_in_case_both_land(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo big > README; echo small > readme");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:README main:readme"), "big\nsmall");
	check_clean(w);
}

static void test_land_odd__commits_are_signed_where_the_user_signs(void **state)
{
	struct world *w = *state;

	if (scratch_status(w->s, "command -v ssh-keygen >/dev/null")) {
		print_message("skipped: no ssh-keygen to sign with\n");
		skip();
	}
	scratch_run(
		w->s,
		"ssh-keygen -q -t ed25519 -N '' -f key && cd repo && "
		"git config gpg.format ssh && git config user.signingKey \"$PWD/../key.pub\" && "
		"git config commit.gpgSign true");
	scratch_write(w->s, "repo/.git/hooks/commit-msg", "#!/bin/sh\necho 'By: hook' >>\"$1\"\n");
	scratch_run(w->s, "chmod +x repo/.git/hooks/commit-msg");
	world_open_git(w, w->repo);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "cat-file commit main | grep -c '^gpgsig'"), "1");
	check_contains(world_git(w, "log -1 --format=%%B main"), "By: hook");
}

static void test_land_odd__a_submodule_that_is_taken_out_lands(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "git init -q -b main lib && git -C lib commit -q --allow-empty -m lib && "
			  "cd repo && git -c protocol.file.allow=always submodule --quiet add "
			  "../lib sub && git commit -qm 'Add a submodule'");
	world_agent(w, "1", "git rm -q sub; echo x > x.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "ls-tree --name-only main sub"), "");
	check_str(world_git(w, "diff --cached"), "");
}

static void test_land_odd__commits_are_signed_with_gpg_too(void **state)
{
	struct world *w = *state;

	if (scratch_status(w->s, "command -v gpg >/dev/null && mkdir -m 700 -p \"$HOME/.gnupg\" && "
				 "gpg --batch --quiet --passphrase '' --quick-generate-key "
				 "'Test <test@example.org>' ed25519 sign never 2>/dev/null")) {
		print_message("skipped: no gpg that makes a key\n");
		skip();
	}
	scratch_run(w->s, "cd repo && git config commit.gpgSign true && "
			  "git config user.signingKey test@example.org");
	world_open_git(w, w->repo);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "log -1 --format=%%G? main"), "G");
	scratch_run(w->s, "gpgconf --kill all");
}

/* Signs as often as there are lines in "ink". */
static void make_pen(struct world *w, const char *ink)
{
	scratch_write(w->s, "pen",
		      wt_arena_printf(&w->arena,
				      "#!/bin/sh\ncd '%s'\ntest -s ink || { echo 'no ink' >&2; "
				      "exit 1; }\nsed -i 1d ink\nprintf '\\n[GNUPG:] SIG_CREATED "
				      "D\\n' >&2\necho '-----BEGIN PGP SIGNATURE-----'\n"
				      "echo '-----END PGP SIGNATURE-----'\n",
				      w->s->dir));
	scratch_write(w->s, "ink", ink);
	scratch_run(w->s, "chmod +x pen && cd repo && git config gpg.program \"$PWD/../pen\" && "
			  "git config user.signingKey me && git config commit.gpgSign true");
	world_open_git(w, w->repo);
}

static void test_land_odd__a_key_that_fails_halfway_lands_nothing(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.style", "rebase");
	world_agent(w, "1",
		    "for i in 1 2 3; do echo $i > $i.txt; git add .; "
		    "git commit --no-gpg-sign -qm $i; done");
	world_plan(w, "1"); /* commits, too */
	make_pen(w, "1\n2\n");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "failed to sign");
	check_clean(w);
	check_int(scratch_status(w->s, "test -e repo/.git/index.lock"), 1);
	scratch_run(w->s, "seq 30 > ink"); /* also for a landing that has to begin again */
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_reopen(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "log --format=%%B%%GS before..main | grep -c Wtorch-Task"), "1");
	check_clean(w);
}

/* As Git LFS does it: the repository has a name, the checkout the bytes. */
static void test_land_odd__filters_that_the_user_configured_do_their_work(void **state)
{
	struct world *w = *state;

	scratch_write(w->s, "clean",
		      "#!/bin/sh\nmkdir -p \"$1\"\ncat > \"$1/new.$$\"\n"
		      "sum=$(cksum < \"$1/new.$$\" | cut -d' ' -f1)\n"
		      "mv \"$1/new.$$\" \"$1/$sum\"\necho \"stored $sum\"\n");
	scratch_write(w->s, "smudge", "#!/bin/sh\nread -r _ sum\ncat \"$1/$sum\"\n");
	scratch_run(w->s, "chmod +x clean smudge && S=$PWD && cd repo && "
			  "git config filter.store.clean \"$S/clean $S/store\" && "
			  "git config filter.store.smudge \"$S/smudge $S/store\" && "
			  "git config filter.store.required true && "
			  "echo '*.bin filter=store' > .gitattributes && seq 5 > old.bin && "
			  "git add . && git commit -qm 'large files'");
	world_open_git(w, w->repo);
	world_agent(w, "1", "seq 9 > old.bin; seq 7 > new.bin");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_clean(w);
	check_contains(world_git(w, "show main:new.bin"), "stored ");
	check_contains(world_git(w, "cat-file blob main:old.bin"), "stored ");
	check_str(scratch_output(w->s, "tail -qn1 repo/old.bin repo/new.bin"), "9\n7\n");
}

static void test_land_odd__pipes_sockets_and_hard_links_of_an_agent_do_no_harm(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "mkfifo pipe; mkdir -p run; mkfifo run/pipe; "
		    "! command -v perl >/dev/null || perl -MSocket -e 'socket(S, PF_UNIX, "
		    "SOCK_STREAM, 0) && bind(S, sockaddr_un(\"sock\"))'; "
		    "echo 1 > a.txt; ln a.txt b.txt; ln \"$W/repo/src/file-1.txt\" linked.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "diff --name-only main^1 main"),
		  "ROADMAP.md\na.txt\nb.txt\nlinked.txt");
	check_clean(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_odd__an_untracked_cache_and_a_file_monitor_see_it),
		WORLD_TEST(test_land_odd__a_split_index_follows),
		WORLD_TEST(test_land_odd__a_sparse_checkout_stays_sparse),
		WORLD_TEST(test_land_odd__a_sparse_index_too),
		WORLD_TEST(test_land_odd__names_that_differ_in_case_both_land),
		WORLD_TEST(test_land_odd__commits_are_signed_where_the_user_signs),
		WORLD_TEST(test_land_odd__commits_are_signed_with_gpg_too),
		WORLD_TEST(test_land_odd__a_key_that_fails_halfway_lands_nothing),
		WORLD_TEST(test_land_odd__filters_that_the_user_configured_do_their_work),
		WORLD_TEST(test_land_odd__pipes_sockets_and_hard_links_of_an_agent_do_no_harm),
		WORLD_TEST(test_land_odd__a_submodule_that_is_taken_out_lands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
