/* SPDX-License-Identifier: MIT */
/* Private temp folders of attempts and gates: a record, then the folder, and the way back. */

#include "temp.h"

#include <stdio.h>
#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/witness.h"

#define VARIABLE   "TMPDIR="
#define PREFIX     "wtorch-"
#define DIGITS     12u
#define MAX_RECORD 8192u
#define TRIES      3

/* One of them, as its record has it: run, owner, parent folder and our common dir, a line each. */
struct record {
	const char *name; /* of the folder, and of the record */
	const char *run, *owner, *parent, *home;
};

struct walk {
	const struct wt_ports *ports;
	struct wt_arena arena;
	bool takes_torn;
	struct record *items;
	size_t n, cap;
};

static const char *records_dir(const struct wt_ports *ports, struct wt_arena *a)
{
	return wt_path_join(a, wt_runs_home(ports, a), "temps");
}

static bool is_name(const char *name)
{
	size_t n = sizeof PREFIX - 1;

	return strncmp(name, PREFIX, n) == 0 && strlen(name) == n + DIGITS &&
	       strspn(name + n, "0123456789abcdef") == DIGITS;
}

static void new_name(const struct wt_ports *ports, char out[sizeof PREFIX + DIGITS])
{
	unsigned char r[DIGITS / 2];
	char *at = out + sizeof PREFIX - 1;

	memcpy(out, PREFIX, sizeof PREFIX);
	ports->proc->random(ports->proc->self, r, sizeof r);
	for (size_t i = 0; i < sizeof r; i++)
		snprintf(at + 2 * i, 3, "%02x", r[i]);
}

/* records */

static bool parse(struct walk *w, struct wt_str text, struct record *out)
{
	const char **fields[] = { &out->run, &out->owner, &out->parent, &out->home };
	struct wt_str line;

	if (!text.len || text.data[text.len - 1] != '\n')
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!wt_str_next(&text, "\n", &line) || !line.len)
			return false;
		*fields[i] = wt_arena_strndup(&w->arena, line.data, line.len);
	}
	return out->parent[0] == '/' && wt_path_is_tame(wt_str_of(out->owner)) &&
	       wt_text_is_id(wt_str_of(out->run));
}

/* Whoever was killed while he wrote it had not made its folder. */
static bool add_record(void *arg, const char *name, enum wt_file_kind kind)
{
	struct walk *w = arg;
	const struct wt_fs *fs = w->ports->fs;
	struct record r = { .name = wt_arena_strdup(&w->arena, name) };
	const char *path = wt_path_join(&w->arena, records_dir(w->ports, &w->arena), name);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	if (kind == WT_FILE_REGULAR && is_name(name) &&
	    fs->read(fs->self, path, MAX_RECORD, &text, &ignored) == WT_OK) {
		if (parse(w, (struct wt_str){ text.data, text.len }, &r))
			*WT_ARENA_PUSH(&w->arena, w->items, w->n, w->cap) = r;
		else if (w->takes_torn)
			(void)!fs->remove(fs->self, path, &ignored);
	}
	wt_buf_clear(&text);
	return true;
}

static void read_records(struct walk *w)
{
	const struct wt_fs *fs = w->ports->fs;
	struct wt_error ignored;

	(void)!fs->list(fs->self, records_dir(w->ports, &w->arena), add_record, w, &ignored);
}

/* Of this repository: a copy of it has a copy of the record, and not the folder; after a move it is
 * the same one. */
static bool is_ours(struct walk *w, const struct record *r)
{
	const struct wt_fs *fs = w->ports->fs;
	struct wt_file_info info = { .kind = WT_FILE_OTHER };
	struct wt_error ignored;

	if (strcmp(r->home, w->ports->git->repo.common_dir) == 0)
		return true;
	return fs->stat(fs->self, r->home, &info, &ignored) == WT_OK && info.kind == WT_FILE_NONE;
}

/* First the folder: its record is all that tells of it. */
static void drop(struct walk *w, const struct record *r)
{
	const struct wt_fs *fs = w->ports->fs;
	struct wt_error ignored;

	if (is_ours(w, r) && fs->remove_tree(fs->self, wt_path_join(&w->arena, r->parent, r->name),
					     &ignored) == WT_OK)
		(void)!fs->remove(
			fs->self,
			wt_path_join(&w->arena, records_dir(w->ports, &w->arena), r->name),
			&ignored);
}

/* taking */

const char *wt_temp_owner(struct wt_run *run, size_t task, size_t attempt)
{
	return wt_arena_printf(&run->arena, "%s/%zu", run->plan.tasks[task].task.id, attempt);
}

/* The one it has, unless that is not its own folder any more. */
static const char *find(struct walk *w, struct wt_run *run, const char *owner)
{
	const struct wt_fs *fs = w->ports->fs;

	read_records(w);
	for (size_t i = 0; i < w->n; i++) {
		const struct record *r = &w->items[i];
		const char *path = wt_path_join(&run->arena, r->parent, r->name);
		struct wt_file_info info = { .kind = WT_FILE_NONE };
		struct wt_error ignored;

		if (strcmp(r->run, run->id) != 0 || strcmp(r->owner, owner) != 0 || !is_ours(w, r))
			continue;
		(void)!fs->stat(fs->self, path, &info, &ignored);
		if (info.kind == WT_FILE_FOLDER)
			return path;
		drop(w, r);
	}
	return NULL;
}

