/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what a gate left; the first says what reads them. Whatever it is, there is one of
 * three verdicts, a pass has the figures that it takes, everything else a reason, and all text
 * of it may be shown.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../support/gate_of.h"

static const enum wt_gate_parse parses[] = { WT_PARSE_COVERAGE, WT_PARSE_SCORE, WT_PARSE_JUNIT,
					     WT_PARSE_CRITERIA, WT_PARSE_COVERAGE };

static void check_line(const char *text, size_t max)
{
	assert(wt_text_is_utf8(wt_str_of(text)) && strlen(text) <= max);
	for (; *text; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check_findings(struct wt_arena *a, const struct wt_gate *gate,
			   const struct wt_gate_result *r, struct wt_str log)
{
	const char *text = wt_gate_findings_text(a, gate, r, log);

	assert(r->n_findings <= WT_MAX_FINDINGS && strlen(text) < (128u << 10));
	assert(wt_text_is_utf8(wt_str_of(text)));
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct wt_gate_finding *f = &r->findings[i];
		const char *line = wt_gate_finding_render(a, f);
		struct wt_gate_finding again;

		check_line(line, 1000);
		assert(f->severity != WT_GRAVITY_NONE && f->line >= 0);
		wt_gate_finding_parse(a, line, &again);
		assert(strcmp(wt_gate_finding_render(a, &again), line) == 0);
		assert(again.severity == f->severity);
	}
}

static void check_pass(const struct wt_gate *gate, const struct wt_gate_result *r)
{
	if (gate->parse == WT_PARSE_COVERAGE)
		assert(r->coverage_milli >= 85000 && r->coverage_milli <= 100000);
	if (gate->parse == WT_PARSE_SCORE)
		assert(r->score_milli >= 7000 && r->score_milli <= 10000);
	if (gate->parse == WT_PARSE_JUNIT)
		assert(r->tests > 0 && r->failed == 0);
	for (size_t i = 0; i < r->n_findings; i++)
		assert(r->findings[i].severity < WT_GRAVITY_HIGH);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	size_t n = sizeof parses / sizeof *parses, which = size ? data[0] % n : 0;
	struct wt_str text = { (const char *)data + (size > 0), size - (size > 0) };
	struct wt_gate gate = gate_of(parses[which]);
	struct wt_gate_result r;

	if (which == 4)
		gate.pattern = "(^|[^0-9.])([0-9.]+) of it";
	gate_judge(&arena, &gate, 0, text, &r);
	assert(r.verdict == WT_SAYS_PASS || r.verdict == WT_SAYS_FAIL ||
	       r.verdict == WT_SAYS_ERROR);
	assert((r.verdict == WT_SAYS_PASS) == !r.reason);
	if (r.verdict == WT_SAYS_PASS)
		check_pass(&gate, &r);
	else
		check_line(r.reason, 310);
	check_findings(&arena, &gate, &r, text);
	gate_judge(&arena, &gate, 1, text, &r);
	assert(r.verdict != WT_SAYS_PASS && r.reason);
	wt_arena_clear(&arena);
	return 0;
}
