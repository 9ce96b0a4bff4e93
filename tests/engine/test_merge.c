/* SPDX-License-Identifier: MIT */
/* Merges in memory, single cases and made-up histories, compared with git's own. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/engine/merge.h"

struct fixture {
	struct scratch *s;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	scratch_setup((void **)&f->s);
	scratch_repo(f->s, "repo", 3);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(scratch_path(f->s, "repo"), &f->proc, &f->git, &f->err), f->err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->s;

	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	free(f);
	return scratch_teardown(&scratch);
}

static struct wt_oid oid_at(struct fixture *f, const char *name)
{
	const char *hex = scratch_output(f->s, "git -C repo rev-parse '%s'", name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

/* Two branches from the fork, each made by a shell command in the repository. */
static struct wt_merge_outcome merge(struct fixture *f, const char *ours, const char *theirs)
{
	struct wt_merge_outcome m;
	struct wt_oid base = oid_at(f, "main"), x, y;

	scratch_run(
		f->s,
		"cd repo && git checkout -qB ours main && { %s; } && git add -A && "
		"git commit -q --allow-empty -m ours && git checkout -qB theirs main && { %s; } "
		"&& git add -A && git commit -q --allow-empty -m theirs && git checkout -q main",
		ours, theirs);
	x = oid_at(f, "ours");
	y = oid_at(f, "theirs");
	check_ok(wt_merge_trees(&f->git, &base, &x, &y, &f->s->arena, &m, &f->err), f->err);
	return m;
}

/* What the merged tree holds, with git's verdict checked beside it. */
static const char *files_of(struct fixture *f, const struct wt_merge_outcome *m)
{
	assert_true(m->is_clean);
	check_str(scratch_output(f->s, "git -C repo merge-tree --write-tree ours theirs"),
		  wt_arena_printf(&f->s->arena, "%s\n", wt_oid_hex(&m->tree).hex));
	return scratch_output(f->s, "git -C repo ls-tree -r --name-only %s",
			      wt_oid_hex(&m->tree).hex);
}

/* single cases */

static void test_merge__joins_changes_of_different_files_without_git(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m = merge(f, "echo a > src/file-1.txt; echo n > new",
					  "echo b > src/file-2.txt; rm src/file-3.txt");

	assert_false(m.by_git);
	check_str(files_of(f, &m), "new\nsrc/file-1.txt\nsrc/file-2.txt\n");
}

static void test_merge__joins_changes_in_one_file_without_git(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m = merge(f, "sed -i 1d src/file-1.txt",
					  "echo end >> src/file-1.txt; chmod +x src/file-1.txt");

	assert_false(m.by_git);
	files_of(f, &m);
	check_contains(scratch_output(f->s, "git -C repo ls-tree %s src/file-1.txt",
				      wt_oid_hex(&m.tree).hex),
		       "100755 blob");
}

static void test_merge__reports_a_conflict_in_the_words_of_git(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m =
		merge(f, "echo a > src/file-1.txt", "echo b > src/file-1.txt; rm src/file-2.txt");

	assert_false(m.is_clean);
	assert_true(m.by_git);
	check_int(m.n_paths, 1);
	check_str(m.paths[0], "src/file-1.txt");
	check_contains(m.detail, "CONFLICT (content)");
	check_str(m.why, "both sides changed the same lines");
}

static void test_merge__follows_renames_as_git_does(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m =
		merge(f, "git mv src/file-1.txt moved.txt", "echo end >> src/file-1.txt");

	assert_true(m.by_git);
	check_str(files_of(f, &m), "moved.txt\nsrc/file-2.txt\nsrc/file-3.txt\n");
	/* Without a hand on it by the other side, a rename is nothing special. */
	m = merge(f, "git mv src/file-1.txt moved.txt", "echo end >> src/file-2.txt");
	assert_false(m.by_git);
	files_of(f, &m);
}

static void test_merge__sees_renames_behind_equal_folders(void **state)
{
	struct fixture *f = *state;
	/* Both gave up src/file-1.txt, so the folder src is the same on both sides; only one
	 * keeps the file, under another name. */
	struct wt_merge_outcome m =
		merge(f, "git mv src/file-1.txt moved.txt", "git rm -q src/file-1.txt");

	assert_true(m.by_git);
	assert_false(m.is_clean);
	check_contains(m.detail, "rename/delete");
}

