/* SPDX-License-Identifier: MIT */
/* Trees as git stores them, read and written. */

#include "git_priv.h"

#include <string.h>

/* Old histories hold modes such as 0100664; git reads them as these five. */
static unsigned canonical_mode(unsigned mode)
{
	switch (mode & 0170000) {
	case 0100000:
		return mode & 0100 ? 0100755 : 0100644;
	case 0120000:
		return 0120000;
	case 0040000:
		return 0040000;
	default:
		return 0160000;
	}
}

/* One "<octal mode> <name>\0<20 bytes>"; false when the bytes are no such thing. */
static bool next_entry(struct wt_str *rest, struct wt_tree_entry *out)
{
	const char *p = rest->data, *end = rest->data + rest->len, *nul;
	unsigned mode = 0;

	for (; p < end && *p >= '0' && *p <= '7' && mode < 01000000; p++)
		mode = mode * 8 + (unsigned)(*p - '0');
	if (p == rest->data || p == end || *p != ' ')
		return false;
	p++;
	nul = memchr(p, 0, (size_t)(end - p));
	if (!nul || nul == p || (size_t)(end - nul) < 1 + sizeof out->oid.id)
		return false;
	out->mode = canonical_mode(mode);
	out->name = p;
	memcpy(out->oid.id, nul + 1, sizeof out->oid.id);
	rest->data = nul + 1 + sizeof out->oid.id;
	rest->len = (size_t)(end - rest->data);
	return true;
}

/* The raw object is copied once and its names are used where they lie. */
enum wt_code git_store_tree(void *self, const struct wt_oid *oid, struct wt_arena *a,
			    struct wt_tree *out, struct wt_error *err)
{
	struct wt_tree_entry entry;
	struct wt_str rest;
	enum wt_code rc = git_store_raw_tree(self, oid, a, &rest, err);

	if (rc)
		return rc;
	*out = (struct wt_tree){ 0 };
	while (rest.len && next_entry(&rest, &entry))
		*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = entry;
	return rest.len ? wt_fail(err, WT_E_ENV, "tree %s is damaged", wt_oid_hex(oid).hex) : WT_OK;
}

/* As git orders them: a tree as if its name ended in '/'. */
static int compare_entries(const struct wt_tree_entry *a, const struct wt_tree_entry *b)
{
	size_t na = strlen(a->name), nb = strlen(b->name), n = na < nb ? na : nb;
	int c = memcmp(a->name, b->name, n);
	unsigned char ca, cb;

	if (c)
		return c;
	ca = na > n ? (unsigned char)a->name[n] : a->mode == 0040000 ? '/' : 0;
	cb = nb > n ? (unsigned char)b->name[n] : b->mode == 0040000 ? '/' : 0;
	return (ca > cb) - (ca < cb);
}

static bool is_good_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strcmp(name, ".git") != 0;
}

enum wt_code git_store_tree_write(void *self, const struct wt_tree *tree, struct wt_oid *out,
				  struct wt_error *err)
{
	struct wt_buf raw = WT_BUF_INIT;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; i < tree->len && !rc; i++) {
		const struct wt_tree_entry *e = &tree->items[i];

		if (!is_good_name(e->name) || (i && compare_entries(e - 1, e) >= 0))
			rc = wt_fail(err, WT_E_BUG, "'%s' is not a good name here in a tree",
				     e->name);
		wt_buf_printf(&raw, "%o %s", e->mode, e->name);
		wt_buf_putc(&raw, '\0');
		wt_buf_add(&raw, e->oid.id, sizeof e->oid.id);
	}
	if (!rc)
		rc = git_store_write_raw_tree(self, (struct wt_str){ raw.data, raw.len }, out, err);
	wt_buf_clear(&raw);
	return rc;
}
