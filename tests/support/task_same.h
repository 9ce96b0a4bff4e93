/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_TASK_SAME_H
#define WT_TESTS_TASK_SAME_H

/* What a mark of the status must leave as it was, for the fuzz targets. */

#include <assert.h>
#include <string.h>

#include "wtorch/core/task.h"

static inline void same_strings(const char *const *a, size_t n, const char *const *b, size_t n_b)
{
	assert(n == n_b);
	for (size_t i = 0; i < n; i++)
		assert(strcmp(a[i], b[i]) == 0);
}

/* The same task: all but the status, and the title, whose end a marker behind it cleans. */
static inline void task_same(const struct wt_task *a, const struct wt_task *b)
{
	assert(strcmp(a->id, b->id) == 0);
	assert(a->n_files == b->n_files);
	for (size_t i = 0; i < a->n_files; i++)
		assert(strcmp(a->files[i].path, b->files[i].path) == 0);
	same_strings(a->depends_on, a->n_depends, b->depends_on, b->n_depends);
	same_strings(a->conflicts_with, a->n_conflicts_with, b->conflicts_with,
		     b->n_conflicts_with);
	same_strings(a->criteria, a->n_criteria, b->criteria, b->n_criteria);
	assert(a->has_order == b->has_order && a->order == b->order);
	assert(!a->priority == !b->priority);
	assert(!a->priority || strcmp(a->priority, b->priority) == 0);
	assert(a->estimate_s == b->estimate_s);
	assert(a->risk == b->risk && a->complexity == b->complexity);
	assert(a->is_critical == b->is_critical);
}

#endif
