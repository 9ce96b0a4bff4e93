/* SPDX-License-Identifier: MIT */
/* The configuration written down: frozen for a journal, and as the commented sample. */

#include <string.h>

#include "config_impl.h"

#define SAMPLE_WIDTH 78u

static const char *const layer_names[] = {
	[WT_LAYER_DEFAULT] = "default", [WT_LAYER_SYSTEM] = "system",   [WT_LAYER_USER] = "user",
	[WT_LAYER_PROJECT] = "project", [WT_LAYER_ENV] = "environment", [WT_LAYER_OVERRIDE] = "-c",
	[WT_LAYER_FLAG] = "flag",
};

const char *wt_layer_name(enum wt_layer layer)
{
	return layer_names[layer];
}

static enum wt_layer layer_of(const char *name)
{
	for (size_t i = 0; i < sizeof layer_names / sizeof layer_names[0]; i++) {
		if (strcmp(name, layer_names[i]) == 0)
			return (enum wt_layer)i;
	}
	return WT_LAYER_DEFAULT;
}

void wt_config_render(const struct wt_config *c, struct wt_jsonw *w)
{
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < c->len; i++) {
		const struct wt_value *v = &c->values[i];

		if (!v->raw)
			continue;
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "key", v->key);
		wt_jsonw_kstr(w, "value", v->raw);
		wt_jsonw_kstr(w, "layer", wt_layer_name(v->layer));
		wt_jsonw_kstr(w, "path", v->place.path);
		wt_jsonw_kint(w, "line", (int64_t)v->place.line);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void load_one(struct wt_config *c, const struct wt_json *item, struct wt_diags *diags)
{
	const char *key = wt_json_text(item, "key", NULL);
	const char *value = wt_json_text(item, "value", NULL);
	enum wt_layer layer = layer_of(wt_json_text(item, "layer", ""));
	struct wt_place place = { .path = wt_json_text(item, "path", NULL) };
	int64_t line = wt_json_int(item, "line", 0);

	place.line = line > 0 ? (size_t)line : 0;
	if (key && value && layer != WT_LAYER_DEFAULT)
		wt_config_set(c, layer, key, value, place, diags);
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, place,
			     "a frozen value of the configuration is damaged");
}

void wt_config_load(struct wt_config *c, const struct wt_json *frozen, struct wt_diags *diags)
{
	if (!frozen || frozen->kind != WT_JSON_ARRAY) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "the frozen configuration is damaged");
		return;
	}
	for (const struct wt_json *item = frozen->child; item; item = item->next)
		load_one(c, item, diags);
	/* It was free of errors when it was frozen; this lets thresholds follow again. */
	if (!diags->errors)
		wt_config_check(c, diags);
}

/* A comment broken into lines. */
static void render_comment(struct wt_buf *out, const char *text)
{
	struct wt_str rest = wt_str_of(text), word;
	size_t column = 0;

	while (wt_str_next(&rest, " ", &word)) {
		if (column && column + 1 + word.len > SAMPLE_WIDTH) {
			wt_buf_putc(out, '\n');
			column = 0;
		}
		if (!column) {
			wt_buf_putc(out, ';');
			column = 1;
		}
		wt_buf_printf(out, " %.*s", (int)word.len, word.data);
		column += 1 + word.len;
	}
	wt_buf_putc(out, '\n');
}

static void render_sample_key(struct wt_buf *out, const struct wt_key *def)
{
	struct wt_buf type = WT_BUF_INIT;

	render_comment(out, def->help);
	wt_key_render_type(def, &type);
	if (!def->fallback)
		wt_buf_puts(&type, "; not set by default, for example:");
	render_comment(out, type.data);
	wt_buf_printf(out, ";%s = %s\n", wt_key_base(def),
		      def->fallback ? def->fallback : def->example);
	wt_buf_clear(&type);
}

void wt_config_render_sample(struct wt_buf *out)
{
	size_t n_keys, n_sections;
	const struct wt_key *keys = wt_config_keys(&n_keys);
	const struct wt_section *sections = wt_config_sections(&n_sections);

	render_comment(out, "Every key of wtorch with its default, commented out by a ';' at the "
			    "start of the line. Copy what you change to .wtorch.ini at the top "
			    "of your repository, or, for all of your repositories, to "
			    "~/.config/wtorch/config.ini. The manual is wtorch.ini(5).");
	for (size_t i = 0; i < n_sections; i++) {
		const struct wt_section *s = &sections[i];

		wt_buf_putc(out, '\n');
		render_comment(out, s->help);
		/* An agent with that name would have no command. */
		wt_buf_printf(out, s->is_named ? ";[%s NAME]\n" : "[%s]\n", s->name);
		for (size_t k = 0; k < n_keys; k++) {
			if (wt_key_find(s, wt_str_of(wt_key_base(&keys[k]))) != &keys[k])
				continue;
			wt_buf_putc(out, '\n');
			render_sample_key(out, &keys[k]);
		}
	}
}
