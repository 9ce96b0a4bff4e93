/* SPDX-License-Identifier: MIT */
/* Real ports, a repository with a roadmap, scripted agents, and a run that is ready to go. */

#include "tests/support/engine_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/source.h"

/* A run that hangs is a failure with a name, not a time-out of the whole suite. */
#define HANG_SECONDS 240

/* libgit2 1.5 forgets to free a regular expression's match for each entry of the configuration
 * when a repository has format version 1. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

static const struct wt_reader reader = { .json = wt_json_cjson,
					 .xml = wt_xml_expat,
					 .markdown = wt_markdown_cmark,
					 .ini = wt_ini_inih,
					 .yaml = wt_yaml_libyaml };

static const char await_script[] = "i=0\n"
				   "until test -e \"$(dirname \"$0\")/$1\"; do\n"
				   "\ti=$((i + 1)); test $i -lt 3000 || exit 1; sleep 0.02\n"
				   "done\n";

static int64_t skewed_ms(void *self)
{
	const struct world *w = self;

	return w->real_clock.mono_ms(w->real_clock.self) + w->skew_ms;
}

static int64_t wall_ms(void *self)
{
	const struct world *w = self;

	return w->real_clock.wall_ms(w->real_clock.self);
}

/* A machine whose other users keep it busy must not hold back what a test starts. */
static void unknown_load(void *self, struct wt_load *out)
{
	(void)self;
	*out = (struct wt_load){ -1, -1, -1, -1 };
}

static void open_ports(struct world *w)
{
	wt_clock_posix(&w->real_clock);
	w->clock = w->real_clock;
	w->clock.self = w;
	w->clock.mono_ms = skewed_ms;
	w->clock.wall_ms = wall_ms;
	wt_fs_posix(&w->fs);
	wt_journal_file(&w->clock, &w->journal);
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &w->proc, &w->err), w->err);
	w->proc.load = unknown_load;
	w->ports = (struct wt_ports){ .clock = &w->clock,
				      .fs = &w->fs,
				      .proc = &w->proc,
				      .journal = &w->journal,
				      .reader = &reader,
				      .git = &w->git,
				      .git_open = wt_git_open };
	w->used = &w->ports;
}

void world_open_git(struct world *w, const char *dir)
{
	if (w->git.self)
		wt_git_close(&w->git);
	w->git = (struct wt_git){ 0 };
	check_ok(wt_git_open(dir, &w->proc, &w->git, &w->err), w->err);
}

void world_begin_again(struct world *w)
{
	wt_run_close(w->run);
	w->run = NULL;
	wt_git_close(&w->git);
	w->git = (struct wt_git){ 0 };
	wt_proc_linux_close(&w->proc);
	open_ports(w);
	world_open_git(w, w->repo);
	check_ok(wt_run_open(w->used, NULL, &w->run, &w->err), w->err);
}

void world_after_fork(struct world *w)
{
	w->run = NULL;
	w->git = (struct wt_git){ 0 };
	open_ports(w);
	world_open_git(w, w->repo);
}

static void set_defaults(struct world *w)
{
	static const char *const values[][2] = {
		{ "run.retries", "0" },        { "run.retry_pause", "0s" },
		{ "run.cpu_max", "100" },      { "run.cpu_start", "100" },
		{ "run.memory_max", "100" },   { "run.same_failure", "0" },
		{ "run.memory_start", "100" }, { "agent.test.grace", "5s" },
	};
	const char *command = wt_arena_printf(&w->arena, "/bin/sh -e %s/agents/{id}", w->s->dir);

	world_set(w, "agent.test.command", command);
	world_set(w, "agent.test.env", wt_arena_printf(&w->arena, "W=%s ASAN_OPTIONS", w->s->dir));
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		world_set(w, values[i][0], values[i][1]);
}

