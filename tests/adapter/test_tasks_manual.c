/* SPDX-License-Identifier: MIT */
/* Every example of wtorch-tasks(5) is read as what the manual says that it is. */

#include "tests/support/roadmap_of.h"
#include "tests/support/specdoc_of.h"
#include "tests/support/taskfile_of.h"
#include "wtorch/core/tasklist.h"

/* In the order of the manual. */
static const struct {
	enum wt_grammar grammar;
	const char *want;
} examples[] = {
	{ WT_GRAMMAR_ROADMAP,
	  "65 planned 'Recipe management' estimate=18000 files=src/recipes.c, src/recipes.h "
	  "depends=64 criteria=recipes can be listed, recipes can be deleted\n" },
	{ WT_GRAMMAR_ROADMAP, "US-1 completed 'Title'\nUS-2 in_progress 'Title'\n"
			      "US-3 completed 'Title'\n" },
	{ WT_GRAMMAR_TASKFILE,
	  "65 planned 'Recipe management' estimate=18000 files=src/recipes.c, src/recipes.h "
	  "depends=64 criteria=recipes can be listed, recipes can be deleted\n" },
	{ WT_GRAMMAR_TASKFILE, "modify-src-recipes-c planned 'modify src/recipes.c' "
			       "files=src/recipes.c\n"
			       "test-the-recipe-parser planned 'test the recipe parser' type=test\n"
			       "doc-how-recipes-are-stored planned 'doc how recipes are stored' "
			       "type=docs\n"
			       "feature-recipe-search planned 'feature recipe search' "
			       "type=feature\n" },
	{ WT_GRAMMAR_TASKFILE, "cart-totals planned 'Cart totals' template=feature\n"
			       "search planned 'Search' template=feature files=src/search.c\n" },
	{ WT_GRAMMAR_SPEC, "TASK-301 planned 'Session store' estimate=57600 priority=P1 "
			   "files=src/session.c, tests/test_session.c depends=TASK-201 "
			   "criteria=a session ends after an hour\n" },
	{ WT_GRAMMAR_SPEC, "example planned 'Cart totals' depends=001, 002 conflicts=004 "
			   "criteria=taxes are shown\n" },
	{ WT_GRAMMAR_TASKLIST, "501 completed 'Local store'\n"
			       "502 planned 'Sync queue' files=src/queue.c depends=501 "
			       "criteria=keeps the order of changes\n"
			       "i3 planned 'Telemetry'\n" },
};

#define N_EXAMPLES (sizeof examples / sizeof *examples)

static struct wt_str read_manual(struct wt_buf *out)
{
	FILE *f = fopen(WTORCH_SOURCE_DIR "/man/wtorch-tasks.5", "rb");
	char part[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		wt_buf_add(out, part, n);
	fclose(f);
	return (struct wt_str){ out->data, out->len };
}

/* The line at the beginning of rest, its end included. */
static struct wt_str take_line(struct wt_str *rest)
{
	size_t len = wt_str_find(*rest, "\n");
	struct wt_str line = { rest->data, len + (len < rest->len) };

