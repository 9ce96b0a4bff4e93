/* SPDX-License-Identifier: MIT */
/* The bodies of issues as people write them: what is a task, what it says, and its box. */

#include <dirent.h>
#include <stdlib.h>

#include "tests/support/tasklist_of.h"

/* where tasks stand */

static void test_tasklist__boxes_are_tasks_wherever_they_stand(void **unused)
{
	(void)unused;
	check_tasklist("Some prose about it.\n\n"
		       "- [ ] Parser\n- [x] Lexer\n\n"
		       "## Other things\n\n"
		       "* [X] Printer\n1. [ ] Linker\n",
		       "i1 planned 'Parser'\n"
		       "i2 completed 'Lexer'\n"
		       "i3 completed 'Printer'\n"
		       "i4 planned 'Linker'\n");
}

static void test_tasklist__criteria_are_no_tasks(void **unused)
{
	(void)unused;
	check_tasklist("## Acceptance criteria\n- [ ] fast\n### More of them\n- [ ] small\n"
		       "## ✅ Definition of Done\n- [ ] tested\n"
		       "## Before submitting\n- [x] searched\n"
		       "## Things to do\n- [ ] Parser\n\n"
		       "**Acceptance criteria:**\n\n- [ ] it works\n\n"
		       "Now the rest.\n\n- [ ] Lexer\n",
		       "i1 planned 'Parser'\ni2 planned 'Lexer'\n");
}

static void test_tasklist__a_section_of_tasks_has_plain_items(void **unused)
{
	(void)unused;
	check_tasklist("- not this\n\n"
		       "## 📋 Tasks (3)\n- Parser\n- Lexer ✅\n1. Printer\n"
		       "## Sub-issues\n* Linker\n"
		       "## Work items:\n- Loader\n"
		       "## Implementation\n1. Write it\n2. Test it\n"
		       "## Notes\n- nothing here\n",
		       "i1 planned 'Parser'\n"
		       "i2 completed 'Lexer'\n"
		       "i3 planned 'Printer'\n"
		       "i4 planned 'Linker'\n"
		       "i5 planned 'Loader'\n"
		       "i6 planned 'Write it'\n"
		       "i7 planned 'Test it'\n");
}

static void test_tasklist__a_bold_line_names_the_list_below_it(void **unused)
{
	(void)unused;
	check_tasklist("**Sub-tasks**\n\n- Parser\n- Lexer\n\nSomething else:\n\n- no task\n",
		       "i1 planned 'Parser'\ni2 planned 'Lexer'\n");
}

static void test_tasklist__headings_in_a_section_of_tasks_are_tasks(void **unused)
{
	(void)unused;
	check_tasklist("## Tasks\n\nFirst some words.\n\n"
		       "### 1. Parser\nFiles: src/parse.c\n- reads tabs\n- reads quotes\n"
		       "### #12: Lexer\n**Depends on**: 1\n"
		       "### Task 3: Printer ✅ Complete\n"
		       "### Notes\nNothing.\n",
		       "i1 planned 'Parser' files=src/parse.c criteria=reads tabs, reads quotes\n"
		       "12 planned 'Lexer' depends=i1\n"
		       "i3 completed 'Printer'\n");
}

static void test_tasklist__a_heading_above_boxes_names_a_group(void **unused)
{
	(void)unused;
	check_tasklist("## Tasks\n### Backend\n- [ ] #12 Parser\n- [ ] Lexer\n"
		       "### Frontend\n- [ ] Form\n",
		       "12 planned 'Parser'\ni2 planned 'Lexer'\ni3 planned 'Form'\n");
	check_tasklist("## Tasks\n- Backend\n  - [ ] Parser\n  - [ ] Lexer\n- Form\n",
		       "i1 planned 'Parser'\ni2 planned 'Lexer'\ni3 planned 'Form'\n");
}

