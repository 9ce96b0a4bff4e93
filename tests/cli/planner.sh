# SPDX-License-Identifier: MIT
# What a plan knows of files: the planner command, names in the text, the history.
. "$(dirname "$0")/lib.sh"

# make_planner: the rest of the script is standard input; each call is counted in $top/asked.
make_planner() {
	{
		printf '#!/bin/sh\necho asked >>"%s/asked"\n' "$top"
		cat
	} >"$top/planner"
	chmod +x "$top/planner"
	git config --global user.name 'Test User'
	mkdir -p "$HOME/.config/wtorch"
	printf '[plan]\nplanner = "%s"\n' "$top/planner" >>"$HOME/.config/wtorch/config.ini"
}
count_asked() { cat "$top/asked" 2>/dev/null | wc -l; }

make_three() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo changed >>"new-$WTORCH_TASK.txt"
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: `src/a.txt`

		## PRIORITY 2: Second task 📝 Planned

		## PRIORITY 3: Third task 📝 Planned
	R
	commit 'roadmap'
}

test_a_plan_asks_only_when_told() {
	make_three
	make_planner <<-'P'
		cat >question
		echo '{"tasks":[{"id":"2","files":["src/a.txt"],"estimate_s":3600},{"id":"3","depends_on":["1"],"reason":"it builds on it"}]}'
	P
	expect_status 0 wtorch plan
	[ "$(count_asked)" -eq 0 ]
	expect_in out 'files unknown'
	expect_status 0 wtorch run -n
	[ "$(count_asked)" -eq 0 ]
	expect_status 0 wtorch plan --planner --json
	[ "$(count_asked)" -eq 1 ]
	[ "$(jq -c '.tasks[1].files' "$top/out")" = '[{"path":"src/a.txt","from":"planner"}]' ]
	[ "$(jq -c '.dependencies' "$top/out")" = '{"3":["1"]}' ]
	[ "$(jq -c '.conflicts[] | [.tasks, .certainty, .policy]' "$top/out")" = '[["1","2"],"planner","serialise"]' ]
	[ "$(jq -c '[.tasks[].id]' question)" = '["1","2","3"]' ]
	expect_in err "the planner says that '3' needs '1': it builds on it"
	expect_status 0 wtorch plan --planner --explain 2
	expect_in out '(by the planner command)' 'src/a.txt (planner)'
	expect_status 0 wtorch plan --planner --explain 3
	expect_in out '(the planner says so)'
	expect_status 0 wtorch -v plan --planner
	expect_in out '1 by the planner, 2 unknown'
}

test_a_repository_cannot_make_a_plan_run_anything() {
	make_three
	write .wtorch.ini <<-I
		[plan]
		planner = touch $top/ran
	I
	commit 'a planner of the project'
	run wtorch plan
	run wtorch plan --planner
	[ "$status" -eq 2 ]
	expect_in err 'there is no plan.planner in your configuration'
	run wtorch run -y
	[ ! -e "$top/ran" ]
	expect_in err 'plan.planner'
}

test_the_same_question_is_asked_once() {
	make_three
	make_planner <<-'P'
		cat >/dev/null
		echo '{"tasks":[{"id":"2","files":["src/a.txt"]}]}'
	P
	run wtorch run -y --no-merge
	[ "$(count_asked)" -eq 1 ]
	expect_status 0 wtorch plan --planner
	expect_status 0 wtorch plan --planner
	[ "$(count_asked)" -eq 2 ]
	sed -i s/Third/Other/ ROADMAP.md
	expect_status 0 wtorch plan --planner
	[ "$(count_asked)" -eq 3 ]
	ls .git/wtorch/cache | grep -q planner.json
	expect_status 0 wtorch clean -n
	ls .git/wtorch/cache | grep -q planner.json
	run wtorch clean -y
	[ ! -e .git/wtorch/cache ]
}

test_a_planner_that_fails_is_said_and_done_without() {
	make_three
	make_planner <<-'P'
		case $(cat "$0.how") in
		status) echo 'no such model' >&2; exit 3 ;;
		text) echo 'Sure! Here is the plan: {"tasks":[]}' ;;
		hang) sleep 600 ;;
		flood) yes ;;
		shape) echo '[]' ;;
		esac
	P
	for how in status text hang flood shape; do
		echo $how >"$top/planner.how"
		expect_status 0 wtorch -c plan.planner_timeout=1s plan --planner
		expect_in err 'warning: the planner could not be asked, and the plan does without: '
		expect_in out 'First task'
	done
	echo status >"$top/planner.how"
	expect_status 0 wtorch plan --planner
	expect_in err 'it ended with status 3: no such model'
}

test_files_that_changed_together_are_shown_and_hold_nothing_up() {
	make_three
	for i in 1 2 3; do
		echo $i >>src/a.txt
		echo $i >>src/b.txt
		commit "change $i"
	done
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: `src/a.txt`

		## PRIORITY 2: Second task 📝 Planned

		**Files**: `src/b.txt`
	R
	expect_status 0 wtorch plan --check
	expect_in err 'hint: 1 and 2 may meet in src/a.txt and 1 more (known from history), and go together all the same'
	expect_status 1 wtorch -c plan.on_history=serialise plan --check
	expect_status 0 wtorch -c plan.history=0 plan
	expect_not_in err 'may meet'
	[ ! -e .git/wtorch ]
}

test_a_run_asks_the_person_what_the_configuration_leaves_open() {
	command -v script >/dev/null || skip 'script is not installed'
	script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip 'there are no pseudo-terminals here'
	make_three
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: `src/a.txt`

		## PRIORITY 2: Second task 📝 Planned

		Change src/a.txt.
	R
	commit 'roadmap'
	for answer in y n; do
		printf '%s\nn\n' $answer | script -qec "'$WTORCH' -c plan.on_text=ask run" /dev/null | tr -d '\r' >"$top/out"
		ran="wtorch run ($answer)"
		expect_in out '1 set of tasks meets in files known from text: run together all the same? [y/N]' 'Run this? [y/N]'
		[ $answer = y ] || expect_in out 'shares src/a.txt with 1'
		[ $answer = n ] || expect_not_in out 'shares src/a.txt with 1'
	done
	[ ! -e .git/wtorch/runs ]
}

test_names_in_the_text_are_looked_up() {
	ctags --list-features 2>/dev/null | grep -q '^interactive' || skip 'there is no universal-ctags'
	make_three
	mkdir code
	printf 'int parse_line(void)\n{\n\treturn 1;\n}\n' >code/parse.c
	printf 'int main(void)\n{\n\treturn parse_line();\n}\n' >code/main.c
	write ROADMAP.md <<-'R'
		## PRIORITY 1: Make parse_line faster 📝 Planned

		## PRIORITY 2: Second task 📝 Planned

		**Files**: `code/main.c`

		## PRIORITY 3: Third task 📝 Planned

		**Files**: `code/parse.c`
	R
	commit 'code'
	expect_status 0 wtorch plan --json
	[ "$(jq -c '.tasks[0].files' "$top/out")" = '[{"path":"code/parse.c","from":"symbol"}]' ]
	[ "$(jq -c '.conflicts[] | [.tasks, .certainty]' "$top/out")" = '[["1","3"],"symbol"]' ]
	expect_in err "2 may depend on 1: code/main.c uses 'parse_line', which 1 speaks of"
	expect_status 0 wtorch -c plan.symbols=no plan --json
	[ "$(jq -c '.unknown' "$top/out")" = '["1"]' ]
}

run_tests "$@"
