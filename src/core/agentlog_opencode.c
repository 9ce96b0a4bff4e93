/* SPDX-License-Identifier: MIT */
/* The events of opencode run --format json. */

#include <string.h>

#include "agentlog_priv.h"

/* There is no summary at the end: the steps are added up. What came from the cache, and what was
 * put there, stands beside the input, and what it thought beside the output. The last step of a
 * conversation has the reason "stop"; behind any other there is more to come, unless it ends there,
 * refused. */
static void take_step(struct wt_agentlog *log, const struct wt_json *part)
{
	const struct wt_json *tokens = wt_json_find(part, "tokens");
	const struct wt_json *cache = wt_json_find(tokens, "cache");
	struct wt_usage step = { .cost_usd = wt_agentlog_cost(log, part, "cost"),
				 .is_known = tokens && tokens->kind == WT_JSON_OBJECT };

	step.cached = wt_agentlog_count(log, cache, "read");
	step.input = wt_agentlog_count(log, tokens, "input") + step.cached +
		     wt_agentlog_count(log, cache, "write");
	step.output = wt_agentlog_count(log, tokens, "output") +
		      wt_agentlog_count(log, tokens, "reasoning");
	wt_agentlog_add(&log->usage, &step);
	if (strcmp(wt_json_text(part, "reason", ""), "stop") == 0)
		wt_agentlog_done(log);
}

/* Most are told of when they are over. */
static void take_tool(struct wt_agentlog *log, const struct wt_json *part)
{
	const char *status = wt_json_text(wt_json_find(part, "state"), "status", "");
	bool is_over = strcmp(status, "completed") == 0 || strcmp(status, "error") == 0;

	wt_agentlog_tool(log, is_over ? NULL : wt_json_text(part, "tool", NULL));
}

static void take_error(struct wt_agentlog *log, const struct wt_json *error)
{
	const struct wt_json *data = wt_json_find(error, "data");

	wt_agentlog_failed(log, wt_json_text(data, "message", wt_json_text(error, "name", NULL)));
	if (log->stop == WT_PROVIDER_ANSWERS && wt_json_int(data, "statusCode", 0) == 429)
		log->stop = WT_PROVIDER_OVERLOAD;
	if (log->stop == WT_PROVIDER_ANSWERS && wt_json_int(data, "statusCode", 0) == 401)
		log->stop = WT_PROVIDER_LOGIN;
}

void wt_agentlog_take_opencode(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");
	const struct wt_json *part = wt_json_find(event, "part");

	wt_agentlog_session(log, wt_json_text(event, "sessionID", NULL));
	if (strcmp(type, "step_start") == 0)
		log->said = WT_SAID_NOTHING;
	else if (strcmp(type, "text") == 0)
		wt_agentlog_message(log, wt_json_text(part, "text", NULL));
	else if (strcmp(type, "tool_use") == 0)
		take_tool(log, part);
	else if (strcmp(type, "step_finish") == 0)
		take_step(log, part);
	else if (strcmp(type, "error") == 0)
		take_error(log, wt_json_find(event, "error"));
}
