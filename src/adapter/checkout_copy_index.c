/* SPDX-License-Identifier: MIT */
/* Reads and writes git's index, versions 2 and 3, as far as a plain checkout needs it. */

#include "checkout_copy.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define HEADER_BYTES 12
#define ENTRY_BYTES  62 /* before the path */
#define STAT_BYTES   40
#define HASH_BYTES   20
#define NAME_MASK    0xfffu
#define MAX_INDEX    (1 << 30)
#define MAX_PATH     3500
#define MAX_DEPTH    256

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(unsigned char *p, uint32_t value)
{
	p[0] = (unsigned char)(value >> 24);
	p[1] = (unsigned char)(value >> 16);
	p[2] = (unsigned char)(value >> 8);
	p[3] = (unsigned char)value;
}

void checkout_stat_words(const struct stat *st, uint32_t git_mode, uint32_t out[CHECKOUT_WORDS])
{
	out[CHECKOUT_CTIME] = (uint32_t)st->st_ctim.tv_sec;
	out[CHECKOUT_CTIME_NS] = (uint32_t)st->st_ctim.tv_nsec;
	out[CHECKOUT_MTIME] = (uint32_t)st->st_mtim.tv_sec;
	out[CHECKOUT_MTIME_NS] = (uint32_t)st->st_mtim.tv_nsec;
	out[CHECKOUT_DEV] = (uint32_t)st->st_dev;
	out[CHECKOUT_INO] = (uint32_t)st->st_ino;
	out[CHECKOUT_MODE] = git_mode;
	out[CHECKOUT_UID] = (uint32_t)st->st_uid;
	out[CHECKOUT_GID] = (uint32_t)st->st_gid;
	out[CHECKOUT_SIZE] = (uint32_t)st->st_size;
}

bool checkout_is_attributes(const char *path)
{
	static const char name[] = ".gitattributes";
	size_t len = strlen(path), n = sizeof name - 1;

	return len >= n && strcasecmp(path + len - n, name) == 0 &&
	       (len == n || path[len - n - 1] == '/');
}

/* reading */

