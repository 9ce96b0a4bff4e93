/* SPDX-License-Identifier: MIT */
/* What every rendering of a report counts and says. */

#include <inttypes.h>
#include <string.h>

#include "report_impl.h"
#include "wtorch/base/path.h"
#include "wtorch/base/text.h"
#include "wtorch/core/judgment.h"

#define MAX_SHOWN 3u /* others of a conflict whose diff is offered */

bool report_is_over(const struct wt_run_state *s)
{
	return s->is_ended || s->is_stopped;
}

const char *report_error_of(const struct wt_task_state *t)
{
	switch (t->state) {
	case WT_FAILED:
	case WT_TIMEOUT:
	case WT_KEPT:
	case WT_SKIPPED:
	case WT_STOPPED:
		return t->reason;
	case WT_CONFLICT:
		return t->reason ? t->reason : "merge conflict";
	default:
		return NULL;
	}
}

const char *report_log_of(const struct wt_run_state *s, const struct wt_report_opts *o, size_t task,
			  struct wt_buf *path)
{
	wt_buf_reset(path);
	if (!o->state_dir || !s->tasks[task].dir)
		return NULL;
	wt_buf_printf(path, "%s/%s/agent.log", o->state_dir, s->tasks[task].dir);
	return path->data;
}

/* Next steps */

/* As one word of a shell. */
static void put_word(struct wt_buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./@%+=:,-";

	if (*word && word[strspn(word, plain)] == '\0') {
		wt_buf_puts(out, word);
		return;
	}
	wt_buf_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			wt_buf_puts(out, "'\\''");
		else
			wt_buf_putc(out, *word);
	}
	wt_buf_putc(out, '\'');
}

static void put_path(struct wt_buf *out, const char *path, const char *cwd)
{
	struct wt_arena a = { 0 };

	if (cwd && *cwd == '/' && *path == '/')
		path = wt_path_relative(&a, cwd, path);
	put_word(out, path);
	wt_arena_clear(&a);
}

/* What the gate that said no has to show, of the merged tree when that was judged last. */
static void say_gate(const struct wt_run_state *s, size_t task, struct wt_buf *out)
{
	const struct wt_task_state *t = &s->tasks[task];
	const struct wt_judgment *j = t->merging.gates ? &t->merging : &t->judged;
	const struct wt_plan_gate *blocker;
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(s->plan, j, &gate);

	if (step != WT_JUDGMENT_NO && step != WT_JUDGMENT_ERROR)
		return;
	blocker = wt_judgment_blocker(s->plan, j, gate);
	if (blocker)
		gate = (size_t)(blocker - s->plan->gates);
	if (j->gates[gate].dir)
		wt_buf_printf(out, "wtorch logs %s --gate %s\n", s->plan->tasks[task].task.id,
			      s->plan->gates[gate].name);
}

static void say_mend(const struct wt_run_state *s, size_t task, const char *cwd, struct wt_buf *out)
{
	const struct wt_task_state *t = &s->tasks[task];
	const char *id = s->plan->tasks[task].task.id;

	if (t->is_semantic) {
		say_gate(s, task, out);
		wt_buf_printf(out, "wtorch diff %s\n", id);
		for (size_t i = 0; i < t->n_others && i < MAX_SHOWN; i++)
			wt_buf_printf(out, "wtorch diff %s\n", t->others[i]);
	}
	if (!t->worktree) {
		wt_buf_printf(out, "wtorch retry %s\n", id);
		return;
	}
	wt_buf_puts(out, "cd ");
	put_path(out, t->worktree, cwd);
	wt_buf_puts(out, " && git merge ");
	put_word(out, s->plan->base ? s->plan->base : "HEAD");
	wt_buf_printf(out, "\nwtorch merge %s\n", id);
}

void report_steps(const struct wt_run_state *s, size_t task, const char *cwd, struct wt_buf *out)
{
	const struct wt_task_state *t = &s->tasks[task];
	const char *id = s->plan->tasks[task].task.id;

	switch (t->state) {
	case WT_CONFLICT:
		say_mend(s, task, cwd, out);
		break;
	case WT_FAILED:
	case WT_TIMEOUT:
		if (t->dir)
			wt_buf_printf(out, "wtorch logs %s\n", id);
		wt_buf_printf(out, "wtorch retry %s\n", id);
		break;
	case WT_KEPT:
		if (t->by_gate)
			say_gate(s, task, out);
		wt_buf_printf(out, "wtorch diff %s\nwtorch merge %s\n", id, id);
		break;
	case WT_STOPPED:
		wt_buf_printf(out, "wtorch retry %s\n", id);
		break;
	case WT_NO_CHANGES:
		wt_buf_printf(out, "wtorch logs %s\n", id);
		break;
	case WT_QUEUED:
		if (report_is_over(s))
			wt_buf_printf(out, "wtorch merge %s\n", id);
		break;
	default:
		break;
	}
}

