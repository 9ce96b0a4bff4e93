/* SPDX-License-Identifier: MIT */
/*
 * The agent of the sweeps: does what the script of its task says, $HOME/agents/TASK, a line each,
 * and notes in $HOME/log what happened, so that the sweep can tell what nobody may lose.
 *
 *	set PATH TEXT     the whole file
 *	commit SUBJECT    everything, with git; nothing where there is nothing to commit
 *	status PERCENT    to $WTORCH_STATUS
 *	fail N CODE       ends with CODE, the first N times that this task is started
 *	hang N            until it is killed, the first N times
 *	die N             kills itself, the first N times
 *	shim N            kills its shim, the first N times, and lives on
 *	wtorch N          kills the orchestrator, the first N times, if $HOME/flags/killing is there
 *	daemon            leaves a process of a session of its own that takes no TERM
 *	flag NAME         makes $HOME/flags/NAME
 *	await NAME        waits until that is there
 *	landed ID         waits until that task has landed
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 60000

extern char **environ;

static const char *home, *task, *attempt;
static int started; /* how often this task has been */

static _Noreturn void stop(const char *what)
{
	fprintf(stderr, "sweep-agent: %s: %s\n", what, strerror(errno));
	exit(99);
}

/* Good until the next call. */
static const char *in_home(const char *folder, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s%s%s/%s", home, *folder ? "/" : "", folder, name);
	return path;
}