/* The file is damaged, or somebody's trap, when a path could leave the folder. */
static bool is_good_path(const char *path, size_t len)
{
	const char *end;

	if (!len || len > MAX_PATH)
		return false;
	for (;; path = end + 1) {
		size_t n;

		end = strchrnul(path, '/');
		n = (size_t)(end - path);
		if (!n || (n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		if (n == 4 && strncasecmp(path, ".git", 4) == 0)
			return false;
		if (!*end)
			return true;
	}
}

/* Whatever git marks in an entry (assume unchanged, skip, intent to add, a stage of a conflict)
 * is a doubt, as are submodules and folders of a sparse index. */
static bool parse_entry(struct wt_str *rest, struct checkout_entry *out)
{
	const unsigned char *p = (const unsigned char *)rest->data;
	unsigned flags;
	size_t len, size;
	const char *nul;

	if (rest->len < ENTRY_BYTES + 2)
		return false;
	for (size_t i = 0; i < CHECKOUT_WORDS; i++)
		out->stat[i] = be32(p + 4 * i);
	memcpy(out->oid.id, p + STAT_BYTES, sizeof out->oid.id);
	flags = (unsigned)p[ENTRY_BYTES - 2] << 8 | p[ENTRY_BYTES - 1];
	out->path = rest->data + ENTRY_BYTES;
	nul = memchr(out->path, 0, rest->len - ENTRY_BYTES);
	if (!nul || flags & ~NAME_MASK)
		return false;
	len = (size_t)(nul - out->path);
	size = (ENTRY_BYTES + len + 8) & ~(size_t)7;
	if ((flags & NAME_MASK) != (len < NAME_MASK ? len : NAME_MASK) || size > rest->len)
		return false;
	rest->data += size;
	rest->len -= size;
	out->has_source = true;
	return is_good_path(out->path, len) &&
	       (out->stat[CHECKOUT_MODE] == 0100644 || out->stat[CHECKOUT_MODE] == 0100755 ||
		out->stat[CHECKOUT_MODE] == 0120000);
}

static bool parse_entries(struct wt_str *rest, struct wt_arena *a, struct checkout_index *out)
{
	if (out->n > rest->len / (ENTRY_BYTES + 2))
		return false;
	out->entries = wt_arena_alloc(a, (out->n + 1) * sizeof *out->entries);
	for (size_t i = 0; i < out->n; i++) {
		struct checkout_entry *e = &out->entries[i];

		if (!parse_entry(rest, e) || (i && strcmp(e[-1].path, e->path) >= 0))
			return false;
		out->n_attributes += checkout_is_attributes(e->path);
	}
	return true;
}

/* A decimal number and the byte behind it. */
static bool parse_count(struct wt_str *rest, char end, size_t *out)
{
	size_t i = 0;

	*out = 0;
	for (; i < rest->len && rest->data[i] >= '0' && rest->data[i] <= '9' && i < 10; i++)
		*out = *out * 10 + (size_t)(rest->data[i] - '0');
	if (!i || i == rest->len || rest->data[i] != end)
		return false;
	rest->data += i + 1;
	rest->len -= i + 1;
	return true;
}

/* "name NUL entries BLANK children LF id", then the children; without id when entries is -1. */
static bool parse_node(struct wt_str *rest, struct wt_arena *a, struct checkout_index *out,
		       unsigned depth)
{
	size_t at = out->n_nodes;
	struct checkout_node node = { .is_valid = true };

	node.raw.data = rest->data;
	if (depth > MAX_DEPTH || !git_next_item(rest, &node.name))
		return false;
	if (wt_str_starts(*rest, "-1 ")) {
		node.is_valid = false;
		rest->data++;
		rest->len--;
	}
	if (!parse_count(rest, ' ', &node.n_entries) || !parse_count(rest, '\n', &node.n_children))
		return false;
	if (node.is_valid) {
		if (rest->len < sizeof node.oid.id)
			return false;
		memcpy(node.oid.id, rest->data, sizeof node.oid.id);
		rest->data += sizeof node.oid.id;
		rest->len -= sizeof node.oid.id;
	}
	*WT_ARENA_PUSH(a, out->nodes, out->n_nodes, out->nodes_cap) = node;
	for (size_t i = 0; i < node.n_children; i++)
		if (!parse_node(rest, a, out, depth + 1))
			return false;
	out->nodes[at].raw.len = (size_t)(rest->data - node.raw.data);
	out->nodes[at].end = out->n_nodes;
	return true;
}

/* An extension with a small first letter must be understood: split and sparse indexes. */
static bool parse_extensions(struct wt_str rest, struct wt_arena *a, struct checkout_index *out)
{
	while (rest.len) {
		struct wt_str body, tree;

		if (rest.len < 8)
			return false;
		body.data = rest.data + 8;
		body.len = be32((const unsigned char *)rest.data + 4);
		if (body.len > rest.len - 8 || rest.data[0] < 'A' || rest.data[0] > 'Z' ||
		    memcmp(rest.data, "FSMN", 4) == 0)
			return false;
		tree = body;
		/* Only a cache: without it trees are read. */
		if (memcmp(rest.data, "TREE", 4) == 0 &&
		    (out->n_nodes || !parse_node(&tree, a, out, 0) || tree.len))
			out->n_nodes = 0;
		rest.data = body.data + body.len;
		rest.len -= body.len + 8;
	}
	return true;
}

static bool read_index(const char *path, struct wt_arena *a, struct wt_str *out,
		       struct timespec *mtime)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		  st.st_size >= HEADER_BYTES + HASH_BYTES && st.st_size < MAX_INDEX;
	char *bytes;
	size_t got = 0;

	if (ok) {
		bytes = wt_arena_alloc(a, (size_t)st.st_size + 1);
		out->data = bytes;
		out->len = (size_t)st.st_size;
		*mtime = st.st_mtim;
		while (got < out->len) {
			ssize_t n = read(fd, bytes + got, out->len - got);

			if (n <= 0)
				break;
			got += (size_t)n;
		}
		ok = got == out->len;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

bool checkout_index_load(const char *path, struct wt_arena *a, struct checkout_index *out)
{
	struct wt_str rest;
	uint32_t version;

	*out = (struct checkout_index){ 0 };
	if (!read_index(path, a, &rest, &out->mtime) || memcmp(rest.data, "DIRC", 4) != 0)
		return false;
	version = be32((const unsigned char *)rest.data + 4);
	out->n = be32((const unsigned char *)rest.data + 8);
	rest.data += HEADER_BYTES;
	rest.len -= HEADER_BYTES + HASH_BYTES;
	return (version == 2 || version == 3) && parse_entries(&rest, a, out) &&
	       parse_extensions(rest, a, out);
}

/* writing */

static void add_word(struct wt_buf *out, uint32_t value)
{
	unsigned char bytes[4];

	put32(bytes, value);
	wt_buf_add(out, bytes, sizeof bytes);
}

static void add_entry(struct wt_buf *out, const struct checkout_entry *e)
{
	static const char zeros[8] = { 0 };
	size_t len = strlen(e->path), flags = len < NAME_MASK ? len : NAME_MASK;

	for (size_t i = 0; i < CHECKOUT_WORDS; i++)
		add_word(out, e->stat[i]);
	wt_buf_add(out, e->oid.id, sizeof e->oid.id);
	wt_buf_putc(out, (char)(flags >> 8));
	wt_buf_putc(out, (char)(flags & 0xff));
	wt_buf_add(out, e->path, len);
	wt_buf_add(out, zeros, 8 - (ENTRY_BYTES + len) % 8);
}

static void add_nodes(struct wt_buf *out, const struct checkout_plan *plan)
{
	size_t start;

	wt_buf_puts(out, "TREE");
	add_word(out, 0);
	start = out->len;
	for (size_t i = 0; i < plan->n_nodes; i++) {
		const struct checkout_node *n = &plan->nodes[i];

		if (n->raw.len) {
			wt_buf_add(out, n->raw.data, n->raw.len);
			continue;
		}
		wt_buf_add(out, n->name.data, n->name.len);
		wt_buf_putc(out, '\0');
		wt_buf_printf(out, "%zu %zu\n", n->n_entries, n->n_children);
		wt_buf_add(out, n->oid.id, sizeof n->oid.id);
	}
	put32((unsigned char *)out->data + start - 4, (uint32_t)(out->len - start));
}

void checkout_index_render(const struct checkout_plan *plan, struct wt_buf *out)
{
	unsigned char hash[HASH_BYTES];

	wt_buf_puts(out, "DIRC");
	add_word(out, 2);
	add_word(out, (uint32_t)plan->n);
	for (size_t i = 0; i < plan->n; i++)
		add_entry(out, &plan->entries[i]);
	add_nodes(out, plan);
	checkout_sha1(out->data, out->len, hash);
	wt_buf_add(out, hash, sizeof hash);
}
