/* SPDX-License-Identifier: MIT */
/* Starts the agent: its own process group, a file to read, a file to write, nothing else. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What execvp searches when there is no PATH, without the working directory. */
#define DEFAULT_PATH "/bin:/usr/bin"

struct places {
	int input, log, cwd; /* -1 until opened */
};

static const char *path_of(char *const *env)
{
	for (; *env; env++) {
		if (!strncmp(*env, "PATH=", 5))
			return *env + 5;
	}
	return DEFAULT_PATH;
}

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* Relative entries are left out: a worktree is no place to find a program in. */
static enum wt_code find_program(const struct wt_shim_spec *spec, struct wt_buf *out,
				 struct wt_error *err)
{
	const char *name = spec->argv[0];
	struct wt_str rest = wt_str_of(path_of(spec->env)), dir;

	if (strchr(name, '/')) {
		wt_buf_puts(out, name);
		return WT_OK;
	}
	while (*name && wt_str_next(&rest, ":", &dir)) {
		if (dir.data[0] != '/')
			continue;
		wt_buf_reset(out);
		wt_buf_add(out, dir.data, dir.len);
		wt_buf_putc(out, '/');
		wt_buf_puts(out, name);
		if (is_program(out->data))
			return WT_OK;
	}
	return wt_fail(err, WT_E_NOT_FOUND, "cannot find '%s' on PATH", name);
}

/* Not to be held up by a pipe that nobody writes to. */
static int open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

static enum wt_code open_places(int dir, const struct wt_shim_spec *spec, struct places *out,
				struct wt_error *err)
{
	const char *input = spec->stdin_path ? spec->stdin_path : "/dev/null";

	out->input = open_input(input);
	if (out->input < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot open '%s'", input);
	out->log = openat(dir, WT_SHIM_LOG,
			  O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (out->log < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot open '" WT_SHIM_LOG "'");
	out->cwd = open(spec->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->cwd < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot work in '%s'", spec->cwd);
	return WT_OK;
}

static void close_places(const struct places *p)
{
	if (p->input >= 0)
		close(p->input);
	if (p->log >= 0)
		close(p->log);
	if (p->cwd >= 0)
		close(p->cwd);
}

/* Returns an errno: that of exec itself, when it was exec that failed. */
static int spawn(const char *path, const struct wt_shim_spec *spec, const struct places *p,
		 pid_t *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int errnum;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addfchdir_np(&actions, p->cwd);
	posix_spawn_file_actions_adddup2(&actions, p->input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, p->log, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, p->log, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	errnum = posix_spawn(out, path, &actions, &attr, spec->argv, spec->env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return errnum;
}

enum wt_code wt_shim_agent_start(int dir, const struct wt_shim_spec *spec, pid_t *out,
				 struct wt_error *err)
{
	struct places places = { -1, -1, -1 };
	struct wt_buf path = WT_BUF_INIT;
	enum wt_code code = find_program(spec, &path, err);
	int errnum;

	if (code == WT_OK)
		code = open_places(dir, spec, &places, err);
	if (code == WT_OK) {
		errnum = spawn(path.data, spec, &places, out);
		if (errnum == ENOENT && path.data[0] == '/' && !access(path.data, F_OK))
			code = wt_fail(err, WT_E_ENV, "cannot run '%s': its interpreter is missing",
				       path.data);
		else if (errnum)
			code = wt_fail_errno(err, WT_E_ENV, errnum, "cannot run '%s'", path.data);
	}
	close_places(&places);
	wt_buf_clear(&path);
	return code;
}
