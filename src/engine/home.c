/* SPDX-License-Identifier: MIT */
/* A home for one attempt, and what is copied into it. */

#include "isolated.h"

#include <string.h>

#include "agent_argv.h"
#include "wtorch/base/path.h"

#define MAX_FILE ((size_t)1 << 20) /* a login is small */

static const char *const *files_of(const struct wt_config *config, const char *agent, size_t *n)
{
	*n = 0;
	return wt_config_named_list(config, "agent", agent, "isolate_files", n);
}

static bool is_isolated(const struct wt_config *config, const char *agent)
{
	return wt_config_named_bool(config, "agent", agent, "isolate");
}

/* People write it with what it is relative to. */
static const char *below_home(const char *name)
{
	return strncmp(name, "~/", 2) == 0 ? name + 2 : name;
}

static enum wt_code find_source(const struct wt_ports *ports, const char *name, struct wt_arena *a,
				const char **out, struct wt_error *err)
{
	const char *home = NULL;

	for (const char *const *env = ports->proc->env; *env; env++)
		if (strncmp(*env, "HOME=", 5) == 0)
			home = *env + 5;
	if (!home || home[0] != '/')
		return wt_fail(err, WT_E_ENV, "HOME is not set");
	if (!wt_path_is_tame(wt_str_of(below_home(name))))
		return wt_fail(err, WT_E_ENV, "'%s' is not below your home", name);
	*out = wt_path_join(a, home, below_home(name));
	return WT_OK;
}

/* What it says is the user's to know, and no log's. */
static enum wt_code read_source(const struct wt_ports *ports, const char *name, struct wt_buf *text,
				struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	const char *path;
	enum wt_code rc = find_source(ports, name, &scratch, &path, err);

	if (!rc)
		rc = ports->fs->read(ports->fs->self, path, MAX_FILE, text, err);
	wt_arena_clear(&scratch);
	return rc;
}

static enum wt_code wrap(const char *agent, struct wt_error *err)
{
	err->code = WT_E_ENV;
	wt_wrap(err, "agent '%s' cannot be given what isolate_files names", agent);
	return wt_hint(err, "log in, or mend isolate_files in [agent %s]", agent);
}

enum wt_code wt_home_check(const struct wt_ports *ports, const struct wt_config *config,
			   const char *agent, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = WT_OK;
	size_t n;
	const char *const *files = files_of(config, agent, &n);

	for (size_t i = 0; !rc && i < n && is_isolated(config, agent); i++) {
		wt_buf_reset(&text);
		rc = read_source(ports, files[i], &text, err);
	}
	wt_buf_clear(&text);
	return rc ? wrap(agent, err) : WT_OK;
}

/* Where it goes in a home that may stand for one folder of the user's only. */
static const char *place_of(const struct wt_agent_kind *kind, const char *name)
{
	size_t n = kind->state ? strlen(kind->state) : 0;

	name = below_home(name);
	return n && strncmp(name, kind->state, n) == 0 && name[n] == '/' ? name + n + 1 : name;
}

static enum wt_code copy_all(struct wt_run *run, const char *agent, const char *home,
			     struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	const struct wt_agent_kind *kind = wt_agent_kind_of(run->config, agent);
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = WT_OK;
	size_t n;
	const char *const *files = files_of(run->config, agent, &n);

	for (size_t i = 0; !rc && i < n; i++) {
		wt_buf_reset(&text);
		rc = read_source(run->ports, files[i], &text, err);
		if (!rc)
			rc = fs->create_private(
				fs->self, wt_path_join(&run->arena, home, place_of(kind, files[i])),
				(struct wt_str){ text.data, text.len }, err);
		if (rc == WT_E_EXISTS) /* it is named twice */
			rc = WT_OK;
	}
	wt_buf_clear(&text);
	return rc ? wrap(agent, err) : WT_OK;
}

static const char *path_of(struct wt_run *run, size_t task, size_t attempt)
{
	return wt_path_join(&run->arena, wt_run_attempt_dir(run, task, attempt), "home");
}

enum wt_code wt_home_make(struct wt_run *run, size_t task, const char **out, bool *is_new,
			  struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *agent = wt_agent_of(run, task);
	const char *home = path_of(run, task, wt_run_state(run)->tasks[task].attempt);
	struct wt_error ignored;
	enum wt_code rc;

	*is_new = false;
	*out = NULL;
	if (!is_isolated(run->config, agent))
		return WT_OK;
	*out = home;
	rc = fs->mkdir_private(fs->self, home, err);
	if (rc == WT_E_EXISTS) /* of a round before */
		return WT_OK;
	*is_new = true;
	if (!rc)
		rc = copy_all(run, agent, home, err);
	if (rc)
		(void)!fs->remove_tree(fs->self, home, &ignored);
	return rc;
}

void wt_home_drop(struct wt_run *run, size_t task, size_t attempt)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_error ignored;
	size_t n;

	files_of(run->config, wt_agent_of(run, task), &n);
	if (attempt && n && is_isolated(run->config, wt_agent_of(run, task)))
		(void)!fs->remove_tree(fs->self, path_of(run, task, attempt), &ignored);
}

bool wt_home_has(const struct wt_config *config, const char *agent, const char *name)
{
	size_t n;
	const char *const *files = files_of(config, agent, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(below_home(files[i]), below_home(name)) == 0)
			return true;
	return false;
}
