/* SPDX-License-Identifier: MIT */
/* The lines of cline --json. */

#include <string.h>

#include "agentlog_priv.h"

/* Of all iterations so far: what is left of them when it is ended before its last line. */
static void take_totals(struct wt_agentlog *log, const struct wt_json *u)
{
	log->usage = (struct wt_usage){
		.input = wt_agentlog_count(log, u, "totalInputTokens"),
		.output = wt_agentlog_count(log, u, "totalOutputTokens"),
		.cached = wt_agentlog_count(log, u, "totalCacheReadTokens"),
		.cost_usd = wt_agentlog_cost(log, u, "totalCost"),
		.is_known = true,
	};
}

static void take_event(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");

	if (strcmp(type, "content_end") == 0) {
		wt_agentlog_message(log, wt_json_text(event, "text", NULL));
		wt_agentlog_tool(log, NULL);
	} else if (strcmp(type, "content_start") == 0) {
		wt_agentlog_tool(log, wt_json_text(event, "toolName", NULL));
	} else if (strcmp(type, "usage") == 0) {
		take_totals(log, event);
	} else if (strcmp(type, "error") == 0) {
		wt_agentlog_trouble(log, wt_json_text(event, "message", NULL));
	}
}

/* Of all iterations together; what came from the cache is part of the input. */
static void take_usage(struct wt_agentlog *log, const struct wt_json *u)
{
	if (!u || u->kind != WT_JSON_OBJECT)
		return;
	log->usage = (struct wt_usage){
		.input = wt_agentlog_count(log, u, "inputTokens"),
		.output = wt_agentlog_count(log, u, "outputTokens"),
		.cached = wt_agentlog_count(log, u, "cacheReadTokens"),
		.cost_usd = wt_agentlog_cost(log, u, "totalCost"),
		.is_known = true,
	};
}

void wt_agentlog_take_cline(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");

	if (strcmp(type, "agent_event") == 0) {
		take_event(log, wt_json_find(event, "event"));
	} else if (strcmp(type, "run_result") == 0) {
		take_usage(log, wt_json_find(event, "usage"));
		wt_agentlog_model(log, wt_json_text(wt_json_find(event, "model"), "id", NULL));
		if (strcmp(wt_json_text(event, "finishReason", ""), "completed") == 0) {
			wt_agentlog_message(log, wt_json_text(event, "text", NULL));
			wt_agentlog_done(log);
		} else {
			wt_agentlog_failed(log,
					   wt_json_text(event, "text",
							wt_json_text(event, "finishReason", NULL)));
		}
	}
}
