/* SPDX-License-Identifier: MIT */
/* The key table, what its values may be, which layer wins, and what is said about slips. */

#include "tests/support/check.h"

#include "wtorch/base/limits.h"
#include "wtorch/core/config.h"

/* A configuration with its diagnostics, from setup to teardown of each test. */
struct box {
	struct wt_arena arena;
	struct wt_diags diags;
	struct wt_config *c;
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->diags.arena = &b->arena;
	b->c = wt_config_new();
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

static struct wt_place line(size_t n)
{
	return (struct wt_place){ .path = "a.ini", .line = n, .column = 1 };
}

static void set(struct box *b, enum wt_layer layer, const char *key, const char *value)
{
	wt_config_set(b->c, layer, key, value, (struct wt_place){ .path = "test" }, &b->diags);
}

static void set_good(struct box *b, const char *key, const char *value)
{
	size_t before = b->diags.len;

	set(b, WT_LAYER_PROJECT, key, value);
	if (b->diags.len != before)
		fail_msg("%s = %s: %s", key, value, b->diags.items[before].message);
}

/* Exactly one error, with that text in it. */
static void check_refused(struct box *b, const char *key, const char *value, const char *part)
{
	size_t before = b->diags.len;

	set(b, WT_LAYER_PROJECT, key, value);
	if (b->diags.len != before + 1)
		fail_msg("%s = %s: %zu diagnostics", key, value, b->diags.len - before);
	check_int(b->diags.items[before].severity, WT_SEVERITY_ERROR);
	check_contains(b->diags.items[before].message, part);
}

static void check_finds(struct box *b, const char *part)
{
	size_t before = b->diags.len;

	wt_config_check(b->c, &b->diags);
	if (b->diags.len != before + 1)
		fail_msg("'%s': %zu diagnostics", part, b->diags.len - before);
	check_contains(b->diags.items[before].message, part);
}

static void test_config__every_key_has_a_section_and_a_default_or_example(void **state)
{
	size_t n_keys, n_sections;
	const struct wt_key *keys = wt_config_keys(&n_keys);
	const struct wt_section *sections = wt_config_sections(&n_sections);

	(void)state;
	for (size_t i = 0; i < n_keys; i++) {
		size_t len = strcspn(keys[i].name, "."), s = 0;

		bool is_named = strncmp(keys[i].name + len, ".*.", 3) == 0;

		while (s < n_sections && (sections[s].is_named != is_named ||
					  strlen(sections[s].name) != len ||
					  memcmp(sections[s].name, keys[i].name, len) != 0))
			s++;
		assert_true(s < n_sections);
		assert_true((keys[i].fallback != NULL) != (keys[i].example != NULL));
		assert_non_null(keys[i].help);
		assert_int_equal(keys[i].type == WT_KEY_ENUM, keys[i].choices != NULL);
	}
}

static void test_config__defaults_are_those_of_the_contract(void **state)
{
	struct box *b = *state;
	size_t n;

	check_int(wt_config_int(b->c, "run.jobs"), 3);
	check_int(wt_config_int(b->c, "run.retries"), 1);
	check_int(wt_config_int(b->c, "run.retry_pause"), 5000);
	check_int(wt_config_int(b->c, "run.interval"), 10000);
	check_int(wt_config_int(b->c, "worktree.max_file"), 10 << 20);
	check_int(wt_config_named_int(b->c, "agent", "any", "timeout"), 30 * 60 * 1000);
	check_int(wt_config_named_int(b->c, "agent", "any", "grace"), 10000);
	assert_true(wt_config_bool(b->c, "merge.auto"));
	assert_true(wt_config_is(b->c, "run.mode", "parallel"));
	check_str(wt_config_text(b->c, "worktree.path"), "../{repo}-wt{id}");
	check_str(wt_config_text(b->c, "worktree.branch"), "wtorch/{id}-{slug}");
	check_str(wt_config_list(b->c, "roadmap.keywords", &n)[3], "BUG");
	check_int(n, 4);
	assert_null(wt_config_text(b->c, "run.base"));
	assert_null(wt_config_list(b->c, "worktree.setup", &n));
	check_int(n, 0);
	assert_false(wt_config_is_set(b->c, "run.jobs"));
	check_int(wt_config_names(b->c, "agent", &(const char *const *){ NULL }), 0);
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 0);
}

