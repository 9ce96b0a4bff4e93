# SPDX-License-Identifier: MIT
# Agents that do what no agent should, and texts that are not what they seem.
. "$(dirname "$0")/lib.sh"

# hostile <<'E' ... E: a repository with one task, and the agent that does it.
hostile() {
	make_repo repo
	cd repo
	make_agent bot
	one_task
}

is_kept() { # the reason
	expect_status 1 wtorch run -y
	expect_in out "kept: $1"
	[ "$(git log --format=%s -1)" = roadmap ] || fail 'main moved'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	for command in status 'why 1' report logs 'clean -y'; do
		expect_status 0 wtorch $command
	done
	expect_nobody
}

is_merged() {
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	git ls-files | grep -q agent_status && fail 'a status file was merged'
	expect_nobody
}

test_daemons_end_with_their_agent() {
	hostile <<-'A'
		cat >/dev/null
		(setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 3600; done' </dev/null >/dev/null 2>&1 &)
		(setsid sleep 3600 &)
		echo x >>src/a.txt
	A
	is_merged
}

# One that has left session and environment behind is found by descent.
test_daemons_without_their_environment_end_too() {
	hostile <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		env -i setsid sh -c "echo \$\$ >$PWD/.agent_status.json; exec sleep 3600" </dev/null >/dev/null 2>&1 &
		until [ -s .agent_status.json ]; do sleep 0.01; done
	A
	is_merged
	! kill -0 "$(cat ../repo-wt1/.agent_status.json)" 2>/dev/null || fail 'it lives'
}

test_an_agent_that_kills_its_shim_fails() {
	hostile <<-'A'
		sleep 3600 &
		kill -KILL $PPID
		sleep 3600
	A
	expect_status 1 wtorch -c run.retry_pause=0s run -y
	expect_in out 'failed: the shim that owned its agent was killed'
	[ "$(grep -c agent_started .git/wtorch/runs/*/journal.jsonl)" = 2 ] ||
		fail 'it was started more often than run.retries says'
	expect_nobody
}

# Halted, the shim can neither end its agent nor tell of its end.
test_an_agent_that_halts_its_shim_can_be_stopped() {
	hostile <<-A
		trap '' TERM
		kill -STOP \$PPID
		: >"$top/halted"
		while :; do sleep 3600; done
	A
	start -c agent.bot.grace=0s run -y
	eventually [ -e "$top/halted" ]
	expect_status 0 wtorch stop
	end 1
	expect_in out '1 stopped'
	expect_nobody
}

test_an_agent_that_halts_its_shim_keeps_its_deadline() {
	hostile <<-'A'
		trap '' TERM
		kill -STOP $PPID
		while :; do sleep 3600; done
	A
	expect_status 1 wtorch -c run.interval=1s -c run.retries=0 -c agent.bot.grace=0s \
		-c agent.bot.timeout=1s run -y
	expect_in out '1 First task  timeout: '
	expect_nobody
}

test_a_worktree_that_the_agent_deleted_keeps_the_task() {
	hostile <<-'A'
		[ "$WTORCH_ATTEMPT" = 1 ] && rm -rf "$WTORCH_WORKTREE" && exit
		cat >/dev/null
		echo x >>src/a.txt
	A
	is_kept 'its worktree is not a checkout any more'
	expect_status 0 wtorch retry 1
	expect_in out '1 merged'
}

test_a_worktree_that_became_a_file_is_not_used_again() {
	hostile <<-'A'
		[ "$WTORCH_ATTEMPT" = 1 ] && rm -rf "$WTORCH_WORKTREE" && echo >"$WTORCH_WORKTREE" && exit
		cat >/dev/null
		echo x >>src/a.txt
	A
	is_kept 'its worktree is not a checkout any more'
	expect_status 0 wtorch retry 1
	expect_in out '1 merged'
	[ -f ../repo-wt1 ] || fail 'the file is gone'
}

test_a_worktree_without_its_link_to_git_is_kept() {
	hostile <<-'A'
		echo x >>src/a.txt
		rm .git
	A
	is_kept 'its worktree is not a checkout any more'
	grep -q x ../repo-wt1/src/a.txt || fail 'its work is gone'
}

# What it commits there is not the task's, and nothing of it may be lost or landed.
test_an_agent_that_leaves_its_branch_is_kept() {
	for line in 'git checkout -q -b other' 'git checkout -q --detach' 'git branch -m other'; do
		hostile <<-A
			$line
			echo x >>src/a.txt
			git commit -qam 'elsewhere'
		A
		is_kept 'its worktree is not on branch'
		git -C ../repo-wt1 log --format=%s -1 | grep -qx elsewhere
		cd ..
		git -C repo worktree remove --force ../repo-wt1
		rm -r repo "$HOME/.config/wtorch"
	done
}

test_an_agent_that_switches_the_main_checkout_merges_into_the_base() {
	hostile <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		git -C ../repo checkout -q -b mine
	A
	is_merged
	[ "$(git log --format=%s -1 main)" = 'Merge task 1: First task' ] || fail 'main did not move'
	[ "$(git log --format=%s -1 mine)" = roadmap ] || fail 'the other branch moved'
}

test_an_agent_that_deletes_the_base_is_kept() {
	hostile <<-'A'
		echo x >>src/a.txt
		git update-ref -d refs/heads/main
	A
	expect_status 1 wtorch run -y
	expect_in out "kept: its agent left its worktree: 'refs/heads/main' was deleted"
	grep -q x ../repo-wt1/src/a.txt || fail 'its work is gone'
}

test_what_is_never_committed_in_silence_is_kept() {
	for line in 'git init -q sub && git -C sub commit -q --allow-empty -m x' \
		'head -c 11000000 /dev/zero >big' \
		'touch "$(git rev-parse --git-dir)/index.lock"'; do
		hostile <<-A
			echo x >>src/a.txt
			$line
		A
		is_kept ''
		grep -q x ../repo-wt1/src/a.txt || fail 'its work is gone'
		cd ..
		rm -rf repo repo-wt1 "$HOME/.config/wtorch"
	done
}

test_strange_files_are_merged_as_git_would() {
	hostile <<-'A'
		echo x >>src/a.txt
		mkfifo src/pipe
		ln -s /etc/passwd src/link
		: >'src/new
		line'
		: >src/-x
		: >'src/"quoted"'
		printf '' >"$(printf 'src/\377')"
	A
	is_merged
	[ "$(git show --format= --name-only -z HEAD^2 | tr -cd '\0' | wc -c)" = 6 ] ||
		fail "$(git show --stat HEAD^2)"
	[ -L src/link ] || fail 'a link did not stay one'
}

test_status_files_of_every_kind_do_no_harm() {
	for line in 'echo garbage >FILE' 'mkfifo FILE' 'ln -s /dev/zero FILE' 'ln -s FILE FILE' \
		'mkdir FILE && echo x >FILE/x' 'head -c 1000000 /dev/zero >FILE' \
		'head -c 1000000 /dev/zero | tr "\0" "[" >FILE' \
		'printf "%s" "{\"completion_percentage\":1e999,\"message\":\"a\\u0000\\u001b[2J\"}" >FILE' \
		'printf "%s" "{\"completion_percentage\":\"x\",\"message\":[]}" >FILE'; do
		hostile <<-A
			cat >/dev/null
			$(echo "$line" | sed 's|FILE|.agent_status.json|g')
			$(echo "$line" | sed 's|FILE|"$WTORCH_STATUS"|g')
			echo x >>src/a.txt
			git add -fA 2>/dev/null || git add src
			git commit -q -m work
		A
		is_merged
		cd ..
		rm -rf repo repo-wt1 "$HOME/.config/wtorch"
	done
}

# While it works, too: the run has to end when the agent does.
test_a_pipe_as_status_file_holds_up_nobody() {
	make_repo repo
	cd repo
	make_held_agent <<-'A'
		mkfifo .agent_status.json "$WTORCH_STATUS"
	A
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	expect_status 0 wtorch status
	expect_status 0 wtorch status --json
	release
	end 0
}

test_hooks_and_names_an_agent_sets_do_not_count() {
	hostile <<-'A'
		cat >/dev/null
		git config user.name Evil
		printf '#!/bin/sh\nexit 1\n' >"$(git rev-parse --git-common-dir)/hooks/pre-commit"
		chmod +x "$(git rev-parse --git-common-dir)/hooks/pre-commit"
		echo x >>src/a.txt
	A
	expect_status 0 wtorch run -y
	git log -1 --format=%an HEAD^2 | grep -qx 'Test User'
}

# What lands passes the hooks that are there by then.
test_a_hook_of_landings_that_an_agent_sets_is_told_and_loses_nothing() {
	hostile <<-'A'
		cat >/dev/null
		printf '#!/bin/sh\nexit 1\n' >"$(git rev-parse --git-common-dir)/hooks/commit-msg"
		chmod +x "$(git rev-parse --git-common-dir)/hooks/commit-msg"
		echo x >>src/a.txt
	A
	expect_status 1 wtorch run -y
	expect_in err "'hooks/commit-msg' is new, and git would run it"
	expect_in out 'kept: what git goes by was changed since the run began' "'hooks/commit-msg'"
	rm .git/hooks/commit-msg
	git -C ../repo-wt1 commit -qam 'its work'
	expect_status 0 wtorch merge 1
	[ "$(tail -n 1 src/a.txt)" = x ] || fail 'it did not land'
}

test_markers_are_not_the_agents_to_set() {
	hostile <<-'A'
		cat >/dev/null
		sed -i 's/📝 Planned/❌ Failed/' ROADMAP.md
		echo x >>src/a.txt
	A
	is_merged
	grep -q '✅ Complete' ROADMAP.md || fail "$(cat ROADMAP.md)"
	git log --format=%H | while read -r commit; do
		git show "$commit:ROADMAP.md" 2>/dev/null | grep -q 'Failed' &&
			[ "$commit" = "$(git rev-parse HEAD)" ] && fail 'it stands in main'
		:
	done
}

test_a_folder_of_runs_that_is_deleted_ends_the_run_and_its_agents() {
	make_repo repo
	cd repo
	make_held_agent <<-A
		sleep 3600 &
		: >"$top/removing"
		rm -rf ../repo/.git/wtorch
	A
	one_task
	start run -y
	eventually [ -e "$top/removing" ]
	eventually [ ! -e .git/wtorch ]
	# It may have seen that by itself, and be gone.
	kill -TERM "$runner" 2>/dev/null || :
	end 6
	expect_in err 'cannot write the journal' 'it was removed' 'hint: '
	expect_nobody
	expect_status 1 wtorch status
	expect_in err 'there is no run yet'
}

test_a_lock_in_the_checkout_is_waited_for_and_then_left() {
	hostile <<-'A'
		cat >/dev/null
		: >../repo/.git/index.lock
		echo x >>src/a.txt
	A
	expect_status 1 wtorch -c merge.wait=1s run -y
	expect_in out 'queued: ' 'index.lock'
	[ -e .git/index.lock ] || fail 'the lock was removed'
	expect_status 1 wtorch merge 1
	rm .git/index.lock
	expect_status 0 wtorch merge 1
	expect_in out '1 merged'
}

# texts

run_with_title() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		for word; do printf '<%s>\n' "$word"; done
		echo x >>src/a.txt
	A
	cat >ROADMAP.md
	commit 'roadmap'
}

