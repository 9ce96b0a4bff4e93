# SPDX-License-Identifier: MIT
# wtorch why, logs and diff: looking at a run.
. "$(dirname "$0")/lib.sh"

# Task 1 merges, 2 fails twice, 3 waits for 2, 4 is done before.
repo_with_tasks() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		printf 'hello from %s\033[31m red\033[0m\ttab\n' "$WTORCH_TASK"
		if [ "$WTORCH_TASK" = 2 ]; then
			echo "attempt $WTORCH_ATTEMPT fails" >&2
			exit 3
		fi
		echo "by $WTORCH_TASK" >>src/a.txt
		git add -A
		git commit -q -m "task $WTORCH_TASK"
		echo more >>src/a.txt
	A
	write ROADMAP.md <<-'R'
		# Roadmap

		## PRIORITY 1: First task 📝 Planned

		**Files**: src/a.txt

		## PRIORITY 2: Second task 📝 Planned

		**Files**: src/b.txt

		## PRIORITY 3: Third task 📝 Planned

		**Depends on**: 2
		**Files**: src/c.txt

		## PRIORITY 4: Fourth task ✅ Complete
	R
	commit 'roadmap'
}

done_run() {
	repo_with_tasks
	expect_status 1 wtorch -c run.retry_pause=0s run -y
}

# Peaks of memory are the machine's.
without_peaks() {
	sed -i -E -e ':a;N;$!ba' -e 's/,\n? *peak [0-9.]+ [kMG]B//g' "$top/out"
}

test_why_tells_the_story_of_a_task() {
	done_run
	expect_status 0 wtorch why 2
	without_peaks
	expect_out <<-'E'
		2 Second task · run RUN

		 TIME  planned: wave 1, starts at once; agent bot; 1 file; from
		                       ROADMAP.md:7
		 TIME  run taken up by pid PID
		 TIME  attempt 1: makes worktree ../repo-wt2 on
		                       wtorch/2-second-task from oid
		 TIME  worktree ready
		 TIME  starts agent bot
		 TIME  agent bot works, pid PID
		 TIME  agent bot ended with exit status 3
		 TIME  attempt 1: failed: agent ended with status 3; is tried
		                       again
		 TIME  attempt 2: makes worktree ../repo-wt2 on
		                       wtorch/2-second-task from oid
		 TIME  worktree ready
		 TIME  starts agent bot
		 TIME  agent bot works, pid PID
		 TIME  agent bot ended with exit status 3
		 TIME  attempt 2: failed: agent ended with status 3
		 TIME  run ended: partial, exit status 1

		 now   failed: agent ended with status 3
		 next  wtorch logs 2
		       wtorch retry 2
	E
	expect_status 0 wtorch why 3
	expect_in out 'planned: wave 2, after 2; agent bot' 'skipped: needs 2, which failed' ' now   skipped'
	expect_status 0 wtorch why 1
	expect_in out 'merged into main as oid' ' now   merged'
	awk 'length > 80 { print; bad = 1 } END { exit bad }' "$top/out"
}

test_tasks_and_runs_that_do_not_exist_are_named() {
	done_run
	expect_status 1 wtorch why 77
	expect_err <<-'E'
		wtorch: error: no run has a task '77'
		hint: wtorch status
	E
	expect_status 1 wtorch why 4
	expect_status 2 wtorch why
	expect_status 2 wtorch why 1 2
	expect_status 2 wtorch why --run nonsense 1
	expect_status 1 wtorch logs --run 20200101-000000-0000
	expect_in err 'there is no run'
	expect_status 2 wtorch logs --attempt 1
	expect_status 2 wtorch logs 1 --attempt zero
}

test_without_a_run_there_is_nothing_to_look_at() {
	make_repo repo
	cd repo
	for command in 'why 1' logs 'logs 1' 'diff 1'; do
		expect_status 1 wtorch $command
		compare out </dev/null
		expect_in err 'hint: wtorch '
	done
}

test_logs_give_the_bytes_of_the_newest_attempt_to_a_pipe() {
	done_run
	expect_status 0 wtorch logs 2
	printf 'hello from 2\033[31m red\033[0m\ttab\nattempt 2 fails\n' | compare out
	expect_status 0 wtorch logs --attempt 1 2
	printf 'hello from 2\033[31m red\033[0m\ttab\nattempt 1 fails\n' | compare out
	expect_status 1 wtorch logs 2 --attempt 3
	expect_err <<-'E'
		wtorch: error: attempt 3 of task '2' has no log
		hint: wtorch why 2
	E
	expect_status 1 wtorch logs 3
	expect_err <<-'E'
		wtorch: error: task '3' has not started: it is skipped
		hint: wtorch why 3
	E
}

test_logs_are_safe_on_a_terminal() {
	command -v script >/dev/null || skip 'script is not installed'
	script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip 'there are no pseudo-terminals here'
	done_run
	script -qec "'$WTORCH' logs 2" /dev/null </dev/null | tr -d '\r' >"$top/out"
	ran='wtorch logs 2'
	printf 'hello from 2 red\ttab\nattempt 2 fails\n' | compare out
}

test_the_log_of_a_run_is_a_line_for_each_event() {
	done_run
	expect_status 0 wtorch logs
	expect_in out 'TIME  -         planned 3 tasks on main oid' \
		'TIME  2         attempt 1: failed: agent ended with status 3; is tried again' \
		'TIME  1         merged into main as oid' \
		'TIME  3         skipped: needs 2, which failed' \
		'TIME  -         run ended: partial, exit status 1'
	sort -s -c -k1,1 "$top/out"
	cp "$top/out" once
	expect_status 0 wtorch logs --follow
	scrub once | compare out
}

