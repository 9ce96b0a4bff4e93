/* SPDX-License-Identifier: MIT */
/* Coverage that a program shows to people: which of all the percentages is that of all lines. */

#include <stdlib.h>
#include <string.h>

#include "covering.h"
#include "wtorch/base/pattern.h"

/* Totals within this of each other are one, rounded differently. */
#define SAME_MILLI 1000

/* What one way of telling the total gave. */
struct told {
	bool is_there;
	bool is_bad; /* it told two that differ, or one that is no percentage */
	int64_t milli;
};

enum way { LINES, ISTANBUL, GO_TOTAL, TOTAL, STRONG_WAYS, COVERAGE = STRONG_WAYS, WAYS };

struct look {
	struct told ways[WAYS];
	int column;           /* of "% Lines" in a table of istanbul; -1: none */
	bool is_not_of_lines; /* the table that is open is about branches or functions */
};

static void tell(struct look *l, enum way way, struct wt_str number)
{
	struct told *t = &l->ways[way];
	int64_t milli = 0;
	bool is_good = wt_cover_parse(number, &milli);

	t->is_bad |= !is_good || (t->is_there && t->milli != milli);
	t->is_there = true;
	t->milli = milli;
}

/* The number before a '%' at text[at], with a sign or what else is not right in front of it. */
static struct wt_str number_before(struct wt_str text, size_t at)
{
	size_t start = at;

	while (start && text.data[start - 1] == ' ' && at - start < 2)
		start--;
	while (start && strchr("0123456789.,-+", text.data[start - 1]))
		start--;
	return wt_str_trim((struct wt_str){ text.data + start, at - start });
}

/* How many percentages there are; the first is put into number. */
static size_t percents(struct wt_str text, struct wt_str *number)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		struct wt_str found = { NULL, 0 };

		if (text.data[i] == '%')
			found = number_before(text, i);
		if (!found.len)
			continue;
		if (!n++)
			*number = found;
	}
	return n;
}

static struct wt_str behind(struct wt_str text, size_t n)
{
	n = n < text.len ? n : text.len;
	return wt_str_trim((struct wt_str){ text.data + n, text.len - n });
}

/* "Lines: 83%", "  lines......: 84.5% (...)", "Line Coverage: 85.71%", and of tarpaulin
 * "85.71% coverage, 6/7 lines covered, +0.5% change in coverage". */
static void look_for_lines(struct look *l, struct wt_str line)
{
	struct wt_str rest = { line.data, 0 }, number;

	if (wt_str_starts_nocase(line, "line coverage"))
		rest = behind(line, 13);
	else if (wt_str_starts_nocase(line, "lines"))
		rest = behind(line, 5);
	while (rest.len && (*rest.data == '.' || *rest.data == ' '))
		rest = behind(rest, 1);
	if (!percents(line, &number))
		return;
	/* Right behind the colon, or in front of all, and not somewhere in a sentence. */
	if (wt_str_starts(rest, ":") && number.data == behind(rest, 1).data)
		tell(l, LINES, number);
	else if (number.data == line.data && wt_str_find(line, " lines covered") < line.len)
		tell(l, LINES, number);
}

/* The cell of a table's row, which begins with the cell 0; empty when no bar closes it: the row
 * may be cut, and half of 90.47 is 9. */
static struct wt_str cell(struct wt_str row, int n)
{
	struct wt_str rest = row;
	size_t bar_at;

	for (; n > 0; n--) {
		size_t bar = wt_str_find(rest, "|");

		bar = bar < rest.len ? bar + 1 : bar;
		rest.data += bar;
		rest.len -= bar;
	}
	bar_at = wt_str_find(rest, "|");
	rest.len = bar_at < rest.len ? bar_at : 0;
	return wt_str_trim(rest);
}

static void look_for_istanbul(struct look *l, struct wt_str line)
{
	if (wt_str_starts(line, "File") && wt_str_find(line, "% Lines") < line.len) {
		l->column = 1;
		while (l->column > 0 && !wt_str_is(cell(line, l->column), "% Lines"))
			l->column = l->column < 20 ? l->column + 1 : -1;
	} else if (l->column > 0 && wt_str_is(cell(line, 0), "All files")) {
		tell(l, ISTANBUL, cell(line, l->column));
	}
}

/* "total:   (statements)  85.7%" of go tool cover. */
static void look_for_go(struct look *l, struct wt_str line)
{
	struct wt_str number;

	if (wt_str_starts(line, "total:") && wt_str_find(line, "(statements)") < line.len &&
	    percents(line, &number) == 1)
		tell(l, GO_TOTAL, number);
}

/* The last line of a table of gcovr or coverage.py, "TOTAL 10 8 80%", or of lcov --list,
 * "Total:|80.0% 10|...", where lines come first. */
