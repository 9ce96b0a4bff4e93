/* SPDX-License-Identifier: MIT */
/* Ports that fail when told to: the counting, and the wrappers of fs, journal and proc. */

#include "tests/support/faulty_impl.h"

#include "tests/support/check.h"
#include "wtorch/base/mem.h"

static bool is_match(const struct faulty *f, const char *name)
{
	return strncmp(name, f->prefix, strlen(f->prefix)) == 0;
}

static enum wt_code strike(struct faulty *f, const char *call, struct wt_error *err)
{
	if (!f->is_hit)
		f->failed = call;
	f->is_hit = true;
	return wt_fail(err, WT_E_ENV, "injected fault in %s", call);
}

bool faulty_before(struct faulty *f, const char *name, const char *about, bool has_effect,
		   struct wt_error *err)
{
	const char *call =
		wt_arena_printf(&f->arena, "%s%s%s", name, about ? " " : "", about ? about : "");
	bool is_now;

	*WT_ARENA_PUSH(&f->arena, f->calls, f->n_calls, f->cap) = call;
	f->is_answer_lost = false;
	if (is_match(f, name))
		f->matching++;
	is_now = !f->is_hit && f->at && f->matching == f->at && is_match(f, name);
	if (f->kind == FAULTY_AFTER && is_now && has_effect) {
		f->is_answer_lost = true;
		return false;
	}
	if (is_now || (f->kind == FAULTY_CRASH && f->is_hit))
		return strike(f, call, err) != WT_OK;
	return false;
}

enum wt_code faulty_after(struct faulty *f, enum wt_code rc, struct wt_error *err)
{
	if (!f->is_answer_lost)
		return rc;
	f->is_answer_lost = false;
	return strike(f, f->calls[f->n_calls - 1], err);
}

#define REAL_FS(name) ((struct faulty *)self)->real.fs->name
#define FS_SELF       ((struct faulty *)self)->real.fs->self

static enum wt_code fs_read(void *self, const char *path, size_t max, struct wt_buf *out,
			    struct wt_error *err)
{
	FAULTY_QUERY("fs.read", path, REAL_FS(read)(FS_SELF, path, max, out, err));
}

static enum wt_code fs_read_from(void *self, const char *path, int64_t offset, size_t max,
				 struct wt_buf *out, struct wt_error *err)
{
	FAULTY_QUERY("fs.read_from", path,
		     REAL_FS(read_from)(FS_SELF, path, offset, max, out, err));
}

static enum wt_code fs_replace(void *self, const char *path, struct wt_str data,
			       struct wt_error *err)
{
	FAULTY_EFFECT("fs.replace", path, REAL_FS(replace)(FS_SELF, path, data, err));
}

static enum wt_code fs_create(void *self, const char *path, struct wt_str data,
			      struct wt_error *err)
{
	FAULTY_EFFECT("fs.create", path, REAL_FS(create)(FS_SELF, path, data, err));
}

static enum wt_code fs_mkdirs(void *self, const char *path, struct wt_error *err)
{
	FAULTY_EFFECT("fs.mkdirs", path, REAL_FS(mkdirs)(FS_SELF, path, err));
}

static enum wt_code fs_mkdir_private(void *self, const char *path, struct wt_error *err)
{
	FAULTY_EFFECT("fs.mkdir_private", path, REAL_FS(mkdir_private)(FS_SELF, path, err));
}

static enum wt_code fs_create_private(void *self, const char *path, struct wt_str data,
				      struct wt_error *err)
{
	FAULTY_EFFECT("fs.create_private", path, REAL_FS(create_private)(FS_SELF, path, data, err));
}

static enum wt_code fs_stat(void *self, const char *path, struct wt_file_info *out,
			    struct wt_error *err)
{
	FAULTY_QUERY("fs.stat", path, REAL_FS(stat)(FS_SELF, path, out, err));
}

static enum wt_code fs_list(void *self, const char *path,
			    bool (*entry)(void *arg, const char *name, enum wt_file_kind kind),
			    void *arg, struct wt_error *err)
{
	FAULTY_QUERY("fs.list", path, REAL_FS(list)(FS_SELF, path, entry, arg, err));
}

static enum wt_code fs_rename(void *self, const char *from, const char *to, struct wt_error *err)
{
	FAULTY_EFFECT("fs.rename", to, REAL_FS(rename)(FS_SELF, from, to, err));
}

static enum wt_code fs_remove(void *self, const char *path, struct wt_error *err)
{
	FAULTY_EFFECT("fs.remove", path, REAL_FS(remove)(FS_SELF, path, err));
}

static enum wt_code fs_remove_tree(void *self, const char *path, struct wt_error *err)
{
	FAULTY_EFFECT("fs.remove_tree", path, REAL_FS(remove_tree)(FS_SELF, path, err));
}

static enum wt_code fs_copy(void *self, const char *from, const char *to, struct wt_error *err)
{
	FAULTY_EFFECT("fs.copy", to, REAL_FS(copy)(FS_SELF, from, to, err));
}