static enum wt_code make(struct walk *w, struct wt_run *run, const char *owner, const char *parent,
			 const char **out, struct wt_error *err)
{
	const struct wt_fs *fs = w->ports->fs;
	char name[sizeof PREFIX + DIGITS];
	const char *record, *text;
	struct wt_error ignored;
	enum wt_code rc;

	new_name(w->ports, name);
	*out = wt_path_join(&run->arena, parent, name);
	record = wt_path_join(&w->arena, records_dir(w->ports, &w->arena), name);
	text = wt_arena_printf(&w->arena, "%s\n%s\n%s\n%s\n", run->id, owner, parent,
			       w->ports->git->repo.common_dir);
	rc = fs->create(fs->self, record, wt_str_of(text), err);
	if (rc)
		return rc;
	rc = fs->mkdir_private(fs->self, *out, err);
	/* What is there by that name is not ours. */
	if (rc)
		(void)!fs->remove(fs->self, record, &ignored);
	return rc;
}

static const char *take(struct wt_run *run, const char *owner, const char *parent,
			struct wt_error *err)
{
	struct walk w = { .ports = run->ports };
	const char *path = find(&w, run, owner);
	enum wt_code rc = path ? WT_OK : WT_E_EXISTS;

	if (!path && (parent[0] != '/' || strchr(parent, '\n')))
		rc = wt_fail(err, WT_E_ENV, "TMPDIR is no absolute path");
	for (int i = 0; rc == WT_E_EXISTS && i < TRIES; i++)
		rc = make(&w, run, owner, parent, &path, err);
	wt_arena_clear(&w.arena);
	return rc ? NULL : path;
}

const char *const *wt_temp_env(struct wt_run *run, const char *owner, const char *const *env)
{
	struct wt_event ev = { .kind = WT_EV_NOTE };
	const char *parent = "/tmp", *path, **out;
	struct wt_error why;
	size_t n = 0, len = 0;

	for (; env[n]; n++)
		if (strncmp(env[n], VARIABLE, sizeof VARIABLE - 1) == 0 &&
		    env[n][sizeof VARIABLE - 1])
			parent = env[n] + sizeof VARIABLE - 1;
	path = take(run, owner, parent, &why);
	if (!path) {
		ev.reason = wt_arena_printf(&run->arena, "%s has no temp folder of its own: %s",
					    owner, why.msg);
		/* A journal that cannot be written fails the next record that counts. */
		(void)!wt_run_note(run, &ev, WT_LAZY, &why);
		return env;
	}
	out = wt_arena_alloc(&run->arena, (n + 2) * sizeof *out);
	for (size_t i = 0; i < n; i++)
		if (strncmp(env[i], VARIABLE, sizeof VARIABLE - 1) != 0)
			out[len++] = env[i];
	out[len] = wt_arena_printf(&run->arena, VARIABLE "%s", path);
	return out;
}

/* dropping */

void wt_temp_drop(struct wt_run *run, const char *owner)
{
	struct walk w = { .ports = run->ports };

	read_records(&w);
	for (size_t i = 0; i < w.n; i++)
		if (strcmp(w.items[i].run, run->id) == 0 && strcmp(w.items[i].owner, owner) == 0)
			drop(&w, &w.items[i]);
	wt_arena_clear(&w.arena);
}

void wt_temp_sweep(struct wt_run *run, bool (*is_wanted)(void *arg, const char *owner), void *arg)
{
	struct walk w = { .ports = run->ports, .takes_torn = true };

	read_records(&w);
	for (size_t i = 0; i < w.n; i++)
		if (strcmp(w.items[i].run, run->id) == 0 && !is_wanted(arg, w.items[i].owner))
			drop(&w, &w.items[i]);
	wt_arena_clear(&w.arena);
}

/* Of a run that cannot be read nobody knows. */
static bool is_run_quiet(const struct wt_ports *ports, const char *id)
{
	struct wt_run *run = NULL;
	struct wt_error ignored;
	size_t n = 1;

	if (wt_run_open(ports, id, &run, &ignored))
		return false;
	if (wt_run_is_driven(run) || run->place == WT_PLACE_ELSEWHERE ||
	    wt_run_count_left(run, &n, &ignored))
		n = 1;
	wt_run_close(run);
	return n == 0;
}

void wt_temp_clean(const struct wt_ports *ports)
{
	struct walk w = { .ports = ports, .takes_torn = true };

	read_records(&w);
	for (size_t i = 0; i < w.n; i++)
		if (is_run_quiet(ports, w.items[i].run))
			drop(&w, &w.items[i]);
	wt_arena_clear(&w.arena);
}
