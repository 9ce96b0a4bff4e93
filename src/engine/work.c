/* SPDX-License-Identifier: MIT */
/* What an agent left behind, and what it amounts to. */

#include <inttypes.h>
#include <string.h>

#include "agent_argv.h"
#include "drive.h"
#include "provider.h"
#include "work_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/escape.h"
#include "wtorch/engine/keep.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/tree.h"
#include "wtorch/engine/trust.h"
#include "wtorch/engine/worktree.h"

/* So often an attempt of a task is not counted because its provider did not answer. */
#define MAX_PROVIDER_STOPS 50u

struct work {
	struct wt_run *run;
	struct wt_arena *arena; /* nothing in it outlives the look: the journal keeps its own */
	size_t task;
	const struct wt_plan_task *planned;
	const struct wt_task_state *state;
	const char *kept;  /* why the work may not be committed or landed; NULL: it may */
	bool is_leftover;  /* we committed for the agent */
	bool is_providers; /* its agent ended because it was not answered any more */
	const char *held;  /* why what it committed may not land; NULL: it may */
	struct wt_escapes escapes;
	struct wt_combined combined; /* with its workstreams */
};

/* It was begun before the orchestrator that has the run now took it. */
static bool is_inherited(const struct work *w)
{
	return w->state->begun_seq < wt_run_state(w->run)->taken_seq;
}

/* What its own words say of its failure; of one that writes events only these. */
static const char *cause_of(struct work *w)
{
	const struct wt_task_state *s = w->state;
	struct wt_run *run = w->run;

	if (s->said_why)
		return s->said_why;
	if ((!s->code && !s->signal) ||
	    wt_agent_format(run->config, wt_agent_of(run, w->task)) != WT_AGENTLOG_TEXT)
		return NULL;
	return wt_attempt_cause(run, wt_run_agent_dir(run, w->task, w->arena), w->arena);
}

static enum wt_code end_attempt(struct work *w, enum wt_outcome outcome, const char *reason,
				struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = w->planned->task.id,
			       .attempt = w->state->attempt,
			       .outcome = outcome,
			       .reason = reason };

	if (w->combined.outcome) {
		ev.others = w->combined.streams;
		ev.n_others = w->combined.n_streams;
	}
	if (outcome == WT_OUTCOME_FAILED)
		ev.error = cause_of(w);
	wt_sched_judge_attempt(w->run->sched, w->task, outcome, &ev.will_retry, &ev.pause_ms);
	if (w->is_providers) {
		ev.will_retry = !wt_run_state(w->run)->stop_asked && !w->state->stop_asked;
		ev.by_provider = true;
		return wt_run_note(w->run, &ev, WT_DURABLE, err);
	}
	/* Who was told to stop by an orchestrator before us, and not since, begins again. One of
	 * ours that nobody told may have told itself, and would do so for ever. */
	if (outcome == WT_OUTCOME_STOPPED && !w->combined.outcome)
		ev.will_retry = is_inherited(w) && !wt_run_state(w->run)->stop_asked &&
				!w->state->stop_asked;
	return wt_run_note(w->run, &ev, WT_DURABLE, err);
}

static const char *with_duration(struct work *w, const char *text_before, const char *key)
{
	struct wt_buf limit = WT_BUF_INIT;
	const char *text;

	wt_text_render_duration(&limit, wt_config_named_int(w->run->config, "agent",
							    wt_agent_of(w->run, w->task), key));
	text = wt_arena_printf(w->arena, "%s %s", text_before, limit.data);
	wt_buf_clear(&limit);
	return text;
}

/* How its shim ended it, or NULL. Without figures that differ from one attempt to the next, for
 * failures that are the same are counted; those are in the exit record. */
