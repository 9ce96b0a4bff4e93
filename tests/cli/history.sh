# SPDX-License-Identifier: MIT
# wtorch history: past runs and their figures.
. "$(dirname "$0")/lib.sh"

# Task 1 merges, 2 fails; its agent tells tokens and cost.
done_run() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		[ "$WTORCH_TASK" = 1 ] || exit 3
		echo "by $WTORCH_TASK" >>src/a.txt
		cat <<'J'
		{"type":"result","subtype":"success","is_error":false,"result":"done","total_cost_usd":0.25,"usage":{"input_tokens":1000,"cache_read_input_tokens":500,"output_tokens":40}}
		J
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		## PRIORITY 2: Second task 📝 Planned
	R
	commit 'roadmap'
	expect_status 1 wtorch -c agent.bot.events=claude -c run.retries=0 \
		-c target.merge_rate=0.5 run -y
	runs=.git/wtorch/runs
	real=$(ls "$runs")
}

# The same run again under another name.
copy_run() {
	mkdir "$runs/$1"
	sed "s/$real/$1/g" "$runs/$real/journal.jsonl" >"$runs/$1/journal.jsonl"
}

test_a_repository_without_runs_has_none() {
	make_repo repo
	cd repo
	expect_status 0 wtorch history
	expect_out <<-'E'
		there is no run yet in this repository
	E
	expect_status 0 wtorch history --json
	[ "$(jq -c '[.schema, .runs, .older]' "$top/out")" = '["wtorch.history/1",[],0]' ] ||
		fail 'not an empty history'
	expect_status 2 wtorch history 20250101-000000-0000
	expect_status 2 wtorch history -n -1
}

test_runs_are_shown_newest_first_with_their_figures() {
	done_run
	copy_run 20250101-000000-0001
	copy_run 20250101-000000-0002
	expect_status 0 wtorch history -n 2
	sed -i -E 's/ [0-9.]+x / X /' "$top/out"
	expect_out <<-'E'
		 run                     time  merged failed conflicts speedup    cost  status
		 RUN      AGO     1/2      1         0   X   $0.25  partial
		 RUN      AGO     1/2      1         0   X   $0.25  partial

		 2 runs, 2 of 4 tasks merged · AGO · $0.50 · 1 older: wtorch history -n 0
	E
	expect_status 0 wtorch history --json
	[ "$(jq -r '[.runs[].id] | join(" ")' "$top/out")" = \
		"$real 20250101-000000-0002 20250101-000000-0001" ] || fail 'the order is another'
}

test_the_document_has_what_the_report_has() {
	done_run
	expect_status 0 wtorch history --json
	jq '.runs[0].metrics' "$top/out" >"$top/history.json"
	jq -r '.runs[0] | [.status, .base, .exit_status, .totals.merged, .damaged_records, .error]
		| tojson' "$top/out" >"$top/head"
	[ "$(cat "$top/head")" = '["partial","main",1,1,0,null]' ] || fail "$(cat "$top/head")"
	expect_status 0 wtorch report --json
	jq '.metrics' "$top/out" >"$top/report.json"
	cmp "$top/history.json" "$top/report.json" || fail 'the figures differ'
	jq -e '.tokens == {input: 1000, output: 40, cached: 500} and .agents[0].agent == "bot" and
		(.targets[] | select(.name == "merge_rate") | .target == 0.5 and .is_met)' \
		"$top/report.json" >/dev/null || fail "$(cat "$top/report.json")"
}

test_a_run_that_cannot_be_read_is_named_and_hides_no_other() {
	done_run
	for n in 1 2 3 4; do
		copy_run "20250101-000000-000$n"
	done
	echo garbage >"$runs/20250101-000000-0001/journal.jsonl"
	sed -i '1s/"v":1/"v":2/' "$runs/20250101-000000-0002/journal.jsonl"
	sed -i '5s/^/x/' "$runs/20250101-000000-0003/journal.jsonl"
	rm "$runs/20250101-000000-0004/journal.jsonl"
	expect_status 0 wtorch history --json
	jq -r '.runs[] | "\(.status) \(.damaged_records) \(.error != null)"' "$top/out" >"$top/got"
	printf '%s\n' 'partial 0 false' 'partial 1 false' 'unreadable null true' \
		'unreadable null true' >"$top/want"
	cmp "$top/want" "$top/got" || fail "$(cat "$top/got")"
	expect_status 0 wtorch history
	expect_in out 'written by a newer wtorch' 'has no readable plan' '2 of 4 tasks merged'
	expect_in err 'its figures lack 1 record of a damaged journal'
}

test_a_run_at_work_is_running_and_one_without_a_driver_is_interrupted() {
	done_run
	sed -i '/"event":"run_ended"/d' "$runs/$real/journal.jsonl"
	expect_status 0 wtorch history --json
	[ "$(jq -r '.runs[0].status' "$top/out")" = interrupted ] || fail 'it is not interrupted'
	[ "$(jq '[.runs[0].metrics.targets[].is_met] | unique | length' "$top/out")" = 1 ] ||
		fail 'it is judged before its end'
}

run_tests "$@"
