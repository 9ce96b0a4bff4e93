/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_CONFIG_IMPL_H
#define WT_CORE_CONFIG_IMPL_H

/* What the files of core/config share with each other and with nobody else. */

#include "wtorch/base/arena.h"
#include "wtorch/base/map.h"
#include "wtorch/core/config.h"

/* A key with what the strongest layer so far gave it. */
struct wt_value {
	const char *key; /* in full: "agent.claude.timeout" */
	const struct wt_key *def;
	enum wt_layer layer;
	struct wt_place place;
	const char *raw;  /* as written; NULL: by nobody */
	const char *text; /* raw, or the default; NULL: unset */
	int64_t number;
	const char *const *list; /* NULL-terminated; NULL when empty */
	size_t n_list;
};

struct wt_named {
	const char *name;
	struct wt_place place; /* of its first appearance */
};

/* The NAMEs of one kind of section. */
struct wt_names {
	struct wt_named *items;
	size_t len, cap;
	const char **list; /* the names alone */
	size_t list_len, list_cap;
};

struct wt_config {
	struct wt_arena arena;
	struct wt_value *values; /* the first ones are the table's, in its order */
	size_t len, cap;
	struct wt_map by_key;   /* full key -> index into values */
	struct wt_names *names; /* one per section of the table */
};

/* The section, or NULL; its place in the table is also that of its names. Where there are two of
 * that name, [gate] and [gate NAME], the one that is_named says; else the only one. */
const struct wt_section *wt_section_find(struct wt_str name, bool is_named);
struct wt_names *wt_config_names_of(const struct wt_config *c, const char *section);

/* The key of the table that section and key name, or NULL. */
const struct wt_key *wt_key_find(const struct wt_section *section, struct wt_str key);

/* Its last part: "jobs", "status.planned". */
const char *wt_key_base(const struct wt_key *def);

const struct wt_value *wt_config_value(const struct wt_config *c, const char *key);
const struct wt_value *wt_config_named_value(const struct wt_config *c, const char *section,
					     const char *name, const char *key);

/* Reads raw (empty: the default) into value's text, number and list. False with the reason,
 * such as "must be a number from 1 to 256, not 'x'", in why. */
bool wt_value_parse(struct wt_arena *a, const struct wt_key *def, const char *raw,
		    struct wt_value *value, struct wt_buf *why);

/* "number, 1 to 256"; "one of: parallel, batch, sequential". */
void wt_key_render_type(const struct wt_key *def, struct wt_buf *out);

/* Reports a section, or a key of a section, that does not exist, with the nearest right one. */
void wt_config_unknown_section(struct wt_str section, struct wt_place place,
			       struct wt_diags *diags);
void wt_config_unknown_key(const struct wt_section *section, struct wt_str key,
			   struct wt_place place, struct wt_diags *diags);
/* A key without a dot. */
void wt_config_unknown_word(struct wt_str word, struct wt_place place, struct wt_diags *diags);

#endif
