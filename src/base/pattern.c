/* SPDX-License-Identifier: MIT */
/* Text in text, and regular expressions as the C library has them. */

#include "wtorch/base/pattern.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

#define MAX_BYTES 1000u /* a longer expression is no question any more */

struct wt_pattern {
	char *text;    /* NULL: a regular expression */
	regex_t regex; /* valid when text is NULL */
};

static char *copy_of(const char *text, size_t len)
{
	char *copy = wt_alloc(len + 1);

	memcpy(copy, text, len);
	return copy;
}

static enum wt_code compile(struct wt_pattern *p, const char *text, size_t len,
			    struct wt_error *err)
{
	char *inside = copy_of(text + 1, len - 2);
	int code = regcomp(&p->regex, inside, REG_EXTENDED | REG_ICASE | REG_NOSUB | REG_NEWLINE);
	char why[128] = "";

	free(inside);
	if (!code)
		return WT_OK;
	regerror(code, &p->regex, why, sizeof why);
	return wt_fail(err, WT_E_USAGE, "'%.100s' is no regular expression: %s", text, why);
}

enum wt_code wt_pattern_new(const char *text, struct wt_pattern **out, struct wt_error *err)
{
	size_t len = strlen(text);
	struct wt_pattern *p;
	enum wt_code rc = WT_OK;

	*out = NULL;
	if (!len || len > MAX_BYTES || strcmp(text, "//") == 0)
		return wt_fail(err, WT_E_USAGE, "%s to look for",
			       len > MAX_BYTES ? "that is too much" : "there is nothing");
	p = wt_alloc(sizeof *p);
	if (len > 2 && text[0] == '/' && text[len - 1] == '/')
		rc = compile(p, text, len, err);
	else
		p->text = copy_of(text, len);
	if (rc)
		free(p);
	else
		*out = p;
	return rc;
}

bool wt_pattern_matches(const struct wt_pattern *p, const char *text)
{
	struct wt_str rest = wt_str_of(text);

	if (!p->text)
		return regexec(&p->regex, text, 0, NULL, 0) == 0;
	for (; rest.len; rest.data++, rest.len--)
		if (wt_str_starts_nocase(rest, p->text))
			return true;
	return false;
}

void wt_pattern_free(struct wt_pattern *p)
{
	if (!p)
		return;
	if (!p->text)
		regfree(&p->regex);
	free(p->text);
	free(p);
}
