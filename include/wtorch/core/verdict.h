/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_VERDICT_H
#define WT_CORE_VERDICT_H

/*
 * What a gate said of a commit, read from what its program left: an exit status, a report of
 * coverage or of tests, a reviewer's answer. All of it comes from outside and is bounded; what
 * cannot be read is an ERROR, never a pass.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/json.h"
#include "wtorch/base/text.h"

struct wt_gate;

/* How bad a finding is; "severity" where people and programs see it. */
enum wt_gravity {
	WT_GRAVITY_NONE,
	WT_GRAVITY_INFO,
	WT_GRAVITY_LOW,
	WT_GRAVITY_MEDIUM,
	WT_GRAVITY_HIGH,
	WT_GRAVITY_CRITICAL
};

enum wt_gate_verdict {
	WT_SAYS_NONE,
	WT_SAYS_PASS,
	WT_SAYS_FAIL,  /* the work is not good enough: it goes back to its agent */
	WT_SAYS_ERROR, /* the gate itself failed: no program, no report, prose for JSON */
	WT_SAYS_TIMEOUT,
	WT_SAYS_REUSED,  /* passed before, on this very tree */
	WT_SAYS_STOPPED, /* ended because its run was: says nothing, and is asked again */
};

struct wt_gate_finding {
	enum wt_gravity severity;
	const char *message, *path; /* one safe line each; path NULL: none */
	int64_t line;               /* 0: none */
};
#define WT_MAX_FINDINGS 100u

struct wt_gate_result {
	enum wt_gate_verdict verdict;
	const char *reason;     /* one line why, without figures that differ each time where it can
				   be; NULL when it passed */
	int64_t score_milli;    /* thousandths of a point; -1: it gives none */
	int64_t coverage_milli; /* thousandths of a percent; -1 */
	int64_t tests, failed;  /* of JUnit; -1: not told */
	struct wt_gate_finding *findings;
	size_t n_findings;
};

/* Before anything is known. */
#define WT_GATE_RESULT_INIT       \
	((struct wt_gate_result){ \
		.score_milli = -1, .coverage_milli = -1, .tests = -1, .failed = -1 })

/* What a gate's program left. */
struct wt_gate_output {
	const char
		*ended; /* as the shim's reason: exit, timeout, stopped, lost, exec, memory, ... */
	int64_t code, signal;
	const char *error;    /* the shim's, or NULL */
	struct wt_str text;   /* of its output the end, at most WT_MAX_GATE_TEXT; of an agent that
				 writes events its last message */
	struct wt_str report; /* the file of gate->report, up to WT_MAX_GATE_REPORT + 1 bytes, so
				 that one that is too large is seen to be; data NULL: none was
				 named or found */
	size_t n_criteria;    /* of the task */
	const char *const *criteria;
};
#define WT_MAX_GATE_TEXT   (4u << 20)
#define WT_MAX_GATE_REPORT (16u << 20)

/* Reads documents for the parsers: the port's readers, bound by whoever calls. */
struct wt_gate_reader {
	void *arg;
	const struct wt_json *(*json)(void *arg, struct wt_arena *a, struct wt_str text);
	/* XML as the JSON-like tree of port/reader.h; NULL when it is none. */
	const struct wt_json *(*xml)(void *arg, struct wt_arena *a, struct wt_str text);
};

/* Of COMMAND, REVIEW and CRITERIA. Never fails: what cannot be read is an ERROR with its reason. */
void wt_gate_judge(struct wt_arena *a, const struct wt_gate *gate, const struct wt_gate_output *out,
		   const struct wt_gate_reader *reader, struct wt_gate_result *result);

const char *wt_gate_verdict_name(enum wt_gate_verdict v); /* "pass", ...; NULL for none */
bool wt_gate_verdict_parse(struct wt_str s, enum wt_gate_verdict *out);
bool wt_gate_verdict_is_yes(enum wt_gate_verdict v); /* pass, reused */
const char *wt_gravity_name(enum wt_gravity s);      /* NULL for none */
bool wt_gravity_parse(struct wt_str s, enum wt_gravity *out);

/* A finding as one line of a record, "high src/a.c:12: message", and back. */
const char *wt_gate_finding_render(struct wt_arena *a, const struct wt_gate_finding *f);
void wt_gate_finding_parse(struct wt_arena *a, const char *line, struct wt_gate_finding *out);

#endif
