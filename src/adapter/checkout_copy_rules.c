/* SPDX-License-Identifier: MIT */
/* When a checkout by git would be more than writing blobs into files. */

#include "checkout_copy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/path.h"

/* Settings that must be absent, or have this meaning wherever they are set. */
static const struct {
	const char *key;
	enum { ABSENT, NO, YES } want;
} rules[] = {
	{ "attr.tree", ABSENT },
	{ "core.autocrlf", NO },
	{ "core.bare", NO },
	{ "core.eol", ABSENT },
	{ "core.filemode", YES },
	{ "core.fsmonitor", NO },
	{ "core.ignorecase", NO },
	{ "core.prefersymlinkrefs", NO },
	{ "core.protecthfs", NO },
	{ "core.sharedrepository", NO },
	{ "core.sparsecheckout", NO },
	{ "core.splitindex", NO },
	{ "core.symlinks", YES },
	{ "core.worktree", ABSENT },
	{ "feature.experimental", NO },
	{ "feature.manyfiles", NO },
	{ "index.sparse", NO },
	{ "index.version", ABSENT },
	{ "worktree.userelativepaths", NO },
};

static bool is_harmless(const struct wt_git_setting *s)
{
	struct wt_str value = wt_str_of(s->value);
	bool is_yes;

	/* Of these only the one that says what git 2.39 knows. */
	if (wt_str_starts(wt_str_of(s->key), "extensions."))
		return strcmp(s->key, "extensions.worktreeconfig") == 0;
	if (wt_str_starts(wt_str_of(s->key), "hook."))
		return false;
	if (wt_str_starts(wt_str_of(s->key), "remote."))
		return !strstr(s->key, ".promisor") && !strstr(s->key, ".partialclone");
	if (strcmp(s->key, "core.autocrlf") == 0 && wt_str_is_nocase(value, "input"))
		return true;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(s->key, rules[i].key) == 0)
			return rules[i].want != ABSENT && wt_text_parse_bool(value, &is_yes) &&
			       is_yes == (rules[i].want == YES);
	return true;
}

static bool exists(struct wt_arena *a, const char *folder, const char *name)
{
	return access(wt_path_join(a, folder, name), F_OK) == 0 || errno != ENOENT;
}

/* The folder of the hooks, or NULL when it cannot be named for certain. */
static const char *hooks_folder(const struct git_self *g, struct wt_arena *a)
{
	const char *path = git_program_setting(g, "core.hooksPath");
	const char *home = git_program_variable(g, "HOME");

	if (!path)
		return wt_path_join(a, g->common_dir, "hooks");
	if (strncmp(path, "~/", 2) == 0)
		return home ? wt_path_join(a, home, path + 2) : NULL;
	if (!*path || *path == '~' || *path == '%' || *path == ':')
		return NULL;
	return wt_path_join(a, g->dir, path); /* git looks from the top of the checkout */
}

static bool has_hooks(const struct git_self *g, struct wt_arena *a)
{
	static const char *const names[] = { "post-checkout", "post-index-change",
					     "reference-transaction" };
	const char *folder = hooks_folder(g, a);
	bool found = !folder;

	for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
		found = access(wt_path_join(a, folder, names[i]), X_OK) == 0;
	return found;
}

static bool has_replacements(struct git_self *g, struct wt_arena *a)
{
	struct wt_error ignored;
	const char **names;
	size_t n;

	return git_libgit2_store.refs(g, "refs/replace/", a, &names, &n, &ignored) || n;
}

bool checkout_repository_is_plain(struct git_self *g, bool skips_hooks, struct wt_arena *a)
{
	struct wt_error ignored;

	if (!g->top || git_program_variable(g, "GIT_ATTR_SOURCE") ||
	    git_program_settings(g, &ignored))
		return false;
	for (size_t i = 0; i < g->n_settings; i++)
		if (!is_harmless(&g->settings[i]))
			return false;
	return (skips_hooks || !has_hooks(g, a)) && !exists(a, g->common_dir, "config.worktree") &&
	       !exists(a, g->git_dir, "config.worktree") && !has_replacements(g, a);
}

/* attributes */

/* Attributes that change no bytes on the way from a blob into a file, as long as core.eol and
 * core.autocrlf say nothing: text is stored as it is here. Takes away, too. */
static bool is_plain_attribute(struct wt_str word)
{
	static const char *const harmful[] = { "filter", "ident", "working-tree-encoding" };
	struct wt_str name;

	if (wt_str_is(word, "eol=lf") || !word.len || word.data[0] == '-' || word.data[0] == '!')
		return true;
	name = (struct wt_str){ word.data, wt_str_find(word, "=") };
	for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++)
		if (wt_str_is(name, harmful[i]))
			return false;
	return !wt_str_is(name, "eol");
}

static bool are_plain(struct wt_str text)
{
	struct wt_str line, word;

	while (wt_str_next(&text, "\n", &line)) {
		if (line.data[0] == '#')
			continue;
		/* The pattern is looked at, too: a quoted one may hold blanks. */
		while (wt_str_next(&line, " \t\r", &word))
			if (!is_plain_attribute(word))
				return false;
	}
	return true;
}

static bool blob_is_plain(struct git_self *g, const struct wt_oid *oid)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	bool ok = git_libgit2_store.blob(g, oid, &text, &ignored) == WT_OK &&
		  are_plain((struct wt_str){ text.data, text.len });

	wt_buf_clear(&text);
	return ok;
}

/* With the same .gitattributes on both sides nothing of the checkout's files can come from
 * attributes that the new tree does not have. from NULL: nothing comes from there. */
bool checkout_attributes_are_plain(struct git_self *g, const struct checkout_index *from,
				   const struct checkout_plan *plan)
{
	struct wt_buf outside = WT_BUF_INIT;
	bool ok = git_program_attributes(g, &outside) &&
		  are_plain((struct wt_str){ outside.data, outside.len });
	size_t n = 0;

	for (size_t i = 0; ok && i < plan->n; i++) {
		const struct checkout_entry *e = &plan->entries[i];

		if (!checkout_is_attributes(e->path))
			continue;
		n++;
		ok = (e->has_source || !from) && e->stat[CHECKOUT_MODE] != 0120000 &&
		     blob_is_plain(g, &e->oid);
	}
	wt_buf_clear(&outside);
	return ok && (!from || n == from->n_attributes);
}
