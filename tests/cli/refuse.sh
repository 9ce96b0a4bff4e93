# SPDX-License-Identifier: MIT
# Bad surroundings, configuration and arguments: each is refused with what can be done about it,
# the right exit status, and nothing left behind.
. "$(dirname "$0")/lib.sh"

repo_with_one_task() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo "by $WTORCH_TASK" >>src/a.txt
	A
	one_task
}

every_command='plan|run -y|status|why 1|logs|diff 1|stop|resume|retry 1|merge 1|clean -y|report|history|init'

test_outside_of_a_repository_every_command_says_so() {
	mkdir empty
	cd empty
	IFS='|'
	for command in $every_command; do
		IFS=' '
		expect_status 6 wtorch $command
		compare out </dev/null
		expect_err <<-'E'
			wtorch: error: 'DIR/work/empty' is not in a git repository
			hint: git init, or use -C with the folder of a repository
		E
	done
	expect_status 6 wtorch doctor
	[ -z "$(ls -A)" ] || fail "it made $(ls -A)"
}

test_a_bare_repository_has_no_checkout() {
	git init -q --bare bare
	cd bare
	ls -A >"$top/before"
	for command in plan 'run -y' status 'clean -y' init; do
		expect_status 6 wtorch $command
		expect_in err 'is a bare repository: there is no checkout' 'hint: git worktree add'
	done
	ls -A | diff "$top/before" -
}

test_a_worktree_of_a_bare_repository_is_a_checkout() {
	repo_with_one_task
	git clone -q --bare . ../bare
	git -C ../bare worktree add -q ../checkout main
	cd ../checkout
	expect_status 0 wtorch run -y
	grep -q 'by 1' src/a.txt || fail 'the checkout does not follow'
}

test_a_branch_without_commits_is_no_base() {
	git init -q unborn
	cd unborn
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task
	R
	for command in plan 'run -y'; do
		expect_untouched 6 wtorch $command
		expect_err <<-'E'
			wtorch: error: 'main' has no commit yet
			hint: git commit --allow-empty -m 'first commit'
		E
	done
}

test_a_detached_head_needs_a_base() {
	repo_with_one_task
	git checkout -q --detach
	for command in plan 'run -y' 'run -y --base='; do
		expect_untouched 6 wtorch $command
		expect_err <<-'E'
			wtorch: error: HEAD is detached: which branch should tasks merge into?
			hint: wtorch run --base BRANCH
		E
	done
	expect_status 0 wtorch run -y --base main
	git log --format=%s -1 main | grep -qx 'Merge task 1: First task'
	[ "$(git rev-parse HEAD)" != "$(git rev-parse main)" ] || fail 'HEAD was moved'
}

test_a_base_that_does_not_exist_is_named() {
	repo_with_one_task
	for base in nosuch -x ../x HEAD refs/heads/main 'main~1' '$(id)'; do
		expect_untouched 6 wtorch run -y --base "$base"
		expect_in err "there is no branch '$base' to work on" 'hint: git branch --list'
	done
}

# What "git version" says instead.
fake_git() {
	mkdir -p "$top/fake"
	cat >"$top/fake/git" <<-G
		#!/bin/sh
		for word; do
			[ "\$word" = version ] && { $1; exit; }
		done
		exec $real_git "\$@"
	G
	chmod +x "$top/fake/git"
}

