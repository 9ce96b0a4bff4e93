/* SPDX-License-Identifier: MIT */
/* Reads a whole plan back from its document, believing nothing that it can check. */

#include <string.h>

#include "planner.h"
#include "plan_json.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/base/text.h"
#include "wtorch/core/workstream.h"

const char *const plan_conflict_names[4] = { "same_file", "dependency", "co_change", "declared" };
const char *const plan_mode_names[3] = { "parallel", "batch", "sequential" };
const char *const plan_estimate_names[4] = { "unknown", "declared", "history", "planner" };

struct reading {
	struct wt_arena *arena;
	struct wt_plan *plan;
	const char *fault; /* the first thing that is wrong */
};

static bool refuse(struct reading *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
	return false;
}

static const char *text(struct reading *r, const struct wt_json *o, const char *name)
{
	return wt_arena_strdup(r->arena, wt_json_text(o, name, NULL));
}

static bool take_size(struct reading *r, const struct wt_json *v, size_t limit, size_t *out)
{
	if (!v || v->kind != WT_JSON_NUMBER || !(v->number >= 0) || v->number >= (double)limit)
		return refuse(r, "a number is out of range");
	*out = (size_t)v->number;
	return true;
}

/* The number of that name, 0 when it is absent or null. */
static size_t size_of(struct reading *r, const struct wt_json *o, const char *name, size_t limit)
{
	const struct wt_json *v = wt_json_find(o, name);
	size_t n = 0;

	if (v && v->kind != WT_JSON_NULL)
		take_size(r, v, limit, &n);
	return n;
}

static const struct wt_json *list_of(const struct wt_json *o, const char *name, size_t *n)
{
	const struct wt_json *list = wt_json_find(o, name);

	*n = wt_json_count(list);
	return *n ? list->child : NULL;
}

static const char **take_strings(struct reading *r, const struct wt_json *o, const char *name,
				 size_t *n)
{
	const struct wt_json *item = list_of(o, name, n);
	const char **out = *n ? wt_arena_alloc(r->arena, *n * sizeof *out) : NULL;

	for (size_t i = 0; item; item = item->next, i++) {
		if (item->kind != WT_JSON_STRING)
			refuse(r, "a list of texts holds something else");
		out[i] = wt_arena_strdup(r->arena, item->string ? item->string : "");
	}
	return out;
}

/* Numbers below limit. */
static size_t *take_numbers(struct reading *r, const struct wt_json *o, const char *name,
			    size_t limit, size_t *n)
{
	const struct wt_json *item = list_of(o, name, n);
	size_t *out = *n ? wt_arena_alloc(r->arena, *n * sizeof *out) : NULL;

	for (size_t i = 0; item; item = item->next, i++) {
		if (!take_size(r, item, limit, &out[i]))
			break;
	}
	return out;
}

static size_t *take_ascending(struct reading *r, const struct wt_json *o, const char *name,
			      size_t limit, size_t *n)
{
	size_t *out = take_numbers(r, o, name, limit, n);

	for (size_t i = 1; i < *n && !r->fault; i++) {
		if (out[i] <= out[i - 1])
			refuse(r, "a list of numbers is not ascending");
	}
	return out;
}

/* Ids of tasks that run or are in a cycle. */
static size_t *take_ids(struct reading *r, const struct wt_json *list, size_t *n)
{
	const struct wt_json *item;
	size_t *out;

	*n = wt_json_count(list);
	out = *n ? wt_arena_alloc(r->arena, *n * sizeof *out) : NULL;
	item = *n ? list->child : NULL;
	for (size_t i = 0; item; item = item->next, i++) {
		const char *id = item->kind == WT_JSON_STRING ? item->string : NULL;

		out[i] = wt_map_find(&r->plan->by_id, id);
		if (out[i] == WT_MAP_NONE) {
			refuse(r, "it speaks of a task that it does not have");
			out[i] = 0;
		}
	}
	return out;
}

static size_t find_name(struct reading *r, const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (name && strcmp(names[i], name) == 0)
			return i;
	}
	refuse(r, "it has a word that this version does not know");
	return 0;
}

/* Tasks */

