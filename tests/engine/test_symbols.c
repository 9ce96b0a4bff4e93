/* SPDX-License-Identifier: MIT */
/* Where the base defines and uses what the text of tasks names; needs universal-ctags. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/symbols.h"

#define SKIP_WITHOUT_CTAGS(w)                                             \
	do {                                                              \
		struct wt_buf path_ = WT_BUF_INIT;                        \
		bool found_ = wt_symbols_find_ctags(&(w)->ports, &path_); \
                                                                          \
		wt_buf_clear(&path_);                                     \
		if (!found_)                                              \
			skip();                                           \
	} while (0)

static void commit(struct world *w)
{
	scratch_run(w->s, "cd repo && git add -A && git commit -qm more");
}

/* "name=defined+defined:used+used" for each symbol that is defined. */
static const char *look_up(struct world *w, const char *text)
{
	struct wt_diags diags = { .arena = &w->arena };
	struct wt_task task = { .id = "1", .title = "", .body = text };
	struct wt_tasks tasks = { .arena = &w->arena, .items = &task, .len = 1 };
	struct wt_evidence e = { 0 };
	struct wt_oid tree;
	struct wt_buf out = WT_BUF_INIT;

	assert_true(wt_oid_parse(wt_str_of(world_git(w, "rev-parse 'main^{tree}'")), &tree));
	wt_symbols_read(&w->ports, &(struct wt_symbols_inputs){ &tasks, &tree }, &w->arena, &e,
			&diags);
	for (size_t i = 0; i < e.n_symbols; i++) {
		const struct wt_symbol *s = &e.symbols[i];

		if (!s->n_defined)
			continue;
		wt_buf_printf(&out, "%s%s", out.len ? " " : "", s->name);
		for (size_t k = 0; k < s->n_defined; k++)
			wt_buf_printf(&out, "%c%s", k ? '+' : '=', s->defined[k]);
		for (size_t k = 0; k < s->n_used; k++)
			wt_buf_printf(&out, "%c%s", k ? '+' : ':', s->used[k]);
	}
	for (size_t i = 0; i < diags.len; i++)
		wt_buf_printf(&out, " !%s", diags.items[i].message);
	text = wt_arena_strdup(&w->arena, out.data);
	wt_buf_clear(&out);
	return text;
}

static void write_code(struct world *w)
{
	scratch_write(w->s, "repo/src/a.c", "int parse_line(void)\n{\n\treturn 1;\n}\n");
	scratch_write(w->s, "repo/src/b.c", "int other(void)\n{\n\treturn parse_line();\n}\n");
	scratch_write(w->s, "repo/lib/thing.py",
		      "class TaskList:\n    def add_task(self):\n        pass\n");
	scratch_write(w->s, "repo/doc.md", "# parse_line\n\n`parse_line` is the one.\n");
	commit(w);
}

static void test_symbols__definitions_and_uses_in_the_base_are_found(void **state)
{
	struct world *w = *state;

	SKIP_WITHOUT_CTAGS(w);
	write_code(w);
	check_str(look_up(w, "Make parse_line faster, TaskList.add_task too; not no_such_name."),
		  "TaskList=lib/thing.py add_task=lib/thing.py parse_line=src/a.c:src/b.c");
	check_str(look_up(w, "Nothing is named here."), "");
}

static void test_symbols__what_is_not_committed_does_not_count(void **state)
{
	struct world *w = *state;

	SKIP_WITHOUT_CTAGS(w);
	write_code(w);
	scratch_write(w->s, "repo/src/b.c", "int parse_line(void)\n{\n\treturn 2;\n}\n");
	scratch_write(w->s, "repo/src/c.c", "int parse_line(void)\n{\n\treturn 3;\n}\n");
	check_str(look_up(w, "parse_line()"), "parse_line=src/a.c:src/b.c");
	scratch_run(w->s, "rm -r repo/src repo/lib");
	check_str(look_up(w, "parse_line()"), "parse_line=src/a.c:src/b.c");
}

