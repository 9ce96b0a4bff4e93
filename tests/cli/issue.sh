# SPDX-License-Identifier: MIT
# Tasks from issues on GitHub.
. "$(dirname "$0")/lib.sh"

# issue_repo: a repository whose remote is the server, and an agent that notes its prompt.
issue_repo() {
	start_github "$@"
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >"$HOME/prompt-$WTORCH_TASK"
		echo changed >>"src/task-$WTORCH_TASK.txt"
	A
	printf '[github]\napi_url = %s\n' "$github" >>"$HOME/.config/wtorch/config.ini"
	git remote add origin "$github/octo/app.git"
	export GH_ENTERPRISE_TOKEN=good
}

# issue TITLE [BODY [LABELS]]: of the lines that add_all gives the server; numbers go up from 1.
issue() {
	jq -cn --arg t "$1" --arg b "${2:-}" --arg l "${3:-}" \
		'["issue", {title: $t, body: $b, labels: ($l | split(";"))}]'
}
add_all() { tell_github all "$(jq -cs .)" >/dev/null; }

# expect_tasks 'jq filter' TEXT: what it gives for the tasks of the plan.
expect_tasks() {
	got=$(jq -r "$1" "$top/out")
	[ "$got" = "$2" ] || fail "$1: '$got' instead of '$2'"
}

# a_master_issue [LINE...]: 1 to 5, and what else there is.
a_master_issue() {
	{
		issue 'Offline mode' '## Tasks

- [ ] #2
- [ ] #3 Sync queue (depends on #2)
- [x] #4
- [ ] Telemetry
'
		issue 'Local store' '**Files**: src/store.c

## Acceptance criteria

- [ ] survives a crash' 'priority: P1;size:XL;agent:bot;a, b 🙂'
		issue Queue 'Depends on: #5'
		issue Old
		issue Flags
		echo '["edit", {"number": 5, "state": "closed"}]'
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} | add_all
}
subs='["children", {"1": [2, 3, 4, 5]}]'

test_a_master_issue_with_sub_issues_is_a_plan() {
	issue_repo
	a_master_issue "$subs"
	expect_status 0 wtorch plan --json --issue 1
	expect_tasks '[.tasks[].id] | join(" ")' '2 3 4 i4 5'
	expect_tasks '[.tasks[].title] | join("|")' 'Local store|Sync queue|Old|Telemetry|Flags'
	expect_tasks '[.tasks[].status] | join(" ")' 'planned planned completed planned completed'
	expect_tasks '.tasks[0] | [.priority, .complexity, .agent, .files[0].path, .criteria[0]] | join("|")' \
		'P1|high|bot|src/store.c|survives a crash'
	expect_tasks '.tasks[0].labels | join("|")' 'priority: P1|size:XL|agent:bot|a, b 🙂'
	expect_tasks '.tasks[1].depends_on | join(" ")' '2 5'
	expect_tasks '.tasks[0].source | [.path, .issue, .repo] | tojson' '[null,"2","octo/app"]'
	[ "$(wc -l <"$top/github/log.jsonl")" = 2 ] || fail "requests: $(cat "$top/github/log.jsonl")"
	expect_good_requests
}

test_a_server_without_sub_issues_is_asked_for_each() {
	issue_repo '{"sub_issues": false}'
	a_master_issue
	expect_status 0 wtorch plan --json --issue "$github/octo/app/issues/1#issuecomment-7"
	expect_tasks '[.tasks[].id] | join(" ")' '2 3 4 i4'
	expect_tasks '.tasks[0].priority' P1
	# The issue, the question for sub-issues, and two that are open.
	[ "$(wc -l <"$top/github/log.jsonl")" = 4 ] || fail "requests: $(cat "$top/github/log.jsonl")"
	expect_good_requests
}

test_issues_are_one_task_each() {
	issue_repo
	a_master_issue '["blocked", {"2": [3, 5]}]'
	expect_status 0 wtorch plan --json --issues "2,octo/app#4 #5"
	expect_tasks '[.tasks[].id] | join(" ")' '2 4 5'
	expect_tasks '.tasks[0].depends_on | join(" ")' 3
	expect_tasks '.tasks[2].status' completed
	expect_good_requests
}

