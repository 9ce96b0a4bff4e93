# SPDX-License-Identifier: MIT
# Who belongs to an agent and ends with it, and who does not and is left alone.
. "$(dirname "$0")/lib.sh"

gone() { ! [ -e "/proc/$1" ]; }
record_of() { cat .git/wtorch/runs/*/"$1"/1/exit.json; }

# A fork, a session of its own, another fork: its first parent is gone, its session has no leader,
# its group is new, its environment empty, and it does not listen.
make_agent_with_daemon() { # how it ends
	make_agent bot <<-A
		cat >/dev/null
		env -i PATH="\$PATH" setsid sh -c '
			(trap "" TERM HUP INT; sh -c "echo \\\$PPID" >"$top/daemon.tmp"
			mv "$top/daemon.tmp" "$top/daemon"
			while :; do sleep 3600; done) </dev/null >/dev/null 2>&1 &' &
		until [ -s "$top/daemon" ]; do sleep 0.01; done
		echo x >>src/a.txt
		$1
	A
}

test_a_daemon_is_found_and_killed_when_its_agent_ends() {
	make_repo repo
	cd repo
	make_agent_with_daemon 'exit 0'
	one_task
	expect_status 0 wtorch run -y
	# No waiting here: nobody says that it is done before it is.
	gone "$(cat "$top/daemon")" || fail 'the daemon lives'
	record_of 1 | grep -q '"reason":"exit","code":0,.*"survivors":\[\]' || fail "$(record_of 1)"
	expect_nobody
}

test_a_daemon_is_found_and_killed_when_its_agent_is_stopped() {
	make_repo repo
	cd repo
	make_agent_with_daemon 'while :; do sleep 3600; done'
	one_task
	start run -y
	eventually [ -s "$top/daemon" ]
	expect_status 0 wtorch stop
	end 1
	gone "$(cat "$top/daemon")" || fail 'the daemon lives'
	record_of 1 | grep -q '"reason":"stopped".*"survivors":\[\]' || fail "$(record_of 1)"
	expect_nobody
}

# dead_run: an orchestrator, a shim and an agent that were all killed at once; $shim is the pid that
# is on record.
dead_run() {
	make_repo repo
	cd repo
	make_held_agent <<-A
		echo \$\$ >"$top/agent"
	A
	one_task
	start -c run.retry_pause=0s run -y
	eventually [ -e "$top/begun-1" ]
	shim=$(cut -d ' ' -f 1 .git/wtorch/runs/*/1/1/claim)
	kill -KILL "$runner"
	kill -KILL "$shim"
	kill -KILL "$(cat "$top/agent")"
	end 137
	eventually gone "$shim"
	eventually gone "$(cat "$top/agent")"
}

# A process that has nothing to do with us; its pid is put wherever the dead are on record.
put_a_stranger_in_their_place() {
	setsid sleep 3600 &
	stranger=$!
	sed -i "s/^$shim /$stranger /" .git/wtorch/runs/*/1/1/claim
	sed -i "s/\"pid\":\($shim\|$runner\),/\"pid\":$stranger,/" .git/wtorch/runs/*/journal.jsonl
	[ "$(grep -c "\"pid\":$stranger," .git/wtorch/runs/*/journal.jsonl)" = 2 ] || fail 'not forged'
	grep -q "^$stranger " .git/wtorch/runs/*/1/1/claim || fail 'not forged'
}

is_left_alone() { # what else than stop and resume may be asked
	expect_status 0 wtorch status
	expect_in out 'interrupted: nobody works on it'
	expect_status 0 wtorch stop
	kill -0 "$stranger" || fail 'stop ended a stranger'
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	[ "$(grep -c '"event":"agent_started"' .git/wtorch/runs/*/journal.jsonl)" = 2 ] ||
		fail 'the dead agent was taken for alive'
	kill -0 "$stranger" || fail 'resume ended a stranger'
	expect_status 0 wtorch clean -y
	kill -0 "$stranger" || fail 'clean ended a stranger'
	kill -KILL "$stranger"
	expect_nobody
}

test_a_process_with_a_reused_pid_is_not_signalled() {
	dead_run
	put_a_stranger_in_their_place
	is_left_alone
}

# The same pid and the same start time, counted from another boot.
test_a_process_of_another_boot_is_not_signalled() {
	dead_run
	put_a_stranger_in_their_place
	time=$(sed 's/.*) //' "/proc/$stranger/stat" | cut -d ' ' -f 20)
	boot=00000000-0000-4000-8000-000000000000
	echo "$stranger $time $boot" >"$top/claim"
	cp "$top/claim" .git/wtorch/runs/*/1/1/claim
	sed -i -E "s/(\"pid\":$stranger,\"start_time\":\")[^\"]*(\",\"boot_id\":\")[^\"]*/\1$time\2$boot/" \
		.git/wtorch/runs/*/journal.jsonl
	[ "$(grep -c "$time\",\"boot_id\":\"$boot" .git/wtorch/runs/*/journal.jsonl)" = 2 ] ||
		fail 'not forged'
	is_left_alone
}

test_ten_megabytes_on_each_stream_block_no_agent_while_nobody_reads() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		: >"$top/begun"
		until [ -e "$top/released" ]; do sleep 0.05; done
		head -c 10000000 /dev/zero | tr '\\0' o
		head -c 10000000 /dev/zero | tr '\\0' e >&2
		echo x >>src/a.txt
		: >"$top/written"
	A
	one_task
	start run -y
	eventually [ -e "$top/begun" ]
	kill -STOP "$runner"
	release
	eventually [ -e "$top/written" ]
	kill -CONT "$runner"
	end 0
	expect_in out '1 merged'
	[ "$(cat .git/wtorch/runs/*/1/1/agent.log | wc -c)" = 20000000 ] || fail 'output is missing'
	[ "$(cat .git/wtorch/runs/*/1/1/agent.log | tr -d o | wc -c)" = 10000000 ] ||
		fail 'it is not what was written'
	expect_nobody
}

# Its child holds the output open, and neither it nor the child will ever end by itself.
test_an_agent_that_said_its_last_word_and_stays_is_finished_after_the_grace() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		sh -c 'echo \$\$ >"$top/holder"; trap "" TERM; while :; do sleep 3600; done' &
		until [ -s "$top/holder" ]; do sleep 0.01; done
		echo x >>src/a.txt
		echo '{"type":"result","is_error":false}'
		while :; do sleep 3600; done
	A
	one_task
	expect_status 0 wtorch -c agent.bot.final='"type":"result"' -c agent.bot.grace=1s run -y
	expect_in out '1 merged'
	gone "$(cat "$top/holder")" || fail 'its child lives'
	record_of 1 | grep -q '"survivors":\[\]' || fail "$(record_of 1)"
	[ "$(grep -c '"event":"agent_started"' .git/wtorch/runs/*/journal.jsonl)" = 1 ] ||
		fail 'it was tried again'
	grep -q x src/a.txt || fail 'its work is not there'
	expect_nobody
}

