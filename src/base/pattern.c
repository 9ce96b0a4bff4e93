/* SPDX-License-Identifier: MIT */
/* Text in text, and regular expressions as the C library has them. */

#include "wtorch/base/pattern.h"

#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

#define MAX_BYTES  1000u /* a longer expression is no question any more */
#define MAX_REPEAT 1000u /* the C library unrolls them, one within another */

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

struct wt_capture {
	regex_t regex;
};

/* What the largest number of "{2,10}" or "{3}" at text adds. */
static uint64_t repeat_of(const char *text)
{
	uint64_t most = 1, n = 0;

	for (text++; (*text >= '0' && *text <= '9') || *text == ','; text++) {
		n = *text == ',' ? 0 : n * 10 + (uint64_t)(*text - '0');
		if (n > MAX_REPEAT)
			return n;
		most = n > most ? n : most;
	}
	return most;
}

/* Why it could be slow or large; NULL when it cannot. */
static const char *too_much(const char *text)
{
	uint64_t repeat = 1;

	for (; *text && repeat <= MAX_REPEAT; text++) {
		if (*text == '{')
			repeat *= repeat_of(text);
		if (*text == '\\' && text[1] >= '1' && text[1] <= '9')
			return "back-references are not known";
		if (*text == '\\' && text[1])
			text++;
	}
	return repeat > MAX_REPEAT ? "it repeats too often" : NULL;
}

enum wt_code wt_capture_new(const char *text, struct wt_capture **out, struct wt_error *err)
{
	const char *why = strlen(text) > MAX_BYTES ? "it is too long" : too_much(text);
	char said[128] = "";
	struct wt_capture *c;
	int code;

	*out = NULL;
	if (why)
		return wt_fail(err, WT_E_USAGE, "'%.100s' cannot be used: %s", text, why);
	c = wt_alloc(sizeof *c);
	code = regcomp(&c->regex, text, REG_EXTENDED);
	if (!code && c->regex.re_nsub) {
		*out = c;
		return WT_OK;
	}
	if (code)
		regerror(code, &c->regex, said, sizeof said);
	else
		regfree(&c->regex);
	free(c);
	return code ? wt_fail(err, WT_E_USAGE, "'%.100s' is no regular expression: %s", text, said)
		    : wt_fail(err, WT_E_USAGE, "'%.100s' has no group in parentheses", text);
}

bool wt_capture_find(const struct wt_capture *c, const char *line, struct wt_str *group)
{
	regmatch_t match[2];

	if (regexec(&c->regex, line, 2, match, 0) || match[1].rm_so < 0)
		return false;
	group->data = line + match[1].rm_so;
	group->len = (size_t)(match[1].rm_eo - match[1].rm_so);
	return true;
}

void wt_capture_free(struct wt_capture *c)
{
	if (!c)
		return;
	regfree(&c->regex);
	free(c);
}
