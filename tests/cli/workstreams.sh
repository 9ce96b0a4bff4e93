# SPDX-License-Identifier: MIT
# Workstreams: what other agents do of a task beside it, and what becomes of both.
. "$(dirname "$0")/lib.sh"

# project: task 1 is a feature by name; what stands on standard input is the configuration.
project() {
	make_repo repo
	cd repo
	cat >.wtorch.ini
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
		**Template**: feature
		**Files**: src/a.txt
	R
	commit 'roadmap'
}

# The tests and docs of a task each write a file of their own.
make_team() {
	make_agent bot <<-'A'
		cat >"../prompt-$WTORCH_TASK"
		case $WTORCH_TASK in
		*.tests) mkdir -p tests; echo test >tests/new.txt ;;
		*.docs) mkdir -p docs; echo text >docs/new.md ;;
		*) echo more >>src/a.txt ;;
		esac
	A
}

test_what_workstreams_made_lands_with_their_task() {
	project <<-I
		[plan]
		scope = keep
		[gate all]
		command = [ ! -e src/b.txt ] || git log -1 --format=%s; ! grep -q more src/a.txt || test -e tests/new.txt -a -e docs/new.md
	I
	make_team
	expect_status 0 wtorch plan
	expect_in out '1.tests' '1.docs'
	expect_status 0 wtorch run -y
	expect_in err '1: merged into main as oid'
	git show main:tests/new.txt main:docs/new.md main:src/a.txt >all
	grep -q test all && grep -q text all && grep -q more all
	grep -q 'Change only files that match' ../prompt-1.tests
	expect_status 0 wtorch report --json
	expect_in out '"merged": 3'
	expect_status 0 wtorch why 1.tests
	expect_in out 'merged'
	expect_status 0 wtorch clean
	[ "$(git worktree list | wc -l)" = 1 ]
	expect_nobody
}

test_only_the_task_is_marked_in_its_source() {
	project <<-'I'
		[roadmap]
		commit = separate
		[run]
		retries = 0
		[gate all]
		command = true
	I
	make_agent bot <<-'A'
		cat >/dev/null
		case $WTORCH_TASK in
		*.tests) mkdir -p tests; echo test >tests/new.txt ;;
		*.docs) exit 1 ;;
		*) echo more >>src/a.txt ;;
		esac
	A
	expect_status 1 wtorch run -y
	expect_not_in err 'warning: 1.tests' 'warning: 1.docs'
	expect_in err '1: merged into main'
	git show main:ROADMAP.md | grep -q '✅'
	[ "$(git log --format=%s main | grep -c 'Mark')" -le 1 ]
	expect_status 0 wtorch report --json
	expect_in out '"gate_coverage": 1'
}

test_they_work_one_by_one_where_there_is_one_slot() {
	project <<-'I'
		[run]
		jobs = 1
		[agent bot]
		jobs = 1
	I
	make_team
	expect_status 0 wtorch run -y
	git show main:tests/new.txt main:docs/new.md >/dev/null
}

test_the_mode_and_other_tasks_do_not_hold_them_up() {
	project <<-'I'
		[run]
		mode = sequential
	I
	cat >>ROADMAP.md <<-'R'
		## PRIORITY 2: Second task 📝 Planned
		**Template**: feature
		**Parallel**: no
	R
	commit 'two'
	make_agent bot <<-'A'
		cat >/dev/null
		case $WTORCH_TASK in
		*.tests) mkdir -p tests; echo test >tests/$WTORCH_TASK.txt ;;
		*.docs) ;;
		*) echo more >>src/$WTORCH_TASK.txt ;;
		esac
	A
	expect_status 0 wtorch run -y
	git show main:tests/1.tests.txt main:tests/2.tests.txt main:src/2.txt >/dev/null
}

test_a_conflict_with_a_workstream_keeps_the_task() {
	project <<-'I'
	I
	make_agent bot <<-'A'
		cat >/dev/null
		mkdir -p tests
		case $WTORCH_TASK in
		*.docs) ;;
		*) echo "$WTORCH_TASK" >tests/new.txt ;;
		esac
	A
	expect_status 1 wtorch run -y
	expect_in err 'its workstream 1.tests conflicts with it in tests/new.txt'
	[ "$(git show wtorch/1.tests-first-task-tests:tests/new.txt)" = 1.tests ]
	[ "$(git show wtorch/1-first-task:tests/new.txt)" = 1 ]
	! git show main:tests/new.txt 2>/dev/null
}

test_work_outside_of_its_files_keeps_the_task() {
	project <<-'I'
		[template feature]
		workstreams = tests
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo "$WTORCH_TASK" >>src/b.txt
	A
	expect_status 1 wtorch run -y
	expect_in err "its workstream 1.tests changed 'src/b.txt', which it may not"
	git show main:src/b.txt | grep -q '^1$' && fail 'it landed'
	git show wtorch/1.tests-first-task-tests:src/b.txt | grep -q 1.tests
}

