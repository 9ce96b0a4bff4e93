/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SETTINGS_H
#define WT_ENGINE_SETTINGS_H

/*
 * The configuration as its layers give it, weakest first:
 *
 *	system        /etc/wtorch.ini
 *	user          $XDG_CONFIG_HOME/wtorch/config.ini, else ~/.config/wtorch/config.ini
 *	project       .wtorch.ini at the top of the checkout, or instead of it --config FILE
 *	environment   WTORCH_SECTION_KEY, for keys of sections without a name
 *	-c            SECTION.KEY=VALUE
 *	flags         what a command's own options stand for
 *
 * A file that is absent is fine, unless --config names it; one that cannot be read is an error.
 * Everything that is wrong goes to the diagnostics, each with its place (file and line, "-c",
 * the variable's name or the flag), so that all of it is shown at once; what is right is set all
 * the same, so a command that can do without may go on.
 */

#include "wtorch/core/config.h"
#include "wtorch/port/fs.h"
#include "wtorch/port/reader.h"

#define WT_SETTINGS_SYSTEM  "/etc/wtorch.ini"
#define WT_SETTINGS_PROJECT ".wtorch.ini"

/* An option that stands for a key: { "-j", "run.jobs", "4" }. */
struct wt_setting {
	const char *flag;
	const char *key;
	const char *value;
};

struct wt_settings_inputs {
	const struct wt_fs *fs;
	const struct wt_reader *reader;
	const char *const *env;       /* "NAME=value", ends in NULL; NULL: none */
	const char *system_path;      /* NULL: WT_SETTINGS_SYSTEM */
	const char *repo_top;         /* of the user's checkout; NULL: no project file */
	const char *config_file;      /* --config; NULL: the project's */
	const char *const *overrides; /* what followed each -c, in order */
	size_t n_overrides;
	const struct wt_setting *flags;
	size_t n_flags;
};

/* Sets all layers and checks the whole (wt_config_check). True unless an error was added. */
bool wt_settings_load(const struct wt_settings_inputs *in, struct wt_config *config,
		      struct wt_diags *diags);

/* Where the user's own file is, in the arena; NULL when neither variable says. */
const char *wt_settings_user_path(struct wt_arena *a, const char *const *env);

#endif
