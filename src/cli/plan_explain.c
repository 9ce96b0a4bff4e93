/* SPDX-License-Identifier: MIT */
/* Everything that is known of one task of a plan, and where from. */

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "planning.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/base/path.h"

#define INDENT    12u
#define MAX_NAMED 8u /* tasks on one line */
#define MAX_PATHS 3u

struct explaining {
	const struct wt_cli *cli;
	const struct wt_planning *planning;
	const struct wt_plan *plan;
	const struct wt_plan_task *t;
	const struct wt_task *read; /* as its source has it, before the plan filled anything in */
	size_t task;
	struct wt_buf *out;
	const char *last; /* the label of the line before */
};

/* A label, and behind it text in lines as wide as the terminal. */
static void put_text(struct explaining *e, const char *label, const char *text)
{
	const struct wt_ui *ui = &e->cli->ui;
	struct wt_buf safe = WT_BUF_INIT;
	struct wt_str rest, word;
	size_t at = INDENT;
	bool is_first = true;

	wt_text_render_safe(&safe, wt_str_of(text));
	rest = (struct wt_str){ safe.data, safe.len };
	wt_buf_printf(e->out, " %-*s", (int)INDENT - 1,
		      e->last && strcmp(e->last, label) == 0 ? "" : label);
	e->last = label;
	while (wt_str_next(&rest, " ", &word)) {
		size_t width = ui->width(word);

		if (!is_first && at + 1 + width > (size_t)ui->columns) {
			wt_buf_printf(e->out, "\n%*s", (int)INDENT, "");
			at = INDENT;
		} else if (!is_first) {
			wt_buf_putc(e->out, ' ');
			at++;
		}
		wt_buf_add(e->out, word.data, word.len);
		at += width;
		is_first = false;
	}
	wt_buf_putc(e->out, '\n');
	wt_buf_clear(&safe);
}

static void put(struct explaining *e, const char *label, const char *fmt, ...) WT_PRINTF(3, 4);

static void put(struct explaining *e, const char *label, const char *fmt, ...)
{
	struct wt_buf text = WT_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	put_text(e, label, text.data);
	wt_buf_clear(&text);
}

static const char *id_of(const struct explaining *e, size_t task)
{
	return e->plan->tasks[task].task.id;
}

/* where it was written, and what became of it */

static void put_source(struct explaining *e)
{
	for (size_t i = 0; i < wt_plan_count_parts(e->plan, e->task); i++) {
		const struct wt_task part = wt_plan_part(e->plan, e->task, i);
		const struct wt_task_source *s = &part.source;

		if (e->t->n_parts)
			put(e, "made of", "%s: %s", part.id, part.title);
		if (s->path)
			put(e, "written", "%s:%zu (%s)", s->path, s->line,
			    wt_grammar_name(s->grammar));
		if (s->issue)
			put(e, "issue", "%s#%s", s->repo ? s->repo : "", s->issue);
		if (s->id)
			put(e, "there", "its id is %s", s->id);
	}
	put(e, "status", "%s%s", wt_task_status_name(e->t->task.status),
	    e->t->task.status == WT_TASK_PLANNED ? "" : ": only planned tasks are run");
}

static void put_wave(struct explaining *e)
{
	const struct wt_plan_task *t = e->t;

	if (!t->is_selected)
		put(e, "runs", "no: not selected");
	else if (t->skip)
		put(e, "runs", "no: %s", t->skip);
	else if (t->reason)
		put(e, "runs", "in wave %zu of %zu: %s", t->batch, e->plan->n_batches, t->reason);
	else
		put(e, "runs", "in wave %zu of %zu: nothing holds it up", t->batch,
		    e->plan->n_batches);
	if (t->task.defect)
		put(e, "defect", "%s", t->task.defect);
	if (t->runs_alone)
		put(e, "runs", "alone: %s",
		    t->task.is_alone   ? "its source says so"
		    : t->files_unknown ? "its files are unknown (plan.unknown)"
				       : "its patterns match too much");
}

/* what it is */

static void put_labels(struct explaining *e)
{
	struct wt_buf b = WT_BUF_INIT;

	for (size_t i = 0; i < e->t->task.n_labels; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : "", e->t->task.labels[i]);
	if (b.len)
		put_text(e, "labels", b.data);
	wt_buf_clear(&b);
}

