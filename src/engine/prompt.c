/* SPDX-License-Identifier: MIT */
/* The prompt of an attempt. */

#include "prompt.h"

#include <string.h>

#include "agent_argv.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/expand.h"
#include "wtorch/core/template.h"

static void add_files(struct wt_buf *out, const struct wt_task *t)
{
	for (size_t i = 0; i < t->n_files; i++)
		wt_buf_printf(out, "- %s%s\n", t->files[i].path,
			      t->files[i].from == WT_FROM_DECLARED ? "" : " (a guess)");
}

static void add_criteria(struct wt_buf *out, const struct wt_task *t)
{
	for (size_t i = 0; i < t->n_criteria; i++)
		wt_buf_printf(out, "- [ ] %s\n", t->criteria[i]);
}

static const char report_text[] =
	"Commit your work on the branch you are on; what you leave uncommitted is committed for "
	"you.\n"
	"Do not edit status markers in the roadmap, do not push, do not switch branches.\n"
	"While you work you may write your progress as JSON to the file named by $WTORCH_STATUS:\n"
	"\n"
	"    {\"status\":\"in_progress\",\"completion_percentage\":40,\"message\":\"writing "
	"tests\"}\n"
	"\n"
	"End with exit status 0 when the task is done, with another one when it cannot be done.\n";

static void add_section(struct wt_buf *out, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	wt_buf_printf(out, "\n## %s\n\n%s", title, text);
	if (out->data[out->len - 1] != '\n')
		wt_buf_putc(out, '\n');
}

static const char *focus_of(const struct wt_config *config, const struct wt_task *t)
{
	struct wt_template template;

	return t->template && wt_template_find(config, t->template, &template) ? template.focus
									       : NULL;
}

static void build_own(struct wt_run *run, const struct wt_agent_opts *o, const char *files,
		      const char *criteria, struct wt_buf *out)
{
	const struct wt_task *t = &run->plan.tasks[o->task].task;

	wt_buf_printf(out, "# Task %s: %s\n", t->id, t->title);
	add_section(out, "Description", t->body);
	add_section(out, "Files it may touch", files);
	add_section(out, "Acceptance criteria", criteria);
	add_section(out, "What matters most", focus_of(run->config, t));
	add_section(out, "Knowledge", o->knowledge);
	add_section(out, "What failed before", o->failure);
	add_section(out, "How to report", report_text);
	wt_buf_printf(out,
		      "\n## Where to work\n\n%s\n\n"
		      "Change files below this folder only; it is a git worktree of its own on "
		      "branch %s.\n",
		      o->worktree->path, o->worktree->branch);
}

/* It knows the task from the conversation that it takes up. */
static void build_again(const struct wt_agent_opts *o, struct wt_buf *out)
{
	wt_buf_puts(out, "Your work on this task is not done yet. What is wrong with it:\n\n");
	wt_buf_puts(out, o->failure ? o->failure : "it was interrupted");
	wt_buf_printf(out,
		      "\n\nMend it in the same folder, %s, and report as before. End with exit "
		      "status 0 when the task is done, with another one when it cannot be done.\n",
		      o->worktree->path);
}

/* A template of the project, read from its checkout as it is committed or not: it is
 * configuration, like the file that names it. */
static enum wt_code build_from_template(const struct wt_ports *p, const char *name,
					const struct wt_word *words, size_t n, struct wt_buf *out,
					struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const char *path = wt_path_join(&a, p->git->repo.top, name);
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = p->fs->read(p->fs->self, path, WT_MAX_CONFIG_BYTES, &text, err);

	if (!rc)
		rc = wt_expand(text.data, words, n, out, err);
	wt_buf_clear(&text);
	wt_arena_clear(&a);
	return rc ? wt_wrap(err, "cannot use the prompt template '%s'", name) : WT_OK;
}

/* The task's template knows more about the prompt than its agent. */
static const char *template_of(const struct wt_config *config, const char *agent,
			       const char *template)
{
	const char *path = NULL;

	if (template)
		path = wt_config_named_text(config, "template", template, "prompt");
	return path && *path ? path : wt_config_named_text(config, "agent", agent, "prompt");
}

enum wt_code wt_prompt_check(const struct wt_ports *ports, const struct wt_config *config,
			     const char *agent, const char *template, struct wt_error *err)
{
	static const struct wt_word words[] = { { "title", "" },   { "body", "" },
						{ "files", "" },   { "criteria", "" },
						{ "issue", "" },   { "worktree", "" },
						{ "failure", "" }, { "knowledge", "" },
						{ "focus", "" } };
	const char *path = template_of(config, agent, template);
	struct wt_buf b = WT_BUF_INIT;
	enum wt_code rc = WT_OK;

	if (path && *path)
		rc = build_from_template(ports, path, words, sizeof words / sizeof *words, &b, err);
	wt_buf_clear(&b);
	if (!rc)
		return WT_OK;
	err->code = WT_E_INPUT; /* configuration, whatever the disk said */
	return err->hint[0] ? err->code
			    : wt_hint(err, "mend 'prompt' in section [agent %s]", agent);
}

enum wt_code wt_prompt_build(struct wt_run *run, const struct wt_agent_opts *o, const char **out,
			     struct wt_error *err)
{
	const struct wt_plan_task *t = &run->plan.tasks[o->task];
	const char *template =
		template_of(run->config, wt_agent_of(run, o->task), t->task.template);
	struct wt_buf files = WT_BUF_INIT, criteria = WT_BUF_INIT, b = WT_BUF_INIT;
	enum wt_code rc = WT_OK;

	add_files(&files, &t->task);
	add_criteria(&criteria, &t->task);
	if (o->session) {
		build_again(o, &b);
	} else if (template && *template) {
		const struct wt_word words[] = {
			{ "title", t->task.title },        { "body", t->task.body },
			{ "files", files.data },           { "criteria", criteria.data },
			{ "issue", t->task.source.issue }, { "worktree", o->worktree->path },
			{ "failure", o->failure },         { "knowledge", o->knowledge },
			{ "focus", focus_of(run->config, &t->task) },
		};

		rc = build_from_template(run->ports, template, words, sizeof words / sizeof *words,
					 &b, err);
	} else {
		build_own(run, o, files.data, criteria.data, &b);
	}
	if (!rc)
		*out = wt_arena_strndup(&run->arena, b.data, strlen(b.data));
	wt_buf_clear(&files);
	wt_buf_clear(&criteria);
	wt_buf_clear(&b);
	return rc;
}
