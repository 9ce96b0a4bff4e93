/* SPDX-License-Identifier: MIT */
/* Puts the configuration together from files, environment and command line. */

#include "wtorch/engine/settings.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

struct load {
	const struct wt_settings_inputs *in;
	struct wt_config *config;
	struct wt_diags *diags;
	enum wt_layer layer;
	bool is_skipping; /* in a section that does not exist */
};

static const char *find_env(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++) {
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	}
	return NULL;
}

const char *wt_settings_user_path(struct wt_arena *a, const char *const *env)
{
	const char *xdg = find_env(env, "XDG_CONFIG_HOME");
	const char *home = find_env(env, "HOME");

	/* A relative one is to be ignored (XDG base directory specification). */
	if (xdg && xdg[0] == '/')
		return wt_path_join(a, xdg, "wtorch/config.ini");
	if (home && home[0] == '/')
		return wt_path_join(a, home, ".config/wtorch/config.ini");
	return NULL;
}

/* files */

static void take_entry(void *arg, const char *section, const char *name, const char *key,
		       const char *value, struct wt_place place)
{
	struct load *l = arg;
	struct wt_buf full = WT_BUF_INIT;

	if (!key) {
		l->is_skipping = !wt_config_set_section(l->config, section, name, place, l->diags);
		return;
	}
	if (l->is_skipping)
		return;
	wt_buf_printf(&full, "%s%s%s.%s", section, name ? "." : "", name ? name : "", key);
	wt_config_set(l->config, l->layer, full.data, value, place, l->diags);
	wt_buf_clear(&full);
}

/* shown is what messages call the file. */
static void load_file(struct load *l, enum wt_layer layer, const char *path, const char *shown,
		      bool must_exist)
{
	const struct wt_fs *fs = l->in->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err = { 0 };
	struct wt_place place = { .path = wt_arena_strdup(l->diags->arena, shown) };
	enum wt_code code = fs->read(fs->self, path, WT_MAX_CONFIG_BYTES, &text, &err);

	l->layer = layer;
	l->is_skipping = false;
	if (code == WT_OK)
		l->in->reader->ini(shown, (struct wt_str){ text.data, text.len }, take_entry, l,
				   l->diags);
	else if (code != WT_E_NOT_FOUND || must_exist)
		wt_diags_add(l->diags, WT_SEVERITY_ERROR, place, "%s", err.msg);
	wt_buf_clear(&text);
}

static void load_project(struct load *l)
{
	const struct wt_settings_inputs *in = l->in;

	if (in->config_file)
		load_file(l, WT_LAYER_PROJECT, in->config_file, in->config_file, true);
	else if (in->repo_top)
		load_file(l, WT_LAYER_PROJECT,
			  wt_path_join(l->diags->arena, in->repo_top, WT_SETTINGS_PROJECT),
			  WT_SETTINGS_PROJECT, false);
}

/* environment */

/* "run.keep_going" as "WTORCH_RUN_KEEP_GOING". */
static const char *variable_of(struct wt_arena *a, const char *key)
{
	char *name = wt_arena_printf(a, "WTORCH_%s", key);

	for (char *c = name; *c; c++) {
		if (*c == '.')
			*c = '_';
		else if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return name;
}

static void load_env(struct load *l)
{
	size_t n;
	const struct wt_key *keys = wt_config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		struct wt_place place = { 0 };
		const char *value;

		if (strchr(keys[i].name, '*'))
			continue;
		place.path = variable_of(l->diags->arena, keys[i].name);
		value = find_env(l->in->env, place.path);
		if (value)
			wt_config_set(l->config, WT_LAYER_ENV, keys[i].name, value, place,
				      l->diags);
	}
}

/* command line */

static void load_override(struct load *l, const char *text)
{
	struct wt_place place = { .path = "-c" };
	const char *equals = strchr(text, '=');
	struct wt_str key;

	if (!equals) {
		wt_diags_add(l->diags, WT_SEVERITY_ERROR, place, "'%s' is not SECTION.KEY=VALUE",
			     text);
		return;
	}
	key = wt_str_trim((struct wt_str){ text, (size_t)(equals - text) });
	wt_config_set(l->config, WT_LAYER_OVERRIDE,
		      wt_arena_strndup(l->diags->arena, key.data, key.len), equals + 1, place,
		      l->diags);
}

static void load_flag(struct load *l, const struct wt_setting *s)
{
	struct wt_place place = { .path = wt_arena_strdup(l->diags->arena, s->flag) };

	wt_config_set(l->config, WT_LAYER_FLAG, s->key, s->value, place, l->diags);
}

bool wt_settings_load(const struct wt_settings_inputs *in, struct wt_config *config,
		      struct wt_diags *diags)
{
	struct load l = { .in = in, .config = config, .diags = diags };
	const char *system = in->system_path ? in->system_path : WT_SETTINGS_SYSTEM;
	const char *user = wt_settings_user_path(diags->arena, in->env);
	size_t before = diags->errors;

	load_file(&l, WT_LAYER_SYSTEM, system, system, false);
	if (user)
		load_file(&l, WT_LAYER_USER, user, user, false);
	load_project(&l);
	load_env(&l);
	for (size_t i = 0; i < in->n_overrides; i++)
		load_override(&l, in->overrides[i]);
	for (size_t i = 0; i < in->n_flags; i++)
		load_flag(&l, &in->flags[i]);
	wt_config_check(config, diags);
	return diags->errors == before;
}
