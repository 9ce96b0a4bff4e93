/* SPDX-License-Identifier: MIT */
/* What an agent is given to read, and what happens when that is not there. */

#include "tests/support/engine_world.h"

static void plan(struct world *w)
{
	world_agent(w, "1", "cp \"$WTORCH_PROMPT\" \"$W/prompt\"; echo x >1.txt");
	world_plan_text(w, "## PRIORITY 1: Task number 1 📝 Planned\n\n**Type**: bugfix\n");
}

static void write_docs(struct world *w)
{
	scratch_run(w->s,
		    "cd repo && mkdir -p docs/style && echo 'all of it' >docs/all.md && "
		    "printf 'one ``` two\n' >docs/style/a.md && "
		    "seq 1000 >docs/style/b.md && printf 'x\\000y' >docs/style/c.md && "
		    "ln -s /etc/hostname docs/style/d.md && git add -A && git commit -qm docs");
	world_open_git(w, w->repo);
}

static void test_knowledge__files_of_its_type_are_in_the_prompt_and_on_record(void **state)
{
	struct world *w = *state;
	const char *prompt;

	write_docs(w);
	world_set(w, "knowledge.bugfix.required", "docs/all.md");
	world_set(w, "knowledge.bugfix.recommended", "docs/style/*.md docs/all.md");
	world_set(w, "knowledge.bugfix.max_bytes", "100");
	world_set(w, "knowledge.docs.required", "nothing.md");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	prompt = scratch_output(w->s, "cat prompt");
	check_contains(prompt, "## Knowledge\n\n### docs/all.md\n\n```\nall of it\n```\n");
	check_contains(prompt, "### docs/style/a.md\n\n````\none ``` two\n````\n");
	check_contains(prompt, "Read as well, in your worktree:\n\n- docs/style/b.md\n"
			       "- docs/style/c.md\n\n## How to report");
	check_str(scratch_output(w->s, "grep -h '\"event\":\"agent_starting\"' "
				       "repo/.git/wtorch/runs/*/journal.jsonl | "
				       "sed 's/.*\"paths\":\\(.*\\)}/\\1/'"),
		  "[\"docs/all.md\",\"docs/style/a.md\"]\n");
}

static void test_knowledge__a_required_file_that_is_too_large_is_cut(void **state)
{
	struct world *w = *state;

	write_docs(w);
	world_set(w, "knowledge.bugfix.required", "docs/style/b.md");
	world_set(w, "knowledge.bugfix.max_bytes", "10");
	plan(w);
	world_drive(w);
	check_contains(
		scratch_output(w->s, "cat prompt"),
		"### docs/style/b.md\n\n```\n1\n2\n3\n4\n5\n```\n\n(the first 10 of 3893 bytes; "
		"read the rest there)\n");
}

static void test_knowledge__a_task_without_its_required_file_is_not_started(void **state)
{
	static const char *const names[] = { "docs/none.md", "docs/style/d.md", "docs/*/*.txt" };
	struct world *w = *state;

	write_docs(w);
	world_set(w, "knowledge.bugfix.required", names[0]);
	plan(w);
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1",
		     "what it has to know is missing: 'docs/none.md' (knowledge.bugfix.required)");
	check_int((long)world_count(w, "agent_starting", "1"), 0);
	/* It was found before anything was made. */
	check_int((long)world_count(w, "worktree_prepared", "1"), 0);
	check_int(scratch_status(w->s, "test -e repo-wt1"), 1);
	check_str(world_git(w, "branch --list 'wtorch/*'"), "");
	for (size_t i = 1; i < 3; i++) {
		world_set(w, "knowledge.bugfix.required", names[i]);
		world_create_run(w, NULL);
		world_drive(w);
		check_state(w, "1", "failed");
		check_reason(w, "1", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_knowledge__files_of_its_type_are_in_the_prompt_and_on_record),
		WORLD_TEST(test_knowledge__a_required_file_that_is_too_large_is_cut),
		WORLD_TEST(test_knowledge__a_task_without_its_required_file_is_not_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
