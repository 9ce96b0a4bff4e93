/* SPDX-License-Identifier: MIT */
/* What living agents told, written for other processes and read by them. */

#include "tests/support/run_of.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/core/snapshot.h"

#define WALL 1700000000000 /* of run_of.h, at monotonic 0 */

/* Tasks a and b work, c waits. */
static void begin(struct run *r, struct wt_live *live)
{
	run_of(r, "a, b, c<a");
	start(r, "a");
	start(r, "b");
	memset(live, 0, 3 * sizeof *live);
}

static void read_text(struct run *r, const char *text, struct wt_live *live)
{
	const struct wt_json *doc;
	struct wt_error err;

	check_ok(wt_json_cjson(&r->arena, wt_str_of(text), &doc, &err), err);
	wt_snapshot_parse(doc, wt_sched_state(r->s), &r->arena, live);
}

static void test_snapshot__is_read_as_it_was_written(void **unused)
{
	struct run r;
	struct wt_live live[3], again[3] = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };

	(void)unused;
	begin(&r, live);
	live[1].told = (struct wt_told){ .is_known = true,
					 .message = "I \"look\" at it",
					 .tool = "Edit",
					 .tokens_in = 1234567890123,
					 .tokens_out = 5,
					 .tokens_cached = 3,
					 .cost_microusd = 7 };
	wt_snapshot_render(wt_sched_state(r.s), live, &w);
	assert_non_null(strstr(text.data, "\"schema\":\"wtorch.live/1\""));
	assert_null(strstr(text.data, "\"task\":\"a\""));
	read_text(&r, text.data, again);
	assert_false(again[0].told.is_known || again[2].told.is_known);
	assert_true(again[1].told.is_known);
	check_str(again[1].told.message, "I \"look\" at it");
	check_str(again[1].told.tool, "Edit");
	check_int(again[1].told.tokens_in, 1234567890123);
	check_int(again[1].told.tokens_out, 5);
	check_int(again[1].told.tokens_cached, 3);
	check_int(again[1].told.cost_microusd, 7);
	wt_buf_clear(&text);
	run_clear(&r);
}

static void test_snapshot__of_another_start_or_of_one_that_ended_tells_nothing(void **unused)
{
	static const char *const of_now =
		"{\"instances\":[{\"task\":\"a\",\"started_ms\":1700000001000,\"tokens_in\":1}]}";
	struct run r;
	struct wt_live live[3];

	(void)unused;
	begin(&r, live);
	check_int(run_task(&r, "a")->started_wall_ms, WALL + 1000);
	read_text(&r, "{\"instances\":[{\"task\":\"a\",\"started_ms\":1,\"tokens_in\":1}]}", live);
	assert_false(live[0].told.is_known);
	read_text(&r, of_now, live);
	assert_true(live[0].told.is_known);
	live[0].told.is_known = false;
	leave(&r, "a", "exit", 0);
	read_text(&r, of_now, live);
	assert_false(live[0].told.is_known);
	run_clear(&r);
}

static void test_snapshot__takes_nothing_that_cannot_be(void **unused)
{
	static const char *const odd[] = {
		"{}",
		"{\"instances\":7}",
		"{\"instances\":{\"task\":\"a\",\"started_ms\":1700000001000}}",
		"{\"instances\":[7,null,[],{}]}",
		"{\"instances\":[{\"task\":7,\"started_ms\":1700000001000}]}",
		"{\"instances\":[{\"task\":\"none\",\"started_ms\":1700000001000}]}",
		"{\"instances\":[{\"task\":\"c\",\"started_ms\":0}]}",
		"{\"instances\":[{\"task\":\"a\",\"started_ms\":\"1700000001000\"}]}",
	};
	struct run r;
	struct wt_live live[3];

	(void)unused;
	begin(&r, live);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		read_text(&r, odd[i], live);
		for (size_t k = 0; k < 3; k++)
			assert_false(live[k].told.is_known);
	}
	read_text(&r,
		  "{\"instances\":[{\"task\":\"a\",\"started_ms\":1700000001000,\"tokens_in\":-5,"
		  "\"tokens_out\":1e300,\"cost_microusd\":\"9\",\"message\":\"a\\u001b[2Jb\","
		  "\"tool\":\"\"}]}",
		  live);
	assert_true(live[0].told.is_known);
	check_int(live[0].told.tokens_in, 0);
	check_int(live[0].told.tokens_out, 0);
	check_int(live[0].told.cost_microusd, 0);
	check_str(live[0].told.message, "a?[2Jb");
	assert_null(live[0].told.tool);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot__is_read_as_it_was_written),
		cmocka_unit_test(
			test_snapshot__of_another_start_or_of_one_that_ended_tells_nothing),
		cmocka_unit_test(test_snapshot__takes_nothing_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
