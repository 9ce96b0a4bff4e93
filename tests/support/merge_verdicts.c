/* SPDX-License-Identifier: MIT */
/* Compares our merge of a repository's own merge commits with git's, and measures both. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/engine/merge.h"

#define PAIRS_A_BATCH 100u
#define CAUSES_MAX    32u

struct pair {
	struct wt_oid ours, theirs;
	struct wt_oid tree; /* git's, when clean */
	bool is_clean, is_known;
};

struct tool {
	struct wt_proc proc;
	struct wt_git git;
	struct wt_arena arena;
	const char *repo;
	struct pair *pairs;
	size_t n, cap;
	struct {
		const char *why;
		size_t n;
	} causes[CAUSES_MAX]; /* of handing over */
	size_t n_causes;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int complain(const struct wt_error *err)
{
	fprintf(stderr, "merge-verdicts: %s\n", err->msg);
	return 2;
}

/* Runs git in the repository; the exit code, or -1. */
static int run_git(struct tool *t, const char *const *argv, struct wt_str input, struct wt_buf *out,
		   struct wt_error *err)
{
	const struct wt_cmd cmd = { .argv = argv, .cwd = t->repo, .input = input };
	struct wt_cmd_result res;
	enum wt_code rc = t->proc.run(t->proc.self, &cmd, &res, err);

	if (!rc)
		wt_buf_add(out, res.out.data, res.out.len);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc ? -1 : res.code;
}

/* The newest merges with two parents. */
static enum wt_code list_pairs(struct tool *t, const char *n, struct wt_error *err)
{
	const char *const argv[] = {
		"git", "rev-list", "--parents", "--min-parents=2", "--max-parents=2", "-n",
		n,     "HEAD",     NULL
	};
	struct wt_buf out = WT_BUF_INIT;
	struct wt_str rest, line, word;

	if (run_git(t, argv, (struct wt_str){ 0 }, &out, err) != 0) {
		wt_buf_clear(&out);
		return wt_fail(err, WT_E_ENV, "cannot list the merges of '%s'", t->repo);
	}
	rest = (struct wt_str){ out.data, out.len };
	while (wt_str_next(&rest, "\n", &line)) {
		struct pair p = { .is_known = false };

		if (wt_str_next(&line, " ", &word) && wt_str_next(&line, " ", &word) &&
		    wt_oid_parse(word, &p.ours) && wt_str_next(&line, " ", &word) &&
		    wt_oid_parse(word, &p.theirs))
			*WT_ARENA_PUSH(&t->arena, t->pairs, t->n, t->cap) = p;
	}
	wt_buf_clear(&out);
	return WT_OK;
}

/* git's answers */

static bool next_item(struct wt_str *rest, struct wt_str *item)
{
	const char *nul = rest->len ? memchr(rest->data, 0, rest->len) : NULL;

	if (!nul)
		return false;
	*item = (struct wt_str){ rest->data, (size_t)(nul - rest->data) };
	rest->len -= item->len + 1;
	rest->data = nul + 1;
	return true;
}

/* "<status>\0<tree>\0[<path>\0]...\0" for each pair; how many could be read. */
static size_t read_batch(struct wt_str text, struct pair *pairs, size_t n)
{
	struct wt_str status, item;
	size_t i = 0;

	for (; i < n && next_item(&text, &status) && next_item(&text, &item); i++) {
		if (!wt_oid_parse(item, &pairs[i].tree))
			break;
		pairs[i].is_clean = wt_str_is(status, "1");
		pairs[i].is_known = true;
		while (next_item(&text, &item) && item.len)
			;
	}
	return i;
}

static size_t ask_batch(struct tool *t, struct pair *pairs, size_t n, struct wt_error *err)
{
	const char *const argv[] = { "git",     "merge-tree",  "--write-tree",
				     "--stdin", "--name-only", "--no-messages",
				     NULL };
	struct wt_buf in = WT_BUF_INIT, out = WT_BUF_INIT;
	size_t done = 0;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&in, "%s %s\n", wt_oid_hex(&pairs[i].ours).hex,
			      wt_oid_hex(&pairs[i].theirs).hex);
	if (run_git(t, argv, (struct wt_str){ in.data, in.len }, &out, err) >= 0)
		done = read_batch((struct wt_str){ out.data, out.len }, pairs, n);
	wt_buf_clear(&in);
	wt_buf_clear(&out);
	return done;
}

/* One process for one pair; what git cannot merge at all stays unknown. */
static void ask_once(struct tool *t, struct pair *p, struct wt_error *err)
{
	struct wt_oid_text x = wt_oid_hex(&p->ours), y = wt_oid_hex(&p->theirs);
	const char *const argv[] = { "git", "merge-tree",  "--write-tree",
				     "-z",  "--name-only", "--no-messages",
				     x.hex, y.hex,         NULL };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_str rest, item;
	int code = run_git(t, argv, (struct wt_str){ 0 }, &out, err);

	rest = (struct wt_str){ out.data, out.len };
	p->is_clean = code == 0;
	p->is_known = (code == 0 || code == 1) && next_item(&rest, &item) &&
		      wt_oid_parse(item, &p->tree);
	wt_buf_clear(&out);
}

static void ask_git(struct tool *t, struct wt_error *err)
{
	for (size_t i = 0; i < t->n;) {
		size_t n = t->n - i < PAIRS_A_BATCH ? t->n - i : PAIRS_A_BATCH;
		size_t done = ask_batch(t, t->pairs + i, n, err);

		i += done;
		if (done < n)
			ask_once(t, &t->pairs[i++], err);
	}
}