static void test_config__values_are_read_in_the_unit_of_their_type(void **state)
{
	struct box *b = *state;
	const char *const *list;
	size_t n;

	set_good(b, "run.jobs", " 8 ");
	set_good(b, "agent.claude.timeout", "2h");
	set_good(b, "worktree.max_file", "2G");
	set_good(b, "target.merge_rate", "0.95");
	set_good(b, "target.speedup", "2.000001");
	set_good(b, "merge.auto", "No");
	set_good(b, "merge.style", "rebase");
	set_good(b, "roadmap.keywords", "EPIC, STORY,\tBUG");
	set_good(b, "agent.claude.command", "claude -p \"say: 'hi'\" a\\ b ''");
	set_good(b, "agent.claude.env", "A=1 'B=x y' HOME_*");
	check_int(wt_config_int(b->c, "run.jobs"), 8);
	check_int(wt_config_named_int(b->c, "agent", "claude", "timeout"), 7200000);
	check_int(wt_config_int(b->c, "worktree.max_file"), INT64_C(2) << 30);
	check_int(wt_config_int(b->c, "target.merge_rate"), 950000);
	check_int(wt_config_int(b->c, "target.speedup"), 2000001);
	assert_false(wt_config_bool(b->c, "merge.auto"));
	check_str(wt_config_text(b->c, "merge.style"), "rebase");
	list = wt_config_list(b->c, "roadmap.keywords", &n);
	check_int(n, 3);
	check_str(list[0], "EPIC");
	check_str(list[2], "BUG");
	list = wt_config_named_list(b->c, "agent", "claude", "command", &n);
	check_int(n, 5);
	check_str(list[2], "say: 'hi'");
	check_str(list[3], "a b");
	check_str(list[4], "");
	assert_null(list[5]);
	check_str(wt_config_named_list(b->c, "agent", "claude", "env", &n)[1], "B=x y");
	check_int(wt_config_int(b->c, "agent.claude.timeout"), 7200000);
}

static void test_config__wrong_values_are_refused_and_change_nothing(void **state)
{
	struct box *b = *state;

	check_refused(b, "run.jobs", "many", "run.jobs must be a number from 1 to 256, not 'many'");
	check_refused(b, "run.jobs", "0", "from 1 to 256, not '0'");
	check_refused(b, "run.jobs", "257", "from 1 to 256");
	check_refused(b, "run.jobs", "99999999999999999999", "from 1 to 256");
	check_refused(b, "run.cpu_max", "101", "1 to 100");
	check_refused(b, "run.interval", "10ms", "from 100ms to 10m");
	check_refused(b, "agent.x.timeout", "soon", "90s, 30m or 2h");
	check_refused(b, "worktree.max_file", "200G", "from 1 to 100G, not '200G'");
	check_refused(b, "target.merge_rate", "1.5", "from 0 to 1, not '1.5'");
	check_refused(b, "target.merge_rate", "80%", "at most six decimals, such as 0.25");
	check_refused(b, "target.speedup", "0.0000001", "from 0 to 1000, not '0.0000001'");
	check_refused(b, "merge.auto", "maybe", "'yes' or 'no', not 'maybe'");
	check_refused(b, "run.mode", "paralel", "one of parallel, batch, sequential");
	check_refused(b, "agent.x.command", "say 'hi", "every quote closed");
	check_refused(b, "agent.x.command", "say hi\\", "every quote closed");
	check_refused(b, "roadmap.keywords", "\"a", "every quote closed");
	check_refused(b, "run.base", "a\nb", "control byte (0x0a)");
	check_refused(b, "run.base", "a\xff", "not valid UTF-8");
	check_int(wt_config_int(b->c, "run.jobs"), 3);
	assert_null(wt_config_text(b->c, "run.base"));
	assert_null(wt_config_named_text(b->c, "agent", "x", "command"));
}