static void test_tasklist__a_row_with_a_reference_is_a_task(void **unused)
{
	(void)unused;
	check_tasklist("## Tasks\n\n"
		       "| Issue | Title | State | Depends on | Files |\n"
		       "|-------|-------|:-----:|------------|-------|\n"
		       "| #12 | Parser | open | | `src/a.c` |\n"
		       "| [#13](https://github.com/o/r/issues/13) | Lexer | ✅ | #12 | |\n"
		       "| #14 | Printer | Closed | #12, #13 | |\n"
		       "| later | Linker | open | #12 | |\n"
		       "## Other\n\n| a | b |\n|---|---|\n| #99 | no |\n",
		       "12 planned 'Parser' files=src/a.c\n"
		       "13 completed 'Lexer' depends=12\n"
		       "14 completed 'Printer' depends=12, 13\n");
	check_tasklist(
		"## Tasks\n| # | What | Safe |\n|---|---|---|\n| #1 | A (depends on #2) | yes |\n"
		"| #2 | B | done |\n",
		"1 planned 'A' depends=2\n2 completed 'B'\n");
	check_tasklist("### Sub-issues\n"
		       "What | Where\n--- | ---\nParser (#12) | here\n#13 Lexer | done\n",
		       "12 planned 'Parser'\n13 completed 'Lexer'\n");
}

static void test_tasklist__references_behind_tasks_are_tasks(void **unused)
{
	(void)unused;
	check_tasklist("See #1 first.\n**Tasks:** #12, GH-13 and o/r#14 (see #9), `#15`\n\n"
		       "Sub-issues: https://github.com/o/r/issues/16.\n\nTasks: none yet\n\n"
		       "Sub-tasks:\n#17\n#18 the last one\nand #19\n",
		       "12 planned '#12'\n13 planned '#13'\n14 planned '#14'\n16 planned '#16'\n"
		       "17 planned '#17'\n18 planned '#18'\n");
}

static void test_tasklist__a_marked_fence_holds_tasks(void **unused)
{
	(void)unused;
	check_tasklist("```[tasklist]\n### Tasks\n- [ ] #12\n- [x] Lexer\n  - [ ] tabs\n- Printer\n"
		       "```\n\n```\n- [ ] no task\n```\n",
		       "12 planned '#12'\ni2 completed 'Lexer' criteria=tabs\n"
		       "i3 planned 'Printer'\n");
}

static void test_tasklist__code_quotes_comments_and_prose_hold_none(void **unused)
{
	(void)unused;
	check_tasklist("Fixes #1, see o/r#2.\n\n"
		       "> - [ ] quoted\n\n"
		       "<!--\n- [ ] #3 hidden\n-->\n\n"
		       "    - [ ] indented\n\n"
		       "## Tasks\n\n<!-- - #4 -->\n\n```\n- #5\n```\n\n> - #6\n\nText about #7.\n",
		       "");
}

static void test_tasklist__what_is_no_number_of_an_issue_is_no_task(void **unused)
{
	(void)unused;
	check_tasklist("Tasks: #0, #007, #12a, x#13, &#14;, #1\n\n"
		       "- [ ] #0\n- [ ] #0 nothing\n- [ ]\n- [ ] #"
		       "11111111111111111111111111111111111111111111111111111111111111111\n"
		       "- [ ] Parser\n",
		       "1 planned '#1'\ni2 planned 'Parser'\n");
}

static void test_tasklist__the_issue_itself_is_no_task(void **unused)
{
	(void)unused;
	check_tasklist_at_home("- [ ] #5 me\n- [ ] Owner/Repo#5\n- [ ] other/repo#5 Not me\n"
			       "- [ ] https://github.com/owner/repo/issues/6\n",
			       "5 planned 'Not me'\n6 planned '#6'\n");
}

/* references and ids */

static void test_tasklist__references_come_in_many_forms(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] #1 One\n- [ ] GH-2: Two\n- [ ] o/r#3 - Three\n"
		       "- [ ] https://github.com/o/r/issues/4 Four\n"
		       "- [ ] [#5](https://github.com/o/r/issues/5) Five\n"
		       "- [ ] [Six](https://github.com/o/r/issues/6)\n"
		       "- [ ] **#7** Seven\n- [ ] Eight (#8)\n- [ ] Nine #9\n"
		       "- [ ] Ten [#10](https://x.y/o/r/issues/10)\n- [ ] [#11] Eleven\n"
		       "- [ ] <https://github.com/o/r/issues/12>\n"
		       "- [ ] https://github.com/o/r/issues/13#issuecomment-1\n",
		       "1 planned 'One'\n2 planned 'Two'\n3 planned 'Three'\n4 planned 'Four'\n"
		       "5 planned 'Five'\n6 planned 'Six'\n7 planned 'Seven'\n8 planned 'Eight'\n"
		       "9 planned 'Nine'\n10 planned 'Ten'\n11 planned 'Eleven'\n"
		       "12 planned '#12'\n13 planned '#13'\n");
}

