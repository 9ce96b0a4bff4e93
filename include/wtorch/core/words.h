/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_WORDS_H
#define WT_CORE_WORDS_H

/*
 * A set of words that much text is searched for, once over each byte, however many words
 * there are. A word of the text is a longest run of letters, digits and '_' of ASCII.
 *
 *	wt_words_build(&arena, names, n, &words);
 *	wt_words_scan(&words, text, found, arg)    found(arg, index of the name) for each of them
 */

#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/text.h"

struct wt_words {
	const char *const *names; /* borrowed */
	size_t n;
	uint32_t *slots; /* 1 + index, by hash; 0: free */
	size_t mask;
	size_t min_len, max_len;
};

/* Names are words, each once. */
void wt_words_build(struct wt_arena *arena, const char *const *names, size_t n,
		    struct wt_words *out);
void wt_words_scan(const struct wt_words *words, struct wt_str text,
		   void (*found)(void *arg, size_t name), void *arg);

#endif
