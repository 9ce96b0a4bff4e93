/* SPDX-License-Identifier: MIT */
/* The grammar of core/roadmap on real Markdown, which headings and fields make which tasks. */

#include "tests/support/roadmap_of.h"
#include "wtorch/base/limits.h"

static void test_roadmap__ids_come_from_keywords_and_bare_numbers(void **state)
{
	(void)state;
	check_tasks("### PRIORITY 65: Sixty-five\n"
		    "# US-065: Story\n"
		    "## TASK-301: Task\n"
		    "###### BUG-7: Bug\n"
		    "#### 2.5: Bare\n"
		    "## TASK 5: With a blank\n"
		    "## PRIORITY-1.2.3: With a dash\n"
		    "## **US-1**: Bold id\n"
		    "## **US-2: All bold**\n"
		    "## **US-3:** Bold label\n"
		    "## US-4:Without a blank\n"
		    "## US-5:\n"
		    "US-6: Underlined\n"
		    "================\n"
		    "## US-7: Closed ##\n",
		    "65 planned 'Sixty-five'\n"
		    "US-065 planned 'Story'\n"
		    "TASK-301 planned 'Task'\n"
		    "BUG-7 planned 'Bug'\n"
		    "2.5 planned 'Bare'\n"
		    "TASK-5 planned 'With a blank'\n"
		    "1.2.3 planned 'With a dash'\n"
		    "US-1 planned 'Bold id'\n"
		    "US-2 planned 'All bold'\n"
		    "US-3 planned 'Bold label'\n"
		    "US-4 planned 'Without a blank'\n"
		    "US-5 planned 'US-5'\n"
		    "US-6 planned 'Underlined'\n"
		    "US-7 planned 'Closed'\n");
}

static void test_roadmap__other_headings_are_no_tasks(void **state)
{
	(void)state;
	check_tasks("## US-1: The only one\n"
		    "## 12:30 lunch\n"
		    "## Phase 1: Start\n"
		    "## us-2: Small letters\n"
		    "## Priority 3: Small letters\n"
		    "## PRIORITY 3b: No number\n"
		    "## US-4 - No colon\n"
		    "## FEAT-5: Not a keyword\n"
		    "## 1. Numbered\n"
		    "## US-066 and US-067: Two\n"
		    "## US-: Nothing\n"
		    "#US-8: No blank\n"
		    "US-9: No heading\n\n"
		    "> ## US-10: In a quote\n\n"
		    "- ## US-11: In a list\n\n"
		    "    ## US-12: Indented code\n",
		    "US-1 planned 'The only one'\n");
}

static void test_roadmap__fences_comments_and_quotes_hold_no_tasks(void **state)
{
	(void)state;
	check_tasks("# US-1: One\n\n"
		    "```markdown\n### US-2: In a fence 📝 Planned\n~~~\n### US-3: Still\n```\n\n"
		    "~~~~\n```\n### US-4: Other fence\n~~~\n### US-5: Still\n~~~~\n"
		    "<!-- ### US-6: Comment\n\n### US-7: Still\n-->\n"
		    "> ### US-8: Quote\n"
		    "### US-9: Nine\n",
		    "US-1 planned 'One'\nUS-9 planned 'Nine'\n");
}

static void test_roadmap__a_marker_is_emoji_or_word_or_both(void **state)
{
	(void)state;
	check_tasks("# US-1: A 📝 Planned\n"
		    "# US-2: B 🔄 In Progress\n"
		    "# US-3: C ✅ Complete\n"
		    "# US-4: D ❌ Failed\n"
		    "# US-5: E ⏸ Blocked\n"
		    "# US-6: F ⏸\xEF\xB8\x8F Blocked\n"
		    "# US-7: G ✅\n"
		    "# US-8: H - Complete\n"
		    "# US-9: I (in progress)\n"
		    "# US-10: J [BLOCKED]\n"
		    "# US-11: K **COMPLETE**\n"
		    "# US-12: L: failed\n"
		    "# US-13: M \xE2\x80\x94 Completed (2025-01-01)\n"
		    "# US-14: N In-Progress\n"
		    "# US-15: O ✅ **COMPLETE**\n"
		    "# US-16: ✅ P\n",
		    "US-1 planned 'A'\n"
		    "US-2 in_progress 'B'\n"
		    "US-3 completed 'C'\n"
		    "US-4 failed 'D'\n"
		    "US-5 blocked 'E'\n"
		    "US-6 blocked 'F'\n"
		    "US-7 completed 'G'\n"
		    "US-8 completed 'H'\n"
		    "US-9 in_progress 'I'\n"
		    "US-10 blocked 'J'\n"
		    "US-11 completed 'K'\n"
		    "US-12 failed 'L'\n"
		    "US-13 completed 'M'\n"
		    "US-14 planned 'N In-Progress'\n"
		    "US-15 completed 'O'\n"
		    "US-16 completed 'P'\n");
}

