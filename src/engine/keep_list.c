/* SPDX-License-Identifier: MIT */
/* What is kept, and for how long. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keep_priv.h"

#define DAY_MS    ((int64_t)24 * 60 * 60 * 1000)
#define WEIGH_MS  3000 /* how long all of them together may be weighed */
#define MAX_NAMES 64u  /* refs of one keep that are weighed and deleted by name at once */

struct lister {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	struct wt_keep *items;
	size_t len, cap;
};

static void read_about(struct lister *l, const char *ref, struct wt_keep *keep)
{
	const struct wt_git *git = l->ports->git;
	struct wt_keep_about about;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_oid oid;

	if (git->store->ref(git->self, ref, &oid, &ignored) == WT_OK &&
	    git->store->blob(git->self, &oid, &text, &ignored) == WT_OK &&
	    text.len <= WT_KEEP_MAX_ABOUT) {
		wt_keep_about_parse((struct wt_str){ text.data, text.len }, l->arena, &about);
		keep->branch = about.branch;
		keep->worktree = about.worktree;
		keep->reason = about.reason;
		keep->wall_ms = about.wall_ms;
		if (about.days > 0 && about.days < INT32_MAX && about.wall_ms > 0)
			keep->expires_wall_ms = about.wall_ms + about.days * DAY_MS;
	}
	wt_buf_clear(&text);
}

static void take_ref(struct lister *l, const char *ref, const struct wt_keep_name *name)
{
	const struct wt_git *git = l->ports->git;
	struct wt_keep *keep = l->len ? &l->items[l->len - 1] : NULL;
	struct wt_error ignored;

	/* They come in the order of their bytes, so those of one keep stand together. */
	if (!keep || keep->n != name->n || strcmp(keep->task, name->task) != 0 ||
	    strcmp(keep->run, name->run) != 0) {
		keep = WT_ARENA_PUSH(l->arena, l->items, l->len, l->cap);
		keep->run = name->run;
		keep->task = name->task;
		keep->n = name->n;
		keep->size_bytes = -1;
	}
	if (strcmp(name->name, "about") == 0)
		read_about(l, ref, keep);
	else if (strcmp(name->name, "tip") == 0)
		(void)!git->store->ref(git->self, ref, &keep->tip, &ignored);
	else if (strcmp(name->name, "dirty") == 0)
		(void)!git->store->ref(git->self, ref, &keep->dirty, &ignored);
	else if (strncmp(name->name, "stash", 5) == 0)
		keep->n_stashes++;
}

static int in_order(const void *x, const void *y)
{
	const struct wt_keep *a = x, *b = y;
	int c = strcmp(a->run, b->run);

	if (!c)
		c = strcmp(a->task, b->task);
	return c ? c : (a->n < b->n) - (a->n > b->n);
}

static void weigh(struct lister *l)
{
	const struct wt_git *git = l->ports->git;
	const struct wt_clock *clock = l->ports->clock;
	int64_t until = clock->mono_ms(clock->self) + WEIGH_MS;

	for (size_t i = 0; i < l->len && clock->mono_ms(clock->self) < until; i++) {
		const char *folder =
			wt_arena_printf(l->arena, "%s/", wt_keep_prefix(&l->items[i], l->arena));
		struct wt_error ignored;
		const char **refs;
		size_t n;

		if (git->store->refs(git->self, folder, l->arena, &refs, &n, &ignored) == WT_OK &&
		    n && n <= MAX_NAMES &&
		    git->tool->own_bytes(git->self, refs, n, &l->items[i].size_bytes, &ignored))
			l->items[i].size_bytes = -1;
	}
}

enum wt_code wt_keep_list(const struct wt_ports *ports, const char *task, struct wt_arena *a,
			  struct wt_keep **out, size_t *n, struct wt_error *err)
{
	struct lister l = { .ports = ports, .arena = a };
	const struct wt_git *git = ports->git;
	const char **refs;
	size_t n_refs;
	enum wt_code rc = git->store->refs(git->self, WT_KEEP_PREFIX, a, &refs, &n_refs, err);

	for (size_t i = 0; !rc && i < n_refs; i++) {
		struct wt_keep_name name;

		if (wt_keep_name_parse(refs[i], a, &name) &&
		    (!task || strcmp(name.task, task) == 0))
			take_ref(&l, refs[i], &name);
	}
	if (!rc && l.len) {
		qsort(l.items, l.len, sizeof *l.items, in_order);
		weigh(&l);
	}
	*out = l.items;
	*n = rc ? 0 : l.len;
	return rc;
}

/* Their order is such that what is left after a failure still says when it expires. */
enum wt_code wt_keep_expire(const struct wt_ports *ports, const struct wt_keep *keep,
			    struct wt_error *err)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = ports->git;
	struct wt_arena a = { 0 };
	const char *prefix = wt_keep_prefix(keep, &a);
	const char *about = wt_arena_printf(&a, "%s/about", prefix), **refs;
	size_t n = 0;
	enum wt_code rc = WT_OK;

	if (!keep->expires_wall_ms ||
	    ports->clock->wall_ms(ports->clock->self) < keep->expires_wall_ms)
		rc = wt_fail(err, WT_E_STATE, "'%s' has not expired", prefix);
	if (!rc)
		rc = git->store->refs(git->self, wt_arena_printf(&a, "%s/", prefix), &a, &refs, &n,
				      err);
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; !rc && i < n; i++) {
			struct wt_oid oid;

			if ((strcmp(refs[i], about) == 0) != (round == 1))
				continue;
			rc = git->store->ref(git->self, refs[i], &oid, err);
			if (!rc)
				rc = git->tool->update_ref(git->self, refs[i], &none, &oid,
							   "wtorch: expired", err);
		}
	wt_arena_clear(&a);
	return rc;
}
