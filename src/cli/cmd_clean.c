/* SPDX-License-Identifier: MIT */
/* wtorch clean: takes away what is proven not to be needed. */

#include <string.h>

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/clean.h"

static const struct wt_opt rows[] = {
	{ .name = "dry-run", .letter = 'n', .help = "only show what would be removed or kept" },
	{ .name = "yes", .letter = 'y', .help = "do not ask" },
	{ .name = "json", .help = "print the list as one JSON document" },
};

static const char *shown_path(const struct wt_cli *cli, const char *path)
{
	return path ? wt_path_relative((struct wt_arena *)&cli->arena, cli->cwd, path) : "-";
}

static void put_text(const struct wt_cli *cli, const struct wt_clean_item *items, size_t n,
		     struct wt_buf *out)
{
	size_t removes = 0;

	for (size_t i = 0; i < n; i++) {
		const struct wt_clean_item *item = &items[i];

		removes += item->removes;
		wt_buf_putc(out, ' ');
		wt_ui_cell(&cli->ui, out, item->removes ? "remove" : "keep", 6, false);
		wt_buf_puts(out, "  ");
		wt_text_render_safe(out, wt_str_of(shown_path(cli, item->worktree)));
		wt_buf_puts(out, "  ");
		wt_text_render_safe(out, wt_str_of(item->branch ? item->branch : "-"));
		wt_buf_puts(out, "  ");
		wt_text_render_safe(out, wt_str_of(item->reason));
		wt_buf_putc(out, '\n');
	}
	if (!n)
		wt_buf_puts(out, "nothing to clean\n");
	else
		wt_buf_printf(out, " %zu to remove, %zu kept\n", removes, n - removes);
}

static void put_json(const struct wt_clean_item *items, size_t n, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out, .indent = 2 };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.clean/1");
	wt_jsonw_key(&w, "items");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < n; i++) {
		const struct wt_clean_item *item = &items[i];

		wt_jsonw_begin(&w, '{');
		wt_jsonw_kstr(&w, "run", item->run);
		wt_jsonw_kstr(&w, "task", item->task);
		wt_jsonw_kstr(&w, "branch", item->branch);
		wt_jsonw_kstr(&w, "worktree", item->worktree);
		wt_jsonw_kstr(&w, "verdict", item->removes ? "remove" : "keep");
		wt_jsonw_kstr(&w, "reason", item->reason);
		wt_jsonw_kstr(&w, "flag", NULL);
		wt_jsonw_key(&w, "size_bytes");
		if (item->size_bytes >= 0)
			wt_jsonw_int(&w, item->size_bytes);
		else
			wt_jsonw_null(&w);
		wt_jsonw_kbool(&w, "done", item->done);
		wt_jsonw_end(&w, '}');
	}
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

static void show(struct wt_cli *cli, const struct wt_clean_item *items, size_t n)
{
	struct wt_buf out = WT_BUF_INIT;

	if (wt_args_has(&cli->args, "json"))
		put_json(items, n, &out);
	else
		put_text(cli, items, n, &out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

/* Asks on a terminal; without one the command itself is the consent. */
static bool is_wanted(struct wt_cli *cli, const struct wt_clean_item *items, size_t n)
{
	size_t removes = 0;

	for (size_t i = 0; i < n; i++)
		removes += items[i].removes;
	if (!removes || wt_args_has(&cli->args, "dry-run"))
		return false;
	return wt_args_has(&cli->args, "yes") || !cli->ui.in_is_terminal ||
	       wt_ui_ask(&cli->ui, "Remove these?");
}

static int clean_run(struct wt_cli *cli, struct wt_error *err)
{
	bool json = wt_args_has(&cli->args, "json");
	struct wt_clean_item *items;
	size_t n, failed = 0;
	int handle, status = 0;

	if (wt_cli_want_words(cli, 0, 0, err) || wt_cli_check_git(cli, err) ||
	    wt_runs_lock(cli->ports, "clean", &handle, err))
		return -1;
	if (wt_clean_plan(cli->ports, &cli->arena, &items, &n, err))
		status = -1;
	if (!status && !json)
		show(cli, items, n);
	if (!status && is_wanted(cli, items, n)) {
		for (size_t i = 0; !status && i < n; i++) {
			bool wanted = items[i].removes;

			if (wt_clean_apply(cli->ports, &cli->arena, &items[i], err))
				status = -1;
			else if (wanted && !items[i].done)
				wt_ui_warn(&cli->ui, "%s: kept: %s", items[i].task,
					   items[i].reason);
			failed += wanted && !items[i].done;
		}
	}
	if (!status && json)
		show(cli, items, n);
	wt_runs_unlock(cli->ports, handle);
	return status ? status : failed > 0;
}

const struct wt_command wt_cmd_clean = {
	.name = "clean",
	.summary = "remove worktrees and branches that are proven safe to remove",
	.usage = "",
	.about = "Removes worktrees and branches of tasks that merged or changed nothing. "
		 "Everything else is kept, each with its reason.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = clean_run,
};
