/* SPDX-License-Identifier: MIT */
/* Gates as the configuration has them, with everything that is wrong with them. */

#include <stdarg.h>
#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/base/pattern.h"
#include "wtorch/core/gate.h"

#define COVERAGE_MIN INT64_C(85000)
#define SCORE_MIN    INT64_C(7000)
#define SCORE_MOST   INT64_C(10000)

struct load {
	struct wt_arena *arena;
	const struct wt_config *config;
	struct wt_diags *diags;
	const char *const *names; /* of the sections, in order of appearance */
	struct wt_gate *items;    /* the same; needs are indexes of it until they are ordered */
	size_t n;
};

/* What a gate is, and so which keys it can have. */
enum use {
	OF_COMMAND = 1,
	OF_AGENT = 2,
	OF_COVERAGE = 4,
	OF_SCORE = 8,
	OF_DOCS = 16,
	OF_REVIEW = 32,
	OF_REGRESSION = 64,
};

static const struct {
	const char *key;
	unsigned uses;
	const char *text;
} keys_of_some[] = {
	{ "prompt", OF_AGENT, "an agent" },
	{ "parse", OF_COMMAND | OF_REVIEW, "a command" },
	{ "report", OF_COMMAND | OF_AGENT, "a command or an agent" },
	{ "pattern", OF_COVERAGE, "parse = coverage" },
	{ "min", OF_COVERAGE | OF_SCORE, "coverage or a score" },
	{ "severity", OF_SCORE, "a score" },
	{ "files", OF_DOCS | OF_REGRESSION, "check = docs or regression" },
	{ "docs", OF_DOCS, "check = docs" },
};

static const char *key_of(const struct load *l, const char *gate, const char *key)
{
	return wt_arena_printf(l->diags->arena, "gate.%s.%s", gate, key);
}

/* An error at the place of the key, or, where key is NULL or not set, of the section. */
static void say(struct load *l, const char *gate, const char *key, const char *fmt, ...)
	WT_PRINTF(4, 5);
static void say(struct load *l, const char *gate, const char *key, const char *fmt, ...)
{
	struct wt_place place = wt_config_name_place(l->config, "gate", gate);
	struct wt_buf text = WT_BUF_INIT;
	va_list ap;

	if (key && wt_config_is_set(l->config, key_of(l, gate, key)))
		wt_config_layer(l->config, key_of(l, gate, key), &place);
	if (key)
		wt_buf_printf(&text, "%s: ", key_of(l, gate, key));
	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	wt_diags_add(l->diags, WT_SEVERITY_ERROR, place, "%s", text.data);
	wt_buf_clear(&text);
}

static const char *text_of(const struct load *l, const char *gate, const char *key)
{
	return wt_arena_strdup(l->arena, wt_config_named_text(l->config, "gate", gate, key));
}

