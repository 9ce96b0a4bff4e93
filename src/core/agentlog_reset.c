/* SPDX-License-Identifier: MIT */
/* When a provider answers again, from what programs write when it does not. */

#include <string.h>

#include "agentlog_priv.h"
#include "wtorch/base/text.h"

#define SECOND      INT64_C(1000)
#define MINUTE      (60 * SECOND)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)
#define MAX_WAIT_MS (31 * DAY) /* nobody resets later than in a month */

static int64_t unit_ms(struct wt_str word)
{
	static const struct {
		const char *begin;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },     { "mil", 1 },  { "s", SECOND },
		{ "m", MINUTE }, { "h", HOUR }, { "d", DAY },
	};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (wt_str_starts(word, units[i].begin))
			return units[i].ms;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip(struct wt_str *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

/* "2 days 3 hours", "38.2s", "1m30s", "5 minutes and 10 seconds": the sum, 0 for none. */
static int64_t read_span(struct wt_str s)
{
	int64_t total = 0;

	for (;;) {
		double number = 0, scale = 1;
		int64_t unit;
		size_t n = 0;

		while (s.len && (s.data[0] == ' ' || s.data[0] == ',' || wt_str_starts(s, "and ")))
			skip(&s, s.data[0] == 'a' ? 4 : 1);
		for (; n < s.len && n < 12 && (is_digit(s.data[n]) || s.data[n] == '.'); n++) {
			if (s.data[n] == '.')
				scale = scale < 1 ? scale : 0.1;
			else if (scale < 1) {
				number += (s.data[n] - '0') * scale;
				scale /= 10;
			} else
				number = number * 10 + (s.data[n] - '0');
		}
		if (!n)
			return total;
		skip(&s, n);
		while (s.len && s.data[0] == ' ')
			skip(&s, 1);
		unit = unit_ms(s);
		if (!unit || number * (double)unit > (double)MAX_WAIT_MS)
			return total;
		total += (int64_t)(number * (double)unit);
		while (s.len && s.data[0] >= 'a' && s.data[0] <= 'z')
			skip(&s, 1);
	}
}

/* "...limit reached|1700000000", or a time as in RFC 3339. */
static int64_t read_moment(struct wt_str s)
{
	int64_t ms;

	for (size_t i = 0; i + 10 < s.len; i++) {
		struct wt_str digits = { s.data + i + 1, 10 };
		int64_t seconds;

		if (s.data[i] == '|' && wt_text_parse_int(digits, &seconds) &&
		    (i + 11 == s.len || !is_digit(s.data[i + 11])))
			return seconds * 1000;
	}
	for (size_t i = 0; i + 20 <= s.len; i++) {
		size_t n = 20;

		if (s.data[i] != '2' || s.data[i + 4] != '-' || (i && is_digit(s.data[i - 1])))
			continue;
		while (n <= 35 && i + n <= s.len) {
			if (wt_text_parse_time((struct wt_str){ s.data + i, n }, &ms))
				return ms;
			n++;
		}
	}
	return 0;
}

/* "3pm", "10:26 PM": 1 to DAY, for midnight is the end of a day here; 0 for none. */
static int64_t read_clock(struct wt_str s)
{
	int64_t hour = 0, minute = 0;
	size_t n = 0;

	for (; n < s.len && n < 2 && is_digit(s.data[n]); n++)
		hour = hour * 10 + (s.data[n] - '0');
	if (!n || hour < 1 || hour > 12)
		return 0;
	skip(&s, n);
	if (s.len > 2 && s.data[0] == ':' && is_digit(s.data[1]) && is_digit(s.data[2])) {
		minute = (s.data[1] - '0') * 10 + (s.data[2] - '0');
		skip(&s, 3);
	}
	if (s.len && s.data[0] == ' ')
		skip(&s, 1);
	if (minute > 59 || (!wt_str_starts(s, "am") && !wt_str_starts(s, "pm")))
		return 0;
	hour = hour % 12 + (s.data[0] == 'p' ? 12 : 0);
	return hour || minute ? hour * HOUR + minute * MINUTE : DAY;
}

/* "nov 23rd, 2026 " before a time: the begin of that day, as if it were one of UTC; 0 for none. */
static int64_t read_date(struct wt_str *s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char text[] = "0000-00-00T00:00:00Z";
	struct wt_str in = *s;
	int64_t ms = 0;
	size_t month = 0, n = 0, day = 0;

	while (month < 12 && !(in.len > 3 && memcmp(in.data, months + 3 * month, 3) == 0))
		month++;
	if (month == 12 || in.data[3] != ' ')
		return 0;
	skip(&in, 4);
	for (; n < in.len && n < 2 && is_digit(in.data[n]); n++)
		day = day * 10 + (size_t)(in.data[n] - '0');
	skip(&in, n);
	n = 0;
	while (n < in.len && n < 4 && !is_digit(in.data[n]))
		n++; /* "rd, " */
	skip(&in, n);
	if (in.len < 5 || in.data[4] != ' ')
		return 0;
	memcpy(text, in.data, 4);
	text[5] = (char)('0' + (month + 1) / 10);
	text[6] = (char)('0' + (month + 1) % 10);
	text[8] = (char)('0' + day / 10);
	text[9] = (char)('0' + day % 10);
	if (!wt_text_parse_time((struct wt_str){ text, sizeof text - 1 }, &ms))
		return 0;
	skip(&in, 5);
	*s = in;
	return ms;
}

static int64_t read_local(struct wt_str lower)
{
	static const char *const before[] = { "again at ", "reset at ", "resets at ", "resets " };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t at = wt_str_find(lower, before[i]);
		struct wt_str s;
		int64_t day, clock;

		if (at == lower.len)
			continue;
		at += strlen(before[i]);
		s = (struct wt_str){ lower.data + at, lower.len - at };
		day = read_date(&s);
		clock = read_clock(s);
		if (clock)
			return day ? day + clock % DAY : clock;
	}
	return 0;
}