static const char *reason_of_ending(struct work *w, const char *how)
{
	const struct wt_config *c = w->run->config;
	const char *agent = wt_agent_of(w->run, w->task);

	if (strcmp(how, "timeout") == 0)
		return with_duration(w, "timeout after", "timeout");
	if (strcmp(how, "stalled") == 0)
		return with_duration(w, "stalled: no output, no change and no work for", "silence");
	if (strcmp(how, "memory") == 0)
		return wt_arena_printf(w->arena,
				       "it needed more memory than memory_max, %" PRId64 " MiB",
				       wt_config_named_int(c, "agent", agent, "memory_max") >> 20);
	if (strcmp(how, "pids") == 0)
		return wt_arena_printf(w->arena,
				       "it had more processes and threads than pids_max, %" PRId64,
				       wt_config_named_int(c, "agent", agent, "pids_max"));
	if (strcmp(how, "stopped") == 0)
		return "stopped";
	if (strcmp(how, "killed") == 0)
		return "the shim that owned its agent was killed";
	if (strcmp(how, "lost") == 0) /* or a record that does not say how */
		return "its process ended without a record";
	return NULL;
}

/* It ended well, but its own last event does not say so, or never came. */
static const char *reason_of_said(struct work *w)
{
	const struct wt_task_state *s = w->state;

	if (strcmp(s->said, "failed") != 0)
		return "agent ended in the middle: its last event is missing";
	return s->said_why ? wt_arena_printf(w->arena, "agent says that it failed: %s", s->said_why)
			   : "agent says that it failed";
}

static enum wt_outcome outcome_of_exit(struct work *w, const char **reason)
{
	const struct wt_task_state *s = w->state;
	const char *how = s->exit_reason ? s->exit_reason : "lost";

	*reason = reason_of_ending(w, how);
	if (*reason && strcmp(how, "timeout") == 0)
		return WT_OUTCOME_TIMEOUT;
	if (*reason)
		return strcmp(how, "stopped") == 0 ? WT_OUTCOME_STOPPED : WT_OUTCOME_FAILED;
	if (s->signal) {
		*reason = wt_arena_printf(w->arena, "agent killed by signal %" PRId64, s->signal);
		return WT_OUTCOME_FAILED;
	}
	if (s->code) {
		*reason = wt_arena_printf(w->arena, "agent ended with status %" PRId64, s->code);
		return WT_OUTCOME_FAILED;
	}
	if (s->said && strcmp(s->said, "done") != 0) {
		*reason = reason_of_said(w);
		return WT_OUTCOME_FAILED;
	}
	return WT_OUTCOME_NONE;
}

/* In the middle of something that a person has to end. */
static const char *unfinished(struct work *w, const char *git_dir)
{
	static const struct {
		const char *file, *what;
	} signs[] = { { "rebase-merge", "a rebase" }, { "rebase-apply", "a rebase" },
		      { "MERGE_HEAD", "a merge" },    { "CHERRY_PICK_HEAD", "a cherry-pick" },
		      { "REVERT_HEAD", "a revert" },  { "BISECT_LOG", "a bisect" } };
	const struct wt_fs *fs = w->run->ports->fs;

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		struct wt_file_info info = { .kind = WT_FILE_NONE };
		struct wt_error ignored;

		(void)!fs->stat(fs->self, wt_path_join(w->arena, git_dir, signs[i].file), &info,
				&ignored);
		if (info.kind != WT_FILE_NONE)
			return signs[i].what;
	}
	return NULL;
}

static bool branch_exists(struct work *w)
{
	const struct wt_git *git = w->run->ports->git;
	const char *ref = wt_arena_printf(w->arena, "refs/heads/%s", w->state->branch);
	struct wt_oid oid;
	struct wt_error ignored;

	return git->store->ref(git->self, ref, &oid, &ignored) != WT_E_NOT_FOUND;
}

