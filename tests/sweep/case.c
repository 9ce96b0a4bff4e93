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
		memcpy(s->calls[i], s->point->of_kind, sizeof s->calls[i]);
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

/* Two that wait for each other begin together again, so what one has said does not count. */
static void forget_flags(struct stage *s)
{
	for (const struct sweep_task *t = s->scenario->tasks; t->id; t++)
		stage_unflag(s, wt_arena_printf(&s->arena, "begun-%s", t->id));
}

/* What a person does about tasks that are not where they should be: lands what was kept, as the
 * report says, and tries again, all in one go, what did not come to an end or could not land. */
static void help(struct stage *s, const char *wanted, const char *got, bool is_first,
		 struct wt_buf *problems)
{
	static const char *const again[] = { "failed",   "timeout", "stopped",   "kept",
					     "conflict", "skipped", "no_changes" };
	const char *retry[2 + SWEEP_MAX_TASKS + 1] = { "wtorch", "retry" };
	size_t n = 2;

	for (const struct sweep_task *t = s->scenario->tasks; t->id; t++) {
		const char *merge[] = { "wtorch", "merge", t->id, NULL };

		if (!is_in_state(wanted, t->id, "queued") &&
		    (is_in_state(got, t->id, "queued") ||
		     (is_first && is_in_state(got, t->id, "kept") &&
		      !is_in_state(wanted, t->id, "kept")))) {
			run_and_check(s, merge, problems);
			continue;
		}
		for (size_t i = 0; i < sizeof again / sizeof *again; i++)
			if (is_in_state(got, t->id, again[i]) &&
			    !is_in_state(wanted, t->id, again[i]))
				retry[n++] = t->id;
	}
	if (n == 2)
		return;
	forget_flags(s);
	run_and_check(s, retry, problems);
}

/* Where the second of a pair begins after the first has landed there is no conflict: all is well,
 * but the story does not go on as it was told. */
