# SPDX-License-Identifier: MIT
# Runs and tasks that may not spend more than so much.
. "$(dirname "$0")/lib.sh"

# spending_agent [LINE...]: an agent that does a task for a quarter of a dollar and 1000 tokens.
spending_agent() {
	make_agent bot <<-'A'
		cat >/dev/null
		echo done >>"src/task-$WTORCH_TASK.txt"
		echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":0.25,"usage":{"input_tokens":900,"output_tokens":100}}'
	A
	echo 'events = claude' >>"$HOME/.config/wtorch/config.ini"
}

five_tasks() {
	make_repo repo
	cd repo
	for i in 1 2 3 4 5; do
		printf '## PRIORITY %s: Task 📝 Planned\n\n**Files**: src/task-%s.txt\n\n' $i $i
	done >ROADMAP.md
	commit 'roadmap'
}

test_a_spent_budget_ends_the_run_and_a_larger_one_goes_on() {
	five_tasks
	spending_agent
	expect_status 1 wtorch -c budget.cost_usd=0.75 run -y -j 1
	expect_in err 'most of the budget: $0.75 of $0.75 spent'
	expect_in out 'the budget is spent: $0.75 of $0.75'
	[ "$(git log --merges --oneline main | wc -l)" = 3 ] || fail 'not three landed'
	expect_status 0 wtorch status
	expect_in out ' 2700 tokens in, 300 out, $0.75 of $0.75'
	expect_status 0 wtorch status --json
	tr -d ' \n' <"$top/out" >"$top/flat"
	grep -q '"budget":{"cost_usd":{"spent":0.75,"limit":0.75},"tokens":{"spent":3000,"limit":null}}' \
		"$top/flat"
	expect_status 1 wtorch resume
	[ "$(git log --merges --oneline main | wc -l)" = 3 ] || fail 'something new was started'
	run wtorch resume --budget x
	[ "$status" = 2 ] || fail "--budget x: status $status"
	expect_status 0 wtorch resume --budget 2
	[ "$(git log --merges --oneline main | wc -l)" = 5 ] || fail 'it did not go on'
}

test_tokens_are_a_budget_too() {
	five_tasks
	spending_agent
	expect_status 1 wtorch -c budget.tokens=2500 run -y -j 1
	expect_in out 'the budget is spent: 3000 of 2500 tokens'
	expect_in err 'most of the budget: 2000 of 2500 tokens spent'
	[ "$(git log --merges --oneline main | wc -l)" = 3 ] || fail 'not three landed'
}

test_an_agent_over_the_budget_of_its_task_is_ended_and_its_work_kept() {
	make_repo repo
	cd repo
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo half >>src/a.txt
		echo '{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"on and on"}],"usage":{"input_tokens":1000,"output_tokens":500}}}'
		sleep 300
	A
	echo 'events = claude' >>"$HOME/.config/wtorch/config.ini"
	expect_status 1 wtorch -c budget.task_tokens=1200 run -y --retries 3
	expect_in out 'its budget is spent: 1500 of 1200 tokens'
	expect_status 0 wtorch report --json
	expect_in out '"state": "kept"' '"attempts": 1'
	grep -q half ../repo-wt1/src/a.txt || fail 'its work is gone'
	expect_nobody
}

test_a_budget_that_cannot_be_kept_is_said_before_anything_is_spent() {
	five_tasks
	make_agent bot <<-A
		touch "$top/started"
		exit 1
	A
	expect_status 0 wtorch -c budget.cost_usd=1 plan
	expect_in err "cannot be kept: agent 'bot' tells neither tokens nor cost" 'hint: man wtorch.ini'
	expect_status 0 wtorch plan
	expect_not_in err 'cannot be kept'
	echo 'events = codex' >>"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch -c budget.task_cost_usd=1 plan
	expect_in err "agent 'bot' has no model set, and does not tell which it takes"
	expect_status 0 wtorch -c budget.cost_usd=1 -c agent.bot.model=m-1 run -n
	run wtorch -c budget.cost_usd=1 -c agent.bot.model=m-1 run -y --retries 0
	expect_in err "no [price] section has input and output of its model m-1"
	[ "$(grep -c 'cannot be kept' "$top/err")" = 1 ] || fail 'it was said more than once'
	run wtorch -c budget.cost_usd=1 -c agent.bot.model=m-1 doctor
	grep -q 'cannot be kept' "$top/out" || fail 'doctor does not say it'
	expect_status 0 wtorch -c budget.cost_usd=1 -c agent.bot.model=m-1 \
		-c price.m.input=1 -c price.m.output=2 plan
	expect_not_in err 'cannot be kept'
}

test_a_cost_that_nobody_knows_is_said_aloud() {
	make_repo repo
	cd repo
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo done >>src/a.txt
		echo '{"type":"turn.completed","usage":{"input_tokens":10,"output_tokens":2}}'
	A
	printf 'events = codex\nmodel = large-9\n' >>"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch -c budget.cost_usd=1 run -y
	tr -s '\n ' ' ' <"$top/err" >"$top/flat"
	grep -q "the budget in dollars is not kept: agent 'bot' names model large-9" "$top/flat"
}

test_numbers_that_cannot_be_spend_nothing() {
	make_repo repo
	cd repo
	one_task
	make_agent bot <<-'A'
		cat >/dev/null
		echo done >>src/a.txt
		echo '{"type":"assistant","message":{"id":"m1","usage":{"input_tokens":-5,"output_tokens":1e300}}}'
		echo '{"type":"assistant","message":[7],"usage":"much"}'
		echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":"a lot","usage":[]}'
	A
	echo 'events = claude' >>"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch -c budget.cost_usd=1 -c budget.tokens=10 run -y
	expect_in err 'which was left out'
	for value in -1 1.1234567 x 1e3; do
		run wtorch -c "budget.cost_usd=$value" plan
		[ "$status" = 5 ] || [ "$status" = 2 ] || fail "$value: status $status"
		expect_in err 'budget.cost_usd'
	done
}

run_tests "$@"
