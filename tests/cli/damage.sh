# SPDX-License-Identifier: MIT
# Damaged journals, full disks, streams that nobody reads.
. "$(dirname "$0")/lib.sh"

done_run() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo "says $WTORCH_TASK"
		echo "by $WTORCH_TASK" >>src/a.txt
	A
	one_task
	expect_status 0 wtorch run -y
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	run_id=$(basename "$(dirname "$journal")")
}

# journals

looks='status|why 1|logs|logs 1|diff 1|report|report --json|clean -n'

test_a_torn_tail_is_mended_by_the_next_writer() {
	done_run
	truncate -s -20 "$journal"
	IFS='|'
	for command in $looks; do
		IFS=' '
		expect_status 0 wtorch $command
	done
	expect_status 0 wtorch status
	expect_in out 'interrupted' 'merged'
	expect_status 0 wtorch resume
	expect_status 0 wtorch status
	expect_in out 'success'
}

test_garbage_in_the_middle_is_left_out_with_a_warning() {
	done_run
	sed -i '5s/.*/garbage \x01 {"v":1/' "$journal"
	IFS='|'
	for command in $looks; do
		IFS=' '
		expect_status 0 wtorch $command
	done
	expect_status 0 wtorch status
	expect_in out '1        first-task             merged'
	expect_in err 'journal.jsonl:5: warning: record left out'
	expect_status 0 wtorch resume
}

test_zeros_at_the_end_do_no_harm() {
	done_run
	truncate -s +5000 "$journal"
	expect_status 0 wtorch status
	expect_in out 'merged'
	expect_status 0 wtorch resume
	expect_status 0 wtorch status
	expect_in out 'success'
}

test_a_journal_of_a_newer_version_is_not_touched() {
	done_run
	echo '{"v":2,"seq":99,"ts":"2026-01-01T00:00:00Z","event":"quantum"}' >>"$journal"
	cp "$journal" "$top/newer"
	for command in status logs report stop resume; do
		expect_status 1 wtorch $command
		expect_in err 'written by a newer wtorch' 'hint: '
	done
	for command in 'why 1' 'retry 1' 'merge 1' 'stop 1'; do
		expect_status 1 wtorch $command
		expect_in err "no run has a task '1'" 'hint: run RUN cannot be read'
	done
	expect_status 0 wtorch clean -y
	expect_status 0 wtorch plan
	cmp "$journal" "$top/newer"
}

test_a_journal_without_its_plan_is_no_run_to_go_on_with() {
	done_run
	cp "$journal" "$top/whole"
	for damage in ': >"$journal"' 'sed -i 1d "$journal"' 'head -c 100 "$top/whole" >"$journal"' \
		'rm "$journal"; mkdir "$journal"' 'rmdir "$journal"; mkfifo "$journal"' \
		'rm "$journal"; ln -s /dev/zero "$journal"'; do
		eval "$damage"
		for command in status resume report stop logs 'status --json'; do
			run wtorch $command
			case $status in 1 | 5 | 6) ;; *) fail "$ran: $damage: $status" ;; esac
			compare out </dev/null
			expect_in err 'wtorch: error: '
		done
		for command in 'why 1' 'retry 1'; do
			run wtorch $command
			case $status in 1 | 5 | 6) ;; *) fail "$ran: $damage: $status" ;; esac
		done
		expect_status 0 wtorch clean -n
		expect_status 0 wtorch run -y
		expect_in out 'nothing to do'
	done
}

test_an_older_run_is_found_behind_a_damaged_one() {
	done_run
	mkdir .git/wtorch/runs/29990101-000000-0000
	echo nonsense >.git/wtorch/runs/29990101-000000-0000/journal.jsonl
	expect_status 0 wtorch why 1
	expect_status 0 wtorch status --run "$run_id"
	expect_status 1 wtorch status
	expect_in err 'has no readable plan' 'hint: name another run'
}

test_a_run_killed_while_it_wrote_its_plan_is_no_run() {
	done_run
	mkdir .git/wtorch/runs/29990101-000000-0000
	head -c 300 "$journal" >.git/wtorch/runs/29990101-000000-0000/journal.jsonl
	expect_status 0 wtorch status
	expect_in out 'success'
	expect_status 0 wtorch resume
	expect_status 1 wtorch status --run 29990101-000000-0000
	expect_in err "there is no run 'RUN'"
}

