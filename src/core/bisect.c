/* SPDX-License-Identifier: MIT */
/* Halving the landings until one is left that a task does not go with. */

#include "wtorch/core/bisect.h"

void wt_bisect_init(struct wt_bisect *b, size_t n)
{
	*b = (struct wt_bisect){ .high = n };
}

void wt_bisect_tell(struct wt_bisect *b, size_t at, bool says_yes)
{
	b->n_told += at > 0;
	/* A yes behind a no, or the other way round: no half is the right one. */
	if (says_yes ? at >= b->high : b->has_low && at <= b->low) {
		b->is_over = true;
	} else if (!says_yes) {
		b->high = at;
	} else if (!b->has_low || at > b->low) {
		b->has_low = true;
		b->low = at;
	}
}

enum wt_bisect_step wt_bisect_next(const struct wt_bisect *b, size_t *at)
{
	*at = 0;
	if (b->is_over)
		return WT_BISECT_LEFT;
	if (!b->high)
		return WT_BISECT_ALONE;
	if (!b->has_low)
		return WT_BISECT_ASK;
	if (b->high - b->low == 1)
		return WT_BISECT_FOUND;
	if (b->n_told >= WT_BISECT_MAX)
		return WT_BISECT_LEFT;
	*at = b->low + (b->high - b->low) / 2;
	return WT_BISECT_ASK;
}
