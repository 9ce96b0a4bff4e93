/* SPDX-License-Identifier: MIT */
/* From a string to an index: open addressing with linear probes. */

#include "wtorch/base/map.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

#define FIRST_CAP ((size_t)16)

struct wt_map_slot {
	const char *key; /* borrowed; NULL while the slot is free */
	uint64_t hash;
	size_t value;
};

/* Eight bytes at a time: paths are long. The upper half is folded in, because only the lower bits
 * choose the slot. */
uint64_t wt_map_hash(const char *key, size_t len)
{
	uint64_t h = len;

	while (len) {
		size_t n = len < sizeof h ? len : sizeof h;
		uint64_t word = 0;

		memcpy(&word, key, n);
		h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 32;
		key += n;
		len -= n;
	}
	return h;
}

static uint64_t hash_of(const char *key)
{
	return wt_map_hash(key, strlen(key));
}

/* The slot that holds key, or the free one where it belongs. There is always a free one. */
static struct wt_map_slot *slot_of(const struct wt_map *m, const char *key, uint64_t hash)
{
	size_t mask = m->cap - 1;
	size_t i = (size_t)hash & mask;

	while (m->slots[i].key && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key) != 0))
		i = (i + 1) & mask;
	return &m->slots[i];
}

/* Makes sure that one key more leaves at least three slots of ten free. */
static void make_room(struct wt_map *m)
{
	struct wt_map bigger = { .len = m->len, .cap = m->cap ? m->cap * 2 : FIRST_CAP };

	if ((m->len + 1) * 10 <= m->cap * 7)
		return;
	bigger.slots = wt_realloc(NULL, bigger.cap, sizeof *bigger.slots);
	memset(bigger.slots, 0, bigger.cap * sizeof *bigger.slots);
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].key)
			*slot_of(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	}
	free(m->slots);
	*m = bigger;
}

void wt_map_clear(struct wt_map *m)
{
	free(m->slots);
	*m = (struct wt_map){ 0 };
}

size_t wt_map_find(const struct wt_map *m, const char *key)
{
	const struct wt_map_slot *slot;

	if (!m->cap || !key)
		return WT_MAP_NONE;
	slot = slot_of(m, key, hash_of(key));
	return slot->key ? slot->value : WT_MAP_NONE;
}

static struct wt_map_slot *claim(struct wt_map *m, const char *key, bool *found)
{
	struct wt_map_slot *slot;
	uint64_t hash;

	assert(key);
	hash = hash_of(key);
	make_room(m);
	slot = slot_of(m, key, hash);
	*found = slot->key != NULL;
	if (!*found) {
		slot->key = key;
		slot->hash = hash;
		m->len++;
	}
	return slot;
}

size_t wt_map_put(struct wt_map *m, const char *key, size_t value, bool *found)
{
	bool was_there;
	struct wt_map_slot *slot = claim(m, key, &was_there);

	if (!was_there)
		slot->value = value;
	if (found)
		*found = was_there;
	return slot->value;
}

void wt_map_set(struct wt_map *m, const char *key, size_t value)
{
	bool was_there;

	claim(m, key, &was_there)->value = value;
}