test_diff_shows_committed_and_uncommitted_work() {
	repo_with_tasks
	expect_status 0 wtorch run -y --no-merge 1
	echo mine >../repo-wt1/untracked.txt
	echo edited >>../repo-wt1/src/c.txt
	expect_status 0 wtorch diff 1
	expect_in out '+by 1' '+more' '+mine' '+edited' '+++ b/untracked.txt'
	compare err </dev/null
}

test_diff_outlives_the_worktree() {
	repo_with_tasks
	expect_status 0 wtorch run -y --no-merge 1
	git worktree remove --force ../repo-wt1
	expect_status 0 wtorch diff 1
	expect_in out '+by 1' '+more'
	expect_err <<-'E'
		the worktree of '1' is gone; this is what it committed
	E
	expect_status 0 wtorch -q diff 1
	compare err </dev/null
}

test_diff_of_a_task_that_did_nothing_says_so() {
	done_run
	expect_status 1 wtorch diff 3
	expect_err <<-'E'
		wtorch: error: task '3' has changed nothing: it is skipped
		hint: wtorch why 3
	E
}

# An agent that says "begun", waits for a line in the named pipe, and says "ended".
run_that_waits() {
	make_repo repo
	cd repo
	mkfifo "$top/go"
	make_agent bot <<-A
		echo begun
		read -r line <"$top/go"
		echo "ended \$line"
		echo >>src/a.txt
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: src/a.txt
	R
	commit 'roadmap'
	"$WTORCH" run -y >"$top/run.out" 2>"$top/run.err" </dev/null &
	runner=$!
	# The pipe can be opened once the agent reads from it; that it works is known a little later.
	exec 3>"$top/go"
	eventually sh -c '"$0" status --json | grep -q "\"state\": \"working\""' "$WTORCH"
}

test_logs_follow_an_agent_to_its_end() {
	run_that_waits
	"$WTORCH" logs -f 1 >"$top/followed" 2>&1 </dev/null &
	follower=$!
	"$WTORCH" logs 1 | grep -q begun
	echo now >&3
	exec 3>&-
	wait "$follower" || fail "logs -f: exit status $?: $(cat "$top/followed")"
	printf 'begun\nended now\n' | diff - "$top/followed"
	wait "$runner" || fail "run: $(cat "$top/run.err")"
}

test_logs_follow_a_run_to_its_end() {
	run_that_waits
	"$WTORCH" logs -f >"$top/out" 2>&1 </dev/null &
	follower=$!
	echo now >&3
	exec 3>&-
	wait "$runner" || fail "run: $(cat "$top/run.err")"
	wait "$follower" || fail "logs -f: exit status $?"
	ran='wtorch logs -f'
	expect_in out 'merged into main as oid' 'run ended: success, exit status 0'
	"$WTORCH" logs >"$top/whole"
	diff "$top/whole" "$top/out"
}

test_following_an_agent_outlives_its_orchestrator() {
	run_that_waits
	"$WTORCH" logs -f 1 >"$top/followed" 2>&1 </dev/null &
	follower=$!
	"$WTORCH" logs -f >"$top/run.log" 2>&1 </dev/null &
	run_follower=$!
	kill -KILL "$runner"
	wait "$runner" || true
	wait "$run_follower" || fail "logs -f of the run: exit status $?"
	expect_status 0 wtorch why 1
	expect_in out ' now   working; nobody works on this run now'
	echo late >&3
	exec 3>&-
	wait "$follower" || fail "logs -f: exit status $?: $(cat "$top/followed")"
	printf 'begun\nended late\n' | diff - "$top/followed"
}

test_logs_wait_for_a_task_that_is_still_to_start() {
	run_that_waits
	echo now >&3
	exec 3>&-
	wait "$runner" || true
	printf '\n## PRIORITY 2: Second task 📝 Planned\n\n**Files**: src/a.txt\n' >>ROADMAP.md
	printf '\n## PRIORITY 3: Third task 📝 Planned\n\n**Files**: src/a.txt\n' >>ROADMAP.md
	commit 'two more'
	"$WTORCH" run -y >"$top/run.out" 2>"$top/run.err" </dev/null &
	runner=$!
	exec 3>"$top/go"
	"$WTORCH" logs -f 3 >"$top/followed" 2>&1 </dev/null &
	follower=$!
	echo two >&3
	exec 3>&-
	exec 3>"$top/go"
	echo three >&3
	exec 3>&-
	wait "$follower" || fail "logs -f: exit status $?: $(cat "$top/followed")"
	printf 'begun\nended three\n' | diff - "$top/followed"
	wait "$runner" || fail "run: $(cat "$top/run.err")"
}

test_what_works_can_be_looked_at() {
	run_that_waits
	echo typing >../repo-wt1/draft.txt
	expect_status 0 wtorch diff 1
	expect_in out '+typing'
	expect_status 0 wtorch why 1
	expect_in out ' now   working'
	echo now >&3
	exec 3>&-
	wait "$runner" || true
}

test_an_interrupt_ends_following() {
	run_that_waits
	mkfifo "$top/followed"
	"$WTORCH" logs -f 1 >"$top/followed" 2>&1 </dev/null &
	follower=$!
	exec 4<"$top/followed"
	read -r line <&4
	[ "$line" = begun ] || fail "it says '$line'"
	kill -TERM "$follower"
	status=0
	wait "$follower" || status=$?
	[ "$status" = 143 ] || fail "exit status $status"
	echo now >&3
	exec 3>&-
	wait "$runner" || true
}

run_tests "$@"
