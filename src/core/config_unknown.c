/* SPDX-License-Identifier: MIT */
/* What is said about sections and keys that do not exist: always with the way to a right one. */

#include <string.h>

#include "config_impl.h"

#define MAX_SHOWN 60

static int shown(struct wt_str s)
{
	return s.len > MAX_SHOWN ? MAX_SHOWN : (int)s.len;
}

static const char *nearest(struct wt_diags *d, struct wt_str word, const char *const *names,
			   size_t n)
{
	return wt_text_nearest(wt_arena_strndup(d->arena, word.data, word.len), names, n);
}

/* " NAME" behind the sections that have one. */
static const char *name_of(const struct wt_section *section)
{
	return section->is_named ? " NAME" : "";
}

static const char *join(struct wt_diags *d, const char *const *names, size_t n)
{
	struct wt_buf text = WT_BUF_INIT;
	const char *joined;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&text, "%s%s", i ? ", " : "", names[i]);
	joined = wt_arena_strndup(d->arena, text.data, text.len);
	wt_buf_clear(&text);
	return joined;
}

/* Names of the keys of one section, or (NULL) of all; the array lives in the arena. */
static const char *const *bases_of(struct wt_diags *d, const struct wt_section *section, size_t *n)
{
	size_t n_keys;
	const struct wt_key *keys = wt_config_keys(&n_keys);
	const char **bases = wt_arena_alloc(d->arena, n_keys * sizeof *bases);

	*n = 0;
	for (size_t i = 0; i < n_keys; i++) {
		const char *base = wt_key_base(&keys[i]);

		if (!section || wt_key_find(section, wt_str_of(base)) == &keys[i])
			bases[(*n)++] = base;
	}
	return bases;
}

/* The section that has a key of exactly that name. */
static const struct wt_section *owner_of(struct wt_str key)
{
	size_t n;
	const struct wt_section *sections = wt_config_sections(&n);

	for (size_t i = 0; i < n; i++) {
		if (wt_key_find(&sections[i], key))
			return &sections[i];
	}
	return NULL;
}

void wt_config_unknown_section(struct wt_str section, struct wt_place place, struct wt_diags *diags)
{
	size_t n;
	const struct wt_section *sections = wt_config_sections(&n);
	const char **names = wt_arena_alloc(diags->arena, n * sizeof *names);
	size_t n_names = 0;
	const char *near;

	for (size_t i = 0; i < n; i++) { /* [gate] and [gate NAME] are one word */
		if (!i || strcmp(sections[i].name, sections[i - 1].name) != 0)
			names[n_names++] = sections[i].name;
	}
	near = nearest(diags, section, names, n_names);
	if (near)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown section '%.*s'; did you mean [%s%s]?", shown(section),
			     section.data, near, name_of(wt_section_find(wt_str_of(near), false)));
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown section '%.*s'; known are %s", shown(section), section.data,
			     join(diags, names, n_names));
}

void wt_config_unknown_key(const struct wt_section *section, struct wt_str key,
			   struct wt_place place, struct wt_diags *diags)
{
	size_t n;
	const char *const *bases = bases_of(diags, section, &n);
	const char *near = nearest(diags, key, bases, n);
	const struct wt_section *owner = near ? NULL : owner_of(key);

	if (near)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.*s' in [%s%s]; did you mean '%s'?", shown(key),
			     key.data, section->name, name_of(section), near);
	else if (owner)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.*s' in [%s%s]; it belongs to [%s%s]", shown(key),
			     key.data, section->name, name_of(section), owner->name,
			     name_of(owner));
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.*s' in [%s%s]; known are %s", shown(key), key.data,
			     section->name, name_of(section), join(diags, bases, n));
}

void wt_config_unknown_word(struct wt_str word, struct wt_place place, struct wt_diags *diags)
{
	size_t n;
	const char *const *bases = bases_of(diags, NULL, &n);
	const char *near = nearest(diags, word, bases, n);
	const struct wt_section *owner = near ? owner_of(wt_str_of(near)) : NULL;

	if (owner)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.*s'; did you mean '%s.%s%s'?", shown(word), word.data,
			     owner->name, owner->is_named ? "NAME." : "", near);
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.*s'; a key is written SECTION.KEY, such as run.jobs",
			     shown(word), word.data);
}
