/* SPDX-License-Identifier: MIT */
/* RFC 3339 times without the C library's idea of zones and locales. */

#include "wtorch/base/text.h"

#include <inttypes.h>

#define MS_PER_DAY INT64_C(86400000)

struct date {
	int64_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* Years are counted from March, so that the leap day is the last of its year, in eras of 400
 * years, which all have 146097 days. */
static int64_t days_of(struct date d)
{
	int64_t year = d.month > 2 ? d.year : d.year - 1;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t in_era = year - era * 400;
	int64_t in_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static struct date date_of(int64_t days)
{
	int64_t z = days + 719468; /* since the first of March of the year 0 */
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t in_era = z - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * in_year + 2) / 153); /* March is 0 */
	struct date d;

	d.day = (int)(in_year - (153 * month + 2) / 5 + 1);
	d.month = month < 10 ? month + 3 : month - 9;
	d.year = year + era * 400 + (d.month <= 2);
	return d;
}

static int days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

void wt_text_render_time(struct wt_buf *out, int64_t wall_ms)
{
	int64_t days = wall_ms / MS_PER_DAY;
	int64_t ms = wall_ms % MS_PER_DAY;
	struct date d;
	int s;

	if (ms < 0) {
		ms += MS_PER_DAY;
		days--;
	}
	d = date_of(days);
	s = (int)(ms / 1000);
	wt_buf_printf(out, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day,
		      s / 3600, s / 60 % 60, s % 60);
}

/* Takes exactly n digits. */
static bool take_number(struct wt_str *s, size_t n, int *out)
{
	int value = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->data[i] < '0' || s->data[i] > '9')
			return false;
		value = value * 10 + (s->data[i] - '0');
	}
	s->data += n;
	s->len -= n;
	*out = value;
	return true;
}

/* Takes one byte out of set. */
static bool take_any(struct wt_str *s, const char *set, char *got)
{
	for (; s->len && *set; set++) {
		if (s->data[0] != *set)
			continue;
		*got = *set;
		s->data++;
		s->len--;
		return true;
	}
	return false;
}

static bool take_date(struct wt_str *s, struct date *d)
{
	int year;
	char c;

	if (!take_number(s, 4, &year) || !take_any(s, "-", &c) || !take_number(s, 2, &d->month) ||
	    !take_any(s, "-", &c) || !take_number(s, 2, &d->day))
		return false;
	d->year = year;
	return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days_in_month(d->year, d->month);
}

/* Hours and minutes, as in a time and in an offset. */
static bool take_hm(struct wt_str *s, int *minutes)
{
	int hour, minute;
	char c;

	if (!take_number(s, 2, &hour) || !take_any(s, ":", &c) || !take_number(s, 2, &minute))
		return false;
	*minutes = hour * 60 + minute;
	return hour <= 23 && minute <= 59;
}

/* Digits behind the dot; what is finer than a millisecond is dropped. */
static bool take_fraction(struct wt_str *s, int *ms)
{
	int weight = 100;
	int digit;
	char c;

	*ms = 0;
	if (!take_any(s, ".", &c))
		return true;
	if (!take_number(s, 1, &digit))
		return false;
	do {
		*ms += digit * weight;
		weight /= 10;
	} while (take_number(s, 1, &digit));
	return true;
}

static bool take_offset(struct wt_str *s, int *minutes)
{
	char c;

	*minutes = 0;
	if (!take_any(s, "Zz+-", &c))
		return false;
	if (c != '+' && c != '-')
		return true;
	if (!take_hm(s, minutes))
		return false;
	if (c == '-')
		*minutes = -*minutes;
	return true;
}

bool wt_text_parse_time(struct wt_str s, int64_t *wall_ms)
{
	struct date d;
	int minutes, seconds, ms, offset;
	char c;

	/* A leap second is read as the first second of the next minute. */
	if (!take_date(&s, &d) || !take_any(&s, "Tt ", &c) || !take_hm(&s, &minutes) ||
	    !take_any(&s, ":", &c) || !take_number(&s, 2, &seconds) || seconds > 60 ||
	    !take_fraction(&s, &ms) || !take_offset(&s, &offset) || s.len)
		return false;
	*wall_ms = days_of(d) * MS_PER_DAY + (minutes - offset) * INT64_C(60000) +
		   seconds * INT64_C(1000) + ms;
	return true;
}
