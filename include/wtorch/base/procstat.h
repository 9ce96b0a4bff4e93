/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_PROCSTAT_H
#define WT_BASE_PROCSTAT_H

/*
 * One line of /proc/PID/stat as a value (proc(5)). Only text: whoever reads the file, the shim
 * or the adapter, gives its bytes. The name stands in brackets and may itself hold brackets,
 * blanks and newlines, so everything is counted from the last bracket.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/text.h"

struct wt_procstat {
	int64_t pid;
	int64_t ppid;
	char name[32]; /* the kernel keeps 15 bytes, any bytes */
	char state;    /* R S D T t Z X ... */
	int64_t threads;
	int64_t cpu_ticks; /* own and of all children it has waited for */
	int64_t start_time; /* ticks since the boot: tells two users of one pid apart */
	int64_t rss_pages;
};

bool wt_procstat_parse(struct wt_str line, struct wt_procstat *out);

/* Nothing of it runs any more. A process whose first thread has ended while others work looks
 * like a zombie and is not. */
bool wt_procstat_is_dead(const struct wt_procstat *stat);
/* It is stopped, by a signal or a tracer. */
bool wt_procstat_is_stopped(const struct wt_procstat *stat);

#endif
