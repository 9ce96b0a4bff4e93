/* SPDX-License-Identifier: MIT */
/* One value of the configuration: from text to what its key's type asks for. */

#include <inttypes.h>
#include <string.h>

#include "config_impl.h"

#define MAX_SHOWN 60u /* bytes of a wrong value that are repeated in a message */

struct words {
	const char **items;
	size_t len, cap;
};

/* Takes one byte, or what a backslash makes of two; within double quotes only what means
 * something there is escaped. False when a backslash is the last byte. */
static bool take_byte(const char **s, char quote, struct wt_buf *out)
{
	const char *p = *s;

	if (*p == '\\' && quote != '\'' && (!quote || (p[1] && strchr("\"\\$`", p[1])))) {
		p++;
		if (!*p)
			return false;
	}
	wt_buf_putc(out, *p);
	*s = p + 1;
	return true;
}

/* Takes one word up to an unquoted separator. */
static bool take_word(const char **s, const char *seps, struct wt_buf *out)
{
	char quote = 0;

	while (**s && (quote || !strchr(seps, **s))) {
		if (quote ? **s == quote : **s == '\'' || **s == '"') {
			quote = quote ? 0 : **s;
			(*s)++;
		} else if (!take_byte(s, quote, out)) {
			return false;
		}
	}
	return quote == 0;
}

static bool split(struct wt_arena *a, const char *line, const char *seps, const char ***items,
		  size_t *n)
{
	struct words words = { 0 };
	struct wt_buf word = WT_BUF_INIT;
	bool is_good = true;

	for (line += strspn(line, seps); *line && is_good; line += strspn(line, seps)) {
		wt_buf_reset(&word);
		is_good = take_word(&line, seps, &word);
		if (is_good)
			*WT_ARENA_PUSH(a, words.items, words.len, words.cap) =
				wt_arena_strndup(a, word.data, word.len);
	}
	wt_buf_clear(&word);
	*n = words.len;
	*WT_ARENA_PUSH(a, words.items, words.len, words.cap) = NULL;
	*items = words.items;
	return is_good;
}

bool wt_config_split(struct wt_arena *a, const char *line, const char ***argv, size_t *n)
{
	return split(a, line, " \t\r\n", argv, n);
}

static void render_number(struct wt_buf *out, const struct wt_key *def, int64_t n)
{
	static const char units[] = "KMG";
	size_t unit = 0;

	if (def->type == WT_KEY_DECIMAL) {
		wt_text_render_decimal(out, n);
	} else if (def->type == WT_KEY_DURATION && n % 1000) {
		wt_buf_printf(out, "%" PRId64 "ms", n);
	} else if (def->type == WT_KEY_DURATION) {
		wt_text_render_duration(out, n);
	} else if (def->type == WT_KEY_SIZE) {
		for (; unit < sizeof units - 1 && n && n % 1024 == 0; unit++)
			n /= 1024;
		wt_buf_printf(out, "%" PRId64, n);
		if (unit)
			wt_buf_putc(out, units[unit - 1]);
	} else {
		wt_buf_printf(out, "%" PRId64, n);
	}
}

static void render_range(struct wt_buf *out, const struct wt_key *def)
{
	render_number(out, def, def->min);
	wt_buf_puts(out, " to ");
	render_number(out, def, def->max);
}

static void render_choices(struct wt_buf *out, const struct wt_key *def)
{
	struct wt_str rest = wt_str_of(def->choices), word;
	const char *gap = "";

	while (wt_str_next(&rest, " ", &word)) {
		wt_buf_printf(out, "%s%.*s", gap, (int)word.len, word.data);
		gap = ", ";
	}
}

