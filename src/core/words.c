/* SPDX-License-Identifier: MIT */
/* Looks for many words in much text. */

#include "wtorch/core/words.h"

#include <string.h>

#define SEED  UINT32_C(2166136261)
#define PRIME UINT32_C(16777619)

static bool is_word_byte(unsigned char c)
{
	static const bool yes[256] = {
		['_'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
		['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['a'] = true,
		['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true,
		['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true,
		['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,
		['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true,
		['z'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,
		['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true,
		['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true,
		['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true,
		['X'] = true, ['Y'] = true, ['Z'] = true,
	};

	return yes[c];
}

static uint32_t hash_step(uint32_t hash, unsigned char c)
{
	return (hash ^ c) * PRIME;
}

/* The lower bits of the sum are the weaker ones. */
static size_t slot_of(const struct wt_words *w, uint32_t hash)
{
	return (hash ^ (hash >> 15)) & w->mask;
}

void wt_words_build(struct wt_arena *arena, const char *const *names, size_t n,
		    struct wt_words *out)
{
	size_t n_slots = 16;

	while (n_slots < 4 * n)
		n_slots *= 2;
	*out = (struct wt_words){ .names = names,
				  .n = n,
				  .slots = wt_arena_alloc(arena, n_slots * sizeof *out->slots),
				  .mask = n_slots - 1,
				  .min_len = SIZE_MAX };
	for (size_t i = 0; i < n; i++) {
		uint32_t hash = SEED;
		size_t len = strlen(names[i]), at;

		for (size_t k = 0; k < len; k++)
			hash = hash_step(hash, (unsigned char)names[i][k]);
		for (at = slot_of(out, hash); out->slots[at]; at = (at + 1) & out->mask)
			;
		out->slots[at] = (uint32_t)i + 1;
		out->min_len = len < out->min_len ? len : out->min_len;
		out->max_len = len > out->max_len ? len : out->max_len;
	}
}

static void look_up(const struct wt_words *w, struct wt_str word, uint32_t hash,
		    void (*found)(void *arg, size_t name), void *arg)
{
	for (size_t at = slot_of(w, hash); w->slots[at]; at = (at + 1) & w->mask) {
		if (wt_str_is(word, w->names[w->slots[at] - 1])) {
			found(arg, w->slots[at] - 1);
			return;
		}
	}
}

void wt_words_scan(const struct wt_words *words, struct wt_str text,
		   void (*found)(void *arg, size_t name), void *arg)
{
	const unsigned char *s = (const unsigned char *)text.data;

	for (size_t i = 0; i < text.len; i++) {
		uint32_t hash = SEED;
		size_t first = i;

		for (; i < text.len && is_word_byte(s[i]); i++)
			hash = hash_step(hash, s[i]);
		if (i - first >= words->min_len && i - first <= words->max_len)
			look_up(words, (struct wt_str){ text.data + first, i - first }, hash, found,
				arg);
	}
}
