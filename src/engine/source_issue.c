/* SPDX-License-Identifier: MIT */
/* Tasks from issues on a forge. */

#include "wtorch/engine/source_issue.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "wtorch/base/limits.h"
#include "wtorch/core/forge_url.h"
#include "wtorch/core/issue_task.h"
#include "wtorch/core/tasklist.h"
#include "wtorch/engine/grammar.h"

struct issues {
	const struct wt_source_issues *in;
	struct wt_arena *arena; /* of the tasks */
	struct wt_tasks *tasks;
	struct wt_diags *diags;
	const struct wt_roadmap_rules *rules;
	struct wt_forge_site site; /* of forge */
	struct wt_forge forge;     /* self NULL: not open */
	const char *repo;          /* owner/name */
	struct wt_error *err;
};

/* the way there */

static enum wt_code locate(struct issues *s, const struct wt_forge_place *place,
			   struct wt_forge_site *site)
{
	const struct wt_source_issues *in = s->in;
	enum wt_code rc = wt_forge_locate(in->ports, in->config, in->base, s->arena, site, s->err);

	if (rc == WT_E_NOT_FOUND)
		s->err->code = rc = WT_E_INPUT;
	if (rc)
		return rc;
	if (place->host && strcasecmp(place->host, site->host) != 0)
		return wt_fail(s->err, WT_E_INPUT, "the issue is on '%s', and %s on '%s'",
			       place->host, site->from, site->host);
	if (place->owner) {
		site->owner = place->owner;
		site->name = place->name;
	}
	return WT_OK;
}

static bool is_same_site(const struct issues *s, const struct wt_forge_site *site)
{
	return s->forge.self && strcasecmp(s->site.owner, site->owner) == 0 &&
	       strcasecmp(s->site.name, site->name) == 0;
}

static enum wt_code open_forge(struct issues *s, const struct wt_forge_place *place)
{
	const struct wt_source_issues *in = s->in;
	struct wt_forge_site site;
	enum wt_code rc = locate(s, place, &site);

	if (rc || is_same_site(s, &site))
		return rc;
	in->ports->forge_close(&s->forge);
	site.hooks = in->opts->hooks;
	s->site = site;
	s->repo = wt_arena_printf(s->arena, "%s/%s", site.owner, site.name);
	return wt_forge_connect(in->ports, in->config, &s->site, &s->forge, s->err);
}

/* one issue */

static enum wt_code fetch(struct issues *s, int64_t number, struct wt_forge_issue *out)
{
	enum wt_code rc = s->forge.issue(s->forge.self, number, s->arena, out, s->err);

	if (rc == WT_E_NOT_FOUND)
		s->err->code = rc = WT_E_INPUT;
	if (!rc && out->is_pull)
		rc = wt_fail(s->err, WT_E_INPUT, "%s#%" PRId64 " is a pull request, not an issue",
			     s->repo, number);
	if (!rc && out->owner)
		rc = wt_fail(s->err, WT_E_INPUT, "%s#%" PRId64 " was moved to %s/%s#%" PRId64,
			     s->repo, number, out->owner, out->repo, out->number);
	return rc;
}

static enum wt_code read_markdown(struct issues *s, const struct wt_forge_issue *issue,
				  struct wt_md *md)
{
	const char *path = wt_arena_printf(s->arena, "%s#%" PRId64, s->repo, issue->number);

	return s->in->ports->reader->markdown(s->arena, path, wt_str_of(issue->body), md, s->err);
}

static enum wt_code take_issue(struct issues *s, const struct wt_forge_issue *issue)
{
	struct wt_md md = { 0 };
	const struct wt_issue_task task = {
		.issue = issue, .md = &md, .rules = s->rules, .repo = s->repo
	};
	enum wt_code rc = read_markdown(s, issue, &md);

	if (!rc)
		wt_issue_task_read(&task, s->tasks, s->diags);
	return rc;
}

/* a master issue */

static bool is_listed(const struct wt_forge_issue *list, size_t n, int64_t number)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].owner && list[i].number == number)
			return true;
	return false;
}

/* Items that are no sub-issues, as in the task lists of old: each is one request. */
static enum wt_code read_named(struct issues *s, const struct wt_forge_issue *subs, size_t n)
{
	enum wt_code rc = WT_OK;
	size_t end = s->tasks->len;

	for (size_t i = s->tasks->source_start; i < end && !rc; i++) {
		const struct wt_task *t = &s->tasks->items[i];
		struct wt_forge_issue issue;
		int64_t number;

		if (!t->source.issue || t->status != WT_TASK_PLANNED ||
		    (t->source.repo && strcasecmp(t->source.repo, s->repo) != 0) ||
		    !wt_text_parse_int(wt_str_of(t->source.issue), &number) ||
		    is_listed(subs, n, number))
			continue;
		rc = fetch(s, number, &issue);
		if (!rc) {
			rc = take_issue(s, &issue);
		} else if (rc == WT_E_INPUT) {
			wt_diags_add(s->diags, WT_SEVERITY_WARNING,
				     (struct wt_place){ t->source.path, t->source.line, 1 }, "%s",
				     s->err->msg);
			rc = WT_OK;
		}
	}
	return rc;
}

