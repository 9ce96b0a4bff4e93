/* SPDX-License-Identifier: MIT */
/* Runs on disk: listing them, and one that is open: reading and appending to its journal. */

#include "run_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"

#define MAX_DAMAGE 20u /* records that are left out and told one by one */

char *wt_runs_home(const struct wt_ports *ports, struct wt_arena *a)
{
	return wt_path_join(a, ports->git->repo.common_dir, "wtorch");
}

/* ids */

struct id_list {
	struct wt_arena *arena;
	const char **items;
	size_t len, cap;
};

bool wt_run_is_id(const char *name)
{
	static const char shape[] = "dddddddd-dddddd-xxxx";

	if (strlen(name) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		bool digit = name[i] >= '0' && name[i] <= '9';
		bool hex = digit || (name[i] >= 'a' && name[i] <= 'f');

		if ((shape[i] == 'd' && !digit) || (shape[i] == 'x' && !hex) ||
		    (shape[i] == '-' && name[i] != '-'))
			return false;
	}
	return true;
}

static bool collect_id(void *arg, const char *name, enum wt_file_kind kind)
{
	struct id_list *list = arg;

	if (kind == WT_FILE_FOLDER && wt_run_is_id(name))
		*WT_ARENA_PUSH(list->arena, list->items, list->len, list->cap) =
			wt_arena_strdup(list->arena, name);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum wt_code wt_runs_list(const struct wt_ports *ports, struct wt_arena *a, const char ***ids,
			  size_t *n, struct wt_error *err)
{
	struct id_list list = { .arena = a };
	const char *dir = wt_path_join(a, wt_runs_home(ports, a), "runs");
	enum wt_code rc = ports->fs->list(ports->fs->self, dir, collect_id, &list, err);

	if (rc == WT_E_NOT_FOUND)
		rc = WT_OK;
	if (list.len)
		qsort(list.items, list.len, sizeof *list.items, by_name);
	*ids = list.items;
	*n = list.len;
	return rc;
}

/* The id behind this one: one more in its last part, or the next minute of its clock. */
static void render_after(const char *id, char out[WT_RUN_ID_SIZE])
{
	unsigned long tail = strtoul(id + 16, NULL, 16);
	int64_t wall_ms = 0;
	char text[32];
	struct wt_buf b = WT_BUF_INIT;

	if (tail < 0xffff) {
		snprintf(out, WT_RUN_ID_SIZE, "%.16s%04lx", id, tail + 1);
		return;
	}
	snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", id, id + 4, id + 6, id + 9,
		 id + 11, id + 13);
	(void)!wt_text_parse_time(wt_str_of(text), &wall_ms);
	wt_text_render_time(&b, wall_ms + 1000);
	snprintf(out, WT_RUN_ID_SIZE, "%.4s%.2s%.2s-%.2s%.2s%.2s-0000", b.data, b.data + 5,
		 b.data + 8, b.data + 11, b.data + 14, b.data + 17);
	wt_buf_clear(&b);
}

void wt_runs_new_id(const struct wt_ports *ports, char out[WT_RUN_ID_SIZE])
{
	struct wt_buf b = WT_BUF_INIT;
	struct wt_arena scratch = { 0 };
	int64_t now = ports->clock->wall_ms(ports->clock->self);
	struct wt_error ignored;
	unsigned char r;
	const char *t, **ids;
	size_t n = 0;

	wt_text_render_time(&b, now);
	ports->proc->random(ports->proc->self, &r, 1);
	t = b.data; /* 2026-01-01T12:00:00Z */
	snprintf(out, WT_RUN_ID_SIZE, "%.4s%.2s%.2s-%.2s%.2s%.2s-%04x", t, t + 5, t + 8, t + 11,
		 t + 14, t + 17, (unsigned)(now % 1000) * 65 + r % 65u);
	wt_buf_clear(&b);
	if (wt_runs_list(ports, &scratch, &ids, &n, &ignored) == WT_OK && n &&
	    strcmp(ids[n - 1], out) >= 0)
		render_after(ids[n - 1], out);
	wt_arena_clear(&scratch);
}

/* opening */

struct wt_run *wt_run_new(const struct wt_ports *ports, const char *id)
{
	struct wt_run *run = wt_alloc(sizeof *run);
	char *home;

	run->ports = ports;
	run->damage.arena = &run->arena;
	run->config = wt_config_new();
	snprintf(run->id, sizeof run->id, "%s", id);
	home = wt_runs_home(ports, &run->arena);
	run->dir = wt_arena_printf(&run->arena, "%s/runs/%s", home, id);
	return run;
}

