/* SPDX-License-Identifier: MIT */
/* Specification documents as people and their tools write them: what is one, what it says. */

#include "tests/support/roadmap_of.h"
#include "tests/support/specdoc_of.h"

static void check_read(const char *path, const char *text, const char *want, const char *diags)
{
	struct roadmap r = { .rules = *wt_roadmap_default_rules(), .shown = WT_BUF_INIT };
	struct wt_specdoc doc;

	r.diags.arena = &r.arena;
	r.tasks.arena = &r.arena;
	specdoc_read(&doc, path, wt_str_of(text), &r.arena, &r.diags);
	if (wt_specdoc_is(&doc, &r.rules)) {
		wt_specdoc_parse(&doc, &r.rules, &r.tasks, &r.diags);
		check_str(roadmap_tasks(&r), want);
	} else {
		check_str("a roadmap", want);
	}
	if (diags)
		check_str(roadmap_diags(&r), diags);
	roadmap_clear(&r);
}

static void check_spec(const char *path, const char *text, const char *want)
{
	check_read(path, text, want, "");
}

/* the one of the manual */

#define TASK_301                                                                    \
	"# TASK-301: Session store\n\n"                                             \
	"**Priority**: P1\n**Dependencies**: TASK-201 (accounts), TASK-202\n"       \
	"**Estimated Effort**: 16 hours\n**Risk**: Medium\n\n"                      \
	"## Description\n\nKeeps who is logged in.\n\n"                             \
	"## Files to Create/Modify\n\n"                                             \
	"- `src/session.c` - the store (NEW)\n- `include/session.h`\n"              \
	"- `tests/test_session.c` (create)\n\n"                                     \
	"## Implementation steps\n\n1. Write `src/other.c`-like code\n2. Test it\n" \
	"- [ ] a box that is no task\n\n"                                           \
	"## Acceptance Criteria\n\n"                                                \
	"- [ ] a session ends after an hour\n- [x] `make test` passes\n"

static void test_specdoc__a_file_with_one_task_heading_is_one_task(void **unused)
{
	(void)unused;
	check_spec("specs/TASK-301.md", TASK_301,
		   "TASK-301 planned 'Session store' estimate=57600 priority=P1 risk=medium "
		   "files=src/session.c, include/session.h, tests/test_session.c "
		   "depends=TASK-201, TASK-202 "
		   "criteria=a session ends after an hour, `make test` passes\n");
}

static void test_specdoc__two_task_headings_are_a_roadmap(void **unused)
{
	(void)unused;
	check_spec("ROADMAP.md", "# Roadmap\n## US-1: One\n## US-2: Two\n", "a roadmap");
	check_spec("ROADMAP.md", "# PRIORITY 1: All\n## 1.1: One\n## 1.2: Two\n", "a roadmap");
	check_spec("TASK-1.md", "# Overview\n## TASK-1: One\n", "a roadmap");
	check_spec("a.md", "# TASK-1: One\n# TASK-2: Two\n", "a roadmap");
	check_spec("a.md", "# TASK-1: One\n\nText.\n\n# Appendix\n", "a roadmap");
	check_spec("a.md", "---\nid: roadmap\ntitle: Roadmap\nstatus: live\n---\n## US-1: One\n",
		   "a roadmap");
}

static void test_specdoc__a_checklist_is_no_specification(void **unused)
{
	(void)unused;
	check_spec("tasks.md", "# Implementation Plan\n\n- [ ] 1. Set up\n- [ ] 2. Go on\n",
		   "a roadmap");
	check_spec("tasks.md",
		   "---\ndescription: \"Task list\"\n---\n# Tasks: Login\n\n## Phase 1: Setup\n\n"
		   "- [ ] T001 Create the folders\n- [ ] T002 [P] Set up the linter\n",
		   "a roadmap");
	check_spec("q3.md", "# Q3: Plan\n- [ ] one\n", "a roadmap");
	check_spec("s.md", "# Sprint 3: Goals\n- [ ] one\n", "a roadmap");
	check_spec("p.md", "# Phase 1 - Setup\n- [ ] one\n", "a roadmap");
	check_spec("docs/2026-01-task-list.md", "# Things\n- [ ] one\n", "a roadmap");
	check_spec("empty.md", "", "a roadmap");
}

