/* SPDX-License-Identifier: MIT */
/* Events as lines of JSON: one table of kinds and one of members drive both directions. */

#include "wtorch/core/event.h"

#include <math.h>
#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/base/text.h"

#define MAX_EXACT 9007199254740992.0 /* integers up to here survive a JSON number */
#define MAX_MS    4.0e14             /* some 12,000 years */
#define LAST_MS   253402300799999    /* the end of the year 9999 */
#define MAX_ITEMS ((size_t)1 << 20)  /* of a list of paths */

static const struct {
	const char *name;
	bool is_of_task;
} kinds[WT_EV_COUNT] = {
	[WT_EV_NONE] = { "none", false },
	[WT_EV_RUN_PLANNED] = { "run_planned", false },
	[WT_EV_RUN_STARTED] = { "run_started", false },
	[WT_EV_RUN_PAUSED] = { "run_paused", false },
	[WT_EV_RUN_ENDED] = { "run_ended", false },
	[WT_EV_RUN_STOPPED] = { "run_stopped", false },
	[WT_EV_NOTE] = { "note", false },
	[WT_EV_TASK_SKIPPED] = { "task_skipped", true },
	[WT_EV_TASK_WAITING] = { "task_waiting", true },
	[WT_EV_WORKTREE_PREPARING] = { "worktree_preparing", true },
	[WT_EV_WORKTREE_PREPARED] = { "worktree_prepared", true },
	[WT_EV_WORKTREE_FAILED] = { "worktree_failed", true },
	[WT_EV_AGENT_STARTING] = { "agent_starting", true },
	[WT_EV_AGENT_STARTED] = { "agent_started", true },
	[WT_EV_AGENT_FAILED] = { "agent_failed", true },
	[WT_EV_AGENT_EXITED] = { "agent_exited", true },
	[WT_EV_WORK_COMMITTED] = { "work_committed", true },
	[WT_EV_COMBINING] = { "combining", true },
	[WT_EV_ATTEMPT_ENDED] = { "attempt_ended", true },
	[WT_EV_ROUND_BEGUN] = { "round_begun", true },
	[WT_EV_PROVIDER_STOPPED] = { "provider_stopped", false },
	[WT_EV_PROVIDER_OPEN] = { "provider_open", false },
	[WT_EV_BUDGET_WARNED] = { "budget_warned", false },
	[WT_EV_GATE_STARTING] = { "gate_starting", false },
	[WT_EV_GATE_STARTED] = { "gate_started", false },
	[WT_EV_GATE_ENDED] = { "gate_ended", false },
	[WT_EV_GATES_PASSED] = { "gates_passed", true },
	[WT_EV_TASK_QUEUED] = { "task_queued", true },
	[WT_EV_LANDING_STARTING] = { "landing_starting", true },
	[WT_EV_LANDED] = { "landed", true },
	[WT_EV_LANDING_LOST] = { "landing_lost", true },
	[WT_EV_CHECKOUT_UPDATED] = { "checkout_updated", true },
	[WT_EV_MERGE_JUDGING] = { "merge_judging", true },
	[WT_EV_MERGE_CONFLICTED] = { "merge_conflicted", true },
	[WT_EV_CONFLICT_DECIDED] = { "conflict_decided", true },
	[WT_EV_ROADMAP_MARKED] = { "roadmap_marked", true },
	[WT_EV_STATUS_MARKING] = { "status_marking", true },
	[WT_EV_STATUS_MARKED] = { "status_marked", true },
	[WT_EV_KEPT] = { "kept", false },
	[WT_EV_WORKTREE_REMOVING] = { "worktree_removing", false },
	[WT_EV_WORKTREE_REMOVED] = { "worktree_removed", false },
	[WT_EV_BRANCH_REMOVED] = { "branch_removed", false },
	[WT_EV_UNDONE] = { "undone", true },
	[WT_EV_STOP_ASKED] = { "stop_asked", false },
	[WT_EV_RETRY_ASKED] = { "retry_asked", true },
	[WT_EV_MERGE_ASKED] = { "merge_asked", true },
};

static const char *const outcomes[] = {
	[WT_OUTCOME_NONE] = NULL,
	[WT_OUTCOME_FAILED] = "failed",
	[WT_OUTCOME_TIMEOUT] = "timeout",
	[WT_OUTCOME_STOPPED] = "stopped",
	[WT_OUTCOME_NO_CHANGES] = "no_changes",
	[WT_OUTCOME_KEPT] = "kept",
	[WT_OUTCOME_CONFLICT] = "conflict",
};

