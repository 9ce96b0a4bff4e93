/* SPDX-License-Identifier: MIT */
/*
 * The sweeps: the real program is hurt at every place where it can be, one place at a time, and
 * what it left is taken up again. scripts/sweep says how it is used.
 */

#include "tests/sweep/sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_UNITS   200000
#define MAX_WORKERS 16

#define ALL_WRITES (1u << SWEEP_JOURNAL | 1u << SWEEP_WRITE)
#define ALL_EFFECTS                                                              \
	(ALL_WRITES | 1u << SWEEP_CHANGE | 1u << SWEEP_SYNC | 1u << SWEEP_LOCK | \
	 1u << SWEEP_SPAWN | 1u << SWEEP_SIGNAL)
#define ALL_SLOW \
	(ALL_WRITES | 1u << SWEEP_READ | 1u << SWEEP_OPEN | 1u << SWEEP_LOCK | 1u << SWEEP_WAIT)
#define ALL_CALLS (ALL_EFFECTS | ALL_SLOW)

static const struct mode {
	const char *name, *sweep, *what;
	struct hurt hurt;
} modes[] = {
	{ "record",
	  "kill",
	  "killed after the n-th record",
	  { 1u << SWEEP_JOURNAL, SWEEP_OF_WTORCH, SWEEP_KILL_AFTER, 0 } },
	{ "torn",
	  "kill",
	  "killed in the middle of the n-th record",
	  { 1u << SWEEP_JOURNAL, SWEEP_OF_WTORCH, SWEEP_KILL_TORN, 0 } },
	{ "effect",
	  "kill",
	  "killed before the n-th call that changes something",
	  { ALL_EFFECTS, SWEEP_OF_WTORCH, SWEEP_KILL_BEFORE, 0 } },
	{ "half",
	  "kill",
	  "killed in the middle of the n-th write",
	  { 1u << SWEEP_WRITE, SWEEP_OF_WTORCH, SWEEP_KILL_TORN, 0 } },
	{ "call",
	  "fault",
	  "the n-th call fails",
	  { ALL_CALLS & ~(1u << SWEEP_WAIT), SWEEP_OF_WTORCH, SWEEP_FAIL, 0 } },
	{ "git",
	  "fault",
	  "git is killed at its n-th change",
	  { ALL_EFFECTS, SWEEP_OF_GIT, SWEEP_KILL_BEFORE, 0 } },
	{ "shim",
	  "fault",
	  "a shim is killed before its n-th change",
	  { ALL_EFFECTS, SWEEP_OF_SHIM, SWEEP_KILL_BEFORE, 0 } },
	{ "shim-call",
	  "fault",
	  "the n-th call of a shim fails",
	  { ALL_CALLS & ~(1u << SWEEP_WAIT), SWEEP_OF_SHIM, SWEEP_FAIL, 0 } },
	{ "full",
	  "full-disk",
	  "the disk is full from the n-th write on",
	  { ALL_WRITES, SWEEP_OF_WTORCH | SWEEP_OF_GIT, SWEEP_FAIL_ON, ENOSPC } },
	{ "full-once",
	  "full-disk",
	  "the disk is full at the n-th write",
	  { ALL_WRITES, SWEEP_OF_WTORCH | SWEEP_OF_GIT, SWEEP_FAIL, ENOSPC } },
	{ "eintr",
	  "interrupt",
	  "the n-th call is interrupted",
	  { ALL_SLOW, SWEEP_OF_WTORCH, SWEEP_FAIL, EINTR } },
	{ "short",
	  "interrupt",
	  "the n-th read or write does half",
	  { ALL_WRITES | 1u << SWEEP_READ, SWEEP_OF_WTORCH, SWEEP_SHORT, 0 } },
	{ "term",
	  "interrupt",
	  "TERM at the n-th call",
	  { ALL_EFFECTS | 1u << SWEEP_WAIT, SWEEP_OF_WTORCH, SWEEP_RAISE, SIGTERM } },
};

#define N_MODES (sizeof modes / sizeof *modes)