static void take_files(struct reading *r, const struct wt_json *o, struct wt_task *t)
{
	const struct wt_json *item = list_of(o, "files", &t->n_files);

	t->cap_files = t->n_files;
	t->files = t->n_files ? wt_arena_alloc(r->arena, t->n_files * sizeof *t->files) : NULL;
	for (size_t i = 0; item; item = item->next, i++) {
		const char *path = text(r, item, "path");

		t->files[i].path = path ? path : "";
		if (!path || !wt_path_is_tame(wt_str_of(path)) ||
		    !wt_file_from_parse(wt_str_of(wt_json_text(item, "from", "")),
					&t->files[i].from))
			refuse(r, "a file of a task is none");
	}
}

static void take_level(struct reading *r, const struct wt_json *o, const char *name,
		       enum wt_level *out)
{
	const char *word = wt_json_text(o, name, NULL);

	if (word && !wt_level_parse(wt_str_of(word), out))
		refuse(r, "a risk or complexity is unknown");
}

static void take_source(struct reading *r, const struct wt_json *o, struct wt_task_source *s)
{
	const char *grammar = wt_json_text(o, "grammar", "roadmap");

	if (!wt_grammar_parse_name(wt_str_of(grammar), &s->grammar))
		refuse(r, "a source's grammar is unknown");
	s->path = text(r, o, "path");
	s->line = size_of(r, o, "line", SIZE_MAX >> 12);
	s->issue = text(r, o, "issue");
	s->repo = text(r, o, "repo");
	s->id = text(r, o, "id");
}

static bool is_number(const struct wt_json *o, const char *name)
{
	const struct wt_json *v = wt_json_find(o, name);

	return v && v->kind == WT_JSON_NUMBER;
}

static void take_task(struct reading *r, const struct wt_json *o, struct wt_task *t)
{
	const char *type = wt_json_text(o, "type", NULL);

	t->id = wt_arena_strdup(r->arena, wt_json_text(o, "id", ""));
	t->title = wt_arena_strdup(r->arena, wt_json_text(o, "title", ""));
	t->body = wt_arena_strdup(r->arena, wt_json_text(o, "body", ""));
	if (!wt_text_is_id(wt_str_of(t->id)))
		refuse(r, "a task has no id that could be one");
	if (!wt_task_status_parse(wt_str_of(wt_json_text(o, "status", "")), &t->status))
		refuse(r, "the status of a task is unknown");
	if (type && !wt_task_type_parse(wt_str_of(type), &t->type))
		refuse(r, "the type of a task is unknown");
	take_files(r, o, t);
	t->depends_on = take_strings(r, o, "depends_on", &t->n_depends);
	t->conflicts_with = take_strings(r, o, "conflicts_with", &t->n_conflicts_with);
	t->cap_conflicts_with = t->n_conflicts_with;
	t->criteria = take_strings(r, o, "criteria", &t->n_criteria);
	t->cap_depends = t->n_depends;
	t->cap_criteria = t->n_criteria;
	t->labels = take_strings(r, o, "labels", &t->n_labels);
	t->cap_labels = t->n_labels;
	t->has_order = is_number(o, "order");
	t->order = wt_json_int(o, "order", 0);
	t->priority = text(r, o, "priority");
	t->estimate_s = wt_json_int(o, "estimate_s", -1);
	take_level(r, o, "risk", &t->risk);
	take_level(r, o, "complexity", &t->complexity);
	t->is_critical = wt_json_bool(o, "critical", false);
	t->is_read_only = strcmp(wt_json_text(o, "access", ""), "read_only") == 0;
	t->is_alone = !wt_json_bool(o, "parallel", true);
	t->type_why = text(r, o, "type_why");
	t->agent = text(r, o, "asked_agent");
	t->model = text(r, o, "asked_model");
	t->template = text(r, o, "template");
	t->branch = text(r, o, "asked_branch");
	t->defect = text(r, o, "defect");
	take_source(r, wt_json_find(o, "source"), &t->source);
}

static int64_t take_weight(struct reading *r, const struct wt_json *o, const char *name,
			   int64_t limit)
{
	int64_t n = wt_json_int(o, name, -1);

	if (n < 0 || n > limit)
		refuse(r, "the weight of a task is out of range");
	return n;
}

