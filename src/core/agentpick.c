/* SPDX-License-Identifier: MIT */
/* Which agent a task is given. */

#include "wtorch/core/agentpick.h"

#include <string.h>

#define GLOB_FILES 3 /* so many a glob counts for */

bool wt_agent_choice_parse(struct wt_arena *a, const char *text, struct wt_agent_choice *out)
{
	size_t n = text ? strcspn(text, ":") : 0;

	*out = (struct wt_agent_choice){ 0 };
	if (!n || (text[n] && !text[n + 1]))
		return false;
	out->agent = wt_arena_strndup(a, text, n);
	if (text[n])
		out->model = wt_arena_strdup(a, text + n + 1);
	return true;
}

struct wt_agent_choice wt_agent_fallback(struct wt_arena *a, const struct wt_config *config,
					 const struct wt_agent_choice *planned, size_t n_failed)
{
	struct wt_agent_choice out;
	size_t n = 0;
	const char *const *list =
		n_failed ? wt_config_named_list(config, "agent", planned->agent, "fallback", &n)
			 : NULL;

	if (!n || !wt_agent_choice_parse(a, list[n_failed < n ? n_failed - 1 : n - 1], &out))
		return *planned;
	return out;
}

static int points(size_t n, size_t one, size_t two)
{
	return n >= two ? 2 : n >= one ? 1 : 0;
}

static size_t count_files(const struct wt_task *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_files; i++)
		n += strpbrk(t->files[i].path, "*?[") ? GLOB_FILES : 1;
	return n;
}

enum wt_level wt_task_complexity(const struct wt_task *t, struct wt_buf *why)
{
	size_t n_files = count_files(t);
	int sum = points(n_files, 3, 8) + points(t->n_criteria, 4, 8) +
		  (t->risk == WT_LEVEL_HIGH ? 2 : t->risk == WT_LEVEL_MEDIUM);
	bool is_known = n_files || t->n_criteria || t->risk;

	if (why && t->complexity)
		wt_buf_puts(why, "declared");
	else if (why && !is_known)
		wt_buf_puts(why, "neither files, criteria nor risk are known");
	else if (why)
		wt_buf_printf(why, "%zu file%s, %zu criteri%s, risk %s", n_files,
			      n_files == 1 ? "" : "s", t->n_criteria,
			      t->n_criteria == 1 ? "on" : "a",
			      t->risk ? wt_level_name(t->risk) : "not declared");
	if (t->complexity)
		return t->complexity;
	if (!is_known)
		return WT_LEVEL_MEDIUM;
	return sum == 0 ? WT_LEVEL_LOW : sum <= 2 ? WT_LEVEL_MEDIUM : WT_LEVEL_HIGH;
}

const char *wt_complexity_key(enum wt_level level)
{
	static const char *const keys[] = {
		[WT_LEVEL_LOW] = "run.by_complexity.low",
		[WT_LEVEL_MEDIUM] = "run.by_complexity.medium",
		[WT_LEVEL_HIGH] = "run.by_complexity.high",
	};

	return level > WT_LEVEL_NONE && level <= WT_LEVEL_HIGH ? keys[level] : NULL;
}
