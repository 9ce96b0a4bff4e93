/* SPDX-License-Identifier: MIT */
/* Asking a gate: from what the scheduler wants to know to a program at work. */

#include <string.h>

#include "asked.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/tree.h"

#define MODE_TREE 040000u

static const struct wt_task_state *task_of(const struct wt_drive *d, const struct wt_subject *of)
{
	return of->task == WT_MAP_NONE ? NULL : &wt_run_state(d->run)->tasks[of->task];
}

const struct wt_judgment *wt_gate_judgment(const struct wt_drive *d, const struct wt_subject *of)
{
	const struct wt_task_state *t = task_of(d, of);

	if (!t)
		return &wt_run_state(d->run)->base_judged;
	return of->when == WT_GATE_MERGED ? &t->merging : &t->judged;
}

static enum wt_code read_base(struct wt_drive *d, struct wt_error *err)
{
	const struct wt_git *git = d->run->ports->git;
	struct wt_arena scratch = { 0 };
	const char *ref = wt_arena_printf(&scratch, "refs/heads/%s", d->run->plan.base);
	struct wt_commit c;
	enum wt_code rc = git->store->ref(git->self, ref, &d->keeper->base, err);

	if (!rc)
		rc = git->store->commit(git->self, &d->keeper->base, &scratch, &c, err);
	if (!rc)
		d->keeper->base_tree = c.tree;
	wt_arena_clear(&scratch);
	return rc;
}

enum wt_code wt_gate_commit(struct wt_drive *d, const struct wt_subject *of, struct wt_oid *commit,
			    struct wt_oid *tree, struct wt_error *err)
{
	const struct wt_judgment *j = wt_gate_judgment(d, of);
	enum wt_code rc = WT_OK;

	*commit = j->commit;
	*tree = j->tree;
	if (of->task != WT_MAP_NONE)
		return WT_OK;
	/* All gates judge the same base, whatever a person commits meanwhile. */
	if (wt_oid_is_zero(&d->keeper->base_tree))
		rc = read_base(d, err);
	*commit = d->keeper->base;
	*tree = d->keeper->base_tree;
	return rc;
}

const char *wt_gate_agent(const struct wt_drive *d, const struct wt_subject *of)
{
	const struct wt_gate *gate = &d->keeper->gates.items[of->gate];
	const struct wt_plan *plan = &d->run->plan;

	if (gate->agent)
		return gate->agent;
	if (of->task != WT_MAP_NONE)
		return plan->tasks[of->task].agent;
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].agent)
			return plan->tasks[i].agent;
	return wt_config_text(d->run->config, "run.agent");
}

struct wt_event wt_gate_event(struct wt_drive *d, const struct wt_subject *of,
			      enum wt_event_kind kind)
{
	const struct wt_task_state *t = task_of(d, of);
	struct wt_event ev = { .kind = kind, .gate = d->run->plan.gates[of->gate].name };

	ev.when = t ? wt_gate_when_name(of->when) : "base";
	if (t) {
		ev.task = d->run->plan.tasks[of->task].task.id;
		ev.attempt = t->attempt;
		ev.round = t->round;
		ev.tree = wt_gate_judgment(d, of)->tree;
	} else {
		ev.tree = d->keeper->base_tree;
	}
	return ev;
}

size_t wt_gate_take(struct wt_drive *d, const struct wt_subject *of)
{
	struct wt_gatekeeper *k = d->keeper;
	size_t i = 0;

	while (i < k->n_asked && k->asked[i].is_used)
		i++;
	if (i == k->n_asked)
		(void)WT_ARENA_PUSH(&d->run->arena, k->asked, k->n_asked, k->cap_asked);
	k->asked[i] = (struct wt_asked){ .is_used = true, .of = *of, .slot = SIZE_MAX };
	return i;
}

bool wt_gate_has_slot(const struct wt_drive *d, size_t slot)
{
	for (size_t i = 0; i < d->keeper->n_asked; i++)
		if (d->keeper->asked[i].is_used && d->keeper->asked[i].slot == slot)
			return true;
	return false;
}

/* answers that nobody has to work for */

struct lookup {
	struct wt_tree_finder finder;
	enum wt_code rc; /* the first thing that went wrong */
	struct wt_error *err;
};

static bool is_in_tree(void *arg, const char *path)
{
	struct lookup *l = arg;
	struct wt_side side;
	enum wt_code rc = wt_tree_finder_find(&l->finder, path, &side, l->err);

	if (rc)
		l->rc = rc;
	return !rc && !wt_oid_is_zero(&side.oid) && side.mode != MODE_TREE;
}

enum wt_code wt_gate_changed(struct wt_drive *d, const struct wt_subject *of,
			     const struct wt_oid *tree, const char *const **paths, size_t *n,
			     struct wt_error *err)
{
	const struct wt_git *git = d->run->ports->git;
	const struct wt_judgment *j = wt_gate_judgment(d, of);
	const struct wt_task_state *t = task_of(d, of);
	const char **changed = NULL;
	struct wt_oid base = of->when == WT_GATE_MERGED ? j->base : t->base;
	struct wt_fork fork;
	enum wt_code rc = wt_land_fork(git, &base, &j->commit, &t->base, &fork, err);

	*n = 0;
	if (!rc)
		rc = wt_tree_diff(git, &fork.tree, tree, &d->run->arena, &changed, n, err);
	*paths = changed;
	return rc;
}