static const char *take_worktree(struct reading *r, const struct wt_json *o)
{
	const char *path = wt_json_text(o, "worktree", NULL);

	if (!path)
		return NULL;
	if (r->plan->repo_top)
		path = wt_path_normal(r->arena, wt_path_join(r->arena, r->plan->repo_top, path));
	if (path[0] != '/')
		refuse(r, "a worktree has no absolute path");
	return path;
}

/* Plans of earlier versions say nothing where nothing was declared. */
static void take_estimate(struct reading *r, const struct wt_json *o, struct wt_plan_task *t)
{
	const char *from = wt_json_text(o, "estimate_from", "unknown");

	t->estimate_from = (enum wt_estimate_from)find_name(r, plan_estimate_names, 4, from);
	if (t->estimate_from == WT_ESTIMATE_HISTORY)
		t->task.estimate_s = -1;
}

static size_t find_gate(const struct wt_plan *plan, const char *name)
{
	size_t i = 0;

	while (i < plan->n_gates && (!name || strcmp(plan->gates[i].name, name) != 0))
		i++;
	return i;
}

static void take_task_gates(struct reading *r, const struct wt_json *o, struct wt_plan_task *t)
{
	const struct wt_json *item = list_of(o, "gates", &t->n_gates);

	if (t->n_gates > r->plan->n_gates) {
		refuse(r, "a task has a gate that the plan has not");
		t->n_gates = 0;
		return;
	}
	t->gates = wt_arena_alloc(r->arena, (t->n_gates + 1) * sizeof *t->gates);
	for (size_t i = 0; item; item = item->next, i++) {
		t->gates[i] = find_gate(r->plan, item->string);
		if (t->gates[i] >= r->plan->n_gates || (i && t->gates[i] <= t->gates[i - 1]))
			refuse(r, "a task has a gate that the plan has not");
	}
}

static void take_plan_task(struct reading *r, const struct wt_json *o, struct wt_plan_task *t)
{
	take_task(r, o, &t->task);
	t->is_selected = wt_json_bool(o, "selected", false);
	t->skip = text(r, o, "skip");
	t->reason = text(r, o, "why");
	t->batch = size_of(r, o, "batch", WT_MAX_TASKS + 1);
	t->may_write = take_strings(r, o, "may_write", &t->n_may_write);
	t->slug = wt_arena_strdup(r->arena, wt_json_text(o, "slug", ""));
	t->branch = text(r, o, "branch");
	t->worktree = take_worktree(r, o);
	t->files_unknown = wt_json_bool(o, "files_unknown", false);
	t->runs_alone = wt_json_bool(o, "runs_alone", false);
	t->weight_s = take_weight(r, o, "weight_s", MAX_WEIGHT_S);
	take_estimate(r, o, t);
	t->path_s = take_weight(r, o, "path_s", INT64_MAX);
	t->needs = take_ascending(r, o, "needs", r->plan->n_tasks, &t->n_needs);
	t->locks = take_ascending(r, o, "locks", r->plan->n_locks, &t->n_locks);
	t->lanes = take_ascending(r, o, "lanes", r->plan->n_lanes, &t->n_lanes);
	take_task_gates(r, o, t);
	if (t->branch && !wt_plan_is_branch(t->branch))
		refuse(r, "a branch has a name that git would not take");
	if (!t->is_selected || t->skip)
		return;
	t->agent = text(r, o, "agent");
	t->model = text(r, o, "model");
	t->own_retries = is_number(o, "retries") ? size_of(r, o, "retries", WT_MAX_TASKS) + 1 : 0;
	if (t->batch > r->plan->n_batches)
		r->plan->n_batches = t->batch;
	r->plan->n_selected++;
}

/* Waves ascend along dependencies, so there are no cycles among those that run. */
static void check_task(struct reading *r, const struct wt_plan_task *t)
{
	bool runs = t->is_selected && !t->skip;

	if (runs != (t->batch > 0) || (!runs && (t->n_needs || t->n_locks || t->n_lanes)))
		refuse(r, "a task is in a wave and does not run, or the other way round");
	for (size_t i = 0; i < t->n_needs; i++) {
		const struct wt_plan_task *needed = &r->plan->tasks[t->needs[i]];

		if (!needed->batch || needed->batch >= t->batch)
			refuse(r, "a task does not come behind what it needs");
	}
}