/* A link to another repository would let its commits pass for the task's. */
static bool is_of_repository(struct work *w, const char *git_dir)
{
	const char *home =
		wt_path_join(w->arena, w->run->ports->git->repo.common_dir, "worktrees/");
	const struct wt_fs *fs = w->run->ports->fs;
	struct wt_buf a = WT_BUF_INIT, b = WT_BUF_INIT;
	struct wt_error ignored;
	bool is_inside = fs->real(fs->self, home, &a, &ignored) == WT_OK &&
			 fs->real(fs->self, git_dir, &b, &ignored) == WT_OK && b.len > a.len &&
			 memcmp(a.data, b.data, a.len) == 0;

	wt_buf_clear(&a);
	wt_buf_clear(&b);
	return is_inside;
}

/* The worktree's HEAD must still be the task's branch, or a commit would land elsewhere. */
static void check_head(struct work *w)
{
	struct wt_run *run = w->run;
	const struct wt_fs *fs = run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err;
	const char *want = wt_arena_printf(w->arena, "ref: refs/heads/%s", w->state->branch);
	const char *git_dir = NULL;
	struct wt_worktree_found moved = { 0 };

	if (fs->read(fs->self, wt_path_join(w->arena, w->state->worktree, ".git"), 8192, &text,
		     &err) == WT_OK &&
	    strncmp(text.data, "gitdir: ", 8) == 0) {
		struct wt_str s = wt_str_trim(wt_str_of(text.data + 8));

		git_dir = wt_path_join(w->arena, w->state->worktree,
				       wt_arena_strndup(w->arena, s.data, s.len));
	}
	wt_buf_reset(&text);
	if (!git_dir)
		wt_worktree_find(run, w->state->worktree, w->state->branch, w->arena, &moved);
	if (moved.path)
		w->kept = wt_arena_printf(w->arena, "its worktree was moved to '%s'", moved.path);
	else if (!git_dir || fs->read(fs->self, wt_path_join(w->arena, git_dir, "HEAD"), 8192,
				      &text, &err) != WT_OK)
		w->kept = "its worktree is not a checkout any more";
	else if (!is_of_repository(w, git_dir))
		w->kept = "its worktree is one of another repository now";
	else if (unfinished(w, git_dir))
		w->kept = wt_arena_printf(w->arena, "its worktree is in the middle of %s",
					  unfinished(w, git_dir));
	else if (!wt_str_is(wt_str_trim(wt_str_of(text.data)), want))
		w->kept = wt_arena_printf(w->arena, "its worktree is not on branch '%s' any more",
					  w->state->branch);
	else if (!branch_exists(w))
		w->kept = wt_arena_printf(w->arena, "its branch '%s' is gone", w->state->branch);
	wt_buf_clear(&text);
	if (!w->kept)
		wt_trust_check_worktree(run, git_dir, w->arena, &w->kept);
}

/* What may not be committed without a person having looked. */
static void check_entry(struct work *w, const struct wt_status_entry *e)
{
	struct wt_run *run = w->run;
	const struct wt_fs *fs = run->ports->fs;
	int64_t max = wt_config_int(run->config, "worktree.max_file");
	struct wt_file_info info;
	struct wt_error err;
	size_t n = strlen(e->path);

	if (w->kept)
		return;
	if (e->nested) {
		w->kept = e->nested;
		return;
	}
	if (e->index == 'U' || e->file == 'U') {
		w->kept = wt_arena_printf(w->arena, "'%s' is in an unfinished merge", e->path);
		return;
	}
	if (fs->stat(fs->self, wt_path_join(w->arena, w->state->worktree, e->path), &info, &err) !=
	    WT_OK)
		return;
	if (n && e->path[n - 1] == '/')
		w->kept = wt_arena_printf(w->arena, "'%s' is a repository of its own", e->path);
	else if (info.kind == WT_FILE_FOLDER)
		w->kept = wt_arena_printf(w->arena, "'%s' is a submodule with changes", e->path);
	else if (info.kind == WT_FILE_REGULAR && max && info.size_bytes > max)
		w->kept =
			wt_arena_printf(w->arena, "'%s' is larger than worktree.max_file", e->path);
}