test_a_title_is_no_command_wherever_it_stands_in_a_shell_line() {
	run_with_title <<-'R'
		## PRIORITY 1: a'b; touch pwned; ' $(touch pwned) `touch pwned` "$(touch pwned)" \

		**Files**: src/a.txt
	R
	line="$top/bin/bot {title} \"{title}\" '{title}' x{id}{id} \"a {branch} \$HOME\" '{{\$HOME}}' {prompt_file}"
	expect_status 0 wtorch -c agent.bot.shell=yes -c "agent.bot.command=$line" run -y
	expect_status 0 wtorch logs 1
	title="a'b; touch pwned; ' \$(touch pwned) touch pwned \"\$(touch pwned)\" \\"
	{
		printf '<%s>\n' "$title" "$title" "$title" x11
		printf '<a wtorch/1-a-b-touch-pwned-touch-pwned-touch-pwned %s>\n' "$HOME"
		printf '<{$HOME}>\n'
	} | scrub >"$top/first"
	scrub "$top/out" | head -6 | diff "$top/first" -
	[ -z "$(find "$top" -name pwned)" ] || fail 'a title was run'
}

test_without_a_shell_a_title_is_one_argument() {
	run_with_title <<-'R'
		## PRIORITY 1: -x --force; touch pwned $(touch pwned) | x > y

		**Files**: src/a.txt
	R
	expect_status 0 wtorch -c "agent.bot.command=$top/bin/bot {title} a{id}b" run -y
	expect_status 0 wtorch logs 1
	printf '<%s>\n' '-x --force; touch pwned $(touch pwned) | x > y' a1b | compare out
	[ -z "$(find "$top" -name pwned)" ] || fail 'a title was run'
}

