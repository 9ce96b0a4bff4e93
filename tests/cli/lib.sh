# SPDX-License-Identifier: MIT
# What every test of the program begins with. tests/README.md says how it is used.
#
# Each function test_* of the file that reads this is run in a folder of its own, with a HOME and
# a git configuration of its own, and ends at the first command that fails. The folder goes away
# with success; after a failure it stays and its name is printed.

: "${WTORCH:?WTORCH has to name the program}"
case $WTORCH in
/*) ;;
*) WTORCH=$PWD/$WTORCH ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$here/../.." && pwd)

# How many times slower than usual it may be: scripts/test-valgrind.
factor=${WTORCH_TEST_FACTOR:-1}
# Whether it is that; tests/README.md lists what cannot be tried there.
under_valgrind=${WTORCH_TEST_VALGRIND:-}
# There WTORCH is a script that watches the program.
program=${WTORCH_TEST_PROGRAM:-$WTORCH}
watch=${WTORCH_TEST_WATCH:-}

# Nothing of the caller's decides what happens in a test.
for name in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\|WTORCH_[A-Za-z0-9_]*\|XDG_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
unset NO_COLOR CLICOLOR_FORCE CI CDPATH GH_TOKEN GITHUB_TOKEN GH_ENTERPRISE_TOKEN \
	GITHUB_ENTERPRISE_TOKEN GH_HOST GITHUB_API_URL
export LC_ALL=C.UTF-8 TZ=UTC TERM=dumb COLUMNS=80
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='2026-01-01T12:00:00Z' \
	GIT_COMMITTER_DATE='2026-01-01T12:00:00Z'

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# run COMMAND...: keeps exit status, output and messages for the expect_* behind it. wtorch is the
# program under test.
run() {
	case $1 in
	wtorch)
		shift
		set -- "$WTORCH" "$@"
		;;
	esac
	ran="$*"
	status=0
	"$@" >"$top/out" 2>"$top/err" </dev/null || status=$?
}

# expect_status N COMMAND...: runs it and compares the exit status.
expect_status() {
	wanted=$1
	shift
	run "$@"
	[ "$status" = "$wanted" ] && return 0
	printf '%s: exit status %s instead of %s\n' "$ran" "$status" "$wanted" >&2
	sed 's/^/  out: /' "$top/out" >&2
	sed 's/^/  err: /' "$top/err" >&2
	exit 1
}

# What differs from one time to the next gets a name: DIR (the test's folder), RUN, OID, oid
# (seven digits of one), TIME, PID, and AGO for a span of time.
scrub() {
	sed -E -e "s|$top|DIR|g" \
		-e 's/[0-9]{8}-[0-9]{6}-[0-9a-f]{4}/RUN/g' \
		-e 's/\b[0-9a-f]{40}\b/OID/g' \
		-e 's/\b[0-9a-f]{7}\b/oid/g' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' \
		-e 's/\bpid [0-9]+/pid PID/g' \
		-e 's/(^|[ (])([0-9]+[dhms] ?)?[0-9]+(ms|s|m|h)\b/\1AGO/g' "$@"
}

compare() { # name of the stream; what is wanted on stdin
	cat >"$top/wanted"
	scrub "$top/$1" >"$top/got"
	diff -u "$top/wanted" "$top/got" >"$top/diff" && return 0
	printf '%s: wrong %s (- wanted, + got)\n' "$ran" "$1" >&2
	cat "$top/diff" >&2
	exit 1
}

# expect_out <<'E' ... E: the whole scrubbed output of the last command is that; expect_err: its
# messages. expect_quiet: there is none of either.
expect_out() { compare out; }
expect_err() { compare err; }
expect_quiet() {
	compare out </dev/null
	compare err </dev/null
}

# expect_in out|err TEXT...: each text stands somewhere in it.
expect_in() {
	stream=$1
	shift
	for text in "$@"; do
		scrub "$top/$stream" | grep -qF -- "$text" && continue
		printf "%s: no '%s' in %s:\n" "$ran" "$text" "$stream" >&2
		cat "$top/$stream" >&2
		exit 1
	done
}

expect_not_in() {
	stream=$1
	shift
	for text in "$@"; do
		scrub "$top/$stream" | grep -qF -- "$text" || continue
		printf "%s: '%s' in %s:\n" "$ran" "$text" "$stream" >&2
		cat "$top/$stream" >&2
		exit 1
	done
}

# write FILE <<'E' ... E: makes folders, too.
write() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# copy_program DIR: a copy of wtorch there, which takes the wtorch-shim that lies beside it; $copied
# is what to call.
copy_program() {
	mkdir -p "$1"
	cp "$program" "$1/wtorch"
	copied=$1/wtorch
	[ -n "$watch" ] || return 0
	copied=$1/watched
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$watch" "$1/wtorch" >"$copied"
	chmod +x "$copied"
}

# make_repo NAME: a repository with src/a.txt, src/b.txt and src/c.txt of ten lines on main.
make_repo() {
	git init -q -b main "$1"
	for name in a b c; do
		seq -f "$name %g" 10 | write "$1/src/$name.txt"
	done
	git -C "$1" add -A
	git -C "$1" commit -q -m 'first commit'
}

# commit MESSAGE: everything in the current repository.
commit() {
	git add -A
	git commit -q -m "$1"
}

# make_agent NAME <<'E' ... E: a shell script as [agent NAME] in the user's own configuration. It
# is started in its worktree with the prompt on standard input.
make_agent() {
	mkdir -p "$top/bin"
	{
		echo '#!/bin/sh'
		echo 'set -e'
		cat
	} >"$top/bin/$1"
	chmod +x "$top/bin/$1"
	mkdir -p "$HOME/.config/wtorch"
	# What else the machine does must not decide what a test sees.
	[ -e "$HOME/.config/wtorch/config.ini" ] ||
		printf '[run]\ncpu_max = 100\ncpu_start = 100\nmemory_max = 100\nmemory_start = 100\n' \
			>"$HOME/.config/wtorch/config.ini"
	printf '[agent %s]\ncommand = %s\ngrace = 2s\n' "$1" "$top/bin/$1" \
		>>"$HOME/.config/wtorch/config.ini"
}

# eventually COMMAND...: waits until it succeeds, and fails after half a minute, or that times $factor.
eventually() {
	tries=$((600 * factor))
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "this never came true: $*"
		sleep 0.05
	done
}

# make_held_agent <<'E' ... E: as make_agent bot; behind what is given, it makes the file
# begun-TASK in $top, waits for release, and writes src/task-TASK.txt.
make_held_agent() {
	make_agent bot <<-A
		cat >/dev/null
		$(cat)
		echo begun
		: >"$top/begun-\$WTORCH_TASK"
		until [ -e "$top/released" ]; do sleep 0.05; done
		echo done >>"src/task-\$WTORCH_TASK.txt"
	A
}
release() { : >"$top/released"; }

# one_task: a roadmap with a single task, committed.
one_task() {
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned

		**Files**: src/a.txt
	R
	commit 'roadmap'
}

# start COMMAND [ARG...]: wtorch in the background as from a terminal, so that INT and HUP reach it;
# $runner is its pid. end STATUS waits for it, and compares: what it said is then in out and err.
start() {
	env --default-signal=INT,HUP "$WTORCH" "$@" >"$top/started.out" 2>"$top/started.err" \
		</dev/null &
	runner=$!
	ran="wtorch $*"
}
end() {
	status=0
	wait "$runner" 2>/dev/null || status=$?
	mv "$top/started.out" "$top/out"
	mv "$top/started.err" "$top/err"
	[ "$status" = "$1" ] && return 0
	printf '%s: exit status %s instead of %s\n' "$ran" "$status" "$1" >&2
	sed 's/^/  out: /' "$top/out" >&2
	sed 's/^/  err: /' "$top/err" >&2
	exit 1
}

# make_killing_git: a git that kills the wtorch that called it by kill -9. killed_at N COMMAND...
# lets it do so at the call of git with that number, counted from 0: before the call does anything
# when N is even, once it is done when it is odd. False when the command ended before that call.
make_killing_git() {
	mkdir -p "$top/killing"
	cat >"$top/killing/git" <<-G
		#!/bin/sh
		n=\$(cat "$top/calls")
		echo \$((n + 1)) >"$top/calls"
		[ "\$n" = "\$(cat "$top/kill-at")" ] || exec $(command -v git) "\$@"
		[ \$((n % 2)) = 0 ] || $(command -v git) "\$@"
		kill -9 \$PPID
	G
	chmod +x "$top/killing/git"
}
killed_at() {
	echo 0 >"$top/calls"
	echo "$1" >"$top/kill-at"
	shift
	status=0
	PATH=$top/killing:$PATH "$WTORCH" "$@" >"$top/killed" 2>&1 </dev/null || status=$?
	[ "$status" = 137 ]
}

# expect_nobody: soon no process of an agent or setup of this test is left, its shim included.
nobody_is_left() {
	! readlink /proc/[0-9]*/cwd 2>/dev/null | grep -q "^$top/work/.*-wt" &&
		! grep -lzF "WTORCH_WORKTREE=$top/" /proc/[0-9]*/environ >/dev/null 2>&1 &&
		! pgrep -f "wtorch-shim $top/" >/dev/null
}
expect_nobody() { eventually nobody_is_left; }