static void test_config__a_value_without_end_is_refused(void **state)
{
	struct box *b = *state;
	char *huge = calloc(1, WT_MAX_CONFIG_VALUE + 2);

	assert_non_null(huge);
	memset(huge, 'x', WT_MAX_CONFIG_VALUE + 1);
	check_refused(b, "run.base", huge, "at most 16384");
	free(huge);
}

static void test_config__unknown_keys_name_the_nearest_right_one(void **state)
{
	struct box *b = *state;

	check_refused(b, "run.josb", "1", "unknown key 'josb' in [run]; did you mean 'jobs'?");
	check_refused(b, "agent.x.comand", "1", "in [agent NAME]; did you mean 'command'?");
	check_refused(b, "run.timeout", "1", "it belongs to [agent NAME]");
	check_refused(b, "run.zzzz", "1", "in [run]; known are agent, template, jobs, mode");
	check_refused(b, "gate.command", "1", "unknown key 'command' in [gate]");
	check_refused(b, "gate.tests.max_rounds", "1", "in [gate NAME]; it belongs to [gate]");
	check_refused(b, "merge.rerere", "1", "known are auto, style");
	check_refused(b, "rnu.jobs", "1", "unknown section 'rnu'; did you mean [run]?");
	check_refused(b, "agnet.x.command", "1", "did you mean [agent NAME]?");
	check_refused(b, "elsewhere.repo", "1", "known are source, roadmap");
	check_refused(b, "jobz", "1", "did you mean 'run.jobs'?");
	check_refused(b, "zzzzzz", "1", "SECTION.KEY");
	check_refused(b, "", "1", "SECTION.KEY");
	check_refused(b, ".", "1", "unknown section ''");
	check_refused(b, "run.", "1", "unknown key ''");
	check_refused(b, "roadmap.status", "1", "unknown key 'status'");
	check_refused(b, "run.*", "1", "unknown key");
}

static void test_config__names_of_sections_are_tame(void **state)
{
	struct box *b = *state;
	const char *const *names;

	check_refused(b, "agent.a b.command", "x", "bad name 'a b'");
	check_refused(b, "agent.*.command", "x", "bad name '*'");
	check_refused(b, "agent..command", "x", "bad name ''");
	check_refused(b, "agent.12345678901234567890123456789012345678901.command", "x",
		      "at most 40");
	check_int(wt_config_names(b->c, "agent", &names), 0);
	set_good(b, "agent.b.command", "x");
	set_good(b, "agent.a.command", "x");
	set_good(b, "agent.b.model", "x");
	check_int(wt_config_names(b->c, "agent", &names), 2);
	check_str(names[0], "b");
	check_str(names[1], "a");
	assert_true(wt_config_has_name(b->c, "agent", "a"));
	assert_false(wt_config_has_name(b->c, "agent", "c"));
}

static void test_config__a_section_may_have_keys_of_its_own_beside_named_ones(void **state)
{
	struct box *b = *state;

	assert_true(wt_config_set_section(b->c, "gate", NULL, line(1), &b->diags));
	assert_true(wt_config_set_section(b->c, "gate", "a", line(2), &b->diags));
	set_good(b, "gate.timeout", "5m");
	set_good(b, "gate.b.timeout", "1m");
	check_int(wt_config_int(b->c, "gate.timeout"), 300000);
	check_int(wt_config_named_int(b->c, "gate", "a", "timeout"), 0);
	check_int(wt_config_named_int(b->c, "gate", "b", "timeout"), 60000);
	check_int(wt_config_names(b->c, "gate", &(const char *const *){ NULL }), 2);
	check_refused(b, "zate.x", "1", "did you mean [gate]?");
}