/* The first of those that are one holds the others, which do not run. */
static void take_joined(struct reading *r, const struct wt_json *o, size_t task)
{
	const char *id = wt_json_text(o, "joined_to", NULL);
	struct wt_plan_task *t = &r->plan->tasks[task], *holder;
	size_t at = id ? wt_map_find(&r->plan->by_id, id) : WT_MAP_NONE;

	if (!id)
		return;
	holder = at < task ? &r->plan->tasks[at] : NULL;
	if (!holder || !holder->batch || holder->joined_to || t->is_selected || t->batch) {
		refuse(r, "a task is joined to what does not run");
		return;
	}
	if (!holder->parts) {
		holder->parts = wt_arena_alloc(r->arena, WT_MAX_JOINED * sizeof *holder->parts);
		holder->parts[holder->n_parts++] = at;
	}
	if (holder->n_parts == WT_MAX_JOINED)
		refuse(r, "more tasks than may be are joined to one");
	else
		holder->parts[holder->n_parts++] = task;
	t->joined_to = at + 1;
}

/* Once all ids are known; from then on the id of what was joined means its holder. */
static void link_joined(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	size_t n;
	const struct wt_json *item = list_of(doc, "tasks", &n);

	for (size_t i = 0; item && !r->fault; item = item->next, i++) {
		take_joined(r, item, i);
		plan->tasks[i].own_title = text(r, item, "own_title");
	}
	for (size_t i = 0; i < plan->n_tasks && !r->fault; i++) {
		struct wt_plan_task *t = &plan->tasks[i];

		if ((t->n_parts != 0) != (t->own_title != NULL))
			refuse(r, "a task has a title of its own, and nothing was joined to it");
		if (t->joined_to)
			wt_map_set(&plan->by_id, t->task.id, t->joined_to - 1);
	}
}

static void take_stream(struct reading *r, const struct wt_json *o, size_t task)
{
	const char *id = wt_json_text(o, "part_of", NULL);
	struct wt_plan_task *t = &r->plan->tasks[task], *of;
	size_t at = id ? wt_map_find(&r->plan->by_id, id) : WT_MAP_NONE;

	if (!id)
		return;
	of = at < task ? &r->plan->tasks[at] : NULL;
	if (!of || !of->batch || of->stream_of || !t->batch || t->n_needs || t->parts ||
	    of->n_streams == WT_MAX_WORKSTREAMS) {
		refuse(r, "a workstream is of what does not run");
		return;
	}
	t->stream_of = at + 1;
	t->is_needed = wt_json_bool(o, "required", true);
	if (!of->streams)
		of->streams = wt_arena_alloc(r->arena, WT_MAX_WORKSTREAMS * sizeof *of->streams);
	of->streams[of->n_streams++] = task;
}

static void link_streams(struct reading *r, const struct wt_json *doc)
{
	size_t n;
	const struct wt_json *item = list_of(doc, "tasks", &n);

	for (size_t i = 0; item && !r->fault; item = item->next, i++)
		take_stream(r, item, i);
}

static void link_dependents(struct reading *r)
{
	struct wt_plan *plan = r->plan;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		for (size_t k = 0; k < plan->tasks[i].n_needs; k++)
			plan->tasks[plan->tasks[i].needs[k]].n_dependents++;
	}
	for (size_t i = 0; i < plan->n_tasks; i++) {
		struct wt_plan_task *t = &plan->tasks[i];

		if (t->n_dependents)
			t->dependents =
				wt_arena_alloc(r->arena, t->n_dependents * sizeof *t->dependents);
		t->n_dependents = 0;
	}
	for (size_t i = 0; i < plan->n_tasks; i++) {
		for (size_t k = 0; k < plan->tasks[i].n_needs; k++) {
			struct wt_plan_task *t = &plan->tasks[plan->tasks[i].needs[k]];

			t->dependents[t->n_dependents++] = i;
		}
	}
}

