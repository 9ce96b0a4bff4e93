/* SPDX-License-Identifier: MIT */
/* A reviewer's answer: the last JSON object in what it says, wherever it stands. */

#include <math.h>
#include <string.h>

#include "judging.h"
#include "wtorch/base/limits.h"

#define MAX_MESSAGE 500u
#define MAX_PATH    300u
/* Text that is full of braces which nothing closes is looked through again and again. */
#define MAX_LOOKED (64u << 20)

/* Where the object that begins at text ends, behind its last brace; 0: nowhere. */
static size_t object_len(struct wt_str text, size_t *looked)
{
	size_t depth = 0;
	bool is_string = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		++*looked;
		if (is_string && c == '\\')
			i++;
		else if (c == '"')
			is_string = !is_string;
		else if (!is_string && (c == '{' || c == '['))
			depth++;
		else if (!is_string && (c == '}' || c == ']') && --depth == 0)
			return i + 1;
		if (depth > WT_MAX_JSON_DEPTH)
			return 0;
	}
	return 0;
}

/* The search for an answer. */
struct search {
	struct wt_judging *j;
	const char *member, *quoted; /* score, "score" */
	const struct wt_json *found;
	size_t end;                      /* behind what was found */
	size_t broken_start, broken_end; /* of what was no JSON, and may hold what is found */
	size_t looked;
	bool is_part; /* what was found stands in an answer that cannot be read */
};

static bool names_member(const struct search *s, size_t from, size_t to)
{
	struct wt_str text = { s->j->word.data + from, to - from };

	return wt_str_find(text, s->quoted) < text.len;
}

/* Looks at the object that begins at the brace; where the search goes on behind it. */
static size_t look_at(struct search *s, size_t brace)
{
	const struct wt_gate_reader *reader = s->j->reader;
	struct wt_str text = s->j->word;
	struct wt_str rest = { text.data + brace, text.len - brace };
	const struct wt_json *value = NULL;

	if (brace >= s->broken_end)
		s->broken_start = s->broken_end = brace;
	rest.len = object_len(rest, &s->looked);
	if (rest.len)
		value = reader->json(reader->arg, s->j->arena, rest);
	s->looked += rest.len;
	if (!value) {
		size_t end = rest.len ? brace + rest.len : text.len;

		s->broken_end = end > s->broken_end ? end : s->broken_end;
		return brace + 1;
	}
	if (wt_json_find(value, s->member)) {
		s->found = value;
		s->end = brace + rest.len;
		s->is_part = names_member(s, s->broken_start, brace);
	}
	return brace + rest.len;
}

/* The last object that has the member; NULL with the verdict said when there is none, and when
 * an answer around it or behind it is cut or broken. */
static const struct wt_json *last_answer(struct wt_judging *j, const char *member)
{
	struct search s = { .j = j,
			    .member = member,
			    .quoted = wt_arena_printf(j->arena, "\"%s\"", member) };
	const char *brace;

	for (size_t i = 0; i < j->word.len && s.looked <= MAX_LOOKED; i = look_at(&s, i)) {
		brace = memchr(j->word.data + i, '{', j->word.len - i);
		if (!brace)
			break;
		i = (size_t)(brace - j->word.data);
	}
	if (s.looked > MAX_LOOKED)
		s.found = NULL;
	if (s.found && !s.is_part && !names_member(&s, s.end, j->word.len))
		return s.found;
	wt_judging_say(j, WT_SAYS_ERROR,
		       s.found ? "beside its answer there is another one that cannot be read"
			       : "it answers no JSON object with \"%s\"",
		       member);
	return NULL;
}

/* findings */

/* Reads one; false with the verdict said. */
static bool take_finding(struct wt_judging *j, const struct wt_json *item,
			 struct wt_gate_finding *out)
{
	const struct wt_json *line = wt_json_find(item, "line");
	const char *severity = wt_json_text(item, "severity", "");
	const char *message = wt_json_text(item, "message", NULL);
	const char *path = wt_json_text(item, "path", NULL);
	struct wt_buf lower = WT_BUF_INIT;
	bool is_known;

