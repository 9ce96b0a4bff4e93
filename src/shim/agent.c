/* SPDX-License-Identifier: MIT */
/* Starts the agent: its own process group, a file to read, a file to write, nothing else. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* Nor by one that nobody reads from; whatever is no file is no log. */
static int open_log(int dir)
{
	int fd = openat(dir, WT_SHIM_LOG,
			O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC,
			0600);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		fcntl(fd, F_SETFL, O_APPEND);
		return fd;
	}
	if (fd >= 0) {
		close(fd);
		errno = EINVAL;
	}
	return -1;
}

static enum wt_code open_places(int dir, const struct wt_shim_spec *spec, struct places *out,
				struct wt_error *err)
{
	const char *input = spec->stdin_path ? spec->stdin_path : "/dev/null";

	out->input = open_input(input);
	if (out->input < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot open '%s'", input);
	out->log = open_log(dir);
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

/* Everything in the child, between fork and exec: async-signal-safe calls only. */

struct launch {
	const char *path;
	const struct wt_shim_spec *spec;
	const struct places *places;
	int report; /* closed by a successful exec */
	pid_t shim;
};

/* Before exec a child does not bear the marker: whoever swept up behind a killed shim would miss
 * it. The wish holds for the agent itself, too, which would only wait for that sweep. */
static bool ends_with(pid_t shim)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == shim;
}

static void reset_signals(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };

	for (int signo = 1; signo < NSIG; signo++)
		sigaction(signo, &plain, NULL);
}

/* A limit above what we have ourselves is no wish for less. Core files would end up in commits;
 * a program that wants them can still raise its own limit. */
static void set_limits(const struct wt_shim_spec *spec)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
	if (spec->open_files && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		if ((rlim_t)spec->open_files < limit.rlim_max)
			limit.rlim_max = (rlim_t)spec->open_files;
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool take_places(const struct places *p)
{
	return setpgid(0, 0) == 0 && fchdir(p->cwd) == 0 && dup2(p->input, STDIN_FILENO) >= 0 &&
	       dup2(p->log, STDOUT_FILENO) >= 0 && dup2(p->log, STDERR_FILENO) >= 0;
}

static _Noreturn void become(const struct launch *l)
{
	sigset_t none;
	int errnum;

	sigemptyset(&none);
	reset_signals();
	if (ends_with(l->shim) && take_places(l->places)) {
		set_limits(l->spec);
		/* Ours close at exec by themselves; whoever started us may have left some. */
		close_range(3, ~0u, (int)CLOSE_RANGE_CLOEXEC);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execve(l->path, l->spec->argv, l->spec->env);
	}
	errnum = errno;
	(void)!write(l->report, &errnum, sizeof errnum);
	_exit(127);
}

/* As fork, and in the leaf from the first moment, so that nothing can be started outside of it.
 * Moving a process there later would wait for a grace period of the kernel. */
static pid_t fork_into(int leaf)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP,
				   .exit_signal = SIGCHLD,
				   .cgroup = (unsigned)leaf };

	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static pid_t fork_agent(struct wt_shim_leaf *leaf)
{
	pid_t pid = leaf->fd >= 0 ? fork_into(leaf->fd) : -1;

	if (pid >= 0)
		return pid;
	wt_shim_leaf_close(leaf);
	return fork();
}

/* Returns an errno: that of exec itself, when it was exec that failed. */
static int spawn(struct launch *l, struct wt_shim_leaf *leaf, pid_t *out)
{
	int ends[2], errnum = 0;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	l->report = ends[1];
	l->shim = getpid();
	*out = fork_agent(leaf);
	if (*out == 0)
		become(l);
	if (*out < 0)
		errnum = errno;
	close(ends[1]);
	do
		n = *out > 0 ? read(ends[0], &errnum, sizeof errnum) : 0;
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	if (*out > 0 && errnum)
		waitpid(*out, NULL, 0);
	return errnum;
}

enum wt_code wt_shim_agent_start(int dir, const struct wt_shim_spec *spec,
				 struct wt_shim_leaf *leaf, pid_t *out, struct wt_error *err)
{
	struct places places = { -1, -1, -1 };
	struct wt_buf path = WT_BUF_INIT;
	struct launch launch = { .spec = spec, .places = &places };
	enum wt_code code = find_program(spec, &path, err);
	int errnum;

	if (code == WT_OK)
		code = open_places(dir, spec, &places, err);
	if (code == WT_OK) {
		launch.path = path.data;
		errnum = spawn(&launch, leaf, out);
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
