# SPDX-License-Identifier: MIT
# Runs that are met from a place, or at a time, where they do not belong.
. "$(dirname "$0")/lib.sh"

stopped_run() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	expect_status 0 wtorch stop
	end 1
	expect_nobody
}

test_a_copy_of_a_repository_does_not_act_on_the_runs_of_the_first() {
	stopped_run
	release
	cp -a . ../copy
	cd ../copy
	for command in resume 'retry 1'; do
		expect_status 1 wtorch $command
		expect_in err "belongs to the repository in 'DIR/work/repo/.git'" 'hint: wtorch -C'
	done
	cmp .git/wtorch/runs/*/journal.jsonl ../repo/.git/wtorch/runs/*/journal.jsonl
	expect_status 0 wtorch -C ../repo resume
	expect_in out '1 merged'
}

test_a_moved_repository_asks_for_the_repair_of_its_worktrees() {
	stopped_run
	release
	cd ..
	mv repo moved
	cd moved
	expect_status 1 wtorch resume
	expect_in err 'the repository was moved from' 'hint: git worktree repair DIR/work/repo-wt1'
	git worktree repair ../repo-wt1 >/dev/null 2>&1
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

test_runs_stay_in_order_when_the_clock_was_set_back() {
	stopped_run
	id=$(ls .git/wtorch/runs)
	sed -i "s/$id/29990101-000000-0000/g" .git/wtorch/runs/*/journal.jsonl
	mv ".git/wtorch/runs/$id" .git/wtorch/runs/29990101-000000-0000
	release
	expect_status 0 wtorch run -y
	[ -d .git/wtorch/runs/29990101-000000-0001 ] || fail "$(ls .git/wtorch/runs)"
	expect_status 0 wtorch status
	expect_in out 'success'
}

test_a_moved_repository_makes_new_worktrees_beside_its_new_place() {
	stopped_run
	release
	rm -rf ../repo-wt1
	git worktree prune
	mkdir -p ../new
	cd ..
	mv repo new/repo
	cd new/repo
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	git worktree list --porcelain | grep -qx "worktree $top/work/new/repo-wt1" ||
		fail "$(git worktree list)"
	[ ! -e "$top/work/repo-wt1" ] || fail 'it was made at the old place'
}

# worktrees that people touch

# What the agent had done before it was stopped.
dirt() { echo half >>"$1/src/c.txt"; }

test_a_worktree_moved_by_mv_is_worked_in_where_it_is() {
	stopped_run
	dirt ../repo-wt1
	git -C ../repo-wt1 add src/c.txt
	mkdir ../folder
	mv ../repo-wt1 ../folder/elsewhere
	expect_status 0 wtorch status
	expect_in out "its worktree 'DIR/work/repo-wt1' is gone"
	expect_status 0 wtorch clean -y --include-dirty --include-unlanded
	expect_in out "it was moved to 'DIR/work/folder/elsewhere': git worktree repair"
	release
	expect_status 0 wtorch resume
	expect_in err "its worktree was moved to 'DIR/work/folder/elsewhere'"
	expect_in out '1 merged'
	git show main:src/c.txt | grep -q half || fail 'it worked elsewhere'
	[ ! -e ../repo-wt1 ] || fail 'a second worktree was made'
	git worktree list | grep -q "folder/elsewhere" || fail "$(git worktree list)"
	expect_status 0 wtorch clean -y
	[ ! -e ../folder/elsewhere ] || fail "$(cat "$top/out")"
}

test_of_two_copies_of_a_worktree_none_is_taken_for_it() {
	stopped_run
	dirt ../repo-wt1
	cp -a ../repo-wt1 ../copy
	mv ../repo-wt1 ../elsewhere
	release
	expect_status 0 wtorch resume
	expect_in err "its worktree 'DIR/work/repo-wt1' was copied, to" 'DIR/work/copy' \
		'DIR/work/elsewhere' "it begins anew in 'DIR/work/repo-wt1-2'" 'git worktree repair PATH'
	for each in copy elsewhere; do
		grep -q half ../$each/src/c.txt || fail 'what was in it is gone'
	done
	git worktree repair ../elsewhere >/dev/null 2>&1
	[ -n "$(git -C ../elsewhere status --porcelain)" ] || fail 'it is no worktree any more'
}

test_a_worktree_that_is_moved_far_away_is_said_to_be_gone() {
	stopped_run
	dirt ../repo-wt1
	mkdir -p "$top/far/away"
	mv ../repo-wt1 "$top/far/away/it"
	release
	expect_status 0 wtorch resume
	expect_in err "its worktree 'DIR/work/repo-wt1' is gone" "it begins anew in 'DIR/work/repo-wt1-2'" \
		'what was committed is on branch'
	expect_in out '1 merged'
	git worktree repair "$top/far/away/it" >/dev/null 2>&1
	[ -n "$(git -C "$top/far/away/it" status --porcelain)" ] || fail 'it is no worktree any more'
}

test_a_worktree_that_is_moved_while_its_agent_works_keeps_the_task() {
	working_run
	mv ../repo-wt1 ../elsewhere
	release
	end 1
	expect_in out 'its worktree was moved to' "'DIR/work/elsewhere'"
	grep -q done ../elsewhere/src/task-1.txt || fail 'the work is gone'
	expect_status 0 wtorch retry 1
	expect_in out '1 merged'
	git show main:src/task-1.txt | grep -c done | grep -qx 2 || fail 'it worked elsewhere'
}

test_a_worktree_moved_by_git_is_worked_in_where_it_is() {
	stopped_run
	dirt ../repo-wt1
	git worktree move ../repo-wt1 ../elsewhere
	release
	expect_status 0 wtorch resume
	expect_in err "its worktree was moved to 'DIR/work/elsewhere'"
	expect_in out '1 merged'
	git show main:src/c.txt | grep -q half || fail 'it worked elsewhere'
	[ ! -e ../repo-wt1 ] || fail 'a second worktree was made'
}

test_a_worktree_deleted_by_hand_is_made_anew() {
	stopped_run
	rm -rf ../repo-wt1
	expect_status 0 wtorch status
	expect_in out "its worktree 'DIR/work/repo-wt1' is gone"
	release
	expect_status 0 wtorch resume
	expect_in err "its worktree 'DIR/work/repo-wt1' is gone"
	expect_in out '1 merged'
	git fsck --connectivity-only --no-dangling
}

test_two_repositories_that_name_the_same_place_get_one_each() {
	for each in one two; do
		make_repo "$each"
		(
			cd "$each"
			printf '[worktree]\npath = ../same-{id}\n' >.wtorch.ini
			one_task
		)
	done
	make_held_agent </dev/null
	cd one
	start run -y
	eventually [ -e "$top/begun-1" ]
	first=$runner
	rm "$top/begun-1"
	mv "$top/started.err" "$top/first.err"
	cd ../two
	start run -y
	eventually [ -e "$top/begun-1" ]
	release
	end 0
	wait "$first" || fail "$(cat "$top/first.err")"
	for each in one two; do
		git -C "../$each" show main:src/task-1.txt >/dev/null || fail "$each has lost its work"
		git -C "../$each" fsck --connectivity-only --no-dangling
	done
	git -C ../one worktree list | grep -q "same-1 " || fail "$(git -C ../one worktree list)"
	git -C ../two worktree list | grep -q "same-1-2 " || fail "$(git -C ../two worktree list)"
}

# branches that people touch

working_run() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	start -c merge.wait=1s run -y
	eventually [ -e "$top/begun-1" ]
}

test_a_base_renamed_during_the_run_is_waited_for_and_then_said() {
	working_run
	git branch -m main trunk
	oid=$(git rev-parse trunk)
	release
	end 1
	expect_in err "1: waits to be merged: there is no branch 'main' any more"
	expect_in out 'queued'
	[ "$(git rev-parse trunk)" = "$oid" ] || fail 'trunk was moved'
	! git rev-parse -q --verify main || fail 'main was made'
	git branch -m trunk main
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

test_a_base_deleted_during_the_run_is_waited_for_and_then_said() {
	working_run
	oid=$(git rev-parse main)
	git checkout -q --detach
	git branch -q -D main
	release
	end 1
	expect_in err "there is no branch 'main' any more"
	! git rev-parse -q --verify main || fail 'main was made'
	git branch main "$oid"
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

test_a_branch_deleted_while_it_waits_is_not_merged() {
	stopped_unmerged
	git worktree remove --force ../repo-wt1
	git branch -q -D "$branch"
	expect_status 0 wtorch status
	expect_in out 'its branch' 'is gone: git branch'
	expect_status 1 wtorch merge 1
	expect_in err "1: kept: its branch '$branch' was deleted: git branch $branch"
	[ "$(git rev-parse main)" = "$base" ] || fail 'the base moved'
	git branch "$branch" "$tip"
	expect_status 0 wtorch merge 1
	expect_in out '1 merged'
}

# What a person asks for is the branch as it is then.
test_a_branch_rewritten_while_it_waits_is_merged_as_it_is_now() {
	stopped_unmerged
	echo more >>../repo-wt1/src/task-1.txt
	git -C ../repo-wt1 commit -q -a --amend -m rewritten
	expect_status 0 wtorch status
	expect_in out 'its branch was moved to'
	expect_status 0 wtorch merge 1
	git show main:src/task-1.txt | grep -q more || fail 'something else was merged'
}

stopped_unmerged() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	release
	expect_status 0 wtorch run -y --no-merge
	branch=$(git -C ../repo-wt1 branch --show-current)
	tip=$(git rev-parse "$branch")
	base=$(git rev-parse main)
}

# work that people merge

test_what_was_merged_by_hand_is_seen_by_status_and_recorded_by_resume() {
	for way in '--no-ff -m hand' --squash; do
		rm -rf repo repo-wt1 "$HOME/.config"
		stopped_unmerged
		git merge -q $way "$branch" >/dev/null
		[ "$way" != --squash ] || git commit -q -m hand
		cp .git/wtorch/runs/*/journal.jsonl "$top/journal"
		expect_status 0 wtorch status
		expect_in out 'merged by hand into main' 'wtorch resume records it'
		cmp .git/wtorch/runs/*/journal.jsonl "$top/journal"
		expect_status 0 wtorch resume
		expect_in out '1 merged'
		expect_status 0 wtorch status
		expect_not_in out 'wtorch resume'
		expect_status 1 wtorch retry 1
		expect_in err "'1' is merged already"
		expect_status 0 wtorch clean -y
		[ ! -e ../repo-wt1 ] || fail "$(cat "$top/out")"
		cd ..
	done
}

test_retry_does_not_do_again_what_was_merged_by_hand() {
	stopped_unmerged
	git merge -q --squash "$branch" >/dev/null
	git commit -q -m hand
	expect_status 1 wtorch retry 1
	expect_in err "'1' is merged already"
	[ "$(grep -c '"event":"agent_started"' .git/wtorch/runs/*/journal.jsonl)" = 1 ] ||
		fail 'it was done again'
}

