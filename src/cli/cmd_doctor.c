/* SPDX-License-Identifier: MIT */
/* wtorch doctor: is everything there that a run needs? */

#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define MAX_CHECK_COLUMNS 30
#define GAP               2 /* blanks behind a check */
#define MAX_KEY           160

static const struct wt_opt rows[] = {
	{ .name = "json", .help = "print one JSON document" },
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "list the configuration keys that are set, and where" },
};

static const struct {
	const char *name, *mark, *ascii;
	enum wt_tone tone;
} verdicts[] = {
	[WT_HEALTH_OK] = { "ok", "✓", "ok", WT_TONE_GOOD },
	[WT_HEALTH_INFO] = { "info", "·", "-", WT_TONE_FAINT },
	[WT_HEALTH_WARN] = { "warn", "!", "warn", WT_TONE_WARN },
	[WT_HEALTH_FAIL] = { "fail", "✗", "FAIL", WT_TONE_BAD },
};

/* every key that is set, for -v */

typedef void key_fn(void *arg, const char *key, const char *value, enum wt_layer layer,
		    struct wt_place place);

static void visit_key(const struct wt_config *c, const char *key, key_fn *visit, void *arg)
{
	struct wt_place place = { 0 };
	enum wt_layer layer = wt_config_layer(c, key, &place);

	if (layer != WT_LAYER_DEFAULT)
		visit(arg, key, wt_config_text(c, key), layer, place);
}

static void visit_keys(const struct wt_config *c, key_fn *visit, void *arg)
{
	size_t n;
	const struct wt_key *keys = wt_config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		const char *star = strchr(keys[i].name, '*');
		char section[32], key[MAX_KEY];
		const char *const *names;
		size_t n_names;

		if (!star) {
			visit_key(c, keys[i].name, visit, arg);
			continue;
		}
		snprintf(section, sizeof section, "%.*s", (int)(star - keys[i].name) - 1,
			 keys[i].name);
		n_names = wt_config_names(c, section, &names);
		for (size_t k = 0; k < n_names; k++) {
			snprintf(key, sizeof key, "%s.%s%s", section, names[k], star + 1);
			visit_key(c, key, visit, arg);
		}
	}
}

static void put_key_line(void *arg, const char *key, const char *value, enum wt_layer layer,
			 struct wt_place place)
{
	struct wt_buf *out = arg, text = WT_BUF_INIT;

	wt_buf_printf(&text, "%s = %s", key, value ? value : "");
	wt_buf_puts(out, "   ");
	wt_text_render_safe(out, (struct wt_str){ text.data, text.len });
	wt_buf_printf(out, "  (%s", wt_layer_name(layer));
	if (place.path && place.line)
		wt_buf_printf(out, ", %s:%zu", place.path, place.line);
	wt_buf_puts(out, ")\n");
	wt_buf_clear(&text);
}

/* for people */

struct layout {
	size_t mark, check; /* columns, blanks behind included */
};

static void put_finding(const struct wt_ui *ui, const struct layout *layout,
			const struct wt_finding *f, struct wt_buf *out)
{
	const char *mark = ui->is_utf8 ? verdicts[f->verdict].mark : verdicts[f->verdict].ascii;
	size_t at = 1 + layout->mark + layout->check;
	struct wt_buf detail = WT_BUF_INIT, mend = WT_BUF_INIT;

	wt_text_render_safe(&detail, wt_str_of(f->detail));
	wt_text_render_safe(&mend, wt_str_of(f->mend));
	wt_buf_putc(out, ' ');
	wt_ui_tone(ui, false, verdicts[f->verdict].tone, out, mark);
	for (size_t i = ui->width(wt_str_of(mark)); i < layout->mark; i++)
		wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, f->check, layout->check - GAP, false);
	wt_buf_printf(out, "%*s", GAP, "");
	wt_buf_puts(out, detail.data);
	if (mend.len &&
	    at + ui->width(wt_str_of(detail.data)) + 2 + ui->width(wt_str_of(mend.data)) <=
		    (size_t)ui->columns)
		wt_buf_puts(out, ": ");
	else if (mend.len)
		wt_buf_printf(out, "\n%*s", (int)at, "");
	if (mend.len)
		wt_ui_tone(ui, false, WT_TONE_BOLD, out, mend.data);
	wt_buf_putc(out, '\n');
	wt_buf_clear(&mend);
	wt_buf_clear(&detail);
}

