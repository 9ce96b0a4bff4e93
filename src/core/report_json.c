/* SPDX-License-Identifier: MIT */
/* The wtorch.report/1 document (contract section 6); what is not known is null. */

#include <stdlib.h>

#include "plan_json.h"
#include "report_impl.h"
#include "wtorch/core/cause.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

/* Negative: null. */
static void put_seconds(struct wt_jsonw *w, const char *name, int64_t ms)
{
	wt_jsonw_knum(w, name, ms < 0 ? -1 : (double)ms / 1000);
}

static void put_size(struct wt_jsonw *w, const char *name, size_t n)
{
	wt_jsonw_kint(w, name, (int64_t)n);
}

static void put_empty(struct wt_jsonw *w, const char *name)
{
	wt_jsonw_key(w, name);
	wt_jsonw_begin(w, '[');
	wt_jsonw_end(w, ']');
}

static void put_run(struct wt_jsonw *w, const struct wt_run_state *s,
		    const struct wt_report_opts *o)
{
	wt_jsonw_key(w, "run");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", s->run);
	wt_jsonw_kstr(w, "master_issue", NULL);
	wt_jsonw_kstr(w, "base", s->plan->base);
	wt_jsonw_ktime(w, "started_at", s->started_wall_ms);
	wt_jsonw_ktime(w, "ended_at", s->ended_wall_ms);
	wt_jsonw_kint(w, "prs_created", 0);
	put_empty(w, "follow_up_issues");
	put_size(w, "worktrees_created", s->worktrees_created);
	wt_jsonw_kbool(w, "ungated", o->is_ungated);
	report_put_base_gates(w, s, o->state_dir);
	wt_jsonw_end(w, '}');
}

void report_put_totals(struct wt_jsonw *w, const struct wt_metrics *f)
{
	wt_jsonw_key(w, "totals");
	wt_jsonw_begin(w, '{');
	put_size(w, "tasks", f->tasks);
	put_size(w, "merged", f->merged);
	put_size(w, "failed", f->failed);
	put_size(w, "conflicts", f->conflicts);
	put_size(w, "skipped", f->skipped);
	put_size(w, "unfinished", f->unfinished);
	wt_jsonw_end(w, '}');
}

static void put_conflicts(struct wt_jsonw *w, const struct wt_task_state *t)
{
	wt_jsonw_key(w, "conflicts");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < t->n_paths; i++) {
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "path", t->paths[i]);
		wt_jsonw_klist(w, "tasks", t->others, t->n_others);
		wt_jsonw_kstr(w, "decided_by", t->decided_by);
		wt_jsonw_kstr(w, "kind", t->is_semantic ? "semantic" : "content");
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void put_next_step(struct wt_jsonw *w, const struct wt_run_state *s, size_t task)
{
	struct wt_buf steps = WT_BUF_INIT;

	report_steps(s, task, NULL, &steps);
	if (steps.len)
		wt_buf_cut(&steps, steps.len - 1);
	wt_jsonw_kstr(w, "next_step", steps.len ? steps.data : NULL);
	wt_buf_clear(&steps);
}

static void put_task(struct wt_jsonw *w, const struct wt_run_state *s,
		     const struct wt_report_opts *o, size_t task)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	const struct wt_task_state *t = &s->tasks[task];
	struct wt_spending sum = report_spending_of(t);
	struct wt_buf log = WT_BUF_INIT;

	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", p->task.id);
	wt_jsonw_kstr(w, "title", p->task.title);
	plan_json_put_joined(w, s->plan, task);
	wt_jsonw_kstr(w, "state", wt_state_name(t->state));
	wt_jsonw_knum(w, "batch", t->batch ? (double)t->batch : -1);
	wt_jsonw_kstr(w, "branch", t->branch ? t->branch : p->branch);
	wt_jsonw_kstr(w, "worktree", t->worktree);
	wt_jsonw_knum(w, "files_changed", (double)t->files_changed);
	wt_jsonw_kstr(w, "merge_oid",
		      wt_oid_is_zero(&t->landed) ? NULL : wt_oid_hex(&t->landed).hex);
	wt_jsonw_kstr(w, "pr", NULL);
	wt_jsonw_kstr(w, "issue", p->task.source.issue);
	put_size(w, "attempts", t->attempt);
	put_size(w, "rounds", t->rounds);
	wt_jsonw_kstr(w, "agent", t->agent ? t->agent : p->agent);
	wt_jsonw_kstr(w, "model", t->agent ? t->model : p->model);
	put_seconds(w, "duration_s", t->first_wall_ms ? t->busy_ms : -1);
	report_put_gates(w, s, task, o->state_dir);
	put_conflicts(w, t);
	wt_jsonw_klist(w, "notes", (const char *const *)t->notes, t->n_notes);
	wt_jsonw_kstr(w, "error", report_error_of(t));
	put_next_step(w, s, task);
	wt_jsonw_kstr(w, "log", report_log_of(s, o, task, &log));
	report_put_spending(w, &sum);
	wt_jsonw_end(w, '}');
	wt_buf_clear(&log);
}

