/* SPDX-License-Identifier: MIT */
/* Collects what is wrong with the user's input. */

#include "wtorch/base/diag.h"

#include <stdarg.h>

#include "wtorch/base/buf.h"

void wt_diags_add(struct wt_diags *d, enum wt_severity severity, struct wt_place place,
		  const char *fmt, ...)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_diag *diag;
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	diag = WT_ARENA_PUSH(d->arena, d->items, d->len, d->cap);
	diag->severity = severity;
	diag->place = place;
	diag->message = wt_arena_strndup(d->arena, text.data, text.len);
	if (severity == WT_SEVERITY_ERROR)
		d->errors++;
	wt_buf_clear(&text);
}

const char *wt_severity_name(enum wt_severity severity)
{
	static const char *const names[] = {
		[WT_SEVERITY_ERROR] = "error",
		[WT_SEVERITY_WARNING] = "warning",
		[WT_SEVERITY_HINT] = "hint",
	};

	return names[severity];
}
