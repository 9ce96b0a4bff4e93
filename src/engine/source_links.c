/* SPDX-License-Identifier: MIT */
/* Declared paths that go through a symbolic link of the base. */

#include "source_links.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/path.h"

#define MAX_LINKS  16   /* behind each other, as the kernel has it or less */
#define MAX_TARGET 4096 /* bytes of a link */

struct following {
	const struct wt_git *git;
	const struct wt_oid *root;
	const struct wt_tree_list *list;
	struct wt_tasks *tasks;
	struct wt_diags *diags;
	struct wt_arena scratch;
};

static int by_bytes(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* The first folder on the way that is a link, NULL without. */
static const char *link_on(struct following *f, const char *path)
{
	char *part = wt_arena_strdup(&f->scratch, path);

	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (bsearch(part, f->list->links, f->list->n_links, sizeof *f->list->links,
			    by_bytes))
			return part;
		*slash = '/';
	}
	return NULL;
}

/* Where the link leads, relative to the top; NULL: nobody knows. */
static const char *target_of(struct following *f, const char *link)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_side side;
	const char *target = NULL;

	if (wt_tree_find(f->git, f->root, link, &f->scratch, &side, &ignored) == WT_OK &&
	    f->git->store->blob(f->git->self, &side.oid, &text, &ignored) == WT_OK && text.len &&
	    text.len < MAX_TARGET && !memchr(text.data, '\0', text.len))
		target = wt_path_join(&f->scratch, wt_path_dir(&f->scratch, link),
				      wt_arena_strndup(&f->scratch, text.data, text.len));
	wt_buf_clear(&text);
	return target ? wt_path_normal(&f->scratch, target) : NULL;
}

/* The path as it is meant; NULL: it leaves the repository by the link in *link. */
static const char *follow(struct following *f, const char *path, const char **link)
{
	for (int i = 0; i < MAX_LINKS; i++) {
		const char *target;

		*link = link_on(f, path);
		if (!*link)
			return path;
		target = target_of(f, *link);
		if (!target || !wt_path_is_tame(wt_str_of(target)))
			return NULL;
		path = wt_arena_printf(&f->scratch, "%s%s", target, path + strlen(*link));
		path = strncmp(path, "./", 2) == 0 ? path + 2 : path;
	}
	return NULL;
}

static bool is_named(const struct wt_task *task, const char *path)
{
	for (size_t i = 0; i < task->n_files; i++)
		if (strcmp(task->files[i].path, path) == 0)
			return true;
	return false;
}

static void look_at(struct following *f, struct wt_task *task)
{
	for (size_t i = 0; i < task->n_files; i++) {
		struct wt_task_file *file = &task->files[i];
		const char *link, *meant = follow(f, file->path, &link);

		if (!meant)
			wt_task_refuse(f->tasks, task,
				       wt_arena_printf(&f->scratch,
						       "file '%s' lies behind the symbolic link "
						       "'%s', which leads out of the repository",
						       file->path, link),
				       f->diags);
		else if (meant != file->path && is_named(task, meant))
			task->files[i--] = task->files[--task->n_files];
		else if (meant != file->path)
			file->path = wt_arena_strdup(f->tasks->arena, meant);
	}
}

void wt_source_follow_links(const struct wt_git *git, const struct wt_oid *root,
			    const struct wt_tree_list *list, struct wt_tasks *tasks,
			    struct wt_diags *diags)
{
	struct following f = { git, root, list, tasks, diags, { 0 } };

	for (size_t i = 0; i < tasks->len; i++)
		look_at(&f, &tasks->items[i]);
	wt_arena_clear(&f.scratch);
}
