# SPDX-License-Identifier: MIT
# Gates of a whole run: what lands, what goes back to its agent, what is kept, and who is told.
. "$(dirname "$0")/lib.sh"

# project: a repository whose gate `tests` wants every line of src/a.txt to say "a", configured
# with what stands on standard input behind it.
project() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate tests]
		command = echo "judged \$(git rev-parse HEAD)" >>"$top/asked"; ! grep -n -v '^a ' src/a.txt
		$(cat)
	I
	one_task
}
# What the gates were asked, once for each line.
asked() { if [ -e "$top/asked" ]; then wc -l <"$top/asked"; else echo 0; fi; }
expect_asked() { [ "$(asked)" = "$1" ] || fail "gates were asked $(asked) times, not $1"; }
no_room_is_left() {
	! ls -d ../wtorch-gate-* 2>/dev/null && ! git worktree list | grep -q wtorch-gate
}

test_work_that_passes_its_gates_lands() {
	project </dev/null
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'a more' >>src/a.txt
	A
	expect_status 0 wtorch run -y
	expect_in err 'merged into main as oid'
	expect_not_in out 'ngated'
	git show main:src/a.txt | grep -q 'a more'
	expect_asked 2 # the base, and the work
	no_room_is_left
	expect_nobody
	expect_status 0 wtorch report --json
	expect_in out '"name": "tests"' '"verdict": "pass"' '"ungated": false' '"base_gates"'
	expect_status 0 wtorch logs
	expect_in out 'gate tests judges' 'gate tests passed' 'its gates passed'
	expect_status 0 wtorch logs 1 --gate tests
	expect_status 1 wtorch logs 1 --gate other
}

test_a_gate_has_a_temp_folder_of_its_own_which_goes_with_it() {
	mkdir "$top/tmp"
	export TMPDIR=$top/tmp
	project <<-I
		[gate temp]
		command = stat -c '%a %n' "\$TMPDIR" >>"$top/temps"; touch "\$TMPDIR/left"
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'a more' >>src/a.txt
		touch "$TMPDIR/mine"
	A
	expect_status 0 wtorch run -y
	[ "$(grep -cE "^700 $top/tmp/wtorch-[0-9a-f]{12}\$" "$top/temps")" = 2 ] ||
		fail "$(cat "$top/temps")"
	[ -z "$(ls "$top/tmp")" ] || fail "left: $(ls "$top/tmp")"
	[ -z "$(ls .git/wtorch/temps)" ] || fail 'a record was left'
}

test_what_a_gate_finds_goes_back_to_the_agent() {
	project </dev/null
	make_agent bot <<-'A'
		cat >"$TOP/prompt-$WTORCH_ROUND"
		if [ "$WTORCH_ROUND" = 0 ]; then echo wrong >>src/a.txt; else sed -i 's/^wrong/a right/' src/a.txt; fi
	A
	sed -i "2a TOP=$top" "$top/bin/bot"
	expect_status 0 wtorch run -y
	expect_in err 'merged into main as oid'
	grep -q 'gate tests' "$top/prompt-1"
	grep -q '11:wrong' "$top/prompt-1"
	git show main:src/a.txt | grep -q 'a right'
	expect_asked 3
	no_room_is_left
}

test_what_is_never_mended_is_kept_for_a_person() {
	project <<-'I'
		[gate]
		max_rounds = 2
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo wrong >>src/a.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'gate tests' 'after 2 fix rounds'
	expect_asked 4
	git show main:src/a.txt | grep -q wrong && fail 'it landed'
	git show wtorch/1-first-task:src/a.txt | grep -q wrong
	no_room_is_left
	expect_status 0 wtorch merge 1
	expect_in err 'as asked: gate tests' 'merged into main'
	git show main:src/a.txt | grep -q wrong
}

test_a_red_base_stops_the_run_before_any_agent() {
	project </dev/null
	echo wrong >>src/a.txt
	commit 'break the base'
	make_agent bot <<-A
		cat >/dev/null
		: >"$top/began"
	A
	expect_status 4 wtorch run -y
	expect_in out 'the base is red' 'gate tests'
	[ ! -e "$top/began" ]
	no_room_is_left
	expect_status 4 wtorch run -y
	expect_asked 2 # only passes are remembered
}

test_a_base_that_passed_is_not_asked_again() {
	project </dev/null
	make_agent bot <<-'A'
		cat >/dev/null
		exit 1
	A
	expect_status 1 wtorch -c run.retries=0 run -y
	expect_asked 1
	expect_status 1 wtorch -c run.retries=0 run -y
	expect_asked 1
}

test_a_red_base_is_waived_by_force() {
	project </dev/null
	echo wrong >>src/a.txt
	commit 'break the base'
	make_agent bot <<-'A'
		cat >/dev/null
		sed -i '/^wrong/d' src/a.txt
	A
	expect_status 0 wtorch run -y --force
	expect_in err 'no gate judges the base first' 'merged into main'
	expect_asked 1
}

