/* SPDX-License-Identifier: MIT */
/* What agents tell of their provider, as a run heeds it: while they live, when they end, and after
 * a kill in between. */

#include "tests/support/engine_world.h"
#include "wtorch/core/provider.h"

#define LIMIT(more)                                                                              \
	"echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"result\":\"Too " \
	"many requests, try again in " more "\"}'\n"
#define DONE                                                                                   \
	"echo '{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":" \
	"\"goes on\"}]}}'\n"                                                                   \
	"echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}'\n"

static void begin(struct world *w, const char *spec)
{
	world_set(w, "agent.test.events", "claude");
	world_set(w, "run.retries", "0");
	world_plan(w, spec);
}

static const struct wt_provider_state *provider(struct world *w)
{
	return wt_state_provider(wt_run_state(w->run), "test");
}

static void test_provider__a_refused_agent_is_started_again_in_its_worktree(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo \"$WTORCH_ATTEMPT\" >>1.txt\n[ \"$WTORCH_ATTEMPT\" = 2 ] && {\n" DONE
		    "exit 0; }\n" LIMIT("1.5s") "exit 1\n");
	begin(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "1\n2");
	check_int(world_task(w, "1")->charged, 1);
	check_str(world_events(w, "agent_exited provider_stopped attempt_ended provider_open"),
		  "agent_exited 1\nprovider_stopped 1\nattempt_ended 1\nagent_exited 1\n"
		  "provider_open 1\n");
	check_int((int)provider(w)->stop, WT_PROVIDER_ANSWERS);
}

/* As the agent is told of on record it goes on; the other one must not have been started. */
static void let_go_on(struct world *w)
{
	if (world_count(w, "provider_stopped", NULL))
		scratch_run(w->s, "touch go");
}

static void test_provider__what_a_living_agent_tells_holds_starts_until_it_goes_on(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", LIMIT("600s") "sh \"$W/await\" go\necho 1 >1.txt\n" DONE);
	world_agent(w, "2", "echo 2 >2.txt\n" DONE);
	world_set(w, "provider.test.start_gap", "4s");
	begin(w, "1 2");
	w->on_tick = let_go_on;
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
	check_str(world_events(w, "agent_started provider_stopped provider_open"),
		  "agent_started 1\nprovider_stopped 1\nprovider_open 1\nagent_started 2\n");
}

static void note(struct world *w, struct wt_event ev)
{
	ev.task = "1";
	ev.attempt = 1;
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
}

/* Its agent has exited, that is on record, and the orchestrator was killed before the next one. */
static void die_behind_exit(struct world *w)
{
	world_agent(w, "1",
		    "[ \"$WTORCH_ATTEMPT\" = 2 ] && {\necho 2 >1.txt\n" DONE "exit 0; }\n"
		    "touch \"$W/here\"\nsh \"$W/await\" go\nexit 1\n");
	begin(w, "1");
	world_die_at(w, "here");
	scratch_run(w->s, "touch go; d=$(echo repo/.git/wtorch/runs/*/1/1); i=0; "
			  "while [ ! -e $d/exit.json ] && [ $i -lt 600 ]; do sleep 0.1; "
			  "i=$((i+1)); done; [ -e $d/exit.json ]");
	world_begin_again(w);
	note(w, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
				   .reason = "exit",
				   .code = 1,
				   .said = "failed",
				   .stop = "quota",
				   .until_wall_ms = w->clock.wall_ms(w->clock.self) + 2000 });
}

static void check_waited(struct world *w)
{
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_task(w, "1")->charged, 1);
	check_int((long)world_count(w, "provider_stopped", NULL), 1);
	check_int((long)world_count(w, "attempt_ended", NULL), 1);
}

static void test_provider__a_stop_that_was_not_noted_yet_is_noted_by_the_next(void **state)
{
	struct world *w = *state;

	die_behind_exit(w);
	check_waited(w);
}

static void test_provider__a_stop_that_was_noted_is_not_noted_twice(void **state)
{
	struct world *w = *state;

	die_behind_exit(w);
	note(w, (struct wt_event){ .kind = WT_EV_PROVIDER_STOPPED,
				   .provider = "test",
				   .stop = "quota",
				   .until_wall_ms = world_task(w, "1")->stop_until_ms,
				   .count = 1 });
	check_waited(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_provider__a_refused_agent_is_started_again_in_its_worktree),
		WORLD_TEST(test_provider__what_a_living_agent_tells_holds_starts_until_it_goes_on),
		WORLD_TEST(test_provider__a_stop_that_was_not_noted_yet_is_noted_by_the_next),
		WORLD_TEST(test_provider__a_stop_that_was_noted_is_not_noted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