	for (const char *c = severity; *c && lower.len < 20; c++)
		wt_buf_putc(&lower, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
	is_known = wt_gravity_parse(wt_str_of(lower.data), &out->severity);
	wt_buf_clear(&lower);
	if (!is_known || !message || !*message) {
		wt_judging_say(j, WT_SAYS_ERROR,
			       is_known ? "a finding has no message"
					: "a finding has no severity that is known, but '%s'",
			       severity);
		return false;
	}
	out->message = wt_judging_line(j->arena, wt_str_of(message), MAX_MESSAGE);
	if (path && *path)
		out->path = wt_judging_line(j->arena, wt_str_of(path), MAX_PATH);
	if (line && line->kind == WT_JSON_NUMBER && line->number >= 1 && line->number < 1e9)
		out->line = (int64_t)line->number;
	return true;
}

/* All are read; the worst are kept, each kind in their order. False with the verdict said. */
static bool take_findings(struct wt_judging *j, const struct wt_json *list, enum wt_gravity *worst)
{
	struct wt_gate_finding *all;
	size_t n = wt_json_count(list), i = 0;

	if (list && list->kind != WT_JSON_ARRAY && list->kind != WT_JSON_NULL) {
		wt_judging_say(j, WT_SAYS_ERROR, "its findings are no list");
		return false;
	}
	all = wt_arena_alloc(j->arena, (n + 1) * sizeof *all);
	for (const struct wt_json *item = n ? list->child : NULL; item; item = item->next) {
		if (!take_finding(j, item, &all[i]))
			return false;
		*worst = all[i].severity > *worst ? all[i].severity : *worst;
		i++;
	}
	for (enum wt_gravity g = WT_GRAVITY_CRITICAL; g > WT_GRAVITY_NONE; g--) {
		for (i = 0; i < n; i++) {
			struct wt_gate_finding *kept = all[i].severity == g ? wt_judging_add(j)
									    : NULL;

			if (kept)
				*kept = all[i];
		}
	}
	return true;
}

void wt_judge_score(struct wt_judging *j)
{
	const struct wt_gate *gate = j->gate;
	const struct wt_json *answer = last_answer(j, "score");
	const struct wt_json *score = wt_json_find(answer, "score");
	enum wt_gravity worst = WT_GRAVITY_NONE;
	struct wt_buf min = WT_BUF_INIT;

	if (!answer)
		return;
	if (score->kind != WT_JSON_NUMBER || !(score->number >= 0 && score->number <= 10)) {
		wt_judging_say(j, WT_SAYS_ERROR, "its score is no number from 0 to 10");
		return;
	}
	/* A double has 8.1 as a little less; that is not the reviewer's doing. */
	j->result->score_milli = (int64_t)floor(score->number * 1000 + 1e-6);
	if (!take_findings(j, wt_json_find(answer, "findings"), &worst))
		return;
	wt_text_render_decimal(&min, gate->min_milli * 1000);
	if (gate->severity != WT_GRAVITY_NONE && worst >= gate->severity)
		wt_judging_say(j, WT_SAYS_FAIL, "a finding is %s: %s", wt_gravity_name(worst),
			       j->result->findings[0].message);
	else if (j->result->score_milli < gate->min_milli)
		wt_judging_say(j, WT_SAYS_FAIL, "the score is below %s", min.data);
	else
		j->result->verdict = WT_SAYS_PASS;
	wt_buf_clear(&min);
}

/* criteria */

/* One that is not met becomes a finding; false when it does not say whether it is. */
static bool take_criterion(struct wt_judging *j, const struct wt_json *item, const char *criterion)
{
	const struct wt_json *met = wt_json_find(item, "met");
	const char *why = wt_json_text(item, "why", "");
	struct wt_gate_finding *f;
	const char *text;

	if (!met || met->kind != WT_JSON_BOOL)
		return false;
	f = met->boolean ? NULL : wt_judging_add(j);
	if (!met->boolean && !j->result->reason)
		wt_judging_say(j, WT_SAYS_FAIL, "not met: %s", criterion);
	if (!f)
		return true;
	text = wt_arena_printf(j->arena, "not met: %s%s%s", criterion, *why ? ": " : "", why);
	f->severity = WT_GRAVITY_HIGH;
	f->message = wt_judging_line(j->arena, wt_str_of(text), MAX_MESSAGE);
	return true;
}

void wt_judge_criteria(struct wt_judging *j)
{
	const struct wt_json *answer = last_answer(j, "criteria");
	const struct wt_json *list = wt_json_find(answer, "criteria");
	size_t i = 0;

	if (!answer)
		return;
	if (!j->out->n_criteria || wt_json_count(list) != j->out->n_criteria) {
		wt_judging_say(j, WT_SAYS_ERROR, "it answers for %zu criteria, and there are %zu",
			       wt_json_count(list), j->out->n_criteria);
		return;
	}
	for (const struct wt_json *item = list->child; item; item = item->next, i++) {
		if (take_criterion(j, item, j->out->criteria[i]))
			continue;
		j->result->n_findings = 0;
		wt_judging_say(j, WT_SAYS_ERROR,
			       "of criterion %zu it does not say whether it is met", i + 1);
		return;
	}
	if (!j->result->reason)
		j->result->verdict = WT_SAYS_PASS;
}