test_titles_of_every_kind_make_valid_names() {
	run_with_title <<-'R'
		## TASK-1: ../../etc/passwd
		## TASK-2: -x --help
		## TASK-3: 日本語 🎉
		## TASK-4: .lock
		## TASK-5: a..b@{1}~^:?*[\\
		## TASK-6: ends with .lock
		## TASK-7:
		## TASK-8: %s%n%99999d
	R
	expect_status 0 wtorch run -y
	expect_in out '8 merged'
	git for-each-ref --format='%(refname)' | while read -r ref; do
		git check-ref-format "$ref" || fail "$ref"
	done
	[ "$(git branch --list 'wtorch/TASK-*' | wc -l)" = 8 ] || fail "$(git branch)"
	[ "$(ls -A .. | wc -l)" = 9 ] || fail "$(ls -A ..)"
}

test_long_titles_are_cut_and_long_ids_refused() {
	{
		printf '## TASK-1: '
		head -c 3000 /dev/zero | tr '\0' t
		printf '\n## TASK-'
		head -c 500 /dev/zero | tr '\0' 9
		printf ': too long\n'
	} >"$top/roadmap"
	run_with_title <"$top/roadmap"
	expect_status 0 wtorch plan
	expect_in err 'is cut at 500 of 3000 bytes' 'ROADMAP.md:2:1'
	awk 'length > 80 { exit 1 }' "$top/out"
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
}

