/* SPDX-License-Identifier: MIT */
/* What becomes of a request after its answer, by the forge's own rules. */

#include "tests/support/check.h"
#include "wtorch/core/netretry.h"

#include <string.h>

/* Without any of the headers. */
static struct wt_net_facts plain(void)
{
	return (struct wt_net_facts){
		.retry_after_s = -1, .remaining = -1, .reset_s = -1, .date_s = -1, .tries = 1
	};
}

static int64_t wait_ms;
static const char *why;

static enum wt_net_next judge(struct wt_net_facts f)
{
	return wt_net_judge(&f, &wait_ms, &why);
}

static void test_netretry__an_answer_is_taken(void **state)
{
	static const int taken[] = { 200, 201, 204, 301, 304, 400, 401, 403, 404, 409, 410, 422 };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof taken / sizeof *taken; i++) {
		struct wt_net_facts f = plain();

		f.is_answered = true;
		f.status = taken[i / 2];
		f.is_write = i % 2;
		assert_int_equal(judge(f), WT_NEXT_TAKE);
	}
}

static void test_netretry__what_the_server_asks_for_is_waited(void **state)
{
	struct wt_net_facts f = plain();

	(void)state;
	f.is_answered = true;
	f.status = 403;
	f.is_write = true;
	f.retry_after_s = 7;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 7000);
	f.chance = 255;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 8750);
	f.tries = 4;
	assert_int_equal(judge(f), WT_NEXT_GIVE_UP);
	assert_string_equal(why, "the server asked to wait");
}

static void test_netretry__a_reset_is_reckoned_by_the_servers_clock(void **state)
{
	struct wt_net_facts f = plain();

	(void)state;
	f.is_answered = true;
	f.status = 429;
	f.remaining = 0;
	f.reset_s = 1000100;
	f.now_wall_ms = 5000000000;
	f.date_s = 1000000;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 101000);
	f.date_s = -1;
	f.now_wall_ms = 1000090000;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 11000);
	f.now_wall_ms = 2000000000000; /* long past */
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 1000);
	f.reset_s = INT64_MAX;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 7200000);
}

static void test_netretry__a_secondary_limit_waits_a_minute_and_longer(void **state)
{
	struct wt_net_facts f = plain();

	(void)state;
	f.is_answered = true;
	f.status = 403;
	f.is_secondary = true;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 60000);
	f.tries = 3;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 240000);
	f.tries = 4;
	assert_int_equal(judge(f), WT_NEXT_GIVE_UP);
}

static void test_netretry__a_write_that_may_have_happened_is_looked_for(void **state)
{
	struct wt_net_facts f = plain();

	(void)state;
	f.is_write = true;
	assert_int_equal(judge(f), WT_NEXT_LOOK);
	f.is_answered = true;
	f.status = 502;
	assert_int_equal(judge(f), WT_NEXT_LOOK);
	assert_string_equal(why, "the server failed");
	f.is_answered = false;
	f.is_unsent = true;
	assert_int_equal(judge(f), WT_NEXT_AGAIN);
	assert_int_equal(wait_ms, 1000);
}

static void test_netretry__a_read_is_asked_again_a_few_times(void **state)
{
	struct wt_net_facts f = plain();

	(void)state;
	for (f.tries = 1; f.tries < 5; f.tries++) {
		assert_int_equal(judge(f), WT_NEXT_AGAIN);
		assert_int_equal(wait_ms, 1000 << (f.tries - 1));
	}
	assert_int_equal(judge(f), WT_NEXT_GIVE_UP);
}

static void test_netretry__the_next_page_is_found_as_it_stands(void **state)
{
	static const struct {
		const char *link, *url;
	} cases[] = {
		{ "<https://h/repositories/1/issues?page=2>; rel=\"next\", <https://h/x>; "
		  "rel=\"last\"",
		  "https://h/repositories/1/issues?page=2" },
		{ "<https://h/a,b;c>; rel=\"prev\", <https://h/n>; foo=1; REL=next",
		  "https://h/n" },
		{ "<https://h/n>; rel=\"nextly\"", NULL },
		{ "<https://h/n; rel=\"next\"", NULL },
		{ "<>", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_str url;
		bool found = wt_net_next_link(cases[i].link, &url);

		assert_int_equal(found, cases[i].url != NULL);
		if (found)
			assert_true(wt_str_is(url, cases[i].url));
	}
}

static void test_netretry__a_date_is_read(void **state)
{
	(void)state;
	assert_int_equal(wt_net_parse_date(WT_STR("Sun, 06 Nov 1994 08:49:37 GMT")), 784111777);
	assert_int_equal(wt_net_parse_date(WT_STR("Sun, 06 Foo 1994 08:49:37 GMT")), -1);
	assert_int_equal(wt_net_parse_date(WT_STR("Sun, 06 Nov 1994 08:49:37 CET")), -1);
	assert_int_equal(wt_net_parse_date(WT_STR("Sun, 99 Nov 1994 08:49:37 GMT")), -1);
	assert_int_equal(wt_net_parse_date(WT_STR("")), -1);
}

static void test_netretry__a_secondary_limit_is_known_by_its_words(void **state)
{
	(void)state;
	assert_true(wt_net_is_secondary(
		WT_STR("{\"message\":\"You have exceeded a secondary rate limit.\"}")));
	assert_false(wt_net_is_secondary(WT_STR("{\"message\":\"Not allowed\"}")));
	assert_false(wt_net_is_secondary(WT_STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netretry__an_answer_is_taken),
		cmocka_unit_test(test_netretry__what_the_server_asks_for_is_waited),
		cmocka_unit_test(test_netretry__a_reset_is_reckoned_by_the_servers_clock),
		cmocka_unit_test(test_netretry__a_secondary_limit_waits_a_minute_and_longer),
		cmocka_unit_test(test_netretry__a_write_that_may_have_happened_is_looked_for),
		cmocka_unit_test(test_netretry__a_read_is_asked_again_a_few_times),
		cmocka_unit_test(test_netretry__the_next_page_is_found_as_it_stands),
		cmocka_unit_test(test_netretry__a_date_is_read),
		cmocka_unit_test(test_netretry__a_secondary_limit_is_known_by_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