# start_github [JSON]: tests/github/server.py with these options, until the test ends; $github is its
# address. tell_github WHAT [JSON] asks it something for the test, such as `state`, or `faults '[...]'`.
# expect_good_requests: it saw none that a client must not make.
start_github() {
	mkdir "$top/github"
	python3 "$source_dir/tests/github/server.py" serve "$top/github" "$@" \
		>"$top/github/out" 2>&1 &
	github_pid=$!
	trap 'kill "$github_pid" 2>/dev/null' EXIT
	eventually test -e "$top/github/port"
	github=http://127.0.0.1:$(cat "$top/github/port")
}
tell_github() {
	what=$1
	shift
	python3 "$source_dir/tests/github/server.py" call "${github##*:}" "/_test/$what" "$@"
}
expect_good_requests() {
	[ "$(tell_github bad)" = '[]' ] || fail "requests against the rules: $(tell_github bad)"
}

# What a command that refuses must not change: refs, worktrees, names, the state folder (but for
# the locks and what is kept of one plan for the next), uncommitted changes, configuration.
snapshot() {
	git for-each-ref
	git worktree list --porcelain
	ls -A . .. .git | grep -v '^wtorch$'
	find .git/wtorch ! -name lock ! -name '*.lock' ! -name owner ! -name runs ! -name wtorch ! -path '*/wtorch/cache*' 2>/dev/null | sort
	git --no-optional-locks status --porcelain
	git config --list --local
}