int world_setup(void **state)
{
	struct world *w = wt_alloc(sizeof *w);
	void *s;

	heed_signals();
	alarm((unsigned)(HANG_SECONDS * test_factor()));
	scratch_setup(&s);
	w->s = s;
	w->diags.arena = &w->arena;
	w->repo = scratch_repo(w->s, "repo", 3);
	scratch_write(w->s, "await", await_script);
	open_ports(w);
	world_open_git(w, w->repo);
	w->config = wt_config_new();
	set_defaults(w);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;
	void *s = w->s;

	wt_run_close(w->run);
	wt_config_free(w->config);
	wt_git_close(&w->git);
	wt_proc_linux_close(&w->proc);
	wt_arena_clear(&w->arena);
	free(w);
	alarm(0);
	return scratch_teardown(&s);
}

void world_set(struct world *w, const char *key, const char *value)
{
	wt_config_set(w->config, WT_LAYER_OVERRIDE, key, value, (struct wt_place){ .path = "-c" },
		      &w->diags);
	if (w->diags.errors)
		fail_msg("%s = %s: %s", key, value, w->diags.items[w->diags.len - 1].message);
}

void world_agent(struct world *w, const char *id, const char *script)
{
	scratch_write(w->s, wt_arena_printf(&w->arena, "agents/%s", id), script);
}

/* roadmaps */

static struct wt_str take_until(const char **at, const char *ends)
{
	struct wt_str s = { *at, strcspn(*at, ends) };

	*at += s.len;
	return s;
}

static void add_task(struct world *w, struct wt_buf *out, const char *spec)
{
	struct wt_str id = take_until(&spec, "<!@");
	const char *name = wt_arena_strndup(&w->arena, id.data, id.len);
	const char *script = scratch_path(w->s, "agents/%s", name);

	wt_buf_printf(out, "## PRIORITY %s: Task number %s 📝 Planned\n\n", name, name);
	while (*spec) {
		const char *key = *spec == '<' ? "Depends on" : *spec == '!' ? "Files" : "Order";
		struct wt_str value = (spec++, take_until(&spec, "<!@"));

		wt_buf_printf(out, "**%s**: %.*s\n\n", key, (int)value.len, value.data);
	}
	if (access(script, F_OK) != 0)
		world_agent(w, name,
			    wt_arena_printf(&w->arena, "echo 'work of %s' > %s.txt", name, name));
}

static void commit_roadmap(struct world *w, const char *text)
{
	scratch_write(w->s, "repo/ROADMAP.md", text);
	scratch_run(w->s, "cd repo && git add ROADMAP.md && git commit -q -m 'Add a roadmap'");
}

void world_roadmap(struct world *w, const char *spec)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest = wt_str_of(spec), word;

	wt_buf_puts(&text, "# Roadmap\n\n");
	while (wt_str_next(&rest, " ", &word))
		add_task(w, &text, wt_arena_strndup(&w->arena, word.data, word.len));
	commit_roadmap(w, text.data);
	wt_buf_clear(&text);
}

static void check_plan(const struct wt_plan *plan)
{
	for (size_t i = 0; i < plan->diags.len; i++)
		if (plan->diags.items[i].severity == WT_SEVERITY_ERROR)
			fail_msg("the plan is wrong: %s", plan->diags.items[i].message);
}

void world_create_run(struct world *w, const char *roadmap)
{
	struct wt_tasks tasks = { .arena = &w->arena };
	struct wt_source_opts o = { .files = &roadmap,
				    .n_files = roadmap ? 1 : 0,
				    .cwd = w->git.repo.top };
	char id[WT_RUN_ID_SIZE];
	struct wt_plan plan;

	wt_config_check(w->config, &w->diags);
	check_int(w->diags.errors, 0);
	wt_runs_new_id(w->used, id);
	o.run_id = id;
	check_ok(wt_source_plan(w->used, w->config, &o, &w->arena, &tasks, &plan, &w->err), w->err);
	check_plan(&plan);
	wt_run_close(w->run);
	w->run = NULL;
	if (w->on_plan)
		w->on_plan(w, &plan);
	check_ok(wt_run_create(w->used, &plan, w->config, id, &w->run, &w->err), w->err);
	wt_plan_clear(&plan);
	wt_tasks_clear(&tasks);
}

