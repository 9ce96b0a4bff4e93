/* SPDX-License-Identifier: MIT */
/* What agents tell of themselves, in each of their formats, and what they cannot break. */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/core/agentlog.h"

#define MINUTE INT64_C(60000)

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct wt_arena *a = arg;
	const struct wt_json *doc = NULL;
	struct wt_error err;

	wt_arena_clear(a);
	return wt_json_cjson(a, line, &doc, &err) == WT_OK ? doc : NULL;
}

/* Feeds the text in pieces of that many bytes. */
static void read_all(struct wt_agentlog *log, struct wt_arena *a, enum wt_agentlog_format format,
		     const char *text, size_t piece)
{
	size_t len = strlen(text);

	wt_agentlog_init(log, format, parse, a);
	for (size_t i = 0; i < len; i += piece)
		wt_agentlog_feed(log,
				 (struct wt_str){ text + i, len - i < piece ? len - i : piece });
	wt_agentlog_end(log);
	wt_arena_clear(a);
}

struct stream {
	enum wt_agentlog_format format;
	const char *text;
	enum wt_agent_said said;
	int64_t input, output, cached;
	double cost;
	const char *message, *session, *error;
};

#define CLAUDE_ROUND(id, in, text)                                                  \
	"{\"type\":\"assistant\",\"message\":{\"id\":\"" id "\",\"content\":[" text \
	"],\"usage\":{\"input_tokens\":" in ",\"cache_creation_input_tokens\":5,"   \
	"\"cache_read_input_tokens\":7,\"output_tokens\":50}},\"session_id\":\"abc-1\"}\n"
#define SAYS(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define USES(tool) "{\"type\":\"tool_use\",\"name\":\"" tool "\",\"input\":{}}"