void wt_report_next_steps(const struct wt_run_state *s, size_t task, struct wt_buf *out)
{
	report_steps(s, task, NULL, out);
}

/* Words */

static void say_count(struct wt_buf *out, const char **comma, size_t n, const char *what)
{
	if (!n)
		return;
	wt_buf_printf(out, "%s%zu %s", *comma, n, what);
	*comma = ", ";
}

void report_say_totals(const struct wt_metrics *f, struct wt_buf *out)
{
	const char *comma = ": ";

	wt_buf_printf(out, "%zu task%s", f->tasks, f->tasks == 1 ? "" : "s");
	say_count(out, &comma, f->merged, "merged");
	say_count(out, &comma, f->conflicts, f->conflicts == 1 ? "conflict" : "conflicts");
	say_count(out, &comma, f->failed, "failed");
	say_count(out, &comma, f->unchanged, "unchanged");
	say_count(out, &comma, f->stopped, "stopped");
	say_count(out, &comma, f->skipped - f->stopped - f->unchanged, "skipped");
	say_count(out, &comma, f->unfinished, "unfinished");
}

void report_say_times(const struct wt_metrics *f, struct wt_buf *out)
{
	int64_t speedup = f->figures[WT_FIGURE_SPEEDUP].value;

	wt_text_render_duration(out, f->duration_ms);
	if (speedup >= 0 && f->ran >= 2) {
		wt_buf_puts(out, " (sequential ");
		wt_text_render_duration(out, f->sequential_ms);
		wt_buf_printf(out, ", %.1fx)", (double)speedup / (double)WT_MILLION);
	}
	if (f->spending.cost_microusd) {
		wt_buf_puts(out, ", ");
		wt_cost_render(f->spending.cost_microusd, out);
	}
}

static void say_conflict(const struct wt_run_state *s, const struct wt_task_state *t,
			 struct wt_buf *out)
{
	wt_buf_puts(out, t->is_semantic ? "conflict of meaning" : "conflict");
	if (t->n_paths && !t->is_semantic) {
		wt_buf_puts(out, " in ");
		wt_text_render_safe(out, wt_str_of(t->paths[0]));
	}
	if (t->n_paths > 1 && !t->is_semantic)
		wt_buf_printf(out, " and %zu more", t->n_paths - 1);
	for (size_t i = 0; i < t->n_others && i < 3; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : " with ", t->others[i]);
	if (t->n_others > 3)
		wt_buf_printf(out, " and %zu more", t->n_others - 3);
	if (t->is_semantic && t->reason) {
		wt_buf_puts(out, ": ");
		wt_text_render_safe(out, wt_str_of(t->reason));
	}
	wt_buf_printf(out, "; %s is untouched", s->plan->base ? s->plan->base : "the base");
}

void report_say_task(const struct wt_run_state *s, size_t task, struct wt_buf *out)
{
	const struct wt_task_state *t = &s->tasks[task];

	if (t->state == WT_CONFLICT) {
		say_conflict(s, t, out);
		return;
	}
	wt_buf_puts(out, t->state == WT_NO_CHANGES ? "no changes" : wt_state_name(t->state));
	if (t->state == WT_MERGED && !wt_oid_is_zero(&t->landed))
		wt_buf_printf(out, " %.7s", wt_oid_hex(&t->landed).hex);
	if (t->state == WT_MERGED && t->decided_by)
		wt_buf_printf(out, "    conflict: %s", t->decided_by);
	if (t->state == WT_MERGED && t->attempt > 1)
		wt_buf_printf(out, "    %zu attempts", t->attempt);
	if (t->state == WT_MERGED || t->state == WT_NO_CHANGES)
		return;
	if (t->state == WT_QUEUED && !t->reason && report_is_over(s))
		wt_buf_puts(out, ": waits to be merged");
	if (t->reason) {
		wt_buf_puts(out, ": ");
		wt_text_render_safe(out, wt_str_of(t->reason));
	}
}
