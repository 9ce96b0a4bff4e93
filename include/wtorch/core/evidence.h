/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_EVIDENCE_H
#define WT_CORE_EVIDENCE_H

/*
 * What was learned about a repository so that core can say what tasks will touch (forecast.h):
 * plain values that engine gathers and lends. Any part may be empty, and nothing in it is
 * believed: names and paths are looked up, never followed.
 */

#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/json.h"
#include "wtorch/core/task.h"

/* A name that the text of a task mentions, and where the base's code has it. */
struct wt_symbol {
	const char *name;
	const char **defined; /* files that define it, sorted by bytes */
	size_t n_defined;
	const char **used; /* files that have the word and do not define it, sorted */
	size_t n_used;
};

/*
 * Which files recent commits changed, newest first. Merges, and commits that changed too much to
 * say anything, are left out by whoever gathers. Paths are as the tip has them where a file was
 * renamed without a change.
 */
struct wt_co_change {
	const char *const *paths; /* each once, in no order */
	size_t n_paths;
	const uint32_t *files; /* indexes into paths, commit after commit */
	const size_t *starts;  /* of commit i: files[starts[i]] up to starts[i + 1] */
	size_t n_commits;
	bool is_cut; /* reading took too long: older commits of those asked for are missing */
};

/* What the planner said of one task; what it did not say is empty, -1 or NONE. */
struct wt_answer {
	const char *id;
	const char **files; /* tame */
	size_t n_files;
	const char **depends_on; /* ids, of tasks that it was asked about */
	size_t n_depends;
	int64_t estimate_s;
	enum wt_level complexity;
	enum wt_level risk;
	const char *reason; /* one line, printable; NULL without */
};

struct wt_evidence {
	const struct wt_symbol *symbols; /* sorted by name */
	size_t n_symbols;
	struct wt_co_change history;
	const struct wt_answer *answers; /* at most one of each id */
	size_t n_answers;
};

/*
 * What costs time to gather is kept between two plans. Reading believes nothing: what is not as
 * it was written (another version, another key, damage, a list that points nowhere) is false,
 * and the caller gathers again. key says what it was made from, and is compared whole. Paths
 * that are no valid UTF-8 are kept as they are not, and then match nothing.
 */
void wt_co_change_render(const struct wt_co_change *c, const char *key, struct wt_buf *out);
bool wt_symbols_parse(struct wt_arena *arena, const struct wt_json *doc, const char *key,
		      struct wt_symbol **out, size_t *n);
void wt_symbols_render(const struct wt_symbol *symbols, size_t n, const char *key,
		       struct wt_buf *out);
bool wt_co_change_parse(struct wt_arena *arena, const struct wt_json *doc, const char *key,
			struct wt_co_change *out);

#endif
