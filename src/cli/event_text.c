/* SPDX-License-Identifier: MIT */
/* Events in words. */

#include "event_text.h"

#include <inttypes.h>
#include <string.h>

#include "wtorch/base/path.h"

#define MAX_NAMED 5 /* paths or tasks of a conflict that are named one by one */

static const char *or_unknown(const char *text)
{
	return text && *text ? text : "?";
}

static void put_path(const struct wt_event_text *t, const char *path, struct wt_buf *out)
{
	struct wt_arena a = { 0 };

	if (t->cwd && path && path[0] == '/')
		wt_buf_puts(out, wt_path_relative(&a, t->cwd, wt_path_normal(&a, path)));
	else
		wt_buf_puts(out, or_unknown(path));
	wt_arena_clear(&a);
}

static void put_oid(const struct wt_oid *oid, struct wt_buf *out)
{
	wt_buf_printf(out, " %.7s", wt_oid_hex(oid).hex);
}

static void put_list(const char *lead, const char *const *items, size_t n, struct wt_buf *out)
{
	for (size_t i = 0; i < n && i < MAX_NAMED; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : lead, items[i]);
	if (n > MAX_NAMED)
		wt_buf_printf(out, " and %zu more", n - MAX_NAMED);
}

static void put_count(int64_t n, const char *one, const char *many, struct wt_buf *out)
{
	wt_buf_printf(out, "%" PRId64 " %s", n, n == 1 ? one : many);
}

typedef void put_more(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out);

static void put_agent(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	size_t i = ev->task ? wt_plan_find(t->plan, ev->task) : WT_MAP_NONE;
	const char *name = i == WT_MAP_NONE ? NULL : t->plan->tasks[i].agent;

	if (ev->agent)
		name = ev->agent;
	wt_buf_printf(out, "agent%s%s", name ? " " : "", name ? name : "");
	if (ev->model)
		wt_buf_printf(out, " with model %s", ev->model);
}

/* A reason that stands behind what was said already. */
static void put_reason(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	(void)t;
	if (ev->reason && *ev->reason)
		wt_buf_printf(out, ": %s", ev->reason);
}

static void put_planned(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	(void)ev;
	put_count((int64_t)t->plan->n_selected, "task", "tasks", out);
	wt_buf_printf(out, " on %s", or_unknown(t->plan->base));
	put_oid(&t->plan->base_oid, out);
}

static void put_pid(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	(void)t;
	wt_buf_printf(out, "%" PRId64, ev->pid);
}

static void put_run_end(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	put_reason(t, ev, out);
	wt_buf_printf(out, ", exit status %" PRId64, ev->code);
}

static void put_stop_asked(const struct wt_event_text *t, const struct wt_event *ev,
			   struct wt_buf *out)
{
	(void)t;
	wt_buf_puts(out, ev->task ? "asked to stop" : "everything was asked to stop");
}

static void put_retry_asked(const struct wt_event_text *t, const struct wt_event *ev,
			    struct wt_buf *out)
{
	(void)t;
	wt_buf_puts(out, ev->is_fresh ? " in a fresh worktree" : "");
}

static void put_preparing(const struct wt_event_text *t, const struct wt_event *ev,
			  struct wt_buf *out)
{
	wt_buf_printf(out, "attempt %zu: makes worktree ", ev->attempt);
	put_path(t, ev->path, out);
	wt_buf_printf(out, " on %s from", or_unknown(ev->branch));
	put_oid(&ev->base, out);
}

static void put_starting(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	put_agent(t, ev, out);
	put_list(", which is given ", ev->paths, ev->n_paths, out);
}

static void put_started(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	put_agent(t, ev, out);
	wt_buf_printf(out, " works, pid %" PRId64, ev->pid);
}

static void put_start_failure(const struct wt_event_text *t, const struct wt_event *ev,
			      struct wt_buf *out)
{
	put_agent(t, ev, out);
	wt_buf_puts(out, " could not be started");
	put_reason(t, ev, out);
}

static const char *how_it_ended(const char *reason)
{
	static const struct {
		const char *reason, *text;
	} known[] = {
		{ "timeout", " was ended: its time was up" },
		{ "stalled", " was ended: it did nothing any more" },
		{ "memory", " was ended: it needed too much memory" },
		{ "pids", " was ended: it had too many processes" },
		{ "finished", " was ended: it had said its last word" },
		{ "stopped", " was stopped" },
		{ "killed", " ended with its shim, which was killed" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].reason, reason) == 0)
			return known[i].text;
	return NULL;
}

