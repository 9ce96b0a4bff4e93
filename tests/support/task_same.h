/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_TASK_SAME_H
#define WT_TESTS_TASK_SAME_H

/* What a mark must leave as it was, for the fuzz targets. What is no plain text may be read in
 * another way behind it: whoever marks looks, and then leaves it. */

#include <assert.h>

#include "wtorch/core/task.h"

static inline bool is_plain_text(struct wt_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c != '\n' && (c < ' ' || c > '~'))
			return false;
	}
	return true;
}

static inline void check_tasks_marked(struct wt_str text, const struct wt_tasks *before,
				      const struct wt_tasks *after, enum wt_task_status status)
{
	bool is_right = wt_tasks_is_marked(before, after, status);

	/* A status that cannot be read counts as planned, and is replaced by that. */
	assert(is_right || !is_plain_text(text) || status == WT_TASK_PLANNED);
}

#endif