static void test_config__section_headers_are_checked_by_themselves(void **state)
{
	struct box *b = *state;

	assert_true(wt_config_set_section(b->c, "run", NULL, line(1), &b->diags));
	assert_true(wt_config_set_section(b->c, "agent", "x", line(2), &b->diags));
	check_int(b->diags.len, 0);
	assert_false(wt_config_set_section(b->c, "agent", NULL, line(3), &b->diags));
	check_contains(b->diags.items[0].message, "as in [agent NAME]");
	assert_false(wt_config_set_section(b->c, "run", "x", line(4), &b->diags));
	check_contains(b->diags.items[1].message, "takes no name");
	assert_false(wt_config_set_section(b->c, "worktre", NULL, line(5), &b->diags));
	check_contains(b->diags.items[2].message, "[worktree]");
	check_int(b->diags.items[2].place.line, 5);
	assert_true(wt_config_has_name(b->c, "agent", "x"));
}

static void test_config__the_strongest_layer_wins_in_any_order(void **state)
{
	struct box *b = *state;
	struct wt_place place;

	set(b, WT_LAYER_OVERRIDE, "run.jobs", "7");
	set(b, WT_LAYER_SYSTEM, "run.jobs", "2");
	set(b, WT_LAYER_PROJECT, "run.jobs", "5");
	check_int(wt_config_int(b->c, "run.jobs"), 7);
	set(b, WT_LAYER_OVERRIDE, "run.jobs", "8");
	check_int(wt_config_int(b->c, "run.jobs"), 8);
	wt_config_set(b->c, WT_LAYER_FLAG, "run.jobs", "9", (struct wt_place){ .path = "-j" },
		      &b->diags);
	check_int(wt_config_layer(b->c, "run.jobs", &place), WT_LAYER_FLAG);
	check_str(place.path, "-j");
	check_str(wt_layer_name(WT_LAYER_FLAG), "flag");
	set(b, WT_LAYER_SYSTEM, "run.jobs", "none");
	check_int(b->diags.errors, 1);
	assert_true(wt_config_is_set(b->c, "run.jobs"));
}

static void test_config__an_empty_value_takes_back_what_a_weaker_layer_says(void **state)
{
	struct box *b = *state;

	set(b, WT_LAYER_USER, "run.jobs", "9");
	set(b, WT_LAYER_USER, "run.base", "dev");
	set(b, WT_LAYER_PROJECT, "run.jobs", "");
	set(b, WT_LAYER_PROJECT, "run.base", " ");
	set(b, WT_LAYER_PROJECT, "worktree.branch", "");
	check_int(wt_config_int(b->c, "run.jobs"), 3);
	assert_null(wt_config_text(b->c, "run.base"));
	check_str(wt_config_text(b->c, "worktree.branch"), "wtorch/{id}-{slug}");
	check_int(b->diags.len, 0);
}

static void test_config__a_key_twice_in_one_file_is_an_error_with_both_lines(void **state)
{
	struct box *b = *state;

	wt_config_set(b->c, WT_LAYER_USER, "run.jobs", "2", line(3), &b->diags);
	wt_config_set(b->c, WT_LAYER_PROJECT, "run.jobs", "4", line(3), &b->diags);
	check_int(b->diags.len, 0);
	wt_config_set(b->c, WT_LAYER_PROJECT, "run.jobs", "5", line(9), &b->diags);
	check_int(b->diags.errors, 1);
	check_int(b->diags.items[0].place.line, 9);
	check_contains(b->diags.items[0].message, "line 3 says '4'");
	check_int(wt_config_int(b->c, "run.jobs"), 4);
}

static void test_config__start_thresholds_stay_below_their_maximum(void **state)
{
	struct box *b = *state;

	set_good(b, "run.cpu_max", "50");
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 0);
	check_int(wt_config_int(b->c, "run.cpu_start"), 50);
	set_good(b, "run.memory_start", "90");
	check_finds(b, "run.memory_start (90) is above run.memory_max (80)");
}

