/* SPDX-License-Identifier: MIT */
/* What an item is told: that it stays, and why. */

#include "clean_priv.h"

bool wt_clean_keep(struct wt_clean_item *item, const char *reason)
{
	item->removes = false;
	item->risk = WT_RISK_NONE;
	item->reason = reason;
	return true;
}

bool wt_clean_refuse(struct wt_clean_item *item, enum wt_risk risk, const char *reason)
{
	if (item->waived & risk) {
		item->waived_reason = reason;
		if (risk == WT_RISK_UNLANDED)
			item->reason = NULL;
		return false;
	}
	wt_clean_keep(item, reason);
	item->risk = risk;
	return true;
}
