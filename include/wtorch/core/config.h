/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_CONFIG_H
#define WT_CORE_CONFIG_H

/*
 * The configuration: one table of keys, and the values that the layers gave them.
 *
 * A key is "section.key" ("run.jobs"), or "section.NAME.key" for sections that the user names
 * ("agent.claude.command"); in the table the name is a star: "agent.*.command". Layers may be
 * set in any order; the strongest one wins. Everything is checked when it is set, so readers
 * need no checks: asking for a key that the table does not have is a programmer's mistake.
 *
 * The table is also what `config/wtorch.ini`, wtorch.ini(5) and the completion are tested
 * against.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/json.h"

enum wt_layer { /* weakest first */
	WT_LAYER_DEFAULT,
	WT_LAYER_SYSTEM,
	WT_LAYER_USER,
	WT_LAYER_PROJECT,
	WT_LAYER_ENV,
	WT_LAYER_OVERRIDE, /* -c SECTION.KEY=VALUE */
	WT_LAYER_FLAG,
};

enum wt_key_type {
	WT_KEY_TEXT,
	WT_KEY_LIST,     /* separated by blanks or commas */
	WT_KEY_INT,
	WT_KEY_BOOL,
	WT_KEY_DURATION, /* read as milliseconds */
	WT_KEY_SIZE,     /* read as bytes */
	WT_KEY_ENUM,     /* one of the words in choices, separated by blanks */
	WT_KEY_COMMAND,  /* an argv, split as a shell splits words (quotes, no expansion) */
};

struct wt_key {
	const char *name;     /* "run.jobs", "agent.*.command" */
	enum wt_key_type type;
	const char *fallback; /* the default as it would be written; NULL: unset */
	int64_t min, max;     /* of numbers, inclusive, in the unit read */
	const char *choices;
	bool is_user_only;    /* ignored with a warning in a project's file */
	const char *help;     /* one sentence for the sample and the manual */
};

/* The table, in the order of the sample configuration. */
const struct wt_key *wt_config_keys(size_t *n);

struct wt_config;
struct wt_config *wt_config_new(void);
void wt_config_free(struct wt_config *c);

/*
 * Sets a value. A key that does not exist (the nearest right one is named), a value of the
 * wrong type or out of range, is an error in diags at that place and changes nothing.
 */
void wt_config_set(struct wt_config *c, enum wt_layer layer, const char *key, const char *value,
		   struct wt_place place, struct wt_diags *diags);

/* The name in "section.NAME.key" sections of that kind, in order of appearance. */
size_t wt_config_names(const struct wt_config *c, const char *section, const char *const **names);
bool wt_config_has_name(const struct wt_config *c, const char *section, const char *name);

/* Readers; strings are borrowed until the next set. Unset text is NULL. */
const char *wt_config_text(const struct wt_config *c, const char *key);
int64_t wt_config_int(const struct wt_config *c, const char *key); /* unset: 0 */
bool wt_config_bool(const struct wt_config *c, const char *key);
bool wt_config_is(const struct wt_config *c, const char *key, const char *word);
bool wt_config_is_set(const struct wt_config *c, const char *key); /* by any layer but default */
/* Items of a list or the argv of a command; NULL-terminated, NULL when empty. */
const char *const *wt_config_list(const struct wt_config *c, const char *key, size_t *n);
/* As the readers above, for "section.NAME.key". */
const char *wt_config_named_text(const struct wt_config *c, const char *section, const char *name,
				 const char *key);
int64_t wt_config_named_int(const struct wt_config *c, const char *section, const char *name,
			    const char *key);
bool wt_config_named_bool(const struct wt_config *c, const char *section, const char *name,
			  const char *key);
const char *const *wt_config_named_list(const struct wt_config *c, const char *section,
					const char *name, const char *key, size_t *n);

/* Which layer, and which place, a key has its value from. */
enum wt_layer wt_config_layer(const struct wt_config *c, const char *key, struct wt_place *place);
const char *wt_layer_name(enum wt_layer layer);

/* Every value that is not a default, to be frozen in a run's journal, and back. */
void wt_config_render(const struct wt_config *c, struct wt_jsonw *w);
void wt_config_load(struct wt_config *c, const struct wt_json *frozen, struct wt_diags *diags);

/* The commented sample: every key with its help and default. */
void wt_config_render_sample(struct wt_buf *out);

/* Splits a command line into words as a shell would, without any expansion; the array and the
 * words live in the arena. False when a quote is not closed. */
bool wt_config_split(struct wt_arena *a, const char *line, const char ***argv, size_t *n);

#endif
