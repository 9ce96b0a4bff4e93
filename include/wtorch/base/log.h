/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_LOG_H
#define WT_BASE_LOG_H

/*
 * What a developer or a bug report wants to know and a user does not: one formatted line to
 * whatever sink main installed (none by default). The sink is the only mutable file-scope
 * state of the program. core never logs: it returns reasons.
 */

#include "wtorch/base/err.h"

typedef void wt_log_sink(void *arg, const char *line);

void wt_log_init(wt_log_sink *sink, void *arg); /* NULL: off */
void wt_log(const char *fmt, ...) WT_PRINTF(1, 2);

#endif
