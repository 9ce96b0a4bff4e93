/* SPDX-License-Identifier: MIT */
/* Waits for the agent's end and then ends all that is left of it. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFTOVER_GRACE_MS 1000 /* at most, for what outlives an agent that ended by itself */
#define MAX_GRACE_MS      (24 * 3600 * 1000)
#define KILL_LIMIT_MS     5000 /* after that, who still lives is a survivor */
#define FREEZE_PASSES     64
#define UNSURE_PASSES     4 /* in which nobody is found, though somebody may have slipped through */
#define LONGEST_PAUSE_MS  64
#define NEVER             INT64_MAX

/* Behind its last word; see shim.h of the port. */
#define MAX_GRACES   30
#define LOOK_MS      1000 /* over less, CPU says little */
#define WORK_PERCENT 25

struct watch {
	const struct wt_shim_spec *spec;
	const struct wt_shim_leaf *leaf;
	struct wt_shim_tree *tree;
	struct wt_shim_outcome *out;
	struct wt_shim_sampler sampler;
	struct wt_shim_final final;
	struct wt_shim_silence silence;
	struct wt_shim_state state;
	pid_t agent;
	int signals, log;
	bool agent_ended;
	bool has_finished; /* it has said its last word: whatever ends it now, its work is done */
	bool is_ending;    /* TERM was sent */
	bool is_leftover;  /* and once more, to those that outlived the agent */
	unsigned stops;    /* signals that asked us to end it */
	int64_t begun_ms, grace_ms;
	int64_t deadline_ms; /* then TERM; NEVER */
	int64_t limit_ms;    /* its time is up then; NEVER */
	struct {             /* of its last word: where the newest grace began */
		int64_t word_ms, begun_ms, cpu_ms, log_size;
		unsigned graces;
	} last;
	int64_t sample_ms; /* then the next sample */
	int64_t kill_ms;   /* then STOP and KILL; set once is_ending */
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
		/* Its number may be given out again once it is reaped. */
		if (pid == w->agent && !w->agent_ended)
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

/* What grows without bounds is not asked to go, it would grow meanwhile. */
static void begin_killing(struct watch *w, const char *reason)
{
	w->kill_ms = wt_shim_now_ms();
	w->out->reason = reason;
	w->is_ending = true;
}

static int64_t log_size(const struct watch *w)
{
	struct stat st = { .st_size = 0 };

	if (w->log >= 0)
		fstat(w->log, &st);
	return st.st_size;
}

/* Now that it was sampled. */
static void begin_grace(struct watch *w, int64_t now_ms, int64_t grace_ms)
{
	w->last.begun_ms = now_ms;
	w->last.cpu_ms = w->sampler.cpu_ms;
	w->last.log_size = log_size(w);
	w->last.graces++;
	w->deadline_ms = now_ms + grace_ms < w->limit_ms ? now_ms + grace_ms : w->limit_ms;
}

/* What was taken for its last word may have been something it read aloud: whoever clearly works
 * on is not cut off, but not for ever either. */
static bool works_on(const struct watch *w, int64_t now_ms)
{
	int64_t passed = now_ms - w->last.begun_ms;
	int64_t used = w->sampler.cpu_ms - w->last.cpu_ms;

	return now_ms < w->limit_ms && w->last.graces < MAX_GRACES &&
	       (log_size(w) != w->last.log_size || w->sampler.is_active ||
		(used > 0 && used * 100 >= passed * WORK_PERCENT));
}

static void meet_deadline(struct watch *w, int64_t now_ms)
{
	struct wt_error ignored;

	if (!w->has_finished) {
		begin_ending(w, "timeout", w->grace_ms);
		return;
	}
	(void)wt_shim_sampler_take(&w->sampler, &ignored);
	if (works_on(w, now_ms))
		begin_grace(w, now_ms, w->grace_ms > LOOK_MS ? w->grace_ms : LOOK_MS);
	else
		begin_ending(w, "finished", w->grace_ms);
}

/* What it has said, what it uses and whether it does anything; begins the ending where one of
 * these asks for it. */
static void observe(struct watch *w)
{
	int64_t now_ms = wt_shim_now_ms();
	struct wt_shim_verdict verdict;
	bool has_more = false;
	const char *reason = wt_shim_sampler_take(&w->sampler, &w->out->error);

	if (w->final.len && wt_shim_final_seek(&w->final, w->log, &has_more)) {
		wt_shim_final_clear(&w->final);
		w->has_finished = true;
		w->last.word_ms = now_ms;
		begin_grace(w, now_ms, w->grace_ms);
	}
	w->sample_ms = now_ms + (has_more ? 0 : w->sampler.pause_ms);
	if (reason) {
		begin_killing(w, w->has_finished ? "finished" : reason);
		return;
	}
	if (wt_shim_silence_note(&w->silence, now_ms, log_size(w), w->sampler.cpu_ms,
				 w->sampler.is_active) &&
	    !w->has_finished)
		begin_ending(w, "stalled", w->grace_ms);
	verdict = wt_shim_silence_judge(&w->silence);
	if (w->has_finished)
		verdict = (struct wt_shim_verdict){ .name = WT_SHIM_FINISHED,
						    .since_ms = w->last.word_ms };
	wt_shim_state_show(&w->state, &verdict, now_ms);
}

/* Whether it is time to begin. That the agent ended by itself beats all other reasons. Its end
 * also cuts short the grace of what it left behind, some of which may have been forked just
 * then and asked never. */
static bool has_begun_ending(struct watch *w)
{
	int64_t now_ms = wt_shim_now_ms();

	if (w->agent_ended && !w->is_leftover) {
		w->is_leftover = true;
		begin_ending(w, w->out->reason,
			     w->grace_ms < LEFTOVER_GRACE_MS ? w->grace_ms : LEFTOVER_GRACE_MS);
		return true;
	}
	if (w->is_ending)
		return false;
	if (w->stops)
		begin_ending(w, "stopped", w->grace_ms);
	else if (now_ms >= w->deadline_ms)
		meet_deadline(w, now_ms);
	else if (now_ms >= w->sample_ms)
		observe(w);
	return w->is_ending;
}

static int64_t next_ms(const struct watch *w)
{
	if (w->is_ending)
		return w->kill_ms;
	return w->sample_ms < w->deadline_ms ? w->sample_ms : w->deadline_ms;
}

/* Until everybody is gone or has had the time to go. */
static void attend(struct watch *w)
{
	for (;;) {
		read_signals(w);
		if (reap(w))
			return;
		if (w->is_ending && (w->stops > 1 || wt_shim_now_ms() >= w->kill_ms))
			return;
		if (!has_begun_ending(w))
			pause_until(w, next_ms(w));
	}
}

/* Stopped first, all of them, because one that runs can fork faster than it is killed. */
static bool kill_round(struct wt_shim_tree *tree, enum wt_shim_who who)
{
	for (int pass = 0, unsure = 0; pass < FREEZE_PASSES; pass++) {
		wt_shim_tree_walk(tree, who, WT_SHIM_STOP);
		if (!tree->len && tree->is_unsure && ++unsure < UNSURE_PASSES)
			continue;
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
		bool in_leaf = wt_shim_leaf_kill(w->leaf), nobody, marked = true;

		read_signals(w);
		nobody = reap(w) && !in_leaf;
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
	wt_shim_tree_list_cgroup(w->tree, w->leaf);
	if (!w->tree->survivor_len && !reap(w))
		wt_shim_tree_list_unseen(w->tree);
}

/* The cgroup counts also those whose parents did not wait for them, and every page once. */
static void take_usage(const struct watch *w, struct wt_shim_outcome *out)
{
	int64_t cpu_us = wt_shim_leaf_figure(w->leaf, "cpu.stat", "usage_usec");
	int64_t peak = wt_shim_leaf_figure(w->leaf, "memory.peak", "");
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	out->cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
		      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
	if (out->cpu_ms < cpu_us / 1000)
		out->cpu_ms = cpu_us / 1000;
	out->peak_rss_bytes = usage.ru_maxrss * 1024;
	if (out->peak_rss_bytes < w->sampler.peak_bytes)
		out->peak_rss_bytes = w->sampler.peak_bytes;
	if (peak >= 0)
		out->peak_rss_bytes = peak;
}

static const char *keeper_of(int64_t limit, bool is_kept, const char *otherwise)
{
	return !limit ? NULL : is_kept ? "cgroup" : otherwise;
}

/* What the kernel did when it kept a limit. */
static void take_limits(const struct watch *w, struct wt_shim_outcome *out)
{
	const struct wt_shim_spec *spec = w->spec;

	out->memory_by = keeper_of(spec->memory_bytes, w->leaf->keeps_memory, "sampled");
	out->tasks_by = keeper_of(spec->tasks, w->leaf->keeps_tasks, "sampled");
	out->cpu_by = keeper_of(spec->cpu_percent, w->leaf->keeps_cpu, NULL);
	if (!strcmp(out->reason, "signal") && out->signal == SIGKILL &&
	    wt_shim_leaf_figure(w->leaf, "memory.events", "oom_kill") > 0) {
		out->reason = "memory";
		wt_fail(&out->error, WT_E_ENV,
			"it needed more memory than memory_max, which is %lld MiB",
			(long long)(spec->memory_bytes >> 20));
	} else if (!strcmp(out->reason, "exit") &&
		   wt_shim_leaf_figure(w->leaf, "pids.events", "max") > 0) {
		wt_fail(&out->error, WT_E_ENV,
			"the kernel refused it more than %lld processes and threads (pids_max)",
			(long long)spec->tasks);
	}
}

static void conclude(struct watch *w, struct wt_shim_outcome *out)
{
	if (!out->reason)
		out->reason = out->signal ? "signal" : "exit";
	if (!strcmp(out->reason, "finished"))
		out->code = out->signal = 0;
	if (!w->agent_ended)
		out->duration_ms = wt_shim_now_ms() - w->begun_ms;
	out->survivors = w->tree->survivors;
	out->survivor_len = w->tree->survivor_len;
	take_usage(w, out);
	take_limits(w, out);
}

void wt_shim_watch(int dir, const struct wt_shim_spec *spec, pid_t agent,
		   const struct wt_shim_leaf *leaf, struct wt_shim_tree *tree,
		   struct wt_shim_outcome *out)
{
	struct watch w = {
		.spec = spec,
		.leaf = leaf,
		.tree = tree,
		.out = out,
		.agent = agent,
		.signals = open_signals(),
		.log = openat(dir, WT_SHIM_LOG, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
		.begun_ms = wt_shim_now_ms(),
		.grace_ms = spec->grace_ms < MAX_GRACE_MS ? spec->grace_ms : MAX_GRACE_MS,
		.deadline_ms = NEVER,
		.limit_ms = NEVER,
	};

	*out = (struct wt_shim_outcome){ .code = -1 };
	if (spec->timeout_ms > 0 && spec->timeout_ms < NEVER - w.begun_ms)
		w.limit_ms = w.deadline_ms = w.begun_ms + spec->timeout_ms;
	wt_shim_sampler_init(&w.sampler, spec, leaf, tree);
	wt_shim_final_init(&w.final, spec->final);
	wt_shim_silence_init(&w.silence, spec);
	wt_shim_state_init(&w.state, dir, w.silence.span_ms);
	w.sample_ms = w.begun_ms + w.sampler.pause_ms;
	attend(&w);
	end_all(&w);
	conclude(&w, out);
	wt_shim_state_clear(&w.state);
	wt_shim_silence_clear(&w.silence);
	wt_shim_final_clear(&w.final);
	if (w.log >= 0)
		close(w.log);
	close(w.signals);
}
