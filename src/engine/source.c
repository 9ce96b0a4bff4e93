/* SPDX-License-Identifier: MIT */
/* From sources to a plan. */

#include "wtorch/engine/source.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/gather.h"
#include "wtorch/engine/grammar.h"
#include "wtorch/engine/past.h"
#include "wtorch/engine/planner.h"
#include "wtorch/engine/taken.h"
#include "wtorch/engine/tree.h"

#include "source_links.h"
#include "wtorch/engine/source_issue.h"

/* the files */

struct reading {
	const struct wt_ports *ports;
	const struct wt_config *config;
	const struct wt_source_opts *opts;
	struct wt_arena *arena;
	struct wt_tasks *tasks;
	struct wt_diags *diags;
	struct wt_map *seen; /* grammar and name of what was read */
};

/* Relative to the top of the repository when it lies inside, so that the landing finds it in
 * the tree from any folder; absolute otherwise. Links are followed: in the tree they are none. */
static const char *name_in_repo(const struct reading *r, const char *path)
{
	const struct wt_fs *fs = r->ports->fs;
	const char *top = r->ports->git->repo.top;
	const char *full = wt_path_normal(r->arena, wt_path_join(r->arena, r->opts->cwd, path));
	struct wt_buf real = WT_BUF_INIT;
	struct wt_error ignored;

	if (fs->real(fs->self, full, &real, &ignored) == WT_OK)
		full = wt_arena_strdup(r->arena, real.data);
	wt_buf_clear(&real);
	if (top && wt_path_is_inside(top, full) && strcmp(top, full) != 0)
		return full + strlen(top) + 1;
	return full;
}

static enum wt_code read_as(const struct reading *r, const char *full, enum wt_grammar grammar,
			    struct wt_error *err)
{
	static const char *const kinds[] = { [WT_GRAMMAR_ROADMAP] = "roadmap",
					     [WT_GRAMMAR_TASKFILE] = "task file",
					     [WT_GRAMMAR_TASKLIST] = "issue file",
					     [WT_GRAMMAR_SPEC] = "specification" };
	const struct wt_fs *fs = r->ports->fs;
	const char *name = name_in_repo(r, full);
	struct wt_source_text source = { .path = name, .grammar = grammar };
	struct wt_buf text = WT_BUF_INIT;
	bool is_read = false; /* named twice: it is the same all the same */
	enum wt_code rc;

	wt_map_put(r->seen, wt_arena_printf(r->arena, "%d\n%s", (int)grammar, name), 0, &is_read);
	if (is_read)
		return WT_OK;
	rc = fs->read(fs->self, full, WT_MAX_SOURCE_BYTES, &text, err);
	if (rc == WT_E_NOT_FOUND) {
		rc = wt_fail(err, WT_E_INPUT, "there is no %s '%s'", kinds[grammar], name);
	} else if (!rc) {
		source.text.data = wt_arena_strndup(r->arena, text.data, text.len);
		source.text.len = text.len;
		wt_tasks_begin_source(r->tasks);
		rc = wt_grammar_of_text(r->ports->reader, r->config, &source, &source.grammar, err);
		if (!rc)
			rc = wt_grammar_parse(r->ports->reader, r->config, &source, r->tasks,
					      r->diags, err);
	}
	wt_buf_clear(&text);
	if (rc && !err->hint[0])
		wt_hint(err, "wtorch plan %s FILE",
			grammar == WT_GRAMMAR_TASKLIST   ? "--issue-file"
			: grammar == WT_GRAMMAR_TASKFILE ? "--tasks"
							 : "--roadmap");
	return rc;
}

static enum wt_code read_file(const struct reading *r, const char *full, struct wt_error *err)
{
	return read_as(r, full, wt_grammar_of_name(full), err);
}

static bool is_file(const struct wt_ports *p, const char *path)
{
	struct wt_file_info info;
	struct wt_error err;

	return p->fs->stat(p->fs->self, path, &info, &err) == WT_OK &&
	       (info.kind == WT_FILE_REGULAR || info.kind == WT_FILE_LINK);
}

