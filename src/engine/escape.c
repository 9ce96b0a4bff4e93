/* SPDX-License-Identifier: MIT */
/* What an agent did outside of its worktree, and what is proven of it. */

#include "wtorch/engine/escape.h"

#include <stdlib.h>
#include <string.h>

#include "escape_priv.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/checkout.h"
#include "wtorch/engine/trust.h"

#define BEFORE_FILE "before" /* in the attempt's folder: name, NUL, value, NUL, ... */
#define MAX_STEPS   1000u    /* commits of the base that are looked at */
#define SHOWN       6u       /* changes that one note names */

struct escape {
	struct wt_run *run;
	struct wt_arena *arena;
	size_t task;
	const struct wt_task_state *state;
	struct wt_git_commands commands;
	const char *base_ref;
	struct wt_buf said; /* what changed */
	size_t n_said;
	struct wt_escapes *out;
};

enum wt_code wt_escape_begin(struct wt_run *run, size_t task, struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena scratch = { 0 };
	const char *dir = wt_run_agent_dir(run, task, &scratch);
	struct wt_sight now = { 0 };
	enum wt_code rc = wt_trust_begin(run, err);

	if (!rc)
		rc = wt_escape_look(run, &scratch, &now, err);
	if (!rc)
		rc = wt_sight_save(fs, wt_path_join(&scratch, dir, BEFORE_FILE), &now, err);
	wt_arena_clear(&scratch);
	return rc == WT_E_EXISTS ? WT_OK : rc; /* it began before a crash */
}

static void say(struct escape *e, const char *text)
{
	if (e->n_said < SHOWN)
		wt_buf_printf(&e->said, "%s%s", e->n_said ? "; " : "", text);
	e->n_said++;
}

static void prove(struct escape *e, const struct wt_git_command *c, const char *what)
{
	if (!e->out->evidence)
		e->out->evidence = wt_arena_printf(
			e->arena, "its agent left its worktree: %s (by git %s)", what, c->name);
}

/* refs */

/* A landing or a marking of this run that made the commit: where the base was before it; NULL:
 * none. */
static const struct wt_oid *landed_from(const struct escape *e, const struct wt_oid *oid)
{
	const struct wt_run_state *s = wt_run_state(e->run);

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_event *intent = &s->tasks[i].intent_event;

		if (intent->kind == WT_EV_LANDING_STARTING && wt_oid_is_equal(&intent->oid, oid))
			return &intent->base;
	}
	for (size_t i = 0; i < s->n_own; i++)
		if (wt_oid_is_equal(&s->own[i].oid, oid))
			return &s->own[i].base;
	return NULL;
}

/* How many commits between the two are no landings of ours; the newest of them in first. SIZE_MAX:
 * the one does not come down from the other. */
static size_t count_foreign(struct escape *e, const struct wt_oid *from, const struct wt_oid *to,
			    struct wt_oid *first)
{
	const struct wt_git *git = e->run->ports->git;
	struct wt_oid at = *to;
	size_t n = 0;

	for (size_t i = 0; i < MAX_STEPS && !wt_oid_is_equal(&at, from); i++) {
		const struct wt_oid *before = landed_from(e, &at);
		struct wt_error ignored;
		struct wt_commit c;

		if (before) {
			at = *before;
			continue;
		}
		if (git->store->commit(git->self, &at, e->arena, &c, &ignored) || !c.n_parents)
			return SIZE_MAX;
		if (!n++)
			*first = at;
		at = c.parents[0];
	}
	return wt_oid_is_equal(&at, from) ? n : SIZE_MAX;
}

/* The checkout that a person works in, when it has the ref checked out. */
static const char *checkout_of(struct escape *e, const char *ref)
{
	struct wt_checkout found;
	struct wt_error ignored;

	if (strncmp(ref, "refs/heads/", 11) != 0 ||
	    wt_checkout_find(e->run->ports, ref + 11, e->arena, &found, &ignored))
		return NULL;
	return found.top;
}

static const char *moved_text(struct escape *e, const char *ref, const struct wt_oid *was,
			      const struct wt_oid *is)
{
	struct wt_oid first = *is;
	size_t n = count_foreign(e, was, is, &first);

	if (!n)
		return NULL; /* only we moved it */
	if (n == SIZE_MAX)
		return wt_arena_printf(e->arena, "'%s' was moved from %.12s to %.12s", ref,
				       wt_oid_hex(was).hex, wt_oid_hex(is).hex);
	return wt_arena_printf(e->arena, "'%s' got %zu commit%s, up to %.12s", ref, n,
			       n == 1 ? "" : "s", wt_oid_hex(&first).hex);
}

/* git's stash is one for all worktrees; its record says on which branch each was made. */
static bool is_own_stash(struct escape *e)
{
	const struct wt_fs *fs = e->run->ports->fs;
	const char *log =
		wt_path_join(e->arena, e->run->ports->git->repo.common_dir, "logs/refs/stash");
	const char *mark = wt_arena_printf(e->arena, "n %s: ", e->state->branch);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	bool found;

	(void)!fs->read(fs->self, log, WT_MAX_CONFIG_BYTES, &text, &ignored);
	found = text.data && strstr(text.data, mark); /* "WIP on x: ", "On x: " */
	wt_buf_clear(&text);
	return found;
}