static void show_text(const struct wt_doctor *d, bool is_verbose, struct wt_buf *out)
{
	const struct wt_ui *ui = &d->cli->ui;
	struct layout layout = { .mark = ui->is_utf8 ? 2 : 5 };

	for (size_t i = 0; i < d->len; i++) {
		size_t width = ui->width(wt_str_of(d->items[i].check)) + GAP;

		if (width > layout.check)
			layout.check = width < MAX_CHECK_COLUMNS ? width : MAX_CHECK_COLUMNS;
	}
	for (size_t i = 0; i < d->len; i++) {
		put_finding(ui, &layout, &d->items[i], out);
		if (is_verbose && strcmp(d->items[i].check, "configuration") == 0)
			visit_keys(d->cli->config, put_key_line, out);
	}
}

/* for programs: wtorch.doctor/1 */

static void put_key_json(void *arg, const char *key, const char *value, enum wt_layer layer,
			 struct wt_place place)
{
	struct wt_jsonw *w = arg;

	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "key", key);
	wt_jsonw_kstr(w, "value", value);
	wt_jsonw_kstr(w, "layer", wt_layer_name(layer));
	wt_jsonw_kstr(w, "path", place.line ? place.path : NULL);
	wt_jsonw_key(w, "line");
	if (place.line)
		wt_jsonw_int(w, (int64_t)place.line);
	else
		wt_jsonw_null(w);
	wt_jsonw_end(w, '}');
}

static void show_json(const struct wt_doctor *d, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out, .indent = 2 };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.doctor/1");
	wt_jsonw_kbool(&w, "ok", d->failures == 0);
	wt_jsonw_key(&w, "checks");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < d->len; i++) {
		wt_jsonw_begin(&w, '{');
		wt_jsonw_kstr(&w, "check", d->items[i].check);
		wt_jsonw_kstr(&w, "verdict", verdicts[d->items[i].verdict].name);
		wt_jsonw_kstr(&w, "detail", d->items[i].detail);
		wt_jsonw_kstr(&w, "mend", *d->items[i].mend ? d->items[i].mend : NULL);
		wt_jsonw_end(&w, '}');
	}
	wt_jsonw_end(&w, ']');
	wt_jsonw_key(&w, "configuration");
	wt_jsonw_begin(&w, '[');
	if (d->has_config)
		visit_keys(d->cli->config, put_key_json, &w);
	wt_jsonw_end(&w, ']');
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

static int doctor_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_doctor d = { .cli = cli,
			       .diags = { .arena = &cli->arena },
			       .roadmap = { .arena = &cli->arena } };
	struct wt_buf out = WT_BUF_INIT;
	bool is_verbose = cli->ui.is_verbose || wt_args_has(&cli->args, "verbose");

	if (wt_cli_want_words(cli, 0, 0, err))
		return -1;
	wt_doctor_repository(&d);
	wt_doctor_configuration(&d);
	wt_ui_diags(&cli->ui, &d.diags);
	wt_doctor_tasks(&d);
	if (is_verbose)
		wt_ui_diags(&cli->ui, &d.roadmap);
	wt_doctor_github(&d);
	wt_doctor_machine(&d);
	if (wt_args_has(&cli->args, "json"))
		show_json(&d, &out);
	else
		show_text(&d, is_verbose, &out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
	return d.failures ? 6 : 0;
}

const struct wt_command wt_cmd_doctor = {
	.name = "doctor",
	.summary = "check that everything is there that a run needs",
	.usage = "",
	.about =
		"Checks git, the repository, the configuration, agents, tasks and the disk; a line "
		"each, with what to do about it. Exits with 6 when a check failed.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_NOTHING,
	.run = doctor_run,
};