static enum wt_code fs_real(void *self, const char *path, struct wt_buf *out, struct wt_error *err)
{
	FAULTY_QUERY("fs.real", path, REAL_FS(real)(FS_SELF, path, out, err));
}

static enum wt_code fs_space(void *self, const char *path, int64_t *free_bytes,
			     struct wt_error *err)
{
	FAULTY_QUERY("fs.space", path, REAL_FS(space)(FS_SELF, path, free_bytes, err));
}

static enum wt_code fs_usage(void *self, const char *path, size_t max_entries, int64_t *bytes,
			     bool *is_whole, struct wt_error *err)
{
	FAULTY_QUERY("fs.usage", path,
		     REAL_FS(usage)(FS_SELF, path, max_entries, bytes, is_whole, err));
}

static enum wt_code fs_lock(void *self, const char *path, bool wait, int *handle,
			    struct wt_error *err)
{
	FAULTY_QUERY("fs.lock", path, REAL_FS(lock)(FS_SELF, path, wait, handle, err));
}

static void fs_unlock(void *self, int handle)
{
	REAL_FS(unlock)(FS_SELF, handle);
}

static void wrap_fs(struct faulty *f)
{
	f->fs = (struct wt_fs){
		.self = f,
		.read = fs_read,
		.read_from = fs_read_from,
		.replace = fs_replace,
		.create = fs_create,
		.mkdirs = fs_mkdirs,
		.mkdir_private = fs_mkdir_private,
		.create_private = fs_create_private,
		.stat = fs_stat,
		.list = fs_list,
		.rename = fs_rename,
		.remove = fs_remove,
		.remove_tree = fs_remove_tree,
		.copy = fs_copy,
		.real = fs_real,
		.space = fs_space,
		.usage = fs_usage,
		.lock = fs_lock,
		.unlock = fs_unlock,
	};
	faulty_check_table("wt_fs", f->real.fs, &f->fs, sizeof f->fs);
	f->ports.fs = &f->fs;
}

#define REAL_JOURNAL(name) ((struct faulty *)self)->real.journal->name
#define JOURNAL_SELF       ((struct faulty *)self)->real.journal->self

static enum wt_code journal_open(void *self, const char *path, bool create,
				 struct wt_journal_file **out, struct wt_error *err)
{
	FAULTY_QUERY("journal.open", path,
		     REAL_JOURNAL(open)(JOURNAL_SELF, path, create, out, err));
}

static void journal_close(void *self, struct wt_journal_file *j)
{
	REAL_JOURNAL(close)(JOURNAL_SELF, j);
}

static enum wt_code journal_append(void *self, struct wt_journal_file *j, struct wt_event *ev,
				   bool durable, struct wt_error *err)
{
	FAULTY_EFFECT("journal.append", wt_event_name(ev->kind),
		      REAL_JOURNAL(append)(JOURNAL_SELF, j, ev, durable, err));
}

static enum wt_code journal_read(void *self, struct wt_journal_file *j,
				 enum wt_code (*line)(void *arg, size_t number, struct wt_str text,
						      struct wt_error *err),
				 void *arg, struct wt_error *err)
{
	FAULTY_QUERY("journal.read", NULL, REAL_JOURNAL(read)(JOURNAL_SELF, j, line, arg, err));
}

static void wrap_journal(struct faulty *f)
{
	f->journal = (struct wt_journal){
		.self = f,
		.open = journal_open,
		.close = journal_close,
		.append = journal_append,
		.read = journal_read,
	};
	faulty_check_table("wt_journal", f->real.journal, &f->journal, sizeof f->journal);
	f->ports.journal = &f->journal;
}

#define REAL_PROC(name) ((struct faulty *)self)->real.proc->name
#define PROC_SELF       ((struct faulty *)self)->real.proc->self

