/* SPDX-License-Identifier: MIT */
/* wtorch clean: takes away what is proven not to be needed. */

#include <string.h>

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/cache.h"
#include "wtorch/engine/disk.h"

/* Of the files that are named; the document has more of them. */
#define SHOWN_FILES 5

static const struct wt_opt rows[] = {
	{ .name = "dry-run", .letter = 'n', .help = "only show what would be removed or kept" },
	{ .name = "yes", .letter = 'y', .help = "do not ask" },
	{ .name = "run", .arg = "RUN", .help = "only of that run" },
	{ .name = "include-unlanded", .help = "commits that are not in the base, too" },
	{ .name = "include-dirty", .help = "worktrees with uncommitted files, too" },
	{ .name = "include-detached", .help = "commits that only a reflog still has, too" },
	{ .name = "include-hidden", .help = "where a process that hides could be at work, too" },
	{ .name = "force",
	  .letter = 'f',
	  .help = "of the tasks named: waive also the one risk that each is kept for" },
	{ .name = "json", .help = "print the list as one JSON document" },
};

static const char *shown_path(const struct wt_cli *cli, const char *path)
{
	return path ? wt_path_relative((struct wt_arena *)&cli->arena, cli->cwd, path) : "-";
}

/* the list as text */

static const char *safe(const struct wt_cli *cli, const char *text)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *out;

	wt_text_render_safe(&b, wt_str_of(text));
	out = wt_arena_strdup((struct wt_arena *)&cli->arena, b.data);
	wt_buf_clear(&b);
	return out;
}

static void put_padded(const struct wt_cli *cli, struct wt_buf *out, const char *text, size_t width)
{
	size_t used = cli->ui.width(wt_str_of(text));

	wt_buf_puts(out, text);
	for (; used < width; used++)
		wt_buf_putc(out, ' ');
	wt_buf_puts(out, "  ");
}

static void put_size(struct wt_buf *out, const struct wt_clean_item *item)
{
	if (item->size_bytes < 0)
		return;
	wt_buf_puts(out, item->size_is_whole ? "  " : "  over ");
	wt_text_render_size(out, item->size_bytes);
}

static void put_files(const struct wt_cli *cli, struct wt_buf *out, const char *what,
		      const char *const *files, size_t n)
{
	if (!n)
		return;
	wt_buf_printf(out, "         %s", what);
	for (size_t i = 0; i < n && i < SHOWN_FILES; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : "", safe(cli, files[i]));
	if (n > SHOWN_FILES)
		wt_buf_printf(out, " and %zu more", n - SHOWN_FILES);
	wt_buf_putc(out, '\n');
}

static void put_item(const struct wt_cli *cli, const struct wt_clean_item *item,
		     const size_t widths[2], struct wt_buf *out)
{
	const char *flag = item->removes ? NULL : wt_risk_flag(item->risk);

	wt_buf_putc(out, ' ');
	wt_ui_cell(&cli->ui, out, item->removes ? "remove" : "keep", 6, false);
	wt_buf_puts(out, "  ");
	put_padded(cli, out, safe(cli, shown_path(cli, item->worktree)), widths[0]);
	put_padded(cli, out, item->branch ? safe(cli, item->branch) : "-", widths[1]);
	wt_buf_puts(out, safe(cli, item->reason));
	if (flag)
		wt_buf_printf(out, "  %s", flag);
	if (item->removes)
		put_size(out, item);
	wt_buf_putc(out, '\n');
	put_files(cli, out, "uncommitted: ", item->files, item->n_files);
	if (item->removes) {
		put_files(cli, out, "ignored by git, gone with it: ", item->ignored,
			  item->n_ignored);
		if (item->survivor)
			wt_buf_printf(out, "         the branch stays: it is checked out in %s\n",
				      safe(cli, item->survivor));
	}
}

static void put_total(const struct wt_clean_list *list, struct wt_buf *out)
{
	size_t removes = 0;
	int64_t bytes = 0;

	for (size_t i = 0; i < list->n; i++) {
		removes += list->items[i].removes;
		if (list->items[i].removes && list->items[i].size_bytes > 0)
			bytes += list->items[i].size_bytes;
	}
	if (!list->n)
		wt_buf_puts(out, "nothing to clean\n");
	else
		wt_buf_printf(out, " %zu to remove", removes);
	if (removes && bytes) {
		wt_buf_puts(out, ", ");
		wt_text_render_size(out, bytes);
	}
	if (list->n)
		wt_buf_printf(out, ", %zu kept\n", list->n - removes);
}

static void put_keeps(const struct wt_clean_list *list, struct wt_buf *out)
{
	if (!list->n_keeps)
		return;
	wt_buf_printf(out, " %zu keep ref%s", list->n_keeps, list->n_keeps == 1 ? "" : "s");
	if (list->keep_bytes) {
		wt_buf_puts(out, ", ");
		wt_text_render_size(out, list->keep_bytes);
	}
	wt_buf_puts(out, ": wtorch undo --list\n");
}

