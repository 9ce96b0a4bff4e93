/* SPDX-License-Identifier: MIT */
/* What only git can tell of whether work has arrived elsewhere, and how large a checkout is. */

#include "git_priv.h"

#include <stdio.h>
#include <string.h>

/* The user's diff.* settings and drivers have no say in what is the same change. */
#define PLAIN_DIFF                                                                   \
	"-p", "--full-index", "--unified=3", "--inter-hunk-context=0", "--no-color", \
		"--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative",   \
		"--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/",      \
		"--ignore-submodules=none", "--submodule=short"

static bool next_line(struct wt_str *rest, struct wt_str *line)
{
	return wt_str_next(rest, "\n", line);
}

static enum wt_code bad_answer(const char *what, struct wt_error *err)
{
	return wt_fail(err, WT_E_ENV, "cannot %s: git gave an answer that cannot be read", what);
}

enum wt_code git_program_count(void *self, const struct wt_oid *of, const struct wt_oid *without,
			       size_t max, size_t *n, struct wt_error *err)
{
	struct wt_oid_text yes = wt_oid_hex(of), no = wt_oid_hex(without);
	char limit[32];
	const struct git_call call = { .args = GIT_ARGS("rev-list", "--count", limit, yes.hex,
							"--not", no.hex, "--"),
				       .what = "count commits" };
	struct wt_buf text = WT_BUF_INIT;
	int64_t found;
	enum wt_code rc;

	snprintf(limit, sizeof limit, "--max-count=%zu", max);
	rc = git_do(self, &call, &text, err);
	if (!rc &&
	    (!wt_text_parse_int(wt_str_trim((struct wt_str){ text.data, text.len }), &found) ||
	     found < 0))
		rc = bad_answer(call.what, err);
	if (!rc)
		*n = (size_t)found;
	wt_buf_clear(&text);
	return rc;
}

/* The ids of the patches in a diff, a line each: "<id of the patch> <commit, or zeros>". Both
 * streams were read to their end, so half a diff never gets an id. */
static enum wt_code patch_ids(struct git_self *g, const struct wt_buf *diff, struct wt_buf *out,
			      struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("patch-id", "--verbatim"),
				       .input = { diff->data, diff->len },
				       .what = "compare patches" };

	return git_do(g, &call, out, err);
}

/* The patches of the commits, each against its only parent. */
static enum wt_code patches_of(struct git_self *g, const char *base, const char *target,
			       struct wt_buf *out, struct wt_error *err)
{
	const struct git_call list = { .args = GIT_ARGS("rev-list", "--no-merges", target, "--not",
							base, "--"),
				       .what = "list commits" };
	struct wt_buf commits = WT_BUF_INIT, diff = WT_BUF_INIT;
	struct git_call call = { .args = GIT_ARGS("diff-tree", "--stdin", "--root", PLAIN_DIFF),
				 .what = "compare commits" };
	enum wt_code rc = git_do(g, &list, &commits, err);

	call.input = (struct wt_str){ commits.data, commits.len };
	if (!rc && commits.len)
		rc = git_do(g, &call, &diff, err);
	if (!rc && diff.len)
		rc = patch_ids(g, &diff, out, err);
	wt_buf_clear(&commits);
	wt_buf_clear(&diff);
	return rc;
}

/* Reads one line of patch-id. */
static bool parse_ids(struct wt_str line, struct wt_oid *patch, struct wt_oid *commit)
{
	struct wt_str word;

	return wt_str_next(&line, " ", &word) && wt_oid_parse(word, patch) &&
	       wt_str_next(&line, " ", &word) && wt_oid_parse(word, commit);
}

static enum wt_code find_patch(const struct wt_buf *one, const struct wt_buf *many,
			       struct wt_oid *out, struct wt_error *err)
{
	struct wt_str rest = { many->data, many->len }, line;
	struct wt_oid wanted, patch, commit;

	if (!parse_ids(wt_str_trim((struct wt_str){ one->data, one->len }), &wanted, &commit))
		return bad_answer("compare patches", err);
	while (next_line(&rest, &line)) {
		if (!parse_ids(line, &patch, &commit))
			return bad_answer("compare patches", err);
		if (wt_oid_is_equal(&patch, &wanted)) {
			*out = commit;
			break;
		}
	}
	return WT_OK;
}

