/* SPDX-License-Identifier: MIT */
/* What goes into the trash, and what of it is ever deleted. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/trash.h"

static struct wt_trash put(struct world *w)
{
	struct wt_trash t;

	scratch_run(w->s, "mkdir -p tree/deep && echo mine >tree/deep/file");
	check_ok(wt_trash_put(&w->ports, scratch_path(w->s, "tree"), "20260101-000000-abcd", "1",
			      &w->arena, &t, &w->err),
		 w->err);
	return t;
}

static size_t count(struct world *w, struct wt_trash **out)
{
	size_t n;

	check_ok(wt_trash_list(&w->ports, w->s->dir, &w->arena, out, &n, &w->err), w->err);
	return n;
}

static void test_trash__what_was_put_there_is_found_and_emptied(void **state)
{
	struct world *w = *state;
	struct wt_trash t = put(w), *list;

	check_int(scratch_status(w->s, "test -e tree"), 1);
	check_int(count(w, &list), 1);
	check_str(list[0].path, t.path);
	check_str(list[0].from, scratch_path(w->s, "tree"));
	check_str(list[0].task, "1");
	assert_true(list[0].has_tree);
	check_str(scratch_output(w->s, "git init -q outer && git -C outer status --porcelain && "
				       "cp -a .wtorch-trash outer && git -C outer status "
				       "--porcelain"),
		  "");
	check_ok(wt_trash_empty(&w->ports, &list[0], &w->arena, &w->err), w->err);
	check_int(scratch_status(w->s, "test -e .wtorch-trash"), 1);
}

static void test_trash__what_was_put_there_comes_back(void **state)
{
	struct world *w = *state;
	struct wt_trash t = put(w);

	check_ok(wt_trash_restore(&w->ports, &t, &w->arena, &w->err), w->err);
	check_str(scratch_output(w->s, "cat tree/deep/file; ls -A | grep trash || true"), "mine\n");
}

static void test_trash__what_cannot_be_renamed_stays_where_it_is(void **state)
{
	struct world *w = *state;
	struct faulty *f = faulty_new(&w->ports);
	struct wt_trash t;

	scratch_run(w->s, "mkdir -p tree/deep && echo mine >tree/deep/file");
	faulty_arm(f, FAULTY_BEFORE, "fs.rename", 1);
	check_int(wt_trash_put(faulty_ports(f), scratch_path(w->s, "tree"), "run", "1", &w->arena,
			       &t, &w->err),
		  WT_E_ENV);
	faulty_free(f);
	check_str(scratch_output(w->s, "cat tree/deep/file; ls -A | grep trash || true"), "mine\n");
}

static void test_trash__a_note_that_was_not_finished_goes_with_its_folder(void **state)
{
	struct world *w = *state;
	struct wt_trash t = put(w), *list;

	/* Begun, of this repository; one that says something else; one with a stranger's file. */
	scratch_run(w->s,
		    "cd .wtorch-trash && for n in 0 9 20; do "
		    "d=20260101-000000-abcd-00000000000000$(printf %%02d $n) && "
		    "mkdir $d && head -c $n '%s/wtorch-trash' >$d/wtorch-trash; done && "
		    "mkdir x-0000000000000aaa && echo else >x-0000000000000aaa/wtorch-trash && "
		    "mkdir x-0000000000000bbb && echo >x-0000000000000bbb/file",
		    t.path);
	check_int(count(w, &list), 4);
	for (size_t i = 0; i < 4; i++)
		if (!list[i].has_tree)
			check_ok(wt_trash_empty(&w->ports, &list[i], &w->arena, &w->err), w->err);
	check_str(scratch_output(w->s, "cd .wtorch-trash && ls -d x-* && ls -d 2* | wc -l"),
		  "x-0000000000000aaa\nx-0000000000000bbb\n1\n");
}

/* Another repository's, one without a note, a link to somewhere, a file. */
static void test_trash__what_is_a_strangers_is_no_trash_of_ours(void **state)
{
	struct world *w = *state;
	struct wt_trash t = put(w), *list;

	scratch_run(w->s,
		    "cd .wtorch-trash && cp -a '%s' other && "
		    "sed -i '2s/.*/\\/else\\/.git/' other/wtorch-trash && "
		    "mkdir -p plain/tree && mkdir ../elsewhere && cp -a '%s/.' ../elsewhere && "
		    "ln -s ../elsewhere link && echo x >file && mkdir noted && "
		    "ln -s '%s/wtorch-trash' noted/wtorch-trash",
		    t.path, t.path, t.path);
	check_int(count(w, &list), 1);
	check_str(list[0].path, t.path);
	check_ok(wt_trash_empty(&w->ports, &list[0], &w->arena, &w->err), w->err);
	check_str(scratch_output(w->s, "ls -A .wtorch-trash elsewhere"),
		  ".wtorch-trash:\n.gitignore\nfile\nlink\nnoted\nother\nplain\n\n"
		  "elsewhere:\ntree\nwtorch-trash\n");
}

static void test_trash__a_link_in_its_place_is_not_followed(void **state)
{
	struct world *w = *state;
	struct wt_trash *list;

	put(w);
	scratch_run(w->s, "mv .wtorch-trash real && ln -s real .wtorch-trash");
	check_int(count(w, &list), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_trash__what_was_put_there_is_found_and_emptied),
		WORLD_TEST(test_trash__what_was_put_there_comes_back),
		WORLD_TEST(test_trash__what_cannot_be_renamed_stays_where_it_is),
		WORLD_TEST(test_trash__a_note_that_was_not_finished_goes_with_its_folder),
		WORLD_TEST(test_trash__what_is_a_strangers_is_no_trash_of_ours),
		WORLD_TEST(test_trash__a_link_in_its_place_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
