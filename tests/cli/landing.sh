#!/bin/sh
# SPDX-License-Identifier: MIT
# What lands and what does not, whatever the user's own checkouts look like by then.
. "$(dirname "$0")/lib.sh"

# One task; the script of its agent is on stdin.
repo_of_one() {
	make_repo app
	cd app
	make_agent bot
	write ROADMAP.md <<-'R'
		# Roadmap

		## PRIORITY 1: First 📝 Planned
	R
	commit 'A roadmap'
}

test_an_untracked_file_in_the_way_keeps_the_task_its_branch_and_its_tree() {
	repo_of_one <<-A
		echo >>"$top/starts"
		echo theirs >new.txt
	A
	before=$(git rev-parse main)
	echo mine >new.txt
	expect_status 1 wtorch run -y
	expect_in err "the untracked file 'new.txt' is in the way"
	[ "$(git rev-parse main)" = "$before" ] || fail 'the base moved'
	[ "$(cat new.txt)" = mine ] || fail 'the file is not mine any more'
	[ "$(wc -l <"$top/starts")" = 1 ] || fail 'the agent was started again'
	[ "$(cat ../app-wt1/new.txt)" = theirs ] || fail 'the worktree lost its work'
	[ "$(git show wtorch/1-first:new.txt)" = theirs ] || fail 'the branch lost its work'
	rm new.txt
	expect_status 0 wtorch merge 1
	[ "$(cat new.txt)" = theirs ] || fail 'the work did not land'
}

test_a_base_in_another_worktree_lands_there_and_the_report_says_where_it_is() {
	repo_of_one <<-'A'
		echo work >new.txt
	A
	git switch -q -c side
	git worktree add -q ../mainly main
	expect_status 0 wtorch run -y --base main --json
	[ "$(jq -r '.tasks[0].merge_oid' "$top/out")" = "$(git rev-parse main)" ] ||
		fail 'the report names another commit'
	[ "$(cat ../mainly/new.txt)" = work ] || fail 'that checkout did not follow'
	[ -z "$(git -C ../mainly status --porcelain)" ] || fail 'that checkout is not clean'
}

test_the_main_checkout_on_another_branch_is_neither_source_nor_victim() {
	repo_of_one <<-'A'
		cat src/a.txt >copy.txt
	A
	git switch -q -c feature
	echo feature >>src/a.txt
	echo own >own.txt
	git status --porcelain >"$top/before"
	expect_status 0 wtorch run -y --base main
	git status --porcelain | cmp - "$top/before"
	[ "$(git symbolic-ref --short HEAD)" = feature ] || fail 'the branch was switched'
	[ ! -e copy.txt ] || fail 'the work came here'
	git show main:src/a.txt >"$top/a"
	git show main:copy.txt | cmp - "$top/a"
}

test_lines_added_at_one_place_by_two_are_a_conflict() {
	make_repo app
	cd app
	make_agent bot <<-A
		echo >"$top/begun-\$WTORCH_TASK"
		until [ -e "$top/begun-1" ] && [ -e "$top/begun-2" ]; do sleep 0.05; done
		sed -i "5a line of \$WTORCH_TASK" src/a.txt
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First 📝 Planned

		## PRIORITY 2: Second 📝 Planned
	R
	commit 'A roadmap'
	expect_status 3 wtorch -c run.cpu_max=100 -c run.memory_max=100 run -y -j 2
	[ "$(git show main:src/a.txt | grep -c 'line of')" = 1 ] || fail 'a side was lost in silence'
	expect_in out '1 merged' '1 conflict'
	for id in 1 2; do
		git log -p --format= main.."$(git branch --list --format='%(refname:short)' "wtorch/$id-*")" \
			>"$top/side"
		git show main:src/a.txt | cat - "$top/side" | grep -q "line of $id" ||
			fail "what $id wrote is lost"
	done
}

test_unrelated_dirt_is_untouched_staged_or_not() {
	repo_of_one <<-'A'
		echo work >>src/a.txt
	A
	echo staged >>src/b.txt
	git add src/b.txt
	echo unstaged >>src/b.txt
	echo dirty >>src/c.txt
	echo new >untracked
	git diff >"$top/diff"
	git diff --cached >"$top/cached"
	git status --porcelain >"$top/status"
	expect_status 0 wtorch run -y
	git diff | cmp - "$top/diff"
	git diff --cached | cmp - "$top/cached"
	git status --porcelain | cmp - "$top/status"
	[ "$(tail -n 1 src/a.txt)" = work ] || fail 'the checkout did not follow'
}

