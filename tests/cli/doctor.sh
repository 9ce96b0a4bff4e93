# SPDX-License-Identifier: MIT
# wtorch doctor: what is broken, and how it is mended.
. "$(dirname "$0")/lib.sh"

healthy_repo() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		true
	A
	write ROADMAP.md <<-'R'
		# Roadmap

		## PRIORITY 1: First task 📝 Planned

		**Files**: src/a.txt

		## PRIORITY 2: Second task ✅ Complete
	R
	commit 'roadmap'
}

# What depends on the machine and not on the repository.
without_machine() {
	sed -i -E -e '/ disk +/d' -e '/ cgroup +/d' -e '/ ctags +/d' -e 's/(git +)[0-9.]+/\1N.N.N/' "$top/out"
}

test_a_healthy_repository_passes() {
	healthy_repo
	expect_status 0 wtorch doctor
	without_machine
	expect_out <<-'E'
		 ✓ git            N.N.N
		 ✓ repository     DIR/work/repo
		 ✓ identity       Test User <test@example.invalid>
		 ✓ configuration  DIR/home/.config/wtorch/config.ini
		 ✓ agent bot      DIR/bin/bot
		 ✓ default agent  bot, the only one
		 ✓ base           main oid
		 ✓ roadmap        ROADMAP.md: 2 tasks, 1 planned, 0 warnings
		 ✓ worktrees      below DIR/work
	E
	compare err </dev/null
}

test_marks_are_words_without_utf8() {
	healthy_repo
	LC_ALL=C expect_status 0 wtorch doctor
	expect_in out ' ok   git ' ' -    cgroup '
	! LC_ALL=C grep -q '[^ -~]' "$top/out" || fail 'it is not ASCII'
}

# Which it is depends on the machine; that it is said does not.
test_it_says_who_keeps_limits() {
	healthy_repo
	expect_status 0 wtorch doctor
	grep -E ' cgroup +(keeps limits of agents: (memory|pids|cpu)|.*; memory and pids of agents are sampled$)' \
		"$top/out" || fail 'it does not say'
	grep -q 'sampled' "$top/out" || return 0
	expect_status 0 wtorch -c agent.bot.cpu_max=50 doctor
	expect_in out 'cpu_max        cannot be kept here' 'systemd-run'
	expect_status 0 wtorch -c agent.bot.cpu_max=50 run -y
	expect_in err "cpu_max of agent 'bot' cannot be kept"
}

test_an_agent_that_is_missing_fails() {
	healthy_repo
	rm "$top/bin/bot"
	expect_status 6 wtorch doctor
	expect_in out '✗ agent bot' "DIR/bin/bot"
}

# known_agent KIND [LINE...] <<'E': a program of that name on PATH, started as its kind says, and what
# it does when it is asked its version.
known_agent() {
	mkdir -p "$top/known"
	{
		echo '#!/bin/sh'
		echo '[ "$*" = --version ] || exit 9'
		cat
	} >"$top/known/$1"
	chmod +x "$top/known/$1"
	PATH=$top/known:$PATH
	sed -i 's/^\[run\]$/&\nagent = bot/' "$HOME/.config/wtorch/config.ini"
	printf '[agent %s]\nkind = %s\n' "$1" "$1" >>"$HOME/.config/wtorch/config.ini"
	shift
	for line in "$@"; do echo "$line" >>"$HOME/.config/wtorch/config.ini"; done
	for key in $(env | sed -n 's/^\([A-Z_]*\(API_KEY\|_TOKEN\|_CREDENTIALS\|_HOME\|_CONFIG\)\)=.*/\1/p'); do
		unset "$key"
	done
	unset IS_SANDBOX
}

test_a_known_agent_tells_its_version_and_whether_it_can_log_in() {
	healthy_repo
	known_agent codex <<-'A'
		echo 'a warning' >&2
		echo 'codex-cli 0.169.0'
		echo 'and more'
	A
	expect_status 0 wtorch doctor
	expect_in out '✓ agent codex    DIR/known/codex, codex-cli 0.169.0' \
		'! agent codex    there is no key and no login of codex: codex login' \
		'· agent codex    cannot commit in a worktree: what it leaves is committed for it'
	for sign in CODEX_API_KEY=key OPENAI_API_KEY=key; do
		expect_status 0 env "$sign" "$WTORCH" doctor
		expect_not_in out 'no login of codex'
	done
	expect_status 0 env CODEX_API_KEY= "$WTORCH" doctor
	expect_in out 'no login of codex'
	mkdir "$HOME/.codex"
	: >"$HOME/.codex/auth.json"
	expect_status 0 wtorch doctor
	expect_not_in out 'no login of codex'
	rm "$HOME/.codex/auth.json"
	mkdir "$top/elsewhere"
	: >"$top/elsewhere/auth.json"
	expect_status 0 env CODEX_HOME="$top/elsewhere" "$WTORCH" doctor
	expect_not_in out 'no login of codex'
	echo 'env = OPENAI_API_KEY=key' >>"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch doctor
	expect_not_in out 'no login of codex'
}

