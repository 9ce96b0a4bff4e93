/* SPDX-License-Identifier: MIT */
/* The configuration's values: set by layers, read by key. */

#include "wtorch/core/config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config_impl.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define MAX_NAME 40u
/* No key of the table comes near it. */
#define MAX_KEY 256u

struct wt_config *wt_config_new(void)
{
	struct wt_config *c = wt_alloc(sizeof *c);
	struct wt_buf why = WT_BUF_INIT;
	size_t n_keys, n_sections;
	const struct wt_key *keys = wt_config_keys(&n_keys);

	wt_config_sections(&n_sections);
	c->names = wt_arena_alloc(&c->arena, n_sections * sizeof *c->names);
	for (size_t i = 0; i < n_keys; i++) {
		struct wt_value *v = WT_ARENA_PUSH(&c->arena, c->values, c->len, c->cap);
		bool is_good = wt_value_parse(&c->arena, &keys[i], "", v, &why);

		assert(is_good && "a default of the table does not fit its type");
		(void)is_good;
		v->key = keys[i].name;
		v->def = &keys[i];
		wt_map_set(&c->by_key, v->key, i);
	}
	wt_buf_clear(&why);
	return c;
}

void wt_config_free(struct wt_config *c)
{
	if (!c)
		return;
	wt_map_clear(&c->by_key);
	wt_arena_clear(&c->arena);
	free(c);
}

bool wt_config_is_name(struct wt_str name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_";

	if (name.len == 0 || name.len > MAX_NAME)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!name.data[i] || !strchr(good, name.data[i]))
			return false;
	}
	return true;
}

struct wt_names *wt_config_names_of(const struct wt_config *c, const char *section)
{
	const struct wt_section *s = wt_section_find(wt_str_of(section), true);
	size_t n;

	assert(s && s->is_named);
	return s ? &c->names[s - wt_config_sections(&n)] : NULL;
}

static struct wt_place own_place(struct wt_config *c, struct wt_place place)
{
	place.path = wt_arena_strdup(&c->arena, place.path);
	return place;
}

static void add_name(struct wt_config *c, const struct wt_section *section, struct wt_str name,
		     struct wt_place place)
{
	struct wt_names *names = wt_config_names_of(c, section->name);
	char *copy;

	for (size_t i = 0; i < names->len; i++) {
		if (wt_str_is(name, names->items[i].name))
			return;
	}
	copy = wt_arena_strndup(&c->arena, name.data, name.len);
	*WT_ARENA_PUSH(&c->arena, names->items, names->len, names->cap) =
		(struct wt_named){ .name = copy, .place = own_place(c, place) };
	*WT_ARENA_PUSH(&c->arena, names->list, names->list_len, names->list_cap) = copy;
}

/* Whether section may be written with that name (data NULL: without one). */
static bool check_name(const struct wt_section *section, struct wt_str name, struct wt_place place,
		       struct wt_diags *diags)
{
	if (section->is_named && !name.data)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "section [%s] needs a name, as in [%s NAME]", section->name,
			     section->name);
	else if (section->is_named && !wt_config_is_name(name))
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "bad name '%.*s' of a section [%s NAME]: letters, digits, '-' and "
			     "'_', at most %u",
			     (int)(name.len < MAX_NAME ? name.len : MAX_NAME), name.data,
			     section->name, MAX_NAME);
	else if (!section->is_named && name.data)
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "section [%s] takes no name: write [%s]", section->name,
			     section->name);
	else
		return true;
	return false;
}

bool wt_config_set_section(struct wt_config *c, const char *section, const char *name,
			   struct wt_place place, struct wt_diags *diags)
{
	const struct wt_section *s = wt_section_find(wt_str_of(section), name != NULL);
	struct wt_str given = { name, name ? strlen(name) : 0 };

	if (!s) {
		wt_config_unknown_section(wt_str_of(section), place, diags);
		return false;
	}
	if (!check_name(s, given, place, diags))
		return false;
	if (s->is_named)
		add_name(c, s, given, place);
	return true;
}

/* Takes what stands before the first dot of rest. */
static struct wt_str take_part(struct wt_str *rest)
{
	size_t dot = wt_str_find(*rest, ".");
	struct wt_str part = { rest->data, dot };
	size_t used = dot < rest->len ? dot + 1 : dot;