enum member_type {
	MEMBER_TEXT,
	MEMBER_ID,     /* text that becomes part of a path or a ref */
	MEMBER_INSIDE, /* a path that stays inside the run's folder */
	MEMBER_OID,
	MEMBER_SIZE,
	MEMBER_INT,
	MEMBER_BOOL,
	MEMBER_OUTCOME,
	MEMBER_VERDICT,
	MEMBER_LIST, /* offset of the array, offset2 of its length */
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset, offset2;
	double min, max; /* of numbers, inclusive */
};

#define AT(field) offsetof(struct wt_event, field)

/* Behind v, seq, ts and event, in the order in which they are written. */
static const struct member members[] = {
	{ "task", MEMBER_ID, AT(task), 0, 0, 0 },
	{ "attempt", MEMBER_SIZE, AT(attempt), 0, 0, 1e6 },
	{ "batch", MEMBER_SIZE, AT(batch), 0, 0, WT_MAX_TASKS },
	{ "run", MEMBER_ID, AT(run), 0, 0, 0 },
	{ "outcome", MEMBER_OUTCOME, AT(outcome), 0, 0, 0 },
	{ "reason", MEMBER_TEXT, AT(reason), 0, 0, 0 },
	{ "branch", MEMBER_TEXT, AT(branch), 0, 0, 0 },
	{ "path", MEMBER_TEXT, AT(path), 0, 0, 0 },
	{ "dir", MEMBER_INSIDE, AT(dir), 0, 0, 0 },
	{ "checkout", MEMBER_TEXT, AT(checkout), 0, 0, 0 },
	{ "base", MEMBER_OID, AT(base), 0, 0, 0 },
	{ "tip", MEMBER_OID, AT(tip), 0, 0, 0 },
	{ "tree", MEMBER_OID, AT(tree), 0, 0, 0 },
	{ "oid", MEMBER_OID, AT(oid), 0, 0, 0 },
	{ "will_retry", MEMBER_BOOL, AT(will_retry), 0, 0, 0 },
	{ "is_leftover", MEMBER_BOOL, AT(is_leftover), 0, 0, 0 },
	{ "is_fresh", MEMBER_BOOL, AT(is_fresh), 0, 0, 0 },
	{ "by_gate", MEMBER_BOOL, AT(by_gate), 0, 0, 0 },
	{ "by_provider", MEMBER_BOOL, AT(by_provider), 0, 0, 0 },
	{ "by_hand", MEMBER_BOOL, AT(by_hand), 0, 0, 0 },
	{ "code", MEMBER_INT, AT(code), 0, -2147483648.0, 4294967295.0 },
	{ "signal", MEMBER_INT, AT(signal), 0, 0, 1024 },
	{ "count", MEMBER_INT, AT(count), 0, -1, MAX_EXACT },
	{ "pid", MEMBER_INT, AT(pid), 0, 0, 2147483647.0 },
	{ "start_time", MEMBER_TEXT, AT(start_time), 0, 0, 0 },
	{ "boot_id", MEMBER_TEXT, AT(boot_id), 0, 0, 0 },
	{ "cpu_ms", MEMBER_INT, AT(cpu_ms), 0, -1, MAX_MS },
	{ "rss_bytes", MEMBER_INT, AT(rss_bytes), 0, -1, MAX_EXACT },
	{ "duration_ms", MEMBER_INT, AT(duration_ms), 0, -1, MAX_MS },
	{ "pause_ms", MEMBER_INT, AT(pause_ms), 0, 0, MAX_MS },
	{ "said", MEMBER_TEXT, AT(said), 0, 0, 0 },
	{ "error", MEMBER_TEXT, AT(error), 0, 0, 0 },
	{ "session", MEMBER_TEXT, AT(session), 0, 0, 0 },
	{ "agent", MEMBER_TEXT, AT(agent), 0, 0, 0 },
	{ "model", MEMBER_TEXT, AT(model), 0, 0, 0 },
	{ "tokens_in", MEMBER_INT, AT(tokens_in), 0, 0, MAX_EXACT },
	{ "tokens_out", MEMBER_INT, AT(tokens_out), 0, 0, MAX_EXACT },
	{ "tokens_cached", MEMBER_INT, AT(tokens_cached), 0, 0, MAX_EXACT },
	{ "cost_microusd", MEMBER_INT, AT(cost_microusd), 0, 0, MAX_EXACT },
	{ "provider", MEMBER_ID, AT(provider), 0, 0, 0 },
	{ "stop", MEMBER_TEXT, AT(stop), 0, 0, 0 },
	{ "until_ms", MEMBER_INT, AT(until_wall_ms), 0, 0, LAST_MS },
	{ "round", MEMBER_SIZE, AT(round), 0, 0, 1e6 },
	{ "gate", MEMBER_ID, AT(gate), 0, 0, 0 },
	{ "when", MEMBER_TEXT, AT(when), 0, 0, 0 },
	{ "verdict", MEMBER_VERDICT, AT(verdict), 0, 0, 0 },
	{ "has_score", MEMBER_BOOL, AT(has_score), 0, 0, 0 },
	{ "has_coverage", MEMBER_BOOL, AT(has_coverage), 0, 0, 0 },
	{ "score_milli", MEMBER_INT, AT(score_milli), 0, 0, 1e6 },
	{ "coverage_milli", MEMBER_INT, AT(coverage_milli), 0, 0, 1e6 },
	{ "paths", MEMBER_LIST, AT(paths), AT(n_paths), 0, 0 },
	{ "others", MEMBER_LIST, AT(others), AT(n_others), 0, 0 },
};

