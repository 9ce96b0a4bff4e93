/* SPDX-License-Identifier: MIT */
/* Which bytes core/roadmap changes to give a task another status, and that it changes no more. */

#include "tests/support/roadmap_of.h"

#define VS "\xEF\xB8\x8F"

static enum wt_mark_result mark(struct roadmap *r, const char *id, const char *title,
				enum wt_task_status status, struct wt_edit *edit)
{
	return wt_roadmap_mark(&r->md, &r->rules,
			       &(struct wt_roadmap_change){ id, title, status, "2026-01-02" },
			       edit);
}

/* The text after the edit; r is of that text then. */
static const char *apply(struct roadmap *r, const struct wt_edit *edit)
{
	const struct wt_str old = r->md.text;

	assert_true(edit->offset + edit->old_len <= old.len);
	wt_buf_reset(&r->shown);
	wt_buf_add(&r->shown, old.data, edit->offset);
	wt_buf_puts(&r->shown, edit->text);
	wt_buf_add(&r->shown, old.data + edit->offset + edit->old_len,
		   old.len - edit->offset - edit->old_len);
	return r->shown.data;
}

static void check_mark_by(struct wt_roadmap_rules rules, const char *text, const char *id,
			  enum wt_task_status status, const char *want)
{
	struct roadmap r, again;
	struct wt_edit edit;

	roadmap_read(&r, wt_str_of(text));
	r.rules = rules;
	check_int(mark(&r, id, NULL, status, &edit), WT_MARK_EDIT);
	check_str(apply(&r, &edit), want);
	roadmap_read(&again, wt_str_of(want));
	again.rules = rules;
	roadmap_parse(&again);
	check_int(wt_tasks_find(&again.tasks, id)->status, status);
	check_int(mark(&again, id, NULL, status, &edit), WT_MARK_ALREADY);
	roadmap_clear(&again);
	roadmap_clear(&r);
}

static void check_mark(const char *text, const char *id, enum wt_task_status status,
		       const char *want)
{
	check_mark_by(*wt_roadmap_default_rules(), text, id, status, want);
}

static void test_roadmap_mark__the_new_marker_has_the_shape_of_the_old_one(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "# US-1: A 📝 Planned\n", "# US-1: A ✅ Complete\n" },
		{ "# US-1: A 📝\n", "# US-1: A ✅\n" },
		{ "# US-1: A 📝" VS "\n", "# US-1: A ✅\n" },
		{ "# US-1: A 📝 PLANNED ##\n", "# US-1: A ✅ COMPLETE ##\n" },
		{ "# US-1: A 📝planned\n", "# US-1: A ✅complete\n" },
		{ "# US-1: A 📝 **PLANNED** (2025)\n", "# US-1: A ✅ **COMPLETE** (2025)\n" },
		{ "# US-1: A 📝 Planned - Phase 4\n", "# US-1: A ✅ Complete - Phase 4\n" },
		{ "# US-1: A 📝 READY\n", "# US-1: A ✅ READY\n" },
		{ "# US-1: 📝 A\n", "# US-1: ✅ A\n" },
		{ "# US-1: A ⏸" VS " Blocked\n", "# US-1: A ✅ Complete\n" },
		{ "# US-1: A ❌ Failed 📝 Planned\n", "# US-1: A ❌ Failed ✅ Complete\n" },
		{ "# US-1: A - Planned\n", "# US-1: A - Complete\n" },
		{ "# US-1: A (planned)\n", "# US-1: A (complete)\n" },
		{ "# US-1: A [PLANNED]\n", "# US-1: A [COMPLETE]\n" },
		{ "# US-1: Ab IN PROGRESS\n", "# US-1: Ab COMPLETE\n" },
		{ "# US-1: A\n", "# US-1: A ✅ Complete\n" },
		{ "# US-1: A", "# US-1: A ✅ Complete" },
		{ "# US-1: A  ##  \n", "# US-1: A ✅ Complete  ##  \n" },
		{ "# US-1:\n", "# US-1: ✅ Complete\n" },
		{ "US-1: A\n=======\n", "US-1: A ✅ Complete\n=======\n" },
		{ "# US-1: A `code\n", "# US-1: A `code ✅ Complete\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_mark(cases[i].before, "US-1", WT_TASK_COMPLETED, cases[i].after);
}

