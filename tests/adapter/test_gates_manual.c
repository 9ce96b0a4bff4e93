/* SPDX-License-Identifier: MIT */
/* Every example of wtorch-gates(7) is a configuration without a fault, or an answer that is read
 * as the manual says. */

#include "tests/support/check.h"
#include "tests/support/gate_of.h"

struct manual {
	struct wt_arena arena;
	struct wt_buf text;
	size_t sections, answers;
};

static struct wt_str read_manual(struct wt_buf *out)
{
	FILE *f = fopen(WTORCH_SOURCE_DIR "/man/wtorch-gates.7", "rb");
	char part[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		wt_buf_add(out, part, n);
	fclose(f);
	return (struct wt_str){ out->data, out->len };
}

static void take_entry(void *arg, const char *section, const char *name, const char *key,
		       const char *value, struct wt_place place)
{
	struct wt_config *c = ((void **)arg)[0];
	struct wt_diags *diags = ((void **)arg)[1];
	char full[256];

	snprintf(full, sizeof full, "%s%s%s.%s", section, name ? "." : "", name ? name : "",
		 key ? key : "");
	if (key)
		wt_config_set(c, WT_LAYER_PROJECT, full, value, place, diags);
	else
		assert_true(wt_config_set_section(c, section, name, place, diags));
}

static void check_configuration(struct manual *m, struct wt_str example)
{
	struct wt_diags diags = { .arena = &m->arena };
	struct wt_config *c = wt_config_new();
	struct wt_place place = { .path = "test" };
	struct wt_gates gates;

	wt_config_set(c, WT_LAYER_USER, "agent.claude.command", "claude", place, &diags);
	wt_config_set(c, WT_LAYER_USER, "gate.tests.command", "true", place, &diags);
	wt_ini_inih("manual", example, take_entry, (void *[]){ c, &diags }, &diags);
	wt_config_check(c, &diags);
	if (diags.len)
		fail_msg("%.*s: %s", (int)example.len, example.data, diags.items[0].message);
	wt_gates_load(&m->arena, c, &gates, &diags);
	assert_true(gates.n > 0);
	wt_config_free(c);
	m->sections++;
}

static void check_answer(struct manual *m, struct wt_str example)
{
	bool is_score = wt_str_starts(example, "{\"score");
	struct wt_gate gate = gate_of(is_score ? WT_PARSE_SCORE : WT_PARSE_CRITERIA);
	struct wt_gate_result result;

	gate_judge(&m->arena, &gate, 0, example, &result);
	check_int(result.verdict, is_score ? WT_SAYS_PASS : WT_SAYS_FAIL);
	check_int(result.n_findings, 1);
	m->answers++;
}

static void test_gates_manual__its_examples_are_what_it_says(void **state)
{
	static const char begin[] = ".Bd -literal -offset indent\n", end[] = ".Ed\n";
	struct manual m = { .text = WT_BUF_INIT };
	struct wt_str rest = read_manual(&m.text), example;

	(void)state;
	for (;;) {
		size_t at = wt_str_find(rest, begin);

		if (at == rest.len)
			break;
		example.data = rest.data + at + strlen(begin);
		example.len = rest.len - at - strlen(begin);
		rest = example;
		example.len = wt_str_find(example, end);
		if (*example.data == '[')
			check_configuration(&m, example);
		else
			check_answer(&m, example);
	}
	check_int(m.sections, 6);
	check_int(m.answers, 2);
	wt_buf_clear(&m.text);
	wt_arena_clear(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gates_manual__its_examples_are_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
