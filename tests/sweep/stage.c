/* SPDX-License-Identifier: MIT */
/* A folder in which a scenario is played: made, saved, brought back, and programs run in it. */

#include "tests/sweep/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A command that takes longer hangs; a machine with much else to do is slow. */
#define LATE_MS 180000

static _Noreturn void stop(const char *what)
{
	fprintf(stderr, "sweep: %s: %s\n", what, strerror(errno));
	_exit(70);
}

static char *path_in(struct stage *s, const char *name)
{
	return wt_arena_printf(&s->arena, "%s/%s", s->dir, name);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		stop(path);
	close(fd);
}

static void read_file(const char *path, struct wt_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[8192];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		wt_buf_add(out, chunk, (size_t)n);
	if (fd >= 0)
		close(fd);
}

static void make_folder(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		stop(path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	if (kind == FTW_DNR || kind == FTW_NS)
		(void)chmod(path, 0700);
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* running */

static const char *const *environment(struct stage *s, bool is_hurt)
{
	const char **env = wt_arena_alloc(&s->arena, 20 * sizeof *env);
	const char *path = getenv("PATH");
	size_t n = 0;

	env[n++] = wt_arena_printf(&s->arena, "PATH=%s", path ? path : "/usr/bin:/bin");
	env[n++] = wt_arena_printf(&s->arena, "HOME=%s", s->home);
	env[n++] = wt_arena_printf(&s->arena, "TMPDIR=%s/tmp", s->dir);
	env[n++] = "LC_ALL=C.UTF-8";
	env[n++] = "TERM=dumb";
	env[n++] = "TZ=UTC";
	env[n++] = "GIT_CONFIG_NOSYSTEM=1";
	env[n++] = "GIT_AUTHOR_DATE=2026-01-01T12:00:00Z";
	env[n++] = "GIT_COMMITTER_DATE=2026-01-01T12:00:00Z";
	env[n++] = "UBSAN_OPTIONS=print_stacktrace=1";
	/* One that is killed half-way has not freed anything. */
	env[n++] = "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0";
	if (is_hurt) {
		env[n++] = wt_arena_printf(&s->arena, "LD_PRELOAD=%s", s->tools->preload);
		env[n++] = wt_arena_printf(&s->arena, SWEEP_POINT_ENV "=%s/point", s->root);
	}
	env[n] = NULL;
	return env;
}

struct start {
	const char *const *argv, *const *env;
	const char *cwd, *out, *err; /* files */
};

static pid_t start_program(const struct start *o)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, o->out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_addopen(&actions, 2, o->err, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_addchdir_np(&actions, o->cwd);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	rc = posix_spawnp(&pid, o->argv[0], &actions, &attr, (char *const *)o->argv,
			  (char *const *)o->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (rc) {
		errno = rc;
		stop(o->argv[0]);
	}
	return pid;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until it has ended, or that file is there (which may be NULL): then false. */
static bool wait_for(pid_t pid, const char *file, int *status, bool *is_late)
{
	int64_t until = now_ms() + LATE_MS;
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	bool is_there = false;

	if (p.fd < 0)
		stop("pidfd_open");
	while (!is_there && !*is_late && poll(&p, 1, file ? 2 : 1000) <= 0) {
		is_there = file && access(file, F_OK) == 0;
		*is_late = now_ms() > until;
	}
	close(p.fd);
	if (is_there)
		return false;
	if (*is_late)
		kill(pid, SIGKILL);
	(void)waitpid(pid, status, 0);
	return true;
}

static void collect(struct stage *s, const char *name, int status, struct result *out)
{
	out->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_file(wt_arena_printf(&s->arena, "%s/%s.out", s->root, name), &out->out);
	read_file(wt_arena_printf(&s->arena, "%s/%s.err", s->root, name), &out->err);
}

static pid_t start_named(struct stage *s, const char *name, const char *const *argv)
{
	struct start o = { .argv = argv, .env = environment(s, true), .cwd = s->repo };
	const char *full[20];
	size_t n = 0;

	o.out = wt_arena_printf(&s->arena, "%s/%s.out", s->root, name);
	o.err = wt_arena_printf(&s->arena, "%s/%s.err", s->root, name);
	for (; argv[n] && n < 19; n++)
		full[n] = argv[n];
	full[n] = NULL;
	if (strcmp(full[0], "wtorch") == 0)
		full[0] = s->tools->wtorch;
	else
		o.env = environment(s, false);
	o.argv = full;
	return start_program(&o);
}

void stage_wtorch(struct stage *s, const char *const *args, struct result *out)
{
	int status = 0;
	pid_t pid;

	*out = (struct result){ .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	pid = start_named(s, "last", args);
	(void)wait_for(pid, NULL, &status, &out->is_late);
	collect(s, "last", status, out);
}

void stage_flag(struct stage *s, const char *name)
{
	write_file(wt_arena_printf(&s->arena, "%s/flags/%s", s->home, name), "", 0644);
}

void stage_unflag(struct stage *s, const char *name)
{
	const char *path = wt_arena_printf(&s->arena, "%s/flags/%s", s->home, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return;
	/* Whoever acts on it holds it meanwhile. */
	if (fd < 0 || flock(fd, LOCK_EX) < 0 || unlink(path) < 0)
		stop(path);
	close(fd);
}

void stage_step(struct stage *s, const struct sweep_step *step, struct result *out,
		struct result *meanwhile)
{
	const char *file =
		step->flag ? wt_arena_printf(&s->arena, "%s/flags/%s", s->home, step->flag) : NULL;
	bool is_over_early;
	int status = 0;
	pid_t pid;

	*out = (struct result){ .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	if (step->raise_flag)
		stage_flag(s, step->raise_flag);
	pid = start_named(s, "step", step->argv);
	is_over_early = wait_for(pid, file, &status, &out->is_late);
	if (meanwhile)
		stage_wtorch(s, step->meanwhile, meanwhile);
	if (!is_over_early)
		(void)wait_for(pid, NULL, &status, &out->is_late);
	collect(s, "step", status, out);
}

int stage_output(struct stage *s, const char *const *argv, struct wt_buf *out)
{
	struct start o = { .argv = argv, .env = environment(s, false), .cwd = s->repo };
	struct result r = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	int status = 0;

	o.out = wt_arena_printf(&s->arena, "%s/ask.out", s->root);
	o.err = wt_arena_printf(&s->arena, "%s/ask.err", s->root);
	(void)wait_for(start_program(&o), NULL, &status, &r.is_late);
	collect(s, "ask", status, &r);
	wt_buf_add(out, r.out.data, r.out.len);
	if (r.code)
		wt_buf_add(out, r.err.data, r.err.len);
	result_clear(&r);
	return r.code;
}

void result_clear(struct result *r)
{
	wt_buf_clear(&r->out);
	wt_buf_clear(&r->err);
}

/* making */

static void sh(struct stage *s, const char *line)
{
	const char *const argv[] = { "sh", "-ec", line, NULL };
	struct wt_buf out = WT_BUF_INIT;

	if (stage_output(s, argv, &out) != 0) {
		fprintf(stderr, "sweep: %s\n%s\n", line, out.data);
		_exit(70);
	}
	wt_buf_clear(&out);
}

static void name_folders(struct stage *s)
{
	s->dir = wt_arena_printf(&s->arena, "%s/case", s->root);
	s->repo = path_in(s, "work/app");
	s->home = path_in(s, "home");
}

static void write_home(struct stage *s, const struct sweep_scenario *scenario)
{
	struct wt_buf b = WT_BUF_INIT;

	wt_buf_puts(&b, "[user]\nname = Sweep\nemail = sweep@example.invalid\n"
			"[init]\ndefaultBranch = main\n[gc]\nauto = 0\n[maintenance]\nauto = no\n");
	write_file(path_in(s, "home/.gitconfig"), b.data, 0644);
	wt_buf_reset(&b);
	wt_buf_printf(&b,
		      "[run]\ncpu_max = 100\ncpu_start = 100\nmemory_max = 100\n"
		      "memory_start = 100\nretry_pause = 0s\n%s\n[agent bot]\ncommand = %s\n"
		      "grace = 1s\n%s\n%s\n",
		      scenario->run ? scenario->run : "", s->tools->agent,
		      scenario->agent ? scenario->agent : "",
		      scenario->config ? scenario->config : "");
	write_file(path_in(s, "home/.config/wtorch/config.ini"), b.data, 0644);
	wt_buf_clear(&b);
	for (const struct sweep_task *t = scenario->tasks; t->id; t++)
		write_file(wt_arena_printf(&s->arena, "%s/agents/%s", s->home, t->id), t->script,
			   0644);
}

static void write_roadmap(struct stage *s, const struct sweep_scenario *scenario)
{
	struct wt_buf b = WT_BUF_INIT;

	wt_buf_puts(&b, "# Roadmap\n");
	for (const struct sweep_task *t = scenario->tasks; t->id; t++)
		wt_buf_printf(&b, "\n### PRIORITY %s: Task %s 📝 Planned\n\n%s\n", t->id, t->id,
			      t->fields ? t->fields : "");
	write_file(path_in(s, "work/app/ROADMAP.md"), b.data, 0644);
	wt_buf_clear(&b);
}

bool stage_prepare(struct stage *s, const struct sweep_scenario *scenario, struct wt_buf *why)
{
	static const char *const folders[] = {
		"",
		"home",
		"home/.config",
		"home/.config/wtorch",
		"home/agents",
		"home/flags",
		"home/held",
		"home/starts",
		"tmp",
		"work",
		"work/app",
		"work/app/src",
		NULL,
	};
	static const char *const head[] = { "git", "rev-parse", "HEAD", NULL };
	struct wt_buf out = WT_BUF_INIT;
	bool ok;

	wt_arena_clear(&s->arena);
	s->scenario = scenario;
	name_folders(s);
	make_folder(s->root);
	remove_tree(s->dir);
	for (size_t i = 0; folders[i]; i++)
		make_folder(path_in(s, folders[i]));
	write_home(s, scenario);
	write_roadmap(s, scenario);
	write_file(path_in(s, "work/app/src/a.txt"), "a\n", 0644);
	write_file(path_in(s, "work/app/src/c.txt"), "c 1\nc 2\nc 3\n", 0644);
	sh(s, "git init -q --template= -b main");
	sh(s, "git add -A && git commit -q -m first");
	if (scenario->prepare)
		sh(s, scenario->prepare);
	ok = stage_output(s, head, &out) == 0;
	if (!ok)
		wt_buf_puts(why, out.data);
	s->start = wt_arena_strndup(&s->arena, out.data, strcspn(out.data, "\n"));
	wt_buf_clear(&out);
	s->n_steps = 0;
	while (s->n_steps < SWEEP_MAX_STEPS && scenario->steps[s->n_steps].argv[0])
		s->n_steps++;
	return ok;
}

static void copy_tree(struct stage *s, const char *from, const char *to)
{
	const char *const argv[] = { "cp", "-a", from, to, NULL };
	struct start o = { .argv = argv, .cwd = s->root, .out = "/dev/null", .err = "/dev/null" };
	bool is_late = false;
	int status = 0;

	o.env = environment(s, false);
	(void)wait_for(start_program(&o), NULL, &status, &is_late);
	if (status)
		stop("cp");
}

static char *saved(struct stage *s, size_t step)
{
	return wt_arena_printf(&s->arena, "%s/saved-%zu", s->root, step);
}

void stage_save(struct stage *s, size_t step)
{
	remove_tree(saved(s, step));
	copy_tree(s, s->dir, saved(s, step));
}

void stage_load(struct stage *s, size_t step)
{
	remove_tree(s->dir);
	copy_tree(s, saved(s, step), s->dir);
}

/* the point */

static void map_point(struct stage *s)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/point", s->root);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, sizeof *s->point) < 0)
		stop(path);
	s->point = mmap(NULL, sizeof *s->point, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->point == MAP_FAILED)
		stop(path);
	close(fd);
}

void stage_arm(struct stage *s, const struct hurt *hurt, uint64_t at)
{
	static const struct hurt none = { .programs = SWEEP_OF_WTORCH | SWEEP_OF_GIT |
						      SWEEP_OF_SHIM };

	if (!hurt)
		hurt = &none;
	*s->point = (struct sweep_point){ .calls = hurt->calls,
					  .programs = hurt->programs,
					  .action = hurt->action,
					  .number = hurt->number,
					  .at = at };
}

/* the folder */

static void enter(struct stage *s, const char *name)
{
	free(s->root);
	s->root = strdup(name);
	make_folder(s->root);
	map_point(s);
}

void stage_open(struct stage *s, const struct sweep_tools *tools, unsigned worker)
{
	char name[4096];

	*s = (struct stage){ .tools = tools, .worker = worker };
	snprintf(name, sizeof name, "%s/w%u", tools->scratch, worker);
	enter(s, name);
}

void stage_leave(struct stage *s)
{
	char name[4096];

	munmap(s->point, sizeof *s->point);
	snprintf(name, sizeof name, "%s/w%u.%u", s->tools->scratch, s->worker, ++s->generation);
	for (size_t i = 0; i < SWEEP_MAX_STEPS; i++)
		remove_tree(saved(s, i));
	s->scenario = NULL;
	enter(s, name);
}

void stage_close(struct stage *s)
{
	munmap(s->point, sizeof *s->point);
	remove_tree(s->root);
	wt_arena_clear(&s->arena);
	free(s->root);
}