test_files_of_others_that_a_stale_branch_deletes_stay() {
	repo_of_one <<-A
		echo work >new.txt
		git add . && git commit -qm work
		# From here on it is somebody else.
		unset GIT_TRACE2_EVENT
		cd "$top/work/app"
		echo precious >other.txt
		git add other.txt && git commit -qm 'by somebody else'
		cd "$top/work/app-wt1"
		git reset -q --soft main && git commit -qm 'on top of main, with the old files'
	A
	expect_status 1 wtorch run -y
	expect_in out "undo what landed since it began: it deletes 'other.txt'"
	[ "$(git show main:other.txt)" = precious ] || fail 'the file is gone'
	[ "$(cat other.txt)" = precious ] || fail 'the file is gone from the checkout'
}

test_both_edits_of_the_roadmap_survive() {
	repo_of_one <<-A
		echo work >new.txt
		cd "$top/work/app"
		sed -i 's/^# Roadmap/# My roadmap/' ROADMAP.md && git add ROADMAP.md
		echo 'a thought' >>ROADMAP.md
	A
	expect_status 0 wtorch run -y
	git show main:ROADMAP.md | grep -q '1: First ✅ Complete' || fail 'not marked in the base'
	grep -q '1: First ✅ Complete' ROADMAP.md || fail 'not marked in the file'
	[ "$(git diff --cached | grep '^[-+][^-+]')" = '-# Roadmap
+# My roadmap' ] || fail 'the staged edit is not what it was'
	[ "$(git diff | grep '^[-+][^-+]')" = '+a thought' ] || fail 'the other edit is lost'
}

test_an_edit_of_the_roadmap_that_was_committed_during_the_run_survives() {
	make_repo app
	cd app
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	sed -i '1i # My roadmap\n' ROADMAP.md
	echo 'a thought' >>ROADMAP.md
	commit 'my own edit'
	release
	end 0
	[ "$(head -n 1 ROADMAP.md)" = '# My roadmap' ] || fail 'the first line is lost'
	[ "$(tail -n 1 ROADMAP.md)" = 'a thought' ] || fail 'the last line is lost'
	grep -q '1: First task ✅ Complete' ROADMAP.md || fail 'it is not marked'
	git show main:ROADMAP.md | cmp - ROADMAP.md
	[ "$(git log --format=%s main | grep -cx 'my own edit')" = 1 ] || fail 'the commit is lost'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

test_a_protected_branch_is_refused_before_anything_is_made() {
	repo_of_one <<-'A'
		echo work >new.txt
	A
	git config --get user.name >/dev/null
	expect_untouched 6 wtorch -c 'merge.protect=main release/*' run -y
	expect_in err "merge.protect does not let anything land on 'main'" 'hint: --no-merge'
	git branch release/1
	expect_untouched 6 wtorch -c 'merge.protect=main release/*' run -y --base release/1
	before=$(git rev-parse main)
	run wtorch -c merge.protect=main run -y --no-merge
	[ "$(git rev-parse main)" = "$before" ] || fail 'the base moved'
	expect_status 1 wtorch merge 1
	expect_in out 'merge.protect'
	[ "$(git rev-parse main)" = "$before" ] || fail 'the base moved'
}

test_a_key_that_cannot_sign_is_found_before_the_run() {
	command -v ssh-keygen >/dev/null || skip 'there is no ssh-keygen'
	repo_of_one <<-'A'
		echo work >new.txt
	A
	ssh-keygen -q -t ed25519 -N 'a passphrase' -f "$HOME/locked"
	ssh-keygen -q -t ed25519 -N '' -f "$HOME/open"
	git config gpg.format ssh
	git config commit.gpgsign true
	git config user.signingkey "$HOME/locked"
	expect_untouched 6 wtorch run -y
	expect_in err 'cannot make a signed commit' 'hint: unlock the key'
	run wtorch doctor
	expect_in out 'signing'
	git config user.signingkey "$HOME/open"
	expect_status 0 wtorch run -y
	git cat-file commit main | grep -q '^gpgsig -----BEGIN SSH SIGNATURE' || fail 'not signed'
	git cat-file commit main^2 | grep -q '^gpgsig' || fail 'what was left was not signed'
}

run_tests "$@"
