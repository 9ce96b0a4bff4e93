/* SPDX-License-Identifier: MIT */
/* The layers of the configuration, read from made-up files through the real INI reader. */

#include "tests/support/check.h"

#include "wtorch/adapter/adapters.h"
#include "wtorch/engine/settings.h"

struct file {
	const char *path, *text; /* text NULL: cannot be read */
};

/* A file system of a few files. */
static enum wt_code read_fake(void *self, const char *path, size_t max, struct wt_buf *out,
			      struct wt_error *err)
{
	for (const struct file *f = self; f->path; f++) {
		if (strcmp(f->path, path) != 0)
			continue;
		if (!f->text)
			return wt_fail(err, WT_E_ENV, "cannot read '%s': permission denied", path);
		if (strlen(f->text) > max)
			return wt_fail(err, WT_E_INPUT, "'%s' is too large", path);
		wt_buf_puts(out, f->text);
		return WT_OK;
	}
	return wt_fail(err, WT_E_NOT_FOUND, "no file '%s'", path);
}

struct box {
	struct wt_arena arena;
	struct wt_diags diags;
	struct wt_config *c;
	struct wt_fs fs;
	struct wt_reader reader;
	struct wt_settings_inputs in;
	struct file files[8];
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->diags.arena = &b->arena;
	b->c = wt_config_new();
	b->fs = (struct wt_fs){ .self = b->files, .read = read_fake };
	b->reader = (struct wt_reader){ .ini = wt_ini_inih };
	b->in = (struct wt_settings_inputs){ .fs = &b->fs, .reader = &b->reader, .repo_top = "/r" };
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	wt_config_free(b->c);
	wt_arena_clear(&b->arena);
	free(b);
	return 0;
}

static void put_file(struct box *b, const char *path, const char *text)
{
	size_t i = 0;

	while (b->files[i].path)
		i++;
	b->files[i] = (struct file){ path, text };
}

static void load_good(struct box *b)
{
	if (!wt_settings_load(&b->in, b->c, &b->diags))
		fail_msg("%s", b->diags.items[0].message);
	check_int(b->diags.len, 0);
}

/* The nth diagnostic, with its place in front. */
static void check_diag(const struct box *b, size_t n, const char *want)
{
	struct wt_buf text = WT_BUF_INIT;

	assert_true(n < b->diags.len);
	wt_buf_printf(&text, "%s:%zu: %s", b->diags.items[n].place.path,
		      b->diags.items[n].place.line, b->diags.items[n].message);
	check_contains(text.data, want);
	wt_buf_clear(&text);
}

static void test_settings__without_any_file_all_is_default(void **state)
{
	struct box *b = *state;

	load_good(b);
	check_int(wt_config_int(b->c, "run.jobs"), 3);
	b->in.repo_top = NULL;
	load_good(b);
}

static void test_settings__each_layer_beats_the_ones_before(void **state)
{
	static const char *const env[] = { "HOME=/h",
					   "WTORCH_RUN_JOBS=14",
					   "WTORCH_RUN_RETRIES=14",
					   "WTORCH_RUN_KEEP_GOING=14",
					   "WTORCH_ROADMAP_STATUS_IN_PROGRESS=Doing",
					   NULL };
	static const char *const overrides[] = { "run.jobs=15", " run.retries =15",
						 "run.base=a=b" };
	static const struct wt_setting flags[] = { { "-j", "run.jobs", "16" } };
	struct box *b = *state;
	struct wt_place place;

	put_file(b, "/etc/wtorch.ini",
		 "[run]\njobs = 11\nretries = 11\nkeep_going = 11\nsuccess_threshold = 11\n"
		 "cpu_max = 11\nmemory_max = 11\n");
	put_file(b, "/h/.config/wtorch/config.ini",
		 "[run]\njobs = 12\nretries = 12\nkeep_going = 12\nsuccess_threshold = 12\n"
		 "cpu_max = 12\n");
	put_file(b, "/r/.wtorch.ini",
		 "[run]\njobs = 13\nretries = 13\nkeep_going = 13\nsuccess_threshold = 13\n");
	b->in.env = env;
	b->in.overrides = overrides;
	b->in.n_overrides = 3;
	b->in.flags = flags;
	b->in.n_flags = 1;
	load_good(b);
	check_int(wt_config_int(b->c, "run.memory_max"), 11);
	check_int(wt_config_int(b->c, "run.cpu_max"), 12);
	check_int(wt_config_int(b->c, "run.success_threshold"), 13);
	check_int(wt_config_int(b->c, "run.keep_going"), 14);
	check_int(wt_config_int(b->c, "run.retries"), 15);
	check_int(wt_config_int(b->c, "run.jobs"), 16);
	check_str(wt_config_text(b->c, "run.base"), "a=b");
	check_str(wt_config_text(b->c, "roadmap.status.in_progress"), "Doing");
	check_int(wt_config_layer(b->c, "run.success_threshold", &place), WT_LAYER_PROJECT);
	check_str(place.path, ".wtorch.ini");
	check_int(place.line, 5);
	check_int(wt_config_layer(b->c, "run.keep_going", &place), WT_LAYER_ENV);
	check_str(place.path, "WTORCH_RUN_KEEP_GOING");
	check_int(wt_config_layer(b->c, "run.jobs", &place), WT_LAYER_FLAG);
	check_str(place.path, "-j");
}