static void test_roadmap__a_word_in_a_title_is_no_marker(void **state)
{
	(void)state;
	check_tasks("# US-1: Complete the parser\n"
		    "# US-2: Make it complete\n"
		    "# US-3: Complete\n"
		    "# US-4: Show failed (and blocked) jobs\n"
		    "# US-5: Retry what failed\n"
		    "# US-6: Uncomplete\n"
		    "# US-7: Completeness - incomplete\n"
		    "# US-8: Handle `✅` in titles\n"
		    "# US-9: Say (when it failed)\n"
		    "# US-10: Pre-planned\n"
		    "# US-11: Fill planned_at\n"
		    "# US-12: SHOW WHY IT FAILED\n",
		    "US-1 planned 'Complete the parser'\n"
		    "US-2 planned 'Make it complete'\n"
		    "US-3 planned 'Complete'\n"
		    "US-4 planned 'Show failed (and blocked) jobs'\n"
		    "US-5 planned 'Retry what failed'\n"
		    "US-6 planned 'Uncomplete'\n"
		    "US-7 planned 'Completeness - incomplete'\n"
		    "US-8 planned 'Handle ✅ in titles'\n"
		    "US-9 planned 'Say (when it failed)'\n"
		    "US-10 planned 'Pre-planned'\n"
		    "US-11 planned 'Fill planned_at'\n"
		    "US-12 planned 'SHOW WHY IT FAILED'\n");
}

static void test_roadmap__a_capital_word_at_the_end_is_a_marker(void **state)
{
	(void)state;
	check_tasks(
		"# US-1: Parser Complete\n# US-2: Parser COMPLETE (2025-01-01)\n"
		"# US-3: Parser In Progress\n",
		"US-1 completed 'Parser'\nUS-2 completed 'Parser'\nUS-3 in_progress 'Parser'\n");
}

static void test_roadmap__emoji_beats_word_and_the_last_one_wins(void **state)
{
	(void)state;
	check_tasks("# US-1: A ✅ then 📝 Planned\n"
		    "# US-2: B 📝 - Complete\n"
		    "# US-3: C ✅ Complete ❌\n"
		    "# US-4: D (Planned) - Complete\n"
		    "# US-5: E 📝 Planned - Phase 4\n",
		    "US-1 planned 'A ✅ then'\n"
		    "US-2 planned 'B'\n"
		    "US-3 failed 'C ✅ Complete'\n"
		    "US-4 completed 'D (Planned)'\n"
		    "US-5 planned 'E'\n");
}

static void test_roadmap__the_status_line_counts_where_the_heading_is_silent(void **state)
{
	(void)state;
	check_tasks("# US-1: A 📝 Planned\n**Status**: ✅ Complete\n"
		    "# US-2: B\n**Status**: ✅ Complete (2025-10-19)\n"
		    "# US-3: C\n\nText.\n\nStatus: in progress, since today\n"
		    "# US-4: D\n**Status:** 📝 **PLANNED** - soon\n"
		    "# US-5: E\n- **Status**: Blocked\n"
		    "# US-6: F\n## Status\n\n❌ Failed\n"
		    "# US-7: G\n## Phase 1\n**Status**: ✅ Complete\n"
		    "# US-8: H\nWe talked. Status: Complete\n"
		    "# US-9: I\n**Status**:\nCompleted\n",
		    "US-1 planned 'A'\nUS-2 completed 'B'\nUS-3 in_progress 'C'\nUS-4 planned 'D'\n"
		    "US-5 blocked 'E'\nUS-6 failed 'F'\nUS-7 planned 'G'\nUS-8 planned 'H'\n"
		    "US-9 completed 'I'\n");
	check_diags("# US-1: A\n\n**Status**: 🧪 Ready for tests\n",
		    "warning 3:13 task 'US-1': status '🧪 Ready for tests' is none of Planned, "
		    "In Progress, Complete, Failed, Blocked; taken as Planned\n");
}

