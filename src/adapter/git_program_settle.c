/* SPDX-License-Identifier: MIT */
/* Finishing what an update of a checkout left half done, path by path, and nothing else. */

#include "git_program_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/map.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"

#define PATHS_A_CALL 400u /* keeps one argument list far below the system's limit */
#define MAX_PATH     8192u
#define MODE_LINK    0120000u
#define MODE_MODULE  0160000u

/* What stands somewhere, seen from old and new. */
enum found { AS_OLD, AS_NEW, ABSENT, OTHER };

struct path {
	const char *name;
	unsigned was_mode, is_mode; /* 0: absent in that tree */
	struct wt_oid was, is;
	enum found index, file;
	bool is_skipped; /* the index says that its file is not checked out */
	bool is_assumed; /* ... or not to be looked at */
	bool is_hashed;
	unsigned mode; /* of the file, when it is hashed: 0100644 or 0100755 */
};

struct settling {
	struct git_self *g;
	const char *checkout;
	struct wt_arena *arena;
	struct git_index_lock lock;
	bool is_cut_short; /* what is absent or half written may be ours */
	struct path *paths;
	size_t n, cap;
	struct wt_map by_name;
};

/* what is to change */

/* ":100644 100755 <oid> <oid> M" and the path, each ends in NUL. */
static bool parse_change(struct wt_str head, struct path *p)
{
	struct wt_str word;
	unsigned *modes[2] = { &p->was_mode, &p->is_mode };
	struct wt_oid *oids[2] = { &p->was, &p->is };

	if (!wt_str_starts(head, ":"))
		return false;
	head = (struct wt_str){ head.data + 1, head.len - 1 };
	for (int i = 0; i < 2; i++) {
		if (!wt_str_next(&head, " ", &word))
			return false;
		for (size_t k = 0; k < word.len; k++)
			*modes[i] = *modes[i] * 8 + (unsigned)(word.data[k] - '0');
	}
	for (int i = 0; i < 2; i++)
		if (!wt_str_next(&head, " ", &word) || !wt_oid_parse(word, oids[i]))
			return false;
	return true;
}

static enum wt_code list_changes(struct settling *s, const struct wt_oid *old_tree,
				 const struct wt_oid *new_tree, struct wt_error *err)
{
	struct wt_oid_text from = wt_oid_hex(old_tree), to = wt_oid_hex(new_tree);
	const struct git_call call = {
		.args = GIT_ARGS("diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index",
				 "--ignore-submodules=none", from.hex, to.hex),
		.what = "compare two trees"
	};
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, head, name;
	enum wt_code rc = git_do(s->g, &call, &text, err);

	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &head)) {
		struct path *p = WT_ARENA_PUSH(s->arena, s->paths, s->n, s->cap);

		*p = (struct path){ .index = ABSENT, .file = ABSENT };
		if (!parse_change(head, p) || !git_next_item(&rest, &name))
			rc = wt_fail(err, WT_E_ENV, "cannot read how two trees differ");
		else
			p->name = wt_arena_strndup(s->arena, name.data, name.len);
	}
	for (size_t i = 0; !rc && i < s->n; i++)
		wt_map_put(&s->by_name, s->paths[i].name, i, &(bool){ false });
	wt_buf_clear(&text);
	return rc;
}

/* A call about some of the paths, each an argument of its own. */
static enum wt_code ask(struct settling *s, const char *const *lead, const char *const *names,
			size_t n, struct wt_buf *text, struct wt_error *err)
{
	size_t n_lead = 0;
	const char **args;
	struct git_call call = { .cwd = s->checkout,
				 .set = s->lock.set,
				 .what = "look at the checkout" };

	while (lead[n_lead])
		n_lead++;
	args = wt_arena_alloc(s->arena, (n_lead + n + 1) * sizeof *args);
	memcpy(args, lead, n_lead * sizeof *args);
	memcpy(args + n_lead, names, n * sizeof *args);
	call.args = args;
	return git_do(s->g, &call, text, err);
}

/* the index */

/* A path whose name an entry uses as a folder: the entry is a person's and stays. */
static void give_up_above(struct settling *s, char *name)
{
	for (char *slash; (slash = strrchr(name, '/'));) {
		size_t at;

		*slash = '\0';
		at = wt_map_find(&s->by_name, name);
		if (at != WT_MAP_NONE)
			s->paths[at].index = OTHER;
	}
}