# journals and folders

test_records_edited_by_hand_are_told_and_left_out() {
	stopped_run
	release
	lines=$(wc -l <"$(echo .git/wtorch/runs/*/journal.jsonl)")
	echo '{"v":1,"seq":900,"event":"checkout_updated","task":"1","attempt":1}' \
		>>"$(echo .git/wtorch/runs/*/journal.jsonl)"
	for command in status 'why 1' report; do
		expect_status 0 wtorch $command
		expect_in err "journal.jsonl:$((lines + 1)): warning: record left out: \
'checkout_updated' of '1' does not follow from what stands before it"
	done
	expect_status 0 wtorch resume
	expect_in err "journal.jsonl:$((lines + 1)): warning: record left out"
	expect_in out '1 merged'
}

test_a_journal_of_200_megabytes_is_answered() {
	stopped_run
	release
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	line=$(printf '%060000d' 0)
	i=0
	while [ "$i" -lt 32 ]; do
		printf '{"v":1,"event":"note","reason":"%s"}\n' "$line"
		i=$((i + 1))
	done >"$top/notes"
	for i in $(seq 105); do cat "$top/notes"; done >>"$journal"
	[ "$(wc -c <"$journal")" -gt 200000000 ] || fail 'it is too small'
	expect_status 0 wtorch status
	expect_in out 'stopped'
}

# read_only COMMAND...: the same with the run's folder as on a disk that cannot be written.
read_only() {
	[ "$1" != wtorch ] || { shift; set -- "$WTORCH" "$@"; }
	unshare -m sh -c '
		mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"
	' "$(echo "$PWD"/.git/wtorch/runs)" "$@"
}

test_a_folder_of_runs_that_cannot_be_written_is_said() {
	stopped_run
	read_only true 2>/dev/null || skip 'nothing can be mounted here'
	expect_status 0 read_only wtorch status
	expect_in out 'stopped'
	for command in resume 'retry 1' 'run -y'; do
		cp .git/wtorch/runs/*/journal.jsonl "$top/journal"
		expect_untouched 6 read_only wtorch $command
		expect_in err 'Read-only file system'
		cmp .git/wtorch/runs/*/journal.jsonl "$top/journal"
	done
	release
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

run_tests "$@"