test_git_has_to_be_there_and_new_enough() {
	repo_with_one_task
	path=$PATH
	real_git=$(command -v git)
	fake_git 'echo git version 2.38.9'
	PATH=$top/fake:$path
	expect_untouched 6 wtorch run -y
	expect_err <<-'E'
		wtorch: error: git 2.38.9 is too old: wtorch needs 2.39
		hint: install git 2.39 or newer
	E
	expect_status 6 wtorch doctor
	expect_in out 'git 2.38.9 is too old'
	for answer in 'echo garbage' 'echo' 'exit 3' 'kill -9 $$'; do
		fake_git "$answer"
		expect_untouched 6 wtorch run -y
		expect_in err 'git' 'hint: install git 2.39 or newer'
	done
	if [ -n "$under_valgrind" ]; then
		echo '  a git without interpreter is not tried under valgrind: posix_spawn cannot tell'
	else
		printf '#!/nonexistent/sh\n' >"$top/fake/git"
		expect_status 6 wtorch run -y
		expect_in err 'its interpreter is missing' 'hint: install git'
	fi
	rm "$top/fake/git"
	PATH=$top/fake
	run wtorch run -y
	PATH=$path
	[ "$status" = 6 ] || fail "exit status $status without git"
	expect_err <<-'E'
		wtorch: error: git is not installed
		hint: install git 2.39 or newer
	E
}

test_who_commits_has_to_be_known() {
	repo_with_one_task
	git config --global --unset user.name
	git config --global --unset user.email
	git config --global user.useConfigOnly true
	expect_untouched 6 wtorch run -y
	expect_in err 'git does not know who you are' 'hint: git config --global user.name'
}

test_an_agent_has_to_be_there_before_anything_is_made() {
	repo_with_one_task
	: >"$top/plain"
	for program in /nonexistent/x ./none nosuchprogram "$top/plain" "$top"; do
		expect_untouched 6 wtorch -c "agent.bot.command=$program" run -y
		expect_in err "agent 'bot' cannot be started" "$(echo "$program" | scrub)" \
			'hint: wtorch doctor'
	done
	expect_untouched 5 wtorch -c agent.bot.command= run -y
	expect_in err '[agent bot] has no command'
	expect_untouched 2 wtorch run -y --agent nosuch
	expect_untouched 5 wtorch -c agent.two.command=true run -y
	expect_in err 'there are 2 agents' '--agent bot'
}

test_a_prompt_template_has_to_be_usable_before_anything_is_made() {
	repo_with_one_task
	expect_untouched 5 wtorch -c agent.bot.prompt=nosuch.md run -y
	expect_in err "cannot use the prompt template 'nosuch.md'" 'hint: mend'
	echo '{nosuch}' >prompt.md
	expect_untouched 5 wtorch -c agent.bot.prompt=prompt.md run -y
	expect_in err "unknown word '{nosuch}'"
	expect_status 6 wtorch -c agent.bot.prompt=prompt.md doctor
	mkfifo pipe.md
	expect_untouched 5 wtorch -c agent.bot.prompt=pipe.md run -y
}

test_a_branch_in_the_way_is_refused_with_the_rename() {
	repo_with_one_task
	git branch wtorch
	expect_untouched 5 wtorch run -y
	expect_err <<-'E'
		wtorch: error: a branch 'wtorch' is in the way of 'wtorch/1-first-task': git branch -m wtorch wtorch-old
	E
	expect_status 6 wtorch doctor
	git branch -m wtorch wtorch-old
	expect_status 0 wtorch run -y
}

test_names_that_are_taken_get_a_number() {
	repo_with_one_task
	git branch wtorch/1-first-task
	mkdir ../repo-wt1
	echo mine >../repo-wt1/file
	expect_status 0 wtorch run -y
	expect_in err 'repo-wt1-2'
	[ "$(cat ../repo-wt1/file)" = mine ] || fail 'the folder in the way was changed'
	[ "$(git rev-parse wtorch/1-first-task)" = "$(git rev-parse main^)" ] ||
		fail 'the branch in the way was moved'
	git rev-parse -q --verify wtorch/1-first-task-2 >/dev/null
}

# A person deletes the folder of an old worktree: git still has it registered.
test_a_worktree_that_was_deleted_by_hand_is_not_in_the_way() {
	repo_with_one_task
	expect_status 0 wtorch run -y
	rm -r ../repo-wt1
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
	R
	commit 'once more'
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
}

