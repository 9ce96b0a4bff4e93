/* SPDX-License-Identifier: MIT */
/* Why a provider does not answer, from what programs write when it does not. */

#include <string.h>

#include "agentlog_priv.h"
#include "wtorch/base/text.h"

#define SECOND      INT64_C(1000)
#define MINUTE      (60 * SECOND)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)
#define MAX_WAIT_MS (31 * DAY) /* nobody resets later than in a month */
#define MAX_TEXT    4096u      /* of one line or message that is looked at */

/* In lower case, the surest first: a text about a quota often speaks of too many requests too. */
static const struct {
	const char *text;
	enum wt_provider_stop stop;
} signs[] = {
	{ "usage limit", WT_PROVIDER_QUOTA },
	{ "hit your limit", WT_PROVIDER_QUOTA },
	{ "insufficient_quota", WT_PROVIDER_QUOTA },
	{ "exceeded your current quota", WT_PROVIDER_QUOTA },
	{ "quota exceeded", WT_PROVIDER_QUOTA },
	{ "resource_exhausted", WT_PROVIDER_QUOTA },
	{ "credit balance is too low", WT_PROVIDER_QUOTA },
	{ "out of credits", WT_PROVIDER_QUOTA },
	{ "please run /login", WT_PROVIDER_LOGIN },
	{ "not logged in", WT_PROVIDER_LOGIN },
	{ "invalid api key", WT_PROVIDER_LOGIN },
	{ "incorrect api key", WT_PROVIDER_LOGIN },
	{ "invalid_api_key", WT_PROVIDER_LOGIN },
	{ "authentication_error", WT_PROVIDER_LOGIN },
	{ "401 unauthorized", WT_PROVIDER_LOGIN },
	{ "set an auth method", WT_PROVIDER_LOGIN },
	{ "token has expired", WT_PROVIDER_LOGIN },
	{ "token_expired", WT_PROVIDER_LOGIN },
	{ "too many requests", WT_PROVIDER_OVERLOAD },
	{ "rate limit", WT_PROVIDER_OVERLOAD },
	{ "rate_limit", WT_PROVIDER_OVERLOAD },
	{ "overloaded", WT_PROVIDER_OVERLOAD },
	{ "at capacity", WT_PROVIDER_OVERLOAD },
	{ "503 service unavailable", WT_PROVIDER_OVERLOAD },
	{ "status 429", WT_PROVIDER_OVERLOAD },
	{ "status: 429", WT_PROVIDER_OVERLOAD },
	{ "error 429", WT_PROVIDER_OVERLOAD },
	{ "error: 429", WT_PROVIDER_OVERLOAD },
};

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

static void read_reset(struct wt_agentlog *log, struct wt_str lower, struct wt_str text)
{
	static const char *const before[] = { "try again in ", "retry in ", "retry after ",
					      "resets in ", "reset in " };

	log->reset_wall_ms = read_moment(text);
	log->reset_in_ms = 0;
	for (size_t i = 0;
	     !log->reset_wall_ms && !log->reset_in_ms && i < sizeof before / sizeof *before; i++) {
		size_t at = wt_str_find(lower, before[i]);

		if (at == lower.len)
			continue;
		at += strlen(before[i]);
		log->reset_in_ms = read_span((struct wt_str){ lower.data + at, lower.len - at });
	}
}

void wt_agentlog_find_stop(struct wt_agentlog *log, struct wt_str text)
{
	char lower[MAX_TEXT];
	struct wt_str low = { lower, text.len < sizeof lower ? text.len : sizeof lower };

	for (size_t i = 0; i < low.len; i++) {
		bool is_upper = text.data[i] >= 'A' && text.data[i] <= 'Z';

		lower[i] = is_upper ? (char)(text.data[i] | 0x20) : text.data[i];
	}
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (wt_str_find(low, signs[i].text) == low.len)
			continue;
		log->stop = signs[i].stop;
		read_reset(log, low, (struct wt_str){ text.data, low.len });
		return;
	}
}
