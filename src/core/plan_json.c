/* SPDX-License-Identifier: MIT */
/* Writes a plan as a wtorch.plan/1 document. */

#include <stdlib.h>
#include <string.h>

#include "plan_json.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"

/* Pairs are all there are, so they are not written for more tasks than this. */
#define MAX_PAIRED 4096u

static const char *id_of(const struct wt_plan *plan, size_t task)
{
	return plan->tasks[task].task.id;
}

static void put_ids(struct wt_jsonw *w, const struct wt_plan *plan, const size_t *tasks, size_t n)
{
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n; i++)
		wt_jsonw_str(w, id_of(plan, tasks[i]));
	wt_jsonw_end(w, ']');
}

static void put_numbers(struct wt_jsonw *w, const char *key, const size_t *items, size_t n)
{
	wt_jsonw_key(w, key);
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n; i++)
		wt_jsonw_int(w, (int64_t)items[i]);
	wt_jsonw_end(w, ']');
}

static void put_size(struct wt_jsonw *w, const char *key, size_t n)
{
	wt_jsonw_kint(w, key, (int64_t)n);
}

static void put_double(struct wt_jsonw *w, const char *key, double n)
{
	wt_jsonw_key(w, key);
	wt_jsonw_num(w, n);
}

/* Tasks */

void plan_json_put_files(struct wt_jsonw *w, const struct wt_task *t)
{
	wt_jsonw_key(w, "files");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < t->n_files; i++) {
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "path", t->files[i].path);
		wt_jsonw_kstr(w, "from", wt_file_from_name(t->files[i].from));
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void put_source(struct wt_jsonw *w, const struct wt_task_source *s)
{
	wt_jsonw_key(w, "source");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "path", s->path);
	wt_jsonw_kopt(w, "line", s->line != 0, (int64_t)s->line);
	wt_jsonw_kstr(w, "issue", s->issue);
	wt_jsonw_kstr(w, "repo", s->repo);
	wt_jsonw_kstr(w, "grammar", wt_grammar_name(s->grammar));
	if (s->id)
		wt_jsonw_kstr(w, "id", s->id);
	wt_jsonw_end(w, '}');
}

static void put_declared(struct wt_jsonw *w, const struct wt_plan_task *p)
{
	const struct wt_task *t = &p->task;
	int64_t estimate_s = p->estimate_from == WT_ESTIMATE_HISTORY ? p->weight_s : t->estimate_s;

	wt_jsonw_kstr(w, "id", t->id);
	wt_jsonw_kstr(w, "title", t->title);
	wt_jsonw_kstr(w, "status", wt_task_status_name(t->status));
	plan_json_put_files(w, t);
	wt_jsonw_klist(w, "depends_on", t->depends_on, t->n_depends);
	wt_jsonw_klist(w, "conflicts_with", t->conflicts_with, t->n_conflicts_with);
	wt_jsonw_kbool(w, "parallel", !t->is_alone);
	wt_jsonw_kopt(w, "order", t->has_order, t->order);
	wt_jsonw_kstr(w, "priority", t->priority);
	wt_jsonw_kopt(w, "estimate_s", estimate_s >= 0, estimate_s);
	wt_jsonw_kstr(w, "estimate_from", plan_estimate_names[p->estimate_from]);
	wt_jsonw_kstr(w, "risk", wt_level_name(t->risk));
	wt_jsonw_kstr(w, "complexity", wt_level_name(t->complexity));
	wt_jsonw_kbool(w, "critical", t->is_critical);
	wt_jsonw_kstr(w, "access", t->is_read_only ? "read_only" : "write");
	wt_jsonw_kstr(w, "type", wt_task_type_name(t->type));
	wt_jsonw_kstr(w, "type_why", t->type_why);
}

/* Relative to the repository, as people would type it. */
static void put_worktree(struct wt_jsonw *w, const struct wt_plan *plan, const char *worktree)
{
	struct wt_arena scratch = { 0 };

	wt_jsonw_kstr(w, "worktree",
		      worktree && plan->repo_top
			      ? wt_path_relative(&scratch, plan->repo_top, worktree)
			      : worktree);
	wt_arena_clear(&scratch);
}