static void look_for_total(struct look *l, struct wt_str line)
{
	struct wt_str number;
	size_t n;

	if (wt_str_starts(line, "File ") || wt_str_starts(line, "Name "))
		l->is_not_of_lines = wt_str_find(line, "Lines") == line.len &&
				     (wt_str_find(line, "Branches") < line.len ||
				      wt_str_find(line, "Functions") < line.len ||
				      wt_str_find(line, "Decisions") < line.len ||
				      wt_str_find(line, "Conditions") < line.len);
	if (wt_str_starts(line, "Total:|") && percents(line, &number)) {
		tell(l, TOTAL, number);
	} else if (wt_str_starts(line, "TOTAL ") && !l->is_not_of_lines) {
		n = percents(line, &number);
		if (n)
			tell(l, TOTAL, number);
		l->ways[TOTAL].is_bad |= n > 1;
	}
}

/* Words of a line that tells what is asked for, not what there is. */
static bool is_demand(struct wt_str line)
{
	static const char *const words[] = { "threshold", "minimum",  "require",  "expect",
					     "target",    "below",    "at least", "fail",
					     "branch",    "function", "goal",     "change",
					     "crease" };

	for (; line.len; line.data++, line.len--) {
		for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
			if (wt_str_starts_nocase(line, words[i]))
				return true;
		}
	}
	return false;
}

/* "coverage: 85.7% of statements", "85.71% coverage", "Coverage = 85%", or nothing but "85%". */
static void look_for_coverage(struct look *l, struct wt_str line)
{
	struct wt_str number, before, after;

	if (percents(line, &number) != 1 || is_demand(line))
		return;
	before = wt_str_trim((struct wt_str){ line.data, (size_t)(number.data - line.data) });
	after = behind(line, (size_t)(number.data - line.data) + number.len);
	after = wt_str_trim(after);
	if (wt_str_starts(after, "%"))
		after = behind(after, 1);
	while (before.len && strchr(":=. ", before.data[before.len - 1]))
		before.len--;
	if ((!before.len && !after.len) || wt_str_ends(before, "coverage") ||
	    wt_str_ends(before, "Coverage") || wt_str_ends(before, "COVERAGE") ||
	    wt_str_starts_nocase(after, "coverage") || wt_str_starts_nocase(after, "covered"))
		tell(l, COVERAGE, number);
}

static enum wt_cover decide(struct wt_judging *j, const struct look *l, int64_t *milli)
{
	const struct told *first = NULL;

	for (size_t i = 0; i < STRONG_WAYS; i++) {
		const struct told *t = &l->ways[i];

		if (t->is_bad ||
		    (t->is_there && first && llabs(first->milli - t->milli) > SAME_MILLI))
			return wt_cover_bad(j, "its output has several totals of coverage, or one "
					       "that is no percentage");
		first = first || !t->is_there ? first : t;
	}
	if (!first && l->ways[COVERAGE].is_bad)
		return wt_cover_bad(j, "its output has several percentages and no total");
	if (!first && l->ways[COVERAGE].is_there)
		first = &l->ways[COVERAGE];
	if (!first)
		return WT_COVER_NONE;
	*milli = first->milli;
	return WT_COVER_FOUND;
}

enum wt_cover wt_cover_text(struct wt_judging *j, int64_t *milli)
{
	struct look l = { .column = -1 };
	struct wt_str rest = j->word;
	struct wt_buf buf = WT_BUF_INIT;
	bool is_cut;

	while (wt_judging_next(&rest, &buf, &is_cut)) {
		struct wt_str line = wt_str_trim((struct wt_str){ buf.data, buf.len });

		if (is_cut) /* no report has such lines, and its end could be the half of a number
			     */
			continue;
		look_for_lines(&l, line);
		look_for_istanbul(&l, line);
		look_for_go(&l, line);
		look_for_total(&l, line);
		look_for_coverage(&l, line);
	}
	wt_buf_clear(&buf);
	return decide(j, &l, milli);
}

enum wt_cover wt_cover_pattern(struct wt_judging *j, int64_t *milli)
{
	struct wt_str rest = j->word, group;
	struct wt_buf line = WT_BUF_INIT;
	struct told told = { 0 };
	struct wt_capture *capture;
	struct wt_error err;
	bool is_cut;

	if (wt_capture_new(j->gate->pattern, &capture, &err) != WT_OK)
		return wt_cover_bad(j, err.msg);
	while (!told.is_bad && wt_judging_next(&rest, &line, &is_cut)) {
		int64_t found = 0;

		if (is_cut || !wt_capture_find(capture, line.data, &group))
			continue;
		told.is_bad = !wt_cover_parse(group, &found) ||
			      (told.is_there && told.milli != found);
		told.is_there = true;
		told.milli = found;
	}
	wt_capture_free(capture);
	wt_buf_clear(&line);
	if (told.is_bad)
		return wt_cover_bad(j, "its pattern matches several percentages, or what is none");
	*milli = told.milli;
	return told.is_there ? WT_COVER_FOUND : WT_COVER_NONE;
}