static void test_merge__leaves_renamed_folders_to_git(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m = merge(f, "git mv src lib", "echo new > src/new.txt");

	assert_true(m.by_git);
	assert_false(m.is_clean);
	check_contains(m.detail, "CONFLICT (file location)");
}

static void test_merge__knows_its_base_without_a_search(void **state)
{
	struct fixture *f = *state;
	struct wt_oid base = oid_at(f, "main"), tip;
	struct wt_merge_outcome m;

	merge(f, "true", "echo new > new");
	tip = oid_at(f, "theirs");
	check_ok(wt_merge_trees(&f->git, &base, &base, &tip, &f->s->arena, &m, &f->err), f->err);
	assert_true(m.is_clean && !m.by_git);
	base = oid_at(f, "theirs^{tree}");
	assert_true(wt_oid_is_equal(&m.tree, &base));
	/* A recorded base that is wrong must not matter. */
	base = oid_at(f, "ours");
	check_ok(wt_merge_trees(&f->git, &base, &base, &tip, &f->s->arena, &m, &f->err), f->err);
	files_of(f, &m);
}

static void test_merge__takes_the_tip_when_it_contains_the_base(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m;
	struct wt_oid base = oid_at(f, "main"), tip, tree;

	scratch_run(f->s,
		    "cd repo && git checkout -qb side && echo s > s && git add s && git commit "
		    "-qm s && git checkout -qb tip main && git merge -q --no-ff --no-edit "
		    "side && git checkout -q main");
	tip = oid_at(f, "tip");
	tree = oid_at(f, "tip^{tree}");
	check_ok(wt_merge_trees(&f->git, &base, &base, &tip, &f->s->arena, &m, &f->err), f->err);
	assert_true(m.is_clean && !m.by_git && wt_oid_is_equal(&m.tree, &tree));
}

static void test_merge__does_not_merge_unrelated_histories(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m;
	struct wt_oid x = oid_at(f, "main"), y;

	scratch_run(f->s, "cd repo && git checkout -q --orphan lonely && git commit -qm o");
	y = oid_at(f, "lonely");
	check_ok(wt_merge_trees(&f->git, NULL, &x, &y, &f->s->arena, &m, &f->err), f->err);
	assert_false(m.is_clean);
	check_contains(m.detail, "not related");
	memset(&y, 3, sizeof y);
	check_int(wt_merge_trees(&f->git, NULL, &x, &y, &f->s->arena, &m, &f->err), WT_E_ENV);
}

/* attributes and configuration */

static void test_merge__obeys_attributes_that_name_a_way_to_merge(void **state)
{
	struct fixture *f = *state;
	static const char ours[] = "sed -i 1d src/file-1.txt",
			  theirs[] = "echo end >> src/file-1.txt";
	struct wt_merge_outcome m;

	scratch_run(f->s, "cd repo && echo '*.md -merge' > .gitattributes && git add . && "
			  "git commit -qm a");
	m = merge(f, ours, theirs);
	assert_true(m.is_clean && !m.by_git);
	scratch_run(f->s,
		    "cd repo && echo 'file-1.txt binary' > src/.gitattributes && git add . && "
		    "git commit -qm a");
	m = merge(f, ours, theirs);
	assert_true(m.by_git);
	check_str(m.why, "a .gitattributes speaks of how to merge");
	/* One side alone brings the attribute. */
	scratch_run(f->s, "cd repo && git rm -q src/.gitattributes && git commit -qm a");
	m = merge(f, ours,
		  "echo end >> src/file-1.txt; echo '*.txt merge=union' > src/.gitattributes");
	assert_true(m.by_git);
	scratch_write(f->s, "repo/.git/info/attributes", "src/file-1.txt -merge");
	m = merge(f, ours, theirs);
	assert_true(m.by_git);
	assert_false(m.is_clean);
}

static void test_merge__leaves_configured_merges_to_git(void **state)
{
	struct fixture *f = *state;
	struct wt_merge_outcome m;

	scratch_run(f->s, "git -C repo config merge.directoryRenames true");
	m = merge(f, "sed -i 1d src/file-1.txt", "echo end >> src/file-1.txt");
	assert_true(m.by_git);
	files_of(f, &m);
	m = merge(f, "echo a > src/file-1.txt", "echo b > src/file-2.txt");
	assert_false(m.by_git);
}