static void test_specdoc__headings_as_others_write_them(void **unused)
{
	(void)unused;
	check_spec("a.md", "# Task 008: Update the manifest\n",
		   "TASK-008 planned 'Update the "
		   "manifest'\n");
	check_spec("a.md", "# 📋 [TASK-9] Rename it ✅ Complete\n", "TASK-9 completed 'Rename it'\n");
	check_spec("a.md", "# **US-7:** *Login* form\n", "US-7 planned 'Login form'\n");
	check_spec("a.md", "# ABC-120 \u2014 Search\n", "ABC-120 planned 'Search'\n");
	check_spec("a.md", "# T012 - Wire it up\n", "T012 planned 'Wire it up'\n");
	check_spec("a.md", "# User Story 4: Export\n", "STORY-4 planned 'Export'\n");
	check_spec("a.md", "# 2.5: Cache\n", "2.5 planned 'Cache'\n");
	check_spec("a.md", "# TASK-3\n\nNo more.\n", "TASK-3 planned 'TASK-3'\n");
	check_spec("a.md", "# TASK-3-\n", "TASK-3 planned 'TASK-3'\n");
	check_spec("a.md", "# TASK-3- \u2705 Complete\n", "TASK-3 completed 'TASK-3'\n");
	check_spec("a.md", "# TASK-3 \u2705 Complete\n", "TASK-3 completed 'TASK-3'\n");
	check_spec("a.md", "TASK-3: Setext\n===\n\n**Files**: a.c\n",
		   "TASK-3 planned 'Setext' files=a.c\n");
	check_spec("a.md", "<!-- made by a tool -->\n\n# Bug 4: It crashes\n",
		   "BUG-4 planned 'It crashes'\n");
}

static void test_specdoc__a_name_gives_the_id_where_the_heading_has_none(void **unused)
{
	(void)unused;
	check_spec("specs/TASK-301-session-store.md", "# Session store\n\nFiles: a.c\n",
		   "TASK-301 planned 'Session store' files=a.c\n");
	check_spec("specs/task_042.md", "## Files\n- a.c\n",
		   "TASK-042 planned 'TASK-042' "
		   "files=a.c\n");
	check_spec("stories/story-1.2-login.md", "Text only.\n", "STORY-1.2 planned 'login'\n");
	check_spec("x/us-7 - The form.md", "# Task: The form of it\n",
		   "US-7 planned 'The form of it'\n");
	check_spec("TASK-5.md", "# Title\n\n# Another\n", "a roadmap");
	check_spec("TASK-list.md", "# Title\n", "a roadmap");
}

/* front matter */

static void test_specdoc__front_matter_of_an_epic(void **unused)
{
	(void)unused;
	check_spec(".claude/epics/shop/003.md",
		   "---\nname: Cart totals\nstatus: open\ncreated: 2026-01-02T10:00:00Z\n"
		   "updated: 2026-01-02T10:00:00Z\ngithub: https://example.org/o/r/issues/3\n"
		   "depends_on: [001, 002]\nparallel: true\nconflicts_with: [004]\n---\n\n"
		   "# Task: Cart totals\n\n## Description\nSums up.\n\n"
		   "## Acceptance Criteria\n- [ ] taxes are shown\n\n## Technical Details\n"
		   "- Files affected: many\n\n## Dependencies\n- [ ] Task 001 finished\n\n"
		   "## Effort Estimate\n- Size: M\n- Hours: 6\n- Parallel: true\n\n"
		   "## Definition of Done\n- [ ] reviewed\n",
		   "003 planned 'Cart totals' depends=001, 002 conflicts=004 "
		   "criteria=taxes are shown\n");
}

