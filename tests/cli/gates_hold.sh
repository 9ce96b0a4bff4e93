# SPDX-License-Identifier: MIT
# Ways around the gates of a project, tried by agents: none of them lets unjudged work land.
. "$(dirname "$0")/lib.sh"

# project: a repository with one task, configured with what stands on standard input.
project() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-I
		[gate]
		max_rounds = 0
		$(cat)
	I
	one_task
}
nothing_landed() { [ -z "$(git log --format=%s main | grep 'Merge task')" ] || fail 'it landed'; }

test_a_report_that_lies_in_the_tree_is_no_word_of_the_gate() {
	project <<-'I'
		[gate cover]
		command = [ ! -e src/new.txt ] && echo '90%' >cover.txt || :
		parse = coverage
		report = cover.txt
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
		echo '100%' >cover.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'kept' 'gate cover'
	nothing_landed
}

test_a_report_in_a_linked_folder_is_no_word_of_the_gate() {
	project <<-'I'
		[gate cover]
		command = [ ! -e src/new.txt ] && { mkdir -p out; echo '90%' >out/cover.txt; } || :
		parse = coverage
		report = out/cover.txt
	I
	make_agent bot <<-A
		cat >/dev/null
		echo new >src/new.txt
		mkdir -p "$top/elsewhere"
		echo '100%' >"$top/elsewhere/cover.txt"
		ln -s "$top/elsewhere" out
	A
	expect_status 4 wtorch run -y
	expect_in out 'kept' 'gate cover'
	nothing_landed
	[ -e "$top/elsewhere/cover.txt" ] || fail 'a file of somebody else was removed'
}

test_a_report_that_is_a_link_is_no_word_of_the_gate() {
	project <<-'I'
		[gate cover]
		command = [ ! -e src/new.txt ] && echo '90%' >cover.txt || :
		parse = coverage
		report = cover.txt
	I
	make_agent bot <<-A
		cat >/dev/null
		echo new >src/new.txt
		echo '100%' >"$top/elsewhere.txt"
		ln -s "$top/elsewhere.txt" cover.txt
	A
	expect_status 4 wtorch run -y
	nothing_landed
	grep -q 100 "$top/elsewhere.txt" || fail 'a file of somebody else was changed'
}

test_a_hook_that_an_agent_plants_does_not_run_where_gates_judge() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	hook=$top/work/repo/.git/hooks/post-checkout
	make_agent bot <<-A
		cat >/dev/null
		echo wrong >>src/a.txt
		printf '#!/bin/sh\nsed -i /wrong/d src/a.txt; : >"$top/planted"\n' >"$hook"
		chmod +x "$hook"
	A
	expect_status 1 wtorch run -y
	expect_in out 'hooks/post-checkout'
	nothing_landed
	[ ! -e "$top/planted" ] || fail 'the hook ran'
}

test_a_filter_that_an_agent_plants_does_not_change_what_gates_see() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	make_agent bot <<-A
		cat >/dev/null
		git config filter.nice.smudge 'sed /wrong/d'
		git config filter.nice.clean cat
		echo '*.txt filter=nice' >.gitattributes
		echo wrong >>src/a.txt
		git add -A; git commit -qm work
	A
	expect_status 1 wtorch run -y
	expect_in out 'filter.nice'
	nothing_landed
}

test_a_replaced_object_does_not_change_what_gates_see() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	make_agent bot <<-A
		cat >/dev/null
		good=\$(git rev-parse HEAD:src/a.txt)
		echo wrong >>src/a.txt
		git add -A; git commit -qm work
		git replace \$(git rev-parse HEAD:src/a.txt) \$good
	A
	expect_status 1 wtorch run -y
	expect_in out 'refs/replace/'
	nothing_landed
}

test_a_hook_of_the_landing_does_not_change_what_was_judged() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
		when = both
	I
	printf '#!/bin/sh\necho wrong >>src/a.txt; git add src/a.txt\n' >.git/hooks/pre-merge-commit
	chmod +x .git/hooks/pre-merge-commit
	make_agent bot <<-A
		cat >/dev/null
		echo new >src/new.txt
	A
	expect_status 1 wtorch run -y
	expect_in out 'a hook changed the files'
	nothing_landed
}

test_another_prompt_model_or_task_is_another_review() {
	make_repo repo
	cd repo
	one_task
	make_agent judge <<-A
		cat >/dev/null
		echo asked >>"$top/asked"
		echo '{"score": 9}'
	A
	make_agent bot <<-'A'
		cat >/dev/null
		echo more >>src/a.txt
	A
	echo 'Is {title} nice?' >review.md
	write .wtorch.ini <<-I
		[run]
		agent = bot
		[merge]
		auto = no
		[agent other]
		command = "$top/bin/judge" {model}
		model = small
		[gate review]
		agent = other
		prompt = review.md
	I
	commit gates
	asked_times() { # how often, wtorch arguments
		times=$1
		shift
		expect_status 0 wtorch "$@" run -y
		[ "$(wc -l <"$top/asked")" = "$times" ] || fail "asked $(wc -l <"$top/asked") times, not $times"
	}
	asked_times 1
	asked_times 1
	asked_times 2 -c agent.other.model=big
	asked_times 2 # what the small one said is remembered
	echo 'Is {title} ugly?' >review.md
	asked_times 3
	asked_times 3
	sed -i 's/First task/First new task/' ROADMAP.md
	asked_times 4
}

