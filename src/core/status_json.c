/* SPDX-License-Identifier: MIT */
/* The wtorch.status/1 document (contract section 6): the run and its instances as they are. */

#include "plan_json.h"
#include "report_impl.h"
#include "wtorch/base/text.h"

static void put_limit(struct wt_jsonw *w, const char *name, double n)
{
	wt_jsonw_knum(w, name, n > 0 ? n : -1);
}

static void put_null(struct wt_jsonw *w, const char *name)
{
	wt_jsonw_key(w, name);
	wt_jsonw_null(w);
}

static const char *state_of(const struct wt_run_state *s, const struct wt_status_opts *o)
{
	if (s->is_ended)
		return "ended";
	if (s->is_stopped)
		return "stopped";
	if (!o->orchestrator_alive)
		return "interrupted";
	if (s->stop_asked)
		return "stopping";
	return s->pause_reason ? "paused" : "running";
}

static void put_run(struct wt_jsonw *w, const struct wt_run_state *s,
		    const struct wt_status_opts *o)
{
	wt_jsonw_key(w, "run");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", s->run);
	wt_jsonw_kstr(w, "state", state_of(s, o));
	wt_jsonw_kstr(w, "base", s->plan->base);
	wt_jsonw_ktime(w, "started_at", s->started_wall_ms);
	wt_jsonw_knum(w, "pid", s->orchestrator_pid ? (double)s->orchestrator_pid : -1);
	wt_jsonw_kbool(w, "alive", o->orchestrator_alive);
	wt_jsonw_kstr(w, "reason", s->pause_reason);
	wt_jsonw_end(w, '}');
}

static void put_resources(struct wt_jsonw *w, const struct wt_run_state *s,
			  const struct wt_status_opts *o)
{
	static const struct wt_load unknown = { -1, -1, -1, -1 };
	const struct wt_load *load = o->load ? o->load : &unknown;
	const struct wt_limits *l = &s->plan->limits;

	wt_jsonw_key(w, "resources");
	wt_jsonw_begin(w, '{');
	wt_jsonw_knum(w, "cpu_percent", load->cpu_percent);
	wt_jsonw_knum(w, "memory_percent", load->memory_percent);
	wt_jsonw_knum(w, "load_average", load->load_average);
	wt_jsonw_knum(w, "pressure", load->pressure);
	wt_jsonw_key(w, "limits");
	wt_jsonw_begin(w, '{');
	put_limit(w, "jobs", (double)l->jobs);
	put_limit(w, "cpu_max", l->cpu_max);
	put_limit(w, "cpu_start", l->cpu_start);
	put_limit(w, "memory_max", l->memory_max);
	put_limit(w, "memory_start", l->memory_start);
	put_limit(w, "load_max", l->load_max);
	wt_jsonw_end(w, '}');
	wt_jsonw_end(w, '}');
}

/* Those that do not answer. */
static void put_providers(struct wt_jsonw *w, const struct wt_run_state *s)
{
	wt_jsonw_key(w, "providers");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < s->n_providers; i++) {
		const struct wt_provider_state *p = &s->providers[i];

		if (p->stop == WT_PROVIDER_ANSWERS)
			continue;
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "name", p->name);
		wt_jsonw_kstr(w, "stop", wt_provider_stop_name(p->stop));
		wt_jsonw_ktime(w, "until", p->until_wall_ms);
		wt_jsonw_kint(w, "times", (int64_t)p->row);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void put_amount(struct wt_jsonw *w, const char *name, int64_t limit, double spent,
		       double unit)
{
	wt_jsonw_key(w, name);
	wt_jsonw_begin(w, '{');
	wt_jsonw_knum(w, "spent", spent > 0 ? spent / unit : 0);
	wt_jsonw_knum(w, "limit", limit > 0 ? (double)limit / unit : -1);
	wt_jsonw_end(w, '}');
}

/* What all agents have told, the living ones too. */
static void put_budget(struct wt_jsonw *w, const struct wt_run_state *s,
		       const struct wt_status_opts *o)
{
	static const struct wt_amount none;
	const struct wt_amount *limit = o->budget ? &o->budget->run : &none;
	struct wt_amount sum = { 0 };

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];
		const struct wt_told *told = o->live ? &o->live[i].told : NULL;

		wt_amount_add(&sum, t->cost_microusd, t->tokens_in);
		wt_amount_add(&sum, 0, t->tokens_out);
		wt_amount_add(&sum, told ? told->cost_microusd : 0, told ? told->tokens_in : 0);
		wt_amount_add(&sum, 0, told ? told->tokens_out : 0);
	}
	wt_jsonw_key(w, "budget");
	wt_jsonw_begin(w, '{');
	put_amount(w, "cost_usd", limit->cost_microusd, (double)sum.cost_microusd, 1e6);
	put_amount(w, "tokens", limit->tokens, (double)sum.tokens, 1);
	wt_jsonw_end(w, '}');
}

/* From the start of the newest attempt's agent to its exit, or to now. */
static double elapsed_s(const struct wt_task_state *t, const struct wt_status_opts *o, bool is_gone)
{
	int64_t end_ms = t->ended_wall_ms ? t->ended_wall_ms : o->now_wall_ms;

	if (is_gone) /* nobody knows when */
		return -1;

	if (!t->started_wall_ms || end_ms < t->started_wall_ms)
		return -1;
	return (double)(end_ms - t->started_wall_ms) / 1000;
}

