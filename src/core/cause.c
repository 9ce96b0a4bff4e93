/* SPDX-License-Identifier: MIT */
/* Why things fail: what two failures have in common, and which line of an output says it. */

#include "wtorch/core/cause.h"

#include <string.h>

#include "wtorch/base/text.h"

#define MIN_HEX   7u
#define MAX_LINE  200u /* of what is shown of an output */
#define MAX_NAMED 5u   /* tasks of one cause */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of a path or a URL, and what stands around it in a compiler's message. */
static bool is_path_byte(char c)
{
	return is_letter(c) || is_digit(c) || (c && strchr("/._~+@%-=&?#\\:", c)) ||
	       (unsigned char)c >= 0x80;
}

static size_t span(struct wt_str s, bool (*is)(char))
{
	size_t n = 0;

	while (n < s.len && is(s.data[n]))
		n++;
	return n;
}

static bool is_word_byte(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

/* A figure with its unit, and those that follow at once: "1m30s", "12:30:01", "1.5". */
static size_t span_figure(struct wt_str s)
{
	static const char *const units[] = { "ms", "us", "ns", "KiB", "MiB", "GiB", "kB", "KB",
					     "MB", "GB", "s",  "m",   "h",   "d",   "%",  NULL };
	size_t n = span(s, is_digit), unit = 0;

	while (n + 1 < s.len && strchr(".,:-", s.data[n]) && is_digit(s.data[n + 1])) {
		struct wt_str rest = { s.data + n + 1, s.len - n - 1 };

		n += 1 + span(rest, is_digit);
	}
	for (size_t i = 0; units[i] && !unit; i++) {
		size_t len = strlen(units[i]);

		if (n + len <= s.len && memcmp(s.data + n, units[i], len) == 0 &&
		    (n + len == s.len || !is_letter(s.data[n + len])))
			unit = len;
	}
	n += unit;
	if (unit && n < s.len && is_digit(s.data[n]))
		n += span_figure((struct wt_str){ s.data + n, s.len - n });
	return n;
}

static bool is_id(struct wt_str word)
{
	bool has_digit = false;

	for (size_t i = 0; i < word.len; i++) {
		if (!is_hex(word.data[i]))
			return false;
		has_digit |= is_digit(word.data[i]);
	}
	return has_digit && word.len >= MIN_HEX;
}

/* E404, TS2304: letters in capitals, then digits. */
static bool is_error_name(struct wt_str word)
{
	size_t letters = span(word, is_upper);
	struct wt_str rest = { word.data + letters, word.len - letters };

	return letters && rest.len && span(rest, is_digit) == rest.len;
}

static bool names_figure(struct wt_str word)
{
	static const char *const names[] = { "status", "signal", "code", "error", "http", NULL };

	for (size_t i = 0; names[i]; i++)
		if (wt_str_is_nocase(word, names[i]))
			return true;
	return false;
}

static void put_word(struct wt_str word, bool keeps_figures, struct wt_buf *out)
{
	if (is_id(word)) {
		wt_buf_putc(out, '#');
		return;
	}
	if (keeps_figures || is_error_name(word)) {
		wt_buf_add(out, word.data, word.len);
		return;
	}
	while (word.len) {
		size_t n = is_digit(*word.data) ? span(word, is_digit) : 1;

		if (is_digit(*word.data))
			wt_buf_putc(out, '#');
		else
			wt_buf_putc(out, *word.data);
		word.data += n;
		word.len -= n;
	}
}

void wt_cause_normal(const char *text, struct wt_buf *out)
{
	struct wt_str rest = { text, strcspn(text, "\r\n") };
	bool keeps_figures = false;

	while (rest.len) {
		size_t path = span(rest, is_path_byte), n = 1;

		if (path && memchr(rest.data, '/', path)) {
			wt_buf_putc(out, '/');
			n = path;
		} else if (is_word_byte(*rest.data)) {
			struct wt_str word = { rest.data, span(rest, is_word_byte) };

			n = word.len;
			if (is_digit(*rest.data) && !keeps_figures && !is_id(word)) {
				n = span_figure(rest);
				word.len = 0;
				wt_buf_putc(out, '#');
			}
			put_word(word, keeps_figures, out);
			keeps_figures = names_figure(word);
		} else {
			wt_buf_putc(out, *rest.data);
		}
		rest.data += n;
		rest.len -= n;
	}
}

bool wt_cause_is_same(const char *a, const char *b)
{
	struct wt_buf x = WT_BUF_INIT, y = WT_BUF_INIT;
	bool is_same;

	if (!a || !b)
		return false;
	wt_cause_normal(a, &x);
	wt_cause_normal(b, &y);
	is_same = x.len == y.len && (!x.len || memcmp(x.data, y.data, x.len) == 0);
	wt_buf_clear(&x);
	wt_buf_clear(&y);
	return is_same;
}

/* the line of an output */

static bool has_word(struct wt_str line, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= line.len; i++)
		if (wt_str_is_nocase((struct wt_str){ line.data + i, len }, word))
			return true;
	return false;
}

