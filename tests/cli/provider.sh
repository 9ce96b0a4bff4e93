# SPDX-License-Identifier: MIT
# Providers that do not answer: what their programs write then, and what becomes of the run.
. "$(dirname "$0")/lib.sh"

# refused_agent KIND FIRST [LINE...]: an agent called KIND that writes KIND's events. While
# $top/refuses is there it says FIRST and fails; else it does the task. $top/starts has a line for
# each start.
refused_agent() {
	case $1 in
	codex) last='{"type":"turn.completed","usage":{"input_tokens":10,"output_tokens":2}}' ;;
	claude) last='{"type":"result","subtype":"success","is_error":false,"total_cost_usd":0.25}' ;;
	esac
	printf '%s\n' "$2" >"$top/refusal"
	: >"$top/refuses"
	make_agent "$1" <<-A
		cat >/dev/null
		echo "\$WTORCH_TASK" >>"$top/starts"
		if [ -e "$top/refuses" ]; then cat "$top/refusal"; exit 1; fi
		echo done >>"src/task-\$WTORCH_TASK.txt"
		echo '$last'
	A
	printf 'events = %s\nprovider = %s\n' "$1" "$1-cloud" >>"$HOME/.config/wtorch/config.ini"
	shift 2
	for line in "$@"; do echo "$line" >>"$HOME/.config/wtorch/config.ini"; done
}

two_tasks() {
	make_repo repo
	cd repo
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: src/task-1.txt

		## PRIORITY 2: Second task 📝 Planned

		**Files**: src/task-2.txt
	R
	commit 'roadmap'
}

starts() { wc -l <"$top/starts" | tr -d ' '; }

test_a_quota_is_waited_for_and_is_no_failure() {
	two_tasks
	reset=$(($(date +%s) + 4))
	refused_agent claude \
		'{"type":"result","subtype":"success","is_error":true,"result":"Claude AI usage limit reached|'$reset'"}' \
		'[provider claude-cloud]' 'jobs = 1'
	start run -y --retries 0
	eventually grep -q 'claude-cloud: quota, again at ' "$top/started.err"
	rm "$top/refuses"
	expect_status 0 wtorch why 2
	tr -s '\n ' ' ' <"$top/out" >"$top/flat"
	grep -q 'provider claude-cloud does not answer: quota, until .* told by the agent of 1: Claude AI usage' \
		"$top/flat"
	grep -q 'now waiting: claude-cloud: quota, again at [0-9:]* UTC (' "$top/flat"
	expect_status 0 wtorch status --json
	expect_in out '"name": "claude-cloud"' '"stop": "quota"' '"state": "waiting"'
	end 0
	[ "$(date +%s)" -ge "$reset" ] || fail 'it did not wait'
	[ "$(tr '\n' ' ' <"$top/starts")" = '1 1 2 ' ] || fail "started: $(cat "$top/starts")"
	expect_in err 'claude-cloud answers again'
	expect_status 0 wtorch report --json
	expect_in out '"retries": 0' '"final_status": "success"'
}

test_too_long_a_wait_is_status_7_and_resume_goes_on() {
	two_tasks
	reset=$(($(date +%s) + 5))
	refused_agent codex \
		'{"type":"turn.failed","error":{"message":"You have hit your usage limit, resets at '"$(date -u -d "@$reset" +%Y-%m-%dT%H:%M:%SZ)"'"}}' \
		'[run]' 'provider_wait = 1s'
	expect_status 7 wtorch run -y -j 1
	expect_in err 'nothing new starts: codex-cloud: quota, again at ' 'hint: wtorch resume '
	[ "$(starts)" = 1 ] || fail "started $(starts) times"
	[ "$(git rev-list --count main)" = 2 ] || fail 'something landed'
	[ -d ../repo-wt1 ] || fail 'its worktree is gone'
	until [ "$(date +%s)" -gt "$reset" ]; do sleep 0.2; done
	rm "$top/refuses"
	expect_status 0 wtorch resume
	[ "$(tr '\n' ' ' <"$top/starts")" = '1 1 2 ' ] || fail "started: $(cat "$top/starts")"
}

test_a_reset_that_a_person_knows_better_is_not_waited_for() {
	two_tasks
	refused_agent claude \
		'{"type":"result","subtype":"success","is_error":true,"result":"Claude AI usage limit reached|'$(($(date +%s) + 90000))'"}'
	expect_status 7 wtorch run -y -j 1
	rm "$top/refuses"
	expect_status 7 wtorch resume
	[ "$(starts)" = 1 ] || fail "started $(starts) times"
	expect_status 0 wtorch resume --now
	[ "$(starts)" = 3 ] || fail "started $(starts) times"
}

test_a_login_waits_for_a_person_who_resumes() {
	two_tasks
	refused_agent claude \
		'{"type":"result","subtype":"success","is_error":true,"result":"Invalid API key · Please run /login"}'
	expect_status 7 wtorch run -y -j 1
	expect_in err 'it needs a login, then wtorch resume'
	[ "$(starts)" = 1 ] || fail "started $(starts) times"
	expect_status 7 wtorch resume
	[ "$(starts)" = 2 ] || fail "started $(starts) times"
	rm "$top/refuses"
	expect_status 0 wtorch resume
}