/* comparing */

static void count_cause(struct tool *t, const char *why)
{
	size_t i = 0;

	while (i < t->n_causes && strcmp(t->causes[i].why, why) != 0)
		i++;
	if (i == CAUSES_MAX)
		return;
	if (i == t->n_causes)
		t->causes[t->n_causes++].why = why;
	t->causes[i].n++;
}

struct tally {
	size_t compared, skipped, differ;
	size_t walked, handed_clean, handed_conflict;
};

static const char *difference(const struct pair *p, const struct wt_merge_outcome *m)
{
	if (m->is_clean && !p->is_clean)
		return "we say clean, git says conflict";
	if (!m->is_clean && p->is_clean)
		return "we say conflict, git says clean";
	if (m->is_clean && !wt_oid_is_equal(&m->tree, &p->tree))
		return "both clean, but the trees differ";
	return NULL;
}

static void compare(struct tool *t, const struct pair *p, struct tally *all)
{
	struct wt_arena a = { 0 };
	struct wt_merge_outcome m;
	struct wt_error err = { 0 };
	const char *what = NULL;

	if (!p->is_known) {
		all->skipped++;
		return;
	}
	all->compared++;
	if (wt_merge_trees(&t->git, NULL, &p->ours, &p->theirs, &a, &m, &err))
		what = err.msg;
	else
		what = difference(p, &m);
	if (what) {
		all->differ++;
		printf("%s %s: %s\n", wt_oid_hex(&p->ours).hex, wt_oid_hex(&p->theirs).hex, what);
	} else if (m.by_git) {
		count_cause(t, m.why);
		all->handed_clean += m.is_clean;
		all->handed_conflict += !m.is_clean;
	} else {
		all->walked++;
	}
	wt_arena_clear(&a);
}

static int verdicts(struct tool *t)
{
	struct tally all = { 0 };
	struct wt_error err = { 0 };

	ask_git(t, &err);
	for (size_t i = 0; i < t->n; i++)
		compare(t, &t->pairs[i], &all);
	printf("clean by our walk, same tree as git  %6zu\n", all.walked);
	printf("handed to git, clean                 %6zu\n", all.handed_clean);
	printf("handed to git, conflict              %6zu\n", all.handed_conflict);
	for (size_t i = 0; i < t->n_causes; i++)
		printf("  because %-70s %6zu\n", t->causes[i].why, t->causes[i].n);
	if (all.skipped)
		printf("not mergeable by git itself          %6zu\n", all.skipped);
	printf("merge verdicts: %zu compared, %zu differ\n", all.compared, all.differ);
	return all.differ || !all.compared;
}

/* measuring */

static int bench(struct tool *t, double open_ms)
{
	double start, ours = 0, walked_only = 0;
	size_t walked = 0;
	struct wt_error err = { 0 };

	start = now_ms();
	for (size_t i = 0; i < t->n; i++)
		ask_once(t, &t->pairs[i], &err);
	printf("git_process_ms_per_pair %.3f\n", (now_ms() - start) / (double)t->n);
	start = now_ms();
	for (size_t i = 0; i < t->n; i += PAIRS_A_BATCH)
		ask_batch(t, t->pairs + i, t->n - i < PAIRS_A_BATCH ? t->n - i : PAIRS_A_BATCH,
			  &err);
	printf("git_batch_ms_per_pair %.3f\n", (now_ms() - start) / (double)t->n);
	for (size_t i = 0; i < t->n; i++) {
		struct wt_arena a = { 0 };
		struct wt_merge_outcome m;
		double took;

		start = now_ms();
		if (wt_merge_trees(&t->git, NULL, &t->pairs[i].ours, &t->pairs[i].theirs, &a, &m,
				   &err))
			return complain(&err);
		took = now_ms() - start;
		ours += took;
		walked += !m.by_git;
		walked_only += m.by_git ? 0 : took;
		wt_arena_clear(&a);
	}
	printf("wtorch_ms_per_pair %.3f\n", ours / (double)t->n);
	if (walked)
		printf("wtorch_walk_ms_per_pair %.3f\n", walked_only / (double)walked);
	printf("wtorch_open_ms %.3f\n", open_ms);
	printf("pairs %zu\npairs_walked %zu\n", t->n, walked);
	return 0;
}

int main(int argc, char **argv)
{
	bool is_bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
	struct tool t = { 0 };
	struct wt_error err = { 0 };
	double start;
	int status = 2;

	argv += is_bench;
	argc -= is_bench;
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: merge-verdicts [--bench] REPO [N]\n"
				"Objects are written into REPO: give it a clone.\n");
		return 2;
	}
	t.repo = argv[1];
	if (wt_proc_linux_open("/nonexistent/wtorch-shim", &t.proc, &err))
		return complain(&err);
	start = now_ms();
	if (wt_git_open(t.repo, &t.proc, &t.git, &err)) {
		complain(&err);
	} else {
		double open_ms = now_ms() - start;

		if (list_pairs(&t, argc > 2 ? argv[2] : "2000", &err))
			complain(&err);
		else if (!t.n)
			fprintf(stderr, "merge-verdicts: '%s' has no merges\n", t.repo);
		else
			status = is_bench ? bench(&t, open_ms) : verdicts(&t);
		wt_git_close(&t.git);
	}
	wt_proc_linux_close(&t.proc);
	wt_arena_clear(&t.arena);
	return status;
}
