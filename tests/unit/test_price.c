/* SPDX-License-Identifier: MIT */
/* Which price a model has, and what its tokens come to. */

#include "tests/support/check.h"
#include "wtorch/core/price.h"

static struct wt_config *config_of(const char *const *pairs)
{
	struct wt_config *c = wt_config_new();
	struct wt_diags diags = { 0 };

	for (; *pairs; pairs += 2)
		wt_config_set(c, WT_LAYER_USER, pairs[0], pairs[1],
			      (struct wt_place){ .path = "config.ini" }, &diags);
	assert_int_equal(diags.errors, 0);
	return c;
}

static const char *const prices[] = { "price.gpt-5.input",
				      "1",
				      "price.gpt-5.output",
				      "10",
				      "price.gpt-5-1.input",
				      "1.25",
				      "price.gpt-5-1.output",
				      "10",
				      "price.gpt-5-1.cached",
				      "0.125",
				      NULL };

static double input_of(const struct wt_config *c, const char *model)
{
	struct wt_price price;

	return wt_price_find(c, model, &price) ? price.input : -1;
}

static void test_price__is_that_of_the_longest_name_a_model_begins_with(void **state)
{
	struct wt_config *c = config_of(prices);

	(void)state;
	assert_true(input_of(c, "gpt-5") == 1);
	assert_true(input_of(c, "GPT-5-mini") == 1);
	assert_true(input_of(c, "gpt-5.1") == 1.25);
	assert_true(input_of(c, "openai/gpt-5.1-codex") == 1.25);
	assert_true(input_of(c, "gpt-5.12") == 1);
	wt_config_free(c);
}

static void test_price__of_another_model_or_none_is_not_known(void **state)
{
	struct wt_config *c = config_of(prices);
	struct wt_price price;

	(void)state;
	assert_true(input_of(c, "gpt") < 0);
	assert_true(input_of(c, "gpt-51") < 0);
	assert_true(input_of(c, "") < 0);
	assert_true(input_of(c, NULL) < 0);
	assert_false(wt_price_find(c, "sonnet", &price));
	assert_true(price.output < 0);
	wt_config_free(c);
}

static void test_price__counts_only_where_the_agent_does_not_tell_its_cost(void **state)
{
	const struct wt_price price = { 2, 10, 0.5 }, none = { -1, -1, -1 };
	struct wt_usage u = { .input = 3000000, .cached = 1000000, .cost_usd = -1 };

	(void)state;
	assert_int_equal(wt_usage_microusd(&u, &price), 0); /* no tokens were told */
	u.is_known = true;
	assert_int_equal(wt_usage_microusd(&u, &price), 4500000);
	assert_int_equal(wt_usage_microusd(&u, &none), 0);
	u.cost_usd = 0;
	assert_int_equal(wt_usage_microusd(&u, &price), 4500000);
	assert_int_equal(wt_usage_microusd(&u, &none), 0);
	u.cost_usd = 0.25;
	assert_int_equal(wt_usage_microusd(&u, &price), 250000);
	u.cost_usd = 1e30;
	assert_int_equal(wt_usage_microusd(&u, &price), (int64_t)(WT_MAX_COST * 1e6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_price__is_that_of_the_longest_name_a_model_begins_with),
		cmocka_unit_test(test_price__of_another_model_or_none_is_not_known),
		cmocka_unit_test(test_price__counts_only_where_the_agent_does_not_tell_its_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
