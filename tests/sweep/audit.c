/* SPDX-License-Identifier: MIT */
/* What must be so after everything: nothing lost, nobody left behind, nothing said that is not. */

#include "tests/sweep/sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/map.h"
#include "wtorch/engine/runs.h"

/* How long the last shims may need to end and to write down that they did. */
#define LEAVE_MS 20000

static const struct wt_reader reader = { .json = wt_json_cjson };

struct ports {
	struct wt_clock clock;
	struct wt_fs fs;
	struct wt_proc proc;
	struct wt_journal journal;
	struct wt_git git;
	struct wt_ports all;
};

/* The base of each run is here: nothing else of git is asked for while a run is read. */
static enum wt_code has_commit(void *self, const struct wt_oid *oid, struct wt_arena *a,
			       struct wt_commit *out, struct wt_error *err)
{
	(void)self;
	(void)oid;
	(void)a;
	(void)err;
	*out = (struct wt_commit){ 0 };
	return WT_OK;
}

static const struct wt_git_store store = { .commit = has_commit };

/* Enough to read a run; nothing here starts or signals anything. */
static void open_ports(struct stage *s, struct ports *p, struct wt_arena *a)
{
	*p = (struct ports){ 0 };
	wt_clock_posix(&p->clock);
	wt_fs_posix(&p->fs);
	wt_journal_file(&p->clock, &p->journal);
	p->git.repo.common_dir = wt_arena_printf(a, "%s/.git", s->repo);
	p->git.store = &store;
	p->all = (struct wt_ports){ .clock = &p->clock,
				    .fs = &p->fs,
				    .proc = &p->proc,
				    .journal = &p->journal,
				    .reader = &reader,
				    .git = &p->git };
}

static char *ask(struct stage *s, struct wt_arena *a, const char *const *argv)
{
	struct wt_buf out = WT_BUF_INIT;
	char *text;

	(void)stage_output(s, argv, &out);
	text = wt_arena_strdup(a, out.data);
	wt_buf_clear(&out);
	return text;
}

/* the signature */

