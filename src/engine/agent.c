/* SPDX-License-Identifier: MIT */
/* Starting an agent, and reading what it leaves. */

#include "wtorch/engine/agent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent_argv.h"
#include "isolated.h"
#include "prompt.h"
#include "temp.h"
#include "wtorch/engine/escape.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/cgroup.h"
#include "wtorch/port/shim.h"

/* The ranges of all repositories share these ports; where one is taken, the agent's server says
 * so itself. */
#define FIRST_PORT 20000u
#define PORT_SPAN  30000u

/* What Linux allows for one argument, without its end. */
#define MAX_ARG_BYTES 131071

struct env_list {
	struct wt_arena *arena;
	const char **items;
	size_t len, cap;
};

static void env_add(struct env_list *env, const char *text)
{
	*WT_ARENA_PUSH(env->arena, env->items, env->len, env->cap) = text;
}

static void env_set(struct env_list *env, const char *name, const char *value)
{
	env_add(env, wt_arena_printf(env->arena, "%s=%s", name, value ? value : ""));
}

/* The contract's allow-list: a name, or a prefix that ends in '*'. */
static bool name_matches(struct wt_str name, const char *pattern)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return name.len >= n - 1 && memcmp(name.data, pattern, n - 1) == 0;
	return wt_str_is(name, pattern);
}

static bool is_passed_on(struct wt_str name, const char *const *keys, const char *const *extra,
			 size_t n_extra)
{
	static const char *const always[] = { "PATH", "HOME", "USER", "LOGNAME", "SHELL",
					      "LANG", "LC_*", "TZ",   "TMPDIR",  "XDG_*" };

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (name_matches(name, always[i]))
			return true;
	for (; keys && *keys; keys++)
		if (name_matches(name, *keys))
			return true;
	for (size_t i = 0; i < n_extra; i++)
		if (!strchr(extra[i], '=') && name_matches(name, extra[i]))
			return true;
	return false;
}

static void add_inherited(struct env_list *env, const struct wt_run *run, const char *agent)
{
	size_t n = 0;
	const char *const *extra = wt_config_named_list(run->config, "agent", agent, "env", &n);
	const char *const *keys = wt_agent_kind_of(run->config, agent)->keys;

	for (const char *const *e = run->ports->proc->env; *e; e++) {
		const char *eq = strchr(*e, '=');

		if (eq && is_passed_on((struct wt_str){ *e, (size_t)(eq - *e) }, keys, extra, n))
			env_add(env, *e);
	}
	for (size_t i = 0; i < n; i++)
		if (strchr(extra[i], '='))
			env_add(env, extra[i]);
}

static void env_drop(struct env_list *env, const char *name)
{
	size_t n = strlen(name), kept = 0;

	for (size_t i = 0; i < env->len; i++)
		if (strncmp(env->items[i], name, n) != 0 || env->items[i][n] != '=')
			env->items[kept++] = env->items[i];
	env->len = kept;
}

/* The user's own configuration of git, which has his name: it stays although HOME is another. */
static const char *git_config_of(struct env_list *env, const struct wt_fs *fs)
{
	static const char *const places[][2] = { { "HOME=", ".gitconfig" },
						 { "XDG_CONFIG_HOME=", "git/config" },
						 { "HOME=", ".config/git/config" } };

	for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
		size_t n = strlen(places[k][0]);

		for (size_t i = 0; i < env->len; i++) {
			struct wt_file_info info = { .kind = WT_FILE_NONE };
			struct wt_error ignored;
			const char *path;

			if (strncmp(env->items[i], places[k][0], n) != 0)
				continue;
			path = wt_path_join(env->arena, env->items[i] + n, places[k][1]);
			(void)!fs->stat(fs->self, path, &info, &ignored);
			if (info.kind == WT_FILE_REGULAR)
				return path;
		}
	}
	return NULL;
}

