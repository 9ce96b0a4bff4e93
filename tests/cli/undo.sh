#!/bin/sh
# SPDX-License-Identifier: MIT
# wtorch undo: what is kept, shown and brought back.
. "$(dirname "$0")/lib.sh"

# A task whose work was not merged, and whose branch and worktree are gone but for the pin, which
# is made here as wtorch makes it.
kept_task() {
	make_repo app
	cd app
	make_agent bot <<-A
		echo new >src/new.txt
	A
	one_task
	expect_status 0 wtorch run -y --no-merge
	run_id=$(ls .git/wtorch/runs)
	branch=$(git -C ../app-wt1 symbolic-ref --short HEAD)
	keep=refs/wtorch/keep/$run_id/1/1
	echo left >../app-wt1/left.txt
	git -C ../app-wt1 add left.txt
	tree=$(git -C ../app-wt1 write-tree)
	dirty=$(git commit-tree -p "$branch" -m dirty "$tree")
	about=$(printf 'branch=%s\0worktree=%s\0reason=clean\0wall_ms=%s\0days=30\0' "$branch" \
		"$(cd ../app-wt1 && pwd -P)" "$(date +%s)000" | git hash-object -w --stdin)
	git update-ref "$keep/about" "$about"
	git update-ref "$keep/dirty" "$dirty"
	git update-ref "$keep/tip" "$branch"
	git worktree remove --force ../app-wt1
	git branch -q -D "$branch"
}

