/* SPDX-License-Identifier: MIT */
/* Looks at a configured agent without letting it work. */

#include "wtorch/engine/agent_probe.h"

#include <string.h>
#include <unistd.h>

#include "agent_argv.h"
#include "isolated.h"
#include "wtorch/base/path.h"

#define MAX_VERSION        80u
#define MAX_VERSION_OUTPUT (64u << 10)

static const char *find_env(const struct wt_ports *p, struct wt_str name)
{
	for (const char *const *env = p->proc->env; env && *env; env++)
		if (strncmp(*env, name.data, name.len) == 0 && (*env)[name.len] == '=')
			return *env + name.len + 1;
	return NULL;
}

/* version */

/* Its first line that is not blank; what comes on standard error is no answer. */
static const char *first_line(struct wt_arena *a, const struct wt_buf *out)
{
	struct wt_buf safe = WT_BUF_INIT;
	struct wt_str rest = wt_str_trim((struct wt_str){ out->data, out->len });
	const char *line = NULL;

	rest.len = wt_str_find(rest, "\n");
	rest = wt_str_trim(rest);
	if (rest.len > MAX_VERSION)
		rest.len = MAX_VERSION;
	wt_text_render_safe(&safe, rest);
	if (safe.len)
		line = wt_arena_strdup(a, safe.data);
	wt_buf_clear(&safe);
	return line;
}

static void ask_version(const struct wt_ports *p, const char *program, struct wt_arena *a,
			struct wt_agent_probe *out)
{
	const char *const argv[] = { program, "--version", NULL };
	/* Not in the repository: it would read what lies there, and perhaps write. */
	const struct wt_cmd cmd = { .argv = argv,
				    .cwd = "/",
				    .deadline_ms = WT_AGENT_VERSION_MS,
				    .max_output = MAX_VERSION_OUTPUT };
	struct wt_cmd_result result = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_error err = { 0 };

	if (p->proc->run(p->proc->self, &cmd, &result, &err))
		out->trouble = wt_arena_strdup(a, err.msg);
	else if (result.code)
		out->trouble = wt_arena_printf(a, "--version ends with %s %d",
					       result.signal ? "signal" : "status",
					       result.signal ? result.signal : result.code);
	else if (!(out->version = first_line(a, &result.out)))
		out->trouble = "--version says nothing";
	wt_buf_clear(&result.out);
	wt_buf_clear(&result.err);
}

/* login, first start */

/* "~/rest" and "$NAME/rest": the path of it, NULL where there is no such folder. */
static const char *expand_path(const struct wt_ports *p, struct wt_arena *a, const char *sign)
{
	size_t n = strcspn(sign, "/");
	const char *dir = sign[0] == '~' ? find_env(p, WT_STR("HOME"))
					 : find_env(p, (struct wt_str){ sign + 1, n - 1 });

	return dir && dir[0] == '/' ? wt_path_join(a, dir, sign + n + 1) : NULL;
}

/* agent.env may set what the user's own environment lacks. */
static bool is_set(const struct wt_ports *p, const struct wt_config *config, const char *agent,
		   const char *name)
{
	size_t n = 0, len = strlen(name);
	const char *const *extra = wt_config_named_list(config, "agent", agent, "env", &n);
	const char *value = find_env(p, wt_str_of(name));

	for (size_t i = 0; i < n; i++)
		if (strncmp(extra[i], name, len) == 0 && extra[i][len] == '=')
			value = extra[i] + len + 1;
	return value && *value;
}

/* Any of them is there, or there are none. */
static bool has_sign(const struct wt_ports *p, const struct wt_config *config, const char *agent,
		     const char *const *signs, struct wt_arena *a)
{
	/* Then nothing of the user's is there, but copies. */
	bool is_isolated = wt_config_named_bool(config, "agent", agent, "isolate");

	for (const char *const *sign = signs; sign && *sign; sign++) {
		struct wt_file_info info = { 0 };
		struct wt_error ignored;
		const char *path;

		if (!strchr(*sign, '/')) {
			if (is_set(p, config, agent, *sign))
				return true;
			continue;
		}
		if (is_isolated && !wt_home_has(config, agent, *sign))
			continue;
		path = expand_path(p, a, *sign);
		if (path && p->fs->stat(p->fs->self, path, &info, &ignored) == WT_OK &&
		    info.kind != WT_FILE_NONE)
			return true;
	}
	return !signs;
}

/* commits */

/* Without a repository there is none in which it could not. */
static bool can_commit(const struct wt_ports *p, enum wt_agent_commits commits)
{
	const char *const argv[] = { "git", "config", "--local", "--get", "user.name", NULL };
	const struct wt_cmd cmd = { .argv = argv, .cwd = p->git->repo.top };
	struct wt_cmd_result result = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_error ignored;
	bool is_local;

	if (commits != WT_AGENT_COMMITS_AS_LOCAL || !p->git->self)
		return commits != WT_AGENT_COMMITS_NEVER;
	is_local = p->proc->run(p->proc->self, &cmd, &result, &ignored) == WT_OK &&
		   result.code == 0;
	wt_buf_clear(&result.out);
	wt_buf_clear(&result.err);
	return is_local;
}

static const char *join(struct wt_arena *a, const char *const *words)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (; *words; words++)
		wt_buf_printf(&b, "%s%s", b.len ? " " : "", *words);
	text = wt_arena_strdup(a, b.data);
	wt_buf_clear(&b);
	return text;
}

void wt_agent_probe(const struct wt_ports *ports, const struct wt_config *config, const char *agent,
		    const char *program, struct wt_arena *a, struct wt_agent_probe *out)
{
	const struct wt_agent_kind *kind = wt_agent_kind_of(config, agent);

	*out = (struct wt_agent_probe){ .has_login = true, .is_set_up = true, .can_commit = true };
	if (!kind->argv || wt_config_named_text(config, "agent", agent, "command"))
		return;
	out->kind = kind;
	out->unattended = kind->unattended ? join(a, kind->unattended) : NULL;
	out->has_login = has_sign(ports, config, agent, kind->logins, a);
	out->is_isolated = wt_config_named_bool(config, "agent", agent, "isolate");
	out->is_set_up = (out->is_isolated && !kind->asks_first) ||
			 has_sign(ports, config, agent, kind->set_up, a);
	out->has_prompt = kind->is_stdin_unused || wt_agent_reads_stdin(config, agent);
	out->is_refused_as_root = kind->root_word && kind->unattended && geteuid() == 0 &&
				  !is_set(ports, config, agent, kind->root_word);
	out->can_commit = can_commit(ports, kind->commits);
	ask_version(ports, program, a, out);
}