test_a_known_agent_that_would_ask_fails_until_all_is_approved() {
	healthy_repo
	known_agent qwen <<-'A'
		echo 0.24.4
	A
	OPENAI_API_KEY=key expect_status 6 wtorch doctor
	expect_in out "✗ agent qwen" 'cannot go unattended' "'auto_approve = yes'"
	OPENAI_API_KEY=key expect_status 0 wtorch -c agent.qwen.auto_approve=yes doctor
	expect_in out '✓ agent qwen     DIR/known/qwen, 0.24.4, unattended by --yolo'
	expect_not_in out '! agent qwen' '· agent qwen'
}

test_gemini_commits_by_what_the_repository_says() {
	healthy_repo
	known_agent gemini 'auto_approve = yes' <<-'A'
		echo 0.61.0
	A
	expect_status 0 wtorch doctor
	expect_in out '· agent gemini   sees no user.name of yours'
	git config user.name Local
	expect_status 0 wtorch doctor
	expect_not_in out '· agent gemini'
}

test_who_was_never_started_by_hand_is_told_of() {
	healthy_repo
	known_agent opencode <<-'A'
		echo 1.18.33
	A
	OPENAI_API_KEY=key expect_status 0 wtorch doctor
	expect_in out '! agent opencode  was never started by hand here: opencode session list'
	mkdir -p "$HOME/.local/share/opencode"
	: >"$HOME/.local/share/opencode/opencode.db"
	OPENAI_API_KEY=key expect_status 0 wtorch doctor
	expect_not_in out '! agent opencode'
}

test_claude_is_refused_to_root() {
	[ "$(id -u)" = 0 ] || skip 'only root is refused'
	healthy_repo
	known_agent claude 'auto_approve = yes' <<-'A'
		echo '2.0.1 (Claude Code)'
	A
	ANTHROPIC_API_KEY=key expect_status 0 wtorch doctor
	expect_in out '! agent claude   refuses --permission-mode bypassPermissions to root' 'IS_SANDBOX=1'
	ANTHROPIC_API_KEY=key IS_SANDBOX=1 expect_status 0 wtorch doctor
	expect_not_in out '! agent claude'
}

test_a_version_that_does_not_come_is_no_failure() {
	healthy_repo
	known_agent codex <<-'A'
		echo broken >&2
		exit 3
	A
	expect_status 0 wtorch doctor
	expect_in out '! agent codex    its version is not known: --version ends with status 3'
	printf '#!/bin/sh\nprintf "\\033[2J\\n"; exit 0\n' >"$top/known/codex"
	expect_status 0 wtorch doctor
	! grep -q "$(printf '\033')" "$top/out" || fail 'it wrote to the terminal'
	printf '#!/bin/sh\nexit 0\n' >"$top/known/codex"
	expect_status 0 wtorch doctor
	expect_in out '--version says nothing'
	printf '#!/no/such/interpreter\n' >"$top/known/codex"
	expect_status 0 wtorch doctor
	expect_in out '! agent codex    its version is not known'
}

test_a_program_of_which_only_the_command_is_known_is_not_started() {
	healthy_repo
	known_agent codex "command = $top/known/codex --mine" <<-'A'
		: >"$0.started"
	A
	expect_status 0 wtorch doctor
	expect_in out '✓ agent codex    DIR/known/codex'
	expect_not_in out '! agent codex' '· agent codex'
	[ ! -e "$top/known/codex.started" ] || fail 'it was started'
}

test_no_configuration_at_all_points_at_init() {
	make_repo repo
	cd repo
	expect_status 6 wtorch doctor
	expect_in out '! configuration  there is none: wtorch init' '✗ agents' '! roadmap'
}

test_a_wrong_configuration_is_shown_with_its_line_and_the_rest_is_checked() {
	healthy_repo
	printf '[run]\njobz = 3\n' >.wtorch.ini
	expect_status 6 wtorch doctor
	expect_in err '.wtorch.ini:2' 'jobz'
	expect_in out '✗ configuration' '✓ agent bot' '✓ base'
}

test_verbose_names_the_layer_of_each_key() {
	healthy_repo
	printf '[run]\njobs = 4\n' >.wtorch.ini
	WTORCH_RUN_RETRIES=2 expect_status 0 wtorch -c run.mode=batch doctor -v
	expect_in out 'run.jobs = 4  (project, ' '.wtorch.ini:2)' 'run.mode = batch  (-c)' \
		'run.retries = 2  (' 'agent.bot.command = DIR/bin/bot  (user, '
}

