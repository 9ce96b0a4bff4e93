/* SPDX-License-Identifier: MIT */
/* What an attempt is told of the one that failed before it. */

#include <string.h>

#include "drive.h"
#include "wtorch/base/path.h"
#include "wtorch/core/cause.h"
#include "wtorch/port/shim.h"

#define TAIL_BYTES   4096       /* of the log before */
#define CAUSE_BYTES  (64 << 10) /* of a log, in which an error is looked for */
#define MAX_FINDINGS 20u        /* of one gate */

/* The end of its output as an indented block, or nothing. */
static void put_tail(struct wt_run *run, const struct wt_start_name *which, struct wt_buf *out)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *log = wt_path_join(&run->arena, wt_run_newest_start(run, which, &run->arena),
				       WT_SHIM_LOG);
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_buf tail = WT_BUF_INIT;
	struct wt_error ignored;

	(void)!fs->stat(fs->self, log, &info, &ignored);
	if (info.kind == WT_FILE_REGULAR) {
		int64_t from = info.size_bytes > TAIL_BYTES ? info.size_bytes - TAIL_BYTES : 0;

		(void)!fs->read_from(fs->self, log, from, TAIL_BYTES, &tail, &ignored);
	}
	if (tail.len)
		wt_buf_puts(out, " The end of its output:\n\n");
	for (size_t at = 0; at < tail.len;) {
		size_t n = strcspn(tail.data + at, "\n");

		wt_buf_puts(out, "    ");
		wt_text_render_safe(out, (struct wt_str){ tail.data + at, n });
		wt_buf_putc(out, '\n');
		at += n + 1;
	}
	wt_buf_clear(&tail);
}

/* What the gates that said no had found. */
static void put_findings(const struct wt_plan *plan, const struct wt_judgment *j,
			 struct wt_buf *out)
{
	for (size_t i = 0; j->gates && i < plan->n_gates; i++) {
		const struct wt_gate_state *g = &j->gates[i];

		if (!g->verdict || wt_gate_verdict_is_yes(g->verdict))
			continue;
		wt_buf_printf(out, "\nGate %s: %s\n", plan->gates[i].name,
			      g->reason ? g->reason : wt_gate_verdict_name(g->verdict));
		for (size_t k = 0; k < g->n_findings && k < MAX_FINDINGS; k++) {
			wt_buf_puts(out, "- ");
			wt_text_render_safe(out, wt_str_of(g->findings[k]));
			wt_buf_putc(out, '\n');
		}
		if (g->n_findings > MAX_FINDINGS)
			wt_buf_printf(out, "- and %zu more\n", g->n_findings - MAX_FINDINGS);
	}
}

const char *wt_attempt_cause(struct wt_run *run, const char *dir, struct wt_arena *a)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *log = wt_path_join(a, dir, WT_SHIM_LOG), *cause = NULL;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_buf text = WT_BUF_INIT, line = WT_BUF_INIT;
	struct wt_error ignored;

	(void)!fs->stat(fs->self, log, &info, &ignored);
	if (info.kind == WT_FILE_REGULAR) {
		int64_t from = info.size_bytes > CAUSE_BYTES ? info.size_bytes - CAUSE_BYTES : 0;

		(void)!fs->read_from(fs->self, log, from, CAUSE_BYTES, &text, &ignored);
	}
	if (text.len && wt_cause_find((struct wt_str){ text.data, text.len }, &line))
		cause = wt_arena_strdup(a, line.data);
	wt_buf_clear(&text);
	wt_buf_clear(&line);
	return cause;
}

const char *wt_attempt_failure(struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	struct wt_start_name which = { .task = task, .attempt = s->attempt - 1 };
	const char *reason = s->reason, *text;
	struct wt_buf out = WT_BUF_INIT;

	if (s->fix_reason || s->attempt < 2)
		return s->fix_reason;
	/* One in between that was stopped, or lost, has nothing to say. */
	if (s->failure && s->failure_attempt < s->attempt) {
		which.attempt = s->failure_attempt;
		reason = s->failure;
	}
	if (!reason)
		return NULL;
	which.round = wt_run_newest_round(run, task, which.attempt);
	wt_buf_printf(&out, "Attempt %zu: %s.", which.attempt, reason);
	put_tail(run, &which, &out);
	if (s->failed_by_gate)
		put_findings(&run->plan, &s->judged, &out);
	text = wt_arena_strdup(&run->arena, out.data);
	wt_buf_clear(&out);
	return text;
}