# expect_untouched STATUS COMMAND...: it ends with that, and has changed nothing.
expect_untouched() {
	snapshot >"$top/before"
	expect_status "$@"
	snapshot >"$top/after"
	diff -u "$top/before" "$top/after" && return 0
	fail "$ran: changed the above"
}

# skip REASON: the rest of this test cannot be tried here.
skip() {
	printf '  skipped: %s\n' "$*"
	exit 0
}

skip_under_valgrind() { [ -z "$under_valgrind" ] || skip "under valgrind: $*"; }

begin() {
	top=$(mktemp -d "${TMPDIR:-/tmp}/wtorch-cli.XXXXXX")
	top=$(cd "$top" && pwd -P)
	HOME=$top/home
	export HOME
	mkdir "$HOME" "$top/work"
	git config --global user.name 'Test User'
	git config --global user.email test@example.invalid
	git config --global init.defaultBranch main
	cd "$top/work" || exit 1
}

# run_tests [NAME...]: the last line of every file; with names only those.
run_tests() {
	failures=0
	[ $# -gt 0 ] || set -- $(sed -n 's/^\(test_[A-Za-z0-9_]*\)().*/\1/p' "$0")
	for name in "$@"; do
		begin
		(
			set -eu
			"$name"
		)
		if [ $? -eq 0 ]; then
			printf 'ok %s\n' "$name"
			chmod -R u+rwX "$top" 2>/dev/null
			cd / && rm -rf "$top"
		else
			printf 'FAILED %s: its files are in %s\n' "$name" "$top"
			failures=$((failures + 1))
		fi
	done
	[ "$failures" -eq 0 ]
}
