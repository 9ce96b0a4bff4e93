/* SPDX-License-Identifier: MIT */
/* Object names as bytes and as hex digits. */

#include "wtorch/base/oid.h"

#include <string.h>

bool wt_oid_is_zero(const struct wt_oid *oid)
{
	static const struct wt_oid zero;

	return wt_oid_is_equal(oid, &zero);
}

bool wt_oid_is_equal(const struct wt_oid *a, const struct wt_oid *b)
{
	return memcmp(a->id, b->id, sizeof a->id) == 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool wt_oid_parse(struct wt_str hex, struct wt_oid *out)
{
	struct wt_oid oid;

	if (hex.len != WT_OID_HEX)
		return false;
	for (size_t i = 0; i < sizeof oid.id; i++) {
		int high = digit_of(hex.data[2 * i]);
		int low = digit_of(hex.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		oid.id[i] = (unsigned char)(high * 16 + low);
	}
	*out = oid;
	return true;
}

struct wt_oid_text wt_oid_hex(const struct wt_oid *oid)
{
	static const char digits[] = "0123456789abcdef";
	struct wt_oid_text text;

	for (size_t i = 0; i < sizeof oid->id; i++) {
		text.hex[2 * i] = digits[oid->id[i] >> 4];
		text.hex[2 * i + 1] = digits[oid->id[i] & 15];
	}
	text.hex[WT_OID_HEX] = '\0';
	return text;
}