/* One write to the end: many agents write here. */
static void note(const char *format, ...)
{
	char line[1024];
	va_list ap;
	int fd = open(in_home("", "log"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		stop("log");
	close(fd);
}

/* A lock that dies with us: two of us in one worktree show, and two with the same ports. */
static void take(const char *what, const char *which)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof name, "%s/held/%s%s", home, what, which);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		stop(name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		note("overlap %s %s %s\n", task, attempt, name);
}

static void count_start(void)
{
	char name[4096];
	int fd = -1;

	while (fd < 0) {
		snprintf(name, sizeof name, "%s/starts/%s.%d", home, task, ++started);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd < 0 && errno != EEXIST)
			stop(name);
	}
	close(fd);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* Its exit status; its first line of output goes to out. */
static int git(char *const argv[], char *out, size_t size)
{
	posix_spawn_file_actions_t actions;
	int fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) < 0)
		stop("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	if (posix_spawnp(&pid, "git", &actions, NULL, argv, environ) != 0)
		stop("git");
	close(fds[1]);
	while (len < size - 1 && (n = read(fds[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		stop(argv[1]);
	out[strcspn(out, "\n")] = '\0';
	return WEXITSTATUS(status);
}

static void write_file(const char *path, const char *text)
{
	char *slash = strrchr(path, '/');
	char dir[1024];
	int fd;

	if (slash) {
		snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
		(void)!mkdir(dir, 0755);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0 || write(fd, "\n", 1) != 1)
		stop(path);
	close(fd);
}

static void commit(char *subject)
{
	char tip[128];

	if (git((char *[]){ "git", "add", "-A", NULL }, tip, sizeof tip) != 0)
		stop("git add");
	if (git((char *[]){ "git", "diff", "--cached", "--quiet", NULL }, tip, sizeof tip) == 0)
		return;
	if (git((char *[]){ "git", "commit", "-q", "-m", subject, NULL }, tip, sizeof tip) != 0 ||
	    git((char *[]){ "git", "rev-parse", "HEAD", NULL }, tip, sizeof tip) != 0)
		stop("git commit");
	note("commit %s %s %s\n", task, tip, subject);
}

static void await(const char *name)
{
	for (int ms = 0; access(in_home("flags", name), F_OK) != 0; ms += 5) {
		if (ms > WAIT_MS)
			stop(name);
		pause_ms(5);
	}
}

static void await_landed(const char *id)
{
	char pattern[128], found[128] = "";

	snprintf(pattern, sizeof pattern, "--grep=^Wtorch-Task: %s$", id);
	for (int ms = 0; !found[0]; ms += 50) {
		(void)git((char *[]){ "git", "log", "-n", "1", "--format=%H", pattern,
				      getenv("WTORCH_BASE"), NULL },
			  found, sizeof found);
		if (ms > WAIT_MS)
			stop("landed");
		pause_ms(50);
	}
}

static void leave_daemon(void)
{
	fflush(NULL);
	if (fork() != 0)
		return;
	setsid();
	if (fork() != 0)
		_exit(0);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	for (;;)
		pause_ms(1000);
}

static void kill_orchestrator(void)
{
	char owner[4096], *end;
	FILE *f;
	struct stat st;
	int pid = 0, flag = open(in_home("flags", "killing"), O_RDONLY | O_CLOEXEC);

	snprintf(owner, sizeof owner, "%s", getenv("WTORCH_STATUS"));
	end = strstr(owner, "/runs/");
	/* Whoever takes the flag away waits for us, so nobody is killed after that. */
	if (!end || flag < 0 || flock(flag, LOCK_SH) < 0 || fstat(flag, &st) < 0 || !st.st_nlink) {
		if (flag >= 0)
			close(flag);
		return;
	}
	snprintf(end, 8, "/owner");
	f = fopen(owner, "re");
	if (f && fscanf(f, "pid %d,", &pid) == 1 && pid > 1)
		kill(pid, SIGKILL);
	if (f)
		fclose(f);
	close(flag);
}

static void hang(void)
{
	for (;;)
		pause_ms(1000);
}

/* Those that only happen the first N times. */
static bool do_early(const char *op, char *rest)
{
	char *after;
	long n = strtol(rest, &after, 10);
	bool is_now = started <= n;

	if (strcmp(op, "fail") == 0 && is_now)
		exit((int)strtol(after, NULL, 10));
	else if (strcmp(op, "hang") == 0 && is_now)
		hang();
	else if (strcmp(op, "die") == 0 && is_now)
		raise(SIGKILL);
	else if (strcmp(op, "shim") == 0 && is_now)
		kill(getppid(), SIGKILL);
	else if (strcmp(op, "wtorch") == 0 && is_now)
		kill_orchestrator();
	else
		return strcmp(op, "fail") == 0 || strcmp(op, "hang") == 0 ||
		       strcmp(op, "die") == 0 || strcmp(op, "shim") == 0 ||
		       strcmp(op, "wtorch") == 0;
	return true;
}

static void report(const char *percent)
{
	char text[128];

	snprintf(text, sizeof text, "{\"status\":\"in_progress\",\"completion_percentage\":%s}",
		 percent);
	write_file(getenv("WTORCH_STATUS"), text);
}

static void perform(const char *op, char *rest)
{
	char *text = strchr(rest, ' ');

	if (do_early(op, rest))
		return;
	if (strcmp(op, "commit") == 0)
		commit(rest);
	else if (strcmp(op, "status") == 0)
		report(rest);
	else if (strcmp(op, "daemon") == 0)
		leave_daemon();
	else if (strcmp(op, "flag") == 0)
		close(open(in_home("flags", rest), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	else if (strcmp(op, "await") == 0)
		await(rest);
	else if (strcmp(op, "landed") == 0)
		await_landed(rest);
	else if (text && strcmp(op, "set") == 0) {
		*text++ = '\0';
		write_file(rest, text);
	} else {
		errno = EINVAL;
		stop(op);
	}
}

int main(void)
{
	char line[1024];
	const char *round;
	FILE *script;

	home = getenv("HOME");
	task = getenv("WTORCH_TASK");
	attempt = getenv("WTORCH_ATTEMPT");
	if (!home || !task || !attempt || !getenv("WTORCH_WORKTREE") || !getenv("WTORCH_RUN") ||
	    !getenv("WTORCH_PORT"))
		return 99;
	count_start();
	/* Each round of an attempt is a start of its own. */
	round = getenv("WTORCH_ROUND");
	note("start %s %s.%s %s %d %s\n", task, attempt, round ? round : "", getenv("WTORCH_RUN"),
	     started, getenv("WTORCH_WORKTREE"));
	take("", strrchr(getenv("WTORCH_WORKTREE"), '/') + 1);
	take("port-", getenv("WTORCH_PORT"));
	script = fopen(in_home("agents", task), "re");
	if (!script)
		stop("script");
	while (fgets(line, sizeof line, script)) {
		char *rest = line + strcspn(line, " \n");

		line[strcspn(line, "\n")] = '\0';
		if (*rest)
			*rest++ = '\0';
		if (*line)
			perform(line, rest);
	}
	fclose(script);
	note("end %s %s\n", task, attempt);
	return 0;
}
