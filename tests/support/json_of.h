/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_JSON_OF_H
#define WT_TESTS_JSON_OF_H

/*
 * JSON text as a value, for tests that may link no adapter. It reads what wtorch itself writes
 * and fails the test on anything else.
 */

#include "tests/support/check.h"
#include "wtorch/base/arena.h"
#include "wtorch/base/json.h"

#define JSON_OF __attribute__((unused)) static

JSON_OF struct wt_json *json_value(struct wt_arena *a, const char **at);

JSON_OF void json_blanks(const char **at)
{
	*at += strspn(*at, " \n");
}

JSON_OF void json_expect(const char **at, char c)
{
	json_blanks(at);
	if (**at != c)
		fail_msg("'%c' expected at '%.20s'", c, *at);
	(*at)++;
}

JSON_OF const char *json_string(struct wt_arena *a, const char **at)
{
	char *out, *to;

	json_expect(at, '"');
	out = to = wt_arena_alloc(a, strlen(*at) + 1);
	for (; **at && **at != '"'; (*at)++) {
		unsigned code;

		if (**at != '\\') {
			*to++ = **at;
			continue;
		}
		(*at)++;
		if (**at == 'u' && sscanf(*at + 1, "%4x", &code) == 1) {
			*to++ = (char)code; /* only control bytes are written so */
			*at += 4;
		} else {
			const char *letter = strchr("b\bf\fn\nr\rt\t", **at);

			*to++ = letter ? letter[1] : **at;
		}
	}
	json_expect(at, '"');
	return out;
}

JSON_OF void json_children(struct wt_arena *a, const char **at, struct wt_json *parent, char close)
{
	struct wt_json *last = NULL;

	for (json_blanks(at); **at != close; json_blanks(at)) {
		const char *name = NULL;
		struct wt_json *child;

		if (last)
			json_expect(at, ',');
		if (close == '}') {
			json_blanks(at);
			name = json_string(a, at);
			json_expect(at, ':');
		}
		child = json_value(a, at);
		child->name = name;
		if (last)
			last->next = child;
		else
			parent->child = child;
		last = child;
	}
	json_expect(at, close);
}

JSON_OF struct wt_json *json_value(struct wt_arena *a, const char **at)
{
	struct wt_json *v = wt_arena_alloc(a, sizeof *v);
	char *number_end;

	json_blanks(at);
	if (**at == '"') {
		v->kind = WT_JSON_STRING;
		v->string = json_string(a, at);
	} else if (**at == '{' || **at == '[') {
		bool is_object = *(*at)++ == '{';

		v->kind = is_object ? WT_JSON_OBJECT : WT_JSON_ARRAY;
		json_children(a, at, v, is_object ? '}' : ']');
	} else if (strncmp(*at, "null", 4) == 0) {
		*at += 4;
	} else if (strncmp(*at, "true", 4) == 0 || strncmp(*at, "false", 5) == 0) {
		v->kind = WT_JSON_BOOL;
		v->boolean = **at == 't';
		*at += v->boolean ? 4 : 5;
	} else {
		v->kind = WT_JSON_NUMBER;
		v->number = strtod(*at, &number_end);
		if (number_end == *at)
			fail_msg("no JSON at '%.20s'", *at);
		*at = number_end;
	}
	return v;
}

JSON_OF const struct wt_json *json_of(struct wt_arena *a, const char *text)
{
	const struct wt_json *v = json_value(a, &text);

	json_blanks(&text);
	if (*text)
		fail_msg("more than one value: '%.20s'", text);
	return v;
}

/* "tasks.0.id": the value there; fails the test when there is none. */
JSON_OF const struct wt_json *json_at(const struct wt_json *v, const char *path)
{
	char word[64];

	while (*path) {
		size_t len = strcspn(path, ".");

		snprintf(word, sizeof word, "%.*s", (int)len, path);
		if (v && v->kind == WT_JSON_ARRAY) {
			const struct wt_json *item = v->child;

			for (long i = strtol(word, NULL, 10); i > 0 && item; i--)
				item = item->next;
			v = item;
		} else {
			v = wt_json_find(v, word);
		}
		if (!v)
			fail_msg("no '%s' (at '%s')", word, path);
		path += len + (path[len] == '.');
	}
	return v;
}

#endif
