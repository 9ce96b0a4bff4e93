/* SPDX-License-Identifier: MIT */
/* The report for people: 80 columns of what became of each task, and what to type next. */

#include <string.h>

#include "report_impl.h"
#include "wtorch/base/text.h"
#include "wtorch/core/cause.h"

#define COLUMNS     80
#define MAX_ID      12 /* columns; a longer id has a line of its own */
#define MAX_TITLE   30
#define INDENT      6 /* of commands */
#define MIN_OUTCOME 28
#define MAX_NOTES   6 /* of one task; all are in why and in --json */

struct page {
	const struct wt_run_state *s;
	const struct wt_report_opts *o;
	struct wt_buf *out;
	size_t id_columns, title_columns;
};

static size_t count_runes(struct wt_str text)
{
	size_t n = 0;
	uint32_t rune;

	while (wt_text_next_rune(&text, &rune))
		n++;
	return n;
}

static size_t width_of(const struct page *p, struct wt_str text)
{
	return p->o->width ? p->o->width(text) : count_runes(text);
}

static void put_blanks(struct wt_buf *out, size_t n)
{
	wt_buf_printf(out, "%*s", (int)n, "");
}

/* How many bytes of text fit into the columns; at least one character. */
static size_t fitting(const struct page *p, struct wt_str text, size_t columns)
{
	struct wt_str rest = text;
	size_t fits = 0;
	uint32_t rune;

	while (wt_text_next_rune(&rest, &rune)) {
		size_t len = text.len - rest.len;

		if (fits && width_of(p, (struct wt_str){ text.data, len }) > columns)
			break;
		fits = len;
	}
	return fits;
}

/* A cell of exactly that many columns, cut with dots when the text is longer. */
static void put_cell(const struct page *p, const char *text, size_t columns)
{
	struct wt_buf safe = WT_BUF_INIT;
	struct wt_str s;
	size_t width;

	wt_text_render_safe(&safe, wt_str_of(text));
	s = (struct wt_str){ safe.data, safe.len };
	width = width_of(p, s);
	if (width > columns && columns > 2) {
		s.len = fitting(p, s, columns - 2);
		wt_buf_add(p->out, s.data, s.len);
		wt_buf_puts(p->out, "..");
		width = width_of(p, s) + 2;
	} else {
		wt_buf_add(p->out, s.data, s.len);
	}
	if (width < columns)
		put_blanks(p->out, columns - width);
	wt_buf_clear(&safe);
}

/* Where to break so that the line fits: behind the last blank, else in the word. */
static size_t line_of(const struct page *p, struct wt_str text, size_t columns)
{
	size_t fits = fitting(p, text, columns);
	size_t at = fits;

	if (fits == text.len)
		return fits;
	while (at > 0 && text.data[at] != ' ')
		at--;
	return at ? at : fits;
}

/* Text from the present column on; further lines begin at the same one. */
static void put_wrapped(const struct page *p, struct wt_str text, size_t column)
{
	size_t columns = column + MIN_OUTCOME < COLUMNS ? COLUMNS - column : MIN_OUTCOME;

	for (;;) {
		size_t len = line_of(p, text, columns);

		wt_buf_add(p->out, text.data, len);
		wt_buf_putc(p->out, '\n');
		text.data += len;
		text.len -= len;
		while (text.len && *text.data == ' ') {
			text.data++;
			text.len--;
		}
		if (!text.len)
			return;
		put_blanks(p->out, column);
	}
}

/* "cd ../app-wt70 && git merge main     mend, commit, then: wtorch merge 70" */
static const char *gap_before(const struct page *p, size_t task, const char *command, bool is_first)
{
	if (is_first)
		return "";
	if (p->s->tasks[task].state == WT_CONFLICT && strncmp(command, "wtorch merge", 12) == 0)
		return "mend, commit, then: ";
	return "";
}