void world_plan(struct world *w, const char *spec)
{
	world_roadmap(w, spec);
	world_create_run(w, NULL);
}

void world_plan_text(struct world *w, const char *text)
{
	commit_roadmap(w, text);
	world_create_run(w, NULL);
}

/* driving */

static void tick(void *arg, struct wt_run *run, const struct wt_live *live,
		 const struct wt_load *load)
{
	struct world *w = arg;

	(void)run;
	(void)load;
	w->live = live;
	w->skew_ms += w->hurry_ms;
	if (w->on_tick)
		w->on_tick(w);
}

enum wt_code world_try_drive(struct world *w)
{
	struct wt_drive_opts o = { .tick = tick,
				   .arg = w,
				   .tick_ms = w->hurry_ms || w->on_tick ? 20 : 1000 };
	int lock;
	enum wt_code rc = wt_runs_lock(w->used, w->run->id, &lock, &w->err);

	if (rc)
		return rc;
	rc = wt_run_drive(w->run, &o, &w->signo, &w->err);
	wt_runs_unlock(w->used, lock);
	return rc;
}

void world_die_at(struct world *w, const char *file)
{
	pid_t child;
	int status;

	wt_run_close(w->run);
	w->run = NULL;
	fflush(NULL);
	child = fork();
	if (!child) {
		world_after_fork(w);
		if (wt_run_open(w->used, NULL, &w->run, &w->err) == WT_OK)
			(void)!world_try_drive(w);
		_exit(0);
	}
	check_int(scratch_status(w->s, "sh ./await %s", file), 0);
	kill(child, SIGKILL);
	check_int(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

void world_drive(struct world *w)
{
	check_ok(world_try_drive(w), w->err);
	if (wt_run_state(w->run)->illegal)
		fail_msg("the table of moves refused %zu events of\n%s",
			 wt_run_state(w->run)->illegal, world_events(w, ""));
}

void world_reopen(struct world *w)
{
	wt_run_close(w->run);
	w->run = NULL;
	check_ok(wt_run_open(w->used, NULL, &w->run, &w->err), w->err);
}

void world_ask(struct world *w, enum wt_event_kind kind, const char *task)
{
	struct wt_event ev = { .kind = kind, .task = task };

	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
}

/* looking */

const struct wt_task_state *world_task(struct world *w, const char *id)
{
	size_t i = wt_plan_find(&w->run->plan, id);

	if (i == WT_MAP_NONE)
		fail_msg("there is no task '%s'", id);
	return &wt_run_state(w->run)->tasks[i];
}

static const char *last_output(struct world *w, const char *id)
{
	const struct wt_task_state *t = world_task(w, id);
	const char *dir = wt_run_attempt_dir(w->run, wt_plan_find(&w->run->plan, id), t->attempt);

	return t->attempt ? scratch_output(w->s, "tail -n 5 '%s/agent.log' || true", dir) : "";
}

void check_state(struct world *w, const char *id, const char *state)
{
	const struct wt_task_state *t = world_task(w, id);

	if (strcmp(wt_state_name(t->state), state) != 0)
		fail_msg("task %s is %s, not %s; reason: %s\n%s\n%s", id, wt_state_name(t->state),
			 state, t->reason ? t->reason : "-", last_output(w, id), world_notes(w));
}

void check_reason(struct world *w, const char *id, const char *part)
{
	const struct wt_task_state *t = world_task(w, id);

	check_contains(t->reason ? t->reason : "(none)", part);
}

void check_landed(struct world *w, const char *id)
{
	struct wt_oid_text landed = wt_oid_hex(&world_task(w, id)->landed);

	check_str(world_git(w, "rev-parse main"), landed.hex);
}

void check_kept_back(struct world *w, const char *id, const char *reason)
{
	check_state(w, id, "kept");
	check_reason(w, id, reason);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	world_git(w, "rev-parse --verify -q '%s'", world_branch(w, id));
	check_int(scratch_status(w->s, "test -e '%s/.git'", world_worktree(w, id)), 0);
	check_int(world_count(w, "landing_starting", id), 0);
}

void check_clean(struct world *w)
{
	check_str(world_git(w, "status --porcelain"), "");
}

const char *world_git(struct world *w, const char *fmt, ...)
{
	struct wt_buf command = WT_BUF_INIT;
	const char *out;
	va_list ap;
	size_t n;

	wt_buf_printf(&command, "git -C '%s' ", w->repo);
	va_start(ap, fmt);
	wt_buf_vprintf(&command, fmt, ap);
	va_end(ap);
	out = scratch_output(w->s, "%s", command.data);
	wt_buf_clear(&command);
	n = strlen(out);
	return wt_arena_strndup(&w->arena, out, n && out[n - 1] == '\n' ? n - 1 : n);
}

/* One record of the journal. */
static const struct wt_json *next_record(struct world *w, struct wt_str *rest)
{
	const struct wt_json *doc;
	struct wt_str line;

	if (!wt_str_next(rest, "\n", &line))
		return NULL;
	check_ok(reader.json(&w->arena, line, &doc, &w->err), w->err);
	return doc;
}

static struct wt_str read_journal(struct world *w)
{
	const char *path = wt_path_join(&w->arena, w->run->dir, "journal.jsonl");
	size_t len;
	const char *text = scratch_read(w->s, path + strlen(w->s->dir) + 1, &len);

	return (struct wt_str){ text, len };
}

static bool is_listed(const char *kinds, const char *kind)
{
	struct wt_str rest = wt_str_of(kinds), word;

	while (wt_str_next(&rest, " ", &word))
		if (wt_str_is(word, kind))
			return true;
	return !*kinds;
}

const char *world_events(struct world *w, const char *kinds)
{
	struct wt_str rest = read_journal(w);
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *doc;
	const char *out;

	while ((doc = next_record(w, &rest))) {
		const char *kind = wt_json_text(doc, "event", ""), *task;

		if (!is_listed(kinds, kind))
			continue;
		task = wt_json_text(doc, "task", NULL);
		wt_buf_printf(&text, "%s%s%s\n", kind, task ? " " : "", task ? task : "");
	}
	out = wt_arena_strdup(&w->arena, text.data);
	wt_buf_clear(&text);
	return out;
}

const char *world_notes(struct world *w)
{
	struct wt_str rest = read_journal(w);
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *doc;
	const char *out;

	while ((doc = next_record(w, &rest)))
		if (strcmp(wt_json_text(doc, "event", ""), "note") == 0)
			wt_buf_printf(&text, "%s\n", wt_json_text(doc, "reason", ""));
	out = wt_arena_strdup(&w->arena, text.data);
	wt_buf_clear(&text);
	return out;
}

size_t world_count(struct world *w, const char *kind, const char *task)
{
	struct wt_str rest = read_journal(w);
	const struct wt_json *doc;
	size_t n = 0;

	while ((doc = next_record(w, &rest)))
		n += strcmp(wt_json_text(doc, "event", ""), kind) == 0 &&
		     (!task || strcmp(wt_json_text(doc, "task", ""), task) == 0);
	return n;
}

const char *world_worktree(struct world *w, const char *id)
{
	const char *path = world_task(w, id)->worktree;

	if (!path)
		fail_msg("task %s has no worktree", id);
	return wt_arena_strdup(&w->arena, path);
}

const char *world_branch(struct world *w, const char *id)
{
	const char *branch = world_task(w, id)->branch;

	if (!branch)
		fail_msg("task %s has no branch", id);
	return wt_arena_strdup(&w->arena, branch);
}
