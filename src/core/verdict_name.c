/* SPDX-License-Identifier: MIT */
/* The words for verdicts and gravities. */

#include "wtorch/core/verdict.h"

static const char *const verdicts[] = {
	[WT_SAYS_NONE] = NULL,         [WT_SAYS_PASS] = "pass",       [WT_SAYS_FAIL] = "fail",
	[WT_SAYS_ERROR] = "error",     [WT_SAYS_TIMEOUT] = "timeout", [WT_SAYS_REUSED] = "reused",
	[WT_SAYS_STOPPED] = "stopped",
};

static const char *const gravities[] = {
	[WT_GRAVITY_NONE] = NULL,   [WT_GRAVITY_INFO] = "info",
	[WT_GRAVITY_LOW] = "low",   [WT_GRAVITY_MEDIUM] = "medium",
	[WT_GRAVITY_HIGH] = "high", [WT_GRAVITY_CRITICAL] = "critical",
};

static size_t find(const char *const *names, size_t n, struct wt_str s)
{
	for (size_t i = 1; i < n; i++)
		if (wt_str_is(s, names[i]))
			return i;
	return 0;
}

#define COUNT(names) (sizeof(names) / sizeof *(names))

const char *wt_gate_verdict_name(enum wt_gate_verdict v)
{
	return v < COUNT(verdicts) ? verdicts[v] : NULL;
}

bool wt_gate_verdict_parse(struct wt_str s, enum wt_gate_verdict *out)
{
	*out = (enum wt_gate_verdict)find(verdicts, COUNT(verdicts), s);
	return *out != WT_SAYS_NONE;
}

bool wt_gate_verdict_is_yes(enum wt_gate_verdict v)
{
	return v == WT_SAYS_PASS || v == WT_SAYS_REUSED;
}

const char *wt_gravity_name(enum wt_gravity s)
{
	return s < COUNT(gravities) ? gravities[s] : NULL;
}

bool wt_gravity_parse(struct wt_str s, enum wt_gravity *out)
{
	*out = (enum wt_gravity)find(gravities, COUNT(gravities), s);
	return *out != WT_GRAVITY_NONE;
}
