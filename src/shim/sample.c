/* SPDX-License-Identifier: MIT */
/* Looks now and then at what the tree uses. */

#include "shim.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 100
#define LIMIT_PAUSE_MS 1000 /* while something is ours to watch */
#define CALM_PAUSE_MS  5000 /* while only the peak is wanted */
#define NEAR_PAUSE_MS  100  /* from half of a limit on */
#define COST_SHARE     50   /* of the time, one part at most is spent on samples */
#define OVER_SAMPLES   2    /* a child between fork and exec counts twice: one is no proof */

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void wt_shim_sampler_init(struct wt_shim_sampler *s, const struct wt_shim_spec *spec,
			  const struct wt_shim_leaf *leaf, struct wt_shim_tree *tree)
{
	bool has_limit = (spec->memory_bytes && !leaf->keeps_memory) ||
			 (spec->tasks && !leaf->keeps_tasks);

	*s = (struct wt_shim_sampler){
		.spec = spec, .leaf = leaf, .tree = tree, .pause_ms = FIRST_PAUSE_MS
	};
	s->calm_ms = has_limit || spec->silence_ms || *spec->final ? LIMIT_PAUSE_MS : CALM_PAUSE_MS;
	/* Of a short silence no witness may be overheard. */
	if (spec->silence_ms)
		s->calm_ms = min_of(s->calm_ms, spec->silence_ms / 16 + 10);
	s->pause_ms = min_of(s->pause_ms, s->calm_ms);
}

/* What is gone and was waited for by nobody is not in the sums; the figure never falls. */
static void add_cpu(struct wt_shim_sampler *s, int64_t *before_ms, int64_t now_ms)
{
	if (now_ms > *before_ms)
		s->cpu_ms += now_ms - *before_ms;
	*before_ms = now_ms;
}

static int64_t reaped_cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void walk(struct wt_shim_sampler *s)
{
	int64_t ticks_per_s = sysconf(_SC_CLK_TCK);

	wt_shim_tree_walk(s->tree, WT_SHIM_BELOW, WT_SHIM_SUM);
	s->rss_bytes = s->tree->rss_pages * sysconf(_SC_PAGESIZE);
	s->threads = s->tree->threads;
	s->is_active = s->tree->active > 0;
	if (s->rss_bytes > s->peak_bytes)
		s->peak_bytes = s->rss_bytes;
	if (wt_shim_leaf_figure(s->leaf, "cpu.stat", "usage_usec") < 0)
		add_cpu(s, &s->seen_cpu_ms,
			s->tree->cpu_ticks * 1000 / (ticks_per_s > 0 ? ticks_per_s : 100) +
				reaped_cpu_ms());
}

/* Of one process, in bytes; its whole resident set where that cannot be read. */
static int64_t proportional_set(pid_t pid, int64_t otherwise)
{
	char path[48], data[2048];
	struct wt_str text, line, word;
	int64_t kib;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	if (!wt_shim_slurp(path, data, sizeof data, &text))
		return otherwise;
	while (wt_str_next(&text, "\n", &line)) {
		if (!wt_str_starts(line, "Pss:"))
			continue;
		if (wt_str_next(&line, " ", &word) && wt_str_next(&line, " ", &word) &&
		    wt_text_parse_int(word, &kib))
			return kib * 1024;
	}
	return otherwise;
}

/* Dear, so only when the sum of the resident sets, which is never less, is over the limit. */
static int64_t proportional_sum(const struct wt_shim_tree *tree)
{
	int64_t sum = 0;

	for (size_t i = 0; i < tree->len; i++)
		sum += proportional_set(tree->members[i].pid, 0);
	return sum;
}

static const char *judge_memory(struct wt_shim_sampler *s, struct wt_error *why)
{
	int64_t limit = s->spec->memory_bytes, used;

	if (!limit || s->leaf->keeps_memory || s->rss_bytes <= limit) {
		s->over = 0;
		return NULL;
	}
	used = proportional_sum(s->tree);
	s->over = used > limit ? s->over + 1 : 0;
	if (s->over < OVER_SAMPLES)
		return NULL;
	wt_fail(why, WT_E_ENV, "it used %" PRId64 " MiB of memory, memory_max is %" PRId64 " MiB",
		used >> 20, limit >> 20);
	return "memory";
}

static const char *judge_tasks(const struct wt_shim_sampler *s, struct wt_error *why)
{
	int64_t limit = s->spec->tasks;

	if (!limit || s->leaf->keeps_tasks || s->threads <= limit)
		return NULL;
	wt_fail(why, WT_E_ENV, "it had %" PRId64 " processes and threads, pids_max is %" PRId64,
		s->threads, limit);
	return "pids";
}

static bool is_near(const struct wt_shim_sampler *s)
{
	const struct wt_shim_spec *spec = s->spec;

	return (spec->memory_bytes && !s->leaf->keeps_memory &&
		s->rss_bytes > spec->memory_bytes / 2) ||
	       (spec->tasks && !s->leaf->keeps_tasks && s->threads > spec->tasks / 2);
}

static int64_t own_cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void set_pause(struct wt_shim_sampler *s, int64_t cost_us)
{
	int64_t least_ms = cost_us * COST_SHARE / 1000;

	s->pause_ms = min_of(is_near(s) ? NEAR_PAUSE_MS : s->pause_ms * 2, s->calm_ms);
	if (s->pause_ms < least_ms)
		s->pause_ms = least_ms;
}

const char *wt_shim_sampler_take(struct wt_shim_sampler *s, struct wt_error *why)
{
	int64_t begun_us = own_cpu_us();
	int64_t leaf_us = wt_shim_leaf_figure(s->leaf, "cpu.stat", "usage_usec");
	const char *reason;

	if (leaf_us >= 0)
		add_cpu(s, &s->seen_cpu_ms, leaf_us / 1000);
	walk(s);
	reason = judge_memory(s, why);
	if (!reason)
		reason = judge_tasks(s, why);
	set_pause(s, own_cpu_us() - begun_us);
	return reason;
}
