/* SPDX-License-Identifier: MIT */
/* The one place where the program sleeps: an epoll set of pidfds, files, signals and input. */

#include "proc_linux_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

#define FOLDER_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR | IN_EXCL_UNLINK)
/* An agent may put a link in the place of its file; what that names is none of our business. */
#define FILE_EVENTS (IN_MODIFY | IN_DONT_FOLLOW)
#define ROUND       16 /* what one epoll_wait takes; the others come in the next round */
#define LOOK_MS     50 /* how often processes without a pidfd are asked after */

enum source { SOURCE_SIGNAL, SOURCE_NOTIFY, SOURCE_INPUT, SOURCE_PROCESS };

/* What an epoll entry points at. */
struct source_ref {
	enum source source;
};

struct process {
	struct source_ref ref; /* first, so that the one pointer serves both */
	struct process *next;
	struct wt_proc_watched watched;
};

/*
 * A folder tells when a file in it is made, replaced or closed after writing. What is written
 * by someone who keeps the file open (a journal, a log) is told only by a watch on the file
 * itself; the folder is not asked for that, or each line of each agent's log would wake us.
 */
struct file {
	uint64_t token;
	char *path;
	const char *name; /* in path */
	int folder_wd;
	int file_wd; /* -1 while there is no such file */
	bool changed;
};

struct wt_proc_watch {
	int epoll;
	int notify;  /* -1 until a file is watched */
	int signals; /* -1 until the first wait */
	sigset_t old_mask;
	struct source_ref signal_ref, notify_ref, input_ref;
	struct process *processes; /* owned */
	size_t without_pidfd;      /* of them */
	struct file *files;        /* owned */
	size_t file_len, file_cap;
	struct wt_wake *queue; /* owned; [next, len) are still to be handed out */
	size_t queue_next, queue_len, queue_cap;
	bool has_input;
};

static enum wt_code add_source(struct wt_proc_watch *w, int fd, struct source_ref *ref,
			       enum source source, struct wt_error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ref };

	ref->source = source;
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot watch a descriptor");
	return WT_OK;
}

static enum wt_code need_watch(struct wt_proc_linux *p, struct wt_error *err)
{
	struct wt_proc_watch *w;

	if (p->watch)
		return WT_OK;
	w = wt_alloc(sizeof *w);
	w->notify = w->signals = -1;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0) {
		free(w);
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot make an epoll set");
	}
	p->watch = w;
	return WT_OK;
}

void wt_proc_linux_close_watch(struct wt_proc_watch *w)
{
	if (!w)
		return;
	for (struct process *next, *each = w->processes; each; each = next) {
		next = each->next;
		if (each->watched.pidfd >= 0)
			close(each->watched.pidfd);
		free(each);
	}
	for (size_t i = 0; i < w->file_len; i++)
		free(w->files[i].path);
	if (w->signals >= 0) {
		close(w->signals);
		sigprocmask(SIG_SETMASK, &w->old_mask, NULL);
	}
	if (w->notify >= 0)
		close(w->notify);
	close(w->epoll);
	free(w->files);
	free(w->queue);
	free(w);
}

/* Processes */

enum wt_code wt_proc_linux_add_process(struct wt_proc_linux *p,
				       const struct wt_proc_watched *watched, struct wt_error *err)
{
	struct process *process = wt_alloc(sizeof *process);
	int fd = watched->pidfd;

	process->watched = *watched;
	if (need_watch(p, err) != WT_OK ||
	    (fd >= 0 && add_source(p->watch, fd, &process->ref, SOURCE_PROCESS, err) != WT_OK)) {
		if (fd >= 0)
			close(fd);
		free(process);
		return err->code;
	}
	p->watch->without_pidfd += fd < 0;
	process->next = p->watch->processes;
	p->watch->processes = process;
	return WT_OK;
}

enum wt_code wt_proc_linux_watch(void *self, const struct wt_proc_id *id, uint64_t token,
				 struct wt_error *err)
{
	struct wt_proc_watched watched = { .id = *id, .token = token };

	if (wt_proc_linux_open_id(self, id, &watched.pidfd, err) != WT_OK)
		return err->code;
	return wt_proc_linux_add_process(self, &watched, err);
}

/* Files */

static void drop_wd(struct wt_proc_watch *w, int wd)
{
	if (wd < 0)
		return;
	for (size_t i = 0; i < w->file_len; i++) {
		if (w->files[i].folder_wd == wd || w->files[i].file_wd == wd)
			return;
	}
	inotify_rm_watch(w->notify, wd);
}

static enum wt_code fail_watch(const char *path, struct wt_error *err)
{
	int errnum = errno;

	wt_fail_errno(err, errnum == ENOENT ? WT_E_NOT_FOUND : WT_E_ENV, errnum,
		      "cannot watch '%s'", path);
	if (errnum == ENOSPC)
		wt_hint(err, "sysctl fs.inotify.max_user_watches=524288");
	if (errnum == EMFILE)
		wt_hint(err, "sysctl fs.inotify.max_user_instances=1024");
	return err->code;
}

