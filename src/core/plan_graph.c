/* SPDX-License-Identifier: MIT */
/* Draws a plan in the languages of mermaid and graphviz. */

#include "wtorch/core/plan_graph.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

/* What there is to draw; each language has its own. Nodes have numbers, "n3" for the task 3 and
 * "c3" for the conflict 3. */
struct pen {
	const char *head, *tail, *end;
	void (*box)(struct wt_buf *out, size_t wave); /* 0: those that do not run */
	void (*task)(struct wt_buf *out, size_t n, const struct wt_task *t);
	void (*thing)(struct wt_buf *out, size_t n, const char *label);
	void (*need)(struct wt_buf *out, size_t first, size_t then);
	void (*share)(struct wt_buf *out, size_t a, size_t b, const char *label);
	void (*use)(struct wt_buf *out, size_t thing, size_t task);
	void (*bold)(struct wt_buf *out, size_t task);
};

static bool has_title(const struct wt_task *t)
{
	return strcmp(t->id, t->title) != 0;
}

/* mermaid: everything that is not plainly harmless becomes a number, "#34;" */

static void put_mermaid(struct wt_buf *out, const char *text)
{
	struct wt_buf safe = WT_BUF_INIT;

	wt_text_render_safe(&safe, wt_str_of(text));
	for (size_t i = 0; i < safe.len; i++) {
		unsigned char c = (unsigned char)safe.data[i];
		bool is_plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
				(c >= 'a' && c <= 'z') || memchr(" .,_/-", c, 6);

		if (is_plain)
			wt_buf_putc(out, (char)c);
		else
			wt_buf_printf(out, "#%u;", c);
	}
	wt_buf_clear(&safe);
}

static void mermaid_box(struct wt_buf *out, size_t wave)
{
	if (wave)
		wt_buf_printf(out, "\tsubgraph w%zu[\"wave %zu\"]\n", wave, wave);
	else
		wt_buf_puts(out, "\tsubgraph w0[\"skipped\"]\n");
}

static void mermaid_task(struct wt_buf *out, size_t n, const struct wt_task *t)
{
	wt_buf_printf(out, "\t\tn%zu[\"", n);
	put_mermaid(out, t->id);
	if (has_title(t)) {
		wt_buf_puts(out, "<br/>");
		put_mermaid(out, t->title);
	}
	wt_buf_puts(out, "\"]\n");
}

static void mermaid_thing(struct wt_buf *out, size_t n, const char *label)
{
	wt_buf_printf(out, "\tc%zu([\"", n);
	put_mermaid(out, label);
	wt_buf_puts(out, "\"])\n");
}

static void mermaid_need(struct wt_buf *out, size_t first, size_t then)
{
	wt_buf_printf(out, "\tn%zu --> n%zu\n", first, then);
}

static void mermaid_share(struct wt_buf *out, size_t a, size_t b, const char *label)
{
	wt_buf_printf(out, "\tn%zu -.-|\"", a);
	put_mermaid(out, label);
	wt_buf_printf(out, "\"| n%zu\n", b);
}

static void mermaid_use(struct wt_buf *out, size_t thing, size_t task)
{
	wt_buf_printf(out, "\tc%zu -.- n%zu\n", thing, task);
}

static void mermaid_bold(struct wt_buf *out, size_t task)
{
	wt_buf_printf(out, "\tstyle n%zu stroke-width:3px\n", task);
}

/* graphviz: a quoted text, in whose labels "&lt;" is a character, too */

static void put_dot(struct wt_buf *out, const char *text)
{
	struct wt_buf safe = WT_BUF_INIT;

	wt_text_render_safe(&safe, wt_str_of(text));
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.data[i];

		if (c == '"' || c == '\\')
			wt_buf_putc(out, '\\');
		wt_buf_putc(out, c);
		if (c == '&')
			wt_buf_puts(out, "amp;");
	}
	wt_buf_clear(&safe);
}

static void dot_box(struct wt_buf *out, size_t wave)
{
	if (wave)
		wt_buf_printf(out, "\tsubgraph cluster_%zu {\n\t\tlabel=\"wave %zu\";\n", wave,
			      wave);
	else
		wt_buf_puts(out, "\tsubgraph cluster_0 {\n\t\tlabel=\"skipped\";\n"
				 "\t\tstyle=dashed;\n");
}

static void dot_task(struct wt_buf *out, size_t n, const struct wt_task *t)
{
	wt_buf_printf(out, "\t\tn%zu [label=\"", n);
	put_dot(out, t->id);
	if (has_title(t)) {
		wt_buf_puts(out, "\\n");
		put_dot(out, t->title);
	}
	wt_buf_puts(out, "\"];\n");
}

static void dot_thing(struct wt_buf *out, size_t n, const char *label)
{
	wt_buf_printf(out, "\tc%zu [shape=ellipse, style=dashed, label=\"", n);
	put_dot(out, label);
	wt_buf_puts(out, "\"];\n");
}

static void dot_need(struct wt_buf *out, size_t first, size_t then)
{
	wt_buf_printf(out, "\tn%zu -> n%zu;\n", first, then);
}

