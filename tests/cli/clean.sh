# SPDX-License-Identifier: MIT
# wtorch clean: what it takes away, and above all what it does not.
. "$(dirname "$0")/lib.sh"

# tasks N...: a roadmap of tasks that each write a file of their own name, committed.
tasks() {
	for id in "$@"; do
		printf '## PRIORITY %s: Task number %s 📝 Planned\n\n' "$id" "$id"
	done | write ROADMAP.md
	commit 'roadmap'
}

# A repository app with an agent that commits twice in src/a-TASK.txt.
make_app() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >/dev/null
		seq 20 >"src/a-$WTORCH_TASK.txt"
		git add -A
		git commit -qm first
		echo end >>"src/a-$WTORCH_TASK.txt"
		git commit -qam second
	A
}

# What is kept of the work of a task: the first lines of the list.
list() {
	expect_status 0 wtorch clean -n "$@"
}

verdicts() { # of the document: verdict, task, branch, reason
	sed -n -e 's/^ *"\(task\|branch\|verdict\|reason\)": \(.*\),$/\2/p' "$top/out"
}

everything='--include-unlanded --include-dirty --include-detached --include-hidden --force'

test_a_tree_without_commits_and_with_a_running_agent_is_refused() {
	make_repo app
	cd app
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	expect_status 0 wtorch clean -n
	expect_in out 'its agent is at work'
	expect_status 6 wtorch clean -y
	kill -9 "$runner"
	wait "$runner" 2>/dev/null || :
	expect_status 0 wtorch clean -y $everything 1
	expect_in out ' keep' 'its agent is at work'
	[ -e ../app-wt1/src ] || fail 'the worktree of a living agent is gone'
	release
	run wtorch resume
	expect_nobody
}

test_a_locked_tree_whose_folder_is_missing_is_kept_and_a_bystander_keeps_its_registration() {
	make_app
	tasks 1 2
	run wtorch run -y
	git worktree lock --reason 'on a stick' ../app-wt1
	rm -rf ../app-wt1
	rm -rf ../app-wt2
	mkdir ../volume
	git worktree add -q --detach ../volume/bystander
	mv ../volume ../unmounted
	expect_status 0 wtorch clean -y $everything 1 2
	expect_in out 'the worktree is locked: on a stick' '1 to remove' '1 kept'
	git worktree list >"$top/list"
	grep -q 'app-wt1' "$top/list" || fail 'the locked worktree lost its registration'
	grep -q 'volume/bystander' "$top/list" || fail 'the bystander lost its registration'
	! grep -q 'app-wt2' "$top/list" || fail 'the stale registration is still there'
	mv ../unmounted ../volume
	git -C ../volume/bystander status >/dev/null || fail 'the bystander does not work any more'
}

test_another_repository_or_worktree_at_the_registered_path_is_refused_with_every_flag() {
	make_app
	tasks 1 2 3
	run wtorch run -y
	rm -rf ../app-wt1
	git init -q ../app-wt1
	echo mine >../app-wt1/mine
	rm -rf ../app-wt2
	git worktree add -q -b sibling ../else
	mv ../else ../app-wt2
	rm -rf ../app-wt3
	mkdir ../app-wt3
	echo mine >../app-wt3/mine
	expect_status 0 wtorch clean -y $everything 1 2 3
	expect_in out '0 to remove, 3 kept' 'belongs to another repository' \
		'is no worktree any more'
	[ -e ../app-wt1/mine ] && [ -e ../app-wt2/src ] && [ -e ../app-wt3/mine ] ||
		fail 'what is not ours is gone'
}

test_a_branch_that_moves_between_check_and_deletion_is_kept_and_reported_as_raced() {
	make_app
	tasks 1
	expect_status 0 wtorch run -y
	branch=$(git branch --list --format='%(refname)' 'wtorch/*')
	write .git/hooks/reference-transaction <<-H
		#!/bin/sh
		grep -q refs/wtorch/keep/ && [ "\$1" = committed ] && mkdir "$top/moved" 2>/dev/null || exit 0
		git update-ref $branch \$(git commit-tree -p $branch -m more $branch^{tree})
	H
	chmod +x .git/hooks/reference-transaction
	expect_status 1 wtorch clean -y --json
	expect_in out '"branch_fate": "retained_raced"' '"verdict": "keep"' '"done": false'
	expect_in err 'moved while it was being removed'
	[ "$(git log -1 --format=%s "$branch")" = more ] || fail 'what was committed last is gone'
}

