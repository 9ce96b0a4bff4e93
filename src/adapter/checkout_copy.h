/* SPDX-License-Identifier: MIT */
#ifndef WT_SRC_ADAPTER_CHECKOUT_COPY_H
#define WT_SRC_ADAPTER_CHECKOUT_COPY_H

/*
 * A new worktree without a checkout by git: files that the user's checkout holds unchanged are
 * copied, the others are written from their blobs, and the index is written to fit. That is what
 * git would leave, byte for byte, as long as a checkout changes no bytes on their way; so
 * whatever may change them, and whatever else could make git act otherwise (hooks, sparse or
 * split checkouts, submodules, ...), is a doubt, and with any doubt git does it all. A detached one
 * is written from blobs alone.
 *
 *	rules    does git do nothing here that we would not do? (checkout_copy_rules.c)
 *	index    reads the index of the user's checkout, writes the new one
 *	plan     what the new tree holds, and which of it the checkout has, too
 *	files    writes the files
 *	register the folder in worktrees/, branch and reflogs (checkout_copy_register.c)
 *
 * A function that returns bool is true when there was no doubt and no failure; why it was
 * otherwise is of no use to anybody, as git is asked next and gives its own reason.
 */

#include <sys/stat.h>

#include "git_priv.h"

/* Stat data as an index holds it, in the order of the file. */
enum {
	CHECKOUT_CTIME,
	CHECKOUT_CTIME_NS,
	CHECKOUT_MTIME,
	CHECKOUT_MTIME_NS,
	CHECKOUT_DEV,
	CHECKOUT_INO,
	CHECKOUT_MODE, /* git's own, not the file's */
	CHECKOUT_UID,
	CHECKOUT_GID,
	CHECKOUT_SIZE,
	CHECKOUT_WORDS
};

struct checkout_entry {
	const char *path;
	struct wt_oid oid;
	uint32_t stat[CHECKOUT_WORDS];
	bool has_source; /* the user's checkout holds it as stat says, if the file still fits */
};

/* A tree that the index knows by its id: the TREE extension. In the order of the file, that is
 * each before its children. */
struct checkout_node {
	struct wt_str name;
	struct wt_str raw; /* as it is in the file, children included */
	struct wt_oid oid;
	size_t n_entries, n_children;
	size_t end; /* index of the next node that is not below this one */
	bool is_valid;
};

struct checkout_index {
	struct checkout_entry *entries; /* sorted by path */
	size_t n;
	struct checkout_node *nodes;
	size_t n_nodes, nodes_cap;
	struct timespec mtime; /* of the index file */
	size_t n_attributes;   /* entries called .gitattributes */
};

struct checkout_plan {
	struct checkout_entry *entries;
	size_t n, cap;
	struct checkout_node *nodes; /* raw only, when it can be taken over as it is */
	size_t n_nodes, nodes_cap;
	struct timespec mtime; /* of the index that the sources come from */
};

/* Where it goes. What is set on the way says what must be taken back after a failure. */
struct checkout_target {
	const char *asked, *branch, *ref; /* branch, ref NULL: detached at start */
	const struct wt_oid *start;
	const char *common; /* the git directory that all worktrees share, without links */
	const char *made;   /* the topmost folder that was missing */
	const char *path;   /* asked without links, once it was found empty */
	const char *admin;  /* worktrees/NAME */
	bool has_branch;
	bool skips_hooks;
};

/* sha1_libmd.c */
void checkout_sha1(const void *data, size_t len, unsigned char out[20]);

void checkout_stat_words(const struct stat *st, uint32_t git_mode, uint32_t out[CHECKOUT_WORDS]);

/* checkout_copy_index.c. Strings and arrays live in the arena. */
bool checkout_index_load(const char *path, struct wt_arena *a, struct checkout_index *out);
void checkout_index_render(const struct checkout_plan *plan, struct wt_buf *out);
bool checkout_is_attributes(const char *path);

/* checkout_copy_rules.c */
bool checkout_repository_is_plain(struct git_self *g, bool skips_hooks, struct wt_arena *a);
bool checkout_attributes_are_plain(struct git_self *g, const struct checkout_index *from,
				   const struct checkout_plan *plan);

/* checkout_copy_plan.c: the entries of from may be taken over. */
bool checkout_plan_build(struct git_self *g, const struct wt_oid *start,
			 struct checkout_index *from, struct wt_arena *a,
			 struct checkout_plan *out);

/* checkout_copy_files.c: into the empty folder to; fills in the stat data of the entries. */
bool checkout_files_write(struct git_self *g, struct checkout_plan *plan, int from, int to);

/* checkout_copy_register.c */
bool checkout_register(struct checkout_target *t, struct wt_arena *a);
bool checkout_finish(struct git_self *g, struct checkout_target *t, struct wt_str index,
		     struct wt_arena *a);
/* Takes back all that was made, also when it was not finished. */
void checkout_unregister(struct git_self *g, const struct checkout_target *t, struct wt_arena *a);

#endif
