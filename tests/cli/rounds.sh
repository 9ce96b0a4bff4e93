# SPDX-License-Identifier: MIT
# Rounds: an agent that goes on in the same worktree and attempt.
. "$(dirname "$0")/lib.sh"

# talking_agent KIND <script: a program of that name, first on PATH, as that kind. Its script finds
# in $round which round it is in, and in $top the folder of the test; its arguments and prompts stay
# in argv-N and stdin-N.
talking_agent() {
	{
		cat <<-A
			top=$top round=\$WTORCH_ROUND
			for word in "\$@"; do printf '%s\n' "\$word"; done >"\$top/argv-\$round"
			cat >"\$top/stdin-\$round"
		A
		cat
	} >"$top/talk"
	make_agent "$1" <"$top/talk"
	PATH=$top/bin:$PATH
	sed -i "s|^command = .*/$1\$|kind = $1\nauto_approve = yes\nsilence = 1s|" \
		"$HOME/.config/wtorch/config.ini"
}

test_a_stalled_agent_takes_up_its_conversation_once() {
	make_repo repo
	cd repo
	talking_agent claude <<-'A'
		echo '{"type":"system","subtype":"init","session_id":"talk-7"}'
		echo "half $round" >>src/a.txt
		[ "$round" != 0 ] || exec sleep 3600
		echo '{"type":"result","subtype":"success","is_error":false,"session_id":"talk-7"}'
	A
	one_task
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
	printf '%s\n' -p --output-format stream-json --verbose --permission-mode bypassPermissions \
		--resume talk-7 | diff -u - "$top/argv-1"
	# It knows the task: only what was wrong is told.
	grep -q 'stalled: no output' "$top/stdin-1" || fail 'it was not told why'
	! grep -q 'First task' "$top/stdin-1" || fail 'the whole task was told again'
	[ "$(git show main:src/a.txt | grep half | tr '\n' ' ')" = 'half 0 half 1 ' ] ||
		fail 'not both halves landed'
	expect_status 0 wtorch report --json
	expect_in out '"attempts": 1,' '"rounds": 1,'
	expect_status 0 wtorch why 1
	expect_in out 'attempt 1, round 1: stalled: no output, no change and no
                       work for 1s; its agent takes up its conversation'
	expect_status 0 wtorch logs 1
	expect_in out '"type":"result"'
	expect_status 0 wtorch logs 1 --round 0
	expect_not_in out '"type":"result"'
	expect_status 1 wtorch logs 1 --round 2
	expect_in err 'round 2 of attempt 1 of task '"'1'"' has no log'
	expect_nobody
}

test_one_that_stalls_again_is_tried_afresh() {
	make_repo repo
	cd repo
	talking_agent claude <<-'A'
		echo '{"type":"system","subtype":"init","session_id":"talk-8"}'
		echo "$WTORCH_ATTEMPT.$round" >>"$top/starts"
		[ "$WTORCH_ATTEMPT" = 2 ] || exec sleep 3600
		cp "$top/argv-0" "$top/argv-fresh"
		echo x >>src/a.txt
		echo '{"type":"result","subtype":"success","is_error":false}'
	A
	one_task
	expect_status 0 wtorch -c run.retry_pause=0s run -y
	[ "$(tr '\n' ' ' <"$top/starts")" = '1.0 1.1 2.0 ' ] || fail "$(cat "$top/starts")"
	! grep -q talk-8 "$top/argv-fresh" || fail 'the new attempt took up the old conversation'
	grep -q 'First task' "$top/stdin-0" || fail 'the new attempt was not told its task'
	expect_nobody
}

test_without_a_conversation_a_stalled_agent_is_tried_afresh() {
	make_repo repo
	cd repo
	talking_agent claude <<-'A'
		echo "$WTORCH_ATTEMPT.$round" >>"$top/starts"
		[ "$WTORCH_ATTEMPT" = 2 ] || exec sleep 3600
		echo x >>src/a.txt
		echo '{"type":"result","subtype":"success","is_error":false}'
	A
	one_task
	expect_status 0 wtorch -c run.retry_pause=0s run -y
	[ "$(tr '\n' ' ' <"$top/starts")" = '1.0 2.0 ' ] || fail "$(cat "$top/starts")"
}

test_what_a_conversation_cost_before_is_not_counted_twice() {
	make_repo repo
	cd repo
	talking_agent codex <<-'A'
		echo '{"type":"thread.started","thread_id":"t-1"}'
		echo x >>src/a.txt
		n=$((100 + 150 * round))
		echo "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":$n,\"cached_input_tokens\":0,\"output_tokens\":$n}}"
		[ "$round" != 0 ] || exec sleep 3600
	A
	sed -i 's/^silence.*/silence = 1s\nfinal = never said/' "$HOME/.config/wtorch/config.ini"
	one_task
	expect_status 0 wtorch run -y
	expect_status 0 wtorch report --json
	expect_in out '"input": 250,' '"output": 250,' # not 350 each
	grep -qx t-1 "$top/argv-1" || fail 'it was not told its conversation'
}

