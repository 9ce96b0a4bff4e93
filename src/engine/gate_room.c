/* SPDX-License-Identifier: MIT */
/* The rooms that gates work in: who shares one, its setup, and when it goes. */

#include <inttypes.h>
#include <string.h>

#include "asked.h"
#include "room.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/trust.h"

static bool join(bool *a, bool *b)
{
	bool is_new = *a != *b;

	*a = *b = *a || *b;
	return is_new;
}

/* The first of those that need each other, directly or not. One that also looks at another commit
 * is never in a room with others. */
static size_t group_of(const struct wt_drive *d, size_t gate)
{
	const struct wt_plan *plan = &d->run->plan;
	struct wt_arena scratch = { 0 };
	bool *is_in = wt_arena_alloc(&scratch, (plan->n_gates + 1) * sizeof *is_in), grows = true;
	size_t first = 0;

	if (d->keeper->gates.items[gate].kind == WT_GATE_REGRESSION) {
		wt_arena_clear(&scratch);
		return plan->n_gates + gate;
	}
	is_in[gate] = true;
	while (grows) {
		grows = false;
		for (size_t i = 0; i < plan->n_gates; i++)
			for (size_t k = 0; k < plan->gates[i].n_needs; k++)
				grows |= join(&is_in[i], &is_in[plan->gates[i].needs[k]]);
	}
	while (!is_in[first])
		first++;
	wt_arena_clear(&scratch);
	return first;
}

static size_t take_room(struct wt_drive *d)
{
	struct wt_gatekeeper *k = d->keeper;
	size_t i = 0;

	while (i < k->n_rooms && k->rooms[i].path)
		i++;
	if (i == k->n_rooms)
		(void)WT_ARENA_PUSH(&d->run->arena, k->rooms, k->n_rooms, k->cap_rooms);
	return i;
}

/* Beside the worktree of its task; of the base, of any. */
static const char *home_of(struct wt_drive *d, const struct wt_subject *of)
{
	const struct wt_plan *plan = &d->run->plan;
	const char *path = of->task == WT_MAP_NONE ? NULL
						   : wt_run_state(d->run)->tasks[of->task].worktree;

	for (size_t i = 0; !path && i < plan->n_tasks; i++)
		path = plan->tasks[i].worktree;
	return wt_path_dir(&d->run->arena, path ? path : d->run->ports->git->repo.common_dir);
}

size_t wt_gate_room(struct wt_drive *d, const struct wt_subject *of)
{
	struct wt_gatekeeper *k = d->keeper;
	struct wt_room new = { .task = of->task,
			       .when = of->when,
			       .group = group_of(d, of->gate) };
	struct wt_oid tree;
	struct wt_error ignored;
	size_t i;

	(void)!wt_gate_commit(d, of, &new.commit, &tree, &ignored);
	for (i = 0; i < k->n_rooms; i++) {
		const struct wt_room *r = &k->rooms[i];

		if (r->path && r->task == new.task && r->when == new.when &&
		    r->group == new.group &&wt_oid_is_equal(&r->commit, &new.commit))
			return i;
	}
	i = take_room(d);
	new.path = wt_room_path(d->run->ports, &d->run->arena, home_of(d, of), ++k->n_made);
	k->rooms[i] = new;
	return i;
}

/* setting up */

static const char *setup_dir(struct wt_drive *d, const struct wt_asked *q)
{
	return wt_path_join(&d->run->arena, q->dir, "setup");
}

static bool is_being_set_up(const struct wt_drive *d, size_t room)
{
	for (size_t i = 0; i < d->keeper->n_asked; i++) {
		const struct wt_asked *q = &d->keeper->asked[i];

		if (q->is_used && q->room == room &&
		    (q->phase == WT_ASKED_SETUP || q->phase == WT_ASKED_SETUP_SWEEP))
			return true;
	}
	return false;
}

