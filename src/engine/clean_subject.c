/* SPDX-License-Identifier: MIT */
/* The worktrees and branches that a run's journal knows of. */

#include <string.h>

#include "clean_priv.h"
#include "wtorch/engine/byhand.h"

struct reader {
	struct wt_cleaner *c;
	struct wt_run *run;
	struct wt_clean_subjects *out;
	size_t first; /* of this run, in out */
};

static struct wt_clean_subject *find(struct reader *r, const char *task, size_t attempt)
{
	for (size_t i = r->out->len; i > r->first; i--) {
		struct wt_clean_subject *s = &r->out->items[i - 1];

		if (s->attempt == attempt && strcmp(s->task, task) == 0)
			return s;
	}
	return NULL;
}

static void note_prepared(struct reader *r, const struct wt_event *ev)
{
	struct wt_arena *a = r->c->arena;
	struct wt_clean_subject *s = find(r, ev->task, ev->attempt);

	if (!s) {
		s = WT_ARENA_PUSH(a, r->out->items, r->out->len, r->out->cap);
		*s = (struct wt_clean_subject){ .run = wt_arena_strdup(a, r->run->id),
						.task = wt_arena_strdup(a, ev->task),
						.base = wt_arena_strdup(a, r->run->plan.base),
						.attempt = ev->attempt };
	}
	if (ev->branch)
		s->branch = wt_arena_strdup(a, ev->branch);
	if (ev->path)
		s->path = wt_arena_strdup(a, ev->path);
	if (!wt_oid_is_zero(&ev->base))
		s->fork = ev->base;
	s->prepared_wall_ms = ev->ts_wall_ms;
}

/* The intent counts too: what was begun may be there. */
static void read_event(void *arg, const struct wt_event *ev)
{
	struct reader *r = arg;
	struct wt_clean_subject *s;

	if (!ev->task)
		return;
	if (ev->kind == WT_EV_WORKTREE_PREPARING || ev->kind == WT_EV_WORKTREE_PREPARED) {
		note_prepared(r, ev);
		return;
	}
	s = ev->kind == WT_EV_WORK_COMMITTED ? find(r, ev->task, ev->attempt) : NULL;
	if (s)
		s->tip = ev->tip;
}

void wt_clean_read_state(struct wt_cleaner *c, struct wt_run *run, struct wt_clean_subject *s)
{
	size_t task = wt_plan_find(&run->plan, s->task);
	const struct wt_task_state *t;
	const struct wt_targets *targets;
	struct wt_error ignored;
	const char *why;

	if (task >= run->plan.n_tasks)
		return;
	t = &wt_run_state(run)->tasks[task];
	s->state = t->state;
	s->undone = t->undone;
	s->is_newest = t->attempt == s->attempt;
	if (!s->is_newest)
		return;
	s->tip = t->tip;
	s->landed = t->landed;
	if (t->branch)
		s->branch = wt_arena_strdup(c->arena, t->branch);
	if (t->worktree)
		s->path = wt_arena_strdup(c->arena, t->worktree);
	if (!wt_oid_is_zero(&t->base))
		s->fork = t->base;
	if (c->opts->skips_rules)
		return;
	targets = wt_clean_targets(c, run->plan.base, &why);
	if (targets &&
	    wt_byhand_find(run, task, targets, c->arena, &s->hand, &s->is_hand_found, &ignored))
		s->hand = (struct wt_integrated){ 0 };
}

enum wt_code wt_clean_read_run(struct wt_cleaner *c, struct wt_run *run,
			       struct wt_clean_subjects *out, struct wt_error *err)
{
	struct reader r = { .c = c, .run = run, .out = out, .first = out->len };
	enum wt_code rc = wt_run_each_event(run, read_event, &r, err);

	for (size_t i = r.first; !rc && i < out->len; i++)
		wt_clean_read_state(c, run, &out->items[i]);
	return rc;
}
