/* SPDX-License-Identifier: MIT */
/* Numbers, truth values, durations and sizes, read and written. */

#include "wtorch/base/text.h"

#include <inttypes.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WEEK   (7 * DAY)

struct unit {
	const char *name;
	int64_t factor;
};

/* Takes the digits that s begins with; false without any, or when they do not fit. */
static bool take_digits(struct wt_str *s, int64_t *out)
{
	int64_t n = 0;
	size_t i = 0;

	for (; i < s->len && s->data[i] >= '0' && s->data[i] <= '9'; i++) {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, s->data[i] - '0', &n))
			return false;
	}
	s->data += i;
	s->len -= i;
	*out = n;
	return i > 0;
}

static void skip_blanks(struct wt_str *s)
{
	while (s->len && (s->data[0] == ' ' || s->data[0] == '\t')) {
		s->data++;
		s->len--;
	}
}

/* Takes the letters that s begins with. */
static struct wt_str take_word(struct wt_str *s)
{
	struct wt_str word = { s->data, 0 };

	while (word.len < s->len) {
		char c = s->data[word.len];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			break;
		word.len++;
	}
	s->data += word.len;
	s->len -= word.len;
	return word;
}

static int64_t factor_of(struct wt_str word, const struct unit *units, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (wt_str_is_nocase(word, units[i].name))
			return units[i].factor;
	}
	return 0;
}

bool wt_text_parse_int(struct wt_str s, int64_t *out)
{
	bool negative = s.len && s.data[0] == '-';
	int64_t n;

	if (wt_str_is(s, "-9223372036854775808")) {
		*out = INT64_MIN;
		return true;
	}
	if (negative) {
		s.data++;
		s.len--;
	}
	if (!take_digits(&s, &n) || s.len)
		return false;
	*out = negative ? -n : n;
	return true;
}

bool wt_text_parse_bool(struct wt_str s, bool *out)
{
	static const char *const words[][2] = {
		{ "no", "yes" },
		{ "false", "true" },
		{ "off", "on" },
		{ "0", "1" },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		for (int truth = 0; truth < 2; truth++) {
			if (!wt_str_is_nocase(s, words[i][truth]))
				continue;
			*out = truth;
			return true;
		}
	}
	return false;
}

static int64_t duration_factor(struct wt_str word)
{
	static const struct unit units[] = {
		{ "ms", 1 },          { "s", SECOND },       { "sec", SECOND },
		{ "secs", SECOND },   { "second", SECOND },  { "seconds", SECOND },
		{ "m", MINUTE },      { "min", MINUTE },     { "mins", MINUTE },
		{ "minute", MINUTE }, { "minutes", MINUTE }, { "h", HOUR },
		{ "hour", HOUR },     { "hours", HOUR },     { "d", DAY },
		{ "day", DAY },       { "days", DAY },       { "w", WEEK },
		{ "week", WEEK },     { "weeks", WEEK },
	};

	return factor_of(word, units, sizeof units / sizeof units[0]);
}

/* Parts with ever smaller units, so that "1h 1h" is found out; one bare number is seconds. */
bool wt_text_parse_duration(struct wt_str s, int64_t *ms)
{
	int64_t total = 0;
	int64_t last = INT64_MAX;

	do {
		struct wt_str unit;
		int64_t n, factor;

		if (!take_digits(&s, &n))
			return false;
		skip_blanks(&s);
		unit = take_word(&s);
		if (unit.len == 0 && s.len == 0 && last == INT64_MAX)
			factor = SECOND;
		else
			factor = duration_factor(unit);
		if (factor == 0 || factor >= last)
			return false;
		if (__builtin_mul_overflow(n, factor, &n) ||
		    __builtin_add_overflow(total, n, &total))
			return false;
		last = factor;
		skip_blanks(&s);
	} while (s.len);
	*ms = total;
	return true;
}