/* One case: a place in a scenario, or a seed. */
struct unit {
	uint32_t scenario, step, mode;
	uint64_t at;
};

struct options {
	bool wants[N_MODES];
	const char *scenario;
	uint64_t every, random, seed, at;
	size_t step; /* from 1; 0: all */
	unsigned workers;
};

/* Seen by all workers. */
struct shared {
	_Atomic size_t next, tried, fine, unreached, failed;
	_Atomic size_t of_mode[N_MODES];
	uint64_t counts[64][SWEEP_MAX_STEPS][SWEEP_PROGRAMS][SWEEP_CALLS];
	_Atomic uint32_t n_steps[64];
	_Atomic bool seen[WT_EV_COUNT]; /* kinds of event, in the undisturbed scenarios */
	size_t n_places, n_units;       /* all, and those that are tried */
	struct unit units[MAX_UNITS];
};

static struct shared *shared;

static void report(struct stage *s, const char *name, const struct wt_buf *problems)
{
	struct wt_buf b = WT_BUF_INIT;

	wt_buf_printf(&b, "FAILED %s\n  its files are in %s\n", name, s->dir);
	for (const char *p = problems->data; *p;) {
		size_t n = strcspn(p, "\n");

		wt_buf_printf(&b, "    %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	(void)!write(1, b.data, b.len);
	wt_buf_clear(&b);
	stage_leave(s);
}

/* the list */

static bool is_there(struct stage *s, const struct sweep_scenario *scenario)
{
	const char *args[] = { "wtorch", "help", scenario->needs, NULL };
	struct result r;
	bool ok;

	if (!scenario->needs)
		return true;
	stage_wtorch(s, args, &r);
	ok = r.code == 0;
	result_clear(&r);
	return ok;
}

/* How many calls each step of each scenario makes. */
static void count_calls(struct stage *s, const struct options *o, size_t from, size_t by)
{
	for (size_t i = from; i < sweep_n_scenarios; i += by) {
		const struct sweep_scenario *scenario = &sweep_scenarios[i];
		struct wt_buf why = WT_BUF_INIT;

		if (o->scenario && strcmp(o->scenario, scenario->name) != 0)
			continue;
		if (scenario->needs &&
		    (!stage_prepare(s, scenario, &why) || !is_there(s, scenario)))
			continue;
		if (!case_rehearse(s, scenario, &why)) {
			report(s, scenario->name, &why);
			shared->failed++;
			continue;
		}
		audit_kinds(s, shared->seen);
		shared->n_steps[i] = (uint32_t)s->n_steps;
		memcpy(shared->counts[i], s->calls, sizeof s->calls);
		wt_buf_clear(&why);
	}
}

static uint64_t total(size_t scenario, size_t step, const struct hurt *h)
{
	uint64_t n = 0;

	for (size_t p = 0; p < SWEEP_PROGRAMS; p++)
		for (size_t c = 0; c < SWEEP_CALLS; c++)
			if ((h->programs & 1u << p) && (h->calls & 1u << c))
				n += shared->counts[scenario][step][p][c];
	return n;
}

static void add_units(const struct options *o, size_t scenario, size_t step, size_t mode)
{
	uint64_t n = total(scenario, step, &modes[mode].hurt);

	for (uint64_t at = o->at ? o->at : 1; at <= n; at++) {
		if (!o->at && shared->n_places++ % o->every != o->seed % o->every)
			continue;
		if (shared->n_units == MAX_UNITS)
			return;
		shared->units[shared->n_units++] =
			(struct unit){ (uint32_t)scenario, (uint32_t)step, (uint32_t)mode, at };
		if (o->at)
			return;
	}
}

static void list_units(const struct options *o)
{
	for (size_t i = 0; i < sweep_n_scenarios; i++)
		for (size_t k = 0; k < shared->n_steps[i]; k++)
			for (size_t m = 0; m < N_MODES; m++)
				if (o->wants[m] && (!o->step || o->step == k + 1) &&
				    sweep_scenarios[i].steps[k].argv[0][0] == 'w')
					add_units(o, i, k, m);
	for (uint64_t i = 0; i < o->random && shared->n_units < MAX_UNITS; i++)
		shared->units[shared->n_units++] =
			(struct unit){ .scenario = UINT32_MAX, .at = o->seed + i };
}

/* Each kind of event is met undisturbed, or it is known why it cannot be. */
static void check_kinds(const struct options *o)
{
	static const enum wt_event_kind unmet[] = {
		WT_EV_RUN_PAUSED, /* no provider says yet that its quota is used up */
		WT_EV_PROVIDER_STOPPED, WT_EV_PROVIDER_OPEN, WT_EV_BUDGET_WARNED,
		WT_EV_COMBINING,    /* killed at each call of git in cli/workstreams */
		WT_EV_TASK_WAITING, /* of journals of older versions */
		WT_EV_TASK_QUEUED,  /* waits for a checkout that somebody else is busy in */
		WT_EV_LANDING_LOST, /* somebody takes back what has landed */
		WT_EV_AGENT_FAILED, /* an agent that goes between the look at it and its start */
	};

	for (unsigned kind = WT_EV_NONE + 1; !o->scenario && kind < WT_EV_COUNT; kind++) {
		bool is_expected = true;

		for (size_t i = 0; i < sizeof unmet / sizeof *unmet; i++)
			is_expected &= unmet[i] != kind;
		if (is_expected == shared->seen[kind])
			continue;
		printf("FAILED: %s is %s\n", wt_event_name(kind),
		       is_expected ? "met in no scenario" : "met, but said not to be");
		shared->failed++;
	}
}

static bool wants_places(const struct options *o)
{
	for (size_t m = 0; m < N_MODES; m++)
		if (o->wants[m])
			return true;
	return false;
}

/* the work */

static void name_unit(const struct unit *u, char *out, size_t size)
{
	if (u->scenario == UINT32_MAX)
		snprintf(out, size, "--random 1 --seed %llu", (unsigned long long)u->at);
	else
		snprintf(out, size, "--only %s/%u/%s/%llu: %s", sweep_scenarios[u->scenario].name,
			 u->step, modes[u->mode].name, (unsigned long long)u->at,
			 modes[u->mode].what);
}

static enum case_end try_unit(struct stage *s, const struct unit *u, struct wt_buf *problems)
{
	const struct sweep_scenario *scenario;

	if (u->scenario == UINT32_MAX)
		return case_try_random(s, u->at, problems);
	scenario = &sweep_scenarios[u->scenario];
	if (s->scenario != scenario && !case_rehearse(s, scenario, problems))
		return CASE_FAILED;
	return case_try(s, u->step, &modes[u->mode].hurt, u->at, problems);
}

static void work(struct stage *s)
{
	size_t i;

	while ((i = shared->next++) < shared->n_units) {
		const struct unit *u = &shared->units[i];
		struct wt_buf problems = WT_BUF_INIT;
		enum case_end end = try_unit(s, u, &problems);
		char name[200];

		shared->tried++;
		if (end == CASE_FINE)
			shared->fine++;
		if (end == CASE_NOT_REACHED)
			shared->unreached++;
		if (end == CASE_FAILED) {
			shared->failed++;
			name_unit(u, name, sizeof name);
			report(s, name, &problems);
		} else if (u->scenario != UINT32_MAX) {
			shared->of_mode[u->mode] += end == CASE_FINE;
		}
		wt_buf_clear(&problems);
	}
}

/* What has begun ends, and the figures are of what was tried. */
static void stop_early(int signo)
{
	(void)signo;
	shared->next = shared->n_units;
}

static void in_workers(const struct sweep_tools *tools, const struct options *o, bool is_counting)
{
	unsigned n = o->workers;

	for (unsigned w = 0; w < n; w++) {
		struct stage s;

		fflush(NULL);
		if (fork() != 0)
			continue;
		stage_open(&s, tools, w + (is_counting ? 0 : MAX_WORKERS));
		if (is_counting)
			count_calls(&s, o, w, n);
		else
			work(&s);
		stage_close(&s);
		fflush(NULL);
		_exit(0);
	}
	for (unsigned w = 0; w < n; w++) {
		int status;

		if (wait(&status) > 0 && status)
			shared->failed++;
	}
}

/* options */

static bool is_sweep(struct options *o, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < N_MODES; i++) {
		if (strcmp(name, "all") != 0 && strcmp(name, modes[i].sweep) != 0 &&
		    strcmp(name, modes[i].name) != 0)
			continue;
		o->wants[i] = found = true;
	}
	return found;
}

/* SCENARIO/STEP/MODE/N, as a failure is named. */
static bool parse_only(struct options *o, char *text)
{
	char *step = strchr(text, '/'), *mode = step ? strchr(step + 1, '/') : NULL;
	char *at = mode ? strchr(mode + 1, '/') : NULL;

	o->scenario = text;
	if (step) {
		*step = '\0';
		o->step = strtoull(step + 1, NULL, 10) + 1;
	}
	if (mode)
		*mode = '\0';
	if (at) {
		*at = '\0';
		o->at = strtoull(at + 1, NULL, 10);
	}
	return !mode || is_sweep(o, mode + 1);
}

static bool parse(struct options *o, struct sweep_tools *t, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(name, "--verbose") == 0) {
			t->is_verbose = true;
			continue;
		}
		if (strncmp(name, "--", 2) == 0 && is_sweep(o, name + 2))
			continue;
		if (!value)
			return false;
		i++;
		if (strcmp(name, "--every") == 0)
			o->every = strtoull(value, NULL, 10);
		else if (strcmp(name, "--random") == 0)
			o->random = strtoull(value, NULL, 10);
		else if (strcmp(name, "--seed") == 0)
			o->seed = strtoull(value, NULL, 10);
		else if (strcmp(name, "--jobs") == 0)
			o->workers = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(name, "--only") != 0 || !parse_only(o, value))
			return false;
	}
	return o->every && o->workers && o->workers <= MAX_WORKERS;
}

