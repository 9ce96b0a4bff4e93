#!/bin/sh
# SPDX-License-Identifier: MIT
# plan.conflicts = join: tasks that touch nearly the same are one task of the run.
. "$(dirname "$0")/lib.sh"

# 65 and 66 are nearly the same, 67 waits for 66.
overlapping() {
	write ROADMAP.md <<-'R'
		## PRIORITY 65: Recipe list 📝 Planned
		Show all.

		**Files**: src/a.txt, src/b.txt

		## PRIORITY 66: Recipe search 📝 Planned
		Find one.

		**Files**: src/a.txt, src/b.txt

		## PRIORITY 67: Report 📝 Planned
		**Files**: src/c.txt
		**Depends on**: 66
	R
	commit 'roadmap'
}

# The key, set for all that follows.
joining() {
	printf '[plan]\nconflicts = join\n' >>"$HOME/.config/wtorch/config.ini"
}

begin_repo() {
	make_repo app
	cd app
	overlapping
}

test_one_agent_does_both_and_both_are_marked() {
	make_agent bot <<-'A'
		cat >"$HOME/prompt-$WTORCH_TASK"
		echo done >>src/a.txt
		[ "$WTORCH_TASK" = 67 ] && grep -q done src/a.txt && echo done >>src/c.txt
		:
	A
	joining
	begin_repo
	expect_status 0 wtorch plan
	expect_in out ' 1     65+66  Recipe list; Recipe sea' ' 2     67     Report'
	expect_status 0 wtorch plan --explain 66
	expect_in out '65+66  Recipe list; Recipe search' 'made of    65: Recipe list' \
		'66: Recipe search' 'ROADMAP.md:1 (roadmap)' 'ROADMAP.md:6 (roadmap)'
	expect_status 0 wtorch plan --format dot
	expect_in out '65+66\nRecipe list; Recipe search'
	expect_status 0 wtorch plan --format mermaid
	expect_in out '65#43;66<br/>Recipe list#59; Recipe search'
	expect_status 0 wtorch plan --json
	expect_in out '"joined_to": "65"'
	expect_status 0 wtorch run -y
	[ "$(ls "$HOME" | tr '\n' ' ')" = 'prompt-65 prompt-67 ' ] || fail "$(ls "$HOME")"
	grep -q '^### 66: Recipe search$' "$HOME/prompt-65"
	grep -q '^Find one.$' "$HOME/prompt-65"
	[ "$(grep -c '✅ Complete' ROADMAP.md)" = 3 ] || fail "$(cat ROADMAP.md)"
	[ "$(git log --format=%s --first-parent main | head -2 | tr '\n' '|')" = \
		'Merge task 67: Report|Merge task 65+66: Recipe list; Recipe search|' ] ||
		fail "$(git log --oneline)"
	[ "$(git log -1 --format='%(trailers:key=Wtorch-Task,valueonly)' main~1 | tr '\n' ' ')" = \
		'65 66  ' ] || fail 'not both are named'
	git show main~1:ROADMAP.md | grep -q '^## PRIORITY 66: Recipe search ✅ Complete$'
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	expect_status 0 wtorch status
	expect_in out '65+66    recipe-list'
	expect_status 0 wtorch report
	expect_in out '65+66 Recipe list; Recipe search  merged' 'roadmap: 3 marked complete'
	expect_status 0 wtorch report --format markdown
	expect_in out '| 65+66 | Recipe list; Recipe search |'
	expect_status 0 wtorch why 66
	expect_in out '65+66 Recipe list; Recipe search' \
		'made of 65 from ROADMAP.md:1, 66 from' 'merged into main as' \
		'ROADMAP.md marked: 65: ✅ Complete' 'ROADMAP.md marked: 66: ✅ Complete'
	for id in 65 66; do
		expect_status 0 wtorch diff $id
		expect_in out '+done'
		expect_status 0 wtorch logs $id
	done
	expect_status 0 wtorch plan
	expect_in out 'nothing to do'
}

test_whoever_selects_one_gets_only_that_one() {
	make_agent bot <<-'A'
		cat >/dev/null
		echo done >>src/a.txt
	A
	joining
	begin_repo
	expect_status 0 wtorch run -y 66
	grep -q '^## PRIORITY 65: Recipe list 📝 Planned$' ROADMAP.md
	grep -q '^## PRIORITY 66: Recipe search ✅ Complete$' ROADMAP.md
}

# A task in a roadmap, one in a task file, one in a list, one in a document of its own, and one in
# a file that git does not know.
test_each_is_marked_in_its_own_source() {
	make_agent bot <<-'A'
		cat >/dev/null
		echo done >>src/a.txt
	A
	joining
	make_repo app
	cd app
	printf '## PRIORITY 1: One 📝 Planned\n**Files**: src/a.txt, src/b.txt\n' >ROADMAP.md
	printf -- '- id: y2   # two\n  title: Two\n  status: planned\n  files: [src/a.txt, src/b.txt]\n' >t.yaml
	printf '# Next\n\n- [ ] US-3: Three\n\n  Files: src/a.txt, src/b.txt\n' >list.md
	printf '# TASK-4: Four\n\n**Status**: planned\n\n**Files**: src/a.txt, src/b.txt\n' >TASK-4.md
	commit 'Tasks'
	printf '## PRIORITY 5: Five 📝 Planned\n**Files**: src/a.txt, src/b.txt\n' >untracked.md
	expect_status 0 wtorch run -y ROADMAP.md t.yaml list.md TASK-4.md untracked.md
	expect_in out '1 task: 1 merged'
	grep -q '^## PRIORITY 1: One ✅ Complete$' ROADMAP.md
	grep -q '^  status: completed$' t.yaml
	grep -q '^- \[x\] US-3: Three$' list.md
	grep -qi '^\*\*Status\*\*: .*complete' TASK-4.md
	grep -q '^## PRIORITY 5: Five ✅ Complete$' untracked.md
	[ "$(git status --porcelain)" = '?? untracked.md' ] || fail "$(git status --porcelain)"
	[ "$(git show --first-parent --name-only --format= main | sort | tr '\n' ' ')" = \
		'ROADMAP.md TASK-4.md list.md src/a.txt t.yaml ' ] || fail 'not one commit'
}