test_gates_that_need_each_other_share_a_room_and_others_do_not() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate build]
		command = pwd >>"$top/rooms"; echo made >made
		[gate tests]
		command = pwd >>"$top/rooms"; grep -q made made
		needs = build
		[gate lint]
		command = pwd >>"$top/rooms"; [ ! -e made ]
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'a more' >>src/a.txt
	A
	expect_status 0 wtorch run -y
	[ "$(sort -u "$top/rooms" | wc -l)" = 4 ] # two of the base, two of the work
	no_room_is_left
}

test_what_a_gate_needs_is_done_again_where_its_room_is_gone() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate build]
		command = echo built >>"$top/built"; echo made >made
		[gate tests]
		command = grep -q made made && test -e "$top/ok"
		needs = build
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		exit 1
	A
	expect_status 4 wtorch run -y # build passed, tests did not
	: >"$top/ok"
	expect_status 1 wtorch -c run.retries=0 run -y
	expect_status 0 wtorch logs
	expect_in out 'gate build had passed on this tree' 'gate tests passed'
	no_room_is_left
}

test_a_room_is_set_up_like_the_worktree_of_a_task() {
	make_repo repo
	cd repo
	echo .env >.gitignore
	echo .env >.worktreeinclude
	echo secret >.env
	write .wtorch.ini <<-I
		[worktree]
		setup = echo ready >set-up
		[gate tests]
		command = cat .env set-up; test "\$WTORCH_GATE" = tests && grep -q secret .env && grep -q ready set-up
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'a more' >>src/a.txt
	A
	expect_status 0 wtorch run -y
	expect_in err 'merged into main'
	no_room_is_left
}