static void test_roadmap__other_rules_are_followed(void **state)
{
	static const char *const keywords[] = { "ITEM" };
	struct roadmap r;

	(void)state;
	roadmap_read(&r, WT_STR("# ITEM-1: A fertig\n# ITEM-2: B - fertig\n# US-3: C\n"
				"# ITEM-4: D 🟢\xEF\xB8\x8F fertig\n"));
	r.rules.keywords = keywords;
	r.rules.n_keywords = 1;
	r.rules.markers[WT_TASK_COMPLETED] =
		(struct wt_roadmap_marker){ "🟢\xEF\xB8\x8F", "fertig" };
	roadmap_parse(&r);
	check_str(roadmap_tasks(&r), "ITEM-1 completed 'A'\nITEM-2 completed 'B'\n"
				     "ITEM-4 completed 'D'\n");
	roadmap_clear(&r);
}

static void test_roadmap__fields_stand_in_every_promised_form(void **state)
{
	static const char want[] =
		"US-1 planned 'A' estimate=32400 order=3 priority=P1 risk=low complexity=high "
		"critical type=docs agent=claude model=opus-4.1 template=quick "
		"files=src/a.c, src/b.c depends=64, US-2 criteria=It works., It is fast.\n";

	(void)state;
	check_tasks("# US-1: A\n"
		    "**Estimated Effort**: 7-11 hours\n**Order**: 3\n**Priority**: P1 (first)\n"
		    "**Risk**: Low\n**Complexity**: HIGH\n**Critical**: yes\n"
		    "**Type**: Documentation / Onboarding\n**Agent**: claude\n"
		    "**Model**: `opus-4.1`\n**Template**: quick\n**Files**: src/a.c, src/b.c\n"
		    "**Depends on**: PRIORITY 64, US-2\n\n"
		    "**Acceptance Criteria**:\n- [ ] It works.\n- [x] It is fast.\n",
		    want);
	check_tasks("# US-1: A\n"
		    "Estimate: 9h\nOrder: #3\nPriority: P1\nRisk: low\nComplexity: high\n"
		    "critical: Yes\ntype: docs\nagent: claude\nmodel: opus-4.1\n"
		    "template: quick\nFiles: `src/a.c` `src/b.c`\nBlocked by: 64 and US-2\n"
		    "Acceptance criteria:\n1. It works.\n2. It is fast.\n",
		    want);
	check_tasks("# US-1: A\n\n"
		    "- **Estimate:** 1 day 1 hour\n- Order: 3\n- **Priority**: P1\n- Risk: low\n"
		    "- Complexity: high\n- Critical: yes\n- Type: docs\n- Agent: claude\n"
		    "- Model: opus-4.1\n- Template: quick\n"
		    "- Files:\n  - src/a.c\n  - src/b.c\n"
		    "- Dependencies: 64, US-2\n- Acceptance Criteria:\n  - It works.\n"
		    "  - It is\n    fast.\n",
		    want);
	check_tasks("# US-1: A\n"
		    "## Estimated Effort\n\n**All**: 9 hours\n\nMore.\n## Order: 3\n### Priority\n"
		    "P1\n## Risk\nlow\n## Complexity\nhigh\n## Critical\nyes\n## Type\ndocs\n"
		    "## Agent\nclaude\n## Model\nopus-4.1\n## **Template**\nquick\n"
		    "## Files to Create/Modify\n\n**New**:\n- `src/a.c` - new\n\n"
		    "**Changed**:\n- `src/b.c` - changed\n"
		    "## Dependencies\n\n- PRIORITY 64: Title ✅\n- US-2\n\n**Unblocks**:\n- US-9\n"
		    "## Acceptance Criteria (2 total)\nIt works.\n\nIt is\nfast.\n"
		    "## Notes\n- Files are many: US-7\n",
		    want);
}

