/* SPDX-License-Identifier: MIT */
/* Who does a task, on which branch, in which folder: always valid, never taken. */

#include <string.h>

#include "planner.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/base/path.h"
#include "wtorch/base/text.h"
#include "wtorch/core/expand.h"
#include "wtorch/core/template.h"

#define MAX_COMPONENT 240u /* bytes; leaves room for a suffix and ".lock" */
#define MAX_SUFFIX    100000u

#define DEFAULT_BRANCH "wtorch/{id}-{slug}"
#define DEFAULT_PATH   "../{repo}-wt{id}"

/* Agents */

static const char *only_agent(struct planner *p)
{
	const char *const *names;
	size_t n = wt_config_names(p->in->config, "agent", &names);

	if (n == 1)
		return names[0];
	if (n == 0)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "no agent is configured; `wtorch init` writes a configuration with "
			     "those that it finds");
	else
		wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "there are %zu agents and nothing says which one is meant; set "
			     "run.agent, or use --agent %s",
			     n, names[0]);
	return NULL;
}

static const char *suggest_name(struct planner *p, const char *section, const char *name)
{
	const char *const *names;
	size_t n = wt_config_names(p->in->config, section, &names);
	const char *near = wt_text_nearest(name, names, n);

	if (strcmp(section, "template") == 0)
		return wt_template_suggest(&p->scratch, p->in->config, name);
	return near ? wt_arena_printf(&p->scratch, "; did you mean '%s'?", near) : "";
}

/* Says once for each name that a task asks for what there is not. */
static void refuse_name(struct planner *p, size_t task, const char *section, const char *name,
			struct wt_map *said)
{
	const char *key = wt_arena_printf(&p->scratch, "%s %s", section, name);
	bool found;

	wt_map_put(said, key, 0, &found);
	if (found)
		return;
	wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, planner_place(p, task),
		     "task '%s' is for [%s %s], which is not configured%s",
		     p->plan->tasks[task].task.id, section, name, suggest_name(p, section, name));
}

/* What its complexity says; the model, too, where the task names none. */
static const char *agent_by_complexity(struct planner *p, size_t task)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	const char *key = wt_complexity_key(wt_task_complexity(&t->task, NULL));
	struct wt_agent_choice choice;

	if (!wt_agent_choice_parse(p->arena, wt_config_text(p->in->config, key), &choice))
		return NULL;
	if (!t->model)
		t->model = choice.model;
	return choice.agent;
}

/* --model is of all agents, so of the first. */
static bool has_model_flag(const struct planner *p)
{
	const struct wt_config *c = p->in->config;
	const char *const *names;
	struct wt_arena scratch = { 0 };
	struct wt_place place;
	bool has = wt_config_names(c, "agent", &names) &&
		   wt_config_layer(c, wt_arena_printf(&scratch, "agent.%s.model", names[0]),
				   &place) == WT_LAYER_FLAG;

	wt_arena_clear(&scratch);
	return has;
}

/* What its template says of the task; a flag says more. */
static void take_template(struct planner *p, size_t task, struct wt_template *out,
			  struct wt_map *said)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	const struct wt_config *c = p->in->config;
	struct wt_place place;

	*out = (struct wt_template){ .retries = -1 };
	t->task.template = wt_arena_strdup(p->arena, wt_template_of(c, &t->task));
	if (!t->task.template)
		return;
	if (!wt_template_find(c, t->task.template, out)) {
		refuse_name(p, task, "template", t->task.template, said);
		return;
	}
	if (out->retries >= 0 && wt_config_layer(c, "run.retries", &place) < WT_LAYER_OVERRIDE)
		t->own_retries = (size_t)out->retries + 1;
}

/* What the task, its template, its complexity or run.agent says; NULL when nothing does. */
static const char *agent_of(struct planner *p, size_t task, struct wt_map *said)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	const struct wt_config *c = p->in->config;
	struct wt_template template;
	const char *agent = t->task.agent;

	take_template(p, task, &template, said);
	if (!t->task.model && template.model && !has_model_flag(p))
		t->model = wt_arena_strdup(p->arena, template.model);
	if (!agent)
		agent = template.agent;
	if (!agent)
		agent = agent_by_complexity(p, task);
	if (!agent)
		agent = wt_config_text(c, "run.agent");
	if (agent && !wt_config_has_name(c, "agent", agent))
		refuse_name(p, task, "agent", agent, said);
	return agent;
}