/* A copy of names, NULL-terminated; NULL where there are none. */
static const char *const *list_of(struct load *l, const char *gate, const char *key)
{
	size_t n;
	const char *const *list = wt_config_named_list(l->config, "gate", gate, key, &n);
	const char **copy;

	if (!n)
		return NULL;
	copy = wt_arena_alloc(l->arena, (n + 1) * sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = wt_arena_strdup(l->arena, list[i]);
	return copy;
}

static void say_unknown(struct load *l, const struct wt_gate *g, const char *key,
			const char *section, const char *name)
{
	const char *const *names;
	size_t n = wt_config_names(l->config, section, &names);
	const char *near = wt_text_nearest(name, names, n);

	if (near)
		say(l, g->name, key, "there is no section [%s %s]; did you mean '%s'?", section,
		    name, near);
	else
		say(l, g->name, key, "there is no section [%s %s]", section, name);
}

/* what it is */

static bool take_kind(struct load *l, struct wt_gate *g)
{
	const char *check = text_of(l, g->name, "check");
	bool is_criteria = check && strcmp(check, "criteria") == 0;
	bool is_regression = check && strcmp(check, "regression") == 0;
	const char *other = g->agent ? "an agent" : "a check";

	if (!g->command && !g->agent && !check)
		say(l, g->name, NULL, "section [gate %s] has no command, agent or check", g->name);
	else if (is_regression && !g->command)
		say(l, g->name, "check", "regression needs the command that runs the tests");
	else if (g->command && (g->agent || (check && !is_regression)))
		say(l, g->name, "command", "[gate %s] has %s as well: it can only be one of them",
		    g->name, other);
	else if (g->agent && check && !is_criteria)
		say(l, g->name, "agent", "check = %s needs no agent", check);
	else if (is_criteria && !g->agent)
		say(l, g->name, "check", "criteria needs an agent that says which are met");
	else if (g->agent && !wt_config_has_name(l->config, "agent", g->agent))
		say_unknown(l, g, "agent", "agent", g->agent);
	else {
		g->kind = is_regression                ? WT_GATE_REGRESSION
			  : g->command                 ? WT_GATE_COMMAND
			  : is_criteria                ? WT_GATE_CRITERIA
			  : g->agent                   ? WT_GATE_REVIEW
			  : strcmp(check, "docs") == 0 ? WT_GATE_DOCS
						       : WT_GATE_OUTPUTS;
		return true;
	}
	return false;
}

static void take_parse(struct load *l, struct wt_gate *g)
{
	static const char *const names[] = { "exit", "coverage", "score", "junit" };
	const char *word = wt_config_named_text(l->config, "gate", g->name, "parse");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(word, names[i]) == 0)
			g->parse = (enum wt_gate_parse)i;
	}
	if (g->kind == WT_GATE_REVIEW) {
		if (g->parse != WT_PARSE_SCORE &&
		    wt_config_is_set(l->config, key_of(l, g->name, "parse")))
			say(l, g->name, "parse", "an agent answers with a score");
		g->parse = WT_PARSE_SCORE;
	} else if (g->kind == WT_GATE_CRITERIA) {
		g->parse = WT_PARSE_CRITERIA;
	} else if (g->kind != WT_GATE_COMMAND) {
		g->parse = WT_PARSE_EXIT;
	}
}

static unsigned uses_of(const struct wt_gate *g)
{
	static const unsigned kinds[] = {
		[WT_GATE_COMMAND] = OF_COMMAND, [WT_GATE_REVIEW] = OF_AGENT | OF_REVIEW,
		[WT_GATE_CRITERIA] = OF_AGENT,  [WT_GATE_DOCS] = OF_DOCS,
		[WT_GATE_OUTPUTS] = 0,          [WT_GATE_REGRESSION] = OF_REGRESSION,
	};

	return kinds[g->kind] | (g->parse == WT_PARSE_COVERAGE ? OF_COVERAGE : 0) |
	       (g->parse == WT_PARSE_SCORE ? OF_SCORE : 0);
}

static void check_keys(struct load *l, const struct wt_gate *g)
{
	unsigned uses = uses_of(g);

	for (size_t i = 0; i < sizeof keys_of_some / sizeof *keys_of_some; i++) {
		const char *key = keys_of_some[i].key;

		if (!(keys_of_some[i].uses & uses) &&
		    wt_config_is_set(l->config, key_of(l, g->name, key)) &&
		    wt_config_named_text(l->config, "gate", g->name, key))
			say(l, g->name, key, "this is for %s only", keys_of_some[i].text);
	}
}

/* the rest of its keys */

static void take_min(struct load *l, struct wt_gate *g)
{
	bool is_score = g->parse == WT_PARSE_SCORE;
	int64_t min;

	g->min_milli = -1;
	if (!is_score && g->parse != WT_PARSE_COVERAGE)
		return;
	g->min_milli = is_score ? SCORE_MIN : COVERAGE_MIN;
	if (!wt_config_named_text(l->config, "gate", g->name, "min"))
		return;
	/* What is asked for is rounded up: 84.9999 is not 84.999. */
	min = (wt_config_named_int(l->config, "gate", g->name, "min") + 999) / 1000;
	if (is_score && min > SCORE_MOST)
		say(l, g->name, "min", "a score is from 0 to 10");
	g->min_milli = min;
}