test_a_conversation_that_is_not_known_any_more_is_begun_anew_in_the_same_round() {
	make_repo repo
	cd repo
	talking_agent codex <<-'A'
		echo "$round $*" >>"$top/starts"
		cp "$top/stdin-$round" "$top/stdin-$(wc -l <"$top/starts")-th"
		case " $* " in *' resume '*) echo 'Error: no rollout found' >&2; exit 1 ;; esac
		echo "{\"type\":\"thread.started\",\"thread_id\":\"t-$round\"}"
		echo x >>src/a.txt
		[ "$round" != 0 ] || exec sleep 3600
		echo '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":0,"output_tokens":10}}'
	A
	one_task
	expect_status 0 wtorch run -y
	diff -u - "$top/starts" <<-'E'
		0 exec --json -s workspace-write -
		1 exec --json -s workspace-write resume t-0 -
		1 exec --json -s workspace-write -
	E
	# It knows nothing: its whole task is told again, and what was wrong.
	grep -q 'First task' "$top/stdin-3-th" || fail 'it was not told its task'
	grep -q 'stalled: no output' "$top/stdin-3-th" || fail 'it was not told why'
	expect_status 0 wtorch report --json
	expect_in out '"attempts": 1,' '"rounds": 1,' '"input": 100,'
	expect_nobody
}

test_an_isolated_opencode_is_set_up_once_in_its_home() {
	make_repo repo
	cd repo
	talking_agent opencode <<-'A'
		echo "$* $HOME" | sed "s,$top/.*/home$,HOME," >>"$top/starts"
		[ "$1" != session ] || exit 0
		echo x >>src/a.txt
		echo '{"type":"step_start","sessionID":"s-1"}'
		[ "$round" != 0 ] || exec sleep 3600
		echo '{"type":"step_finish","sessionID":"s-1","part":{"reason":"stop","tokens":{"input":1,"output":1}}}'
	A
	echo 'isolate = yes' >>"$HOME/.config/wtorch/config.ini"
	one_task
	expect_status 0 wtorch run -y
	diff -u - "$top/starts" <<-'E'
		session list HOME
		run --format json HOME
		run --format json -s s-1 HOME
	E
	expect_nobody
}

test_one_that_refuses_for_another_reason_costs_its_attempt() {
	make_repo repo
	cd repo
	talking_agent gemini <<-'A'
		echo "$round $*" >>"$top/starts"
		case " $* " in *' --resume '*) exit 1 ;; esac # it would be 42
		echo '{"type":"init","session_id":"g-1"}'
		exec sleep 3600
	A
	one_task
	expect_status 1 wtorch -c run.retries=0 run -y
	[ "$(wc -l <"$top/starts")" = 2 ] || fail "$(cat "$top/starts")"
	expect_in out 'agent ended with status 1'
}

test_an_agent_that_wants_a_terminal_is_told_as_such() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		[ "$WTORCH_TASK" = 1 ] || { echo 'all is well: not a tty' && echo x >b.txt && exit 0; }
		echo 'Error: Raw mode is not supported on the current process.stdin'
		exit 1
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First 📝 Planned

		## PRIORITY 2: Second 📝 Planned
	R
	commit 'roadmap'
	expect_status 1 wtorch -c run.retries=0 run -y
	expect_status 0 wtorch why 1
	tr -s ' \n' ' ' <"$top/out" >"$top/line"
	grep -qF 'agent ended with status 1; it needs a terminal, and has none: give the command in [agent bot] its flag to work without a person' "$top/line" ||
		fail "$(cat "$top/line")"
	expect_status 0 wtorch report
	expect_in out '1 merged'
}

test_tasks_that_fail_alike_are_told_as_one() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo "installing for $WTORCH_TASK"
		echo "npm ERR! code E404 after $WTORCH_TASK seconds in $PWD" >&2
		exit 1
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First 📝 Planned

		## PRIORITY 2: Second 📝 Planned
	R
	commit 'roadmap'
	expect_status 1 wtorch -c run.retries=0 run -y
	expect_status 0 wtorch report
	expect_in out ' 2 tasks: npm ERR! code E404 after 1 seconds in'
	expect_status 0 wtorch status
	expect_in out ' 2 tasks: npm ERR! code E404 after 1 seconds in'
	expect_status 0 wtorch report --json
	expect_in out '"causes": [' '"cause": "npm ERR! code E404 after 1 seconds'
}

run_tests "$@"