static enum wt_code commit_leftover(struct work *w, struct wt_error *err)
{
	struct wt_run *run = w->run;
	const struct wt_git *git = run->ports->git;
	const struct wt_task *t = &w->planned->task;
	struct wt_status_entry *dirty;
	size_t n;
	enum wt_code rc;

	wt_trust_check(run, w->arena, &w->kept);
	if (!w->kept)
		check_head(w);
	if (w->kept)
		return WT_OK;
	rc = git->tool->status(git->self, w->state->worktree, w->arena, &dirty, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		check_entry(w, &dirty[i]);
	if (rc || !n || w->kept)
		return rc;
	w->is_leftover = true;
	rc = git->tool->commit_all(git->self, w->state->worktree,
				   wt_arena_printf(w->arena, "Task %s: %s\n\n%s",
						   wt_plan_label(w->arena, &run->plan, w->task),
						   t->title,
						   wt_land_trailers(w->arena, run, w->task)),
				   err);
	if (rc == WT_E_STATE) {
		w->is_leftover = false;
		rc = WT_OK;
	}
	return rc;
}

static enum wt_code check_change(struct work *w, const struct wt_work_change *change,
				 struct wt_error *err)
{
	enum wt_code rc = wt_work_check_tree(w->run, w->task, change, &w->held, err);

	return rc || w->held ? rc : wt_work_check_others(w->run, w->task, change, &w->held, err);
}

/* Without the branch, the commit that the attempt forked from: landing waits for the branch then.
 */
static enum wt_code read_base(struct work *w, struct wt_oid *out, struct wt_error *err)
{
	const struct wt_git *git = w->run->ports->git;
	const char *ref = wt_arena_printf(w->arena, "refs/heads/%s", w->run->plan.base);
	enum wt_code rc = git->store->ref(git->self, ref, out, err);

	if (rc == WT_E_NOT_FOUND)
		*out = w->state->base;
	return rc == WT_E_NOT_FOUND ? WT_OK : rc;
}

/* Fills tip, tree and the number of files that differ from where the work began: an agent that
 * only took in more of the base changed nothing. */
static enum wt_code measure(struct work *w, struct wt_event *ev, struct wt_error *err)
{
	struct wt_run *run = w->run;
	const struct wt_git *git = run->ports->git;
	const char *ref = wt_arena_printf(w->arena, "refs/heads/%s", w->state->branch);
	struct wt_commit tip;
	struct wt_fork fork;
	struct wt_oid base;
	const char **paths;
	size_t n = 0;
	enum wt_code rc = git->store->ref(git->self, ref, &ev->tip, err);

	if (!rc)
		rc = git->store->commit(git->self, &ev->tip, w->arena, &tip, err);
	if (!rc)
		rc = read_base(w, &base, err);
	if (!rc)
		rc = wt_land_fork(git, &base, &ev->tip, &w->state->base, &fork, err);
	if (!rc)
		rc = wt_tree_diff(git, &fork.tree, &tip.tree, w->arena, &paths, &n, err);
	if (rc)
		return rc;
	ev->tree = tip.tree;
	ev->count = (int64_t)n;
	w->combined.base = base;
	w->combined.tip = ev->tip;
	return check_change(
		w, &(struct wt_work_change){ w->arena, base, ev->tip, tip.tree, paths, n }, err);
}

/* What may not land anyway is not combined. */
static enum wt_code combine(struct work *w, struct wt_event *ev, struct wt_error *err)
{
	enum wt_code rc;

