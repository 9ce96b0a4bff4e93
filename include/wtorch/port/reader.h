/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_READER_H
#define WT_PORT_READER_H

/*
 * From bytes to plain values, by libraries that engine must not see. Functions and no
 * state: what they give lives in the arena, what they are given is borrowed for the call, and
 * every size and depth is bounded (limits.h).
 */

#include "wtorch/base/diag.h"
#include "wtorch/base/json.h"
#include "wtorch/core/doc.h"
#include "wtorch/core/markdown.h"

/*
 * One "key = value" of an INI file; section "agent claude" comes as section and name, "run" with
 * a NULL name. The header of a section comes first, with a NULL key and value. The strings are
 * borrowed for the call; place.path lives as long as the diagnostics.
 */
typedef void wt_ini_entry(void *arg, const char *section, const char *name, const char *key,
			  const char *value, struct wt_place place);

struct wt_yaml_text {
	const char *path; /* for messages; lives as long as the diagnostics */
	struct wt_str text;
	size_t line; /* of its first byte, 1 for a whole file */
	bool wants_rest; /* also a tree of which something was refused: without equal keys and
			  * aliases, with what had a tag, the first of several documents */
};

struct wt_reader {
	/* Exactly one JSON value with nothing but blanks behind it. */
	enum wt_code (*json)(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			     struct wt_error *err);
	/* One XML document: an element is an object of its name, its members in order are its
	 * attributes (strings, "@name"), its elements, and last, where there is any, its own text
	 * without blanks around it (a string, "#text", cut at WT_MAX_XML_TEXT). The root's name is
	 * in it. Nothing outside the document is read, and what declares entities is refused. */
	enum wt_code (*xml)(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			    struct wt_error *err);
	/* Never fails on content; path is for messages. */
	enum wt_code (*markdown)(struct wt_arena *arena, const char *path, struct wt_str text,
				 struct wt_md *out, struct wt_error *err);
	/* Continuation lines are joined by a blank; syntax errors and over-long lines are errors
	 * in diags with their line. */
	void (*ini)(const char *path, struct wt_str text, wt_ini_entry *entry, void *arg,
		    struct wt_diags *diags);
	/* One document of YAML, or of JSON, which is read as YAML; positions are those of the
	 * bytes given. All that is refused is an error in diags, up to the first place from which
	 * it cannot be read on, and NULL is given then. NULL without one when there is nothing in
	 * it. */
	const struct wt_doc *(*yaml)(struct wt_arena *arena, const struct wt_yaml_text *in,
				     struct wt_diags *diags);
};

#endif
