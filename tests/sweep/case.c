/* SPDX-License-Identifier: MIT */
/* A step in which something goes wrong, and what a person does then. */

#include "tests/sweep/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "wtorch/base/text.h"

/* How often a person tries again what failed, before the sweep calls it lost. */
#define MAX_HELP 3

static const char *const resume_args[] = { "wtorch", "resume", NULL };

bool case_rehearse(struct stage *s, const struct sweep_scenario *scenario, struct wt_buf *why)
{
	size_t before = why->len;

	if (!stage_prepare(s, scenario, why))
		return false;
	for (size_t i = 0; i < s->n_steps; i++) {
		const struct sweep_step *step = &scenario->steps[i];
		struct result r, m = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };

		stage_save(s, i);
		stage_arm(s, NULL, 0);
		stage_step(s, step, &r, step->meanwhile[0] ? &m : NULL);
		for (size_t k = 0; k < SWEEP_CALLS; k++)
			s->calls[i][k] = s->point->of_kind[k];
		if (step->code != r.code && step->code)
			wt_buf_printf(why, "ends with %d instead of %d\n", r.code, step->code);
		audit_messages("undisturbed", &r, why);
		audit_all(s, 0, why);
		s->after[i] = audit_signature(s, &s->arena);
		if (s->tools->is_verbose)
			printf("%s, step %zu ends with %d:\n%s%s%s", scenario->name, i, r.code,
			       r.out.data, r.err.data, s->after[i]);
		result_clear(&r);
		result_clear(&m);
	}
	return why->len == before;
}

static bool is_kill(const struct hurt *h)
{
	return (h->programs & SWEEP_OF_WTORCH) &&
	       (h->action == SWEEP_KILL_BEFORE || h->action == SWEEP_KILL_AFTER ||
		h->action == SWEEP_KILL_TORN);
}

static void run_and_check(struct stage *s, const char *const *args, struct wt_buf *problems)
{
	struct result r;

	stage_arm(s, NULL, 0);
	stage_wtorch(s, args, &r);
	if (!r.err.data || !strstr(r.err.data, "there is no run yet"))
		audit_messages(args[1], &r, problems);
	if (s->tools->is_verbose)
		printf("--- %s: %d\n%s%s", args[1], r.code, r.out.data, r.err.data);
	result_clear(&r);
}

static void step_and_check(struct stage *s, size_t i, struct wt_buf *problems)
{
	const struct sweep_step *step = &s->scenario->steps[i];
	struct result r, m = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };

	stage_arm(s, NULL, 0);
	stage_step(s, step, &r, step->meanwhile[0] ? &m : NULL);
	if (strcmp(step->argv[0], "wtorch") == 0)
		audit_messages("the step again", &r, problems);
	if (s->tools->is_verbose)
		printf("--- %s %s: %d\n%s%s", step->argv[0], step->argv[1], r.code, r.out.data,
		       r.err.data);
	result_clear(&r);
	result_clear(&m);
}

/* The line of the signature about that task: "merged". */
static bool is_in_state(const char *signature, const char *id, const char *state)
{
	char line[128];

	snprintf(line, sizeof line, "task %s %s\n", id, state);
	return strstr(signature, line) != NULL;
}