static const struct stream streams[] = {
	/* The result line holds whatever was told before it. */
	{ WT_AGENTLOG_CLAUDE,
	  "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"abc-1\",\"tools\":[]}"
	  "\n" CLAUDE_ROUND("m1", "100",
			    SAYS("looking")) "{\"type\":\"result\",\"subtype\":\"success\",\"is_"
					     "error\":false,\"result\":\"all "
					     "done\",\"session_id\":\"abc-1\",\"total_cost_usd\":0."
					     "25,\"usage\":{\"input_tokens\":"
					     "300,\"cache_creation_input_tokens\":10,\"cache_read_"
					     "input_tokens\":20,"
					     "\"output_tokens\":150}}\n",
	  WT_SAID_DONE, 330, 150, 20, 0.25, "all done", "abc-1", "" },
	/* Killed before it: the rounds are added up, each message once. */
	{ WT_AGENTLOG_CLAUDE,
	  CLAUDE_ROUND("m1", "100", SAYS("one")) CLAUDE_ROUND("m1", "100", USES("Edit"))
		  CLAUDE_ROUND("m2", "200", SAYS("two")) "{\"type\":\"assistant\",\"message\":{"
							 "\"id\":\"m3\",\"usage\":{\"input_tok",
	  WT_SAID_NOTHING, 324, 100, 14, -1, "two", "abc-1", "" },
	/* qwen: cached tokens are part of the input. */
	{ WT_AGENTLOG_CLAUDE,
	  "{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"is_error\":true,"
	  "\"usage\":{\"input_tokens\":3003,\"output_tokens\":150,\"cache_read_input_tokens\":"
	  "30},\"error\":{\"message\":\"model is gone\"}}\n",
	  WT_SAID_FAILED, 3003, 150, 30, -1, "", "", "model is gone" },
	{ WT_AGENTLOG_CLAUDE,
	  "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"result\":\"no\"}\n",
	  WT_SAID_FAILED, 0, 0, 0, -1, "", "", "no" },
	/* codex: the last usage is that of all turns; an item of type error is none. */
	{ WT_AGENTLOG_CODEX,
	  "Reading additional input from stdin...\n"
	  "{\"type\":\"thread.started\",\"thread_id\":\"0199-aa\"}\n{\"type\":\"turn.started\"}\n"
	  "{\"type\":\"item.completed\",\"item\":{\"type\":\"error\",\"message\":\"no "
	  "metadata\"}}\n"
	  "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"done "
	  "it\"}}\n"
	  "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":1003,\"cached_input_tokens\":"
	  "10,\"output_tokens\":50}}\n"
	  "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":3003,\"cached_input_tokens\":"
	  "30,\"cache_write_input_tokens\":0,\"output_tokens\":150,\"reasoning_output_tokens\":15"
	  "}}",
	  WT_SAID_DONE, 3003, 150, 30, -1, "done it", "0199-aa", "" },
	{ WT_AGENTLOG_CODEX,
	  "{\"type\":\"error\",\"message\":\"Reconnecting... 1/2\"}\n"
	  "{\"type\":\"turn.failed\",\"error\":{\"message\":\"stream ended\"}}\n",
	  WT_SAID_FAILED, 0, 0, 0, -1, "", "", "stream ended" },
	{ WT_AGENTLOG_GEMINI,
	  "{\"type\":\"init\",\"session_id\":\"g-1\",\"model\":\"m\"}\n"
	  "{\"type\":\"message\",\"role\":\"user\",\"content\":\"the task\"}\n"
	  "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"hello\",\"delta\":true}\n"
	  "{\"type\":\"result\",\"status\":\"success\",\"stats\":{\"total_tokens\":3153,"
	  "\"input_tokens\":3003,\"output_tokens\":150,\"cached\":3}}\n",
	  WT_SAID_DONE, 3003, 150, 3, -1, "hello", "g-1", "" },
	/* gemini: what it thought is in no count but the total. */
	{ WT_AGENTLOG_GEMINI,
	  "{\"type\":\"result\",\"status\":\"success\",\"stats\":{\"total_tokens\":6300,"
	  "\"input_tokens\":6000,\"output_tokens\":275,\"cached\":60,\"input\":5940}}\n",
	  WT_SAID_DONE, 6000, 300, 60, -1, "", "", "" },
	{ WT_AGENTLOG_GEMINI,
	  "{\"type\":\"result\",\"status\":\"error\",\"error\":{\"message\":\"bad key\"}}\n",
	  WT_SAID_FAILED, 0, 0, 0, -1, "", "", "bad key" },
	/* opencode: steps are added up, and cached tokens stand beside the input. */
	{ WT_AGENTLOG_OPENCODE,
	  "{\"type\":\"step_start\",\"sessionID\":\"ses_1\",\"part\":{}}\n"
	  "{\"type\":\"step_finish\",\"sessionID\":\"ses_1\",\"part\":{\"reason\":\"tool-calls\","
	  "\"tokens\":{\"input\":990,\"output\":50,\"cache\":{\"read\":10,\"write\":0}},"
	  "\"cost\":0.5}}\n"
	  "{\"type\":\"text\",\"part\":{\"text\":\"that is it\"}}\n"
	  "{\"type\":\"step_finish\",\"part\":{\"reason\":\"stop\",\"tokens\":{\"input\":90,"
	  "\"output\":3,\"reasoning\":2,\"cache\":{\"read\":1,\"write\":2}},\"cost\":0.25}}\n",
	  WT_SAID_DONE, 1093, 55, 11, 0.75, "that is it", "ses_1", "" },
	/* Refused what it asked for: it ends behind a step that was not its last. */
	{ WT_AGENTLOG_OPENCODE,
	  "{\"type\":\"step_finish\",\"part\":{\"reason\":\"tool-calls\",\"tokens\":{}}}\n",
	  WT_SAID_NOTHING, 0, 0, 0, -1, "", "", "" },
	{ WT_AGENTLOG_CLINE,
	  "{\"ts\":1,\"type\":\"agent_event\",\"event\":{\"type\":\"content_end\",\"text\":"
	  "\"working\"}}\n"
	  "{\"ts\":2,\"type\":\"run_result\",\"finishReason\":\"completed\",\"usage\":{"
	  "\"inputTokens\":2001,\"outputTokens\":100,\"cacheReadTokens\":20,\"totalCost\":0},"
	  "\"text\":\"all done\"}\n",
	  WT_SAID_DONE, 2001, 100, 20, 0, "all done", "", "" },
	/* Ended in its second iteration. */
	{ WT_AGENTLOG_CLINE,
	  "{\"type\":\"agent_event\",\"event\":{\"type\":\"usage\",\"inputTokens\":1000,"
	  "\"totalInputTokens\":1000,\"totalOutputTokens\":50,\"totalCacheReadTokens\":10,"
	  "\"totalCost\":0.25}}\n"
	  "{\"type\":\"agent_event\",\"event\":{\"type\":\"usage\",\"inputTokens\":1100,"
	  "\"totalInputTokens\":2100,\"totalOutputTokens\":105,\"totalCacheReadTokens\":21,"
	  "\"totalCost\":0.5}}\n{\"type\":\"agent_event\",\"event\":{\"type\":\"iter",
	  WT_SAID_NOTHING, 2100, 105, 21, 0.5, "", "", "" },
	{ WT_AGENTLOG_TEXT, "first\n\n second \033[31mline\n{\"type\":\"result\"}\n",
	  WT_SAID_NOTHING, 0, 0, 0, -1, "{\"type\":\"result\"}", "", "" },
};