static void test_roadmap_mark__every_status_can_be_written(void **state)
{
	(void)state;
	check_mark("# 5: A 📝 Planned\n", "5", WT_TASK_IN_PROGRESS, "# 5: A 🔄 In Progress\n");
	check_mark("# 5: A 🔄 In Progress\n", "5", WT_TASK_FAILED, "# 5: A ❌ Failed\n");
	check_mark("# 5: A ❌ failed\n", "5", WT_TASK_BLOCKED, "# 5: A ⏸ blocked\n");
	check_mark("# 5: A ✅\n", "5", WT_TASK_PLANNED, "# 5: A 📝\n");
}

static void test_roadmap_mark__the_status_line_is_edited_where_it_decides(void **state)
{
	(void)state;
	check_mark("# US-1: A\n\n**Status**: 📝 **PLANNED** - now\n", "US-1", WT_TASK_COMPLETED,
		   "# US-1: A\n\n**Status**: ✅ **COMPLETE** - now\n");
	check_mark("# US-1: A\nStatus: planned\n", "US-1", WT_TASK_COMPLETED,
		   "# US-1: A\nStatus: complete\n");
	check_mark("# US-1: A 📝 Planned\n**Status**: 📝 Planned\n", "US-1", WT_TASK_COMPLETED,
		   "# US-1: A ✅ Complete\n**Status**: 📝 Planned\n");
	check_mark("# US-1: A\n**Status**: 🧪 Ready\n", "US-1", WT_TASK_COMPLETED,
		   "# US-1: A ✅ Complete\n**Status**: 🧪 Ready\n");
}

static void test_roadmap_mark__all_other_bytes_stay(void **state)
{
	(void)state;
	check_mark("\xEF\xBB\xBF# US-1: A\t📝 Planned\t\r\n\r\ntext 📝\r\n\r\n# US-2: B 📝 Planned",
		   "US-2", WT_TASK_COMPLETED,
		   "\xEF\xBB\xBF# US-1: A\t📝 Planned\t\r\n\r\ntext 📝\r\n\r\n"
		   "# US-2: B ✅ Complete");
	check_mark("\xEF\xBB\xBF# US-1: A\t📝 Planned\t\r\n", "US-1", WT_TASK_COMPLETED,
		   "\xEF\xBB\xBF# US-1: A\t✅ Complete\t\r\n");
	check_mark("# US-1: A 📝 Planned\r# US-2: B 📝\r", "US-2", WT_TASK_COMPLETED,
		   "# US-1: A 📝 Planned\r# US-2: B ✅\r");
	check_mark("```\n# US-1: No 📝 Planned\n```\n# US-1: A 📝 Planned\n# US-1: B 📝 Planned\n",
		   "US-1", WT_TASK_COMPLETED,
		   "```\n# US-1: No 📝 Planned\n```\n# US-1: A ✅ Complete\n# US-1: B 📝 Planned\n");
}

static void test_roadmap_mark__a_date_is_written_when_asked_for(void **state)
{
	struct wt_roadmap_rules rules = *wt_roadmap_default_rules();

	(void)state;
	rules.writes_date = true;
	check_mark_by(rules, "# US-1: A 📝 Planned\n", "US-1", WT_TASK_COMPLETED,
		      "# US-1: A ✅ Complete (2026-01-02)\n");
	check_mark_by(rules, "# US-1: A\n", "US-1", WT_TASK_COMPLETED,
		      "# US-1: A ✅ Complete (2026-01-02)\n");
	check_mark_by(rules, "# US-1: A (Planned)\n", "US-1", WT_TASK_COMPLETED,
		      "# US-1: A (Complete (2026-01-02))\n");
	check_mark_by(rules, "# US-1: A - planned\n", "US-1", WT_TASK_COMPLETED,
		      "# US-1: A - complete (2026-01-02)\n");
	check_mark_by(rules, "# US-1: A 📝 Planned\n", "US-1", WT_TASK_FAILED,
		      "# US-1: A ❌ Failed\n");
}