/* What has to have been done in a room before a gate can judge in it: the setup, and the commands
 * that it needs, which have passed, but in a room that is gone, or on this tree long ago. NULL:
 * nothing. */
static const char *preparation(struct wt_drive *d, size_t gate, int64_t *more_ms)
{
	struct wt_run *run = d->run;
	const struct wt_gates *all = &d->keeper->gates;
	const char *setup = wt_config_text(run->config, "worktree.setup"), *line = NULL;
	struct wt_arena scratch = { 0 };
	bool *is_needed = wt_arena_alloc(&scratch, (all->n + 1) * sizeof *is_needed);
	struct wt_buf text = WT_BUF_INIT;

	if (setup && *setup)
		wt_buf_printf(&text, "( %s\n)", setup);
	is_needed[gate] = true;
	for (size_t i = gate + 1; i-- > 0;)
		for (size_t k = 0; is_needed[i] && k < all->items[i].n_needs; k++)
			is_needed[all->items[i].needs[k]] = true;
	for (size_t i = 0; i < gate; i++) {
		if (!is_needed[i] || all->items[i].kind != WT_GATE_COMMAND)
			continue;
		wt_buf_printf(&text, "%s( WTORCH_GATE=%s; export WTORCH_GATE\n%s\n)",
			      text.len ? " && " : "", all->items[i].name, all->items[i].command);
		*more_ms += all->items[i].timeout_ms;
	}
	if (text.len)
		line = wt_arena_strdup(&run->arena, text.data);
	wt_buf_clear(&text);
	wt_arena_clear(&scratch);
	return line;
}

/* Reports that came with the tree, of all that judge in the room. One that a command leaves for
 * those that need it stays. */
static void clear_reports(struct wt_drive *d, size_t room)
{
	for (size_t i = 0; i < d->run->plan.n_gates; i++)
		if (group_of(d, i) == d->keeper->rooms[room].group)
			wt_gate_clear_report(d, room, &d->keeper->gates.items[i]);
}

/* By what an agent has git go by now, the files in the room would not be those of the commit. */
static enum wt_code make(struct wt_drive *d, const struct wt_room *room, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_room_spec spec = { .path = room->path,
					   .commit = &room->commit,
					   .skips_hooks =
						   !wt_config_bool(run->config, "worktree.hooks") };
	const char *changed;
	enum wt_code rc;

	wt_trust_check(run, &run->arena, &changed);
	if (changed)
		return wt_fail(err, WT_E_STATE, "%s", changed);
	rc = wt_room_make(run->ports, &spec, err);
	return rc ? rc : wt_worktree_copy_included(run, room->path, err);
}

enum wt_code wt_gate_prepare(struct wt_drive *d, size_t asked, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_asked *q = &d->keeper->asked[asked];
	struct wt_room *room = &d->keeper->rooms[q->room];
	int64_t more_ms = 0;
	const char *setup = preparation(d, q->of.gate, &more_ms);
	enum wt_code rc;

	if (is_being_set_up(d, q->room)) {
		q->phase = WT_ASKED_WAITS;
		return WT_OK;
	}
	q->phase = WT_ASKED_WORKS;
	if (room->is_ready)
		return WT_OK;
	rc = make(d, room, err);
	if (!rc)
		clear_reports(d, q->room);
	room->is_ready = !rc && !setup;
	if (rc || room->is_ready)
		return rc;
	q->phase = WT_ASKED_SETUP;
	return wt_setup_start(
		run,
		&(struct wt_setup){
			.dir = setup_dir(d, q),
			.cwd = room->path,
			.command = setup,
			.instance = wt_arena_printf(&run->arena, "%s-%s-setup", run->id,
						    wt_path_base(room->path)),
			.own = wt_gate_variables(d, q),
			.more_ms = more_ms,
			.token = wt_token(WT_TOKEN_GATE, asked),
		},
		&q->shim, err);
}

/* All that wait for the room go on in it. */
static enum wt_code go_on(struct wt_drive *d, size_t room, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < d->keeper->n_asked; i++) {
		struct wt_asked *q = &d->keeper->asked[i];

