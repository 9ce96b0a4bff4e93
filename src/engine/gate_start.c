/* SPDX-License-Identifier: MIT */
/* The program of a gate: its environment, what a reviewing agent is told, its start. */

#include <signal.h>
#include <string.h>

#include "agent_argv.h"
#include "asked.h"
#include "temp.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/expand.h"
#include "wtorch/core/template.h"

#define GRACE_MS 5000

static const struct wt_task_state *task_of(const struct wt_drive *d, const struct wt_subject *of)
{
	return of->task == WT_MAP_NONE ? NULL : &wt_run_state(d->run)->tasks[of->task];
}

static const char *number(struct wt_arena *a, size_t n)
{
	return wt_arena_printf(a, "%zu", n);
}

const char *const *wt_gate_variables(struct wt_drive *d, const struct wt_asked *q)
{
	struct wt_run *run = d->run;
	struct wt_arena *a = &run->arena;
	const struct wt_task_state *t = task_of(d, &q->of);
	const struct wt_task *task = t ? &run->plan.tasks[q->of.task].task : NULL;
	const struct wt_word own[] = {
		{ "WTORCH_RUN", run->id },
		{ "WTORCH_TASK", task ? task->id : "" },
		{ "WTORCH_TITLE", task ? task->title : "" },
		{ "WTORCH_ATTEMPT", t ? number(a, t->attempt) : "" },
		{ "WTORCH_ROUND", t ? number(a, t->round) : "" },
		{ "WTORCH_WORKTREE", d->keeper->rooms[q->room].path },
		{ "WTORCH_BRANCH", t && t->branch ? t->branch : "" },
		{ "WTORCH_BASE", run->plan.base },
		{ "WTORCH_PORT", number(a, wt_agent_port(run, q->slot)) },
		{ "WTORCH_GATE", run->plan.gates[q->of.gate].name },
	};
	const size_t n = sizeof own / sizeof *own;
	const char **items = wt_arena_alloc(a, (n + 1) * sizeof *items);

	for (size_t i = 0; i < n; i++)
		items[i] = wt_arena_printf(a, "%s=%s", own[i].name, own[i].value);
	return items;
}

enum wt_code wt_gate_write_prompt(struct wt_run *run, const struct wt_gate *gate,
				  const struct wt_gate_prompt *in, struct wt_buf *out,
				  struct wt_error *err)
{
	const struct wt_ports *p = run->ports;
	struct wt_gate_prompt whole = *in;
	struct wt_template template;
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = WT_OK;

