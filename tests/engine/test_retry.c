/* SPDX-License-Identifier: MIT */
/* What a second attempt is: where it works, who does it, and what it is told. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/agent.h"

/* Fails at first, with something in its worktree; says who it is. */
static const char script[] = "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ATTEMPT\"\n"
			     "ls -1 half.txt >\"$W/seen-$WTORCH_ATTEMPT\" 2>/dev/null || :\n"
			     "echo \"${NAME:-first} $MODEL\" >>\"$W/who\"\n"
			     "echo half >half.txt\n"
			     "if [ $WTORCH_ATTEMPT != 3 ]; then echo 'it is tuesday'; exit 7; fi\n";

static void plan(struct world *w)
{
	world_set(w, "run.retries", "2");
	world_agent(w, "1", script);
	world_plan(w, "1");
}

static void test_retry__an_attempt_is_told_what_the_one_before_died_of(void **state)
{
	struct world *w = *state;

	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(scratch_output(w->s, "cat prompt-3"),
		       "## What failed before\n\nAttempt 2: agent ended with status 7. The end of "
		       "its output:\n\n    it is tuesday\n");
	check_str(scratch_output(w->s, "cat seen-3"), "half.txt\n");
}

static void test_retry__a_fresh_one_does_not_see_what_was_left(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.retry", "fresh");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat seen-3"), "");
	/* Nothing of it is lost. */
	check_int((long)world_count(w, "kept", "1"), 2);
	check_str(scratch_output(w->s, "cat repo-wt1/half.txt"), "half\n");
}

static void test_retry__the_next_agent_or_model_takes_over(void **state)
{
	struct world *w = *state;
	const char *command =
		wt_arena_printf(&w->arena, "MODEL={model} /bin/sh -e %s/agents/{id}", w->s->dir);
	const char *env = wt_arena_printf(&w->arena, "W=%s ASAN_OPTIONS NAME=second", w->s->dir);

	world_set(w, "agent.test.command", command);
	world_set(w, "agent.test.shell", "yes");
	world_set(w, "agent.test.model", "small");
	world_set(w, "agent.test.fallback", "test:large second");
	world_set(w, "agent.second.command", command);
	world_set(w, "agent.second.shell", "yes");
	world_set(w, "agent.second.env", env);
	world_set(w, "agent.second.model", "own");
	world_set(w, "run.agent", "test");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat who"), "first small\nfirst large\nsecond own\n");
	check_str(world_task(w, "1")->agent, "second");
	check_str(world_task(w, "1")->model, "own");
	check_int((long)wt_run_state(w->run)->n_spending, 3);
	check_str(scratch_output(
			  w->s,
			  "grep -h '\"event\":\"agent_starting\"' "
			  "repo/.git/wtorch/runs/*/journal.jsonl | "
			  "sed 's/.*\"agent\":\\([^,}]*\\),\"model\":\\([^,}]*\\).*/\\1 \\2/'"),
		  "\"test\" \"small\"\n\"test\" \"large\"\n\"second\" \"own\"\n");
}

static void test_retry__a_conflict_is_told_with_its_paths(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo one >src/file-1.txt");
	world_agent(w, "2",
		    "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ATTEMPT\"; i=0; "
		    "while [ $WTORCH_ATTEMPT = 1 ] && [ $i -lt 600 ] && "
		    "[ $(git rev-parse main) = $(git rev-parse HEAD) ]; "
		    "do sleep 0.1; i=$((i+1)); done; echo two >src/file-1.txt");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "2", "conflict");
	world_ask(w, WT_EV_RETRY_ASKED, "2");
	world_drive(w);
	check_contains(scratch_output(w->s, "cat prompt-2"),
		       "Attempt 1: its work could not be merged: conflict in src/file-1.txt");
}

static void test_retry__an_isolated_agent_has_a_home_of_its_own(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.isolate", "yes");
	world_agent(w, "1",
		    "echo \"$HOME\" >\"$W/its-home\"; ls -A \"$HOME\" >\"$W/in-home\"; "
		    "echo x >x; git add x; git commit -qm mine");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(scratch_output(w->s, "cat its-home"), "/1/1/home\n");
	check_str(scratch_output(w->s, "cat in-home"), "");
	check_str(world_git(w, "log -1 --format='%%an: %%s' main^2"), "Test Person: mine");
}