static void test_tasklist__a_reference_in_a_sentence_is_not_the_tasks_own(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] Mend what broke in #12\n- [ ] Do it like #13 but better\n"
		       "- [ ] Parser (see #14)\n",
		       "i1 planned 'Mend what broke in #12'\n"
		       "i2 planned 'Do it like #13 but better'\n"
		       "i3 planned 'Parser'\n");
}

static void test_tasklist__a_task_named_twice_is_one(void **unused)
{
	(void)unused;
	check_tasklist("Tasks: #12, #13, #12\n\n- [x] #12 Parser\n- [ ] o/r#13 Lexer\n",
		       "12 completed 'Parser'\n13 planned 'Lexer'\n");
}

static void test_tasklist__one_number_in_two_repositories_is_two_tasks(void **unused)
{
	(void)unused;
	check_tasklist_at_home("- [ ] #12 Ours\n- [ ] o/r#12 Theirs\n- [ ] o/r#13 Alone\n"
			       "- [ ] Last, depends on o/r#12 and #12\n",
			       "12 planned 'Ours'\no-r-12 planned 'Theirs'\n13 planned 'Alone'\n"
			       "i4 planned 'Last, depends on o/r#12 and #12' depends=o-r-12, 12\n");
}

static void test_tasklist__the_source_names_issue_and_repository(void **unused)
{
	struct wt_tasklist_issue issue = { .repo = "owner/repo", .number = "5" };
	struct roadmap r = tasklist_of(WT_STR("\n- [ ] #12 A\n- [ ] o/r#13 B\n- [ ] C\n"), &issue);

	(void)unused;
	assert_int_equal(r.tasks.len, 3);
	check_str(r.tasks.items[0].source.issue, "12");
	check_str(r.tasks.items[0].source.repo, "owner/repo");
	check_str(r.tasks.items[1].source.issue, "13");
	check_str(r.tasks.items[1].source.repo, "o/r");
	assert_null(r.tasks.items[2].source.issue);
	assert_int_equal(r.tasks.items[2].source.line, 4);
	roadmap_clear(&r);
}

static void test_tasklist__keywords_of_the_roadmap_are_ids_too(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] US-065: Import: fast\n- [ ] TASK-3: Export\n  Depends on: US-065\n",
		       "US-065 planned 'Import'\nTASK-3 planned 'Export' depends=US-065\n");
}

/* titles */

static void test_tasklist__the_title_ends_at_the_first_remark(void **unused)
{
	(void)unused;
	check_tasklist(
		"- [ ] #1 Parser: reads tabs\n- [ ] #2 Lexer (small)\n- [ ] **Printer**: it\n"
		"- [ ] __Linker:__ it\n- [ ] `a: b` and c\n- [ ] feat(ui): form: two fields\n"
		"- [ ] #7\n- [ ] #8 (later)\n- [ ] (maybe) Loader\n- [ ] 12:30 lunch\n"
		"- [ ] Look at [the docs](https://x.y/a) <!-- not now -->\n- [ ] ~~Dropped~~\n",
		"1 planned 'Parser'\n2 planned 'Lexer'\ni3 planned 'Printer'\n"
		"i4 planned 'Linker'\ni5 planned 'a: b and c'\ni6 planned 'feat(ui): form'\n"
		"7 planned '#7'\n8 planned '#8'\ni9 planned '(maybe) Loader'\n"
		"i10 planned '12:30 lunch'\ni11 planned 'Look at the docs'\n"
		"i12 completed 'Dropped'\n");
}

static void test_tasklist__nothing_of_the_text_is_lost_to_the_agent(void **unused)
{
	struct roadmap r = tasklist_of(WT_STR("- [ ] Parser: tabs too\n  and quotes\n\n  More.\n"
					      "- [ ] Lexer\n  one more line\n"),
				       NULL);

	(void)unused;
	check_str(r.tasks.items[0].body, "Parser: tabs too\n  and quotes\n\n  More.");
	check_str(r.tasks.items[1].title, "Lexer one more line");
	check_str(r.tasks.items[1].body, "  one more line");
	roadmap_clear(&r);
}

