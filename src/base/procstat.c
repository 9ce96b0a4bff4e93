/* SPDX-License-Identifier: MIT */
/* Reads a line of /proc/PID/stat. */

#include "wtorch/base/procstat.h"

#include <string.h>

/* Fields are numbered as in proc(5), where the state is the third. */
static int64_t *field_of(struct wt_procstat *stat, int number)
{
	switch (number) {
	case 4:
		return &stat->ppid;
	case 20:
		return &stat->threads;
	case 22:
		return &stat->start_time;
	case 24:
		return &stat->rss_pages;
	default:
		return NULL;
	}
}

static bool take_field(struct wt_procstat *stat, int number, struct wt_str text)
{
	int64_t *field = field_of(stat, number);
	int64_t ticks;

	if (number == 3) {
		stat->state = text.data[0];
		return text.len == 1;
	}
	if (number >= 14 && number <= 17) {
		if (!wt_text_parse_int(text, &ticks))
			return false;
		stat->cpu_ticks += ticks;
	}
	return !field || wt_text_parse_int(text, field);
}

static void take_name(struct wt_procstat *stat, const char *name, size_t len)
{
	if (len > sizeof stat->name - 1)
		len = sizeof stat->name - 1;
	memcpy(stat->name, name, len);
}

bool wt_procstat_parse(struct wt_str line, struct wt_procstat *out)
{
	struct wt_procstat stat = { 0 };
	const char *open = line.len ? memchr(line.data, '(', line.len) : NULL;
	const char *close = line.len ? memrchr(line.data, ')', line.len) : NULL;
	struct wt_str rest, text;

	if (!open || !close || close < open)
		return false;
	text = (struct wt_str){ line.data, (size_t)(open - line.data) };
	if (!wt_text_parse_int(wt_str_trim(text), &stat.pid))
		return false;
	take_name(&stat, open + 1, (size_t)(close - open - 1));
	rest = (struct wt_str){ close + 1, line.len - (size_t)(close + 1 - line.data) };
	for (int number = 3; number <= 24; number++) {
		if (!wt_str_next(&rest, " ", &text) || !take_field(&stat, number, text))
			return false;
	}
	*out = stat;
	return true;
}

bool wt_procstat_is_dead(const struct wt_procstat *stat)
{
	return stat->state == 'X' || (stat->state == 'Z' && stat->threads <= 1);
}

bool wt_procstat_is_stopped(const struct wt_procstat *stat)
{
	return stat->state == 'T' || stat->state == 't';
}
