/* SPDX-License-Identifier: MIT */
/* What the files at the top of a project say about how it is tested. */

#include "wtorch/core/proposal.h"

#include <string.h>

#include "wtorch/base/text.h"

struct looking {
	const struct wt_proposal_file *files;
	size_t n;
	struct wt_arena *arena;
	const char *from; /* the file that the newest answer comes from */
};

struct wt_proposal_file *wt_proposal_files(struct wt_arena *a, size_t *n)
{
	static const struct wt_proposal_file wanted[] = {
		{ .name = "CMakePresets.json", .wants = WT_WANT_JSON },
		{ .name = "CMakeLists.txt", .wants = WT_WANT_TEXT },
		{ .name = "GNUmakefile", .wants = WT_WANT_TEXT },
		{ .name = "makefile", .wants = WT_WANT_TEXT },
		{ .name = "Makefile", .wants = WT_WANT_TEXT },
		{ .name = "package.json", .wants = WT_WANT_JSON },
		{ .name = "pnpm-lock.yaml" },
		{ .name = "yarn.lock" },
		{ .name = "package-lock.json" },
		{ .name = "npm-shrinkwrap.json" },
		{ .name = "Cargo.toml", .wants = WT_WANT_TEXT },
		{ .name = "go.mod" },
		{ .name = "pytest.ini" },
		{ .name = "pyproject.toml", .wants = WT_WANT_TEXT },
		{ .name = "tox.ini", .wants = WT_WANT_TEXT },
		{ .name = "setup.cfg", .wants = WT_WANT_TEXT },
		{ .name = "uv.lock" },
		{ .name = "poetry.lock" },
		{ .name = "mvnw" },
		{ .name = "pom.xml" },
	};
	struct wt_proposal_file *files = wt_arena_alloc(a, sizeof wanted);

	memcpy(files, wanted, sizeof wanted);
	*n = sizeof wanted / sizeof wanted[0];
	return files;
}

static const struct wt_proposal_file *find(struct looking *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->files[i].is_there && strcmp(l->files[i].name, name) == 0)
			return &l->files[i];
	}
	return NULL;
}

/* Remembers the file when it is there. */
static const struct wt_proposal_file *look(struct looking *l, const char *name)
{
	const struct wt_proposal_file *file = find(l, name);

	if (file)
		l->from = file->name;
	return file;
}

/* One word of a shell that needs no quotes, and no option. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";

	return word && *word && *word != '-' && word[strspn(word, plain)] == '\0';
}

/* A line of it begins with that, in any case, blanks aside. */
static bool has_line(const struct wt_proposal_file *file, const char *start)
{
	struct wt_str rest = wt_str_of(file->text), line;

	while (wt_str_next(&rest, "\n", &line)) {
		if (wt_str_starts_nocase(line, start))
			return true;
	}
	return false;
}

/* cmake */

/* The first preset of that kind that builds on the configure preset, or on any; NULL: none. */
static const struct wt_json *preset_of(const struct wt_json *doc, const char *kind,
				       const char *configure)
{
	const struct wt_json *list = wt_json_find(doc, kind);

	for (const struct wt_json *p = list ? list->child : NULL; p; p = p->next) {
		const char *base = wt_json_text(p, "configurePreset", NULL);

		if (!wt_json_bool(p, "hidden", false) && is_plain(wt_json_text(p, "name", NULL)) &&
		    is_plain(base) && (!configure || strcmp(base, configure) == 0))
			return p;
	}
	return NULL;
}

static const char *from_presets(struct looking *l)
{
	const struct wt_proposal_file *file = look(l, "CMakePresets.json");
	const struct wt_json *test = file ? preset_of(file->json, "testPresets", NULL) : NULL;
	const char *configure = test ? wt_json_text(test, "configurePreset", NULL) : NULL;
	const struct wt_json *build = test ? preset_of(file->json, "buildPresets", configure)
					   : NULL;

	if (!build)
		return NULL;
	return wt_arena_printf(l->arena,
			       "cmake --preset %s && cmake --build --preset %s && ctest --preset "
			       "%s",
			       configure, wt_json_text(build, "name", ""),
			       wt_json_text(test, "name", ""));
}

static const char *from_cmake(struct looking *l)
{
	const char *command = from_presets(l);
	const struct wt_proposal_file *file = command ? NULL : look(l, "CMakeLists.txt");

	if (command || !file)
		return command;
	if (!has_line(file, "enable_testing(") && !has_line(file, "enable_testing (") &&
	    !has_line(file, "include(ctest)") && !has_line(file, "include (ctest)"))
		return NULL;
	return "cmake -S . -B build && cmake --build build && ctest --test-dir build "
	       "--output-on-failure";
}