/* what stands below an item */

static void test_tasklist__a_nested_list_is_criteria(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] Parser\n  - [ ] reads tabs\n  - [x] reads **quotes**\n"
		       "  - files: src/a.c, src/b.c\n    - deeper\n- [ ] Lexer\n",
		       "i1 planned 'Parser' files=src/a.c, src/b.c "
		       "criteria=reads tabs, reads **quotes**\n"
		       "i2 planned 'Lexer'\n");
}

static void test_tasklist__fields_stand_below_an_item(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] A\n  - [ ] reads\n    tabs\n  Files: a.c\n  Estimate: 1h\n",
		       "i1 planned 'A' estimate=3600 files=a.c criteria=reads tabs\n");
	check_tasklist("- [ ] #12 Parser\n  Files: `src/a.c`\n  Estimate: 2h\n  Priority: P1\n\n"
		       "  Type: bug\n",
		       "12 planned 'Parser' estimate=7200 priority=P1 type=bugfix files=src/a.c\n");
}

static void test_tasklist__dependencies_are_found_in_all_forms(void **unused)
{
	(void)unused;
	check_tasklist(
		"- [ ] A\n- [ ] B (depends on 1)\n- [ ] C — blocked by 2 and i1\n"
		"- [ ] D\n  Depends on: 1, 3\n- [ ] E\n  - depends on task 2\n"
		"- [ ] F\n  Blocked by o/r#7.\n- [ ] G\n  - Dependencies:\n    - 2\n    - 4\n"
		"- [ ] H depends on 2 files\n- [ ] I `depends on 1`\n"
		"- [ ] J, depends on [#1](https://x.y/o/r/issues/1) & 3 (the parser), #4\n",
		"i1 planned 'A'\ni2 planned 'B' depends=i1\n"
		"i3 planned 'C \u2014 blocked by 2 and i1' depends=i2, i1\n"
		"i4 planned 'D' depends=i1, i3\n"
		"i5 planned 'E' depends=i2 criteria=depends on task 2\n"
		"i6 planned 'F Blocked by o/r#7.' depends=o-r-7\n"
		"i7 planned 'G' depends=i2, i4\n"
		"i8 planned 'H depends on 2 files'\ni9 planned 'I depends on 1'\n"
		"i10 planned 'J, depends on #1 & 3' depends=1, i3, 4\n");
}

static void test_tasklist__what_only_reads_like_an_id_in_a_field_is_said(void **unused)
{
	(void)unused;
	check_tasklist_diags("- [ ] A\n- [ ] B\n  Depends on: TAKS-4, 1\n- [ ] C\n"
			     "  - Blocked by: ABC-12 and 1-2\n- [ ] D depends on ABC-7 or 1-3\n"
			     "- [ ] E\n  Depends on: the parser, 5 files, UTF-8 support\n\n"
			     "## Tasks\n\n| # | What | Depends on |\n|---|---|---|\n"
			     "| #9 | X | #8, XYZ-3 |\n",
			     "warning 3:15 task 'i2': 'TAKS-4' is no id: did you mean 'TASK-4'?\n"
			     "warning 5:17 task 'i3': 'ABC-12' is no id: it begins with none of "
			     "roadmap.keywords\n"
			     "warning 5:28 task 'i3': '1-2' is a range: write each id\n"
			     "warning 14:16 task '9': 'XYZ-3' is no id: it begins with none of "
			     "roadmap.keywords\n");
}

static void test_tasklist__a_number_means_the_reference_before_the_position(void **unused)
{
	(void)unused;
	check_tasklist("- [ ] #3 A\n- [ ] #1 B\n- [ ] C depends on 3\n- [ ] D depends on 2\n",
		       "3 planned 'A'\n1 planned 'B'\ni3 planned 'C depends on 3' depends=3\n"
		       "i4 planned 'D depends on 2' depends=1\n");
}

/* what is said */