/* made-up histories */

#define FILES_MAX 48
#define TEXT_MAX  2048
#define MERGES    400 /* of one run; WTORCH_MERGES asks for another number */
#define ROUND     200 /* merges that share one import */

struct file {
	char path[64];
	unsigned mode; /* 0: not there */
	char text[TEXT_MAX];
};

struct world {
	struct file files[FILES_MAX];
};

static uint32_t roll(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static struct file *file_at(struct world *w, const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (w->files[i].mode && strcmp(w->files[i].path, path) == 0)
			return &w->files[i];
	return NULL;
}

static struct file *any_file(struct world *w, uint64_t *seed)
{
	for (int tries = 0; tries < 200; tries++) {
		struct file *f = &w->files[roll(seed, FILES_MAX)];

		if (f->mode)
			return f;
	}
	return NULL;
}

/* Takes away everything that a file at path could not stand beside. */
static void make_room(struct world *w, const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *f = &w->files[i];
		size_t m = strlen(f->path);

		if (f->mode && strncmp(f->path, path, n < m ? n : m) == 0 &&
		    (n == m || (n < m && f->path[n] == '/') || (m < n && path[m] == '/')))
			f->mode = 0;
	}
}

static void pick_path(uint64_t *seed, char *out, size_t size)
{
	static const char *const folders[] = { "", "a/", "a/b/", "a-c/", "d/", "d/e/f/" };
	static const char *const names[] = { "one", "two", "two.c", "three", "a", "b", "e" };

	snprintf(out, size, "%s%s", folders[roll(seed, 6)], names[roll(seed, 7)]);
}

static void fill(struct file *f, uint64_t *seed)
{
	uint32_t kind = roll(seed, 6), lines = 6 + roll(seed, 12);
	size_t len = 0;

	f->text[0] = '\0';
	for (uint32_t i = 0; i < lines; i++)
		len += (size_t)snprintf(f->text + len, TEXT_MAX - len, "line %u of kind %u\n", i,
					kind);
}

static void put_file(struct world *w, uint64_t *seed, const char *path, unsigned mode)
{
	make_room(w, path);
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *f = &w->files[i];

		if (f->mode)
			continue;
		snprintf(f->path, sizeof f->path, "%s", path);
		f->mode = mode;
		if (mode == 0120000)
			snprintf(f->text, TEXT_MAX, "target-%u", roll(seed, 3));
		else if (mode == 0160000)
			snprintf(f->text, TEXT_MAX, "%040u", 1 + roll(seed, 3));
		else
			fill(f, seed);
		return;
	}
}

/* Changes, adds or takes away a line. */
static void edit(struct file *f, uint64_t *seed)
{
	uint32_t at = roll(seed, 14), how = roll(seed, 3);
	char out[TEXT_MAX], *line, *rest = f->text;
	size_t len = 0;

	if (f->mode != 0100644 && f->mode != 0100755)
		return;
	out[0] = '\0';
	for (uint32_t i = 0; (line = strsep(&rest, "\n")) && (*line || rest); i++) {
		bool is_here = i == at;

		if (!is_here || how == 1)
			len += (size_t)snprintf(out + len, sizeof out - len, "%s\n", line);
		if (is_here && how < 2)
			len += (size_t)snprintf(out + len, sizeof out - len, "edit %u\n",
						roll(seed, 3));
		if (len > TEXT_MAX - 128)
			break;
	}
	memcpy(f->text, out, sizeof out);
}

static void rename_file(struct world *w, uint64_t *seed, struct file *f, const char *path)
{
	struct file copy = *f;

	f->mode = 0;
	make_room(w, path);
	f->mode = copy.mode;
	snprintf(f->path, sizeof f->path, "%s", path);
	if (roll(seed, 2))
		edit(f, seed);
}

