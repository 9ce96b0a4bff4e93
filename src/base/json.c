/* SPDX-License-Identifier: MIT */
/* Reads values of a JSON tree that somebody else built. */

#include "wtorch/base/json.h"

#include <string.h>

const struct wt_json *wt_json_find(const struct wt_json *object, const char *name)
{
	if (!object || object->kind != WT_JSON_OBJECT)
		return NULL;
	for (const struct wt_json *member = object->child; member; member = member->next) {
		if (member->name && strcmp(member->name, name) == 0)
			return member;
	}
	return NULL;
}

static const struct wt_json *find_kind(const struct wt_json *object, const char *name,
				       enum wt_json_kind kind)
{
	const struct wt_json *value = wt_json_find(object, name);

	return value && value->kind == kind ? value : NULL;
}

const char *wt_json_text(const struct wt_json *object, const char *name, const char *fallback)
{
	const struct wt_json *value = find_kind(object, name, WT_JSON_STRING);

	return value && value->string ? value->string : fallback;
}

double wt_json_number(const struct wt_json *object, const char *name, double fallback)
{
	const struct wt_json *value = find_kind(object, name, WT_JSON_NUMBER);

	return value ? value->number : fallback;
}

int64_t wt_json_int(const struct wt_json *object, const char *name, int64_t fallback)
{
	const struct wt_json *value = find_kind(object, name, WT_JSON_NUMBER);

	/* 2^63 is the first double that an int64_t cannot hold; a NaN fails both. */
	if (!value || !(value->number >= -0x1p63 && value->number < 0x1p63))
		return fallback;
	return (int64_t)value->number;
}

bool wt_json_bool(const struct wt_json *object, const char *name, bool fallback)
{
	const struct wt_json *value = find_kind(object, name, WT_JSON_BOOL);

	return value ? value->boolean : fallback;
}

size_t wt_json_count(const struct wt_json *array)
{
	size_t n = 0;

	if (!array || array->kind != WT_JSON_ARRAY)
		return 0;
	for (const struct wt_json *item = array->child; item; item = item->next)
		n++;
	return n;
}
