# SPDX-License-Identifier: MIT
# kill -9 in each phase of a run, and what the next command sees and does; damaged journals of runs
# that were under way.
. "$(dirname "$0")/lib.sh"

# One task whose agent is held; wtorch is killed as soon as it is at work.
crashed_at_work() { # more arguments of wtorch
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	start "$@" -c run.retry_pause=0s run -y
	eventually [ -e "$top/begun-1" ]
	eventually grep -q '"event":"agent_started"' .git/wtorch/runs/*/journal.jsonl
	crash
}

crash() {
	kill -KILL "$runner"
	end 137
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	folder=$(dirname "$journal")
}

# Kills whoever owns the attempt, and all that carries its mark.
kill_agents() {
	for claim in "$folder"/*/*/claim "$folder"/*/*/setup/claim; do
		[ -e "$claim" ] || continue
		kill -KILL "$(cut -d ' ' -f 1 "$claim")" 2>/dev/null || :
	done
	for pid in $(grep -lzF "WTORCH_WORKTREE=$top/" /proc/[0-9]*/environ 2>/dev/null |
		sed 's|/proc/\([0-9]*\)/environ|\1|'); do
		kill -KILL "$pid" 2>/dev/null || :
	done
	expect_nobody
}

# Not merely a dead one that nobody has waited for.
is_over() { ! grep -q "^State:[[:space:]]*[^ZX]" "/proc/$1/status" 2>/dev/null; }

# status --json in the words of one task: state, whether it holds, and the problem.
witness() { # id
	expect_status 0 wtorch status --json
	awk -v id="$1" '
		$1 == "\"task\":" { mine = $2 == "\"" id "\"," }
		mine && ($1 == "\"state\":" || $1 == "\"holds\":" || $1 == "\"problem\":" ||
			$1 == "\"event\":" || $1 == "\"looked_at\":") {
			sub(/^ */, ""); sub(/,$/, ""); print
		}' "$top/out" >"$top/witness"
}

expect_witness() { # id TEXT...
	witness "$1"
	shift
	for text in "$@"; do
		grep -qF -- "$text" "$top/witness" && continue
		printf "no '%s' in:\n" "$text" >&2
		cat "$top/witness" >&2
		exit 1
	done
}

finish_it() {
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	[ "$(grep -c done src/task-1.txt)" = 1 ] || fail 'it ran twice'
	[ "$(git log --format=%s -1)" = 'Merge task 1: First task' ] || fail "$(git log --oneline)"
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	git fsck --connectivity-only --no-dangling
	expect_nobody
}

# phases

test_killed_during_setup_it_is_ended_and_begun_again() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	printf 'echo x >>"%s/setups"\n[ -e "%s/released" ] || sleep 600\n' "$top" "$top" \
		>"$top/setup.sh"
	start -c "worktree.setup=sh $top/setup.sh" run -y
	eventually [ -s "$top/setups" ]
	crash
	expect_witness 1 '"state": "preparing"' '"holds": false' \
		'its setup command runs, and nobody waits for it: wtorch resume'
	expect_untouched 6 wtorch run -y
	expect_in err 'but 1 agent of it lives'
	finish_it
	[ "$(wc -l <"$top/setups")" = 2 ] || fail "setup ran $(wc -l <"$top/setups") times"
	[ "$(git worktree list | wc -l)" = 2 ] || fail "$(git worktree list)"
}

test_killed_with_the_shim_of_its_setup_nobody_is_left() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	printf 'echo $$ >>"%s/setups"\n[ -e "%s/released" ] || sleep 600\n' "$top" "$top" \
		>"$top/setup.sh"
	start -c "worktree.setup=sh $top/setup.sh" run -y
	eventually [ -s "$top/setups" ]
	crash
	kill -KILL "$(cut -d ' ' -f 1 "$folder/1/1/setup/claim")"
	kill -0 "$(cat "$top/setups")" || fail 'setup went with its shim'
	pid=$(cat "$top/setups")
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	eventually is_over "$pid"
	expect_nobody
}