#define N_MEMBERS (sizeof members / sizeof *members)

const char *wt_event_name(enum wt_event_kind kind)
{
	return kind < WT_EV_COUNT ? kinds[kind].name : kinds[WT_EV_NONE].name;
}

bool wt_event_is_of_task(enum wt_event_kind kind)
{
	return kind < WT_EV_COUNT && kinds[kind].is_of_task;
}

const char *wt_outcome_name(enum wt_outcome outcome)
{
	return outcome < sizeof outcomes / sizeof *outcomes ? outcomes[outcome] : NULL;
}

/* Writing */

static void render_time(struct wt_jsonw *w, int64_t wall_ms)
{
	struct wt_buf text = WT_BUF_INIT;
	int64_t ms = wall_ms % 1000;

	wt_text_render_time(&text, wall_ms);
	wt_buf_cut(&text, text.len - 1);
	wt_buf_printf(&text, ".%03dZ", (int)(ms < 0 ? ms + 1000 : ms));
	wt_jsonw_kstr(w, "ts", text.data);
	wt_buf_clear(&text);
}

static void render_list(struct wt_jsonw *w, const char *name, const char *const *items, size_t n)
{
	if (!n)
		return;
	wt_jsonw_key(w, name);
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n; i++)
		wt_jsonw_str(w, items[i]);
	wt_jsonw_end(w, ']');
}

static void render_number(struct wt_jsonw *w, const char *name, int64_t n)
{
	if (n)
		wt_jsonw_kint(w, name, n);
}

static void render_member(struct wt_jsonw *w, const struct member *m, const struct wt_event *ev)
{
	const void *at = (const char *)ev + m->offset;
	const char *text = NULL;

	switch (m->type) {
	case MEMBER_TEXT:
	case MEMBER_ID:
	case MEMBER_INSIDE:
		text = *(const char *const *)at;
		break;
	case MEMBER_OUTCOME:
		text = wt_outcome_name(*(const enum wt_outcome *)at);
		break;
	case MEMBER_VERDICT:
		text = wt_gate_verdict_name(*(const enum wt_gate_verdict *)at);
		break;
	case MEMBER_OID:
		if (!wt_oid_is_zero(at))
			wt_jsonw_kstr(w, m->name, wt_oid_hex(at).hex);
		break;
	case MEMBER_SIZE:
		render_number(w, m->name, (int64_t) * (const size_t *)at);
		break;
	case MEMBER_INT:
		render_number(w, m->name, *(const int64_t *)at);
		break;
	case MEMBER_BOOL:
		if (*(const bool *)at)
			wt_jsonw_kbool(w, m->name, true);
		break;
	case MEMBER_LIST:
		render_list(w, m->name, *(const char *const *const *)at,
			    *(const size_t *)((const char *)ev + m->offset2));
		break;
	}
	if (text)
		wt_jsonw_kstr(w, m->name, text);
}