void wt_run_close(struct wt_run *run)
{
	if (!run)
		return;
	wt_sched_free(run->sched);
	wt_plan_clear(&run->plan);
	wt_config_free(run->config);
	if (run->journal)
		run->ports->journal->close(run->ports->journal->self, run->journal);
	wt_arena_clear(&run->arena);
	free(run);
}

/* The first record makes the plan, the configuration and the scheduler that all others fold
 * into. */
static enum wt_code take_plan(struct wt_run *run, const struct wt_event *ev, struct wt_error *err)
{
	struct wt_diags diags = { .arena = &run->arena };
	struct wt_budget budget;
	enum wt_code rc;

	if (ev->kind != WT_EV_RUN_PLANNED || !ev->plan)
		return wt_fail(err, WT_E_STATE, "run '%s' does not begin with a plan", run->id);
	if (ev->run && strcmp(ev->run, run->id) != 0)
		return wt_fail(err, WT_E_STATE, "the journal in '%s' belongs to run '%s'", run->dir,
			       ev->run);
	run->home = ev->path;
	rc = wt_plan_parse(&run->arena, ev->plan, &run->plan, err);
	if (rc)
		return wt_wrap(err, "cannot read the plan of run '%s'", run->id);
	if (ev->config)
		wt_config_load(run->config, ev->config, &diags);
	if (diags.errors)
		return wt_fail(err, WT_E_STATE, "cannot read the configuration of run '%s': %s",
			       run->id, diags.items[0].message);
	run->sched = wt_sched_new(&run->plan, wt_config_bool(run->config, "merge.auto"));
	wt_providers_build(&run->arena, run->config, &run->providers);
	wt_sched_set_providers(run->sched, &run->providers);
	wt_budget_build(run->config, &budget);
	wt_sched_set_budget(run->sched, &budget);
	return WT_OK;
}

/* Told with its line; a journal of which nothing fits is told by its first few. */
static enum wt_code leave_out(struct wt_run *run, size_t number, const char *why)
{
	struct wt_place at = { .path = "journal.jsonl", .line = number };

	if (run->damage.len < MAX_DAMAGE)
		wt_diags_add(&run->damage, WT_SEVERITY_WARNING, at, "record left out: %s", why);
	else if (run->damage.len == MAX_DAMAGE)
		wt_diags_add(&run->damage, WT_SEVERITY_WARNING, at,
			     "record left out, and maybe more behind it");
	return WT_OK;
}

/* A request may come too late, which is nobody's fault. */
static bool is_request(enum wt_event_kind kind)
{
	return kind == WT_EV_STOP_ASKED || kind == WT_EV_RETRY_ASKED || kind == WT_EV_MERGE_ASKED;
}

static void leave_out_illegal(struct wt_run *run, size_t number, const struct wt_event *ev)
{
	struct wt_buf why = WT_BUF_INIT;

	if (is_request(ev->kind))
		return;
	wt_buf_printf(&why, "'%s'", wt_event_name(ev->kind));
	if (ev->task)
		wt_buf_printf(&why, " of '%s'", ev->task);
	wt_buf_puts(&why, " does not follow from what stands before it");
	(void)!leave_out(run, number, why.data);
	wt_buf_clear(&why);
}

static enum wt_code apply(struct wt_run *run, const struct wt_event *ev, struct wt_error *err)
{
	const struct wt_clock *clock = run->ports->clock;
	enum wt_code rc = run->sched ? WT_OK : take_plan(run, ev, err);
	int64_t now;

	if (rc)
		return rc;
	now = clock->mono_ms(clock->self);
	wt_sched_set_clock(run->sched, now, clock->wall_ms(clock->self));
	wt_sched_apply(run->sched, ev, now);
	if (run->observe)
		run->observe(run->observe_arg, run, ev);
	return WT_OK;
}

/* What work is, and what was said of it. */
static bool is_drivers(enum wt_event_kind kind)
{
	return kind == WT_EV_AGENT_EXITED || kind == WT_EV_WORK_COMMITTED ||
	       kind == WT_EV_GATE_STARTING || kind == WT_EV_GATE_STARTED ||
	       kind == WT_EV_GATE_ENDED || kind == WT_EV_GATES_PASSED ||
	       kind == WT_EV_MERGE_JUDGING;
}