void plan_json_put_joined(struct wt_jsonw *w, const struct wt_plan *plan, size_t task)
{
	const struct wt_plan_task *t = &plan->tasks[task];

	if (!t->n_parts)
		return;
	wt_jsonw_key(w, "joined");
	put_ids(w, plan, t->parts + 1, t->n_parts - 1);
}

/* What only a journal needs. */
static void put_inside(struct wt_jsonw *w, const struct wt_plan_task *t)
{
	wt_jsonw_kstr(w, "body", t->task.body);
	wt_jsonw_kstr(w, "asked_agent", t->task.agent);
	wt_jsonw_kstr(w, "asked_branch", t->task.branch);
	wt_jsonw_kstr(w, "asked_model", t->task.model);
	wt_jsonw_kstr(w, "defect", t->task.defect);
	wt_jsonw_kstr(w, "slug", t->slug);
	wt_jsonw_kstr(w, "why", t->reason);
	wt_jsonw_kbool(w, "files_unknown", t->files_unknown);
	wt_jsonw_kbool(w, "runs_alone", t->runs_alone);
	wt_jsonw_kint(w, "weight_s", t->weight_s);
	wt_jsonw_kint(w, "path_s", t->path_s);
	put_numbers(w, "needs", t->needs, t->n_needs);
	put_numbers(w, "locks", t->locks, t->n_locks);
	if (t->n_lanes)
		put_numbers(w, "lanes", t->lanes, t->n_lanes);
	if (t->own_retries)
		put_size(w, "retries", t->own_retries - 1);
	if (t->stream_of)
		wt_jsonw_kbool(w, "required", t->is_needed);
}

static void put_task_gates(struct wt_jsonw *w, const struct wt_plan *plan,
			   const struct wt_plan_task *t)
{
	wt_jsonw_key(w, "gates");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < t->n_gates; i++)
		wt_jsonw_str(w, plan->gates[t->gates[i]].name);
	wt_jsonw_end(w, ']');
}

static void put_task(struct wt_jsonw *w, const struct wt_plan *plan, const struct wt_plan_task *t,
		     bool whole)
{
	wt_jsonw_begin(w, '{');
	put_declared(w, t);
	wt_jsonw_kstr(w, "agent", t->agent ? t->agent : t->task.agent);
	wt_jsonw_kstr(w, "model", t->model ? t->model : t->task.model);
	wt_jsonw_kstr(w, "template", t->task.template);
	put_task_gates(w, plan, t);
	wt_jsonw_klist(w, "criteria", t->task.criteria, t->task.n_criteria);
	wt_jsonw_klist(w, "labels", t->task.labels, t->task.n_labels);
	wt_jsonw_kstr(w, "branch", t->branch);
	put_worktree(w, plan, t->worktree);
	wt_jsonw_kstr(w, "reason", t->skip ? t->skip : t->reason);
	wt_jsonw_kbool(w, "selected", t->is_selected);
	wt_jsonw_kstr(w, "skip", t->skip);
	wt_jsonw_kopt(w, "batch", t->batch != 0, (int64_t)t->batch);
	put_source(w, &t->task.source);
	plan_json_put_joined(w, plan, (size_t)(t - plan->tasks));
	if (t->joined_to)
		wt_jsonw_kstr(w, "joined_to", id_of(plan, t->joined_to - 1));
	if (t->own_title)
		wt_jsonw_kstr(w, "own_title", t->own_title);
	if (t->stream_of)
		wt_jsonw_kstr(w, "part_of", id_of(plan, t->stream_of - 1));
	if (t->n_may_write)
		wt_jsonw_klist(w, "may_write", t->may_write, t->n_may_write);
	if (whole)
		put_inside(w, t);
	wt_jsonw_end(w, '}');
}

/* Results */

