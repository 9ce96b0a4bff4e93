/* SPDX-License-Identifier: MIT */
/* Gates once they are loaded: which a task has to pass, and what stands for one in memory. */

#include "wtorch/core/gate.h"

#include <inttypes.h>
#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/core/template.h"

const struct wt_gate *wt_gates_find(const struct wt_gates *gates, const char *name)
{
	for (size_t i = 0; name && i < gates->n; i++) {
		if (strcmp(gates->items[i].name, name) == 0)
			return &gates->items[i];
	}
	return NULL;
}

const char *wt_gate_kind_name(enum wt_gate_kind k)
{
	static const char *const names[] = {
		[WT_GATE_COMMAND] = "command", [WT_GATE_REVIEW] = "review",
		[WT_GATE_OUTPUTS] = "outputs", [WT_GATE_CRITERIA] = "criteria",
		[WT_GATE_DOCS] = "docs",       [WT_GATE_REGRESSION] = "regression",
	};

	return names[k];
}

const char *wt_gate_when_name(enum wt_gate_when w)
{
	static const char *const names[] = { "", "task", "merged", "both" };

	return names[w];
}

bool wt_gate_is_output(const struct wt_task_file *file)
{
	return file->from == WT_FROM_DECLARED && !wt_path_is_glob(file->path);
}

static bool is_fix(const struct wt_config *config, const struct wt_task *task)
{
	const char *template = wt_template_of(config, task);

	return task->type == WT_TYPE_BUGFIX || (template && strcmp(template, "bugfix") == 0);
}

/* Whether there is something that it could judge. */
static bool has_matter(const struct wt_gate *gate, const struct wt_task *task)
{
	if (gate->kind == WT_GATE_CRITERIA)
		return task->n_criteria > 0;
	if (gate->kind != WT_GATE_OUTPUTS)
		return true;
	for (size_t i = 0; i < task->n_files; i++) {
		if (wt_gate_is_output(&task->files[i]))
			return true;
	}
	return false;
}

/* The names that hold for the task; false: all gates do. */
static bool names_of(const struct wt_config *config, const struct wt_task *task,
		     const char *const **names, size_t *n)
{
	const char *template = wt_template_of(config, task);

	*n = 0;
	if (template && wt_config_has_name(config, "template", template))
		*names = wt_config_named_list(config, "template", template, "gates", n);
	if (!*n)
		*names = wt_config_list(config, "run.gates", n);
	return *n > 0;
}

const char *const *wt_gates_of(struct wt_arena *a, const struct wt_gates *gates,
			       const struct wt_config *config, const struct wt_task *task,
			       size_t *n)
{
	bool *is_wanted = wt_arena_alloc(a, (gates->n + 1) * sizeof *is_wanted);
	const char **out = wt_arena_alloc(a, (gates->n + 1) * sizeof *out);
	const char *const *names;
	size_t n_names;
	bool is_listed = names_of(config, task, &names, &n_names);

	for (size_t i = gates->n; i-- > 0;) { /* what one needs stands before it */
		const struct wt_gate *g = &gates->items[i];

		is_wanted[i] |= !is_listed &&
				(g->kind != WT_GATE_REGRESSION || is_fix(config, task));
		for (size_t k = 0; k < n_names; k++)
			is_wanted[i] |= strcmp(names[k], g->name) == 0;
		for (size_t k = 0; is_wanted[i] && k < g->n_needs; k++)
			is_wanted[g->needs[k]] = true;
	}
	*n = 0;
	for (size_t i = 0; i < gates->n; i++) {
		if (is_wanted[i] && has_matter(&gates->items[i], task))
			out[(*n)++] = gates->items[i].name;
	}
	return out;
}

/* FNV-1a. The length goes in as well, so that "ab", "c" is not "a", "bc"; NULL is not "". */
static uint64_t add_text(uint64_t sum, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t i = 0; i < sizeof len; i++)
		sum = (sum ^ (len >> (8 * i) & 0xff)) * UINT64_C(1099511628211);
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(1099511628211);
	return sum;
}

static uint64_t add_list(uint64_t sum, const char *const *list)
{
	for (; list && *list; list++)
		sum = add_text(sum, *list);
	return add_text(sum, NULL);
}

static uint64_t add_gate(struct wt_arena *a, uint64_t sum, const struct wt_gate *g)
{
	sum = add_text(sum, wt_arena_printf(a, "%d %d %d %" PRId64, g->kind, g->parse, g->severity,
					    g->min_milli));
	sum = add_text(sum, g->command);
	sum = add_text(sum, g->agent);
	sum = add_text(sum, g->prompt);
	sum = add_text(sum, g->report);
	sum = add_text(sum, g->pattern);
	sum = add_list(sum, g->files);
	return add_list(sum, g->docs);
}

const char *wt_gate_digest(struct wt_arena *a, const struct wt_gates *gates, size_t gate,
			   const char *environment)
{
	bool *is_part = wt_arena_alloc(a, gates->n * sizeof *is_part);
	uint64_t sum = UINT64_C(14695981039346656037);

	is_part[gate] = true;
	for (size_t i = gate + 1; i-- > 0;) {
		const struct wt_gate *g = &gates->items[i];

		if (!is_part[i])
			continue;
		sum = add_gate(a, sum, g);
		for (size_t k = 0; k < g->n_needs; k++)
			is_part[g->needs[k]] = true;
	}
	return wt_arena_printf(a, "%016" PRIx64, add_text(sum, environment));
}
