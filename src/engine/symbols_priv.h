/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SYMBOLS_PRIV_H
#define WT_ENGINE_SYMBOLS_PRIV_H

/*
 * The inside of symbols.h:
 *
 *	symbols.c        the names, what was kept of them, and the result
 *	symbols_scan.c   which files of a tree have which of the names
 *	symbols_ctags.c  which of these files define them
 */

#include "wtorch/core/words.h"
#include "wtorch/engine/symbols.h"

#define SYMBOLS_MAX_FILES 200u /* that have a name; one that more have says nothing */

struct symbols_file {
	const char *path;
	struct wt_oid blob;
};

/* Where a name was found; numbers of files, ascending. */
struct symbols_place {
	size_t *files;
	size_t n_files, cap_files;
	bool is_common;  /* in more than SYMBOLS_MAX_FILES */
	size_t *defined; /* those of them that define it */
	size_t n_defined, cap_defined;
};

struct symbols {
	const struct wt_ports *ports;
	struct wt_arena scratch;
	const char **names; /* sorted */
	size_t n_names, cap_names;
	struct symbols_place *places; /* of each name */
	struct symbols_file *files;   /* those that have any of the names, sorted by bytes */
	size_t n_files, cap_files;
	bool is_whole;  /* false: a limit was met */
	bool is_failed; /* ctags could not say, and the user was told */
	struct wt_diags *diags;
};

/* Fills files and the files of each place. */
void symbols_scan(struct symbols *s, const struct wt_oid *tree);
/* Fills what is defined. */
void symbols_define(struct symbols *s, const char *ctags);

#endif