test_a_run_of_an_issue_lands_and_tells_its_agents() {
	issue_repo
	a_master_issue "$subs"
	expect_status 0 wtorch run -y --issue 1
	expect_in err '2: merged into main' '3: merged into main' 'i4: merged into main'
	grep -q 'survives a crash' "$HOME/prompt-2" || fail "prompt: $(cat "$HOME/prompt-2")"
	git log --format=%s main | grep -q 'Sync queue' || fail "$(git log --oneline main)"
	[ -e src/task-2.txt ] && [ -e src/task-i4.txt ] || fail 'it is not there'
	expect_status 0 wtorch why 3
	expect_status 0 wtorch report
	expect_good_requests
}

test_comments_that_the_author_marked_are_read() {
	issue_repo
	{
		issue Master '- [ ] First'
		cat <<-'J'
			["comment", {"on": 1, "body": "/tasks\r\n- [ ] Second\r\n- [ ] Third"}]
			["comment", {"on": 1, "body": "- [ ] Thoughts"}]
			["comment", {"on": 1, "body": "/tasks\n- [ ] Evil", "user": "mallory"}]
		J
	} | add_all
	expect_status 0 wtorch plan --json --issue 1
	expect_tasks '[.tasks[].title] | join("|")' 'First|Second|Third'
	expect_good_requests
}

test_many_sub_issues_come_in_pages() {
	issue_repo
	{
		issue Master
		jq -cn 'range(2; 122) | ["issue", {title: "Task \(.)"}]'
		jq -cn '["children", {"1": [range(2; 122)]}]'
	} | add_all
	expect_status 0 wtorch plan --json --issue '#1'
	expect_tasks '.tasks | length' 120
	[ "$(wc -l <"$top/github/log.jsonl")" = 3 ] || fail "requests: $(cat "$top/github/log.jsonl")"
	expect_not_in err 'holds no task'
	expect_good_requests
}

test_what_is_no_issue_is_refused() {
	issue_repo
	a_master_issue '["branches", {"topic": "5555555555555555555555555555555555555555"}]' \
		'["pull", {"head": "topic"}]'
	expect_untouched 5 wtorch run -y --issue 6
	expect_in err 'octo/app#6 is a pull request, not an issue'
	expect_status 5 wtorch plan --issue 77
	expect_in err 'cannot read issue #77' 404
	expect_status 5 wtorch plan --issue other/repo#1
	expect_status 5 wtorch plan --issue https://git.example.com/octo/app/issues/1
	expect_in err "the issue is on 'git.example.com'"
	expect_status 2 wtorch plan --issues 1,x
	expect_in err "'x' is no issue"
	export GH_ENTERPRISE_TOKEN=expired
	expect_untouched 6 wtorch run -y --issue 1
	expect_in err '401: Bad credentials'
	expect_not_in err expired
}

test_an_issue_without_tasks_is_nothing_to_do() {
	issue_repo
	issue 'Just words' 'Some words.' | add_all
	expect_status 0 wtorch plan --issue 1
	expect_in err "'octo/app#1' holds no task"
	expect_status 0 wtorch run -y --issue 1
}

test_a_named_issue_that_is_gone_stays_as_it_is_named() {
	issue_repo
	issue Master '- [ ] #99 Not there
- [ ] other/repo#5 Elsewhere' | add_all
	expect_status 0 wtorch plan --json --issue 1
	expect_tasks '[.tasks[].title] | join("|")' 'Not there|Elsewhere'
	expect_in err 'cannot read issue #99'
}

test_without_a_remote_it_says_what_to_set() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	expect_status 5 wtorch plan --issue 1
	expect_in err 'no remote says which repository' 'github.repo = OWNER/NAME'
	expect_status 6 wtorch -c github.repo=octo/app -c github.api_url=http://127.0.0.1:1 \
		-c github.wait_max=0 plan --issue 1
	expect_in err 'cannot read issue #1: it could not be reached'
}

run_tests "$@"