static void test_agentlog__tells_the_same_however_its_bytes_come(void **state)
{
	static const size_t pieces[] = { 1, 7, 100000 };
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		for (size_t p = 0; p < 3; p++) {
			const struct stream *s = &streams[i];
			struct wt_agentlog log;

			read_all(&log, &a, s->format, s->text, pieces[p]);
			check_int(log.said, s->said);
			check_int(log.usage.input, s->input);
			check_int(log.usage.output, s->output);
			check_int(log.usage.cached, s->cached);
			assert_true(log.usage.cost_usd == s->cost);
			check_str(log.message.data, s->message);
			check_str(log.session.data, s->session);
			check_str(log.error.data, s->error);
			assert_true(log.odd == NULL);
			check_int(log.stop, WT_PROVIDER_ANSWERS);
			wt_agentlog_clear(&log);
		}
	}
}

static void test_agentlog__says_which_tool_is_in_use(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_agentlog log;

	(void)state;
	read_all(&log, &a, WT_AGENTLOG_CLAUDE, CLAUDE_ROUND("m", "1", USES("Bash")), 50);
	check_str(log.tool.data, "Bash");
	wt_agentlog_feed(&log, WT_STR("{\"type\":\"user\",\"message\":{}}\n"));
	check_str(log.tool.data, "");
	wt_agentlog_clear(&log);
	read_all(&log, &a, WT_AGENTLOG_CODEX,
		 "{\"type\":\"item.started\",\"item\":{\"type\":\"command_execution\",\"command\":"
		 "\"make\\n\\u001b[2Jtest\"}}\n",
		 9);
	check_str(log.tool.data, "make ?[2Jtest");
	wt_agentlog_clear(&log);
	wt_arena_clear(&a);
}

static void test_agentlog__says_which_model_answers(void **state)
{
	static const struct {
		enum wt_agentlog_format format;
		const char *text, *model;
	} rows[] = {
		{ WT_AGENTLOG_CLAUDE,
		  "{\"type\":\"system\",\"subtype\":\"init\",\"model\":\"large-1\"}\n"
		  "{\"type\":\"assistant\",\"message\":{\"model\":\"small-1\"}}\n",
		  "large-1" },
		{ WT_AGENTLOG_CLAUDE,
		  "{\"type\":\"assistant\",\"message\":{\"model\":\"<synthetic>\"}}\n"
		  "{\"type\":\"assistant\",\"message\":{\"model\":\"mid\\n\\u001b-1\"}}\n",
		  "mid ?-1" },
		{ WT_AGENTLOG_GEMINI, "{\"type\":\"init\",\"model\":\"flash\"}\n", "flash" },
		{ WT_AGENTLOG_CLINE,
		  "{\"type\":\"run_result\",\"model\":{\"id\":\"m-2\",\"provider\":\"p\"}}\n",
		  "m-2" },
		{ WT_AGENTLOG_CODEX, "{\"type\":\"thread.started\",\"thread_id\":\"1\"}\n", "" },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wt_agentlog log;

		read_all(&log, &a, rows[i].format, rows[i].text, 50);
		check_str(log.model.data, rows[i].model);
		wt_agentlog_clear(&log);
	}
	wt_arena_clear(&a);
}

