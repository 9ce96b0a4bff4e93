# SPDX-License-Identifier: MIT
# Many at once: worktrees that are made together, and a look at all who work.
. "$(dirname "$0")/lib.sh"

many=20
living=50
# A process is ten times larger there.
[ "$factor" = 1 ] || living=10

tasks() { # how many
	for number in $(seq "$1"); do
		printf '## PRIORITY %d: Task %d 📝 Planned\n\n**Files**: new/%d.txt\n\n' \
			"$number" "$number" "$number"
	done >ROADMAP.md
	commit 'roadmap'
}

have_begun() { [ "$(find "$top/begun" -type f | wc -l)" = "$1" ]; }

# A branch that is made from one that follows another writes to the configuration, and twenty of
# them fight for its lock: git itself fails there.
test_twenty_worktrees_are_made_at_once_from_a_branch_that_follows_origin() {
	git init -q --bare up.git
	make_repo seed
	cd seed
	tasks $many
	git push -q ../up.git main
	cd ..
	git clone -q up.git repo
	cd repo
	git config branch.autoSetupMerge always
	[ "$(git rev-parse main)" = "$(git rev-parse origin/main)" ]
	git config --list --local >"$top/config.before"
	mkdir "$top/begun"
	make_agent bot <<-A
		cat >/dev/null
		: >"$top/begun/\$WTORCH_TASK"
		until [ -e "$top/released" ]; do sleep 0.2; done
		mkdir -p new
		echo done >"new/\$WTORCH_TASK.txt"
	A
	start run -y -j $many
	eventually have_begun $many
	[ "$(git worktree list | wc -l)" = $((many + 1)) ] || fail 'a worktree is missing'
	release
	end 0
	expect_in out "$many merged"
	expect_not_in err 'config' '.lock' 'warning'
	[ "$(git ls-tree --name-only main new/ | wc -l)" = $many ] || fail 'work is missing'
	# Each was made once, and forked from what origin/main is.
	[ "$(grep -c '"event":"worktree_prepared"' .git/wtorch/runs/*/journal.jsonl)" = $many ]
	[ "$(grep '"event":"worktree_prepared"' .git/wtorch/runs/*/journal.jsonl |
		grep -c "\"base\":\"$(git rev-parse origin/main)\"")" = $many ]
	# No stray branch, nothing in the configuration, no lock.
	{
		echo main
		for number in $(seq $many); do echo "wtorch/$number-task-$number"; done
	} | sort >"$top/branches"
	git for-each-ref --format='%(refname:short)' refs/heads | sort | diff "$top/branches" -
	git config --list --local | diff "$top/config.before" -
	[ -z "$(find .git -name '*.lock' -size +0)" ] || fail 'a lock is left'
	! [ -e .git/config.lock ] || fail 'config.lock is left'
	expect_nobody
}

# held TASKS: a run of that many agents that all live, until descriptor 3 is closed.
held() {
	make_repo repo
	cd repo
	tasks "$1"
	mkdir "$top/begun"
	mkfifo "$top/go"
	make_agent bot <<-A
		: >"$top/begun/\$WTORCH_TASK"
		read -r line <"$top/go" || :
	A
	start run -y -j "$1"
	exec 3<>"$top/go"
	eventually have_begun "$1"
}

# count_programs COMMAND...: into $top/programs, one line for each program that wtorch runs. There
# is no other on its PATH than git, and each git is written down.
count_programs() {
	mkdir -p "$top/watched"
	cat >"$top/watched/git" <<-W
		#!$(command -v sh)
		echo "git \$*" >>"$top/programs"
		exec $(command -v git) "\$@"
	W
	chmod +x "$top/watched/git"
	: >"$top/programs"
	old_path=$PATH
	PATH=$top/watched
	status=0
	"$WTORCH" "$@" 3>&- >"$top/watched.out" 2>"$top/watched.err" </dev/null || status=$?
	PATH=$old_path
	[ "$status" = 0 ] || fail "$*: exit status $status: $(cat "$top/watched.err")"
}

# Not one for each worktree, nor any other: all that it says, it reads.
test_status_of_many_agents_starts_no_process() {
	held $living
	count_programs doctor
	grep -q '^git' "$top/programs" || fail 'what is run is not written down'
	for command in status 'status --json'; do
		count_programs $command
		[ ! -s "$top/programs" ] || fail "$command ran: $(cat "$top/programs")"
	done
	# It did look at all of them, and says of how many it shows no line.
	[ "$(jq '[.instances[] | select(.state == "working" and .pid > 0)] | length' \
		"$top/watched.out")" = $living ] || fail 'an instance is missing'
	expect_status 0 wtorch status
	expect_in out "working $living"
	[ $living -le 20 ] || expect_in out "and $((living - 20)) more at work"
	exec 3>&-
	end 0
	expect_nobody
}

run_tests "$@"