static bool is_built_in(const struct wt_gate *gate)
{
	return gate->kind == WT_GATE_OUTPUTS || gate->kind == WT_GATE_DOCS;
}

static enum wt_code check(struct wt_drive *d, const struct wt_subject *of,
			  const struct wt_oid *tree, struct wt_error *err)
{
	struct wt_error why = { 0 };
	struct lookup l = { .finder = { .git = d->run->ports->git, .root = *tree }, .err = &why };
	struct wt_gate_change change = { .task = &d->run->plan.tasks[of->task].task,
					 .is_in_tree = is_in_tree,
					 .arg = &l };
	struct wt_gate_result result = { .score_milli = -1, .coverage_milli = -1 };
	enum wt_code rc = wt_gate_changed(d, of, tree, &change.changed, &change.n_changed, &why);

	if (!rc)
		wt_gate_check(&d->run->arena, &d->keeper->gates.items[of->gate], &change, &result);
	if (rc || l.rc) {
		result.verdict = WT_SAYS_ERROR;
		result.reason = why.msg;
	}
	wt_tree_finder_clear(&l.finder);
	return wt_gate_note(d, of, &result, NULL, 0, err);
}

/* asking */

/* Never one that was used before: tries counts what was begun. */
static const char *dir_of(struct wt_drive *d, const struct wt_subject *of)
{
	const struct wt_task_state *t = task_of(d, of);
	const char *name = d->run->plan.gates[of->gate].name;
	size_t n = wt_gate_judgment(d, of)->gates[of->gate].tries + 1;
	struct wt_arena *a = &d->run->arena;

	if (!t)
		return wt_arena_printf(a, WT_GATES_OF_BASE "/%s-%zu", name, n);
	return wt_arena_printf(a, "%s/%zu/gates/%s%s-%zu", d->run->plan.tasks[of->task].task.id,
			       t->attempt, name, of->when == WT_GATE_MERGED ? "-merged" : "", n);
}

static enum wt_code begin(struct wt_drive *d, const struct wt_subject *of,
			  const struct wt_oid *commit, struct wt_error *err)
{
	struct wt_event ev = wt_gate_event(d, of, WT_EV_GATE_STARTING);
	size_t asked = wt_gate_take(d, of), room = wt_gate_room(d, of);
	struct wt_asked *q = &d->keeper->asked[asked];
	struct wt_error why;
	enum wt_code rc;

	q->room = room;
	ev.dir = dir_of(d, of);
	q->dir = wt_path_join(&d->run->arena, d->run->dir, ev.dir);
	q->slot = wt_attempt_free_slot(d);
	ev.oid = *commit;
	ev.path = d->keeper->rooms[room].path;
	rc = wt_run_note(d->run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	rc = d->run->ports->fs->mkdirs(d->run->ports->fs->self, q->dir, &why);
	if (!rc)
		rc = wt_gate_prepare(d, asked, &why);
	if (rc)
		return wt_gate_note_end(d, asked, WT_SAYS_ERROR, why.msg, err);
	return d->keeper->asked[asked].phase == WT_ASKED_WORKS ? wt_gate_start(d, asked, err)
							       : WT_OK;
}

/* Nothing of it could be looked at. */
static enum wt_code refuse(struct wt_drive *d, const struct wt_subject *of, const char *why,
			   struct wt_error *err)
{
	const struct wt_gate_result result = { .verdict = WT_SAYS_ERROR,
					       .reason = wt_arena_strdup(&d->run->arena, why),
					       .score_milli = -1,
					       .coverage_milli = -1 };

	return wt_gate_note(d, of, &result, NULL, 0, err);
}

enum wt_code wt_gate_ask(struct wt_drive *d, const struct wt_action *action, struct wt_error *err)
{
	const struct wt_subject of = { action->task, action->when, action->gate };
	struct wt_gate_result reused = { .verdict = WT_SAYS_REUSED,
					 .score_milli = -1,
					 .coverage_milli = -1 };
	struct wt_oid commit, tree;
	const char *key;
	struct wt_error why;
	bool is_told = false;

	err->code = WT_OK;
	if (d->keeper->is_odd)
		return refuse(d, &of, "the configuration of the run does not have it", err);
	if (wt_gate_commit(d, &of, &commit, &tree, &why))
		return refuse(d, &of, why.msg, err);
	if (is_built_in(&d->keeper->gates.items[of.gate]))
		return check(d, &of, &tree, err);
	if (d->keeper->gates.items[of.gate].kind == WT_GATE_REGRESSION &&
	    (wt_gate_check_tests(d, &of, &is_told, err) || is_told))
		return err->code;
	key = wt_gate_key(d, &of, &tree);
	if (key && wt_gate_has_passed(d, key))
		return wt_gate_note(d, &of, &reused, NULL, 0, err);
	return begin(d, &of, &commit, err);
}

void wt_gates_begin(struct wt_drive *d)
{
	struct wt_run *run = d->run;
	struct wt_diags told = { .arena = &run->arena }; /* when the configuration was read */

	d->keeper = wt_arena_alloc(&run->arena, sizeof *d->keeper);
	wt_gates_load(&run->arena, run->config, &d->keeper->gates, &told);
	/* A configuration that a version before us loaded otherwise. */
	if (d->keeper->gates.n != run->plan.n_gates)
		d->keeper->is_odd = true;
	for (size_t i = 0; !d->keeper->is_odd && i < run->plan.n_gates; i++)
		d->keeper->is_odd =
			strcmp(d->keeper->gates.items[i].name, run->plan.gates[i].name) != 0;
}
