# SPDX-License-Identifier: MIT
# What agents do outside of their worktrees: it is said, and blocks only whom it is proven of.
. "$(dirname "$0")/lib.sh"

escaping() {
	make_repo repo
	cd repo
	make_agent bot
	one_task
}

is_proven() { # what
	expect_status 1 wtorch run -y
	expect_in out 'kept: its agent left its worktree'
	expect_status 0 wtorch report --json
	expect_in out "$1" 'outside of its worktree, while it ran' 'it was this agent'
	expect_nobody
}

is_told() { # what...
	expect_status 0 wtorch run -y
	expect_status 0 wtorch report --json
	expect_in out 'outside of its worktree, while it ran' 'you, or one of those alive: 1' "$@"
	expect_nobody
}

test_an_agent_that_commits_in_the_main_checkout_is_kept() {
	escaping <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		cd ../repo
		echo evil >>src/b.txt
		git commit -qam 'into main'
	A
	is_proven "'refs/heads/main' got 1 commit"
	[ "$(git log --format=%s -1)" = 'into main' ] || fail 'its commit is lost'
	git show wtorch/1-first-task:src/a.txt | grep -qx x || fail 'its work is not committed'
	expect_status 0 wtorch merge 1
	[ "$(tail -1 src/a.txt)$(tail -1 src/b.txt)" = xevil ] || fail 'one of both is lost'
}

test_an_agent_that_moves_the_base_by_name_is_kept() {
	for line in 'git update-ref refs/heads/main HEAD' 'git push -q . HEAD:main' \
		'git fetch -q . +HEAD:refs/heads/other'; do
		escaping <<-A
			cat >/dev/null
			echo x >>src/a.txt
			git commit -qam 'its work'
			git -C "\$PWD" config receive.denyCurrentBranch ignore 2>/dev/null
			$line
		A
		git branch other
		expect_status 1 wtorch run -y
		expect_in out 'kept: its agent left its worktree'
		cd ..
		rm -rf repo repo-wt1 "$HOME/.config/wtorch"
	done
}

test_a_person_may_commit_fetch_and_tag_meanwhile() {
	make_repo repo
	git clone -q --bare repo origin.git
	cd repo
	git remote add origin ../origin.git
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	echo mine >>src/b.txt
	git commit -qam 'mine'
	git tag -f v1
	git branch later
	git fetch -q origin
	release
	end 0
	expect_status 0 wtorch report --json
	expect_in out "'refs/heads/main' got 1 commit" "'refs/tags/v1' is new" \
		"'refs/heads/later' is new" 'you, or one of those alive: 1'
	git log --format=%s main | grep -qx mine || fail 'the commit is lost'
}

# Two agents, each landing while the other works: none of that is anybody's escape.
test_what_we_do_ourselves_is_no_escape() {
	for style in merge squash rebase; do
		make_repo repo
		cd repo
		make_agent bot <<-A
			cat >/dev/null
			: >"$top/up-\$WTORCH_TASK"
			until [ -e "$top/up-1" ] && [ -e "$top/up-2" ]; do sleep 0.05; done
			[ "\$WTORCH_TASK" = 1 ] || until git log main --format=%s | grep -q First; do
				sleep 0.05
			done
			echo x >"new-\$WTORCH_TASK"
			git add -A
			git commit -qm "First of \$WTORCH_TASK"
			echo y >"newer-\$WTORCH_TASK"
			git add -A
			git commit -qm "second of \$WTORCH_TASK"
		A
		write ROADMAP.md <<-'R'
			## PRIORITY 1: First task 📝 Planned
			## PRIORITY 2: Second task 📝 Planned
		R
		commit 'roadmap'
		expect_status 0 wtorch -c merge.style=$style run -y
		expect_status 0 wtorch report --json
		expect_not_in out 'outside of its worktree'
		cd ..
		rm -rf repo repo-wt* "$HOME/.config/wtorch" "$top/up-1" "$top/up-2"
	done
}

test_hooks_that_no_landing_runs_are_told() {
	escaping <<-'A'
		cat >/dev/null
		dir=$(git rev-parse --git-common-dir)
		printf '#!/bin/sh\n' >"$dir/hooks/pre-push"
		echo '*.o' >"$dir/info/exclude"
		git config user.name Evil
		echo x >>src/a.txt
	A
	is_told "'hooks/pre-push' is new, and git would run it" "'info/exclude' changed" \
		"'user.name' changed"
}

test_configuration_that_runs_programs_is_proven() {
	escaping <<-'A'
		cat >/dev/null
		git config core.pager 'sh evil'
		echo x >>src/a.txt
	A
	is_proven "git's configuration 'core.pager' changed, look at it"
	[ "$(git show main:src/a.txt | tail -1)" != x ] || fail 'it landed'
}

test_work_that_was_only_stashed_is_not_no_changes() {
	escaping <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		git stash -q
	A
	expect_status 1 wtorch run -y
	expect_in out "kept: it committed nothing, but put work on git's stash"
	git stash show -p | grep -qx '+x' || fail 'the stash is gone'
}

# Commits in a repository of its own are nobody's business.
test_a_repository_elsewhere_proves_nothing() {
	escaping <<-'A'
		cat >/dev/null
		git clone -q ../repo "$WTORCH_WORKTREE/../elsewhere"
		git -C ../elsewhere commit -q --allow-empty -m x
		git merge -q main
		echo x >>src/a.txt
	A
	expect_status 0 wtorch run -y
	expect_status 0 wtorch report --json
	expect_not_in out 'outside of its worktree'
}

# git's configuration, and what it makes git run