	rest->data += used;
	rest->len -= used;
	return part;
}

/* The key of the table that is meant; name is set for those of named sections. */
static const struct wt_key *resolve(const char *key, struct wt_str *name, struct wt_place place,
				    struct wt_diags *diags)
{
	struct wt_str rest = wt_str_of(key);
	struct wt_str first = take_part(&rest);
	bool has_more = wt_str_find(rest, ".") < rest.len;
	const struct wt_section *section = wt_section_find(first, has_more);
	const struct wt_key *def;

	*name = (struct wt_str){ NULL, 0 };
	if (!strchr(key, '.')) {
		wt_config_unknown_word(first, place, diags);
		return NULL;
	}
	if (!section) {
		wt_config_unknown_section(first, place, diags);
		return NULL;
	}
	if (section->is_named) {
		*name = take_part(&rest);
		if (!check_name(section, *name, place, diags))
			return NULL;
	}
	def = wt_key_find(section, rest);
	if (!def)
		wt_config_unknown_key(section, rest, place, diags);
	return def;
}

static struct wt_value *find_or_add(struct wt_config *c, const char *key, const struct wt_key *def)
{
	size_t i = wt_map_find(&c->by_key, key);
	struct wt_value *v;

	if (i != WT_MAP_NONE)
		return &c->values[i];
	v = WT_ARENA_PUSH(&c->arena, c->values, c->len, c->cap);
	v->key = wt_arena_strdup(&c->arena, key);
	v->def = def;
	v->layer = WT_LAYER_DEFAULT;
	wt_map_set(&c->by_key, v->key, c->len - 1);
	return v;
}

/* The same key twice in one file is more often a slip than meant. */
static bool is_repeated(const struct wt_value *old, enum wt_layer layer, struct wt_place place)
{
	return old->raw && old->layer == layer && old->place.line && place.line &&
	       old->place.path && place.path && strcmp(old->place.path, place.path) == 0;
}

static bool check_text(const char *key, const char *text, struct wt_place place,
		       struct wt_diags *diags)
{
	size_t len = strlen(text);

	if (len > WT_MAX_CONFIG_VALUE) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "%s: the value is %zu bytes long; at most %u are read", key, len,
			     WT_MAX_CONFIG_VALUE);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte >= 0x20 && byte != 0x7f) || byte == '\t')
			continue;
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "%s: the value holds a control byte (0x%02x)", key, byte);
		return false;
	}
	if (wt_text_is_utf8(wt_str_of(text)))
		return true;
	wt_diags_add(diags, WT_SEVERITY_ERROR, place, "%s: the value is not valid UTF-8", key);
	return false;
}

/* Puts a good value; a weaker layer than the one before is only checked. */
static void put(struct wt_config *c, const char *key, const struct wt_value *value)
{
	struct wt_value *v = find_or_add(c, key, value->def);
	const char *own_key = v->key;

	if (is_repeated(v, value->layer, value->place) || v->layer > value->layer)
		return;
	*v = *value;
	v->key = own_key;
	v->place = own_place(c, value->place);
}

void wt_config_set(struct wt_config *c, enum wt_layer layer, const char *key, const char *value,
		   struct wt_place place, struct wt_diags *diags)
{
	struct wt_value new = { .layer = layer, .place = place };
	struct wt_buf why = WT_BUF_INIT;
	struct wt_str name;
	size_t old;

	new.def = resolve(key, &name, place, diags);
	if (!new.def || !check_text(key, value, place, diags))
		return;
	if (name.data)
		add_name(c, wt_section_find((struct wt_str){ key, strcspn(key, ".") }, true),
			 name, place);
	if (new.def->is_user_only && layer == WT_LAYER_PROJECT) {
		wt_diags_add(diags, WT_SEVERITY_WARNING, place,
			     "%s is ignored here: only your own configuration may set it", key);
		return;
	}
	old = wt_map_find(&c->by_key, key);
	if (old != WT_MAP_NONE && is_repeated(&c->values[old], layer, place)) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "%s is set twice in this file: line %zu says '%s'", key,
			     c->values[old].place.line, c->values[old].raw);
		return;
	}
	new.raw = wt_arena_strdup(&c->arena, value);
	if (wt_value_parse(&c->arena, new.def, new.raw, &new, &why))
		put(c, key, &new);
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, place, "%s %s", key, why.data);
	wt_buf_clear(&why);
}

