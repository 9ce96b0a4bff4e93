/* SPDX-License-Identifier: MIT */
/* Commits that only the history of a worktree's HEAD remembers: it goes with the worktree. */

#include <string.h>

#include "keep_priv.h"

#define MAX_LOG_BYTES (1 << 20) /* its end is looked at */
#define MAX_LOST      50u

struct search {
	const struct wt_git *git;
	struct wt_arena *arena;
	const struct wt_oid *held; /* what branches and the other pins hold */
	size_t n_held;
	struct wt_oid *lost;
	size_t len, cap;
};

/* What cannot be asked counts as lost: one ref too many does no harm. */
static bool is_held(const struct search *s, const struct wt_oid *oid)
{
	struct wt_error ignored;
	bool held = false;

	for (size_t i = 0; !held && i < s->n_held + s->len; i++) {
		const struct wt_oid *by = i < s->n_held ? &s->held[i] : &s->lost[i - s->n_held];

		if (!wt_oid_is_zero(by) &&
		    s->git->store->is_ancestor(s->git->self, oid, by, &held, &ignored))
			held = false;
	}
	return held;
}

static void look_at(struct search *s, struct wt_str hex)
{
	struct wt_commit commit;
	struct wt_error ignored;
	struct wt_oid oid;

	if (s->len < MAX_LOST && wt_oid_parse(hex, &oid) && !wt_oid_is_zero(&oid) &&
	    s->git->store->commit(s->git->self, &oid, s->arena, &commit, &ignored) == WT_OK &&
	    !is_held(s, &oid))
		*WT_ARENA_PUSH(s->arena, s->lost, s->len, s->cap) = oid;
}

/* An older line may hold what a newer one also has. */
static void drop_contained(struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++) {
		struct wt_error ignored;
		bool held = false;

		for (size_t k = i + 1; k < s->len && !held; k++)
			if (s->git->store->is_ancestor(s->git->self, &s->lost[i], &s->lost[k],
						       &held, &ignored))
				held = false;
		if (!held)
			s->lost[n++] = s->lost[i];
	}
	s->len = n;
}

/* "<old> <new> Name <mail> ...\tmessage", the newest last; a line cut in two is no line. */
static void look_at_lines(struct search *s, struct wt_str text)
{
	while (text.len) {
		size_t from = text.len - 1;
		struct wt_str line;

		while (from && text.data[from - 1] != '\n')
			from--;
		line = (struct wt_str){ text.data + from, text.len - from };
		text.len = from;
		if (line.len < 2 * (WT_OID_HEX + 1) || line.data[WT_OID_HEX] != ' ')
			continue;
		look_at(s, (struct wt_str){ line.data + WT_OID_HEX + 1, WT_OID_HEX });
		look_at(s, (struct wt_str){ line.data, WT_OID_HEX });
	}
}

enum wt_code wt_keep_find_lost(const struct wt_ports *ports, const char *log,
			       const struct wt_keep_held *held, struct wt_arena *a,
			       struct wt_oid **out, size_t *n, struct wt_error *err)
{
	const struct wt_fs *fs = ports->fs;
	struct search s = { .git = ports->git, .arena = a, .held = held->items, .n_held = held->n };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_file_info info;
	enum wt_code rc = fs->stat(fs->self, log, &info, err);
	int64_t from;

	*n = 0;
	if (rc || info.kind != WT_FILE_REGULAR)
		return rc;
	from = info.size_bytes > MAX_LOG_BYTES ? info.size_bytes - MAX_LOG_BYTES : 0;
	rc = fs->read_from(fs->self, log, from, MAX_LOG_BYTES, &text, err);
	if (!rc)
		look_at_lines(&s, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
	drop_contained(&s);
	*out = s.lost;
	*n = s.len;
	return rc;
}