static void test_settings__the_users_file_is_where_xdg_says(void **state)
{
	static const char *const env[] = { "XDG_CONFIG_HOME=/x", "HOME=/h", NULL };
	static const char *const relative[] = { "XDG_CONFIG_HOME=x", "HOME=/h", NULL };
	static const char *const none[] = { "XDG_CONFIG_HOME=", "HOME=", NULL };
	struct box *b = *state;

	check_str(wt_settings_user_path(&b->arena, env), "/x/wtorch/config.ini");
	check_str(wt_settings_user_path(&b->arena, relative), "/h/.config/wtorch/config.ini");
	assert_null(wt_settings_user_path(&b->arena, none));
	assert_null(wt_settings_user_path(&b->arena, NULL));
	put_file(b, "/x/wtorch/config.ini", "[run]\njobs = 7\n");
	put_file(b, "/h/.config/wtorch/config.ini", "[run]\njobs = 8\n");
	b->in.env = env;
	load_good(b);
	check_int(wt_config_int(b->c, "run.jobs"), 7);
}

static void test_settings__variables_of_agents_are_no_keys(void **state)
{
	static const char *const env[] = { "WTORCH_RUN=20260101-000000-aaaa",
					   "WTORCH_TASK=65",
					   "WTORCH_BASE=main",
					   "WTORCH_WORKTREE=/w",
					   "WTORCH_PROMPT=/p",
					   "WTORCH_AGENT_CLAUDE_COMMAND=x",
					   "WTORCH_RUN_WARP=9",
					   "=",
					   "WTORCH_RUN_JOBS",
					   NULL };
	struct box *b = *state;

	b->in.env = env;
	load_good(b);
	assert_null(wt_config_text(b->c, "run.base"));
	assert_false(wt_config_is_set(b->c, "worktree.path"));
	check_int(wt_config_int(b->c, "run.jobs"), 3);
}

static void test_settings__a_named_file_is_read_instead_of_the_projects(void **state)
{
	struct box *b = *state;

	put_file(b, "/r/.wtorch.ini", "[run]\njobs = 5\nretries = 5\n");
	put_file(b, "my.ini", "[run]\njobs = 6\n");
	b->in.config_file = "my.ini";
	load_good(b);
	check_int(wt_config_int(b->c, "run.jobs"), 6);
	check_int(wt_config_int(b->c, "run.retries"), 1);
}

static void test_settings__a_named_file_must_exist(void **state)
{
	struct box *b = *state;

	b->in.config_file = "gone.ini";
	assert_false(wt_settings_load(&b->in, b->c, &b->diags));
	check_int(b->diags.errors, 1);
	check_diag(b, 0, "gone.ini:0: no file 'gone.ini'");
}

static void test_settings__an_unreadable_file_is_an_error(void **state)
{
	struct box *b = *state;

	put_file(b, "/r/.wtorch.ini", NULL);
	assert_false(wt_settings_load(&b->in, b->c, &b->diags));
	check_diag(b, 0, ".wtorch.ini:0: cannot read '/r/.wtorch.ini': permission denied");
}

static void test_settings__all_problems_are_reported_at_once_with_their_places(void **state)
{
	static const char *const env[] = { "WTORCH_RUN_JOBS=many", NULL };
	static const char *const overrides[] = { "run.jobs", "rnu.jobs=1", "jobs=3" };
	static const struct wt_setting flags[] = { { "--timeout", "agent.x.timeout", "never" } };
	struct box *b = *state;

	put_file(b, "/etc/wtorch.ini", "[run]\njobs = 0\n");
	put_file(b, "/r/.wtorch.ini",
		 "[run]\njosb = 1\nretries = 2\nretries = 3\n[agnet x]\ncommand = y\nmodel = z\n"
		 "nonsense\n[run claude]\njobs = 4\n[agent a!]\n[agent]\n[agent x]\ncommand = y\n");
	b->in.env = env;
	b->in.overrides = overrides;
	b->in.n_overrides = 3;
	b->in.flags = flags;
	b->in.n_flags = 1;
	assert_false(wt_settings_load(&b->in, b->c, &b->diags));
	check_diag(b, 0, "/etc/wtorch.ini:2: run.jobs must be a number from 1 to 256, not '0'");
	check_diag(b, 1, ".wtorch.ini:2: unknown key 'josb' in [run]; did you mean 'jobs'?");
	check_diag(b, 2, ".wtorch.ini:4: run.retries is set twice in this file: line 3 says '2'");
	check_diag(b, 3, ".wtorch.ini:5: unknown section 'agnet'; did you mean [agent NAME]?");
	check_diag(b, 4, ".wtorch.ini:8: neither");
	check_diag(b, 5, ".wtorch.ini:9: section [run] takes no name");
	check_diag(b, 6, ".wtorch.ini:11: bad name 'a!'");
	check_diag(b, 7, ".wtorch.ini:12: section [agent] needs a name");
	check_diag(b, 8, "WTORCH_RUN_JOBS:0: run.jobs must be a number");
	check_diag(b, 9, "-c:0: 'run.jobs' is not SECTION.KEY=VALUE");
	check_diag(b, 10, "-c:0: unknown section 'rnu'; did you mean [run]?");
	check_diag(b, 11, "-c:0: unknown key 'jobs'; did you mean 'run.jobs'?");
	check_diag(b, 12, "--timeout:0: agent.x.timeout must be a duration");
	check_int(b->diags.len, 13);
	check_int(wt_config_int(b->c, "run.retries"), 2);
}

