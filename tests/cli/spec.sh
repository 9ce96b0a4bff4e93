#!/bin/sh
# SPDX-License-Identifier: MIT
# Specification documents, a task each: planned together, run, and marked.
. "$(dirname "$0")/lib.sh"

repo_of_specs() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >"src/done-$WTORCH_TASK.txt"
	A
	mkdir specs
	write specs/TASK-201.md <<-'S'
		# TASK-201: Accounts

		**Estimated Effort**: 2 hours
		**Status**: Draft

		## Files to Create/Modify

		- `src/accounts.c`
	S
	write specs/TASK-301-sessions.md <<-'S'
		---
		title: Sessions
		status: open
		labels: [web]
		depends_on: [TASK-201]
		---

		## Files to Create/Modify

		- `src/session.c`
	S
	write specs/TASK-302.md <<-'S'
		---
		parallel: false
		---
		# TASK-302: Search

		**Files**: `src/search.c`
	S
	write specs/TASK-303.md <<-'S'
		# TASK-303: Index

		**Files**: `src/index.c`
		**Conflicts with**: Task 201
	S
	commit 'Specifications'
}

test_each_file_is_a_task() {
	repo_of_specs
	expect_status 0 wtorch plan specs/TASK-*.md
	expect_out <<-'P'
		base main oid · 4 planned, 0 done · 3 instances

		 wave  task      title     files  estimate  why
		 1     TASK-201  Accounts      1  AGO
		 2     TASK-301  Sessions      1  -         after TASK-201
		 2     TASK-303  Index         1  -         conflicts with TASK-201
		 3     TASK-302  Search        1  -         runs alone, as declared

		about: sequential AGO · 3 instances AGO (1.3x) · one more saves nothing
		ungated: no check runs before work is merged
		verdict: up to 2 together; saving unknown (no estimate for 3 of 4)
	P
	expect_status 1 wtorch plan --check specs/TASK-*.md
	expect_status 0 wtorch plan --json specs/TASK-*.md
	jq -e '.conflicts == [{tasks: ["TASK-201", "TASK-303"], paths: [], kind: "declared",
			certainty: "declared", policy: "serialise"}] and
		([.tasks[] | .parallel] == [true, true, false, true]) and
		.tasks[3].conflicts_with == ["TASK-201"] and
		.tasks[1].source == {path: "specs/TASK-301-sessions.md", line: 1, issue: null,
			repo: null, grammar: "spec"}' "$top/out" >"$top/jq"
}

test_landing_marks_each_in_its_own_way() {
	repo_of_specs
	git tag before
	expect_status 0 wtorch run -y specs/TASK-*.md
	expect_in out '4 merged'
	grep -qx '[*][*]Status[*][*]: Done' specs/TASK-201.md
	grep -qx 'status: closed' specs/TASK-301-sessions.md
	grep -qx 'status: completed' specs/TASK-302.md
	grep -qx '# TASK-303: Index ✅ Complete' specs/TASK-303.md
	git diff --numstat before main -- specs | cut -f1,2 | tr '\t\n' ', ' >"$top/changed"
	grep -qx '1,1 1,1 1,0 1,1 ' "$top/changed"
	grep -q 'src/session.c' src/done-TASK-301.txt
	! grep -q 'labels:' src/done-TASK-301.txt
	expect_status 0 wtorch plan specs/TASK-*.md
	expect_out <<-'P'
		nothing to do
	P
}

test_front_matter_that_cannot_be_read_is_an_error_with_its_place() {
	repo_of_specs
	printf -- '---\ndepends_on: [a\n---\n# Title\n' >specs/x.md
	printf -- '---\nid: x y\nparallel: no\n---\n# Title\n' >specs/y.md
	expect_status 5 wtorch plan specs/x.md specs/y.md
	expect_in err 'specs/x.md:3:1: error: ' "specs/y.md:2:5: error: 'id' is 'x y'"
	# What has two readings hides nothing else.
	printf -- '---\nid: z\nid: w\nestimate: soon\nparallel: no\n---\n# Title\n' >specs/z.md
	expect_status 5 wtorch plan specs/z.md
	expect_in err "specs/z.md:3:1: error: the key 'id' stands here twice" \
		"specs/z.md:4:11: warning: 'estimate' is 'soon'"
	expect_in out ' z     Title'
}

run_tests "$@"
