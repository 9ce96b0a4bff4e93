/* SPDX-License-Identifier: MIT */
/* Scenarios that between them reach every kind of event. */

#include "tests/sweep/sweep.h"

#define RUN                                             \
	{                                               \
		.argv = { "wtorch", "run", "-y", NULL } \
	}
#define CLEAN                                             \
	{                                                 \
		.argv = { "wtorch", "clean", "-y", NULL } \
	}

/* The user is in the middle of a thought. */
#define BUSY_USER                                                             \
	"seq 20 >src/busy.txt; git add src/busy.txt; git commit -q -m busy; " \
	"sed -i 's/^1$/staged/' src/busy.txt; git add src/busy.txt; "         \
	"sed -i 's/^20$/unstaged/' src/busy.txt; echo new >untracked.txt"

/* 4 and 5 fork from one commit, and 4 lands first. Where one of them is not let begin, the other
 * does not wait for ever. */
#define OF_PAIR              "timeout = 10s"
#define FIRST_OF_PAIR(other) "await begun-" other "\nset src/c.txt c first\nflag ended\n"
#define SECOND_OF_PAIR(self, first) \
	"flag begun-" self "\nlanded " first "\nset src/c.txt c second\ncommit Second of a pair\n"

const struct sweep_scenario sweep_scenarios[] = {
	{ .name = "plain",
	  .run = "jobs = 2",
	  .prepare = BUSY_USER,
	  .tasks = { { "1", "**Files**: src/one.txt", "set src/one.txt one\nstatus 50\n" },
		     { "2", "**Files**: src/two.txt",
		       "set src/two.txt 2\ncommit Two\nset src/two.txt two\ncommit Two again\n" },
		     { "3", "**Depends on**: PRIORITY 1, PRIORITY 2\n",
		       "set src/three.txt three\ncommit Three\nset src/left.txt left\n" },
		     { "4", NULL, "status 100\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "conflict",
	  .run = "jobs = 3",
	  .agent = OF_PAIR,
	  .tasks = { { "1", NULL, "set src/one.txt one\ndaemon\n" },
		     { "4", NULL, FIRST_OF_PAIR("5") },
		     { "5", NULL, SECOND_OF_PAIR("5", "4") } },
	  .steps = { RUN,
		     CLEAN,
		     { .argv = { "sh", "-ec",
				 "cd ../app-wt5 && ! git merge -q main && "
				 "printf 'c both\\n' >src/c.txt && git add -A && "
				 "git commit -q -m 'Take both'",
				 NULL } },
		     { .argv = { "wtorch", "merge", "5", NULL } },
		     CLEAN } },
	{ .name = "retry",
	  .run = "jobs = 2",
	  .tasks = { { "1", NULL, "set src/one.txt one\nfail 1 3\n" },
		     { "2", NULL, "set src/two.txt two\ncommit Two\nfail 2 4\n" },
		     { "3", "**Depends on**: PRIORITY 2\n", "set src/three.txt three\n" },
		     { "4", NULL, "die 9\n" } },
	  .steps = { RUN, { .argv = { "wtorch", "retry", "2", NULL } }, CLEAN } },
	{ .name = "marks",
	  .run = "jobs = 2\nretries = 0",
	  .config = "[roadmap]\ncommit = separate",
	  .prepare = BUSY_USER,
	  .tasks = { { "1", NULL, "set src/one.txt one\n" },
		     { "2", "**Depends on**: PRIORITY 1\n", "fail 9 3\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "fresh",
	  .run = "retries = 0",
	  .tasks = { { "1", NULL,
		       "set src/one.txt 1\ncommit One\nset src/dirty.txt dirty\nfail 1 3\n"
		       "set src/one.txt one\n" } },
	  .steps = { RUN, { .argv = { "wtorch", "retry", "--fresh", "1", NULL } }, CLEAN } },
	{ .name = "squash",
	  .config = "[merge]\nstyle = squash",
	  .prepare = BUSY_USER,
	  .tasks = { { "1", NULL, "set src/one.txt 1\ncommit One\nset src/one.txt one\n" },
		     { "2", "**Depends on**: PRIORITY 1\n",
		       "set src/two.txt 2\ncommit Two\nset src/two.txt two\ncommit Two again\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "rebase",
	  .agent = OF_PAIR,
	  .config = "[merge]\nstyle = rebase",
	  .tasks = { { "1", NULL,
		       "await begun-2\nset src/one.txt 1\ncommit One\nset src/one.txt one\n" },
		     { "2", NULL,
		       "flag begun-2\nlanded 1\nset src/two.txt 2\ncommit Two\n"
		       "set src/two.txt two\ncommit Two again\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "stop",
	  .run = "jobs = 2",
	  .tasks = { { "1", NULL,
		       "set src/one.txt 1\nflag begun\nawait go\nset src/one.txt one\n" },
		     { "2", "**Depends on**: PRIORITY 1\n", "set src/two.txt two\n" } },
	  .steps = { { .argv = { "wtorch", "run", "-y", NULL },
		       .flag = "begun",
		       .meanwhile = { "wtorch", "stop", NULL } },
		     { .argv = { "wtorch", "resume", NULL }, .raise_flag = "go" },
		     CLEAN } },
	{ .name = "unmerged",
	  .run = "jobs = 1",
	  .tasks = { { "1", NULL, "set src/one.txt one\n" },
		     { "2", NULL, "set src/two.txt two\ncommit Two\n" } },
	  .steps = { { .argv = { "wtorch", "run", "-y", "--no-merge", NULL } },
		     { .argv = { "wtorch", "merge", "1", NULL } },
		     { .argv = { "wtorch", "merge", "2", NULL } },
		     CLEAN } },
	{ .name = "setup",
	  .run = "jobs = 2",
	  .config = "[worktree]\nsetup = cp src/a.txt src/setup.log\ninclude = .env\n"
		    "max_file = 1K",
	  .prepare = "echo '*.log' >.gitignore; echo .env >>.gitignore; git add -A; "
		     "git commit -q -m ignored; echo secret >.env",
	  .tasks = { { "1", NULL, "shim 1\nset src/one.txt one\n" },
		     { "2", "**Access**: write\n", "set src/two.txt two\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "gates",
	  .run = "jobs = 2",
	  .config = "[gate build]\ncommand = echo made >made.txt\n"
		    "[gate tests]\nneeds = build\n"
		    "command = test -e made.txt && { test \"$WTORCH_ROUND\" != 0 || "
		    "test ! -e src/one.txt; }\n"
		    "[gate all]\ncommand = test -e src/a.txt\nwhen = merged",
	  .tasks = { { "1", NULL, "set src/one.txt one\n" },
		     { "2", NULL, "set src/two.txt two\ncommit Two\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "decided",
	  .run = "jobs = 2",
	  .agent = OF_PAIR,
	  .config = "[merge]\nstrategy = last_wins",
	  .tasks = { { "4", NULL, FIRST_OF_PAIR("5") }, { "5", NULL, SECOND_OF_PAIR("5", "4") } },
	  .steps = { RUN, CLEAN } },
	{ .name = "refused",
	  .run = "jobs = 1",
	  .config = "[worktree]\nsetup = echo $WTORCH_INSTANCE | grep -vqe '-2-[0-9]*-setup$'",
	  .tasks = { { "1", "**Files**: src/one.txt", "set src/other.txt outside\n" },
		     { "2", NULL, "set src/two.txt two\n" } },
	  .steps = { RUN, CLEAN } },
	{ .name = "undo",
	  .needs = "undo",
	  .tasks = { { "1", NULL, "set src/one.txt one\ncommit One\n" },
		     { "2", NULL, "set src/two.txt two\ncommit Two\nfail 9 3\n" } },
	  .run = "retries = 0",
	  .steps = { RUN, CLEAN, { .argv = { "wtorch", "undo", "1", NULL } }, CLEAN } },
};

const size_t sweep_n_scenarios = sizeof sweep_scenarios / sizeof *sweep_scenarios;
