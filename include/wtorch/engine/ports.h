/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PORTS_H
#define WT_ENGINE_PORTS_H

/*
 * The doors to the world, handed down from main to everything that acts. Tests put fakes or
 * failing wrappers behind some of them.
 */

#include "wtorch/port/clock.h"
#include "wtorch/port/forge.h"
#include "wtorch/port/fs.h"
#include "wtorch/port/git.h"
#include "wtorch/port/journal.h"
#include "wtorch/port/net.h"
#include "wtorch/port/proc.h"
#include "wtorch/port/reader.h"

struct wt_ports {
	const struct wt_clock *clock;
	const struct wt_fs *fs;
	const struct wt_proc *proc;
	const struct wt_journal *journal;
	const struct wt_reader *reader;
	const struct wt_net *net;
	struct wt_git *git; /* self is NULL until a repository was opened */
	/* Opens the repository around dir into *git (adapters.h: wt_git_open). */
	enum wt_code (*git_open)(const char *dir, const struct wt_proc *proc, struct wt_git *out,
				 struct wt_error *err);
	/* A forge (adapters.h: wt_forge_github_open), and its end. */
	enum wt_code (*forge_open)(const struct wt_forge_opts *opts, struct wt_forge *out,
				   struct wt_error *err);
	void (*forge_close)(struct wt_forge *forge);
};

#endif