static void take_tasks(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	const struct wt_json *item = list_of(doc, "tasks", &plan->n_tasks);

	if (plan->n_tasks > WT_MAX_TASKS) {
		refuse(r, "it has more tasks than a plan may have");
		plan->n_tasks = 0;
		return;
	}
	plan->tasks = wt_arena_alloc(r->arena, (plan->n_tasks + 1) * sizeof *plan->tasks);
	for (size_t i = 0; item; item = item->next, i++) {
		bool found;

		take_plan_task(r, item, &plan->tasks[i]);
		wt_map_put(&plan->by_id, plan->tasks[i].task.id, i, &found);
		if (found)
			refuse(r, "two tasks have the same id");
	}
	for (size_t i = 0; i < plan->n_tasks && !r->fault; i++)
		check_task(r, &plan->tasks[i]);
	if (!r->fault)
		link_joined(r, doc);
	if (!r->fault)
		link_streams(r, doc);
	if (!r->fault)
		link_dependents(r);
}

/* Results */

static void take_conflicts(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	const struct wt_json *item = list_of(doc, "conflicts", &plan->n_conflicts);

	if (item)
		plan->conflicts =
			wt_arena_alloc(r->arena, plan->n_conflicts * sizeof *plan->conflicts);
	for (size_t i = 0; item; item = item->next, i++) {
		struct wt_conflict *c = &plan->conflicts[i];

		c->kind = (enum wt_conflict_kind)find_name(r, plan_conflict_names, 4,
							   wt_json_text(item, "kind", NULL));
		if (!wt_file_from_parse(wt_str_of(wt_json_text(item, "certainty", "")),
					&c->certainty))
			refuse(r, "the certainty of a conflict is unknown");
		c->is_loose = strcmp(wt_json_text(item, "policy", ""), "allow") == 0;
		c->tasks = take_ids(r, wt_json_find(item, "tasks"), &c->n_tasks);
		c->paths = take_strings(r, item, "paths", &c->n_paths);
	}
}

static void take_cycles(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	const struct wt_json *item = list_of(doc, "cycles", &plan->n_cycles);

	if (item)
		plan->cycles = wt_arena_alloc(r->arena, plan->n_cycles * sizeof *plan->cycles);
	for (size_t i = 0; item; item = item->next, i++)
		plan->cycles[i].tasks = take_ids(r, item, &plan->cycles[i].n_tasks);
}

static enum wt_severity take_severity(struct reading *r, const char *name)
{
	for (int s = WT_SEVERITY_ERROR; s <= WT_SEVERITY_HINT; s++) {
		if (strcmp(wt_severity_name((enum wt_severity)s), name) == 0)
			return (enum wt_severity)s;
	}
	refuse(r, "the severity of a diagnostic is unknown");
	return WT_SEVERITY_HINT;
}

static void take_diagnostics(struct reading *r, const struct wt_json *doc)
{
	size_t n;

	r->plan->diags.arena = r->arena;
	for (const struct wt_json *d = list_of(doc, "diagnostics", &n); d; d = d->next) {
		struct wt_place place = { .path = text(r, d, "path"),
					  .line = size_of(r, d, "line", SIZE_MAX >> 12),
					  .column = size_of(r, d, "column", SIZE_MAX >> 12) };

		wt_diags_add(&r->plan->diags, take_severity(r, wt_json_text(d, "severity", "")),
			     place, "%s", wt_json_text(d, "message", ""));
	}
}

static void take_limits(struct reading *r, const struct wt_json *o)
{
	const size_t max = SIZE_MAX >> 12;

	r->plan->limits = (struct wt_limits){
		.mode = (enum wt_mode)find_name(r, plan_mode_names, 3,
						wt_json_text(o, "mode", NULL)),
		.jobs = size_of(r, o, "jobs", max),
		.keep_going = size_of(r, o, "keep_going", max),
		.retries = size_of(r, o, "retries", max),
		.retry_pause_ms = take_weight(r, o, "retry_pause_ms", MAX_WEIGHT_S),
		.same_failure = size_of(r, o, "same_failure", max),
		.cpu_max = wt_json_number(o, "cpu_max", 100),
		.cpu_start = wt_json_number(o, "cpu_start", 100),
		.memory_max = wt_json_number(o, "memory_max", 100),
		.memory_start = wt_json_number(o, "memory_start", 100),
		.load_max = wt_json_number(o, "load_max", 0),
		.merge_wait_ms = take_weight(r, o, "merge_wait_ms", INT64_MAX),
		.success_threshold = size_of(r, o, "success_threshold", max),
		.max_rounds = size_of(r, o, "max_rounds", max),
	};
}

