/* SPDX-License-Identifier: MIT */
/* Hands formatted lines to the sink that main installed. */

#include "wtorch/base/log.h"

#include <stdarg.h>

#include "wtorch/base/buf.h"

static wt_log_sink *log_sink;
static void *log_arg; /* borrowed */

void wt_log_init(wt_log_sink *sink, void *arg)
{
	log_sink = sink;
	log_arg = arg;
}

void wt_log(const char *fmt, ...)
{
	struct wt_buf line = WT_BUF_INIT;
	va_list ap;

	if (!log_sink)
		return;
	va_start(ap, fmt);
	wt_buf_vprintf(&line, fmt, ap);
	va_end(ap);
	log_sink(log_arg, line.data);
	wt_buf_clear(&line);
}