static bool is_given_up_above(const struct settling *s, char *name)
{
	for (char *slash; (slash = strrchr(name, '/'));) {
		size_t at;

		*slash = '\0';
		at = wt_map_find(&s->by_name, name);
		if (at != WT_MAP_NONE && s->paths[at].index == OTHER)
			return true;
	}
	return false;
}

/* Where a file became a folder or a folder a file, what is a person's on one side keeps the other
 * side away. */
static void spread(struct settling *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->paths[i].index == OTHER)
			give_up_above(s, wt_arena_strdup(s->arena, s->paths[i].name));
	for (size_t i = 0; i < s->n; i++)
		if (s->paths[i].is_mode &&
		    is_given_up_above(s, wt_arena_strdup(s->arena, s->paths[i].name)))
			s->paths[i].index = OTHER;
}

/* "H 100644 <oid> 0\tname"; a stage other than 0 is an unfinished merge. */
static void take_entry(struct settling *s, struct wt_str item)
{
	size_t tab = wt_str_find(item, "\t"), at;
	struct wt_str rest = { item.data, tab }, tag, mode_text, oid_text;
	struct wt_oid oid;
	unsigned mode = 0;
	struct path *p;

	if (tab >= item.len || !wt_str_next(&rest, " ", &tag) ||
	    !wt_str_next(&rest, " ", &mode_text) || !wt_str_next(&rest, " ", &oid_text) ||
	    !wt_oid_parse(oid_text, &oid))
		return;
	at = wt_map_find(&s->by_name,
			 wt_arena_strndup(s->arena, item.data + tab + 1, item.len - tab - 1));
	if (at == WT_MAP_NONE) {
		give_up_above(s,
			      wt_arena_strndup(s->arena, item.data + tab + 1, item.len - tab - 1));
		return;
	}
	p = &s->paths[at];
	for (size_t k = 0; k < mode_text.len; k++)
		mode = mode * 8 + (unsigned)(mode_text.data[k] - '0');
	p->is_skipped = tag.data[0] == 'S' || tag.data[0] == 's';
	p->is_assumed = tag.data[0] >= 'a' && tag.data[0] <= 'z';
	p->index = OTHER;
	if (rest.len && rest.data[0] != '0')
		return;
	if (p->is_mode == mode && wt_oid_is_equal(&p->is, &oid))
		p->index = AS_NEW;
	else if (p->was_mode == mode && wt_oid_is_equal(&p->was, &oid))
		p->index = AS_OLD;
}

static enum wt_code look_at_index(struct settling *s, const char *const *names,
				  struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < s->n; i += PATHS_A_CALL) {
		size_t n = s->n - i < PATHS_A_CALL ? s->n - i : PATHS_A_CALL;

		rc = ask(s,
			 GIT_ARGS("--literal-pathspecs", "ls-files", "-z", "-v", "--stage", "--"),
			 names + i, n, &text, err);
	}
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &item))
		take_entry(s, item);
	wt_buf_clear(&text);
	for (size_t i = 0; i < s->n; i++)
		if (s->paths[i].index == ABSENT)
			s->paths[i].index = !s->paths[i].is_mode    ? AS_NEW
					    : !s->paths[i].was_mode ? AS_OLD
								    : OTHER;
	spread(s);
	return rc;
}

/* the files */

/* Nothing is looked at or written behind a link: then the path is as good as absent. */
static bool stat_inside(const struct settling *s, const char *name, struct stat *st)
{
	char full[MAX_PATH];
	size_t root = strlen(s->checkout), n = strlen(name);

	if (root + 1 + n >= sizeof full)
		return false;
	memcpy(full, s->checkout, root);
	full[root] = '/';
	memcpy(full + root + 1, name, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (name[i] != '/')
			continue;
		full[root + 1 + i] = '\0';
		if (lstat(full, st) != 0 || !S_ISDIR(st->st_mode))
			return false;
		full[root + 1 + i] = '/';
	}
	return lstat(full, st) == 0;
}

static char *full_path(struct settling *s, const char *name)
{
	return wt_path_join(s->arena, s->checkout, name);
}

