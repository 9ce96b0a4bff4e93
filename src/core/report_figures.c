/* SPDX-License-Identifier: MIT */
/* The figures of a run for people: a table for a terminal, and tables in Markdown. */

#include <string.h>

#include "report_impl.h"
#include "wtorch/base/text.h"

#define MAX_COUNTS 11u

/* What is counted and has no target; their texts lie in one buffer, by offsets. */
struct counts {
	struct wt_buf text;
	size_t n;
	struct {
		const char *title;
		size_t at;
	} items[MAX_COUNTS];
};

/* What is put into the buffer next is the next item's text. */
static struct wt_buf *begin_count(struct counts *c, const char *title)
{
	if (c->n)
		wt_buf_putc(&c->text, '\0');
	c->items[c->n].title = title;
	c->items[c->n++].at = c->text.len;
	return &c->text;
}

static void count_tokens(struct counts *c, const char *title, int64_t n)
{
	wt_tokens_render(n, begin_count(c, title));
}

static void take_counts(const struct wt_metrics *m, struct counts *c)
{
	const struct wt_spending *sum = &m->spending;

	*c = (struct counts){ .text = WT_BUF_INIT };
	wt_buf_printf(begin_count(c, "attempts"), "%zu", m->attempts);
	if (m->mean_ms >= 0)
		wt_text_render_duration(begin_count(c, "mean attempt"), m->mean_ms);
	wt_buf_printf(begin_count(c, "retries"), "%zu", m->retries);
	wt_buf_printf(begin_count(c, "fix rounds"), "%zu", m->rounds);
	wt_buf_printf(begin_count(c, "peak instances"), "%zu", m->peak_instances);
	if (m->peak_rss_bytes)
		wt_text_render_size(begin_count(c, "peak memory"), m->peak_rss_bytes);
	wt_text_render_duration(begin_count(c, "cpu time"), m->cpu_ms);
	if (sum->tokens_in || sum->tokens_out) {
		count_tokens(c, "tokens in", sum->tokens_in);
		count_tokens(c, "of them cached", sum->tokens_cached);
		count_tokens(c, "tokens out", sum->tokens_out);
	}
	if (sum->cost_microusd)
		wt_cost_render(sum->cost_microusd, begin_count(c, "cost"));
}

static const char *text_of(const struct counts *c, size_t i)
{
	return c->text.data + c->items[i].at;
}

/* "missed: at least 90 %" */
static void say_missed(const struct wt_metrics *m, enum wt_figure figure, struct wt_buf *out)
{
	if (m->figures[figure].judged != WT_TARGET_MISSED)
		return;
	wt_buf_puts(out, "missed: ");
	wt_target_render(figure, m->figures[figure].target, out);
}

/* " first pass          60 %  missed: at least 90 %   retries         1" */
void report_put_figures(const struct wt_metrics *m, struct wt_buf *out)
{
	struct wt_buf value = WT_BUF_INIT, missed = WT_BUF_INIT;
	struct counts counts;

	take_counts(m, &counts);
	for (size_t i = 0; i < WT_FIGURE_COUNT || i < counts.n; i++) {
		const char *title = "";

		wt_buf_reset(&value);
		wt_buf_reset(&missed);
		if (i < WT_FIGURE_COUNT) {
			title = wt_figure_def((enum wt_figure)i)->title;
			wt_figure_render((enum wt_figure)i, m->figures[i].value, &value);
			say_missed(m, (enum wt_figure)i, &missed);
		}
		wt_buf_printf(out, " %-17s %7s  %-22s", title, value.data, missed.data);
		if (i < counts.n)
			wt_buf_printf(out, "  %-15s %s", counts.items[i].title,
				      text_of(&counts, i));
		while (out->data[out->len - 1] == ' ')
			wt_buf_cut(out, out->len - 1);
		wt_buf_putc(out, '\n');
	}
	wt_buf_clear(&counts.text);
	wt_buf_clear(&missed);
	wt_buf_clear(&value);
}

void report_put_figures_markdown(const struct wt_metrics *m, struct wt_buf *out)
{
	struct counts counts;

	wt_buf_puts(out, "\n## Figures\n\n| figure | value | target |\n| --- | ---: | --- |\n");
	for (size_t i = 0; i < WT_FIGURE_COUNT; i++) {
		const struct wt_figure_value *f = &m->figures[i];

		wt_buf_printf(out, "| %s | ", wt_figure_def((enum wt_figure)i)->title);
		wt_figure_render((enum wt_figure)i, f->value, out);
		wt_buf_puts(out, " | ");
		if (f->judged == WT_TARGET_MISSED)
			wt_buf_puts(out, "**missed**: ");
		if (f->target >= 0)
			wt_target_render((enum wt_figure)i, f->target, out);
		wt_buf_puts(out, " |\n");
	}
	take_counts(m, &counts);
	for (size_t i = 0; i < counts.n; i++)
		wt_buf_printf(out, "| %s | %s | |\n", counts.items[i].title, text_of(&counts, i));
	wt_buf_clear(&counts.text);
}
