#!/bin/sh
# SPDX-License-Identifier: MIT
# What is written back into a source, and what a person writes there meanwhile.
. "$(dirname "$0")/lib.sh"

# Statuses of t.yaml in main and in the checkout, which have to be the same bytes.
both() {
	git show "main:$1" | cmp - "$1"
	[ -z "$(git status --porcelain)" ] || fail 'the checkout is not clean'
}

test_a_box_of_a_list_is_ticked_where_it_has_moved_to() {
	make_repo app
	cd app
	make_held_agent </dev/null
	printf '# Next\r\n\r\n- [ ] First\r\n* [ ] Second\r\n' >ROADMAP.md
	commit 'A list'
	start run -y i2
	eventually [ -e "$top/begun-i2" ]
	printf '# Next\r\n\r\n- [ ] New at the top\r\n- [ ] First\r\n* [ ] Second\r\n' >ROADMAP.md
	git commit -qm 'A person adds' -- ROADMAP.md
	sed -i 's/# Next/# Uncommitted/' ROADMAP.md
	release
	end 0
	printf '# Next\r\n\r\n- [ ] New at the top\r\n- [ ] First\r\n* [x] Second\r\n' >"$top/want"
	git show main:ROADMAP.md | cmp - "$top/want"
	sed 's/# Next/# Uncommitted/' "$top/want" | cmp - ROADMAP.md
}

test_separate_writes_each_status_into_a_task_file() {
	make_repo app
	cd app
	make_agent bot <<-'A'
		cat >/dev/null
		cp "$HOME/../work/app/t.yaml" "$HOME/seen-$WTORCH_TASK"
		[ "$WTORCH_TASK" = a ] && echo done >src/a-new.txt
	A
	write t.yaml <<-'Y'
		- id: a      # one
		  title: One
		  status: "todo"
		- {id: b, title: Two, depends_on: a}
	Y
	commit 'Tasks'
	expect_status 1 wtorch -c roadmap.commit=separate run -y --retries 0 t.yaml
	sed -e 's/"todo"/"completed"/' -e 's/{id: b,/{id: b, status: failed,/' <<-'Y' | cmp - t.yaml
		- id: a      # one
		  title: One
		  status: "todo"
		- {id: b, title: Two, depends_on: a}
	Y
	both t.yaml
	[ "$(git log --format=%s --grep='^Mark' main | tr '\n' '|')" = \
		'Mark task b failed: Two|Mark task b in progress: Two|Mark task a in progress: One|' ] ||
		fail 'not a commit each'
	expect_status 0 wtorch plan t.yaml
	expect_in out 'nothing to do'
	expect_status 0 wtorch plan t.yaml --status failed
	expect_in out 'Two'
}

test_an_interrupted_run_leaves_nothing_in_progress() {
	make_repo app
	cd app
	make_held_agent </dev/null
	printf '## PRIORITY 1: One 📝 Planned\n' >ROADMAP.md
	commit 'A roadmap'
	start -c roadmap.commit=separate run -y
	eventually [ -e "$top/begun-1" ]
	eventually grep -q '🔄 In Progress' ROADMAP.md
	expect_status 0 wtorch stop
	end 1
	grep -q '^## PRIORITY 1: One 📝 Planned$' ROADMAP.md
	both ROADMAP.md
	release
	expect_status 0 wtorch resume
	grep -q '^## PRIORITY 1: One ✅ Complete$' ROADMAP.md
	both ROADMAP.md
}

run_tests "$@"
