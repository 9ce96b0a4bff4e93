/* SPDX-License-Identifier: MIT */
/* The price of a model, found by its name. */

#include "wtorch/core/price.h"

#include <string.h>

/* As in the name of a section, in lower case. */
static char plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
}

/* The model begins with the whole words of the name. */
static bool begins_with(const char *model, const char *name)
{
	for (; *name; model++, name++)
		if (!*model || plain(*model) != plain(*name))
			return false;
	return !*model || plain(*model) == '-';
}

static bool is_of(const char *model, const char *name)
{
	while (model) {
		if (begins_with(model, name))
			return true;
		model = strchr(model, '/');
		model = model ? model + 1 : NULL;
	}
	return false;
}

/* Dollars for a million tokens; negative: not set. */
static double rate(const struct wt_config *config, const char *name, const char *key)
{
	return wt_config_named_text(config, "price", name, key)
		       ? (double)wt_config_named_int(config, "price", name, key) / 1e6
		       : -1;
}

bool wt_price_find(const struct wt_config *config, const char *model, struct wt_price *out)
{
	const char *const *names;
	size_t n = wt_config_names(config, "price", &names);
	const char *best = NULL;

	*out = (struct wt_price){ -1, -1, -1 };
	for (size_t i = 0; model && i < n; i++)
		if (is_of(model, names[i]) && (!best || strlen(names[i]) > strlen(best)))
			best = names[i];
	if (!best)
		return false;
	out->input = rate(config, best, "input");
	out->output = rate(config, best, "output");
	out->cached = rate(config, best, "cached");
	return true;
}
