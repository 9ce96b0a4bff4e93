/* SPDX-License-Identifier: MIT */
/* Which blocks of an issue's body are tasks. */

#include <string.h>

#include "issue_reading.h"

/* What a block holds somewhere inside it. */
enum { HOLDS_BOX = 1, HOLDS_REF = 2, HOLDS_HEADING = 4 };

struct label {
	enum tasklist_about about;
	size_t parent; /* of the paragraph; lists with the same one are meant */
};

struct scanning {
	struct tasklist_scan *scan;
	const struct wt_md *md;
	unsigned char *holds;          /* by block */
	unsigned char *about;          /* by block: of lists, what their items are */
	size_t *next_block;            /* by block: behind it and all that it holds */
	enum tasklist_about levels[7]; /* of the headings that are open; [0]: none */
	bool has_tasks[7];             /* directly below the heading, before any other */
	unsigned level;
	size_t heading; /* the next one in scan->headings */
	struct label label;
};

/* one pass backwards: what holds what */

static struct wt_str item_text(const struct wt_md *md, size_t item)
{
	if (item + 1 >= md->len || md->blocks[item + 1].parent != item ||
	    md->blocks[item + 1].kind != WT_MD_PARAGRAPH)
		return WT_STR("");
	return wt_roadmap_item_title(md, item + 1);
}

static bool starts_with_ref(struct wt_str s)
{
	struct tasklist_ref ref;
	struct wt_str rest;

	s = roadmap_skip_light(s);
	if (s.len && s.data[0] == '[')
		s = roadmap_skip_light(roadmap_from(s, 1));
	return wt_tasklist_ref_parse(s, &ref, &rest);
}

static unsigned char holds_itself(const struct wt_md *md, size_t block)
{
	struct wt_str text;

	switch (md->blocks[block].kind) {
	case WT_MD_ITEM:
		text = item_text(md, block);
		if (wt_roadmap_checkbox(text, &text))
			return starts_with_ref(text) ? HOLDS_BOX | HOLDS_REF : HOLDS_BOX;
		return starts_with_ref(text) ? HOLDS_REF : 0;
	case WT_MD_CODE:
		return wt_tasklist_is_fence(md, block) ? HOLDS_REF : 0;
	case WT_MD_PARAGRAPH:
		return wt_tasklist_is_table(md, block) ? HOLDS_REF : 0;
	default:
		return 0;
	}
}

static void look_inside(struct scanning *s)
{
	const struct wt_md_block *blocks = s->md->blocks;

	for (size_t i = s->md->len; i-- > 0;) {
		size_t parent = blocks[i].parent;

		s->holds[i] |= holds_itself(s->md, i);
		if (!s->next_block[i])
			s->next_block[i] = i + 1;
		if (parent == WT_MD_TOP)
			continue;
		/* The last child comes first. */
		if (!s->next_block[parent])
			s->next_block[parent] = s->next_block[i];
		if (blocks[parent].kind != WT_MD_QUOTE)
			s->holds[parent] |= s->holds[i];
	}
}

/* A heading that only names a part of its section: "Files", "Acceptance criteria". */
static bool is_part(struct wt_str text)
{
	struct wt_str value;

	return wt_tasklist_section(text) != TASKLIST_OTHER ||
	       wt_roadmap_heading_field(text, &value) != ROADMAP_NONE;
}

/* What its section holds, for each heading: at most six sections are open at a time. */
static void look_into_sections(struct scanning *s)
{
	const struct roadmap_scan *h = &s->scan->headings;
	size_t open[7] = { 0 }; /* index + 1, by level */
	bool is_hidden[7] = { false };
	size_t next = 0;

	for (size_t i = 0; i < s->md->len; i = s->next_block[i]) {
		unsigned level = s->md->blocks[i].level;
		unsigned holds = s->holds[i];
		bool hides = false;

		if (next < h->len && h->heads[next].block == i) {
			for (unsigned l = level; l < 7; l++)
				open[l] = 0;
			hides = is_part(h->heads[next].text);
			holds = hides ? 0 : HOLDS_HEADING;
		}
		for (unsigned l = 1; l < 7; l++) {
			bool is_below = false;

			for (unsigned m = l + 1; m < 7; m++)
				is_below = is_below || (open[m] && is_hidden[m]);
			if (open[l] && !is_below)
				s->holds[h->heads[open[l] - 1].block] |= (unsigned char)holds;
		}
		if (next < h->len && h->heads[next].block == i) {
			open[level] = ++next;
			is_hidden[level] = hides;
		}
	}
}