static void put_states(struct stage *s, struct wt_arena *a, struct wt_buf *out)
{
	struct ports p;
	struct wt_error err;

	open_ports(s, &p, a);
	for (const struct sweep_task *t = s->scenario->tasks; t->id; t++) {
		struct wt_run *run;
		size_t i;

		if (wt_run_open_with_task(&p.all, t->id, &run, &err)) {
			wt_buf_printf(out, "task %s: %s\n", t->id, err.msg);
			continue;
		}
		i = wt_plan_find(&run->plan, t->id);
		wt_buf_printf(out, "task %s %s\n", t->id,
			      wt_state_name(wt_run_state(run)->tasks[i].state));
		wt_run_close(run);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of text in order, each behind what. */
static void put_sorted(struct wt_arena *a, const char *what, char *text, struct wt_buf *out)
{
	char **lines = NULL;
	size_t n = 0, cap = 0;

	for (char *line = strtok_r(text, "\n", &text); line; line = strtok_r(NULL, "\n", &text))
		*WT_ARENA_PUSH(a, lines, n, cap) = line;
	if (n)
		qsort(lines, n, sizeof *lines, by_text);
	for (size_t i = 0; i < n; i++)
		wt_buf_printf(out, "%s %s\n", what, lines[i]);
}

/* "worktree <path>" and "branch refs/heads/<name>" on one line each. */
static void put_worktrees(struct wt_arena *a, char *text, struct wt_buf *out)
{
	struct wt_buf lines = WT_BUF_INIT;
	const char *path = "?";

	for (char *line = strtok_r(text, "\n", &text); line; line = strtok_r(NULL, "\n", &text)) {
		if (strncmp(line, "worktree ", 9) == 0)
			path = strrchr(line, '/') + 1;
		else if (strncmp(line, "branch ", 7) == 0)
			wt_buf_printf(&lines, "%s %s\n", path, line + 7);
		else if (strncmp(line, "HEAD ", 5) != 0)
			wt_buf_printf(&lines, "%s %s\n", path, line);
	}
	put_sorted(a, "worktree", wt_arena_strdup(a, lines.data ? lines.data : ""), out);
	wt_buf_clear(&lines);
}

const char *audit_signature(struct stage *s, struct wt_arena *a)
{
	static const char *const tree[] = { "git", "log", "-1", "--format=%T", "main", NULL };
	static const char *const subjects[] = { "git", "log", "--format=%s", "main", NULL };
	static const char *const worktrees[] = { "git", "worktree", "list", "--porcelain", NULL };
	static const char *const branches[] = { "git",        "for-each-ref", "--format=%(refname)",
						"refs/heads", "refs/tags",    NULL };
	static const char *const status[] = { "git", "--no-optional-locks", "status", "--porcelain",
					      NULL };
	struct wt_buf out = WT_BUF_INIT;
	const char *text;

	put_states(s, a, &out);
	put_sorted(a, "tree", ask(s, a, tree), &out);
	put_sorted(a, "commit", ask(s, a, subjects), &out);
	put_worktrees(a, ask(s, a, worktrees), &out);
	put_sorted(a, "ref", ask(s, a, branches), &out);
	put_sorted(a, "status", ask(s, a, status), &out);
	text = wt_arena_strdup(a, out.data);
	wt_buf_clear(&out);
	return text;
}

/* journals */

static void check_run(struct ports *p, const char *id, size_t *torn, struct wt_buf *out)
{
	struct wt_run *run;
	struct wt_error err;
	enum wt_code rc = wt_run_open(&p->all, id, &run, &err);

	if (rc == WT_E_NOT_FOUND)
		return; /* one that never began */
	if (rc) {
		wt_buf_printf(out, "run %s: %s\n", id, err.msg);
		return;
	}
	for (size_t i = 0; i < run->damage.len; i++) {
		if (*torn)
			(*torn)--;
		else
			wt_buf_printf(out, "run %s: line %zu: %s\n", id,
				      run->damage.items[i].place.line,
				      run->damage.items[i].message);
	}
	if (wt_run_state(run)->illegal)
		wt_buf_printf(out, "run %s: %zu events that no state allows\n", id,
			      wt_run_state(run)->illegal);
	if (!wt_run_state(run)->is_ended && !wt_run_state(run)->is_stopped)
		wt_buf_printf(out, "run %s: has no end\n", id);
	wt_run_close(run);
}

static void check_journals(struct stage *s, size_t torn, struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	struct ports p;
	struct wt_error err;
	const char **ids;
	size_t n = 0;

	open_ports(s, &p, &a);
	if (wt_runs_list(&p.all, &a, &ids, &n, &err))
		wt_buf_printf(out, "runs: %s\n", err.msg);
	for (size_t i = 0; i < n; i++)
		check_run(&p, ids[i], &torn, out);
	wt_arena_clear(&a);
}

static void mark_kind(void *arg, const struct wt_event *ev)
{
	((_Atomic bool *)arg)[ev->kind] = true;
}

void audit_kinds(struct stage *s, _Atomic bool seen[WT_EV_COUNT])
{
	struct wt_arena a = { 0 };
	struct ports p;
	struct wt_error ignored;
	const char **ids;
	size_t n = 0;

	open_ports(s, &p, &a);
	(void)!wt_runs_list(&p.all, &a, &ids, &n, &ignored);
	for (size_t i = 0; i < n; i++) {
		struct wt_run *run;

		if (wt_run_open(&p.all, ids[i], &run, &ignored))
			continue;
		(void)!wt_run_each_event(run, mark_kind, seen, &ignored);
		wt_run_close(run);
	}
	wt_arena_clear(&a);
}

/* the agents' own account */

static void check_log(struct stage *s, struct wt_buf *out)
{
	static const char *const list[] = { "git", "rev-list", "--all", NULL };
	struct wt_arena a = { 0 };
	const char *reachable = ask(s, &a, list);
	FILE *log = fopen(wt_arena_printf(&a, "%s/log", s->home), "re");
	char line[1024], starts[1 << 14] = "\n";

	while (log && fgets(line, sizeof line, log)) {
		char task[80], attempt[80], run[80] = "", key[300];

		if (sscanf(line, "%*s %79s %79s %79s", task, attempt, run) < 2)
			continue;
		if (strncmp(line, "overlap ", 8) == 0)
			wt_buf_printf(out, "two agents in one worktree, or with the same ports: %s",
				      line);
		if (strncmp(line, "commit ", 7) == 0 && !strstr(reachable, attempt))
			wt_buf_printf(out, "lost: %s", line);
		if (strncmp(line, "start ", 6) != 0)
			continue;
		snprintf(key, sizeof key, "\n%s/%s/%s\n", run, task, attempt);
		if (strstr(starts, key))
			wt_buf_printf(out, "started twice: %s", line);
		snprintf(starts + strlen(starts), sizeof starts - strlen(starts), "%s", key + 1);
	}
	if (log)
		fclose(log);
	wt_arena_clear(&a);
}

/* processes */

static bool file_names(const char *path, const char *text)
{
	char data[32768];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof data);

	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(data, (size_t)n, text, strlen(text));
}

/* Of whose environment, arguments or folder the case is part. */
static void list_processes(struct stage *s, struct wt_buf *out)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char path[300], link[4096], inside[4096];

	snprintf(inside, sizeof inside, "%s/", s->dir);
	while (d && (e = readdir(d))) {
		ssize_t n;

		if (!isdigit((unsigned char)e->d_name[0]) || atol(e->d_name) == getpid())
			continue;
		snprintf(path, sizeof path, "/proc/%s/cwd", e->d_name);
		n = readlink(path, link, sizeof link - 1);
		link[n > 0 ? n : 0] = '\0';
		snprintf(path, sizeof path, "/proc/%s/environ", e->d_name);
		if (strncmp(link, inside, strlen(inside)) != 0 && !file_names(path, inside)) {
			snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
			if (!file_names(path, inside))
				continue;
		}
		wt_buf_printf(out, "process %s is left\n", e->d_name);
	}
	if (d)
		closedir(d);
}