static void test_tasklist__what_looks_like_a_task_and_is_none_is_said(void **unused)
{
	(void)unused;
	check_tasklist_diags("<details>\n<summary>Tasks</summary>\n- [ ] Parser\n</details>\n\n"
			     "- [ ] Lexer\n",
			     "warning 3:1 this item is part of the HTML that begins in line 1, and "
			     "no task: a blank line before the list makes it one\n");
	check_tasklist_diags("- [ ] a\n- [ ] #0 b\n",
			     "warning 2:7 '#0 b' begins with no number of an issue: the item is "
			     "no task\n");
	check_tasklist_diags("Nothing.\n",
			     "hint 0:0 'R.md' holds no task: a task is a list item '- [ ] title', "
			     "or an item below a heading such as '## Tasks'\n");
}

static void test_tasklist__a_summary_names_the_list_inside_it(void **unused)
{
	(void)unused;
	check_tasklist("<details><summary><b>Acceptance criteria</b></summary>\n\n- [ ] fast\n\n"
		       "</details>\n\n<details>\n<summary>Tasks</summary>\n\n- Parser\n\n"
		       "</details>\n\n- no task\n",
		       "i1 planned 'Parser'\n");
}

/* the box */

static void check_mark(const char *text, const char *id, const char *title,
		       enum wt_task_status status, const char *want)
{
	struct wt_tasklist_issue issue = { 0 };
	struct wt_roadmap_change change = { .id = id, .title = title, .status = status };
	struct wt_edit edit = { 0 };
	struct roadmap r;
	enum wt_mark_result result;
	struct wt_buf out = WT_BUF_INIT;

	roadmap_read(&r, wt_str_of(text));
	result = wt_tasklist_mark(&r.md, &issue, &change, &edit);
	wt_buf_puts(&out, result == WT_MARK_GONE ? "gone" : "already");
	if (result == WT_MARK_EDIT) {
		wt_buf_reset(&out);
		wt_buf_add(&out, text, edit.offset);
		wt_buf_puts(&out, edit.text);
		wt_buf_puts(&out, text + edit.offset + edit.old_len);
	}
	check_str(out.data, want);
	wt_buf_clear(&out);
	roadmap_clear(&r);
}

static void test_tasklist__one_byte_ticks_a_box(void **unused)
{
	(void)unused;
	check_mark("\xEF\xBB\xBF- [ ] #12 A\r\n\t* [ ] B\r\n", "12", "A", WT_TASK_COMPLETED,
		   "\xEF\xBB\xBF- [x] #12 A\r\n\t* [ ] B\r\n");
	check_mark("- [X] A\n- [x] B", "i2", "B", WT_TASK_PLANNED, "- [X] A\n- [ ] B");
	check_mark("```[tasklist]\n- [ ] A\n```\n", "i1", "A", WT_TASK_COMPLETED,
		   "```[tasklist]\n- [x] A\n```\n");
	check_mark("- [x] A\n", "i1", "A", WT_TASK_COMPLETED, "already");
}

static void test_tasklist__a_task_without_a_box_has_no_status(void **unused)
{
	(void)unused;
	check_mark("## Tasks\n1. A\n", "i1", "A", WT_TASK_COMPLETED, "already");
	check_mark("Tasks: #12\n", "12", NULL, WT_TASK_COMPLETED, "already");
}

static void test_tasklist__an_item_that_moved_is_found_by_its_title(void **unused)
{
	(void)unused;
	check_mark("- [ ] New\n- [ ] A\n", "i1", "A", WT_TASK_COMPLETED, "- [ ] New\n- [x] A\n");
	check_mark("- [ ] #1 x\n- [ ] #12 A\n", "12", "B", WT_TASK_COMPLETED,
		   "- [ ] #1 x\n- [x] #12 A\n");
	check_mark("- [ ] A\n- [ ] New\n- [ ] A\n", "i2", "A", WT_TASK_COMPLETED, "gone");
	check_mark("- [ ] Other\n", "i1", "A", WT_TASK_COMPLETED, "gone");
}

static void test_tasklist__a_heading_gets_a_marker(void **unused)
{
	(void)unused;
	check_mark("## Tasks\n### 1. A\ntext\n", "i1", "A", WT_TASK_COMPLETED,
		   "## Tasks\n### 1. A ✅ Complete\ntext\n");
	check_mark("## Tasks\n### #12 A ✅ Done\n", "12", "A", WT_TASK_COMPLETED, "already");
}

