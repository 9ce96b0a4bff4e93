/* SPDX-License-Identifier: MIT */
/* Gates that an orchestrator before us had asked: the living are adopted, the word of those that
 * ended is read, the lost are asked again. */

#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "room.h"
#include "wtorch/base/path.h"

/* The room that its record names, as far as it is there. */
static size_t take_room(struct wt_drive *d, const struct wt_subject *of, const char *path)
{
	size_t room = wt_gate_room(d, of);

	path = path ? wt_room_find(d->run->ports, &d->run->arena, path) : NULL;
	if (path) {
		d->keeper->rooms[room].path = path;
		d->keeper->rooms[room].is_ready = true;
	}
	return room;
}

/* Its program was started: it is watched until it ends, or its end is read at once. */
static enum wt_code adopt(struct wt_drive *d, const struct wt_subject *of, const char *dir,
			  const struct wt_proc_id *id, struct wt_error *err)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_gate_state *g = &wt_gate_judgment(d, of)->gates[of->gate];
	size_t asked = wt_gate_take(d, of), room = take_room(d, of, g->path);
	struct wt_asked *q = &d->keeper->asked[asked];
	struct wt_event ev = wt_gate_event(d, of, WT_EV_GATE_STARTED);
	enum wt_code rc;

	q->room = room;
	q->dir = dir;
	q->slot = wt_attempt_free_slot(d);
	q->phase = WT_ASKED_WORKS;
	q->shim = *id;
	if (!g->pid) {
		ev.pid = id->pid;
		ev.start_time = id->start_time;
		ev.boot_id = id->boot_id;
		if (wt_run_note(d->run, &ev, WT_DURABLE, err))
			return err->code;
	}
	rc = p->watch(p->self, id, wt_token(WT_TOKEN_GATE, asked), err);
	if (rc == WT_E_NOT_FOUND)
		return wt_gate_exited(d, asked, err);
	q->is_watched = !rc && p->is_alive(p->self, id);
	return rc;
}

static enum wt_code settle(struct wt_drive *d, const struct wt_subject *of, struct wt_error *err)
{
	const struct wt_gate_state *g = &wt_gate_judgment(d, of)->gates[of->gate];
	const char *dir = g->dir ? wt_path_join(&d->run->arena, d->run->dir, g->dir) : NULL;
	struct wt_gate_result lost = { .verdict = WT_SAYS_STOPPED,
				       .reason = "it had not begun",
				       .score_milli = -1,
				       .coverage_milli = -1 };
	struct wt_proc_id id = { 0 };
	enum wt_code rc = dir && !d->keeper->is_odd ? wt_claim_owner(d, dir, &id, err)
						    : WT_E_NOT_FOUND;

	if (!rc)
		return adopt(d, of, dir, &id, err);
	if (rc != WT_E_NOT_FOUND)
		return rc;
	/* Nobody can start in that folder any more. A setup command may be at work in its room. */
	if (dir && !wt_recover_end_setup(d, wt_path_join(&d->run->arena, dir, "setup")))
		lost.reason = "its setup command could not be ended, its worktree is left alone";
	return wt_gate_note(d, of, &lost, g->dir, 0, err);
}

static enum wt_code settle_all(struct wt_drive *d, struct wt_subject of, struct wt_error *err)
{
	const struct wt_judgment *j = wt_gate_judgment(d, &of);
	enum wt_code rc = WT_OK;

	for (of.gate = 0; !rc && j->gates && of.gate < d->run->plan.n_gates; of.gate++)
		if (j->gates[of.gate].is_open && d->n_signals < 2)
			rc = settle(d, &of, err);
	return rc;
}

static bool is_wanted(void *arg, const char *name)
{
	const struct wt_drive *d = arg;

	for (size_t i = 0; i < d->keeper->n_rooms; i++)
		if (d->keeper->rooms[i].path &&
		    strcmp(wt_path_base(d->keeper->rooms[i].path), name) == 0)
			return true;
	return false;
}

enum wt_code wt_gates_settle(struct wt_drive *d, struct wt_error *err)
{
	enum wt_code rc = settle_all(d, (struct wt_subject){ .task = WT_MAP_NONE }, err);

	for (size_t i = 0; !rc && i < d->run->plan.n_tasks; i++) {
		rc = settle_all(d, (struct wt_subject){ i, WT_GATE_TASK, 0 }, err);
		if (!rc)
			rc = settle_all(d, (struct wt_subject){ i, WT_GATE_MERGED, 0 }, err);
	}
	if (!rc)
		wt_room_sweep(d->run->ports, is_wanted, d);
	return rc;
}
