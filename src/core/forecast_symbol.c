/* SPDX-License-Identifier: MIT */
/* Words of a task's text that may be names of symbols. */

#include <string.h>

#include "forecast_impl.h"

struct names {
	void (*found)(void *arg, struct wt_str name);
	void *arg;
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_word_byte(char c)
{
	return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_';
}

/* "parseLine", "TaskList", "HTTPServer"; not "Parser", "API" or "APIs". */
static bool is_camel(struct wt_str s)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		if (is_lower(s.data[i]) && is_upper(s.data[i + 1]))
			return true;
		if (i > 0 && i + 2 < s.len && is_upper(s.data[i - 1]) && is_upper(s.data[i]) &&
		    is_lower(s.data[i + 1]) && is_lower(s.data[i + 2]))
			return true;
	}
	return false;
}

/* A '_' with something on either side; "_emphasis_" is none. */
static bool is_snake(struct wt_str s)
{
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.data[i] == '_' && s.data[i - 1] != '_' && s.data[i + 1] != '_')
			return true;
	}
	return false;
}

/* What of a token is left of quotes, emphasis and brackets around it, "()" kept. */
static struct wt_str trim_token(struct wt_str s)
{
	while (s.len && !is_word_byte(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && !is_word_byte(s.data[s.len - 1]) && !wt_str_ends(s, "()"))
		s.len--;
	return s;
}

/* all: the word is all that its code span holds. */
static void look_at_word(const struct names *n, struct wt_str token, struct wt_str word, bool all)
{
	size_t at = (size_t)(word.data - token.data), behind = at + word.len;
	struct wt_str rest = { token.data + behind, token.len - behind };
	bool is_scoped = wt_str_starts(rest, "::") ||
			 (at > 1 && token.data[at - 1] == ':' && token.data[at - 2] == ':');

	if (word.len < WT_SYMBOL_MIN || word.len > WT_SYMBOL_MAX ||
	    (word.data[0] >= '0' && word.data[0] <= '9'))
		return;
	if (all || is_scoped || wt_str_starts(rest, "()") || is_snake(word) || is_camel(word))
		n->found(n->arg, word);
}

static void look_at_token(const struct names *n, struct wt_str token, bool is_only)
{
	bool is_one_word;
	size_t i = 0;

	/* Paths, URLs and addresses are not made of names. */
	if (memchr(token.data, '/', token.len) || memchr(token.data, '@', token.len))
		return;
	token = trim_token(token);
	while (i < token.len && is_word_byte(token.data[i]))
		i++;
	is_one_word = is_only &&
		      (i == token.len || (i + 2 == token.len && wt_str_ends(token, "()")));
	for (i = 0; i < token.len; i++) {
		struct wt_str word = { token.data + i, 0 };
		bool is_name = true;

		for (; i < token.len && (is_word_byte(token.data[i]) || (token.data[i] & 0x80));
		     i++)
			is_name = is_name && !(token.data[i] & 0x80);
		word.len = (size_t)(token.data + i - word.data);
		if (word.len && is_name)
			look_at_word(n, token, word, is_one_word);
	}
}

static void look_in(void *arg, struct wt_str span, bool is_code)
{
	const char *blanks = " \t\r\n\v\f";
	struct wt_str all = wt_str_trim(span), token;
	bool is_only = is_code && all.len && all.len <= WT_SYMBOL_MAX + 2;

	for (size_t i = 0; is_only && i < all.len; i++)
		is_only = !strchr(blanks, all.data[i]);
	while (wt_str_next(&span, blanks, &token))
		look_at_token(arg, token, is_only);
}

void wt_forecast_each_name(const struct wt_task *task, void (*found)(void *arg, struct wt_str name),
			   void *arg)
{
	struct names n = { found, arg };

	forecast_scan(task->title, look_in, &n);
	forecast_scan(task->body, look_in, &n);
}

static int compare(struct wt_str a, const char *b)
{
	size_t len = strlen(b);
	int order = memcmp(a.data, b, a.len < len ? a.len : len);

	return order ? order : (a.len > len) - (a.len < len);
}

const struct wt_symbol *wt_forecast_symbol(const struct wt_evidence *evidence, struct wt_str name)
{
	size_t low = 0, high = evidence->n_symbols;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wt_symbol *s = &evidence->symbols[middle];
		int order = compare(name, s->name);

		if (order == 0)
			return s->n_defined && s->n_defined <= WT_SYMBOL_MAX_DEFINED ? s : NULL;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