static void put_text(const struct wt_cli *cli, const struct wt_clean_list *list, struct wt_buf *out)
{
	size_t widths[2] = { 1, 1 };

	for (size_t i = 0; i < list->n; i++) {
		const struct wt_clean_item *item = &list->items[i];
		const char *const cells[2] = { safe(cli, shown_path(cli, item->worktree)),
					       item->branch ? safe(cli, item->branch) : "-" };

		for (size_t k = 0; k < 2; k++) {
			size_t width = cli->ui.width(wt_str_of(cells[k]));

			if (width > widths[k])
				widths[k] = width;
		}
	}
	for (size_t i = 0; i < list->n; i++)
		put_item(cli, &list->items[i], widths, out);
	put_total(list, out);
	put_keeps(list, out);
}

/* the list as a document */

static void put_names(struct wt_jsonw *w, const char *key, const char *const *names, size_t n)
{
	wt_jsonw_key(w, key);
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n && i < WT_CLEAN_MAX_NAMED; i++)
		wt_jsonw_str(w, names[i]);
	wt_jsonw_end(w, ']');
}

static const char *kind_name(enum wt_clean_kind kind)
{
	static const char *const names[] = { [WT_CLEAN_WORK] = "work",
					     [WT_CLEAN_KEEP_REF] = "keep_ref",
					     [WT_CLEAN_TRASH] = "trash",
					     [WT_CLEAN_SCRATCH] = "scratch" };

	return names[kind];
}

static void put_json_item(struct wt_jsonw *w, const struct wt_clean_item *item)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "kind", kind_name(item->kind));
	wt_jsonw_kstr(w, "run", item->run);
	wt_jsonw_kstr(w, "task", item->task);
	wt_jsonw_key(w, "attempt");
	if (item->attempt)
		wt_jsonw_int(w, (int64_t)item->attempt);
	else
		wt_jsonw_null(w);
	wt_jsonw_kstr(w, "branch", item->branch);
	wt_jsonw_kstr(w, "worktree", item->worktree);
	wt_jsonw_kstr(w, "verdict", item->removes ? "remove" : "keep");
	wt_jsonw_kstr(w, "reason", item->reason);
	wt_jsonw_kstr(w, "flag", item->removes ? NULL : wt_risk_flag(item->risk));
	wt_jsonw_key(w, "size_bytes");
	if (item->size_bytes >= 0)
		wt_jsonw_int(w, item->size_bytes);
	else
		wt_jsonw_null(w);
	wt_jsonw_kstr(w, "integrated", wt_integrated_name(item->how.how));
	wt_jsonw_kbool(w, "by_hand", item->is_by_hand);
	put_names(w, "uncommitted", item->files, item->n_files);
	put_names(w, "ignored", item->ignored, item->n_ignored);
	wt_jsonw_kstr(w, "branch_fate", wt_branch_fate_name(item->fate));
	wt_jsonw_kstr(w, "checked_out_in", item->survivor);
	wt_jsonw_kbool(w, "done", item->done);
	wt_jsonw_end(w, '}');
}

static void put_json(const struct wt_clean_list *list, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out, .indent = 2 };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.clean/1");
	wt_jsonw_key(&w, "items");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < list->n; i++)
		put_json_item(&w, &list->items[i]);
	wt_jsonw_end(&w, ']');
	wt_jsonw_key(&w, "size_bytes");
	wt_jsonw_int(&w, list->size_bytes);
	wt_jsonw_key(&w, "keep_refs");
	wt_jsonw_int(&w, (int64_t)list->n_keeps);
	wt_jsonw_key(&w, "keep_bytes");
	wt_jsonw_int(&w, list->keep_bytes);
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