static void test_agentlog__takes_no_number_that_cannot_be(void **state)
{
	static const char *const usages[] = {
		"{\"input_tokens\":-5,\"output_tokens\":7}",
		"{\"input_tokens\":1e300,\"output_tokens\":7}",
		"{\"input_tokens\":\"many\",\"output_tokens\":7}",
		"{\"input_tokens\":[1],\"output_tokens\":7}",
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
		struct wt_buf line = WT_BUF_INIT;
		struct wt_agentlog log;

		wt_buf_printf(&line, "{\"type\":\"turn.completed\",\"usage\":%s}\n", usages[i]);
		read_all(&log, &a, WT_AGENTLOG_CODEX, line.data, 1000);
		check_int(log.usage.input, 0);
		check_int(log.usage.output, 7);
		assert_true(log.odd != NULL);
		wt_agentlog_clear(&log);
		wt_buf_clear(&line);
	}
}

static void test_agentlog__survives_what_is_no_event(void **state)
{
	static const char *const junk = "\xff\xfe{}\n{\n{\"type\":5}\n[1]\nnull\n{\"type\":\"item."
					"started\"}\n{\"type\":\"item.completed\",\"item\":7}\n"
					"{\"type\":\"turn.completed\",\"usage\":[]}\n{\"type\":";
	struct wt_arena a = { 0 };

	(void)state;
	for (int f = 0; f < WT_AGENTLOG_FORMATS; f++) {
		struct wt_agentlog log;

		read_all(&log, &a, (enum wt_agentlog_format)f, junk, 3);
		check_int(log.usage.input, 0);
		check_str(log.session.data, "");
		wt_agentlog_clear(&log);
	}
}

static void test_agentlog__passes_over_a_line_that_is_too_long(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_agentlog log;

	(void)state;
	wt_buf_puts(&text, "{\"type\":\"error\",\"message\":\"");
	while (text.len < WT_MAX_AGENT_LINE + 100)
		wt_buf_puts(&text, "a long line ");
	wt_buf_puts(&text, "\"}\n{\"type\":\"turn.completed\",\"usage\":{\"output_tokens\":3}}\n");
	read_all(&log, &a, WT_AGENTLOG_CODEX, text.data, 65536);
	check_int(log.said, WT_SAID_DONE);
	check_int(log.usage.output, 3);
	check_str(log.error.data, "");
	assert_true(log.line.cap <= 2 * WT_MAX_AGENT_LINE);
	wt_agentlog_clear(&log);
	wt_buf_clear(&text);
}