static void check_processes(struct stage *s, struct wt_buf *out)
{
	size_t before = out->len;

	for (int ms = 0;; ms += 5) {
		wt_buf_cut(out, before);
		list_processes(s, out);
		if (out->len == before || ms > LEAVE_MS)
			return;
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	}
}

/* files */

/* What may be there; a path that none matches is left over. Relative to the case, and * crosses
 * slashes. */
static const char *const known[] = {
	"home*",
	"tmp",
	"work",
	"work/app",
	"work/app/ROADMAP.md",
	"work/app/src*",
	"work/app/more*",
	"work/app/.gitignore",
	"work/app/.env",
	"work/app/untracked.txt",
	"work/app/.git",
	"work/app/.git/HEAD",
	"work/app/.git/ORIG_HEAD",
	"work/app/.git/COMMIT_EDITMSG",
	"work/app/.git/config",
	"work/app/.git/index",
	"work/app/.git/info",
	"work/app/.git/info/exclude",
	"work/app/.git/logs*",
	"work/app/.git/refs*",
	"work/app/.git/packed-refs",
	"work/app/.git/worktrees",
	"work/app/.git/worktrees/app-wt*",
	"work/app/.git/objects",
	"work/app/.git/objects/info*",
	"work/app/.git/objects/tmp_obj*", /* as git itself leaves them: for git gc */
	"work/app/.git/objects/[0-9a-f][0-9a-f]/tmp_obj*",
	"work/app/.git/objects/pack*",
	"work/app/.git/objects/[0-9a-f][0-9a-f]",
	"work/app/.git/objects/[0-9a-f][0-9a-f]/[0-9a-f]*",
	"work/app/.git/wtorch",
	"work/app/.git/wtorch/lock",
	"work/app/.git/wtorch/owner",
	"work/app/.git/wtorch/worktrees.lock",
	"work/app/.git/wtorch/undo.lock",
	/* The note of an undo that was killed behind its record goes with the next clean. */
	"work/app/.git/wtorch/undo",
	"work/app/.git/wtorch/undo/*",
	"work/app/.git/wtorch/cache",
	"work/app/.git/wtorch/cache/history.json",
	"work/app/.git/wtorch/cache/passes.json",
	"work/app/.git/wtorch/temps",
	"work/app/.git/wtorch/runs",
	"work/app/.git/wtorch/runs/20[0-9-]*[0-9a-f]",
	"work/app/.git/wtorch/runs/20*-*-*/journal.jsonl",
	"work/app/.git/wtorch/runs/20*-*-*/[0-9]*",
	"work/app/.git/wtorch/runs/20*-*-*/_base*",
	"work/app-wt*",
	"work/.wtorch-trash*", /* until the next clean or the end of the next run */
	NULL,
};

/* What must not be there although one of the above matches. */
static const char *const unwanted[] = {
	"*.lock", "*/tmp_*", "*.tmp", "*.tmp.*", "*/.tmp*", "*~", NULL,
};

struct search {
	const char *dir;
	struct wt_buf *out;
};

static struct search search; /* nftw hands nothing on */

