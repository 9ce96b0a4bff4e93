/* SPDX-License-Identifier: MIT */
/* parse-time ROUNDS [issue|roadmap|taskfile FILE]: how many milliseconds it takes to read the file
 * and its tasks; without one, issue bodies of 64 KB of the kinds that are hardest to read, a line
 * each. The median of the rounds, in processor time: the machine may be busy. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/taskfile.h"
#include "wtorch/core/tasklist.h"

#define BODY_BYTES 65536u
#define MAX_ROUNDS 1000
#define MAX_FILE   (64u << 20)

/* before is written once, again until the body is full. */
static const struct {
	const char *name, *before, *again;
} hard[] = {
	{ "boxes", "", "- [ ] task\n" },
	{ "boxes with references", "", "- [ ] #123 do it (depends on #122)\n" },
	{ "list levels in one line", "- [ ] x\n", "- " },
	{ "boxes in boxes in one line", "", "- [ ] " },
	{ "numbered levels in one line", "", "1. " },
	{ "quotes in quotes", "", "> " },
	{ "quotes and lists", "", "> - " },
	{ "opening brackets", "- [ ] ", "[" },
	{ "closing brackets", "- [ ] ", "]" },
	{ "brackets in brackets", "- [ ] x", "[a](" },
	{ "images in images", "- [ ] x", "![a](" },
	{ "opening parentheses", "- [ ] x ", "(" },
	{ "remarks in remarks", "- [ ] x", " (a: " },
	{ "emphasis", "- [ ] ", "*a **b " },
	{ "underscores", "- [ ] ", "_a __b " },
	{ "stars", "- [ ] ", "*" },
	{ "backticks", "- [ ] ", "`" },
	{ "backticks and letters", "- [ ] ", "`a``" },
	{ "less than", "- [ ] ", "<" },
	{ "tags", "- [ ] ", "<a b='" },
	{ "comments", "- [ ] x ", "<!-- " },
	{ "comments in lines", "", "<!-- \n\n" },
	{ "entities", "- [ ] ", "&amp" },
	{ "backslashes", "- [ ] ", "\\" },
	{ "references in a line", "Tasks: ", "#12, " },
	{ "references to one", "- [ ] x depends on ", "#1, " },
	{ "words that depend", "- [ ] ", "depends on " },
	{ "words that depend, in lines", "", "- [ ] depends on 3\n" },
	{ "repositories", "- [ ] x ", "a/b#1 " },
	{ "halves of repositories", "- [ ] x ", "a/b/" },
	{ "addresses", "- [ ] x ", "https://github.com/a/b/issues/1 " },
	{ "bars", "## Tasks\n|a|\n|-|\n", "|" },
	{ "rows", "## Tasks\n|#|t|\n|-|-|\n", "|#1|x|\n" },
	{ "cells of dashes", "a|b\n", "-|" },
	{ "fences", "", "```[tasklist]\n- [ ] #1\n```\n" },
	{ "tildes", "", "~~~\n" },
	{ "headings", "", "# Tasks\n- x\n" },
	{ "levels of headings", "## Tasks\n", "### #1 x\n" },
	{ "rules", "", "***\n" },
	{ "underlines", "## Tasks\n", "a\n=\n" },
	{ "link targets", "", "[a]: b\n" },
	{ "half a link target", "", "[a\n" },
	{ "one word", "- [ ] ", "a" },
	{ "blanks", "- [ ] x", " " },
	{ "blank lines", "- [ ] x", "\n" },
	{ "tabs", "- [ ] x\n", "\t" },
	{ "carriage returns", "- [ ] x", "\r" },
	{ "emoji", "- [ ] ", "\xF0\x9F\x9A\x80" },
	{ "bytes that are no text", "- [ ] ", "\xFF" },
	{ "fields", "- [ ] x\n", "  files: a.c, b.c\n" },
	{ "files in a field", "- [ ] x\n  files: ", "src/a.c, " },
	{ "struck", "- [ ] ", "~~a " },
	{ "summaries", "", "<details><summary>Tasks</summary>\n\n- x\n\n" },
	{ "titles that are one", "", "- [ ] #1 same\n" },
	{ "near misses", "", "## PLANNED: US-1 - x\n" },
};

static char *fill(const char *before, const char *again)
{
	char *text = calloc(1, BODY_BYTES + 64);
	size_t len = strlen(before), n = strlen(again);

	if (!text)
		abort();
	memcpy(text, before, len);
	for (; len + n <= BODY_BYTES; len += n)
		memcpy(text + len, again, n);
	return text;
}

/* 10,000 levels by indentation would be 100 MB: as deep as 64 KB let them be. */
static char *fill_staircase(void)
{
	char *text = calloc(1, BODY_BYTES + 1024);
	size_t len = 0;

	if (!text)
		abort();
	for (size_t depth = 0; len + 2 * depth + 8 <= BODY_BYTES; depth++)
		len += (size_t)sprintf(text + len, "%*s- [ ] a\n", (int)(2 * depth), "");
	return text;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* How many tasks there are. */
static size_t read_once(const char *kind, struct wt_str text)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_tasks tasks = { .arena = &arena };
	struct wt_tasklist_issue issue = { 0 };
	struct wt_yaml_text in = { "file", text, 1, false };
	struct wt_error err;
	struct wt_md md;
	size_t n;

	if (strcmp(kind, "taskfile") == 0) {
		struct wt_taskfile file = { "file", wt_yaml_libyaml(&arena, &in, &diags) };

		wt_taskfile_parse(&file, &tasks, &diags);
	} else if (wt_markdown_cmark(&arena, "file", text, &md, &err) == WT_OK) {
		if (strcmp(kind, "roadmap") == 0)
			wt_roadmap_parse(&md, wt_roadmap_default_rules(), &tasks, &diags);
		else
			wt_tasklist_parse(&md, &issue, &tasks, &diags);
	}
	n = tasks.len;
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
	return n;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void measure(const char *kind, const char *name, struct wt_str text, int rounds)
{
	static double times[MAX_ROUNDS];
	size_t n = 0;

	for (int i = 0; i < rounds; i++) {
		double before = now_ms();

		n = read_once(kind, text);
		times[i] = now_ms() - before;
	}
	qsort(times, (size_t)rounds, sizeof *times, compare);
	printf("%.2f ms %s, %zu tasks\n", times[rounds / 2], name, n);
}

static void measure_hard(int rounds)
{
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
		char *text = fill(hard[i].before, hard[i].again);

		measure("issue", hard[i].name, wt_str_of(text), rounds);
		free(text);
	}
	for (char *text = fill_staircase(); text; text = NULL) {
		measure("issue", "boxes ever deeper", wt_str_of(text), rounds);
		free(text);
	}
}

static int measure_file(const char *kind, const char *path, int rounds)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(MAX_FILE);
	size_t len = f && text ? fread(text, 1, MAX_FILE, f) : 0;

	if (f)
		fclose(f);
	if (!len)
		fprintf(stderr, "parse-time: nothing to read in '%s'\n", path);
	else
		measure(kind, path, (struct wt_str){ text, len }, rounds);
	free(text);
	return len ? 0 : 1;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	if (rounds < 1 || rounds > MAX_ROUNDS || (argc != 2 && argc != 4)) {
		fprintf(stderr, "usage: parse-time ROUNDS [issue|roadmap|taskfile FILE]\n");
		return 2;
	}
	if (argc == 4)
		return measure_file(argv[2], argv[3], (int)rounds);
	measure_hard((int)rounds);
	return 0;
}