void planner_assign(struct planner *p)
{
	const char *fallback = NULL;
	bool has_fallback = false;
	struct wt_map said = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		if (!planner_runs(p, i))
			continue;
		t->model = t->task.model;
		t->agent = agent_of(p, i, &said);
		if (!t->agent && !has_fallback) {
			has_fallback = true;
			fallback = only_agent(p);
		}
		t->agent = wt_arena_strdup(p->arena, t->agent ? t->agent : fallback);
	}
	wt_map_clear(&said);
}

/* Branch names */

static bool is_ref_component(struct wt_str s)
{
	if (s.len == 0 || s.len > MAX_COMPONENT || s.data[0] == '.')
		return false;
	return s.len < 5 || memcmp(s.data + s.len - 5, ".lock", 5) != 0;
}

static bool is_ref_byte(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7F && !strchr("~^:?*[\\", c);
}

bool wt_plan_is_branch(const char *name)
{
	size_t len = strlen(name);
	struct wt_str part = { name, 0 };

	if (len == 0 || name[0] == '-' || name[len - 1] == '.' || strstr(name, "..") ||
	    strstr(name, "@{") || strcmp(name, "@") == 0 || strcmp(name, "HEAD") == 0)
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '/') {
			if (!is_ref_byte(name[i]))
				return false;
			part.len++;
			continue;
		}
		if (!is_ref_component(part))
			return false;
		part = (struct wt_str){ name + i + 1, 0 };
	}
	return true;
}

/* A folder may be called what no ref may: "my app" is "my-app" in a branch. */
static const char *in_ref(struct planner *p, const char *s)
{
	char *out = wt_arena_strdup(&p->scratch, s);

	for (size_t i = 0; out[i]; i++) {
		bool is_end = i == 0 || !out[i + 1] || out[i + 1] == '.';

		if (!is_ref_byte(out[i]) || (out[i] == '.' && is_end) || out[i] == '{')
			out[i] = '-';
	}
	return out;
}

/* Names that are taken, and folders that taken names lie in. */
struct names {
	struct wt_map taken;
	struct wt_map folders;
	struct wt_map next;  /* name -> suffix to try next */
	struct wt_map asked; /* ancestors that the caller was asked about */
	bool (*is_taken)(void *arg, const char *name);
	void *arg;
	bool is_refused; /* the template gave something wrong, and that was said */
};

static void names_clear(struct names *n)
{
	wt_map_clear(&n->taken);
	wt_map_clear(&n->folders);
	wt_map_clear(&n->next);
	wt_map_clear(&n->asked);
}

/* The folder that name lies in, in the scratch; NULL when it lies in none. */
static const char *parent_of(struct planner *p, const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash && slash > name ? wt_arena_strndup(&p->scratch, name, (size_t)(slash - name))
				     : NULL;
}

/* The other name of this plan that lies in the way: one that name would have to lie in. What
 * is known as a folder is no taken name, nor is anything above it. */
static const char *in_the_way(struct planner *p, const struct names *n, const char *name)
{
	const char *folder = parent_of(p, name);

	for (; folder && wt_map_find(&n->folders, folder) == WT_MAP_NONE;
	     folder = parent_of(p, folder)) {
		if (wt_map_find(&n->taken, folder) != WT_MAP_NONE)
			return folder;
	}
	return NULL;
}

static bool is_free(const struct names *n, const char *name)
{
	return wt_map_find(&n->taken, name) == WT_MAP_NONE &&
	       wt_map_find(&n->folders, name) == WT_MAP_NONE &&
	       !(n->is_taken && n->is_taken(n->arg, name));
}

