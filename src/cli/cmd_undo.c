/* SPDX-License-Identifier: MIT */
/* wtorch undo: brings back what was taken away. */

#include <string.h>

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/keep.h"

static const struct wt_opt rows[] = {
	{ .name = "list", .help = "only show what is kept" },
	{ .name = "number", .arg = "N", .help = "bring back keep N, not the newest" },
	{ .name = "elsewhere", .help = "take names that are free where the old ones are taken" },
	{ .name = "json", .help = "print one JSON document" },
};

/* choosing */

/* What was kept of a task, or of the one that it was joined to. */
static enum wt_code list_kept(const struct wt_cli *cli, const char *task, struct wt_keep **items,
			      size_t *n, struct wt_error *err)
{
	struct wt_arena *a = (struct wt_arena *)&cli->arena;
	struct wt_error ignored;
	struct wt_run *run;
	enum wt_code rc = wt_keep_list(cli->ports, task, a, items, n, err);

	if (rc || *n || !task || wt_run_open_with_task(cli->ports, task, &run, &ignored))
		return rc;
	task = wt_arena_strdup(a, run->plan.tasks[wt_plan_find(&run->plan, task)].task.id);
	wt_run_close(run);
	return wt_keep_list(cli->ports, task, a, items, n, err);
}

static enum wt_code choose(const struct wt_cli *cli, struct wt_keep **items, size_t *n,
			   struct wt_error *err)
{
	const char *task = cli->args.n_words ? cli->args.words[0] : NULL;
	const char *run = wt_args_value(&cli->args, "run");
	int64_t number = 0;
	size_t kept = 0;
	enum wt_code rc = wt_args_int(&cli->args, "number", 1, &number, err);

	if (!rc)
		rc = list_kept(cli, task, items, n, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < *n; i++)
		if ((!run || strcmp((*items)[i].run, run) == 0) &&
		    (!number || (int64_t)(*items)[i].n == number))
			(*items)[kept++] = (*items)[i];
	*n = kept;
	if (kept || wt_args_has(&cli->args, "list"))
		return WT_OK;
	if (number)
		wt_fail(err, WT_E_NOT_FOUND, "there is no keep %lld of task '%s'",
			(long long)number, task);
	else
		wt_fail(err, WT_E_NOT_FOUND, "nothing is kept of task '%s'", task);
	return wt_hint(err, "wtorch undo --list");
}

/* The runs are in the order of time, and the newest of a task comes first in its run. */
static struct wt_keep *newest(struct wt_keep *items, size_t n)
{
	size_t at = n - 1;

	while (at && strcmp(items[at - 1].run, items[at].run) == 0)
		at--;
	return &items[at];
}

/* showing */

static const char *shown_path(const struct wt_cli *cli, const char *path)
{
	return wt_path_relative((struct wt_arena *)&cli->arena, cli->cwd, path);
}

static void put_time(struct wt_buf *out, int64_t wall_ms)
{
	if (wall_ms)
		wt_text_render_time(out, wall_ms);
	else
		wt_buf_puts(out, "at an unknown time");
}

static void put_expiry(const struct wt_cli *cli, const struct wt_keep *k, struct wt_buf *out)
{
	int64_t left = k->expires_wall_ms - cli->ports->clock->wall_ms(cli->ports->clock->self);

	if (!k->expires_wall_ms) {
		wt_buf_puts(out, ", never expires");
	} else if (left <= 0) {
		wt_buf_puts(out, ", expired");
	} else {
		wt_buf_puts(out, ", expires in ");
		wt_text_render_duration(out, left);
	}
}

static void put_line(const struct wt_cli *cli, const struct wt_keep *k, struct wt_buf *out)
{
	wt_buf_printf(out, " %s  %u  %s  ", k->task, k->n, k->run);
	put_time(out, k->wall_ms);
	wt_buf_puts(out, "  ");
	wt_text_render_safe(out, wt_str_of(k->reason ? k->reason : "for an unknown reason"));
	wt_buf_printf(out, "  %.7s", wt_oid_is_zero(&k->tip) ? "no tip " : wt_oid_hex(&k->tip).hex);
	if (!wt_oid_is_zero(&k->dirty))
		wt_buf_puts(out, ", with uncommitted files");
	if (k->n_stashes)
		wt_buf_printf(out, ", %zu stash%s", k->n_stashes, k->n_stashes == 1 ? "" : "es");
	if (k->size_bytes >= 0) {
		wt_buf_puts(out, ", ");
		wt_text_render_size(out, k->size_bytes);
	}
	put_expiry(cli, k, out);
	wt_buf_putc(out, '\n');
}