squashed() { # a task that was left unmerged, and that a person squashed
	make_app
	tasks 1
	run wtorch run -y --no-merge
	branch=$(git branch --list --format='%(refname:short)' 'wtorch/*')
	git merge -q --squash "$branch"
	git commit -qm 'squashed by hand'
}

grow() { # N commits of the same tree on main
	i=0
	old=$(git rev-parse HEAD)
	while [ "$i" -lt "$1" ]; do
		i=$((i + 1))
		printf 'commit refs/heads/main\ncommitter a <a@b.c> %s +0000\ndata 1\nx\n' \
			"$((1800000000 + i))"
		[ "$i" -gt 1 ] || echo "from $old"
	done | git fast-import --quiet
	git reset -q --hard
}

test_squashed_work_is_recognised_and_noted() {
	squashed
	list
	expect_in out 'merged by hand into main (trees match)' '1 to remove'
	run wtorch status
	expect_in out 'queued'
	expect_status 0 wtorch clean -y
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	[ -z "$(git branch --list 'wtorch/*')" ] || fail 'the branch is still there'
	expect_status 0 wtorch why 1
	expect_in out 'merged into main by hand'
}

test_squashed_work_is_recognised_whatever_happened_to_the_files_since() {
	squashed
	echo other >src/b.txt
	commit 'other files'
	list
	expect_in out 'merged by hand into main (merge adds nothing)'
	sed -i 's/^1$/one/;s/^20$/twenty/' src/a-1.txt
	commit 'the same file'
	list
	expect_in out 'merged by hand into main (patch matches)'
	git config --global diff.context 0
	git config --global diff.noprefix true
	list
	expect_in out 'merged by hand into main (patch matches)'
}

test_squashed_work_that_was_edited_501_commits_ago_is_kept() {
	squashed
	sed -i 's/^1$/one/;s/^20$/twenty/' src/a-1.txt
	commit 'the same file'
	grow 498
	list
	expect_in out 'merged by hand into main (patch matches)'
	grow 1
	list
	expect_in out ' keep' 'more than 500 commits ahead' '--include-unlanded'
	expect_status 0 wtorch clean -y
	[ -e ../app-wt1 ] || fail 'the worktree is gone'
}

test_commits_that_landed_in_part_are_counted_and_kept() {
	make_app
	tasks 1
	run wtorch run -y --no-merge
	echo other >src/b.txt
	commit 'other files'
	git cherry-pick "$(git branch --list --format='%(refname:short)' 'wtorch/*')~1" >/dev/null
	list
	expect_in out ' keep' 'not merged, but 1 of 2 commits landed' '--include-unlanded'
}

test_a_conflict_that_a_person_merged_with_plain_git_is_recorded_and_goes() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >/dev/null
		sed -i '1s/.*/theirs/' src/a.txt
		git commit -qam theirs
	A
	tasks 1
	run wtorch run -y --no-merge
	sed -i '1s/.*/ours/' src/a.txt
	commit 'ours'
	expect_status 3 wtorch merge 1
	list
	expect_in out ' keep' 'conflict: not merged' '--include-unlanded'
	git merge -q "$(git branch --list --format='%(refname:short)' 'wtorch/*')" >/dev/null 2>&1 ||
		:
	git checkout -q --theirs src/a.txt
	commit 'mended'
	list
	expect_in out 'merged by hand into main (ancestor)'
	expect_status 0 wtorch clean -y
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	expect_status 0 wtorch report --json
	expect_in out '"state": "merged"'
}