static enum wt_code proc_run(void *self, const struct wt_cmd *cmd, struct wt_cmd_result *out,
			     struct wt_error *err)
{
	/* What a caller clears after a failure has to be clearable. */
	*out = (struct wt_cmd_result){ .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	FAULTY_EFFECT("proc.run", cmd->argv[0], REAL_PROC(run)(PROC_SELF, cmd, out, err));
}

static enum wt_code proc_start(void *self, const struct wt_agent_start *start, uint64_t token,
			       struct wt_proc_id *out, struct wt_error *err)
{
	FAULTY_EFFECT("proc.start", start->dir,
		      REAL_PROC(start)(PROC_SELF, start, token, out, err));
}

static enum wt_code proc_watch(void *self, const struct wt_proc_id *id, uint64_t token,
			       struct wt_error *err)
{
	FAULTY_QUERY("proc.watch", NULL, REAL_PROC(watch)(PROC_SELF, id, token, err));
}

static enum wt_code proc_watch_file(void *self, const char *path, uint64_t token,
				    struct wt_error *err)
{
	FAULTY_QUERY("proc.watch_file", path, REAL_PROC(watch_file)(PROC_SELF, path, token, err));
}

static void proc_unwatch_file(void *self, uint64_t token)
{
	REAL_PROC(unwatch_file)(PROC_SELF, token);
}

static void proc_watch_input(void *self, bool on)
{
	REAL_PROC(watch_input)(PROC_SELF, on);
}

static enum wt_code proc_signal(void *self, const struct wt_proc_id *id, int signo,
				struct wt_error *err)
{
	FAULTY_EFFECT("proc.signal", NULL, REAL_PROC(signal)(PROC_SELF, id, signo, err));
}

static enum wt_code proc_inside(void *self, const char *const *dirs, size_t n,
				void (*found)(void *arg, size_t dir, const struct wt_occupant *who),
				void *arg, struct wt_error *err)
{
	FAULTY_QUERY("proc.inside", n ? dirs[0] : NULL,
		     REAL_PROC(inside)(PROC_SELF, dirs, n, found, arg, err));
}

static bool proc_is_alive(void *self, const struct wt_proc_id *id)
{
	return REAL_PROC(is_alive)(PROC_SELF, id);
}

static bool proc_is_halted(void *self, const struct wt_proc_id *id)
{
	return REAL_PROC(is_halted)(PROC_SELF, id);
}

static enum wt_code proc_wait(void *self, int64_t timeout_ms, struct wt_wake *out,
			      struct wt_error *err)
{
	FAULTY_QUERY("proc.wait", NULL, REAL_PROC(wait)(PROC_SELF, timeout_ms, out, err));
}

static void proc_self_id(void *self, struct wt_proc_id *out)
{
	REAL_PROC(self_id)(PROC_SELF, out);
}

static void proc_load(void *self, struct wt_load *out)
{
	REAL_PROC(load)(PROC_SELF, out);
}

static bool proc_usage(void *self, const struct wt_proc_id *root, struct wt_tree_usage *out)
{
	return REAL_PROC(usage)(PROC_SELF, root, out);
}

static void proc_random(void *self, void *bytes, size_t n)
{
	REAL_PROC(random)(PROC_SELF, bytes, n);
}

static enum wt_code proc_find(void *self, const char *program, struct wt_buf *out,
			      struct wt_error *err)
{
	FAULTY_QUERY("proc.find", program, REAL_PROC(find)(PROC_SELF, program, out, err));
}

static void wrap_proc(struct faulty *f)
{
	f->proc = (struct wt_proc){
		.self = f,
		.run = proc_run,
		.start = proc_start,
		.watch = proc_watch,
		.watch_file = proc_watch_file,
		.unwatch_file = proc_unwatch_file,
		.watch_input = proc_watch_input,
		.signal = proc_signal,
		.is_alive = proc_is_alive,
		.is_halted = proc_is_halted,
		.wait = proc_wait,
		.self_id = proc_self_id,
		.load = proc_load,
		.usage = proc_usage,
		.inside = proc_inside,
		.random = proc_random,
		.find = proc_find,
		.env = f->real.proc->env,
	};
	faulty_check_table("wt_proc", f->real.proc, &f->proc, sizeof f->proc);
	f->ports.proc = &f->proc;
}

/* Every member of a port is one pointer, so a forgotten one shows as NULL beside one that is
 * not. */
void faulty_check_table(const char *port, const void *real, const void *wrapped, size_t size)
{
	size_t i;

	for (i = 0; i < size / sizeof(void *); i++) {
		void *there, *here;

		memcpy(&there, (const char *)real + i * sizeof there, sizeof there);
		memcpy(&here, (const char *)wrapped + i * sizeof here, sizeof here);
		if (there && !here)
			fail_msg("the faulty ports do not wrap member %zu of struct %s", i, port);
	}
}

struct faulty *faulty_new(const struct wt_ports *real)
{
	struct faulty *f = wt_alloc(sizeof *f);

	f->real = *real;
	f->ports = *real;
	if (real->fs)
		wrap_fs(f);
	if (real->journal)
		wrap_journal(f);
	if (real->proc)
		wrap_proc(f);
	if (real->git)
		faulty_wrap_git(f);
	faulty_arm(f, FAULTY_BEFORE, "", 0);
	return f;
}

void faulty_free(struct faulty *f)
{
	if (!f)
		return;
	wt_arena_clear(&f->arena);
	free(f);
}

const struct wt_ports *faulty_ports(struct faulty *f)
{
	return &f->ports;
}

void faulty_arm(struct faulty *f, enum faulty_kind kind, const char *prefix, size_t n)
{
	f->kind = kind;
	f->prefix = wt_arena_strdup(&f->arena, prefix);
	f->at = n;
	f->matching = 0;
	f->is_hit = false;
	f->failed = "";
	f->n_calls = 0;
}

bool faulty_hit(const struct faulty *f)
{
	return f->is_hit;
}

size_t faulty_calls(const struct faulty *f)
{
	return f->n_calls;
}

const char *faulty_call(const struct faulty *f, size_t i)
{
	assert_true(i < f->n_calls);
	return f->calls[i];
}

const char *faulty_last(const struct faulty *f)
{
	return f->failed;
}