static void print_figures(const struct options *o, time_t began)
{
	printf("\n%-10s %-50s %8s\n", "sweep", "what", "fine");
	for (size_t i = 0; i < N_MODES; i++)
		if (o->wants[i])
			printf("%-10s %-50s %8zu\n", modes[i].sweep, modes[i].what,
			       (size_t)shared->of_mode[i]);
	if (o->random)
		printf("%-10s seeds %llu to %llu\n", "random", (unsigned long long)o->seed,
		       (unsigned long long)(o->seed + o->random - 1));
	printf("%zu cases: %zu fine, %zu not reached, %zu failed; %lld s\n", (size_t)shared->tried,
	       (size_t)shared->fine, (size_t)shared->unreached, (size_t)shared->failed,
	       (long long)(time(NULL) - began));
}

int main(int argc, char **argv)
{
	struct sweep_tools tools = { .wtorch = WTORCH_BINARY,
				     .agent = SWEEP_AGENT,
				     .preload = SWEEP_PRELOAD };
	struct options o = { .every = 1, .seed = 1, .workers = 2 };
	time_t began = time(NULL);
	const char *tmp = getenv("TMPDIR");
	char scratch[3000], real[4096];

	if (!parse(&o, &tools, argc, argv)) {
		fprintf(stderr, "sweep: see scripts/sweep --help\n");
		return 2;
	}
	snprintf(scratch, sizeof scratch, "%s/wtorch-sweep-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(scratch) || !realpath(scratch, real)) {
		perror("sweep");
		return 1;
	}
	tools.scratch = real;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	if (wants_places(&o)) {
		in_workers(&tools, &o, true);
		check_kinds(&o);
	}
	list_units(&o);
	printf("%zu cases of %zu places\n", shared->n_units, shared->n_places);
	fflush(stdout);
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = stop_early, .sa_flags = SA_RESTART },
		  NULL);
	in_workers(&tools, &o, false);
	print_figures(&o, began);
	if (rmdir(real) < 0)
		printf("what failed is in %s\n", real);
	return shared->failed ? 1 : 0;
}