static void test_config__agents_must_exist_and_have_a_command(void **state)
{
	struct box *b = *state;

	set_good(b, "agent.claude.command", "claude -p {prompt}");
	set_good(b, "run.agent", "cluade");
	check_finds(b, "no section [agent cluade]; did you mean 'claude'?");
	set_good(b, "run.agent", "claude");
	set_good(b, "template.quick.agent", "zzz");
	check_finds(b, "template.quick.agent: there is no section [agent zzz]");
	set_good(b, "template.quick.agent", "claude");
	set_good(b, "run.template", "quik");
	check_finds(b, "no section [template quik]; did you mean 'quick'?");
	set_good(b, "run.template", "quick");
	set_good(b, "agent.other.model", "x");
	check_finds(b, "[agent other] has no command");
}

static void test_config__templates_and_commands_hold_only_known_words(void **state)
{
	struct box *b = *state;

	set_good(b, "worktree.path", "../{repo}-{nr}");
	check_finds(b, "worktree.path: unknown word '{nr}' in a template; known are {repo} {id}");
	set_good(b, "worktree.path", "../{repo}-{id:03}-{run}-{base}-{attempt}-{slug}");
	set_good(b, "worktree.branch", "feature/{id");
	check_finds(b, "worktree.branch: unknown word");
	set_good(b, "worktree.branch", "");
	set_good(b, "agent.x.command", "x {promt}");
	check_finds(b, "agent.x.command: unknown word '{promt}'");
	set_good(b, "agent.x.command",
		 "x {prompt} {prompt_file} {worktree} {branch} {id} {title} {model} {{}}");
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 3);
}

static void test_config__shell_words_without_a_shell_are_warned_of(void **state)
{
	struct box *b = *state;

	set_good(b, "agent.x.command", "x 2>&1 | tee log");
	check_finds(b, "agent.x.command: '2>&1' means nothing without a shell; say 'shell = yes'");
	check_int(b->diags.errors, 0);
	set_good(b, "agent.x.shell", "yes");
	set_good(b, "worktree.setup", "a && b"); /* a line for a shell */
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 1);
}

static void test_config__agent_variables_are_names_or_assignments(void **state)
{
	struct box *b = *state;

	set_good(b, "agent.x.command", "x");
	set_good(b, "agent.x.env", "A _B C=1 D= E_* F='a b'");
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 0);
	set_good(b, "agent.x.env", "A-B");
	check_finds(b, "'A-B' is neither NAME nor NAME=value");
	set_good(b, "agent.x.env", "WTORCH_TASK=1");
	check_finds(b, "wtorch sets itself");
	set_good(b, "agent.x.env", "*");
	check_finds(b, "'*' is neither");
}

static void test_config__two_equal_markers_are_refused(void **state)
{
	struct box *b = *state;

	set_good(b, "roadmap.status.blocked", "❌ failed");
	check_finds(b, "roadmap.status.failed and roadmap.status.blocked are both");
}

static void split_into(const char *text, const char *want)
{
	struct wt_arena a = { 0 };
	struct wt_buf joined = WT_BUF_INIT;
	const char **argv;
	size_t n;

	if (!wt_config_split(&a, text, &argv, &n))
		wt_buf_puts(&joined, "open");
	else
		for (size_t i = 0; i < n; i++)
			wt_buf_printf(&joined, "<%s>", argv[i]);
	assert_null(argv[n]);
	check_str(joined.data, want);
	wt_buf_clear(&joined);
	wt_arena_clear(&a);
}

static void test_config__commands_are_split_as_a_shell_splits_words(void **state)
{
	(void)state;
	split_into("", "");
	split_into("  \t ", "");
	split_into("a  b\tc", "<a><b><c>");
	split_into("'a b' \"c d\"", "<a b><c d>");
	split_into("a'b'\"c\"d", "<abcd>");
	split_into("'' \"\"", "<><>");
	split_into("'a\\b' \"a\\b\" a\\b", "<a\\b><a\\b><ab>");
	split_into("\"a\\\"b\\\\c\\$d\\`e\"", "<a\"b\\c$d`e>");
	split_into("a;b #c $HOME *.c ~", "<a;b><#c><$HOME><*.c><~>");
	split_into("a,b", "<a,b>");
	split_into("'a", "open");
	split_into("\"a", "open");
	split_into("\"a\\\"", "open");
	split_into("a\\", "open");
	split_into("it's", "open");
}