test_a_setup_whose_shim_is_killed_leaves_nobody() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	printf 'echo $$ >>"%s/setups"\nsleep 600\n' "$top" >"$top/setup.sh"
	start -c "worktree.setup=sh $top/setup.sh" run -y
	eventually [ -s "$top/setups" ]
	kill -KILL "$(cut -d ' ' -f 1 .git/wtorch/runs/*/1/1/setup/claim)"
	end 6
	expect_in out '1 failed'
	eventually is_over "$(cat "$top/setups")"
	expect_nobody
}

# A signal while resume waits for a setup command to end is obeyed.
test_resume_hears_a_signal_while_it_waits() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	printf 'trap "" TERM\necho x >>"%s/setups"\nwhile :; do sleep 0.1; done\n' "$top" \
		>"$top/setup.sh"
	start -c "worktree.setup=sh $top/setup.sh" run -y
	eventually [ -s "$top/setups" ]
	crash
	start resume
	eventually grep -q '"event":"run_started".*' "$journal"
	twice() { [ "$(grep -c '"event":"run_started"' "$journal")" = 2 ]; }
	eventually twice
	kill -INT "$runner"
	end 130
	expect_nobody
	expect_status 0 wtorch status
	expect_in out 'stopped'
	[ "$(wc -l <"$top/setups")" = 1 ] || fail 'it was begun again'
}

# Killed when the shim was started and its record was not written. The start file is a pipe until
# we read it, which is before the shim is there; then the journal is locked, and the shim, which is
# a script in front of the real one, waits for the file go.
has_begun() { grep -qs '"event":"agent_starting"' .git/wtorch/runs/*/journal.jsonl; }
killed_before_the_record() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	copy_program "$top/prog"
	write "$top/prog/wtorch-shim" <<-S
		#!/bin/sh
		case \$1 in */setup) ;; *) until [ -e "$top/go" ]; do sleep 0.05; done ;; esac
		exec "$(dirname "$program")/wtorch-shim" "\$1"
	S
	chmod +x "$top/prog/wtorch-shim"
	printf 'cd %s/work/repo/.git/wtorch/runs/*/1/1\n[ -e start ] || mkfifo start\n' "$top" \
		>"$top/setup.sh"
	(
		WTORCH=$copied
		start -c "worktree.setup=sh $top/setup.sh" -c run.retry_pause=0s run -y
		echo "$runner" >"$top/runner"
	)
	runner=$(cat "$top/runner")
	eventually has_begun
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	folder=$(dirname "$journal")
	mkfifo "$top/unlock"
	flock "$journal" sh -c ": >'$top/locked'; cat '$top/unlock'" >/dev/null &
	eventually [ -e "$top/locked" ]
	cat "$folder/1/1/start" >"$top/start"
	rm "$folder/1/1/start"
	mv "$top/start" "$folder/1/1/start"
}

kill_before_the_record() {
	kill -KILL "$runner"
	eventually is_over "$runner"
	echo >"$top/unlock"
	! grep -q '"event":"agent_started"' "$journal" || fail 'it was noted'
}

test_killed_before_its_start_is_noted_the_agent_is_known() {
	killed_before_the_record
	: >"$top/go"
	eventually [ -e "$top/begun-1" ]
	kill_before_the_record
	expect_witness 1 '"state": "working"' 'alive' '"holds": false' \
		'its agent works, and nobody noted that: wtorch resume'
	expect_status 0 wtorch status
	expect_in out 'working 1' 'interrupted'
	expect_untouched 6 wtorch run -y
	expect_in err 'but 1 agent of it lives' 'wtorch resume goes on with it'
	finish_it
	[ "$(grep -c '"event":"agent_starting"' "$journal")" = 1 ] || fail 'it was started twice'
}

# A shim that has not come to its claim yet: what goes on with the task takes that away from it.
test_killed_before_its_start_is_noted_a_late_shim_starts_nothing() {
	killed_before_the_record
	kill_before_the_record
	expect_witness 1 '"state": "waiting"' '"holds": false'
	release
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
	rm "$top/begun-1"
	: >"$top/go"
	no_shim() { ! pgrep -f "wtorch-shim $top/" >/dev/null; }
	eventually no_shim
	[ ! -e "$top/begun-1" ] || fail 'a second agent was started'
}

