# SPDX-License-Identifier: MIT
# Where GitHub is, whose token it is, and where that token does not get to.
. "$(dirname "$0")/lib.sh"

# github_repo: a repository with an agent and one task; wtorch is told where the server is by the
# user's own configuration.
github_repo() {
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		env >"$HOME/environment"
		echo changed >>src/a.txt
	A
	one_task
	printf '[github]\napi_url = %s\n' "$github" >>"$HOME/.config/wtorch/config.ini"
	git remote add origin "$github/octo/app.git"
}

# expect_github TEXT...: what doctor says about it.
expect_github() {
	run wtorch doctor
	grep -A1 -E ' github  ' "$top/out" >"$top/line" || fail "nothing is said: $(cat "$top/out")"
	mv "$top/line" "$top/out"
	expect_in out "$@"
}

# make_gh: a gh that knows the token 'good' for the host that it is asked for.
make_gh() {
	mkdir -p "$top/tools"
	cat >"$top/tools/gh" <<-G
		#!/bin/sh
		echo "\$*" >>"$top/asked"
		[ -e "$top/logged-in" ] || { echo 'no oauth token: secretword' >&2; exit 1; }
		echo good
	G
	chmod +x "$top/tools/gh"
	PATH=$top/tools:$PATH
}

test_nothing_is_said_where_github_is_not_meant() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	one_task
	run wtorch doctor
	expect_not_in out github
	git remote add origin https://git.example.com/octo/app.git
	run wtorch doctor
	expect_not_in out github
	expect_status 0 wtorch -c github.api_version= doctor
	expect_not_in out github
}

test_a_remote_on_github_without_a_token_asks_nothing() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	one_task
	git remote add origin git@github.com:octo/app.git
	expect_github '· github ' "octo/app on github.com, by remote 'origin'; no token" 'GH_TOKEN'
	git config url.git@github.com:.insteadOf gh:
	git remote set-url origin gh:octo/other.git
	expect_github 'octo/other on github.com'
	git remote add fork https://github.com/me/fork
	git config branch.main.remote fork
	expect_github "me/fork on github.com, by remote 'fork'"
}

test_it_says_whose_token_it_is_and_what_it_may_do() {
	start_github
	github_repo
	GH_ENTERPRISE_TOKEN=good expect_github '✓ github ' "octo/app on 127.0.0.1:" \
		"token from GH_ENTERPRISE_TOKEN of robot (repo, user); may push"
	GITHUB_ENTERPRISE_TOKEN=weak expect_github '! github ' \
		'token from GITHUB_ENTERPRISE_TOKEN of guest (read:user); may not push'
	GH_ENTERPRISE_TOKEN=expired expect_github '401: Bad credentials' 'make a new token'
	expect_not_in out expired
	tell_github set '{"archived": true, "has_issues": false}' >/dev/null
	GH_ENTERPRISE_TOKEN=good expect_github '! github ' 'archived' 'issues are disabled'
	expect_good_requests
}

test_a_token_of_github_goes_to_no_other_host() {
	start_github
	github_repo
	GH_TOKEN=good GITHUB_TOKEN=good expect_github '! github ' 'no token'
	[ ! -e "$top/github/log.jsonl" ] || fail 'something was asked'
}

test_a_renamed_repository_is_named() {
	start_github
	github_repo
	git remote set-url origin "$github/octo/old.git"
	GH_ENTERPRISE_TOKEN=good expect_github 'octo/old on' 'it is called octo/app now' 'may push'
}

test_commands_that_know_a_token_are_asked_in_order() {
	start_github
	github_repo
	make_gh
	expect_github 'no token'
	expect_in out 'gh auth login'
	: >"$top/logged-in"
	expect_github 'token from gh auth token of robot'
	[ "$(tail -1 "$top/asked")" = "auth token --hostname ${github#http://}" ] ||
		fail "asked: $(cat "$top/asked")"
	rm "$top/asked"
	printf 'token_command = echo good\n' >>"$HOME/.config/wtorch/config.ini"
	expect_github 'token from github.token_command of robot'
	[ ! -e "$top/asked" ] || fail 'gh was asked, too'
	expect_good_requests
}

test_a_command_that_fails_is_named_without_its_words() {
	start_github
	github_repo
	for command in 'sh -c "echo secretword; echo secretword >&2; exit 3"' 'echo secret word' true; do
		printf '[github]\napi_url = %s\ntoken_command = %s\n' "$github" "$command" \
			>"$HOME/.config/wtorch/config.ini"
		expect_github '! github ' 'cannot get a token from github.token_command'
		expect_not_in out 'secret word' secretword
		expect_not_in err 'secret word' secretword
	done
	[ ! -e "$top/github/log.jsonl" ] || fail 'something was asked'
}

test_a_projects_file_does_not_say_where_the_token_goes() {
	start_github
	github_repo
	write .wtorch.ini <<-'I'
		[github]
		api_url = http://127.0.0.1:1
		token_command = touch stolen
	I
	GH_ENTERPRISE_TOKEN=good expect_github 'may push'
	expect_in err 'github.api_url' 'github.token_command'
	[ ! -e stolen ] || fail 'its command ran'
}

test_an_address_that_gives_the_token_away_is_refused() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	one_task
	export GH_ENTERPRISE_TOKEN=secretword
	run wtorch -c github.repo=octo/app -c github.api_url=http://git.example.com doctor
	expect_in out 'github.api_url is not https'
	run wtorch -c github.repo=octo -c github.api_url=https://git.example.com doctor
	expect_in out 'github.repo is no OWNER/NAME'
	git remote add origin git@git.example.com:octo/app
	run wtorch -c github.api_url=http://127.0.0.1:1 doctor
	expect_in out "remote 'origin' is on 'git.example.com', and github.api_url on '127.0.0.1:1'"
	expect_not_in out secretword
}

test_a_server_that_is_away_is_said_at_once() {
	make_repo repo
	cd repo
	make_agent bot </dev/null
	one_task
	GH_ENTERPRISE_TOKEN=good expect_status 0 wtorch -c github.repo=octo/app \
		-c github.api_url=http://127.0.0.1:1 doctor
	expect_in out '! github ' 'it could not be reached'
}

tokens='GH_TOKEN GITHUB_TOKEN GH_ENTERPRISE_TOKEN GITHUB_ENTERPRISE_TOKEN'

test_no_agent_and_no_gate_finds_a_token() {
	github=http://127.0.0.1:1
	github_repo
	cat >>"$HOME/.config/wtorch/config.ini" <<-I
		token_command = echo secret-of-command
		[gate look]
		command = sh -c "env >$HOME/environment-of-gate"
	I
	for name in $tokens; do
		export "$name=secret-$name"
	done
	expect_status 0 wtorch run -y
	for file in "$HOME/environment" "$HOME/environment-of-gate"; do
		grep -q '^WTORCH_TASK=1$' "$file" || fail "$file: nobody wrote it"
		! grep -E 'secret|_TOKEN' "$file" || fail "$file: there is a token in it"
	done
	! grep -rE 'secret-G' .git/wtorch "$top/out" "$top/err" || fail 'a token was written down'
}

test_an_agent_gets_the_token_that_it_is_given() {
	github=http://127.0.0.1:1
	github_repo
	sed -i '/^\[agent bot\]/a env = GH_TOKEN' "$HOME/.config/wtorch/config.ini"
	GH_TOKEN=given GITHUB_TOKEN=kept expect_status 0 wtorch run -y
	grep -q '^GH_TOKEN=given$' "$HOME/environment" || fail 'it was not passed on'
	! grep kept "$HOME/environment" || fail 'another one was'
}

run_tests "$@"
