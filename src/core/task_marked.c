/* SPDX-License-Identifier: MIT */
/* Whether a mark changed the status of one task and nothing else. */

#include <string.h>

#include "wtorch/core/task.h"

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_list(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool is_same_files(const struct wt_task *a, const struct wt_task *b)
{
	if (a->n_files != b->n_files)
		return false;
	for (size_t i = 0; i < a->n_files; i++)
		if (strcmp(a->files[i].path, b->files[i].path) != 0)
			return false;
	return true;
}

static bool is_same_but_status(const struct wt_task *a, const struct wt_task *b)
{
	return strcmp(a->id, b->id) == 0 && is_same_files(a, b) &&
	       is_same_list(a->depends_on, a->n_depends, b->depends_on, b->n_depends) &&
	       is_same_list(a->conflicts_with, a->n_conflicts_with, b->conflicts_with,
			    b->n_conflicts_with) &&
	       is_same_list(a->criteria, a->n_criteria, b->criteria, b->n_criteria) &&
	       a->has_order == b->has_order && a->order == b->order &&
	       is_same_text(a->priority, b->priority) && a->estimate_s == b->estimate_s &&
	       a->risk == b->risk && a->complexity == b->complexity &&
	       a->is_critical == b->is_critical && a->is_read_only == b->is_read_only &&
	       a->is_alone == b->is_alone && is_same_text(a->agent, b->agent) &&
	       is_same_text(a->model, b->model) && is_same_text(a->template, b->template);
}

bool wt_tasks_is_marked(const struct wt_tasks *before, const struct wt_tasks *after,
			enum wt_task_status status)
{
	size_t n_changed = 0;

	if (before->len != after->len)
		return false;
	for (size_t i = 0; i < before->len; i++) {
		const struct wt_task *was = &before->items[i], *is = &after->items[i];

		if (!is_same_but_status(was, is))
			return false;
		if (was->status == is->status)
			continue;
		n_changed++;
		if (is->status != status)
			return false;
	}
	return n_changed == 1;
}
