/* SPDX-License-Identifier: MIT */
/* The files of those that run, and hints at what they have in common. */

#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/mem.h"

#define MAX_HINTS 5u /* of one kind */
#define MAX_NAMED 3u

static void read_policies(struct planner *p)
{
	static const char *const keys[] = {
		[WT_FROM_DECLARED] = "plan.on_declared", [WT_FROM_TEXT] = "plan.on_text",
		[WT_FROM_SYMBOL] = "plan.on_symbol",     [WT_FROM_HISTORY] = "plan.on_history",
		[WT_FROM_PLANNER] = "plan.on_planner",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		p->holds[i] = !wt_config_is(p->in->config, keys[i], "allow");
}

void planner_find_files(struct planner *p)
{
	bool is_careful = !wt_config_is(p->in->config, "plan.unknown", "parallel");
	struct wt_forecast *f = wt_forecast_new(&p->tree, p->in->evidence);

	read_policies(p);
	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		if (!planner_runs(p, i))
			continue;
		if (!p->before) {
			wt_forecast_build(p->arena, &p->tree, &t->task);
			wt_forecast_extend(f, p->arena, &t->task);
		}
		t->files_unknown = t->task.n_files == 0 && !t->task.is_read_only;
		t->runs_alone = (t->files_unknown && is_careful) || t->task.is_alone;
	}
	wt_forecast_free(f);
}

/* Paths that do not keep their tasks apart */

static void name_tasks(const struct planner *p, const struct wt_conflict *c, struct wt_buf *b)
{
	size_t n = c->n_tasks < MAX_NAMED ? c->n_tasks : MAX_NAMED;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(b, "%s%s",
			      i == 0                ? ""
			      : i + 1 == c->n_tasks ? " and "
						    : ", ",
			      p->plan->tasks[c->tasks[i]].task.id);
	if (c->n_tasks > n)
		wt_buf_printf(b, " and %zu more", c->n_tasks - n);
}

static void hint_at_loose(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	size_t n = 0;

	for (size_t i = 0; i < plan->n_conflicts; i++) {
		const struct wt_conflict *c = &plan->conflicts[i];
		struct wt_buf b = WT_BUF_INIT;

		if (!c->is_loose || c->kind == WT_CONFLICT_DEPENDENCY || ++n > MAX_HINTS)
			continue;
		name_tasks(p, c, &b);
		wt_buf_printf(&b, " may meet in %s", c->paths[0]);
		if (c->n_paths > 1)
			wt_buf_printf(&b, " and %zu more", c->n_paths - 1);
		wt_diags_add(&plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "%s (known from %s), and go together all the same", b.data,
			     wt_file_from_name(c->certainty));
		wt_buf_clear(&b);
	}
	if (n > MAX_HINTS)
		wt_diags_add(&plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "%zu more sets of tasks may meet and go together; --json lists them",
			     n - MAX_HINTS);
}

/* Dependencies that the code has: one task speaks of a symbol, the other one has a file that
 * uses it. */

struct mention {
	size_t symbol, task;
};

struct uses {
	struct planner *p;
	size_t task; /* whose text is looked at */
	struct mention *mentions;
	size_t n, cap;
	struct wt_map by_path; /* path -> the last toucher of it */
	struct toucher *touchers;
	size_t n_touchers, cap_touchers;
	size_t n_hints;
};

/* A task with a file; those with the same file are a list. */
struct toucher {
	size_t task;
	size_t next; /* or WT_MAP_NONE */
};

static void note_mention(void *arg, struct wt_str name)
{
	struct uses *u = arg;
	const struct wt_evidence *e = u->p->in->evidence;
	const struct wt_symbol *s = wt_forecast_symbol(e, name);

	if (s && s->n_used)
		*WT_ARENA_PUSH(&u->p->scratch, u->mentions, u->n, u->cap) =
			(struct mention){ (size_t)(s - e->symbols), u->task };
}

static int compare_mentions(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;

	if (x->symbol != y->symbol)
		return x->symbol < y->symbol ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static void index_files(struct uses *u)
{
	struct planner *p = u->p;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;

		for (size_t k = 0; planner_runs(p, i) && k < t->n_files; k++) {
			size_t last;

			if (!p->holds[t->files[k].from])
				continue;
			last = wt_map_find(&u->by_path, t->files[k].path);
			*WT_ARENA_PUSH(&p->scratch, u->touchers, u->n_touchers, u->cap_touchers) =
				(struct toucher){ i, last };
			wt_map_set(&u->by_path, t->files[k].path, u->n_touchers - 1);
		}
	}
}

static bool is_needed(const struct planner *p, size_t task, size_t by)
{
	const struct wt_plan_task *t = &p->plan->tasks[by];

	for (size_t i = 0; i < t->n_needs; i++) {
		if (t->needs[i] == task)
			return true;
	}
	return false;
}

static void hint_at_use(struct uses *u, const struct mention *m, const char *path, size_t user)
{
	struct planner *p = u->p;

	if (user == m->task || is_needed(p, m->task, user) || is_needed(p, user, m->task))
		return;
	if (++u->n_hints > MAX_HINTS)
		return;
	wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, planner_place(p, user),
		     "%s may depend on %s: %s uses '%s', which %s speaks of",
		     p->plan->tasks[user].task.id, p->plan->tasks[m->task].task.id, path,
		     p->in->evidence->symbols[m->symbol].name, p->plan->tasks[m->task].task.id);
}

/* One hint for each task at most: the first file that uses the symbol. */
static void follow_mention(struct uses *u, const struct mention *m, bool *is_told)
{
	const struct wt_symbol *s = &u->p->in->evidence->symbols[m->symbol];
	size_t first = u->n_hints;

	memset(is_told, 0, u->p->n);
	for (size_t i = 0; i < s->n_used && u->n_hints < first + MAX_HINTS; i++) {
		size_t at = wt_map_find(&u->by_path, s->used[i]);

		for (; at != WT_MAP_NONE; at = u->touchers[at].next) {
			size_t user = u->touchers[at].task;

			if (!is_told[user])
				hint_at_use(u, m, s->used[i], user);
			is_told[user] = true;
		}
	}
}

static void hint_at_uses(struct planner *p)
{
	struct uses u = { .p = p };
	bool *is_told;

	if (!p->in->evidence || !p->in->evidence->n_symbols)
		return;
	for (u.task = 0; u.task < p->n; u.task++) {
		if (planner_runs(p, u.task))
			wt_forecast_each_name(&p->plan->tasks[u.task].task, note_mention, &u);
	}
	if (!u.n)
		return;
	qsort(u.mentions, u.n, sizeof *u.mentions, compare_mentions);
	index_files(&u);
	is_told = wt_alloc(p->n + 1);
	for (size_t i = 0; i < u.n && u.n_hints <= MAX_HINTS; i++) {
		if (i == 0 || compare_mentions(&u.mentions[i - 1], &u.mentions[i]) != 0)
			follow_mention(&u, &u.mentions[i], is_told);
	}
	if (u.n_hints > MAX_HINTS)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "and more tasks have files that use what others speak of");
	free(is_told);
	wt_map_clear(&u.by_path);
}

void planner_hint(struct planner *p)
{
	hint_at_loose(p);
	hint_at_uses(p);
}