test_what_a_person_changed_meanwhile_stays() {
	make_held_agent </dev/null
	joining
	make_repo app
	cd app
	printf '## PRIORITY 1: One 📝 Planned\n**Files**: src/a.txt, src/b.txt\n' >ROADMAP.md
	printf -- '- id: y2\n  status: planned\n  files: [src/a.txt, src/b.txt]\n' >t.yaml
	commit 'Tasks'
	start run -y ROADMAP.md t.yaml
	eventually [ -e "$top/begun-1" ]
	sed -i '1i # Mine' ROADMAP.md t.yaml
	git add t.yaml
	release
	end 0
	for file in ROADMAP.md t.yaml; do
		[ "$(head -1 $file)" = '# Mine' ] || fail "$file lost an edit"
		[ "$(git show main:$file | head -1)" != '# Mine' ] || fail "$file landed an edit"
	done
	grep -q '✅ Complete$' ROADMAP.md
	grep -q 'status: completed$' t.yaml
	git show main:ROADMAP.md | grep -q '✅ Complete$'
	git show main:t.yaml | grep -q 'status: completed$'
	[ "$(git status --porcelain | tr '\n' '|')" = ' M ROADMAP.md|M  t.yaml|' ] ||
		fail "$(git status --porcelain)"
}

test_separate_commits_show_both_in_progress_and_failed() {
	make_agent bot <<-'A'
		cat >/dev/null
		n=0
		until grep -q Progress "$HOME/../work/app/ROADMAP.md" || [ $((n += 1)) -gt 600 ]; do
			sleep 0.05
		done
		cp "$HOME/../work/app/ROADMAP.md" "$HOME/seen-$WTORCH_TASK"
		[ -e "$HOME/succeed" ] && echo done >>src/a.txt
	A
	joining
	begin_repo
	printf '[roadmap]\ncommit = separate\n' >>"$HOME/.config/wtorch/config.ini"
	expect_status 1 wtorch run -y --retries 0 65 66
	[ "$(grep -c '🔄 In Progress$' "$HOME/seen-65")" = 2 ] || fail "$(cat "$HOME/seen-65")"
	[ "$(grep -c '❌ Failed$' ROADMAP.md)" = 2 ] || fail "$(cat ROADMAP.md)"
	[ "$(git log --format=%s --grep='^Mark' main | tr '\n' '|')" = \
		'Mark task 65+66 failed: Recipe list; Recipe search|Mark task 65+66 in progress: Recipe list; Recipe search|' ] ||
		fail "$(git log --oneline)"
	: >"$HOME/succeed"
	expect_status 0 wtorch retry 66 65
	[ "$(grep -c '✅ Complete$' ROADMAP.md)" = 2 ] || fail "$(cat ROADMAP.md)"
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
	[ "$(grep -c retry_asked .git/wtorch/runs/*/journal.jsonl)" = 1 ] || fail 'asked twice'
}

test_a_run_that_was_killed_knows_them_still() {
	make_held_agent </dev/null
	joining
	begin_repo
	start run -y 65 66
	eventually [ -e "$top/begun-65" ]
	eventually grep -q '"event":"agent_started"' .git/wtorch/runs/*/journal.jsonl
	kill -KILL "$runner"
	end 137
	release
	expect_status 0 wtorch resume
	[ "$(grep -c '✅ Complete$' ROADMAP.md)" = 2 ] || fail "$(cat ROADMAP.md)"
	[ ! -e "$top/begun-66" ] || fail 'there was a second agent'
	expect_status 1 wtorch retry 66
	expect_in err "'65' is merged already"
}

test_each_id_stops_it_and_cleans_it_up() {
	make_held_agent </dev/null
	joining
	begin_repo
	start run -y 65 66
	eventually [ -e "$top/begun-65" ]
	echo more >../app-wt65/src/more.txt
	expect_status 0 wtorch stop 66
	end 1
	expect_status 0 wtorch status
	expect_in out '65+66    recipe-list-recipe-sea stopped'
	[ "$(grep -c '📝 Planned$' ROADMAP.md)" = 3 ] || fail "$(cat ROADMAP.md)"
	expect_status 0 wtorch clean -n 66
	expect_in out 'app-wt65'
	expect_status 0 wtorch clean --force -y 66
	[ ! -e ../app-wt65 ] || fail 'its worktree is still there'
	expect_status 0 wtorch undo 66
	expect_in out 'of task 65'
	[ -e ../app-wt65/src/more.txt ] || fail 'its work is not there again'
}

run_tests "$@"