static void test_specdoc__front_matter_of_a_backlog(void **unused)
{
	(void)unused;
	check_spec("backlog/tasks/task-7 - Fix-the-login.md",
		   "---\nid: task-7\ntitle: 'Fix the login: redirect'\nstatus: To Do\n"
		   "assignee: []\ncreated_date: '2026-02-04 02:57'\nlabels:\n  - web\n"
		   "dependencies:\n  - task-3\n  - task-5\npriority: high\nordinal: 1000\n---\n\n"
		   "## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nIt goes elsewhere.\n"
		   "<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n"
		   "- [ ] #1 The page is the right one\n- [x] #2 It is tested\n<!-- AC:END -->\n",
		   "task-7 planned 'Fix the login: redirect' priority=high "
		   "depends=task-3, task-5 labels=web "
		   "criteria=#1 The page is the right one, #2 It is tested\n");
}

static void test_specdoc__all_keys_of_a_task_may_stand_in_front_matter(void **unused)
{
	(void)unused;
	check_spec("x.md",
		   "---\nid: X-1\ntitle: Title\npriority: P0\nfiles:\n  - src/a.c\n"
		   "depends_on: X-0\norder: 3\nestimate: 90min\nrisk: low\ncomplexity: high\n"
		   "critical: yes\ntype: docs\nagent: a\nmodel: m\ntemplate: t\nparallel: no\n"
		   "conflicts_with: [X-2, X-1]\ncriteria: [one, two]\n---\n"
		   "# Other title\n**Order**: 9\n**Files**: src/b.c\n**Agent**: b\n",
		   "X-1 planned 'Title' estimate=5400 order=3 priority=P0 risk=low "
		   "complexity=high critical type=docs agent=a model=m template=t "
		   "files=src/b.c, src/a.c depends=X-0 conflicts=X-2 alone criteria=one, two\n");
}

static void test_specdoc__front_matter_beats_the_text_but_files_add_up(void **unused)
{
	(void)unused;
	check_spec("a.md",
		   "---\nid: T012\nstatus: pending\ndepends_on: []\n---\n# T012: Wire it up ✅\n\n"
		   "**Depends on**: T011\n**Status**: blocked\n",
		   "T012 planned 'Wire it up'\n");
	check_spec("a.md",
		   "---\nid: T012\npriority: 2\n---\n# T012: Wire it up\n"
		   "**Depends on**: T010 and T011 (tests), S3 bucket\n",
		   "T012 planned 'Wire it up' priority=2 depends=T010, T011\n");
}

static void test_specdoc__an_id_is_found_or_missed_aloud(void **unused)
{
	(void)unused;
	check_spec("tasks/add-login.md", "---\ndepends_on: [set-up-db]\n---\n# Add a login\n",
		   "add-login planned 'Add a login' depends=set-up-db\n");
	check_read("tasks/Add a login.md", "---\nparallel: true\n---\n# Add a login\n", "",
		   "error 4:1 'tasks/Add a login.md' says nowhere what the task's id is: write "
		   "'id: TASK-1' into its front matter, or begin its heading with 'TASK-1:'\n");
	check_read("a.md", "---\nid: no id\nparallel: true\n---\n# A\n", "",
		   "error 2:5 'id' is 'no id' where an id (a letter or digit, then letters, "
		   "digits, '.', '_' or '-', up to 64) is expected\n");
}

static void test_specdoc__dependencies_are_written_in_many_ways(void **unused)
{
	(void)unused;
	check_spec("a.md",
		   "---\nid: 7\nblocked_by: ['#3', 004.md, '[[5-five]]', 'TASK-6 (later)']\n"
		   "dependencies: 8, 9\n---\n",
		   "7 planned '7' depends=3, 004, 5-five, TASK-6, 8, 9\n");
	check_read("a.md", "---\nid: 7\ndepends_on: [the parser, {a: b}]\n---\n", "7 planned '7'\n",
		   "error 3:14 'item' is 'the parser' where the id of a task is expected\n"
		   "error 3:26 'item' is a map where text is expected\n");
}

