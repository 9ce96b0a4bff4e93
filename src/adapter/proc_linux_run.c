/* SPDX-License-Identifier: MIT */
/* Runs a short helper to its end and keeps what it wrote. */

#include "proc_linux_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/base/limits.h"

#define DEFAULT_DEADLINE_MS (10 * 60 * 1000)
#define GRACE_MS            1000 /* between TERM and KILL of one that is too late or too loud */
#define KILL_LIMIT_MS       5000 /* one that hangs in the kernel is left to itself after that */
#define CHUNK               4096
#define LOOK_MS             5 /* how often a child without a pidfd is asked after */

enum phase { RUNNING, ASKED, KILLED };

/* A child and the ends of its pipes that are ours; -1 is closed. */
struct helper {
	const char *name; /* for messages */
	pid_t pid;
	int pidfd; /* -1 where there are none */
	int out, err;
	enum phase phase;
	int64_t end_ms; /* of the phase */
	size_t max_output;
	struct wt_cmd_result *result;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static enum wt_code open_input(struct wt_str input, int *out, struct wt_error *err)
{
	size_t done = 0;

	*out = input.len ? memfd_create("input", MFD_CLOEXEC)
			 : open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (*out >= 0 && done < input.len) {
		ssize_t n = write(*out, input.data + done, input.len - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (*out < 0 || done < input.len || (input.len && lseek(*out, 0, SEEK_SET) < 0))
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot prepare a program's input");
	return WT_OK;
}

/* Why posix_spawn failed, which itself only gives a number for any of its steps. */
static enum wt_code fail_spawn(const struct wt_cmd *cmd, const char *path, int errnum,
			       struct wt_error *err)
{
	enum wt_code code = errnum == ENOENT || errnum == ENOTDIR ? WT_E_NOT_FOUND : WT_E_ENV;

	if (cmd->cwd && access(cmd->cwd, X_OK) < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot run '%s' in '%s'", cmd->argv[0],
				     cmd->cwd);
	if (errnum == ENOENT && path[0] == '/' && !access(path, F_OK))
		return wt_fail(err, WT_E_ENV, "cannot run '%s': its interpreter is missing", path);
	return wt_fail_errno(err, code, errnum, "cannot run '%s'", path);
}

/* fds: standard input, output, error. Returns an errno. */
static int spawn(const struct wt_cmd *cmd, const char *path, const char *const *env,
		 const int fds[3], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int errnum;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (cmd->cwd)
		posix_spawn_file_actions_addchdir_np(&actions, cmd->cwd);
	wt_proc_linux_init_attr(&attr, POSIX_SPAWN_SETPGROUP);
	errnum = posix_spawn(pid, path, &actions, &attr, (char *const *)cmd->argv,
			     (char *const *)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

static enum wt_code launch_path(struct wt_proc_linux *p, const struct wt_cmd *cmd,
				const char *const *env, const int fds[3], pid_t *pid,
				struct wt_error *err)
{
	struct wt_buf path = WT_BUF_INIT;
	enum wt_code code = wt_proc_linux_lookup(p, cmd->argv[0], cmd->env, &path, err);
	int errnum = code == WT_OK ? spawn(cmd, path.data, env, fds, pid) : 0;

	if (errnum == ENOENT && !strchr(cmd->argv[0], '/')) {
		/* It was found once and has moved since. */
		wt_proc_linux_forget(p, cmd->argv[0]);
		wt_buf_reset(&path);
		code = wt_proc_linux_lookup(p, cmd->argv[0], cmd->env, &path, err);
		errnum = code == WT_OK ? spawn(cmd, path.data, env, fds, pid) : 0;
	}
	if (errnum)
		code = fail_spawn(cmd, path.data, errnum, err);
	wt_buf_clear(&path);
	return code;
}

static enum wt_code launch(struct wt_proc_linux *p, const struct wt_cmd *cmd, const int fds[3],
			   pid_t *pid, struct wt_error *err)
{
	const char **merged = NULL;
	enum wt_code code;

	if (cmd->env || cmd->set)
		merged = wt_proc_linux_merge_env(cmd->env ? cmd->env : p->env, cmd->set);
	code = launch_path(p, cmd, merged ? merged : p->clean_env, fds, pid, err);
	free(merged);
	return code;
}

static enum wt_code open_helper(struct wt_proc_linux *p, const struct wt_cmd *cmd, struct helper *h,
				struct wt_error *err)
{
	int input = -1, out[2] = { -1, -1 }, errors[2] = { -1, -1 };
	enum wt_code code = open_input(cmd->input, &input, err);

	if (code == WT_OK && (pipe2(out, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0))
		code = wt_fail_errno(err, WT_E_ENV, errno, "cannot run '%s'", h->name);
	if (code == WT_OK)
		code = launch(p, cmd, (int[]){ input, out[1], errors[1] }, &h->pid, err);
	close_fd(&input);
	close_fd(&out[1]);
	close_fd(&errors[1]);
	h->out = out[0];
	h->err = errors[0];
	if (code != WT_OK)
		return code;
	fcntl(h->out, F_SETFL, O_NONBLOCK);
	fcntl(h->err, F_SETFL, O_NONBLOCK);
	h->pidfd = p->has_pidfd ? pidfd_open(h->pid, 0) : -1;
	if (h->pidfd < 0 && p->has_pidfd)
		code = wt_fail_errno(err, WT_E_ENV, errno, "cannot watch '%s'", h->name);
	return code;
}

/* Nobody else reaps our child, so its pid and its group stay its own until we do. */
static void signal_group(const struct helper *h, int signo)
{
	kill(-h->pid, signo);
}

static void begin_ending(struct helper *h)
{
	signal_group(h, SIGTERM);
	h->phase = ASKED;
	h->end_ms = wt_proc_linux_now_ms() + GRACE_MS;
}

/* Reads what is there. False when it is more than allowed. */
static bool drain(int *fd, struct wt_buf *into, size_t max)
{
	for (;;) {
		size_t room = into->cap > into->len + CHUNK ? into->cap - into->len - 1 : CHUNK;
		ssize_t n;

		wt_buf_reserve(into, room);
		n = read(*fd, into->data + into->len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n <= 0) {
			close_fd(fd);
			return true;
		}
		into->len += (size_t)n;
		into->data[into->len] = '\0';
		if (into->len > max) {
			wt_buf_cut(into, max);
			close_fd(fd);
			return false;
		}
	}
}

static enum wt_code drain_both(struct helper *h, struct wt_error *err)
{
	bool fits = true;

	if (h->out >= 0)
		fits = drain(&h->out, &h->result->out, h->max_output);
	if (h->err >= 0)
		fits = drain(&h->err, &h->result->err, h->max_output) && fits;
	if (fits)
		return WT_OK;
	return wt_fail(err, WT_E_ENV, "'%s' wrote more than %zu bytes", h->name, h->max_output);
}

static enum wt_code fail_late(const struct helper *h, int64_t deadline_ms, struct wt_error *err)
{
	struct wt_buf span = WT_BUF_INIT;
	enum wt_code code;

	wt_text_render_duration(&span, deadline_ms);
	code = wt_fail(err, WT_E_TIMEOUT, "'%s' did not end within %s", h->name, span.data);
	wt_buf_clear(&span);
	return code;
}

/* Waits for output, the end or the deadline; true when the process has ended. */
static bool is_ended(const struct helper *h)
{
	struct pollfd fds[3] = {
		{ .fd = h->pidfd, .events = POLLIN },
		{ .fd = h->out, .events = POLLIN },
		{ .fd = h->err, .events = POLLIN },
	};
	int64_t left = h->end_ms - wt_proc_linux_now_ms();

	if (left < 0)
		left = 0;
	if (h->pidfd < 0 && left > LOOK_MS)
		left = LOOK_MS;
	poll(fds, 3, left < INT32_MAX ? (int)left : INT32_MAX);
	return h->pidfd < 0 ? wt_proc_linux_has_ended(h->pid) : fds[0].revents != 0;
}

/* What follows when a phase took too long. False: nothing more can be done. */
static bool advance(struct helper *h, int64_t deadline_ms, enum wt_code *code, struct wt_error *err)
{
	switch (h->phase) {
	case RUNNING:
		*code = fail_late(h, deadline_ms, err);
		begin_ending(h);
		return true;
	case ASKED:
		signal_group(h, SIGKILL);
		h->phase = KILLED;
		h->end_ms = wt_proc_linux_now_ms() + KILL_LIMIT_MS;
		return true;
	default:
		return false;
	}
}

/* The first thing that went wrong stays the answer. */
static enum wt_code attend(struct helper *h, int64_t deadline_ms, struct wt_error *err)
{
	enum wt_code code = WT_OK;
	struct wt_error ignored;
	bool ended = false;

	while (!ended) {
		ended = is_ended(h);
		if (drain_both(h, code == WT_OK ? err : &ignored) != WT_OK && code == WT_OK) {
			code = err->code;
			begin_ending(h);
		}
		if (!ended && wt_proc_linux_now_ms() >= h->end_ms &&
		    !advance(h, deadline_ms, &code, err))
			break;
	}
	/* Members of the group that ignored TERM must not outlive a leader that did not. */
	if (h->phase != RUNNING)
		signal_group(h, SIGKILL);
	return code;
}

/* One that was killed in vain is not waited for. */
static void reap(struct helper *h)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(h->pid, &status, h->phase == KILLED ? WNOHANG : 0);
	while (pid < 0 && errno == EINTR);
	if (pid != h->pid)
		return;
	h->result->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	h->result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

enum wt_code wt_proc_linux_run(void *self, const struct wt_cmd *cmd, struct wt_cmd_result *out,
			       struct wt_error *err)
{
	int64_t deadline_ms = cmd->deadline_ms > 0 ? cmd->deadline_ms : DEFAULT_DEADLINE_MS;
	struct helper h = {
		.name = cmd->argv[0],
		.pidfd = -1,
		.out = -1,
		.err = -1,
		.end_ms = wt_proc_linux_now_ms() + deadline_ms,
		.max_output = cmd->max_output ? cmd->max_output : WT_MAX_OUTPUT_BYTES,
		.result = out,
	};
	enum wt_code code;

	*out = (struct wt_cmd_result){ .code = -1, .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	code = open_helper(self, cmd, &h, err);
	if (code == WT_OK)
		code = attend(&h, deadline_ms, err);
	else if (h.pid > 0)
		signal_group(&h, SIGKILL);
	if (h.pid > 0)
		reap(&h);
	close_fd(&h.out);
	close_fd(&h.err);
	close_fd(&h.pidfd);
	return code;
}
