/* SPDX-License-Identifier: MIT */
/* nasty MODE [FILE]: agents that misbehave, one way each. FILE gets the pid of what they leave
 * behind, once that is ready for the worst. */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void be_deaf(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

static void write_pid(const char *path)
{
	char draft[512];
	FILE *f;

	snprintf(draft, sizeof draft, "%s.tmp", path);
	f = fopen(draft, "w");
	if (!f)
		_exit(99);
	fprintf(f, "%d\n", (int)getpid());
	fclose(f);
	if (rename(draft, path) < 0)
		_exit(99);
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

/* A parent leaves when its child has written the file. */
static void leave_when_there(const char *path, int code)
{
	while (access(path, F_OK) < 0)
		usleep(1000);
	_exit(code);
}

static void daemonize(const char *path)
{
	if (fork())
		leave_when_there(path, 0);
	setsid();
	if (fork())
		_exit(0);
}

static void daemon_mode(const char *path)
{
	daemonize(path);
	be_deaf();
	write_pid(path);
	sleep_for_ever();
}

/* As a daemon, without any environment. */
static void unmarked_mode(const char *path)
{
	char *argv[] = { (char *)"nasty", (char *)"deaf", (char *)path, NULL };
	char *env[] = { NULL };

	daemonize(path);
	execve("/proc/self/exe", argv, env);
	_exit(98);
}

static void stopped_mode(const char *path)
{
	daemonize(path);
	be_deaf();
	write_pid(path);
	raise(SIGSTOP);
	sleep_for_ever();
}

static void deaf_mode(const char *path)
{
	be_deaf();
	write_pid(path);
	sleep_for_ever();
}

/* Forks and exits for ever, each in a session of its own. */
static void runaway_mode(const char *path)
{
	if (fork())
		leave_when_there(path, 0);
	be_deaf();
	write_pid(path);
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (!pid)
			setsid();
	}
}

/* The child keeps our output open. */
static void holder_mode(const char *path)
{
	if (fork())
		leave_when_there(path, 7);
	write_pid(path);
	sleep_for_ever();
}

static void *fork_in_thread(void *path)
{
	if (!fork())
		deaf_mode(path);
	sleep_for_ever();
	return NULL;
}

/* The first thread ends, another one has a child: it looks like a zombie without children. */
static void thread_mode(const char *path)
{
	pthread_t thread;

	be_deaf();
	pthread_create(&thread, NULL, fork_in_thread, (void *)path);
	pthread_exit(NULL);
}

static void flood_mode(const char *path)
{
	static char line[10000];

	(void)path;
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\n';
	for (int i = 0; i < 1000; i++) {
		if (write(1, line, sizeof line) != (ssize_t)sizeof line ||
		    write(2, line, sizeof line) != (ssize_t)sizeof line)
			_exit(97);
	}
	_exit(0);
}

/* When it began, for scripts/bench. */
static void stamp_mode(const char *path)
{
	struct timespec ts;

	(void)path;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("now_us %ld\n", (long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	fflush(stdout);
	sleep_for_ever();
}

static char *take_memory(size_t mebibytes)
{
	char *data = malloc(mebibytes << 20);

	if (!data)
		_exit(95);
	memset(data, 1, mebibytes << 20);
	return data;
}

/* Four of them hold 40 MiB each; none alone is large. */
static void hog_mode(const char *path)
{
	pid_t first = getpid();
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		_exit(95);
	for (int i = 0; i < 3 && getpid() == first; i++)
		fork();
	if (!take_memory(40) || (getpid() != first && write(ready[1], "x", 1) != 1))
		_exit(95);
	for (int i = 0; i < 3 && getpid() == first; i++)
		if (read(ready[0], &byte, 1) != 1)
			_exit(95);
	if (getpid() == first)
		write_pid(path);
	sleep_for_ever();
}

/* The first holds 60 MiB, and three more share it. */
static void share_mode(const char *path)
{
	char *data = take_memory(60);
	pid_t parent = getpid();

	for (int i = 0; i < 3 && getpid() == parent; i++)
		fork();
	if (getpid() == parent && data[1])
		write_pid(path);
	sleep_for_ever();
}

/* Each child has a child, up to a bound that only a shim in error lets it reach. */
static void bomb_mode(const char *path)
{
	pid_t first = getpid();

	be_deaf();
	for (int depth = 0; depth < 9; depth++) {
		if (fork() < 0)
			usleep(1000);
	}
	if (getpid() == first) /* five hundred writers of one file would get in each other's way */
		write_pid(path);
	sleep_for_ever();
}

/* An event loop that has nothing to do, but looks a hundred times a second. */
static void tick_mode(const char *path)
{
	write_pid(path);
	for (;;)
		usleep(10000);
}

/* Says nothing, and has a child that works until the file is there; path is none then. */
static void busy_mode(const char *path)
{
	int status = 0;

	if (!fork()) {
		while (access(path, F_OK) < 0)
			;
		_exit(0);
	}
	wait(&status);
	_exit(4);
}

static void code_mode(const char *code)
{
	_exit((int)strtol(code, NULL, 10));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *path);
	} modes[] = {
		{ "bomb", bomb_mode },     { "busy", busy_mode },     { "code", code_mode },
		{ "daemon", daemon_mode }, { "deaf", deaf_mode },     { "flood", flood_mode },
		{ "hog", hog_mode },       { "holder", holder_mode }, { "runaway", runaway_mode },
		{ "share", share_mode },   { "stamp", stamp_mode },   { "stopped", stopped_mode },
		{ "thread", thread_mode }, { "tick", tick_mode },     { "unmarked", unmarked_mode },
	};

	for (size_t i = 0; argc == 3 && i < sizeof modes / sizeof *modes; i++) {
		if (!strcmp(argv[1], modes[i].name))
			modes[i].run(argv[2]);
	}
	return 96;
}