test_one_that_is_required_keeps_its_task_until_it_is_tried_again() {
	project <<-'I'
		[run]
		retries = 0
		[template feature]
		workstreams = tests
	I
	make_agent bot <<-A
		cat >/dev/null
		echo "\$WTORCH_TASK" >>"$top/starts"
		case \$WTORCH_TASK in
		*.tests) [ -e "$top/good" ] || exit 1; mkdir -p tests; echo test >tests/new.txt ;;
		*) echo more >>src/a.txt ;;
		esac
	A
	expect_status 1 wtorch run -y
	expect_in out 'its workstream 1.tests is failed'
	: >"$top/good"
	expect_status 0 wtorch retry 1.tests
	git show main:tests/new.txt main:src/a.txt | grep -q more
	[ "$(grep -c '^1$' "$top/starts")" = 1 ]
}

test_one_that_is_not_required_is_told_of() {
	project <<-'I'
		[run]
		retries = 0
		[workstream docs]
		required = no
		[template feature]
		workstreams = docs
	I
	make_agent bot <<-'A'
		cat >/dev/null
		case $WTORCH_TASK in
		*.docs) exit 1 ;;
		*) echo more >>src/a.txt ;;
		esac
	A
	expect_status 1 wtorch run -y
	expect_in err 'merged into main'
	expect_status 0 wtorch why 1
	expect_in out 'it goes on without its workstream 1.docs'
}

test_what_is_never_begun_ends_with_its_task() {
	project <<-'I'
		[run]
		retries = 0
		jobs = 1
	I
	make_agent bot <<-'A'
		cat >/dev/null
		exit 1
	A
	expect_status 1 wtorch run -y
	expect_status 0 wtorch status --json
	expect_in out '1 is failed'
}

test_a_run_that_is_stopped_or_killed_meanwhile_goes_on() {
	project <<-'I'
		[template feature]
		workstreams = tests
	I
	make_agent bot <<-A
		cat >/dev/null
		echo "\$WTORCH_TASK" >>"$top/starts"
		case \$WTORCH_TASK in
		*.tests) until [ -e "$top/released" ]; do sleep 0.05; done
			mkdir -p tests; echo test >tests/new.txt ;;
		*) echo more >>src/a.txt ;;
		esac
	A
	start run -y
	eventually sh -c "cat .git/wtorch/runs/*/journal.jsonl 2>/dev/null | grep -q agent_exited"
	kill -INT "$runner"
	end 130
	expect_nobody
	release
	expect_status 0 wtorch resume
	git show main:tests/new.txt >/dev/null
	[ "$(grep -c '^1$' "$top/starts")" = 1 ]
}

# Wherever it is killed: resume comes to the same, and the primary's agent is not asked twice once it
# is done.
test_killed_while_they_are_combined_it_goes_on() {
	make_killing_git
	make_agent bot <<-'A'
		cat >/dev/null
		case $WTORCH_TASK in
		*.tests) mkdir -p tests; echo test >tests/new.txt ;;
		*) echo more >>src/a.txt ;;
		esac
	A
	n=0
	while :; do
		rm -rf repo repo-wt*
		make_repo repo
		cd repo
		write .wtorch.ini <<-'I'
			[template feature]
			workstreams = tests
		I
		write ROADMAP.md <<-'R'
			## PRIORITY 1: First task 📝 Planned
			**Template**: feature
		R
		commit 'roadmap'
		killed_at "$n" run -y || break
		run wtorch resume
		[ "$status" = 0 ] || run wtorch run -y
		[ "$status" = 0 ] || fail "killed at call $n: status $status"
		git show main:tests/new.txt main:src/a.txt | grep -q more || fail "call $n: not landed"
		[ -z "$(git status --porcelain | grep -v '^?? ')" ] || fail "call $n: dirty"
		cd ..
		n=$((n + 1))
	done
	[ "$n" -gt 10 ]
}

test_the_docs_agent_is_chosen_by_the_files() {
	project <<-'I'
		[run]
		agent = bot
		[template feature]
		workstreams = docs
		[workstream api]
		kind = docs
		for = include/**
		files = docs/api/**
		[workstream inside]
		kind = docs
		for = src/**
		files = docs/inside/**
		agent = writer
		[workstream guide]
		kind = docs
		files = docs/guide/**
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	make_agent writer <<-'A'
		cat >/dev/null
		mkdir -p docs/inside; echo "$WTORCH_TASK" >docs/inside/a.md
	A
	expect_status 0 wtorch run -y
	[ "$(git show main:docs/inside/a.md)" = 1.inside ]
}

run_tests "$@"
