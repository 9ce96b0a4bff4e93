#!/bin/sh
# SPDX-License-Identifier: MIT
# Tasks from the body of an issue: planned, run, and their boxes ticked.
. "$(dirname "$0")/lib.sh"

repo_of_issue() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >"src/task-$WTORCH_TASK.txt"
	A
	write issue.txt <<-'I'
		Some words about #7.

		## Tasks

		- [x] #501 Done before
		- [ ] #502 Second: in the queue (depends on #503)
		- [ ] #503 Third
		  - [ ] keeps the order
		  Files: src/task-503.txt
		- [ ] Without a number

		## Acceptance criteria

		- [ ] it works
	I
	commit 'The body of an issue'
}

test_a_plan_from_the_body_of_an_issue() {
	repo_of_issue
	expect_status 0 wtorch plan --json --issue-file issue.txt
	jq -e '[.tasks[] | [.id, .title, .status]] == [["501","Done before","completed"],
		["502","Second","planned"], ["503","Third","planned"],
		["i4","Without a number","planned"]] and
		.tasks[1].depends_on == ["503"] and .tasks[2].criteria == ["keeps the order"] and
		.tasks[1].source == {path: "issue.txt", line: 6, issue: "502", repo: null,
			grammar: "tasklist"}' "$top/out" >"$top/jq"
	[ -z "$(git status --porcelain)" ] || fail 'planning changed the checkout'
}

test_a_run_ticks_the_boxes_and_changes_no_other_byte() {
	repo_of_issue
	cp issue.txt "$top/before"
	expect_status 0 wtorch run -y --issue-file issue.txt
	expect_in out '3 merged'
	sed 's/^- \[ \] \(#50\|Without\)/- [x] \1/' "$top/before" | cmp - issue.txt
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	grep -q 'Second: in the queue' src/task-502.txt || fail 'the text did not reach the agent'
	grep -q 'keeps the order' src/task-503.txt || fail 'the criteria did not reach the agent'
	expect_status 0 wtorch plan --json --issue-file issue.txt
	jq -e 'all(.tasks[]; .status == "completed")' "$top/out" >"$top/jq"
}

test_a_box_outside_the_repository_is_ticked_too() {
	repo_of_issue
	git mv issue.txt ../outside.md 2>/dev/null || mv issue.txt ../outside.md
	commit 'No issue here'
	expect_status 0 wtorch run -y --issue-file ../outside.md 503
	grep -q '^- \[x\] #503 Third' ../outside.md || fail 'the box was not ticked'
	grep -q '^- \[ \] #502' ../outside.md || fail 'another box was ticked'
}

test_a_missing_issue_file_is_named() {
	make_repo app
	cd app
	expect_status 5 wtorch plan --issue-file nowhere.md
	expect_in err "there is no issue file 'nowhere.md'" 'wtorch plan --issue-file FILE'
}

run_tests "$@"
