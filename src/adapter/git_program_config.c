/* SPDX-License-Identifier: MIT */
/* What only git knows how to find out about the user: identity, configuration, attributes. */

#include "git_priv.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/limits.h"

const char *git_program_variable(const struct git_self *g, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *e = g->proc->env; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=' && (*e)[len + 1])
			return *e + len + 1;
	return NULL;
}

/* identity */

/* "Name <email> 1700000000 +0100" */
static bool parse_person(struct git_self *g, struct wt_str line, struct git_person *out)
{
	size_t open = wt_str_find(line, " <"), close = wt_str_find(line, "> ");
	int64_t time_s, zone;
	struct wt_str rest, word;

	if (open >= close || close >= line.len)
		return false;
	rest = (struct wt_str){ line.data + close + 2, line.len - close - 2 };
	if (!wt_str_next(&rest, " ", &word) || !wt_text_parse_int(word, &time_s))
		return false;
	rest = wt_str_trim(rest);
	word = (struct wt_str){ rest.data + 1, rest.len ? rest.len - 1 : 0 };
	if (!wt_text_parse_int(word, &zone) || zone < 0 || zone > 2359)
		return false;
	out->name = wt_arena_strndup(&g->arena, line.data, open);
	out->email = wt_arena_strndup(&g->arena, line.data + open + 2, close - open - 2);
	out->time_s = time_s;
	out->offset_minutes = (int)(zone / 100 * 60 + zone % 100) * (rest.data[0] == '-' ? -1 : 1);
	return true;
}

enum wt_code git_program_person(struct git_self *g, bool is_author, const struct git_person **out,
				struct wt_error *err)
{
	struct git_person *p = is_author ? &g->author : &g->committer;
	struct git_call call = { .what = "find out who you are" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc;

	*out = p;
	if (p->name)
		return WT_OK;
	p->has_time = git_program_variable(g, is_author ? "GIT_AUTHOR_DATE"
							: "GIT_COMMITTER_DATE") != NULL;
	call.args = GIT_ARGS("var", is_author ? "GIT_AUTHOR_IDENT" : "GIT_COMMITTER_IDENT");
	rc = git_run(g, &call, &res, err);
	if (!rc && res.code) {
		wt_fail(err, WT_E_ENV, "git does not know who you are");
		rc = wt_hint(err, "git config --global user.name \"Your Name\" && "
				  "git config --global user.email you@example.com");
	} else if (!rc && !parse_person(g, wt_str_trim(wt_str_of(res.out.data)), p)) {
		rc = wt_fail(err, WT_E_ENV, "git gives an identity that cannot be read: '%s'",
			     res.out.data);
	}
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

/* configuration */

enum wt_code git_program_settings_now(void *self, struct wt_arena *a, struct wt_git_setting **out,
				      size_t *n, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("config", "--null", "--list"),
				       .what = "read git's configuration" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	size_t cap = 0;
	enum wt_code rc = git_do(self, &call, &text, err);

	*out = NULL;
	*n = 0;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &item)) {
		size_t end = wt_str_find(item, "\n");

		/* "key\nvalue"; a key without a value stands alone. */
		*WT_ARENA_PUSH(a, *out, *n, cap) = (struct wt_git_setting){
			wt_arena_strndup(a, item.data, end),
			end < item.len
				? wt_arena_strndup(a, item.data + end + 1, item.len - end - 1)
				: "true",
		};
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code git_program_settings(struct git_self *g, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	if (!g->has_settings)
		rc = git_program_settings_now(g, &g->arena, &g->settings, &g->n_settings, err);
	g->has_settings = !rc;
	return rc;
}

/* Section and variable have no case, what lies between has. */
static bool is_same_key(const char *key, const char *asked)
{
	const char *first = strchr(asked, '.'), *last = strrchr(asked, '.');
	size_t len = strlen(asked);

	if (!first || strlen(key) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_exact = asked + i > first && asked + i < last;
		int c = is_exact ? (unsigned char)asked[i] : tolower((unsigned char)asked[i]);

		if ((unsigned char)key[i] != c)
			return false;
	}
	return true;
}

const char *git_program_setting(const struct git_self *g, const char *name)
{
	for (size_t i = g->n_settings; i-- > 0;)
		if (is_same_key(g->settings[i].key, name))
			return g->settings[i].value;
	return NULL;
}

enum wt_code git_program_config(void *self, const char *name, struct wt_buf *out,
				struct wt_error *err)
{
	struct git_self *g = self;
	enum wt_code rc = git_program_settings(g, err);
	const char *value = rc ? NULL : git_program_setting(g, name);

	if (rc)
		return rc;
	if (!value)
		return wt_fail(err, WT_E_NOT_FOUND, "git's configuration has no '%s'", name);
	wt_buf_puts(out, value);
	return WT_OK;
}

/* attributes */

/* A file's bytes; absent is nothing, unreadable or huge is false. */
static bool add_file(struct wt_buf *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t limit = out->len + WT_MAX_CONFIG_BYTES;
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	while ((n = read(fd, chunk, sizeof chunk)) > 0 && out->len < limit)
		wt_buf_add(out, chunk, (size_t)n);
	close(fd);
	wt_buf_putc(out, '\n');
	return n == 0;
}

/* Where git looks when core.attributesFile is not set; NULL: nowhere. */
static const char *default_attributes(const struct git_self *g, struct wt_arena *a)
{
	const char *xdg = git_program_variable(g, "XDG_CONFIG_HOME"),
		   *home = git_program_variable(g, "HOME");

	if (xdg)
		return wt_arena_printf(a, "%s/git/attributes", xdg);
	return home ? wt_arena_printf(a, "%s/.config/git/attributes", home) : NULL;
}

/* False when the file cannot be named for certain: "~user/x", "%(prefix)/x", "x". */
static bool add_user_attributes(const struct git_self *g, struct wt_buf *out)
{
	const char *set = git_program_setting(g, "core.attributesFile"),
		   *home = git_program_variable(g, "HOME");
	struct wt_arena a = { 0 };
	const char *path = set;
	bool ok = true;

	if (!set)
		path = default_attributes(g, &a);
	else if (strncmp(set, "~/", 2) == 0)
		path = home ? wt_arena_printf(&a, "%s%s", home, set + 1) : set;
	if (path && path[0])
		ok = path[0] == '/' && add_file(out, path);
	wt_arena_clear(&a);
	return ok;
}

bool git_program_attributes(const struct git_self *g, struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	bool ok = add_user_attributes(g, out) &&
		  add_file(out, wt_arena_printf(&a, "%s/info/attributes", g->common_dir));

	if (!git_program_variable(g, "GIT_ATTR_NOSYSTEM"))
		ok = ok && add_file(out, "/etc/gitattributes") &&
		     add_file(out, "/usr/local/etc/gitattributes");
	wt_arena_clear(&a);
	return ok;
}

enum wt_code git_program_merges_plainly(void *self, struct wt_buf *attributes, bool *out,
					struct wt_error *err)
{
	static const char *const keys[] = { "merge.default", "merge.renormalize", "merge.renames",
					    "merge.directoryRenames" };
	struct git_self *g = self;
	enum wt_code rc = git_program_settings(g, err);

	if (rc)
		return rc;
	*out = git_program_attributes(g, attributes);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		*out = *out && !git_program_setting(g, keys[i]);
	return WT_OK;
}
