/* SPDX-License-Identifier: MIT */
/* Evidence as it is kept between two plans. */

#include "wtorch/core/evidence.h"

#include <string.h>

#define VERSION 1

/* Of a document of ours with that key. */
static bool is_of(const struct wt_json *doc, const char *what, const char *key)
{
	return wt_json_int(doc, "v", 0) == VERSION &&
	       strcmp(wt_json_text(doc, "what", ""), what) == 0 &&
	       strcmp(wt_json_text(doc, "key", ""), key) == 0;
}

static void begin(struct wt_jsonw *w, const char *what, const char *key)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kint(w, "v", VERSION);
	wt_jsonw_kstr(w, "what", what);
	wt_jsonw_kstr(w, "key", key);
}

/* NULL when one of them is no path that a tree may have. */
static const char **take_paths(struct wt_arena *arena, const struct wt_json *list, size_t *n)
{
	const char **out = wt_arena_alloc(arena, (wt_json_count(list) + 1) * sizeof *out);

	*n = 0;
	for (const struct wt_json *i = list ? list->child : NULL; i; i = i->next) {
		if (i->kind != WT_JSON_STRING || !i->string[0])
			return NULL;
		out[(*n)++] = wt_arena_strdup(arena, i->string);
	}
	return out;
}

/* symbols */

void wt_symbols_render(const struct wt_symbol *symbols, size_t n, const char *key,
		       struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	begin(&w, "symbols", key);
	wt_jsonw_key(&w, "symbols");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < n; i++) {
		wt_jsonw_begin(&w, '{');
		wt_jsonw_kstr(&w, "name", symbols[i].name);
		wt_jsonw_klist(&w, "defined", symbols[i].defined, symbols[i].n_defined);
		wt_jsonw_klist(&w, "used", symbols[i].used, symbols[i].n_used);
		wt_jsonw_end(&w, '}');
	}
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
}

static bool take_symbol(struct wt_arena *arena, const struct wt_json *item, struct wt_symbol *out)
{
	out->name = wt_arena_strdup(arena, wt_json_text(item, "name", NULL));
	out->defined = take_paths(arena, wt_json_find(item, "defined"), &out->n_defined);
	out->used = take_paths(arena, wt_json_find(item, "used"), &out->n_used);
	return out->name && out->defined && out->used;
}

bool wt_symbols_parse(struct wt_arena *arena, const struct wt_json *doc, const char *key,
		      struct wt_symbol **out, size_t *n)
{
	const struct wt_json *list = wt_json_find(doc, "symbols");
	struct wt_symbol *symbols;

	*out = NULL;
	*n = 0;
	if (!is_of(doc, "symbols", key))
		return false;
	symbols = wt_arena_alloc(arena, (wt_json_count(list) + 1) * sizeof *symbols);
	for (const struct wt_json *i = list ? list->child : NULL; i; i = i->next, ++*n) {
		if (!take_symbol(arena, i, &symbols[*n]) ||
		    (*n && strcmp(symbols[*n - 1].name, symbols[*n].name) >= 0)) {
			*n = 0;
			return false;
		}
	}
	*out = symbols;
	return true;
}

/* history */

void wt_co_change_render(const struct wt_co_change *c, const char *key, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	begin(&w, "history", key);
	wt_jsonw_klist(&w, "paths", c->paths, c->n_paths);
	wt_jsonw_key(&w, "commits");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < c->n_commits; i++) {
		wt_jsonw_begin(&w, '[');
		for (size_t k = c->starts[i]; k < c->starts[i + 1]; k++)
			wt_jsonw_int(&w, c->files[k]);
		wt_jsonw_end(&w, ']');
	}
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
}

static size_t count_files(const struct wt_json *commits)
{
	size_t n = 0;

	for (const struct wt_json *i = commits ? commits->child : NULL; i; i = i->next)
		n += wt_json_count(i);
	return n;
}

static bool take_files(const struct wt_json *list, size_t n_paths, uint32_t *files, size_t *n)
{
	for (const struct wt_json *i = list->child; i; i = i->next) {
		if (i->kind != WT_JSON_NUMBER || !(i->number >= 0) ||
		    i->number >= (double)n_paths || i->number >= (double)UINT32_MAX)
			return false;
		files[(*n)++] = (uint32_t)i->number;
	}
	return true;
}

bool wt_co_change_parse(struct wt_arena *arena, const struct wt_json *doc, const char *key,
			struct wt_co_change *out)
{
	const struct wt_json *commits = wt_json_find(doc, "commits");
	size_t n_commits = wt_json_count(commits), n = 0;
	uint32_t *files = wt_arena_alloc(arena, (count_files(commits) + 1) * sizeof *files);
	size_t *starts = wt_arena_alloc(arena, (n_commits + 1) * sizeof *starts);

	*out = (struct wt_co_change){ 0 };
	if (!is_of(doc, "history", key))
		return false;
	out->paths = take_paths(arena, wt_json_find(doc, "paths"), &out->n_paths);
	if (!out->paths)
		goto damaged;
	for (const struct wt_json *i = n_commits ? commits->child : NULL; i; i = i->next) {
		if (i->kind != WT_JSON_ARRAY || !take_files(i, out->n_paths, files, &n))
			goto damaged;
		starts[++out->n_commits] = n;
	}
	out->files = files;
	out->starts = starts;
	return true;
damaged:
	*out = (struct wt_co_change){ 0 };
	return false;
}