/* Batches */

struct member {
	size_t batch, task;
};

struct batch_figures {
	size_t tasks, done, open;
	int64_t first_ms, last_ms, busy_ms, weight_s, longest_s;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->batch != y->batch)
		return x->batch < y->batch ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static void count_member(const struct wt_run_state *s, size_t task, struct batch_figures *f)
{
	const struct wt_task_state *t = &s->tasks[task];
	int64_t weight = s->plan->tasks[task].weight_s;

	f->tasks++;
	f->done += wt_state_is_done(t->state);
	f->open += !wt_state_is_final(t->state);
	f->busy_ms += t->busy_ms;
	f->weight_s += weight;
	if (weight > f->longest_s)
		f->longest_s = weight;
	if (t->first_wall_ms && (!f->first_ms || t->first_wall_ms < f->first_ms))
		f->first_ms = t->first_wall_ms;
	if (t->settled_wall_ms > f->last_ms)
		f->last_ms = t->settled_wall_ms;
}

static const char *status_of(const struct batch_figures *f)
{
	if (f->open)
		return NULL;
	if (f->done == f->tasks)
		return "complete";
	return f->done ? "partial" : "failed";
}

static int64_t estimate_of(const struct wt_run_state *s, const struct batch_figures *f)
{
	int64_t jobs = s->plan->limits.jobs ? (int64_t)s->plan->limits.jobs : 1;
	int64_t shared = (f->weight_s + jobs - 1) / jobs;

	return shared > f->longest_s ? shared : f->longest_s;
}

/* Writes the batch that begins at members[0]; returns how many belong to it. */
static size_t put_batch(struct wt_jsonw *w, const struct wt_run_state *s,
			const struct member *members, size_t n)
{
	struct batch_figures f = { 0 };
	size_t len = 0;

	while (len < n && members[len].batch == members[0].batch)
		count_member(s, members[len++].task, &f);
	wt_jsonw_begin(w, '{');
	put_size(w, "batch", members[0].batch);
	wt_jsonw_kbool(w, "parallel", f.tasks > 1);
	wt_jsonw_key(w, "tasks");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < len; i++)
		wt_jsonw_str(w, s->plan->tasks[members[i].task].task.id);
	wt_jsonw_end(w, ']');
	wt_jsonw_kstr(w, "status", status_of(&f));
	wt_jsonw_ktime(w, "started_at", f.first_ms);
	put_seconds(w, "duration_s",
		    f.first_ms && f.last_ms >= f.first_ms && !f.open ? f.last_ms - f.first_ms : -1);
	put_seconds(w, "sequential_s", f.busy_ms);
	wt_jsonw_kint(w, "estimate_s", estimate_of(s, &f));
	wt_jsonw_end(w, '}');
	return len;
}

static void put_batches(struct wt_jsonw *w, const struct wt_run_state *s)
{
	struct member *members = wt_alloc((s->plan->n_tasks + 1) * sizeof *members);
	size_t n = 0;

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected && s->tasks[i].batch)
			members[n++] = (struct member){ s->tasks[i].batch, i };
	}
	qsort(members, n, sizeof *members, compare_members);
	wt_jsonw_key(w, "batches");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n;)
		i += put_batch(w, s, &members[i], n - i);
	wt_jsonw_end(w, ']');
	free(members);
}

static void put_causes(struct wt_jsonw *w, const struct wt_run_state *s)
{
	struct wt_arena a = { 0 };
	size_t n;
	const struct wt_cause *all = wt_causes(s, &a, &n);

	wt_jsonw_key(w, "causes");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n; i++) {
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "cause", all[i].text);
		wt_jsonw_key(w, "tasks");
		wt_jsonw_begin(w, '[');
		for (size_t k = 0; k < all[i].n_tasks; k++)
			wt_jsonw_str(w, s->plan->tasks[all[i].tasks[k]].task.id);
		wt_jsonw_end(w, ']');
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
	wt_arena_clear(&a);
}

void wt_report_render_json(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_jsonw *w)
{
	struct wt_metrics f;

	wt_metrics_build(s, o->config, o->now_wall_ms, &f);
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "schema", "wtorch.report/1");
	put_run(w, s, o);
	report_put_totals(w, &f);
	wt_jsonw_key(w, "tasks");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected)
			put_task(w, s, o, i);
	}
	wt_jsonw_end(w, ']');
	put_batches(w, s);
	put_causes(w, s);
	put_size(w, "conflicts_resolved", f.resolved);
	wt_jsonw_kstr(w, "final_status",
		      s->final_status || !report_is_over(s) ? s->final_status
							    : wt_sched_final_status(s));
	report_put_metrics(w, s, o, &f);
	wt_jsonw_end(w, '}');
}
