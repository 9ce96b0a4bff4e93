/* SPDX-License-Identifier: MIT */
/* The stream-json of gemini. */

#include <string.h>

#include "agentlog_priv.h"

/* input_tokens is all of the input, cached is part of it. output_tokens leaves out what it thought,
 * which is paid for as well: only the total has it. */
static void take_stats(struct wt_agentlog *log, const struct wt_json *stats)
{
	int64_t thought;

	if (!stats || stats->kind != WT_JSON_OBJECT)
		return;
	log->usage.input = wt_agentlog_count(log, stats, "input_tokens");
	log->usage.output = wt_agentlog_count(log, stats, "output_tokens");
	log->usage.cached = wt_agentlog_count(log, stats, "cached");
	log->usage.is_known = true;
	thought = wt_agentlog_count(log, stats, "total_tokens") - log->usage.input -
		  log->usage.output;
	if (thought > 0)
		log->usage.output += thought;
}

static void take_result(struct wt_agentlog *log, const struct wt_json *event)
{
	take_stats(log, wt_json_find(event, "stats"));
	if (strcmp(wt_json_text(event, "status", ""), "success") == 0)
		wt_agentlog_done(log);
	else
		wt_agentlog_failed(log,
				   wt_json_text(wt_json_find(event, "error"), "message", NULL));
}

void wt_agentlog_take_gemini(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");

	if (strcmp(type, "init") == 0) {
		wt_agentlog_session(log, wt_json_text(event, "session_id", NULL));
		wt_agentlog_model(log, wt_json_text(event, "model", NULL));
	} else if (strcmp(type, "message") == 0 &&
		   strcmp(wt_json_text(event, "role", ""), "user") != 0) {
		wt_agentlog_message(log, wt_json_text(event, "content", NULL));
	} else if (strcmp(type, "tool_use") == 0) {
		wt_agentlog_tool(log, wt_json_text(event, "tool_name", NULL));
	} else if (strcmp(type, "tool_result") == 0) {
		wt_agentlog_tool(log, NULL);
	} else if (strcmp(type, "error") == 0) {
		wt_agentlog_trouble(log, wt_json_text(event, "message", NULL));
	} else if (strcmp(type, "result") == 0) {
		take_result(log, event);
	}
}
