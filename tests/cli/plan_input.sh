#!/bin/sh
# SPDX-License-Identifier: MIT
# Sources with something wrong in them: what plan says, and where.
. "$(dirname "$0")/lib.sh"

repo_of_files() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >/dev/null
	A
}

# What plan says of the roadmap on standard input.
plan_of() {
	write ROADMAP.md
	git add -A
	git commit -q -m Roadmap
	run wtorch plan
}

test_a_cycle_is_shown_with_the_line_of_each_edge() {
	repo_of_files
	plan_of <<-'R'
		## PRIORITY 1: One
		text

		**Depends on**: PRIORITY 2
		## PRIORITY 2: Two
		**Depends on**:
		- PRIORITY 3
		## PRIORITY 3: Three
		Depends on: 1
	R
	expect_status 5 wtorch plan
	expect_err <<-'E'
		ROADMAP.md:1:1: error: the tasks need each other: 1 (ROADMAP.md:4) -> 2 (ROADMAP.md:7) -> 3 (ROADMAP.md:9) -> 1
	E
	printf 'tasks:\n- id: a\n  depends_on: [b]\n- id: b\n  depends_on:\n  - a\n' >t.yaml
	expect_status 5 wtorch plan t.yaml
	expect_in err 't.yaml:2:1: error: the tasks need each other: a (t.yaml:3) -> b (t.yaml:6) -> a'
	printf -- '- [ ] #1 One\n- [ ] #2 Two (depends on #1)\n  - x\n- [ ] #3\n' >issue.md
	expect_status 0 wtorch plan --issue-file issue.md
	printf -- '- [ ] #1 One, depends on #2\n- [ ] #2 Two\n  - blocked by #1\n' >issue.md
	expect_status 5 wtorch plan --issue-file issue.md
	expect_in err 'issue.md:1:1: error: the tasks need each other: 1 (issue.md:1) -> 2 (issue.md:'
	expect_untouched 5 wtorch run -y
}

test_a_task_that_needs_itself_is_refused() {
	repo_of_files
	plan_of <<-'R'
		## PRIORITY 1: One

		**Depends on**: PRIORITY 1
	R
	expect_status 5 wtorch plan
	expect_err <<-'E'
		ROADMAP.md:1:1: error: the task needs itself: 1 (ROADMAP.md:3) -> 1
	E
}

test_a_missing_dependency_is_said_where_it_is_written() {
	repo_of_files
	plan_of <<-'R'
		## US-101: One

		**Depends on**: US-110
		## US-111: Eleven
	R
	expect_status 0 wtorch plan
	expect_in err "ROADMAP.md:3:1: warning: task 'US-101' needs 'US-110', which does not exist; \
did you mean 'US-1"
	expect_in out 'needs US-110, which does not'
}

test_one_id_in_two_sources() {
	repo_of_files
	printf -- '- id: 1\n  title: One\n  files: [src/a.txt]\n' >a.yaml
	printf -- '- id: 1\n  title: One\n  files: [src/a.txt]\n' >same.yaml
	printf -- '- id: 1\n  title: One\n  files: [src/b.txt]\n' >other.yaml
	expect_status 0 wtorch plan a.yaml same.yaml
	expect_not_in err warning
	expect_in out '1 planned'
	expect_status 0 wtorch plan a.yaml other.yaml
	expect_in err "a.yaml:1:1: warning: several sources have a task '1', and each another one: \
they are 'a-1' (a.yaml:1), 'other-1' (other.yaml:1) here"
	expect_in out '2 planned'
}

