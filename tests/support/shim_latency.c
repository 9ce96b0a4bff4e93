/* SPDX-License-Identifier: MIT */
/* shim-latency SHIM NASTY FOLDER N [CGROUP]: starts N agents one after the other, each under a
 * shim, and prints in microseconds how long each took from the call to its first instruction, and
 * in KiB what its shim then had resident; the median and the worst of both. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/port/shim.h"

#define MAX_ROUNDS 10000

static long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static long read_number(const char *path, const char *before)
{
	char text[4096] = "";
	FILE *f = fopen(path, "r");
	const char *at;

	if (f && !fread(text, 1, sizeof text - 1, f))
		text[0] = '\0';
	if (f)
		fclose(f);
	at = strstr(text, before);
	return at ? strtol(at + strlen(before), NULL, 10) : 0;
}

static int compare(const void *a, const void *b)
{
	long left = *(const long *)a, right = *(const long *)b;

	return (left > right) - (left < right);
}

static void print(const char *what, long *values, int n)
{
	qsort(values, (size_t)n, sizeof *values, compare);
	printf("%s: median %ld, worst %ld\n", what, values[n / 2], values[n - 1]);
}

static bool wait_for_exit(const struct wt_proc *p)
{
	struct wt_error err;
	struct wt_wake wake;

	do
		if (p->wait(p->self, 60000, &wake, &err) != WT_OK || wake.kind == WT_WAKE_TIME)
			return false;
	while (wake.kind != WT_WAKE_EXIT);
	return wake.code == 0;
}

/* Both are known once the agent has written the time into its log and gone on sleeping. */
static bool measure(const struct wt_proc *p, const struct wt_agent_start *start, long *us,
		    long *kib)
{
	struct timespec moment = { .tv_nsec = 200000 };
	struct wt_proc_id shim;
	struct wt_error err;
	char log[512], status[64];
	long begun = now_us(), there = 0;

	snprintf(log, sizeof log, "%s/" WT_SHIM_LOG, start->dir);
	if (p->start(p->self, start, 1, &shim, &err) != WT_OK) {
		fprintf(stderr, "shim-latency: %s\n", err.msg);
		return false;
	}
	while (!(there = read_number(log, "now_us ")))
		nanosleep(&moment, NULL);
	snprintf(status, sizeof status, "/proc/%d/status", (int)shim.pid);
	*us = there - begun;
	*kib = read_number(status, "VmRSS:");
	return p->signal(p->self, &shim, 15, &err) == WT_OK && wait_for_exit(p);
}

int main(int argc, char **argv)
{
	static long us[MAX_ROUNDS], kib[MAX_ROUNDS];
	const char *agent[] = { argc > 2 ? argv[2] : "", "stamp", "-", NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", NULL };
	int n = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
	struct wt_agent_start start = {
		.argv = agent, .cwd = "/", .env = env, .instance = "latency", .grace_ms = 1000
	};
	struct wt_error err;
	struct wt_proc proc;
	char dir[400];

	if (n < 1 || n > MAX_ROUNDS || wt_proc_linux_open(argv[1], &proc, &err) != WT_OK) {
		fputs("usage: shim-latency SHIM NASTY FOLDER N [CGROUP]\n", stderr);
		return 2;
	}
	start.dir = dir;
	start.cgroup = argc > 5 ? argv[5] : NULL;
	for (int i = 0; i < n; i++) {
		snprintf(dir, sizeof dir, "%s/%d", argv[3], i);
		if (mkdir(dir, 0755) < 0 || !measure(&proc, &start, &us[i], &kib[i])) {
			fprintf(stderr, "shim-latency: round %d failed: %s\n", i, strerror(errno));
			return 1;
		}
	}
	wt_proc_linux_close(&proc);
	print("from the call to the agent's first instruction, microseconds", us, n);
	print("one shim, KiB resident", kib, n);
	return 0;
}