size_t wt_config_names(const struct wt_config *c, const char *section, const char *const **names)
{
	const struct wt_names *found = wt_config_names_of(c, section);

	*names = found ? found->list : NULL;
	return found ? found->list_len : 0;
}

bool wt_config_has_name(const struct wt_config *c, const char *section, const char *name)
{
	const struct wt_names *found = wt_config_names_of(c, section);

	for (size_t i = 0; found && name && i < found->list_len; i++) {
		if (strcmp(found->list[i], name) == 0)
			return true;
	}
	return false;
}

struct wt_place wt_config_name_place(const struct wt_config *c, const char *section,
				     const char *name)
{
	const struct wt_names *found = wt_config_names_of(c, section);

	for (size_t i = 0; found && name && i < found->len; i++) {
		if (strcmp(found->items[i].name, name) == 0)
			return found->items[i].place;
	}
	return (struct wt_place){ 0 };
}

const struct wt_value *wt_config_value(const struct wt_config *c, const char *key)
{
	static const struct wt_value none;
	size_t i = wt_map_find(&c->by_key, key);
	struct wt_str rest = wt_str_of(key);
	struct wt_str section = take_part(&rest);
	struct wt_str name = take_part(&rest);
	char star[MAX_KEY];

	if (i != WT_MAP_NONE)
		return &c->values[i];
	/* A name that nobody gave this key a value for has the default. */
	if (name.len && section.len + rest.len + 4 < sizeof star) {
		memcpy(star, section.data, section.len);
		memcpy(star + section.len, ".*.", 3);
		memcpy(star + section.len + 3, rest.data, rest.len);
		star[section.len + 3 + rest.len] = '\0';
		i = wt_map_find(&c->by_key, star);
	}
	assert(i != WT_MAP_NONE && "no such key");
	return i == WT_MAP_NONE ? &none : &c->values[i];
}

const struct wt_value *wt_config_named_value(const struct wt_config *c, const char *section,
					     const char *name, const char *key)
{
	struct wt_buf full = WT_BUF_INIT;
	const struct wt_value *v;

	wt_buf_printf(&full, "%s.%s.%s", section, wt_config_is_name(wt_str_of(name)) ? name : "*",
		      key);
	v = wt_config_value(c, full.data);
	wt_buf_clear(&full);
	return v;
}

const char *wt_config_text(const struct wt_config *c, const char *key)
{
	return wt_config_value(c, key)->text;
}

int64_t wt_config_int(const struct wt_config *c, const char *key)
{
	return wt_config_value(c, key)->number;
}

bool wt_config_bool(const struct wt_config *c, const char *key)
{
	return wt_config_value(c, key)->number != 0;
}

bool wt_config_is(const struct wt_config *c, const char *key, const char *word)
{
	const char *text = wt_config_text(c, key);

	return text && strcmp(text, word) == 0;
}

bool wt_config_is_set(const struct wt_config *c, const char *key)
{
	return wt_config_value(c, key)->layer != WT_LAYER_DEFAULT;
}

static const char *const *list_of(const struct wt_value *v, size_t *n)
{
	*n = v->n_list;
	return v->list;
}

const char *const *wt_config_list(const struct wt_config *c, const char *key, size_t *n)
{
	return list_of(wt_config_value(c, key), n);
}

const char *wt_config_named_text(const struct wt_config *c, const char *section, const char *name,
				 const char *key)
{
	return wt_config_named_value(c, section, name, key)->text;
}

int64_t wt_config_named_int(const struct wt_config *c, const char *section, const char *name,
			    const char *key)
{
	return wt_config_named_value(c, section, name, key)->number;
}

bool wt_config_named_bool(const struct wt_config *c, const char *section, const char *name,
			  const char *key)
{
	return wt_config_named_value(c, section, name, key)->number != 0;
}

const char *const *wt_config_named_list(const struct wt_config *c, const char *section,
					const char *name, const char *key, size_t *n)
{
	return list_of(wt_config_named_value(c, section, name, key), n);
}

enum wt_layer wt_config_layer(const struct wt_config *c, const char *key, struct wt_place *place)
{
	const struct wt_value *v = wt_config_value(c, key);

	if (place)
		*place = v->place;
	return v->layer;
}
