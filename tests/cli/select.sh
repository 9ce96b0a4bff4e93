#!/bin/sh
# SPDX-License-Identifier: MIT
# Which tasks: labels, priorities, words, and several sources at once.
. "$(dirname "$0")/lib.sh"

repo_of_two_plans() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >"src/task-$WTORCH_TASK.txt"
		[ ! -e "$HOME/broken" ]
	A
	mkdir one two
	write one/plan.md <<-'R'
		## PRIORITY 5: Five of one 📝 Planned
		**Labels**: backend, `api`
		**Priority**: P1
		## PRIORITY 6: Six 📝 Planned
		**Depends on**: PRIORITY 5
		## PRIORITY 7: The same 📝 Planned
		in both
	R
	write two/plan.md <<-'R'
		## PRIORITY 5: Five of two 📝 Planned
		Tags: #backend #web
		## PRIORITY 7: The same 📝 Planned
		in both
	R
	write t.yaml <<-'Y'
		tasks:
		- id: 5
		  title: Five of YAML
		  labels: [front, good first issue]
		- id: 8
		  depends_on: [5]
	Y
	commit 'Plans'
}

selected() {
	expect_status 0 wtorch plan --json "$@"
	jq -r '[.tasks[] | select(.selected) | .id] | join(" ")' "$top/out"
}

test_tasks_are_taken_by_what_is_written_about_them() {
	repo_of_two_plans
	[ "$(selected one/plan.md --label API)" = 5 ]
	[ "$(selected one/plan.md --priority P1 --priority P2)" = 5 ]
	[ "$(selected one/plan.md --grep /^in.both/ --grep 'FIVE OF')" = '5 7' ]
	[ "$(selected one/plan.md 5-6 --grep five)" = 5 ]
	expect_status 0 wtorch plan one/plan.md --label backnd
	expect_out <<-'E'
		nothing to do
	E
	expect_err <<-'E'
		wtorch: warning: no task has the label 'backnd'; did you mean 'backend'?
	E
	expect_untouched 2 wtorch run -y one/plan.md --grep '/(/'
	expect_untouched 2 wtorch run -y one/plan.md --status plannd
	expect_status 0 wtorch run -y one/plan.md --label api
	expect_in out '1 merged'
}

test_what_is_marked_as_failed_is_taken_by_its_status() {
	repo_of_two_plans
	sed -i '/PRIORITY 5/s/📝 Planned/❌ Failed/' one/plan.md
	commit 'It failed'
	[ "$(selected one/plan.md --status failed)" = 5 ]
	expect_status 0 wtorch run -y one/plan.md --status failed
	expect_in out '1 merged'
	grep -q '^## PRIORITY 5: Five of one ✅ Complete$' one/plan.md
	expect_status 0 wtorch run -y one/plan.md --status completed
	expect_in out 'nothing to do'
}

test_ids_of_several_sources_are_told_apart_and_marked_where_they_are() {
	repo_of_two_plans
	expect_status 0 wtorch plan --json one/plan.md two/plan.md t.yaml ./one/../one/plan.md
	jq -e '[.tasks[] | [.id, .source.id, .depends_on[]]] == [["one-plan-5", "5"],
		["6", null, "one-plan-5"], ["7", null], ["two-plan-5", "5"], ["t-5", "5"],
		["8", null, "t-5"]]' "$top/out" >"$top/jq"
	expect_in err "one/plan.md:1:1: warning: several sources have a task '5', and each another \
one: they are 'one-plan-5' (one/plan.md:1), 'two-plan-5' (two/plan.md:1), 't-5' (t.yaml:2) here"
	expect_status 5 wtorch plan one/plan.md two/plan.md 5
	expect_in err "there is no task '5'; several sources have one: 'one-plan-5', 'two-plan-5'"
	expect_status 0 wtorch run -y one/plan.md two/plan.md --tasks t.yaml
	expect_in out '6 merged'
	[ "$(grep -c Complete one/plan.md two/plan.md | tr '\n' ' ')" = \
		'one/plan.md:3 two/plan.md:1 ' ] || fail 'not marked in their sources'
	[ "$(grep -c 'status: completed' t.yaml)" = 2 ] || fail 'not marked in t.yaml'
	[ -e src/task-two-plan-5.txt ] || fail 'nothing from two-plan-5'
}

test_retry_finds_the_task_of_the_right_source() {
	repo_of_two_plans
	: >"$HOME/broken"
	run wtorch run -y --retries 0 one/plan.md two/plan.md two-plan-5
	[ "$status" = 1 ] || fail "exit $status"
	rm "$HOME/broken"
	expect_status 0 wtorch retry two-plan-5
	grep -q '^## PRIORITY 5: Five of two ✅ Complete$' two/plan.md
	grep -q '^## PRIORITY 5: Five of one 📝 Planned$' one/plan.md
}

run_tests "$@"