/* What source.* of the configuration names, relative to the top. */
static enum wt_code read_configured(const struct reading *r, size_t *n, struct wt_error *err)
{
	const char *top = r->ports->git->repo.top;
	const char *roadmap = wt_config_text(r->config, "source.roadmap");
	const char *const *names = wt_config_list(r->config, "source.tasks", n);
	enum wt_code rc = WT_OK;

	if (roadmap && *roadmap)
		rc = read_file(r, wt_path_join(r->arena, top, roadmap), err);
	for (size_t i = 0; !rc && i < *n; i++)
		rc = read_file(r, wt_path_join(r->arena, top, names[i]), err);
	*n += roadmap && *roadmap;
	return rc;
}

static enum wt_code read_default(const struct reading *r, struct wt_error *err)
{
	static const char *const places[] = { "ROADMAP.md", "docs/ROADMAP.md",
					      "docs/roadmap/ROADMAP.md" };
	const char *top = r->ports->git->repo.top;
	size_t n;
	enum wt_code rc = read_configured(r, &n, err);

	if (rc || n)
		return rc;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *full = wt_path_join(r->arena, top, places[i]);

		if (is_file(r->ports, full))
			return read_file(r, full, err);
	}
	wt_fail(err, WT_E_INPUT, "there is no ROADMAP.md, and no other source was named");
	return wt_hint(err, "wtorch plan --roadmap FILE");
}

static enum wt_code read_sources(const struct reading *r, const char *base, struct wt_error *err)
{
	const struct wt_source_opts *o = r->opts;
	const struct wt_source_issues issues = {
		.ports = r->ports, .config = r->config, .opts = o, .base = base
	};
	enum wt_code rc = WT_OK;

	if (!o->n_files && !o->n_issue_files && !o->n_issues && !o->n_single_issues)
		return read_default(r, err);
	for (size_t i = 0; !rc && i < o->n_files; i++)
		rc = read_file(r, wt_path_join(r->arena, o->cwd, o->files[i]), err);
	for (size_t i = 0; !rc && i < o->n_issue_files; i++)
		rc = read_as(r, wt_path_join(r->arena, o->cwd, o->issue_files[i]),
			     WT_GRAMMAR_TASKLIST, err);
	return rc ? rc : wt_source_read_issues(&issues, r->tasks, r->diags, err);
}

/* the base */

static enum wt_code find_base(const struct reading *r, struct wt_plan_inputs *in,
			      struct wt_error *err)
{
	const struct wt_git *git = r->ports->git;
	const char *base = r->opts->base ? r->opts->base : wt_config_text(r->config, "run.base");
	enum wt_code rc;

	if (!base || !*base)
		base = git->repo.head_branch;
	if (!base) {
		wt_fail(err, WT_E_ENV, "HEAD is detached: which branch should tasks merge into?");
		return wt_hint(err, "wtorch run --base BRANCH");
	}
	in->base = base;
	rc = git->store->ref(git->self, wt_arena_printf(r->arena, "refs/heads/%s", base),
			     &in->base_oid, err);
	if (rc == WT_E_NOT_FOUND && git->repo.is_unborn) {
		rc = wt_fail(err, WT_E_ENV, "'%s' has no commit yet", base);
		wt_hint(err, "git commit --allow-empty -m 'first commit'");
	} else if (rc == WT_E_NOT_FOUND) {
		rc = wt_fail(err, WT_E_ENV, "there is no branch '%s' to work on", base);
		wt_hint(err, "git branch --list");
	}
	return rc;
}

static enum wt_code read_tree(const struct reading *r, struct wt_plan_inputs *in,
			      struct wt_error *err)
{
	const struct wt_git *git = r->ports->git;
	struct wt_commit commit;
	struct wt_tree_list list = { 0 };
	enum wt_code rc = git->store->commit(git->self, &in->base_oid, r->arena, &commit, err);

