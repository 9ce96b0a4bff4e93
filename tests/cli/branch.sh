#!/bin/sh
# SPDX-License-Identifier: MIT
# What a person or an agent does to a branch behind the back of wtorch: nothing may be lost, or
# called merged that is not.
. "$(dirname "$0")/lib.sh"

repo_of() { # TASK...
	make_repo app
	cd app
	echo '# Roadmap' >ROADMAP.md
	for id in "$@"; do
		printf '\n### PRIORITY %s: Task %s 📝 Planned\n\n**Files**: src/new-%s.txt\n' \
			"$id" "$id" "$id" >>ROADMAP.md
	done
	commit 'A roadmap'
}

# The base contains such a branch, and nothing of the work.
test_a_branch_that_was_reset_to_the_base_has_not_landed() {
	repo_of 1
	make_agent bot <<-A
		echo new >src/new-1.txt
	A
	expect_status 0 wtorch run -y --no-merge
	git -C ../app-wt1 reset -q --hard main
	expect_status 1 wtorch merge 1
	expect_in out 'kept'
	expect_status 0 wtorch clean -y
	[ -e ../app-wt1 ] || fail 'clean removed it'
}

# Kept before anything was committed: there is nothing yet that could be merged.
test_work_that_was_never_committed_is_not_merged() {
	repo_of 1
	make_agent bot <<-A
		echo new >src/new-1.txt
	A
	expect_status 1 wtorch -c worktree.max_file=1 run -y
	expect_status 1 wtorch merge 1
	expect_in out 'kept' 'src/new-1.txt' 'wtorch diff 1'
	git -C ../app-wt1 add src/new-1.txt
	git -C ../app-wt1 commit -q -m 'By hand'
	expect_status 0 wtorch merge 1
	[ -e src/new-1.txt ] || fail 'it did not land'
}

test_a_held_merge_is_told_once() {
	repo_of 1
	make_agent bot <<-A
		echo new >src/new-1.txt
	A
	: >.git/index.lock
	expect_status 1 wtorch -c merge.wait=7s run -y
	[ "$(grep -c 'waits to be merged' "$top/err")" = 1 ] || fail "$(cat "$top/err")"
	rm .git/index.lock
	expect_status 0 wtorch resume
	[ -e src/new-1.txt ] || fail 'it did not land'
}

run_tests "$@"