static void test_roadmap_mark__words_without_emoji_can_be_the_rule(void **state)
{
	struct wt_roadmap_rules rules = *wt_roadmap_default_rules();

	(void)state;
	rules.markers[WT_TASK_COMPLETED].emoji = NULL;
	check_mark_by(rules, "# US-1: A\n", "US-1", WT_TASK_COMPLETED, "# US-1: A - Complete\n");
	check_mark_by(rules, "# US-1: A - 📝 **Planned**\n", "US-1", WT_TASK_COMPLETED,
		      "# US-1: A - **Complete**\n");
}

static void test_roadmap_mark__items_get_and_lose_their_x(void **state)
{
	(void)state;
	check_mark("- [ ] A\n- [ ] B\n", "i2", WT_TASK_COMPLETED, "- [ ] A\n- [x] B\n");
	check_mark("- [ ] US-7: A\r\n", "US-7", WT_TASK_COMPLETED, "- [x] US-7: A\r\n");
	check_mark("- [X] A\n", "i1", WT_TASK_PLANNED, "- [ ] A\n");
}

static void test_roadmap_mark__an_item_that_moved_is_found_by_its_title(void **state)
{
	struct roadmap r;
	struct wt_edit edit;

	(void)state;
	roadmap_read(&r, WT_STR("- [ ] New\n- [ ] A `x`\n- [ ] B\n- [ ] B\n"));
	check_int(mark(&r, "i1", "A x", WT_TASK_COMPLETED, &edit), WT_MARK_EDIT);
	check_str(apply(&r, &edit), "- [ ] New\n- [x] A `x`\n- [ ] B\n- [ ] B\n");
	check_int(mark(&r, "i4", "B", WT_TASK_COMPLETED, &edit), WT_MARK_EDIT);
	check_str(apply(&r, &edit), "- [ ] New\n- [ ] A `x`\n- [ ] B\n- [x] B\n");
	check_int(mark(&r, "i1", "B", WT_TASK_COMPLETED, &edit), WT_MARK_GONE);
	check_int(mark(&r, "i9", "Gone", WT_TASK_COMPLETED, &edit), WT_MARK_GONE);
	check_int(mark(&r, "i1", "New", WT_TASK_FAILED, &edit), WT_MARK_ALREADY);
	roadmap_clear(&r);
}

static void test_roadmap_mark__what_is_gone_or_done_is_left_alone(void **state)
{
	struct roadmap r;
	struct wt_edit edit;

	(void)state;
	roadmap_read(&r, WT_STR("# US-1: A ✅\n# US-2: B\n"));
	check_int(mark(&r, "US-1", NULL, WT_TASK_COMPLETED, &edit), WT_MARK_ALREADY);
	check_int(mark(&r, "US-2", NULL, WT_TASK_PLANNED, &edit), WT_MARK_ALREADY);
	check_int(mark(&r, "US-3", NULL, WT_TASK_COMPLETED, &edit), WT_MARK_GONE);
	roadmap_clear(&r);
	roadmap_read(&r, WT_STR(""));
	check_int(mark(&r, "US-1", NULL, WT_TASK_COMPLETED, &edit), WT_MARK_GONE);
	roadmap_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roadmap_mark__the_new_marker_has_the_shape_of_the_old_one),
		cmocka_unit_test(test_roadmap_mark__every_status_can_be_written),
		cmocka_unit_test(test_roadmap_mark__the_status_line_is_edited_where_it_decides),
		cmocka_unit_test(test_roadmap_mark__all_other_bytes_stay),
		cmocka_unit_test(test_roadmap_mark__a_date_is_written_when_asked_for),
		cmocka_unit_test(test_roadmap_mark__words_without_emoji_can_be_the_rule),
		cmocka_unit_test(test_roadmap_mark__items_get_and_lose_their_x),
		cmocka_unit_test(test_roadmap_mark__an_item_that_moved_is_found_by_its_title),
		cmocka_unit_test(test_roadmap_mark__what_is_gone_or_done_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
