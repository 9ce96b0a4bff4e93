/* SPDX-License-Identifier: MIT */
/* Whose an attempt's folder is: the claim decides between a late shim and us. */

#include <stdio.h>

#include "drive.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/witness.h"
#include "wtorch/port/shim.h"

/* How long a claim may be seen half written, which only happens on a file system without links,
 * and how often it is looked at. */
#define CLAIM_WRITE_MS 1000
#define CLAIM_LOOK_MS  50

static bool parse_claim(const struct wt_buf *text, struct wt_proc_id *id)
{
	struct wt_str rest = { text->data, text->len }, pid, start, boot;

	if (!wt_str_next(&rest, " \n", &pid) || !wt_str_next(&rest, " \n", &start) ||
	    !wt_str_next(&rest, " \n", &boot) || !wt_text_parse_int(pid, &id->pid) ||
	    start.len >= sizeof id->start_time || boot.len >= sizeof id->boot_id)
		return false;
	snprintf(id->start_time, sizeof id->start_time, "%.*s", (int)start.len, start.data);
	snprintf(id->boot_id, sizeof id->boot_id, "%.*s", (int)boot.len, boot.data);
	return true;
}

/* Where a claim is not whole yet, it is a moment later, or its shim died before it could start
 * anything. WT_E_NOT_FOUND: nobody's. */
static enum wt_code read_claim(struct wt_drive *d, const char *claim, struct wt_proc_id *id,
			       struct wt_error *err)
{
	const struct wt_fs *fs = d->run->ports->fs;
	const struct wt_clock *clock = d->run->ports->clock;
	int64_t until = clock->mono_ms(clock->self) + CLAIM_WRITE_MS;
	struct wt_buf text = WT_BUF_INIT;
	bool whole = false;
	enum wt_code rc = WT_OK;

	for (;;) {
		bool ignored;

		wt_buf_reset(&text);
		rc = fs->read(fs->self, claim, 4096, &text, err);
		whole = text.len && text.data[text.len - 1] == '\n';
		if (rc || whole || clock->mono_ms(clock->self) >= until)
			break;
		rc = wt_drive_await(d, 0, CLAIM_LOOK_MS, &ignored, err);
		if (rc)
			break;
	}
	if (!rc && !(whole && parse_claim(&text, id) && id->pid > 0))
		rc = wt_fail(err, WT_E_NOT_FOUND, "'%s' names no process", claim);
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_claim_owner(struct wt_drive *d, const char *dir, struct wt_proc_id *id,
			    struct wt_error *err)
{
	const struct wt_fs *fs = d->run->ports->fs;
	const char *claim = wt_path_join(&d->run->arena, dir, WT_SHIM_CLAIM);
	enum wt_code rc = fs->create(fs->self, claim, WT_STR("0 0 settled\n"), err);

	if (rc == WT_E_EXISTS)
		return read_claim(d, claim, id, err);
	return rc ? wt_wrap(err, "cannot settle who owns '%s'", dir)
		  : wt_fail(err, WT_E_NOT_FOUND, "nobody owns '%s'", dir);
}

/* without waiting */

/* The claim that decides whether a process was started whose start has no record; NULL: none. */
static const char *open_claim(const struct wt_run *run, size_t task, struct wt_arena *a)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const char *dir = wt_run_agent_dir(run, task, a);

	if (s->has_open_intent && s->intent == WT_EV_AGENT_STARTING)
		return wt_path_join(a, dir, WT_SHIM_CLAIM);
	if (s->has_open_intent && s->intent == WT_EV_WORKTREE_PREPARING)
		return wt_path_join(a, wt_path_join(a, dir, "setup"), WT_SHIM_CLAIM);
	return NULL;
}

bool wt_witness_process(const struct wt_run *run, size_t task, struct wt_proc_id *id)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	const char *claim = open_claim(run, task, &a);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	*id = (struct wt_proc_id){ 0 };
	if (claim) {
		if (fs->read(fs->self, claim, 4096, &text, &ignored) != WT_OK ||
		    !parse_claim(&text, id))
			id->pid = 0;
		wt_buf_clear(&text);
	} else if (s->pid) {
		id->pid = s->pid;
		snprintf(id->start_time, sizeof id->start_time, "%s",
			 s->start_time ? s->start_time : "");
		snprintf(id->boot_id, sizeof id->boot_id, "%s", s->boot_id ? s->boot_id : "");
	}
	wt_arena_clear(&a);
	return id->pid > 0;
}

/* As wt_claim_owner: from now on no late shim can start anything there. */
static enum wt_code forestall(const struct wt_run *run, size_t task, struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	const char *claim = open_claim(run, task, &a);
	enum wt_code rc = WT_OK;

	if (claim)
		rc = fs->create(fs->self, claim, WT_STR("0 0 settled\n"), err);
	wt_arena_clear(&a);
	/* Without the folder there is nothing that a shim could have been told to start. */
	return rc == WT_E_EXISTS || rc == WT_E_NOT_FOUND ? WT_OK : rc;
}

static bool is_claimed(const struct wt_run *run, const char *dir, struct wt_arena *a)
{
	const struct wt_ports *p = run->ports;
	const char *claim = wt_path_join(a, dir, WT_SHIM_CLAIM);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_proc_id id = { 0 };
	struct wt_error ignored;
	bool is_alive;

	(void)!p->fs->create(p->fs->self, claim, WT_STR("0 0 settled\n"), &ignored);
	is_alive = p->fs->read(p->fs->self, claim, 4096, &text, &ignored) == WT_OK &&
		   parse_claim(&text, &id) && id.pid > 0 && p->proc->is_alive(p->proc->self, &id);
	wt_buf_clear(&text);
	return is_alive;
}

/* A gate that was begun: whoever has its folder or that of what its room needs first, and nobody
 * who comes late. */
static bool is_gate_left(const struct wt_run *run, const struct wt_gate_state *g)
{
	struct wt_arena a = { 0 };
	const char *dir = wt_path_join(&a, run->dir, g->dir);
	bool is_left = is_claimed(run, dir, &a);

	is_left = is_claimed(run, wt_path_join(&a, dir, "setup"), &a) || is_left;
	wt_arena_clear(&a);
	return is_left;
}

static size_t count_gates(const struct wt_run *run, const struct wt_judgment *j)
{
	size_t n = 0;

	for (size_t i = 0; j->gates && j->n_open && i < run->plan.n_gates; i++)
		if (j->gates[i].is_open && j->gates[i].dir)
			n += is_gate_left(run, &j->gates[i]);
	return n;
}

enum wt_code wt_run_count_left(const struct wt_run *run, size_t *n, struct wt_error *err)
{
	const struct wt_proc *p = run->ports->proc;
	enum wt_code rc = WT_OK;

	*n = run->place == WT_PLACE_ELSEWHERE ? 0
					      : count_gates(run, &wt_run_state(run)->base_judged);
	for (size_t i = 0; !rc && i < run->plan.n_tasks; i++) {
		const struct wt_task_state *t = &wt_run_state(run)->tasks[i];
		struct wt_proc_id id;

		if (run->place == WT_PLACE_ELSEWHERE)
			continue;
		*n += count_gates(run, &t->judged) + count_gates(run, &t->merging);
		if (!wt_state_is_living(t->state))
			continue;
		rc = forestall(run, i, err);
		*n += !rc && wt_witness_process(run, i, &id) && p->is_alive(p->self, &id);
	}
	return rc ? wt_wrap(err, "cannot see whether agents of run %s live", run->id) : WT_OK;
}