static void test_specdoc__values_of_other_tools_are_warnings(void **unused)
{
	(void)unused;
	check_read("a.md",
		   "---\nid: 7\nstatus: odd\ntype: story\nestimate: M\nrisk: none\nfiles: {a: b}\n"
		   "labels: [x]\nowner: me\n---\n",
		   "7 planned '7' labels=x\n",
		   "warning 3:9 'status' is 'odd' where planned, in_progress, completed, failed or "
		   "blocked is expected\n"
		   "warning 5:11 'estimate' is 'M' where a time such as 2h or 30min is expected\n"
		   "warning 6:7 'risk' is 'none' where low, medium or high is expected\n"
		   "warning 7:8 'files' is a map where a list is expected\n");
}

static void test_specdoc__what_only_looks_like_front_matter_is_text(void **unused)
{
	(void)unused;
	check_spec("a.md", "---\n\nSome words.\n\n---\n\n# TASK-1: One\n",
		   "TASK-1 planned 'One'\n");
	check_spec("a.md", "---\nid: 1\n# TASK-1: One\n", "TASK-1 planned 'One'\n");
	check_spec("a.md", " ---\ndepends_on: x\n---\n# One\n", "a roadmap");
	check_spec("a.md", "----\ndepends_on: x\n---\n# One\n", "a roadmap");
}

static void test_specdoc__marks_of_order_and_line_ends_do_no_harm(void **unused)
{
	(void)unused;
	check_spec("a.md", "\xEF\xBB\xBF---\r\nid: A-1\r\nparallel: false\r\n---\r\n# A\r\n",
		   "A-1 planned 'A' alone\n");
	check_spec("a.md", "---\rid: A-1\rparallel: false\r...\r# A\r", "A-1 planned 'A' alone\n");
	check_spec("a.md", "\xEF\xBB\xBF# TASK-1: One\r\n**Files**: a.c\r\n",
		   "TASK-1 planned 'One' files=a.c\n");
}

/* stories, and lists of headings */

static void test_specdoc__a_story_is_one_task(void **unused)
{
	(void)unused;
	check_spec("docs/stories/1.2.story.md",
		   "<!-- Powered by something -->\n\n# Story 1.2: Reset of passwords\n\n"
		   "## Status\n\nDraft\n\n## Story\n\n**As a** user,\n**I want** a new password,\n"
		   "**so that** I can log in.\n\n## Acceptance Criteria (ACs)\n\n"
		   "1. A link is sent by mail\n2. The link works once\n\n## Tasks / Subtasks\n\n"
		   "- [ ] Task 1: the mail (AC: 1)\n  - [ ] Subtask 1.1\n- [ ] Task 2 (AC: 2)\n\n"
		   "## Dev Notes\n\n### Testing\n\n- [ ] unit tests\n\n## Dev Agent Record\n\n"
		   "### File List\n",
		   "STORY-1.2 planned 'Reset of passwords' "
		   "criteria=A link is sent by mail, The link works once\n");
	check_spec("1-2-reset.md", "# Story 1.2: Reset\n\nStatus: ready-for-dev\n",
		   "STORY-1.2 planned 'Reset'\n");
	check_spec("1-2-reset.md", "# Story 1.2: Reset\n\n## Status: InProgress\n",
		   "STORY-1.2 in_progress 'Reset'\n");
	check_spec("1-2-reset.md", "# Story 1.2: Reset\n\n**Status:** Done\n",
		   "STORY-1.2 completed 'Reset'\n");
}

static void test_specdoc__a_task_whose_fields_are_headings(void **unused)
{
	(void)unused;
	check_spec("tasks/task_002.txt",
		   "# Task ID: 2\n# Title: Read the settings\n# Status: pending\n"
		   "# Dependencies: 1, 3\n# Priority: high\n# Description: From a file.\n"
		   "# Details:\nUse `src/settings.c`.\n\n# Test Strategy:\nUnit tests.\n\n"
		   "# Subtasks:\n## 1. Parse [pending]\n### Dependencies: None\n",
		   "2 planned 'Read the settings' priority=high depends=1, 3\n");
	check_spec("task_002.md",
		   "# Task ID: 2\n\n**Title:** Read the settings\n\n**Status:** done\n\n"
		   "**Dependencies:** 1 ✓\n\n**Priority:** medium\n",
		   "2 completed 'Read the settings' priority=medium depends=1\n");
}

