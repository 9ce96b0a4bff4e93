/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_BISECT_H
#define WT_CORE_BISECT_H

/*
 * Which of the landings since a task forked does not go with it. Place 0 is the task's work with
 * nothing of them, place i with the first i, place n with all: of that one it is known that its
 * gates say no.
 *
 *	wt_bisect_init(&b, n);
 *	while (wt_bisect_next(&b, &at) == WT_BISECT_ASK)
 *		wt_bisect_tell(&b, at, whether its gates say yes there);
 *
 * That place 0 says yes is asked first: where it does not, the task needs nobody else to be red.
 * From then on each answer halves what is left, of which low says yes and high no. Whoever resumes
 * tells the answers that were given again, in any order.
 */

#include <stdbool.h>
#include <stddef.h>

/* Places that are asked at most, besides place 0. */
#define WT_BISECT_MAX 6u

enum wt_bisect_step {
	WT_BISECT_ASK,
	WT_BISECT_FOUND, /* the landing that leads from low to high, its neighbour */
	WT_BISECT_ALONE, /* it is red with nothing of them */
	WT_BISECT_LEFT,  /* one of those behind low, up to high: there were too many, it could not
			  * be said, or two answers contradict each other */
};

struct wt_bisect {
	size_t low, high;
	bool has_low;
	bool is_over; /* nothing more can be found out */
	size_t n_told;
};

void wt_bisect_init(struct wt_bisect *b, size_t n);
void wt_bisect_tell(struct wt_bisect *b, size_t at, bool says_yes);
enum wt_bisect_step wt_bisect_next(const struct wt_bisect *b, size_t *at);

#endif