	if (!w->planned->n_streams || w->held || w->escapes.evidence ||
	    w->planned->task.is_read_only)
		return WT_OK;
	rc = wt_work_combine(w->run, w->task, w->arena, &w->combined, err);
	if (rc || w->combined.outcome)
		return rc;
	ev->others = w->combined.streams;
	ev->n_others = w->combined.n_streams;
	return measure(w, ev, err);
}

/* One that stalled is taken up where it was, once in an attempt; unless it did something else that
 * a person has to look at. */
static bool may_go_on(const struct work *w)
{
	const struct wt_task_state *s = w->state;

	return s->exit_reason && strcmp(s->exit_reason, "stalled") == 0 && s->session &&
	       wt_agent_can_resume(w->run->config, wt_agent_of(w->run, w->task)) &&
	       s->round == s->gate_rounds && !w->escapes.evidence && !s->stop_asked &&
	       !wt_run_state(w->run)->stop_asked;
}

/* It begins a conversation of its own: it was not yet at work. */
static bool is_refused(const struct work *w)
{
	return !w->is_providers && !w->escapes.evidence && !w->state->stop_asked &&
	       !wt_run_state(w->run)->stop_asked && wt_work_is_refused(w->run, w->task);
}

static enum wt_code go_on(struct work *w, const char *reason, struct wt_error *err)
{
	const char *text = wt_arena_printf(
		w->arena,
		"%s\n\nSo it was ended, and goes on now. Do not wait for anything that may never "
		"come: no prompt, pager or server will be answered or watched by a person.\n",
		reason);

	return wt_attempt_begin_round(w->run, w->task, text, false, err);
}

/*
 * What its end says of its provider. That one which was not answered any more did not do its work
 * is neither its task's fault nor an attempt: it is begun again once the provider answers. But
 * somebody may never come to an end so, and then it counts as what it looks like.
 */
static enum wt_code note_provider(struct work *w, enum wt_outcome *outcome, const char **reason,
				  struct wt_error *err)
{
	const struct wt_task_state *s = w->state;
	bool has_failed = *outcome == WT_OUTCOME_FAILED || *outcome == WT_OUTCOME_TIMEOUT;
	enum wt_code rc;

	if (!has_failed || !s->stop) {
		/* One that was ended in the middle tells nothing. */
		bool is_over = s->exit_reason && (strcmp(s->exit_reason, "exit") == 0 ||
						  strcmp(s->exit_reason, "finished") == 0);

		return is_over ? wt_provider_note_answer(w->run, w->task, err) : WT_OK;
	}
	rc = wt_provider_note_stop(w->run, w->task, s->stop, s->stop_until_ms, s->said_why, err);
	if (rc || s->provider_stops >= MAX_PROVIDER_STOPS)
		return rc;
	w->is_providers = true;
	*outcome = WT_OUTCOME_STOPPED;
	*reason = wt_arena_printf(w->arena, "%s does not answer: %s",
				  wt_provider_of(w->run, w->task), wt_provider_stop_name(s->stop));
	return WT_OK;
}

/* What it has spent it has spent, however it ended: only a person may let it spend more. What it
 * came to an end with lands. */
static void check_budget(struct work *w, enum wt_outcome *outcome, const char **reason)
{
	struct wt_buf words = WT_BUF_INIT;

	if (*outcome && !w->state->stop_asked && !wt_run_state(w->run)->stop_asked &&
	    wt_sched_is_task_spent(w->run->sched, w->task, NULL, &words)) {
		w->is_providers = false;
		*outcome = WT_OUTCOME_KEPT;
		*reason = wt_arena_printf(w->arena, "its budget is spent: %s", words.data);
	}
	wt_buf_clear(&words);
}

/* Told what its gates did not like, it took all of it away: nothing is mended by that, and nothing
 * is there to be judged. What it had is pinned, no branch has it any more. */
static enum wt_code keep_taken_back(struct work *w, struct wt_error *err)
{
	const struct wt_task_state *s = w->state;
	const char *told = s->fix_reason ? s->fix_reason : "";
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = w->planned->task.id,
			       .attempt = s->attempt,
			       .outcome = WT_OUTCOME_KEPT,
			       .by_gate = true };
	const struct wt_keep_source source = {
		.task = ev.task, .branch = s->branch, .tip = &s->tip, .reason = "round"
	};
	unsigned n;
	enum wt_code rc = WT_OK;