static enum wt_code need_notify(struct wt_proc_linux *p, const char *path, struct wt_error *err)
{
	struct wt_proc_watch *w;

	if (need_watch(p, err) != WT_OK)
		return err->code;
	w = p->watch;
	if (w->notify >= 0)
		return WT_OK;
	w->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->notify < 0)
		return fail_watch(path, err);
	return add_source(w, w->notify, &w->notify_ref, SOURCE_NOTIFY, err);
}

static int watch_folder(struct wt_proc_watch *w, const struct file *file)
{
	size_t len = (size_t)(file->name - file->path);
	struct wt_buf folder = WT_BUF_INIT;
	int wd;

	wt_buf_add(&folder, file->path, len);
	wd = inotify_add_watch(w->notify, len ? folder.data : ".", FOLDER_EVENTS);
	wt_buf_clear(&folder);
	return wd;
}

enum wt_code wt_proc_linux_watch_file(void *self, const char *path, uint64_t token,
				      struct wt_error *err)
{
	struct wt_proc_linux *p = self;
	struct file file = { .token = token };
	struct wt_proc_watch *w;
	const char *slash;

	if (need_notify(p, path, err) != WT_OK)
		return err->code;
	w = p->watch;
	file.path = wt_strdup(path);
	slash = strrchr(file.path, '/');
	file.name = slash ? slash + 1 : file.path;
	file.folder_wd = watch_folder(w, &file);
	if (file.folder_wd < 0) {
		free(file.path);
		return fail_watch(path, err);
	}
	file.file_wd = inotify_add_watch(w->notify, path, FILE_EVENTS);
	/* One that is absent, or that we may not read, is told of by its folder. */
	if (file.file_wd < 0 && (errno == ENOSPC || errno == ENOMEM)) {
		fail_watch(path, err);
		drop_wd(w, file.folder_wd);
		free(file.path);
		return err->code;
	}
	if (w->file_len == w->file_cap) {
		w->file_cap = w->file_cap ? w->file_cap * 2 : 16;
		w->files = wt_realloc(w->files, w->file_cap, sizeof *w->files);
	}
	w->files[w->file_len++] = file;
	return WT_OK;
}

static void forget_queued_file(struct wt_proc_watch *w, uint64_t token)
{
	size_t kept = w->queue_next;

	for (size_t i = w->queue_next; i < w->queue_len; i++) {
		if (w->queue[i].kind != WT_WAKE_FILE || w->queue[i].token != token)
			w->queue[kept++] = w->queue[i];
	}
	w->queue_len = kept;
}

void wt_proc_linux_unwatch_file(void *self, uint64_t token)
{
	struct wt_proc_linux *p = self;
	struct wt_proc_watch *w = p->watch;

	if (!w)
		return;
	for (size_t i = 0; i < w->file_len;) {
		struct file gone = w->files[i];

		if (gone.token != token) {
			i++;
			continue;
		}
		w->files[i] = w->files[--w->file_len];
		drop_wd(w, gone.folder_wd);
		drop_wd(w, gone.file_wd);
		free(gone.path);
	}
	forget_queued_file(w, token);
}

static void take_notice(struct wt_proc_watch *w, const struct inotify_event *event)
{
	for (size_t i = 0; i < w->file_len; i++) {
		struct file *file = &w->files[i];
		bool is_file = event->wd >= 0 && event->wd == file->file_wd;
		bool is_name = event->wd >= 0 && event->wd == file->folder_wd && event->len &&
			       !strcmp(event->name, file->name);

		if (event->mask & IN_IGNORED) {
			/* The kernel may give the number out again. */
			file->file_wd = is_file ? -1 : file->file_wd;
			file->folder_wd = event->wd == file->folder_wd ? -1 : file->folder_wd;
			continue;
		}
		if (is_name && event->mask & (IN_CREATE | IN_MOVED_TO)) {
			int old = file->file_wd;

			file->file_wd = inotify_add_watch(w->notify, file->path, FILE_EVENTS);
			if (old != file->file_wd)
				drop_wd(w, old);
		}
		file->changed = file->changed || is_file || is_name || event->mask & IN_Q_OVERFLOW;
	}
}

static void push(struct wt_proc_watch *w, struct wt_wake wake)
{
	if (w->queue_len == w->queue_cap) {
		w->queue_cap = w->queue_cap ? w->queue_cap * 2 : 16;
		w->queue = wt_realloc(w->queue, w->queue_cap, sizeof *w->queue);
	}
	w->queue[w->queue_len++] = wake;
}

static void read_notify(struct wt_proc_watch *w)
{
	_Alignas(struct inotify_event) char data[16384];
	ssize_t n;

	while ((n = read(w->notify, data, sizeof data)) > 0) {
		for (char *at = data; at < data + n;) {
			const struct inotify_event *event = (const void *)at;

			take_notice(w, event);
			at += sizeof *event + event->len;
		}
	}
	for (size_t i = 0; i < w->file_len; i++) {
		struct file *file = &w->files[i];

		if (file->changed)
			push(w, (struct wt_wake){ .kind = WT_WAKE_FILE, .token = file->token });
		file->changed = false;
	}
}

