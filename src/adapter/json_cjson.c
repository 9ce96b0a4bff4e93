/* SPDX-License-Identifier: MIT */
/* JSON values from bytes: cJSON, with what it lets through refused first. */

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/map.h"

/* Objects with more members are searched for duplicates with a map. */
#define FEW_MEMBERS 16u

/* Reads the text once before cJSON does: cJSON takes control bytes, BOM, "01", "1." and stops a
 * string at \u0000. What it checks itself (structure, escapes, literals) is left to it. */
struct check {
	struct wt_str text;
	size_t at;
	size_t depth;
	struct wt_error *err;
};

static enum wt_code fail_at(struct wt_error *err, struct wt_str text, size_t at, const char *why)
{
	size_t line = 1, start = 0;

	if (at > text.len)
		at = text.len;
	for (size_t i = 0; i < at; i++) {
		if (text.data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	wt_fail(err, WT_E_INPUT, "line %zu, column %zu: %s", line, at - start + 1, why);
	err->place = (struct wt_place){ NULL, line, at - start + 1 };
	return err->code;
}

static enum wt_code bad(const struct check *c, const char *why)
{
	return fail_at(c->err, c->text, c->at, why);
}

static char peek(const struct check *c)
{
	return c->at < c->text.len ? c->text.data[c->at] : '\0';
}

static struct wt_str rest_of(const struct check *c)
{
	return (struct wt_str){ c->text.data + c->at, c->text.len - c->at };
}

static size_t skip_digits(struct check *c)
{
	size_t start = c->at;

	while (peek(c) >= '0' && peek(c) <= '9')
		c->at++;
	return c->at - start;
}

static enum wt_code check_number(struct check *c)
{
	if (peek(c) == '-')
		c->at++;
	if (peek(c) == '0') {
		c->at++;
		if (peek(c) >= '0' && peek(c) <= '9')
			return bad(c, "a number begins with a needless 0");
	} else if (skip_digits(c) == 0) {
		return bad(c, "a number has no digits");
	}
	if (peek(c) == '.') {
		c->at++;
		if (skip_digits(c) == 0)
			return bad(c, "a number has no digits behind its point");
	}
	if (peek(c) == 'e' || peek(c) == 'E') {
		c->at++;
		if (peek(c) == '+' || peek(c) == '-')
			c->at++;
		if (skip_digits(c) == 0)
			return bad(c, "a number has no digits in its exponent");
	}
	return WT_OK;
}

static enum wt_code check_string(struct check *c)
{
	for (c->at++; c->at < c->text.len; c->at++) {
		unsigned char byte;

		c->at += wt_text_plain_len(rest_of(c));
		if (c->at == c->text.len)
			break;
		byte = (unsigned char)peek(c);
		if (byte == '"') {
			c->at++;
			return WT_OK;
		}
		if (byte < 0x20)
			return bad(c, "a control character in a string");
		if (byte != '\\')
			continue;
		if (wt_str_starts(rest_of(c), "\\u0000"))
			return bad(c, "a string with \\u0000 in it");
		c->at++;
	}
	return bad(c, "a string does not end");
}

static enum wt_code check_text(struct check *c)
{
	while (c->at < c->text.len) {
		enum wt_code code = WT_OK;
		char byte = peek(c);

		if (byte == '"')
			code = check_string(c);
		else if (byte == '-' || (byte >= '0' && byte <= '9'))
			code = check_number(c);
		else if ((unsigned char)byte < 0x20 && !(byte && strchr("\t\n\r", byte)))
			code = bad(c, "a control character");
		else if ((byte == '[' || byte == '{') && ++c->depth > WT_MAX_JSON_DEPTH)
			code = bad(c, "more than 64 levels of nesting");
		else {
			c->depth -= (byte == ']' || byte == '}') && c->depth > 0;
			c->at++;
		}
		if (code)
			return code;
	}
	return WT_OK;
}

/* Two members of one name: which one counts would be anybody's guess. */
static const char *find_duplicate(const cJSON *object)
{
	struct wt_map names = { 0 };
	const char *duplicate = NULL;
	const cJSON *item, *other;
	size_t n = 0;

	cJSON_ArrayForEach(item, object) n++;
	cJSON_ArrayForEach(item, object)
	{
		bool found = false;

		if (n > FEW_MEMBERS) {
			wt_map_put(&names, item->string, 0, &found);
		} else {
			for (other = object->child; other != item && !found; other = other->next)
				found = strcmp(other->string, item->string) == 0;
		}
		if (found && !duplicate)
			duplicate = item->string;
	}
	wt_map_clear(&names);
	return duplicate;
}

static enum wt_code convert(struct wt_arena *arena, const cJSON *from, struct wt_json *to,
			    struct wt_error *err);

static enum wt_code convert_children(struct wt_arena *arena, const cJSON *from, struct wt_json *to,
				     struct wt_error *err)
{
	const struct wt_json **link = &to->child;
	const char *duplicate = cJSON_IsObject(from) ? find_duplicate(from) : NULL;
	const cJSON *item;

	if (duplicate)
		return wt_fail(err, WT_E_INPUT, "an object has two members '%.100s'", duplicate);
	cJSON_ArrayForEach(item, from)
	{
		struct wt_json *value = wt_arena_alloc(arena, sizeof *value);
		enum wt_code code = convert(arena, item, value, err);

		if (code)
			return code;
		*link = value;
		link = &value->next;
	}
	return WT_OK;
}

/* As deep as check_text allowed, no deeper. */
static enum wt_code convert(struct wt_arena *arena, const cJSON *from, struct wt_json *to,
			    struct wt_error *err)
{
	to->name = wt_arena_strdup(arena, from->string);
	if (cJSON_IsBool(from)) {
		to->kind = WT_JSON_BOOL;
		to->boolean = cJSON_IsTrue(from);
	} else if (cJSON_IsNumber(from)) {
		if (!isfinite(from->valuedouble))
			return wt_fail(err, WT_E_INPUT, "a number is too large");
		to->kind = WT_JSON_NUMBER;
		to->number = from->valuedouble;
	} else if (cJSON_IsString(from)) {
		to->kind = WT_JSON_STRING;
		to->string = wt_arena_strdup(arena, from->valuestring);
	} else if (cJSON_IsArray(from) || cJSON_IsObject(from)) {
		to->kind = cJSON_IsArray(from) ? WT_JSON_ARRAY : WT_JSON_OBJECT;
		return convert_children(arena, from, to, err);
	}
	return WT_OK;
}

enum wt_code wt_json_cjson(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			   struct wt_error *err)
{
	struct check c = { .text = text, .err = err };
	const char *end = NULL;
	struct wt_json *value;
	enum wt_code code;
	cJSON *root;

	if (text.len > WT_MAX_RECORD_BYTES)
		return wt_fail(err, WT_E_INPUT, "the JSON is larger than %u MB",
			       WT_MAX_RECORD_BYTES >> 20);
	if (!wt_text_is_utf8(text))
		return wt_fail(err, WT_E_INPUT, "the JSON is not valid UTF-8");
	code = wt_str_starts(text, "\xEF\xBB\xBF") ? bad(&c, "a byte order mark") : check_text(&c);
	if (code)
		return code;
	root = text.len ? cJSON_ParseWithLengthOpts(text.data, text.len, &end, false) : NULL;
	if (!root)
		return fail_at(err, text, end ? (size_t)(end - text.data) : 0,
			       text.len ? "no valid JSON from here on" : "no JSON value");
	c.at = (size_t)(end - text.data);
	while (c.at < text.len && strchr(" \t\r\n", text.data[c.at]))
		c.at++;
	value = wt_arena_alloc(arena, sizeof *value);
	code = c.at < text.len ? bad(&c, "text behind the value")
			       : convert(arena, root, value, err);
	cJSON_Delete(root);
	if (code == WT_OK)
		*out = value;
	return code;
}