/* Commands stand whole on their lines, however long; short ones side by side. */
static void put_steps(const struct page *p, size_t task)
{
	struct wt_buf steps = WT_BUF_INIT, safe = WT_BUF_INIT;
	struct wt_str rest, step;
	size_t column = 0;

	report_steps(p->s, task, p->o->cwd, &steps);
	rest = (struct wt_str){ steps.data, steps.len };
	while (wt_str_next(&rest, "\n", &step)) {
		size_t width;

		wt_buf_reset(&safe);
		wt_buf_puts(&safe, gap_before(p, task, step.data, !column));
		wt_text_render_safe(&safe, step);
		width = width_of(p, (struct wt_str){ safe.data, safe.len });
		if (column && column + 5 + width <= COLUMNS) {
			wt_buf_puts(p->out, "     ");
			column += 5 + width;
		} else {
			if (column)
				wt_buf_putc(p->out, '\n');
			put_blanks(p->out, INDENT);
			column = INDENT + width;
		}
		wt_buf_puts(p->out, safe.data);
	}
	if (column)
		wt_buf_putc(p->out, '\n');
	wt_buf_clear(&steps);
	wt_buf_clear(&safe);
}

static void put_notes(const struct page *p, const struct wt_task_state *t)
{
	struct wt_buf line = WT_BUF_INIT;

	for (size_t i = 0; i < t->n_notes && i < MAX_NOTES; i++) {
		wt_buf_reset(&line);
		wt_buf_puts(&line, "note: ");
		wt_text_render_safe(&line, wt_str_of(t->notes[i]));
		put_blanks(p->out, INDENT);
		put_wrapped(p, (struct wt_str){ line.data, line.len }, INDENT);
	}
	if (t->n_notes > MAX_NOTES)
		wt_buf_printf(p->out, "%*snote: and %zu more\n", INDENT, "",
			      t->n_notes - MAX_NOTES);
	wt_buf_clear(&line);
}

static void put_task(const struct page *p, size_t task)
{
	const struct wt_task *t = &p->s->plan->tasks[task].task;
	struct wt_buf outcome = WT_BUF_INIT;
	struct wt_arena scratch = { 0 };
	const char *label = wt_plan_label(&scratch, p->s->plan, task);
	size_t id = width_of(p, wt_str_of(label));

	wt_buf_putc(p->out, ' ');
	wt_buf_puts(p->out, label);
	wt_arena_clear(&scratch);
	if (id > p->id_columns)
		wt_buf_printf(p->out, "\n%*s", (int)p->id_columns + 1, "");
	else
		put_blanks(p->out, p->id_columns - id);
	wt_buf_putc(p->out, ' ');
	put_cell(p, t->title ? t->title : "", p->title_columns);
	wt_buf_puts(p->out, "  ");
	report_say_task(p->s, task, &outcome);
	put_wrapped(p, (struct wt_str){ outcome.data, outcome.len },
		    p->id_columns + p->title_columns + 4);
	put_notes(p, &p->s->tasks[task]);
	put_steps(p, task);
	wt_buf_clear(&outcome);
}

static void measure(struct page *p)
{
	for (size_t i = 0; i < p->s->plan->n_tasks; i++) {
		const struct wt_plan_task *t = &p->s->plan->tasks[i];
		struct wt_arena scratch = { 0 };
		size_t id = width_of(p, wt_str_of(wt_plan_label(&scratch, p->s->plan, i)));
		size_t title = width_of(p, wt_str_of(t->task.title));

		wt_arena_clear(&scratch);
		if (!t->is_selected)
			continue;
		if (id > p->id_columns)
			p->id_columns = id < MAX_ID ? id : MAX_ID;
		if (title > p->title_columns)
			p->title_columns = title < MAX_TITLE ? title : MAX_TITLE;
	}
}

static void put_line(const struct page *p, const char *before, const char *text)
{
	struct wt_buf line = WT_BUF_INIT;

	wt_buf_puts(&line, before);
	wt_text_render_safe(&line, wt_str_of(text));
	wt_buf_putc(p->out, ' ');
	put_wrapped(p, (struct wt_str){ line.data, line.len }, 1);
	wt_buf_clear(&line);
}

