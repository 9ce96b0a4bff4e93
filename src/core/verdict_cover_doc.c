/* SPDX-License-Identifier: MIT */
/* Reports of coverage that are documents: XML of Cobertura and JaCoCo, JSON of gcovr, coverage.py,
 * istanbul and llvm-cov. */

#include <math.h>

#include "covering.h"

#define MAX_LINES 1e15

static bool is_named(const struct wt_json *root, const char *name)
{
	return root->name && wt_str_is(wt_str_of(root->name), name);
}

/* A count that is an attribute; false where it is none. */
static bool count_of(const struct wt_json *node, const char *attribute, int64_t *out)
{
	return wt_text_parse_int(wt_str_of(wt_json_text(node, attribute, "")), out) && *out >= 0;
}

/* "0.8333333333333334": a part of one, of which six decimals count. */
static bool rate_of(const char *text, int64_t *milli)
{
	struct wt_str s = wt_str_of(text);
	int64_t millionths;

	for (; s.len > 8; s.len--) {
		if (s.data[s.len - 1] < '0' || s.data[s.len - 1] > '9')
			return false;
	}
	if (!wt_text_parse_decimal(s, &millionths) || millionths > WT_MILLION)
		return false;
	*milli = millionths / 10;
	return true;
}

static enum wt_cover read_cobertura(struct wt_judging *j, const struct wt_json *root,
				    int64_t *milli)
{
	int64_t covered, all;

	if (!wt_json_find(root, "@lines-valid"))
		return rate_of(wt_json_text(root, "@line-rate", ""), milli)
			       ? WT_COVER_FOUND
			       : wt_cover_bad(j, "its report has no line-rate from 0 to 1");
	if (!count_of(root, "@lines-covered", &covered) || !count_of(root, "@lines-valid", &all))
		return wt_cover_bad(j, "its report counts what is no number");
	return wt_cover_of(j, covered, all, milli);
}

static enum wt_cover read_jacoco(struct wt_judging *j, const struct wt_json *root, int64_t *milli)
{
	int64_t missed, covered;

	for (const struct wt_json *c = root->child; c; c = c->next) {
		if (!is_named(c, "counter") ||
		    !wt_str_is(wt_str_of(wt_json_text(c, "@type", "")), "LINE"))
			continue;
		if (!count_of(c, "@missed", &missed) || !count_of(c, "@covered", &covered) ||
		    missed > (int64_t)MAX_LINES || covered > (int64_t)MAX_LINES)
			break;
		return wt_cover_of(j, covered, covered + missed, milli);
	}
	return wt_cover_bad(j, "its report counts no lines");
}

enum wt_cover wt_cover_xml(struct wt_judging *j, int64_t *milli)
{
	const struct wt_json *root = j->reader->xml(j->reader->arg, j->arena, j->word);

	if (root && is_named(root, "coverage"))
		return read_cobertura(j, root, milli);
	if (root && is_named(root, "report"))
		return read_jacoco(j, root, milli);
	return wt_cover_bad(j, root ? "its report is XML, but not of Cobertura or JaCoCo"
				    : "its report cannot be read as XML");
}

/* A count that is a member; false where it is none. */
static bool number_of(const struct wt_json *object, const char *name, int64_t *out)
{
	const struct wt_json *value = wt_json_find(object, name);

	if (!value || value->kind != WT_JSON_NUMBER || value->number < 0 ||
	    value->number > MAX_LINES || floor(value->number) != value->number)
		return false;
	*out = (int64_t)value->number;
	return true;
}

/* Two members of one object that are counts; NONE where it is no such object. */
static enum wt_cover read_counts(struct wt_judging *j, const struct wt_json *object,
				 const char *covered, const char *all, int64_t *milli)
{
	int64_t n_covered, n_all;

	if (!wt_json_find(object, covered) || !wt_json_find(object, all))
		return WT_COVER_NONE;
	if (!number_of(object, covered, &n_covered) || !number_of(object, all, &n_all))
		return wt_cover_bad(j, "its report counts what is no number");
	return wt_cover_of(j, n_covered, n_all, milli);
}

/* One line of gcovr's own format; false where it is none. */
static bool take_line(struct wt_arena *a, struct wt_cover_lines *lines, size_t file,
		      const struct wt_json *item)
{
	int64_t line, count;

	if (wt_json_bool(item, "gcovr/noncode", false) ||
	    wt_json_bool(item, "gcovr/excluded", false))
		return true;
	if (!number_of(item, "line_number", &line) || !number_of(item, "count", &count))
		return false;
	wt_cover_add(a, lines, file, line, count > 0);
	return true;
}

static bool take_files(struct wt_arena *a, struct wt_cover_lines *lines,
		       const struct wt_json *files)
{
	for (const struct wt_json *f = files->child; f; f = f->next) {
		const char *path = wt_json_text(f, "file", NULL);
		const struct wt_json *list = wt_json_find(f, "lines");
		size_t file;

		if (!path || !list || list->kind != WT_JSON_ARRAY)
			return false;
		file = wt_cover_file(a, lines, wt_str_of(path));
		for (const struct wt_json *item = list->child; item; item = item->next) {
			if (!take_line(a, lines, file, item))
				return false;
		}
	}
	return true;
}

/* gcovr --json: every line of every file. */
static enum wt_cover read_gcovr(struct wt_judging *j, const struct wt_json *root, int64_t *milli)
{
	const struct wt_json *files = wt_json_find(root, "files");
	struct wt_cover_lines lines = { 0 };
	int64_t covered, all;
	bool is_good;

	if (!wt_json_find(root, "gcovr/format_version") || !files || files->kind != WT_JSON_ARRAY)
		return WT_COVER_NONE;
	is_good = take_files(j->arena, &lines, files);
	wt_cover_count(&lines, &covered, &all);
	return is_good ? wt_cover_of(j, covered, all, milli)
		       : wt_cover_bad(j, "its report of gcovr has a line that cannot be read");
}

/* llvm-cov export: one set of data, which has totals. */
static const struct wt_json *llvm_lines(const struct wt_json *root)
{
	const struct wt_json *data = wt_json_find(root, "data");

	if (wt_json_count(data) != 1)
		return NULL;
	return wt_json_find(wt_json_find(data->child, "totals"), "lines");
}

enum wt_cover wt_cover_json(struct wt_judging *j, int64_t *milli)
{
	const struct wt_json *root = j->reader->json(j->reader->arg, j->arena, j->word);
	const struct wt_json *istanbul = wt_json_find(wt_json_find(root, "total"), "lines");
	enum wt_cover found;

	if (!root)
		return wt_cover_bad(j, "its report cannot be read as JSON");
	found = read_counts(j, root, "line_covered", "line_total", milli);
	if (!found)
		found = read_gcovr(j, root, milli);
	if (!found)
		found = read_counts(j, wt_json_find(root, "totals"), "covered_lines",
				    "num_statements", milli);
	if (!found)
		found = read_counts(j, istanbul, "covered", "total", milli);
	if (!found)
		found = read_counts(j, llvm_lines(root), "covered", "count", milli);
	return found ? found : wt_cover_bad(j, "its report is JSON of a kind that is not known");
}