/* Waiting */

enum wt_code wt_proc_linux_need_signals(struct wt_proc_linux *p, struct wt_error *err)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
	struct wt_proc_watch *w;
	struct sigaction old;
	sigset_t set;

	if (need_watch(p, err) != WT_OK)
		return err->code;
	w = p->watch;
	if (w->signals >= 0)
		return WT_OK;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		/* nohup and '&' in a script ignore signals on purpose. */
		if (!sigaction(taken[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaddset(&set, taken[i]);
	}
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signals < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot watch for signals");
	sigprocmask(SIG_BLOCK, &set, &w->old_mask);
	return add_source(w, w->signals, &w->signal_ref, SOURCE_SIGNAL, err);
}

static void read_signals(struct wt_proc_watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
		push(w, (struct wt_wake){ .kind = WT_WAKE_SIGNAL, .signo = (int)info.ssi_signo });
}

/* A child keeps its pid until this. */
static int reap(const struct wt_proc_watched *watched)
{
	siginfo_t info = { 0 };

	if (!watched->is_child ||
	    waitid(P_PID, (id_t)watched->id.pid, &info, WEXITED | WNOHANG) < 0)
		return -1;
	return info.si_code == CLD_EXITED ? info.si_status : -1;
}

/* A process ends once: its watch goes with it. */
static void end_process(struct wt_proc_watch *w, struct process *process)
{
	struct process **link = &w->processes;

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	push(w, (struct wt_wake){ .kind = WT_WAKE_EXIT,
				  .token = process->watched.token,
				  .code = reap(&process->watched) });
	if (process->watched.pidfd >= 0)
		close(process->watched.pidfd);
	else
		w->without_pidfd--;
	free(process);
}

/* Those that no descriptor tells of. */
static void look_after(struct wt_proc_watch *w)
{
	struct process *next;

	for (struct process *each = w->without_pidfd ? w->processes : NULL; each; each = next) {
		const struct wt_proc_watched *watched = &each->watched;

		next = each->next;
		if (watched->pidfd < 0 &&
		    (watched->is_child ? wt_proc_linux_has_ended((pid_t)watched->id.pid)
				       : !wt_proc_linux_is_there(&watched->id)))
			end_process(w, each);
	}
}

static void take_event(struct wt_proc_watch *w, struct source_ref *ref)
{
	switch (ref->source) {
	case SOURCE_SIGNAL:
		read_signals(w);
		break;
	case SOURCE_NOTIFY:
		read_notify(w);
		break;
	case SOURCE_INPUT:
		push(w, (struct wt_wake){ .kind = WT_WAKE_INPUT });
		break;
	case SOURCE_PROCESS:
		end_process(w, (struct process *)(void *)ref);
		break;
	}
}

/* Signals are asked for in each round, so that a flood of anything else cannot hide them. */
static void take_round(struct wt_proc_watch *w, const struct epoll_event *events, int n)
{
	w->queue_next = w->queue_len = 0;
	read_signals(w);
	for (int i = 0; i < n; i++)
		take_event(w, events[i].data.ptr);
	look_after(w);
}

void wt_proc_linux_watch_input(void *self, bool on)
{
	struct wt_proc_linux *p = self;
	struct wt_error ignored;

	if (need_watch(p, &ignored) != WT_OK || on == p->watch->has_input)
		return;
	/* A file or /dev/null cannot be waited for, and has nothing to say either. */
	if (!on)
		epoll_ctl(p->watch->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
	else if (add_source(p->watch, STDIN_FILENO, &p->watch->input_ref, SOURCE_INPUT, &ignored) !=
		 WT_OK)
		return;
	p->watch->has_input = on;
}

static int pause_ms(const struct wt_proc_watch *w, int64_t end_ms)
{
	int64_t left = end_ms - wt_proc_linux_now_ms();

	if (left < 0)
		return 0;
	if (w->without_pidfd && left > LOOK_MS)
		return LOOK_MS;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

enum wt_code wt_proc_linux_wait(void *self, int64_t timeout_ms, struct wt_wake *out,
				struct wt_error *err)
{
	struct wt_proc_linux *p = self;
	int64_t end_ms = timeout_ms < 0 ? INT64_MAX : wt_proc_linux_now_ms() + timeout_ms;
	struct epoll_event events[ROUND];
	struct wt_proc_watch *w;
	int n;

	if (wt_proc_linux_need_signals(p, err) != WT_OK)
		return err->code;
	w = p->watch;
	while (w->queue_next == w->queue_len) {
		n = epoll_wait(w->epoll, events, ROUND, pause_ms(w, end_ms));
		if (n < 0 && errno != EINTR)
			return wt_fail_errno(err, WT_E_ENV, errno, "cannot wait for events");
		take_round(w, events, n);
		if (n == 0 && !w->queue_len && wt_proc_linux_now_ms() >= end_ms) {
			*out = (struct wt_wake){ .kind = WT_WAKE_TIME, .code = -1 };
			return WT_OK;
		}
	}
	*out = w->queue[w->queue_next++];
	return WT_OK;
}