test_ids_that_are_none_are_no_tasks() {
	run_with_title <<-'R'
		## PRIORITY ../../x: a path
		## TASK-../y: another
		## TASK-$(touch pwned): a command
		## BUG-a;b: two
		## US--x: an option
	R
	expect_untouched 0 wtorch run -y
	expect_in out 'nothing to do'
	expect_in err 'hint: ROADMAP.md'
	[ -z "$(find "$top" -name pwned)" ] || fail 'an id was run'
}

test_files_outside_of_the_repository_skip_the_task() {
	run_with_title <<-'R'
		## PRIORITY 1: Leaves it
		**Files**: ../../etc/passwd
		## PRIORITY 2: Absolute
		**Files**: /etc/passwd
		## PRIORITY 3: By a glob
		**Files**: src/../../*.c
		## PRIORITY 4: Git's own
		**Files**: .git/config
	R
	expect_untouched 1 wtorch run -y
	for id in 1 2 3 4; do
		expect_in err "task '$id' cannot be run: file '"
	done
	expect_status 0 wtorch plan
	expect_in out 'skipped: file'
}

test_a_roadmap_that_is_none_is_refused() {
	run_with_title </dev/null
	expect_untouched 0 wtorch run -y
	expect_in out 'nothing to do'
	expect_in err "holds no task" "hint: "
	while read -r line; do
		rm -rf ROADMAP.md
		eval "$line"
		expect_untouched 5 wtorch run -y --roadmap ROADMAP.md
		expect_in err 'ROADMAP.md'
		compare out </dev/null
	done <<-'E'
		:
		mkdir ROADMAP.md
		mkfifo ROADMAP.md
		ln -s /dev/zero ROADMAP.md
		ln -s nosuch ROADMAP.md
		head -c 100000 /dev/urandom >ROADMAP.md
		printf 'a\0b\n## PRIORITY 1: x\n' >ROADMAP.md
		truncate -s 100M ROADMAP.md
	E
	rm ROADMAP.md
	expect_untouched 5 wtorch run -y
	expect_err <<-'E'
		wtorch: error: there is no ROADMAP.md, and no other source was named
		hint: wtorch plan --roadmap FILE
	E
}

run_tests "$@"
