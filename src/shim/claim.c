/* SPDX-License-Identifier: MIT */
/* Makes the claim file, which exists for one owner only and is whole from its first moment. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/procstat.h"

static enum wt_code render_id(char *out, size_t size, struct wt_error *err)
{
	char stat_line[1024], boot_line[64];
	struct wt_str stat_text, boot;
	struct wt_procstat stat;

	if (!wt_shim_slurp("/proc/self/stat", stat_line, sizeof stat_line, &stat_text) ||
	    !wt_procstat_parse(stat_text, &stat) ||
	    !wt_shim_slurp("/proc/sys/kernel/random/boot_id", boot_line, sizeof boot_line, &boot))
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot read /proc");
	boot = wt_str_trim(boot);
	snprintf(out, size, "%lld %lld %.*s\n", (long long)stat.pid, (long long)stat.start_time,
		 (int)boot.len, boot.data);
	return WT_OK;
}

static enum wt_code create(int dir, const char *name, const char *text, struct wt_error *err)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd < 0)
		return wt_fail_errno(err, errno == EEXIST ? WT_E_EXISTS : WT_E_ENV, errno,
				     "cannot make '%s'", name);
	n = write(fd, text, strlen(text));
	if (n != (ssize_t)strlen(text)) {
		wt_fail_errno(err, WT_E_ENV, n < 0 ? errno : ENOSPC, "cannot write '%s'", name);
		unlinkat(dir, name, 0);
	}
	close(fd);
	return n == (ssize_t)strlen(text) ? WT_OK : err->code;
}

/* A link is as exclusive as O_EXCL, and nobody ever sees it empty. */
enum wt_code wt_shim_claim(int dir, struct wt_error *err)
{
	char text[128], draft[64];
	enum wt_code code = WT_OK;

	if (render_id(text, sizeof text, err) != WT_OK)
		return err->code;
	snprintf(draft, sizeof draft, WT_SHIM_CLAIM ".%d", (int)getpid());
	unlinkat(dir, draft, 0);
	if (create(dir, draft, text, err) != WT_OK)
		return err->code;
	if (linkat(dir, draft, dir, WT_SHIM_CLAIM, 0) < 0) {
		if (errno == EEXIST)
			code = wt_fail(err, WT_E_EXISTS, "the attempt has an owner");
		else /* a file system without links */
			code = create(dir, WT_SHIM_CLAIM, text, err);
	}
	unlinkat(dir, draft, 0);
	return code;
}