/* make */

/* "check test: all" has the target test; "test := 1" is a variable, and a recipe is indented. */
static bool is_rule_of(struct wt_str line, const char *target)
{
	size_t colon = wt_str_find(line, ":");
	struct wt_str names = { line.data, colon }, name;

	if (colon == line.len || (colon + 1 < line.len && line.data[colon + 1] == '=') ||
	    wt_str_find(line, "=") < colon)
		return false;
	if (wt_str_starts((struct wt_str){ line.data + colon, line.len - colon }, "::="))
		return false;
	while (wt_str_next(&names, " ", &name)) {
		if (wt_str_is(name, target))
			return true;
	}
	return false;
}

static bool has_target(const struct wt_proposal_file *file, const char *target)
{
	const char *text = file->text ? file->text : "";

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (*text != '\t' && *text != ' ' && *text != '#' &&
		    is_rule_of((struct wt_str){ text, len }, target))
			return true;
		text += len + (text[len] == '\n');
	}
	return false;
}

static const char *from_make(struct looking *l)
{
	/* In the order in which make looks for them. */
	static const char *const names[] = { "GNUmakefile", "makefile", "Makefile" };
	const struct wt_proposal_file *file = NULL;

	for (size_t i = 0; !file && i < sizeof names / sizeof *names; i++)
		file = look(l, names[i]);
	if (file && has_target(file, "test"))
		return "make test";
	return file && has_target(file, "check") ? "make check" : NULL;
}

/* npm */

static const char *from_npm(struct looking *l)
{
	const struct wt_proposal_file *file = look(l, "package.json");
	const char *script = file ? wt_json_text(wt_json_find(file->json, "scripts"), "test", "")
				  : "";

	/* That is what `npm init` writes where there are no tests. */
	if (!*script || strstr(script, "no test specified"))
		return NULL;
	if (find(l, "pnpm-lock.yaml"))
		return "pnpm install --frozen-lockfile && pnpm test";
	if (find(l, "yarn.lock"))
		return "yarn install --frozen-lockfile && yarn test";
	if (find(l, "package-lock.json") || find(l, "npm-shrinkwrap.json"))
		return "npm ci && npm test";
	return "npm test";
}

/* the others */

static const char *from_cargo(struct looking *l)
{
	const struct wt_proposal_file *file = look(l, "Cargo.toml");

	if (!file)
		return NULL;
	return has_line(file, "[workspace") ? "cargo test --workspace" : "cargo test";
}

static const char *from_go(struct looking *l)
{
	return look(l, "go.mod") ? "go test ./..." : NULL;
}

static const char *from_pytest(struct looking *l)
{
	static const struct {
		const char *name, *section;
	} tells[] = {
		{ "pytest.ini", "[pytest" },
		{ "pyproject.toml", "[tool.pytest" },
		{ "tox.ini", "[pytest" },
		{ "setup.cfg", "[tool:pytest" },
	};

	for (size_t i = 0; i < sizeof tells / sizeof *tells; i++) {
		const struct wt_proposal_file *file = look(l, tells[i].name);

		/* An empty pytest.ini says so by being there. */
		if (!file || (i && !has_line(file, tells[i].section)))
			continue;
		if (find(l, "uv.lock"))
			return "uv run pytest";
		if (find(l, "poetry.lock"))
			return "poetry install && poetry run pytest";
		return "pytest";
	}
	return NULL;
}

static const char *from_maven(struct looking *l)
{
	if (!look(l, "pom.xml"))
		return NULL;
	return find(l, "mvnw") ? "./mvnw -B test" : "mvn -B test";
}

size_t wt_proposal_build(const struct wt_proposal_file *files, size_t n, struct wt_arena *a,
			 struct wt_proposal out[WT_MAX_PROPOSALS])
{
	static const struct {
		const char *gate;
		const char *(*look)(struct looking *l);
	} tools[] = {
		{ "tests-cmake", from_cmake }, { "tests-make", from_make },
		{ "tests-npm", from_npm },     { "tests-cargo", from_cargo },
		{ "tests-go", from_go },       { "tests-pytest", from_pytest },
		{ "tests-maven", from_maven },
	};
	struct looking l = { .files = files, .n = n, .arena = a };
	size_t found = 0;

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		const char *command = tools[i].look(&l);

		if (command)
			out[found++] = (struct wt_proposal){ tools[i].gate, command, l.from };
	}
	if (found == 1)
		out[0].gate = "tests";
	return found;
}
