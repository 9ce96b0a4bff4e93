#!/bin/sh
# SPDX-License-Identifier: MIT
# wtorch run from the first plan to the last worktree, as a person goes through it.
. "$(dirname "$0")/lib.sh"

# 1 and 2 go together, 3 after both; 4 and 5 write the same line of one file.
repo_of_five() {
	make_repo app
	cd app
	make_agent bot <<-A
		# 4 and 5 fork from one commit, so neither ends before both have begun.
		case \$WTORCH_TASK in
		4 | 5)
			echo >"$top/begun-\$WTORCH_TASK"
			until [ -e "$top/begun-4" ] && [ -e "$top/begun-5" ]; do sleep 0.05; done
			;;
		esac
		case \$WTORCH_TASK in
		1) echo one >>src/a.txt ;;
		2) echo two >>src/b.txt && git add -A && git commit -qm 'The agent commits' ;;
		3) cat src/a.txt src/b.txt >src/d.txt ;;
		4) sed -i 's/^c 5$/c four/' src/c.txt ;;
		5) sed -i 's/^c 5$/c five/' src/c.txt ;;
		esac
	A
	write ROADMAP.md <<-'R'
		# Roadmap

		### PRIORITY 1: First 📝 Planned

		**Files**: src/a.txt

		### PRIORITY 2: Second 📝 Planned

		**Files**: src/b.txt

		### PRIORITY 3: Third 📝 Planned

		**Depends on**: PRIORITY 1, PRIORITY 2
		**Files**: src/d.txt

		### PRIORITY 4: Fourth 📝 Planned

		### PRIORITY 5: Fifth 📝 Planned
	R
	commit 'A roadmap'
}

test_the_whole_way() {
	repo_of_five
	expect_status 3 wtorch run -y -j 5
	expect_in out '4 merged, 1 conflict' 'src/c.txt' 'git merge main' 'wtorch merge'
	[ "$(grep -c '✅ Complete' ROADMAP.md)" = 4 ] || fail 'the roadmap is not marked'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	cat src/a.txt src/b.txt | cmp - src/d.txt
	[ "$(git log --format=%b | grep -c '^Wtorch-Task: ')" -ge 4 ] || fail 'trailers are missing'

	expect_status 0 wtorch clean -y
	expect_in out 'keep' 'not merged'
	loser=$(git branch --format='%(refname:short)' | sed -n 's|^wtorch/\([0-9]*\)-.*|\1|p')
	cd "../app-wt$loser"
	git merge -q main >/dev/null 2>&1 || true
	sed -i '/^<<<<<<<\|^=======\|^>>>>>>>/d' src/c.txt
	commit 'Take both'
	cd ../app
	expect_status 0 wtorch merge "$loser"
	[ "$(grep -c '✅ Complete' ROADMAP.md)" = 5 ] || fail 'the roadmap is not marked'
	expect_status 0 wtorch clean -y
	[ "$(git worktree list | wc -l)" = 1 ] || fail 'a worktree is left'
	[ "$(git branch | wc -l)" = 1 ] || fail 'a branch is left'
	git fsck --connectivity-only
}

test_reports_agree() {
	repo_of_five
	expect_status 0 wtorch run -y 1-3
	expect_status 0 wtorch report --json
	[ "$(jq -r .schema "$top/out")" = wtorch.report/1 ] || fail 'no such schema'
	[ "$(jq -r .final_status "$top/out")" = success ] || fail 'not a success'
	[ "$(jq .totals.merged "$top/out")" = 3 ] || fail 'not three merged'
	expect_status 0 wtorch report --format yaml
	expect_in out 'report:' 'final_status: success'
	expect_status 0 wtorch report --format markdown
	expect_in out '| 1 |' 'merged'
	expect_status 0 wtorch status --json
	[ "$(jq -r '.instances[].state' "$top/out" | sort -u)" = merged ] || fail 'status differs'
}

