/* SPDX-License-Identifier: MIT */
/* Events as lines: what is written comes back, and what is damaged is refused. */

#include "tests/support/json_of.h"
#include "wtorch/base/limits.h"
#include "wtorch/core/event.h"

static enum wt_code parse(struct wt_arena *a, const char *text, struct wt_event *out,
			  struct wt_error *err)
{
	*err = (struct wt_error){ 0 };
	return wt_event_parse(a, json_of(a, text), out, err);
}

/* The line that the event is written as, after one way through text and back. */
static char *round_trip(struct wt_arena *a, const struct wt_event *ev)
{
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_event back;
	struct wt_error err;

	wt_event_render(ev, &first);
	check_ok(parse(a, first.data, &back, &err), err);
	wt_event_render(&back, &second);
	check_str(second.data, first.data);
	wt_buf_clear(&second);
	return wt_buf_take(&first);
}

static struct wt_event full_event(void)
{
	static const char *const paths[] = { "src/a.c", "docs/\"b\".md" };
	struct wt_event ev = {
		.kind = WT_EV_AGENT_EXITED,
		.seq = 17,
		.ts_wall_ms = 1767268800042,
		.task = "65",
		.attempt = 2,
		.batch = 3,
		.run = "20260101-120000-a1b2",
		.reason = "line\nbreak \xE2\x9C\x85",
		.branch = "wtorch/65-x",
		.path = "/src/app",
		.dir = "65/2",
		.checkout = "/src/app",
		.outcome = WT_OUTCOME_NO_CHANGES,
		.will_retry = true,
		.is_leftover = true,
		.is_fresh = true,
		.by_gate = true,
		.by_provider = true,
		.by_hand = true,
		.code = -1,
		.signal = 9,
		.count = 3,
		.pid = 4242,
		.start_time = "18446744073709551615",
		.boot_id = "b-o-o-t",
		.cpu_ms = 1,
		.rss_bytes = 9007199254740991,
		.duration_ms = 5,
		.pause_ms = 6,
		.paths = paths,
		.n_paths = 2,
		.others = paths,
		.n_others = 1,
	};

	ev.base.id[0] = ev.tip.id[1] = ev.tree.id[2] = ev.oid.id[19] = 0xab;
	return ev;
}

static void test_event__every_member_comes_back(void **unused)
{
	struct wt_event ev = full_event(), back;
	struct wt_arena a = { 0 };
	struct wt_error err;
	char *line;

	(void)unused;
	line = round_trip(&a, &ev);
	assert_null(strchr(line, '\n'));
	check_ok(parse(&a, line, &back, &err), err);
	check_int(back.kind, ev.kind);
	check_int(back.seq, 17);
	check_int(back.ts_wall_ms, 1767268800042);
	check_str(back.reason, ev.reason);
	check_str(back.start_time, ev.start_time);
	check_int(back.rss_bytes, ev.rss_bytes);
	check_int(back.code, -1);
	check_int(back.outcome, WT_OUTCOME_NO_CHANGES);
	check_int(back.n_paths, 2);
	check_str(back.paths[1], "docs/\"b\".md");
	assert_true(wt_oid_is_equal(&back.oid, &ev.oid));
	assert_true(back.will_retry && back.is_leftover && back.is_fresh && back.by_gate);
	free(line);
	wt_arena_clear(&a);
}

static void test_event__begins_with_version_number_time_and_name(void **unused)
{
	struct wt_event ev = {
		.kind = WT_EV_AGENT_STARTED, .seq = 17, .ts_wall_ms = 1767268800042, .task = "65"
	};
	struct wt_buf out = WT_BUF_INIT;

	(void)unused;
	wt_event_render(&ev, &out);
	check_str(out.data, "{\"v\":1,\"seq\":17,\"ts\":\"2026-01-01T12:00:00.042Z\","
			    "\"event\":\"agent_started\",\"task\":\"65\"}");
	wt_buf_clear(&out);
}

static void test_event__every_kind_has_a_name_of_its_own(void **unused)
{
	struct wt_arena a = { 0 };

	(void)unused;
	for (enum wt_event_kind kind = 1; kind < WT_EV_COUNT; kind++) {
		struct wt_event ev = { .kind = kind, .task = "a" }, back;
		struct wt_error err;
		char *line = round_trip(&a, &ev);

		check_ok(parse(&a, line, &back, &err), err);
		check_int(back.kind, kind);
		free(line);
	}
	check_str(wt_event_name(WT_EV_RUN_PLANNED), "run_planned");
	check_str(wt_event_name((enum wt_event_kind)4711), "none");
	check_str(wt_outcome_name(WT_OUTCOME_KEPT), "kept");
	assert_null(wt_outcome_name(WT_OUTCOME_NONE));
	assert_null(wt_outcome_name((enum wt_outcome)4711));
	wt_arena_clear(&a);
}