test_the_dry_list_and_the_real_one_are_the_same_and_give_reasons() {
	make_app
	tasks 1 2 3 4
	run wtorch run -y
	echo mine >../app-wt2/mine
	git worktree lock ../app-wt3
	expect_status 0 wtorch clean --dry-run --json
	verdicts >"$top/dry"
	expect_status 0 wtorch clean --dry-run
	cp "$top/out" "$top/dry.text"
	expect_status 0 wtorch clean --yes
	cmp "$top/out" "$top/dry.text" || fail 'the lists differ'
	grep -q '^ remove .*merged into main' "$top/out" || fail 'nothing is removed'
	grep -q '^ keep .*1 uncommitted file.*--include-dirty$' "$top/out" || fail 'no flag is named'
	! grep -Ev '^ (remove|keep) +[^ ]+ +[^ ]+  [a-z0-9]|^  +(uncommitted|ignored)|^ [0-9]+ ' \
		"$top/out" || fail 'a line without a reason'
	expect_status 0 wtorch clean --dry-run --json
	grep -q '"reason": null' "$top/out" && fail 'a reason is missing'
	[ -e ../app-wt2/mine ] && [ -e ../app-wt3 ] && [ ! -e ../app-wt1 ] && [ ! -e ../app-wt4 ] ||
		fail 'it did something else than it said'
}

test_a_flag_waives_its_own_risk_only_and_everything_is_pinned_first() {
	make_app
	tasks 1
	run wtorch run -y --no-merge
	echo mine >../app-wt1/mine
	expect_status 0 wtorch clean -y --include-unlanded
	expect_in out '1 uncommitted file  --include-dirty' 'uncommitted: mine'
	expect_status 0 wtorch clean -y --include-dirty
	expect_in out 'queued: not merged  --include-unlanded'
	expect_status 0 wtorch clean -y -f 1
	expect_in out 'queued: not merged  --include-unlanded'
	[ -e ../app-wt1/mine ] || fail 'it is gone'
	tip=$(git rev-parse "$(git branch --list --format='%(refname)' 'wtorch/*')")
	expect_status 0 wtorch clean -y --include-unlanded --include-dirty
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	[ -z "$(git branch --list 'wtorch/*')" ] || fail 'the branch is still there'
	git for-each-ref refs/wtorch/keep >"$top/keeps"
	grep -q "^$tip .*/tip$" "$top/keeps" || fail 'the tip was not pinned'
	dirty=$(sed -n 's/ .*dirty$//p' "$top/keeps")
	[ "$(git show "$dirty:mine")" = mine ] || fail 'the uncommitted file was not pinned'
}

test_force_waives_the_one_risk_of_a_named_task() {
	make_app
	tasks 1 2
	run wtorch run -y
	echo mine >../app-wt1/mine
	echo mine >../app-wt2/mine
	expect_status 2 wtorch clean -f
	expect_in err 'what a named task is kept for'
	expect_status 0 wtorch clean -y -f 2
	[ -e ../app-wt1/mine ] && [ ! -e ../app-wt2 ] || fail 'it took the wrong one'
	expect_status 1 wtorch clean -y nobody
}

test_a_worktree_in_which_somebody_works_is_kept_and_nobody_is_signalled() {
	make_app
	tasks 1 2
	run wtorch run -y
	mkfifo "$top/end"
	(cd ../app-wt1/src && exec sh -c 'read x <"$0"' "$top/end") >"$top/worker" 2>&1 &
	worker=$!
	eventually sh -c "readlink /proc/$worker/cwd | grep -q app-wt1/src"
	expect_status 0 wtorch clean -y $everything 1 2
	echo >"$top/end"
	expect_in out 'pid PID (sh) works in it' '1 to remove' '1 kept'
	wait "$worker" || fail 'it was signalled'
	[ -e ../app-wt1/src ] && [ ! -e ../app-wt2 ] || fail 'it took the wrong one'
	expect_status 0 wtorch clean -y
	[ ! -e ../app-wt1 ] || fail 'it was kept for no reason'
}