static void take_name(struct planner *p, struct names *n, const char *name)
{
	const char *folder = parent_of(p, name);
	bool found = false;

	wt_map_set(&n->taken, name, 0);
	for (; folder && !found; folder = parent_of(p, folder))
		wt_map_put(&n->folders, folder, 0, &found);
}

/* name, or name-2, name-3, ...; NULL when all are taken. */
static const char *free_name(struct planner *p, struct names *n, const char *name)
{
	size_t suffix = wt_map_find(&n->next, name);
	const char *tried = name;

	if (suffix == WT_MAP_NONE)
		suffix = 2;
	else
		tried = wt_arena_printf(p->arena, "%s-%zu", name, suffix++);
	while (!is_free(n, tried)) {
		if (suffix > MAX_SUFFIX)
			return NULL;
		tried = wt_arena_printf(p->arena, "%s-%zu", name, suffix++);
	}
	wt_map_set(&n->next, name, suffix);
	take_name(p, n, tried);
	return tried;
}

/* Templates */

static bool is_edge(char c)
{
	return c == '\0' || c == '/';
}

/* "wtorch/{id}-{slug}" is "wtorch/{id}" where there is no slug, and "wtorch/{slug}" too. */
static const char *without_slug(struct planner *p, const char *template)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (const char *at = template; *at;) {
		if ((at[0] == '{' && at[1] == '{') || (at[0] == '}' && at[1] == '}')) {
			wt_buf_add(&b, at, 2);
			at += 2;
		} else if (strncmp(at, "{slug}", 6) == 0) {
			at += 6;
			if (is_edge(b.len ? b.data[b.len - 1] : '/') && is_edge(*at))
				wt_buf_puts(&b, "{id}");
			else if (b.len && strchr("-_.", b.data[b.len - 1]))
				wt_buf_cut(&b, b.len - 1);
			else if (*at && strchr("-_.", *at))
				at++;
		} else {
			wt_buf_putc(&b, *at++);
		}
	}
	text = wt_arena_strdup(&p->scratch, b.data);
	wt_buf_clear(&b);
	return text;
}

/* Where the user set the key; lives as long as the plan. */
static struct wt_place key_place(struct planner *p, const char *key)
{
	struct wt_place place = { 0 };

	wt_config_layer(p->in->config, key, &place);
	place.path = wt_arena_strdup(p->arena, place.path);
	return place;
}

/* NULL after an error, which is said once. */
static const char *expand(struct planner *p, struct names *n, const char *key, size_t task)
{
	const struct wt_plan_task *t = &p->plan->tasks[task];
	bool is_branch = strcmp(key, "worktree.branch") == 0;
	const char *template = wt_config_text(p->in->config, key);
	struct wt_word words[] = {
		{ "repo", is_branch ? in_ref(p, p->plan->repo_name) : p->plan->repo_name },
		{ "id", t->task.id },
		{ "slug", t->slug },
		{ "run", p->in->run_id },
		{ "base", p->in->base },
		{ "attempt", "1" },
	};
	struct wt_buf b = WT_BUF_INIT;
	struct wt_error err = { 0 };
	const char *text = NULL;

	if (!template)
		template = is_branch ? DEFAULT_BRANCH : DEFAULT_PATH;
	if (!*t->slug)
		template = without_slug(p, template);
	if (wt_expand(template, words, sizeof words / sizeof *words, &b, &err) == WT_OK) {
		text = wt_arena_strdup(p->arena, b.data);
	} else if (!n->is_refused) {
		n->is_refused = true;
		wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, key_place(p, key), "%s: %s", key,
			     err.msg);
	}
	wt_buf_clear(&b);
	return text;
}

static void refuse(struct planner *p, struct names *n, const char *key, const char *name,
		   const char *why)
{
	if (n->is_refused)
		return;
	n->is_refused = true;
	wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, key_place(p, key), "%s gives '%s', %s",
		     key, name, why);
}

