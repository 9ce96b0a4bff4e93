/* SPDX-License-Identifier: MIT */
/* Where the base defines and uses what the text of tasks names. */

#include "wtorch/engine/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "symbols_priv.h"
#include "wtorch/base/map.h"
#include "wtorch/core/forecast.h"
#include "wtorch/engine/cache.h"

#define CACHE     "symbols.json"
#define MAX_NAMES 4000u

/* The names */

struct collecting {
	struct symbols *s;
	struct wt_map seen;
};

static void add_name(void *arg, struct wt_str name)
{
	struct collecting *c = arg;
	char text[WT_SYMBOL_MAX + 1];
	bool found;

	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	if (c->s->n_names == MAX_NAMES || wt_map_find(&c->seen, text) != WT_MAP_NONE)
		return;
	*WT_ARENA_PUSH(&c->s->scratch, c->s->names, c->s->n_names, c->s->cap_names) =
		wt_arena_strdup(&c->s->scratch, text);
	wt_map_put(&c->seen, c->s->names[c->s->n_names - 1], 0, &found);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_names(struct symbols *s, const struct wt_tasks *tasks)
{
	struct collecting c = { .s = s };

	for (size_t i = 0; i < tasks->len; i++) {
		if (tasks->items[i].status == WT_TASK_PLANNED)
			wt_forecast_each_name(&tasks->items[i], add_name, &c);
	}
	wt_map_clear(&c.seen);
	if (s->n_names)
		qsort(s->names, s->n_names, sizeof *s->names, by_bytes);
}

/* What was kept counts when it has all of the names. */
static bool is_covered(const struct symbols *s, const struct wt_symbol *kept, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < s->n_names; i++, k++) {
		while (k < n && strcmp(kept[k].name, s->names[i]) < 0)
			k++;
		if (k == n || strcmp(kept[k].name, s->names[i]) != 0)
			return false;
	}
	return true;
}

/* The result */

static const char **name_files(const struct symbols *s, struct wt_arena *a, const size_t *files,
			       size_t n)
{
	const char **out = wt_arena_alloc(a, (n + 1) * sizeof *out);

	for (size_t i = 0; i < n; i++)
		out[i] = wt_arena_strdup(a, s->files[files[i]].path);
	return out;
}

static void fill_symbol(struct symbols *s, struct wt_arena *a, size_t name, struct wt_symbol *out)
{
	const struct symbols_place *p = &s->places[name];
	size_t *used = wt_arena_alloc(&s->scratch, (p->n_files + 1) * sizeof *used), d = 0;

	out->name = wt_arena_strdup(a, s->names[name]);
	if (p->is_common || !p->n_defined)
		return;
	for (size_t i = 0; i < p->n_files; i++) {
		while (d < p->n_defined && p->defined[d] < p->files[i])
			d++;
		if (d == p->n_defined || p->defined[d] != p->files[i])
			used[out->n_used++] = p->files[i];
	}
	out->n_defined = p->n_defined;
	out->defined = name_files(s, a, p->defined, p->n_defined);
	out->used = name_files(s, a, used, out->n_used);
}

static void keep(const struct symbols *s, const char *key, const struct wt_symbol *symbols,
		 size_t n)
{
	struct wt_buf text = WT_BUF_INIT;

	wt_symbols_render(symbols, n, key, &text);
	wt_cache_save(s->ports, CACHE, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}

static void find_symbols(struct symbols *s, const struct wt_symbols_inputs *in, const char *ctags,
			 struct wt_arena *a, struct wt_evidence *out)
{
	struct wt_symbol *symbols = wt_arena_alloc(a, s->n_names * sizeof *symbols);

	s->places = wt_arena_alloc(&s->scratch, s->n_names * sizeof *s->places);
	symbols_scan(s, in->tree);
	symbols_define(s, ctags);
	for (size_t i = 0; i < s->n_names; i++)
		fill_symbol(s, a, i, &symbols[i]);
	out->symbols = symbols;
	out->n_symbols = s->n_names;
}

void wt_symbols_read(const struct wt_ports *ports, const struct wt_symbols_inputs *in,
		     struct wt_arena *a, struct wt_evidence *out, struct wt_diags *diags)
{
	struct symbols s = { .ports = ports, .diags = diags };
	const char *key = wt_arena_strdup(&s.scratch, wt_oid_hex(in->tree).hex);
	struct wt_buf ctags = WT_BUF_INIT;
	struct wt_symbol *kept = NULL;
	size_t n = 0;

	collect_names(&s, in->tasks);
	if (s.n_names &&
	    wt_symbols_parse(a, wt_cache_load(ports, CACHE, &s.scratch), key, &kept, &n) &&
	    is_covered(&s, kept, n)) {
		out->symbols = kept;
		out->n_symbols = n;
	} else if (s.n_names && wt_symbols_find_ctags(ports, &ctags)) {
		find_symbols(&s, in, ctags.data, a, out);
		if (s.is_whole && !s.is_failed)
			keep(&s, key, out->symbols, out->n_symbols);
		else if (!s.is_whole)
			wt_diags_add(
				diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
				"not all of the code was searched for the names in the text of "
				"tasks: it is too much");
	}
	wt_buf_clear(&ctags);
	wt_arena_clear(&s.scratch);
}
