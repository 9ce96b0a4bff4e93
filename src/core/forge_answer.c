/* SPDX-License-Identifier: MIT */
/* What a refusal of GitHub comes to. */

#include "wtorch/core/forge_answer.h"

#include <string.h>

#include "wtorch/base/text.h"

#define MAX_SHOWN  200u /* bytes of the server's message */
#define MAX_ERRORS 3u   /* of its errors */

/* "Validation Failed: label: already_exists name; ...": message and errors in one line. */
static void render_said(const struct wt_json *doc, struct wt_buf *out)
{
	const struct wt_json *errors = wt_json_find(doc, "errors");
	size_t n = 0;

	wt_buf_puts(out, wt_json_text(doc, "message", ""));
	if (errors && errors->kind == WT_JSON_STRING) {
		wt_buf_printf(out, ": %s", errors->string);
		return;
	}
	if (!errors || errors->kind != WT_JSON_ARRAY)
		return;
	for (const struct wt_json *e = errors->child; e && n < MAX_ERRORS; e = e->next) {
		const char *text = e->kind == WT_JSON_STRING ? e->string
							     : wt_json_text(e, "message", NULL);

		wt_buf_puts(out, n++ ? "; " : ": ");
		if (text)
			wt_buf_puts(out, text);
		else
			wt_buf_printf(out, "%s %s %s", wt_json_text(e, "resource", ""),
				      wt_json_text(e, "field", ""), wt_json_text(e, "code", ""));
	}
}

/* One line that is safe on a terminal, cut at a character. */
static void cut(struct wt_buf *text)
{
	struct wt_buf safe = WT_BUF_INIT;
	struct wt_str rest = { text->data, text->len < MAX_SHOWN ? text->len : MAX_SHOWN };

	while (rest.len && rest.len < text->len &&
	       ((unsigned char)rest.data[rest.len] & 0xC0) == 0x80)
		rest.len--;
	wt_text_render_safe(&safe, rest);
	if (rest.len < text->len)
		wt_buf_puts(&safe, "...");
	wt_buf_clear(text);
	*text = safe;
}

/* It is there already: a label of that name, a pull request for that branch. */
static bool is_there(const struct wt_json *doc)
{
	const struct wt_json *errors = wt_json_find(doc, "errors");

	if (!errors || errors->kind != WT_JSON_ARRAY)
		return false;
	for (const struct wt_json *e = errors->child; e; e = e->next) {
		struct wt_str message = wt_str_of(wt_json_text(e, "message", ""));

		if (strcmp(wt_json_text(e, "code", ""), "already_exists") == 0 ||
		    wt_str_find(message, "already exists") < message.len)
			return true;
	}
	return false;
}

static enum wt_code code_of(const struct wt_forge_answer *in)
{
	switch (in->status) {
	case 404:
		return WT_E_NOT_FOUND;
	case 405:
	case 409:
		return WT_E_STATE;
	case 413:
		return WT_E_INPUT;
	case 422:
		return is_there(in->doc) ? WT_E_EXISTS : WT_E_INPUT;
	default:
		return WT_E_ENV;
	}
}

static enum wt_code hint_right(const struct wt_forge_answer *in, struct wt_error *err)
{
	if (in->sso && *in->sso)
		return wt_hint(err, "the token has to be authorized for that organization: %s",
			       in->sso);
	if (in->has_scopes && in->needs_scopes && *in->needs_scopes)
		return wt_hint(err, "the token may '%s', and needs one of '%s'", in->has_scopes,
			       in->needs_scopes);
	if (in->needs_permissions && *in->needs_permissions)
		return wt_hint(err, "the token needs the right '%s'", in->needs_permissions);
	return err->code;
}

static enum wt_code hint(const struct wt_forge_answer *in, struct wt_error *err)
{
	switch (in->status) {
	case 400:
		return wt_hint(err, "when the API's version is not supported: github.api_version");
	case 401:
		return wt_hint(err, in->has_token ? "make a new token, or `gh auth login`; "
						    "`wtorch doctor` says where it is from"
						  : "set GH_TOKEN, or `gh auth login`");
	case 403:
		return hint_right(in, err);
	case 404:
		if (in->needs_permissions && *in->needs_permissions && in->has_token)
			return wt_hint(err, "where it is there, the token needs the right '%s'",
				       in->needs_permissions);
		return wt_hint(err, in->has_token
					    ? "where it is there, the token may not see it or "
					      "not do that"
					    : "where it is private, a token is needed: GH_TOKEN");
	case 410:
		return wt_hint(err, "issues are disabled there, or it was deleted");
	default:
		return err->code;
	}
}

enum wt_code wt_forge_answer_fail(const struct wt_forge_answer *in, struct wt_error *err)
{
	struct wt_buf said = WT_BUF_INIT;

	render_said(in->doc, &said);
	if (!said.len && !in->doc)
		wt_buf_puts(&said, "without JSON: is that the address of GitHub's API?");
	cut(&said);
	wt_fail(err, code_of(in), "cannot %s: the server answered %d%s%s", in->what, in->status,
		said.len ? ": " : "", said.data);
	wt_buf_clear(&said);
	return hint(in, err);
}