static void take_when(const struct load *l, struct wt_gate *g)
{
	const char *when = wt_config_named_text(l->config, "gate", g->name, "when");

	for (unsigned w = WT_GATE_TASK; w <= WT_GATE_BOTH; w++) {
		if (strcmp(when, wt_gate_when_name(w)) == 0)
			g->when = w;
	}
}

static void check_path(struct load *l, const struct wt_gate *g, const char *key, const char *path)
{
	if (!wt_path_is_tame(wt_str_of(path)))
		say(l, g->name, key, "'%s' is no path below the top of the repository", path);
}

static void check_globs(struct load *l, const struct wt_gate *g, const char *key,
			const char *const *globs)
{
	if (!globs && g->kind == WT_GATE_DOCS)
		say(l, g->name, NULL, "section [gate %s] needs %s, because of check = docs",
		    g->name, key);
	for (; globs && *globs; globs++)
		check_path(l, g, key, *globs);
}

static void check_pattern(struct load *l, const struct wt_gate *g)
{
	struct wt_capture *capture;
	struct wt_error err;

	if (!g->pattern)
		return;
	if (wt_capture_new(g->pattern, &capture, &err) != WT_OK)
		say(l, g->name, "pattern", "%s", err.msg);
	wt_capture_free(capture);
}

static void take_rest(struct load *l, struct wt_gate *g)
{
	g->prompt = text_of(l, g->name, "prompt");
	g->report = text_of(l, g->name, "report");
	g->pattern = text_of(l, g->name, "pattern");
	g->is_required = wt_config_named_bool(l->config, "gate", g->name, "required");
	g->timeout_ms = wt_config_named_int(l->config, "gate", g->name, "timeout");
	if (!g->timeout_ms)
		g->timeout_ms = wt_config_int(l->config, "gate.timeout");
	wt_gravity_parse(wt_str_of(wt_config_named_text(l->config, "gate", g->name, "severity")),
			 &g->severity);
	g->files = list_of(l, g->name, "files");
	g->docs = list_of(l, g->name, "docs");
	take_when(l, g);
	take_min(l, g);
	check_globs(l, g, "files", g->files);
	check_globs(l, g, "docs", g->docs);
	check_pattern(l, g);
	if (g->prompt)
		check_path(l, g, "prompt", g->prompt);
	if (g->report)
		check_path(l, g, "report", g->report);
}

static void take_gate(struct load *l, struct wt_gate *g, const char *name)
{
	g->name = wt_arena_strdup(l->arena, name);
	g->command = text_of(l, name, "command");
	g->agent = text_of(l, name, "agent");
	if (strcmp(name, WT_GATES_NONE) == 0)
		say(l, name, NULL, "a gate cannot be called '%s': that stands for no gates", name);
	if (take_kind(l, g)) {
		take_parse(l, g);
		check_keys(l, g);
	}
	take_rest(l, g);
}

/* needs */

static size_t index_of(const struct load *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->names[i], name) == 0)
			return i;
	}
	return l->n;
}

/* Whether the needed gate judges wherever this one does, or before. */
static bool is_in_time(const struct wt_gate *g, const struct wt_gate *needed)
{
	return !(g->when & WT_GATE_TASK) || (needed->when & WT_GATE_TASK);
}

static void take_needs(struct load *l, struct wt_gate *g)
{
	size_t n;
	const char *const *list = wt_config_named_list(l->config, "gate", g->name, "needs", &n);

	g->needs = wt_arena_alloc(l->arena, (n + 1) * sizeof *g->needs);
	for (size_t i = 0; i < n; i++) {
		size_t at = index_of(l, list[i]);
		bool is_twice = false;

		for (size_t k = 0; k < g->n_needs; k++)
			is_twice |= g->needs[k] == at;
		if (at == l->n)
			say_unknown(l, g, "needs", "gate", list[i]);
		else if (!is_in_time(g, &l->items[at]))
			say(l, g->name, "needs",
			    "'%s' judges what is merged, which comes after '%s'", list[i], g->name);
		else if (!is_twice)
			g->needs[g->n_needs++] = at;
	}
}