static bool tells_error(struct wt_str line)
{
	static const char *const words[] = { "error",  "fatal",  "panic",   "exception",
					     "err!",   "failed", "failure", "not found",
					     "denied", "cannot", NULL };

	for (size_t i = 0; words[i]; i++)
		if (has_word(line, words[i]))
			return true;
	return false;
}

bool wt_cause_find(struct wt_str output, struct wt_buf *out)
{
	struct wt_str line;

	while (wt_str_next(&output, "\n", &line)) {
		line = wt_str_trim(line);
		if (!tells_error(line))
			continue;
		if (line.len > MAX_LINE) {
			line.len = MAX_LINE;
			while (line.len && ((unsigned char)line.data[line.len] & 0xC0u) == 0x80u)
				line.len--; /* not in the middle of a character */
		}
		wt_text_render_safe(out, line);
		return true;
	}
	return false;
}

/* tasks */

const char *wt_cause_of(const struct wt_task_state *t)
{
	if (t->state != WT_FAILED && t->state != WT_TIMEOUT && t->state != WT_KEPT)
		return NULL;
	return t->cause ? t->cause : t->reason;
}

const struct wt_cause *wt_causes(const struct wt_run_state *s, struct wt_arena *a, size_t *n)
{
	size_t n_tasks = s->plan->n_tasks;
	struct wt_cause *all = wt_arena_alloc(a, (n_tasks + 1) * sizeof *all);
	struct wt_map by_text = { 0 };
	size_t **lists = wt_arena_alloc(a, (n_tasks + 1) * sizeof *lists);
	size_t *caps = wt_arena_alloc(a, (n_tasks + 1) * sizeof *caps);
	struct wt_buf normal = WT_BUF_INIT;

	*n = 0;
	for (size_t i = 0; i < n_tasks; i++) {
		const char *text = wt_cause_of(&s->tasks[i]);
		bool found;
		size_t at;

		if (!text)
			continue;
		wt_buf_reset(&normal);
		wt_cause_normal(text, &normal);
		at = wt_map_put(&by_text, wt_arena_strdup(a, normal.len ? normal.data : ""), *n,
				&found);
		if (!found)
			all[(*n)++] = (struct wt_cause){ .text = text };
		*WT_ARENA_PUSH(a, lists[at], all[at].n_tasks, caps[at]) = i;
		all[at].tasks = lists[at];
	}
	wt_buf_clear(&normal);
	wt_map_clear(&by_text);
	return all;
}

void wt_causes_render(const struct wt_run_state *s, struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	size_t n;
	const struct wt_cause *all = wt_causes(s, &a, &n);

	for (size_t i = 0; i < n; i++) {
		if (all[i].n_tasks < 2)
			continue;
		wt_buf_printf(out, "%zu tasks: ", all[i].n_tasks);
		wt_text_render_safe(out,
				    (struct wt_str){ all[i].text, strcspn(all[i].text, "\n") });
		for (size_t k = 0; k < all[i].n_tasks && k < MAX_NAMED; k++)
			wt_buf_printf(out, "%s%s", k ? ", " : " (",
				      s->plan->tasks[all[i].tasks[k]].task.id);
		if (all[i].n_tasks > MAX_NAMED)
			wt_buf_printf(out, " and %zu more", all[i].n_tasks - MAX_NAMED);
		wt_buf_puts(out, ")\n");
	}
	wt_arena_clear(&a);
}