/* What HOME the orchestrator has, which holds a login; undone by restore_home. */
static const char *const *lend_home(struct world *w)
{
	const char *const *env = w->proc.env;
	const char **own;
	size_t n = 0, kept = 0;

	while (env[n])
		n++;
	own = wt_arena_alloc(&w->arena, (n + 2) * sizeof *own);
	for (size_t i = 0; i < n; i++)
		if (strncmp(env[i], "HOME=", 5) != 0)
			own[kept++] = env[i];
	own[kept] = wt_arena_printf(&w->arena, "HOME=%s/person", w->s->dir);
	scratch_run(w->s, "mkdir -p person/.bot store && echo secret-4711 >store/key && "
			  "ln -s ../../store/key person/.bot/login && cp ~/.gitconfig person || :");
	w->proc.env = own;
	return env;
}

static void test_retry__an_isolated_agent_gets_copies_of_logins_which_go_with_it(void **state)
{
	struct world *w = *state;
	const char *const *env = lend_home(w);

	world_set(w, "agent.test.isolate", "yes");
	world_set(w, "agent.test.isolate_files", "~/.bot/login .bot/login");
	world_agent(w, "1",
		    "cd \"$HOME\"; cat .bot/login >\"$W/its\"; "
		    "stat -c '%a %F' . .bot/login >>\"$W/its\"; echo renewed >.bot/login; "
		    "echo x >\"$WTORCH_WORKTREE/x\"");
	world_plan(w, "1");
	world_drive(w);
	w->proc.env = env;
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat its store/key"),
		  "secret-4711\n700 directory\n600 regular file\nsecret-4711\n");
	check_int(scratch_status(w->s, "test -e repo/.git/wtorch/runs/*/1/1/home"), 1);
	check_int(scratch_status(w->s, "grep -rq secret-4711 repo/.git/wtorch"), 1);
}

static void
test_retry__a_login_that_is_missing_or_not_below_home_is_told_before_the_run(void **state)
{
	static const char *const names[] = { ".bot/none", "../store/key", "/etc/hostname" };
	struct world *w = *state;
	const char *const *env = lend_home(w);

	world_set(w, "agent.test.isolate", "yes");
	for (size_t i = 0; i < 3; i++) {
		world_set(w, "agent.test.isolate_files", names[i]);
		check_int(wt_agent_check(&w->ports, w->config, "test", NULL, &w->err), WT_E_ENV);
		check_contains(w->err.msg, names[i]);
		check_contains(w->err.msg, "agent 'test' cannot be given what isolate_files names");
	}
	world_set(w, "agent.test.isolate", "no");
	check_ok(wt_agent_check(&w->ports, w->config, "test", NULL, &w->err), w->err);
	w->proc.env = env;
}

/* temp folders */

/* They are where TMPDIR is, which here is a folder of the test's own. */
static void lend_temp(struct world *w)
{
	world_set(w, "agent.test.env",
		  wt_arena_printf(&w->arena, "W=%s ASAN_OPTIONS TMPDIR=%s/tmp", w->s->dir,
				  w->s->dir));
	scratch_run(w->s, "mkdir tmp outside; echo mine >outside/precious; echo x >tmp/other");
}

static void check_temp_is_left_alone(struct world *w)
{
	check_str(scratch_output(w->s, "ls tmp; cat outside/precious; "
				       "ls -A repo/.git/wtorch/temps"),
		  "other\nmine\n");
}

static void test_retry__an_attempt_has_a_temp_folder_of_its_own_which_goes_with_it(void **state)
{
	struct world *w = *state;

	lend_temp(w);
	world_set(w, "run.retries", "1");
	world_set(w, "run.retry_pause", "0s");
	world_agent(w, "1",
		    "echo \"$TMPDIR\" >>\"$W/temps\"; stat -c %a \"$TMPDIR\" >>\"$W/modes\"; "
		    "echo report >\"$TMPDIR/report\"; ln -s \"$W/outside\" \"$TMPDIR/link\"; "
		    "mkdir -p \"$TMPDIR/a/b\"; chmod 0 \"$TMPDIR/a\"; "
		    "[ $WTORCH_ATTEMPT = 2 ] || exit 1; echo x >x");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat modes"), "700\n700\n");
	check_str(scratch_output(w->s, "sort -u temps | sed 's,.*/tmp/wtorch-,,' | "
				       "grep -cE '^[0-9a-f]{12}$'"),
		  "2\n");
	check_temp_is_left_alone(w);
}

