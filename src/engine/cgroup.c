/* SPDX-License-Identifier: MIT */
/* Finds the cgroup that may hold those of agents. */

#include "wtorch/engine/cgroup.h"

#include <string.h>

#include "wtorch/base/path.h"

#define MAX_BYTES (1u << 20)

static const char *read_text(const struct wt_ports *ports, struct wt_arena *a, const char *path)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = NULL;

	if (ports->fs->read(ports->fs->self, path, MAX_BYTES, &text, &ignored) == WT_OK)
		out = wt_arena_strndup(a, text.data ? text.data : "", text.len);
	wt_buf_clear(&text);
	return out;
}

/* The words of a line of mountinfo(5) that matter: what is mounted, and where. */
static bool parse_mount(struct wt_arena *a, struct wt_str line, const char **root,
			const char **point)
{
	struct wt_str word = { NULL, 0 };
	bool is_wanted = wt_str_find(line, " - cgroup2 ") < line.len;

	for (int i = 1; is_wanted && i <= 5; i++) {
		if (!wt_str_next(&line, " ", &word))
			return false;
		if (i == 4)
			*root = wt_arena_strndup(a, word.data, word.len);
	}
	if (is_wanted)
		*point = wt_arena_strndup(a, word.data, word.len);
	return is_wanted;
}

static const char *find_mount(const struct wt_ports *ports, struct wt_arena *a, const char **root)
{
	struct wt_str rest = wt_str_of(read_text(ports, a, "/proc/self/mountinfo")), line;
	const char *point = NULL;

	while (!point && wt_str_next(&rest, "\n", &line))
		(void)!parse_mount(a, line, root, &point);
	return point;
}

/* Our own place in it, from its mount point on; NULL when it lies outside. */
static const char *find_own(const struct wt_ports *ports, struct wt_arena *a, const char *root)
{
	struct wt_str rest = wt_str_of(read_text(ports, a, "/proc/self/cgroup")), line;
	size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);

	while (wt_str_next(&rest, "\n", &line)) {
		const char *own;

		if (!wt_str_starts(line, "0::/"))
			continue;
		own = wt_arena_strndup(a, line.data + 3, line.len - 3);
		if (strncmp(own, root, n) != 0 || strncmp(own, "/..", 3) == 0)
			return NULL;
		return own + n;
	}
	return NULL;
}

static bool hands_on(const struct wt_ports *ports, struct wt_arena *a, struct wt_cgroup *out)
{
	const char *path = wt_path_join(a, out->dir, "cgroup.subtree_control");
	struct wt_str rest = wt_str_of(read_text(ports, a, path)), word;

	out->has_memory = out->has_pids = out->has_cpu = false;
	while (wt_str_next(&rest, " \n", &word)) {
		out->has_memory |= wt_str_is(word, "memory");
		out->has_pids |= wt_str_is(word, "pids");
		out->has_cpu |= wt_str_is(word, "cpu");
	}
	return out->has_memory || out->has_pids || out->has_cpu;
}

void wt_cgroup_find(const struct wt_ports *ports, struct wt_arena *arena, struct wt_cgroup *out)
{
	const char *root = "/", *point = find_mount(ports, arena, &root);
	const char *own = point ? find_own(ports, arena, root) : NULL;

	*out = (struct wt_cgroup){ .dir = NULL };
	if (!own)
		return;
	while (*own == '/')
		own++;
	out->dir = *own ? wt_path_join(arena, point, own) : point;
	if (hands_on(ports, arena, out))
		return;
	if (*own) {
		out->dir = wt_path_dir(arena, out->dir);
		if (hands_on(ports, arena, out))
			return;
	}
	out->dir = NULL;
}