/* Where its kind keeps its state, it gets a place of the attempt's own. */
static void env_isolate(struct env_list *env, const struct wt_run *run, const char *agent,
			const char *home)
{
	static const char *const moved[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
					     "XDG_CACHE_HOME" };
	const char *name = wt_agent_kind_of(run->config, agent)->home;
	const char *config = git_config_of(env, run->ports->fs);

	if (!name || strcmp(name, "HOME") == 0) {
		name = "HOME";
		for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
			env_drop(env, moved[i]);
		if (config)
			env_set(env, "GIT_CONFIG_GLOBAL", config);
	}
	env_drop(env, name);
	env_set(env, name, home);
}

unsigned wt_agent_port(const struct wt_run *run, size_t slot)
{
	uint32_t hash = 2166136261u;
	unsigned width = (unsigned)wt_config_int(run->config, "worktree.ports");
	unsigned room = (unsigned)run->plan.limits.jobs * width;

	for (const char *c = run->ports->git->repo.common_dir; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	if (!width || room >= PORT_SPAN)
		return FIRST_PORT + (unsigned)slot * width;
	return FIRST_PORT + hash % (PORT_SPAN - room) / 10 * 10 + (unsigned)slot * width;
}

/* git's own record of what the agent's commands did and where, unless agent.env has another use
 * for it. */
static void env_trace(struct env_list *env, const char *dir)
{
	static const char name[] = "GIT_TRACE2_EVENT";

	for (size_t i = 0; i < env->len; i++)
		if (strncmp(env->items[i], name, sizeof name - 1) == 0)
			return;
	env_set(env, name, wt_path_join(env->arena, dir, WT_ESCAPE_TRACE));
}

static const char *const *build_env(struct wt_run *run, const struct wt_agent_opts *o,
				    const char *home, const char *instance)
{
	const char *dir = wt_run_agent_dir(run, o->task, &run->arena);
	const struct wt_plan_task *t = &run->plan.tasks[o->task];
	struct env_list env = { .arena = &run->arena };
	char number[24], round[24], port[16];

	add_inherited(&env, run, wt_agent_of(run, o->task));
	if (home)
		env_isolate(&env, run, wt_agent_of(run, o->task), home);
	snprintf(number, sizeof number, "%zu", o->attempt);
	snprintf(round, sizeof round, "%zu", o->round);
	snprintf(port, sizeof port, "%u", wt_agent_port(run, o->slot));
	env_set(&env, "WTORCH_RUN", run->id);
	env_set(&env, "WTORCH_TASK", t->task.id);
	env_set(&env, "WTORCH_TITLE", t->task.title);
	env_set(&env, "WTORCH_ATTEMPT", number);
	env_set(&env, "WTORCH_ROUND", round);
	env_set(&env, "WTORCH_INSTANCE", instance);
	env_set(&env, "WTORCH_WORKTREE", o->worktree->path);
	env_set(&env, "WTORCH_BRANCH", o->worktree->branch);
	env_set(&env, "WTORCH_BASE", run->plan.base);
	env_set(&env, "WTORCH_PROMPT", wt_path_join(&run->arena, dir, "prompt.md"));
	env_set(&env, "WTORCH_STATUS", wt_path_join(&run->arena, dir, "status.json"));
	env_set(&env, "WTORCH_PORT", port);
	env_trace(&env, dir);
	env_add(&env, NULL);
	return env.items;
}

const char *const *wt_agent_env(struct wt_run *run, const char *agent, const char *const *own)
{
	struct env_list env = { .arena = &run->arena };

	add_inherited(&env, run, agent);
	for (; *own; own++)
		env_add(&env, *own);
	env_add(&env, NULL);
	return env.items;
}

/* starting */

static enum wt_code build_command(struct wt_run *run, const struct wt_agent_opts *o,
				  const char *prompt, const char *prompt_file,
				  const char *const **argv, struct wt_error *err)
{
	const struct wt_plan_task *t = &run->plan.tasks[o->task];
	const struct wt_agent_words words = {
		.prompt = prompt,
		.prompt_file = prompt_file,
		.worktree = o->worktree->path,
		.branch = o->worktree->branch,
		.id = t->task.id,
		.title = t->task.title,
		.model = wt_agent_model_of(run, o->task),
		.session = o->session,
	};

	return wt_agent_argv(&run->arena, run->config, wt_agent_of(run, o->task), &words, argv,
			     err);
}

static void fill_limits(const struct wt_config *c, const char *agent, struct wt_agent_start *out)
{
	out->timeout_ms = wt_config_named_int(c, "agent", agent, "timeout");
	out->grace_ms = wt_config_named_int(c, "agent", agent, "grace");
	out->silence_ms = wt_config_named_int(c, "agent", agent, "silence");
	out->final = wt_agent_final(c, agent);
	out->limits = (struct wt_agent_limits){
		.memory_bytes = wt_config_named_int(c, "agent", agent, "memory_max"),
		.cpu_percent = wt_config_named_int(c, "agent", agent, "cpu_max"),
		.tasks = wt_config_named_int(c, "agent", agent, "pids_max"),
		.open_files = wt_config_named_int(c, "agent", agent, "open_files"),
	};
}

void wt_agent_new_instance(const struct wt_ports *p, char out[33])
{
	unsigned char r[16];

	p->proc->random(p->proc->self, r, sizeof r);
	for (size_t i = 0; i < sizeof r; i++)
		snprintf(out + 2 * i, 3, "%02x", r[i]);
}

static enum wt_code check_prompt(const struct wt_config *config, const char *agent, size_t len,
				 struct wt_error *err)
{
	int64_t max = wt_config_named_int(config, "agent", agent, "prompt_max");

	if (!max || (int64_t)len <= max)
		return WT_OK;
	return wt_fail(err, WT_E_INPUT,
		       "its prompt has %zu bytes, and agent '%s' takes %" PRId64
		       " (prompt_max): split the task, or give it less to read",
		       len, agent, max);
}

/* Else all that the system says is that a list is too long. */
static enum wt_code check_arguments(const char *agent, const char *const *argv,
				    struct wt_error *err)
{
	for (; *argv; argv++) {
		size_t len = strlen(*argv);

		if (len > MAX_ARG_BYTES)
			return wt_fail(
				err, WT_E_INPUT,
				"an argument of agent '%s' has %zu bytes with its prompt, and the "
				"system allows %d: let it read {prompt_file}, or its "
				"standard input, or split the task",
				agent, len, MAX_ARG_BYTES);
	}
	return WT_OK;
}

enum wt_code wt_agent_start(struct wt_run *run, const struct wt_agent_opts *o,
			    struct wt_proc_id *out, struct wt_error *err)
{
	const struct wt_ports *p = run->ports;
	const char *agent = wt_agent_of(run, o->task);
	const char *dir = wt_run_agent_dir(run, o->task, &run->arena);
	const char *prompt_file = wt_path_join(&run->arena, dir, "prompt.md");
	struct wt_agent_start start = { .dir = dir, .cwd = o->worktree->path };
	struct wt_cgroup cgroup;
	char instance[33];
	const char *prompt, *home = NULL;
	bool is_new = false;
	enum wt_code rc = wt_prompt_build(run, o, &prompt, err);

	if (!rc)
		rc = p->fs->create(p->fs->self, prompt_file, wt_str_of(prompt), err);
	if (!rc)
		rc = check_prompt(run->config, agent, strlen(prompt), err);
	if (!rc)
		rc = build_command(run, o, prompt, prompt_file, &start.argv, err);
	if (!rc)
		rc = check_arguments(agent, start.argv, err);
	if (!rc)
		rc = wt_home_make(run, o->task, &home, &is_new, err);
	if (rc)
		return rc;
	if (is_new)
		start.argv = wt_agent_first_argv(&run->arena, run->config, agent, start.argv);
	wt_agent_new_instance(p, instance);
	start.instance = instance;
	start.env = wt_temp_env(run, wt_temp_owner(run, o->task, o->attempt),
				build_env(run, o, home, instance));
	start.stdin_path = wt_agent_reads_stdin(run->config, agent) ? prompt_file : NULL;
	fill_limits(run->config, agent, &start);
	wt_cgroup_find(p, &run->arena, &cgroup);
	start.cgroup = cgroup.dir;
	return p->proc->start(p->proc->self, &start, o->token, out, err);
}

/* reading */

void wt_agent_read_exit(struct wt_run *run, const char *dir, struct wt_agent_exit *out)
{
	const struct wt_ports *p = run->ports;
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *doc;
	struct wt_error err;
	enum wt_code rc = p->fs->read(p->fs->self, wt_path_join(&run->arena, dir, WT_SHIM_EXIT),
				      WT_MAX_STATUS_BYTES, &text, &err);

	*out = (struct wt_agent_exit){ .reason = "lost", .code = -1 };
	if (!rc)
		rc = p->reader->json(&run->arena, (struct wt_str){ text.data, text.len }, &doc,
				     &err);
	if (rc) {
		out->error = wt_arena_strdup(&run->arena, err.msg);
	} else {
		out->reason = wt_json_text(doc, "reason", "lost");
		out->code = wt_json_int(doc, "code", -1);
		out->signal = wt_json_int(doc, "signal", 0);
		out->error = wt_json_text(doc, "error", NULL);
		out->cpu_ms = wt_json_int(doc, "cpu_ms", 0);
		out->peak_rss_bytes = wt_json_int(doc, "peak_rss_bytes", 0);
		out->duration_ms = wt_json_int(doc, "duration_ms", 0);
		out->survivors = (int64_t)wt_json_count(wt_json_find(doc, "survivors"));
	}
	wt_buf_clear(&text);
}

static bool read_status_file(const struct wt_ports *ports, struct wt_arena *a, const char *path,
			     double *percent, const char **message)
{
	struct wt_buf text = WT_BUF_INIT, safe = WT_BUF_INIT;
	const struct wt_json *doc;
	const char *said;
	struct wt_error err;
	bool ok = ports->fs->read(ports->fs->self, path, WT_MAX_STATUS_BYTES, &text, &err) ==
			  WT_OK &&
		  ports->reader->json(a, (struct wt_str){ text.data, text.len }, &doc, &err) ==
			  WT_OK &&
		  doc->kind == WT_JSON_OBJECT;

	if (ok) {
		*percent = wt_json_number(doc, "completion_percentage", -1);
		if (!(*percent >= 0 && *percent <= 100))
			*percent = -1;
		said = wt_json_text(doc, "message", NULL);
		if (said) {
			wt_text_render_safe(&safe, (struct wt_str){ said, strnlen(said, 400) });
			said = wt_arena_strdup(a, safe.data);
		}
		*message = said;
	}
	wt_buf_clear(&safe);
	wt_buf_clear(&text);
	return ok;
}

bool wt_agent_read_status(const struct wt_ports *ports, struct wt_arena *a, const char *dir,
			  const char *worktree, double *percent, const char **message)
{
	return read_status_file(ports, a, wt_path_join(a, dir, "status.json"), percent, message) ||
	       (worktree &&
		read_status_file(ports, a, wt_path_join(a, worktree, ".agent_status.json"), percent,
				 message));
}

void wt_agent_read_pulse(const struct wt_ports *ports, struct wt_arena *a, const char *dir,
			 struct wt_pulse *out)
{
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *doc;
	struct wt_error err;
	const char *verdict;

	*out = (struct wt_pulse){ .kind = WT_PULSE_WORKING };
	if (ports->fs->read(ports->fs->self, wt_path_join(a, dir, WT_SHIM_STATE),
			    WT_MAX_STATUS_BYTES, &text, &err) == WT_OK &&
	    ports->reader->json(a, (struct wt_str){ text.data, text.len }, &doc, &err) == WT_OK &&
	    doc->kind == WT_JSON_OBJECT) {
		verdict = wt_json_text(doc, "verdict", NULL);
		out->kind = verdict ? wt_pulse_find(wt_str_of(verdict)) : WT_PULSE_UNKNOWN;
		out->since_ms = wt_json_int(doc, "since_ms", 0);
		out->end_ms = wt_json_int(doc, "end_ms", 0);
	}
	wt_buf_clear(&text);
}
