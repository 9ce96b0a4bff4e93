/* SPDX-License-Identifier: MIT */
/* Scenarios and histories made from a number. */

#include "tests/sweep/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* xorshift64*: the same everywhere. */
uint64_t random_next(uint64_t *random, uint64_t below)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (*random * UINT64_C(2685821657736338717) >> 33) % below;
}

static bool chance(uint64_t *random, unsigned percent)
{
	return random_next(random, 100) < percent;
}

/* What goes wrong with an agent, if anything: each leads to one certain end. */
static void put_mishap(uint64_t *random, struct wt_buf *b)
{
	static const char *const mishaps[] = { "fail 1 3", "fail 9 4", "die 1",
					       "die 9",    "shim 1",   "daemon",
					       "wtorch 1", "wtorch 2", "hang 1" };

	/* The last one costs the whole time limit. */
	if (chance(random, 40))
		wt_buf_printf(b, "%s\n", mishaps[random_next(random, 8)]);
	else if (chance(random, 2))
		wt_buf_printf(b, "%s\n", mishaps[8]);
}

static char *make_script(struct wt_arena *a, uint64_t *random, size_t id)
{
	struct wt_buf b = WT_BUF_INIT;
	size_t n = random_next(random, 4);
	char *text;

	if (chance(random, 30))
		put_mishap(random, &b);
	for (size_t i = 0; i < n; i++) {
		wt_buf_printf(&b, "set %s/file-%zu.txt task %zu, %zu\n",
			      chance(random, 50) ? "src" : "more", id * 10 + random_next(random, 2),
			      id, i);
		if (chance(random, 50))
			wt_buf_printf(&b, "commit Task %zu, part %zu\n", id, i);
		if (chance(random, 30))
			wt_buf_printf(&b, "status %zu\n", i * 20);
	}
	if (chance(random, 60))
		put_mishap(random, &b);
	text = wt_arena_strdup(a, b.data ? b.data : "");
	wt_buf_clear(&b);
	return text;
}

static char *make_fields(struct wt_arena *a, uint64_t *random, size_t id)
{
	struct wt_buf b = WT_BUF_INIT;
	size_t on = 0;
	char *text;

	for (size_t i = 1; i < id; i++)
		if (chance(random, 20))
			wt_buf_printf(&b, "%s PRIORITY %zu", on++ ? "," : "**Depends on**:", i);
	if (on)
		wt_buf_puts(&b, "\n");
	/* Declared in common, so one waits for the other, though they do not touch. */
	if (chance(random, 30))
		wt_buf_printf(&b, "\n**Files**: src/shared-%zu.txt\n",
			      (size_t)random_next(random, 2));
	text = wt_arena_strdup(a, b.data ? b.data : "");
	wt_buf_clear(&b);
	return text;
}

/* Where there is no time limit nobody may hang. */
static const char *without_hang(struct wt_arena *a, const char *script)
{
	char *text = wt_arena_strdup(a, script), *line;

	while ((line = strstr(text, "hang 1\n")))
		memset(line, ' ', strlen("hang 1"));
	return text;
}

/* Two that change one line, the second of which begins before the first has landed. */
static void add_pair(struct sweep_task *t, struct wt_arena *a, size_t first)
{
	t[0] = (struct sweep_task){ wt_arena_printf(a, "%zu", first), NULL,
				    wt_arena_printf(a, "await begun-%zu\nset src/c.txt first\n",
						    first + 1) };
	t[1] = (struct sweep_task){ wt_arena_printf(a, "%zu", first + 1), NULL,
				    wt_arena_printf(
					    a, "flag begun-%zu\nlanded %zu\nset src/c.txt second\n",
					    first + 1, first) };
}

struct sweep_scenario *random_scenario(struct wt_arena *a, uint64_t *random)
{
	static const char *const styles[] = { "merge", "squash", "rebase" };
	struct sweep_scenario *s = wt_arena_alloc(a, sizeof *s);
	size_t n = 1 + random_next(random, 8), at = 0, retries = 1;
	size_t style = random_next(random, 3);
	bool has_setup = chance(random, 10);

	*s = (struct sweep_scenario){ .name = "random" };
	s->config = wt_arena_printf(a, "[merge]\nstyle = %s\n%s", styles[style],
				    has_setup ? "[worktree]\nsetup = true\n" : "");
	s->run = wt_arena_printf(a, "jobs = %zu\nretries = %zu\n",
				 (size_t)(2 + random_next(random, 3)), retries);
	s->agent = "timeout = 1s";
	if (chance(random, 40))
		s->prepare = "echo new >untracked.txt; echo more >>src/a.txt";
	for (; at < n; at++)
		s->tasks[at] = (struct sweep_task){ wt_arena_printf(a, "%zu", at + 1),
						    make_fields(a, random, at + 1),
						    make_script(a, random, at + 1) };
	if (chance(random, 25)) {
		for (size_t i = 0; i < at; i++)
			s->tasks[i].script = without_hang(a, s->tasks[i].script);
		add_pair(&s->tasks[at], a, at + 1);
		s->agent = NULL; /* these two wait for each other for as long as it takes */
	}
	s->steps[0] = (struct sweep_step){ .argv = { "wtorch", "run", "-y" } };
	s->steps[1] = (struct sweep_step){ .argv = { "wtorch", "clean", "-y" } };
	return s;
}