static void put_oid(struct wt_jsonw *w, const char *name, const struct wt_oid *oid)
{
	wt_jsonw_kstr(w, name, wt_oid_is_zero(oid) ? NULL : wt_oid_hex(oid).hex);
}

static void put_item(struct wt_jsonw *w, const struct wt_keep *k, bool done)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "run", k->run);
	wt_jsonw_kstr(w, "task", k->task);
	wt_jsonw_kint(w, "number", k->n);
	wt_jsonw_kstr(w, "reason", k->reason);
	wt_jsonw_ktime(w, "at", k->wall_ms);
	wt_jsonw_ktime(w, "expires_at", k->expires_wall_ms);
	wt_jsonw_kstr(w, "branch", k->branch);
	wt_jsonw_kstr(w, "worktree", k->worktree);
	put_oid(w, "tip", &k->tip);
	put_oid(w, "dirty", &k->dirty);
	wt_jsonw_kint(w, "stashes", (int64_t)k->n_stashes);
	wt_jsonw_key(w, "size_bytes");
	if (k->size_bytes >= 0)
		wt_jsonw_int(w, k->size_bytes);
	else
		wt_jsonw_null(w);
	wt_jsonw_kbool(w, "done", done);
	wt_jsonw_end(w, '}');
}

static void put_json(const struct wt_keep *items, size_t n, bool done, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out, .indent = 2 };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.undo/1");
	wt_jsonw_key(&w, "items");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < n; i++)
		put_item(&w, &items[i], done);
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

static void put_done(const struct wt_cli *cli, const struct wt_keep *k, struct wt_buf *out)
{
	wt_buf_printf(out, "brought back keep %u of task %s in run %s\n  branch    ", k->n, k->task,
		      k->run);
	wt_text_render_safe(out, wt_str_of(k->branch));
	wt_buf_putc(out, '\n');
	if (!k->worktree)
		return;
	wt_buf_puts(out, "  worktree  ");
	wt_text_render_safe(out, wt_str_of(shown_path(cli, k->worktree)));
	wt_buf_puts(out, wt_oid_is_zero(&k->dirty) ? "\n" : ", with its uncommitted files\n");
}

static void answer(struct wt_cli *cli, const struct wt_keep *items, size_t n, bool done)
{
	struct wt_buf out = WT_BUF_INIT;

	if (wt_args_has(&cli->args, "json"))
		put_json(items, n, done, &out);
	else if (done)
		put_done(cli, items, &out);
	else
		for (size_t i = 0; i < n; i++)
			put_line(cli, &items[i], &out);
	if (!out.len)
		wt_buf_puts(&out, "nothing is kept\n");
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

static int undo_run(struct wt_cli *cli, struct wt_error *err)
{
	bool is_list = wt_args_has(&cli->args, "list");
	struct wt_keep *items, back;
	size_t n;

	if (wt_cli_want_words(cli, is_list ? 0 : 1, 1, err) || choose(cli, &items, &n, err))
		return -1;
	if (is_list) {
		answer(cli, items, n, false);
		return 0;
	}
	if (wt_keep_undo(cli->ports, newest(items, n), wt_args_has(&cli->args, "elsewhere"),
			 &cli->arena, &back, err)) {
		if (err->code == WT_E_CONFLICT) /* nobody has to mend a merge */
			err->code = WT_E_STATE;
		wt_wrap(err, "cannot bring back task '%s'", cli->args.words[0]);
		return -1;
	}
	answer(cli, &back, 1, true);
	if (back.n_stashes)
		wt_ui_hint(&cli->ui,
			   "git stash apply " WT_KEEP_PREFIX "%s/%s/%u/stash brings back "
			   "what its agent had stashed",
			   back.run, back.task, back.n);
	return 0;
}

const struct wt_command wt_cmd_undo = {
	.name = "undo",
	.summary = "bring back what a clean, retry or merge took away",
	.usage = "TASK",
	.about = "Before a worktree or a branch of a task goes, what it held is kept: its commits, "
		 "its uncommitted files and what its agent had stashed. This brings the newest of "
		 "these back: the branch, the worktree at its old place, staged and untracked "
		 "files as they were. Nothing is overwritten.",
	.opts = WT_OPTS(rows, &wt_run_opt),
	.needs = WT_NEEDS_REPO,
	.run = undo_run,
};
