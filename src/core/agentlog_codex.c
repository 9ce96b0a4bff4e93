/* SPDX-License-Identifier: MIT */
/* The events of codex exec --json. */

#include <string.h>

#include "agentlog_priv.h"

/* An item of type error comes in every good run (it does not know the model's data), so it is no
 * trouble. */
static void take_item(struct wt_agentlog *log, const struct wt_json *item, bool is_over)
{
	const char *type = wt_json_text(item, "type", "");

	if (strcmp(type, "agent_message") == 0)
		wt_agentlog_message(log, wt_json_text(item, "text", NULL));
	else if (strcmp(type, "command_execution") == 0)
		wt_agentlog_tool(log, is_over ? NULL : wt_json_text(item, "command", type));
	else if (strcmp(type, "file_change") == 0 || strcmp(type, "mcp_tool_call") == 0 ||
		 strcmp(type, "web_search") == 0)
		wt_agentlog_tool(log, is_over ? NULL : type);
}

/* Of the whole conversation so far, what was said before it was resumed included; so the last one
 * holds. Cached tokens are part of the input. */
static void take_usage(struct wt_agentlog *log, const struct wt_json *u)
{
	if (!u || u->kind != WT_JSON_OBJECT)
		return;
	log->usage.input = wt_agentlog_count(log, u, "input_tokens");
	log->usage.cached = wt_agentlog_count(log, u, "cached_input_tokens");
	log->usage.output = wt_agentlog_count(log, u, "output_tokens");
	log->usage.is_known = true;
	log->is_whole = true;
}

void wt_agentlog_take_codex(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");

	if (strcmp(type, "thread.started") == 0) {
		wt_agentlog_session(log, wt_json_text(event, "thread_id", NULL));
	} else if (strcmp(type, "item.started") == 0 || strcmp(type, "item.completed") == 0) {
		take_item(log, wt_json_find(event, "item"), strcmp(type, "item.completed") == 0);
	} else if (strcmp(type, "error") == 0) {
		wt_agentlog_trouble(log, wt_json_text(event, "message", NULL));
	} else if (strcmp(type, "turn.completed") == 0) {
		take_usage(log, wt_json_find(event, "usage"));
		wt_agentlog_done(log);
	} else if (strcmp(type, "turn.failed") == 0) {
		wt_agentlog_failed(log,
				   wt_json_text(wt_json_find(event, "error"), "message", NULL));
	}
}