/* Something that ends a command, anywhere. */
static void choose(uint64_t *random, struct hurt *h)
{
	static const struct hurt kinds[] = {
		{ 1u << SWEEP_JOURNAL, SWEEP_OF_WTORCH, SWEEP_KILL_AFTER, 0 },
		{ 1u << SWEEP_JOURNAL, SWEEP_OF_WTORCH, SWEEP_KILL_BEFORE, 0 },
		{ 1u << SWEEP_JOURNAL, SWEEP_OF_WTORCH, SWEEP_KILL_TORN, 0 },
		{ 1u << SWEEP_WRITE | 1u << SWEEP_CHANGE | 1u << SWEEP_SPAWN | 1u << SWEEP_SIGNAL,
		  SWEEP_OF_WTORCH, SWEEP_KILL_BEFORE, 0 },
		{ 1u << SWEEP_WRITE | 1u << SWEEP_CHANGE | 1u << SWEEP_SPAWN | 1u << SWEEP_SIGNAL,
		  SWEEP_OF_WTORCH, SWEEP_KILL_AFTER, 0 },
		{ 1u << SWEEP_WRITE, SWEEP_OF_WTORCH, SWEEP_KILL_TORN, 0 },
		{ 1u << SWEEP_WRITE | 1u << SWEEP_JOURNAL | 1u << SWEEP_WAIT, SWEEP_OF_WTORCH,
		  SWEEP_RAISE, SIGTERM },
		{ 1u << SWEEP_WAIT, SWEEP_OF_WTORCH, SWEEP_KILL_BEFORE, 0 },
	};

	*h = kinds[random_next(random, sizeof kinds / sizeof *kinds)];
}

static uint64_t count_of(const uint64_t *calls, const struct hurt *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < SWEEP_CALLS; i++)
		n += h->calls & 1u << i ? calls[i] : 0;
	return n;
}

/* One command that is hurt at some point. Agents that TERM ended are tried again. */
static void hurt_once(struct stage *s, const char *const *args, uint64_t *random,
		      enum case_care *care, struct wt_buf *problems)
{
	struct hurt h;
	struct result r;
	uint64_t n;
	bool is_hit;

	choose(random, &h);
	n = count_of(s->calls[strcmp(args[1], "clean") == 0][0], &h);
	n = 1 + random_next(random, n ? n : 1);
	stage_arm(s, &h, n);
	stage_wtorch(s, args, &r);
	is_hit = s->point->is_hit;
	wt_buf_printf(problems, "%s: %s%s\n", args[1],
		      h.action == SWEEP_RAISE ? "TERM at " : "killed at ",
		      is_hit ? s->point->what : "nothing");
	if (s->tools->is_verbose)
		printf("--- %s: %d (%s)\n%s%s", args[1], r.code, is_hit ? s->point->what : "",
		       r.out.data, r.err.data);
	if (is_hit && h.action == SWEEP_RAISE)
		*care = CASE_ALONE;
	result_clear(&r);
}

enum case_end case_try_random(struct stage *s, uint64_t seed, struct wt_buf *problems)
{
	static const char *const run[] = { "wtorch", "run", "-y", NULL };
	static const char *const resume[] = { "wtorch", "resume", NULL };
	static const char *const clean[] = { "wtorch", "clean", "-y", NULL };
	uint64_t random = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
	enum case_care care = CASE_EXACT;
	struct wt_arena a = { 0 };
	const struct sweep_scenario *scenario = random_scenario(&a, &random);
	size_t before;

	if (!case_rehearse(s, scenario, problems)) {
		wt_arena_clear(&a);
		return CASE_FAILED;
	}
	stage_load(s, 0);
	stage_flag(s, "killing");
	hurt_once(s, run, &random, &care, problems);
	for (size_t n = random_next(&random, 4); n > 0; n--)
		hurt_once(s, resume, &random, &care, problems);
	stage_unflag(s, "killing");
	before = problems->len;
	(void)case_recover(s, 0, care, problems);
	audit_all(s, SWEEP_MAX_TORN, problems);
	if (s->n_steps < 2)
		goto out;
	if (problems->len == before && chance(&random, 50))
		hurt_once(s, clean, &random, &care, problems);
	else if (problems->len > before)
		goto out;
	before = problems->len;
	(void)case_recover(s, 1, care, problems);
	audit_all(s, SWEEP_MAX_TORN, problems);
out:
	s->scenario = NULL;
	wt_arena_clear(&a);
	return problems->len == before ? CASE_FINE : CASE_FAILED;
}
