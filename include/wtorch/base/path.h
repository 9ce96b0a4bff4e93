/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_PATH_H
#define WT_BASE_PATH_H

/*
 * Paths as text; the disk is never asked. '/' separates. A glob is a path with '*', '?',
 * '[...]' (none of them crosses a '/') or '**' as a whole component (any number of folders);
 * a path that ends in '/' stands for everything below it, as does a last "**". '?' is one
 * character of UTF-8. A component also matches the name that is spelled like it, so that
 * "app/[id]/page.tsx" is that very file, too.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/text.h"

/* dir and name with one '/' between; name alone when it is absolute or dir is empty. */
char *wt_path_join(struct wt_arena *a, const char *dir, const char *name);
/* Removes ".", "//" and a last '/', resolves ".." as text; "" becomes ".". */
char *wt_path_normal(struct wt_arena *a, const char *path);
const char *wt_path_base(const char *path); /* behind the last '/'; borrowed */
char *wt_path_dir(struct wt_arena *a, const char *path); /* "." or "/" when there is none */
/* How to reach target from dir, both absolute and normal: "../repo-wt65". */
char *wt_path_relative(struct wt_arena *a, const char *dir, const char *target);
/* True when path is dir or lies below it; both absolute and normal. */
bool wt_path_is_inside(const char *dir, const char *path);

/* Takes the next component, leaving out empty ones and "."; false when nothing is left. */
bool wt_path_next(struct wt_str *rest, struct wt_str *component);

/* A path from a task: relative, without "..", ".git" components, NUL, control bytes or
 * backslashes, not "." itself. Globs are fine. */
bool wt_path_is_tame(struct wt_str path);

bool wt_path_is_glob(const char *path); /* has a wildcard or ends in '/' */
bool wt_glob_matches(const char *glob, const char *path);
/* True unless the two provably share no path; never false when they do. */
bool wt_globs_may_overlap(const char *a, const char *b);

#endif
