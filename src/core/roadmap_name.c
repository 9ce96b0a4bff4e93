/* SPDX-License-Identifier: MIT */
/* Which of a task's fields a line or a heading names. */

#include <string.h>

#include "roadmap_reading.h"

static const struct {
	const char *name;
	enum roadmap_field field;
} names[] = {
	/* By the first letter; a longer name before a shorter one that it begins with. */
	{ "acceptance criteria", ROADMAP_CRITERIA },
	{ "agent", ROADMAP_AGENT },
	{ "blocked by", ROADMAP_DEPENDS },
	{ "complexity", ROADMAP_COMPLEXITY },
	{ "conflicts with", ROADMAP_RIVALS },
	{ "critical files to create", ROADMAP_FILES },
	{ "critical files to modify", ROADMAP_FILES },
	{ "critical", ROADMAP_CRITICAL },
	{ "dependencies", ROADMAP_DEPENDS },
	{ "depends on", ROADMAP_DEPENDS },
	{ "estimated effort", ROADMAP_ESTIMATE },
	{ "estimate", ROADMAP_ESTIMATE },
	{ "files to create/modify", ROADMAP_FILES },
	{ "files to create", ROADMAP_FILES },
	{ "files to modify", ROADMAP_FILES },
	{ "files", ROADMAP_FILES },
	{ "file", ROADMAP_FILES },
	{ "labels", ROADMAP_LABELS },
	{ "label", ROADMAP_LABELS },
	{ "model", ROADMAP_MODEL },
	{ "order", ROADMAP_ORDER },
	{ "parallel", ROADMAP_PARALLEL },
	{ "priority", ROADMAP_PRIORITY },
	{ "risk", ROADMAP_RISK },
	{ "status", ROADMAP_STATUS },
	{ "tags", ROADMAP_LABELS },
	{ "tag", ROADMAP_LABELS },
	{ "template", ROADMAP_TEMPLATE },
	{ "type", ROADMAP_TYPE },
};

/* The name at the beginning of s; rest is what follows it and the emphasis that ends it. */
static enum roadmap_field name_parse(struct wt_str s, struct wt_str *rest)
{
	if (!s.len || !roadmap_is_letter(s.data[0]))
		return ROADMAP_NONE;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].name[0] > (s.data[0] | 0x20))
			return ROADMAP_NONE;
		if ((s.data[0] | 0x20) != names[i].name[0] ||
		    !wt_str_starts_nocase(s, names[i].name))
			continue;
		*rest = roadmap_from(s, strlen(names[i].name));
		if (rest->len && (roadmap_is_word(rest->data[0]) || rest->data[0] == '-'))
			return ROADMAP_NONE;
		*rest = roadmap_skip_light(*rest);
		return names[i].field;
	}
	return ROADMAP_NONE;
}

/* Behind "(17 total)", or s itself. */
static struct wt_str skip_remark(struct wt_str s)
{
	size_t end;

	if (!s.len || s.data[0] != '(')
		return s;
	end = wt_str_find(s, ")");
	return end < s.len ? roadmap_skip_light(roadmap_from(s, end + 1)) : s;
}

enum roadmap_field wt_roadmap_field_parse(struct wt_str line, struct wt_str *value)
{
	struct wt_str rest = { 0 };
	enum roadmap_field field = name_parse(roadmap_skip_light(line), &rest);

	if (field == ROADMAP_NONE)
		return field;
	rest = skip_remark(rest);
	if (!rest.len || rest.data[0] != ':')
		return ROADMAP_NONE;
	rest = roadmap_from(rest, 1);
	/* "**Name:** value" */
	while (rest.len && roadmap_is_emphasis(rest.data[0]) && roadmap_is_emphasis(line.data[0]))
		rest = roadmap_from(rest, 1);
	*value = wt_str_trim(rest);
	return field;
}

/* "### Files to Create/Modify", "#### Risk: low", "### Acceptance Criteria (17 total)". */
enum roadmap_field wt_roadmap_heading_field(struct wt_str text, struct wt_str *value)
{
	struct wt_str rest = { 0 };
	enum roadmap_field field = wt_roadmap_field_parse(text, value);

	if (field != ROADMAP_NONE)
		return field;
	*value = WT_STR("");
	field = name_parse(roadmap_skip_light(text), &rest);
	if (rest.len && rest.data[0] != '(' && (unsigned char)rest.data[0] < 0x80)
		return ROADMAP_NONE;
	return field;
}

struct wt_str wt_roadmap_item_title(const struct wt_md *md, size_t paragraph)
{
	struct wt_str title = wt_str_trim(wt_md_first_line(md, paragraph));
	size_t end = wt_md_end_line(md, paragraph);
	struct wt_str value;

	for (size_t number = md->blocks[paragraph].line + 1; number < end; number++) {
		struct wt_str line = wt_str_trim(wt_md_line(md, number));

		if (wt_roadmap_field_parse(line, &value) != ROADMAP_NONE)
			break;
		title.len = (size_t)(line.data + line.len - title.data);
	}
	return title;
}
