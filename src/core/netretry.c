/* SPDX-License-Identifier: MIT */
/* What an answer of GitHub means for the request. */

#include "wtorch/core/netretry.h"

#include <string.h>

#define SECOND        INT64_C(1000)
#define MAX_TRIES     5u /* of reads that fail, and of what was not sent */
#define MAX_LIMITED   4u /* times that a limit is waited for */
#define SECONDARY_MS  (60 * SECOND)
#define MAX_RESET_MS  (2 * 3600 * SECOND) /* limits are of an hour; a clock may be wrong */
#define FIRST_WAIT_MS SECOND

/* A quarter more at most, so that many clients do not come back together. */
static int64_t jitter(int64_t ms, uint32_t chance)
{
	return ms + (int64_t)(chance % 256) * (ms / 4) / 255;
}

static int64_t doubled(int64_t first_ms, unsigned tries)
{
	return first_ms << (tries > 1 ? tries - 1 : 0);
}

static enum wt_net_next again(const struct wt_net_facts *f, unsigned max, int64_t ms,
			      int64_t *wait_ms)
{
	if (f->tries >= max)
		return WT_NEXT_GIVE_UP;
	*wait_ms = jitter(ms, f->chance);
	return WT_NEXT_AGAIN;
}

/* Both clocks may differ: its own tells how long its own deadline is away. */
static int64_t until_reset(const struct wt_net_facts *f)
{
	int64_t now_ms = f->date_s >= 0 ? f->date_s * SECOND : f->now_wall_ms;
	int64_t ms;

	if (f->reset_s > INT64_MAX / SECOND / 2)
		return MAX_RESET_MS;
	ms = f->reset_s * SECOND - now_ms + SECOND;
	return ms < SECOND ? SECOND : ms > MAX_RESET_MS ? MAX_RESET_MS : ms;
}

static bool is_limit(const struct wt_net_facts *f)
{
	if (f->status != 403 && f->status != 429)
		return false;
	return f->status == 429 || f->retry_after_s >= 0 || f->remaining == 0 || f->is_secondary;
}

static enum wt_net_next judge_limit(const struct wt_net_facts *f, int64_t *wait_ms,
				    const char **why)
{
	int64_t ms = f->retry_after_s;

	if (ms >= 0) {
		*why = "the server asked to wait";
		ms = ms > MAX_RESET_MS / SECOND ? MAX_RESET_MS : ms * SECOND;
		return again(f, MAX_LIMITED, ms, wait_ms);
	}
	if (f->remaining == 0 && f->reset_s >= 0) {
		*why = "its rate limit is used up";
		return again(f, MAX_LIMITED, until_reset(f), wait_ms);
	}
	*why = "its secondary rate limit was exceeded";
	return again(f, MAX_LIMITED, doubled(SECONDARY_MS, f->tries), wait_ms);
}

enum wt_net_next wt_net_judge(const struct wt_net_facts *f, int64_t *wait_ms, const char **why)
{
	*wait_ms = 0;
	*why = NULL;
	if (f->is_unsent) {
		*why = "it could not be reached";
		return again(f, MAX_TRIES, doubled(FIRST_WAIT_MS, f->tries), wait_ms);
	}
	if (f->is_answered && is_limit(f))
		return judge_limit(f, wait_ms, why);
	if (f->is_answered && f->status < 500)
		return WT_NEXT_TAKE;
	*why = f->is_answered ? "the server failed" : "its answer did not come";
	if (f->is_write)
		return WT_NEXT_LOOK;
	return again(f, MAX_TRIES, doubled(FIRST_WAIT_MS, f->tries), wait_ms);
}

bool wt_net_is_secondary(struct wt_str body)
{
	static const char *const words[] = { "secondary rate limit", "abuse detection" };
	struct wt_str head = { body.data, body.len < 4096 ? body.len : 4096 };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (wt_str_find(head, words[i]) < head.len)
			return true;
	return false;
}

/* Takes one parameter of a link off rest: name, and value without its quotes. */
static bool next_param(struct wt_str *rest, struct wt_str *name, struct wt_str *value)
{
	struct wt_str item;

	if (!wt_str_next(rest, ";", &item))
		return false;
	*name = (struct wt_str){ item.data, wt_str_find(item, "=") };
	*value = (struct wt_str){ item.data + name->len, item.len - name->len };
	if (value->len) {
		value->data++;
		value->len--;
	}
	if (value->len >= 2 && value->data[0] == '"' && value->data[value->len - 1] == '"')
		*value = (struct wt_str){ value->data + 1, value->len - 2 };
	return true;
}

static bool is_next(struct wt_str params)
{
	struct wt_str name, value;

	while (next_param(&params, &name, &value))
		if (wt_str_is_nocase(name, "rel") && wt_str_is_nocase(value, "next"))
			return true;
	return false;
}

bool wt_net_next_link(const char *link, struct wt_str *url)
{
	struct wt_str rest = wt_str_of(link);

	for (;;) {
		size_t begin = wt_str_find(rest, "<"), end, stop;
		struct wt_str params;

		if (begin >= rest.len)
			return false;
		rest = (struct wt_str){ rest.data + begin + 1, rest.len - begin - 1 };
		end = wt_str_find(rest, ">");
		if (end >= rest.len)
			return false;
		params = (struct wt_str){ rest.data + end + 1, rest.len - end - 1 };
		stop = wt_str_find(params, "<");
		params.len = stop;
		while (params.len && strchr(" ,", params.data[params.len - 1]))
			params.len--;
		if (is_next(params)) {
			*url = (struct wt_str){ rest.data, end };
			return true;
		}
		rest = (struct wt_str){ rest.data + end + 1, rest.len - end - 1 };
	}
}

int64_t wt_net_parse_date(struct wt_str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[] = "YYYY-MM-DDTHH:MM:SSZ";
	size_t month;
	int64_t ms;

	if (s.len != 29 || !wt_str_ends(s, " GMT"))
		return -1;
	month = wt_str_find((struct wt_str){ months, 36 },
			    (char[]){ s.data[8], s.data[9], s.data[10], '\0' });
	if (month >= 36 || month % 3)
		return -1;
	memcpy(iso, s.data + 12, 4);
	iso[5] = (char)('0' + (month / 3 + 1) / 10);
	iso[6] = (char)('0' + (month / 3 + 1) % 10);
	memcpy(iso + 8, s.data + 5, 2);
	memcpy(iso + 11, s.data + 17, 8);
	return wt_text_parse_time(wt_str_of(iso), &ms) ? ms / SECOND : -1;
}
