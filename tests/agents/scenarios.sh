# SPDX-License-Identifier: MIT
# A real agent works under the real program; its model is llm.js. scripts/real-agents calls this:
#
#	WTORCH=wtorch REAL_KIND=codex REAL_PROGRAM=.../codex sh tests/agents/scenarios.sh [TEST...]
#
# With REAL_RECORD=FOLDER the events of each agent are kept there, with REAL_TABLE=FILE what was
# seen is added to that, as lines of kind|what|seen.
. "$(dirname "$0")/../cli/lib.sh"

kind=${REAL_KIND:?REAL_KIND has to name the kind of agent}
real=${REAL_PROGRAM:?REAL_PROGRAM has to name the program}
record=${REAL_RECORD:-} table=${REAL_TABLE:-/dev/null}
factor=$((factor * 4)) # of what a node program needs

saw() { printf '%s|%s|%s\n' "$kind" "$1" "$2" >>"$table"; }

# The server, and the agent as [agent KIND] in the user's own configuration, with its state in the
# HOME of the test. Keys of the caller's are not used: these are set to something else.

start_model() {
	node "$here/llm.js" "$top/port" "$top/asked" &
	model=$!
	trap 'kill "$model" 2>/dev/null || true' EXIT
	: >"$top/asked"
	eventually [ -s "$top/port" ]
	url=http://127.0.0.1:$(cat "$top/port")
}

quiet='"privacy":{"usageStatisticsEnabled":false},"telemetry":{"enabled":false}'

set_up_codex() {
	mkdir -p "$HOME/.codex"
	cat >"$HOME/.codex/config.toml" <<-T
		model_provider = "loopback"
		approval_policy = "never"
		check_for_update_on_startup = false
		[model_providers.loopback]
		name = "Loopback"
		base_url = "$url/v1"
		env_key = "OPENAI_API_KEY"
		wire_api = "responses"
		request_max_retries = 1
		stream_max_retries = 1
		[analytics]
		enabled = false
	T
	export OPENAI_API_KEY=none
	section='model = gpt-5.5'
}

set_up_qwen() {
	mkdir -p "$HOME/.qwen"
	# Else it asks its model beside the task what to remember of it.
	echo "{$quiet,\"general\":{\"enableAutoUpdate\":false},
		\"memory\":{\"enableManagedAutoMemory\":false,\"enableManagedAutoDream\":false}}" \
		>"$HOME/.qwen/settings.json"
	export OPENAI_API_KEY=none OPENAI_BASE_URL="$url/v1" OPENAI_MODEL=m
	section='model = m
auto_approve = yes'
}

set_up_gemini() {
	mkdir -p "$HOME/.gemini"
	echo "{$quiet,\"general\":{\"disableAutoUpdate\":true,\"enableAutoUpdate\":false},\"security\":{\"auth\":{\"selectedType\":\"gemini-api-key\"}}}" \
		>"$HOME/.gemini/settings.json"
	export GEMINI_API_KEY=none GOOGLE_GEMINI_BASE_URL="$url"
	section='model = gemini-2.5-flash
auto_approve = yes'
}

# Prices in dollars for a million tokens, which it makes its cost of.
set_up_opencode() {
	mkdir -p "$HOME/.config/opencode"
	cat >"$HOME/.config/opencode/opencode.json" <<-J
		{"autoupdate":false,"share":"disabled","enabled_providers":["loopback"],
		 "model":"loopback/m","small_model":"loopback/m",
		 "provider":{"loopback":{"npm":"@ai-sdk/openai-compatible",
		  "options":{"baseURL":"$url/v1","apiKey":"none"},
		  "models":{"m":{"tool_call":true,"limit":{"context":100000,"output":8000},
		   "cost":{"input":1,"output":2,"cache_read":0.5}}}}},
		 "permission":{"edit":"allow","bash":"allow","webfetch":"deny","external_directory":"deny"}}
	J
	export OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1
	# Its first start makes a database, and two at the same time fail.
	"$real" session list >"$top/first" 2>&1 || fail "opencode: $(cat "$top/first")"
	section='model = loopback/m'
}

set_up_cline() {
	"$real" auth openai-compatible --apikey none --modelid m --baseurl "$url/v1" >"$top/auth" 2>&1 ||
		fail "cline auth: $(cat "$top/auth")"
	section='auto_approve = yes'
}