/* headings */

static bool is_listed(const struct scanning *s)
{
	return s->has_tasks[s->level];
}

/* A heading in a section of tasks: a task, or the name of a group of them. */
static bool is_heading_task(const struct scanning *s, const struct roadmap_head *h,
			    const struct tasklist_head *head)
{
	struct wt_str text = h->text;
	unsigned holds = s->holds[h->block];
	bool is_numbered = wt_tasklist_skip_number(&text);

	if (!head->is_positional && starts_with_ref(h->text))
		return true;
	if (holds & (HOLDS_REF | HOLDS_HEADING))
		return false;
	if (is_numbered || !head->is_positional)
		return true;
	return !(holds & HOLDS_BOX) && !is_listed(s);
}

static void add_heading(struct scanning *s, struct tasklist_head *head)
{
	struct roadmap_head *h = &s->scan->headings.heads[head->index];
	struct roadmap_hit hit = wt_roadmap_status(&s->scan->headings, head->index, NULL);
	bool is_struck = head->is_done;
	struct tasklist_head *added;

	h->is_task = true;
	/* What its marker says is its own, unless it is one more mention of another one. */
	head->is_done = is_struck || (hit.is_found && hit.status == WT_TASK_COMPLETED);
	added = wt_tasklist_add(s->scan, head);
	if (added)
		added->is_done = is_struck;
}

/* Opens the heading's section, or takes all of it as a task. Gives the next block. */
static size_t read_heading(struct scanning *s, size_t block)
{
	struct tasklist_scan *scan = s->scan;
	unsigned level = s->md->blocks[block].level;
	size_t index = s->heading++;
	struct roadmap_head *h = &scan->headings.heads[index];
	struct tasklist_head head = { .kind = TASKLIST_HEADING,
				      .index = index,
				      .line = s->md->blocks[block].line };
	struct roadmap_hit hit = wt_roadmap_find_marker(scan->rules, h->text);
	enum tasklist_about about = wt_tasklist_section(h->text), above;

	s->label = (struct label){ TASKLIST_OTHER, WT_MD_TOP };
	for (unsigned l = level; l < 7; l++) {
		s->levels[l] = TASKLIST_OTHER;
		s->has_tasks[l] = false;
	}
	s->level = level;
	above = s->levels[level - 1];
	for (unsigned l = level; l-- > 0 && above == TASKLIST_OTHER;)
		above = s->levels[l];
	s->has_tasks[level] = level > 0 && s->has_tasks[level - 1];
	head.text = wt_roadmap_bare_title(h->text, &hit);
	if (above == TASKLIST_TASKS && about == TASKLIST_OTHER && !is_part(h->text) &&
	    wt_tasklist_head_parse(scan, &head) && is_heading_task(s, h, &head)) {
		add_heading(s, &head);
		while (s->heading < scan->headings.len &&
		       scan->headings.heads[s->heading].block < h->end)
			s->heading++;
		return h->end;
	}
	if (about == TASKLIST_OTHER && is_part(h->text))
		about = TASKLIST_NOTES;
	if (about == TASKLIST_OTHER || above == TASKLIST_CRITERIA)
		about = about == TASKLIST_TASKS ? about : above;
	s->levels[level] = about;
	return block + 1;
}

/* paragraphs and HTML: labels of the lists below them */

/* "**Tasks**", "Acceptance criteria:": one line that names what follows. */
static enum tasklist_about label_of(struct wt_str line)
{
	struct wt_str s = wt_str_trim(line);
	size_t len = s.len;

	if (!len || len > 200 ||
	    !(s.data[len - 1] == ':' || wt_str_ends(s, ":**") || wt_str_ends(s, ":__") ||
	      (len > 4 && (wt_str_starts(s, "**") || wt_str_starts(s, "__")) &&
	       roadmap_is_emphasis(s.data[len - 1]))))
		return TASKLIST_OTHER;
	return wt_tasklist_section(s);
}