test_a_conversation_is_taken_up_where_it_was() {
	make_repo repo
	cd repo
	one_task
	make_agent claude <<-A
		cat >/dev/null
		echo "\$*" >>"$top/argv"
		echo '{"type":"system","subtype":"init","session_id":"s-1"}'
		echo '{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"half"}],"usage":{"input_tokens":10,"output_tokens":5}}}'
		if [ ! -e half ]; then
			echo half >half
			reset=\$((\$(date +%s) + 2))
			echo "{\\"type\\":\\"result\\",\\"subtype\\":\\"success\\",\\"is_error\\":true,\\"result\\":\\"Claude AI usage limit reached|\$reset\\"}"
			exit 1
		fi
		echo '{"type":"result","subtype":"success","is_error":false}'
	A
	PATH=$top/bin:$PATH
	sed -i "s|^command = .*/claude\$|kind = claude\nauto_approve = yes|" "$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch run -y --retries 0
	! head -n 1 "$top/argv" | grep -q resume || fail 'it took up what was not there'
	sed -n 2p "$top/argv" | grep -q -- '--resume s-1' || fail "it began anew: $(cat "$top/argv")"
	[ "$(git show main:half)" = half ] || fail 'its work of before is lost'
}

test_a_wait_survives_a_kill() {
	two_tasks
	reset=$(($(date +%s) + 6))
	refused_agent claude \
		'{"type":"result","subtype":"success","is_error":true,"result":"Claude AI usage limit reached|'$reset'"}'
	start run -y -j 1
	eventually grep -q 'claude-cloud: quota, again at ' "$top/started.err"
	kill -KILL "$runner"
	wait "$runner" 2>/dev/null || true
	rm "$top/refuses"
	expect_status 0 wtorch resume
	[ "$(date +%s)" -ge "$reset" ] || fail 'it did not wait'
	[ "$(head -n 3 "$top/starts" | tr '\n' ' ')" = '1 1 2 ' ] || fail "started: $(cat "$top/starts")"
}

test_agents_of_another_provider_go_on() {
	two_tasks
	sed -i 's|^\*\*Files\*\*: src/task-2.txt|&\n**Agent**: other|' ROADMAP.md
	commit 'another agent'
	refused_agent claude \
		'{"type":"result","subtype":"success","is_error":true,"result":"Claude AI usage limit reached|'$(($(date +%s) + 90000))'"}'
	make_agent other <<-'A'
		cat >/dev/null
		echo done >>src/task-2.txt
	A
	expect_status 7 wtorch -c run.agent=claude run -y -j 1
	expect_in out '2 Second task' 'merged'
	expect_in out 'skipped'
	expect_status 0 wtorch report --json
	expect_in out '"state": "merged"' '"state": "skipped"'
}

# The reviewer is refused once: neither a pass, a fail nor a round, and what it took is told.
test_a_review_that_is_refused_is_asked_again() {
	make_repo repo
	cd repo
	one_task
	make_agent judge <<-A
		cat >/dev/null
		echo "\$\$" >>"$top/reviews"
		echo '{"type":"system","subtype":"init","session_id":"s-1","model":"best-1"}'
		echo '{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"I look"}],"usage":{"input_tokens":1000,"output_tokens":500}}}'
		if [ "\$(wc -l <"$top/reviews")" = 1 ]; then
			echo "{\\"type\\":\\"result\\",\\"subtype\\":\\"success\\",\\"is_error\\":true,\\"result\\":\\"Claude AI usage limit reached|\$((\$(date +%s) + 3))\\"}"
			exit 1
		fi
		echo '{"type":"result","subtype":"success","is_error":false,"result":"{\\"score\\": 9, \\"findings\\": []}"}'
	A
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	printf '[agent judge]\nevents = claude\nprovider = judges\n' >>"$HOME/.config/wtorch/config.ini"
	write .wtorch.ini <<-'I'
		[run]
		agent = bot
		[gate review]
		agent = judge
		[price best]
		input = 1000
		output = 2000
	I
	commit 'gates'
	expect_status 0 wtorch run -y --retries 0
	expect_in err 'judges: quota, again at ' 'judges answers again'
	[ "$(wc -l <"$top/reviews")" = 2 ] || fail "reviewed $(wc -l <"$top/reviews") times"
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	grep '"gate_ended"' "$journal" >"$top/ended"
	sed -n 1p "$top/ended" | grep -q '"verdict":"stopped"' || fail 'it was an answer'
	sed -n 2p "$top/ended" | grep -q '"verdict":"pass"' || fail 'it did not pass'
	expect_status 0 wtorch report --json
	expect_in out '"retries": 0' '"input": 2000' '"output": 1000' '"cost_usd": 4' '"agent": "judge"' \
		'"model": "best-1"'
	expect_in out '"rounds": 0'
}

run_tests "$@"
