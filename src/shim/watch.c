/* SPDX-License-Identifier: MIT */
/* Waits for the agent's end and then ends all that is left of it. */

#include "shim.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFTOVER_GRACE_MS 1000 /* at most, for what outlives an agent that ended by itself */
#define MAX_GRACE_MS      (24 * 3600 * 1000)
#define KILL_LIMIT_MS     5000 /* after that, who still lives is a survivor */
#define FREEZE_PASSES     64
#define LONGEST_PAUSE_MS  64
#define NEVER             INT64_MAX

struct watch {
	pid_t agent;
	int signals;
	struct wt_shim_tree *tree;
	struct wt_shim_outcome *out;
	bool agent_ended;
	bool is_ending;   /* TERM was sent */
	bool is_leftover; /* and once more, to those that outlived the agent */
	unsigned stops;   /* signals that asked us to end it */
	int64_t begun_ms;
	int64_t deadline_ms; /* then TERM; NEVER */
	int64_t kill_ms;     /* then STOP and KILL; set once is_ending */
};

void wt_shim_watch_init(void)
{
	sigset_t all;

	/* Nothing but KILL and STOP may end or delay us; XFSZ and PIPE become plain errors. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* An ignored CHLD would take the exit codes away. */
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void read_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
		w->stops += info.ssi_signo != SIGCHLD;
}

static void take_status(struct watch *w, int status)
{
	w->agent_ended = true;
	w->out->duration_ms = wt_shim_now_ms() - w->begun_ms;
	w->out->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	w->out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* True when nobody is left below us: the kernel's own word, since as the subreaper we inherit
 * every orphan. */
static bool reap(struct watch *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == w->agent)
			take_status(w, status);
	}
	return pid < 0 && errno == ECHILD;
}

static void pause_until(const struct watch *w, int64_t end_ms)
{
	struct pollfd fd = { .fd = w->signals, .events = POLLIN };
	int64_t left = end_ms - wt_shim_now_ms();

	if (left > 60 * 1000)
		left = 60 * 1000;
	poll(&fd, 1, left > 0 ? (int)left : 0);
}

static void begin_ending(struct watch *w, const char *reason, int64_t grace_ms)
{
	int64_t kill_ms = wt_shim_now_ms() + grace_ms;

	w->kill_ms = w->is_ending && w->kill_ms < kill_ms ? w->kill_ms : kill_ms;
	w->out->reason = reason;
	w->is_ending = true;
	wt_shim_tree_walk(w->tree, WT_SHIM_BELOW, WT_SHIM_TERM);
}

/* Whether it is time to begin. That the agent ended by itself beats all other reasons. Its end
 * also cuts short the grace of what it left behind, some of which may have been forked just
 * then and asked never. */
static bool has_begun_ending(struct watch *w, int64_t grace_ms)
{
	int64_t short_ms = grace_ms < LEFTOVER_GRACE_MS ? grace_ms : LEFTOVER_GRACE_MS;

	if (w->agent_ended && !w->is_leftover) {
		w->is_leftover = true;
		begin_ending(w, w->out->reason, short_ms);
		return true;
	}
	if (w->is_ending)
		return false;
	if (w->stops)
		begin_ending(w, "stopped", grace_ms);
	else if (wt_shim_now_ms() >= w->deadline_ms)
		begin_ending(w, "timeout", grace_ms);
	return w->is_ending;
}

/* Until everybody is gone or has had the time to go. */
static void attend(struct watch *w, int64_t grace_ms)
{
	for (;;) {
		read_signals(w);
		if (reap(w))
			return;
		if (w->is_ending && (w->stops > 1 || wt_shim_now_ms() >= w->kill_ms))
			return;
		if (!has_begun_ending(w, grace_ms))
			pause_until(w, w->is_ending ? w->kill_ms : w->deadline_ms);
	}
}

/* Stopped first, all of them, because one that runs can fork faster than it is killed. */
static bool kill_round(struct wt_shim_tree *tree, enum wt_shim_who who)
{
	for (int pass = 0; pass < FREEZE_PASSES; pass++) {
		wt_shim_tree_walk(tree, who, WT_SHIM_STOP);
		if (!tree->len)
			return false;
		if (!tree->running)
			break;
	}
	wt_shim_tree_walk(tree, who, WT_SHIM_KILL);
	return true;
}

static void end_all(struct watch *w)
{
	int64_t limit_ms = wt_shim_now_ms() + KILL_LIMIT_MS;
	int64_t pause_ms = 1;

	for (;;) {
		bool nobody, marked = true;

		read_signals(w);
		nobody = reap(w);
		if (!nobody)
			kill_round(w->tree, WT_SHIM_BELOW);
		/* The scan of all of /proc would slow a chase down; it waits for its end, but not
		 * for one that cannot be killed. */
		if (nobody || pause_ms == LONGEST_PAUSE_MS)
			marked = kill_round(w->tree, WT_SHIM_MARKED);
		if (nobody && !marked)
			return;
		if (wt_shim_now_ms() >= limit_ms)
			break;
		pause_until(w, wt_shim_now_ms() + pause_ms);
		pause_ms = pause_ms < LONGEST_PAUSE_MS ? pause_ms * 2 : pause_ms;
	}
	wt_shim_tree_walk(w->tree, WT_SHIM_BELOW, WT_SHIM_LIST);
	wt_shim_tree_walk(w->tree, WT_SHIM_MARKED, WT_SHIM_LIST);
}

static void take_usage(struct wt_shim_outcome *out)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	out->cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
		      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
	out->peak_rss_bytes = usage.ru_maxrss * 1024;
}

void wt_shim_watch(const struct wt_shim_spec *spec, pid_t agent, struct wt_shim_tree *tree,
		   struct wt_shim_outcome *out)
{
	struct watch w = {
		.agent = agent,
		.signals = open_signals(),
		.tree = tree,
		.out = out,
		.begun_ms = wt_shim_now_ms(),
		.deadline_ms = NEVER,
	};

	*out = (struct wt_shim_outcome){ .code = -1 };
	if (spec->timeout_ms > 0 && spec->timeout_ms < NEVER - w.begun_ms)
		w.deadline_ms = w.begun_ms + spec->timeout_ms;
	attend(&w, spec->grace_ms < MAX_GRACE_MS ? spec->grace_ms : MAX_GRACE_MS);
	end_all(&w);
	if (!out->reason)
		out->reason = out->signal ? "signal" : "exit";
	if (!w.agent_ended)
		out->duration_ms = wt_shim_now_ms() - w.begun_ms;
	out->survivors = tree->survivors;
	out->survivor_len = tree->survivor_len;
	take_usage(out);
	close(w.signals);
}
