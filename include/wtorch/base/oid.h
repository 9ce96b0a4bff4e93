/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_OID_H
#define WT_BASE_OID_H

/*
 * The name of a git object: 20 bytes of SHA-1. Repositories with SHA-256 are refused when they
 * are opened (libgit2 1.5 cannot read them). All zero means "none", as in git.
 */

#include <stdbool.h>

#include "wtorch/base/text.h"

#define WT_OID_HEX 40

struct wt_oid {
	unsigned char id[20];
};

struct wt_oid_text {
	char hex[WT_OID_HEX + 1];
};

bool wt_oid_is_zero(const struct wt_oid *oid);
bool wt_oid_is_equal(const struct wt_oid *a, const struct wt_oid *b);
bool wt_oid_parse(struct wt_str hex, struct wt_oid *out); /* exactly 40 hex digits */
/* By value, so that it can be used inside one expression: wt_oid_hex(&oid).hex. */
struct wt_oid_text wt_oid_hex(const struct wt_oid *oid);

#endif
