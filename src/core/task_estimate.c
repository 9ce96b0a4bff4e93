/* SPDX-License-Identifier: MIT */
/* How long people say that something takes, in seconds of work. */

#include <string.h>

#include "wtorch/core/task.h"

#define HOUR_S 3600
#define DAY_S  (8 * HOUR_S)
#define WEEK_S (5 * DAY_S)

/* Larger numbers are no amounts of work. */
#define MAX_NUMBER 1e6

static const struct {
	const char *word;
	double seconds;
} units[] = {
	{ "h", HOUR_S },     { "hr", HOUR_S },  { "hrs", HOUR_S }, { "hour", HOUR_S },
	{ "hours", HOUR_S }, { "d", DAY_S },    { "day", DAY_S },  { "days", DAY_S },
	{ "w", WEEK_S },     { "wk", WEEK_S },  { "wks", WEEK_S }, { "week", WEEK_S },
	{ "weeks", WEEK_S }, { "m", 60 },       { "min", 60 },     { "mins", 60 },
	{ "minute", 60 },    { "minutes", 60 }, { "s", 1 },        { "sec", 1 },
	{ "secs", 1 },       { "second", 1 },   { "seconds", 1 },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_byte(char c)
{
	return is_digit(c) || is_letter(c) || c == '.' || c == '_' || (unsigned char)c >= 0x80;
}

static void skip(struct wt_str *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

static void skip_blanks(struct wt_str *s)
{
	while (s->len && (s->data[0] == ' ' || s->data[0] == '\t'))
		skip(s, 1);
}

static bool take_number(struct wt_str *s, double *out)
{
	double value = 0, scale = 1;

	if (!s->len || !is_digit(s->data[0]))
		return false;
	while (s->len && is_digit(s->data[0])) {
		value = value * 10 + (s->data[0] - '0');
		if (value > MAX_NUMBER)
			value = MAX_NUMBER;
		skip(s, 1);
	}
	if (s->len > 1 && s->data[0] == '.' && is_digit(s->data[1])) {
		skip(s, 1);
		while (s->len && is_digit(s->data[0])) {
			scale /= 10;
			value += scale * (s->data[0] - '0');
			skip(s, 1);
		}
	}
	*out = value;
	return true;
}

/* "-", a long dash or "to" between the ends of a range. */
static bool take_to(struct wt_str *s)
{
	static const char *const words[] = { "-", "\u2013", "\u2014", "to " };
	struct wt_str rest = *s;

	skip_blanks(&rest);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!wt_str_starts_nocase(rest, words[i]))
			continue;
		skip(&rest, strlen(words[i]));
		skip_blanks(&rest);
		if (!rest.len || !is_digit(rest.data[0]))
			return false;
		*s = rest;
		return true;
	}
	return false;
}

/* "3 days", "3-day", "3+ days". */
static bool take_unit(struct wt_str *s, double *seconds)
{
	struct wt_str rest = *s;
	struct wt_str word = { 0 };

	if (rest.len && (rest.data[0] == '+' || rest.data[0] == '-'))
		skip(&rest, 1);
	skip_blanks(&rest);
	word.data = rest.data;
	while (rest.len && is_letter(rest.data[0])) {
		skip(&rest, 1);
		word.len++;
	}
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (wt_str_is_nocase(word, units[i].word)) {
			*seconds = units[i].seconds;
			*s = rest;
			return true;
		}
	}
	return false;
}

/* "7-11 hours", "1 day - 2 days", "3h". */
static bool take_amount(struct wt_str *s, double *seconds)
{
	struct wt_str rest = *s;
	double low, high, low_unit = 0, high_unit;
	bool is_range;

	if (!take_number(&rest, &low))
		return false;
	is_range = take_to(&rest);
	if (!is_range && take_unit(&rest, &low_unit))
		is_range = take_to(&rest);
	if (!is_range) {
		if (low_unit == 0)
			return false;
		*seconds = low * low_unit;
		*s = rest;
		return true;
	}
	if (!take_number(&rest, &high) || !take_unit(&rest, &high_unit))
		return false;
	if (low_unit == 0)
		low_unit = high_unit;
	*seconds = (low * low_unit + high * high_unit) / 2;
	*s = rest;
	return true;
}

bool wt_task_parse_estimate(struct wt_str s, int64_t *seconds)
{
	double sum = 0, part;

	while (s.len) {
		if (!is_word_byte(s.data[0])) {
			skip(&s, 1);
			continue;
		}
		if (take_amount(&s, &sum)) {
			/* "2h 30m", "1 day and 4 hours" */
			for (;;) {
				struct wt_str rest = s;

				skip_blanks(&rest);
				if (wt_str_starts_nocase(rest, "and "))
					skip(&rest, 4);
				skip_blanks(&rest);
				if (!take_amount(&rest, &part))
					break;
				sum += part;
				s = rest;
			}
			*seconds = (int64_t)(sum + 0.5);
			return true;
		}
		while (s.len && is_word_byte(s.data[0]))
			skip(&s, 1);
	}
	return false;
}
