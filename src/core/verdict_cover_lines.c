/* SPDX-License-Identifier: MIT */
/* Coverage told line by line: lcov's info files, and the counting of lines. */

#include <stdlib.h>
#include <string.h>

#include "covering.h"

struct wt_cover_line {
	uint32_t file;
	uint32_t line;
	bool is_hit;
};

size_t wt_cover_file(struct wt_arena *a, struct wt_cover_lines *lines, struct wt_str path)
{
	const char *key = wt_arena_strndup(a, path.data, path.len);
	bool is_known;
	size_t file = wt_map_put(&lines->files, key, lines->n_files, &is_known);

	lines->n_files += !is_known;
	return file;
}

void wt_cover_add(struct wt_arena *a, struct wt_cover_lines *lines, size_t file, int64_t line,
		  bool is_hit)
{
	*WT_ARENA_PUSH(a, lines->items, lines->len, lines->cap) =
		(struct wt_cover_line){ (uint32_t)file, (uint32_t)line, is_hit };
}

static int compare(const void *left, const void *right)
{
	const struct wt_cover_line *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return b->is_hit - a->is_hit; /* one that is hit first */
}

void wt_cover_count(struct wt_cover_lines *lines, int64_t *covered, int64_t *all)
{
	*covered = *all = 0;
	if (lines->len)
		qsort(lines->items, lines->len, sizeof *lines->items, compare);
	for (size_t i = 0; i < lines->len; i++) {
		const struct wt_cover_line *l = &lines->items[i];

		if (i && l[-1].file == l->file && l[-1].line == l->line)
			continue;
		++*all;
		*covered += l->is_hit;
	}
	wt_map_clear(&lines->files);
	*lines = (struct wt_cover_lines){ 0 };
}

/* An info file while it is read. */
struct info {
	struct wt_arena *arena;
	struct wt_cover_lines lines;
	int64_t summed, summed_covered; /* of records that count and tell no lines */
	int64_t found, hit;             /* of the record, as it counts */
	size_t file;
	bool is_open; /* a record has begun and not ended */
	bool has_lines;
};

/* "12,3" or "12,3,checksum". */
static bool take_line(struct info *in, struct wt_str rest)
{
	struct wt_str line, count;
	int64_t number, hits;

	if (!wt_str_next(&rest, ",", &line) || !wt_str_next(&rest, ",", &count) ||
	    !wt_text_parse_int(line, &number) || number < 0 || number > UINT32_MAX)
		return false;
	/* A counter that ran over is of a line that ran. */
	if (!wt_text_parse_int(count, &hits)) {
		for (size_t i = 0; i < count.len; i++) {
			if (count.data[i] < '0' || count.data[i] > '9')
				return false;
		}
		hits = 1;
	}
	wt_cover_add(in->arena, &in->lines, in->file, number, hits > 0);
	in->has_lines = true;
	return true;
}

static bool end_record(struct info *in)
{
	if (!in->is_open)
		return false;
	if (!in->has_lines) {
		if (in->hit > in->found || in->found > INT32_MAX)
			return false;
		in->summed += in->found;
		in->summed_covered += in->hit;
	}
	in->is_open = in->has_lines = false;
	in->found = in->hit = 0;
	return true;
}

/* One line of the file; false where it cannot be right. */
static bool take(struct info *in, struct wt_str line)
{
	struct wt_str value = { line.data + 3, line.len - 3 };

	if (wt_str_is(line, "end_of_record"))
		return end_record(in);
	if (wt_str_starts(line, "SF:")) {
		bool was_open = in->is_open;

		in->is_open = true;
		in->file = wt_cover_file(in->arena, &in->lines, value);
		return !was_open;
	}
	if (wt_str_starts(line, "DA:"))
		return in->is_open && take_line(in, value);
	if (wt_str_starts(line, "LF:"))
		return wt_text_parse_int(value, &in->found) && in->found >= 0;
	if (wt_str_starts(line, "LH:"))
		return wt_text_parse_int(value, &in->hit) && in->hit >= 0;
	return true; /* functions, branches, and what a tool says beside it */
}

enum wt_cover wt_cover_lcov(struct wt_judging *j, int64_t *milli)
{
	struct info in = { .arena = j->arena };
	struct wt_str rest = j->word, line;
	int64_t covered, all;
	bool is_good = true;

	while (is_good && wt_str_next(&rest, "\n", &line))
		is_good = take(&in, line);
	is_good &= !in.is_open;
	/* Of a long output only the end is here. */
	if (!j->gate->report && j->word.len >= WT_MAX_GATE_TEXT)
		is_good = false;
	wt_cover_count(&in.lines, &covered, &all);
	if (!is_good)
		return wt_cover_bad(j, "its report of lcov is cut or damaged");
	return wt_cover_of(j, covered + in.summed_covered, all + in.summed, milli);
}