static bool is_without_conflict(struct stage *s, const char *wanted, const char *got)
{
	bool found = false;

	for (const struct sweep_task *t = s->scenario->tasks; t->id; t++) {
		const char *line = strstr(wanted, wt_arena_printf(&s->arena, "task %s ", t->id));

		if (is_in_state(wanted, t->id, "conflict") && is_in_state(got, t->id, "merged"))
			found = true;
		else if (!line ||
			 !strstr(got, wt_arena_strndup(&s->arena, line, strcspn(line, "\n") + 1)))
			return false;
	}
	return found;
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What wtorch commits of what an agent left: "commit Task 3: Task 3". */
static bool is_leftover(struct wt_str line)
{
	static const char mark[] = "commit Task ";
	size_t colon = wt_str_find(line, ": Task ");

	return starts(line.data, mark) && colon < line.len &&
	       line.len - colon - strlen(": Task ") == colon - strlen(mark) &&
	       memcmp(line.data + strlen(mark), line.data + colon + strlen(": Task "),
		      colon - strlen(mark)) == 0;
}

/* Of a name that was taken: "-2" or "-3" at the end of a word. */
static bool is_number(struct wt_str line, size_t i)
{
	return (starts(line.data + i, "-2") || starts(line.data + i, "-3")) &&
	       (i + 2 == line.len || line.data[i + 2] == ' ');
}

/* A mark that could not be made is told, and the next one makes up for it. */
static bool is_passing_mark(struct wt_str line)
{
	return starts(line.data, "commit Mark task ") &&
	       wt_str_find(line, " in progress: ") < line.len;
}

/* A task that was tried again may have committed again, or its agent what the one before had left,
 * and where a name could not be looked up it counts as taken; a fresh attempt that could not be
 * begun leaves its worktree behind. What landed twice stays visible. */
static const char *loosen(struct wt_arena *a, const char *signature)
{
	struct wt_buf b = WT_BUF_INIT;
	struct wt_str rest = wt_str_of(signature), line;
	size_t last = 0; /* where the line before begins */
	const char *text;

	while (wt_str_next(&rest, "\n", &line)) {
		bool is_name = starts(line.data, "worktree ") || starts(line.data, "ref ");
		size_t from = b.len;

		if (is_leftover(line) || is_passing_mark(line))
			continue;
		for (size_t i = 0; i < line.len; i++)
			if (is_name && is_number(line, i))
				i++;
			else
				wt_buf_putc(&b, line.data[i]);
		wt_buf_putc(&b, '\n');
		if (from && !starts(line.data, "commit Merge") && b.len - from == from - last &&
		    memcmp(b.data + from, b.data + last, from - last) == 0)
			wt_buf_cut(&b, from);
		else
			last = from;
	}
	text = wt_arena_strdup(a, b.data ? b.data : "");
	wt_buf_clear(&b);
	return text;
}

static bool is_as(struct stage *s, size_t i, enum case_care care, struct wt_arena *a,
		  const char **got)
{
	*got = audit_signature(s, a);
	if (care != CASE_EXACT)
		*got = loosen(a, *got);
	return strcmp(*got, care == CASE_EXACT ? s->after[i] : loosen(a, s->after[i])) == 0;
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

/* What a person does until it is as it should be. False: what is got is put into got. */
static bool is_mended(struct stage *s, size_t i, struct wt_arena *a, const char **got,
		      struct wt_buf *problems)
{
	/* A commit whose making was cut off may be in the reflog only: clean names the flag. */
	static const char *const clean[] = { "wtorch", "clean", "-y", "--include-detached", NULL };

	for (int n = 0; n < MAX_HELP; n++) {
		help(s, s->after[i], *got, n == 0, problems);
		if (strcmp(s->scenario->steps[i].argv[1], "clean") == 0)
			run_and_check(s, clean, problems);
		if (is_as(s, i, CASE_HELPED, a, got))
			return true;
	}
	return false;
}

/* False: it led elsewhere, and rightly. */
static bool check_end(struct stage *s, size_t i, enum case_care care, const char *got,
		      struct wt_buf *problems)
{
	struct wt_arena a = { 0 };
	bool goes_on = care != CASE_HELPED || !is_without_conflict(s, s->after[i], got);

	if (goes_on)
		put_difference(care == CASE_EXACT ? s->after[i] : loosen(&a, s->after[i]), got,
			       problems);
	wt_arena_clear(&a);
	return goes_on;
}

/* From whatever there is to where the step leads: resume, the step again, then help. False: it led
 * elsewhere, and rightly. */
bool case_recover(struct stage *s, size_t i, enum case_care care, struct wt_buf *problems)
{
	const struct sweep_step *step = &s->scenario->steps[i];
	bool is_run = strcmp(step->argv[1], "run") == 0 || strcmp(step->argv[1], "resume") == 0;
	bool goes_on = true;
	struct wt_arena a = { 0 };
	const char *got;

	run_and_check(s, resume_args, problems);
	/* Trash is nobody's work, so only clean comes back for it. */
	if (strcmp(step->argv[1], "clean") == 0)
		step_and_check(s, i, problems);
	if (is_as(s, i, care, &a, &got))
		goto out;
	/* A run goes on by itself, or with help; only where there is none it is begun. */
	if (!is_run || strstr(got, "no run has") || strstr(got, "no run yet")) {
		step_and_check(s, i, problems);
		if (is_as(s, i, care, &a, &got))
			goto out;
	}
	if (care != CASE_HELPED || !is_mended(s, i, &a, &got, problems))
		goes_on = check_end(s, i, care, got, problems);
out:
	wt_arena_clear(&a);
	return goes_on;
}

static void check_look(struct stage *s, struct wt_buf *problems)
{
	static const char *const look[] = { "wtorch", "status", "--json", NULL };

	run_and_check(s, look, problems);
}

/* What was to be stopped in time is stopped now; where nothing was begun, it is done again. */
static void stop_now(struct stage *s, size_t step, struct wt_buf *problems)
{
	struct wt_arena a = { 0 };

	if (strstr(audit_signature(s, &a), ": no run has a task"))
		step_and_check(s, step, problems);
	else
		run_and_check(s, s->scenario->steps[step].meanwhile, problems);
	wt_arena_clear(&a);
}

enum case_end case_try(struct stage *s, size_t step, const struct hurt *hurt, uint64_t at,
		       struct wt_buf *problems)
{
	const struct sweep_step *what = &s->scenario->steps[step];
	struct result r, m = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	size_t torn = hurt->action == SWEEP_KILL_TORN, before;
	bool is_hit, was_killed, goes_on = true;
	enum case_care care;

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
	care = was_killed ? CASE_EXACT : CASE_HELPED;
	if (is_hit && !was_killed)
		audit_messages(what->argv[1], &r, problems);
	else if (is_hit && r.code != 128 + SIGKILL && !what->meanwhile[0])
		wt_buf_printf(problems, "killed, but ends with %d\n", r.code);
	result_clear(&r);
	result_clear(&m);
	if (!is_hit)
		return CASE_NOT_REACHED;
	check_look(s, problems);
	if (what->meanwhile[0])
		stop_now(s, step, problems);
	else
		goes_on = case_recover(s, step, care, problems);
	if (!what->meanwhile[0])
		audit_all(s, torn, problems);
	for (size_t i = step + 1; goes_on && i < s->n_steps && problems->len == before; i++) {
		struct wt_arena a = { 0 };
		const char *got;

		step_and_check(s, i, problems);
		if (!is_as(s, i, care, &a, &got) &&
		    (care != CASE_HELPED || !is_mended(s, i, &a, &got, problems)))
			goes_on = check_end(s, i, care, got, problems);
		audit_all(s, torn, problems);
		wt_arena_clear(&a);
	}
	return problems->len == before ? CASE_FINE : CASE_FAILED;
}