/* Plans of earlier versions have no rooms and no lanes. */
static void take_locks(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	size_t n_rooms;

	plan->lock_names = take_strings(r, doc, "lock_names", &plan->n_locks);
	plan->lock_room = take_numbers(r, doc, "lock_room", SIZE_MAX >> 12, &n_rooms);
	plan->n_named_locks = size_of(r, doc, "named_locks", plan->n_locks + 1);
	plan->lane_names = take_strings(r, doc, "lane_names", &plan->n_lanes);
	if (n_rooms && n_rooms != plan->n_locks)
		refuse(r, "not every lock says how many may hold it");
	for (size_t i = 0; i < n_rooms; i++) {
		if (!plan->lock_room[i])
			refuse(r, "there is a lock that nobody may hold");
	}
}

static enum wt_gate_when take_when(struct reading *r, const char *name)
{
	for (int w = WT_GATE_TASK; w <= WT_GATE_BOTH; w++) {
		if (strcmp(wt_gate_when_name((enum wt_gate_when)w), name) == 0)
			return (enum wt_gate_when)w;
	}
	refuse(r, "when a gate is asked is unknown");
	return WT_GATE_TASK;
}

/* Plans of earlier versions have none. */
static void take_gates(struct reading *r, const struct wt_json *doc)
{
	struct wt_plan *plan = r->plan;
	size_t n;
	const struct wt_json *item = list_of(doc, "gates", &n);

	if (n > WT_MAX_GATES) {
		refuse(r, "it has more gates than a plan may have");
		return;
	}
	plan->gates = wt_arena_alloc(r->arena, (n + 1) * sizeof *plan->gates);
	for (; item; item = item->next) {
		struct wt_plan_gate *g = &plan->gates[plan->n_gates];

		g->name = wt_arena_strdup(r->arena, wt_json_text(item, "name", ""));
		g->when = take_when(r, wt_json_text(item, "when", ""));
		g->is_required = wt_json_bool(item, "required", true);
		g->is_of_base = wt_json_bool(item, "of_base", false);
		g->needs = take_ascending(r, item, "needs", plan->n_gates, &g->n_needs);
		if (!wt_config_is_name(wt_str_of(g->name)) ||
		    find_gate(plan, g->name) < plan->n_gates)
			refuse(r, "a gate has no name of its own");
		plan->n_gates++;
	}
	plan->requires_gates = wt_json_bool(doc, "requires_gates", false);
	plan->waives_base = wt_json_bool(doc, "waives_base", false);
}

static void take_head(struct reading *r, const struct wt_json *doc)
{
	const struct wt_json *base = wt_json_find(doc, "base");
	struct wt_plan *plan = r->plan;

	plan->repo_top = text(r, doc, "repo");
	if (!plan->repo_top || plan->repo_top[0] != '/') {
		refuse(r, "it is not a whole plan, as a run keeps it");
		return;
	}
	plan->repo_name = wt_arena_strdup(r->arena, wt_path_base(plan->repo_top));
	plan->base = text(r, base, "branch");
	if (!plan->base || !wt_oid_parse(wt_str_of(wt_json_text(base, "oid", "")), &plan->base_oid))
		refuse(r, "its base is no branch with a commit");
	take_locks(r, doc);
	take_gates(r, doc);
	take_limits(r, wt_json_find(doc, "limits"));
}

enum wt_code wt_plan_parse(struct wt_arena *arena, const struct wt_json *doc, struct wt_plan *out,
			   struct wt_error *err)
{
	struct reading r = { .arena = arena, .plan = out };

	*out = (struct wt_plan){ 0 };
	if (strcmp(wt_json_text(doc, "schema", ""), PLAN_SCHEMA) != 0)
		return wt_fail(err, WT_E_INPUT, "the document is not a %s", PLAN_SCHEMA);
	take_head(&r, doc);
	take_tasks(&r, doc);
	take_conflicts(&r, doc);
	take_cycles(&r, doc);
	take_diagnostics(&r, doc);
	out->critical_path = take_ids(&r, wt_json_find(doc, "critical_path"), &out->n_critical);
	out->is_valid = wt_json_bool(doc, "valid", false);
	out->invalid_why = text(&r, doc, "reason");
	if (!r.fault)
		return WT_OK;
	wt_plan_clear(out);
	return wt_fail(err, WT_E_INPUT, "the plan is damaged: %s", r.fault);
}