static void dot_share(struct wt_buf *out, size_t a, size_t b, const char *label)
{
	wt_buf_printf(out, "\tn%zu -> n%zu [dir=none, style=dashed, label=\"", a, b);
	put_dot(out, label);
	wt_buf_puts(out, "\"];\n");
}

static void dot_use(struct wt_buf *out, size_t thing, size_t task)
{
	wt_buf_printf(out, "\tc%zu -> n%zu [dir=none, style=dashed];\n", thing, task);
}

static void dot_bold(struct wt_buf *out, size_t task)
{
	wt_buf_printf(out, "\tn%zu [penwidth=3];\n", task);
}

/* the drawing */

/* Tasks by wave: those of wave w stand from starts[w] up to starts[w + 1]; 0: they do not run. */
static size_t *sort_by_wave(const struct wt_plan *plan, size_t **starts)
{
	size_t *sorted = wt_alloc((plan->n_tasks + 1) * sizeof *sorted);
	size_t *next = wt_alloc((plan->n_batches + 3) * sizeof *next);

	for (size_t i = 0; i < plan->n_tasks; i++)
		next[plan->tasks[i].batch + 2]++;
	for (size_t w = 2; w < plan->n_batches + 3; w++)
		next[w] += next[w - 1];
	for (size_t i = 0; i < plan->n_tasks; i++)
		sorted[next[plan->tasks[i].batch + 1]++] = i;
	*starts = next;
	return sorted;
}

static void draw_waves(const struct wt_plan *plan, const struct pen *pen, struct wt_buf *out)
{
	size_t *starts, *sorted = sort_by_wave(plan, &starts);
	struct wt_arena scratch = { 0 };
	struct wt_task shown;

	for (size_t turn = 1; turn <= plan->n_batches + 1; turn++) {
		size_t wave = turn > plan->n_batches ? 0 : turn;
		bool is_open = false;

		for (size_t i = starts[wave]; i < starts[wave + 1]; i++) {
			if (!plan->tasks[sorted[i]].is_selected)
				continue;
			if (!is_open)
				pen->box(out, wave);
			is_open = true;
			shown = plan->tasks[sorted[i]].task;
			shown.id = wt_plan_label(&scratch, plan, sorted[i]);
			pen->task(out, sorted[i], &shown);
		}
		if (is_open)
			wt_buf_puts(out, pen->end);
	}
	wt_arena_clear(&scratch);
	free(starts);
	free(sorted);
}

static void put_label(const struct wt_conflict *c, struct wt_buf *label)
{
	wt_buf_reset(label);
	wt_buf_puts(label, c->n_paths ? c->paths[0] : "declared");
	if (c->n_paths > 1)
		wt_buf_printf(label, " and %zu more", c->n_paths - 1);
	if (c->is_loose)
		wt_buf_puts(label, " (allowed)");
}

static void draw_conflict(const struct wt_plan *plan, size_t n, const struct pen *pen,
			  struct wt_buf *out)
{
	const struct wt_conflict *c = &plan->conflicts[n];
	struct wt_buf label = WT_BUF_INIT;

	put_label(c, &label);
	if (c->n_tasks == 2) {
		pen->share(out, c->tasks[0], c->tasks[1], label.data);
	} else {
		pen->thing(out, n, label.data);
		for (size_t i = 0; i < c->n_tasks; i++)
			pen->use(out, n, c->tasks[i]);
	}
	wt_buf_clear(&label);
}

static void draw(const struct wt_plan *plan, const struct pen *pen, struct wt_buf *out)
{
	wt_buf_puts(out, pen->head);
	draw_waves(plan, pen, out);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		for (size_t k = 0; k < plan->tasks[i].n_needs; k++)
			pen->need(out, plan->tasks[i].needs[k], i);
	}
	/* Those that wait for each other anyway have their arrows. */
	for (size_t i = 0; i < plan->n_conflicts; i++) {
		if (plan->conflicts[i].kind != WT_CONFLICT_DEPENDENCY)
			draw_conflict(plan, i, pen, out);
	}
	for (size_t i = 0; plan->n_critical > 1 && i < plan->n_critical; i++)
		pen->bold(out, plan->critical_path[i]);
	wt_buf_puts(out, pen->tail);
}

void wt_plan_render_mermaid(const struct wt_plan *plan, struct wt_buf *out)
{
	static const struct pen pen = { .head = "flowchart LR\n",
					.tail = "",
					.end = "\tend\n",
					.box = mermaid_box,
					.task = mermaid_task,
					.thing = mermaid_thing,
					.need = mermaid_need,
					.share = mermaid_share,
					.use = mermaid_use,
					.bold = mermaid_bold };

	draw(plan, &pen, out);
}

void wt_plan_render_dot(const struct wt_plan *plan, struct wt_buf *out)
{
	static const struct pen pen = { .head = "digraph plan {\n\trankdir=LR;\n"
						"\tnode [shape=box];\n",
					.tail = "}\n",
					.end = "\t}\n",
					.box = dot_box,
					.task = dot_task,
					.thing = dot_thing,
					.need = dot_need,
					.share = dot_share,
					.use = dot_use,
					.bold = dot_bold };

	draw(plan, &pen, out);
}