test_commits_that_only_a_reflog_has_are_kept_or_pinned() {
	make_app
	tasks 1
	run wtorch run -y
	(
		cd ../app-wt1
		git checkout -q --detach
		echo idea >idea
		git add -A
		git commit -qm idea
		git checkout -q -
	)
	idea=$(git -C ../app-wt1 rev-parse 'HEAD@{1}')
	expect_status 0 wtorch clean -y
	expect_in out ' keep' '1 commit that only its HEAD or its reflog reaches' \
		'--include-detached'
	expect_status 0 wtorch clean -y --include-detached
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	git for-each-ref refs/wtorch/keep | grep -q "^$idea " || fail 'the idea was not pinned'
}

test_a_rebase_in_progress_is_kept() {
	make_app
	tasks 1
	run wtorch run -y
	git -C ../app-wt1 -c sequence.editor='sed -i 1ibreak' rebase -q -i --root >/dev/null 2>&1 || :
	expect_status 0 wtorch clean -y $everything 1
	expect_in out ' keep' '0 to remove, 1 kept'
	[ -e ../app-wt1 ] || fail 'it is gone'
}

test_ignored_files_are_listed_and_go() {
	make_app
	echo '*.log' >.gitignore
	tasks 1
	run wtorch run -y
	echo x >../app-wt1/build.log
	expect_status 0 wtorch clean -y
	expect_in out 'ignored by git, gone with it: build.log'
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	[ ! -e ../.wtorch-trash ] || fail 'the trash is still there'
}

test_changes_that_git_was_told_not_to_see_are_seen() {
	make_app
	tasks 1
	run wtorch run -y
	echo mine >>../app-wt1/src/a.txt
	echo mine >>../app-wt1/src/b.txt
	git -C ../app-wt1 update-index --skip-worktree src/a.txt
	git -C ../app-wt1 update-index --assume-unchanged src/b.txt
	list
	expect_in out 'uncommitted: src/a.txt, src/b.txt'
	expect_status 0 wtorch clean -y --include-dirty
	[ ! -e ../app-wt1 ] || fail 'the worktree is still there'
	expect_status 0 wtorch undo 1
	[ "$(tail -qn 1 ../app-wt1/src/[ab].txt)" = "mine
mine" ] || fail 'they were not pinned'
}

test_a_monitor_that_denies_changes_is_not_asked() {
	make_app
	tasks 1
	run wtorch run -y
	printf '#!/bin/sh\necho >%s\nprintf "now\\0"\n' "$top/asked" >"$top/monitor"
	chmod +x "$top/monitor"
	git config core.fsmonitor "$top/monitor"
	git -C ../app-wt1 status >"$top/status"
	rm "$top/asked"
	echo mine >>../app-wt1/src/a.txt
	list
	expect_in out 'uncommitted: src/a.txt'
	[ ! -e "$top/asked" ] || fail 'it was asked'
}

test_repositories_in_ignored_folders_are_kept_unless_they_have_nothing_of_their_own() {
	make_app
	echo 'build/' >.gitignore
	tasks 1 2 3
	run wtorch run -y
	mkdir ../app-wt1/build ../app-wt3/build
	git -C ../app-wt1 worktree add -q build/inner
	git clone -q . ../app-wt2/build/deps/copy
	git clone -q . ../app-wt3/build/copy
	(cd ../app-wt2/build/deps/copy && echo mine >mine && commit mine)
	list
	expect_in out "'build/inner' is another worktree or a submodule" \
		"'build/deps/copy' is a repository of its own and has commits that are nowhere"
	expect_status 0 wtorch clean -y --include-dirty
	[ -e ../app-wt1/build/inner/src ] && [ -e ../app-wt2/build/deps/copy/mine ] ||
		fail 'work is gone'
	[ ! -e ../app-wt3 ] || fail 'a plain clone keeps the worktree'
}

test_trash_of_a_clean_that_was_cut_off_goes_with_the_next_and_a_strangers_stays() {
	make_app
	tasks 1 2
	run wtorch run -y
	expect_status 0 wtorch clean -y 2
	entry=../.wtorch-trash/20260101-000000-abcd-0123456789abcdef
	mkdir -p "$entry/tree/deep" ../.wtorch-trash/mine
	printf 'wtorch trash 1\n%s\n20260101-000000-abcd\n2\n%s\n' "$PWD/.git" "$top/work/app-wt2" \
		>"$entry/wtorch-trash"
	echo x >"$entry/tree/deep/file"
	echo mine >../.wtorch-trash/mine/file
	list
	expect_in out 'left in the trash'
	[ -e "$entry" ] || fail 'the dry run deleted it'
	expect_status 0 wtorch clean -y
	[ ! -e "$entry" ] || fail 'the trash is still there'
	[ -e ../.wtorch-trash/mine/file ] || fail "a stranger's folder is gone"
	mkdir -p "$entry/tree"
	printf 'wtorch trash 1\n%s\n20260101-000000-abcd\n2\n%s\n' "$PWD/.git" "$top/work/app-wt2" \
		>"$entry/wtorch-trash"
	tasks 1 2 3
	expect_status 0 wtorch run -y
	[ ! -e "$entry" ] || fail 'the run left the trash'
}

test_the_worktree_of_an_older_attempt_is_found() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >/dev/null
		[ "$WTORCH_ATTEMPT" = 2 ] || exit 1
		echo work >src/work.txt
	A
	tasks 1
	run wtorch -c run.retries=0 run -y
	run wtorch retry --fresh 1
	list
	expect_in out 'attempt 1 was given up without a commit' 'merged into main as oid' \
		'2 to remove'
	expect_status 0 wtorch clean -y
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
}

