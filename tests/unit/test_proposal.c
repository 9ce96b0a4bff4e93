/* SPDX-License-Identifier: MIT */
/* Which commands are proposed as gates, and which files propose nothing. */

#include "tests/support/json_of.h"
#include "wtorch/core/proposal.h"

/* A project made of files, as pairs of name and text. */
struct project {
	struct wt_arena arena;
	struct wt_proposal_file *files;
	size_t n;
	struct wt_proposal out[WT_MAX_PROPOSALS];
	size_t n_out;
};

static void add(struct project *p, const char *name, const char *text)
{
	size_t i = 0;

	while (i < p->n && strcmp(p->files[i].name, name) != 0)
		i++;
	if (i == p->n)
		fail_msg("nobody looks at '%s'", name);
	p->files[i].is_there = true;
	if (p->files[i].wants != WT_WANT_NAME)
		p->files[i].text = text;
	if (p->files[i].wants == WT_WANT_JSON && *text == '{')
		p->files[i].json = json_of(&p->arena, text);
}

static void propose(struct project *p, const char *const *files)
{
	*p = (struct project){ 0 };
	p->files = wt_proposal_files(&p->arena, &p->n);
	for (; *files; files += 2)
		add(p, files[0], files[1]);
	p->n_out = wt_proposal_build(p->files, p->n, &p->arena, p->out);
}

#define FILES(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* The command of the only gate; NULL: none is proposed. */
static void check_one(const char *const *files, const char *want)
{
	struct project p;

	propose(&p, files);
	if (p.n_out != (want != NULL))
		fail_msg("%s: %zu gates", files[0], p.n_out);
	if (want) {
		check_str(p.out[0].command, want);
		check_str(p.out[0].gate, "tests");
	}
	wt_arena_clear(&p.arena);
}