bool wt_text_parse_size(struct wt_str s, int64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "K", INT64_C(1) << 10 },
		{ "KB", INT64_C(1) << 10 },
		{ "KiB", INT64_C(1) << 10 },
		{ "M", INT64_C(1) << 20 },
		{ "MB", INT64_C(1) << 20 },
		{ "MiB", INT64_C(1) << 20 },
		{ "G", INT64_C(1) << 30 },
		{ "GB", INT64_C(1) << 30 },
		{ "GiB", INT64_C(1) << 30 },
		{ "T", INT64_C(1) << 40 },
		{ "TB", INT64_C(1) << 40 },
		{ "TiB", INT64_C(1) << 40 },
	};
	int64_t n, factor;

	if (!take_digits(&s, &n))
		return false;
	if (s.len) {
		skip_blanks(&s);
		if (s.len == 0)
			return false;
	}
	factor = factor_of(s, units, sizeof units / sizeof units[0]);
	if (factor == 0 || __builtin_mul_overflow(n, factor, &n))
		return false;
	*bytes = n;
	return true;
}

bool wt_text_parse_decimal(struct wt_str s, int64_t *millionths)
{
	int64_t n, decimals = 0;

	if (!take_digits(&s, &n) || __builtin_mul_overflow(n, WT_MILLION, &n))
		return false;
	if (s.len) {
		struct wt_str rest = { s.data + 1, s.len - 1 };
		size_t digits = rest.len;

		if (s.data[0] != '.' || digits > 6 || !take_digits(&rest, &decimals) || rest.len)
			return false;
		for (; digits < 6; digits++)
			decimals *= 10;
	}
	if (__builtin_add_overflow(n, decimals, &n))
		return false;
	*millionths = n;
	return true;
}

void wt_text_render_clock(struct wt_buf *out, int64_t ms)
{
	int64_t s = ms > 0 ? ms / SECOND : 0;

	if (s >= 3600)
		wt_buf_printf(out, "%" PRId64 ":%02d:%02d", s / 3600, (int)(s / 60 % 60),
			      (int)(s % 60));
	else
		wt_buf_printf(out, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

void wt_text_render_duration(struct wt_buf *out, int64_t ms)
{
	int64_t s = ms > 0 ? ms / SECOND : 0;
	int64_t minutes = s / 60, hours = s / 3600, days = s / 86400;

	if (days) {
		wt_buf_printf(out, "%" PRId64 "d", days);
		if (hours % 24)
			wt_buf_printf(out, " %dh", (int)(hours % 24));
	} else if (hours) {
		wt_buf_printf(out, "%dh", (int)hours);
		if (minutes % 60)
			wt_buf_printf(out, " %02dm", (int)(minutes % 60));
	} else if (minutes) {
		wt_buf_printf(out, "%dm", (int)minutes);
		if (s % 60)
			wt_buf_printf(out, " %02ds", (int)(s % 60));
	} else {
		wt_buf_printf(out, "%ds", (int)s);
	}
}

void wt_text_render_size(struct wt_buf *out, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t n = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
	uint64_t one = 1; /* bytes of the unit */
	size_t unit = 0;

	if (bytes < 0)
		wt_buf_putc(out, '-');
	/* 999.5 of a unit would be shown as 1000 of it. */
	while (unit + 1 < sizeof units / sizeof units[0] && n >= one * 1000 - one / 2) {
		one *= 1000;
		unit++;
	}
	if (unit > 0 && n < one * 10 - one / 20) {
		uint64_t tenths = (n + one / 20) / (one / 10);

		wt_buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
			      units[unit]);
	} else {
		wt_buf_printf(out, "%" PRIu64 " %s", (n + one / 2) / one, units[unit]);
	}
}

void wt_text_render_decimal(struct wt_buf *out, int64_t millionths)
{
	uint64_t n = millionths < 0 ? -(uint64_t)millionths : (uint64_t)millionths;
	uint64_t rest = n % (uint64_t)WT_MILLION;
	int digits = 6;

	wt_buf_printf(out, "%s%" PRIu64, millionths < 0 ? "-" : "", n / (uint64_t)WT_MILLION);
	if (!rest)
		return;
	for (; rest % 10 == 0; digits--)
		rest /= 10;
	wt_buf_printf(out, ".%0*" PRIu64, digits, rest);
}