test_a_budget_that_is_exceeded_is_told_with_what_could_go() {
	make_app
	tasks 1 2
	expect_status 0 wtorch run -y
	expect_not_in err 'disk_budget'
	write .wtorch.ini <<-'I'
		[clean]
		disk_budget = 10k
	I
	tasks 1 2 3
	expect_status 0 wtorch run -y
	expect_in err 'worktrees, trash and keep refs take' 'with this run' \
		'more than clean.disk_budget, 10 kB' 'hint: wtorch clean '
	list
	expect_in err 'more than clean.disk_budget'
	[ -e ../app-wt1 ] || fail 'it was taken away for the budget'
}

test_a_worktree_with_something_mounted_in_it_or_behind_a_link_is_kept() {
	unshare -m true 2>/dev/null || skip 'nothing can be mounted here'
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		echo done >"src/$WTORCH_TASK.txt"
	A
	printf '/data dir/\n' >.gitignore
	printf '## PRIORITY %s: Task 📝 Planned\n\n' 1 2 3 >ROADMAP.md
	commit 'roadmap'
	expect_status 0 wtorch run -y
	mkdir "../repo-wt1/data dir" "$top/disk"
	echo precious >"$top/disk/file"
	mv ../repo-wt2 ../bigger
	ln -s bigger ../repo-wt2
	expect_status 0 unshare -m sh -c '
		mount --bind "$1" "../repo-wt1/data dir" && exec "$0" clean -y' "$WTORCH" "$top/disk"
	expect_in out "something is mounted in it: 'DIR/work/repo-wt1/data dir'" \
		"it is a link to 'DIR/work/bigger'" '1 to remove' '2 kept'
	[ -d ../repo-wt1 ] && [ -e ../repo-wt2/src/2.txt ] || fail 'something is gone'
	[ "$(cat "$top/disk/file")" = precious ] || fail 'what was mounted is gone'
	expect_status 0 wtorch clean -y
	[ ! -e ../repo-wt1 ] || fail "$(cat "$top/out")"
}

cleaned() {
	run wtorch clean -y
	[ -z "$(ls "$top/tmp")" ]
}

test_temp_folders_go_once_nobody_is_left_who_could_use_them() {
	make_repo app
	cd app
	mkdir "$top/tmp"
	make_held_agent </dev/null
	one_task
	export TMPDIR=$top/tmp
	start run -y
	eventually [ -e "$top/begun-1" ]
	kill -9 "$runner"
	wait "$runner" 2>/dev/null || :
	[ -n "$(ls "$top/tmp")" ] || fail 'its agent has none'
	run wtorch clean -y $everything 1
	[ -n "$(ls "$top/tmp")" ] || fail 'that of a living agent is gone'
	release
	eventually cleaned
	expect_nobody
}

run_tests "$@"
