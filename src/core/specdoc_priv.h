/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_SPECDOC_PRIV_H
#define WT_CORE_SPECDOC_PRIV_H

/*
 * What the files of core/specdoc share.
 *
 *	specdoc.c       what is a specification, and its task
 *	specdoc_name.c  its id and its title
 *	specdoc_mark.c  the status, written
 */

#include "roadmap_reading.h"
#include "doc_reading.h"
#include "wtorch/core/specdoc.h"

struct specdoc {
	const struct wt_specdoc *doc;
	struct wt_roadmap_rules rules; /* the roadmap's, with what a specification allows */
	struct roadmap_scan scan;      /* its headings; none of them is a task */
	bool has_heading;              /* heads[0] is the first one, of level 1; else it stands
					  for the whole document and has no block */
	size_t n_top;                  /* headings of level 1 */
	bool has_tasks;                /* a further heading is that of a roadmap's task */
	char id[WT_MAX_ID + 1];        /* of heading or name, "" without */
	bool id_is_heading, id_is_name;
	bool is_labelled;              /* "Task ID: 7": the title stands elsewhere */
	char code[WT_MAX_ID + 1]; /* what the ids of its kind begin with */
};

/* Only to be moved by pointer; close releases it. */
void specdoc_open(struct specdoc *s, const struct wt_specdoc *doc,
		  const struct wt_roadmap_rules *rules);
void specdoc_close(struct specdoc *s);

/* Finds id and title in heading and name. */
void specdoc_find_name(struct specdoc *s);
/* The id that the front matter gives; NULL when it gives none. */
const struct wt_doc *specdoc_meta_id(const struct wt_doc *meta);
/* The file's name without its end, the whole of which is the id where nothing else is. */
struct wt_str specdoc_stem(const char *path);

#endif