static void rename_folder(struct world *w, uint64_t *seed)
{
	static const char *const folders[] = { "a/", "a/b/", "a-c/", "d/", "d/e/", "g/", "a/h/" };
	const char *from = folders[roll(seed, 7)], *to = folders[roll(seed, 7)];
	struct world moved = *w;

	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *f = &moved.files[i];
		char path[128];

		if (!f->mode || strncmp(f->path, from, strlen(from)) != 0)
			continue;
		snprintf(path, sizeof path, "%s%s", to, f->path + strlen(from));
		if (strlen(path) < sizeof f->path && w->files[i].mode)
			rename_file(w, seed, &w->files[i], path);
	}
}

static void change(struct world *w, uint64_t *seed)
{
	static const unsigned kinds[] = { 0100644, 0100644, 0100755, 0120000, 0160000 };
	struct file *f = any_file(w, seed);
	char path[64];

	pick_path(seed, path, sizeof path);
	if (!f) {
		put_file(w, seed, path, 0100644);
		return;
	}
	switch (roll(seed, 12)) {
	case 0:
	case 1:
		put_file(w, seed, path, kinds[roll(seed, 5)]);
		break;
	case 2:
		f->mode = 0;
		break;
	case 3:
	case 4:
		rename_file(w, seed, f, path);
		break;
	case 5:
		rename_folder(w, seed);
		break;
	case 6:
		f->mode = f->mode == 0100644 ? 0100755 : f->mode == 0100755 ? 0100644 : f->mode;
		break;
	case 7:
		f = file_at(w, path);
		if (f)
			put_file(w, seed, path, kinds[roll(seed, 5)]);
		break;
	default:
		edit(f, seed);
		break;
	}
}

static void write_commit(FILE *out, const struct world *w, size_t mark, size_t parent)
{
	fprintf(out, "commit refs/heads/m%zu\nmark :%zu\ncommitter T <t@t> 1700000000 +0000\n",
		mark, mark);
	fprintf(out, "data 2\nm\n");
	if (parent)
		fprintf(out, "from :%zu\n", parent);
	fprintf(out, "deleteall\n");
	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *f = &w->files[i];

		if (f->mode == 0160000)
			fprintf(out, "M 160000 %s %s\n", f->text, f->path);
		else if (f->mode)
			fprintf(out, "M %o inline %s\ndata %zu\n%s\n", f->mode, f->path,
				strlen(f->text), f->text);
	}
	fprintf(out, "\n");
}

/* Base, ours and theirs as marks 3n+1 .. 3n+3. Some changes are made on both sides. */
static void write_case(FILE *out, uint64_t *seed, size_t n)
{
	struct world *base = calloc(1, sizeof *base), *side = calloc(1, sizeof *side);
	uint32_t files = 3 + roll(seed, 18);
	uint64_t shared = *seed + 77;
	uint32_t n_shared = roll(seed, 4) ? 0 : 1 + roll(seed, 2);

	for (uint32_t i = 0; i < files; i++) {
		char path[64];

		pick_path(seed, path, sizeof path);
		put_file(base, seed, path, roll(seed, 8) ? 0100644 : 0120000);
	}
	write_commit(out, base, 3 * n + 1, 0);
	for (size_t k = 2; k <= 3; k++) {
		uint64_t again = shared;

		*side = *base;
		for (uint32_t i = 0; i < n_shared; i++)
			change(side, &again);
		for (uint32_t i = roll(seed, 5); i > 0; i--)
			change(side, seed);
		write_commit(out, side, 3 * n + k, 3 * n + 1);
	}
	free(base);
	free(side);
}

struct answer {
	struct wt_oid base, ours, theirs, tree;
	bool is_clean, is_known;
};

static struct wt_oid next_oid(struct wt_str *rest)
{
	struct wt_oid oid = { { 0 } };
	struct wt_str word;

	assert_true(wt_str_next(rest, " \n", &word) && wt_oid_parse(word, &oid));
	return oid;
}