static bool is_link_to(struct settling *s, const char *target, const struct wt_oid *oid)
{
	struct wt_buf blob = WT_BUF_INIT;
	struct wt_error ignored;
	bool same = git_libgit2_store.blob(s->g, oid, &blob, &ignored) == WT_OK &&
		    strcmp(blob.data, target) == 0;

	wt_buf_clear(&blob);
	return same;
}

static enum found look_at_link(struct settling *s, const struct path *p)
{
	char target[MAX_PATH];
	ssize_t n = readlink(full_path(s, p->name), target, sizeof target - 1);

	if (n < 0)
		return OTHER;
	target[n] = '\0';
	if (p->is_mode == MODE_LINK && is_link_to(s, target, &p->is))
		return AS_NEW;
	return p->was_mode == MODE_LINK && is_link_to(s, target, &p->was) ? AS_OLD : OTHER;
}

/* Regular files are left to be hashed. */
static void look_at_file(struct settling *s, struct path *p)
{
	struct stat st;
	bool has_file = false;

	if (p->is_mode == MODE_MODULE || p->was_mode == MODE_MODULE || p->is_skipped)
		p->file = AS_NEW; /* git has no files there to write */
	else if (!stat_inside(s, p->name, &st) || S_ISDIR(st.st_mode))
		p->file = ABSENT;
	else if (S_ISLNK(st.st_mode))
		p->file = look_at_link(s, p);
	else {
		p->file = OTHER;
		has_file = true;
	}
	if (p->file == ABSENT && !s->is_cut_short && p->was_mode && p->is_mode)
		p->file = OTHER; /* a person deleted it */
	p->is_hashed = p->file == OTHER && has_file && S_ISREG(st.st_mode);
	if (p->is_hashed)
		p->mode = st.st_mode & 0100 ? 0100755 : 0100644;
}

static bool is_mode_kept(const struct git_self *g)
{
	const char *set = git_program_setting(g, "core.fileMode");
	bool is_kept = true;

	if (set)
		wt_text_parse_bool(wt_str_of(set), &is_kept);
	return is_kept;
}

static bool is_file_of(const struct path *p, unsigned mode, const struct wt_oid *want,
		       const struct wt_oid *got, bool minds_mode)
{
	return (mode & 0170000) == 0100000 && wt_oid_is_equal(want, got) &&
	       (!minds_mode || mode == p->mode);
}

enum likeness { DIFFERENT, BEGUN, SAME };

/* How a file compares with what git would write for the blob. BEGUN: it holds the beginning of
 * that, so nothing in it is anybody else's. */
