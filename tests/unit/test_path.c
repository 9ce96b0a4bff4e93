/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/path.h"

static void test_path__join_puts_one_slash(void **state)
{
	struct wt_arena a = { 0 };

	(void)state;
	check_str(wt_path_join(&a, "a", "b"), "a/b");
	check_str(wt_path_join(&a, "a/", "b"), "a/b");
	check_str(wt_path_join(&a, "/", "b"), "/b");
	check_str(wt_path_join(&a, "", "b"), "b");
	check_str(wt_path_join(&a, "a", "/b"), "/b");
	check_str(wt_path_join(&a, "a", ""), "a");
	wt_arena_clear(&a);
}

static void test_path__normal_form(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "." },
		{ ".", "." },
		{ "./", "." },
		{ "a", "a" },
		{ "./a//b/.", "a/b" },
		{ "a/..", "." },
		{ "a/../b", "b" },
		{ "..", ".." },
		{ "../../a", "../../a" },
		{ "a/../..", ".." },
		{ "/", "/" },
		{ "//a///b/", "/a/b" },
		{ "/..", "/" },
		{ "/a/../..", "/" },
		{ "/../a", "/a" },
		{ "a/b/../../c/d/..", "c" },
		{ "../a/..", ".." },
		{ "a..b/..c", "a..b/..c" },
		{ "/a/b/..", "/a" },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		check_str(wt_path_normal(&a, pairs[i][0]), pairs[i][1]);
	wt_arena_clear(&a);
}

static void test_path__components_come_one_by_one(void **state)
{
	struct wt_str rest = WT_STR("/a//./b/../c/");
	struct wt_str component;

	(void)state;
	assert_true(wt_path_next(&rest, &component) && wt_str_is(component, "a"));
	assert_true(wt_path_next(&rest, &component) && wt_str_is(component, "b"));
	assert_true(wt_path_next(&rest, &component) && wt_str_is(component, ".."));
	assert_true(wt_path_next(&rest, &component) && wt_str_is(component, "c"));
	assert_false(wt_path_next(&rest, &component));
}

static void test_path__base_and_dir(void **state)
{
	struct wt_arena a = { 0 };

	(void)state;
	check_str(wt_path_base("a/b.c"), "b.c");
	check_str(wt_path_base("b.c"), "b.c");
	check_str(wt_path_base("a/"), "");
	check_str(wt_path_dir(&a, "a/b/c"), "a/b");
	check_str(wt_path_dir(&a, "c"), ".");
	check_str(wt_path_dir(&a, "/c"), "/");
	check_str(wt_path_dir(&a, "/"), "/");
	check_str(wt_path_dir(&a, ""), ".");
	check_str(wt_path_dir(&a, "a//c"), "a");
	wt_arena_clear(&a);
}

static void test_path__relative(void **state)
{
	struct wt_arena a = { 0 };

	(void)state;
	check_str(wt_path_relative(&a, "/home/me/repo", "/home/me/repo-wt65"), "../repo-wt65");
	check_str(wt_path_relative(&a, "/a/b", "/a/b"), ".");
	check_str(wt_path_relative(&a, "/a", "/a/b/c"), "b/c");
	check_str(wt_path_relative(&a, "/a/b/c", "/a"), "../..");
	check_str(wt_path_relative(&a, "/", "/a"), "a");
	check_str(wt_path_relative(&a, "/a", "/"), "..");
	check_str(wt_path_relative(&a, "/a/b", "/c/d"), "../../c/d");
	check_str(wt_path_relative(&a, "/", "/"), ".");
	wt_arena_clear(&a);
}

static void test_path__inside(void **state)
{
	(void)state;
	assert_true(wt_path_is_inside("/a", "/a"));
	assert_true(wt_path_is_inside("/a", "/a/b"));
	assert_true(wt_path_is_inside("/", "/a"));
	assert_true(wt_path_is_inside("/", "/"));
	assert_false(wt_path_is_inside("/a", "/ab"));
	assert_false(wt_path_is_inside("/a/b", "/a"));
}

static void test_path__tame(void **state)
{
	static const char *const tame[] = {
		"a",         "src/a.c", "src/", "**",  "src/**/*.[ch]", ".gitignore",
		".github/x", "...",     "a..b", "./a", "h\xC3\xA9",     ".gitx/a",
	};
	static const char *const wild[] = {
		"",     ".",     "./",     "././.", "/",           "/etc/passwd",  "..",
		"../a", "a/..",  "a/../b", ".git",  ".git/config", "a/.GIT/hooks", "a\\b",
		"a\nb", "a\x7f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof tame / sizeof tame[0]; i++) {
		if (!wt_path_is_tame(wt_str_of(tame[i])))
			fail_msg("'%s' is not tame", tame[i]);
	}
	for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
		if (wt_path_is_tame(wt_str_of(wild[i])))
			fail_msg("'%s' is tame", wild[i]);
	}
	assert_false(wt_path_is_tame(WT_STR("a\0b")));
	assert_false(wt_path_is_tame((struct wt_str){ 0 }));
}