static void put_conflicts(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_key(w, "conflicts");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_conflicts; i++) {
		const struct wt_conflict *c = &plan->conflicts[i];

		wt_jsonw_begin(w, '{');
		wt_jsonw_key(w, "tasks");
		put_ids(w, plan, c->tasks, c->n_tasks);
		wt_jsonw_klist(w, "paths", c->paths, c->n_paths);
		wt_jsonw_kstr(w, "kind", plan_conflict_names[c->kind]);
		wt_jsonw_kstr(w, "certainty", wt_file_from_name(c->certainty));
		wt_jsonw_kstr(w, "policy", c->is_loose ? "allow" : "serialise");
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void put_unknown(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_key(w, "unknown");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_tasks; i++) {
		if (plan->tasks[i].files_unknown)
			wt_jsonw_str(w, id_of(plan, i));
	}
	wt_jsonw_end(w, ']');
}

static void put_dependencies(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_key(w, "dependencies");
	wt_jsonw_begin(w, '{');
	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		if (!t->n_needs)
			continue;
		wt_jsonw_key(w, t->task.id);
		put_ids(w, plan, t->needs, t->n_needs);
	}
	wt_jsonw_end(w, '}');
}

static void put_cycles(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_key(w, "cycles");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_cycles; i++)
		put_ids(w, plan, plan->cycles[i].tasks, plan->cycles[i].n_tasks);
	wt_jsonw_end(w, ']');
}

/* Sorts tasks by batch: the tasks of batch b stand from starts[b] up to starts[b + 1]. */
static size_t *sort_by_batch(const struct wt_plan *plan, size_t **starts)
{
	size_t *sorted = wt_alloc((plan->n_tasks + 1) * sizeof *sorted);
	size_t *next = wt_alloc((plan->n_batches + 3) * sizeof *next);

	for (size_t i = 0; i < plan->n_tasks; i++)
		next[plan->tasks[i].batch + 2]++;
	for (size_t b = 2; b < plan->n_batches + 3; b++)
		next[b] += next[b - 1];
	for (size_t i = 0; i < plan->n_tasks; i++)
		sorted[next[plan->tasks[i].batch + 1]++] = i;
	*starts = next;
	return sorted;
}

static void put_batches(struct wt_jsonw *w, const struct wt_plan *plan)
{
	size_t *starts;
	size_t *sorted = sort_by_batch(plan, &starts);

	wt_jsonw_key(w, "batches");
	wt_jsonw_begin(w, '[');
	for (size_t b = 1; b <= plan->n_batches; b++) {
		size_t n = starts[b + 1] - starts[b];

		wt_jsonw_begin(w, '{');
		put_size(w, "batch", b);
		wt_jsonw_kbool(w, "parallel", n > 1);
		wt_jsonw_key(w, "tasks");
		put_ids(w, plan, sorted + starts[b], n);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
	free(starts);
	free(sorted);
}

static void put_estimate(struct wt_jsonw *w, const struct wt_plan *plan,
			 const struct wt_estimate *e)
{
	wt_jsonw_key(w, "estimate");
	if (!e) {
		wt_jsonw_null(w);
		return;
	}
	wt_jsonw_begin(w, '{');
	wt_jsonw_kint(w, "sequential_s", e->sequential_s);
	wt_jsonw_kint(w, "parallel_s", e->parallel_s);
	put_double(w, "speedup", e->speedup);
	put_size(w, "instances", e->instances);
	wt_jsonw_kbool(w, "complete", e->is_complete);
	wt_jsonw_kopt(w, "one_more_s", e->one_more_s >= 0, e->one_more_s);
	wt_jsonw_kint(w, "saved_s", e->sequential_s - e->parallel_s);
	put_double(w, "overhead_s", (double)plan->overhead_ms / 1000);
	wt_jsonw_kbool(w, "overhead_measured", plan->is_overhead_measured);
	wt_jsonw_kstr(w, "mode", plan_mode_names[plan->limits.mode]);
	wt_jsonw_key(w, "from");
	wt_jsonw_begin(w, '{');
	for (size_t i = 0; i < 4; i++)
		put_size(w, plan_estimate_names[i], e->n_from[i]);
	wt_jsonw_end(w, '}');
	wt_jsonw_key(w, "by_jobs_s");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < e->n_by_jobs; i++)
		wt_jsonw_int(w, e->by_jobs_s[i]);
	wt_jsonw_end(w, ']');
	wt_jsonw_end(w, '}');
}