static void test_retry__a_temp_folder_that_became_a_link_is_not_followed(void **state)
{
	struct world *w = *state;

	lend_temp(w);
	world_agent(w, "1", "rmdir \"$TMPDIR\"; ln -s \"$W/outside\" \"$TMPDIR\"; echo x >x");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_temp_is_left_alone(w);
}

static void test_retry__recovery_takes_temp_folders_away_that_were_left(void **state)
{
	struct world *w = *state;

	lend_temp(w);
	world_agent(w, "1",
		    "touch \"$W/here\"; sh \"$W/await\" go; echo x >\"$TMPDIR/x\"; echo x >x");
	world_plan(w, "1");
	world_die_at(w, "here");
	/* One whose folder was never made, one of a run that nobody knows, and one of a copy. */
	scratch_run(w->s,
		    "cd repo/.git/wtorch/temps && r=$(ls) && sed 2s,1/1,1/9, $r "
		    ">wtorch-00000000000a && "
		    "sed 1s,.*,20200101-000000-aaaa, $r >wtorch-00000000000b && "
		    "sed '2s,1/1,1/9,; 4s,.*,/,' $r >wtorch-00000000000c && "
		    "printf '%%s' 2026 >wtorch-00000000000e && "
		    "mkdir ../../../../tmp/wtorch-00000000000b ../../../../tmp/wtorch-00000000000c "
		    "../../../../tmp/wtorch-00000000000d && touch ../../../../go");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "ls tmp; ls repo/.git/wtorch/temps"),
		  "other\nwtorch-00000000000b\nwtorch-00000000000c\nwtorch-00000000000d\n"
		  "wtorch-00000000000b\nwtorch-00000000000c\n");
}

static void test_retry__without_a_temp_folder_its_agent_works_all_the_same(void **state)
{
	struct world *w = *state;

	lend_temp(w);
	scratch_run(w->s, "rm -r tmp");
	world_agent(w, "1", "echo \"$TMPDIR\" >\"$W/its\"; echo x >x");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(scratch_output(w->s, "cat its"), "/tmp\n");
	check_contains(scratch_output(w->s, "cat repo/.git/wtorch/runs/*/journal.jsonl"),
		       "1/1 has no temp folder of its own: cannot make the folder");
}

/* prompts that do not fit */

static void check_not_started(struct world *w, const char *reason)
{
	check_state(w, "1", "failed");
	check_reason(w, "1", reason);
	check_int((long)world_count(w, "agent_started", "1"), 0);
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 6);
}

static void test_retry__a_prompt_over_its_agents_limit_is_not_started(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.prompt_max", "100");
	world_plan(w, "1");
	world_drive(w);
	check_not_started(w, "and agent 'test' takes 100 (prompt_max)");
}

static void test_retry__a_prompt_that_no_argument_can_hold_is_not_started(void **state)
{
	struct world *w = *state;
	char *text = wt_arena_alloc(&w->arena, 150001);

	memset(text, 'x', 150000);
	world_set(w, "agent.test.command", "/bin/echo {prompt}");
	world_plan_text(w,
			wt_arena_printf(&w->arena, "## PRIORITY 1: Large 📝 Planned\n\n%s\n", text));
	world_drive(w);
	check_not_started(w, "and the system allows 131071");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_retry__an_attempt_is_told_what_the_one_before_died_of),
		WORLD_TEST(test_retry__a_fresh_one_does_not_see_what_was_left),
		WORLD_TEST(test_retry__the_next_agent_or_model_takes_over),
		WORLD_TEST(test_retry__a_conflict_is_told_with_its_paths),
		WORLD_TEST(test_retry__an_isolated_agent_has_a_home_of_its_own),
		WORLD_TEST(test_retry__an_isolated_agent_gets_copies_of_logins_which_go_with_it),
		WORLD_TEST(
			test_retry__a_login_that_is_missing_or_not_below_home_is_told_before_the_run),
		WORLD_TEST(test_retry__an_attempt_has_a_temp_folder_of_its_own_which_goes_with_it),
		WORLD_TEST(test_retry__a_temp_folder_that_became_a_link_is_not_followed),
		WORLD_TEST(test_retry__recovery_takes_temp_folders_away_that_were_left),
		WORLD_TEST(test_retry__without_a_temp_folder_its_agent_works_all_the_same),
		WORLD_TEST(test_retry__a_prompt_over_its_agents_limit_is_not_started),
		WORLD_TEST(test_retry__a_prompt_that_no_argument_can_hold_is_not_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