test_json_says_the_same() {
	healthy_repo
	expect_status 0 wtorch doctor --json
	jq -e '.schema == "wtorch.doctor/1" and .ok and
		any(.checks[]; . == {check: "default agent", verdict: "ok",
			detail: "bot, the only one", mend: null}) and
		any(.configuration[]; .key == "agent.bot.command" and .layer == "user" and .line == 7)' \
		"$top/out" >/dev/null || fail "wrong JSON: $(cat "$top/out")"
	rm "$top/bin/bot"
	expect_status 6 wtorch doctor --json
	expect_in out '"ok": false'
}

test_outside_of_a_repository_the_rest_is_still_checked() {
	expect_status 6 wtorch doctor
	expect_in out "✗ repository" "✓ git" "git init"
}

test_a_bare_repository_fails() {
	git init -q --bare bare
	expect_status 6 wtorch -C bare doctor
	expect_in out '✗ repository' 'is bare'
}

test_a_repository_without_a_commit_fails() {
	git init -q empty
	expect_status 6 wtorch -C empty doctor
	expect_in out "✗ base" "'main' has no commit yet" "git commit --allow-empty"
}

test_a_detached_head_fails_without_a_base() {
	healthy_repo
	git checkout -q --detach
	expect_status 6 wtorch doctor
	expect_in out '✗ base' 'detached'
	expect_status 0 wtorch -c run.base=main doctor
}

test_a_base_that_does_not_exist_fails() {
	healthy_repo
	expect_status 6 wtorch -c run.base=nope doctor
	expect_in out "there is no branch 'nope'"
}

test_a_branch_in_the_way_fails_with_the_rename() {
	healthy_repo
	git branch wtorch
	expect_status 6 wtorch doctor
	expect_in out "✗ branches" 'git branch -m wtorch wtorch-old'
	git branch -m wtorch wtorch-old
	expect_status 0 wtorch doctor
}

test_a_missing_identity_fails() {
	healthy_repo
	git config --global --unset user.name
	git config --global --unset user.email
	git config --global user.useConfigOnly true
	expect_status 6 wtorch doctor
	expect_in out '✗ identity' 'git config'
}

test_uncommitted_files_of_tasks_are_warned_about() {
	healthy_repo
	echo changed >>src/a.txt
	echo changed >>src/b.txt
	echo >>ROADMAP.md
	expect_status 0 wtorch doctor
	expect_in out '! uncommitted    src/a.txt' '! uncommitted    ROADMAP.md'
	expect_not_in out 'src/b.txt'
}

test_a_shallow_clone_is_warned_about() {
	healthy_repo
	git clone -q --depth 1 "file://$PWD" ../shallow
	expect_status 0 wtorch -C ../shallow doctor
	expect_in out '! repository' 'git fetch --unshallow'
}

test_a_folder_that_cannot_be_written_fails() {
	[ "$(id -u)" != 0 ] || skip 'root may write everywhere'
	healthy_repo
	mkdir "$top/closed"
	chmod a-w "$top/closed"
	expect_status 6 wtorch -c "worktree.path=$top/closed/{id}" doctor
	expect_in out '✗ worktrees'
}

test_nothing_is_changed() {
	healthy_repo
	(find .. "$HOME" -path '*/.git/index' -o -print | sort; git status --porcelain) >"$top/before"
	expect_status 0 wtorch doctor
	(find .. "$HOME" -path '*/.git/index' -o -print | sort; git status --porcelain) >"$top/after"
	diff "$top/before" "$top/after"
}

test_an_isolated_agent_is_asked_for_what_it_will_find() {
	healthy_repo
	known_agent gemini 'auto_approve = yes' 'isolate = yes' 'stdin = none' <<-'A'
		echo 0.61.0
	A
	mkdir "$HOME/.gemini"
	echo '{}' >"$HOME/.gemini/settings.json"
	echo x >"$HOME/.gemini/.env"
	expect_status 0 wtorch doctor
	expect_in out '! agent gemini   there is no key and no login of gemini in its own home' \
		'! agent gemini   is isolated from ~/.gemini/settings.json' \
		'isolate_files = ~/.gemini/settings.json' \
		'! agent gemini   reads its prompt from standard input, and is not given one'
	sed -i 's|^stdin = none|isolate_files = ~/.gemini/settings.json .gemini/.env|' \
		"$HOME/.config/wtorch/config.ini"
	expect_status 0 wtorch doctor
	expect_not_in out '! agent gemini'
	rm "$HOME/.gemini/.env"
	expect_status 6 wtorch doctor
	expect_in out "agent 'gemini' cannot be given what isolate_files names"
}

run_tests "$@"