/* JSON that was rendered elsewhere goes in as it is, behind the last member, on this line. */
static void splice(struct wt_buf *out, const char *name, const char *json)
{
	if (!json)
		return;
	wt_buf_cut(out, out->len - 1);
	wt_buf_printf(out, ",\"%s\":", name);
	for (size_t n; *json; json += n) {
		n = strcspn(json, "\r\n");
		wt_buf_add(out, json, n);
		n += strspn(json + n, "\r\n");
	}
	wt_buf_putc(out, '}');
}

void wt_event_render(const struct wt_event *ev, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kint(&w, "v", WT_EVENT_VERSION);
	render_number(&w, "seq", (int64_t)ev->seq);
	if (ev->ts_wall_ms)
		render_time(&w, ev->ts_wall_ms);
	wt_jsonw_kstr(&w, "event", wt_event_name(ev->kind));
	for (size_t i = 0; i < N_MEMBERS; i++)
		render_member(&w, &members[i], ev);
	if (ev->plan && !ev->plan_text) {
		wt_jsonw_key(&w, "plan");
		wt_jsonw_value(&w, ev->plan);
	}
	if (ev->config && !ev->config_text) {
		wt_jsonw_key(&w, "config");
		wt_jsonw_value(&w, ev->config);
	}
	wt_jsonw_end(&w, '}');
	splice(out, "plan", ev->plan_text);
	splice(out, "config", ev->config_text);
}

/* Reading */

/* What a value was not, for the message; NULL when it was read. */
static const char *parse_number(const struct wt_json *v, double min, double max, double *out)
{
	if (v->kind != WT_JSON_NUMBER)
		return "is not a number";
	if (!(v->number >= min && v->number <= max))
		return "is out of range";
	if (floor(v->number) != v->number)
		return "is not a whole number";
	*out = v->number;
	return NULL;
}

static const char *parse_text(struct wt_arena *arena, const struct wt_json *v,
			      enum member_type type, const char **out)
{
	struct wt_str text;

	if (v->kind != WT_JSON_STRING)
		return "is not a text";
	text = wt_str_of(v->string);
	if (type == MEMBER_ID && !wt_text_is_id(text))
		return "is no valid id";
	if (type == MEMBER_INSIDE && !wt_path_is_tame(text))
		return "leaves the folder of the run";
	*out = wt_arena_strndup(arena, text.data, text.len);
	return NULL;
}

static const char *parse_outcome(const struct wt_json *v, enum wt_outcome *out)
{
	if (v->kind != WT_JSON_STRING)
		return "is not a text";
	for (size_t i = 1; i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(outcomes[i], v->string) != 0)
			continue;
		*out = (enum wt_outcome)i;
		return NULL;
	}
	return "is no outcome";
}

static const char *parse_list(struct wt_arena *arena, const struct wt_json *v,
			      const char *const **out, size_t *n_out)
{
	size_t n = wt_json_count(v);
	const char **items;
	size_t i = 0;

	if (v->kind != WT_JSON_ARRAY)
		return "is not a list";
	if (n > MAX_ITEMS)
		return "is too long";
	if (!n)
		return NULL;
	items = wt_arena_alloc(arena, n * sizeof *items);
	for (const struct wt_json *item = v->child; item; item = item->next) {
		if (item->kind != WT_JSON_STRING)
			return "is not a list of texts";
		items[i++] = wt_arena_strdup(arena, item->string);
	}
	*out = items;
	*n_out = n;
	return NULL;
}

static const char *parse_flat(const struct wt_json *v, const struct member *m, void *at)
{
	const char *wrong;
	double number = 0;

	if (m->type == MEMBER_BOOL) {
		*(bool *)at = v->boolean;
		return v->kind == WT_JSON_BOOL ? NULL : "is neither true nor false";
	}
	if (m->type == MEMBER_OUTCOME)
		return parse_outcome(v, at);
	if (m->type == MEMBER_VERDICT)
		return v->kind == WT_JSON_STRING && wt_gate_verdict_parse(wt_str_of(v->string), at)
			       ? NULL
			       : "is no verdict";
	if (m->type == MEMBER_OID) {
		if (v->kind != WT_JSON_STRING || !wt_oid_parse(wt_str_of(v->string), at))
			return "is no object id";
		return NULL;
	}
	wrong = parse_number(v, m->min, m->max, &number);
	if (wrong)
		return wrong;
	if (m->type == MEMBER_SIZE)
		*(size_t *)at = (size_t)number;
	else
		*(int64_t *)at = (int64_t)number;
	return NULL;
}

