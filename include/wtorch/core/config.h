/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_CONFIG_H
#define WT_CORE_CONFIG_H

/*
 * The configuration: one table of keys, and the values that the layers gave them.
 *
 *	c = wt_config_new()
 *	wt_config_set(c, WT_LAYER_PROJECT, "run.jobs", "4", place, &diags)    for every value
 *	wt_config_check(c, &diags)                                         once, when all are set
 *	jobs = wt_config_int(c, "run.jobs")
 *
 * A key is "section.key" ("run.jobs"), or "section.NAME.key" for sections that the user names
 * ("agent.claude.command"); in the table the name is a star: "agent.*.command". Layers may be
 * set in any order; the strongest one wins, and of one layer the last. Every value is checked
 * when it is set, so readers need no checks: asking for a key that the table does not have is a
 * programmer's mistake.
 *
 * An empty value stands for the default, whatever the type, and still beats a weaker layer:
 * so a project can take back what a user's own file says.
 *
 * The configuration owns all it holds; values, keys and places given to it are borrowed for the
 * call, but a place's path also goes into diags and has to live as long as those.
 *
 * The table is also what `config/wtorch.ini`, wtorch.ini(5) and the completion are tested
 * against.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/json.h"
#include "wtorch/base/text.h"

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
	WT_KEY_LIST, /* separated by blanks or commas; quotes hold an item together */
	WT_KEY_INT,
	WT_KEY_BOOL,
	WT_KEY_DURATION, /* read as milliseconds */
	WT_KEY_SIZE,     /* read as bytes */
	WT_KEY_DECIMAL,  /* up to six decimals, read as millionths: "0.8" is 800000 */
	WT_KEY_ENUM,     /* one of the words in choices, separated by blanks */
	WT_KEY_COMMAND,  /* an argv, split as a shell splits words (quotes, no expansion) */
};

struct wt_key {
	const char *name; /* "run.jobs", "agent.*.command" */
	enum wt_key_type type;
	const char *fallback; /* the default as it would be written; NULL: unset */
	int64_t min, max;     /* of numbers, inclusive, in the unit read */
	const char *choices;
	bool is_user_only;   /* ignored with a warning in a project's file */
	const char *example; /* what the sample shows where there is no fallback */
	const char *help;    /* one sentence for the sample and the manual */
};

/* The table, in the order of the sample configuration. */
const struct wt_key *wt_config_keys(size_t *n);

/* A kind of section; "agent" is_named, because it is written "[agent NAME]". There are two of
 * "gate": [gate], and behind it [gate NAME]. */
struct wt_section {
	const char *name;
	bool is_named;
	const char *help;
};
const struct wt_section *wt_config_sections(size_t *n);

/* A NAME in a section: letters, digits, '-' and '_', 1 to 40 of them. */
bool wt_config_is_name(struct wt_str name);

struct wt_config;
struct wt_config *wt_config_new(void);
void wt_config_free(struct wt_config *c);

/*
 * Sets a value. A key that does not exist (the nearest right one is named), a value of the
 * wrong type or out of range, is an error in diags at that place and changes nothing.
 */
void wt_config_set(struct wt_config *c, enum wt_layer layer, const char *key, const char *value,
		   struct wt_place place, struct wt_diags *diags);

/*
 * The header of a section in a file: name is NULL in "[run]". False, with an error in diags,
 * when there is no such section or its name is wrong; its keys are then better left alone. A
 * NAME counts from here on, also when no key follows.
 */
bool wt_config_set_section(struct wt_config *c, const char *section, const char *name,
			   struct wt_place place, struct wt_diags *diags);

/*
 * What no single value can say: thresholds that contradict each other, agents without a command
 * or that do not exist, unknown words in templates and commands, two equal roadmap markers. A
 * start threshold that nobody set follows its maximum down.
 */
void wt_config_check(struct wt_config *c, struct wt_diags *diags);

/* The words that worktree.path and worktree.branch may hold, and those of agent.*.command;
 * NULL-terminated. */
extern const char *const wt_config_path_words[];
extern const char *const wt_config_command_words[];

/* The NAMEs of "section.NAME.key" sections of that kind, in order of appearance. */
size_t wt_config_names(const struct wt_config *c, const char *section, const char *const **names);
bool wt_config_has_name(const struct wt_config *c, const char *section, const char *name);
/* Where it appeared first; {0} when it did not. */
struct wt_place wt_config_name_place(const struct wt_config *c, const char *section,
				     const char *name);

/* Readers; strings are borrowed until the next set. Unset text is NULL. */
const char *wt_config_text(const struct wt_config *c, const char *key);
int64_t wt_config_int(const struct wt_config *c, const char *key); /* unset: 0 */
bool wt_config_bool(const struct wt_config *c, const char *key);
bool wt_config_is(const struct wt_config *c, const char *key, const char *word);
bool wt_config_is_set(const struct wt_config *c, const char *key); /* by any layer but default */
/* Items of a list or the argv of a command; NULL-terminated, NULL when unset. */
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
const char *wt_layer_name(enum wt_layer layer); /* "default", "project", "-c", ... */

/* Every value that is not a default, as one JSON array to be frozen in a run's journal, and back
 * with the layers and places that they had. */
void wt_config_render(const struct wt_config *c, struct wt_jsonw *w);
void wt_config_load(struct wt_config *c, const struct wt_json *frozen, struct wt_diags *diags);

/* The commented sample: every key with its help and default. */
void wt_config_render_sample(struct wt_buf *out);

/* Splits a command line into words as a shell would (blanks, quotes, backslash), without any
 * expansion; the array, which ends in NULL, and the words live in the arena. False when a quote
 * is not closed. */
bool wt_config_split(struct wt_arena *a, const char *line, const char ***argv, size_t *n);

#endif