void wt_key_render_type(const struct wt_key *def, struct wt_buf *out)
{
	static const char *const names[] = {
		[WT_KEY_TEXT] = "text",           [WT_KEY_LIST] = "list",
		[WT_KEY_INT] = "number, ",        [WT_KEY_BOOL] = "yes or no",
		[WT_KEY_DURATION] = "duration, ", [WT_KEY_SIZE] = "size, ",
		[WT_KEY_ENUM] = "one of: ",       [WT_KEY_COMMAND] = "command",
		[WT_KEY_DECIMAL] = "decimal, ",
	};

	wt_buf_puts(out, names[def->type]);
	if (def->type == WT_KEY_ENUM)
		render_choices(out, def);
	else if (def->max)
		render_range(out, def);
}

static bool parse_number(const struct wt_key *def, struct wt_str text, int64_t *out)
{
	bool is_on;

	switch (def->type) {
	case WT_KEY_INT:
		return wt_text_parse_int(text, out);
	case WT_KEY_DURATION:
		return wt_text_parse_duration(text, out);
	case WT_KEY_SIZE:
		return wt_text_parse_size(text, out);
	case WT_KEY_DECIMAL:
		return wt_text_parse_decimal(text, out);
	default:
		if (!wt_text_parse_bool(text, &is_on))
			return false;
		*out = is_on;
		return true;
	}
}

/* "must be ..., not 'x'", with what the type takes. */
static bool refuse(struct wt_buf *why, const struct wt_key *def, struct wt_str text)
{
	static const char *const takes[] = {
		[WT_KEY_INT] = "a number from ",
		[WT_KEY_BOOL] = "'yes' or 'no'",
		[WT_KEY_DURATION] = "a duration such as 90s, 30m or 2h, from ",
		[WT_KEY_SIZE] = "a size such as 512K, 10M or 2G, from ",
		[WT_KEY_DECIMAL] = "a number with at most six decimals, such as 0.25, from ",
		[WT_KEY_ENUM] = "one of ",
		[WT_KEY_COMMAND] = "a command with every quote closed",
		[WT_KEY_LIST] = "a list with every quote closed",
	};
	bool is_long = text.len > MAX_SHOWN;

	wt_buf_printf(why, "must be %s", takes[def->type]);
	if (def->type == WT_KEY_ENUM)
		render_choices(why, def);
	else if (def->max)
		render_range(why, def);
	wt_buf_printf(why, ", not '%.*s%s'", (int)(is_long ? MAX_SHOWN : text.len), text.data,
		      is_long ? "..." : "");
	return false;
}

static bool is_choice(const struct wt_key *def, struct wt_str text)
{
	struct wt_str rest = wt_str_of(def->choices), word;

	while (wt_str_next(&rest, " ", &word)) {
		if (word.len == text.len && memcmp(word.data, text.data, word.len) == 0)
			return true;
	}
	return false;
}

static bool parse_list(struct wt_arena *a, const struct wt_key *def, struct wt_value *value,
		       struct wt_buf *why)
{
	const char **items;

	if (!split(a, value->text, def->type == WT_KEY_LIST ? " ,\t\r\n" : " \t\r\n", &items,
		   &value->n_list))
		return refuse(why, def, wt_str_of(value->text));
	value->list = value->n_list ? items : NULL;
	return true;
}

bool wt_value_parse(struct wt_arena *a, const struct wt_key *def, const char *raw,
		    struct wt_value *value, struct wt_buf *why)
{
	struct wt_str text = wt_str_trim(wt_str_of(raw));

	value->list = NULL;
	value->n_list = 0;
	value->number = 0;
	value->text = text.len ? wt_arena_strndup(a, text.data, text.len) : def->fallback;
	if (!value->text)
		return true;
	text = wt_str_of(value->text);
	switch (def->type) {
	case WT_KEY_TEXT:
		return true;
	case WT_KEY_LIST:
	case WT_KEY_COMMAND:
		return parse_list(a, def, value, why);
	case WT_KEY_ENUM:
		return is_choice(def, text) || refuse(why, def, text);
	default:
		if (!parse_number(def, text, &value->number))
			return refuse(why, def, text);
		if (def->type != WT_KEY_BOOL &&
		    (value->number < def->min || value->number > def->max))
			return refuse(why, def, text);
		return true;
	}
}