test_agents_are_stopped_behind_a_damaged_record() {
	make_repo app
	cd app
	make_held_agent </dev/null
	one_task
	start run -y
	eventually [ -e "$top/begun-1" ]
	kill -9 "$runner"
	wait "$runner" 2>/dev/null || true
	echo '{"v":1,"seq":7,"ts":"2026' >>"$(echo .git/wtorch/runs/*/journal.jsonl)"
	expect_status 0 wtorch stop
	expect_nobody
}

test_a_folder_without_journal_is_no_run() {
	done_run
	mkdir .git/wtorch/runs/29990101-000000-0000 .git/wtorch/runs/strange
	: >.git/wtorch/runs/29990101-000000-0001
	expect_status 0 wtorch status
	expect_in out 'success'
	rm "$journal"
	expect_status 1 wtorch status
	expect_err <<-'E'
		wtorch: error: there is no run yet in this repository
		hint: wtorch run
	E
	expect_status 1 wtorch status --run "$run_id"
}

test_a_file_in_the_place_of_the_state_folder_is_said() {
	done_run
	rm -r .git/wtorch
	: >.git/wtorch
	write ROADMAP.md <<-'R'
		## PRIORITY 2: Another 📝 Planned
	R
	expect_status 6 wtorch run -y
	expect_in err "cannot make the folder"
}

# disks

# Files no longer than N * 512 bytes can be written: not even a journal, and then not all of it.
test_a_run_that_cannot_be_written_leaves_nothing() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	one_task
	for size in 1 2; do
		snapshot >"$top/before"
		status=0
		(
			trap '' XFSZ
			ulimit -f "$size"
			exec "$WTORCH" run -y 2>&1
		) </dev/null | cat >"$top/err"
		ran="wtorch run with $size blocks"
		expect_in err 'cannot write the journal' 'File too large'
		snapshot | diff -u "$top/before" -
		expect_status 1 wtorch status
		expect_in err 'there is no run yet'
	done
}

test_a_run_whose_journal_cannot_grow_can_be_resumed() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
	A
	one_task
	expect_status 0 wtorch run -n
	for size in 5 6 7 8 9 10; do
		(
			trap '' XFSZ
			ulimit -f "$size"
			exec "$WTORCH" run -y 2>&1
		) </dev/null | cat >"$top/err"
		grep -q 'hint: wtorch resume' "$top/err" && break
	done
	ran="wtorch run with $size blocks"
	expect_in err 'cannot write the journal' 'hint: wtorch resume RUN'
	expect_nobody
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

small_disk() { # size
	mkdir "$top/disk"
	mount -t tmpfs -o "size=$1" none "$top/disk" 2>/dev/null || skip 'mount is not allowed'
	trap 'cd "$top"; umount "$top/disk"' EXIT
	cd "$top/disk"
}

test_a_full_disk_is_said_and_leaves_nothing() {
	small_disk 500k
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
	A
	one_task
	dd if=/dev/zero of=../fill bs=1k 2>/dev/null || true
	expect_untouched 6 wtorch run -y
	expect_in err 'No space left on device' 'hint: free some disk space'
	rm ../fill
	expect_status 0 wtorch run -y
	expect_in out '1 merged'
}

test_a_disk_that_fills_while_an_agent_works_keeps_its_work() {
	small_disk 600k
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
		[ -e ../once ] || dd if=/dev/zero of=../fill bs=1k 2>/dev/null || :
		: >../once
	A
	one_task
	: >../once
	rm ../once
	run wtorch run -y
	case $status in 1 | 6) ;; *) fail "exit status $status" ;; esac
	[ "$(git log --format=%s -1)" = roadmap ] || fail 'main moved'
	grep -q x ../repo-wt1/src/a.txt || fail 'its work is gone'
	rm ../fill
	: >../once
	run wtorch resume
	[ -n "$(git branch --contains main --list main)" ] || fail 'main is gone'
	git fsck --no-dangling
	expect_status 0 wtorch status
	grep -q 'first-task.*merged' "$top/out" || expect_status 0 wtorch retry 1
	[ "$(git log --format=%s -1)" = 'Merge task 1: First task' ] || fail "$(git log --oneline)"
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