static enum wt_code read_subs(struct issues *s, const struct wt_forge_issue *master)
{
	struct wt_forge_issue *subs = NULL;
	size_t n = 0;
	enum wt_code rc = WT_OK;

	if (master->n_sub_issues != 0)
		rc = s->forge.sub_issues(s->forge.self, master->number, s->arena, &subs, &n,
					 s->err);
	if (rc == WT_E_NOT_FOUND)
		rc = WT_OK; /* this server has none: what the body names is all */
	for (size_t i = 0; i < n && !rc; i++) {
		if (subs[i].owner)
			wt_diags_add(s->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
				     "sub-issue %s/%s#%" PRId64 " is in another repository and "
				     "left out",
				     subs[i].owner, subs[i].repo, subs[i].number);
		else
			rc = take_issue(s, &subs[i]);
	}
	return rc ? rc : read_named(s, subs, n);
}

/* Hints about a body without tasks are beside the point where there are sub-issues. */
static void pass_on(struct issues *s, const struct wt_diags *said, bool has_tasks)
{
	for (size_t i = 0; i < said->len; i++) {
		const struct wt_diag *d = &said->items[i];

		if (!(has_tasks && d->severity == WT_SEVERITY_HINT))
			wt_diags_add(s->diags, d->severity, d->place, "%s", d->message);
	}
}

/* The body, and what its author added to it in comments. */
static enum wt_code add_comments(struct issues *s, struct wt_forge_issue *master)
{
	struct wt_forge_comment *list = NULL;
	struct wt_buf whole = WT_BUF_INIT;
	struct wt_str text;
	size_t n = 0;
	enum wt_code rc = WT_OK;

	if (master->n_comments != 0)
		rc = s->forge.comments(s->forge.self, master->number, s->arena, &list, &n, s->err);
	wt_buf_puts(&whole, master->body);
	for (size_t i = 0; i < n && !rc; i++) {
		if (!wt_issue_comment_parse(master, &list[i], &text))
			continue;
		wt_buf_puts(&whole, "\n\n");
		wt_buf_add(&whole, text.data, text.len);
	}
	master->body = wt_arena_strndup(s->arena, whole.data, whole.len);
	wt_buf_clear(&whole);
	return rc;
}

static enum wt_code read_master(struct issues *s, int64_t number)
{
	struct wt_diags said = { .arena = s->arena };
	struct wt_forge_issue master;
	struct wt_md md = { 0 };
	struct wt_tasklist_issue issue = { .repo = s->repo, .rules = s->rules };
	enum wt_code rc = fetch(s, number, &master);

	if (!rc)
		rc = add_comments(s, &master);
	if (!rc)
		rc = read_markdown(s, &master, &md);
	if (rc)
		return rc;
	issue.number = wt_arena_printf(s->arena, "%" PRId64, number);
	wt_tasklist_parse(&md, &issue, s->tasks, &said);
	rc = read_subs(s, &master);
	pass_on(s, &said, s->tasks->len > s->tasks->source_start);
	return rc;
}

/* what was asked for */

/* Nothing of it is a file that could be marked. */
static void settle_source(struct issues *s)
{
	for (size_t i = s->tasks->source_start; i < s->tasks->len; i++) {
		s->tasks->items[i].source.grammar = WT_GRAMMAR_TASKLIST;
		s->tasks->items[i].source.path = NULL;
	}
}

static enum wt_code read_one(struct issues *s, const char *word, bool is_master)
{
	struct wt_forge_place place;
	struct wt_forge_issue issue;
	int64_t number;
	enum wt_code rc;

	if (!wt_forge_issue_ref_parse(s->arena, wt_str_of(word), &place, &number))
		return wt_fail(s->err, WT_E_USAGE,
			       "'%s' is no issue: NUMBER, OWNER/NAME#NUMBER or its address", word);
	rc = open_forge(s, &place);
	if (rc)
		return rc;
	if (is_master) {
		wt_tasks_begin_source(s->tasks);
		rc = read_master(s, number);
	} else {
		rc = fetch(s, number, &issue);
		if (!rc)
			rc = take_issue(s, &issue);
	}
	settle_source(s);
	return rc;
}

enum wt_code wt_source_read_issues(const struct wt_source_issues *in, struct wt_tasks *tasks,
				   struct wt_diags *diags, struct wt_error *err)
{
	const struct wt_source_opts *o = in->opts;
	struct issues s = {
		.in = in, .arena = tasks->arena, .tasks = tasks, .diags = diags, .err = err
	};
	enum wt_code rc = WT_OK;

	if (!o->n_issues && !o->n_single_issues)
		return WT_OK;
	s.rules = wt_grammar_rules(s.arena, in->config);
	for (size_t i = 0; i < o->n_issues && !rc; i++)
		rc = read_one(&s, o->issues[i], true);
	/* Together they are one source: each may wait for another. */
	wt_tasks_begin_source(tasks);
	for (size_t i = 0; i < o->n_single_issues && !rc; i++)
		rc = read_one(&s, o->single_issues[i], false);
	in->ports->forge_close(&s.forge);
	return rc;
}