static void test_roadmap__files_are_found_among_remarks(void **state)
{
	(void)state;
	check_tasks("# US-1: A\n\n**Files**:\n"
		    "- Migration: `src/migrate.py`\n"
		    "- `src/new.py` (NEW)\n"
		    "- src/plain.py - what it does to src/no.py\n"
		    "- `src/a.py`, `src/b.py` - and `src/no.py`\n"
		    "- `src/daemon.py`:\n  - Remove `src/no.py`\n"
		    "- Updated: All 17+ references in codebase\n"
		    "- Class renamed: `DatabaseV2` \xE2\x86\x92 `Database`\n"
		    "- All folders (add `__init__.py`)\n"
		    "- `tests/test_x.py::TestThing`\n"
		    "- `./src/dot.c:12-40`\n"
		    "- src/my\\_file.c\n"
		    "- Makefile\n"
		    "- `Kbuild`\n"
		    "- [src/link.c](src/link.c)\n"
		    "- **src/bold.c**\n"
		    "- docs/images/\n"
		    "- src/**/*.h\n"
		    "- https://example.org/x.html\n"
		    "- Tests\n"
		    "- src//twice.c\n"
		    "- `src/new.py`\n"
		    "- [ ] `src/box.c`\n",
		    "US-1 planned 'A' files=src/migrate.py, src/new.py, src/plain.py, src/a.py, "
		    "src/b.py, src/daemon.py, tests/test_x.py, src/dot.c, src/my_file.c, Makefile, "
		    "Kbuild, src/link.c, src/bold.c, docs/images/, src/**/*.h, src/twice.c, "
		    "src/box.c\n");
	check_tasks(
		"# US-1: A\n**Files**: None\n# US-2: B\nFiles: a.c,\n  b.c\n"
		"# US-3: C\n**Files to Create**:\n- `c.c`\n\n**Files to Modify**:\n- `d.c`\n"
		"# US-4: D\n**Files Changed**: 5 files\n"
		"# US-5: E\n**Files**:\n- Add `/login` and `../x` to `src/e.c`\n- app/(group)\n",
		"US-1 planned 'A'\nUS-2 planned 'B' files=a.c, b.c\n"
		"US-3 planned 'C' files=c.c, d.c\nUS-4 planned 'D'\n"
		"US-5 planned 'E' files=src/e.c, app/(group)\n");
}

static void test_roadmap__a_file_outside_the_repository_is_a_defect(void **state)
{
	(void)state;
	check_tasks(
		"# US-1: A\nFiles: ../x.c, src/b.c\n# US-2: B\nFiles: `.git/config`\n"
		"# US-3: C\nFiles: /etc/passwd\n",
		"US-1 planned 'A' files=src/b.c "
		"defect=file '../x.c' is no path inside the repository\n"
		"US-2 planned 'B' defect=file '.git/config' is no path inside the repository\n"
		"US-3 planned 'C' defect=file '/etc/passwd' is no path inside the repository\n");
	check_diags(
		"# US-1: A\nFiles: ../x.c\n- File: src/a.c, `/etc/passwd`\n",
		"warning 2:1 task 'US-1' cannot be run: file '../x.c' is no path inside the "
		"repository\n"
		"warning 3:1 task 'US-1' cannot be run: file '/etc/passwd' is no path inside the "
		"repository\n");
}

static void test_roadmap__only_ids_are_dependencies(void **state)
{
	(void)state;
	check_tasks("# US-1: A\n**Dependencies**:\n- Database \xE2\x9C\x85 Available\n"
		    "- architect agent\n- CFR-013 must be documented\n- 5 files must exist\n"
		    "- Phase 2: later\n"
		    "# US-2: B\n**Dependencies**: None (can start after US-1)\n"
		    "# US-3: C\n**Dependencies**:\n- \xE2\x9C\x85 PRIORITY 31 (uses US-9)\n"
		    "- PRIORITY-28 must be complete\n- US-2, 27; `TASK-201` (done) and BUG-4\n"
		    "- 2.5 - parser\n- see US-8\n"
		    "# US-4: D\nDepends on: US-1.\n"
		    "# US-5: E\n**Blocked By**: \xE2\x9C\x85 **NONE - ready**\n"
		    "# US-6: F\nDepends on: US-1, US-1, 65-70\nBlocked by: US-1 / US-2\n",
		    "US-1 planned 'A'\nUS-2 planned 'B'\n"
		    "US-3 planned 'C' depends=31, 28, US-2, 27, TASK-201, BUG-4, 2.5\n"
		    "US-4 planned 'D' depends=US-1\nUS-5 planned 'E'\n"
		    "US-6 planned 'F' depends=US-1, US-2\n");
}

