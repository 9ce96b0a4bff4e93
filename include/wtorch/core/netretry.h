/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_NETRETRY_H
#define WT_CORE_NETRETRY_H

/*
 * What an answer of GitHub means for the request: take it, send it again later, look whether a
 * write has happened, or give up. After its own rules for clients ("Rate limits for the REST
 * API", "Best practices for using the REST API"): who goes on while limited may be shut out.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/text.h"

struct wt_net_facts {
	bool is_write;    /* sent once only: another one would do it twice */
	bool is_unsent;   /* nothing of it can have arrived */
	bool is_answered; /* else it may have, and there is no answer */
	int status;
	int64_t retry_after_s; /* header retry-after; -1: none */
	int64_t remaining;     /* x-ratelimit-remaining; -1 */
	int64_t reset_s;       /* x-ratelimit-reset, since 1970; -1 */
	int64_t date_s;        /* date; -1: our own clock has to do */
	bool is_secondary;     /* its text speaks of a secondary rate limit */
	unsigned tries;        /* how often it was sent by now, this one included */
	int64_t now_wall_ms;
	uint32_t chance; /* any number, for the jitter */
};

enum wt_net_next {
	WT_NEXT_TAKE,    /* an answer, good or bad: nothing is gained by asking again */
	WT_NEXT_AGAIN,   /* after wait_ms */
	WT_NEXT_LOOK,    /* a write that may have happened */
	WT_NEXT_GIVE_UP, /* it was tried often enough */
};

/* wait_ms and why (a constant, NULL for TAKE) are set as far as they apply. */
enum wt_net_next wt_net_judge(const struct wt_net_facts *f, int64_t *wait_ms, const char **why);

/* The text of an answer speaks of a secondary rate limit, or of abuse detection as it was called
 * before. */
bool wt_net_is_secondary(struct wt_str body);

/* rel="next" of a Link header, as it stands; false when there is none. */
bool wt_net_next_link(const char *link, struct wt_str *url);

/* "Sun, 06 Nov 1994 08:49:37 GMT", seconds since 1970; -1 when it is none. */
int64_t wt_net_parse_date(struct wt_str s);

#endif
