/* SPDX-License-Identifier: MIT */
/* Which program a name means and which variables it gets. */

#include "proc_linux_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

/* What execvp searches when there is no PATH, without the working directory. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* `git rev-parse --local-env-vars`: what names a repository and would follow us elsewhere. */
static const char *const git_local[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_CONFIG",
	"GIT_CONFIG_PARAMETERS",
	"GIT_CONFIG_COUNT",
	"GIT_OBJECT_DIRECTORY",
	"GIT_DIR",
	"GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_GRAFT_FILE",
	"GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS",
	"GIT_REPLACE_REF_BASE",
	"GIT_PREFIX",
	"GIT_INTERNAL_SUPER_PREFIX",
	"GIT_SHALLOW_FILE",
	"GIT_COMMON_DIR",
};

static size_t name_len(const char *variable)
{
	return strcspn(variable, "=");
}

static bool is_same_name(const char *a, const char *b)
{
	size_t len = name_len(a);

	return len == name_len(b) && !memcmp(a, b, len);
}

bool wt_proc_linux_is_git_local(const char *variable)
{
	if (strncmp(variable, "GIT_", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof git_local / sizeof *git_local; i++) {
		if (is_same_name(variable, git_local[i]))
			return true;
	}
	return false;
}

static bool has_name(const char *const *env, const char *variable)
{
	for (; env && *env; env++) {
		if (is_same_name(*env, variable))
			return true;
	}
	return false;
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

const char **wt_proc_linux_merge_env(const char *const *env, const char *const *set)
{
	const char **all = wt_alloc((count(env) + count(set) + 1) * sizeof *all);
	size_t n = 0;

	for (; env && *env; env++) {
		if (!wt_proc_linux_is_git_local(*env) && !has_name(set, *env))
			all[n++] = *env;
	}
	for (; set && *set; set++)
		all[n++] = *set;
	return all;
}

static const char *path_of(const char *const *env)
{
	for (; env && *env; env++) {
		if (!strncmp(*env, "PATH=", 5))
			return *env + 5;
	}
	return DEFAULT_PATH;
}

static enum wt_code check_program(const char *path, struct wt_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		enum wt_code code = errno == ENOENT || errno == ENOTDIR ? WT_E_NOT_FOUND : WT_E_ENV;

		return wt_fail_errno(err, code, errno, "cannot run '%s'", path);
	}
	if (!S_ISREG(st.st_mode))
		return wt_fail(err, WT_E_ENV, "cannot run '%s': it is not a file", path);
	if (access(path, X_OK) < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot run '%s'", path);
	return WT_OK;
}

/* As execvp: one that cannot be executed does not hide a later one that can. */
static enum wt_code search(const char *program, const char *path, struct wt_buf *out,
			   struct wt_error *err)
{
	struct wt_str rest = wt_str_of(path), dir;
	struct wt_error denied = { .code = WT_OK };
	size_t start = out->len;

	while (wt_str_next(&rest, ":", &dir)) {
		if (dir.data[0] != '/')
			continue;
		wt_buf_add(out, dir.data, dir.len);
		wt_buf_putc(out, '/');
		wt_buf_puts(out, program);
		if (check_program(out->data + start, err) == WT_OK)
			return WT_OK;
		if (err->code != WT_E_NOT_FOUND && !denied.code)
			denied = *err;
		wt_buf_cut(out, start);
	}
	if (denied.code) {
		*err = denied;
		return err->code;
	}
	return wt_fail(err, WT_E_NOT_FOUND, "cannot find '%s' on PATH", program);
}

static const char *find_cached(const struct wt_proc_linux *p, const char *program)
{
	for (size_t i = 0; i < WT_PROC_LINUX_PROGRAMS; i++) {
		if (p->programs[i].name && !strcmp(p->programs[i].name, program))
			return p->programs[i].path;
	}
	return NULL;
}

static void drop_slot(struct wt_proc_linux *p, size_t slot)
{
	free(p->programs[slot].name);
	free(p->programs[slot].path);
	p->programs[slot].name = p->programs[slot].path = NULL;
}

static void remember(struct wt_proc_linux *p, const char *program, const char *path)
{
	size_t slot = p->next_program++ % WT_PROC_LINUX_PROGRAMS;

	drop_slot(p, slot);
	p->programs[slot].name = wt_strdup(program);
	p->programs[slot].path = wt_strdup(path);
}

void wt_proc_linux_forget(struct wt_proc_linux *p, const char *program)
{
	for (size_t i = 0; i < WT_PROC_LINUX_PROGRAMS; i++) {
		if (!program || (p->programs[i].name && !strcmp(p->programs[i].name, program)))
			drop_slot(p, i);
	}
}

enum wt_code wt_proc_linux_lookup(struct wt_proc_linux *p, const char *program,
				  const char *const *env, struct wt_buf *out, struct wt_error *err)
{
	const char *path = env ? path_of(env) : path_of(p->env);
	bool is_own = !env || !strcmp(path, path_of(p->env));
	const char *cached = is_own ? find_cached(p, program) : NULL;
	size_t start = out->len;

	if (strchr(program, '/')) {
		wt_buf_puts(out, program);
		return WT_OK;
	}
	if (!*program)
		return wt_fail(err, WT_E_NOT_FOUND, "cannot run a program without a name");
	if (cached) {
		wt_buf_puts(out, cached);
		return WT_OK;
	}
	if (search(program, path, out, err) != WT_OK)
		return err->code;
	if (is_own)
		remember(p, program, out->data + start);
	return WT_OK;
}

enum wt_code wt_proc_linux_find(void *self, const char *program, struct wt_buf *out,
				struct wt_error *err)
{
	struct wt_proc_linux *p = self;
	size_t start = out->len;
	char *cwd;

	if (!strchr(program, '/')) {
		if (!*program)
			return wt_fail(err, WT_E_NOT_FOUND, "cannot find a program without a name");
		return search(program, path_of(p->env), out, err);
	}
	if (check_program(program, err) != WT_OK)
		return err->code;
	if (program[0] != '/') {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return wt_fail_errno(err, WT_E_ENV, errno, "cannot find '%s'", program);
		wt_buf_puts(out, cwd);
		free(cwd);
		if (out->data[start] && out->data[out->len - 1] != '/')
			wt_buf_putc(out, '/');
	}
	wt_buf_puts(out, program);
	return WT_OK;
}
