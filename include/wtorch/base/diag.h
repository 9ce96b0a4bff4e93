/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_DIAG_H
#define WT_BASE_DIAG_H

/*
 * Several things to say about the user's input. Whoever reads input appends to the list and
 * goes on as far as it can, so that all problems are shown at once; the caller fails once when
 * the list has errors. A hint is general advice ("3 headings look like tasks"), shown last.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/err.h"

enum wt_severity { WT_SEVERITY_ERROR, WT_SEVERITY_WARNING, WT_SEVERITY_HINT };

struct wt_diag {
	enum wt_severity severity;
	struct wt_place place;
	const char *message;
};

struct wt_diags {
	struct wt_arena *arena; /* borrowed; owns the items and their texts */
	struct wt_diag *items;
	size_t len;
	size_t cap;
	size_t errors;
};

void wt_diags_add(struct wt_diags *d, enum wt_severity severity, struct wt_place place,
		  const char *fmt, ...) WT_PRINTF(4, 5);

const char *wt_severity_name(enum wt_severity severity); /* "error", "warning", "hint" */

#endif
