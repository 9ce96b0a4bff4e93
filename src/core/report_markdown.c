/* SPDX-License-Identifier: MIT */
/* The report as Markdown, to be pasted into an issue or a pull request. */

#include <string.h>

#include "report_impl.h"
#include "wtorch/base/text.h"
#include "wtorch/core/cause.h"

/* As plain text of one table cell: nothing in it is markup, and no line breaks. */
static void put_text(struct wt_buf *out, const char *text)
{
	struct wt_buf safe = WT_BUF_INIT;

	wt_text_render_safe(&safe, wt_str_of(text));
	for (const char *c = safe.data; *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			wt_buf_printf(out, "&#%d;", *c);
		else if (strchr("\\`*_[]|#~@!", *c))
			wt_buf_printf(out, "\\%c", *c);
		else
			wt_buf_putc(out, *c);
	}
	wt_buf_clear(&safe);
}

static void put_head(const struct wt_run_state *s, const struct wt_report_opts *o,
		     const struct wt_metrics *f, struct wt_buf *out)
{
	const char *status = s->final_status     ? s->final_status
			     : report_is_over(s) ? wt_sched_final_status(s)
						 : "still running";

	wt_buf_puts(out, "# wtorch run ");
	put_text(out, s->run ? s->run : "");
	wt_buf_printf(out, "\n\n**%s**: ", status);
	report_say_totals(f, out);
	if (s->started_wall_ms) {
		wt_buf_puts(out, ", in ");
		report_say_times(f, out);
	}
	wt_buf_puts(out, ".\n");
	if (s->pause_reason) {
		wt_buf_puts(out, "\nPaused: ");
		put_text(out, s->pause_reason);
		wt_buf_putc(out, '\n');
	}
	if (o->is_ungated && f->merged)
		wt_buf_puts(out, "\nUngated: nothing judged the work before it landed.\n");
}

/* Three more cells; what was not told is empty. */
static void put_spending(const struct wt_spending *sum, struct wt_buf *out)
{
	bool has_tokens = sum->tokens_in || sum->tokens_out;

	wt_buf_puts(out, " | ");
	if (has_tokens)
		wt_tokens_render(sum->tokens_in, out);
	wt_buf_puts(out, " | ");
	if (has_tokens)
		wt_tokens_render(sum->tokens_out, out);
	wt_buf_puts(out, " | ");
	if (sum->cost_microusd)
		wt_cost_render(sum->cost_microusd, out);
}

static void put_row(const struct wt_run_state *s, size_t task, bool has_spending,
		    struct wt_buf *out)
{
	const struct wt_task *t = &s->plan->tasks[task].task;
	const struct wt_task_state *state = &s->tasks[task];
	struct wt_spending sum = report_spending_of(state);
	struct wt_buf outcome = WT_BUF_INIT;
	struct wt_arena scratch = { 0 };

	wt_buf_puts(out, "| ");
	put_text(out, wt_plan_label(&scratch, s->plan, task));
	wt_arena_clear(&scratch);
	wt_buf_puts(out, " | ");
	put_text(out, t->title);
	wt_buf_puts(out, " | ");
	report_say_task(s, task, &outcome);
	put_text(out, outcome.data);
	wt_buf_puts(out, " | ");
	if (state->files_changed >= 0)
		wt_buf_printf(out, "%lld", (long long)state->files_changed);
	wt_buf_puts(out, " | ");
	if (state->attempt)
		wt_buf_printf(out, "%zu", state->attempt);
	wt_buf_puts(out, " | ");
	if (state->busy_ms)
		wt_text_render_duration(out, state->busy_ms);
	if (has_spending)
		put_spending(&sum, out);
	wt_buf_puts(out, " |\n");
	wt_buf_clear(&outcome);
}

/* By agent and model. */
static void put_spenders(const struct wt_run_state *s, const struct wt_report_opts *o,
			 struct wt_buf *out)
{
	if (s->n_spending)
		wt_buf_puts(out, "\n## Agents\n\n| agent | model | starts | time | tokens in | "
				 "tokens out | cost |\n"
				 "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < s->n_spending; i++) {
		const struct wt_spending *sum = &s->spending[i];
		const char *model = report_model_of(o, sum);

		wt_buf_puts(out, "| ");
		put_text(out, sum->agent ? sum->agent : "");
		wt_buf_puts(out, " | ");
		put_text(out, model ? model : "");
		wt_buf_printf(out, " | %zu | ", sum->runs);
		wt_text_render_duration(out, sum->busy_ms);
		put_spending(sum, out);
		wt_buf_puts(out, " |\n");
	}
}

static void put_notes(const struct wt_run_state *s, struct wt_buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];

		for (size_t k = 0; s->plan->tasks[i].is_selected && k < t->n_notes; k++) {
			wt_buf_puts(out, is_first ? "\n## Notes\n\n- " : "- ");
			put_text(out, s->plan->tasks[i].task.id);
			wt_buf_puts(out, ": ");
			put_text(out, t->notes[k]);
			wt_buf_putc(out, '\n');
			is_first = false;
		}
	}
}

/* What several of them failed of, once for all. */
static void put_causes(const struct wt_run_state *s, struct wt_buf *out)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_arena scratch = { 0 };
	struct wt_str rest, line;

	wt_causes_render(s, &text);
	rest = (struct wt_str){ text.data, text.len };
	if (text.len)
		wt_buf_puts(out, "\n## Causes\n\n");
	while (wt_str_next(&rest, "\n", &line)) {
		wt_buf_puts(out, "- ");
		put_text(out, wt_arena_strndup(&scratch, line.data, line.len));
		wt_buf_putc(out, '\n');
	}
	wt_buf_clear(&text);
	wt_arena_clear(&scratch);
}

static void put_steps(const struct wt_run_state *s, const struct wt_report_opts *o,
		      struct wt_buf *out)
{
	struct wt_buf steps = WT_BUF_INIT;
	bool is_first = true;

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		wt_buf_reset(&steps);
		if (s->plan->tasks[i].is_selected)
			report_steps(s, i, o->cwd, &steps);
		if (!steps.len)
			continue;
		wt_buf_puts(out, is_first ? "\n## Next steps\n\n```sh\n" : "\n");
		wt_buf_puts(out, steps.data);
		is_first = false;
	}
	if (!is_first)
		wt_buf_puts(out, "```\n");
	wt_buf_clear(&steps);
}

void wt_report_render_markdown(const struct wt_run_state *s, const struct wt_report_opts *o,
			       struct wt_buf *out)
{
	struct wt_metrics f;
	bool has_spending;

	wt_metrics_build(s, o->config, o->now_wall_ms, &f);
	put_head(s, o, &f, out);
	has_spending = f.spending.tokens_in || f.spending.tokens_out || f.spending.cost_microusd;
	if (f.tasks)
		wt_buf_printf(out,
			      "\n| task | title | outcome | files | attempts | agent time |%s\n"
			      "| --- | --- | --- | ---: | ---: | ---: |%s\n",
			      has_spending ? " tokens in | tokens out | cost |" : "",
			      has_spending ? " ---: | ---: | ---: |" : "");
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected)
			put_row(s, i, has_spending, out);
	}
	put_causes(s, out);
	put_notes(s, out);
	if (s->started_wall_ms) {
		report_put_figures_markdown(&f, out);
		put_spenders(s, o, out);
	}
	put_steps(s, o, out);
}