/* Each record of ours comes back once. */
static bool is_own(struct wt_run *run, uint64_t seq)
{
	for (size_t i = 0; i < sizeof run->own_seqs / sizeof *run->own_seqs; i++) {
		if (!seq || run->own_seqs[i] != seq)
			continue;
		run->own_seqs[i] = 0;
		return true;
	}
	return false;
}

static void expect(struct wt_run *run, uint64_t seq)
{
	size_t i = 0;

	while (i + 1 < sizeof run->own_seqs / sizeof *run->own_seqs && run->own_seqs[i])
		i++;
	run->own_seqs[i] = seq;
}

static enum wt_code refuse_forged(const struct wt_run *run, size_t number,
				  const struct wt_event *ev, struct wt_error *err)
{
	wt_fail(err, WT_E_STATE,
		"line %zu of the journal of run '%s', '%s', was not written by the wtorch that "
		"drives it: nothing lands by what somebody else says of it",
		number, run->id, wt_event_name(ev->kind));
	return wt_hint(err, "look at it, and take it out before: wtorch resume %s", run->id);
}

/* The document goes with the scratch arena: but for the first record, whose plan is borrowed, only
 * the texts of the event live as long as the run. */
static enum wt_code fold_line(void *arg, size_t number, struct wt_str text, struct wt_error *err)
{
	struct wt_run *run = arg;
	struct wt_arena scratch = { 0 }, *a = run->sched ? &scratch : &run->arena;
	const struct wt_json *doc = NULL;
	struct wt_event ev;
	size_t illegal = run->sched ? wt_run_state(run)->illegal : 0;
	enum wt_code rc = run->ports->reader->json(a, text, &doc, err);

	if (!rc)
		rc = wt_event_parse(a, doc, &ev, err);
	if (!rc && a == &scratch && ev.kind != WT_EV_NONE &&
	    !wt_state_is_noted(wt_run_state(run), &ev))
		rc = wt_event_parse(&run->arena, doc, &ev, err);
	if (!rc && !is_own(run, ev.seq) && run->is_driving && is_drivers(ev.kind)) {
		rc = refuse_forged(run, number, &ev, err);
	} else if (!rc) {
		rc = apply(run, &ev, err);
		if (!rc && wt_run_state(run)->illegal > illegal)
			leave_out_illegal(run, number, &ev);
	} else if (rc != WT_E_STATE) { /* that is of a newer version: hands off */
		rc = leave_out(run, number, err->msg);
	}
	wt_arena_clear(&scratch);
	return rc;
}

static bool find_folder(void *arg, const char *name, enum wt_file_kind kind)
{
	(void)name;
	*(bool *)arg = kind == WT_FILE_FOLDER;
	return !*(bool *)arg;
}

/* Tasks have folders: then a plan was there, and somebody has emptied the journal. */
static enum wt_code say_empty(const struct wt_run *run, struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	bool has_tasks = false;
	struct wt_error ignored;

	if (fs->list(fs->self, run->dir, find_folder, &has_tasks, &ignored) == WT_OK && has_tasks)
		return wt_fail(err, WT_E_STATE,
			       "the journal of run '%s' was emptied: nobody knows any more what "
			       "its tasks did",
			       run->id);
	return wt_fail(err, WT_E_NOT_FOUND, "run '%s' was never begun", run->id);
}

enum wt_code wt_run_refresh(struct wt_run *run, struct wt_error *err)
{
	const struct wt_journal *j = run->ports->journal;
	enum wt_code rc = j->read(j->self, run->journal, fold_line, run, err);

	/* The plan is the first line: one that is not whole was never begun. */
	if (!rc && !run->sched && !run->damage.len)
		return say_empty(run, err);
	if (!rc && !run->sched)
		return wt_fail(err, WT_E_STATE, "run '%s' has no readable plan%s%s", run->id,
			       run->damage.len ? ": " : "",
			       run->damage.len ? run->damage.items[0].message : "");
	return rc;
}

enum wt_code wt_run_note(struct wt_run *run, struct wt_event *ev, enum wt_durability durability,
			 struct wt_error *err)
{
	const struct wt_journal *j = run->ports->journal;
	size_t task = ev->task ? wt_plan_find(&run->plan, ev->task) : WT_MAP_NONE;
	enum wt_code rc;