test_an_agent_that_ended_is_done_though_a_child_holds_its_output() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		sh -c 'echo \$\$ >"$top/holder"; trap "" TERM; while :; do sleep 3600; done' &
		until [ -s "$top/holder" ]; do sleep 0.01; done
		echo x >>src/a.txt
	A
	one_task
	# The ten minutes are for an agent that is asked to end. This one did.
	expect_status 0 wtorch -c agent.bot.grace=10m run -y
	expect_in out '1 merged'
	gone "$(cat "$top/holder")" || fail 'its child lives'
	record_of 1 | grep -q '"reason":"exit","code":0,.*"survivors":\[\]' || fail "$(record_of 1)"
	expect_nobody
}

test_an_agent_that_is_silent_while_its_child_works_is_not_stalled() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		timeout 8 sh -c 'while :; do :; done' || :
		echo x >>src/a.txt
	A
	one_task
	expect_status 0 wtorch -c agent.bot.silence=2s run -y
	expect_in out '1 merged'
	record_of 1 | grep -q '"reason":"exit","code":0,' || fail "$(record_of 1)"
	expect_nobody
}

test_an_agent_that_is_silent_and_idle_is_stalled() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		echo half >>src/a.txt
		sleep 3600 &
		wait
	A
	one_task
	expect_status 1 wtorch -c agent.bot.silence=2s -c run.retries=0 run -y
	expect_in out '1 failed' 'stalled: no output, no change and no work for'
	record_of 1 | grep -q '"reason":"stalled".*"survivors":\[\]' || fail "$(record_of 1)"
	grep -q half ../repo-wt1/src/a.txt || fail 'what it had done is gone'
	expect_nobody
}

has_state() { [ -e .git/wtorch/runs/*/1/1/state ]; }

# The shim writes its state file when the verdict changes; what stands there is shown.
test_status_shows_what_the_shim_thinks_of_its_agent() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		echo GOODBYE
		sleep 3600
	A
	one_task
	start -c agent.bot.final=GOODBYE -c agent.bot.grace=10m run -y
	eventually has_state
	expect_status 0 wtorch status
	expect_in out 'working' 'done, not exited'
	expect_status 0 wtorch status --json
	expect_in out '"verdict": "finished"' '"reason": "done, not exited'
	dir=$(echo .git/wtorch/runs/*/1/1)
	echo '{"verdict":"stalled","since_ms":1,"end_ms":9000000000000000000}' >"$dir/state"
	expect_status 0 wtorch status --json
	expect_in out '"verdict": "stalled"' '"state": "stalled"' '"reason": "idle '
	for text in '{"verdict":"dancing","since_ms":-9e99}' '[' '' '{"verdict":7}'; do
		printf %s "$text" >"$dir/state"
		expect_status 0 wtorch status --json
		expect_in out '"state": "working"'
	done
	rm "$dir/state"
	mkfifo "$dir/state"
	expect_status 0 wtorch status --json
	expect_in out '"verdict": "working"'
	expect_status 0 wtorch stop
	end 1
	[ ! -e "$dir/exit.json.tmp" ] || fail 'a draft was left'
	expect_status 0 wtorch status --json
	expect_in out '"verdict": null'
	expect_nobody
}

run_tests "$@"