static void read_paragraph(struct scanning *s, size_t block)
{
	const struct wt_md *md = s->md;
	size_t end = wt_md_end_line(md, block);
	struct wt_str last = end - 1 == md->blocks[block].line ? wt_md_first_line(md, block)
							       : wt_md_line(md, end - 1);
	enum tasklist_about about = s->label.about == TASKLIST_OTHER ? s->levels[s->level]
								     : s->label.about;

	if (about == TASKLIST_TASKS && wt_tasklist_is_table(md, block))
		wt_tasklist_add_rows(s->scan, block);
	else
		wt_tasklist_add_line_refs(s->scan, block);
	s->label = (struct label){ label_of(last), md->blocks[block].parent };
}

/* The text between <summary> or <h3> and its end. */
static struct wt_str tag_text(struct wt_str line)
{
	static const char *const tags[] = { "<summary>", "<h1>", "<h2>", "<h3>",
					    "<h4>",      "<h5>", "<h6>" };
	struct wt_str s;

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		size_t at = wt_str_find(line, tags[i]);

		if (at == line.len)
			continue;
		s = roadmap_from(line, at + strlen(tags[i]));
		while (wt_str_starts(s, "<"))
			s = roadmap_from(s, wt_str_find(s, ">") + 1 <= s.len
						    ? wt_str_find(s, ">") + 1
						    : s.len);
		s.len = wt_str_find(s, "<");
		return s;
	}
	return WT_STR("");
}

static bool say_swallowed(struct scanning *s, size_t block, size_t line)
{
	struct wt_str text = wt_str_trim(wt_md_line(s->md, line)), rest;

	if (!s->scan->diags || text.len < 5 || !memchr("-*+", text.data[0], 3) ||
	    !wt_roadmap_checkbox(wt_str_trim(roadmap_from(text, 1)), &rest))
		return false;
	wt_diags_add(s->scan->diags, WT_SEVERITY_WARNING, wt_md_place(s->md, line, text),
		     "this item is part of the HTML that begins in line %zu, and no task: a blank "
		     "line before the list makes it one",
		     s->md->blocks[block].line);
	return true;
}

static void read_html(struct scanning *s, size_t block)
{
	const struct wt_md *md = s->md;
	size_t next = block + 1 < md->len ? md->blocks[block + 1].line : md->n_lines + 1;
	struct wt_str first = wt_str_trim(wt_md_first_line(md, block));
	bool is_said = false;

	if (wt_str_starts(first, "<!") || wt_str_starts(first, "<?"))
		return;
	s->label = (struct label){ TASKLIST_OTHER, md->blocks[block].parent };
	for (size_t line = md->blocks[block].line; line < next; line++) {
		struct wt_str text = tag_text(wt_md_line(md, line));

		if (text.len)
			s->label.about = wt_tasklist_section(text);
		is_said = is_said || say_swallowed(s, block, line);
	}
}

/* lists */

static size_t read_list(struct scanning *s, size_t block)
{
	size_t parent = s->md->blocks[block].parent;
	enum tasklist_about about = s->levels[s->level];

	if (s->label.about != TASKLIST_OTHER && s->label.parent == parent)
		about = s->label.about;
	else if (parent != WT_MD_TOP && s->md->blocks[parent].kind == WT_MD_ITEM)
		about = (enum tasklist_about)s->about[s->md->blocks[parent].parent];
	s->about[block] = (unsigned char)about;
	return about == TASKLIST_CRITERIA ? s->next_block[block] : block + 1;
}

static void say_bad_ref(const struct scanning *s, const struct tasklist_head *head)
{
	struct wt_str text = roadmap_skip_light(head->text);
	struct wt_buf shown = WT_BUF_INIT;

	if (!s->scan->diags || !wt_tasklist_ref_is_bad(text))
		return;
	wt_text_render_safe(&shown, tasklist_upto(text, 20));
	wt_diags_add(s->scan->diags, WT_SEVERITY_WARNING, wt_md_place(s->md, head->line, text),
		     "'%s' begins with no number of an issue: the item is no task", shown.data);
	wt_buf_clear(&shown);
}