	if (!rc)
		rc = wt_tree_list(git, &commit.tree, r->arena, &list, err);
	in->tree = list.paths;
	in->n_tree = list.n_paths;
	if (!rc && list.n_links)
		wt_source_follow_links(git, &commit.tree, &list, r->tasks, r->diags);
	return rc;
}

static void build_plan(const struct reading *r, struct wt_plan_inputs *in, struct wt_plan *out)
{
	struct wt_evidence evidence = { 0 };
	struct wt_past past;

	wt_past_read(r->ports, r->arena, &past);
	in->past = &past;
	in->evidence = &evidence;
	wt_evidence_gather(r->ports, in, r->arena, &evidence, r->diags);
	if (r->opts->asks_planner && wt_planner_is_configured(r->config)) {
		struct wt_arena first = { 0 };

		wt_plan_build(&first, in, r->diags, out);
		wt_planner_ask(r->ports, r->config, out, r->arena, &evidence, r->diags);
		wt_plan_clear(out);
		wt_arena_clear(&first);
	}
	wt_plan_build(r->arena, in, r->diags, out);
	in->evidence = NULL;
	in->past = NULL;
}

enum wt_code wt_source_plan(const struct wt_ports *ports, const struct wt_config *config,
			    const struct wt_source_opts *o, struct wt_arena *arena,
			    struct wt_tasks *tasks, struct wt_plan *out, struct wt_error *err)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_taken taken = { .ports = ports };
	struct wt_map seen = { 0 };
	struct reading r = { ports, config, o, arena, tasks, &diags, &seen };
	struct wt_plan_inputs in = { .tasks = tasks,
				     .select = o->select,
				     .n_select = o->n_select,
				     .filters = o->filters,
				     .max_tasks = o->max_tasks,
				     .config = config,
				     .repo_top = ports->git->repo.top,
				     .run_id = o->run_id,
				     .is_branch_taken = wt_taken_branch,
				     .is_path_taken = wt_taken_path,
				     .arg = &taken,
				     .can_ask = o->can_ask };
	const struct wt_clock *clock = ports->clock;
	int64_t began_ms = clock->mono_ms(clock->self);
	enum wt_code rc = find_base(&r, &in, err);

	if (!rc)
		rc = read_sources(&r, in.base, err);
	if (!rc)
		wt_tasks_part(tasks, &diags);
	wt_map_clear(&seen);
	if (!rc)
		rc = read_tree(&r, &in, err);
	if (!rc) {
		build_plan(&r, &in, out);
		/* 0 is not known. */
		out->planning_ms = clock->mono_ms(clock->self) - began_ms + 1;
	}
	wt_taken_clear(&taken);
	return rc;
}

/* what agents will not see */

static bool is_declared(const struct wt_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		for (size_t f = 0; t->is_selected && !t->skip && f < t->task.n_files; f++)
			if (t->task.files[f].from == WT_FROM_DECLARED &&
			    wt_glob_matches(t->task.files[f].path, path))
				return true;
	}
	return false;
}

static bool is_source(const struct wt_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].task.source.path &&
		    strcmp(plan->tasks[i].task.source.path, path) == 0)
			return true;
	return false;
}

enum wt_code wt_source_warn_uncommitted(const struct wt_ports *ports, const struct wt_plan *plan,
					struct wt_arena *arena, struct wt_diags *out,
					struct wt_error *err)
{
	const struct wt_git *git = ports->git;
	struct wt_status_entry *dirty;
	size_t n;
	enum wt_code rc = git->tool->status(git->self, git->repo.top, arena, &dirty, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_place place = { .path = dirty[i].path };

		if (is_source(plan, dirty[i].path) || is_declared(plan, dirty[i].path))
			wt_diags_add(out, WT_SEVERITY_WARNING, place,
				     "has uncommitted changes, which agents will not see: they "
				     "fork from the commit");
	}
	return rc;
}
