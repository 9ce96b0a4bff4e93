# SPDX-License-Identifier: MIT
# Surroundings that are odd but right, and things that change under a run.
. "$(dirname "$0")/lib.sh"

repo_with_one_task() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo "by $WTORCH_TASK" >>src/a.txt
	A
	one_task
}

is_merged() { # wtorch options
	expect_status 0 wtorch "$@" run -y
	expect_in out '1 merged' 'roadmap: 1 marked complete'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

test_names_taken_between_plan_and_run_get_a_number() {
	repo_with_one_task
	make_agent bot2 <<-'A'
		cat >/dev/null
		echo "by $WTORCH_TASK" >>src/a.txt
		[ "$WTORCH_TASK" = 1 ] || exit 0
		mkdir ../repo-wt2
		git branch wtorch/2-second-task
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
		## PRIORITY 2: Second task 📝 Planned
		**Depends on**: 1
	R
	commit 'two'
	expect_status 0 wtorch run -y --agent bot2
	expect_in out '2 merged'
	expect_in err 'repo-wt2-2'
	[ -z "$(ls -A ../repo-wt2)" ] || fail 'it worked in a folder of somebody else'
}

test_of_many_runs_at_once_one_works() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	for n in 1 2 3 4 5; do
		{
			"$WTORCH" run -y >"$top/out.$n" 2>"$top/err.$n" </dev/null || echo "$?"
		} >"$top/status.$n" &
	done
	eventually [ -e "$top/begun-1" ]
	four_were_refused() { [ "$(cat "$top"/status.* | grep -cx 6)" = 4 ]; }
	eventually four_were_refused
	release
	wait
	[ "$(cat "$top"/status.* | wc -l)" = 4 ] || fail "$(cat "$top"/status.* "$top"/err.*)"
	[ "$(ls .git/wtorch/runs | wc -l)" = 1 ] || fail "$(ls .git/wtorch/runs)"
	git log --format=%s -1 | grep -qx 'Merge task 1: First task'
}

test_a_roadmap_behind_a_link_is_marked_where_it_lies() {
	repo_with_one_task
	mkdir docs
	git mv ROADMAP.md docs/plan.md
	ln -s docs/plan.md ROADMAP.md
	commit 'a link'
	is_merged
	[ -L ROADMAP.md ] || fail 'the link is gone'
	git show HEAD:docs/plan.md | grep -q '✅ Complete'
}

test_a_roadmap_outside_of_the_repository_is_marked_there() {
	repo_with_one_task
	git mv ROADMAP.md plan.md
	git commit -qm 'moved'
	git rm -q --cached plan.md
	git commit -qm 'not ours'
	mv plan.md ..
	ln -s ../plan.md ROADMAP.md
	commit 'a link to it'
	is_merged
	[ -L ROADMAP.md ] || fail 'the link is gone'
	grep -q '✅ Complete' ../plan.md
}

test_an_ignored_roadmap_is_marked() {
	repo_with_one_task
	git rm -q --cached ROADMAP.md
	echo ROADMAP.md >.gitignore
	git add .gitignore
	git commit -qm 'private'
	is_merged
	grep -q '✅ Complete' ROADMAP.md
}

test_a_base_in_a_worktree_that_is_gone_still_moves() {
	repo_with_one_task
	git checkout -q -b other
	git worktree add -q ../main main
	rm -r ../main
	expect_status 0 wtorch run -y --base main
	git log --format=%s -1 main | grep -qx 'Merge task 1: First task'
}

test_a_run_from_a_linked_worktree_merges_into_its_branch() {
	repo_with_one_task
	git worktree add -q ../linked -b feature
	cd ../linked
	is_merged
	git log --format=%s -1 feature | grep -qx 'Merge task 1: First task'
	[ "$(git log --format=%s -1 main)" = roadmap ] || fail 'main moved'
	expect_status 0 wtorch -C ../repo status
	expect_status 0 wtorch -C ../repo clean -y
	expect_in out '1 to remove'
}

