/* SPDX-License-Identifier: MIT */
/* Command lines against their tables. */

#include "tests/support/check.h"
#include "wtorch/base/text.h"
#include "wtorch/cli/opt.h"

static const struct wt_opt common_rows[] = {
	{ .name = "help", .letter = 'h', .help = "show this help" },
};
static const struct wt_opts common = WT_OPTS(common_rows, NULL);

static const struct wt_opt rows[] = {
	{ .name = "jobs", .letter = 'j', .arg = "N", .also = "max-parallel", .help = "how many" },
	{ .name = "mode", .arg = "MODE", .choices = "parallel batch", .help = "how" },
	{ .name = "yes", .letter = 'y', .help = "do not ask" },
	{ .name = "dry-run",
	  .letter = 'n',
	  .help = "a text that is too long for one line and therefore goes on in the next one" },
};
static const struct wt_opts table = WT_OPTS(rows, &common);

struct parsed {
	struct wt_arena arena;
	struct wt_args args;
	struct wt_error err;
	enum wt_code rc;
	int stopped;
};

/* The words of a command line, parted by blanks; "''" is an empty one. */
static struct parsed *parse(const char *line, bool stop_at_word)
{
	static struct parsed p;
	const char *argv[16] = { "wtorch" };
	struct wt_str rest = wt_str_of(line), word;
	int argc = 1;

	p = (struct parsed){ 0 };
	while (wt_str_next(&rest, " ", &word))
		argv[argc++] = wt_str_is(word, "''")
				       ? ""
				       : wt_arena_strndup(&p.arena, word.data, word.len);
	p.rc = wt_args_parse(&p.arena, &table, argc, argv, stop_at_word, &p.stopped, &p.args,
			     &p.err);
	return &p;
}

static void done(struct parsed *p)
{
	wt_arena_clear(&p->arena);
}

static void check_refused(const char *line, const char *msg, const char *hint)
{
	struct parsed *p = parse(line, false);

	check_int(p->rc, WT_E_USAGE);
	check_str(p->err.msg, msg);
	check_str(p->err.hint, hint);
	done(p);
}

static void check_jobs(const char *line, const char *value)
{
	struct parsed *p = parse(line, false);

	check_int(p->rc, WT_OK);
	check_str(wt_args_value(&p->args, "jobs"), value);
	done(p);
}

static void test_opt__a_value_is_written_in_many_ways(void **state)
{
	(void)state;
	check_jobs("--jobs 4", "4");
	check_jobs("--jobs=4", "4");
	check_jobs("-j 4", "4");
	check_jobs("-j4", "4");
	check_jobs("-yj4", "4");
	check_jobs("-ynj 4", "4");
	check_jobs("--max-parallel 4", "4");
	check_jobs("--max-parallel=4", "4");
	check_jobs("--jobs=", "");
	check_jobs("--jobs ''", "");
	check_jobs("--jobs -1", "-1");
	check_jobs("--jobs=a=b", "a=b");
}

static void test_opt__the_last_value_wins_and_all_are_kept(void **state)
{
	struct parsed *p = parse("--jobs 1 -j2 --max-parallel=3", false);

	(void)state;
	check_int(p->args.n_opts, 3);
	check_str(wt_args_value(&p->args, "jobs"), "3");
	check_str(p->args.opts[0].value, "1");
	done(p);
}

static void test_opt__flags_can_be_bundled(void **state)
{
	struct parsed *p = parse("-yn a -h", false);

	(void)state;
	check_int(p->rc, WT_OK);
	assert_true(wt_args_has(&p->args, "yes") && wt_args_has(&p->args, "dry-run") &&
		    wt_args_has(&p->args, "help"));
	assert_false(wt_args_has(&p->args, "jobs"));
	assert_null(wt_args_value(&p->args, "yes"));
	check_int(p->args.n_words, 1);
	done(p);
}

static void test_opt__words_and_options_may_be_mixed(void **state)
{
	struct parsed *p = parse("a -y b --jobs 2 - ''", false);

	(void)state;
	check_int(p->args.n_words, 4);
	check_str(p->args.words[1], "b");
	check_str(p->args.words[2], "-");
	check_str(p->args.words[3], "");
	done(p);
}

static void test_opt__two_dashes_end_the_options(void **state)
{
	struct parsed *p = parse("-y -- -n --jobs --", false);

	(void)state;
	check_int(p->args.n_words, 3);
	check_str(p->args.words[0], "-n");
	check_str(p->args.words[2], "--");
	assert_false(wt_args_has(&p->args, "dry-run"));
	done(p);
}