static void put_exit(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	const char *how = ev->reason ? ev->reason : "exit";

	put_agent(t, ev, out);
	if (strcmp(how, "exit") == 0)
		wt_buf_printf(out, " ended with exit status %" PRId64, ev->code);
	else if (strcmp(how, "signal") == 0)
		wt_buf_printf(out, " was killed by signal %" PRId64, ev->signal);
	else if (how_it_ended(how))
		wt_buf_puts(out, how_it_ended(how));
	else
		wt_buf_printf(out, " ended: %s", how);
	if (ev->duration_ms >= 1000) {
		wt_buf_puts(out, " after ");
		wt_text_render_duration(out, ev->duration_ms);
	}
	if (ev->cpu_ms >= 1000) {
		wt_buf_puts(out, ", cpu ");
		wt_text_render_duration(out, ev->cpu_ms);
	}
	if (ev->rss_bytes > 0) {
		wt_buf_puts(out, ", peak ");
		wt_text_render_size(out, ev->rss_bytes);
	}
	if (ev->tokens_in || ev->tokens_out)
		wt_buf_printf(out, ", %" PRId64 " tokens in, %" PRId64 " out", ev->tokens_in,
			      ev->tokens_out);
	if (ev->cost_microusd)
		wt_buf_printf(out, ", $%.2f", (double)ev->cost_microusd / 1e6);
	if (ev->count > 0) {
		wt_buf_puts(out, "; ");
		put_count(ev->count, "process", "processes", out);
		wt_buf_puts(out, " that it left had to be ended");
	}
}

static void put_committed(const struct wt_event_text *t, const struct wt_event *ev,
			  struct wt_buf *out)
{
	(void)t;
	wt_buf_puts(out, ev->is_leftover ? "its uncommitted work was committed as" : "its work is");
	put_oid(&ev->tip, out);
	wt_buf_puts(out, ", ");
	put_count(ev->count, "file", "files", out);
}

static void put_attempt_end(const struct wt_event_text *t, const struct wt_event *ev,
			    struct wt_buf *out)
{
	const char *name = wt_outcome_name(ev->outcome);

	wt_buf_printf(out, "attempt %zu: %s", ev->attempt,
		      ev->outcome == WT_OUTCOME_NO_CHANGES ? "no changes" : or_unknown(name));
	put_reason(t, ev, out);
	if (!ev->will_retry)
		return;
	wt_buf_puts(out, "; is tried again");
	if (ev->pause_ms > 0) {
		wt_buf_puts(out, " in ");
		wt_text_render_duration(out, ev->pause_ms);
	}
}

static void put_round(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	(void)t;
	wt_buf_printf(out, "attempt %zu, round %zu", ev->attempt, ev->round);
	if (ev->reason && *ev->reason)
		wt_buf_printf(out, ": %.*s", (int)strcspn(ev->reason, "\n"), ev->reason);
	if (ev->session)
		wt_buf_puts(out, "; its agent takes up its conversation");
}

static void put_provider_stop(const struct wt_event_text *t, const struct wt_event *ev,
			      struct wt_buf *out)
{
	wt_buf_printf(out, "%s does not answer: %s", or_unknown(ev->provider),
		      or_unknown(ev->stop));
	if (ev->until_wall_ms) {
		wt_buf_puts(out, ", until ");
		wt_text_render_time(out, ev->until_wall_ms);
	} else {
		wt_buf_puts(out, ", until somebody logs in and resumes");
	}
	if (ev->task)
		wt_buf_printf(out, "; told by the agent of %s", ev->task);
	put_reason(t, ev, out);
}

static void put_provider_open(const struct wt_event_text *t, const struct wt_event *ev,
			      struct wt_buf *out)
{
	(void)t;
	wt_buf_printf(out, "%s answers again", or_unknown(ev->provider));
}