static void put_advices(struct wt_jsonw *w, const struct wt_plan *plan)
{
	size_t left_out = 0;

	wt_jsonw_key(w, "advice");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->advices.len; i++) {
		const struct wt_advice *a = &plan->advices.items[i];

		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "kind", wt_advice_name(a->kind));
		wt_jsonw_key(w, "tasks");
		put_ids(w, plan, a->tasks, a->n_tasks);
		wt_jsonw_klist(w, "paths", a->paths, a->n_paths);
		wt_jsonw_kopt(w, "seconds", a->seconds >= 0, a->seconds);
		wt_jsonw_kopt(w, "limit_s", a->limit_s >= 0, a->limit_s);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
	for (size_t i = 0; i < WT_ADVICE_KINDS; i++)
		left_out += plan->advices.left_out[i];
	put_size(w, "advice_left_out", left_out);
}

static void put_diagnostics(struct wt_jsonw *w, const struct wt_diags *diags)
{
	wt_jsonw_key(w, "diagnostics");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < diags->len; i++) {
		const struct wt_diag *d = &diags->items[i];

		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "severity", wt_severity_name(d->severity));
		wt_jsonw_kstr(w, "path", d->place.path);
		wt_jsonw_kopt(w, "line", d->place.line != 0, (int64_t)d->place.line);
		wt_jsonw_kopt(w, "column", d->place.column != 0, (int64_t)d->place.column);
		wt_jsonw_kstr(w, "message", d->message);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

/* Pairs: a row of bits for each task, set for those it has something to do with */

static void set_bit(uint64_t *row, size_t i)
{
	row[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool is_order_apart(const struct wt_task *a, const struct wt_task *b)
{
	return a->has_order && b->has_order && a->order != b->order;
}

/* What a task needs stands in an earlier batch, so its row is complete by then. */
static void mark_related(const struct wt_plan *plan, uint64_t *bits, size_t width)
{
	size_t *starts;
	size_t *sorted = sort_by_batch(plan, &starts);

	for (size_t i = starts[1]; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[sorted[i]];
		uint64_t *row = bits + sorted[i] * width;

		for (size_t k = 0; k < t->n_needs; k++) {
			set_bit(row, t->needs[k]);
			for (size_t word = 0; word < width; word++)
				row[word] |= bits[t->needs[k] * width + word];
		}
	}
	for (size_t c = 0; c < plan->n_conflicts; c++) {
		const struct wt_conflict *x = &plan->conflicts[c];

		if (x->is_loose)
			continue;
		/* Too late to be inherited by those behind: they do not touch the files. */
		for (size_t i = 0; i < x->n_tasks; i++) {
			for (size_t k = i + 1; k < x->n_tasks; k++)
				set_bit(bits + x->tasks[i] * width, x->tasks[k]);
		}
	}
	free(starts);
	free(sorted);
}

static bool is_related(const struct wt_plan *plan, const uint64_t *bits, size_t width, size_t i,
		       size_t k)
{
	const struct wt_plan_task *a = &plan->tasks[i], *b = &plan->tasks[k];

	return a->runs_alone || b->runs_alone || is_order_apart(&a->task, &b->task) ||
	       (bits[i * width + k / 64] >> (k % 64) & 1) ||
	       (bits[k * width + i / 64] >> (i % 64) & 1);
}

bool wt_plan_each_pair(const struct wt_plan *plan, wt_plan_pair_fn *fn, void *arg)
{
	size_t width = plan->n_tasks / 64 + 1;
	uint64_t *bits;

	if (plan->n_tasks > MAX_PAIRED)
		return false;
	bits = wt_alloc((plan->n_tasks + 1) * width * sizeof *bits);
	mark_related(plan, bits, width);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		for (size_t k = i + 1; k < plan->n_tasks && plan->tasks[i].batch; k++) {
			if (plan->tasks[k].batch && !is_related(plan, bits, width, i, k))
				fn(arg, i, k);
		}
	}
	free(bits);
	return true;
}

struct pairs {
	struct wt_jsonw *w;
	const struct wt_plan *plan;
};

static void put_pair(void *arg, size_t a, size_t b)
{
	const struct pairs *p = arg;

	put_ids(p->w, p->plan, (const size_t[]){ a, b }, 2);
}

static void put_pairs(struct wt_jsonw *w, const struct wt_plan *plan)
{
	struct pairs p = { w, plan };

	wt_jsonw_key(w, "independent_pairs");
	if (plan->n_tasks > MAX_PAIRED) {
		wt_jsonw_null(w);
		return;
	}
	wt_jsonw_begin(w, '[');
	wt_plan_each_pair(plan, put_pair, &p);
	wt_jsonw_end(w, ']');
}

static void put_limits(struct wt_jsonw *w, const struct wt_limits *l)
{
	wt_jsonw_key(w, "limits");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "mode", plan_mode_names[l->mode]);
	put_size(w, "jobs", l->jobs);
	put_size(w, "keep_going", l->keep_going);
	put_size(w, "retries", l->retries);
	wt_jsonw_kint(w, "retry_pause_ms", l->retry_pause_ms);
	put_size(w, "same_failure", l->same_failure);
	put_double(w, "cpu_max", l->cpu_max);
	put_double(w, "cpu_start", l->cpu_start);
	put_double(w, "memory_max", l->memory_max);
	put_double(w, "memory_start", l->memory_start);
	put_double(w, "load_max", l->load_max);
	wt_jsonw_kint(w, "merge_wait_ms", l->merge_wait_ms);
	put_size(w, "success_threshold", l->success_threshold);
	put_size(w, "max_rounds", l->max_rounds);
	wt_jsonw_end(w, '}');
}