static int64_t read_wait(struct wt_str lower)
{
	static const char *const before[] = { "try again in ", "retry in ", "retry after ",
					      "resets in ", "reset in " };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t at = wt_str_find(lower, before[i]);
		int64_t ms = 0;

		if (at < lower.len) {
			at += strlen(before[i]);
			ms = read_span((struct wt_str){ lower.data + at, lower.len - at });
		}
		if (ms)
			return ms;
	}
	return 0;
}

void wt_agentlog_find_reset(struct wt_agentlog *log, struct wt_str lower, struct wt_str text)
{
	int64_t wall = read_moment(text);
	int64_t in = wall ? 0 : read_wait(lower);
	int64_t local = wall || in ? 0 : read_local(lower);

	if (!wall && !in && !local)
		return;
	log->reset_wall_ms = wall;
	log->reset_in_ms = in;
	log->reset_local_ms = local;
}

static int64_t reset_of(const struct wt_agentlog *log, int64_t told_wall_ms, int64_t zone_ms)
{
	int64_t local = log->reset_local_ms, today;

	if (log->reset_wall_ms)
		return log->reset_wall_ms;
	if (log->reset_in_ms)
		return told_wall_ms + log->reset_in_ms;
	if (!local)
		return 0;
	if (local > DAY)
		return local - zone_ms;
	today = (told_wall_ms + zone_ms) / DAY * DAY + local - zone_ms;
	return today > told_wall_ms ? today : today + DAY;
}

int64_t wt_agentlog_reset(const struct wt_agentlog *log, int64_t told_wall_ms, int64_t zone_ms)
{
	int64_t reset = reset_of(log, told_wall_ms, zone_ms);

	return reset > told_wall_ms && reset <= told_wall_ms + MAX_WAIT_MS ? reset : 0;
}