static void test_settings__a_section_may_be_opened_again(void **state)
{
	struct box *b = *state;

	put_file(b, "/r/.wtorch.ini", "[run]\njobs = 4\n[merge]\nauto = no\n[run]\nretries = 2\n");
	load_good(b);
	check_int(wt_config_int(b->c, "run.retries"), 2);
}

static void test_settings__a_command_keeps_semicolons_and_goes_on_in_indented_lines(void **state)
{
	struct box *b = *state;
	const char *const *argv;
	size_t n;

	put_file(b, "/r/.wtorch.ini",
		 "[agent x]\r\ncommand = sh -c \"a ; b\"\r\n    {prompt}\r\n    # why\r\n    "
		 "last\r\n");
	load_good(b);
	argv = wt_config_named_list(b->c, "agent", "x", "command", &n);
	check_int(n, 5);
	check_str(argv[2], "a ; b");
	check_str(argv[4], "last");
}

/* A gate is one thing, and the sample has keys of each kind: its lines, from its command on, stay
 * comments, and it is said again at the end. */
static bool is_other_gate(const char *text, bool was)
{
	if (strncmp(text, ";command = make test\n", 21) == 0)
		return true;
	return was && *text != '[' && strncmp(text, ";[", 2) != 0;
}

/* Strips the ';' of lines that are no explanations; what their values name is there, too. */
static char *uncomment(const char *text)
{
	struct wt_buf out = WT_BUF_INIT;
	bool is_start = true, is_gate = false;

	for (; *text; text++) {
		is_gate = is_start ? is_other_gate(text, is_gate) : is_gate;
		if (!is_start || *text != ';' || text[1] == ' ' || is_gate)
			wt_buf_putc(&out, *text);
		is_start = *text == '\n';
	}
	wt_buf_puts(&out, "\n[agent claude]\ncommand = x\n[agent codex]\ncommand = x\n"
			  "[gate NAME]\ncommand = make test\n[gate tests]\ncommand = x\n"
			  "[gate review]\ncommand = x\n");
	/* Its NAME is one of a few. */
	memcpy(strstr(out.data, "[knowledge NAME]"), "[knowledge docs]", 16);
	return wt_buf_take(&out);
}

static void test_settings__the_sample_changes_nothing_also_when_uncommented(void **state)
{
	struct box *b = *state;
	struct wt_buf sample = WT_BUF_INIT;
	size_t n;
	const struct wt_key *keys = wt_config_keys(&n);
	static const char *const env[] = { "HOME=/h", NULL };
	char *loud;

	wt_config_render_sample(&sample);
	/* The user's own: some keys count there only. */
	b->in.env = env;
	put_file(b, "/h/.config/wtorch/config.ini", sample.data);
	load_good(b);
	for (size_t i = 0; i < n; i++)
		assert_false(wt_config_is_set(b->c, keys[i].name));
	loud = uncomment(sample.data);
	b->files[0].text = loud;
	load_good(b);
	for (size_t i = 0; i < n; i++) {
		if (strstr(keys[i].name, ".*."))
			continue;
		assert_true(wt_config_is_set(b->c, keys[i].name));
		check_str(wt_config_text(b->c, keys[i].name),
			  keys[i].fallback ? keys[i].fallback : keys[i].example);
	}
	assert_true(wt_config_has_name(b->c, "agent", "NAME"));
	assert_true(wt_config_has_name(b->c, "gate", "NAME"));
	wt_buf_clear(&sample);
	free(loud);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_settings__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_any_file_all_is_default),
		TEST(each_layer_beats_the_ones_before),
		TEST(the_users_file_is_where_xdg_says),
		TEST(variables_of_agents_are_no_keys),
		TEST(a_named_file_is_read_instead_of_the_projects),
		TEST(a_named_file_must_exist),
		TEST(an_unreadable_file_is_an_error),
		TEST(all_problems_are_reported_at_once_with_their_places),
		TEST(a_section_may_be_opened_again),
		TEST(a_command_keeps_semicolons_and_goes_on_in_indented_lines),
		TEST(the_sample_changes_nothing_also_when_uncommented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
