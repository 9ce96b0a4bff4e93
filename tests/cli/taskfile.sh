#!/bin/sh
# SPDX-License-Identifier: MIT
# Tasks from YAML and JSON: planned, run, and marked without another byte changed.
. "$(dirname "$0")/lib.sh"

repo_of_tasks() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >"src/task-$WTORCH_TASK.txt"
	A
	write tasks.yaml <<-'Y'
		# What is next
		tasks:
		  - id: a   # the first
		    title: "Ä first"
		    files: [src/task-a.txt]
		    status: 'todo'
		  - {id: b, title: Second, depends_on: a}
		  - id: c
		    status: done
	Y
	commit 'Tasks'
}

test_a_task_file_is_run_and_only_its_status_changes() {
	repo_of_tasks
	cp tasks.yaml "$top/before"
	expect_status 0 wtorch run -y tasks.yaml
	expect_in out '2 merged'
	sed -e "s/'todo'/'done'/" -e 's/{id: b,/{id: b, status: done,/' "$top/before" |
		cmp - tasks.yaml
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	grep -q 'Ä first' src/task-a.txt
}

test_json_beside_a_roadmap_by_configuration() {
	repo_of_tasks
	printf '{"tasks": [\r\n  {"id": "j", "title": "J \\ud83d\\ude80"}\r\n]}\r\n' >more.json
	printf '[source]\ntasks = tasks.yaml more.json\n' >.wtorch.ini
	commit 'More tasks'
	expect_status 0 wtorch plan --json
	jq -e '[.tasks[].id] == ["a","b","c","j"] and .tasks[3].title == "J 🚀" and
		.tasks[3].source == {path: "more.json", line: 2, issue: null, repo: null,
			grammar: "taskfile"}' "$top/out" >"$top/jq"
	expect_status 0 wtorch run -y j
	printf '{"tasks": [\r\n  {"id": "j", "status": "completed", "title": "J \\ud83d\\ude80"}\r\n]}\r\n' |
		cmp - more.json
}

test_what_is_wrong_is_said_all_at_once_with_its_place() {
	repo_of_tasks
	printf 'tasks:\n  - id: a\n    titel: x\n    order: soon\n  - {title: y}\n' >bad.yaml
	printf 'a: &x 1\nb: *x\n' >alias.yml
	expect_status 5 wtorch plan --tasks bad.yaml,alias.yml
	expect_in err "bad.yaml:3:5: error: unknown key 'titel'; did you mean 'title'?" \
		"bad.yaml:4:12: error: 'order' is 'soon'" "bad.yaml:5:5: error: a task without 'id'" \
		'alias.yml:2:4: error: aliases'
	expect_status 5 wtorch run -y bad.yaml
	[ ! -e .git/wtorch/runs ] || fail 'a run was made'
}

test_an_edit_of_the_file_during_the_run_stays() {
	repo_of_tasks
	make_agent slow <<-A
		: >"$top/begun"
		until [ -e "$top/released" ]; do sleep 0.05; done
		echo x >src/x.txt
	A
	start run -y --agent slow tasks.yaml a
	eventually [ -e "$top/begun" ]
	sed -i 's/title: Second/title: Zweite/' tasks.yaml
	git commit -qm 'A person edits' -- tasks.yaml
	sed -i 's/^# What.*/# Uncommitted/' tasks.yaml
	release
	end 0
	[ "$(git show main:tasks.yaml | grep -c "Zweite\|'done'")" = 2 ] ||
		fail 'one of the edits is gone'
	grep -q '^# Uncommitted' tasks.yaml || fail 'the uncommitted edit is gone'
	grep -q "status: 'done'" tasks.yaml || fail 'the file is not marked'
}

test_instances_of_a_workflow_run_in_batches() {
	repo_of_tasks
	printf '[template feature]\nmode = parallel\nworkstreams = none\n' >.wtorch.ini
	write shop.yaml <<-'Y'
		orchestration:
		  workflow: feature
		  parallel: no
		  sync_point: after_each_batch
		  instances:
		    - feature: Cart totals
		      branch: feature/cart
		      files: [src/task-cart-totals.txt]
		    - feature: Search
		      files: [src/task-search.txt]
	Y
	commit 'A workflow'
	expect_status 0 wtorch plan shop.yaml
	expect_in out 'one at a time with orch'
	expect_status 0 wtorch run -y shop.yaml
	expect_in out '2 merged'
	expect_in err 'cart-totals: merged into main'
	[ "$(grep -c 'status: completed' shop.yaml)" = 2 ]
	git log --format=%s main | grep -q 'feature/cart\|Cart totals'
}

run_tests "$@"
