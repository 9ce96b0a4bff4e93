/* SPDX-License-Identifier: MIT */
/* git's own record of the commands that an agent ran. */

#include <string.h>

#include "escape_priv.h"
#include "wtorch/base/path.h"

#define MAX_TRACE    (8u << 20) /* bytes that are read; of a longer record only the end */
#define MAX_COMMANDS 20000u

struct reading {
	struct wt_run *run;
	struct wt_arena *arena;
	struct wt_git_commands *out;
};

static struct wt_git_command *command_of(struct reading *r, const char *sid)
{
	for (size_t i = r->out->len; i-- > 0;)
		if (strcmp(r->out->items[i].sid, sid) == 0)
			return &r->out->items[i];
	return NULL;
}

static void note_start(struct reading *r, const struct wt_json *doc, const char *sid)
{
	const struct wt_json *argv = wt_json_find(doc, "argv");
	struct wt_buf words = WT_BUF_INIT;

	if (r->out->len >= MAX_COMMANDS || !argv || argv->kind != WT_JSON_ARRAY)
		return;
	for (const struct wt_json *word = argv->child; word; word = word->next)
		if (word->kind == WT_JSON_STRING)
			wt_buf_printf(&words, "\n%s", word->string);
	*WT_ARENA_PUSH(r->arena, r->out->items, r->out->len, r->out->cap) =
		(struct wt_git_command){ wt_arena_strdup(r->arena, sid), "",
					 wt_arena_strdup(r->arena, words.data), "" };
	wt_buf_clear(&words);
}

static void read_line(struct reading *r, struct wt_str line)
{
	struct wt_arena scratch = { 0 };
	const struct wt_json *doc = NULL;
	struct wt_git_command *c;
	struct wt_error ignored;
	const char *event, *sid;

	if (r->run->ports->reader->json(&scratch, line, &doc, &ignored) == WT_OK) {
		event = wt_json_text(doc, "event", "");
		sid = wt_json_text(doc, "sid", "");
		c = command_of(r, sid);
		if (strcmp(event, "start") == 0)
			note_start(r, doc, sid);
		else if (c && strcmp(event, "def_repo") == 0)
			c->worktree = wt_arena_strdup(r->arena, wt_json_text(doc, "worktree", ""));
		else if (c && strcmp(event, "cmd_name") == 0)
			c->name = wt_arena_strdup(r->arena, wt_json_text(doc, "name", ""));
	}
	wt_arena_clear(&scratch);
}

void wt_escape_commands(struct wt_run *run, const char *attempt_dir, struct wt_arena *a,
			struct wt_git_commands *out)
{
	const struct wt_fs *fs = run->ports->fs;
	struct reading r = { run, a, out };
	const char *path = wt_path_join(a, attempt_dir, WT_ESCAPE_TRACE);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_file_info info;
	struct wt_error ignored;
	struct wt_str rest, line;
	int64_t from;

	if (fs->stat(fs->self, path, &info, &ignored) || info.kind != WT_FILE_REGULAR)
		return;
	from = info.size_bytes > MAX_TRACE ? info.size_bytes - MAX_TRACE : 0;
	(void)!fs->read_from(fs->self, path, from, MAX_TRACE, &text, &ignored);
	rest = (struct wt_str){ text.data, text.len };
	while (wt_str_next(&rest, "\n", &line))
		if (wt_str_find(line, "\"start\"") < line.len ||
		    wt_str_find(line, "\"def_repo\"") < line.len ||
		    wt_str_find(line, "\"cmd_name\"") < line.len)
			read_line(&r, line);
	wt_buf_clear(&text);
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Works on the branch that is checked out where it runs. */
static bool moves_head(const char *name)
{
	static const char *const names[] = { "am",     "cherry-pick", "commit", "merge", "pull",
					     "rebase", "reset",       "revert", NULL };

	return is_one_of(name, names);
}

static bool has_word(const struct wt_git_command *c, const char *const *words)
{
	struct wt_str rest = wt_str_of(c->words), word;

	while (wt_str_next(&rest, "\n", &word))
		for (const char *const *w = words; *w; w++)
			if (wt_str_is(word, *w))
				return true;
	return false;
}

/* "HEAD:main", "+x:refs/heads/main" */
static bool has_target(const struct wt_git_command *c, const char *ref, const char *name)
{
	struct wt_str rest = wt_str_of(c->words), word;

	while (wt_str_next(&rest, "\n", &word)) {
		const char *colon = memchr(word.data, ':', word.len);
		struct wt_str to;

		if (!colon)
			continue;
		to = (struct wt_str){ colon + 1, word.len - (size_t)(colon + 1 - word.data) };
		if (wt_str_is(to, ref) || wt_str_is(to, name))
			return true;
	}
	return false;
}

/* The command says which ref it moves. A name that is only read (git merge main) is none. */
static bool names_ref(const struct wt_git_command *c, const char *ref)
{
	static const char *const force[] = { "-f", "-D",      "-d",       "-m",     "-M", "-B",
					     "-C", "--force", "--delete", "--move", NULL };
	static const char *const by_name[] = { "branch", "checkout", "switch", "worktree", NULL };
	const char *slash = strncmp(ref, "refs/", 5) == 0 ? strchr(ref + 5, '/') : NULL;
	const char *name = slash ? slash + 1 : ref;
	const char *const names[] = { ref, name, NULL };

	if (strcmp(c->name, "push") == 0 || strcmp(c->name, "fetch") == 0 ||
	    strcmp(c->name, "pull") == 0)
		return has_target(c, ref, name);
	if (strcmp(c->name, "update-ref") == 0 || strcmp(c->name, "tag") == 0)
		return has_word(c, names);
	return is_one_of(c->name, by_name) && has_word(c, force) && has_word(c, names);
}

const struct wt_git_command *wt_escape_mover(const struct wt_git_commands *list, const char *ref,
					     const char *checkout)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct wt_git_command *c = &list->items[i];

		if (checkout && moves_head(c->name) && strcmp(c->worktree, checkout) == 0)
			return c;
		if (names_ref(c, ref))
			return c;
	}
	return NULL;
}

const struct wt_git_command *wt_escape_setter(const struct wt_git_commands *list, const char *key)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct wt_git_command *c = &list->items[i];
		struct wt_str rest = wt_str_of(c->words), word;

		while (strcmp(c->name, "config") == 0 && wt_str_next(&rest, "\n", &word))
			if (wt_str_starts_nocase(word, key))
				return c;
	}
	return NULL;
}
