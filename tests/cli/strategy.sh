# SPDX-License-Identifier: MIT
# merge.strategy: who wins a conflict, and that what loses is never lost or hidden.
. "$(dirname "$0")/lib.sh"

# Tasks 1 and 2 fork from the same base and change the same line; 2 lands last.
two_rivals() {
	make_repo repo
	cd repo
	make_agent bot <<-A
		cat >/dev/null
		if [ "\$WTORCH_TASK" = 1 ]; then
			until [ -e "$top/forked" ]; do sleep 0.05; done
		else
			: >"$top/forked"
			until git log main --format=%s | grep -qi 'task 1:'; do sleep 0.05; done
		fi
		sed -i "5s/.*/by \$WTORCH_TASK/" src/a.txt
		sed -i "1s/.*/\$WTORCH_TASK/" "src/\$(printf ' bc' | cut -c\$((WTORCH_TASK + 1))).txt"
	A
	write ROADMAP.md <<-'R'
		## PRIORITY 1: First task 📝 Planned
		## PRIORITY 2: Second task 📝 Planned
	R
	commit 'roadmap'
}

test_by_default_a_conflict_waits_for_a_person() {
	two_rivals
	expect_status 3 wtorch run -y
	[ "$(sed -n 5p src/a.txt)" = 'by 1' ] || fail 'a side was taken'
	[ -z "$(git for-each-ref refs/wtorch/keep)" ] || fail 'something was pinned'
}

check_decided() { # strategy, winner, other
	[ "$(sed -n 5p src/a.txt)" = "by $2" ] || fail "$(cat src/a.txt)"
	[ "$(head -1 src/b.txt) $(head -1 src/c.txt)" = '1 2' ] || fail 'a change is lost'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	# What lost is pinned under its own task, whole.
	git show "$(git for-each-ref --format='%(refname)' "refs/wtorch/keep/*/$3/*/tip")":src/a.txt |
		grep -qx "by $3" || fail 'the loser is not pinned'
	git log --format=%B main | grep -qx '  src/a.txt (1 hunk)' || fail "$(git log -3 main)"
	expect_status 0 wtorch why 2
	expect_in out "conflict in src/a.txt with 1 decided by $1"
	for format in text markdown json; do
		expect_status 0 wtorch report --format $format
		expect_in out 'src/a.txt (1 hunk)' 'conflict decided by'
	done
	expect_in out '"conflicts_resolved": 1' "\"decided_by\": \"$1\""
	git fsck --connectivity-only 2>/dev/null || fail 'the repository is damaged'
}

test_first_wins_keeps_what_landed_first() {
	for style in merge squash rebase; do
		two_rivals
		expect_status 0 wtorch -c merge.strategy=first_wins -c merge.style=$style run -y
		check_decided first_wins 1 2
		cd ..
		rm -rf repo repo-wt* "$HOME/.config/wtorch" "$top/forked"
	done
}

test_last_wins_takes_what_lands_last() {
	for style in merge squash rebase; do
		two_rivals
		expect_status 0 wtorch -c merge.strategy=last_wins -c merge.style=$style run -y
		check_decided last_wins 2 1
		cd ..
		rm -rf repo repo-wt* "$HOME/.config/wtorch" "$top/forked"
	done
}

test_what_no_strategy_can_decide_is_a_conflict() {
	two_rivals
	make_agent mover <<-A
		cat >/dev/null
		if [ "\$WTORCH_TASK" = 1 ]; then
			until [ -e "$top/forked" ]; do sleep 0.05; done
		else
			: >"$top/forked"
			until git log main --format=%s | grep -qi 'task 1:'; do sleep 0.05; done
		fi
		git mv src/a.txt "src/by-\$WTORCH_TASK.txt"
	A
	expect_status 3 wtorch -c merge.strategy=last_wins run -y --agent mover
	expect_in out 'conflict in src/a.txt'
	[ -z "$(git for-each-ref refs/wtorch/keep)" ] || fail 'something was pinned'
	[ -e src/by-1.txt ] && [ ! -e src/by-2.txt ] || fail 'a side was taken'
}

test_later_strategies_are_refused() {
	two_rivals
	for word in smart agent theirs; do
		expect_untouched 5 wtorch -c merge.strategy=$word run -y
		expect_in err "merge.strategy" "'$word'" 'manual, first_wins, last_wins'
	done
}

run_tests "$@"