test_killed_at_work_the_agent_is_adopted() {
	crashed_at_work
	expect_witness 1 '"state": "working"' '"event": "agent_started"' 'alive' '"holds": true'
	finish_it
	[ "$(grep -c '"event":"agent_starting"' "$journal")" = 1 ] || fail 'it was started twice'
}

test_killed_with_its_agents_nothing_is_shown_at_work() {
	crashed_at_work
	kill_agents
	expect_status 0 wtorch status
	expect_in out 'working 0' 'stopped' 'its process is gone: wtorch resume'
	expect_witness 1 '"state": "stopped"' '"holds": false' 'gone' 'its process is gone'
	finish_it
}

# After a reboot a process of the same number, even with the same start time, is another one.
test_after_a_reboot_nothing_is_believed_alive() {
	crashed_at_work
	sed -i 's/"boot_id":"[^"]*"/"boot_id":"00000000-0000-0000-0000-000000000000"/' "$journal"
	pid=$(cut -d ' ' -f 1 "$folder/1/1/claim")
	expect_witness 1 '"state": "stopped"' '"holds": false'
	expect_status 0 wtorch status
	expect_in out 'working 0' 'interrupted'
	kill -0 "$pid" || fail 'a process was taken for ours'
	release
	expect_nobody
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

test_killed_behind_its_agent_the_work_is_looked_at_once() {
	crashed_at_work
	release
	expect_nobody
	expect_witness 1 '"state": "stopped"' '"holds": false'
	finish_it
	[ "$(grep -c '"event":"agent_starting"' "$journal")" = 1 ] || fail 'it was started twice'
}

# A hook holds the move of the base until the file go is there, with the hook's answer in it.
crashed_while_landing() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	write .git/hooks/reference-transaction <<-H
		#!/bin/sh
		[ "\$1" = prepared ] && grep -q refs/heads/main && [ ! -e "$top/go" ] || exit 0
		: >"$top/landing"
		until [ -e "$top/go" ]; do sleep 0.05; done
		exit "\$(cat "$top/go")"
	H
	chmod +x .git/hooks/reference-transaction
	release
	start run -y
	eventually [ -e "$top/landing" ]
	crash
	expect_witness 1 '"state": "queued"' '"event": "landing_starting"' '"holds": false'
}

# Nobody of git is left at work in the test's folder.
git_is_over() { ! pgrep -f "[g]it .*$top" >/dev/null && [ ! -e .git/HEAD.lock ]; }

test_killed_before_the_base_moved_it_lands_once() {
	crashed_while_landing
	echo 1 >"$top/go"
	eventually git_is_over
	[ "$(git log --format=%s -1)" = roadmap ] || fail 'the base moved'
	finish_it
}

test_killed_behind_the_move_of_the_base_it_has_landed() {
	crashed_while_landing
	echo 0 >"$top/go"
	moved() { [ "$(git log --format=%s -1 main)" = 'Merge task 1: First task' ]; }
	eventually moved
	eventually git_is_over
	oid=$(git rev-parse main)
	finish_it
	[ "$(git rev-parse main)" = "$oid" ] || fail 'it landed twice'
}

