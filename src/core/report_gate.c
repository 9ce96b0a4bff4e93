/* SPDX-License-Identifier: MIT */
/* What gates said, as reports and status tell it. */

#include <string.h>

#include "report_impl.h"

static void put_milli(struct wt_jsonw *w, const char *name, bool has, int64_t milli)
{
	wt_jsonw_key(w, name);
	if (has)
		wt_jsonw_num(w, (double)milli / 1000);
	else
		wt_jsonw_null(w);
}

static void put_log(struct wt_jsonw *w, const char *state_dir, const struct wt_gate_state *g)
{
	struct wt_buf path = WT_BUF_INIT;

	if (state_dir && g->dir)
		wt_buf_printf(&path, "%s/%s/agent.log", state_dir, g->dir);
	wt_jsonw_kstr(w, "log", path.len ? path.data : NULL);
	wt_buf_clear(&path);
}

static void put_gate(struct wt_jsonw *w, const struct wt_plan_gate *gate, const char *when,
		     const struct wt_gate_state *g, const char *state_dir)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "name", gate->name);
	wt_jsonw_kstr(w, "verdict", wt_gate_verdict_name(g->verdict));
	wt_jsonw_kstr(w, "when", when);
	wt_jsonw_kbool(w, "required", gate->is_required);
	wt_jsonw_kbool(w, "running", g->is_open);
	wt_jsonw_kint(w, "round", (int64_t)g->round);
	wt_jsonw_kstr(w, "tree", wt_oid_is_zero(&g->tree) ? NULL : wt_oid_hex(&g->tree).hex);
	wt_jsonw_knum(w, "duration_s", g->verdict ? (double)g->duration_ms / 1000 : -1);
	put_milli(w, "score", g->has_score, g->score_milli);
	put_milli(w, "coverage", g->has_coverage, g->coverage_milli);
	wt_jsonw_kstr(w, "reason", g->reason);
	wt_jsonw_klist(w, "findings", g->findings, g->n_findings);
	put_log(w, state_dir, g);
	wt_jsonw_end(w, '}');
}

static void put_judgment(struct wt_jsonw *w, const struct wt_plan *plan, const char *when,
			 const struct wt_judgment *j, const char *state_dir)
{
	for (size_t i = 0; j->gates && i < plan->n_gates; i++)
		if (j->gates[i].is_asked)
			put_gate(w, &plan->gates[i], when, &j->gates[i], state_dir);
}

void report_put_gates(struct wt_jsonw *w, const struct wt_run_state *s, size_t task,
		      const char *state_dir)
{
	const struct wt_task_state *t = &s->tasks[task];

	wt_jsonw_key(w, "gates");
	wt_jsonw_begin(w, '[');
	put_judgment(w, s->plan, "task", &t->judged, state_dir);
	put_judgment(w, s->plan, "merged", &t->merging, state_dir);
	wt_jsonw_end(w, ']');
}

void report_put_base_gates(struct wt_jsonw *w, const struct wt_run_state *s, const char *state_dir)
{
	wt_jsonw_key(w, "base_gates");
	wt_jsonw_begin(w, '[');
	put_judgment(w, s->plan, "base", &s->base_judged, state_dir);
	wt_jsonw_end(w, ']');
}

static const char *word_of(const struct wt_gate_state *g)
{
	if (g->is_open)
		return "running";
	switch (g->verdict) {
	case WT_SAYS_PASS:
	case WT_SAYS_REUSED:
		return "ok";
	case WT_SAYS_FAIL:
		return "no";
	case WT_SAYS_ERROR:
	case WT_SAYS_TIMEOUT:
		return wt_gate_verdict_name(g->verdict);
	default:
		return "waits";
	}
}

void wt_judgment_render(const struct wt_plan *plan, const struct wt_judgment *j, struct wt_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; j->gates && i < plan->n_gates; i++)
		if (j->gates[i].is_asked)
			wt_buf_printf(out, "%s%s %s", n++ ? ", " : "", plan->gates[i].name,
				      word_of(&j->gates[i]));
}