test_a_hook_that_says_no_to_a_checkout_ends_the_start() {
	repo_with_one_task
	printf '#!/bin/sh\nexit 1\n' >.git/hooks/post-checkout
	chmod +x .git/hooks/post-checkout
	expect_status 6 wtorch run -y
	expect_in err 'no instance could be started' 'ended with code 1'
	expect_not_in err 'Preparing'
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
	[ "$(git branch --list | wc -l)" = 1 ] || fail 'a branch is left'
	is_merged -c worktree.hooks=no
}

test_a_hook_that_says_no_to_the_base_keeps_the_task() {
	repo_with_one_task
	cat >.git/hooks/reference-transaction <<-'H'
		#!/bin/sh
		[ "$1" != prepared ] || ! grep -q ' refs/heads/main$'
	H
	chmod +x .git/hooks/reference-transaction
	expect_status 1 wtorch run -y
	expect_in out 'kept: the base could not be moved'
	[ "$(git log --format=%s -1)" = roadmap ] || fail 'main moved'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	rm .git/hooks/reference-transaction
	# It could have been an agent who took it away: asked again, it is the person's word.
	expect_status 1 wtorch merge 1
	expect_in out "'hooks/reference-transaction'"
	expect_status 0 wtorch merge 1
}

test_setup_is_a_line_for_a_shell() {
	repo_with_one_task
	is_merged -c "worktree.setup=(setsid sleep 3600 &); echo one && pwd >'$top/where'"
	[ "$(cat "$top/where")" = "$top/work/repo-wt1" ] || fail "$(cat "$top/where")"
	expect_not_in err 'without a shell'
	expect_nobody
}

test_a_setup_that_fails_leaves_no_worktree() {
	repo_with_one_task
	expect_status 6 wtorch -c 'worktree.setup=echo broken >&2; exit 3' run -y
	expect_in err 'the setup command ended with exit 3'
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
	[ "$(git branch --list | wc -l)" = 1 ] || fail 'a branch is left'
}

test_a_setup_can_be_interrupted() {
	repo_with_one_task
	start -c "worktree.setup=: >'$top/begun'; sleep 3600" run -y
	eventually [ -e "$top/begun" ]
	kill -INT "$runner"
	end 130
	expect_nobody
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
	rm "$top/begun"
	start resume
	eventually [ -e "$top/begun" ]
	kill -KILL "$runner"
	end 137
	expect_status 0 wtorch stop
	expect_nobody
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
}

test_included_files_stay_inside() {
	repo_with_one_task
	printf '%s\n' .env ../outside /etc/hostname 'link' 'folder/' >.worktreeinclude
	printf '%s\n' .env link folder >.gitignore
	commit 'include'
	echo secret >.env
	echo outside >../outside
	ln -s /etc/hostname link
	mkdir folder
	mkfifo folder/pipe
	echo inside >folder/file
	is_merged
	[ "$(cat ../repo-wt1/.env)" = secret ] || fail 'no .env'
	[ "$(cat ../repo-wt1/folder/file)" = inside ] || fail 'no folder'
	[ "$(ls -A ..)" = "$(printf '%s\n' outside repo repo-wt1)" ] || fail "$(ls -A ..)"
}

test_much_and_binary_output_is_kept_whole() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		head -c 20000000 /dev/zero | tr '\0' x
		head -c 1000000 /dev/urandom | tee "$(git rev-parse --git-dir)/noise"
		echo x >>src/a.txt
	A
	one_task
	is_merged
	"$WTORCH" logs 1 | tail -c 1000000 | cmp - .git/worktrees/repo-wt1/noise
	[ "$("$WTORCH" logs 1 | wc -c)" = 21000000 ] || fail 'not whole'
	expect_status 0 wtorch report
}

test_a_timeout_ends_an_agent_that_will_not() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		trap '' TERM INT HUP
		echo draft >draft.txt
		sleep 3600
	A
	one_task
	expect_status 1 wtorch -c agent.bot.grace=200ms run -y --timeout 300ms --retries 0
	expect_in out 'timeout: timeout after'
	[ -e ../repo-wt1/draft.txt ] || fail 'its work is gone'
	expect_nobody
}

run_tests "$@"