static void test_proposal__each_tool_is_known_by_its_file(void **unused)
{
	(void)unused;
	check_one(FILES("Makefile", "all:\n\ntest: all\n\ttrue\n"), "make test");
	check_one(FILES("Makefile", "check:\n\ttrue\n"), "make check");
	check_one(FILES("package.json", "{\"scripts\":{\"test\":\"jest\"}}"), "npm test");
	check_one(FILES("Cargo.toml", "[package]\nname = \"a\"\n"), "cargo test");
	check_one(FILES("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
		  "cargo test --workspace");
	check_one(FILES("go.mod", "module a\n"), "go test ./...");
	check_one(FILES("pytest.ini", ""), "pytest");
	check_one(FILES("pyproject.toml", "[project]\n[tool.pytest.ini_options]\n"), "pytest");
	check_one(FILES("setup.cfg", "[tool:pytest]\n"), "pytest");
	check_one(FILES("tox.ini", "[tox]\n[pytest]\n"), "pytest");
	check_one(FILES("pom.xml", "<project/>"), "mvn -B test");
	check_one(FILES("pom.xml", "<project/>", "mvnw", "#!/bin/sh\n"), "./mvnw -B test");
	check_one(FILES("CMakeLists.txt", "project(a)\nEnable_Testing()\n"),
		  "cmake -S . -B build && cmake --build build && ctest --test-dir build "
		  "--output-on-failure");
}

static void test_proposal__what_has_no_tests_gets_no_command(void **unused)
{
	(void)unused;
	check_one(FILES("Makefile", "all:\n\ttest: x\n# test:\n.PHONY: test\n"), NULL);
	check_one(FILES("Makefile", "test := 1\ntest = a:b\ntest ::= 2\ntests:\n"), NULL);
	check_one(FILES("CMakeLists.txt", "# enable_testing()\nproject(a)\n"), NULL);
	check_one(FILES("package.json", "{\"scripts\":{\"build\":\"x\"}}"), NULL);
	check_one(FILES("package.json", "{\"scripts\":{\"test\":\"echo \\\"Error: no test specified"
					"\\\" && exit 1\"}}"),
		  NULL);
	check_one(FILES("package.json", "{\"scripts\":{\"test\":7}}"), NULL);
	check_one(FILES("package.json", "{\"scripts\":[\"test\"]}"), NULL);
	check_one(FILES("package.json", "no JSON"), NULL);
	check_one(FILES("pyproject.toml", "[project]\ndependencies = [\"pytest\"]\n"), NULL);
	check_one(FILES("tox.ini", "[tox]\n"), NULL);
	check_one(FILES("package-lock.json", ""), NULL);
}

static void test_proposal__rules_of_make_are_read_as_make_does(void **unused)
{
	(void)unused;
	check_one(FILES("Makefile", "lint test:: all\n"), "make test");
	check_one(FILES("Makefile", "check test : a=b\n"), "make test");
	check_one(FILES("Makefile", "test:"), "make test");
	check_one(FILES("GNUmakefile", "all:\n", "Makefile", "test:\n"), NULL);
}

static void test_proposal__a_fresh_checkout_is_made_ready_first(void **unused)
{
	const char *package = "{\"scripts\":{\"test\":\"vitest run\"}}";

	(void)unused;
	check_one(FILES("package.json", package, "package-lock.json", ""), "npm ci && npm test");
	check_one(FILES("package.json", package, "yarn.lock", ""),
		  "yarn install --frozen-lockfile && yarn test");
	check_one(FILES("package.json", package, "pnpm-lock.yaml", ""),
		  "pnpm install --frozen-lockfile && pnpm test");
	check_one(FILES("pytest.ini", "", "uv.lock", ""), "uv run pytest");
	check_one(FILES("pytest.ini", "", "poetry.lock", ""),
		  "poetry install && poetry run pytest");
}

static void test_proposal__presets_are_named_only_where_all_three_are_there(void **unused)
{
	const char *lists = "enable_testing()\n";
	const char *plain = "cmake -S . -B build && cmake --build build && ctest --test-dir build "
			    "--output-on-failure";

	(void)unused;
	check_one(FILES("CMakePresets.json",
			"{\"testPresets\":[{\"name\":\"base\",\"hidden\":true,"
			"\"configurePreset\":\"x\"},{\"name\":\"t\",\"configurePreset\":\"c\"}],"
			"\"buildPresets\":[{\"name\":\"b1\",\"configurePreset\":\"other\"},"
			"{\"name\":\"b2\",\"configurePreset\":\"c\"}]}",
			"CMakeLists.txt", lists),
		  "cmake --preset c && cmake --build --preset b2 && ctest --preset t");
	check_one(FILES("CMakePresets.json",
			"{\"testPresets\":[{\"name\":\"t\",\"configurePreset\":\"c\"}]}",
			"CMakeLists.txt", lists),
		  plain);
	check_one(FILES("CMakePresets.json", "broken", "CMakeLists.txt", lists), plain);
}

/* The file is of the repository: a name in it must not become a command. */
static void test_proposal__names_that_a_shell_would_read_are_left_out(void **unused)
{
	static const char *const names[] = { "a; rm -rf /", "$(x)", "-x", "", "a b", "a'b" };

	(void)unused;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char text[300];

		snprintf(text, sizeof text,
			 "{\"testPresets\":[{\"name\":\"%s\",\"configurePreset\":\"c\"}],"
			 "\"buildPresets\":[{\"name\":\"b\",\"configurePreset\":\"c\"}]}",
			 names[i]);
		check_one(FILES("CMakePresets.json", text), NULL);
		snprintf(text, sizeof text,
			 "{\"testPresets\":[{\"name\":\"t\",\"configurePreset\":\"%s\"}],"
			 "\"buildPresets\":[{\"name\":\"b\",\"configurePreset\":\"%s\"}]}",
			 names[i], names[i]);
		check_one(FILES("CMakePresets.json", text), NULL);
	}
}

static void test_proposal__several_are_all_proposed_under_names_of_their_own(void **unused)
{
	struct project p;

	(void)unused;
	propose(&p, FILES("pom.xml", "", "go.mod", "", "Makefile", "test:\n", "package.json",
			  "{\"scripts\":{\"test\":\"jest\"}}"));
	check_int(p.n_out, 4);
	check_str(p.out[0].gate, "tests-make");
	check_str(p.out[1].gate, "tests-npm");
	check_str(p.out[1].from, "package.json");
	check_str(p.out[2].gate, "tests-go");
	check_str(p.out[3].gate, "tests-maven");
	wt_arena_clear(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proposal__each_tool_is_known_by_its_file),
		cmocka_unit_test(test_proposal__what_has_no_tests_gets_no_command),
		cmocka_unit_test(test_proposal__rules_of_make_are_read_as_make_does),
		cmocka_unit_test(test_proposal__a_fresh_checkout_is_made_ready_first),
		cmocka_unit_test(test_proposal__presets_are_named_only_where_all_three_are_there),
		cmocka_unit_test(test_proposal__names_that_a_shell_would_read_are_left_out),
		cmocka_unit_test(test_proposal__several_are_all_proposed_under_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