# What was written without git leaves no evidence: the work waits for a person who has looked.
is_held() { # what
	expect_status 1 wtorch run -y
	expect_in out 'kept: what git goes by was changed since the run began' "$1"
	[ "$(git rev-parse main)" = "$(git rev-parse before)" ] || fail 'it landed'
	[ ! -e "$top/ran" ] || fail 'a program of the agent ran'
	grep -qx x ../repo-wt1/src/a.txt || fail 'its work is lost'
	expect_nobody
}

planting() { # one of the lines of a configuration
	make_repo repo
	cd repo
	printf '#!/bin/sh\n: >%s/ran\ncat\n' "$top" >"$top/evil"
	chmod +x "$top/evil"
	make_agent bot <<-A
		cat >/dev/null
		echo x >>src/a.txt
		printf '%b\n' '$1' >>"\$(git rev-parse --git-common-dir)/config"
	A
	echo '*.txt filter=late' >.gitattributes
	one_task
	git tag before
	cp .git/config "$top/config"
}

test_a_filter_that_was_planted_is_not_run() {
	planting "[filter \"late\"]\n\tclean = $top/evil\n\tsmudge = $top/evil"
	is_held "'filter.late.clean', 'filter.late.smudge'"
}

test_nor_is_a_signing_program() {
	planting "[gpg]\n\tprogram = $top/evil\n[commit]\n\tgpgSign = true"
	is_held "'commit.gpgsign', 'gpg.program'"
}

test_nor_are_hooks_from_elsewhere_or_what_is_included() {
	mkdir "$top/hooks"
	printf '#!/bin/sh\n: >%s/ran\n' "$top" >"$top/hooks/reference-transaction"
	chmod +x "$top/hooks/reference-transaction"
	planting "[core]\n\thooksPath = $top/hooks"
	is_held "'core.hookspath'"
	cd ..
	rm -rf repo repo-wt1 "$HOME/.config/wtorch"
	printf '[core]\n\thooksPath = %s/hooks\n' "$top" >"$top/more"
	planting "[include]\n\tpath = $top/more"
	is_held "'core.hookspath', 'include.path'"
}

test_a_repository_that_was_made_bare_holds_what_is_done_until_it_is_none() {
	planting '[core]\n\tbare = true'
	is_held "'core.bare'"
	cp "$top/config" .git/config
	expect_status 0 git -C ../repo-wt1 commit -qam 'its work'
	expect_status 0 wtorch merge 1
	[ "$(git show main:src/a.txt | tail -1)" = x ] || fail 'it did not land'
}

test_a_folder_that_git_is_led_to_is_left_alone() {
	git init -q "$top/elsewhere"
	echo mine >"$top/elsewhere/mine"
	planting "[core]\n\tworktree = $top/elsewhere"
	is_held "'core.worktree'"
	[ "$(git -C "$top/elsewhere" status --porcelain)" = '?? mine' ] || fail 'it was looked at'
}

# Where worktrees have configurations of their own, one of them can be led elsewhere, too.
test_a_worktree_that_is_led_elsewhere_is_kept() {
	make_repo repo
	cd repo
	git config extensions.worktreeConfig true
	mkdir "$top/elsewhere"
	echo mine >"$top/elsewhere/mine"
	make_agent bot <<-A
		cat >/dev/null
		echo x >>src/a.txt
		printf '[core]\n\tworktree = %s\n' "$top/elsewhere" >"\$(git rev-parse --git-dir)/config.worktree"
	A
	one_task
	expect_status 1 wtorch run -y
	expect_in out 'kept: its worktree has a configuration of its own by now' \
		'worktree =' 'DIR/elsewhere'
	[ "$(ls -A "$top/elsewhere")" = mine ] || fail 'it was written to'
	[ "$(git log --all --format=%s | grep -c 'Task 1')" = 0 ] || fail 'something was committed'
}

test_a_planted_hook_does_not_run_over_a_landing() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		echo x >>src/a.txt
		hook="\$(git rev-parse --git-common-dir)/hooks/commit-msg"
		printf '#!/bin/sh\n: >%s/ran\n' "$top" >"\$hook"
		chmod +x "\$hook"
	A
	one_task
	git tag before
	is_held "'hooks/commit-msg'"
}

test_attributes_that_were_planted_hold_it_too() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		echo '* merge=union' >"$(git rev-parse --git-common-dir)/info/attributes"
	A
	one_task
	git tag before
	is_held "'info/attributes'"
}

test_a_configuration_that_git_cannot_read_holds_it_too() {
	planting '[core'
	expect_status 1 wtorch run -y
	expect_in out 'bad config line' 'it may have been changed since the run began'
	grep -qx x ../repo-wt1/src/a.txt || fail 'its work is lost'
}

# Whoever was told and asks again has looked.
test_a_person_who_was_told_can_have_it_so() {
	planting '[filter "late"]\n\tclean = cat\n\tsmudge = cat'
	is_held "'filter.late.clean', 'filter.late.smudge'"
	git -C ../repo-wt1 commit -qam 'its work'
	expect_status 0 wtorch merge 1
	[ "$(git show main:src/a.txt | tail -1)" = x ] || fail 'it did not land'
	expect_status 0 wtorch report --json
	expect_in out 'merged all the same, as asked'
}

test_names_remotes_and_aliases_hold_nothing() {
	planting '[remote "there"]\n\turl = /nowhere\n[alias]\n\tx = status\n[user]\n\tname = X'
	expect_status 0 wtorch run -y
	[ "$(git show main:src/a.txt | tail -1)" = x ] || fail 'it did not land'
}

run_tests "$@"
