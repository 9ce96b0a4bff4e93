/* SPDX-License-Identifier: MIT */
/* Checks of git, the repository and the tasks in it. */

#include "doctor.h"

#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/source.h"

/* git and the repository */

static void check_git(struct wt_doctor *d)
{
	const struct wt_ports *p = d->cli->ports;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err = { 0 };
	enum wt_code rc;

	if (p->git->self)
		rc = p->git->tool->version(p->git->self, &text, &err);
	else
		rc = p->proc->find(p->proc->self, "git", &text, &err);
	if (rc)
		wt_doctor_fail(d, WT_HEALTH_FAIL, "git", &err);
	else
		wt_doctor_add(d, WT_HEALTH_OK, "git", "%s", text.data);
	wt_buf_clear(&text);
}

static void check_shape(struct wt_doctor *d)
{
	const struct wt_repo *r = &d->cli->ports->git->repo;

	if (r->is_bare) {
		wt_doctor_add(d, WT_HEALTH_FAIL, "repository", "%s is bare: there is no checkout",
			      r->common_dir)
			->mend = "git worktree add ../checkout, and run wtorch there";
		return;
	}
	d->has_repo = true;
	if (r->is_shallow)
		wt_doctor_add(d, WT_HEALTH_WARN, "repository",
			      "%s is shallow: merges may not find where branches parted", r->top)
			->mend = "git fetch --unshallow";
	else
		wt_doctor_add(d, WT_HEALTH_OK, "repository", "%s", r->top);
}

static void check_identity(struct wt_doctor *d)
{
	const struct wt_git *git = d->cli->ports->git;
	struct wt_buf name = WT_BUF_INIT, mail = WT_BUF_INIT;
	struct wt_error err = { 0 }, ignored;

	if (git->tool->identity(git->self, &err)) {
		wt_doctor_fail(d, WT_HEALTH_FAIL, "identity", &err);
	} else if (git->store->config(git->self, "user.name", &name, &ignored) == WT_OK &&
		   git->store->config(git->self, "user.email", &mail, &ignored) == WT_OK) {
		wt_doctor_add(d, WT_HEALTH_OK, "identity", "%s <%s>", name.data, mail.data);
	} else {
		wt_doctor_add(d, WT_HEALTH_OK, "identity", "from the environment");
	}
	wt_buf_clear(&name);
	wt_buf_clear(&mail);
}

static void check_signing(struct wt_doctor *d)
{
	const struct wt_ports *p = d->cli->ports;
	struct wt_error err = { 0 };

	if (!wt_land_is_signed(p->git) || wt_oid_is_zero(&p->git->repo.head))
		return;
	if (wt_land_check_signing(p->git, &p->git->repo.head, &err))
		wt_doctor_fail(d, WT_HEALTH_FAIL, "signing", &err);
	else
		wt_doctor_add(d, WT_HEALTH_OK, "signing", "commits are signed without a question");
}

void wt_doctor_repository(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	struct wt_error err = { 0 };
	enum wt_code rc = cli->ports->git_open(cli->cwd, cli->ports->proc, cli->ports->git, &err);

	check_git(d);
	if (rc) {
		wt_doctor_fail(d, WT_HEALTH_FAIL, "repository", &err);
		return;
	}
	check_shape(d);
	check_identity(d);
	check_signing(d);
}

/* the base */

/* A branch cannot be a folder of branches, too. */
static void check_blocked(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	const struct wt_git *git = cli->ports->git;
	const char *pattern = wt_config_text(cli->config, "worktree.branch");
	struct wt_oid oid;
	struct wt_error ignored;

	for (const char *slash = pattern; slash && (slash = strchr(slash, '/')); slash++) {
		char *folder = wt_arena_strndup(&cli->arena, pattern, (size_t)(slash - pattern));

		if (strchr(folder, '{'))
			return;
		if (git->store->ref(git->self,
				    wt_arena_printf(&cli->arena, "refs/heads/%s", folder), &oid,
				    &ignored) != WT_OK)
			continue;
		wt_doctor_add(d, WT_HEALTH_FAIL, "branches",
			      "a branch named '%s' is in the way of branches '%s/...'", folder,
			      folder)
			->mend =
			wt_arena_printf(&cli->arena, "git branch -m %s %s-old", folder, folder);
	}
}

