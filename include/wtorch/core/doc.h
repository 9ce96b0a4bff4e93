/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_DOC_H
#define WT_CORE_DOC_H

/*
 * A YAML or JSON document as a plain tree in which everything knows where it stood. An adapter
 * makes it (port/reader.h: yaml); core decides what is a task (taskfile.h). Aliases, merge keys,
 * tags other than the standard ones, duplicate keys, depth over WT_MAX_JSON_DEPTH and more nodes
 * than WT_MAX_DOC_NODES are refused there, each with its place, so nothing here can grow beyond
 * the bytes that were read.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/text.h"

#define WT_MAX_DOC_NODES 8000000u

enum wt_doc_kind { WT_DOC_NULL, WT_DOC_SCALAR, WT_DOC_LIST, WT_DOC_MAP };

/* A large file has a value a line, so these are small: no file has 2^32 bytes (limits.h). */
struct wt_doc {
	enum wt_doc_kind kind;
	bool is_plain;         /* a scalar without quotes: "3" may be meant as a number */
	const char *key;       /* as a member of a map, else NULL */
	const char *text;      /* of a scalar: what it stands for, valid UTF-8 without NUL */
	uint32_t line, column; /* of its first character, 1-based; of a member its value */
	uint32_t key_line, key_column;
	uint32_t offset, len; /* its bytes in the file, quotes included; of a scalar on one line
				 only, else len is 0 and it cannot be edited in place */
	const struct wt_doc *child; /* first element or member */
	const struct wt_doc *next;
};

/* The member of that name; NULL when there is none or doc is no map. */
const struct wt_doc *wt_doc_find(const struct wt_doc *doc, const char *key);
/* The scalar's text; NULL for everything else. */
const char *wt_doc_text(const struct wt_doc *doc);
size_t wt_doc_count(const struct wt_doc *doc);

#endif