set_up() {
	for key in $(env | sed -n 's/^\([A-Z_]*\(API_KEY\|_TOKEN\|BASE_URL\)\)=.*/\1/p'); do
		unset "$key"
	done
	unset CODEX_HOME
	start_model
	mkdir -p "$top/bin" "$HOME/.config/wtorch"
	ln -s "$real" "$top/bin/$kind"
	PATH=$top/bin:$PATH
	export TMPDIR="$top/tmp"
	mkdir "$TMPDIR"
	"set_up_$kind"
	cat >"$HOME/.config/wtorch/config.ini" <<-I
		[run]
		cpu_max = 100
		cpu_start = 100
		memory_max = 100
		memory_start = 100
		retries = 0
		[agent $kind]
		kind = $kind
		grace = 5s
		timeout = 5m
		$section
	I
	make_repo repo
	cd repo
}

# plan_task N FILES SCRIPT: one more task in the roadmap, which says what the model does.
plan_task() {
	printf '## PRIORITY %s: Task number %s 📝 Planned\n\n**Files**: %s\n\nLLM: %s\n\n' \
		"$1" "$1" "$2" "$3" >>ROADMAP.md
}

keep_events() { # name
	[ -n "$record" ] || return 0
	mkdir -p "$record"
	for log in .git/wtorch/runs/*/*/*/agent.log; do
		task=${log%/*/agent.log}
		sed -e "s|$top/work|/home/user|g" -e "s|$top|/home|g" -e "s|file://[^ )]*node_modules|/opt|g" \
			-e "s|[^ \"]*/node_modules/|/opt/|g" -e 's/127\.0\.0\.1:[0-9]*/127.0.0.1:8080/g' \
			"$log" >"$record/$kind-$1-${task##*/}.log"
	done
}

# The answers to task N: a line of JSON each.
answers() { jq -c "select(.status == 200 and (.is_side | not) and (.words | tostring | contains(\"# Task $1: \")))" "$top/asked"; }

# What a task is said to have used is what the server claimed to have used.
check_tokens() { # task
	answers "$1" | jq -cs '{input: map(.usage.input) | add, output: map(.usage.output) | add,
		cached: map(.usage.cached) | add}' >"$top/claimed"
	jq -c --arg id "$1" '.tasks[] | select(.id == $id) | .tokens | {input, output, cached}' \
		"$top/report" >"$top/told"
	diff -u "$top/claimed" "$top/told" || fail "task $1: wrong sum of tokens (- claimed, + told)"
}

check_cost() { # task
	case $kind in
	opencode) wanted=$(answers "$1" | jq -s 'map((.usage.input - .usage.cached) * 1 +
		.usage.cached * 0.5 + .usage.output * 2) | add | round') ;;
	cline) wanted=0 ;; # it says so of a model whose price it does not know
	*) wanted=null ;;
	esac
	told=$(jq --arg id "$1" '.tasks[] | select(.id == $id) | .cost_usd |
		if . then . * 1e6 | round else . end' "$top/report")
	# It adds up parts of a millionth of a dollar, and wtorch keeps millionths.
	jq -ne "$told == $wanted or (($told // 0) - $wanted | fabs) <= 3" >/dev/null ||
		fail "task $1: a cost of $told millionths, not $wanted"
}

test_two_tasks_land() {
	set_up
	plan_task 1 'notes/one.txt, src/a.txt' \
		'[{"write":["notes/one.txt","one"]},{"sh":"echo first >>src/a.txt"},{"say":"Task 1 is done"}]'
	plan_task 2 'notes/two.txt, src/b.txt' \
		'[{"sh":"echo second >>src/b.txt"},{"write":["notes/two.txt","two"]},{"sh":"git add -A && git commit -q -m mine || true"},{"sh":"exit 3"},{"say":"Task 2 is done"}]'
	commit 'roadmap'
	expect_status 0 wtorch run -y -j 2
	keep_events two
	expect_in out '2 merged'
	[ "$(git show main:notes/one.txt main:notes/two.txt | tr '\n' ' ')" = 'one two ' ] ||
		fail 'the files are not in main'
	[ "$(git show main:src/a.txt | tail -n 1)$(git show main:src/b.txt | tail -n 1)" = firstsecond ] ||
		fail 'the changes are not in main'
	for task in 1 2; do
		[ "$(git log --format=%B main | grep -c "^Wtorch-Task: $task\$")" -ge 1 ] ||
			fail "no commit of task $task has landed"
	done
	[ -z "$(git status --porcelain)" ] || fail "the checkout is dirty: $(git status --porcelain)"
	[ "$(git log --format=%s main | grep -cx mine)" = "$(expected_commits)" ] ||
		fail 'it is not as known who of them can commit'
	expect_nobody
	expect_status 0 wtorch report --json
	cp "$top/out" "$top/report"
	for task in 1 2; do
		# Each was told its own worktree, and works there.
		jq -e --arg tail "-wt$task" '.worktree | endswith($tail)' >/dev/null <<-J ||
			$(answers $task | head -n 1)
		J
			fail "task $task was told another worktree"
		check_tokens $task
		check_cost $task
	done
	saw 'two tasks' "landed; tokens in/out/cached $(jq -r '[.tasks[].tokens |
		"\(.input)/\(.output)/\(.cached)"] | join(" and ")' "$top/report"), cost $(jq -r '[.tasks[].cost_usd |
		tostring] | join(" and ")' "$top/report")"
	grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl | jq -e '.session' >"$top/sessions" ||
		[ "$kind" = cline ] || # nothing is known of how it would go on with one
		fail 'it told no name of its conversation'
	grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl | jq -e '.said == "done"' >/dev/null ||
		fail 'its last event was not seen'
}

