/* SPDX-License-Identifier: MIT */
/* Any bytes as a configuration file: reader, table, checks, freezing, all without a fault. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/config.h"

struct target {
	struct wt_config *config;
	struct wt_diags *diags;
};

static void take_entry(void *arg, const char *section, const char *name, const char *key,
		       const char *value, struct wt_place place)
{
	struct target *t = arg;
	struct wt_buf full = WT_BUF_INIT;

	assert(place.line > 0 && place.column > 0);
	if (!key) {
		wt_config_set_section(t->config, section, name, place, t->diags);
		return;
	}
	wt_buf_printf(&full, "%s%s%s.%s", section, name ? "." : "", name ? name : "", key);
	wt_config_set(t->config, WT_LAYER_PROJECT, full.data, value, place, t->diags);
	wt_buf_clear(&full);
}

/* What was frozen must be taken back without a word. */
static void check_frozen(const struct wt_config *c, struct wt_arena *arena)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_config *again = wt_config_new();
	const struct wt_json *frozen;
	struct wt_error err;

	wt_config_render(c, &(struct wt_jsonw){ .out = &first });
	if (wt_json_cjson(arena, (struct wt_str){ first.data, first.len }, &frozen, &err) != WT_OK)
		assert(0 && "the frozen configuration is no JSON");
	wt_config_load(again, frozen, &diags);
	assert(diags.errors == 0);
	wt_config_render(again, &(struct wt_jsonw){ .out = &second });
	assert(strcmp(first.data, second.data) == 0);
	wt_config_free(again);
	wt_buf_clear(&first);
	wt_buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct target t = { .config = wt_config_new(), .diags = &diags };

	wt_ini_inih("fuzz.ini", (struct wt_str){ (const char *)data, size }, take_entry, &t,
		    &diags);
	wt_config_check(t.config, &diags);
	if (diags.errors == 0)
		check_frozen(t.config, &arena);
	wt_config_free(t.config);
	wt_arena_clear(&arena);
	return 0;
}
