/* SPDX-License-Identifier: MIT */
/* What a gate said: first how its program ended, then what it left. */

#include "wtorch/core/verdict.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "judging.h"

#define MAX_REASON 300u

const char *wt_judging_line(struct wt_arena *a, struct wt_str text, size_t max)
{
	struct wt_buf safe = WT_BUF_INIT;
	const char *line;
	size_t len;

	text = wt_str_trim(text);
	if (text.len > 4 * max) /* what is behind it is cut in any case */
		text.len = 4 * max;
	wt_text_render_safe(&safe, text);
	len = safe.len;
	if (len > max) {
		/* Between two characters: never inside of one. */
		for (len = max; len && ((unsigned char)safe.data[len] & 0xc0) == 0x80;)
			len--;
	}
	line = len < safe.len ? wt_arena_printf(a, "%.*s...", (int)len, safe.data)
			      : wt_arena_strndup(a, safe.data, len);
	wt_buf_clear(&safe);
	return line;
}

void wt_judging_say(struct wt_judging *j, enum wt_gate_verdict verdict, const char *fmt, ...)
{
	struct wt_buf text = WT_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	j->result->verdict = verdict;
	j->result->reason =
		wt_judging_line(j->arena, (struct wt_str){ text.data, text.len }, MAX_REASON);
	wt_buf_clear(&text);
}

bool wt_judging_next(struct wt_str *rest, struct wt_buf *line, bool *is_cut)
{
	bool is_escape = false;

	wt_buf_reset(line);
	*is_cut = false;
	if (!rest->len)
		return false;
	while (rest->len) {
		char c = *rest->data++;

		rest->len--;
		if (c == '\n' || c == '\r')
			break;
		if (is_escape) /* "ESC [ 1 ; 32 m" */
			is_escape = !(c >= '@' && c <= '~' && c != '[');
		else if (c == '\033')
			is_escape = true;
		else if (line->len == WT_JUDGING_LINE)
			*is_cut = true;
		else
			wt_buf_putc(line, c ? c : '?');
	}
	return true;
}

struct wt_gate_finding *wt_judging_add(struct wt_judging *j)
{
	struct wt_gate_result *r = j->result;

	if (r->n_findings == WT_MAX_FINDINGS)
		return NULL;
	return WT_ARENA_PUSH(j->arena, r->findings, r->n_findings, j->cap_findings);
}

/* The shell's statuses for a program that it did not find, or may not start. */
static bool is_no_program(int64_t code)
{
	return code == 126 || code == 127;
}

/* Somebody else's doing: no crash of what is judged. */
static bool is_from_outside(int64_t signal)
{
	return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

/* It ended by itself. True when it did with status 0; else the verdict is said. */
static bool is_good_end(struct wt_judging *j)
{
	const struct wt_gate_output *out = j->out;
	bool is_agent = j->gate->kind != WT_GATE_COMMAND && j->gate->kind != WT_GATE_REGRESSION;

	if (j->gate->kind == WT_GATE_REGRESSION && wt_judge_regression(j))
		return false;
	if (out->signal > 0)
		wt_judging_say(
			j, is_agent || is_from_outside(out->signal) ? WT_SAYS_ERROR : WT_SAYS_FAIL,
			"it was ended by signal %" PRId64, out->signal);
	else if (!is_agent && is_no_program(out->code))
		wt_judging_say(j, WT_SAYS_ERROR,
			       "its command was not found or cannot be started (status %" PRId64
			       ")",
			       out->code);
	else if (out->code != 0)
		wt_judging_say(j, is_agent ? WT_SAYS_ERROR : WT_SAYS_FAIL,
			       "it ended with status %" PRId64, out->code);
	else
		return true;
	return false;
}

static bool is_end(const struct wt_judging *j, const char *ended)
{
	return j->out->ended && strcmp(j->out->ended, ended) == 0;
}

/* Another end than its own. */
static void say_end(struct wt_judging *j)
{
	const char *why = j->out->error && *j->out->error ? j->out->error : NULL;
	const char *ended = j->out->ended ? j->out->ended : "unknown";

	if (is_end(j, "timeout"))
		wt_judging_say(j, WT_SAYS_TIMEOUT, "its time was up");
	else if (is_end(j, "stalled"))
		wt_judging_say(j, WT_SAYS_TIMEOUT, "it stalled");
	else if (is_end(j, "stopped"))
		wt_judging_say(j, WT_SAYS_STOPPED, "it was stopped");
	else if (is_end(j, "memory") || is_end(j, "pids"))
		wt_judging_say(j, WT_SAYS_ERROR, "it went over a limit: %s", why ? why : ended);
	else if (is_end(j, "exec"))
		wt_judging_say(j, WT_SAYS_ERROR, "it could not be started%s%s", why ? ": " : "",
			       why ? why : "");
	else
		wt_judging_say(j, WT_SAYS_ERROR, "it did not end by itself (%s)",
			       why ? why : ended);
}

/* The file of its report, or its output; false when the file is not there. */
static bool take_word(struct wt_judging *j)
{
	unsigned max = j->gate->report ? WT_MAX_GATE_REPORT : WT_MAX_GATE_TEXT;

	j->word = j->gate->report ? j->out->report : j->out->text;
	if (j->gate->report && !j->word.data) {
		wt_judging_say(j, WT_SAYS_ERROR, "it left no file '%s'", j->gate->report);
		return false;
	}
	if (j->word.len <= max)
		return true;
	wt_judging_say(j, WT_SAYS_ERROR, "its report is larger than %u MiB", max >> 20);
	return false;
}

static void read_word(struct wt_judging *j)
{
	switch (j->gate->parse) {
	case WT_PARSE_COVERAGE:
		wt_judge_coverage(j);
		break;
	case WT_PARSE_SCORE:
		wt_judge_score(j);
		break;
	case WT_PARSE_JUNIT:
		wt_judge_junit(j);
		break;
	case WT_PARSE_CRITERIA:
		wt_judge_criteria(j);
		break;
	case WT_PARSE_EXIT:
		j->result->verdict = WT_SAYS_PASS;
		break;
	}
}

/* It failed: what it left may say at what, and cannot make it better. */
static void read_details(struct wt_judging *j)
{
	enum wt_gate_verdict verdict = j->result->verdict;
	const char *reason = j->result->reason;

	if (verdict != WT_SAYS_FAIL || j->gate->parse == WT_PARSE_EXIT)
		return;
	if (take_word(j))
		read_word(j);
	if (j->gate->parse != WT_PARSE_JUNIT || j->result->verdict != WT_SAYS_FAIL)
		j->result->reason = reason;
	j->result->verdict = verdict;
}

void wt_gate_judge(struct wt_arena *a, const struct wt_gate *gate, const struct wt_gate_output *out,
		   const struct wt_gate_reader *reader, struct wt_gate_result *result)
{
	struct wt_judging j = {
		.arena = a, .gate = gate, .out = out, .reader = reader, .result = result
	};

	*result = WT_GATE_RESULT_INIT;
	if (!is_end(&j, "exit") && !is_end(&j, "signal") && !is_end(&j, "finished"))
		say_end(&j);
	else if (!is_good_end(&j))
		read_details(&j);
	else if (gate->parse == WT_PARSE_EXIT || take_word(&j))
		read_word(&j);
}
