/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_MEM_H
#define WT_BASE_MEM_H

/*
 * Allocation that cannot fail: when memory is gone the program says so on descriptor 2 and
 * aborts. That is safe at any moment, because every effect of a run is journaled before it is
 * believed and the agents are owned by their shims. Sizes that come from outside are bounded
 * before they get here (limits.h).
 */

#include <stddef.h>

void *wt_alloc(size_t size);                             /* zeroed; free() it */
void *wt_realloc(void *old, size_t count, size_t size);  /* overflow-checked, not zeroed */
char *wt_strdup(const char *s);                          /* NULL stays NULL */

#endif
