#!/bin/sh
# SPDX-License-Identifier: MIT
# worktree.hooks: git's own hooks when a worktree is made.
. "$(dirname "$0")/lib.sh"

repo_with_hook() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		echo "$WTORCH_TASK" >>src/a.txt
	A
	printf '# Roadmap\n\n### PRIORITY 1: First 📝 Planned\n' >ROADMAP.md
	commit 'A roadmap'
	printf '#!/bin/sh\necho "$3" >>%s/ran\n' "$top" >.git/hooks/post-checkout
	chmod +x .git/hooks/post-checkout
}

test_post_checkout_runs_for_a_worktree() {
	repo_with_hook
	expect_status 0 wtorch run -y
	grep -q '^1$' "$top/ran" || fail 'the hook did not run'
}

test_no_hook_runs_when_they_are_switched_off() {
	repo_with_hook
	expect_status 0 wtorch -c worktree.hooks=no run -y
	[ ! -e "$top/ran" ] || fail 'the hook ran'
	grep -q '^1$' src/a.txt || fail 'the task did not land'
}

run_tests "$@"