/* Of the project, not of one task: what the names in its gates mean. */
static void put_gates(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_key(w, "gates");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_gates; i++) {
		const struct wt_plan_gate *g = &plan->gates[i];

		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "name", g->name);
		wt_jsonw_kstr(w, "when", wt_gate_when_name(g->when));
		wt_jsonw_kbool(w, "required", g->is_required);
		wt_jsonw_kbool(w, "of_base", g->is_of_base);
		put_numbers(w, "needs", g->needs, g->n_needs);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
	wt_jsonw_kbool(w, "requires_gates", plan->requires_gates);
	wt_jsonw_kbool(w, "waives_base", plan->waives_base);
}

static void put_locks(struct wt_jsonw *w, const struct wt_plan *plan)
{
	wt_jsonw_klist(w, "lock_names", plan->lock_names, plan->n_locks);
	if (plan->lock_room)
		put_numbers(w, "lock_room", plan->lock_room, plan->n_locks);
	put_size(w, "named_locks", plan->n_named_locks);
	wt_jsonw_klist(w, "lane_names", plan->lane_names, plan->n_lanes);
}

void wt_plan_render(const struct wt_plan *plan, const struct wt_plan_render_opts *opts,
		    struct wt_jsonw *w)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "schema", PLAN_SCHEMA);
	wt_jsonw_key(w, "base");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "branch", plan->base);
	wt_jsonw_kstr(w, "oid", wt_oid_hex(&plan->base_oid).hex);
	wt_jsonw_end(w, '}');
	wt_jsonw_key(w, "tasks");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_tasks; i++)
		put_task(w, plan, &plan->tasks[i], opts->whole);
	wt_jsonw_end(w, ']');
	wt_jsonw_kbool(w, "valid", plan->is_valid);
	wt_jsonw_kstr(w, "reason", plan->invalid_why);
	put_conflicts(w, plan);
	if (opts->pairs)
		put_pairs(w, plan);
	put_unknown(w, plan);
	put_dependencies(w, plan);
	put_cycles(w, plan);
	put_batches(w, plan);
	wt_jsonw_key(w, "critical_path");
	put_ids(w, plan, plan->critical_path, plan->n_critical);
	put_estimate(w, plan, opts->estimate);
	if (!opts->whole)
		put_advices(w, plan);
	put_diagnostics(w, &plan->diags);
	if (opts->whole) {
		wt_jsonw_kstr(w, "repo", plan->repo_top);
		put_limits(w, &plan->limits);
		put_locks(w, plan);
		put_gates(w, plan);
	}
	wt_jsonw_end(w, '}');
}
