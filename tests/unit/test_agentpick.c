/* SPDX-License-Identifier: MIT */
/* Which agent a task is given: by its complexity, and after a failure. */

#include "tests/support/check.h"
#include "wtorch/core/agentpick.h"

static void test_agentpick__a_choice_is_a_name_and_maybe_a_model(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_agent_choice c;

	(void)state;
	assert_true(wt_agent_choice_parse(&a, "claude", &c));
	check_str(c.agent, "claude");
	assert_null(c.model);
	assert_true(wt_agent_choice_parse(&a, "open:vendor/model:7b", &c));
	check_str(c.agent, "open");
	check_str(c.model, "vendor/model:7b");
	assert_false(wt_agent_choice_parse(&a, "", &c));
	assert_false(wt_agent_choice_parse(&a, ":x", &c));
	assert_false(wt_agent_choice_parse(&a, "x:", &c));
	assert_false(wt_agent_choice_parse(&a, NULL, &c));
	wt_arena_clear(&a);
}

static void check_choice(struct wt_agent_choice c, const char *agent, const char *model)
{
	check_str(c.agent, agent);
	if (model)
		check_str(c.model, model);
	else
		assert_null(c.model);
}

static void
test_agentpick__each_failure_takes_the_next_fallback_and_the_last_one_stays(void **state)
{
	struct wt_config *config = wt_config_new();
	struct wt_diags diags = { 0 };
	struct wt_arena a = { 0 };
	const struct wt_agent_choice planned = { "a", "small" }, other = { "b", NULL };

	(void)state;
	wt_config_set(config, WT_LAYER_USER, "agent.a.fallback", "a:large b",
		      (struct wt_place){ .path = "c" }, &diags);
	wt_config_set(config, WT_LAYER_USER, "agent.b.fallback", "a",
		      (struct wt_place){ .path = "c" }, &diags);
	assert_int_equal(diags.errors, 0);
	check_choice(wt_agent_fallback(&a, config, &planned, 0), "a", "small");
	check_choice(wt_agent_fallback(&a, config, &planned, 1), "a", "large");
	check_choice(wt_agent_fallback(&a, config, &planned, 2), "b", NULL);
	check_choice(wt_agent_fallback(&a, config, &planned, 3), "b", NULL); /* not b's own */
	check_choice(wt_agent_fallback(&a, config, &other, 9), "a", NULL);
	wt_config_free(config);
	wt_arena_clear(&a);
}

static void test_agentpick__complexity_is_declared_or_counted(void **state)
{
	static const struct {
		size_t n_files, n_criteria;
		enum wt_level risk, declared, want;
		const char *path, *why;
	} cases[] = {
		{ 0, 0, 0, 0, WT_LEVEL_MEDIUM, "x", "neither files, criteria nor risk are known" },
		{ 1, 0, 0, 0, WT_LEVEL_LOW, "x", "1 file, 0 criteria, risk not declared" },
		{ 2, 3, WT_LEVEL_LOW, 0, WT_LEVEL_LOW, "x", "2 files, 3 criteria, risk low" },
		{ 3, 1, 0, 0, WT_LEVEL_MEDIUM, "x", "3 files, 1 criterion, risk not declared" },
		{ 1, 0, 0, 0, WT_LEVEL_MEDIUM, "src/*", "3 files, 0 criteria, risk not declared" },
		{ 1, 0, WT_LEVEL_HIGH, 0, WT_LEVEL_MEDIUM, "x", "1 file, 0 criteria, risk high" },
		{ 3, 4, WT_LEVEL_MEDIUM, 0, WT_LEVEL_HIGH, "x",
		  "3 files, 4 criteria, risk medium" },
		{ 8, 4, 0, 0, WT_LEVEL_HIGH, "x", "8 files, 4 criteria, risk not declared" },
		{ 8, 8, WT_LEVEL_HIGH, WT_LEVEL_LOW, WT_LEVEL_LOW, "x", "declared" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_task_file files[8];
		struct wt_task t = { .files = files,
				     .n_files = cases[i].n_files,
				     .n_criteria = cases[i].n_criteria,
				     .risk = cases[i].risk,
				     .complexity = cases[i].declared };
		struct wt_buf why = WT_BUF_INIT;

		for (size_t k = 0; k < 8; k++)
			files[k] = (struct wt_task_file){ .path = cases[i].path };
		check_int(wt_task_complexity(&t, &why), cases[i].want);
		check_str(why.data, cases[i].why);
		wt_buf_clear(&why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agentpick__a_choice_is_a_name_and_maybe_a_model),
		cmocka_unit_test(
			test_agentpick__each_failure_takes_the_next_fallback_and_the_last_one_stays),
		cmocka_unit_test(test_agentpick__complexity_is_declared_or_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