/* git ends a batch when it breaks down over a pair, and such a pair has no answer. */
static size_t ask_batch(struct fixture *f, struct answer *out, size_t from, size_t n)
{
	const char *text = scratch_output(
		f->s,
		"tail -n +%zu pairs | head -n %zu | { git -C repo merge-tree --write-tree --stdin "
		"--name-only --no-messages 2>/dev/null || true; } | tr '\\n\\0' '?\\n' | "
		"{ grep -A1 -x -E '0|1' || true; } | { grep -v -x -e '--' || true; } | "
		"paste -d' ' - -",
		from + 1, n);
	struct wt_str rest = wt_str_of(text), line, status;
	size_t i = 0;

	for (; i < n && wt_str_next(&rest, "\n", &line); i++) {
		struct answer *a = &out[from + i];

		if (!wt_str_next(&line, " ", &status) || line.len < WT_OID_HEX)
			break; /* cut off in the middle */
		a->is_clean = wt_str_is(status, "1");
		a->tree = next_oid(&line);
		a->is_known = true;
	}
	return i;
}

static void ask_git(struct fixture *f, struct answer *out)
{
	size_t i = 0;

	while (i < ROUND) {
		i += ask_batch(f, out, i, ROUND - i);
		if (i < ROUND)
			ask_batch(f, out, i++, 1);
	}
}

static void check_case(struct fixture *f, const struct answer *git, size_t *walked)
{
	struct wt_merge_outcome m;
	struct wt_arena a = { 0 };

	check_ok(wt_merge_trees(&f->git, &git->base, &git->ours, &git->theirs, &a, &m, &f->err),
		 f->err);
	*walked += !m.by_git;
	if (git->is_known &&
	    (m.is_clean != git->is_clean || (m.is_clean && !wt_oid_is_equal(&m.tree, &git->tree))))
		fail_msg("%s + %s: %s (%s), git says %s", wt_oid_hex(&git->ours).hex,
			 wt_oid_hex(&git->theirs).hex, m.is_clean ? "clean" : "conflict",
			 m.why ? m.why : "by our walk", git->is_clean ? "clean" : "conflict");
	wt_arena_clear(&a);
}

/* One import, all merges by git, then ours one by one. */
static void check_round(struct fixture *f, uint64_t seed, size_t *walked)
{
	struct answer *answers = calloc(ROUND, sizeof *answers);
	FILE *out = fopen(scratch_path(f->s, "stream"), "w");
	struct wt_str oids;

	assert_non_null(out);
	for (size_t i = 0; i < ROUND; i++)
		write_case(out, &seed, i);
	fclose(out);
	scratch_run(f->s,
		    "rm -rf repo && git init -q repo && cd repo && git fast-import --quiet "
		    "--export-marks=../marks < ../stream && sort -t: -k2n ../marks | cut -d' ' "
		    "-f2 > ../oids && paste -d' ' - - - < ../oids | cut -d' ' -f2,3 > ../pairs");
	ask_git(f, answers);
	wt_git_close(&f->git);
	check_ok(wt_git_open(scratch_path(f->s, "repo"), &f->proc, &f->git, &f->err), f->err);
	oids = wt_str_of(scratch_read(f->s, "oids", NULL));
	for (size_t i = 0; i < ROUND; i++) {
		answers[i].base = next_oid(&oids);
		answers[i].ours = next_oid(&oids);
		answers[i].theirs = next_oid(&oids);
		check_case(f, &answers[i], walked);
	}
	free(answers);
}

static void test_merge__says_what_git_says_about_made_up_histories(void **state)
{
	struct fixture *f = *state;
	const char *asked = getenv("WTORCH_MERGES");
	size_t n = asked ? strtoul(asked, NULL, 10) : MERGES, walked = 0;

	for (size_t i = 0; i < n; i += ROUND)
		check_round(f, 4711 + i, &walked);
	print_message("%zu merges, %zu without git\n", n, walked);
	assert_true(walked > n / 10 && walked < n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_merge__joins_changes_of_different_files_without_git),
		TEST(test_merge__joins_changes_in_one_file_without_git),
		TEST(test_merge__reports_a_conflict_in_the_words_of_git),
		TEST(test_merge__follows_renames_as_git_does),
		TEST(test_merge__sees_renames_behind_equal_folders),
		TEST(test_merge__leaves_renamed_folders_to_git),
		TEST(test_merge__knows_its_base_without_a_search),
		TEST(test_merge__takes_the_tip_when_it_contains_the_base),
		TEST(test_merge__does_not_merge_unrelated_histories),
		TEST(test_merge__obeys_attributes_that_name_a_way_to_merge),
		TEST(test_merge__leaves_configured_merges_to_git),
		TEST(test_merge__says_what_git_says_about_made_up_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
