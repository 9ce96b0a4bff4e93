#!/bin/sh
# SPDX-License-Identifier: MIT
# wtorch plan as people see it: the table, pairs, drawings, and all about one task.
. "$(dirname "$0")/lib.sh"

repo_of_plans() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		true
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: Recipe management 日本語の長い題名がここにあります そして続くのです
		**Files**: `src/a.txt`, `src/new.c`
		**Estimate**: 2h
		## PRIORITY 2: "]; Evil %{init} <b> `end`
		**Depends on**: 9
		## PRIORITY 3: Third
		**Files**: `src/a.txt`
		**Conflicts with**: 4
		**Priority**: P2

		### Acceptance Criteria

		- it is written in such long words that they do not go on one line of a terminal
		## PRIORITY 4: Fourth
		**Depends on**: 1
		## PRIORITY 5: Fifth ✅ Complete
		## PRIORITY 6: Sixth
		**Files**: docs/
		**Depends on**: 5
	R
	commit 'Plans'
}

# No line of a table in the answer is wider than N columns; a wide character counts twice.
expect_columns() {
	awk -v max="$1" '/^ / { n = length($0); wide = gsub(/[぀-ヿ一-鿿]/, "&")
		if (n + wide > max) { print n + wide ": " $0; bad = 1 } } END { exit bad }' \
		"$top/out" >&2 || fail "a line is wider than $1 columns"
}

test_the_table_fits_the_terminal_with_wide_characters() {
	repo_of_plans
	expect_status 0 wtorch plan
	LC_ALL=C.UTF-8 expect_columns 80
	expect_status 0 wtorch plan --pairs
	expect_out <<-'P'
		base main oid · 5 planned, 1 done · 3 instances

		 wave  task  title                     files  estimate  why
		 1     1     Recipe management 日本語      2  AGO
		 1     6     Sixth                         1  -
		 2     3     Third                         1  -         shares src/a.txt with 1
		 3     4     Fourth                        ?  -         conflicts with 3
		 -     2     "]; Evil %{init} <b> end      -  -         skipped: needs 9, which

		about: sequential AGO · 3 instances AGO (1.3x) · one more saves nothing
		ungated: no check runs before work is merged
		verdict: up to 2 together; saving unknown (no estimate for 3 of 4)

		can go together
		 1          with 6
		 3          with 6
		 4          with 6
	P
}

test_one_task_is_explained_with_every_source() {
	repo_of_plans
	expect_status 0 wtorch plan --explain 3
	LC_ALL=C.UTF-8 expect_columns 80
	expect_out <<-'P'
		3  Third

		 written    ROADMAP.md:6 (roadmap)
		 status     planned
		 runs       in wave 2 of 3: shares src/a.txt with 1
		 priority   P2
		 files      src/a.txt (declared)
		 conflicts  with 1 over src/a.txt (declared)
		            with 4 (declared)
		 locks      src/a.txt: one at a time
		 estimate   AGO (a guess to order by: nobody estimated it)
		 path       AGO with all that wait for it
		 agent      bot (the only one that is configured)
		 branch     wtorch/3-third (worktree.branch, default)
		 worktree   ../app-wt3 (worktree.path, default)
		 criteria   it is written in such long words that they do not go on one line of
		            a terminal
	P
	expect_status 0 wtorch plan --explain 1
	expect_in out 'estimate   AGO (declared)' 'on the longest path' \
		'needed by  4, in wave 3: Fourth'
	expect_status 0 wtorch plan --explain 2
	expect_in out 'runs       no: needs 9, which does not exist' \
		'needs      9, which is not among the tasks'
	expect_status 0 wtorch plan --explain 6
	expect_in out 'needs      5, completed: Fifth' 'nothing holds it up'
	expect_status 0 wtorch plan --explain 5
	expect_in out 'status     completed: only planned tasks are run' 'runs       no: not selected'
	expect_status 0 wtorch plan --explain 3 --agent bot 1
	expect_in out 'runs       no: not selected'
	expect_status 0 wtorch plan --explain 3 --agent bot
	expect_in out 'agent      bot (run.agent, flag)'
	expect_status 5 wtorch plan --explain 99
	expect_in err "there is no task '99' to explain"
	expect_status 0 wtorch plan --explain '#3'
	expect_in out '3  Third'
	expect_status 2 wtorch plan --explain 3 --json
}

test_drawings_are_whole_and_the_same_each_time() {
	repo_of_plans
	expect_status 2 wtorch plan --json --format dot
	expect_status 2 wtorch plan --format svg
	expect_status 0 wtorch plan --format mermaid
	cp "$top/out" "$top/first"
	expect_in out 'flowchart LR' '#34;#93;#59; Evil #37;#123;init#125; #60;b#62; end'
	expect_status 0 wtorch plan --format mermaid
	cmp "$top/first" "$top/out"
	expect_status 0 wtorch plan --format dot
	expect_in out 'digraph plan {' 'label="2\n\"]; Evil %{init} <b> end"'
}

test_graphviz_reads_the_drawing() {
	repo_of_plans
	command -v dot >/dev/null || skip 'graphviz is not installed'
	expect_status 0 wtorch plan --format dot
	dot -Tplain "$top/out" >"$top/plain"
	[ "$(grep -c '^node ' "$top/plain")" = 5 ] || fail 'graphviz sees other nodes'
	[ "$(grep -c '^edge ' "$top/plain")" = 3 ] || fail 'graphviz sees other edges'
}

test_complexity_chooses_the_agent_and_says_why() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
	A
	make_agent sage <<-'A'
		cat >/dev/null
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: Small 📝 Planned

		**Files**: src/a.txt

		## PRIORITY 2: Large 📝 Planned

		**Files**: src/*
		**Risk**: high

		## PRIORITY 3: Declared 📝 Planned

		**Complexity**: high
	R
	commit 'roadmap'
	printf '[run]\nagent = bot\nby_complexity.high = sage:deep\n' >>"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch plan --explain 1
	expect_in out '(run.agent,'
	expect_status 0 wtorch plan --explain 2
	expect_in out 'high (3 files, 0 criteria, risk high)' 'sage (run.by_complexity.high,' \
		'deep (run.by_complexity.high,'
	expect_status 0 wtorch plan --explain 3
	expect_in out 'sage (run.by_complexity.high,'
	expect_status 5 wtorch -c run.by_complexity.low=nobody plan
	expect_in err 'run.by_complexity.low: there is no section [agent nobody]'
	expect_status 5 wtorch -c agent.bot.fallback=sage: plan
	expect_in err "agent.bot.fallback: 'sage:' is neither NAME nor NAME:MODEL"
}

run_tests "$@"