static enum likeness compare_written(struct settling *s, const struct path *p, unsigned mode,
				     const struct wt_oid *oid)
{
	const char *spec = wt_arena_printf(s->arena, "--path=%s", p->name);
	struct wt_oid_text hex = wt_oid_hex(oid);
	const struct git_call call = { .args = GIT_ARGS("cat-file", "--filters", spec, hex.hex),
				       .cwd = s->checkout,
				       .what = "read a file as it is checked out" };
	struct wt_buf want = WT_BUF_INIT;
	struct wt_error ignored;
	char chunk[65536];
	size_t at = 0;
	ssize_t n = 1;
	int fd = -1;
	bool same = (mode & 0170000) == 0100000 && git_do(s->g, &call, &want, &ignored) == WT_OK;

	if (same)
		fd = open(full_path(s, p->name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	same = fd >= 0;
	while (same && n > 0) {
		n = read(fd, chunk, sizeof chunk);
		same = n >= 0 && at + (size_t)n <= want.len &&
		       memcmp(want.data + at, chunk, (size_t)n) == 0;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	if (!same)
		at = SIZE_MAX;
	n = at < want.len ? BEGUN : at == want.len ? SAME : DIFFERENT;
	wt_buf_clear(&want);
	return (enum likeness)n;
}

/* For what the clean filter does not tell: it need not be the reverse of what git writes. */
static enum found compare_bytes(struct settling *s, const struct path *p, bool minds_mode)
{
	enum likeness like = compare_written(s, p, p->is_mode, &p->is);

	if (like == SAME && (!minds_mode || p->mode == p->is_mode))
		return AS_NEW;
	if (like == BEGUN && s->is_cut_short)
		return AS_OLD;
	like = compare_written(s, p, p->was_mode, &p->was);
	return like == SAME && (!minds_mode || p->mode == p->was_mode) ? AS_OLD : OTHER;
}

static enum wt_code hash_files(struct settling *s, struct path **list, size_t n,
			       struct wt_error *err)
{
	const char **names = wt_arena_alloc(s->arena, (n + 1) * sizeof *names);
	bool minds_mode = is_mode_kept(s->g);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;
	struct wt_oid got;
	enum wt_code rc;

	for (size_t i = 0; i < n; i++)
		names[i] = list[i]->name;
	rc = ask(s, GIT_ARGS("hash-object", "--"), names, n, &text, err);
	rest = (struct wt_str){ text.data, text.len };
	for (size_t i = 0; !rc && i < n; i++) {
		if (!wt_str_next(&rest, "\n", &line) || !wt_oid_parse(line, &got)) {
			rc = wt_fail(err, WT_E_ENV, "git did not tell what a file holds");
			break;
		}
		if (is_file_of(list[i], list[i]->is_mode, &list[i]->is, &got, minds_mode))
			list[i]->file = AS_NEW;
		else if (is_file_of(list[i], list[i]->was_mode, &list[i]->was, &got, minds_mode))
			list[i]->file = AS_OLD;
		else
			list[i]->file = compare_bytes(s, list[i], minds_mode);
	}
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code look_at_files(struct settling *s, struct wt_error *err)
{
	struct path *list[PATHS_A_CALL];
	size_t n = 0;
	enum wt_code rc = git_program_settings(s->g, err);

	for (size_t i = 0; !rc && i < s->n; i++) {
		look_at_file(s, &s->paths[i]);
		if (s->paths[i].is_hashed)
			list[n++] = &s->paths[i];
		if (n == PATHS_A_CALL || (n && i + 1 == s->n)) {
			rc = hash_files(s, list, n, err);
			n = 0;
		}
	}
	return rc;
}

/* writing */

static enum wt_code feed(struct settling *s, const char *const *args, const struct wt_buf *input,
			 struct wt_error *err)
{
	const struct git_call call = { .args = args,
				       .cwd = s->checkout,
				       .set = s->lock.set,
				       .input = { input->data, input->len },
				       .what = "bring the checkout along" };

	return input->len ? git_do(s->g, &call, NULL, err) : WT_OK;
}

static bool is_index_ours(const struct path *p)
{
	return p->index == AS_OLD || p->index == AS_NEW;
}

/* Where the person's index is in the way, the file stays as it is. */
static bool is_to_write(const struct path *p)
{
	return (p->file == AS_OLD || p->file == ABSENT) && is_index_ours(p) && !p->is_skipped;
}

static enum wt_code write_index(struct settling *s, struct wt_error *err)
{
	struct wt_buf info = WT_BUF_INIT, skipped = WT_BUF_INIT;
	enum wt_code rc;

	/* Removals first: a folder may have become a file. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < s->n; i++) {
			const struct path *p = &s->paths[i];

			if (p->index != AS_OLD || (p->is_mode != 0) != (pass == 1))
				continue;
			wt_buf_printf(&info, "%o %s\t", p->is_mode, wt_oid_hex(&p->is).hex);
			wt_buf_add(&info, p->name, strlen(p->name) + 1);
			if (p->is_skipped && pass)
				wt_buf_add(&skipped, p->name, strlen(p->name) + 1);
		}
	}
	rc = feed(s, GIT_ARGS("update-index", "-z", "--index-info"), &info, err);
	if (!rc)
		rc = feed(s, GIT_ARGS("update-index", "--skip-worktree", "-z", "--stdin"), &skipped,
			  err);
	wt_buf_clear(&info);
	wt_buf_clear(&skipped);
	return rc;
}

/* The file, and the folders that are empty without it. */
static void remove_file(struct settling *s, const char *name)
{
	char *full = full_path(s, name);
	size_t root = strlen(s->checkout);
	struct stat st;

	if (!stat_inside(s, name, &st) || S_ISDIR(st.st_mode) || unlink(full) < 0)
		return;
	for (char *slash; (slash = strrchr(full, '/')) && (size_t)(slash - full) > root;) {
		*slash = '\0';
		if (rmdir(full) < 0)
			return;
	}
}

/* Nothing but folders above the path, as far as there is anything. */
static bool is_way_free(struct settling *s, const char *name)
{
	char *full = full_path(s, name);
	struct stat st;

	for (char *slash = full + strlen(s->checkout) + 1; (slash = strchr(slash, '/')); slash++) {
		bool is_free;

		*slash = '\0';
		is_free = lstat(full, &st) != 0 ? errno == ENOENT : S_ISDIR(st.st_mode);
		if (!is_free)
			return false;
		*slash = '/';
	}
	return true;
}

static enum wt_code write_files(struct settling *s, struct wt_error *err)
{
	struct wt_buf names = WT_BUF_INIT, assumed = WT_BUF_INIT;
	enum wt_code rc;

	for (size_t i = 0; i < s->n; i++)
		if (is_to_write(&s->paths[i]) && !s->paths[i].is_mode)
			remove_file(s, s->paths[i].name);
	for (size_t i = 0; i < s->n; i++) {
		struct path *p = &s->paths[i];
		struct stat st;

		if (!is_to_write(p) || !p->is_mode)
			continue;
		/* What still stands there, or on the way, is a person's; git would remove it. */
		if (!is_way_free(s, p->name) ||
		    (p->file == ABSENT && stat_inside(s, p->name, &st) &&
		     rmdir(full_path(s, p->name)) < 0))
			p->file = OTHER;
		else
			wt_buf_add(&names, p->name, strlen(p->name) + 1);
	}
	rc = feed(s, GIT_ARGS("checkout-index", "-f", "-u", "-z", "--stdin"), &names, err);
	for (size_t i = 0; i < s->n; i++)
		if (s->paths[i].is_assumed && s->paths[i].is_mode && is_index_ours(&s->paths[i]))
			wt_buf_add(&assumed, s->paths[i].name, strlen(s->paths[i].name) + 1);
	if (!rc)
		rc = feed(s, GIT_ARGS("update-index", "--assume-unchanged", "-z", "--stdin"),
			  &assumed, err);
	wt_buf_clear(&names);
	wt_buf_clear(&assumed);
	return rc;
}

static void list_theirs(const struct settling *s, const char ***theirs, size_t *n)
{
	size_t cap = 0;

	*theirs = NULL;
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!is_index_ours(&s->paths[i]) || s->paths[i].file == OTHER)
			*WT_ARENA_PUSH(s->arena, *theirs, *n, cap) = s->paths[i].name;
}

static enum wt_code settle(struct settling *s, struct wt_error *err)
{
	const char **names = wt_arena_alloc(s->arena, (s->n + 1) * sizeof *names);
	const struct git_call refresh = { .args = GIT_ARGS("update-index", "-q", "--refresh"),
					  .cwd = s->checkout,
					  .set = s->lock.set,
					  .what = "refresh the index" };
	struct wt_error ignored;
	enum wt_code rc;

	for (size_t i = 0; i < s->n; i++)
		names[i] = s->paths[i].name;
	rc = look_at_index(s, names, err);
	if (!rc)
		rc = look_at_files(s, err);
	if (!rc)
		rc = write_index(s, err);
	if (!rc)
		rc = write_files(s, err);
	if (!rc) {
		(void)git_do(s->g, &refresh, NULL, &ignored);
		rc = git_index_replace(&s->lock, err);
	}
	return rc;
}

enum wt_code git_program_checkout_settle(void *self, const struct wt_settle *spec,
					 struct wt_arena *a, const char ***theirs, size_t *n,
					 struct wt_error *err)
{
	struct git_self *g = self;
	struct settling s = { .g = g, .checkout = spec->checkout, .arena = a };
	enum wt_code rc = git_index_lock(self, spec->checkout, GIT_INDEX_MEND, a, &s.lock, err);

	*n = 0;
	if (rc)
		return rc;
	s.is_cut_short = s.lock.was_left ||
			 (g->cut_short && strcmp(g->cut_short, spec->checkout) == 0);
	rc = list_changes(&s, spec->old_tree, spec->new_tree, err);
	if (!rc && s.n)
		rc = settle(&s, err);
	if (!rc)
		list_theirs(&s, theirs, n);
	if (rc || s.is_cut_short)
		g->cut_short = rc ? wt_arena_strdup(&g->arena, spec->checkout) : NULL;
	git_index_unlock(&s.lock);
	wt_map_clear(&s.by_name);
	return rc;
}
