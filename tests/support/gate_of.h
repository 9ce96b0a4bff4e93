/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_GATE_OF_H
#define WT_TESTS_GATE_OF_H

/* One gate's word on a text, by the readers that the program has. */

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/gate.h"

static inline const struct wt_json *gate_of_json(void *arg, struct wt_arena *a, struct wt_str text)
{
	const struct wt_json *doc;
	struct wt_error err;

	(void)arg;
	return wt_json_cjson(a, text, &doc, &err) == WT_OK ? doc : NULL;
}

static inline const struct wt_json *gate_of_xml(void *arg, struct wt_arena *a, struct wt_str text)
{
	const struct wt_json *doc;
	struct wt_error err;

	(void)arg;
	return wt_xml_expat(a, text, &doc, &err) == WT_OK ? doc : NULL;
}

static const struct wt_gate_reader gate_reader = { .json = gate_of_json, .xml = gate_of_xml };

/* A gate as its section would be without more than parse; criteria: three of them. */
static inline struct wt_gate gate_of(enum wt_gate_parse parse)
{
	return (struct wt_gate){
		.name = "g",
		.kind = parse == WT_PARSE_CRITERIA ? WT_GATE_CRITERIA : WT_GATE_COMMAND,
		.when = WT_GATE_TASK,
		.parse = parse,
		.is_required = true,
		.min_milli = parse == WT_PARSE_COVERAGE ? 85000
			     : parse == WT_PARSE_SCORE  ? 7000
							: -1,
		.severity = WT_GRAVITY_HIGH,
	};
}

static const char *const gate_of_criteria[] = { "it is fast", "it is small", "it is there" };

/* Ended with that status and left that text. */
static inline void gate_judge(struct wt_arena *a, const struct wt_gate *gate, int64_t code,
			      struct wt_str text, struct wt_gate_result *result)
{
	struct wt_gate_output out = { .ended = "exit",
				      .code = code,
				      .text = text,
				      .n_criteria = 3,
				      .criteria = gate_of_criteria };

	wt_gate_judge(a, gate, &out, &gate_reader, result);
}

#endif