# streams

test_an_answer_that_cannot_be_written_is_an_error() {
	[ -w /dev/full ] || skip 'there is no /dev/full'
	done_run
	for command in plan 'plan --json' 'run -n' status 'status --json' 'why 1' logs 'logs 1' \
		'diff 1' report 'clean -n' help 'help run' --version 'completion bash' doctor; do
		status=0
		"$WTORCH" $command >/dev/full 2>"$top/err" </dev/null || status=$?
		ran="wtorch $command"
		[ "$status" = 6 ] || fail "$ran: exit status $status"
		expect_in err 'cannot write the answer: No space left on device'
	done
}

test_a_reader_that_has_enough_is_no_error() {
	done_run
	for command in plan 'plan --json' status 'why 1' logs 'logs 1' 'diff 1' report help \
		'completion bash'; do
		status=0
		{
			"$WTORCH" $command 2>"$top/err" </dev/null || echo "$?" >"$top/status"
		} | true
		[ ! -e "$top/status" ] || fail "wtorch $command: exit status $(cat "$top/status")"
		[ ! -s "$top/err" ] || fail "wtorch $command: $(cat "$top/err")"
	done
}

test_a_run_goes_on_when_nobody_reads() {
	make_repo repo
	cd repo
	make_held_agent </dev/null
	one_task
	{
		"$WTORCH" run -y 2>&1 </dev/null
		echo "$?" >"$top/status"
	} | head -n 1 >"$top/out" &
	eventually [ -s "$top/out" ]
	release
	eventually [ -s "$top/status" ]
	[ "$(cat "$top/status")" = 0 ] || fail "exit status $(cat "$top/status")"
	[ -e src/task-1.txt ] || fail 'it did not land'
}

# What would be written to them must not end in a file that got their number.
test_closed_streams_are_nobodys() {
	done_run
	for command in plan 'plan --json' status help; do
		"$WTORCH" $command >&- 2>&- <&- || fail "wtorch $command: $?"
	done
	write ROADMAP.md <<-'R'
		## PRIORITY 2: Another 📝 Planned
	R
	commit 'another'
	"$WTORCH" run -y <&- >&- 2>&-
	expect_status 0 wtorch status
	expect_in out 'success'
	compare err </dev/null
	grep -q 'by 2' src/a.txt
	git fsck --no-dangling
}

test_few_descriptors_are_an_error_or_enough() {
	skip_under_valgrind 'it needs descriptors of its own'
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
	A
	one_task
	for limit in 9 10 12 14 16 20; do
		status=0
		(
			exec >"$top/out" 2>"$top/err" </dev/null
			ulimit -n "$limit"
			exec "$WTORCH" run -y
		) || status=$?
		ran="wtorch run with $limit descriptors"
		[ "$status" = 0 ] && break
		case $status in 1 | 6) ;; *) fail "$ran: exit status $status: $(cat "$top/err")" ;; esac
		expect_nobody
	done
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

test_an_emptied_journal_is_said_and_what_its_run_made_is_kept() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo half >>src/a.txt
		exit 1
	A
	one_task
	expect_status 1 wtorch run -y --retries 0
	journal=$(echo .git/wtorch/runs/*/journal.jsonl)
	cp "$journal" "$top/journal"
	: >"$journal"
	for command in status resume stop report; do
		expect_untouched 1 wtorch $command
		expect_in err "the journal of run 'RUN' was emptied" 'hint: name another run, or put'
	done
	expect_untouched 1 wtorch retry 1
	expect_in err "no run has a task '1'" 'run RUN cannot be read'
	expect_untouched 0 wtorch clean -y
	expect_err <<-'E'
		wtorch: warning: what it made is kept: the journal of run 'RUN' was emptied: nobody knows any more what its tasks did
	E
	grep -q half ../repo-wt1/src/a.txt || fail 'the work is gone'
	cp "$top/journal" "$journal"
	expect_status 0 wtorch clean -n
	expect_in out 'failed: 1 uncommitted file'
}

run_tests "$@"
