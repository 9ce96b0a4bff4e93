/* SPDX-License-Identifier: MIT */
/* Searches the blobs of a tree for names. */

#include <stdlib.h>
#include <string.h>

#include "symbols_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/tree.h"

#define MAX_TREE     200000u             /* files of the tree that are looked at */
#define MAX_BLOB     (512u << 10)        /* larger files are generated, or data */
#define MAX_BYTES    (UINT64_C(1) << 30) /* of all blobs together */
#define MAX_TIME_MS  15000
#define BINARY_BYTES 8000u /* git calls a blob binary by a NUL among its first bytes */

struct scan {
	struct symbols *s;
	struct wt_words words;
	struct wt_buf text; /* of the file that is looked at */
	struct wt_buf path;
	uint64_t bytes;
	int64_t end_ms;
	size_t file; /* number that this one has, or will have with the first name found */
	bool has_name;
};

/* What tells of code, but defines nothing. */
static bool is_code(const char *path)
{
	static const char *const others[] = {
		"md",   "markdown", "rst",  "txt",   "adoc",       "html",      "htm",   "xhtml",
		"css",  "scss",     "less", "json",  "yaml",       "yml",       "toml",  "ini",
		"cfg",  "conf",     "xml",  "svg",   "csv",        "tsv",       "lock",  "sum",
		"po",   "pot",      "map",  "log",   "tex",        "bib",       "diff",  "orig",
		"snap", "patch",    "pem",  "crt",   "png",        "jpg",       "jpeg",  "gif",
		"ico",  "webp",     "pdf",  "zip",   "gz",         "xz",        "bz2",   "zst",
		"tar",  "jar",      "woff", "woff2", "ttf",        "otf",       "mp3",   "mp4",
		"wav",  "so",       "a",    "o",     "dll",        "exe",       "class", "pyc",
		"bin",  "dat",      "db",   "ipynb", "properties", "gitignore",
	};
	const char *dot = strrchr(wt_path_base(path), '.');

	for (size_t i = 0; dot && i < sizeof others / sizeof *others; i++) {
		if (wt_str_is_nocase(wt_str_of(dot + 1), others[i]))
			return false;
	}
	return true;
}

static void note_name(void *arg, size_t name)
{
	struct scan *scan = arg;
	struct symbols_place *p = &scan->s->places[name];

	scan->has_name = scan->has_name || !p->is_common;
	if (p->is_common || (p->n_files && p->files[p->n_files - 1] == scan->file))
		return;
	p->is_common = p->n_files == SYMBOLS_MAX_FILES;
	if (!p->is_common)
		*WT_ARENA_PUSH(&scan->s->scratch, p->files, p->n_files, p->cap_files) = scan->file;
}

static void see_name(void *arg, size_t name)
{
	struct scan *scan = arg;

	scan->has_name = scan->has_name || !scan->s->places[name].is_common;
}

/* Reading a file is ten times as fast as getting a blob out of a pack, so what is checked out
 * says first which files cannot have a name. It may be dirty: what counts is the blob. */
static bool is_ruled_out(struct scan *scan, const struct wt_tree_change *file)
{
	const struct wt_fs *fs = scan->s->ports->fs;
	const char *top = scan->s->ports->git->repo.top;
	struct wt_error ignored;

	wt_buf_reset(&scan->text);
	wt_buf_reset(&scan->path);
	wt_buf_printf(&scan->path, "%s/%s", top ? top : "", file->path);
	if (!top || fs->read(fs->self, scan->path.data, MAX_BLOB, &scan->text, &ignored))
		return false;
	scan->bytes += scan->text.len;
	scan->has_name = false;
	wt_words_scan(&scan->words, (struct wt_str){ scan->text.data, scan->text.len }, see_name,
		      scan);
	return !scan->has_name;
}

static void scan_blob(struct scan *scan, const struct wt_tree_change *file)
{
	const struct wt_git *git = scan->s->ports->git;
	struct wt_error ignored;
	size_t size;

	/* In a partial clone it may be elsewhere; nothing is fetched for a guess. */
	if (git->store->blob_size(git->self, &file->new_side.oid, &size, &ignored) ||
	    size > MAX_BLOB)
		return;
	wt_buf_reset(&scan->text);
	if (git->store->blob(git->self, &file->new_side.oid, &scan->text, &ignored))
		return;
	scan->bytes += size;
	if (memchr(scan->text.data, '\0', size < BINARY_BYTES ? size : BINARY_BYTES))
		return;
	scan->file = scan->s->n_files;
	scan->has_name = false;
	wt_words_scan(&scan->words, (struct wt_str){ scan->text.data, scan->text.len }, note_name,
		      scan);
	if (scan->has_name)
		*WT_ARENA_PUSH(&scan->s->scratch, scan->s->files, scan->s->n_files,
			       scan->s->cap_files) =
			(struct symbols_file){ file->path, file->new_side.oid };
}

static bool is_file(unsigned mode)
{
	return mode == 0100644 || mode == 0100755;
}

static int by_path(const void *a, const void *b)
{
	const struct wt_tree_change *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void symbols_scan(struct symbols *s, const struct wt_oid *tree)
{
	const struct wt_clock *clock = s->ports->clock;
	struct scan scan = { .s = s,
			     .text = WT_BUF_INIT,
			     .path = WT_BUF_INIT,
			     .end_ms = clock->mono_ms(clock->self) + MAX_TIME_MS };
	struct wt_tree_changes all = { .max = MAX_TREE };
	struct wt_oid none = { { 0 } };
	struct wt_error ignored;

	wt_words_build(&s->scratch, s->names, s->n_names, &scan.words);
	if (wt_tree_changes(s->ports->git, &none, tree, &s->scratch, &all, &ignored))
		all.len = 0;
	s->is_whole = all.len < MAX_TREE;
	if (all.len)
		qsort(all.items, all.len, sizeof *all.items, by_path);
	for (size_t i = 0; i < all.len; i++) {
		if (!is_file(all.items[i].new_side.mode) || !is_code(all.items[i].path))
			continue;
		if (scan.bytes > MAX_BYTES || clock->mono_ms(clock->self) > scan.end_ms) {
			s->is_whole = false;
			break;
		}
		if (!is_ruled_out(&scan, &all.items[i]))
			scan_blob(&scan, &all.items[i]);
	}
	wt_buf_clear(&scan.text);
	wt_buf_clear(&scan.path);
}
