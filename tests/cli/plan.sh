# SPDX-License-Identifier: MIT
# wtorch plan: estimates, what more instances would gain, advice and the verdict.
. "$(dirname "$0")/lib.sh"

repo_with_plan() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>"src/new-$WTORCH_TASK.txt"
	A
	write tasks.yaml <<-'Y'
		tasks:
		  - {id: a, estimate: 6h, order: 1, files: [src/a.txt, src/x.txt]}
		  - {id: b, estimate: 1h, order: 1, files: [src/a.txt, src/x.txt]}
		  - {id: c, estimate: 1h, order: 2, files: [src/c.txt]}
		  - {id: d, estimate: 1h, files: [src/x.txt]}
		  - {id: e, estimate: 1h, files: [src/e.txt]}
		  - {id: f, estimate: 1h, files: [src/f.txt]}
		  - {id: g, estimate: 1h, files: [src/g.txt]}
	Y
	commit 'tasks'
}

has() { grep -q "$1" "$top/out" || fail "no '$1' in the plan"; }

test_the_plan_ends_with_a_verdict_and_advice() {
	repo_with_plan
	expect_status 0 wtorch plan tasks.yaml
	expect_out <<-'E'
		base main oid · 7 planned, 0 done · 3 instances

		 wave  task  title  files  estimate  why
		 1     a     a          2  AGO
		 1     e     e          1  AGO
		 1     f     f          1  AGO
		 2     b     b          2  AGO        shares src/a.txt with a
		 2     g     g          1  AGO        3 at a time
		 3     c     c          1  AGO        order 2 after order 1
		 3     d     d          1  AGO        shares src/x.txt with b

		sequential AGO · 3 instances AGO (1.5x) · one more saves nothing
		ungated: no check runs before work is merged
		verdict: up to 3 together, AGO saved after overhead
	E
	# What looks like a duration is not compared above.
	has '^ 1     a     a          2  6h$'
	has '^sequential 12h · 3 instances 8h (1.5x) · one more saves nothing$'
	has '^verdict: up to 3 together, 4h saved after overhead$'
	expect_err <<-'E'
		hint: 3 tasks touch src/x.txt (a, b, d): do that first, as a task of its own
		hint: a and b touch nearly the same (src/a.txt, src/x.txt): they could be one task (plan.conflicts = join)
		hint: a (order 1) and c (order 2) could run together
		hint: a is estimated at AGO, three times the others (AGO): split it
	E
}

test_verbose_compares_numbers_of_instances() {
	repo_with_plan
	expect_status 0 wtorch -v plan tasks.yaml
	has '^-j 1 12h · 2 8h · 3 8h$'
	expect_in out 'estimates: 7 declared, 0 from similar tasks of past runs, 0 unknown'
	has '^overhead: 2.0s an attempt (not measured yet)$'
	expect_status 0 wtorch plan -j 1 tasks.yaml
	has ' 1 instance 12h · one more 8h$'
	has '^verdict: sequential would be as fast$'
}

test_json_has_the_advice_and_where_estimates_come_from() {
	repo_with_plan
	expect_status 0 wtorch plan --json tasks.yaml
	jq -e '[.advice[] | [.kind, .tasks]] == [["first", ["a", "b", "d"]], ["join", ["a", "b"]],
			["together", ["a", "c"]], ["split", ["a"]]] and
		.advice[3].seconds == 21600 and .advice[3].limit_s == 10800 and
		.advice_left_out == 0 and
		([.tasks[].estimate_from] | unique) == ["declared"] and
		.estimate.sequential_s == 43200 and .estimate.by_jobs_s[0] == 43214 and
		.estimate.from.declared == 7 and .estimate.from.unknown == 0 and
		.estimate.overhead_s == 2 and (.estimate.overhead_measured | not) and
		([.batches[].tasks | length] | max) == 3' "$top/out" >"$top/jq"
}

test_an_estimate_over_the_limit_is_named() {
	repo_with_plan
	expect_status 0 wtorch -c plan.max_estimate=5h plan tasks.yaml
	grep -q '^hint: a is estimated at 6h, over plan.max_estimate (5h): split it$' "$top/err"
}

test_past_runs_estimate_similar_tasks() {
	repo_with_plan
	write one.yaml <<-'Y'
		tasks: [{id: imp, title: 'Import recipes from CSV'}, {id: big, title: 'Quite another'}]
	Y
	commit 'more'
	expect_status 0 wtorch plan --json one.yaml
	jq -e '[.tasks[] | [.estimate_s, .estimate_from]] == [[null, "unknown"], [null, "unknown"]]' \
		"$top/out" >"$top/jq"
	expect_status 0 wtorch run -y one.yaml imp
	write two.yaml <<-'Y'
		tasks: [{id: csv, title: 'Import recipes from CSV'}, {id: huge, title: 'Something else'}]
	Y
	expect_status 0 wtorch plan --json two.yaml
	jq -e '.tasks[0].estimate_from == "history" and .tasks[0].estimate_s >= 1 and
		.tasks[1].estimate_from == "unknown" and .estimate.overhead_measured and
		.estimate.from.unknown == 1 and .estimate.from.history == 1' "$top/out" >"$top/jq"
	expect_status 0 wtorch plan two.yaml
	expect_in out ' ~'
}

test_check_says_whether_the_selected_tasks_are_independent() {
	repo_with_plan
	expect_status 1 wtorch plan --check tasks.yaml
	expect_status 0 wtorch plan --check tasks.yaml e f g
	expect_not_in err 'not independent'
	expect_status 1 wtorch plan --check tasks.yaml a b
	expect_in err 'not independent: a, b share src/a.txt'
	expect_status 1 wtorch plan --check tasks.yaml a c
	expect_in err 'not independent: a and c have different orders'
	write more.yaml <<-'Y'
		tasks: [{id: x, files: [x]}, {id: y, files: [y], depends_on: x}, {id: z}]
	Y
	expect_status 1 wtorch plan --check more.yaml x y
	expect_in err 'not independent: y needs x'
	expect_status 0 wtorch plan --check more.yaml x z
	expect_status 1 wtorch -c plan.unknown=alone plan --check more.yaml x z
	expect_in err 'not independent: z runs alone'
	expect_status 0 wtorch -c plan.unknown=alone plan --check more.yaml z
}

run_tests "$@"