test_globs_that_match_nothing_or_everything_are_said() {
	repo_of_files
	plan_of <<-'R'
		## PRIORITY 1: Nothing
		**Files**: src/*.zz, lib/**
		## PRIORITY 2: Everything
		**Files**: **
		## PRIORITY 3: Something
		**Files**: src/a.txt
	R
	expect_status 0 wtorch plan
	expect_in err "ROADMAP.md:1:1: warning: task '1': 'src/*.zz' matches nothing in 'main' yet" \
		"ROADMAP.md:1:1: warning: task '1': 'lib/**' matches nothing in 'main' yet" \
		"ROADMAP.md:3:1: warning: task '2': '**' matches every file: nothing that declares \
files runs beside it"
	expect_in out 'shares '
}

test_paths_that_leave_the_repository_skip_the_task() {
	repo_of_files
	ln -s /etc out
	ln -s ../../.. src/up
	ln -s loop loop
	plan_of <<-'R'
		## PRIORITY 1: Absolute
		**Files**: /etc/passwd
		## PRIORITY 2: Up
		**Files**: src/../../x.txt
		## PRIORITY 3: By a link
		**Files**: out/passwd
		## PRIORITY 4: By a link with a glob
		**Files**: src/up/*.c
		## PRIORITY 5: By a link to itself
		**Files**: loop/a.txt
		## PRIORITY 6: The link itself
		**Files**: out
	R
	expect_status 0 wtorch plan
	expect_in err "ROADMAP.md:2:1: warning: task '1' cannot be run: file '/etc/passwd' is no path \
inside the repository" \
		"ROADMAP.md:4:1: warning: task '2' cannot be run: file 'src/../../x.txt' is no path" \
		"ROADMAP.md:5:1: warning: task '3' cannot be run: file 'out/passwd' lies behind the \
symbolic link 'out', which leads out of the repository" \
		"ROADMAP.md:7:1: warning: task '4' cannot be run: file 'src/up/*.c' lies behind" \
		"ROADMAP.md:9:1: warning: task '5' cannot be run: file 'loop/a.txt' lies behind"
	expect_status 0 wtorch plan --json
	[ "$(jq -r '[.tasks[] | select(.selected and .skip == null) | .id] | join(" ")' \
		"$top/out")" = 6 ]
}

test_a_path_behind_a_link_is_compared_by_where_it_lies() {
	repo_of_files
	ln -s src lib
	mkdir deep
	ln -s ../lib deep/er
	plan_of <<-'R'
		## PRIORITY 1: One
		**Files**: src/a.txt
		## PRIORITY 2: Two
		**Files**: deep/er/a.txt, lib/new/*.txt, lib/a.txt
	R
	expect_status 0 wtorch plan --json
	jq -e '[.tasks[1].files[].path] == ["src/a.txt", "src/new/*.txt"] and
		(.conflicts | length) == 1' "$top/out" >"$top/jq"
}

test_names_that_differ_in_case_alone_are_said() {
	repo_of_files
	plan_of <<-'R'
		## PRIORITY 1: One
		**Files**: src/A.txt, new/x.c
		## PRIORITY 2: Two
		**Files**: new/X.c
	R
	expect_status 0 wtorch plan
	expect_in err "ROADMAP.md:1:1: warning: task '1': 'src/A.txt' is not there, but 'src/a.txt' \
is: they differ in the case of letters" "task '2' names 'new/X.c' and task '1' names 'new/x.c'"
}

test_bytes_that_are_no_text_are_said_with_their_place() {
	repo_of_files
	printf '# Plan\n\n## PRIORITY 1: a \377 b\n' >bad.md
	expect_status 0 wtorch plan bad.md
	expect_in err "bad.md:3:18: warning: this is not UTF-8; what cannot be read is shown as '?'"
	expect_in out 'a ? b'
	printf -- '- [ ] one\n- [ ] two \303\n' >bad.txt
	expect_status 0 wtorch plan --issue-file bad.txt
	expect_in err "bad.txt:2:11: warning: this is not UTF-8"
	printf 'tasks:\n- id: 1\n  title: "a\377b"\n' >bad.yaml
	expect_status 5 wtorch plan bad.yaml
	expect_in err 'bad.yaml:3:12: error: invalid UTF-8 or a control character'
	printf '## PRIORITY 1: One\ntext \0 text\n' >nul.md
	expect_status 5 wtorch plan nul.md
	expect_in err "nul.md:2:6: error: 'nul.md' is not a text file: it holds a NUL"
	printf -- '- [ ] One \0\n' >nul.txt
	expect_status 5 wtorch plan --issue-file nul.txt
	expect_in err "nul.txt:1:11: error: 'nul.txt' is not a text file: it holds a NUL"
	printf '{"id": "1",\r\n "title": "a\0b"}' >nul.json
	expect_status 5 wtorch plan nul.json
	expect_in err 'nul.json:2:13: error: invalid UTF-8 or a control character'
	printf '\377\376t\0a\0' >utf16.yaml
	expect_status 5 wtorch plan utf16.yaml
	expect_in err 'utf16.yaml:1:1: error: invalid UTF-8'
}

# FILE: a roadmap, an issue and a task file of one meaning, in the line ends of $1 with $2 in front.
three_sources() {
	printf -- "$2## PRIORITY 1: One$1**Files**: src/a.txt$1## PRIORITY 2: Two$1Depends on: 9$1" \
		>s.md
	printf -- "$2- [ ] #1 One$1- [x] #2 Two$1- [ ] #3 Three (depends on #9)$1" >s.txt
	printf -- "${2}tasks:$1- id: 1$1  files: [src/a.txt]$1- id: 2$1  depends_on: 9$1" >s.yaml
}

test_line_ends_and_marks_in_front_change_nothing() {
	repo_of_files
	for mark in '' '\357\273\277'; do
		for eol in '\n' '\r\n' '\r'; do
			three_sources "$eol" "$mark"
			expect_status 0 wtorch plan s.md
			expect_in err "s.md:4:1: warning: task '2' needs '9'"
			expect_not_in err UTF
			expect_in out 'One        1  -'
			expect_status 0 wtorch plan --issue-file s.txt
			expect_in err "s.txt:3:1: warning: task '3' needs '9'"
			expect_in out '2 planned, 1 done'
			expect_status 0 wtorch plan s.yaml
			expect_in err "s.yaml:5:1: warning: task '2' needs '9'"
		done
	done
}

run_tests "$@"