static void put_gate_start(const struct wt_event_text *t, const struct wt_event *ev,
			   struct wt_buf *out)
{
	(void)t;
	wt_buf_printf(out, "gate %s judges", or_unknown(ev->gate));
	put_oid(&ev->oid, out);
	if (ev->when && strcmp(ev->when, "task") != 0)
		wt_buf_printf(out, ", %s", strcmp(ev->when, "base") == 0 ? "the base" : "merged");
}

static void put_gate_pid(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	(void)t;
	wt_buf_printf(out, "gate %s works, pid %" PRId64, or_unknown(ev->gate), ev->pid);
}

static const char *what_it_said(enum wt_gate_verdict verdict)
{
	static const char *const texts[] = {
		[WT_SAYS_NONE] = "said nothing",     [WT_SAYS_PASS] = "passed",
		[WT_SAYS_FAIL] = "said no",          [WT_SAYS_ERROR] = "could not judge",
		[WT_SAYS_TIMEOUT] = "took too long", [WT_SAYS_REUSED] = "had passed on this tree",
		[WT_SAYS_STOPPED] = "was stopped",
	};

	return texts[verdict];
}

static void put_gate_end(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	wt_buf_printf(out, "gate %s %s", or_unknown(ev->gate), what_it_said(ev->verdict));
	put_reason(t, ev, out);
	if (ev->has_score)
		wt_buf_printf(out, ", score %g", (double)ev->score_milli / 1000);
	if (ev->has_coverage)
		wt_buf_printf(out, ", %g %% covered", (double)ev->coverage_milli / 1000);
	if (ev->n_paths) {
		wt_buf_puts(out, ", ");
		put_count((int64_t)ev->n_paths, "finding", "findings", out);
	}
	if (ev->duration_ms >= 1000) {
		wt_buf_puts(out, " after ");
		wt_text_render_duration(out, ev->duration_ms);
	}
}

static void put_judging(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	wt_buf_printf(out, " with %s", or_unknown(t->plan->base));
	put_oid(&ev->base, out);
	put_list(ev->by_gate ? " as it was then, to see what it does not go with, is judged by "
			     : " is judged by ",
		 ev->paths, ev->n_paths, out);
}

static void put_landing(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	put_oid(&ev->tip, out);
	wt_buf_printf(out, " into %s", or_unknown(t->plan->base));
	put_oid(&ev->base, out);
}

static void put_landed(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	wt_buf_printf(out, " %s %s", or_unknown(t->plan->base),
		      ev->by_hand ? "by hand, seen at" : "as");
	put_oid(&ev->oid, out);
}

static void put_checkout(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	put_path(t, ev->path, out);
	wt_buf_puts(out, " follows");
	if (ev->count > 0) {
		wt_buf_puts(out, ", ");
		put_count(ev->count, "file", "files", out);
	}
	put_reason(t, ev, out);
}

static void put_conflict(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	if (ev->by_gate)
		wt_buf_puts(out, " of meaning");
	put_list(" in ", ev->paths, ev->n_paths, out);
	put_list(" with ", ev->others, ev->n_others, out);
	if (ev->by_gate)
		put_reason(t, ev, out);
	wt_buf_printf(out, "; %s is untouched", or_unknown(t->plan->base));
}

static void put_decided(const struct wt_event_text *t, const struct wt_event *ev,
			struct wt_buf *out)
{
	(void)t;
	put_list(" in ", ev->paths, ev->n_paths, out);
	put_list(" with ", ev->others, ev->n_others, out);
	wt_buf_printf(out, " decided by %s", or_unknown(ev->reason));
	if (ev->count > 0) {
		wt_buf_puts(out, ", ");
		put_count(ev->count, "hunk", "hunks", out);
	}
	if (!wt_oid_is_zero(&ev->tip)) {
		wt_buf_puts(out, "; what lost is in");
		put_oid(&ev->tip, out);
	}
}

static void put_marked(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	wt_buf_printf(out, "%s marked", or_unknown(ev->path));
	put_reason(t, ev, out);
}

static void put_removing(const struct wt_event_text *t, const struct wt_event *ev,
			 struct wt_buf *out)
{
	put_path(t, ev->path, out);
	put_reason(t, ev, out);
}

static void put_ref(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	(void)t;
	wt_buf_puts(out, or_unknown(ev->branch));
	put_oid(&ev->oid, out);
	put_reason(t, ev, out);
}

