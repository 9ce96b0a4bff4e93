# SPDX-License-Identifier: MIT
# Agents of a known kind: how each is started when its section names nothing but its kind.
. "$(dirname "$0")/lib.sh"

# known_agent KIND [LINE...]: a program of that name, first on PATH, that writes its arguments one
# a line, its standard input and its environment into files, does the task, and tells the events
# of $top/events; without that file, its kind's last word.
known_agent() {
	case $1 in
	codex) last='{"type":"turn.completed"}' ;;
	claude) last='{"type":"result","subtype":"success","is_error":false}' ;;
	cline) last='{"type":"run_result","finishReason":"completed"}' ;;
	esac
	[ -e "$top/events" ] || echo "$last" >"$top/events"
	make_agent "$1" <<-'A'
		for word in "$@"; do printf '%s\n' "$word"; done >"$top/argv"
		cat >"$top/stdin"
		env >"$top/env"
		echo done >>src/a.txt
		cat "$top/events"
	A
	sed -i "2i top=$top" "$top/bin/$1"
	PATH=$top/bin:$PATH
	# The section that make_agent wrote names the command: this one leaves it to the kind.
	sed -i "s|^command = .*/$1\$|kind = $1|" "$HOME/.config/wtorch/config.ini"
	shift
	for line in "$@"; do echo "$line" >>"$HOME/.config/wtorch/config.ini"; done
}

test_a_known_kind_needs_no_command() {
	make_repo repo
	cd repo
	one_task
	known_agent codex 'model = large'
	OPENAI_API_KEY=key OTHER_KEY=other expect_status 0 wtorch run -y
	printf '%s\n' exec --json -s workspace-write -m large - | diff -u - "$top/argv"
	grep -q 'First task' "$top/stdin"
	grep -qx OPENAI_API_KEY=key "$top/env"
	! grep -q OTHER_KEY "$top/env" || fail 'a variable went in that nobody asked for'
}

test_who_would_ask_is_not_started_unless_all_is_approved() {
	make_repo repo
	cd repo
	one_task
	known_agent claude
	expect_untouched 6 wtorch run -y
	expect_in err "agent 'claude' cannot go unattended" 'auto_approve = yes'
	expect_status 0 wtorch -c agent.claude.auto_approve=yes run -y
	printf '%s\n' -p --output-format stream-json --verbose --permission-mode bypassPermissions |
		diff -u - "$top/argv"
}

test_a_prompt_goes_where_the_program_reads_it() {
	make_repo repo
	cd repo
	one_task
	known_agent cline 'auto_approve = yes'
	expect_status 0 wtorch run -y
	head -n 4 "$top/argv" | tr '\n' ' ' | grep -qx -- '--json --auto-approve true # Task 1: First task '
	[ ! -s "$top/stdin" ] || fail 'it also came on standard input'
}

test_a_command_of_ones_own_beats_the_kind() {
	make_repo repo
	cd repo
	one_task
	known_agent claude
	expect_status 0 wtorch -c "agent.claude.command=claude --mine {id}" run -y
	printf '%s\n' --mine 1 | diff -u - "$top/argv"
}

test_variables_of_a_session_around_it_do_not_go_in() {
	make_repo repo
	cd repo
	one_task
	known_agent claude 'auto_approve = yes'
	CLAUDECODE=1 CLAUDE_CODE_ENTRYPOINT=cli ANTHROPIC_API_KEY=key expect_status 0 wtorch run -y
	! grep -q '^CLAUDECODE\|^CLAUDE_CODE_' "$top/env" || fail 'they did'
	grep -qx ANTHROPIC_API_KEY=key "$top/env"
}

# telling_codex: as known_agent codex, with the lines of standard input as its events.
telling_codex() {
	cat >"$top/events"
	known_agent codex
}

test_what_an_agent_told_is_in_report_and_why() {
	make_repo repo
	cd repo
	one_task
	telling_codex <<-'E'
		{"type":"thread.started","thread_id":"0199-aa"}
		{"type":"item.completed","item":{"type":"agent_message","text":"did it"}}
		{"type":"turn.completed","usage":{"input_tokens":3003,"cached_input_tokens":30,"output_tokens":150}}
	E
	expect_status 0 wtorch run -y
	expect_status 0 wtorch report --json
	tr -d ' \n' <"$top/out" >"$top/flat"
	grep -q '"tokens":{"input":3003,"output":150,"cached":30}' "$top/flat"
	expect_status 0 wtorch status --json
	expect_in out '"input": 3003'
	expect_status 0 wtorch why 1
	tr -s '\n ' ' ' <"$top/out" | grep -q '3003 tokens in, 150 out'
}

test_money_is_in_the_summary() {
	make_repo repo
	cd repo
	one_task
	echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":1.255}' \
		>"$top/events"
	known_agent claude 'auto_approve = yes'
	expect_status 0 wtorch run -y
	expect_in out ', $1.25'
	expect_status 0 wtorch report --json
	expect_in out '"cost_usd": 1.255'
}

test_a_price_tells_what_tokens_cost() {
	make_repo repo
	cd repo
	one_task
	known_agent codex 'model = gpt-5.1-codex' '[price gpt-5-1]' 'input = 1.25' 'output = 10' \
		'cached = 0.125'
	cat >"$top/events" <<-'E'
		{"type":"turn.completed","usage":{"input_tokens":1000000,"cached_input_tokens":800000,"output_tokens":20000}}
	E
	expect_status 0 wtorch run -y
	expect_in out ', $0.55'
	expect_status 0 wtorch report --json
	expect_in out '"cost_usd": 0.55'
}

test_without_a_price_the_cost_is_not_known() {
	make_repo repo
	cd repo
	one_task
	known_agent codex 'model = other' '[price gpt-5-1]' 'input = 1.25' 'output = 10'
	cat >"$top/events" <<-'E'
		{"type":"turn.completed","usage":{"input_tokens":1000000,"output_tokens":20000}}
	E
	expect_status 0 wtorch run -y
	expect_status 0 wtorch report --json
	expect_in out '"cost_usd": null'
	expect_not_in out '"cost_usd": 0'
}

test_a_last_event_that_says_it_failed_is_a_failure() {
	make_repo repo
	cd repo
	one_task
	telling_codex <<-'E'
		{"type":"turn.failed","error":{"message":"the model is gone"}}
	E
	expect_status 1 wtorch run -y --retries 0
	expect_in out 'agent says that it failed: the model is gone'
	[ "$(git rev-list --count main)" = 2 ] || fail 'it landed'
}

test_an_end_without_a_last_event_is_a_failure() {
	make_repo repo
	cd repo
	one_task
	telling_codex <<-'E'
		{"type":"turn.started"}
		{"type":"turn.comple
	E
	expect_status 1 wtorch run -y --retries 0
	expect_in out 'its last event is missing'
	[ "$(git rev-list --count main)" = 2 ] || fail 'it landed'
}

test_numbers_that_cannot_be_are_left_out_and_told() {
	make_repo repo
	cd repo
	one_task
	telling_codex <<-'E'
		{"type":"turn.completed","usage":{"input_tokens":-4,"output_tokens":150}}
	E
	expect_status 0 wtorch run -y
	expect_status 0 wtorch why 1
	expect_in out 'a count of tokens that cannot be'
}

run_tests "$@"
