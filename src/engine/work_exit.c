/* SPDX-License-Identifier: MIT */
/* What the way in which an agent failed tells of why: that it wanted a person, or did not know the
 * conversation that it was to take up. */

#include <string.h>

#include "agent_argv.h"
#include "work_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/core/cause.h"
#include "wtorch/port/shim.h"

#define END_BYTES  (16 << 10) /* of its output */
#define AT_ONCE_MS 120000     /* behind that it was at work, whatever it says */

/* What a person can do about it. */
static const char *advice(struct wt_run *run, const char *agent, struct wt_arena *a)
{
	const struct wt_agent_kind *kind = wt_agent_kind_of(run->config, agent);
	const char *by_hand = kind->first_start ? kind->first_start : kind->login;

	if (wt_config_named_text(run->config, "agent", agent, "command") || !by_hand)
		return wt_arena_printf(a,
				       "give the command in [agent %s] its flag to work without a "
				       "person",
				       agent);
	return wt_arena_printf(a, "start it once by hand: %s", by_hand);
}

const char *wt_work_wanted(struct wt_run *run, size_t task, struct wt_arena *a)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *log = wt_path_join(a, wt_run_agent_dir(run, task, a), WT_SHIM_LOG);
	const char *does = advice(run, wt_agent_of(run, task), a), *text = NULL;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_buf end = WT_BUF_INIT;
	struct wt_error ignored;

	(void)!fs->stat(fs->self, log, &info, &ignored);
	if (info.kind == WT_FILE_REGULAR)
		(void)!fs->read_from(fs->self, log,
				     info.size_bytes > END_BYTES ? info.size_bytes - END_BYTES : 0,
				     END_BYTES, &end, &ignored);
	switch (wt_cause_wants((struct wt_str){ end.data, end.len })) {
	case WT_WANTS_TERMINAL:
		text = wt_arena_printf(a, "it needs a terminal, and has none: %s", does);
		break;
	case WT_WANTS_ANSWER:
		text = wt_arena_printf(a, "it asks, and nobody is there to answer: %s", does);
		break;
	case WT_WANTS_NOTHING:
		break;
	}
	wt_buf_clear(&end);
	return text;
}

/* It wrote an event of something that it did. */
static bool has_worked(const struct wt_run *run, size_t task)
{
	struct wt_arena scratch = { 0 };
	struct wt_agent_log *log =
		wt_agent_log_open(run, task, wt_run_agent_dir(run, task, &scratch));
	const struct wt_agentlog *told = log ? wt_agent_log_told(log) : NULL;
	bool has = !log;

	if (log) {
		wt_agent_log_read(log, SIZE_MAX);
		has = told->usage.is_known || told->message.len || told->tool.len;
	}
	wt_agent_log_free(log);
	wt_arena_clear(&scratch);
	return has;
}

bool wt_work_is_refused(const struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_agent_kind *kind = wt_agent_kind_of(run->config, wt_agent_of(run, task));
	bool is_over = s->exit_reason && strcmp(s->exit_reason, "exit") == 0 && s->code;

	return s->resume && is_over && !s->stop && s->said && strcmp(s->said, "nothing") == 0 &&
	       (!kind->refuses || s->code == kind->refuses) &&
	       s->ended_wall_ms - s->started_wall_ms < AT_ONCE_MS && !has_worked(run, task);
}