enum wt_code git_program_same_patch(void *self, const struct wt_oid *base, const struct wt_oid *tip,
				    const struct wt_oid *target, struct wt_oid *out,
				    struct wt_error *err)
{
	struct wt_oid_text from = wt_oid_hex(base), to = wt_oid_hex(tip), in = wt_oid_hex(target);
	const struct git_call call = { .args = GIT_ARGS("diff-tree", PLAIN_DIFF, from.hex, to.hex),
				       .what = "compare commits" };
	struct wt_buf diff = WT_BUF_INIT, one = WT_BUF_INIT, many = WT_BUF_INIT;
	enum wt_code rc = git_do(self, &call, &diff, err);

	*out = (struct wt_oid){ { 0 } };
	if (!rc)
		rc = patch_ids(self, &diff, &one, err);
	if (!rc && one.len)
		rc = patches_of(self, from.hex, in.hex, &many, err);
	if (!rc && one.len)
		rc = find_patch(&one, &many, out, err);
	wt_buf_clear(&diff);
	wt_buf_clear(&one);
	wt_buf_clear(&many);
	return rc;
}

enum wt_code git_program_cherry(void *self, const struct wt_oid *target, const struct wt_oid *tip,
				size_t *landed, size_t *total, struct wt_error *err)
{
	struct wt_oid_text in = wt_oid_hex(target), of = wt_oid_hex(tip);
	const struct git_call call = { .args = GIT_ARGS("cherry", in.hex, of.hex),
				       .what = "compare commits" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;
	enum wt_code rc = git_do(self, &call, &text, err);

	*landed = *total = 0;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && next_line(&rest, &line)) {
		if (line.data[0] != '+' && line.data[0] != '-')
			rc = bad_answer(call.what, err);
		*landed += line.data[0] == '-';
		*total += 1;
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code git_program_unreached(void *self, const struct wt_oid *tips, size_t n_tips,
				   struct wt_arena *a, struct wt_oid **out, size_t *n,
				   struct wt_error *err)
{
	struct wt_buf input = WT_BUF_INIT, text = WT_BUF_INIT;
	struct git_call call = { .args = GIT_ARGS("rev-list", "--max-count=1000",
						  "--ignore-missing", "--stdin", "--not",
						  "--branches", "--remotes", "--tags"),
				 .what = "look for commits that nothing else holds" };
	struct wt_str rest, line;
	size_t cap = 0;
	enum wt_code rc;

	*out = NULL;
	*n = 0;
	for (size_t i = 0; i < n_tips; i++)
		wt_buf_printf(&input, "%s\n", wt_oid_hex(&tips[i]).hex);
	call.input = (struct wt_str){ input.data, input.len };
	rc = n_tips ? git_do(self, &call, &text, err) : WT_OK;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && next_line(&rest, &line))
		if (!wt_oid_parse(line, WT_ARENA_PUSH(a, *out, *n, cap)))
			rc = bad_answer(call.what, err);
	wt_buf_clear(&input);
	wt_buf_clear(&text);
	return rc;
}

/* "<mode> blob <id> <size>\t<path>" */
static bool add_size(struct wt_str item, int64_t *bytes)
{
	struct wt_str word;
	int64_t size;

	for (int i = 0; i < 3; i++)
		if (!wt_str_next(&item, " ", &word))
			return false;
	if (!wt_str_next(&item, " \t", &word))
		return false;
	if (wt_str_is(word, "-")) /* a submodule's commit */
		return true;
	if (!wt_text_parse_int(word, &size) || size < 0)
		return false;
	*bytes += (size + 4095) / 4096 * 4096;
	return true;
}

enum wt_code git_program_checkout_size(void *self, const struct wt_oid *commit, int64_t *bytes,
				       struct wt_error *err)
{
	struct wt_oid_text of = wt_oid_hex(commit);
	const struct git_call call = { .args = GIT_ARGS("ls-tree", "-r", "-l", "-z", "--full-tree",
							of.hex),
				       .what = "measure a checkout" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	enum wt_code rc = git_do(self, &call, &text, err);

	*bytes = 0;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &item))
		if (!add_size(item, bytes))
			rc = bad_answer(call.what, err);
	wt_buf_clear(&text);
	return rc;
}