static void test_event__plan_is_embedded_on_the_same_line(void **unused)
{
	struct wt_event ev = { .kind = WT_EV_RUN_PLANNED,
			       .run = "r1",
			       .plan_text = "{\n\"tasks\":[\r\n{\"id\":\"a\"}]\n}",
			       .config_text = "{}" };
	struct wt_arena a = { 0 };
	struct wt_event back;
	struct wt_error err;
	char *line;

	(void)unused;
	line = round_trip(&a, &ev);
	check_str(line, "{\"v\":1,\"event\":\"run_planned\",\"run\":\"r1\","
			"\"plan\":{\"tasks\":[{\"id\":\"a\"}]},\"config\":{}}");
	free(line);
	check_ok(parse(&a, "{\"v\":1,\"event\":\"run_planned\",\"plan\":{\"x\":1}}", &back, &err),
		 err);
	check_int(wt_json_int(back.plan, "x", 0), 1);
	assert_null(back.config);
	wt_arena_clear(&a);
}

static void test_event__newer_version_is_refused(void **unused)
{
	struct wt_arena a = { 0 };
	struct wt_event ev;
	struct wt_error err;

	(void)unused;
	check_int(parse(&a, "{\"v\":2,\"event\":\"note\"}", &ev, &err), WT_E_STATE);
	check_contains(err.msg, "written by a newer wtorch");
	wt_arena_clear(&a);
}

static void test_event__unknown_name_and_member_are_no_errors(void **unused)
{
	struct wt_arena a = { 0 };
	struct wt_event ev;
	struct wt_error err;

	(void)unused;
	check_ok(parse(&a, "{\"v\":1,\"seq\":3,\"event\":\"gate_passed\",\"task\":7}", &ev, &err),
		 err);
	check_int(ev.kind, WT_EV_NONE);
	check_int(ev.seq, 3);
	check_ok(parse(&a, "{\"v\":1,\"event\":\"note\",\"mood\":[1],\"task\":null}", &ev, &err),
		 err);
	check_int(ev.kind, WT_EV_NOTE);
	check_ok(parse(&a, "{\"v\":1,\"event\":\"none\"}", &ev, &err), err);
	check_int(ev.kind, WT_EV_NONE);
	wt_arena_clear(&a);
}

static void test_event__damaged_records_are_refused_with_the_member(void **unused)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "[]", "no object" },
		{ "{\"event\":\"note\"}", "no version" },
		{ "{\"v\":\"1\",\"event\":\"note\"}", "no version" },
		{ "{\"v\":1}", "names no event" },
		{ "{\"v\":1,\"event\":5}", "names no event" },
		{ "{\"v\":1,\"seq\":-1,\"event\":\"note\"}", "'seq'" },
		{ "{\"v\":1,\"ts\":\"yesterday\",\"event\":\"note\"}", "'ts'" },
		{ "{\"v\":1,\"ts\":\"1969-12-31T23:59:59Z\",\"event\":\"note\"}", "'ts'" },
		{ "{\"v\":1,\"ts\":\"9999-12-31T23:59:59-01:00\",\"event\":\"note\"}", "'ts'" },
		{ "{\"v\":1,\"event\":\"landed\"}", "names no task" },
		{ "{\"v\":1,\"event\":\"note\",\"task\":\"../x\"}", "'task'" },
		{ "{\"v\":1,\"event\":\"note\",\"run\":\"a/b\"}", "'run'" },
		{ "{\"v\":1,\"event\":\"note\",\"dir\":\"../../etc\"}", "'dir'" },
		{ "{\"v\":1,\"event\":\"note\",\"dir\":\"/etc\"}", "'dir'" },
		{ "{\"v\":1,\"event\":\"note\",\"reason\":1}", "'reason'" },
		{ "{\"v\":1,\"event\":\"note\",\"attempt\":1.5}", "whole" },
		{ "{\"v\":1,\"event\":\"note\",\"attempt\":-1}", "range" },
		{ "{\"v\":1,\"event\":\"note\",\"batch\":1e300}", "range" },
		{ "{\"v\":1,\"event\":\"note\",\"pid\":true}", "'pid'" },
		{ "{\"v\":1,\"event\":\"note\",\"oid\":\"12\"}", "'oid'" },
		{ "{\"v\":1,\"event\":\"note\",\"outcome\":\"fine\"}", "'outcome'" },
		{ "{\"v\":1,\"event\":\"note\",\"is_fresh\":1}", "'is_fresh'" },
		{ "{\"v\":1,\"event\":\"note\",\"paths\":\"a\"}", "'paths'" },
		{ "{\"v\":1,\"event\":\"note\",\"paths\":[\"a\",1]}", "'paths'" },
		{ "{\"v\":1,\"event\":\"note\",\"plan\":5}", "'plan'" },
	};
	struct wt_arena a = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_event ev;
		struct wt_error err;

		if (parse(&a, cases[i].line, &ev, &err) != WT_E_INPUT)
			fail_msg("taken: %s", cases[i].line);
		check_contains(err.msg, cases[i].says);
		check_int(ev.kind, WT_EV_NONE);
	}
	wt_arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event__every_member_comes_back),
		cmocka_unit_test(test_event__begins_with_version_number_time_and_name),
		cmocka_unit_test(test_event__every_kind_has_a_name_of_its_own),
		cmocka_unit_test(test_event__plan_is_embedded_on_the_same_line),
		cmocka_unit_test(test_event__newer_version_is_refused),
		cmocka_unit_test(test_event__unknown_name_and_member_are_no_errors),
		cmocka_unit_test(test_event__damaged_records_are_refused_with_the_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