		if (q->is_used && q->room == room && q->phase == WT_ASKED_WAITS)
			rc = wt_gate_start(d, i, err);
	}
	return rc;
}

/* It came to nothing: nobody is asked in it. */
static enum wt_code give_up(struct wt_drive *d, size_t room, enum wt_gate_verdict verdict,
			    const char *reason, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < d->keeper->n_asked; i++) {
		const struct wt_asked *q = &d->keeper->asked[i];

		if (q->is_used && q->room == room && q->phase == WT_ASKED_WAITS)
			rc = wt_gate_note_end(d, i, verdict, reason, err);
	}
	return rc;
}

enum wt_code wt_gate_set_up(struct wt_drive *d, size_t asked, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_asked *q = &d->keeper->asked[asked];
	size_t room = q->room;
	struct wt_agent_exit end;
	const char *reason;

	wt_agent_read_exit(run, setup_dir(d, q), &end);
	if (strcmp(end.reason, "lost") == 0 && q->phase == WT_ASKED_SETUP &&
	    wt_attempt_sweep(d, setup_dir(d, q), wt_token(WT_TOKEN_GATE, asked), &q->shim)) {
		q->phase = WT_ASKED_SETUP_SWEEP;
		return WT_OK;
	}
	q->phase = WT_ASKED_WAITS;
	if (strcmp(end.reason, "exit") == 0 && end.code == 0) {
		d->keeper->rooms[room].is_ready = true;
		return go_on(d, room, err);
	}
	if (strcmp(end.reason, "stopped") == 0 && q->is_told)
		return give_up(d, room, WT_SAYS_STOPPED, "stopped", err);
	reason = wt_arena_printf(&run->arena,
				 "what its worktree needs first ended with %s %" PRId64
				 ", its output is in %s/agent.log",
				 end.reason, end.signal ? end.signal : end.code, setup_dir(d, q));
	return give_up(d, room, WT_SAYS_ERROR, reason, err);
}

/* leaving */

static bool is_in_use(const struct wt_drive *d, size_t room)
{
	for (size_t i = 0; i < d->keeper->n_asked; i++)
		if (d->keeper->asked[i].is_used && d->keeper->asked[i].room == room)
			return true;
	return false;
}

/* One of its gates is open, or may be asked yet. */
static bool is_needed(const struct wt_drive *d, const struct wt_room *room, size_t index)
{
	const struct wt_plan *plan = &d->run->plan;
	struct wt_subject of = { room->task, room->when, 0 };
	const struct wt_judgment *j = wt_gate_judgment(d, &of);

	if (is_in_use(d, index))
		return true;
	for (size_t i = 0; j->gates && i < plan->n_gates; i++) {
		const struct wt_gate_state *g = &j->gates[i];

		if (g->is_asked && !g->is_open && (!g->verdict || g->verdict == WT_SAYS_STOPPED) &&
		    group_of(d, i) == room->group && !wt_judgment_blocker(plan, j, i))
			return true;
	}
	return false;
}

void wt_gate_leave_rooms(struct wt_drive *d, const struct wt_subject *of, bool all)
{
	for (size_t i = 0; i < d->keeper->n_rooms; i++) {
		struct wt_room *room = &d->keeper->rooms[i];

		if (!room->path || room->task != of->task || room->when != of->when ||
		    (!all && is_needed(d, room, i)))
			continue;
		wt_room_remove(d->run->ports, room->path);
		*room = (struct wt_room){ 0 };
	}
}

void wt_gates_end(struct wt_drive *d)
{
	for (size_t i = 0; i < d->keeper->n_rooms; i++) {
		struct wt_room *room = &d->keeper->rooms[i];

		if (!room->path || is_in_use(d, i))
			continue;
		wt_room_remove(d->run->ports, room->path);
		*room = (struct wt_room){ 0 };
	}
}