static void test_path__globs_are_told_from_paths(void **state)
{
	(void)state;
	assert_true(wt_path_is_glob("src/"));
	assert_true(wt_path_is_glob("*.c"));
	assert_true(wt_path_is_glob("a?"));
	assert_true(wt_path_is_glob("[ab]"));
	assert_false(wt_path_is_glob("src/a.c"));
	assert_false(wt_path_is_glob(""));
}

static void test_path__glob_matches(void **state)
{
	static const char *const pairs[][2] = {
		{ "a.c", "a.c" },
		{ "*.c", "a.c" },
		{ "*", ".hidden" },
		{ "src/*/x?.[ch]", "src/lib/xy.h" },
		{ "src/**", "src/a/b/c.c" },
		{ "src/**/c.c", "src/c.c" },
		{ "src/**/c.c", "src/a/b/c.c" },
		{ "**/c.c", "c.c" },
		{ "**/c.c", "a/c.c" },
		{ "**", "a" },
		{ "src/", "src/a/b" },
		{ "s*/", "src/a" },
		{ "./src//a.c", "src/a.c" },
		{ "[!a]b", "xb" },
		{ "[^a]b", "xb" },
		{ "[a-c]", "b" },
		{ "[]a]", "]" },
		{ "[!]a]", "b" },
		{ "[a-]", "-" },
		{ "[", "[" },
		{ "a[b", "a[b" },
		{ "app/[id]/page.tsx", "app/[id]/page.tsx" },
		{ "app/[id]/page.tsx", "app/i/page.tsx" },
		{ "app/[id]/", "app/[id]/page.tsx" },
		{ "**/[id]/*.tsx", "app/[id]/page.tsx" },
		{ "?", "\xC3\xA9" },
		{ "[\xC3\xA0-\xC3\xBF]", "\xC3\xA9" },
		{ "?", "\xFF" },
		{ "*\xFF", "a\xFF" },
		{ "a***b", "aXb" },
		{ "**/a/**/b/**/c", "x/a/b/b/y/c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (!wt_glob_matches(pairs[i][0], pairs[i][1]))
			fail_msg("'%s' does not match '%s'", pairs[i][0], pairs[i][1]);
		assert_true(wt_globs_may_overlap(pairs[i][0], pairs[i][0]));
	}
}

static void test_path__glob_does_not_match(void **state)
{
	static const char *const pairs[][2] = {
		{ "a.c", "b.c" },    { "*.c", "a/b.c" }, { "a?b", "a/b" },
		{ "a[!x]b", "a/b" }, { "src/", "src" },  { "src/", "srcx/a" },
		{ "src/**", "src" }, { "src", "src/a" }, { "**/c.c", "xc.c" },
		{ "a/**/b", "ab" },  { "[a-c]", "d" },   { "[!a]", "a" },
		{ "?", "" },         { "?", "ab" },      { "*.C", "a.c" },
		{ "**x", "a/x" },    { "a/b", "a" },     { "a/*", "a" },
		{ "", "a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (wt_glob_matches(pairs[i][0], pairs[i][1]))
			fail_msg("'%s' matches '%s'", pairs[i][0], pairs[i][1]);
	}
}

/* Exponential for a matcher that tries all stars: the test would never end. */
static void test_path__glob_takes_no_exponential_time(void **state)
{
	char path[4096], deep[4096], brackets[4096];

	(void)state;
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_false(wt_glob_matches("**/**/**/**/*a*a*a*a*a*a*a*a*a*a*a*b", path));
	for (size_t i = 0; i + 1 < sizeof deep; i++)
		deep[i] = i % 2 ? '/' : 'a';
	deep[sizeof deep - 1] = '\0';
	assert_false(wt_glob_matches("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b", deep));
	memset(brackets, '[', sizeof brackets - 1);
	brackets[0] = '*';
	brackets[sizeof brackets - 1] = '\0';
	memset(path, '[', sizeof path - 2);
	assert_false(wt_glob_matches(brackets, path));
	assert_true(wt_globs_may_overlap(deep, deep));
	assert_true(wt_globs_may_overlap("*a*a*a*a*a*a*a*a*a*a*b", "*a*a*a*a*a*a*a*a*a*a*a*"));
	assert_false(wt_globs_may_overlap("**/**/**/*a*a*a*a*a*a*a*a*b", "**/**/*a*a*a*a*a*a*c"));
}

static void test_path__globs_that_may_overlap(void **state)
{
	static const char *const pairs[][2] = {
		{ "src/", "src/a.c" },
		{ "src/**", "**/*.c" },
		{ "src/*.c", "src/a*" },
		{ "a?c", "ab*" },
		{ "[ab].c", "b.c" },
		{ "**/test_*.c", "tests/unit/*_x.c" },
		{ "src", "src/" },
		{ "app/[id]/x", "app/**" },
		{ "app/[id]/x", "app/*d]/x" },
		{ "./a", "a" },
		{ "*", "**" },
		{ "a/**/b", "a/b" },
		{ "\xC3\xA9", "?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (!wt_globs_may_overlap(pairs[i][0], pairs[i][1]) ||
		    !wt_globs_may_overlap(pairs[i][1], pairs[i][0]))
			fail_msg("'%s' and '%s' are apart", pairs[i][0], pairs[i][1]);
	}
}

static void test_path__globs_that_are_apart(void **state)
{
	static const char *const pairs[][2] = {
		{ "a.c", "b.c" },       { "src/", "tests/" },        { "src/*.c", "src/*.h" },
		{ "src/*", "src/a/b" }, { "src/**/*.c", "docs/**" }, { "a*b", "a*c" },
		{ "??", "abc" },        { "[abc].c", "x.h" },        { "src/a/", "src/b/" },
		{ "src", "srcx/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (wt_globs_may_overlap(pairs[i][0], pairs[i][1]) ||
		    wt_globs_may_overlap(pairs[i][1], pairs[i][0]))
			fail_msg("'%s' and '%s' overlap", pairs[i][0], pairs[i][1]);
	}
}

/* The obvious matcher, by recursion, for the few symbols that make_text writes. */
static bool matches_plainly(const char *glob, const char *path)
{
	if (strncmp(glob, "**/", 3) == 0) {
		const char *slash = strchr(path, '/');

		return matches_plainly(glob + 3, path) ||
		       (slash && matches_plainly(glob, slash + 1));
	}
	if (strcmp(glob, "**") == 0)
		return *path != '\0';
	for (; *glob; glob++, path++) {
		if (*glob == '*')
			return matches_plainly(glob + 1, path) ||
			       (*path && *path != '/' && matches_plainly(glob, path + 1));
		if (*glob == '/' && *path == '/')
			return matches_plainly(glob + 1, path + 1);
		if (!*path || *path == '/' || (*glob != '?' && *glob != *path))
			return false;
	}
	return *path == '\0';
}

/* The same texts in every run: a linear congruence, upper bits only. */
static size_t roll(uint32_t *seed, size_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % sides;
}

/* One to four components of one to three parts each. */
static void make_text(char *out, uint32_t *seed, const char *parts, size_t n)
{
	size_t components = 1 + roll(seed, 4);
	size_t len = 0;

	while (components--) {
		size_t left = 1 + roll(seed, 3);

		if (n > 2 && roll(seed, 4) == 0) {
			memcpy(out + len, "**", 2);
			len += 2;
			left = 0;
		}
		while (left) {
			char c = parts[roll(seed, n)];

			/* "**" has its meaning only as a whole component. */
			if (c == '*' && len && out[len - 1] == '*')
				continue;
			out[len++] = c;
			left--;
		}
		if (components)
			out[len++] = '/';
	}
	out[len] = '\0';
}

static void test_path__globs_agree_with_the_obvious_matcher(void **state)
{
	static const char parts[] = "ab*?";
	uint32_t seed = 1;
	size_t both = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char x[64], y[64], path[64], plain[64];
		bool x_matches, y_matches;
		bool is_below;

		make_text(x, &seed, parts, 4);
		make_text(y, &seed, parts, 4);
		make_text(path, &seed, parts, 2);
		is_below = roll(&seed, 8) == 0;
		snprintf(plain, sizeof plain, "%s%s", x, is_below ? "/**" : "");
		if (is_below)
			memcpy(x + strlen(x), "/", 2);
		x_matches = wt_glob_matches(x, path);
		y_matches = wt_glob_matches(y, path);
		if (x_matches != matches_plainly(plain, path))
			fail_msg("'%s' and '%s': not %d", x, path, x_matches);
		if (x_matches && y_matches && !wt_globs_may_overlap(x, y))
			fail_msg("'%s' and '%s' share '%s'", x, y, path);
		both += x_matches && y_matches;
	}
	assert_true(both > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path__join_puts_one_slash),
		cmocka_unit_test(test_path__normal_form),
		cmocka_unit_test(test_path__components_come_one_by_one),
		cmocka_unit_test(test_path__base_and_dir),
		cmocka_unit_test(test_path__relative),
		cmocka_unit_test(test_path__inside),
		cmocka_unit_test(test_path__tame),
		cmocka_unit_test(test_path__globs_are_told_from_paths),
		cmocka_unit_test(test_path__glob_matches),
		cmocka_unit_test(test_path__glob_does_not_match),
		cmocka_unit_test(test_path__glob_takes_no_exponential_time),
		cmocka_unit_test(test_path__globs_that_may_overlap),
		cmocka_unit_test(test_path__globs_that_are_apart),
		cmocka_unit_test(test_path__globs_agree_with_the_obvious_matcher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