/* The branch that a run would take, or NULL when there is none. */
static const char *find_base(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	const struct wt_git *git = cli->ports->git;
	const char *base = wt_config_text(cli->config, "run.base");
	struct wt_oid oid;
	struct wt_error ignored;

	if (!base || !*base)
		base = git->repo.head_branch;
	if (!base) {
		wt_doctor_add(d, WT_HEALTH_FAIL, "base", "HEAD is detached and run.base not set")
			->mend = "git switch BRANCH, or --base BRANCH";
		return NULL;
	}
	if (git->store->ref(git->self, wt_arena_printf(&cli->arena, "refs/heads/%s", base), &oid,
			    &ignored) == WT_OK) {
		wt_doctor_add(d, WT_HEALTH_OK, "base", "%s %.7s", base, wt_oid_hex(&oid).hex);
		return base;
	}
	if (git->repo.is_unborn)
		wt_doctor_add(d, WT_HEALTH_FAIL, "base", "'%s' has no commit yet", base)->mend =
			"git commit --allow-empty -m 'first commit'";
	else
		wt_doctor_add(d, WT_HEALTH_FAIL, "base", "there is no branch '%s'", base)->mend =
			"git branch --list";
	return NULL;
}

/* the roadmap */

static void report_tasks(struct wt_doctor *d, const struct wt_plan *plan)
{
	size_t planned = 0, warnings = 0;
	const char *path = "";

	for (size_t i = 0; i < plan->n_tasks; i++) {
		planned += plan->tasks[i].task.status == WT_TASK_PLANNED;
		if (!*path && plan->tasks[i].task.source.path)
			path = plan->tasks[i].task.source.path;
	}
	for (size_t i = 0; i < plan->diags.len; i++)
		warnings += plan->diags.items[i].severity == WT_SEVERITY_WARNING;
	if (plan->diags.errors)
		wt_doctor_add(d, WT_HEALTH_FAIL, "roadmap", "%zu error%s in it", plan->diags.errors,
			      plan->diags.errors == 1 ? "" : "s")
			->mend = "wtorch plan";
	else if (!plan->n_tasks)
		wt_doctor_add(d, WT_HEALTH_WARN, "roadmap", "no task was found in it")->mend =
			"man wtorch.ini: how tasks are written";
	else
		wt_doctor_add(d, warnings ? WT_HEALTH_WARN : WT_HEALTH_OK, "roadmap",
			      "%s: %zu task%s, %zu planned, %zu warning%s", path, plan->n_tasks,
			      plan->n_tasks == 1 ? "" : "s", planned, warnings,
			      warnings == 1 ? "" : "s")
			->mend = warnings ? "wtorch plan" : "";
}

static void report_uncommitted(struct wt_doctor *d, const struct wt_plan *plan)
{
	struct wt_diags dirty = { .arena = &d->cli->arena };
	struct wt_error err = { 0 };

	if (wt_source_warn_uncommitted(d->cli->ports, plan, &d->cli->arena, &dirty, &err)) {
		wt_doctor_fail(d, WT_HEALTH_WARN, "uncommitted", &err);
		return;
	}
	for (size_t i = 0; i < dirty.len && i < 5; i++)
		wt_doctor_add(d, WT_HEALTH_WARN, "uncommitted", "%s %s", dirty.items[i].place.path,
			      dirty.items[i].message)
			->mend = "git commit";
	if (dirty.len > 5)
		wt_doctor_add(d, WT_HEALTH_WARN, "uncommitted", "and %zu files more",
			      dirty.len - 5);
}

static void keep_diags(struct wt_doctor *d, const struct wt_diags *from)
{
	for (size_t i = 0; i < from->len; i++)
		wt_diags_add(&d->roadmap, from->items[i].severity, from->items[i].place, "%s",
			     from->items[i].message);
}

void wt_doctor_tasks(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	struct wt_source_opts o = { .cwd = cli->cwd, .run_id = "" };
	struct wt_tasks tasks = { .arena = &cli->arena };
	struct wt_plan plan = { 0 };
	struct wt_error err = { 0 };

	if (!d->has_repo || !d->has_config)
		return;
	check_blocked(d);
	o.base = find_base(d);
	if (!o.base) {
		/* Without a base there is no tree to plan on. */
	} else if (wt_source_plan(cli->ports, cli->config, &o, &cli->arena, &tasks, &plan, &err)) {
		wt_doctor_fail(d, err.code == WT_E_INPUT ? WT_HEALTH_WARN : WT_HEALTH_FAIL,
			       "roadmap", &err);
	} else {
		report_tasks(d, &plan);
		keep_diags(d, &plan.diags);
		report_uncommitted(d, &plan);
	}
	wt_plan_clear(&plan);
	wt_tasks_clear(&tasks);
}
