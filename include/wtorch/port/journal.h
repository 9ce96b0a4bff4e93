/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_JOURNAL_H
#define WT_PORT_JOURNAL_H

/*
 * The append-only record of a run. Any process may append, under a lock taken for each record;
 * the tail is repaired first, so that a record torn by a crash is never glued to a good one
 * (libraries.md section 2: 140 of 400 lost without, none with). A reader skips what it cannot
 * read, with a warning, and never rewrites.
 */

#include "wtorch/core/event.h"

struct wt_journal_file; /* an open journal */

struct wt_journal {
	void *self;
	/* With create, the file and its folder are made, durably (WT_E_EXISTS when there is
	 * one); without, WT_E_NOT_FOUND when there is none. Reading needs no write permission:
	 * that is asked for by the first append. */
	enum wt_code (*open)(void *self, const char *path, bool create,
			     struct wt_journal_file **out, struct wt_error *err);
	void (*close)(void *self, struct wt_journal_file *j); /* NULL is fine */
	/* Gives the event its seq, larger than all before by whomever, and its time, and writes
	 * it; durable waits for the disk. A record that did not fit (disk full) is taken back
	 * whole. WT_E_STATE when the journal was removed meanwhile. */
	enum wt_code (*append)(void *self, struct wt_journal_file *j, struct wt_event *ev,
			       bool durable, struct wt_error *err);
	/* Calls line for each complete record that was not read yet through this handle, our
	 * own ones included, number counting lines from 1; text is borrowed for the call and
	 * may be anything, for a torn record that was repaired is a line too. A torn last
	 * record is left for later, an empty line skipped. Ends at the first line that line
	 * does not like, with what it returned; that line counts as read. */
	enum wt_code (*read)(void *self, struct wt_journal_file *j,
			     enum wt_code (*line)(void *arg, size_t number, struct wt_str text,
						  struct wt_error *err),
			     void *arg, struct wt_error *err);
};

#endif