static void put_kind(struct explaining *e)
{
	const struct wt_task *t = &e->t->task;

	if (t->type)
		put(e, "type", "%s: %s", wt_task_type_name(t->type),
		    t->type_why ? t->type_why : "declared");
	if (t->priority)
		put(e, "priority", "%s", t->priority);
	if (t->has_order)
		put(e, "order", "%" PRId64, t->order);
	if (wt_level_name(t->risk))
		put(e, "risk", "%s", wt_level_name(t->risk));
	if (wt_level_name(t->complexity))
		put(e, "complexity", "%s", wt_level_name(t->complexity));
	if (t->is_critical)
		put(e, "critical", "yes: when it fails, nothing new starts");
	if (t->is_read_only)
		put(e, "access", "read_only: its changes do not land");
	put_labels(e);
}

static void put_files(struct explaining *e)
{
	const struct wt_task *t = &e->t->task;

	for (size_t i = 0; i < t->n_files; i++)
		put(e, "files", "%s  (%s)", t->files[i].path, wt_file_from_name(t->files[i].from));
	if (t->n_files == 0)
		put(e, "files", t->is_read_only ? "none" : "unknown: nothing names any");
}

/* whom it has to do with */

static bool is_written(const struct explaining *e, size_t needed)
{
	const struct wt_task *t = &e->t->task;

	for (size_t i = 0; i < t->n_depends; i++) {
		if (wt_plan_find(e->plan, t->depends_on[i]) == needed)
			return true;
	}
	return false;
}

/* What the task needs without saying so. */
static void put_planner_needs(struct explaining *e)
{
	for (size_t i = 0; i < e->t->n_needs; i++) {
		const struct wt_plan_task *o = &e->plan->tasks[e->t->needs[i]];

		/* An id may be written in another way, "7" for "007". */
		if (e->t->n_needs > e->t->task.n_depends && !is_written(e, e->t->needs[i]))
			put(e, "needs", "%s, in wave %zu: %s (the planner says so)", o->task.id,
			    o->batch, o->task.title);
	}
}

static void put_needs(struct explaining *e)
{
	const struct wt_task *t = &e->t->task;

	for (size_t i = 0; i < t->n_depends; i++) {
		size_t other = wt_plan_find(e->plan, t->depends_on[i]);
		const struct wt_plan_task *o = other == WT_MAP_NONE ? NULL : &e->plan->tasks[other];

		if (!o)
			put(e, "needs", "%s, which is not among the tasks", t->depends_on[i]);
		else if (o->batch)
			put(e, "needs", "%s, in wave %zu: %s", o->task.id, o->batch, o->task.title);
		else
			put(e, "needs", "%s, %s: %s", o->task.id,
			    o->task.status == WT_TASK_PLANNED
				    ? o->is_selected ? "skipped" : "not selected"
				    : wt_task_status_name(o->task.status),
			    o->task.title);
	}
	put_planner_needs(e);
	for (size_t i = 0; i < e->t->n_dependents; i++)
		put(e, "needed by", "%s, in wave %zu: %s", id_of(e, e->t->dependents[i]),
		    e->plan->tasks[e->t->dependents[i]].batch,
		    e->plan->tasks[e->t->dependents[i]].task.title);
}

static bool is_of(const struct wt_conflict *c, size_t task)
{
	for (size_t i = 0; i < c->n_tasks; i++) {
		if (c->tasks[i] == task)
			return true;
	}
	return false;
}

static void name_others(const struct explaining *e, const struct wt_conflict *c, struct wt_buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_tasks; i++) {
		if (c->tasks[i] == e->task || n++ >= MAX_NAMED)
			continue;
		wt_buf_printf(b, "%s%s", n > 1 ? ", " : "", id_of(e, c->tasks[i]));
	}
	if (n > MAX_NAMED)
		wt_buf_printf(b, " and %zu more", n - MAX_NAMED);
}

