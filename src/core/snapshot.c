/* SPDX-License-Identifier: MIT */
/* The document of what living agents have told so far. */

#include "wtorch/core/snapshot.h"

#include <string.h>

#include "wtorch/base/text.h"

#define MAX_TEXT  400u
#define MAX_COUNT INT64_C(1000000000000000)

void wt_snapshot_render(const struct wt_run_state *s, const struct wt_live *live,
			struct wt_jsonw *w)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "schema", "wtorch.live/1");
	wt_jsonw_key(w, "instances");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_told *told = &live[i].told;

		if (!told->is_known)
			continue;
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "task", s->plan->tasks[i].task.id);
		wt_jsonw_kint(w, "started_ms", s->tasks[i].started_wall_ms);
		wt_jsonw_kstr(w, "message", told->message);
		wt_jsonw_kstr(w, "tool", told->tool);
		wt_jsonw_kint(w, "tokens_in", told->tokens_in);
		wt_jsonw_kint(w, "tokens_out", told->tokens_out);
		wt_jsonw_kint(w, "tokens_cached", told->tokens_cached);
		wt_jsonw_kint(w, "cost_microusd", told->cost_microusd);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
	wt_jsonw_end(w, '}');
}

static const char *text_of(const struct wt_json *item, const char *name, struct wt_arena *arena)
{
	const char *text = wt_json_text(item, name, NULL);
	struct wt_buf safe = WT_BUF_INIT;

	if (!text || !*text)
		return NULL;
	wt_text_render_safe(&safe, (struct wt_str){ text, strnlen(text, MAX_TEXT) });
	text = wt_arena_strdup(arena, safe.data);
	wt_buf_clear(&safe);
	return text;
}

static int64_t count_of(const struct wt_json *item, const char *name)
{
	int64_t n = wt_json_int(item, name, 0);

	return n > 0 && n <= MAX_COUNT ? n : 0;
}

void wt_snapshot_parse(const struct wt_json *doc, const struct wt_run_state *s,
		       struct wt_arena *arena, struct wt_live *live)
{
	const struct wt_json *list = wt_json_find(doc, "instances");
	const struct wt_json *item = list && list->kind == WT_JSON_ARRAY ? list->child : NULL;

	for (; item; item = item->next) {
		const char *id = item->kind == WT_JSON_OBJECT ? wt_json_text(item, "task", NULL)
							      : NULL;
		size_t task = id ? wt_plan_find(s->plan, id) : WT_MAP_NONE;
		const struct wt_task_state *t = task < s->plan->n_tasks ? &s->tasks[task] : NULL;

		/* One that has ended told the journal. */
		if (!t || !t->started_wall_ms || t->ended_wall_ms ||
		    t->started_wall_ms != wt_json_int(item, "started_ms", 0))
			continue;
		live[task].told = (struct wt_told){
			.is_known = true,
			.message = text_of(item, "message", arena),
			.tool = text_of(item, "tool", arena),
			.tokens_in = count_of(item, "tokens_in"),
			.tokens_out = count_of(item, "tokens_out"),
			.tokens_cached = count_of(item, "tokens_cached"),
			.cost_microusd = count_of(item, "cost_microusd"),
		};
	}
}
