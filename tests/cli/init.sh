# SPDX-License-Identifier: MIT
# wtorch init: the first configuration.
. "$(dirname "$0")/lib.sh"

# only_programs NAME...: a PATH with nothing but those (empty scripts), git and what tests need.
only_programs() {
	mkdir -p "$top/path"
	for name in git sh cat sed grep diff; do
		ln -sf "$(command -v "$name")" "$top/path/$name"
	done
	for name in "$@"; do
		printf '#!/bin/sh\n' >"$top/path/$name"
		chmod +x "$top/path/$name"
	done
	only="env PATH=$top/path"
}

test_an_empty_repository_gets_an_example_and_a_warning() {
	make_repo repo
	cd repo
	only_programs
	expect_status 0 $only "$WTORCH" init
	expect_out </dev/null
	expect_err <<-'E'
		wrote .wtorch.ini: agents none; roadmap none; base main; gates proposed: none
		wtorch: warning: no agent was found on PATH: name one in [agent NAME]
		hint: wtorch doctor
	E
	write wanted <<-'E'
		; wtorch: how agents work on this repository. Commit this file. All keys are in
		; wtorch.ini(5); what is not set here has its default.

		[source]
		; Where the tasks are written.
		;roadmap = ROADMAP.md

		[run]
		; How many agents work at the same time.
		jobs = 3
		; The branch that tasks start from and land in.
		base = main

		; Agents. How to start those that are known is known too; of any other, name the
		; command. wtorch.ini(5) says what is filled into it.
		; None was found. Take the ';' away and name your own:
		;[agent mine]
		;command = my-agent --prompt-file {prompt_file}

		[worktree]
		; What makes a new worktree ready to work in.
		;setup = ./configure
		; A file with patterns of ignored files that are copied into it.
		;include = .worktreeinclude

		[merge]
		; With "no" nothing is merged until you say: wtorch merge TASK
		;auto = yes

		; Gates: what has to say yes before work may land. Without one nothing judges it.
		; No tests were found. Name your own, and take the ';' away:
		;[gate tests]
		;command = COMMAND
	E
	diff -u wanted .wtorch.ini
}

test_everything_that_is_found_is_filled_in_and_loads() {
	make_repo repo
	cd repo
	printf 'all:\n\ntest:\n\ttrue\n' >Makefile
	echo '{}' >package-lock.json
	echo '# Roadmap' | write docs/ROADMAP.md
	only_programs claude codex gemini qwen opencode cline aider
	expect_status 0 $only "$WTORCH" init
	expect_in err 'agents claude, codex, gemini, qwen, opencode, cline, aider' \
		'roadmap docs/ROADMAP.md' 'gates proposed: tests'
	for line in 'roadmap = docs/ROADMAP.md' 'agent = claude' ';setup = npm ci' ';[gate tests]' \
		';command = make test' 'kind = codex' 'auto_approve = no'; do
		grep -qxF "$line" .wtorch.ini || fail "no line '$line' in $(cat .wtorch.ini)"
	done
	run $only "$WTORCH" doctor
	compare err </dev/null
	expect_in out "agent 'claude' cannot go unattended" 'auto_approve = yes'
	sed -i 's/^auto_approve = no/auto_approve = yes/' .wtorch.ini
	run $only "$WTORCH" doctor
	for name in claude codex gemini qwen opencode cline aider; do
		expect_in out "DIR/path/$name"
	done
	awk 'length > 90 { print; bad = 1 } END { exit bad }' .wtorch.ini
}

test_all_gates_that_are_found_are_proposed_and_load_when_they_are_wanted() {
	make_repo repo
	cd repo
	printf 'check:\n\ttrue\n' >Makefile
	echo '{"scripts": {"test": "jest"}}' >package.json
	head -c 2000000 /dev/zero | tr '\0' ' ' >package-lock.json
	echo 'module example.org/a' >go.mod
	expect_status 0 wtorch init -n
	expect_in out '; Makefile
;[gate tests-make]
;command = make check

; package.json
;[gate tests-npm]
;command = npm ci && npm test

; go.mod
;[gate tests-go]
;command = go test ./...'
	expect_status 0 wtorch init
	sed -i 's/^;\(\[gate\|command = \(make\|npm\|go\) \)/\1/' .wtorch.ini
	grep -c '^\[gate' .wtorch.ini | grep -qx 3 || fail 'three gates are wanted'
	run wtorch doctor -v
	expect_not_in err '.wtorch.ini:'
	expect_in out 'npm ci && npm test'
}

test_what_is_there_stays_unless_forced() {
	make_repo repo
	cd repo
	echo '; mine' >.wtorch.ini
	expect_status 1 wtorch init
	expect_err <<-'E'
		wtorch: error: there is a .wtorch.ini already
		hint: wtorch init -n shows what it would be, wtorch init -f replaces it
	E
	[ "$(cat .wtorch.ini)" = '; mine' ] || fail 'it was overwritten'
	expect_status 0 wtorch init -n
	expect_in out '[run]'
	[ "$(cat .wtorch.ini)" = '; mine' ] || fail 'it was overwritten'
	expect_status 0 wtorch init --force
	grep -q '^\[run\]' .wtorch.ini
}

test_it_is_written_at_the_top_from_any_folder() {
	make_repo repo
	mkdir -p repo/src/deep
	cd repo/src/deep
	expect_status 0 wtorch init
	[ -f ../../.wtorch.ini ] || fail 'it is not at the top'
}

test_a_detached_head_is_no_base() {
	make_repo repo
	cd repo
	git checkout -q --detach
	expect_status 0 wtorch init
	expect_in err 'base none'
	grep -qx ';base = main' .wtorch.ini
}

test_without_a_repository_nothing_is_written() {
	expect_status 6 wtorch init
	expect_in err 'not in a git repository'
	[ -z "$(ls -A)" ] || fail "left: $(ls -A)"
}

run_tests "$@"
