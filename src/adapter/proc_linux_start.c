/* SPDX-License-Identifier: MIT */
/* Starts a shim, which then owns the agent. */

#include "proc_linux_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/port/shim.h"

static void add_string(struct wt_buf *out, const char *s)
{
	wt_buf_puts(out, s ? s : "");
	wt_buf_putc(out, '\0');
}

static void add_number(struct wt_buf *out, int64_t n)
{
	wt_buf_printf(out, "%lld", (long long)n);
	wt_buf_putc(out, '\0');
}

static void add_list(struct wt_buf *out, const char *const *list)
{
	int64_t n = 0;

	while (list && list[n])
		n++;
	add_number(out, n);
	for (int64_t i = 0; i < n; i++)
		add_string(out, list[i]);
}

static void render_start(struct wt_buf *out, const struct wt_agent_start *start,
			 const char *const *env)
{
	add_string(out, WT_SHIM_MAGIC);
	add_string(out, start->cwd);
	add_string(out, start->stdin_path);
	add_string(out, start->instance);
	add_number(out, start->timeout_ms);
	add_number(out, start->grace_ms);
	add_number(out, start->silence_ms);
	add_string(out, start->final);
	add_string(out, start->cgroup);
	add_number(out, start->limits.memory_bytes);
	add_number(out, start->limits.cpu_percent);
	add_number(out, start->limits.tasks);
	add_number(out, start->limits.open_files);
	add_list(out, start->argv);
	add_list(out, env);
}

/* Environments hold tokens, so the file is the user's alone. */
static enum wt_code save_start(const char *path, const struct wt_buf *text, struct wt_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t done = 0;

	while (fd >= 0 && done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd < 0 || done < text->len) {
		wt_fail_errno(err, WT_E_ENV, errno, "cannot write '%s'", path);
		if (fd >= 0)
			close(fd);
		return err->code;
	}
	close(fd);
	return WT_OK;
}

static enum wt_code prepare(const struct wt_agent_start *start, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT, path = WT_BUF_INIT, marker = WT_BUF_INIT;
	const char *set[] = { NULL, NULL };
	const char **env;
	enum wt_code code;

	wt_buf_printf(&marker, WT_SHIM_MARKER "=%s", start->instance);
	set[0] = marker.data;
	/* wtorch may itself have been started from inside a git hook. */
	env = wt_proc_linux_merge_env(start->env, set);
	render_start(&text, start, env);
	wt_buf_printf(&path, "%s/" WT_SHIM_START, start->dir);
	if (text.len > WT_SHIM_MAX_START)
		code = wt_fail(err, WT_E_ENV,
			       "cannot start '%s': arguments and environment take %zu bytes "
			       "(limit %u)",
			       start->argv[0], text.len, WT_SHIM_MAX_START);
	else
		code = save_start(path.data, &text, err);
	free(env);
	wt_buf_clear(&marker);
	wt_buf_clear(&text);
	wt_buf_clear(&path);
	return code;
}

/* The shim keeps nothing of ours: no stream, no folder, no session, no variable. */
static enum wt_code spawn_shim(const char *shim, const char *dir, pid_t *pid, struct wt_error *err)
{
	const char *argv[] = { shim, dir, NULL };
	const char *env[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all;
	int errnum;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, 0, 1);
	posix_spawn_file_actions_adddup2(&actions, 0, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	wt_proc_linux_init_attr(&attr, POSIX_SPAWN_SETSID);
	/* A stop that comes before it has claimed the attempt waits until it can say so. */
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attr, &all);
	errnum = posix_spawn(pid, shim, &actions, &attr, (char *const *)argv, (char *const *)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (errnum)
		return wt_fail_errno(err, WT_E_ENV, errnum, "cannot start the shim '%s'", shim);
	return WT_OK;
}

/* One that cannot be watched must not go on unseen; two signals leave it no grace. */
static enum wt_code abandon(pid_t pid, enum wt_code code)
{
	kill(pid, SIGTERM);
	kill(pid, SIGINT);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return code;
}

enum wt_code wt_proc_linux_start(void *self, const struct wt_agent_start *start, uint64_t token,
				 struct wt_proc_id *out, struct wt_error *err)
{
	struct wt_proc_watched shim = { .pidfd = -1, .is_child = true, .token = token };
	struct wt_proc_linux *p = self;
	pid_t pid = 0;

	assert(start->dir[0] == '/' && start->argv[0]);
	*out = (struct wt_proc_id){ .pid = 0 };
	/* From now on a Ctrl-C must end an agent, too, not only us. */
	if (wt_proc_linux_need_signals(p, err) != WT_OK || prepare(start, err) != WT_OK ||
	    spawn_shim(p->shim, start->dir, &pid, err) != WT_OK)
		return err->code;
	/* Until it is reaped it has a line in /proc, dead or alive. */
	if (!wt_proc_linux_id_of(p, pid, out))
		return abandon(pid, wt_fail(err, WT_E_ENV, "cannot read /proc/%d/stat", (int)pid));
	shim.id = *out;
	if (p->has_pidfd)
		shim.pidfd = pidfd_open(pid, 0);
	if (p->has_pidfd && shim.pidfd < 0)
		return abandon(pid, wt_fail_errno(err, WT_E_ENV, errno,
						  "cannot watch the shim of '%s'", start->argv[0]));
	if (wt_proc_linux_add_process(p, &shim, err) != WT_OK)
		return abandon(pid, err->code);
	return WT_OK;
}
