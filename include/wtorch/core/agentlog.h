/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_AGENTLOG_H
#define WT_CORE_AGENTLOG_H

/*
 * What an agent tells of itself while it works: the lines that it writes, read as they come.
 *
 *	wt_agentlog_init(&log, format, parse, arg);
 *	wt_agentlog_feed(&log, bytes)    in pieces of any size, as often as there is more
 *	wt_agentlog_end(&log)            a last line without its newline
 *	wt_agentlog_clear(&log)
 *
 * Nothing that an agent writes makes this fail: lines that are no JSON, unknown events, wrong
 * types and a last line that was cut off are passed over. Numbers that cannot be (negative,
 * beyond WT_MAX_TOKENS) are left out and told of in `odd`.
 *
 * All of it is a claim. That an agent says it is done decides nothing by itself; that it says it
 * failed, or never came to its last event, does.
 */

#include "wtorch/base/buf.h"
#include "wtorch/base/json.h"
#include "wtorch/core/agentkind.h"

#define WT_MAX_AGENT_LINE (1u << 20)             /* what is behind it in a line is passed over */
#define WT_MAX_TOKENS     INT64_C(1000000000000) /* of one attempt */
#define WT_MAX_COST       1e9                    /* dollars */

/* Whether it came to its last event, and what that said. */
enum wt_agent_said { WT_SAID_NOTHING, WT_SAID_DONE, WT_SAID_FAILED };

/* Why its provider does not answer. */
enum wt_provider_stop {
	WT_PROVIDER_ANSWERS,
	WT_PROVIDER_QUOTA,    /* the account's limit: until its reset */
	WT_PROVIDER_OVERLOAD, /* too many requests, or too busy: soon again */
	WT_PROVIDER_LOGIN,    /* a person has to log in */
};

/* Tokens as the provider counts them; input includes what came from its cache. */
struct wt_usage {
	int64_t input, output, cached;
	double cost_usd; /* as the agent says; negative: it does not */
	bool is_known;   /* any tokens were told */
};

/* Parses one line of JSON; NULL when it is none. What it gives is only used until the next. */
typedef const struct wt_json *wt_agentlog_parse(void *arg, struct wt_str line);

struct wt_agentlog {
	enum wt_agentlog_format format;
	enum wt_agent_said said;
	enum wt_provider_stop stop; /* the last one that was told and not followed by work */
	int64_t reset_wall_ms;      /* when that provider answers again; 0: not told */
	int64_t reset_in_ms;        /* or how long after it was told; 0: not told */
	/* Or by the clocks of where it was told, as if they had UTC; up to a day, the next such
	 * time of a day; 0: not told. */
	int64_t reset_local_ms;
	struct wt_usage usage;
	bool is_whole;         /* that is of the whole conversation; else of what was read alone */
	struct wt_buf message; /* what it said last: one line, safe to print */
	struct wt_buf tool;    /* what it is using, "" when nothing */
	struct wt_buf session; /* its name for the conversation, to go on with it; an id of
				  letters, digits, '-' and '_', else "" */
	struct wt_buf error;   /* why it says that it failed */
	struct wt_buf model;   /* that it works with, "": it did not say; safe to print */
	const char *odd;       /* the first thing that cannot be, NULL: none; a constant */

	bool keeps_answer;     /* may be set behind init: */
	struct wt_buf answer;  /* what it said last, whole and as it was */

	/* inside */
	wt_agentlog_parse *parse;
	void *arg;
	struct wt_buf line;
	bool is_cut;           /* the line is longer than we keep */
	struct wt_usage round; /* of the message that is being told in several lines */
	struct wt_buf round_name;
};

void wt_agentlog_init(struct wt_agentlog *log, enum wt_agentlog_format format,
		      wt_agentlog_parse *parse, void *arg);
void wt_agentlog_feed(struct wt_agentlog *log, struct wt_str bytes);
void wt_agentlog_end(struct wt_agentlog *log);
void wt_agentlog_clear(struct wt_agentlog *log);

/* When its provider answers again, of what was told then, where clocks are zone_ms ahead of UTC;
 * 0: it was not told, or it has passed, or is further away than any provider's. */
int64_t wt_agentlog_reset(const struct wt_agentlog *log, int64_t told_wall_ms, int64_t zone_ms);

/* What of it the conversation had cost before, where an agent counts all of it again when it goes
 * on (codex). */
void wt_usage_subtract(struct wt_usage *usage, const struct wt_usage *before);

/* Prices in dollars for a million tokens; negative: not known. */
struct wt_price {
	double input, output, cached;
};
/* What the tokens cost; negative when a price that is needed is not known. */
double wt_usage_cost(const struct wt_usage *usage, const struct wt_price *price);
/* In millionths of a dollar what the agent says, else what its tokens cost. 0: nobody knows. What
 * is known costs at least a millionth. */
int64_t wt_usage_microusd(const struct wt_usage *usage, const struct wt_price *price);

const char *wt_provider_stop_name(enum wt_provider_stop stop); /* "quota", ...; NULL */
/* ANSWERS for any other word, and for NULL. */
enum wt_provider_stop wt_provider_stop_find(const char *name);

#endif