static void ref_changed(struct escape *e, const char *ref, const char *was, const char *is)
{
	const struct wt_git_command *c;
	struct wt_oid from, to;
	const char *text;

	if (strcmp(ref, "refs/stash") == 0 && e->state->branch && is_own_stash(e)) {
		e->out->has_stashed = true;
		return;
	}
	if (!was) {
		say(e, wt_arena_printf(e->arena, "'%s' is new", ref));
		return;
	}
	if (!is)
		text = wt_arena_printf(e->arena, "'%s' was deleted, it was at %.12s", ref, was);
	else if (wt_oid_parse(wt_str_of(was), &from) && wt_oid_parse(wt_str_of(is), &to))
		text = moved_text(e, ref, &from, &to);
	else
		return;
	if (!text)
		return;
	say(e, text);
	c = wt_escape_mover(&e->commands, ref, checkout_of(e, ref));
	if (c && strncmp(ref, "refs/remotes/", 13) != 0)
		prove(e, c, text);
}

/* everything else */

/* Keys that only name somebody or something; all others can make git run programs, read other
 * files or treat them otherwise. */
static bool is_harmless(const char *key)
{
	static const char *const prefixes[] = { "user.",  "author.", "committer.", "branch.",
						"color.", "advice.", NULL };

	for (const char *const *p = prefixes; *p; p++)
		if (strncmp(key, *p, strlen(*p)) == 0)
			return true;
	return false;
}

static void key_changed(struct escape *e, const char *key)
{
	const struct wt_git_command *c = wt_escape_setter(&e->commands, key);
	const char *text = wt_arena_printf(e->arena, "git's configuration '%s' changed%s", key,
					   is_harmless(key) ? "" : ", look at it");

	say(e, text);
	if (c && !is_harmless(key))
		prove(e, c, text);
}

static void changed(struct escape *e, const char *name, const char *was, const char *is)
{
	if (strncmp(name, "ref ", 4) == 0)
		ref_changed(e, name + 4, was, is);
	else if (strncmp(name, "key ", 4) == 0)
		key_changed(e, name + 4);
	else if (strcmp(name, "file HEAD") == 0)
		say(e, "the main checkout is on another branch");
	else if (strncmp(name, "file hooks/", 11) == 0)
		say(e,
		    wt_arena_printf(e->arena, "'%s' %s, and git would run it: look at it", name + 5,
				    !was ? "is new"
				    : is ? "changed"
					 : "is gone"));
	else
		say(e, wt_arena_printf(e->arena, "'%s' %s", name + 5,
				       !was ? "is new"
				       : is ? "changed"
					    : "is gone"));
}

static void compare(struct escape *e, const struct wt_sight *before, const struct wt_sight *now)
{
	size_t i = 0, j = 0;

	while (i < before->len || j < now->len) {
		const struct wt_seen *x = i < before->len ? &before->items[i] : NULL;
		const struct wt_seen *y = j < now->len ? &now->items[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->name, y->name);

		/* What came into the run since is ours, and was seen before by mistake only. */
		if (order || strcmp(x->value, y->value) != 0)
			changed(e, order <= 0 ? x->name : y->name, order <= 0 ? x->value : NULL,
				order >= 0 ? y->value : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

/* "1, 2": whose agents were alive at any time since this one started. */
static const char *alive_text(struct escape *e)
{
	const struct wt_run_state *s = wt_run_state(e->run);
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];

		if (i == e->task || (t->started_wall_ms &&
				     (t->pid || t->ended_wall_ms >= e->state->started_wall_ms)))
			wt_buf_printf(&b, "%s%s", b.len ? ", " : "", s->plan->tasks[i].task.id);
	}
	text = wt_arena_strdup(e->arena, b.data);
	wt_buf_clear(&b);
	return text;
}

static enum wt_code note(struct escape *e, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE,
			       .task = e->run->plan.tasks[e->task].task.id,
			       .attempt = e->state->attempt };
	struct wt_buf more = WT_BUF_INIT;
	enum wt_code rc;

	if (e->n_said > SHOWN)
		wt_buf_printf(&more, " and %zu more", e->n_said - SHOWN);
	ev.reason = wt_arena_printf(
		e->arena, "outside of its worktree, while it ran: %s%s (%s: %s)", e->said.data,
		more.len ? more.data : "",
		e->out->evidence ? "it was this agent; alive" : "you, or one of those alive",
		alive_text(e));
	wt_buf_clear(&more);
	rc = e->n_said ? wt_run_note(e->run, &ev, WT_DURABLE, err) : WT_OK;
	if (!rc && e->out->has_stashed) {
		ev.reason = "its agent put work on git's stash, which stays there: git stash list";
		rc = wt_run_note(e->run, &ev, WT_DURABLE, err);
	}
	return rc;
}

enum wt_code wt_escape_end(struct wt_run *run, size_t task, struct wt_arena *a,
			   struct wt_escapes *out, struct wt_error *err)
{
	struct escape e = { .run = run,
			    .arena = a,
			    .task = task,
			    .state = &wt_run_state(run)->tasks[task],
			    .said = WT_BUF_INIT,
			    .out = out };
	const char *dir = wt_run_agent_dir(run, task, a);
	const struct wt_fs *fs = run->ports->fs;
	struct wt_sight before = { 0 }, now = { 0 };
	struct wt_error ignored;
	enum wt_code rc;

	*out = (struct wt_escapes){ 0 };
	rc = wt_sight_load(fs, wt_path_join(a, dir, BEFORE_FILE), a, &before, err);
	if (!rc)
		rc = wt_escape_look(run, a, &now, err);
	if (!rc) {
		wt_escape_commands(run, dir, a, &e.commands);
		compare(&e, &before, &now);
		rc = note(&e, err);
	}
	wt_buf_clear(&e.said);
	/* git's record may be large, and has said what it can. */
	if (!rc)
		(void)!fs->remove(fs->self, wt_path_join(a, dir, WT_ESCAPE_TRACE), &ignored);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc;
}
