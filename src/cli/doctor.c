/* SPDX-License-Identifier: MIT */
/* What the checks of wtorch doctor found. */

#include <stdarg.h>

#include "doctor.h"

struct wt_finding *wt_doctor_add(struct wt_doctor *d, enum wt_health verdict, const char *check,
				 const char *fmt, ...)
{
	struct wt_finding *f = WT_ARENA_PUSH(&d->cli->arena, d->items, d->len, d->cap);
	struct wt_buf text = WT_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	*f = (struct wt_finding){ .verdict = verdict, .check = check, .mend = "" };
	f->detail = wt_arena_strdup(&d->cli->arena, text.data);
	d->failures += verdict == WT_HEALTH_FAIL;
	wt_buf_clear(&text);
	return f;
}

void wt_doctor_fail(struct wt_doctor *d, enum wt_health verdict, const char *check,
		    const struct wt_error *err)
{
	wt_doctor_add(d, verdict, check, "%s", err->msg)->mend =
		wt_arena_strdup(&d->cli->arena, err->hint);
}
