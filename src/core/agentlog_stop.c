/* SPDX-License-Identifier: MIT */
/* Why a provider does not answer, from what programs write when it does not. */

#include <string.h>

#include "agentlog_priv.h"

#define MAX_TEXT 4096u /* of one line or message that is looked at */

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
	{ "exhausted your daily quota", WT_PROVIDER_QUOTA },
	{ "exhausted your capacity", WT_PROVIDER_QUOTA },
	{ "hour limit reached", WT_PROVIDER_QUOTA },
	{ "weekly limit reached", WT_PROVIDER_QUOTA },
	{ "credit balance is too low", WT_PROVIDER_QUOTA },
	{ "out of credits", WT_PROVIDER_QUOTA },
	{ "please run /login", WT_PROVIDER_LOGIN },
	{ "not logged in", WT_PROVIDER_LOGIN },
	{ "invalid api key", WT_PROVIDER_LOGIN },
	{ "incorrect api key", WT_PROVIDER_LOGIN },
	{ "invalid_api_key", WT_PROVIDER_LOGIN },
	{ "api key not valid", WT_PROVIDER_LOGIN },
	{ "api_key_invalid", WT_PROVIDER_LOGIN },
	{ "missing environment variable", WT_PROVIDER_LOGIN },
	{ "authentication_error", WT_PROVIDER_LOGIN },
	{ "401 unauthorized", WT_PROVIDER_LOGIN },
	{ "set an auth method", WT_PROVIDER_LOGIN },
	{ "token has expired", WT_PROVIDER_LOGIN },
	{ "token_expired", WT_PROVIDER_LOGIN },
	{ "too many requests", WT_PROVIDER_OVERLOAD },
	{ "rate limit", WT_PROVIDER_OVERLOAD },
	{ "rate_limit", WT_PROVIDER_OVERLOAD },
	/* Where it is the quota of a day, that is said in words as well. */
	{ "resource_exhausted", WT_PROVIDER_OVERLOAD },
	{ "overloaded", WT_PROVIDER_OVERLOAD },
	{ "at capacity", WT_PROVIDER_OVERLOAD },
	{ "experiencing high demand", WT_PROVIDER_OVERLOAD },
	{ "503 service unavailable", WT_PROVIDER_OVERLOAD },
	{ "status 429", WT_PROVIDER_OVERLOAD },
	{ "status: 429", WT_PROVIDER_OVERLOAD },
	{ "error 429", WT_PROVIDER_OVERLOAD },
	{ "error: 429", WT_PROVIDER_OVERLOAD },
};

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
		/* A quota is often told of with the words for too many requests behind it. */
		if (signs[i].stop == WT_PROVIDER_OVERLOAD &&
		    (log->stop == WT_PROVIDER_QUOTA || log->stop == WT_PROVIDER_LOGIN))
			return;
		/* Said a second time in other words, it is still when it was said to be. */
		if (log->stop != signs[i].stop)
			log->reset_wall_ms = log->reset_in_ms = log->reset_local_ms = 0;
		log->stop = signs[i].stop;
		wt_agentlog_find_reset(log, low, (struct wt_str){ text.data, low.len });
		return;
	}
}
