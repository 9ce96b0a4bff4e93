/* SPDX-License-Identifier: MIT */
/* The stream-json of claude, which qwen writes as well. */

#include <string.h>

#include "agentlog_priv.h"

/* Cached tokens stand beside the input (claude) or are part of it (qwen, which has no field for
 * those that were put into the cache). */
static struct wt_usage read_usage(struct wt_agentlog *log, const struct wt_json *u)
{
	int64_t made = wt_agentlog_count(log, u, "cache_creation_input_tokens");
	int64_t read = wt_agentlog_count(log, u, "cache_read_input_tokens");
	bool is_beside = wt_json_find(u, "cache_creation_input_tokens") != NULL;

	return (struct wt_usage){
		.input = wt_agentlog_count(log, u, "input_tokens") + (is_beside ? made + read : 0),
		.output = wt_agentlog_count(log, u, "output_tokens"),
		.cached = read,
		.cost_usd = -1,
		.is_known = u && u->kind == WT_JSON_OBJECT,
	};
}

static void take_content(struct wt_agentlog *log, const struct wt_json *content)
{
	const struct wt_json *part = content && content->kind == WT_JSON_ARRAY ? content->child
									       : NULL;

	for (; part; part = part->next) {
		const char *type = wt_json_text(part, "type", "");

		if (strcmp(type, "text") == 0)
			wt_agentlog_message(log, wt_json_text(part, "text", NULL));
		else if (strcmp(type, "tool_use") == 0)
			wt_agentlog_tool(log, wt_json_text(part, "name", NULL));
	}
}

/* One message comes in several lines, one for each part of it, each with the usage of all. */
static void take_message(struct wt_agentlog *log, const struct wt_json *message)
{
	const char *id = wt_json_text(message, "id", "");
	struct wt_usage usage = read_usage(log, wt_json_find(message, "usage"));

	take_content(log, wt_json_find(message, "content"));
	if (!log->model.len) /* it may have helpers with other ones */
		wt_agentlog_model(log, wt_json_text(message, "model", NULL));
	if (!usage.is_known)
		return;
	if (*id && strcmp(id, log->round_name.data) == 0)
		wt_usage_subtract(&log->usage, &log->round);
	wt_buf_reset(&log->round_name);
	wt_buf_puts(&log->round_name, id);
	log->round = usage;
	wt_agentlog_add(&log->usage, &usage);
}

/* is_error can be true with the subtype success. The text of a failure is in result or error. */
static void take_result(struct wt_agentlog *log, const struct wt_json *event)
{
	const struct wt_json *usage = wt_json_find(event, "usage");
	const char *subtype = wt_json_text(event, "subtype", "");
	const char *text = wt_json_text(event, "result", NULL);
	double cost = wt_agentlog_cost(log, event, "total_cost_usd");

	if (usage) {
		log->usage = read_usage(log, usage);
		log->is_whole = true;
	}
	if (cost >= 0)
		log->usage.cost_usd = cost;
	if (strcmp(subtype, "success") == 0 && !wt_json_bool(event, "is_error", false)) {
		wt_agentlog_message(log, text);
		wt_agentlog_done(log);
		return;
	}
	if (!text)
		text = wt_json_text(wt_json_find(event, "error"), "message", subtype);
	wt_agentlog_failed(log, text);
}

void wt_agentlog_take_claude(struct wt_agentlog *log, const struct wt_json *event)
{
	const char *type = wt_json_text(event, "type", "");

	wt_agentlog_session(log, wt_json_text(event, "session_id", NULL));
	if (strcmp(type, "system") == 0)
		wt_agentlog_model(log, wt_json_text(event, "model", NULL));
	if (strcmp(type, "assistant") == 0)
		take_message(log, wt_json_find(event, "message"));
	else if (strcmp(type, "user") == 0)
		wt_agentlog_tool(log, NULL);
	else if (strcmp(type, "result") == 0)
		take_result(log, event);
}
