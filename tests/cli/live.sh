# SPDX-License-Identifier: MIT
# What other processes see of agents that write events, while those work.
. "$(dirname "$0")/lib.sh"

# run_that_tells: an agent that tells what it does, in claude's words, and waits for release.
run_that_tells() {
	make_repo repo
	cd repo
	one_task
	make_agent bot <<-A
		cat >/dev/null
		echo '{"type":"system","subtype":"init","session_id":"s-1"}'
		echo '{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"reads the code"},{"type":"tool_use","name":"Edit"}],"usage":{"input_tokens":1000,"cache_creation_input_tokens":0,"cache_read_input_tokens":500,"output_tokens":20}}}'
		until [ -e "$top/released" ]; do sleep 0.05; done
		echo done >>src/a.txt
		echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":0.5,"usage":{"input_tokens":1000,"cache_creation_input_tokens":0,"cache_read_input_tokens":500,"output_tokens":90}}'
	A
	echo 'events = claude' >>"$HOME/.config/wtorch/config.ini"
	start run -y
	eventually shows 'reads the code'
}

shows() {
	"$WTORCH" status --json >"$top/out" 2>"$top/err" && grep -qF "$1" "$top/out"
}

test_status_tells_what_a_living_agent_says_and_uses() {
	run_that_tells
	tr -d ' \n' <"$top/out" >"$top/flat"
	grep -q '"message":"readsthecode","tool":"Edit"' "$top/flat"
	grep -q '"tokens":{"input":1500,"output":20,"cached":500}' "$top/flat"
	expect_status 0 wtorch why 1
	tr -s '\n ' ' ' <"$top/out" >"$top/flat"
	grep -q 'uses Edit; says: reads the code; so far 1500 tokens in, 20 out' "$top/flat"
	expect_status 0 wtorch status
	expect_in out ' Edit'
	release
	end 0
	expect_status 0 wtorch status --json
	tr -d ' \n' <"$top/out" >"$top/flat"
	grep -q '"tokens":{"input":1500,"output":90,"cached":500}' "$top/flat"
	grep -q '"tool":null' "$top/flat"
	[ -z "$(find .git/wtorch -name 'live.json*')" ] || fail 'the snapshot is still there'
}

test_a_damaged_snapshot_shows_less_and_harms_nothing() {
	run_that_tells
	echo '{"instances":[{"task":"1","started_ms":1},7,{"task":9}]}' >"$(find .git/wtorch -name live.json)"
	expect_status 0 wtorch status --json
	expect_in out '"tool": null'
	echo '{' >"$(find .git/wtorch -name live.json)"
	expect_status 0 wtorch why 1
	expect_not_in out 'reads the code'
	release
	end 0
}

test_an_adopted_agent_is_heard_again() {
	run_that_tells
	kill -KILL "$runner"
	wait "$runner" 2>/dev/null || true
	rm "$(find .git/wtorch -name live.json)"
	start resume
	eventually shows 'reads the code'
	expect_in out '"input": 1500'
	release
	end 0
}

run_tests "$@"
