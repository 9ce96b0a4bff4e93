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

run_tests "$@"