/* "a needs b needs a": some circle that gates without a place lead into. */
static void say_circle(struct load *l, const size_t *place)
{
	struct wt_buf path = WT_BUF_INIT;
	bool *is_seen = wt_arena_alloc(l->arena, l->n * sizeof *is_seen);
	size_t at = 0, first;

	while (place[at] != l->n)
		at++;
	for (unsigned pass = 0; pass < 2; pass++) { /* into the circle, then around it */
		memset(is_seen, 0, l->n * sizeof *is_seen);
		for (first = at; !is_seen[at];) {
			const struct wt_gate *g = &l->items[at];
			size_t k = 0;

			is_seen[at] = true;
			if (pass)
				wt_buf_printf(&path, "%s needs ", g->name);
			while (place[g->needs[k]] != l->n)
				k++;
			at = g->needs[k];
		}
	}
	say(l, l->names[first], "needs", "a circle: %s%s", path.data, l->names[first]);
	wt_buf_clear(&path);
}

/* Gives each that has all it needs the next place, until none is left or all others lie in
 * circles; place of those stays l->n. */
static size_t order(const struct load *l, size_t *place)
{
	size_t done = 0, before;

	for (size_t i = 0; i < l->n; i++)
		place[i] = l->n;
	do {
		before = done;
		for (size_t i = 0; i < l->n; i++) {
			const struct wt_gate *g = &l->items[i];
			size_t k = 0;

			while (k < g->n_needs && place[g->needs[k]] != l->n)
				k++;
			if (place[i] == l->n && k == g->n_needs)
				place[i] = done++;
		}
	} while (done > before);
	return done;
}

static void put_in_order(struct load *l, struct wt_gates *out)
{
	size_t *place = wt_arena_alloc(l->arena, (l->n + 1) * sizeof *place);

	out->items = wt_arena_alloc(l->arena, (l->n + 1) * sizeof *out->items);
	out->n = order(l, place);
	if (out->n < l->n)
		say_circle(l, place);
	for (size_t i = 0; i < l->n; i++) {
		struct wt_gate *g = &l->items[i];

		if (place[i] == l->n)
			continue;
		for (size_t k = 0; k < g->n_needs; k++)
			g->needs[k] = place[g->needs[k]];
		out->items[place[i]] = *g;
	}
}

/* lists of gates */

static void check_list(struct load *l, const char *key)
{
	size_t n;
	const char *const *list = wt_config_list(l->config, key, &n);
	struct wt_place place;

	wt_config_layer(l->config, key, &place);
	for (size_t i = 0; i < n; i++) {
		const char *near = wt_text_nearest(list[i], l->names, l->n);

		if (index_of(l, list[i]) < l->n || (n == 1 && strcmp(list[i], WT_GATES_NONE) == 0))
			continue;
		wt_diags_add(l->diags, WT_SEVERITY_ERROR, place,
			     "%s: there is no section [gate %s]%s%s%s", key, list[i],
			     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
}

static void check_lists(struct load *l)
{
	const char *const *templates;
	size_t n = wt_config_names(l->config, "template", &templates);

	check_list(l, "run.gates");
	for (size_t i = 0; i < n; i++)
		check_list(l, wt_arena_printf(l->diags->arena, "template.%s.gates", templates[i]));
}

void wt_gates_load(struct wt_arena *a, const struct wt_config *config, struct wt_gates *out,
		   struct wt_diags *diags)
{
	struct load l = { .arena = a, .config = config, .diags = diags };

	l.n = wt_config_names(config, "gate", &l.names);
	if (l.n > WT_MAX_GATES) {
		say(&l, l.names[WT_MAX_GATES], NULL, "there are more than %u gates", WT_MAX_GATES);
		l.n = WT_MAX_GATES;
	}
	l.items = wt_arena_alloc(a, (l.n + 1) * sizeof *l.items);
	for (size_t i = 0; i < l.n; i++)
		take_gate(&l, &l.items[i], l.names[i]);
	for (size_t i = 0; i < l.n; i++)
		take_needs(&l, &l.items[i]);
	put_in_order(&l, out);
	check_lists(&l);
}
