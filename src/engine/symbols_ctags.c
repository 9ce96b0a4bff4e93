/* SPDX-License-Identifier: MIT */
/* Asks universal-ctags which files define which names. */

#include <stdlib.h>
#include <string.h>

#include "symbols_priv.h"
#include "wtorch/base/path.h"

#define MAX_INPUT   (16u << 20)
#define MAX_OUTPUT  (32u << 20)
#define MAX_TIME_MS 10000

bool wt_symbols_find_ctags(const struct wt_ports *ports, struct wt_buf *out)
{
	static const char *const names[] = { "ctags-universal", "universal-ctags", "uctags",
					     "ctags" };
	const struct wt_proc *proc = ports->proc;
	struct wt_error ignored;
	bool found = false;

	for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++) {
		struct wt_buf path = WT_BUF_INIT;

		if (proc->find(proc->self, names[i], &path, &ignored) == WT_OK) {
			const char *const argv[] = { path.data, "--options=NONE", "--list-features",
						     NULL };
			struct wt_cmd cmd = { .argv = argv,
					      .cwd = "/",
					      .deadline_ms = MAX_TIME_MS };
			struct wt_cmd_result r;

			found = proc->run(proc->self, &cmd, &r, &ignored) == WT_OK && !r.code &&
				strstr(r.out.data, "\ninteractive") && strstr(r.out.data, "\njson");
			wt_buf_clear(&r.out);
			wt_buf_clear(&r.err);
		}
		if (found)
			wt_buf_puts(out, path.data);
		wt_buf_clear(&path);
	}
	return found;
}

/* Input */

/* The name only tells the language: "12/parser.c", whatever the folder. */
static void put_request(struct wt_buf *out, size_t number, const char *path, struct wt_str text)
{
	struct wt_jsonw w = { .out = out };
	struct wt_buf name = WT_BUF_INIT;

	wt_buf_printf(&name, "%zu/%s", number, wt_path_base(path));
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "command", "generate-tags");
	wt_jsonw_kstr(&w, "filename", name.data);
	wt_jsonw_kint(&w, "size", (int64_t)text.len);
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
	wt_buf_add(out, text.data, text.len);
	wt_buf_clear(&name);
}

/* Which files have a name that is not a common one. */
static bool *find_wanted(struct symbols *s)
{
	bool *wanted = wt_arena_alloc(&s->scratch, s->n_files + 1);

	for (size_t i = 0; i < s->n_names; i++) {
		const struct symbols_place *p = &s->places[i];

		for (size_t k = 0; !p->is_common && k < p->n_files; k++)
			wanted[p->files[k]] = true;
	}
	return wanted;
}

static void put_requests(struct symbols *s, struct wt_buf *out)
{
	const struct wt_git *git = s->ports->git;
	const bool *wanted = find_wanted(s);
	struct wt_buf blob = WT_BUF_INIT;
	struct wt_error ignored;

	for (size_t i = 0; i < s->n_files && s->is_whole; i++) {
		wt_buf_reset(&blob);
		if (!wanted[i] || git->store->blob(git->self, &s->files[i].blob, &blob, &ignored))
			continue;
		if (out->len + blob.len > MAX_INPUT)
			s->is_whole = false;
		else
			put_request(out, i, s->files[i].path,
				    (struct wt_str){ blob.data, blob.len });
	}
	wt_buf_clear(&blob);
}

/* Output */

/* What has the name of a symbol, and is none that a task would speak of. */
static bool is_definition(const char *kind)
{
	static const char *const others[] = { "local",   "label",  "parameter", "macroparam",
					      "unknown", "import", "prototype", "anchor" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(kind, others[i]) == 0)
			return false;
	}
	return true;
}

static int by_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

static void take_tag(struct symbols *s, const struct wt_json *tag)
{
	const char *name = wt_json_text(tag, "name", "");
	const char *const *found = bsearch(name, s->names, s->n_names, sizeof *s->names, by_name);
	struct wt_str number = wt_str_of(wt_json_text(tag, "path", ""));
	struct symbols_place *p;
	int64_t file;

	number.len = wt_str_find(number, "/");
	if (!found || strcmp(wt_json_text(tag, "_type", ""), "tag") != 0 ||
	    !is_definition(wt_json_text(tag, "kind", "")) || !wt_text_parse_int(number, &file) ||
	    file < 0 || (size_t)file >= s->n_files)
		return;
	p = &s->places[found - s->names];
	if (!p->n_defined || p->defined[p->n_defined - 1] < (size_t)file)
		*WT_ARENA_PUSH(&s->scratch, p->defined, p->n_defined, p->cap_defined) =
			(size_t)file;
}

static void take_output(struct symbols *s, struct wt_str text)
{
	struct wt_str line;

	while (wt_str_next(&text, "\n", &line)) {
		struct wt_arena a = { 0 };
		const struct wt_json *tag;
		struct wt_error ignored;

		if (s->ports->reader->json(&a, line, &tag, &ignored) == WT_OK)
			take_tag(s, tag);
		wt_arena_clear(&a);
	}
}

static enum wt_code ask(struct symbols *s, const char *ctags, const char *mode, struct wt_str input,
			struct wt_error *err)
{
	const struct wt_proc *proc = s->ports->proc;
	const char *const argv[] = { ctags,          "--options=NONE", "--quiet=yes", mode,
				     "--fields=NFK", "--kinds-all=*",  NULL };
	struct wt_cmd cmd = { .argv = argv,
			      .cwd = "/",
			      .input = input,
			      .deadline_ms = MAX_TIME_MS,
			      .max_output = MAX_OUTPUT };
	struct wt_cmd_result r;
	enum wt_code rc = proc->run(proc->self, &cmd, &r, err);

	if (!rc && (r.code || r.signal))
		rc = wt_fail(err, WT_E_ENV, "'%s' ended with %s %d", ctags,
			     r.signal ? "signal" : "status", r.signal ? r.signal : r.code);
	if (!rc)
		take_output(s, (struct wt_str){ r.out.data, r.out.len });
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	return rc;
}

void symbols_define(struct symbols *s, const char *ctags)
{
	struct wt_buf input = WT_BUF_INIT;
	struct wt_error err;
	enum wt_code rc = WT_OK;

	put_requests(s, &input);
	if (input.len)
		rc = ask(s, ctags, "--_interactive=sandbox",
			 (struct wt_str){ input.data, input.len }, &err);
	if (rc == WT_E_ENV) /* built without the sandbox, or a kernel that has none */
		rc = ask(s, ctags, "--_interactive=default",
			 (struct wt_str){ input.data, input.len }, &err);
	if (rc) {
		s->is_failed = true;
		wt_diags_add(s->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "names in the text of tasks are not looked up: %s", err.msg);
	}
	wt_buf_clear(&input);
}