static bool matches(const char *const *patterns, const char *path)
{
	for (size_t i = 0; patterns[i]; i++)
		if (fnmatch(patterns[i], path, 0) == 0)
			return true;
	return false;
}

static int look_at(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	const char *name = path + strlen(search.dir);
	bool is_accepted;

	(void)st;
	(void)kind;
	(void)where;
	if (!*name++)
		return 0;
	is_accepted = strcmp(name, "work/app/.git/wtorch/worktrees.lock") == 0 ||
		      strcmp(name, "work/app/.git/wtorch/undo.lock") == 0 ||
		      strncmp(name, "work/app/.git/objects/", 22) == 0;
	if (!matches(known, name) || (!is_accepted && matches(unwanted, name)))
		wt_buf_printf(search.out, "left over: %s\n", name);
	return 0;
}

/* Each folder beside the repository is a registered worktree, and the other way round. */
static void check_worktrees(struct stage *s, struct wt_buf *out)
{
	static const char *const list[] = { "git", "worktree", "list", "--porcelain", NULL };
	struct wt_arena a = { 0 };
	char *text = ask(s, &a, list);
	const char *work = wt_arena_printf(&a, "%s/work", s->dir);
	DIR *d = opendir(work);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *line = wt_arena_printf(&a, "worktree %s/%s\n", work, e->d_name);

		if (e->d_name[0] != '.' && !strstr(text, line))
			wt_buf_printf(out, "left over: work/%s is no worktree\n", e->d_name);
	}
	if (d)
		closedir(d);
	if (strstr(text, "\nprunable") || strstr(text, "\nlocked"))
		wt_buf_printf(out, "a worktree is prunable or locked:\n%s", text);
	wt_arena_clear(&a);
}

static void check_lock(struct stage *s, struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	int fd = open(wt_arena_printf(&a, "%s/.git/wtorch/lock", s->repo), O_RDWR | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0)
		wt_buf_puts(out, "the lock of the orchestrator is held\n");
	if (fd >= 0)
		close(fd);
	wt_arena_clear(&a);
}

static void check_fsck(struct stage *s, struct wt_buf *out)
{
	static const char *const fsck[] = { "git",           "fsck",          "--connectivity-only",
					    "--no-dangling", "--no-progress", NULL };
	static const char *const full[] = { "git",       "fsck",          "--full",
					    "--verbose", "--no-progress", NULL };
	struct wt_buf said = WT_BUF_INIT;
	int code = stage_output(s, fsck, &said);

	if (code || said.len)
		wt_buf_printf(out, "git fsck: %d: %s\n", code, said.data ? said.data : "");
	/* It has ended so without a word: all that it has to say about this is wanted. */
	if (code && !said.len) {
		code = stage_output(s, full, &said);
		wt_buf_printf(out, "git fsck --full: %d: %s\n", code, said.data ? said.data : "");
	}
	wt_buf_clear(&said);
}

void audit_all(struct stage *s, size_t torn, struct wt_buf *problems)
{
	check_processes(s, problems);
	check_journals(s, torn, problems);
	check_log(s, problems);
	search = (struct search){ s->dir, problems };
	(void)nftw(s->dir, look_at, 16, FTW_PHYS);
	check_worktrees(s, problems);
	check_lock(s, problems);
	check_fsck(s, problems);
}

/* what was said */

static size_t count_lines(const char *text, const char *start)
{
	size_t n = 0;

	for (const char *p = strstr(text, start); p; p = strstr(p + 1, start))
		n += p == text || p[-1] == '\n';
	return n;
}

void audit_messages(const char *name, const struct result *r, struct wt_buf *problems)
{
	const char *said = r->err.data ? r->err.data : "";
	size_t errors = count_lines(said, "wtorch: error:");
	bool is_error = r->code == 2 || r->code == 5 || r->code == 6;
	bool is_end = r->code == 0 || r->code == 1 || r->code == 3 || r->code == 4 ||
		      r->code == 130 || r->code == 143;

	if (r->is_late)
		wt_buf_printf(problems, "%s: hangs\n", name);
	else if (!is_error && !is_end)
		wt_buf_printf(problems, "%s: ends with %d:\n%s\n", name, r->code, said);
	else if (is_error ? errors != 1 : errors > (r->code == 1))
		wt_buf_printf(problems, "%s: ends with %d and %zu errors:\n%s\n", name, r->code,
			      errors, said);
}