static void show(struct wt_cli *cli, const struct wt_clean_list *list)
{
	struct wt_buf out = WT_BUF_INIT;

	if (wt_args_has(&cli->args, "json"))
		put_json(list, &out);
	else
		put_text(cli, list, &out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

/* doing */

/* Asks on a terminal; without one the command itself is the consent. */
static bool is_wanted(struct wt_cli *cli, const struct wt_clean_list *list)
{
	size_t removes = 0;

	for (size_t i = 0; i < list->n; i++)
		removes += list->items[i].removes;
	if (!removes || wt_args_has(&cli->args, "dry-run"))
		return false;
	return wt_args_has(&cli->args, "yes") || !cli->ui.in_is_terminal ||
	       wt_ui_ask(&cli->ui, "Remove these?");
}

static int apply(struct wt_cli *cli, struct wt_clean_list *list, struct wt_error *err)
{
	struct wt_error left;
	size_t failed = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct wt_clean_item *item = &list->items[i];
		bool wanted = item->removes;

		if (wt_clean_apply(cli->ports, list, item, err))
			return -1;
		if (item->kind == WT_CLEAN_TRASH || !wanted)
			continue;
		if (!item->done)
			wt_ui_warn(&cli->ui, "%s: kept: %s",
				   item->task ? item->task : shown_path(cli, item->worktree),
				   item->reason);
		failed += !item->done;
	}
	if (wt_clean_empty_trash(cli->ports, list, &left))
		wt_ui_warn(&cli->ui, "not all of the trash could be deleted: %s", left.msg);
	return failed > 0;
}

/* A budget that cannot be read is none: cleaning must go on working. */
static void tell_budget(struct wt_cli *cli, const struct wt_clean_list *list)
{
	struct wt_diags ignored = { .arena = &cli->arena };
	struct wt_disk_forecast f = { .used_bytes = list->size_bytes + list->keep_bytes };
	struct wt_buf text = WT_BUF_INIT, hint = WT_BUF_INIT;

	if (!cli->config)
		(void)wt_cli_load_config(cli, &ignored);
	f.budget_bytes = wt_config_int(cli->config, "clean.disk_budget");
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].done && list->items[i].size_bytes > 0)
			f.used_bytes -= list->items[i].size_bytes;
	wt_disk_render(&f, &text);
	if (text.len) {
		wt_ui_warn(&cli->ui, "%s", text.data);
		wt_disk_render_candidates(list, &hint);
	}
	if (hint.len)
		wt_ui_hint(&cli->ui, "%s", hint.data);
	wt_buf_clear(&text);
	wt_buf_clear(&hint);
}

static enum wt_code read_opts(struct wt_cli *cli, struct wt_clean_opts *o, struct wt_error *err)
{
	static const enum wt_risk risks[] = { WT_RISK_DIRTY, WT_RISK_UNLANDED, WT_RISK_DETACHED,
					      WT_RISK_HIDDEN };

	*o = (struct wt_clean_opts){ .tasks = cli->args.words,
				     .n_tasks = cli->args.n_words,
				     .run = wt_args_value(&cli->args, "run"),
				     .force = wt_args_has(&cli->args, "force") };
	for (size_t i = 0; i < sizeof risks / sizeof *risks; i++)
		if (wt_args_has(&cli->args, wt_risk_flag(risks[i]) + 2))
			o->waived |= risks[i];
	if (o->force && !o->n_tasks) {
		wt_fail(err, WT_E_USAGE, "--force waives what a named task is kept for");
		return wt_hint(err, "wtorch clean -n, then wtorch clean --force TASK");
	}
	return WT_OK;
}

/* A task or run that nobody knows is a slip of the finger, not an empty list. */
static enum wt_code check_names(struct wt_cli *cli, const struct wt_clean_opts *o,
				struct wt_error *err)
{
	struct wt_run *run = NULL;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < o->n_tasks; i++) {
		size_t ignored;

		rc = wt_cli_open_run(cli, o->tasks[i], &run, err);
		if (!rc)
			rc = wt_cli_find_task(run, o->tasks[i], &ignored, err);
		wt_run_close(run);
		run = NULL;
	}
	if (!rc && o->run && !o->n_tasks) {
		rc = wt_cli_open_run(cli, NULL, &run, err);
		wt_run_close(run);
	}
	return rc;
}

/* What one plan keeps for the next one can be found out again. */
static void forget_plans(struct wt_cli *cli)
{
	struct wt_error err;

	if (wt_cache_clear(cli->ports, &err))
		wt_ui_warn(&cli->ui, "%s", err.msg);
}

static int clean_run(struct wt_cli *cli, struct wt_error *err)
{
	bool json = wt_args_has(&cli->args, "json"), dry = wt_args_has(&cli->args, "dry-run");
	struct wt_clean_list list = { 0 };
	struct wt_clean_opts opts;
	int handle, status = 0;

	if (read_opts(cli, &opts, err) || wt_cli_check_git(cli, err) ||
	    check_names(cli, &opts, err))
		return -1;
	if (!dry && wt_runs_lock(cli->ports, "clean", &handle, err))
		return -1;
	if (wt_clean_plan(cli->ports, &opts, &cli->arena, &list, err))
		status = -1;
	for (size_t i = 0; i < list.n_unread; i++)
		wt_ui_warn(&cli->ui, "what it made is kept: %s", list.unread[i]);
	if (!status && !json)
		show(cli, &list);
	if (!status && is_wanted(cli, &list))
		status = apply(cli, &list, err);
	wt_clean_close(&list);
	if (status >= 0 && json)
		show(cli, &list);
	if (status >= 0)
		tell_budget(cli, &list);
	if (!dry && status >= 0) {
		forget_plans(cli);
		wt_clean_temps(cli->ports);
	}
	if (!dry)
		wt_runs_unlock(cli->ports, handle);
	return status;
}

const struct wt_command wt_cmd_clean = {
	.name = "clean",
	.summary = "remove worktrees and branches that are proven safe to remove",
	.usage = "[TASK]...",
	.about = "Removes worktrees and branches whose work is in the base, or that hold none. "
		 "Everything else is kept, each with its reason and with the one flag that would "
		 "change it. What goes is pinned first: wtorch undo brings it back.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = clean_run,
};