# fix_project: src/a.txt has a line "bad", and tests/*.sh are run one by one; one_task is a fix.
fix_project() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[gate]
		max_rounds = 0
		[gate regression]
		check = regression
		command = for t in tests/*.sh; do [ ! -e "$t" ] || sh "$t" || exit 1; done
	I
	write src/a.txt <<-'F'
		bad
	F
	write ROADMAP.md <<-'R'
		## PRIORITY 1: Fix the bad line 📝 Planned
	R
	commit 'a fault'
}

test_a_fix_lands_with_a_test_that_fails_without_it() {
	fix_project
	make_agent bot <<-'A'
		cat >"$WTORCH_WORKTREE.prompt"
		mkdir -p tests
		echo good >src/a.txt
		echo 'grep -q good src/a.txt' >tests/line.sh
	A
	expect_status 0 wtorch run -y
	expect_in err 'merged into main'
	grep -q 'What matters most' ../repo-wt1.prompt
	no_room_is_left
	expect_status 0 wtorch logs 1 --gate regression
	expect_in out 'with the changed tests alone'
}

test_a_fix_without_a_test_is_kept() {
	fix_project
	make_agent bot <<-'A'
		cat >/dev/null
		echo good >src/a.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'gate regression: no test was added or changed'
	[ "$(git show main:src/a.txt)" = bad ]
}

test_a_fix_whose_test_shows_no_fault_or_fails_is_kept() {
	fix_project
	make_agent bot <<-'A'
		cat >/dev/null
		mkdir -p tests
		echo good >src/a.txt
		echo 'grep -q . src/a.txt' >tests/line.sh
	A
	expect_status 4 wtorch run -y
	expect_in out 'they do not show the fault'
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'grep -q never src/a.txt' >tests/line.sh
	A
	expect_status 4 wtorch retry 1
	expect_in out 'the tests fail on the work itself'
	no_room_is_left
}

test_the_regression_gate_is_for_fixes_only() {
	fix_project
	write ROADMAP.md <<-'R'
		## PRIORITY 1: Add a line 📝 Planned
	R
	commit 'another task'
	make_agent bot <<-'A'
		cat >/dev/null
		echo good >src/a.txt
	A
	expect_status 0 wtorch run -y
	expect_in err 'merged into main'
}

test_a_gate_that_takes_too_long_is_told_so() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[gate]
		max_rounds = 0
		[gate slow]
		command = test -e src/new.txt || exit 0; sleep 60
		timeout = 200ms
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'gate slow'
	expect_status 0 wtorch report --json
	expect_in out '"verdict": "timeout"'
	no_room_is_left
	expect_nobody
}

test_a_gate_that_says_nothing_that_can_be_read_is_no_pass() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[gate cover]
		command = echo 'no figures here'
		parse = coverage
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'the base is red' 'gate cover'
	expect_status 4 wtorch run -y --force
	expect_in out 'kept' 'gate cover'
	expect_status 0 wtorch logs
	expect_not_in out 'round 1' # that is not the agent's
}

test_work_that_no_gate_judges_stays_out_where_one_is_required() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[run]
		require_gates = yes
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	expect_status 0 wtorch plan
	expect_in out 'ungated'
	expect_status 4 wtorch run -y
	expect_in out 'kept' 'ungated'
	expect_status 0 wtorch merge 1
}

test_a_stopped_run_goes_on_with_its_gates() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate tests]
		command = test -e src/new.txt || exit 0;
		    echo asked >>"$top/asked";
		    until [ -e "$top/released" ]; do sleep 0.05; done
	I
	one_task
	make_agent bot <<-A
		cat >/dev/null
		echo once >>"$top/agents"
		echo new >src/new.txt
	A
	start run -y
	eventually test -e "$top/asked"
	expect_status 0 wtorch status
	expect_in out 'gating' 'tests running'
	kill -INT "$runner"
	end 130
	no_room_is_left
	expect_nobody
	release
	expect_status 0 wtorch resume
	expect_in err 'merged into main'
	[ "$(wc -l <"$top/agents")" = 1 ]
	expect_asked 2
}

test_a_run_that_is_stopped_while_its_base_is_judged_leaves_no_room() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate tests]
		command = : >"$top/asked"; until [ -e "$top/released" ]; do sleep 0.05; done
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo 'a more' >>src/a.txt
	A
	start run -y
	eventually test -e "$top/asked"
	kill -INT "$runner"
	end 130
	no_room_is_left
	expect_nobody
	release
	expect_status 0 wtorch resume
	expect_in err 'merged into main'
	no_room_is_left
}

test_a_gate_of_a_run_that_was_killed_is_adopted() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate tests]
		command = test -e src/new.txt || exit 0;
		    echo asked >>"$top/asked";
		    until [ -e "$top/released" ]; do sleep 0.05; done
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
	A
	start run -y
	eventually test -e "$top/asked"
	kill -9 "$runner"
	wait "$runner" 2>/dev/null || :
	run wtorch run -y
	expect_in err 'live'
	release
	expect_status 0 wtorch resume
	expect_in err 'merged into main'
	expect_asked 1
	no_room_is_left
	expect_nobody
}

# Two tasks that merge and do not work together: `sum` wants at most eleven lines in both files.
pair() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[gate sum]
		command = test "$(cat src/a.txt src/b.txt | wc -l)" -le 21
		when = both
	I
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: src/a.txt

		## PRIORITY 2: Second task 📝 Planned

		**Files**: src/b.txt
	R
	commit 'roadmap'
	make_agent bot <<-'A'
		cat >/dev/null
		case $WTORCH_TASK in 1) echo more >>src/a.txt ;; 2) echo more >>src/b.txt ;; esac
	A
}

test_work_that_breaks_only_together_is_a_conflict_of_meaning() {
	pair
	expect_status 3 wtorch run -y
	expect_in err 'conflict of meaning with' 'gate sum'
	expect_in out 'conflict of meaning'
	[ "$(git rev-list --count --first-parent main)" = 3 ]
	expect_status 0 wtorch report --json
	expect_in out '"kind": "semantic"' 'src/a.txt' 'src/b.txt'
	no_room_is_left
}

test_a_person_who_was_told_of_the_meaning_may_merge_it() {
	pair
	expect_status 3 wtorch -c run.mode=parallel run -y
	left=$(git branch --list 'wtorch/*' --no-merged main | sed 's/^[+ ]*wtorch.\([0-9]\).*/\1/')
	expect_status 0 wtorch merge "$left"
	expect_in err 'as asked' 'merged into main'
}

test_a_conflict_of_meaning_that_was_mended_is_judged_again() {
	pair
	expect_status 3 wtorch run -y
	left=$(git branch --list 'wtorch/*' --no-merged main | sed 's/^[+ ]*wtorch.\([0-9]\).*/\1/')
	cd "../repo-wt$left"
	sed -i 1d src/a.txt
	commit 'mend it'
	cd ../repo
	expect_status 0 wtorch merge "$left"
	expect_not_in err 'as asked'
	expect_in err 'merged into main'
	[ "$(git show main:src/a.txt main:src/b.txt | wc -l)" = 21 ]
}

test_a_reviewing_agent_judges_in_a_room_of_its_own() {
	make_repo repo
	cd repo
	one_task
	make_agent judge <<-A
		cat >"$top/review"
		pwd >"$top/room"
		echo vandal >src/a.txt
		printf '{"score": %s, "findings": [{"severity": "high", "message": "no tests", "path": "src/a.txt", "line": 1}]}\n' "\$(cat "$top/score")"
	A
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	write .wtorch.ini <<-'I'
		[run]
		agent = bot
		[gate]
		max_rounds = 0
		[gate review]
		agent = judge
		severity = none
	I
	commit 'gates'
	echo 9 >"$top/score"
	expect_status 0 wtorch run -y
	git show main:src/a.txt | grep -q vandal && fail 'a review changed the work'
	grep -q 'First task' "$top/review"
	expect_status 0 wtorch report --json
	expect_in out '"score": 9' 'high src/a.txt:1: no tests'
	no_room_is_left
}

run_tests "$@"