static void test_roadmap__ids_are_joined_as_people_join_them(void **state)
{
	(void)state;
	check_tasks("# US-1: A\nDepends on: US-2, US-3, and US-4\n"
		    "# US-2: B\nDepends on: US-3 or US-4; or 5\n"
		    "# US-3: C\nDepends on: US-4 US-5 (done) US-6\n"
		    "# US-4: D\nDepends on: 64 65 66\n"
		    "# US-5: E\nDepends on: US-6 2025, US-7 BUG fixes, 5 10 files\n",
		    "US-1 planned 'A' depends=US-2, US-3, US-4\n"
		    "US-2 planned 'B' depends=US-3, US-4, 5\n"
		    "US-3 planned 'C' depends=US-4, US-5, US-6\n"
		    "US-4 planned 'D' depends=64, 65, 66\n"
		    "US-5 planned 'E' depends=US-6, US-7\n");
}

static void test_roadmap__what_only_reads_like_an_id_is_said(void **state)
{
	(void)state;
	check_diags("# US-1: A\nDepends on: PROIRITY 64, priority 2 and UX-2; US64\n"
		    "- Blocked by: JIRA-123 (login) & US-1\n",
		    "warning 2:13 task 'US-1': 'PROIRITY 64' is no id: did you mean "
		    "'PRIORITY 64'?\n"
		    "warning 2:26 task 'US-1': 'priority 2' is no id: did you mean 'PRIORITY 2'?\n"
		    "warning 2:41 task 'US-1': 'UX-2' is no id: did you mean 'US-2'?\n"
		    "warning 2:47 task 'US-1': 'US64' is no id: did you mean 'US-64'?\n"
		    "warning 3:15 task 'US-1': 'JIRA-123' is no id: it begins with none of "
		    "roadmap.keywords\n");
	check_diags("# US-1: A\nDepends on: 65-70, 1\u20133, US-1\u2013US-3\n"
		    "Conflicts with: 1 to 3, TAKS-2\n",
		    "warning 2:13 task 'US-1': '65-70' is a range: write each id\n"
		    "warning 2:20 task 'US-1': '1\u20133' is a range: write each id\n"
		    "warning 2:27 task 'US-1': 'US-1\u2013US-3' is a range: write each id\n"
		    "warning 3:17 task 'US-1': '1 to 3' is a range: write each id\n"
		    "warning 3:25 task 'US-1': 'TAKS-2' is no id: did you mean 'TASK-2'?\n");
	check_diags("# US-1: A \u2705 Complete\nDepends on: PROIRITY 64\n", "");
}

