/* SPDX-License-Identifier: MIT */
/* What several commands do in the same way. */

#include <string.h>

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/settings.h"

static const struct wt_opt rows[] = {
	{ .name = "run", .arg = "RUN", .help = "look at RUN, not at the newest run that fits" },
};
const struct wt_opts wt_run_opt = WT_OPTS(rows, &wt_common_opts);

bool wt_cli_load_config(struct wt_cli *cli, struct wt_diags *diags)
{
	struct wt_settings_inputs in = { .fs = cli->ports->fs,
					 .reader = cli->ports->reader,
					 .env = cli->env,
					 .repo_top = cli->ports->git->repo.top };
	const char *file = wt_args_value(&cli->global, "config");
	const char **sets = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < cli->global.n_opts; i++)
		if (strcmp(cli->global.opts[i].opt->name, "set") == 0)
			*WT_ARENA_PUSH(&cli->arena, sets, in.n_overrides, cap) =
				cli->global.opts[i].value;
	in.overrides = sets;
	if (file)
		in.config_file = wt_path_join(&cli->arena, cli->cwd, file);
	cli->config = wt_config_new();
	return wt_settings_load(&in, cli->config, diags);
}

enum wt_code wt_cli_open_run(struct wt_cli *cli, const char *task, struct wt_run **out,
			     struct wt_error *err)
{
	const char *id = wt_args_value(&cli->args, "run");

	if (!id && task)
		return wt_run_open_with_task(cli->ports, task, out, err);
	return wt_run_open(cli->ports, id, out, err);
}

void wt_cli_suggest_task(const struct wt_plan *plan, const char *id, struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const char **ids = wt_arena_alloc(&a, (plan->n_tasks + 1) * sizeof *ids);
	const char *nearest;

	for (size_t i = 0; i < plan->n_tasks; i++)
		ids[i] = plan->tasks[i].task.id;
	nearest = wt_text_nearest(id, ids, plan->n_tasks);
	if (nearest)
		wt_hint(err, "did you mean '%s'?", nearest);
	wt_arena_clear(&a);
}

enum wt_code wt_cli_find_task(const struct wt_run *run, const char *id, size_t *out,
			      struct wt_error *err)
{
	*out = wt_plan_find(&run->plan, id);
	if (*out != WT_MAP_NONE)
		return WT_OK;
	wt_fail(err, WT_E_NOT_FOUND, "run '%s' has no task '%s'", run->id, id);
	wt_cli_suggest_task(&run->plan, id, err);
	return err->code;
}

enum wt_code wt_cli_want_words(const struct wt_cli *cli, size_t min, size_t max,
			       struct wt_error *err)
{
	const struct wt_command *c = cli->command;
	size_t n = cli->args.n_words;

	if (n >= min && n <= max)
		return WT_OK;
	if (n > max)
		wt_fail(err, WT_E_USAGE, "wtorch %s: '%s' is too much", c->name,
			cli->args.words[max]);
	else
		wt_fail(err, WT_E_USAGE, "wtorch %s: something is missing: %s", c->name, c->usage);
	return wt_hint(err, *c->usage ? "wtorch %s %s" : "wtorch %s", c->name, c->usage);
}

enum wt_code wt_cli_check_git(const struct wt_cli *cli, struct wt_error *err)
{
	const struct wt_git *git = cli->ports->git;
	struct wt_buf version = WT_BUF_INIT;
	enum wt_code rc = git->tool->version(git->self, &version, err);

	wt_buf_clear(&version);
	return rc;
}

/* Text of many lines */

/* The bytes behind ESC [ ... of a colour or cursor sequence, 0 when it is none. */
static size_t sequence_length(struct wt_str s)
{
	size_t n = 2;

	if (s.len < 3 || s.data[0] != '\033' || s.data[1] != '[')
		return 0;
	while (n < s.len && s.data[n] >= 0x20 && s.data[n] < 0x40)
		n++;
	return n < s.len && s.data[n] >= 0x40 ? n + 1 : 0;
}

/* Tabs are kept as tabs: they are harmless, and columns line up as they were meant to. */
static void put_safe(struct wt_buf *out, struct wt_str line)
{
	size_t start = 0, at = 0;

	while (at <= line.len) {
		struct wt_str rest = { line.data + at, line.len - at };
		size_t skip = rest.len ? sequence_length(rest) : 0;
		bool is_tab = rest.len && rest.data[0] == '\t';

		if (rest.len && !skip && !is_tab) {
			at++;
			continue;
		}
		wt_text_render_safe(out, (struct wt_str){ line.data + start, at - start });
		if (is_tab)
			wt_buf_putc(out, '\t');
		at += skip ? skip : 1;
		start = at;
	}
}

void wt_cli_answer_lines(struct wt_cli *cli, struct wt_str text,
			 enum wt_tone (*tone)(struct wt_str line))
{
	struct wt_buf out = WT_BUF_INIT, line = WT_BUF_INIT;

	if (!cli->ui.out_is_terminal) {
		wt_ui_answer(&cli->ui, text);
		return;
	}
	while (text.len) {
		const char *nl = memchr(text.data, '\n', text.len);
		size_t n = nl ? (size_t)(nl - text.data) : text.len;
		struct wt_str raw = { text.data, n };

		if (n && raw.data[n - 1] == '\r')
			raw.len--;
		wt_buf_reset(&line);
		put_safe(&line, raw);
		wt_ui_tone(&cli->ui, false, tone ? tone(raw) : WT_TONE_PLAIN, &out, line.data);
		wt_buf_putc(&out, '\n');
		n += nl ? 1 : 0;
		text.data += n;
		text.len -= n;
	}
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&line);
	wt_buf_clear(&out);
}