test_enough_successes_are_a_success() {
	repo_of_five
	expect_status 1 wtorch -c run.success_threshold=67 -c run.retries=0 \
		-c 'agent.bot.shell=yes' -c 'agent.bot.command=[ $WTORCH_TASK != 3 ] && echo x >n$WTORCH_TASK' \
		run -y 1-3
	expect_status 0 wtorch -c run.success_threshold=50 -c run.retries=0 -c 'agent.bot.shell=yes' \
		-c 'agent.bot.command=[ $WTORCH_TASK != 5 ] && echo x >n$WTORCH_TASK' run -y 4-5
	expect_in out '1 failed'
}

test_each_event_of_a_task_carries_its_batch() {
	repo_of_five
	expect_status 0 wtorch run -y 1-3
	jq -e 'select(.task and (.batch // 0) < 1)' .git/wtorch/runs/*/journal.jsonl >"$top/without" || true
	[ ! -s "$top/without" ] || fail "without a batch: $(head -n 1 "$top/without")"
	[ "$(jq 'select(.task == "3" and .event == "landed") | .batch' .git/wtorch/runs/*/journal.jsonl)" = 2 ] ||
		fail 'the third is not in the second batch'
}

test_json_is_one_document_and_nothing_else() {
	repo_of_five
	run wtorch run -y --json 1 2
	[ "$status" = 0 ] || fail "exit status $status"
	jq -e .totals.merged "$top/out" >"$top/count"
	run wtorch plan --json 3
	jq -e '.tasks | length' "$top/out" >"$top/count"
}

test_nothing_planned_is_no_failure() {
	repo_of_five
	expect_status 0 wtorch run -y 1-3
	sed -i 's/📝 Planned/⏸ Blocked/' ROADMAP.md
	expect_status 0 wtorch run -y
	expect_in out 'nothing to do'
	[ "$(ls .git/wtorch/runs | wc -l)" = 1 ] || fail 'a run was made'
}

test_again_takes_up_what_was_planned_meanwhile() {
	repo_of_five
	make_agent planner <<-A
		echo \$WTORCH_TASK >>src/a.txt
		if [ \$WTORCH_TASK = 1 ]; then
			cd '$PWD'
			printf '\n### PRIORITY 6: Sixth 📝 Planned\n' >>ROADMAP.md
		fi
	A
	sed -i '/PRIORITY 2/,$d' ROADMAP.md
	commit 'One task'
	expect_status 0 wtorch -c run.agent=planner run -y --again
	expect_in err '1: merged' '6: merged'
	grep -q '### PRIORITY 6: Sixth ✅ Complete' ROADMAP.md || fail 'the sixth is not marked'
}

test_no_merge_leaves_the_branches_for_later() {
	repo_of_five
	expect_status 0 wtorch run -y --no-merge 1 2
	[ -z "$(git log --merges --oneline)" ] || fail 'something was merged'
	expect_status 0 wtorch merge 1
	grep -q one src/a.txt || fail 'the first is not merged'
	grep -q two src/b.txt && fail 'the second is merged too'
	expect_status 0 wtorch merge 2
	grep -q two src/b.txt || fail 'the second is not merged'
}

test_stopped_run_goes_on_where_it_was() {
	repo_of_five
	mkfifo "$top/begun"
	make_agent slow <<-A
		[ -e "$top/again" ] || { echo begun >"$top/begun"; sleep 1000; }
		echo slow >>src/a.txt
	A
	"$WTORCH" -c run.agent=slow run -y 1 >"$top/run.out" 2>&1 </dev/null &
	runner=$!
	read -r line <"$top/begun"
	[ "$line" = begun ]
	expect_status 6 wtorch -c run.agent=slow run -y 2
	expect_in err 'another wtorch works on this repository' 'pid PID'
	expect_status 0 wtorch stop
	wait "$runner" || true
	grep -q 'stopped' "$top/run.out" || fail 'the report does not say that it was stopped'
	[ -d ../app-wt1 ] || fail 'the worktree is gone'
	touch "$top/again"
	expect_status 0 wtorch resume --timeout 1m -j 1
	grep -q slow src/a.txt || fail 'it did not land'
}

run_tests "$@"