static void test_agentlog__knows_why_a_provider_does_not_answer(void **state)
{
	static const struct {
		const char *message;
		enum wt_provider_stop stop;
		int64_t reset_wall_ms, reset_in_ms, reset_local_ms;
	} cases[] = {
		{ "Claude AI usage limit reached|1767268800", WT_PROVIDER_QUOTA, 1767268800000, 0,
		  0 },
		{ "You've hit your usage limit. Try again in 2 days 3 hours 5 minutes.",
		  WT_PROVIDER_QUOTA, 0, ((2 * 24 + 3) * 60 + 5) * INT64_C(60000), 0 },
		{ "You exceeded your current quota. Please retry in 38.2s.", WT_PROVIDER_QUOTA, 0,
		  38200, 0 },
		{ "usage limit, resets at 2026-01-01T12:00:00Z", WT_PROVIDER_QUOTA, 1767268800000,
		  0, 0 },
		{ "Rate limit reached. Please try again in 1m30s", WT_PROVIDER_OVERLOAD, 0, 90000,
		  0 },
		{ "exceeded retry limit, last status: 429 Too Many Requests", WT_PROVIDER_OVERLOAD,
		  0, 0, 0 },
		{ "Overloaded", WT_PROVIDER_OVERLOAD, 0, 0, 0 },
		{ "Invalid API key, please run /login", WT_PROVIDER_LOGIN, 0, 0, 0 },
		{ "unexpected status 401 Unauthorized", WT_PROVIDER_LOGIN, 0, 0, 0 },
		{ "quota exceeded, try again in 99999999999 days", WT_PROVIDER_QUOTA, 0, 0, 0 },
		{ "You've hit your usage limit. Visit us to purchase more credits or try again at "
		  "10:26 PM.",
		  WT_PROVIDER_QUOTA, 0, 0, (22 * 60 + 26) * MINUTE },
		{ "You've hit your usage limit. Try again at Jan 3rd, 2026 12:05 AM.",
		  WT_PROVIDER_QUOTA, 0, 0, INT64_C(1767398700000) },
		{ "5-hour limit reached, resets 3pm", WT_PROVIDER_QUOTA, 0, 0, 15 * 60 * MINUTE },
		{ "You've hit your limit, resets at 12am (Europe/Paris)", WT_PROVIDER_QUOTA, 0, 0,
		  24 * 60 * MINUTE },
		{ "usage limit, try again at 13pm", WT_PROVIDER_QUOTA, 0, 0, 0 },
		{ "usage limit, try again at Feb 31st, 2026 1:00 PM", WT_PROVIDER_QUOTA, 0, 0, 0 },
		{ "[API Error: You have exhausted your daily quota on this model.]",
		  WT_PROVIDER_QUOTA, 0, 0, 0 },
		{ "API key not valid. Please pass a valid API key.", WT_PROVIDER_LOGIN, 0, 0, 0 },
		{ "We are currently experiencing high demand, which may cause temporary errors.",
		  WT_PROVIDER_OVERLOAD, 0, 0, 0 },
		{ "src/rate.c:429: error", WT_PROVIDER_ANSWERS, 0, 0, 0 },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_buf line = WT_BUF_INIT;
		struct wt_agentlog log;

		wt_buf_printf(&line, "{\"type\":\"turn.failed\",\"error\":{\"message\":\"%s\"}}\n",
			      cases[i].message);
		read_all(&log, &a, WT_AGENTLOG_CODEX, line.data, 11);
		check_int(log.said, WT_SAID_FAILED);
		check_int(log.stop, cases[i].stop);
		check_int(log.reset_wall_ms, cases[i].reset_wall_ms);
		check_int(log.reset_in_ms, cases[i].reset_in_ms);
		check_int(log.reset_local_ms, cases[i].reset_local_ms);
		wt_agentlog_clear(&log);
		wt_buf_clear(&line);
	}
}

/* Told twice, once with a time. */
static void test_agentlog__keeps_when_a_provider_answers_again(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_agentlog log;

	(void)state;
	read_all(&log, &a, WT_AGENTLOG_GEMINI,
		 "You exceeded your current quota. Please retry in 38.2s.\n"
		 "{\"type\":\"result\",\"status\":\"error\",\"error\":{\"message\":\"You have "
		 "exhausted your daily quota\"}}\n",
		 1000);
	check_int(log.stop, WT_PROVIDER_QUOTA);
	check_int(log.reset_in_ms, 38200);
	wt_agentlog_clear(&log);
	wt_arena_clear(&a);
}