static void test_opt__the_first_word_ends_what_is_in_front_of_it(void **state)
{
	struct parsed *p = parse("-y --jobs 2 plan -n", true);

	(void)state;
	check_int(p->stopped, 4);
	check_int(p->args.n_opts, 2);
	done(p);
	p = parse("-y", true);
	check_int(p->stopped, 2);
	done(p);
}

static void test_opt__what_is_not_in_the_table_is_refused(void **state)
{
	(void)state;
	check_refused("--jbos 4", "unknown option '--jbos'", "did you mean --jobs?");
	check_refused("--max-paralel 4", "unknown option '--max-paralel'",
		      "did you mean --max-parallel?");
	check_refused("--zzzzzz", "unknown option '--zzzzzz'", "");
	check_refused("-x", "unknown option '-x'", "");
	check_refused("-yx", "unknown option '-x'", "");
	check_refused("-ü", "unknown option '-ü'", "");
	check_refused("--=4", "unknown option '--'", "");
}

static void test_opt__a_name_is_never_abbreviated(void **state)
{
	(void)state;
	check_refused("--job 4", "unknown option '--job'", "did you mean --jobs?");
}

static void test_opt__values_are_checked_against_the_table(void **state)
{
	(void)state;
	check_refused("--jobs", "option '--jobs' needs a value: N", "");
	check_refused("-yj", "option '--jobs' needs a value: N", "");
	check_refused("--yes=1", "option '--yes' takes no value", "");
	check_refused("--mode x", "'x' is no value of '--mode': one of parallel batch", "");
	check_refused("--mode=", "'' is no value of '--mode': one of parallel batch", "");
	check_refused("--mode batc", "'batc' is no value of '--mode': one of parallel batch", "");
}

static void check_number(const char *line, bool is_good)
{
	struct parsed *p = parse(line, false);
	int64_t n = 7;
	enum wt_code rc = wt_args_int(&p->args, "jobs", 1, &n, &p->err);

	check_int(rc, is_good ? WT_OK : WT_E_USAGE);
	if (!is_good)
		check_int(n, 7);
	done(p);
}

static void test_opt__numbers_have_a_least_value(void **state)
{
	struct parsed *p = parse("-j 12", false);
	int64_t n = 0;

	(void)state;
	check_int(wt_args_int(&p->args, "jobs", 1, &n, &p->err), WT_OK);
	check_int(n, 12);
	done(p);
	check_number("-y", true);
	check_number("-j 1", true);
	check_number("-j 0", false);
	check_number("-j -1", false);
	check_number("-j 1x", false);
	check_number("--jobs=", false);
	check_number("-j 99999999999999999999", false);
}

static void test_opt__help_lists_all_rows_within_80_columns(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_opts_render(&table, &out);
	check_str(out.data,
		  "  -j, --jobs N              how many (or --max-parallel)\n"
		  "      --mode MODE           how\n"
		  "  -y, --yes                 do not ask\n"
		  "  -n, --dry-run             a text that is too long for one line and therefore\n"
		  "                            goes on in the next one\n"
		  "  -h, --help                show this help\n");
	wt_buf_clear(&out);
}

static void test_opt__folded_text_keeps_its_words(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_buf_puts(&out, "usage: ");
	wt_fold(&out, "a  b\nc", 7);
	check_str(out.data, "usage: a b c\n");
	wt_buf_reset(&out);
	wt_fold(&out, "", 4);
	check_str(out.data, "\n");
	wt_buf_reset(&out);
	wt_fold(&out,
		"a-word-that-is-wider-than-any-line-0123456789012345678901234567890123456789012345 "
		"b",
		2);
	check_str(out.data, "  a-word-that-is-wider-than-any-line-"
			    "0123456789012345678901234567890123456789012345\n  b\n");
	wt_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opt__a_value_is_written_in_many_ways),
		cmocka_unit_test(test_opt__the_last_value_wins_and_all_are_kept),
		cmocka_unit_test(test_opt__flags_can_be_bundled),
		cmocka_unit_test(test_opt__words_and_options_may_be_mixed),
		cmocka_unit_test(test_opt__two_dashes_end_the_options),
		cmocka_unit_test(test_opt__the_first_word_ends_what_is_in_front_of_it),
		cmocka_unit_test(test_opt__what_is_not_in_the_table_is_refused),
		cmocka_unit_test(test_opt__a_name_is_never_abbreviated),
		cmocka_unit_test(test_opt__values_are_checked_against_the_table),
		cmocka_unit_test(test_opt__numbers_have_a_least_value),
		cmocka_unit_test(test_opt__help_lists_all_rows_within_80_columns),
		cmocka_unit_test(test_opt__folded_text_keeps_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