/* A branch "wtorch" makes "wtorch/65" impossible; each such name is asked for once. */
static void check_folders(struct planner *p, struct names *n, const char *branch)
{
	const char *folder = n->is_taken ? parent_of(p, branch) : NULL;

	for (; folder; folder = parent_of(p, folder)) {
		bool found;

		wt_map_put(&n->asked, folder, 0, &found);
		if (found)
			return;
		if (n->is_taken(n->arg, folder))
			wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
				     "a branch '%s' is in the way of '%s': git branch -m %s %s-old",
				     folder, branch, folder, folder);
	}
}

static void place_branch(struct planner *p, struct names *n, size_t task)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	const char *wanted = t->task.branch;
	const char *name = wanted ? wanted : expand(p, n, "worktree.branch", task);

	if (!name)
		return;
	if (!wt_plan_is_branch(name) && wanted) {
		wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, planner_place(p, task),
			     "task '%s' asks for branch '%s', which is no name for one", t->task.id,
			     name);
	} else if (!wt_plan_is_branch(name)) {
		refuse(p, n, "worktree.branch", name, "which is no name for a branch");
	} else if (in_the_way(p, n, name)) {
		refuse(p, n, "worktree.branch", name, "which lies inside another task's branch");
	} else {
		check_folders(p, n, name);
		t->branch = free_name(p, n, name);
		if (!t->branch)
			refuse(p, n, "worktree.branch", name, "which is taken, numbers included");
	}
}

/* Worktrees */

static const char *path_fault(const struct planner *p, const char *path)
{
	struct wt_str rest = wt_str_of(path), component;

	if (strcmp(path, p->in->repo_top) == 0)
		return "which is the repository itself";
	if (wt_path_is_inside(path, p->in->repo_top))
		return "which holds the repository itself";
	while (wt_str_next(&rest, "/", &component)) {
		if (wt_str_is_nocase(component, ".git"))
			return "which lies inside git's own folder";
		if (component.len > MAX_COMPONENT)
			return "which has a name that is too long";
	}
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return "which has a control character";
	}
	return NULL;
}

static void place_worktree(struct planner *p, struct names *n, size_t task)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	const char *name = expand(p, n, "worktree.path", task);
	const char *path, *fault;

	if (!name)
		return;
	if (strcmp(name, "~") == 0 || strncmp(name, "~/", 2) == 0) {
		refuse(p, n, "worktree.path", name, "whose '~' only a shell would replace");
		return;
	}
	path = wt_path_normal(&p->scratch, wt_path_join(&p->scratch, p->in->repo_top, name));
	path = wt_arena_strdup(p->arena, path);
	fault = path_fault(p, path);
	if (!fault && in_the_way(p, n, path))
		fault = "which lies inside another task's worktree";
	if (fault) {
		refuse(p, n, "worktree.path", path, fault);
		return;
	}
	t->worktree = free_name(p, n, path);
	if (!t->worktree)
		refuse(p, n, "worktree.path", path, "which is taken, numbers included");
}

static void take_names(struct planner *p, size_t end, struct names *branches, struct names *paths)
{
	for (size_t i = 0; i < end; i++) {
		if (p->plan->tasks[i].branch)
			take_name(p, branches, p->plan->tasks[i].branch);
		if (p->plan->tasks[i].worktree)
			take_name(p, paths, p->plan->tasks[i].worktree);
	}
}

void planner_place_all(struct planner *p, size_t first)
{
	struct names branches = { .is_taken = p->in->is_branch_taken, .arg = p->in->arg };
	struct names paths = { .is_taken = p->in->is_path_taken, .arg = p->in->arg };
	struct wt_buf slug = WT_BUF_INIT;

	wt_map_set(&paths.folders, p->in->repo_top, 0);
	take_names(p, first, &branches, &paths);
	for (size_t i = first; i < p->plan->n_tasks; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		wt_buf_reset(&slug);
		wt_text_render_slug(&slug, wt_str_of(t->task.title));
		t->slug = wt_arena_strdup(p->arena, slug.data);
		if (!planner_runs(p, i))
			continue;
		place_branch(p, &branches, i);
		place_worktree(p, &paths, i);
	}
	names_clear(&branches);
	names_clear(&paths);
	wt_buf_clear(&slug);
}