/* The item as a task; or goes on inside it. */
static size_t read_item(struct scanning *s, size_t item)
{
	struct tasklist_scan *scan = s->scan;
	struct tasklist_head head = { .kind = TASKLIST_ITEM, .line = s->md->blocks[item].line };
	struct wt_str text = item_text(s->md, item), rest;
	enum tasklist_about about = (enum tasklist_about)s->about[s->md->blocks[item].parent];
	char box = wt_roadmap_checkbox(text, &rest);
	struct roadmap_head *below;
	struct roadmap_hit hit;

	if (!text.len || (!box && about != TASKLIST_TASKS))
		return item + 1;
	if (!box && !starts_with_ref(text) &&
	    ((s->holds[item] & (HOLDS_BOX | HOLDS_REF)) || label_of(text) != TASKLIST_OTHER))
		return item + 1;
	head.box = box ? text.data + 1 : NULL;
	head.text = box ? rest : text;
	if (!box) {
		hit = wt_roadmap_find_marker(scan->rules, head.text);
		head.is_done = hit.is_found && hit.status == WT_TASK_COMPLETED;
		head.text = wt_roadmap_bare_title(head.text, &hit);
	}
	if (!wt_tasklist_head_parse(scan, &head)) {
		say_bad_ref(s, &head);
	} else {
		below = wt_roadmap_add_head(&scan->items, item);
		below->end = s->next_block[item];
		below->is_task = true;
		head.index = scan->items.len - 1;
		wt_tasklist_add(scan, &head);
	}
	return s->next_block[item];
}

static size_t read_block(struct scanning *s, size_t i)
{
	const struct wt_md_block *b = &s->md->blocks[i];

	switch (b->kind) {
	case WT_MD_HEADING:
		return b->parent == WT_MD_TOP ? read_heading(s, i) : s->next_block[i];
	case WT_MD_QUOTE:
		return s->next_block[i];
	case WT_MD_PARAGRAPH:
		read_paragraph(s, i);
		return i + 1;
	case WT_MD_LIST:
		return read_list(s, i);
	case WT_MD_ITEM:
		return read_item(s, i);
	case WT_MD_CODE:
		wt_tasklist_add_fence(s->scan, i);
		return i + 1;
	case WT_MD_HTML:
		read_html(s, i);
		return i + 1;
	default:
		return i + 1;
	}
}

void wt_tasklist_scan_init(struct tasklist_scan *scan, const struct wt_md *md,
			   const struct wt_tasklist_issue *issue, struct wt_diags *diags)
{
	struct scanning s = { .scan = scan, .md = md, .label.parent = WT_MD_TOP };

	*scan = (struct tasklist_scan){ .md = md, .issue = issue, .diags = diags };
	scan->rules = issue->rules ? issue->rules : wt_roadmap_default_rules();
	scan->items = (struct roadmap_scan){ .md = md,
					     .rules = scan->rules,
					     .is_checklist = true,
					     .add_depends = wt_tasklist_add_depends,
					     .owner = scan };
	scan->headings = scan->items;
	scan->headings.is_checklist = false;
	scan->headings.lists_are_criteria = true;
	wt_roadmap_scan_headings(&scan->headings);
	for (size_t i = 0; i < scan->headings.len; i++)
		scan->headings.heads[i].is_task = false;
	s.holds = wt_arena_alloc(&scan->arena, md->len + 1);
	s.about = wt_arena_alloc(&scan->arena, md->len + 1);
	s.next_block = wt_arena_alloc(&scan->arena, (md->len + 1) * sizeof *s.next_block);
	look_inside(&s);
	look_into_sections(&s);
	for (size_t i = 0; i < md->len;) {
		size_t before = scan->len;

		i = read_block(&s, i);
		s.has_tasks[s.level] = s.has_tasks[s.level] || scan->len > before;
	}
	wt_tasklist_number(scan);
}

void wt_tasklist_scan_clear(struct tasklist_scan *scan)
{
	wt_map_clear(&scan->by_ref);
	wt_roadmap_scan_clear(&scan->items);
	wt_roadmap_scan_clear(&scan->headings);
	wt_arena_clear(&scan->arena);
	*scan = (struct tasklist_scan){ 0 };
}
