/* SPDX-License-Identifier: MIT */
/* What worktrees take, and whether that is there. */

#include "wtorch/engine/disk.h"

#include <string.h>

#include "wtorch/base/path.h"

#define MAX_CANDIDATES 3

/* The first worktree that will be made says where. */
static const char *place_of(const struct wt_plan *plan)
{
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].is_selected && !plan->tasks[i].skip && plan->tasks[i].worktree)
			return plan->tasks[i].worktree;
	return NULL;
}

static int64_t used_bytes(const struct wt_ports *ports, struct wt_arena *a)
{
	static const struct wt_clean_opts sizes = { .skips_rules = true };
	struct wt_clean_list list;
	struct wt_error ignored;

	if (wt_clean_plan(ports, &sizes, a, &list, &ignored))
		return 0;
	return list.size_bytes + list.keep_bytes;
}

static int64_t times(int64_t bytes, size_t n)
{
	return bytes > 0 && n > (size_t)(INT64_MAX / bytes) ? INT64_MAX : bytes * (int64_t)n;
}

enum wt_code wt_disk_forecast(const struct wt_ports *ports, const struct wt_plan *plan,
			      const struct wt_config *config, struct wt_arena *a,
			      struct wt_disk_forecast *out, struct wt_error *err)
{
	const struct wt_git *git = ports->git;
	const char *place = place_of(plan);
	size_t n = plan->n_selected, jobs = plan->limits.jobs;
	struct wt_buf need = WT_BUF_INIT, have = WT_BUF_INIT;
	struct wt_error ignored;

	*out = (struct wt_disk_forecast){ .budget_bytes =
						  wt_config_int(config, "clean.disk_budget") };
	if (!place ||
	    git->tool->checkout_size(git->self, &plan->base_oid, &out->checkout_bytes, &ignored))
		return WT_OK;
	if (ports->fs->space(ports->fs->self, wt_path_dir(a, place), &out->free_bytes, &ignored))
		out->free_bytes = 0;
	out->together_bytes = times(out->checkout_bytes, jobs && jobs < n ? jobs : n);
	out->all_bytes = times(out->checkout_bytes, n);
	if (out->budget_bytes)
		out->used_bytes = used_bytes(ports, a);
	if (!out->free_bytes || out->together_bytes <= out->free_bytes)
		return WT_OK;
	wt_text_render_size(&need, out->together_bytes);
	wt_text_render_size(&have, out->free_bytes);
	wt_fail(err, WT_E_ENV, "the worktrees need %s, and %s are free in '%s'", need.data,
		have.data, wt_path_dir(a, place));
	wt_buf_clear(&need);
	wt_buf_clear(&have);
	return wt_hint(err, "wtorch clean -n, or fewer at once with -j");
}

void wt_disk_render(const struct wt_disk_forecast *f, struct wt_buf *out)
{
	if (f->free_bytes && f->all_bytes > f->free_bytes) {
		wt_buf_puts(out, "all worktrees of this run take ");
		wt_text_render_size(out, f->all_bytes);
		wt_buf_puts(out, ", and ");
		wt_text_render_size(out, f->free_bytes);
		wt_buf_puts(out, " are free");
	}
	if (!f->budget_bytes || f->used_bytes + f->all_bytes <= f->budget_bytes)
		return;
	if (out->len)
		wt_buf_puts(out, "; ");
	wt_buf_puts(out, "worktrees, trash and keep refs take ");
	wt_text_render_size(out, f->used_bytes);
	if (f->all_bytes) {
		wt_buf_puts(out, ", with this run ");
		wt_text_render_size(out, f->used_bytes + f->all_bytes);
	}
	wt_buf_puts(out, ": more than clean.disk_budget, ");
	wt_text_render_size(out, f->budget_bytes);
}

/* The largest that may go and is not chosen yet; NULL: there is none. */
static const struct wt_clean_item *next_largest(const struct wt_clean_list *list,
						const struct wt_clean_item *const *chosen, size_t n)
{
	const struct wt_clean_item *best = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct wt_clean_item *item = &list->items[i];
		bool is_new = item->kind == WT_CLEAN_WORK && item->removes && !item->done &&
			      item->size_bytes > 0;

		for (size_t k = 0; k < n; k++)
			is_new = is_new && strcmp(chosen[k]->task, item->task) != 0;
		if (is_new && (!best || item->size_bytes > best->size_bytes))
			best = item;
	}
	return best;
}

void wt_disk_render_candidates(const struct wt_clean_list *list, struct wt_buf *out)
{
	const struct wt_clean_item *chosen[MAX_CANDIDATES], *next;
	int64_t bytes = 0;
	size_t n = 0;

	while (n < MAX_CANDIDATES && (next = next_largest(list, chosen, n))) {
		chosen[n++] = next;
		bytes += next->size_bytes;
	}
	if (!n)
		return;
	wt_buf_puts(out, "wtorch clean");
	for (size_t i = 0; i < n; i++)
		wt_buf_printf(out, " %s", chosen[i]->task);
	wt_buf_puts(out, " frees ");
	wt_text_render_size(out, bytes);
}