static void test_roadmap__no_file_says_more_than_a_hundred_slips(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	wt_buf_puts(&text, "# US-1: A\nDepends on: ");
	for (int i = 0; i < 1000; i++)
		wt_buf_printf(&text, "TAKS-%d, ", i);
	r = roadmap_of(text.data);
	check_int(r.diags.len, 101);
	check_contains(r.diags.items[100].message, "and more");
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

static void test_roadmap__prose_among_dependencies_is_no_slip(void **state)
{
	(void)state;
	check_diags(
		"# US-1: A\nDepends on: Python 3.11, PostgreSQL 16 (database), HTTP/2, S3,\n"
		"- Depends on: Section 3.1 (User), 3-5 days, 2026-01-05, Phase 2, Commit 19c44da\n"
		"- Depends on: IPv6; UTF-8 support, x86-64, Sprint 4, CFR-013 must be documented\n"
		"- Depends on: v2-3, 5 files, US-2 (see 64-66), US-3 - 2 days later\n",
		"");
}

static void test_roadmap__lists_about_other_things_are_not_fields(void **state)
{
	(void)state;
	check_tasks("# US-1: A\n\n**Risks**:\n- **Risk**: merge conflicts in many places\n"
		    "- **Priority**: high\n\n## Details\n- Type: bugfix\n- Priority: P9\n\n"
		    "Type definitions and imports\n",
		    "US-1 planned 'A'\n");
}

static void test_roadmap__what_cannot_be_read_is_a_warning(void **state)
{
	(void)state;
	check_diags("# US-1: A\n**Estimate**: soon\n**Risk**: purple\n**Order**: first\n"
		    "**Critical**: maybe\n**Type**: bugfx\n**Agent**: a b\n",
		    "warning 2:15 task 'US-1': 'soon' is not an amount of time such as "
		    "'3-5 hours' or '2 days'\n"
		    "warning 3:11 task 'US-1': 'purple' is not low, medium or high\n"
		    "warning 4:12 task 'US-1': 'first' is not a number\n"
		    "warning 5:15 task 'US-1': 'maybe' is not yes or no\n"
		    "warning 6:11 task 'US-1': 'bugfx' is not feature, bugfix, refactor, test, "
		    "docs or config\n"
		    "warning 7:12 task 'US-1': 'a b' is not a name of one word\n");
	check_diags("# US-1: A ✅ Complete\n**Estimate**: soon\n**Risk**: purple\n", "");
}

static void test_roadmap__the_first_of_two_ids_keeps_it(void **state)
{
	(void)state;
	check_tasks("# US-1: First ✅\n# US-1: Second 📝 Planned\n", "US-1 completed 'First'\n");
	check_diags("# US-1: First ✅\n\n# US-1: Second 📝 Planned\n",
		    "warning 3:1 task 'US-1' in line 3 is left out: the one in R.md line 1 has "
		    "that id\n");
}

static void test_roadmap__near_misses_give_one_hint(void **state)
{
	(void)state;
	check_diags("# US-1: Good\n\n## 📝 PLANNED: US-023 - Title\n## 1. US-015: Title\n"
		    "## us-4: Title\n## About the parser (US-5)\n## US-6 and US-7\n",
		    "hint 3:1 3 headings look as if meant as tasks but are none, such as "
		    "'📝 PLANNED: US-023 - Title': a task's heading begins with its id and ':'\n");
	check_diags("# US-1: Good\n## Success Metrics\n## Why Priority matters\n", "");
}

static void test_roadmap__hidden_headings_are_told(void **state)
{
	(void)state;
	check_diags("# US-1: Good\n\n<div>\n## US-2: Lost\n</div>\n",
		    "warning 4:1 the heading of 'US-2' is part of the HTML that begins in line 3, "
		    "and no task\n");
	check_diags("# US-1: Good\n\n```\ncode\n\n## US-2: Lost\n",
		    "warning 6:1 the heading of 'US-2' is part of the open code fence that begins "
		    "in line 3, and no task\n");
	check_diags("# US-1: Good\n\n```\n## US-2: Meant so\n```\n\n<!--\n## US-3: Too\n-->\n", "");
}

static void test_roadmap__a_task_inside_a_section_is_its_own(void **state)
{
	struct roadmap r = roadmap_of("# US-1: Outer\n\nOuter text.\n\n"
				      "## TASK-2: Inner\n\nFiles: inner.c\n\n### Deep\n\nMore.\n\n"
				      "## Notes\n\nFiles: outer.c\n\n# Other\n\nFiles: other.c\n");

	(void)state;
	check_str(roadmap_tasks(&r),
		  "US-1 planned 'Outer' files=outer.c\nTASK-2 planned 'Inner' files=inner.c\n");
	check_str(r.tasks.items[0].body, "Outer text.\n\n## Notes\n\nFiles: outer.c");
	check_str(r.tasks.items[1].body, "Files: inner.c\n\n### Deep\n\nMore.");
	check_int(r.tasks.items[1].source.line, 5);
	check_str(r.tasks.items[1].source.path, "R.md");
	roadmap_clear(&r);
}

static void test_roadmap__checklists_count_where_no_heading_is_a_task(void **state)
{
	struct roadmap r = roadmap_of("# To do\n\n"
				      "- [ ] First `thing`\n"
				      "- [x] Second\n"
				      "- no box\n"
				      "- [ ] US-065: Third\n"
				      "  goes on\n"
				      "  Files: src/a.c\n"
				      "  Depends on: 1, US-2\n"
				      "  - [ ] It works\n"
				      "  - Risk: low\n"
				      "\n## More\n\n"
				      "1. [X] **Fourth**\n"
				      "> - [ ] In a quote\n\n"
				      "- item\n  - [ ] nested\n"
				      "- [ ]\n"
				      "- [y] no\n");

	(void)state;
	check_str(roadmap_tasks(&r),
		  "i1 planned 'First thing'\n"
		  "i2 completed 'Second'\n"
		  "US-065 planned 'Third goes on' risk=low files=src/a.c depends=i1, US-2 "
		  "criteria=It works\n"
		  "i4 completed 'Fourth'\n"
		  "i5 planned 'i5'\n");
	check_int(r.tasks.items[2].source.line, 6);
	check_contains(r.tasks.items[2].body, "Files: src/a.c");
	roadmap_clear(&r);
	check_tasks("# US-1: A task\n- [ ] No task\n", "US-1 planned 'A task'\n");
}

static void test_roadmap__line_ends_and_byte_order_marks_do_not_matter(void **state)
{
	static const char want[] = "US-1 planned 'A' files=a.c\nUS-2 completed 'B' files=b.c\n";

	(void)state;
	check_tasks("# US-1: A\nFiles: a.c\n\n# US-2: B ✅\nFiles: b.c", want);
	check_tasks("# US-1: A\r\nFiles: a.c\r\n\r\n# US-2: B ✅\r\nFiles: b.c\r\n", want);
	check_tasks("# US-1: A\rFiles: a.c\r\r# US-2: B ✅\rFiles: b.c\r", want);
	check_tasks("\xEF\xBB\xBF# US-1: A\nFiles: a.c\n\n#\tUS-2: B ✅\nFiles:\tb.c\n", want);
}

static void test_roadmap__bad_bytes_are_survived(void **state)
{
	struct roadmap r;

	(void)state;
	check_tasks("", "");
	check_diags("", "hint 0:0 'R.md' holds no task: a task is a heading such as "
			"'### PRIORITY 1: Title', or a list item '- [ ] title'\n");
	check_tasks("# US-1: \xFF\xFE bad \x1B[31m\n", "US-1 planned '?? bad ?[31m'\n");
	roadmap_read(&r, WT_STR("\x7F"
				"ELF\0\0# US-1: A\n"));
	roadmap_parse(&r);
	check_str(roadmap_diags(&r), "error 1:5 'R.md' is not a text file: it holds a NUL\n");
	check_int(r.tasks.len, 0);
	roadmap_clear(&r);
}

static void test_roadmap__a_nul_far_behind_is_only_a_bad_byte(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	wt_buf_puts(&text, "# US-1: A\n\n");
	while (text.len < 9000)
		wt_buf_puts(&text, "text text\n");
	wt_buf_add(&text, "x\0y\n# US-2: B\0C\n", 16);
	roadmap_read(&r, (struct wt_str){ text.data, text.len });
	roadmap_parse(&r);
	check_str(roadmap_tasks(&r), "US-1 planned 'A'\nUS-2 planned 'B?C'\n");
	check_contains(r.tasks.items[0].body, "x y");
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

static void test_roadmap__long_titles_are_cut_between_characters(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;
	size_t len;

	(void)state;
	wt_buf_puts(&text, "# US-1: a");
	for (int i = 0; i < 300; i++)
		wt_buf_puts(&text, "é");
	r = roadmap_of(text.data);
	len = strlen(r.tasks.items[0].title);
	check_int(len, 499);
	assert_true(wt_text_is_utf8(wt_str_of(r.tasks.items[0].title)));
	check_str(roadmap_diags(&r),
		  "warning 1:1 the title of task 'US-1' is cut at 500 of 601 bytes\n");
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

static void test_roadmap__ids_that_are_none_make_no_task(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	wt_buf_puts(&text, "# US-1: A\n# US-");
	for (int i = 0; i < 70; i++)
		wt_buf_puts(&text, "9");
	wt_buf_puts(&text, ": Too long\n# US-a..b: Dots\n# US-x.lock: Lock\n# US-../x: Path\n");
	r = roadmap_of(text.data);
	check_str(roadmap_tasks(&r), "US-1 planned 'A'\n");
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

static void test_roadmap__more_than_a_thousand_files_are_a_defect(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	wt_buf_puts(&text, "# US-1: A\n\n**Files**:\n");
	for (int i = 0; i < 1002; i++)
		wt_buf_printf(&text, "- src/f%d.c\n", i);
	r = roadmap_of(text.data);
	check_int(r.tasks.items[0].n_files, WT_MAX_TASK_FILES);
	check_str(r.tasks.items[0].defect, "it declares more than 1000 files");
	check_int(r.diags.len, 1);
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

static void test_roadmap__more_than_enough_tasks_are_one_error(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	for (unsigned i = 0; i < WT_MAX_TASKS + 5; i++)
		wt_buf_printf(&text, "# TASK-%u: A\n", i);
	r = roadmap_of(text.data);
	check_int(r.tasks.len, WT_MAX_TASKS);
	check_int(r.diags.errors, 1);
	roadmap_clear(&r);
	wt_buf_clear(&text);
}

/* the real one */

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text;

	if (!f)
		return NULL;
	text = calloc(1, 8u << 20);
	*len = text ? fread(text, 1, (8u << 20) - 1, f) : 0;
	fclose(f);
	return text;
}

static void show_planned(struct wt_buf *out, const struct wt_tasks *tasks)
{
	for (size_t i = 0; i < tasks->len; i++) {
		const struct wt_task *t = &tasks->items[i];

		if (t->status != WT_TASK_PLANNED)
			continue;
		wt_buf_printf(out, "%s line=%zu estimate=%lld criteria=%zu", t->id, t->source.line,
			      (long long)t->estimate_s, t->n_criteria);
		roadmap_show_list(out, " depends=", t->depends_on, t->n_depends);
		for (size_t j = 0; j < t->n_files; j++)
			wt_buf_printf(out, "%s%s", j ? ", " : " files=", t->files[j].path);
		wt_buf_printf(out, "\n  %s\n", t->title);
	}
}

static void test_roadmap__a_real_one_gives_exactly_its_planned_tasks(void **state)
{
	size_t len, want_len;
	char *text = read_file(WTORCH_SOURCE_DIR "/../shared/data/roadmap-coffee.md", &len);
	char *want = read_file(WTORCH_SOURCE_DIR "/tests/data/roadmap-coffee.planned", &want_len);
	struct wt_buf got = WT_BUF_INIT;
	struct roadmap r;

	(void)state;
	if (!text) {
		printf("skipped: ../shared/data/roadmap-coffee.md is not here\n");
		free(want);
		skip();
	}
	assert_non_null(want);
	roadmap_read(&r, (struct wt_str){ text, len });
	roadmap_parse(&r);
	show_planned(&got, &r.tasks);
	check_str(got.data, want);
	check_int(r.tasks.len, 70);
	check_int(r.diags.errors, 0);
	check_int(r.diags.len, 3); /* two ids that are there twice, one hint */
	wt_buf_clear(&got);
	roadmap_clear(&r);
	free(text);
	free(want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roadmap__ids_come_from_keywords_and_bare_numbers),
		cmocka_unit_test(test_roadmap__other_headings_are_no_tasks),
		cmocka_unit_test(test_roadmap__fences_comments_and_quotes_hold_no_tasks),
		cmocka_unit_test(test_roadmap__a_marker_is_emoji_or_word_or_both),
		cmocka_unit_test(test_roadmap__a_word_in_a_title_is_no_marker),
		cmocka_unit_test(test_roadmap__a_capital_word_at_the_end_is_a_marker),
		cmocka_unit_test(test_roadmap__emoji_beats_word_and_the_last_one_wins),
		cmocka_unit_test(test_roadmap__the_status_line_counts_where_the_heading_is_silent),
		cmocka_unit_test(test_roadmap__other_rules_are_followed),
		cmocka_unit_test(test_roadmap__fields_stand_in_every_promised_form),
		cmocka_unit_test(test_roadmap__files_are_found_among_remarks),
		cmocka_unit_test(test_roadmap__a_file_outside_the_repository_is_a_defect),
		cmocka_unit_test(test_roadmap__only_ids_are_dependencies),
		cmocka_unit_test(test_roadmap__ids_are_joined_as_people_join_them),
		cmocka_unit_test(test_roadmap__what_only_reads_like_an_id_is_said),
		cmocka_unit_test(test_roadmap__no_file_says_more_than_a_hundred_slips),
		cmocka_unit_test(test_roadmap__prose_among_dependencies_is_no_slip),
		cmocka_unit_test(test_roadmap__lists_about_other_things_are_not_fields),
		cmocka_unit_test(test_roadmap__what_cannot_be_read_is_a_warning),
		cmocka_unit_test(test_roadmap__the_first_of_two_ids_keeps_it),
		cmocka_unit_test(test_roadmap__near_misses_give_one_hint),
		cmocka_unit_test(test_roadmap__hidden_headings_are_told),
		cmocka_unit_test(test_roadmap__a_task_inside_a_section_is_its_own),
		cmocka_unit_test(test_roadmap__checklists_count_where_no_heading_is_a_task),
		cmocka_unit_test(test_roadmap__line_ends_and_byte_order_marks_do_not_matter),
		cmocka_unit_test(test_roadmap__bad_bytes_are_survived),
		cmocka_unit_test(test_roadmap__a_nul_far_behind_is_only_a_bad_byte),
		cmocka_unit_test(test_roadmap__long_titles_are_cut_between_characters),
		cmocka_unit_test(test_roadmap__ids_that_are_none_make_no_task),
		cmocka_unit_test(test_roadmap__more_than_a_thousand_files_are_a_defect),
		cmocka_unit_test(test_roadmap__more_than_enough_tasks_are_one_error),
		cmocka_unit_test(test_roadmap__a_real_one_gives_exactly_its_planned_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
