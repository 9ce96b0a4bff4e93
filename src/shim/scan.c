/* SPDX-License-Identifier: MIT */
/* A sign of change in a work tree: cheap, bounded, and without reading any file. */

#include "shim.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ENTRIES 50000
#define MAX_DEPTH   24

struct scan {
	dev_t device; /* others are not entered */
	size_t left;  /* entries that may still be looked at */
	uint64_t sum; /* the order of a folder's entries does not matter */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		hash = (hash ^ (value >> (8 * i) & 0xff)) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t sign_of(const struct stat *st)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	hash = mix(hash, (uint64_t)st->st_ino);
	hash = mix(hash, (uint64_t)st->st_size);
	hash = mix(hash, (uint64_t)st->st_mtim.tv_sec);
	hash = mix(hash, (uint64_t)st->st_mtim.tv_nsec);
	hash = mix(hash, (uint64_t)st->st_ctim.tv_sec);
	return mix(hash, (uint64_t)st->st_ctim.tv_nsec);
}

/* What git keeps is not the work; its own folder may be large. */
static bool is_counted(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, ".git") != 0;
}

static void scan_folder(struct scan *s, int fd, int depth)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!folder)
		close(fd);
	while (folder && s->left && (entry = readdir(folder))) {
		if (!is_counted(entry->d_name) ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
			continue;
		s->left--;
		s->sum += sign_of(&st);
		if (S_ISDIR(st.st_mode) && st.st_dev == s->device && depth < MAX_DEPTH) {
			int below = openat(fd, entry->d_name,
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (below >= 0)
				scan_folder(s, below, depth + 1);
		}
	}
	if (folder)
		closedir(folder);
}

uint64_t wt_shim_scan(int folder)
{
	struct scan s = { .left = MAX_ENTRIES };
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0) {
		s.device = st.st_dev;
		s.sum = sign_of(&st);
	}
	scan_folder(&s, fd, 0);
	return s.sum;
}
