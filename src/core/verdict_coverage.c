/* SPDX-License-Identifier: MIT */
/* The word of a coverage gate: which report it is, and whether the figure is enough. */

#include <string.h>

#include "covering.h"

enum wt_cover wt_cover_bad(struct wt_judging *j, const char *why)
{
	wt_judging_say(j, WT_SAYS_ERROR, "%s", why);
	return WT_COVER_BAD;
}

enum wt_cover wt_cover_of(struct wt_judging *j, int64_t covered, int64_t all, int64_t *milli)
{
	if (all == 0)
		return wt_cover_bad(j, "its report has no lines that were measured");
	if (covered < 0 || covered > all || all > INT64_MAX / 100000)
		return wt_cover_bad(j, "its report covers more lines than it has");
	*milli = covered * 100000 / all;
	return WT_COVER_FOUND;
}

bool wt_cover_parse(struct wt_str text, int64_t *milli)
{
	int64_t value = 0, scale = 0;

	text = wt_str_trim(text);
	if (text.len && text.data[text.len - 1] == '%')
		text.len--;
	text = wt_str_trim(text);
	if (!text.len || text.len > 24 || text.data[0] == '.' || text.data[text.len - 1] == '.')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '.' && !scale)
			scale = 1;
		else if (c < '0' || c > '9' || value > 100000)
			return false;
		else if (scale < 1000) { /* more decimals are looked at and dropped */
			value = value * 10 + (c - '0');
			scale *= 10;
		}
	}
	for (scale = scale ? scale : 1; scale < 1000; scale *= 10)
		value *= 10;
	*milli = value;
	return value <= 100000;
}

static bool has_line(struct wt_str text, const char *prefix)
{
	const char *behind = text.data;
	size_t len = strlen(prefix);

	for (const char *end = text.data + text.len; behind && end - behind >= (ptrdiff_t)len;) {
		if (memcmp(behind, prefix, len) == 0)
			return true;
		behind = memchr(behind, '\n', (size_t)(end - behind));
		if (behind)
			behind++;
	}
	return false;
}

static enum wt_cover read_any(struct wt_judging *j, int64_t *milli)
{
	struct wt_str text = j->word;

	if (wt_str_starts(text, "\xef\xbb\xbf")) {
		text.data += 3;
		text.len -= 3;
	}
	text = wt_str_trim(text);
	if (j->gate->pattern)
		return wt_cover_pattern(j, milli);
	if (wt_str_starts(text, "<"))
		return wt_cover_xml(j, milli);
	if (wt_str_starts(text, "{"))
		return wt_cover_json(j, milli);
	if (has_line(text, "SF:"))
		return wt_cover_lcov(j, milli);
	return wt_cover_text(j, milli);
}

void wt_judge_coverage(struct wt_judging *j)
{
	struct wt_buf min = WT_BUF_INIT;
	int64_t milli = 0;
	enum wt_cover found = read_any(j, &milli);

	if (found == WT_COVER_NONE)
		wt_cover_bad(j, j->gate->pattern ? "no line matches its pattern"
						 : "it leaves no report of coverage that is known");
	if (found != WT_COVER_FOUND)
		return;
	j->result->coverage_milli = milli;
	wt_text_render_decimal(&min, j->gate->min_milli * 1000);
	if (milli < j->gate->min_milli)
		wt_judging_say(j, WT_SAYS_FAIL, "line coverage is below %s%%", min.data);
	else
		j->result->verdict = WT_SAYS_PASS;
	wt_buf_clear(&min);
}