	if (in->task->template && wt_template_find(run->config, in->task->template, &template))
		whole.focus = template.focus;
	if (gate->prompt)
		rc = p->fs->read(p->fs->self,
				 wt_path_join(&run->arena, p->git->repo.top, gate->prompt),
				 WT_MAX_CONFIG_BYTES, &text, err);
	whole.text = gate->prompt ? text.data : NULL;
	if (!rc)
		rc = wt_gate_prompt_build(gate, &whole, out, err);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code write_prompt(struct wt_drive *d, const struct wt_asked *q, const char *file,
				 const char **out, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_ports *p = run->ports;
	const struct wt_gate *gate = &d->keeper->gates.items[q->of.gate];
	struct wt_gate_prompt in = { .task = &run->plan.tasks[q->of.task].task };
	struct wt_buf stat = WT_BUF_INIT, prompt = WT_BUF_INIT;
	const char *const *paths;
	struct wt_oid commit, tree;
	size_t n = 0;
	enum wt_code rc = wt_gate_commit(d, &q->of, &commit, &tree, err);

	if (!rc)
		rc = wt_gate_changed(d, &q->of, &tree, &paths, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		wt_buf_printf(&stat, "%s\n", paths[i]);
	if (!rc) {
		in.base = wt_arena_strdup(&run->arena, wt_oid_hex(&task_of(d, &q->of)->base).hex);
		in.commit = wt_arena_strdup(&run->arena, wt_oid_hex(&commit).hex);
		in.diff_stat = stat.data;
		rc = wt_gate_write_prompt(run, gate, &in, &prompt, err);
	}
	if (!rc)
		rc = p->fs->create(p->fs->self, file, (struct wt_str){ prompt.data, prompt.len },
				   err);
	*out = rc ? NULL : wt_arena_strndup(&run->arena, prompt.data, prompt.len);
	wt_buf_clear(&stat);
	wt_buf_clear(&prompt);
	return rc;
}

/* A reviewing agent changes what it likes: its room is thrown away. */
static enum wt_code fill_review(struct wt_drive *d, const struct wt_asked *q,
				struct wt_agent_start *start, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_gate *gate = &d->keeper->gates.items[q->of.gate];
	const struct wt_task_state *t = task_of(d, &q->of);
	struct wt_agent_words words = {
		.prompt_file = wt_path_join(&run->arena, q->dir, "prompt.md"),
		.worktree = d->keeper->rooms[q->room].path,
		.branch = t->branch,
		.id = run->plan.tasks[q->of.task].task.id,
		.title = run->plan.tasks[q->of.task].task.title,
		.model = wt_config_named_text(run->config, "agent", gate->agent, "model"),
	};
	enum wt_code rc = write_prompt(d, q, words.prompt_file, &words.prompt, err);

	if (!rc)
		rc = wt_agent_argv(&run->arena, run->config, gate->agent, &words, &start->argv,
				   err);
	if (wt_agent_reads_stdin(run->config, gate->agent))
		start->stdin_path = words.prompt_file;
	start->final = wt_agent_final(run->config, gate->agent);
	start->grace_ms = wt_config_named_int(run->config, "agent", gate->agent, "grace");
	return rc;
}

static enum wt_code start_program(struct wt_drive *d, size_t asked, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_ports *p = run->ports;
	struct wt_asked *q = &d->keeper->asked[asked];
	const struct wt_gate *gate = &d->keeper->gates.items[q->of.gate];
	const char **line = wt_arena_alloc(&run->arena, 4 * sizeof *line);
	char instance[33];
	struct wt_agent_start start = { .dir = q->dir,
					.argv = line,
					.cwd = d->keeper->rooms[q->room].path,
					.instance = instance,
					.timeout_ms = gate->timeout_ms,
					.grace_ms = GRACE_MS };
	enum wt_code rc = WT_OK;

	line[0] = "/bin/sh";
	line[1] = "-c";
	line[2] = gate->command;
	if (!gate->n_needs)
		wt_gate_clear_report(d, q->room, gate);
	wt_agent_new_instance(p, instance);
	if (gate->kind == WT_GATE_REGRESSION)
		rc = wt_gate_fill_regression(d, &q->of, &start.argv, err);
	else if (gate->kind != WT_GATE_COMMAND)
		rc = fill_review(d, q, &start, err);
	if (rc)
		return rc;
	start.env = wt_temp_env(run, q->dir + strlen(run->dir) + 1,
				wt_agent_env(run, wt_gate_agent(d, &q->of),
					     wt_gate_variables(d, q)));
	return p->proc->start(p->proc->self, &start, wt_token(WT_TOKEN_GATE, asked), &q->shim, err);
}

enum wt_code wt_gate_start(struct wt_drive *d, size_t asked, struct wt_error *err)
{
	struct wt_asked *q = &d->keeper->asked[asked];
	struct wt_event ev = wt_gate_event(d, &q->of, WT_EV_GATE_STARTED);
	struct wt_error why;
	struct wt_proc_id id;

	if (start_program(d, asked, &why)) {
		/* If a shim is there all the same it ends what it has begun; if it is late it finds
		 * the claim taken. */
		if (wt_claim_owner(d, q->dir, &id, err) == WT_OK)
			(void)!d->run->ports->proc->signal(d->run->ports->proc->self, &id, SIGTERM,
							   err);
		return wt_gate_note_end(d, asked, WT_SAYS_ERROR, why.msg, err);
	}
	q->phase = WT_ASKED_WORKS;
	q->is_watched = true;
	ev.pid = q->shim.pid;
	ev.start_time = q->shim.start_time;
	ev.boot_id = q->shim.boot_id;
	return wt_run_note(d->run, &ev, WT_LAZY, err);
}