	/* Every event of a task carries its batch, so that a journal can be read by waves. */
	if (task != WT_MAP_NONE)
		ev->batch = run->plan.tasks[task].batch;
	ev->seq = 0;
	rc = j->append(j->self, run->journal, ev, durability == WT_DURABLE, err);
	expect(run, ev->seq); /* it may be there although that failed */
	if (rc)
		return rc;
	/* It is noted by now: because of a read that failed once nobody may note something else. */
	rc = wt_run_refresh(run, err);
	return rc == WT_E_ENV ? wt_run_refresh(run, err) : rc;
}

enum wt_code wt_run_open_journal(struct wt_run *run, bool create, struct wt_error *err)
{
	const struct wt_journal *j = run->ports->journal;
	const char *path = wt_path_join(&run->arena, run->dir, "journal.jsonl");

	return j->open(j->self, path, create, &run->journal, err);
}

const struct wt_run_state *wt_run_state(const struct wt_run *run)
{
	return wt_sched_state(run->sched);
}

bool wt_run_is_driven(const struct wt_run *run)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_proc_id id = { .pid = s->orchestrator_pid };

	if (!id.pid || s->is_ended || s->is_stopped || !s->orchestrator_start || !s->boot_id ||
	    run->place == WT_PLACE_ELSEWHERE)
		return false;
	snprintf(id.start_time, sizeof id.start_time, "%s", s->orchestrator_start);
	snprintf(id.boot_id, sizeof id.boot_id, "%s", s->boot_id);
	return run->ports->proc->is_alive(run->ports->proc->self, &id);
}

/* every event */

struct telling {
	const struct wt_reader *reader;
	void (*event)(void *arg, const struct wt_event *ev);
	void *arg;
};

static enum wt_code tell_line(void *arg, size_t number, struct wt_str text, struct wt_error *err)
{
	const struct telling *t = arg;
	struct wt_arena a = { 0 };
	const struct wt_json *doc;
	struct wt_event ev;
	enum wt_code rc = t->reader->json(&a, text, &doc, err);

	(void)number;
	if (!rc)
		rc = wt_event_parse(&a, doc, &ev, err);
	if (!rc)
		t->event(t->arg, &ev);
	wt_arena_clear(&a);
	return rc == WT_E_STATE ? rc : WT_OK;
}

enum wt_code wt_run_each_event(struct wt_run *run,
			       void (*event)(void *arg, const struct wt_event *ev), void *arg,
			       struct wt_error *err)
{
	const struct wt_journal *j = run->ports->journal;
	struct telling t = { run->ports->reader, event, arg };
	struct wt_journal_file *file = NULL;
	/* A handle of its own, because a handle gives each record once. */
	enum wt_code rc = j->open(j->self, wt_path_join(&run->arena, run->dir, "journal.jsonl"),
				  false, &file, err);

	if (!rc)
		rc = j->read(j->self, file, tell_line, &t, err);
	j->close(j->self, file);
	return rc;
}

/* the lock of the repository */

enum wt_code wt_runs_lock(const struct wt_ports *ports, const char *run_id, int *handle,
			  struct wt_error *err)
{
	const struct wt_fs *fs = ports->fs;
	struct wt_arena a = { 0 };
	const char *home = wt_runs_home(ports, &a);
	const char *owner = wt_path_join(&a, home, "owner");
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_proc_id self;
	enum wt_code rc = fs->mkdirs(fs->self, home, err);

	if (rc == WT_E_EXISTS) {
		err->code = rc = WT_E_ENV;
		wt_hint(err, "put '%s' out of the way", home);
	}
	if (!rc)
		rc = fs->lock(fs->self, wt_path_join(&a, home, "lock"), false, handle, err);
	if (rc == WT_E_BUSY) {
		if (fs->read(fs->self, owner, 4096, &text, &ignored) == WT_OK)
			wt_fail(err, WT_E_BUSY, "another wtorch works on this repository (%.*s)",
				(int)strcspn(text.data, "\n"), text.data);
		wt_hint(err, "wtorch status");
	} else if (!rc) {
		ports->proc->self_id(ports->proc->self, &self);
		wt_buf_printf(&text, "pid %" PRId64 ", run %s\n", self.pid, run_id);
		rc = fs->replace(fs->self, owner, (struct wt_str){ text.data, text.len }, err);
		if (rc)
			fs->unlock(fs->self, *handle);
	}
	wt_buf_clear(&text);
	wt_arena_clear(&a);
	return rc;
}

void wt_runs_unlock(const struct wt_ports *ports, int handle)
{
	ports->fs->unlock(ports->fs->self, handle);
}