# How often "mine" came to be: whose sandbox or environment lets it commit in a linked worktree.
expected_commits() {
	case $kind in
	codex | gemini) echo 0 ;;
	*) echo 1 ;;
	esac
}

# With a command that does not end, and then a server that does not answer.
test_nobody_survives_a_stop() {
	set_up
	for task in 1 2; do
		plan_task $task "src/t$task.txt" \
			'[{"sh":"echo begun >src/t'$task'.txt; tail -f /dev/null"},{"hang":true}]'
	done
	commit 'roadmap'
	start run -y -j 2
	eventually [ -s ../repo-wt1/src/t1.txt ]
	eventually [ -s ../repo-wt2/src/t2.txt ]
	expect_status 0 wtorch stop
	end 1
	expect_in out '2 stopped'
	expect_nobody
	keep_events stop
	for task in 1 2; do
		[ "$(cat ../repo-wt$task/src/t$task.txt)" = begun ] || fail 'its work is gone'
	done
	saw stop "nobody left, $(grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl |
		jq -r '"\(.reason) code \(.code) signal \(.signal // 0)"' | sort -u | tr '\n' ' ')"
}

test_silence_ends_it_when_its_server_never_answers() {
	set_up
	echo 'silence = 12s' >>"$HOME/.config/wtorch/config.ini"
	plan_task 1 src/a.txt '[{"hang":true}]'
	commit 'roadmap'
	expect_status 1 wtorch run -y
	keep_events hang
	grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl | jq -e '.reason == "stalled"' >/dev/null ||
		fail "it did not end as stalled: $(cat "$top/out")"
	expect_nobody
	saw 'server never answers' "stalled after $(grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl |
		jq -r '"\(.duration_ms / 1000 | floor)s"' | paste -s -d ' ')"
}

# refused NAME STATUS BODY: how a run ends whose provider answers with that, and nothing else. Some
# try again for minutes before they end, or do not end at all.
refused() {
	set_up
	plan_task 1 src/a.txt "[{\"http\":$2,\"body\":$(printf '%s' "$3" | jq -Rs .)}]"
	commit 'roadmap'
	run wtorch -c run.provider_wait=0s run -y
	keep_events "$1"
	grep -h '"provider_stopped"' .git/wtorch/runs/*/journal.jsonl | jq -e --arg stop "$1" '.stop == $stop' \
		>"$top/recognised" || fail "it is not known that it was refused: $(cat "$top/out")"
	[ "$status" = 7 ] || [ "$kind $1" = 'qwen quota' ] || fail "exit status $status instead of 7"
	[ "$(git rev-list --count main)" = 2 ] || fail 'something landed'
	expect_nobody
	saw "$2 $1" "exit status $status: $(grep -h '"agent_exited"' .git/wtorch/runs/*/journal.jsonl |
		jq -r '"\(.reason) \(.code), \(.error)"' | head -n 1 | cut -c 1-160)"
}

test_a_quota_is_recognised() {
	case $kind in
	gemini) refused quota 429 '{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 38.2s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}]}}' ;;
	codex) refused quota 429 '{"error":{"message":"The usage limit has been reached","type":"usage_limit_reached","plan_type":"plus","resets_at":'"$(($(date +%s) + 7200))"'}}' ;;
	*) refused quota 429 '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}' ;;
	esac
}

test_a_wrong_key_is_recognised() {
	case $kind in
	gemini) refused login 400 '{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}' ;;
	*) refused login 401 '{"error":{"message":"Incorrect API key provided: none.","type":"invalid_request_error","code":"invalid_api_key"}}' ;;
	esac
}

run_tests "$@"