static void put_conflict(struct explaining *e, const struct wt_conflict *c)
{
	struct wt_buf b = WT_BUF_INIT;

	wt_buf_puts(&b, "with ");
	name_others(e, c, &b);
	for (size_t i = 0; i < c->n_paths && i < MAX_PATHS; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : " over ", c->paths[i]);
	if (c->n_paths > MAX_PATHS)
		wt_buf_printf(&b, " and %zu more", c->n_paths - MAX_PATHS);
	wt_buf_printf(&b, " (%s)", wt_file_from_name(c->certainty));
	if (c->kind == WT_CONFLICT_DEPENDENCY)
		wt_buf_puts(&b, ": they wait for each other anyway");
	else if (c->is_loose)
		wt_buf_puts(&b, ": allowed to run together");
	put_text(e, "conflicts", b.data);
	wt_buf_clear(&b);
}

static void put_locks(struct explaining *e)
{
	const struct wt_plan *plan = e->plan;

	for (size_t i = 0; i < plan->n_conflicts; i++) {
		if (is_of(&plan->conflicts[i], e->task))
			put_conflict(e, &plan->conflicts[i]);
	}
	for (size_t i = 0; i < e->t->n_locks; i++) {
		size_t lock = e->t->locks[i], room = plan->lock_room ? plan->lock_room[lock] : 1;
		const char *name = plan->lock_names[lock];

		if (name[0] && room == 1)
			put(e, "locks", "%s: one at a time", name);
		else if (name[0])
			put(e, "locks", "%s: %zu at once", name, room);
	}
	for (size_t i = 0; i < e->t->n_lanes; i++)
		put(e, "batches", "of %s: the one before has to end first",
		    plan->lane_names[e->t->lanes[i]]);
}

/* what it takes */

static const char *estimate_text(enum wt_estimate_from from)
{
	switch (from) {
	case WT_ESTIMATE_DECLARED:
		return "declared";
	case WT_ESTIMATE_HISTORY:
		return "what similar tasks of past runs took";
	case WT_ESTIMATE_PLANNER:
		return "by the planner command";
	case WT_ESTIMATE_UNKNOWN:
		break;
	}
	return "a guess to order by: nobody estimated it";
}

static void put_weight(struct explaining *e)
{
	struct wt_buf weight = WT_BUF_INIT, path = WT_BUF_INIT;
	bool is_critical = false;

	wt_plan_put_effort(&weight, e->t->weight_s);
	wt_plan_put_effort(&path, e->t->path_s);
	for (size_t i = 0; i < e->plan->n_critical; i++)
		is_critical |= e->plan->n_critical > 1 && e->plan->critical_path[i] == e->task;
	put(e, "estimate", "%s (%s)", weight.data, estimate_text(e->t->estimate_from));
	put(e, "path", "%s with all that wait for it%s", path.data,
	    is_critical ? ": on the longest path" : "");
	wt_buf_clear(&weight);
	wt_buf_clear(&path);
}

/* who does it, and where: which key decided */

static void put_key(struct explaining *e, const char *label, const char *value, const char *key)
{
	struct wt_place place = { 0 };
	enum wt_layer layer = wt_config_layer(e->cli->config, key, &place);

	if (place.path && place.line)
		put(e, label, "%s  (%s, %s:%zu)", value, key, place.path, place.line);
	else
		put(e, label, "%s  (%s, %s)", value, key, wt_layer_name(layer));
}

static const char *named_key(const struct explaining *e, const char *section, const char *name,
			     const char *key)
{
	return wt_arena_printf((struct wt_arena *)&e->cli->arena, "%s.%s.%s", section, name, key);
}

/* The agent that its complexity gives it, and what that is from. */
static void put_complexity(struct explaining *e, const char *key)
{
	struct wt_buf why = WT_BUF_INIT;
	enum wt_level level = wt_task_complexity(&e->t->task, &why);

	if (!e->t->task.complexity)
		put(e, "complexity", "%s  (%s)", wt_level_name(level), why.data);
	put_key(e, "agent", e->t->agent, key);
	wt_buf_clear(&why);
}