	ev.reason = wt_arena_printf(w->arena, "in round %zu its agent took all its work back: %.*s",
				    s->round, (int)strcspn(told, "\n"), told);
	if (!wt_oid_is_zero(&s->tip))
		rc = wt_keep_pin(w->run, &source, &n, err);
	return rc ? rc : wt_run_note(w->run, &ev, WT_DURABLE, err);
}

static enum wt_code finish(struct work *w, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_WORK_COMMITTED,
			       .task = w->planned->task.id,
			       .attempt = w->state->attempt };
	const char *reason = NULL;
	enum wt_outcome outcome = outcome_of_exit(w, &reason);
	const char *wanted = NULL;
	enum wt_code rc;

	if (outcome == WT_OUTCOME_FAILED || outcome == WT_OUTCOME_TIMEOUT)
		wanted = wt_work_wanted(w->run, w->task, w->arena);
	if (wanted)
		reason = wt_arena_printf(w->arena, "%s; %s", reason, wanted);
	rc = wt_escape_end(w->run, w->task, w->arena, &w->escapes, err);
	if (rc)
		return rc;
	rc = note_provider(w, &outcome, &reason, err);
	if (rc)
		return rc;
	check_budget(w, &outcome, &reason);
	if (outcome == WT_OUTCOME_FAILED && is_refused(w))
		return wt_attempt_begin_anew(w->run, w->task, err);
	if (outcome && outcome != WT_OUTCOME_KEPT && !w->is_providers && may_go_on(w))
		return go_on(w, reason, err);
	if (outcome)
		return end_attempt(w, outcome, reason, err);
	rc = wt_work_settle_combining(w->run, w->task, w->arena, err);
	if (!rc)
		rc = commit_leftover(w, err);
	if (!rc && !w->kept)
		rc = measure(w, &ev, err);
	if (rc)
		return rc;
	if (w->kept)
		return end_attempt(w, WT_OUTCOME_KEPT,
				   w->escapes.evidence ? w->escapes.evidence : w->kept, err);
	if (!ev.count && w->escapes.evidence)
		return end_attempt(w, WT_OUTCOME_KEPT, w->escapes.evidence, err);
	if (!ev.count && w->escapes.has_stashed)
		return end_attempt(w, WT_OUTCOME_KEPT,
				   "it committed nothing, but put work on git's stash", err);
	if (!ev.count && w->state->gate_rounds)
		return keep_taken_back(w, err);
	if (!ev.count)
		return end_attempt(w, WT_OUTCOME_NO_CHANGES, "the agent changed nothing", err);
	rc = combine(w, &ev, err);
	if (rc)
		return rc;
	if (w->combined.outcome)
		return end_attempt(w, w->combined.outcome, w->combined.reason, err);
	ev.is_leftover = w->is_leftover;
	rc = wt_run_note(w->run, &ev, WT_DURABLE, err);
	if (!rc && (w->escapes.evidence || w->held))
		rc = end_attempt(w, WT_OUTCOME_KEPT,
				 w->escapes.evidence ? w->escapes.evidence : w->held, err);
	else if (!rc && w->planned->task.is_read_only)
		rc = end_attempt(w, WT_OUTCOME_KEPT, "a read-only task changed files", err);
	return rc;
}

enum wt_code wt_work_finish(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct work w = { .run = run,
			  .arena = &scratch,
			  .task = task,
			  .planned = &run->plan.tasks[task],
			  .state = &wt_run_state(run)->tasks[task] };
	struct wt_error why;
	enum wt_code rc = finish(&w, &why);

	wt_arena_clear(&scratch);
	/* What git or the disk refused is this task's fate; only the journal ends the run. */
	return rc ? end_attempt(&w, WT_OUTCOME_KEPT, why.msg, err) : WT_OK;
}