test_killed_behind_the_end_there_is_nothing_to_do() {
	crashed_at_work
	finish_it
	cp "$journal" "$top/journal"
	expect_status 0 wtorch status
	expect_in out 'success'
	expect_witness 1 '"state": "merged"' '"event": "landed"' '"holds": true' 'branch main at'
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

# journals

# What was lost is found again by looking, whichever record it was.
test_any_lost_record_of_a_crashed_run_is_made_up_for() {
	crashed_at_work
	n=$(wc -l <"$journal")
	[ "$n" -ge 6 ] || fail "only $n records"
	cp "$journal" "$top/journal"
	release
	expect_nobody
	for line in $(seq 2 "$n"); do
		rm -rf "$top/again"
		mkdir "$top/again"
		cp -a . "$top/again/repo"
		cp -a ../repo-wt1 "$top/again/repo-wt1"
		sed "${line}s/.*/{\"v\":1,\"seq\":$line,\"ts\":\"20/" "$top/journal" >"$journal"
		expect_status 0 wtorch status
		expect_in err "journal.jsonl:$line: warning: record left out"
		run wtorch resume
		expect_in out '1 merged'
		[ "$(git log --format=%s main | grep -c '^Merge task 1')" = 1 ] ||
			fail "without line $line: $(git log --oneline)"
		expect_nobody
		git worktree list --porcelain | sed -n 's/^worktree //p' | tail -n +2 |
			while read -r tree; do git worktree remove -f "$tree"; done
		cd ..
		rm -rf repo repo-wt1*
		cp -a "$top/again/repo" repo
		cp -a "$top/again/repo-wt1" repo-wt1
		cd repo
	done
}

test_a_truncated_last_record_is_ignored_and_the_rest_is_intact() {
	crashed_at_work
	release
	expect_nobody
	head -n -1 "$journal" | sha256sum >"$top/rest"
	lines=$(($(wc -l <"$journal") - 1))
	truncate -s -9 "$journal"
	expect_status 0 wtorch status
	compare err <<-'E'
		hint: wtorch resume
	E
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	head -n "$lines" "$journal" | sha256sum | cmp - "$top/rest"
	expect_status 0 wtorch status
	expect_in out 'success'
}

# requests

# The process has opened the file to write: before that it waits for its lock.
is_about_to_write() {
	for fd in /proc/"$1"/fd/*; do
		[ "$(readlink "$fd")" = "$2" ] || continue
		grep -q '^flags:.*[12]$' "/proc/$1/fdinfo/${fd##*/}" && return 0
	done
	return 1
}

# The end of the run is written after retry has seen that somebody drives it, and before its own
# request: who drives does not see the request any more. The journal's lock decides the order.
test_a_request_that_comes_too_late_is_done_by_who_asked() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		[ -e ../fixed ] || exit 1
		echo x >>src/a.txt
	A
	one_task
	expect_status 1 wtorch run -y --retries 0
	: >../fixed
	journal=$(echo "$PWD"/.git/wtorch/runs/*/journal.jsonl)
	last=$(tail -n 1 "$journal")
	case $last in
	*'"event":"run_ended"'*) ;;
	*) fail "$last" ;;
	esac
	# Somebody who lives has the run, and has not ended it yet.
	sed -i '$d' "$journal"
	sleep 600 &
	driver=$!
	started=$(sed 's/.*) //' "/proc/$driver/stat" | cut -d' ' -f20)
	sed -i "s/\"pid\":[0-9]*,\"start_time\":\"[0-9]*\",\"boot_id\":\"[^\"]*\"/\"pid\":$driver,\"start_time\":\"$started\",\"boot_id\":\"$(cat /proc/sys/kernel/random/boot_id)\"/" "$journal"
	expect_status 0 wtorch status
	expect_in out '· running'
	exec 3>>"$journal"
	flock 3
	"$WTORCH" retry 1 >"$top/out" 2>"$top/err" </dev/null 3>&- &
	asking=$!
	ran='wtorch retry 1'
	eventually is_about_to_write "$asking" "$journal"
	printf '%s\n' "$last" >&3
	kill -9 $driver
	wait $driver || :
	exec 3>&-
	wait $asking || fail "$(cat "$top/err")"
	expect_in out '1 merged'
	expect_not_in err 'asked the wtorch that works'
	[ "$(grep -c '"event":"retry_asked"' "$journal")" = 1 ] || fail 'it was asked twice'
	[ "$(grep -c '"event":"run_ended"' "$journal")" = 2 ] || fail "$(cat "$journal")"
}

test_a_typo_among_those_to_stop_stops_nobody() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	expect_status 1 wtorch stop 1 typo
	! grep -q stop_asked .git/wtorch/runs/*/journal.jsonl || fail 'it was asked'
	release
	end 0
}

# what people do to merged work

test_what_the_base_has_lost_is_said() {
	crashed_at_work
	finish_it
	git reset -q --hard HEAD~1
	expect_status 0 wtorch status
	expect_in out "merged; but 'main' does not contain"
	expect_witness 1 '"state": "merged"' '"holds": false' 'does not contain'
}

run_tests "$@"