static void put_agent(struct explaining *e)
{
	const struct wt_config *c = e->cli->config;
	const char *agent = e->t->agent, *template = e->t->task.template;
	const char *by_complexity = wt_complexity_key(wt_task_complexity(&e->t->task, NULL));
	bool has_template = template && wt_config_has_name(c, "template", template);

	if (template && e->read->template)
		put(e, "template", "%s  (its source)", template);
	else if (template && wt_config_text(c, "run.template"))
		put_key(e, "template", template, "run.template");
	else if (template)
		put(e, "template", "%s  (its type)", template);
	if (!agent)
		return;
	if (e->read->agent)
		put(e, "agent", "%s  (its source)", agent);
	else if (has_template && wt_config_named_text(c, "template", template, "agent"))
		put_key(e, "agent", agent, named_key(e, "template", template, "agent"));
	else if (wt_config_text(c, by_complexity))
		put_complexity(e, by_complexity);
	else if (wt_config_text(c, "run.agent"))
		put_key(e, "agent", agent, "run.agent");
	else
		put(e, "agent", "%s  (the only one that is configured)", agent);
	if (e->t->model && !e->t->task.model)
		put_key(e, "model", e->t->model,
			has_template && wt_config_named_text(c, "template", template, "model")
				? named_key(e, "template", template, "model")
				: by_complexity);
	else if (e->t->model)
		put(e, "model", "%s  (its source)", e->t->model);
	else if (wt_config_has_name(c, "agent", agent) &&
		 wt_config_named_text(c, "agent", agent, "model"))
		put_key(e, "model", wt_config_named_text(c, "agent", agent, "model"),
			named_key(e, "agent", agent, "model"));
}

static void put_places(struct explaining *e)
{
	struct wt_arena scratch = { 0 };

	if (e->t->branch && e->read->branch)
		put(e, "branch", "%s  (its source)", e->t->branch);
	else if (e->t->branch)
		put_key(e, "branch", e->t->branch, "worktree.branch");
	if (e->t->worktree)
		put_key(e, "worktree",
			wt_path_relative(&scratch, e->plan->repo_top, e->t->worktree),
			"worktree.path");
	wt_arena_clear(&scratch);
}

static void put_criteria(struct explaining *e)
{
	for (size_t i = 0; i < e->t->task.n_criteria; i++)
		put_text(e, "criteria", e->t->task.criteria[i]);
}

void wt_plan_explain(const struct wt_cli *cli, const struct wt_planning *p, size_t task,
		     struct wt_buf *out)
{
	const struct wt_plan_task *t = &p->plan.tasks[task];
	struct explaining e = { .cli = cli,
				.planning = p,
				.plan = &p->plan,
				.t = t,
				.read = task < p->tasks.len ? &p->tasks.items[task] : &t->task,
				.task = task,
				.out = out };

	wt_text_render_safe(
		out, wt_str_of(wt_plan_label((struct wt_arena *)&cli->arena, &p->plan, task)));
	wt_buf_puts(out, "  ");
	wt_text_render_safe(out, wt_str_of(t->task.title));
	wt_buf_puts(out, "\n\n");
	put_source(&e);
	put_wave(&e);
	put_kind(&e);
	put_files(&e);
	put_needs(&e);
	put_locks(&e);
	if (t->batch)
		put_weight(&e);
	put_agent(&e);
	put_places(&e);
	put_criteria(&e);
}

/* who can go together */

struct pairing {
	struct explaining e;
	struct wt_buf line;
	size_t first, n;
};

static void end_line(struct pairing *p)
{
	if (p->line.len)
		put_text(&p->e, id_of(&p->e, p->first), p->line.data);
	wt_buf_reset(&p->line);
	p->e.last = NULL;
}

static void take_pair(void *arg, size_t a, size_t b)
{
	struct pairing *p = arg;

	if (a != p->first)
		end_line(p);
	p->first = a;
	p->n++;
	wt_buf_printf(&p->line, "%s%s", p->line.len ? ", " : "with ", id_of(&p->e, b));
}

void wt_plan_show_pairs(const struct wt_cli *cli, const struct wt_plan *plan, struct wt_buf *out)
{
	struct pairing p = { .e = { .cli = cli, .plan = plan, .out = out }, .line = WT_BUF_INIT };

	wt_buf_puts(out, "\ncan go together\n");
	if (!wt_plan_each_pair(plan, take_pair, &p))
		wt_buf_puts(out, " too many tasks to show them two by two\n");
	else if (p.n == 0)
		wt_buf_puts(out, " no two tasks\n");
	end_line(&p);
	wt_buf_clear(&p.line);
}
