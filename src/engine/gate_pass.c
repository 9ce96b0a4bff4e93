/* SPDX-License-Identifier: MIT */
/* The memory of passes: what said yes to a tree once is not asked about it again. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent_argv.h"
#include "asked.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/cache.h"

#define NAME       "passes.json"
#define MAX_PASSES 2000u

/* What differs from one session or start to the next and decides nothing. */
static bool is_passing(const char *variable)
{
	static const char *const names[] = { "XDG_SESSION_", "XDG_VTNR", "XDG_SEAT", "WTORCH_" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_variables(struct wt_drive *d, const char *agent, struct wt_buf *out)
{
	static const char *const none[] = { NULL };
	const char *const *env = wt_agent_env(d->run, agent, none);
	struct wt_arena scratch = { 0 };
	const char **sorted;
	size_t n = 0;

	while (env[n])
		n++;
	sorted = wt_arena_alloc(&scratch, (n + 1) * sizeof *sorted);
	memcpy(sorted, env, n * sizeof *sorted);
	if (n)
		qsort(sorted, n, sizeof *sorted, by_text);
	for (size_t i = 0; i < n; i++)
		if (!is_passing(sorted[i]))
			wt_buf_printf(out, "%s\n", sorted[i]);
	wt_arena_clear(&scratch);
}

/* Files that git does not know and that a room gets all the same. False: they could not be seen,
 * so nothing may be remembered. */
static bool add_included(struct wt_drive *d, struct wt_buf *out)
{
	struct wt_run *run = d->run;
	const struct wt_ports *p = run->ports;
	const char *list = wt_config_text(run->config, "worktree.include");
	const char *from = p->git->repo.main_top ? p->git->repo.main_top : p->git->repo.top;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	const char **paths;
	struct wt_error ignored;
	size_t n = 0;

	if (!list || !*list || !from)
		return true;
	if (p->fs->stat(p->fs->self, wt_path_join(&run->arena, from, list), &info, &ignored))
		return false;
	if (info.kind == WT_FILE_NONE)
		return true;
	if (p->git->tool->included(p->git->self, from, list, &run->arena, &paths, &n, &ignored))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p->fs->stat(p->fs->self, wt_path_join(&run->arena, from, paths[i]), &info,
				&ignored))
			return false;
		wt_buf_printf(out, "%s %" PRId64 " %" PRId64 " %o\n", paths[i], info.size_bytes,
			      info.mtime_wall_ms, info.mode);
	}
	return true;
}

/* What a review or criteria are about, besides the tree. */
static void add_subject(struct wt_drive *d, const struct wt_subject *of, struct wt_buf *out)
{
	const struct wt_task_state *t = &wt_run_state(d->run)->tasks[of->task];

	wt_buf_printf(out, "%s\n", wt_oid_hex(&t->base).hex);
	if (of->when == WT_GATE_MERGED)
		wt_buf_printf(out, "%s\n", wt_oid_hex(&wt_gate_judgment(d, of)->base).hex);
}

/* Who reviews, and what it is told but for the commit. False: that cannot be said. */
static bool add_reviewer(struct wt_drive *d, const struct wt_subject *of, struct wt_buf *out)
{
	struct wt_run *run = d->run;
	const struct wt_gate *gate = &d->keeper->gates.items[of->gate];
	const struct wt_agent_words words = {
		.prompt = "",
		.prompt_file = "",
		.worktree = "",
		.branch = "",
		.id = "",
		.title = "",
		.model = wt_config_named_text(run->config, "agent", gate->agent, "model"),
	};
	const struct wt_gate_prompt in = {
		.task = &run->plan.tasks[of->task].task, .base = "", .commit = "", .diff_stat = ""
	};
	const char *const *argv;
	struct wt_error ignored;

	if (wt_agent_argv(&run->arena, run->config, gate->agent, &words, &argv, &ignored))
		return false;
	for (; *argv; argv++)
		wt_buf_printf(out, "%s\n", *argv);
	wt_buf_printf(out, "%d\n", (int)wt_agent_format(run->config, gate->agent));
	return wt_gate_write_prompt(run, gate, &in, out, &ignored) == WT_OK;
}

const char *wt_gate_key(struct wt_drive *d, const struct wt_subject *of, const struct wt_oid *tree)
{
	struct wt_run *run = d->run;
	const struct wt_gate *gate = &d->keeper->gates.items[of->gate];
	const char *setup = wt_config_text(run->config, "worktree.setup");
	struct wt_buf environment = WT_BUF_INIT;
	const char *key = NULL;
	bool is_known = true;

	add_variables(d, wt_gate_agent(d, of), &environment);
	wt_buf_printf(&environment, "setup %s\n", setup ? setup : "");
	if (gate->kind != WT_GATE_COMMAND && of->task != WT_MAP_NONE)
		add_subject(d, of, &environment);
	if (gate->agent && of->task != WT_MAP_NONE)
		is_known = add_reviewer(d, of, &environment);
	if (is_known && add_included(d, &environment))
		key = wt_arena_printf(
			&run->arena, "%s %s", wt_oid_hex(tree).hex,
			wt_gate_digest(&run->arena, &d->keeper->gates, of->gate, environment.data));
	wt_buf_clear(&environment);
	return key;
}

/* the file */

static void load(struct wt_drive *d)
{
	struct wt_gatekeeper *k = d->keeper;
	struct wt_arena scratch = { 0 };
	const struct wt_json *doc;

	if (k->has_passes)
		return;
	k->has_passes = true;
	doc = wt_json_find(wt_cache_load(d->run->ports, NAME, &scratch), "passes");
	for (const struct wt_json *p = wt_json_count(doc) ? doc->child : NULL; p; p = p->next)
		if (p->kind == WT_JSON_STRING)
			*WT_ARENA_PUSH(&d->run->arena, k->passes, k->n_passes, k->cap_passes) =
				wt_arena_strdup(&d->run->arena, p->string);
	wt_arena_clear(&scratch);
}

bool wt_gate_has_passed(struct wt_drive *d, const char *key)
{
	load(d);
	for (size_t i = d->keeper->n_passes; i > 0; i--)
		if (strcmp(d->keeper->passes[i - 1], key) == 0)
			return true;
	return false;
}

void wt_gate_remember(struct wt_drive *d, const char *key)
{
	struct wt_gatekeeper *k = d->keeper;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };

	if (wt_gate_has_passed(d, key))
		return;
	*WT_ARENA_PUSH(&d->run->arena, k->passes, k->n_passes, k->cap_passes) = key;
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.passes/1");
	wt_jsonw_key(&w, "passes");
	wt_jsonw_begin(&w, '[');
	for (size_t i = k->n_passes > MAX_PASSES ? k->n_passes - MAX_PASSES : 0; i < k->n_passes;
	     i++)
		wt_jsonw_str(&w, k->passes[i]);
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
	wt_cache_save(d->run->ports, NAME, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}
