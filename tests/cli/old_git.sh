# SPDX-License-Identifier: MIT
# A git that is too old does everything that it is asked, and is asked for nothing.
. "$(dirname "$0")/lib.sh"

# use_git VERSION: from now on git says that it is that, and else does what it does.
use_git() {
	mkdir -p "$top/old"
	cat >"$top/old/git" <<-W
		#!/bin/sh
		case \$* in
		*version) echo "git version $1" && exit ;;
		esac
		echo "git \$*" >>"$top/asked"
		exec "$real_git" "\$@"
	W
	chmod +x "$top/old/git"
	: >"$top/asked"
	PATH=$top/old:$own_path
}

is_refused() { # COMMAND...
	expect_untouched 6 wtorch "$@"
	expect_err <<-'E'
		wtorch: error: git 2.30.2 is too old: wtorch needs 2.39
		hint: install git 2.39 or newer
	E
	compare out </dev/null
}

test_a_git_of_2_30_is_refused_with_one_line_by_all_that_would_change_something() {
	own_path=$PATH
	real_git=$(command -v git)
	make_repo repo
	cd repo
	make_agent bot <<-'A'
		cat >/dev/null
		echo x >>src/a.txt
	A
	one_task
	use_git 2.30.2
	is_refused run -y
	[ ! -e .git/wtorch ] || fail 'it made something'
	PATH=$own_path
	expect_status 0 wtorch run -y --no-merge
	use_git 2.30.2
	for command in 'run -y' resume 'retry 1' 'merge 1' 'clean -y'; do
		is_refused $command
	done
	# Only to read: by us, for the comparison of before and after.
	! grep -vE '^git (--no-optional-locks status|for-each-ref|worktree list|config --list)' \
		"$top/asked" || fail 'it was used'
	# What comes with the system may be patched and carry a longer number.
	use_git '2.39.0.windows.1'
	expect_status 0 wtorch merge 1
	PATH=$own_path
	[ "$(git log --first-parent --format=%s -2 | wc -l)" = 2 ]
	grep -q x src/a.txt || fail 'it was not merged'
}

run_tests "$@"
