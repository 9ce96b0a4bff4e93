/* SPDX-License-Identifier: MIT */
/* The clock, and small files read at once: what every part of the shim looks at. */

#include "shim.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

int64_t wt_shim_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool wt_shim_slurp_at(int dir, const char *path, char *data, size_t size, struct wt_str *out)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while (len < size - 1 && (n = read(fd, data + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	data[len] = '\0';
	*out = (struct wt_str){ data, len };
	return n >= 0;
}

bool wt_shim_slurp(const char *path, char *data, size_t size, struct wt_str *out)
{
	return wt_shim_slurp_at(AT_FDCWD, path, data, size, out);
}