static void test_agentlog__knows_when_a_clock_shows_that(void **state)
{
	static const int64_t noon = INT64_C(1767268800000); /* 2026-01-01T12:00:00Z */
	static const struct {
		int64_t wall, in, local, zone, reset;
	} cases[] = {
		{ 0, 0, 0, 0, 0 },
		{ noon + MINUTE, 0, 0, 60 * MINUTE, noon + MINUTE },
		{ noon - MINUTE, 0, 0, 0, 0 },
		{ noon + INT64_C(60000000) * 60, 0, 0, 0, 0 }, /* who says so errs */
		{ 0, 5 * MINUTE, 0, 60 * MINUTE, noon + 5 * MINUTE },
		{ 0, 0, 13 * 60 * MINUTE, 0, noon + 60 * MINUTE },
		{ 0, 0, 11 * 60 * MINUTE, 0, noon + 23 * 60 * MINUTE },
		{ 0, 0, 24 * 60 * MINUTE, 0, noon + 12 * 60 * MINUTE },
		/* It is 23:30 there, and 01:30 of the day before in the second. */
		{ 0, 0, 60 * MINUTE, 690 * MINUTE, noon + 90 * MINUTE },
		{ 0, 0, 60 * MINUTE, -630 * MINUTE, noon + 1410 * MINUTE },
		{ 0, 0, noon + 120 * MINUTE, 60 * MINUTE, noon + 60 * MINUTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_agentlog log = { .reset_wall_ms = cases[i].wall,
					   .reset_in_ms = cases[i].in,
					   .reset_local_ms = cases[i].local };

		check_int(wt_agentlog_reset(&log, noon, cases[i].zone), cases[i].reset);
	}
}

/* A model may write of rate limits as much as it likes, and so may what it reads. */
static void test_agentlog__takes_what_a_model_says_for_no_refusal(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_agentlog log;

	(void)state;
	read_all(&log, &a, WT_AGENTLOG_CODEX,
		 "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":"
		 "\"I added the rate limit and the usage limit\"}}\n",
		 100);
	check_int(log.stop, WT_PROVIDER_ANSWERS);
	wt_agentlog_clear(&log);
	read_all(&log, &a, WT_AGENTLOG_TEXT, "now 429 Too Many Requests is handled\n", 100);
	check_int(log.stop, WT_PROVIDER_ANSWERS);
	wt_agentlog_clear(&log);
	/* It got over it by itself. */
	read_all(&log, &a, WT_AGENTLOG_CODEX,
		 "{\"type\":\"error\",\"message\":\"429 Too Many Requests\"}\n"
		 "{\"type\":\"turn.completed\",\"usage\":{}}\n",
		 100);
	check_int(log.stop, WT_PROVIDER_ANSWERS);
	wt_agentlog_clear(&log);
	wt_arena_clear(&a);
}

static void test_usage__costs_what_its_tokens_cost(void **state)
{
	struct wt_usage u = { .input = 3000000,
			      .cached = 1000000,
			      .output = 500000,
			      .cost_usd = -1,
			      .is_known = true };
	struct wt_usage before = { .input = 1000000, .cached = 1000000, .output = 600000 };

	(void)state;
	assert_true(wt_usage_cost(&u, &(struct wt_price){ 2, 10, 0.5 }) == 4 + 0.5 + 5);
	assert_true(wt_usage_cost(&u, &(struct wt_price){ 2, 10, -1 }) == 6 + 5);
	assert_true(wt_usage_cost(&u, &(struct wt_price){ -1, 10, 1 }) < 0);
	wt_usage_subtract(&u, &before);
	check_int(u.input, 2000000);
	check_int(u.cached, 0);
	check_int(u.output, 0);
	u.is_known = false;
	assert_true(wt_usage_cost(&u, &(struct wt_price){ 2, 10, 0.5 }) < 0);
}

static void test_agent_kinds__are_whole(void **state)
{
	size_t n;
	const struct wt_agent_kind *kinds = wt_agent_kinds(&n);

	(void)state;
	assert_true(wt_agent_kind_find("nobody") == NULL);
	assert_true(wt_agent_kind_find(NULL) == NULL);
	for (size_t i = 0; i < n; i++) {
		const struct wt_agent_kind *k = &kinds[i];

		assert_true(wt_agent_kind_find(k->name) == k);
		assert_true(wt_agentlog_format_name(k->format) != NULL);
		assert_true((k->argv != NULL) == (i + 1 < n));
		assert_true(!k->argv || k->provider);
		assert_true(!k->resume || k->format != WT_AGENTLOG_TEXT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agentlog__tells_the_same_however_its_bytes_come),
		cmocka_unit_test(test_agentlog__says_which_tool_is_in_use),
		cmocka_unit_test(test_agentlog__says_which_model_answers),
		cmocka_unit_test(test_agentlog__takes_no_number_that_cannot_be),
		cmocka_unit_test(test_agentlog__survives_what_is_no_event),
		cmocka_unit_test(test_agentlog__passes_over_a_line_that_is_too_long),
		cmocka_unit_test(test_agentlog__knows_why_a_provider_does_not_answer),
		cmocka_unit_test(test_agentlog__keeps_when_a_provider_answers_again),
		cmocka_unit_test(test_agentlog__knows_when_a_clock_shows_that),
		cmocka_unit_test(test_agentlog__takes_what_a_model_says_for_no_refusal),
		cmocka_unit_test(test_usage__costs_what_its_tokens_cost),
		cmocka_unit_test(test_agent_kinds__are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