/* A JSON tree as the reader would give it, from what was rendered; only what this file's values
 * need: no escapes. */
static struct wt_json *parse_frozen(struct wt_arena *a, const char *text)
{
	struct wt_json *array = wt_arena_alloc(a, sizeof *array);
	const struct wt_json **end = &array->child;

	array->kind = WT_JSON_ARRAY;
	while ((text = strchr(text, '{')) != NULL) {
		struct wt_json *item = wt_arena_alloc(a, sizeof *item);
		const struct wt_json **last = &item->child;

		item->kind = WT_JSON_OBJECT;
		*end = item;
		end = &item->next;
		while (*text++ != '}') {
			struct wt_json *field = wt_arena_alloc(a, sizeof *field);
			size_t len = strcspn(++text, "\"");

			field->name = wt_arena_strndup(a, text, len);
			text += len + 2;
			field->kind = *text == '"' ? WT_JSON_STRING : WT_JSON_NUMBER;
			if (*text == '"') {
				len = strcspn(++text, "\"");
				field->string = wt_arena_strndup(a, text, len);
				text += len + 1;
			} else {
				field->number = strtod(text, (char **)&text);
			}
			*last = field;
			last = &field->next;
		}
	}
	return array;
}

static void test_config__frozen_values_come_back_with_layer_and_place(void **state)
{
	struct box *b = *state;
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_config *again = wt_config_new();
	struct wt_place place;

	wt_config_set(b->c, WT_LAYER_PROJECT, "run.jobs", "4", line(3), &b->diags);
	wt_config_set(b->c, WT_LAYER_OVERRIDE, "run.base", "", (struct wt_place){ .path = "-c" },
		      &b->diags);
	wt_config_set(b->c, WT_LAYER_USER, "agent.b.command", "b 'x y'", line(7), &b->diags);
	wt_config_set(b->c, WT_LAYER_USER, "agent.a.command", "a", line(9), &b->diags);
	wt_config_set(b->c, WT_LAYER_ENV, "run.cpu_max", "50", line(0), &b->diags);
	wt_config_check(b->c, &b->diags);
	wt_config_render(b->c, &(struct wt_jsonw){ .out = &first });
	check_contains(first.data, "{\"key\":\"run.jobs\",\"value\":\"4\",\"layer\":\"project\","
				   "\"path\":\"a.ini\",\"line\":3}");
	wt_config_load(again, parse_frozen(&b->arena, first.data), &b->diags);
	check_int(b->diags.len, 0);
	wt_config_render(again, &(struct wt_jsonw){ .out = &second });
	check_str(second.data, first.data);
	check_int(wt_config_layer(again, "run.jobs", &place), WT_LAYER_PROJECT);
	check_int(place.line, 3);
	check_int(wt_config_int(again, "run.cpu_start"), 50);
	assert_true(wt_config_has_name(again, "agent", "b"));
	wt_config_free(again);
	wt_buf_clear(&first);
	wt_buf_clear(&second);
}

static void test_config__damaged_frozen_values_are_reported(void **state)
{
	struct box *b = *state;
	const char *bad[] = {
		"[{\"key\":\"run.jobs\"}]",
		"[{\"key\":\"run.jobs\",\"value\":\"4\",\"layer\":\"king\"}]",
		"[{\"key\":\"run.jobs\",\"value\":\"x\",\"layer\":\"user\"}]",
		"[{\"key\":\"run.warp\",\"value\":\"4\",\"layer\":\"user\"}]",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		wt_config_load(b->c, parse_frozen(&b->arena, bad[i]), &b->diags);
		check_int(b->diags.errors, i + 1);
	}
	wt_config_load(b->c, NULL, &b->diags);
	check_int(b->diags.errors, 5);
}