test_places_for_worktrees_are_checked() {
	repo_with_one_task
	while IFS='|' read -r path why; do
		expect_untouched 5 wtorch -c "worktree.path=$path" run -y
		expect_in err '-c: error: worktree.path' "$why"
	done <<-'E'
		.|is the repository itself
		../repo|is the repository itself
		..|holds the repository itself
		/|holds the repository itself
		.git|inside git's own folder
		.git/x{id}|inside git's own folder
		../repo/.git/wtorch/{id}|inside git's own folder
		~/wt{id}|only a shell would replace
		../{nosuch}|unknown word '{nosuch}'
	E
}

test_a_place_that_cannot_be_made_is_said_at_the_end() {
	repo_with_one_task
	expect_status 6 wtorch -c worktree.path=/dev/null/x run -y
	expect_in err 'no instance could be started' '/dev/null/x' 'hint: wtorch doctor'
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
	[ "$(git branch --list | wc -l)" = 1 ] || fail 'a branch is left'
}

test_names_for_branches_are_checked() {
	repo_with_one_task
	for name in HEAD a..b -x /x x.lock 'a b' @ 'x~1' 'a//b' 'x/' 'a/.b' '*'; do
		expect_untouched 5 wtorch -c "worktree.branch=$name" run -y
		expect_in err "worktree.branch gives '$name', which is no name for a branch"
	done
	expect_untouched 5 wtorch -c 'worktree.branch=main/{id}' run -y
	expect_in err "a branch 'main' is in the way of 'main/1'"
}

