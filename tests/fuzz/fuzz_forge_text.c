/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what an agent wrote: in a body they notify and refer to nobody, begin no HTML and
 * no marker, and what stands behind them is read as if they were not there.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/forge_text.h"

#define LAST "LAST paragraph"

static bool starts(const char *at, const char *word)
{
	return strncasecmp(at, word, strlen(word)) == 0;
}

static void check_no_id(const char *begin)
{
	for (const char *p = begin; *p;) {
		size_t n = 0;

		while (isxdigit((unsigned char)p[n]))
			n++;
		if (n >= 7 && n <= 40 &&
		    (p == begin || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')))
			assert(isalnum((unsigned char)p[n]) || p[n] == '_');
		p += n ? n : 1;
	}
}

/* Prose of somebody else, without the quote's own marks. */
static void check_harmless(const char *text)
{
	for (const char *p = text; *p; p++) {
		unsigned char next = (unsigned char)p[1];

		assert(*p != '@' || !(isalnum(next) || next == '_'));
		assert(*p != '#' || !isdigit(next));
		assert(*p != '&' || !(isalnum(next) || next == '#'));
		assert(*p != '<' || !(isalnum(next) || (next && strchr("/!?", next))));
		assert(!starts(p, "gh-") || !isdigit((unsigned char)p[3]));
		assert(!starts(p, "/issues/") || !isalnum((unsigned char)p[8]));
		assert(!starts(p, "/pull/") || !isalnum((unsigned char)p[6]));
		assert(!starts(p, "/commit/") || !isalnum((unsigned char)p[8]));
	}
	check_no_id(text);
}

static void check_plain(const struct wt_buf *b)
{
	struct wt_str rest = { b->data, b->len };
	uint32_t rune;

	while (wt_text_next_rune(&rest, &rune)) {
		assert(!wt_rune_is_bad(rune) && rune != 0x7f && rune != 0xfeff);
		assert(rune >= 0x20 || rune == '\n' || rune == '\t');
		assert(rune < 0x202a || rune > 0x202e);
	}
	assert(strlen(b->data) == b->len);
}

/* The last block is ours, at the top. */
static void check_last(const struct wt_buf *body)
{
	struct wt_arena a = { 0 };
	struct wt_md md;
	struct wt_error err;
	const struct wt_md_block *last;

	assert(wt_markdown_cmark(&a, "x", (struct wt_str){ body->data, body->len }, &md, &err) ==
	       WT_OK);
	assert(md.len);
	last = &md.blocks[md.len - 1];
	assert(last->kind == WT_MD_PARAGRAPH && last->parent == WT_MD_TOP);
	assert(wt_str_is(wt_md_first_line(&md, md.len - 1), LAST));
	wt_arena_clear(&a);
}

static void check_body(struct wt_buf *body)
{
	struct wt_str key, text = { body->data, body->len };

	check_plain(body);
	check_last(body);
	assert(wt_forge_marker_find(text, &key) && wt_str_is(key, "run/1:summary"));
	assert(!strstr(body->data + key.len + 16, "<!-- wtorch:"));
	if (wt_forge_text_units(text) > 4200)
		assert(wt_forge_text_cut(body, 4200, LAST));
	else
		assert(!wt_forge_text_cut(body, 4200, LAST));
	assert(wt_forge_text_units((struct wt_str){ body->data, body->len }) <= 4200);
	check_plain(body);
	check_last(body);
}

static void check_lines(struct wt_str text)
{
	struct wt_buf out = WT_BUF_INIT, again = WT_BUF_INIT;

	wt_forge_text_title(&out, text, 40);
	assert(wt_forge_text_units((struct wt_str){ out.data, out.len }) <= 40);
	assert(!strpbrk(out.data, "\n\t"));
	check_plain(&out);
	wt_buf_reset(&out);
	wt_forge_text_title(&out, text, 100000000);
	check_harmless(out.data);
	wt_forge_text_title(&again, (struct wt_str){ out.data, out.len }, 100000000);
	assert(strcmp(out.data, again.data) == 0);
	wt_buf_reset(&out);
	wt_forge_text_inline(&out, text);
	for (size_t i = 0; i < out.len; i++)
		assert(out.data[i] != '|' || (i && out.data[i - 1] == '\\'));
	wt_buf_clear(&again);
	wt_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str text = { (const char *)data, size };
	struct wt_buf body = WT_BUF_INIT, quote = WT_BUF_INIT;

	wt_forge_text_quote(&quote, text);
	check_harmless(quote.data);
	wt_forge_marker_put(&body, "run/1:summary");
	wt_buf_puts(&body, "# What happened");
	wt_forge_text_quote(&body, text);
	wt_forge_text_fence(&body, text, "text");
	wt_buf_puts(&body, LAST "\n");
	check_body(&body);
	check_lines(text);
	wt_buf_clear(&quote);
	wt_buf_clear(&body);
	return 0;
}