static void test_symbols__a_repository_cannot_make_ctags_do_anything(void **state)
{
	struct world *w = *state;

	SKIP_WITHOUT_CTAGS(w);
	write_code(w);
	scratch_run(w->s,
		    "mkdir -p repo/.ctags.d home/.ctags.d && "
		    "echo '--exclude=*' | tee repo/.ctags.d/x.ctags repo/.ctags "
		    "home/.ctags.d/x.ctags > home/.ctags && "
		    "cd repo/src && cp a.c ./-o.c && cp a.c \"$(printf 'n\\nl.c')\" && "
		    "cp a.c '{\"command\":\"x\"}.c' && ln -s /dev/zero zero.c && "
		    "printf 'int x;\\n{\"command\":\"generate-tags\",\"filename\":\"/etc/passwd\"}"
		    "\\nint parse_line;' > z.c");
	commit(w);
	check_str(look_up(w, "`parse_line`"),
		  "parse_line=src/-o.c+src/a.c+src/n\nl.c+src/z.c+src/{\"command\":\"x\"}.c:"
		  "src/b.c");
}

static void test_symbols__what_is_in_many_files_or_no_code_says_nothing(void **state)
{
	struct world *w = *state;

	SKIP_WITHOUT_CTAGS(w);
	scratch_run(w->s,
		    "cd repo/src && for i in $(seq 201); do echo 'int read_all(void);' > u$i.c; "
		    "done; echo 'int read_all(void) { return 1; } int read_one(void) { return "
		    "2; }' > d.c; head -c 600000 /dev/zero | tr '\\0' ' ' > big.c; "
		    "echo 'int read_big(void) { return 1; }' >> big.c; "
		    "printf 'int read_binary(void) { return 1; }\\0' > binary.c");
	commit(w);
	check_str(look_up(w, "read_all read_one read_big read_binary"), "read_one=src/d.c");
}

static void test_symbols__are_kept_for_their_tree(void **state)
{
	struct world *w = *state;

	SKIP_WITHOUT_CTAGS(w);
	write_code(w);
	scratch_run(w->s, "mkdir repo/.git/wtorch");
	check_str(look_up(w, "parse_line add_task"),
		  "add_task=lib/thing.py parse_line=src/a.c:src/b.c");
	/* Proof that it is read: what was kept is changed by hand. */
	scratch_run(w->s, "sed -i 's,src/a.c,src/z.c,' repo/.git/wtorch/cache/symbols.json");
	check_str(look_up(w, "parse_line"), "add_task=lib/thing.py parse_line=src/z.c:src/b.c");
	check_str(look_up(w, "parse_line TaskList"),
		  "TaskList=lib/thing.py parse_line=src/a.c:src/b.c");
	scratch_run(w->s, "echo '{\"v\":1}' > repo/.git/wtorch/cache/symbols.json");
	check_str(look_up(w, "parse_line"), "parse_line=src/a.c:src/b.c");
	scratch_write(w->s, "repo/src/c.c", "int parse_line(int x)\n{\n\treturn x;\n}\n");
	commit(w);
	check_str(look_up(w, "parse_line"), "parse_line=src/a.c+src/c.c:src/b.c");
}

/* A ctags of another kind, or one that breaks, in front of the real one. */
static void put_in_path(struct world *w, const char *script)
{
	scratch_run(w->s,
		    "mkdir -p bin && printf '#!/bin/sh\\n%s\\n' > bin/ctags-universal && "
		    "chmod +x bin/ctags-universal",
		    script);
	setenv("PATH", wt_arena_printf(&w->arena, "%s/bin:%s", w->s->dir, getenv("PATH")), 1);
	world_begin_again(w);
}

static void test_symbols__a_ctags_that_breaks_is_said(void **state)
{
	struct world *w = *state;
	char *path = strdup(getenv("PATH"));

	write_code(w);
	world_plan(w, "1");
	put_in_path(w,
		    "case $* in *list-features*) printf \"#NAME\\\\\\\\ninteractive x\\\\\\\\njson "
		    "x\\\\\\\\n\";; *) exit 3;; esac");
	check_str(look_up(w, "parse_line"),
		  wt_arena_printf(&w->arena,
				  " !names in the text of tasks are not looked up: "
				  "'%s/bin/ctags-universal' ended with status 3",
				  w->s->dir));
	setenv("PATH", path, 1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_symbols__definitions_and_uses_in_the_base_are_found),
		WORLD_TEST(test_symbols__what_is_not_committed_does_not_count),
		WORLD_TEST(test_symbols__a_repository_cannot_make_ctags_do_anything),
		WORLD_TEST(test_symbols__what_is_in_many_files_or_no_code_says_nothing),
		WORLD_TEST(test_symbols__are_kept_for_their_tree),
		WORLD_TEST(test_symbols__a_ctags_that_breaks_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
