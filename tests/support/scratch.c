/* SPDX-License-Identifier: MIT */
/* Scratch folders, shell commands and small repositories for tests. */

#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/mem.h"

extern char **environ;

/* A test that failed may have left a mount behind. */
#define REMOVE_ALL                                                                             \
	"awk -v d='%s/' 'index($2, d) == 1 { print $2 }' /proc/mounts | xargs -r umount -l ; " \
	"chmod -R u+rwX . ; cd / && rm -rf -- '%s'"

static const char git_config[] = "[user]\n"
				 "\tname = Test Person\n"
				 "\temail = test@example.org\n"
				 "[init]\n"
				 "\tdefaultBranch = main\n"
				 "[gc]\n"
				 "\tauto = 0\n"
				 "[advice]\n"
				 "\tdetachedHead = false\n";

static void forget_git_variables(void)
{
	size_t i = 0;

	while (environ[i]) {
		struct wt_buf name = WT_BUF_INIT;

		wt_buf_add(&name, environ[i], strcspn(environ[i], "="));
		if (strncmp(name.data, "GIT_", 4) == 0)
			unsetenv(name.data);
		else
			i++;
		wt_buf_clear(&name);
	}
}

static void isolate(struct scratch *s)
{
	umask(022);
	forget_git_variables();
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", scratch_path(s, "home"), 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	scratch_write(s, "home/.gitconfig", git_config);
}

int scratch_setup(void **state)
{
	struct scratch *s = wt_alloc(sizeof *s);
	const char *tmp = getenv("TMPDIR");
	char *template = wt_arena_printf(&s->arena, "%s/wtorch-test-XXXXXX", tmp ? tmp : "/tmp");
	char *real;

	if (!mkdtemp(template))
		fail_msg("cannot make a scratch folder '%s': %s", template, strerror(errno));
	real = realpath(template, NULL);
	s->dir = wt_arena_strdup(&s->arena, real);
	free(real);
	isolate(s);
	*state = s;
	return 0;
}

int scratch_teardown(void **state)
{
	struct scratch *s = *state;

	if (getenv("WTORCH_KEEP_SCRATCH"))
		fprintf(stderr, "kept %s\n", s->dir);
	else
		scratch_status(s, REMOVE_ALL, s->dir, s->dir);
	wt_arena_clear(&s->arena);
	free(s);
	return 0;
}

static const char *vformat(struct scratch *s, const char *fmt, va_list ap) WT_PRINTF(2, 0);

static const char *vformat(struct scratch *s, const char *fmt, va_list ap)
{
	struct wt_buf text = WT_BUF_INIT;
	const char *copy;

	wt_buf_vprintf(&text, fmt, ap);
	copy = wt_arena_strdup(&s->arena, text.data);
	wt_buf_clear(&text);
	return copy;
}

const char *scratch_path(struct scratch *s, const char *fmt, ...)
{
	va_list ap;
	const char *path;

	va_start(ap, fmt);
	path = vformat(s, fmt, ap);
	va_end(ap);
	return wt_arena_printf(&s->arena, "%s/%s", s->dir, path);
}

static const char *read_fd(struct scratch *s, int fd, size_t *len)
{
	struct wt_buf data = WT_BUF_INIT;
	const char *copy;
	ssize_t n;

	do {
		wt_buf_reserve(&data, 4096);
		n = pread(fd, data.data + data.len, 4096, (off_t)data.len);
		if (n > 0)
			data.len += (size_t)n;
	} while (n > 0);
	data.data[data.len] = '\0';
	copy = wt_arena_strndup(&s->arena, data.data, data.len);
	if (len)
		*len = data.len;
	wt_buf_clear(&data);
	return copy;
}

/* A file without a name, so that no output can fill a pipe. */
static int open_capture(const struct scratch *s)
{
	int fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *f;

	if (fd >= 0)
		return fd;
	f = tmpfile();
	if (!f)
		fail_msg("cannot make a temporary file: %s", strerror(errno));
	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	fclose(f);
	return fd;
}

/* The exit status; out and err are descriptors to write to. */
static int shell(struct scratch *s, const char *command, int out, int err)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	posix_spawn_file_actions_t actions;
	int status = 0;
	int rc;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, s->dir);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, err, 2);
	rc = posix_spawnp(&pid, "sh", &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc)
		fail_msg("cannot start a shell: %s", strerror(rc));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *run_checked(struct scratch *s, const char *command)
{
	int out = open_capture(s);
	int err = open_capture(s);
	int status = shell(s, command, out, err);
	const char *output = read_fd(s, out, NULL);
	const char *errors = read_fd(s, err, NULL);

	close(out);
	close(err);
	if (status)
		fail_msg("'%s' ended with %d:\n%s%s", command, status, output, errors);
	return output;
}

void scratch_run(struct scratch *s, const char *fmt, ...)
{
	const char *command;
	va_list ap;

	va_start(ap, fmt);
	command = vformat(s, fmt, ap);
	va_end(ap);
	run_checked(s, command);
}

const char *scratch_output(struct scratch *s, const char *fmt, ...)
{
	const char *command;
	va_list ap;

	va_start(ap, fmt);
	command = vformat(s, fmt, ap);
	va_end(ap);
	return run_checked(s, command);
}

int scratch_status(struct scratch *s, const char *fmt, ...)
{
	const char *command;
	int out = open_capture(s);
	int status;
	va_list ap;

	va_start(ap, fmt);
	command = vformat(s, fmt, ap);
	va_end(ap);
	status = shell(s, command, out, out);
	close(out);
	return status;
}

const char *scratch_read(struct scratch *s, const char *path, size_t *len)
{
	const char *full = scratch_path(s, "%s", path);
	const char *data;
	int fd = open(full, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail_msg("cannot read '%s': %s", full, strerror(errno));
	data = read_fd(s, fd, len);
	close(fd);
	return data;
}

void scratch_write(struct scratch *s, const char *path, const char *text)
{
	char *full = wt_arena_printf(&s->arena, "%s/%s", s->dir, path);
	char *slash = full + strlen(s->dir) + 1;
	FILE *f;

	while ((slash = strchr(slash, '/'))) {
		*slash = '\0';
		(void)mkdir(full, 0777);
		*slash++ = '/';
	}
	f = fopen(full, "we");
	if (!f)
		fail_msg("cannot write '%s': %s", full, strerror(errno));
	if (fputs(text, f) < 0 || fclose(f) != 0)
		fail_msg("cannot write '%s': %s", full, strerror(errno));
}

const char *scratch_repo(struct scratch *s, const char *name, size_t n)
{
	size_t i;

	scratch_run(s, "git init -q '%s'", name);
	for (i = 1; i <= n; i++) {
		struct wt_buf path = WT_BUF_INIT;
		struct wt_buf text = WT_BUF_INIT;
		int line;

		for (line = 1; line <= 10; line++)
			wt_buf_printf(&text, "line %d of file %zu\n", line, i);
		wt_buf_printf(&path, "%s/src/file-%zu.txt", name, i);
		scratch_write(s, path.data, text.data);
		wt_buf_clear(&path);
		wt_buf_clear(&text);
	}
	scratch_run(s, "cd '%s' && git add -A && git commit -q --allow-empty -m 'Add %zu files'",
		    name, n);
	return scratch_path(s, "%s", name);
}
