/* SPDX-License-Identifier: MIT */
/* Conflicts that merge.strategy decides: never in silence, and what loses is pinned first. */

#include <string.h>

#include "landing.h"
#include "wtorch/engine/keep.h"

/* All of them are in the record of the decision. */
#define SHOWN_IN_COMMIT 100u
#define SHOWN_IN_NOTE   6u

static const char *strategy_of(const struct wt_landing *l)
{
	return wt_config_text(l->run->config, "merge.strategy");
}

static bool takes_last(const struct wt_landing *l)
{
	return strcmp(strategy_of(l), "last_wins") == 0;
}

static void add_decided(struct wt_landing *l, const char *path, size_t hunks)
{
	struct wt_decided *d = &l->decided;
	size_t n = d->n, at;
	bool was_there;

	at = wt_map_put(&d->by_path, path, n, &was_there);
	if (was_there) {
		d->hunks[at] = d->hunks[at] && hunks ? d->hunks[at] + hunks : 0;
		return;
	}
	*WT_ARENA_PUSH(l->arena, d->hunks, n, d->cap_hunks) = hunks;
	*WT_ARENA_PUSH(l->arena, d->paths, d->n, d->cap) = path;
}

void wt_land_forget_decided(struct wt_landing *l)
{
	wt_map_clear(&l->decided.by_path);
	l->decided = (struct wt_decided){ 0 };
}

enum wt_code wt_land_decide(struct wt_landing *l, const struct wt_oid *ours,
			    const struct wt_oid *theirs, struct wt_merge_outcome *m,
			    struct wt_error *err)
{
	enum wt_code rc;

	if (m->is_clean || strcmp(strategy_of(l), "manual") == 0)
		return WT_OK;
	rc = wt_merge_decide(l->run->ports->git, takes_last(l), ours, theirs, l->arena, m, err);
	for (size_t i = 0; !rc && m->is_clean && i < m->n_paths; i++)
		add_decided(l, m->paths[i], m->hunks[i]);
	return rc;
}

/* "src/a.txt (2 hunks), logo.png (whole file), and 3 more" */
static const char *list_of(struct wt_landing *l, const char *separator, size_t max)
{
	const struct wt_decided *d = &l->decided;
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (size_t i = 0; i < d->n && i < max; i++) {
		wt_buf_printf(&b, "%s%s ", i ? separator : "", d->paths[i]);
		if (d->hunks[i])
			wt_buf_printf(&b, "(%zu hunk%s)", d->hunks[i], d->hunks[i] == 1 ? "" : "s");
		else
			wt_buf_puts(&b, "(whole file)");
	}
	if (d->n > max)
		wt_buf_printf(&b, "%sand %zu more", separator, d->n - max);
	text = wt_arena_strdup(l->arena, b.data);
	wt_buf_clear(&b);
	return text;
}

const char *wt_land_decided_text(struct wt_landing *l)
{
	if (!l->decided.n)
		return "";
	return wt_arena_printf(l->arena, "Conflicts decided by merge.strategy = %s:\n  %s\n\n",
			       strategy_of(l), list_of(l, "\n  ", SHOWN_IN_COMMIT));
}

static enum wt_code pin(struct wt_landing *l, size_t task, const struct wt_oid *tip,
			struct wt_error *err)
{
	const struct wt_keep_source source = { .task = l->run->plan.tasks[task].task.id,
					       .branch = wt_run_state(l->run)->tasks[task].branch,
					       .tip = tip,
					       .reason = "merge" };
	unsigned n;

	return wt_keep_pin(l->run, &source, &n, err);
}

/* What landed first loses lines: the tips of those that landed them, where they are known. The
 * base as it was stays in its own history. */
static enum wt_code pin_losers(struct wt_landing *l, const struct wt_event *ev,
			       struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(l->run);
	enum wt_code rc = WT_OK;

	if (!takes_last(l))
		return pin(l, l->task, &l->tip, err);
	for (size_t i = 0; !rc && i < ev->n_others; i++) {
		size_t task = wt_plan_find(&l->run->plan, ev->others[i]);

		if (task < l->run->plan.n_tasks && !wt_oid_is_zero(&s->tasks[task].tip))
			rc = pin(l, task, &s->tasks[task].tip, err);
	}
	return rc;
}

enum wt_code wt_land_note_decided(struct wt_landing *l, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_CONFLICT_DECIDED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .reason = strategy_of(l),
			       .tip = takes_last(l) ? l->base : l->tip,
			       .paths = l->decided.paths,
			       .n_paths = l->decided.n };
	enum wt_code rc;

	if (!l->decided.n)
		return WT_OK;
	ev.others = wt_land_others(l, ev.paths, ev.n_paths, &ev.n_others);
	for (size_t i = 0; i < l->decided.n; i++)
		ev.count += (int64_t)l->decided.hunks[i];
	rc = pin_losers(l, &ev, err);
	if (rc)
		return wt_wrap(err, "cannot pin what loses by merge.strategy = %s", ev.reason);
	rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	return wt_land_say(l,
			   "conflict decided by merge.strategy = %s: %s; the other side is %.12s",
			   ev.reason, list_of(l, ", ", SHOWN_IN_NOTE), wt_oid_hex(&ev.tip).hex);
}
