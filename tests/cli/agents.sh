# SPDX-License-Identifier: MIT
# Agents of a known kind: how each is started when its section names nothing but its kind.
. "$(dirname "$0")/lib.sh"

# known_agent KIND [LINE...]: a program of that name, first on PATH, that writes its arguments one
# a line, its standard input and some variables into files, and does the task.
known_agent() {
	make_agent "$1" <<-'A'
		for word in "$@"; do printf '%s\n' "$word"; done >"$top/argv"
		cat >"$top/stdin"
		env >"$top/env"
		echo done >>src/a.txt
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

run_tests "$@"