/* What a person does about tasks that are not where they should be. */
static void help(struct stage *s, const char *wanted, const char *got, struct wt_buf *problems)
{
	static const char *const again[] = { "failed",   "timeout", "stopped",   "kept",
					     "conflict", "skipped", "no_changes" };

	for (const struct sweep_task *t = s->scenario->tasks; t->id; t++) {
		const char *retry[] = { "wtorch", "retry", t->id, NULL };
		const char *merge[] = { "wtorch", "merge", t->id, NULL };

		for (size_t i = 0; i < sizeof again / sizeof *again; i++)
			if (is_in_state(got, t->id, again[i]) &&
			    !is_in_state(wanted, t->id, again[i]))
				run_and_check(s, retry, problems);
		if (is_in_state(got, t->id, "queued"))
			run_and_check(s, merge, problems);
	}
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* A task that was tried again may have committed again, and where a name could not be looked up
 * it counts as taken. What landed twice stays visible. */
static const char *loosen(struct wt_arena *a, const char *signature)
{
	struct wt_buf b = WT_BUF_INIT;
	struct wt_str rest = wt_str_of(signature), line, before = { "", 0 };
	const char *text;

	while (wt_str_next(&rest, "\n", &line)) {
		bool is_twice = line.len == before.len &&
				memcmp(line.data, before.data, line.len) == 0 &&
				starts(line.data, "commit ") && !starts(line.data, "commit Merge");
		bool is_name = starts(line.data, "worktree ") || starts(line.data, "ref ");

		for (size_t i = 0; i < line.len && !is_twice; i++)
			if (is_name && starts(line.data + i, "-2") &&
			    (i + 2 == line.len || line.data[i + 2] == ' '))
				i++;
			else
				wt_buf_putc(&b, line.data[i]);
		if (!is_twice)
			wt_buf_putc(&b, '\n');
		before = line;
	}
	text = wt_arena_strdup(a, b.data);
	wt_buf_clear(&b);
	return text;
}

static bool is_as(struct stage *s, size_t i, bool is_strict, struct wt_arena *a, const char **got)
{
	*got = audit_signature(s, a);
	if (!is_strict)
		*got = loosen(a, *got);
	return strcmp(*got, is_strict ? s->after[i] : loosen(a, s->after[i])) == 0;
}

static void put_difference(const char *wanted, const char *got, struct wt_buf *out)
{
	size_t before = out->len;
	const char *const sides[2][2] = { { wanted, got }, { got, wanted } };

	for (size_t i = 0; i < 2; i++) {
		for (const char *p = sides[i][0]; *p;) {
			size_t n = strcspn(p, "\n");
			struct wt_str other = wt_str_of(sides[i][1]), line;
			bool found = false;

			while (!found && wt_str_next(&other, "\n", &line))
				found = line.len == n && memcmp(line.data, p, n) == 0;
			if (!found)
				wt_buf_printf(out, "%s %.*s\n",
					      i ? "unexpected:" : "missing:", (int)n, p);
			p += n + (p[n] == '\n');
		}
	}
	if (out->len == before)
		wt_buf_puts(out, "lines differ in number\n");
}

/* From whatever there is to where the step leads: resume, the step again, then help. */
void case_recover(struct stage *s, size_t i, bool is_strict, struct wt_buf *problems)
{
	const struct sweep_step *step = &s->scenario->steps[i];
	bool is_run = strcmp(step->argv[1], "run") == 0 || strcmp(step->argv[1], "resume") == 0;
	struct wt_arena a = { 0 };
	const char *got;

	run_and_check(s, resume_args, problems);
	/* Trash is nobody's work, so only clean comes back for it. */
	if (strcmp(step->argv[1], "clean") == 0)
		step_and_check(s, i, problems);
	if (is_as(s, i, is_strict, &a, &got))
		goto out;
	/* A run goes on by itself, or with help; only where there is none it is begun. */
	if (!is_run || strstr(got, "no run has") || strstr(got, "no run yet")) {
		step_and_check(s, i, problems);
		if (is_as(s, i, is_strict, &a, &got))
			goto out;
	}
	for (int n = 0; n < MAX_HELP && !is_strict; n++) {
		help(s, s->after[i], got, problems);
		if (is_as(s, i, is_strict, &a, &got))
			goto out;
	}
	put_difference(is_strict ? s->after[i] : loosen(&a, s->after[i]), got, problems);
out:
	wt_arena_clear(&a);
}

static void check_look(struct stage *s, struct wt_buf *problems)
{
	static const char *const look[] = { "wtorch", "status", "--json", NULL };

	run_and_check(s, look, problems);
}

enum case_end case_try(struct stage *s, size_t step, const struct hurt *hurt, uint64_t at,
		       struct wt_buf *problems)
{
	const struct sweep_step *what = &s->scenario->steps[step];
	struct result r, m = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	size_t torn = hurt->action == SWEEP_KILL_TORN, before;
	bool is_hit, was_killed;

	stage_load(s, step);
	stage_arm(s, hurt, at);
	stage_step(s, what, &r, what->meanwhile[0] ? &m : NULL);
	is_hit = s->point->is_hit;
	if (is_hit)
		wt_buf_printf(problems, "hurt: %s\n", s->point->what);
	before = problems->len;
	if (s->tools->is_verbose)
		printf("--- %s %s: %d\n%s%s", what->argv[0], what->argv[1], r.code, r.out.data,
		       r.err.data);
	was_killed = is_hit && is_kill(hurt);
	if (is_hit && !was_killed)
		audit_messages(what->argv[1], &r, problems);
	else if (is_hit && r.code != 128 + SIGKILL && !what->meanwhile[0])
		wt_buf_printf(problems, "killed, but ends with %d\n", r.code);
	result_clear(&r);
	result_clear(&m);
	if (!is_hit)
		return CASE_NOT_REACHED;
	check_look(s, problems);
	/* What was to be stopped in time is stopped now. */
	if (what->meanwhile[0])
		run_and_check(s, what->meanwhile, problems);
	else
		case_recover(s, step, was_killed, problems);
	if (!what->meanwhile[0])
		audit_all(s, torn, problems);
	for (size_t i = step + 1; i < s->n_steps && problems->len == before; i++) {
		struct wt_arena a = { 0 };
		const char *got;

		step_and_check(s, i, problems);
		if (!is_as(s, i, was_killed, &a, &got))
			put_difference(was_killed ? s->after[i] : loosen(&a, s->after[i]), got,
				       problems);
		audit_all(s, torn, problems);
		wt_arena_clear(&a);
	}
	return problems->len == before ? CASE_FINE : CASE_FAILED;
}