test_what_was_taken_away_comes_back() {
	kept_task
	expect_status 0 wtorch undo 1
	expect_out <<-'E'
		brought back keep 1 of task 1 in run RUN
		  branch    wtorch/1-first-task
		  worktree  ../app-wt1, with its uncommitted files
	E
	[ "$(cat ../app-wt1/src/new.txt ../app-wt1/left.txt)" = "new
left" ] || fail 'the files are not what they were'
	[ "$(git -C ../app-wt1 status --porcelain)" = '?? left.txt' ] || fail 'not as it was'
	expect_status 0 wtorch why 1
	expect_in out 'brought back'
}

test_what_clean_took_away_comes_back() {
	make_repo app
	cd app
	make_agent bot <<-A
		echo new >src/new.txt
	A
	one_task
	expect_status 0 wtorch run -y
	tip=$(git rev-parse wtorch/1-first-task)
	expect_status 0 wtorch clean -y
	[ ! -e ../app-wt1 ] || fail 'clean left it'
	expect_status 0 wtorch undo 1
	expect_in out 'wtorch/1-first-task' '../app-wt1'
	[ "$(git -C ../app-wt1 rev-parse HEAD)" = "$tip" ] || fail 'not at its old commit'
	[ -z "$(git -C ../app-wt1 status --porcelain)" ] || fail 'not clean'
	expect_status 0 wtorch clean -y
	[ ! -e ../app-wt1 ] || fail 'clean did not see what had come back'
}

test_what_is_kept_is_shown_with_its_age_and_size() {
	kept_task
	expect_status 0 wtorch undo --list
	expect_in out ' 1  1  ' '  clean  ' ', with uncommitted files, ' ' B, expires in AGO'
	expect_status 0 wtorch undo --list 2
	expect_out <<-'E'
		nothing is kept
	E
	expect_status 0 wtorch undo --list --json
	expect_in out '"schema": "wtorch.undo/1"' '"number": 1' '"reason": "clean"' \
		'"done": false'
}

test_what_is_in_the_way_is_named() {
	kept_task
	mkdir ../app-wt1
	echo mine >../app-wt1/mine
	expect_untouched 1 wtorch undo 1
	expect_err <<-'E'
		wtorch: error: cannot bring back task '1': 'DIR/work/app-wt1' is there already
		hint: wtorch undo 1 --elsewhere
	E
	expect_status 0 wtorch undo 1 --elsewhere --json
	expect_in out '"worktree": "' 'app-wt1-2"' '"done": true'
	[ "$(cat ../app-wt1-2/left.txt ../app-wt1/mine)" = "left
mine" ] || fail 'something is missing'
}

test_of_two_at_once_one_brings_it_back() {
	kept_task
	"$WTORCH" undo 1 >"$top/first" 2>&1 &
	first=$!
	"$WTORCH" undo 1 >"$top/second" 2>&1 &
	second=$!
	good=0
	wait "$first" && good=$((good + 1))
	wait "$second" && good=$((good + 1))
	[ "$good" = 1 ] || fail "$good were successful: $(cat "$top/first" "$top/second")"
	[ "$(cat ../app-wt1/src/new.txt ../app-wt1/left.txt)" = "new
left" ] || fail 'the files are not what they were'
	cat "$top/first" "$top/second" | grep -q 'is there already' || fail 'the other gave no reason'
}

# All that a person could see of it.
look_at() {
	git -C "$1" status --porcelain=v2 --branch
	git -C "$1" write-tree
	(cd "$1" && find . -name .git -prune -o -type f -exec sha1sum {} + | sort)
}

test_killed_at_any_moment_it_is_finished_by_the_next() {
	make_repo app
	cd app
	make_agent bot <<-A
		echo new >src/new.txt
	A
	one_task
	expect_status 0 wtorch run -y --no-merge
	(
		cd ../app-wt1
		echo staged >>src/a.txt
		git add src/a.txt
		echo more >>src/a.txt
		echo left >left.txt
		rm src/b.txt
		git rm -q src/c.txt
	)
	look_at ../app-wt1 >"$top/was"
	make_killing_git
	at=0
	while :; do
		expect_status 0 wtorch clean -y --include-dirty --include-unlanded
		[ ! -e ../app-wt1 ] || fail "$(cat "$top/out")"
		killed_at "$at" undo 1 || break
		# What is half back must not be what the next undo takes.
		run wtorch clean -y --include-dirty --include-unlanded
		expect_status 0 wtorch undo 1
		look_at ../app-wt1 >"$top/is"
		diff -u "$top/was" "$top/is" || fail "killed at call $at"
		[ "$(echo ../* ../.[!.]*)" = '../app ../app-wt1 ../.[!.]*' ] || fail "$(ls -A ..)"
		at=$((at + ${WTORCH_SWEEP:-5}))
	done
	[ "$at" -gt 10 ] || fail "it was killed $at times only: $(cat "$top/killed")"
	git fsck --connectivity-only --no-dangling
}

test_the_note_of_an_undo_that_is_done_keeps_nothing() {
	make_repo app
	cd app
	make_agent bot <<-A
		echo new >src/new.txt
	A
	one_task
	expect_status 0 wtorch run -y
	expect_status 0 wtorch clean -y
	expect_status 0 wtorch undo 1
	# As one that was killed behind its record leaves it.
	mkdir .git/wtorch/undo
	printf '%s\0\0\0\0\0\0' "$(cd ../app-wt1 && pwd -P)" \
		>".git/wtorch/undo/$(ls .git/wtorch/runs).1.1"
	expect_status 0 wtorch clean -n
	expect_in out 'remove  ../app-wt1'
	[ ! -e .git/wtorch/undo ] || fail 'the note is still there'
	# The same of one that is not done.
	mkdir .git/wtorch/undo
	printf '%s\0\0\0\0\0\0' "$(cd ../app-wt1 && pwd -P)" \
		>".git/wtorch/undo/$(ls .git/wtorch/runs).1.2"
	expect_status 0 wtorch clean -n
	expect_in out 'was cut off: wtorch undo 1 finishes it'
}

test_what_was_not_kept_cannot_come_back() {
	kept_task
	expect_untouched 1 wtorch undo 7
	expect_err <<-'E'
		wtorch: error: nothing is kept of task '7'
		hint: wtorch undo --list
	E
	expect_untouched 1 wtorch undo 1 --number 2
	expect_err <<-'E'
		wtorch: error: there is no keep 2 of task '1'
		hint: wtorch undo --list
	E
	expect_untouched 2 wtorch undo
	expect_untouched 2 wtorch undo 1 --number x
}

run_tests "$@"
