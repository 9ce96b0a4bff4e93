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

scratch_is_gone() {
	[ ! -e .git/wtorch/scratch ] && ! git worktree list | grep -q wtorch-landing
}

# killed_in_its_hook: a run that its own hook has killed; the hook goes on until release, and does
# nothing from then on.
killed_in_its_hook() {
	repo_with_hook
	rm .git/hooks/post-checkout
	cat >.git/hooks/commit-msg <<-H
		#!/bin/sh
		[ ! -e "$top/in-hook" ] || exit 0
		kill -9 \$(sed 's/pid \([0-9]*\).*/\1/' "$PWD/.git/wtorch/owner")
		: >"$top/in-hook"
		until [ -e "$top/released" ]; do sleep 0.05; done
	H
	chmod +x .git/hooks/commit-msg
	start run -y
	end 137
	eventually [ -e "$top/in-hook" ]
}

test_a_hook_that_outlived_its_landing_keeps_its_worktree() {
	killed_in_its_hook
	expect_status 0 wtorch resume
	expect_in out '1 merged'
	! scratch_is_gone || fail 'it was taken away from its hook'
	release
	eventually sh -c '"$0" clean -y >/dev/null && [ ! -e .git/wtorch/scratch ]' "$WTORCH"
	scratch_is_gone || fail "$(git worktree list)"
}

test_the_worktree_of_a_hook_whose_landing_was_killed_is_cleaned() {
	killed_in_its_hook
	expect_status 0 wtorch clean -n
	expect_in out 'keep    .git/wtorch/scratch/wtorch-landing-' 'works in it'
	expect_status 0 wtorch clean -y
	! scratch_is_gone || fail 'it was taken away from its hook'
	release
	for flag in -n -y; do
		eventually sh -c '"$0" clean -n | grep -q "remove .*left by a landing that was cut off"' \
			"$WTORCH"
		run wtorch clean $flag
		expect_in out 'remove  .git/wtorch/scratch/wtorch-landing-' \
			'left by a landing that was cut off'
	done
	scratch_is_gone || fail "$(git worktree list)"
	expect_status 0 wtorch resume
	expect_in out '1 merged'
}

run_tests "$@"
