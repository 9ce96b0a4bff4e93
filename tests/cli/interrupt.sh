# SPDX-License-Identifier: MIT
# Runs that end before their end: signals, stop, crashes, and who goes on with them.
. "$(dirname "$0")/lib.sh"

held_run() { # commands of the agent on stdin
	make_repo repo
	cd repo
	make_held_agent
	one_task
	start -c run.retry_pause=0s run -y
	eventually [ -e "$top/begun-1" ]
}

finish_with_resume() {
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	[ -e src/task-1.txt ] || fail 'the checkout does not follow'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	expect_nobody
}

test_a_signal_stops_agents_and_keeps_their_work() {
	held_run <<-'A'
		echo draft >draft.txt
	A
	kill -INT "$runner"
	end 130
	expect_in out '1 stopped' 'wtorch resume goes on'
	expect_nobody
	[ "$(cat ../repo-wt1/draft.txt)" = draft ] || fail 'its work is gone'
	[ "$(git log --format=%s -1)" = roadmap ] || fail 'main moved'
	expect_status 0 wtorch status
	expect_in out 'stopped'
	expect_not_in out 'nothing new starts'
	finish_with_resume
	[ "$(cat ../repo-wt1/draft.txt)" = draft ] || fail 'it was not the same worktree'
}

test_term_ends_like_int_with_its_own_status() {
	held_run </dev/null
	kill -TERM "$runner"
	end 143
	expect_nobody
	finish_with_resume
}

test_a_second_signal_leaves_at_once_and_the_shim_finishes() {
	held_run <<-'A'
		trap '' TERM
	A
	kill -INT "$runner"
	eventually grep -q stopping "$top/started.err"
	kill -INT "$runner"
	end 130
	expect_status 0 wtorch status
	expect_in out 'interrupted: nobody works on it'
	expect_nobody
	finish_with_resume
}

test_an_agent_that_ignores_term_is_killed_after_the_grace() {
	held_run <<-'A'
		trap '' TERM INT HUP
	A
	expect_status 0 wtorch stop
	end 1
	expect_in out '1 stopped'
	expect_nobody
}

has_run_log() { [ -e .git/wtorch/runs/*/run.log ]; }

test_a_hangup_goes_on_into_the_log_of_the_run() {
	held_run </dev/null
	kill -HUP "$runner"
	eventually has_run_log
	release
	end 0
	grep -q 'merged into main' .git/wtorch/runs/*/run.log
	expect_nobody
}

test_a_second_run_is_refused_with_the_pid_of_the_first() {
	held_run </dev/null
	snapshot >"$top/first"
	for command in 'run -y' resume 'clean -y'; do
		expect_status 6 wtorch $command
		expect_in err 'another wtorch works on this repository' 'hint: wtorch status'
		grep -q "pid $runner," "$top/err" || fail "not named: $(cat "$top/err")"
	done
	snapshot | diff "$top/first" -
	expect_status 0 wtorch run -n
	release
	end 0
}

test_stop_of_one_task_lets_the_others_go_on() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
		## PRIORITY 2: Second task 📝 Planned
	R
	commit 'roadmap'
	start -c run.retry_pause=0s run -y
	eventually [ -e "$top/begun-1" ]
	eventually [ -e "$top/begun-2" ]
	expect_status 1 wtorch stop 1 nosuch
	expect_in err "no task 'nosuch'"
	expect_status 0 wtorch stop 1
	eventually sh -c "'$WTORCH' status | grep -q '1 .*stopped'"
	release
	end 1
	expect_in out '1 merged, 1 stopped' 'wtorch retry 1'
	expect_status 0 wtorch retry 1
	expect_in out '2 merged'
}

test_what_works_cannot_be_tried_again_or_merged() {
	held_run </dev/null
	expect_status 1 wtorch retry 1
	expect_err <<-'E'
		wtorch: error: '1' cannot be tried again: it is working
		hint: wtorch stop 1
	E
	expect_status 1 wtorch merge 1
	expect_err <<-'E'
		wtorch: error: there is nothing to merge of '1': it is working
		hint: wtorch why 1
	E
	release
	end 0
	expect_status 1 wtorch retry 1
	expect_in err "'1' is merged already"
	expect_status 1 wtorch retry 1 2
	expect_status 1 wtorch merge 1
	expect_status 0 wtorch stop
	expect_err <<-'E'
		run RUN is not running
	E
}

test_a_refused_request_asks_for_nothing() {
	held_run </dev/null
	expect_status 0 wtorch stop
	end 1
	expect_status 1 wtorch retry 1 nosuch
	expect_status 0 wtorch why 1
	expect_not_in out 'asked to try again'
}

test_after_a_crash_resume_adopts_the_agent() {
	held_run </dev/null
	kill -KILL "$runner"
	end 137
	expect_status 0 wtorch status
	expect_in out 'interrupted: nobody works on it'
	expect_in err 'hint: wtorch resume'
	start resume
	release
	end 0
	expect_in out '1 merged'
	expect_not_in out '2 attempts'
	expect_nobody
}

test_after_a_crash_the_end_of_the_agent_is_read() {
	held_run </dev/null
	kill -KILL "$runner"
	end 137
	release
	expect_nobody
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	expect_not_in out '2 attempts'
}

test_after_a_crash_no_second_agent_starts_beside_the_first() {
	held_run </dev/null
	kill -KILL "$runner"
	end 137
	expect_untouched 6 wtorch run -y
	expect_err <<-'E'
		wtorch: error: nobody drives run RUN any more, but 1 agent of it lives
		hint: wtorch resume goes on with it, wtorch stop ends it
	E
	expect_status 0 wtorch clean -y
	expect_in out 'its agent is at work'
	release
	expect_nobody
	expect_status 0 wtorch resume
}

test_after_a_crash_stop_ends_the_agent() {
	held_run <<-'A'
		trap '' TERM
	A
	kill -KILL "$runner"
	end 137
	expect_status 0 wtorch stop
	expect_in out '1 stopped'
	expect_nobody
	finish_with_resume
}

test_after_a_crash_stop_of_one_task_is_for_whoever_lives() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
		## PRIORITY 2: Second task 📝 Planned
	R
	commit 'roadmap'
	start -c run.retry_pause=0s run -y
	eventually [ -e "$top/begun-1" ]
	eventually [ -e "$top/begun-2" ]
	kill -KILL "$runner"
	end 137
	expect_status 1 wtorch stop 1
	expect_in err 'others of its agents live' 'hint: wtorch stop'
	expect_status 0 wtorch stop 1 2
	expect_nobody
}

# The shim is told by its claim: pid, start time, boot id.
test_a_crash_of_everything_is_begun_again() {
	held_run <<-'A'
		sleep 3600 &
	A
	kill -KILL "$runner" "$(cut -d ' ' -f 1 .git/wtorch/runs/*/1/1/claim)"
	end 137
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged' '2 attempts'
	expect_nobody
}

test_a_stopped_run_can_be_stopped_and_resumed_again() {
	held_run </dev/null
	for round in 1 2 3; do
		expect_status 0 wtorch stop
		end 1
		expect_nobody
		rm "$top/begun-1"
		start resume
		eventually [ -e "$top/begun-1" ]
	done
	release
	end 0
	expect_in out '1 merged'
}

run_tests "$@"