static void test_tasklist__no_depth_and_no_length_is_too_much(void **unused)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)unused;
	wt_buf_puts(&text, "## Tasks\n");
	for (int i = 0; i < 10000; i++)
		wt_buf_puts(&text, "- ");
	wt_buf_puts(&text, "deep\n- ");
	for (int i = 0; i < 30000; i++)
		wt_buf_puts(&text, "[(");
	wt_buf_puts(&text, "\n- `a\n");
	r = tasklist_of((struct wt_str){ text.data, text.len }, NULL);
	check_str(roadmap_tasks(&r), "i1 planned 'deep'\ni2 planned 'a'\n");
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

/* bodies as people write them */

static char *read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, f) < (1 << 20) - 1);
	fclose(f);
	return text;
}

static void check_body(const char *folder, const char *name)
{
	struct wt_arena arena = { 0 };
	char *text = read_whole(wt_arena_printf(&arena, "%s/%s", folder, name));
	char *want = read_whole(
		wt_arena_printf(&arena, "%s/%.*s.tasks", folder, (int)strlen(name) - 3, name));
	struct roadmap r = tasklist_of(wt_str_of(text), NULL);

	print_message("%s\n", name);
	check_str(roadmap_tasks(&r), want);
	roadmap_clear(&r);
	free(text);
	free(want);
	wt_arena_clear(&arena);
}

static void test_tasklist__bodies_as_people_write_them_are_read_task_by_task(void **unused)
{
	const char *folder = WTORCH_SOURCE_DIR "/tests/data/issues";
	DIR *dir = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	(void)unused;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		if (!wt_str_ends(wt_str_of(e->d_name), ".md"))
			continue;
		check_body(folder, e->d_name);
		n++;
	}
	closedir(dir);
	assert_int_equal(n, 10);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tasklist__boxes_are_tasks_wherever_they_stand),
		TEST(test_tasklist__criteria_are_no_tasks),
		TEST(test_tasklist__a_section_of_tasks_has_plain_items),
		TEST(test_tasklist__a_bold_line_names_the_list_below_it),
		TEST(test_tasklist__headings_in_a_section_of_tasks_are_tasks),
		TEST(test_tasklist__a_heading_above_boxes_names_a_group),
		TEST(test_tasklist__a_row_with_a_reference_is_a_task),
		TEST(test_tasklist__references_behind_tasks_are_tasks),
		TEST(test_tasklist__a_marked_fence_holds_tasks),
		TEST(test_tasklist__code_quotes_comments_and_prose_hold_none),
		TEST(test_tasklist__what_is_no_number_of_an_issue_is_no_task),
		TEST(test_tasklist__the_issue_itself_is_no_task),
		TEST(test_tasklist__references_come_in_many_forms),
		TEST(test_tasklist__a_reference_in_a_sentence_is_not_the_tasks_own),
		TEST(test_tasklist__a_task_named_twice_is_one),
		TEST(test_tasklist__one_number_in_two_repositories_is_two_tasks),
		TEST(test_tasklist__the_source_names_issue_and_repository),
		TEST(test_tasklist__keywords_of_the_roadmap_are_ids_too),
		TEST(test_tasklist__the_title_ends_at_the_first_remark),
		TEST(test_tasklist__nothing_of_the_text_is_lost_to_the_agent),
		TEST(test_tasklist__a_nested_list_is_criteria),
		TEST(test_tasklist__fields_stand_below_an_item),
		TEST(test_tasklist__dependencies_are_found_in_all_forms),
		TEST(test_tasklist__what_only_reads_like_an_id_in_a_field_is_said),
		TEST(test_tasklist__a_number_means_the_reference_before_the_position),
		TEST(test_tasklist__what_looks_like_a_task_and_is_none_is_said),
		TEST(test_tasklist__a_summary_names_the_list_inside_it),
		TEST(test_tasklist__one_byte_ticks_a_box),
		TEST(test_tasklist__a_task_without_a_box_has_no_status),
		TEST(test_tasklist__a_heading_gets_a_marker),
		TEST(test_tasklist__an_item_that_moved_is_found_by_its_title),
		TEST(test_tasklist__no_depth_and_no_length_is_too_much),
		TEST(test_tasklist__bodies_as_people_write_them_are_read_task_by_task),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