static void put_head(const struct page *p, const struct wt_metrics *f)
{
	const char *reason;

	wt_buf_putc(p->out, ' ');
	report_say_totals(f, p->out);
	if (p->s->started_wall_ms) {
		wt_buf_puts(p->out, p->o->is_ascii ? " - " : " \xC2\xB7 ");
		report_say_times(f, p->out);
	}
	wt_buf_putc(p->out, '\n');
	if (wt_sched_nothing_started(p->s, &reason))
		put_line(p, "no instance could be started: ", reason);
	if (p->s->pause_reason)
		put_line(p, "paused: ", p->s->pause_reason);
	if (p->o->is_ungated && f->merged)
		put_line(p, "ungated: nothing judged the work before it landed", "");
}

static void put_number(const struct page *p, void (*render)(int64_t n, struct wt_buf *out),
		       int64_t n, size_t columns)
{
	struct wt_buf text = WT_BUF_INIT;

	if (n)
		render(n, &text);
	wt_buf_printf(p->out, " %*s", (int)columns, text.len ? text.data : "-");
	wt_buf_clear(&text);
}

static void say_time(int64_t ms, struct wt_buf *out)
{
	wt_text_render_duration(out, ms);
}

/* What each agent took, with each of its models. */
static void put_spenders(const struct page *p)
{
	const struct wt_run_state *s = p->s;

	wt_buf_printf(p->out, "\n %-16s %-18s %6s %8s %9s %10s %7s\n", "agent", "model", "starts",
		      "time", "tokens in", "tokens out", "cost");
	for (size_t i = 0; i < s->n_spending; i++) {
		const struct wt_spending *sum = &s->spending[i];
		const char *model = report_model_of(p->o, sum);

		wt_buf_putc(p->out, ' ');
		put_cell(p, sum->agent ? sum->agent : "-", 16);
		wt_buf_putc(p->out, ' ');
		put_cell(p, model ? model : "-", 18);
		wt_buf_printf(p->out, " %6zu", sum->runs);
		put_number(p, say_time, sum->busy_ms, 8);
		put_number(p, wt_tokens_render, sum->tokens_in, 9);
		put_number(p, wt_tokens_render, sum->tokens_out, 10);
		put_number(p, wt_cost_render, sum->cost_microusd, 7);
		wt_buf_putc(p->out, '\n');
	}
}

static bool has_more(const struct wt_run_state *s, const struct wt_metrics *f)
{
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];

		/* Skipped, and not on account of another task: resume takes it up. */
		if (s->plan->tasks[i].is_selected && !s->plan->tasks[i].skip &&
		    t->state == WT_SKIPPED && t->reason && strncmp(t->reason, "needs ", 6) != 0)
			return true;
	}
	return s->is_stopped || f->unfinished;
}

static void put_foot(const struct page *p, const struct wt_metrics *f)
{
	const char *dot = p->o->is_ascii ? " - " : " \xC2\xB7 ";

	wt_buf_puts(p->out, "\n ");
	if (p->s->roadmap_marked)
		wt_buf_printf(p->out, "roadmap: %zu marked complete%s", p->s->roadmap_marked, dot);
	if (report_is_over(p->s) && has_more(p->s, f))
		wt_buf_printf(p->out, "wtorch resume goes on%s", dot);
	wt_buf_puts(p->out, "wtorch report --format markdown\n");
}

/* What several of them failed of, once for all. */
static void put_causes(const struct page *p)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;

	wt_causes_render(p->s, &text);
	rest = (struct wt_str){ text.data, text.len };
	if (text.len)
		wt_buf_putc(p->out, '\n');
	while (wt_str_next(&rest, "\n", &line)) {
		wt_buf_putc(p->out, ' ');
		put_wrapped(p, line, 3);
	}
	wt_buf_clear(&text);
}

void wt_report_render_text(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_buf *out)
{
	struct page p = { .s = s, .o = o, .out = out };
	struct wt_metrics f;

	wt_metrics_build(s, o->config, o->now_wall_ms, &f);
	measure(&p);
	put_head(&p, &f);
	if (f.tasks)
		wt_buf_putc(out, '\n');
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected)
			put_task(&p, i);
	}
	put_causes(&p);
	if (o->has_figures && s->started_wall_ms) {
		wt_buf_putc(out, '\n');
		report_put_figures(&f, out);
		if (f.spending.tokens_in || f.spending.tokens_out || f.spending.cost_microusd)
			put_spenders(&p);
	}
	put_foot(&p, &f);
}