/* A file of the source tree; the caller frees it. */
static char *read_source(const char *name)
{
	char path[1024], *text = calloc(1, 1 << 20);
	FILE *f;

	assert_non_null(text);
	snprintf(path, sizeof path, "%s/%s", WTORCH_SOURCE_DIR, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void test_config__the_sample_is_what_the_table_renders(void **state)
{
	struct wt_buf want = WT_BUF_INIT;
	char *file = read_source("config/wtorch.ini");

	(void)state;
	wt_config_render_sample(&want);
	/* To mend it: WTORCH_SAMPLE=file unit_test_config writes the new text there. */
	if (getenv("WTORCH_SAMPLE")) {
		FILE *f = fopen(getenv("WTORCH_SAMPLE"), "wb");

		assert_non_null(f);
		check_int(fwrite(want.data, 1, want.len, f), want.len);
		check_int(fclose(f), 0);
	}
	check_str(file, want.data);
	wt_buf_clear(&want);
	free(file);
}

/* Takes mdoc's escape for "this is no macro" out of the text. */
static void drop_escapes(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == '&')
			text++;
		else
			*to++ = *text;
	}
	*to = '\0';
}

static void test_config__the_manual_names_every_key_with_its_default(void **state)
{
	char *page = read_source("man/wtorch.ini.5");
	size_t n;
	const struct wt_key *keys = wt_config_keys(&n);

	(void)state;
	drop_escapes(page);
	for (size_t i = 0; i < n; i++) {
		const char *name = keys[i].name, *base = strchr(name, '.') + 1;
		bool is_named = strncmp(base, "*.", 2) == 0;
		const char *value = keys[i].fallback;
		char section[64], item[256];
		const char *at, *end;

		snprintf(section, sizeof section, "\n.Ss The [%.*s%s] section\n",
			 (int)strcspn(name, "."), name, is_named ? " NAME" : "");
		snprintf(item, sizeof item, "\n.It Ic %s%s%s\n", base + (is_named ? 2 : 0),
			 value ? " = " : "", value ? value : "");
		at = strstr(page, section);
		if (!at)
			fail_msg("the manual lacks '%s'", section + 1);
		end = strstr(at + 1, "\n.Ss ");
		at = strstr(at, item);
		if (!at || (end && at > end))
			fail_msg("the manual lacks '%s' in '%s'", item + 1, section + 1);
	}
	free(page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_config__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_key_has_a_section_and_a_default_or_example),
		TEST(defaults_are_those_of_the_contract),
		TEST(values_are_read_in_the_unit_of_their_type),
		TEST(wrong_values_are_refused_and_change_nothing),
		TEST(a_value_without_end_is_refused),
		TEST(unknown_keys_name_the_nearest_right_one),
		TEST(names_of_sections_are_tame),
		TEST(a_section_may_have_keys_of_its_own_beside_named_ones),
		TEST(section_headers_are_checked_by_themselves),
		TEST(the_strongest_layer_wins_in_any_order),
		TEST(an_empty_value_takes_back_what_a_weaker_layer_says),
		TEST(a_key_twice_in_one_file_is_an_error_with_both_lines),
		TEST(start_thresholds_stay_below_their_maximum),
		TEST(agents_must_exist_and_have_a_command),
		TEST(templates_and_commands_hold_only_known_words),
		TEST(shell_words_without_a_shell_are_warned_of),
		TEST(agent_variables_are_names_or_assignments),
		TEST(two_equal_markers_are_refused),
		TEST(commands_are_split_as_a_shell_splits_words),
		TEST(frozen_values_come_back_with_layer_and_place),
		TEST(damaged_frozen_values_are_reported),
		TEST(the_sample_is_what_the_table_renders),
		TEST(the_manual_names_every_key_with_its_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
