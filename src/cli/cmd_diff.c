/* SPDX-License-Identifier: MIT */
/* wtorch diff: what a task changed. */

#include "commands.h"

static enum wt_tone tone_of(struct wt_str line)
{
	if (wt_str_starts(line, "+++") || wt_str_starts(line, "---") ||
	    wt_str_starts(line, "diff "))
		return WT_TONE_BOLD;
	if (wt_str_starts(line, "+"))
		return WT_TONE_GOOD;
	if (wt_str_starts(line, "-"))
		return WT_TONE_BAD;
	return wt_str_starts(line, "@@") ? WT_TONE_FAINT : WT_TONE_PLAIN;
}

static bool is_folder(const struct wt_ports *ports, const char *path)
{
	struct wt_file_info info;
	struct wt_error ignored;

	return path && ports->fs->stat(ports->fs->self, path, &info, &ignored) == WT_OK &&
	       info.kind == WT_FILE_FOLDER;
}

/* What was committed stays in the repository when the worktree is gone. */
static enum wt_code diff_commits(const struct wt_ports *ports, const struct wt_task_state *t,
				 struct wt_buf *out, struct wt_error *err)
{
	const struct wt_oid_text base = wt_oid_hex(&t->base), tip = wt_oid_hex(&t->tip);
	const char *const argv[] = { "git",    "diff",  "--no-color", "--no-ext-diff",
				     base.hex, tip.hex, "--",         NULL };
	const struct wt_cmd cmd = { .argv = argv, .cwd = ports->git->repo.top };
	struct wt_cmd_result result = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc = ports->proc->run(ports->proc->self, &cmd, &result, err);

	if (!rc && result.code != 0)
		rc = wt_fail(err, WT_E_ENV, "git cannot compare %.7s with %.7s: %s", base.hex,
			     tip.hex, result.err.data);
	if (!rc)
		wt_buf_add(out, result.out.data, result.out.len);
	wt_buf_clear(&result.out);
	wt_buf_clear(&result.err);
	return rc;
}

static enum wt_code diff(struct wt_cli *cli, struct wt_run *run, struct wt_buf *out,
			 struct wt_error *err)
{
	const struct wt_git *git = cli->ports->git;
	const char *id = cli->args.words[0];
	const struct wt_task_state *t;
	size_t i;
	enum wt_code rc = wt_cli_find_task(run, id, &i, err);

	if (rc)
		return rc;
	t = &wt_run_state(run)->tasks[i];
	if (!wt_oid_is_zero(&t->base) && is_folder(cli->ports, t->worktree))
		return git->tool->diff(git->self, t->worktree, &t->base, out, err);
	if (wt_oid_is_zero(&t->base) || wt_oid_is_zero(&t->tip)) {
		wt_fail(err, WT_E_STATE, "task '%s' has changed nothing: it is %s", id,
			wt_state_name(t->state));
		return wt_hint(err, "wtorch why %s", id);
	}
	wt_ui_say(&cli->ui, "the worktree of '%s' is gone; this is what it committed", id);
	return diff_commits(cli->ports, t, out, err);
}

static int diff_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_run *run = NULL;
	struct wt_buf out = WT_BUF_INIT;
	enum wt_code rc = wt_cli_want_words(cli, 1, 1, err);

	if (!rc)
		rc = wt_cli_open_run(cli, cli->args.words[0], &run, err);
	if (!rc)
		rc = diff(cli, run, &out, err);
	if (!rc)
		wt_cli_answer_lines(cli, (struct wt_str){ out.data, out.len }, tone_of);
	wt_buf_clear(&out);
	wt_run_close(run);
	return rc ? -1 : 0;
}

const struct wt_command wt_cmd_diff = {
	.name = "diff",
	.summary = "show what a task changed",
	.usage = "TASK",
	.about = "Shows how the task's worktree differs from the commit that it was made from, "
		 "with what is not committed and files that git does not know. When the worktree "
		 "is gone, shows what was committed.",
	.opts = { .next = &wt_run_opt },
	.needs = WT_NEEDS_REPO,
	.run = diff_run,
};