static void test_specdoc__the_body_is_the_text_without_front_matter(void **unused)
{
	static const struct {
		const char *text, *body;
	} cases[] = {
		{ "---\nid: 1\nparallel: no\n---\n\n# Title\n\nText.\n", "\nText." },
		{ "---\nid: 1\nparallel: no\n---\n\n## Part\n\nText.\n", "## Part\n\nText." },
		{ "# TASK-1: T\nText\n## Part\n### US-2 no task\n", "Text\n## Part\n### US-2 no "
								    "task" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_arena arena = { 0 };
		struct wt_diags diags = { .arena = &arena };
		struct wt_tasks tasks = { .arena = &arena };
		struct wt_specdoc doc;
		const char *want = cases[i].body;

		specdoc_read(&doc, "a.md", wt_str_of(cases[i].text), &arena, &diags);
		wt_specdoc_parse(&doc, wt_roadmap_default_rules(), &tasks, &diags);
		check_int(tasks.len, 1);
		check_str(tasks.items[0].body, want[0] == '\n' ? want + 1 : want);
		check_int(tasks.items[0].source.grammar, WT_GRAMMAR_SPEC);
		wt_tasks_clear(&tasks);
		wt_arena_clear(&arena);
	}
}

/* the status, written */

static void check_marked(const char *text, enum wt_task_status status, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_roadmap_change change = { .id = "7", .status = status, .today = "2026-01-31" };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_specdoc doc;
	struct wt_edit edit;

	specdoc_read(&doc, "dir/7.md", wt_str_of(text), &arena, &diags);
	switch (wt_specdoc_mark(&doc, wt_roadmap_default_rules(), &change, &edit)) {
	case WT_MARK_EDIT:
		wt_buf_add(&out, text, edit.offset);
		wt_buf_puts(&out, edit.text);
		wt_buf_puts(&out, text + edit.offset + edit.old_len);
		break;
	case WT_MARK_ALREADY:
		wt_buf_puts(&out, "already");
		break;
	case WT_MARK_GONE:
		wt_buf_puts(&out, "gone");
		break;
	}
	check_str(out.data, want);
	wt_buf_clear(&out);
	wt_arena_clear(&arena);
}

static void check_done(const char *text, const char *want)
{
	check_marked(text, WT_TASK_COMPLETED, want);
}

static void test_specdoc__the_status_of_the_front_matter_is_replaced(void **unused)
{
	(void)unused;
	check_done("---\nid: 7\nstatus: open # soon\nparallel: no\n---\n# T\n",
		   "---\nid: 7\nstatus: closed # soon\nparallel: no\n---\n# T\n");
	check_done("---\r\nstatus: 'To Do'\r\nparallel: no\r\n---\r\n# T\r\n",
		   "---\r\nstatus: 'Done'\r\nparallel: no\r\n---\r\n# T\r\n");
	check_done("---\nid: 7\nstatus: \"TODO\"\n---\n# T\n\n**Status**: x\n",
		   "---\nid: 7\nstatus: \"DONE\"\n---\n# T\n\n**Status**: x\n");
	check_done("---\nid: 7\nstatus: pending\n---\n", "---\nid: 7\nstatus: completed\n---\n");
	check_done("\xEF\xBB\xBF---\nid: 7\nstatus: Pending\n---\n",
		   "\xEF\xBB\xBF---\nid: 7\nstatus: Completed\n---\n");
	check_done("---\nid: 7\nstatus: done\n---\n", "already");
	check_marked("---\nid: 7\nstatus: Closed\n---\n", WT_TASK_PLANNED,
		     "---\nid: 7\nstatus: Open\n---\n");
	check_marked("---\nid: 7\nstatus: open\n---\n", WT_TASK_IN_PROGRESS,
		     "---\nid: 7\nstatus: in_progress\n---\n");
}

static void test_specdoc__a_status_in_the_text_is_marked_there(void **unused)
{
	(void)unused;
	check_done("# 7: Title 📝 Planned\n", "# 7: Title ✅ Complete\n");
	check_done("---\nid: 7\nparallel: no\n---\n# T\n\n**Status**: Planned\n",
		   "---\nid: 7\nparallel: no\n---\n# T\n\n**Status**: Complete\n");
	check_done("---\nid: 7\nparallel: no\n---\n## Status\n\nDraft (v2)\n",
		   "---\nid: 7\nparallel: no\n---\n## Status\n\nDone (v2)\n");
	check_done("# Task ID: 7\n# Status: pending\n", "# Task ID: 7\n# Status: completed\n");
	check_done("# Task ID: 7\n# Title: X\n# Status: odd\n", "gone");
}

static void test_specdoc__without_a_status_there_is_one_place_for_it(void **unused)
{
	(void)unused;
	check_done("# 7: Title\n\nText\n", "# 7: Title ✅ Complete\n\nText\n");
	check_done("---\nparallel: no\n---\n# T\n",
		   "---\nparallel: no\nstatus: completed\n---\n# T\n");
	check_done("---\r\n  id: 7\r\n  parallel: no\r\n---\r\n",
		   "---\r\n  id: 7\r\n  parallel: no\r\n  status: completed\r\n---\r\n");
	check_done("---\n{id: 7, parallel: no}\n---\n# T\n", "gone");
	check_done("---\nid: 7\nparallel: no\nstatus:\n---\n## T\n", "gone");
	check_done("---\nid: 8\nparallel: no\n---\n# T\n", "gone");
	check_marked("# 7: Title\n", WT_TASK_PLANNED, "already");
}

static void test_specdoc__a_file_that_became_a_roadmap_is_marked_as_one(void **unused)
{
	(void)unused;
	check_done("# 7: Title\n\n# 8: Next\n", "# 7: Title ✅ Complete\n\n# 8: Next\n");
	check_done("# 6: Title\n\n# 8: Next\n", "gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_specdoc__a_file_with_one_task_heading_is_one_task),
		cmocka_unit_test(test_specdoc__two_task_headings_are_a_roadmap),
		cmocka_unit_test(test_specdoc__a_checklist_is_no_specification),
		cmocka_unit_test(test_specdoc__headings_as_others_write_them),
		cmocka_unit_test(test_specdoc__a_name_gives_the_id_where_the_heading_has_none),
		cmocka_unit_test(test_specdoc__front_matter_of_an_epic),
		cmocka_unit_test(test_specdoc__front_matter_of_a_backlog),
		cmocka_unit_test(test_specdoc__all_keys_of_a_task_may_stand_in_front_matter),
		cmocka_unit_test(test_specdoc__front_matter_beats_the_text_but_files_add_up),
		cmocka_unit_test(test_specdoc__an_id_is_found_or_missed_aloud),
		cmocka_unit_test(test_specdoc__dependencies_are_written_in_many_ways),
		cmocka_unit_test(test_specdoc__values_of_other_tools_are_warnings),
		cmocka_unit_test(test_specdoc__what_only_looks_like_front_matter_is_text),
		cmocka_unit_test(test_specdoc__marks_of_order_and_line_ends_do_no_harm),
		cmocka_unit_test(test_specdoc__a_story_is_one_task),
		cmocka_unit_test(test_specdoc__a_task_whose_fields_are_headings),
		cmocka_unit_test(test_specdoc__the_body_is_the_text_without_front_matter),
		cmocka_unit_test(test_specdoc__the_status_of_the_front_matter_is_replaced),
		cmocka_unit_test(test_specdoc__a_status_in_the_text_is_marked_there),
		cmocka_unit_test(test_specdoc__without_a_status_there_is_one_place_for_it),
		cmocka_unit_test(test_specdoc__a_file_that_became_a_roadmap_is_marked_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