static void put_undone(const struct wt_event_text *t, const struct wt_event *ev, struct wt_buf *out)
{
	put_ref(t, ev, out);
	if (ev->path)
		put_path(t, ev->path, out);
}

static const struct {
	const char *text;
	put_more *more;
} rows[WT_EV_COUNT] = {
	[WT_EV_RUN_PLANNED] = { "planned ", put_planned },
	[WT_EV_RUN_STARTED] = { "run taken up by pid ", put_pid },
	[WT_EV_RUN_PAUSED] = { "nothing new starts", put_reason },
	[WT_EV_RUN_ENDED] = { "run ended", put_run_end },
	[WT_EV_RUN_STOPPED] = { "run stopped", put_reason },
	[WT_EV_NOTE] = { "note", put_reason },
	[WT_EV_TASK_SKIPPED] = { "skipped", put_reason },
	[WT_EV_TASK_WAITING] = { "waits again", put_reason },
	[WT_EV_WORKTREE_PREPARING] = { "", put_preparing },
	[WT_EV_WORKTREE_PREPARED] = { "worktree ready", NULL },
	[WT_EV_WORKTREE_FAILED] = { "worktree could not be made", put_reason },
	[WT_EV_AGENT_STARTING] = { "starts ", put_starting },
	[WT_EV_AGENT_STARTED] = { "", put_started },
	[WT_EV_AGENT_FAILED] = { "", put_start_failure },
	[WT_EV_AGENT_EXITED] = { "", put_exit },
	[WT_EV_WORK_COMMITTED] = { "", put_committed },
	[WT_EV_COMBINING] = { "its workstreams are combined with it", NULL },
	[WT_EV_ROUND_BEGUN] = { "", put_round },
	[WT_EV_GATE_STARTING] = { "", put_gate_start },
	[WT_EV_GATE_STARTED] = { "", put_gate_pid },
	[WT_EV_GATE_ENDED] = { "", put_gate_end },
	[WT_EV_GATES_PASSED] = { "its gates passed", NULL },
	[WT_EV_MERGE_JUDGING] = { "what it gives merged", put_judging },
	[WT_EV_ATTEMPT_ENDED] = { "", put_attempt_end },
	[WT_EV_BUDGET_WARNED] = { "most of the budget is spent", put_reason },
	[WT_EV_PROVIDER_STOPPED] = { "provider ", put_provider_stop },
	[WT_EV_PROVIDER_OPEN] = { "provider ", put_provider_open },
	[WT_EV_TASK_QUEUED] = { "ready to merge, held back", put_reason },
	[WT_EV_LANDING_STARTING] = { "merges", put_landing },
	[WT_EV_LANDED] = { "merged into", put_landed },
	[WT_EV_CHECKOUT_UPDATED] = { "checkout ", put_checkout },
	[WT_EV_MERGE_CONFLICTED] = { "conflict", put_conflict },
	[WT_EV_CONFLICT_DECIDED] = { "conflict", put_decided },
	[WT_EV_ROADMAP_MARKED] = { "", put_marked },
	[WT_EV_STATUS_MARKING] = { "marks its status", put_reason },
	[WT_EV_STATUS_MARKED] = { "", put_marked },
	[WT_EV_KEPT] = { "kept as ", put_ref },
	[WT_EV_WORKTREE_REMOVING] = { "removes worktree ", put_removing },
	[WT_EV_WORKTREE_REMOVED] = { "worktree removed", NULL },
	[WT_EV_BRANCH_REMOVED] = { "branch removed: ", put_ref },
	[WT_EV_LANDING_LOST] = { "its landing is lost", NULL },
	[WT_EV_UNDONE] = { "brought back: ", put_undone },
	[WT_EV_STOP_ASKED] = { "", put_stop_asked },
	[WT_EV_RETRY_ASKED] = { "asked to try again", put_retry_asked },
	[WT_EV_MERGE_ASKED] = { "asked to merge", NULL },
};

void wt_event_text_render(const struct wt_event_text *t, const struct wt_event *ev,
			  struct wt_buf *out)
{
	const char *text = ev->kind < WT_EV_COUNT ? rows[ev->kind].text : NULL;

	wt_buf_puts(out, text ? text : wt_event_name(ev->kind));
	if (text && rows[ev->kind].more)
		rows[ev->kind].more(t, ev, out);
}