test_every_kind_of_configuration_error_names_its_line() {
	repo_with_one_task
	git rm -q --cached ROADMAP.md
	while IFS='|' read -r text why; do
		printf "$text" >.wtorch.ini
		expect_untouched 5 wtorch run -y
		expect_in err '.wtorch.ini:' "$why" 'the configuration has 1 error'
	done <<-'E'
		[run]\njobz = 3\n|:2:1: error: unknown key 'jobz' in [run]; did you mean 'jobs'?
		[run]\njobs = many\n|:2:1: error: run.jobs must be a number
		[run]\njobs = 0\n|:2:1: error: run.jobs must be a number from 1 to 256
		[run]\njobs = 2\njobs = 3\n|:3:1: error: run.jobs is set twice
		[nosuch]\n|:1:1: error: unknown section 'nosuch'
		jobs = 3\n|:1:1: error: a key before the first [section]
		[run\njobs = 3\n|:1:1: error: a section ends with ']'
		[run]\njobs\n|:2:1: error: neither [section] nor key = value
		[agent]\ncommand = x\n|:1:1: error: section [agent] needs a name
		[agent ../x]\ncommand = x\n|:1:1: error: bad name '../x'
		[merge]\nstyle = octopus\n|:2:1: error: merge.style must be one of
		[run]\nagent = $(id)\n|:2:1: error: run.agent: there is no section [agent $(id)]
		[worktree]\nmax_file = 9999999999999999G\n|:2:1: error: worktree.max_file must be a size
		[worktree]\npath = {nosuch}\n|:2:1: error: worktree.path: unknown word '{nosuch}'
		\377\376[run]\n|:1:1: error: not valid UTF-8
		[run]\nbase = a\000b\n|:2:
	E
}

test_a_configuration_that_cannot_be_read_is_an_error() {
	repo_with_one_task
	mkdir .wtorch.ini
	expect_untouched 5 wtorch plan
	rmdir .wtorch.ini
	mkfifo .wtorch.ini
	expect_untouched 5 wtorch plan
	rm .wtorch.ini
	ln -s /dev/zero .wtorch.ini
	expect_untouched 5 wtorch plan
	rm .wtorch.ini
	head -c 2000000 /dev/zero >.wtorch.ini
	expect_untouched 5 wtorch plan
	expect_in err 'larger than the limit'
	rm .wtorch.ini
	expect_untouched 5 wtorch --config nosuch.ini plan
	for pair in nokey =x run.jobs=x run.nosuch=1 nosuch.key=1 '=' '.=1'; do
		expect_untouched 5 wtorch -c "$pair" plan
		expect_in err '-c: error: '
	done
	export WTORCH_RUN_JOBS=x
	expect_untouched 5 wtorch plan
	expect_in err 'WTORCH_RUN_JOBS: error: run.jobs must be a number'
}

test_wrong_usage_is_refused_with_the_page_to_read() {
	repo_with_one_task
	while read -r line; do
		eval "expect_untouched 2 wtorch $line"
		compare out </dev/null
		expect_in err 'wtorch: error: ' 'hint: wtorch '
	done <<-'E'
		nosuch
		serve
		-x plan
		plan --nosuch
		plan -Z
		plan --jobs
		run -y -j 0
		run -y -j 99999
		run -y -j abc
		run -y -j 99999999999999999999
		run -y --max-tasks -1
		run -y --max-tasks 0
		run -y -k -1
		run -y -l x
		run -y --retries -1
		run -y --timeout never
		run -y --mode nosuch
		-C
		--color mauve plan
		report --format nosuch
		report x/y
		resume ../x
		why
		why 1 2
		init extra
		help nosuch
		completion nosuch
	E
}

test_tasks_that_do_not_exist_cannot_be_selected() {
	repo_with_one_task
	for word in 99 5-9 9-5 1- nosuch nosuch.md '' '-1' '1;id'; do
		expect_untouched 5 wtorch run -y -- "$word"
		expect_in err 'wtorch: error: ' "'$word'"
	done
	expect_untouched 5 wtorch plan 99
	compare out </dev/null
	expect_untouched 0 wtorch plan 0-99999999999
}

test_a_folder_that_is_none_is_refused() {
	repo_with_one_task
	expect_untouched 6 wtorch -C /nonexistent plan
	expect_untouched 6 wtorch -C ROADMAP.md plan
	expect_status 0 wtorch -C src plan
	expect_status 0 wtorch -C .. -C repo plan
	mkdir gone
	cd gone
	rmdir "$PWD"
	expect_status 6 wtorch plan
	expect_in err 'the working directory does not exist'
}

test_the_current_folder_and_names_of_repositories_do_not_matter() {
	for odd in 'my repo' "it's" 'q"uote' 'ünï→日本' '100%s%n' '-dash' '$(touch pwned)' 'a;b' \
		'{id}' '*'; do
		make_repo "./$odd"
		mkdir -p "$HOME/.config/wtorch"
		(
			cd "./$odd"
			make_agent bot <<-'A'
				cat >/dev/null
				echo "by $WTORCH_TASK" >>src/a.txt
			A
			one_task
			cd src
			expect_status 0 wtorch run -y
			grep -q 'by 1' a.txt || fail "'$odd' does not follow"
			[ -z "$(git status --porcelain)" ] || fail "'$odd' is not clean"
			expect_status 0 wtorch clean -y
		)
		rm "$HOME/.config/wtorch/config.ini"
		[ "$(ls -A | wc -l)" = 1 ] || fail "more than '$odd' is left: $(ls -A)"
		rm -r "./$odd"
	done
}

test_names_with_control_characters_are_refused() {
	make_repo 'new
line'
	cd 'new
line'
	make_agent bot </dev/null
	one_task
	expect_untouched 5 wtorch run -y
	expect_in err 'which has a control character'
}

test_git_variables_of_the_caller_have_no_say() {
	repo_with_one_task
	run env GIT_DIR=/nonexistent GIT_WORK_TREE=/nonexistent GIT_INDEX_FILE=/nonexistent \
		"$WTORCH" run -y
	[ "$status" = 0 ] || fail "exit status $status: $(cat "$top/err")"
	grep -q 'by 1' src/a.txt
}

run_tests "$@"