	rest->data += line.len;
	rest->len -= line.len;
	return line;
}

/* The next example as it is shown: "\&" shows nothing, "\e" a backslash. */
static bool next_example(struct wt_str *rest, struct wt_buf *out)
{
	struct wt_str line = { 0 };

	wt_buf_reset(out);
	while (rest->len && !wt_str_starts(line = take_line(rest), ".Bd -literal"))
		;
	if (!rest->len)
		return false;
	while (rest->len && !wt_str_starts(line = take_line(rest), ".Ed")) {
		for (size_t i = 0; i < line.len; i++) {
			if (line.data[i] != '\\') {
				wt_buf_putc(out, line.data[i]);
				continue;
			}
			assert_non_null(memchr("&e", line.data[++i], 2));
			if (line.data[i] == 'e')
				wt_buf_putc(out, '\\');
		}
	}
	return true;
}

static void read_example(struct roadmap *r, enum wt_grammar grammar, struct wt_str text)
{
	struct wt_yaml_text yaml = { "example.yaml", text, 1, false };
	struct wt_tasklist_issue issue = { 0 };
	struct wt_taskfile file;
	struct wt_specdoc doc;
	struct wt_error err;

	if (grammar == WT_GRAMMAR_TASKFILE) {
		file = (struct wt_taskfile){ yaml.path,
					     wt_yaml_libyaml(&r->arena, &yaml, &r->diags) };
		wt_taskfile_parse(&file, &r->tasks, &r->diags);
		return;
	}
	specdoc_read(&doc, "example.md", text, &r->arena, &r->diags);
	/* The text alone tells a specification from a roadmap. */
	assert_int_equal(wt_specdoc_is(&doc, &r->rules), grammar == WT_GRAMMAR_SPEC);
	check_ok(wt_markdown_cmark(&r->arena, "example.md", text, &r->md, &err), err);
	if (grammar == WT_GRAMMAR_SPEC)
		wt_specdoc_parse(&doc, &r->rules, &r->tasks, &r->diags);
	else if (grammar == WT_GRAMMAR_ROADMAP)
		wt_roadmap_parse(&r->md, &r->rules, &r->tasks, &r->diags);
	else
		wt_tasklist_parse(&r->md, &issue, &r->tasks, &r->diags);
}

static void test_tasks_manual__each_example_is_read_as_it_says(void **unused)
{
	struct wt_buf manual = WT_BUF_INIT, text = WT_BUF_INIT;
	struct wt_str rest = read_manual(&manual);
	size_t n = 0;

	(void)unused;
	while (next_example(&rest, &text)) {
		struct roadmap r = { .rules = *wt_roadmap_default_rules(), .shown = WT_BUF_INIT };

		r.tasks.arena = r.diags.arena = &r.arena;
		if (n == N_EXAMPLES)
			fail_msg("the manual has an example that is not tried here: %s", text.data);
		read_example(&r, examples[n].grammar, (struct wt_str){ text.data, text.len });
		check_str(roadmap_tasks(&r), examples[n++].want);
		check_str(roadmap_diags(&r), "");
		roadmap_clear(&r);
	}
	check_int(n, N_EXAMPLES);
	wt_buf_clear(&manual);
	wt_buf_clear(&text);
}

/* Calls fn for each name in the items of the manual's list that begins with that line. */
static void each_name(const char *begin, const char *item, void (*fn)(struct wt_str name))
{
	struct wt_buf manual = WT_BUF_INIT;
	struct wt_str rest = read_manual(&manual), line, name;
	bool is_in_list = false;
	size_t n = 0;

	while (rest.len) {
		line = take_line(&rest);
		is_in_list = wt_str_starts(line, begin) ||
			     (is_in_list && !wt_str_starts(line, ".El"));
		if (!is_in_list || !wt_str_starts(line, item))
			continue;
		line = (struct wt_str){ line.data + strlen(item), line.len - strlen(item) };
		line.len = wt_str_find(line, " Ta");
		for (; wt_str_next(&line, ",\n", &name); n++)
			fn(name);
	}
	assert_true(n > 10);
	wt_buf_clear(&manual);
}

/* It changes the task when one of these is its value. */
static void check_field(struct wt_str name)
{
	static const char *const values[] = { "a.c", "US-7", "1",    "2h", "low",
					      "yes", "no",   "docs", "x" };
	struct wt_buf text = WT_BUF_INIT;
	bool is_field = false;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct roadmap r;

		wt_buf_reset(&text);
		wt_buf_printf(&text, "## US-1: T\n**%.*s**: %s\n", (int)name.len, name.data,
			      values[i]);
		r = roadmap_of(text.data);
		is_field |= strcmp(roadmap_tasks(&r), "US-1 planned 'T'\n") != 0 ||
			    r.tasks.items[0].n_labels;
		roadmap_clear(&r);
	}
	if (!is_field)
		fail_msg("no field: %.*s", (int)name.len, name.data);
	wt_buf_clear(&text);
}

static void test_tasks_manual__each_field_of_a_roadmap_is_one(void **unused)
{
	(void)unused;
	each_name(".Ss Fields", ".It ", check_field);
}

static void check_key(struct wt_str name)
{
	struct wt_buf text = WT_BUF_INIT;
	struct taskfile t;

	wt_buf_printf(&text, "id: a\n%.*s: x\n", (int)name.len, name.data);
	t = taskfile_of_str((struct wt_str){ text.data, text.len });
	taskfile_parse(&t);
	if (strstr(roadmap_diags(&t.as), "unknown key"))
		fail_msg("no key: %.*s", (int)name.len, name.data);
	roadmap_clear(&t.as);
	wt_buf_clear(&text);
}

static void test_tasks_manual__each_key_of_a_task_file_is_one(void **unused)
{
	(void)unused;
	each_name(".Bl -column", ".It Li ", check_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tasks_manual__each_example_is_read_as_it_says),
		cmocka_unit_test(test_tasks_manual__each_field_of_a_roadmap_is_one),
		cmocka_unit_test(test_tasks_manual__each_key_of_a_task_file_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