static void put_usage(struct wt_jsonw *w, const struct wt_task_state *t, const struct wt_live *live)
{
	bool is_over = t->ended_wall_ms != 0;
	double cpu_ms = live->cpu_ms < 0 && is_over ? (double)t->cpu_ms : (double)live->cpu_ms;
	double rss = live->rss_bytes < 0 && is_over ? (double)t->peak_rss_bytes
						    : (double)live->rss_bytes;
	struct wt_spending sum = report_spending_of(t);

	wt_spending_add(&sum, &(struct wt_spending){ .tokens_in = live->told.tokens_in,
						     .tokens_out = live->told.tokens_out,
						     .tokens_cached = live->told.tokens_cached,
						     .cost_microusd = live->told.cost_microusd });
	report_put_spending(w, &sum);
	wt_jsonw_knum(w, "cpu_s", cpu_ms < 0 ? -1 : cpu_ms / 1000);
	wt_jsonw_knum(w, "rss_bytes", rss);
}

const char *wt_live_message(const struct wt_live *live)
{
	return live->message && *live->message ? live->message : live->told.message;
}

enum wt_state wt_live_state(const struct wt_task_state *t, const struct wt_live *live)
{
	enum wt_state state = live && live->witness.has_looked ? live->witness.state : t->state;

	return state == WT_WORKING && live && live->pulse.kind == WT_PULSE_STALLED ? WT_STALLED
										   : state;
}

static void put_reason(struct wt_jsonw *w, const struct wt_task_state *t,
		       const struct wt_live *live, const char *pulse)
{
	const char *problem = live->witness.problem, *reason = t->reason;

	if (problem && !wt_state_is_final(t->state))
		reason = problem;
	else if (t->state == WT_WAITING && live->reason)
		reason = live->reason;
	else if (pulse && *pulse)
		reason = pulse;
	wt_jsonw_kstr(w, "reason", reason);
}

/* The record that put the task into its state, and what was seen of it now. */
static void put_witness(struct wt_jsonw *w, const struct wt_task_state *t,
			const struct wt_witness *seen, const struct wt_status_opts *o)
{
	wt_jsonw_key(w, "witness");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "event", t->since.kind ? wt_event_name(t->since.kind) : NULL);
	wt_jsonw_knum(w, "seq", t->since.seq ? (double)t->since.seq : -1);
	wt_jsonw_ktime(w, "at", t->since.wall_ms);
	wt_jsonw_kstr(w, "looked_at", seen->looked_at);
	wt_jsonw_ktime(w, "checked_at", seen->looked_at ? o->now_wall_ms : 0);
	if (seen->looked_at)
		wt_jsonw_kbool(w, "holds", seen->holds);
	else
		put_null(w, "holds");
	wt_jsonw_kstr(w, "problem", seen->problem);
	wt_jsonw_end(w, '}');
}

static void put_instance(struct wt_jsonw *w, const struct wt_run_state *s,
			 const struct wt_status_opts *o, size_t task)
{
	static const struct wt_live unknown = { .progress_percent = -1,
						.cpu_ms = -1,
						.rss_bytes = -1 };
	const struct wt_live *live = o->live ? &o->live[task] : &unknown;
	const struct wt_plan_task *p = &s->plan->tasks[task];
	const struct wt_task_state *t = &s->tasks[task];
	const struct wt_witness *seen = &live->witness;
	bool is_gone = seen->has_looked && !seen->is_alive;
	int64_t pid = seen->pid ? seen->pid : t->pid;
	bool has_agent = pid && wt_state_is_living(t->state) && !is_gone;
	struct wt_buf pulse = WT_BUF_INIT;

	if (has_agent)
		wt_pulse_render(&live->pulse, o->now_ms, &pulse);
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "task", p->task.id);
	wt_jsonw_kstr(w, "title", p->task.title);
	plan_json_put_joined(w, s->plan, task);
	wt_jsonw_kstr(w, "state", wt_state_name(wt_live_state(t, live)));
	wt_jsonw_kint(w, "attempt", (int64_t)t->attempt);
	wt_jsonw_kint(w, "round", (int64_t)t->round);
	wt_jsonw_kstr(w, "agent", t->agent ? t->agent : p->agent);
	wt_jsonw_kstr(w, "model", t->agent ? t->model : p->model);
	wt_jsonw_knum(w, "pid", has_agent ? (double)pid : -1);
	wt_jsonw_kstr(w, "branch", t->branch ? t->branch : p->branch);
	wt_jsonw_kstr(w, "worktree", t->worktree);
	wt_jsonw_ktime(w, "started_at", t->started_wall_ms);
	wt_jsonw_knum(w, "elapsed_s", elapsed_s(t, o, t->pid && is_gone));
	wt_jsonw_knum(w, "progress_percent", live->progress_percent);
	wt_jsonw_kstr(w, "message", wt_live_message(live));
	wt_jsonw_kstr(w, "tool", live->told.tool);
	report_put_gates(w, s, task, NULL);
	put_usage(w, t, live);
	wt_jsonw_klist(w, "conflicts_with", t->others, t->n_others);
	put_reason(w, t, live, pulse.data);
	wt_jsonw_kstr(w, "verdict", has_agent ? wt_pulse_name(live->pulse.kind) : NULL);
	put_witness(w, t, seen, o);
	wt_jsonw_end(w, '}');
	wt_buf_clear(&pulse);
}

void wt_status_render_json(const struct wt_run_state *s, const struct wt_status_opts *o,
			   struct wt_jsonw *w)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "schema", "wtorch.status/1");
	put_run(w, s, o);
	put_resources(w, s, o);
	put_providers(w, s);
	put_budget(w, s, o);
	wt_jsonw_key(w, "instances");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected)
			put_instance(w, s, o, i);
	}
	wt_jsonw_end(w, ']');
	wt_jsonw_end(w, '}');
}
