/* SPDX-License-Identifier: MIT */
/* One call of the git program, and how its answers are read. */

#include "git_priv.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wtorch/base/mem.h"

/* Git must answer in the words we look for, and must never wait for a person. */
static const char *const quiet[] = {
	"LC_ALL=C.UTF-8", "LANGUAGE=",     "GIT_TERMINAL_PROMPT=0",
	"GIT_EDITOR=:",   "GIT_PAGER=cat", NULL,
};

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* a and then b, NULL-terminated; free() it. */
static const char **join(const char *const *a, const char *const *b)
{
	size_t na = count(a), nb = count(b);
	const char **all = wt_alloc((na + nb + 1) * sizeof *all);

	for (size_t i = 0; i < na; i++)
		all[i] = a[i];
	for (size_t i = 0; i < nb; i++)
		all[na + i] = b[i];
	return all;
}

enum wt_code git_run(struct git_self *g, const struct git_call *call, struct wt_cmd_result *out,
		     struct wt_error *err)
{
	/* A monitor is a program that whoever writes the configuration can choose, and that can
	 * deny a change. */
	const char **argv =
		join(GIT_ARGS("git", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false"),
		     call->args);
	const char **set = join(quiet, call->set);
	struct wt_cmd cmd = { .argv = argv,
			      .cwd = call->cwd ? call->cwd : g->dir,
			      .set = set,
			      .input = call->input,
			      .deadline_ms = call->deadline_ms };
	struct timespec began;
	enum wt_code rc;

	clock_gettime(CLOCK_REALTIME_COARSE, &began); /* that is what files are stamped with */
	rc = g->proc->run(g->proc->self, &cmd, out, err);
	if (rc == WT_E_TIMEOUT || (!rc && out->signal))
		git_drop_stale(g, &began);
	free(argv);
	free(set);
	if (rc == WT_E_NOT_FOUND) {
		wt_fail(err, WT_E_ENV, "git is not installed");
		return wt_hint(err, "install git 2.39 or newer");
	}
	if (!rc && out->signal)
		out->code = 128 + out->signal; /* as a shell says it */
	return rc ? wt_wrap(err, "cannot %s", call->what) : WT_OK;
}

bool git_says(const struct wt_cmd_result *res, const char *text)
{
	return strstr(res->err.data, text) != NULL;
}

/* What git says while all is well, before a hook fails without a word. */
static bool is_progress(struct wt_str line)
{
	return wt_str_starts(line, "Preparing worktree") || wt_str_starts(line, "HEAD is now at ");
}

/* The line that says what went wrong, without git's "fatal: ". */
static struct wt_str telling_line(struct wt_str text)
{
	static const char *const marks[] = { "fatal: ", "error: " };
	struct wt_str line, rest = text, first = { "", 0 };

	while (wt_str_next(&rest, "\n", &line)) {
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
			size_t n = strlen(marks[i]);

			if (wt_str_starts(line, marks[i]))
				return (struct wt_str){ line.data + n, line.len - n };
		}
		if (!first.len && !is_progress(line))
			first = line;
	}
	return first;
}

enum wt_code git_complain(const struct git_call *call, const struct wt_cmd_result *res,
			  enum wt_code code, struct wt_error *err)
{
	struct wt_str why = telling_line((struct wt_str){ res->err.data, res->err.len });

	if (!why.len)
		why = telling_line((struct wt_str){ res->out.data, res->out.len });
	if (!why.len)
		return wt_fail(err, code, "cannot %s: git ended with code %d", call->what,
			       res->code);
	return wt_fail(err, code, "cannot %s: %.*s", call->what,
		       (int)(why.len < 400 ? why.len : 400), why.data);
}

enum wt_code git_do(struct git_self *g, const struct git_call *call, struct wt_buf *text,
		    struct wt_error *err)
{
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc = git_run(g, call, &res, err);

	if (!rc && res.code)
		rc = git_complain(call, &res, WT_E_ENV, err);
	if (!rc && text)
		wt_buf_add(text, res.out.data, res.out.len);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

bool git_next_item(struct wt_str *rest, struct wt_str *item)
{
	const char *nul = rest->len ? memchr(rest->data, 0, rest->len) : NULL;

	if (!nul)
		return false;
	*item = (struct wt_str){ rest->data, (size_t)(nul - rest->data) };
	rest->len -= item->len + 1;
	rest->data = nul + 1;
	return true;
}