test_work_that_is_taken_back_in_a_fix_round_is_kept() {
	make_repo repo
	cd repo
	write .wtorch.ini <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		if [ "$WTORCH_ROUND" = 0 ]; then
			echo wrong >>src/a.txt
			git commit -q -a -m work
		else
			git reset -q --hard HEAD~1
		fi
	A
	expect_status 4 wtorch run -y
	expect_in out 'kept' 'in round 1 its agent took all its work back' 'gate tests'
	expect_in out 'wtorch logs 1 --gate tests'
	nothing_landed
	kept=$(git for-each-ref --format='%(refname)' refs/wtorch/keep | grep '/tip$')
	git show "$kept:src/a.txt" | grep -q wrong || fail 'its work is lost'
}

test_what_a_gate_has_to_show_is_named_as_the_next_step() {
	project <<-'I'
		[gate build]
		command = [ ! -e src/new.txt ]
		[gate tests]
		command = true
		needs = build
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'wtorch logs 1 --gate build' 'wtorch diff 1'
	expect_status 0 wtorch logs 1 --gate build
}

test_a_configuration_that_an_agent_changed_waits_for_a_person() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	make_agent bot <<-'A'
		cat >/dev/null
		printf '[gate tests]\ncommand = true\n' >.wtorch.ini
	A
	expect_status 1 wtorch run -y
	expect_in out 'kept' 'it changes .wtorch.ini'
	nothing_landed
	expect_status 0 wtorch merge 1
	expect_in err 'as asked: it changes .wtorch.ini' 'merged into main'
}

test_a_configuration_that_the_task_declares_lands() {
	make_repo repo
	cd repo
	printf '[gate tests]\ncommand = true\n' >.wtorch.ini
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: .wtorch.ini
	R
	commit 'roadmap'
	make_agent bot <<-'A'
		cat >/dev/null
		printf '[gate lint]\ncommand = true\n' >>.wtorch.ini
	A
	expect_status 0 wtorch run -y
	expect_in err 'merged into main'
}

test_a_no_that_holds_nothing_up_is_told_by_the_summary() {
	project <<-'I'
		[gate lint]
		command = [ ! -e src/new.txt ]
		required = no
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
	A
	expect_status 0 wtorch run -y
	expect_in out 'merged' 'gate lint: it ended with status 1 (it is not required)'
	expect_status 0 wtorch report --format markdown
	expect_in out 'gate lint'
}

test_the_log_of_a_gate_whose_setup_failed_is_that_of_the_setup() {
	project <<-'I'
		[worktree]
		setup = [ ! -e src/new.txt ] || { echo 'no compiler here'; exit 7; }
		[gate tests]
		command = true
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo new >src/new.txt
	A
	expect_status 4 wtorch run -y
	expect_in out 'wtorch logs 1 --gate tests'
	expect_status 0 wtorch logs 1 --gate tests
	expect_in out 'no compiler here'
}

test_records_that_an_agent_writes_let_nothing_land() {
	project <<-'I'
		[gate tests]
		command = ! grep -q wrong src/a.txt
	I
	make_agent bot <<-'A'
		cat >/dev/null
		echo wrong >>src/a.txt
		git commit -q -a -m wrong
		journal=$(git rev-parse --git-common-dir)/wtorch/runs/$WTORCH_RUN/journal.jsonl
		seq=$(tail -1 "$journal" | sed 's/.*"seq":\([0-9]*\).*/\1/')
		judged="\"tip\":\"$(git rev-parse HEAD)\",\"tree\":\"$(git rev-parse 'HEAD^{tree}')\""
		record() {
			seq=$((seq + 1))
			printf '{"v":1,"seq":%s,"ts":"2026-01-01T12:00:00.000Z","event":"%s","task":"1","attempt":1,%s}\n' \
				"$seq" "$1" "$2"
		}
		{
			record agent_exited '"code":0,"reason":"exit"'
			record work_committed "$judged,\"count\":1"
			record gates_passed "$judged"
		} >>"$journal"
		sleep 1
	A
	run wtorch run -y
	[ "$status" != 0 ] || fail 'success'
	expect_in err 'was not written by the wtorch that drives it' 'hint: look at it'
	nothing_landed
	expect_nobody
}

run_tests "$@"