static const char *parse_member(struct wt_arena *arena, const struct wt_json *v,
				const struct member *m, struct wt_event *ev)
{
	void *at = (char *)ev + m->offset;

	switch (m->type) {
	case MEMBER_TEXT:
	case MEMBER_ID:
	case MEMBER_INSIDE:
		return parse_text(arena, v, m->type, at);
	case MEMBER_LIST:
		return parse_list(arena, v, at, (size_t *)(void *)((char *)ev + m->offset2));
	default:
		return parse_flat(v, m, at);
	}
}

/* Version, number, time and kind. */
static enum wt_code parse_head(const struct wt_json *doc, struct wt_event *ev, struct wt_error *err)
{
	const struct wt_json *v = wt_json_find(doc, "v");
	const struct wt_json *seq = wt_json_find(doc, "seq");
	const struct wt_json *ts = wt_json_find(doc, "ts");
	const char *name = wt_json_text(doc, "event", NULL);
	double number = 0;

	if (!v || parse_number(v, 1, MAX_EXACT, &number))
		return wt_fail(err, WT_E_INPUT, "the record has no version");
	if (number > WT_EVENT_VERSION)
		return wt_fail(err, WT_E_STATE,
			       "the record was written by a newer wtorch (version %.0f, known: %d)",
			       number, WT_EVENT_VERSION);
	number = 0;
	if (seq && seq->kind != WT_JSON_NULL && parse_number(seq, 0, MAX_EXACT, &number))
		return wt_fail(err, WT_E_INPUT, "'seq' of the record is no valid number");
	ev->seq = (uint64_t)number;
	if (ts && ts->kind != WT_JSON_NULL &&
	    (ts->kind != WT_JSON_STRING ||
	     !wt_text_parse_time(wt_str_of(ts->string), &ev->ts_wall_ms) || ev->ts_wall_ms < 0 ||
	     ev->ts_wall_ms > LAST_MS))
		return wt_fail(err, WT_E_INPUT, "'ts' of the record is no valid time");
	if (!name)
		return wt_fail(err, WT_E_INPUT, "the record names no event");
	for (size_t i = 1; i < WT_EV_COUNT; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			ev->kind = (enum wt_event_kind)i;
	}
	return WT_OK;
}

static enum wt_code parse_tree(const struct wt_json *doc, const char *name,
			       const struct wt_json **out, struct wt_error *err)
{
	const struct wt_json *v = wt_json_find(doc, name);

	if (v && v->kind != WT_JSON_NULL && v->kind != WT_JSON_OBJECT && v->kind != WT_JSON_ARRAY)
		return wt_fail(err, WT_E_INPUT, "'%s' of the record is no document", name);
	*out = v && v->kind != WT_JSON_NULL ? v : NULL;
	return WT_OK;
}

enum wt_code wt_event_parse(struct wt_arena *arena, const struct wt_json *doc, struct wt_event *out,
			    struct wt_error *err)
{
	struct wt_event ev = { 0 };
	enum wt_code code;

	*out = ev;
	if (!doc || doc->kind != WT_JSON_OBJECT)
		return wt_fail(err, WT_E_INPUT, "the record is no object");
	code = parse_head(doc, &ev, err);
	if (code != WT_OK)
		return code;
	for (size_t i = 0; ev.kind != WT_EV_NONE && i < N_MEMBERS; i++) {
		const struct wt_json *v = wt_json_find(doc, members[i].name);
		const char *wrong = NULL;

		if (v && v->kind != WT_JSON_NULL)
			wrong = parse_member(arena, v, &members[i], &ev);
		if (wrong)
			return wt_fail(err, WT_E_INPUT, "'%s' of the record '%s' %s",
				       members[i].name, kinds[ev.kind].name, wrong);
	}
	if (wt_event_is_of_task(ev.kind) && !ev.task)
		return wt_fail(err, WT_E_INPUT, "the record '%s' names no task",
			       kinds[ev.kind].name);
	code = parse_tree(doc, "plan", &ev.plan, err);
	if (code == WT_OK)
		code = parse_tree(doc, "config", &ev.config, err);
	if (code == WT_OK)
		*out = ev;
	return code;
}
