/* SPDX-License-Identifier: MIT */
/* Finds the text of the agent's last word in what is appended to its log, byte by byte. */

#include "shim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

#define CHUNK_BYTES 16384
#define MAX_CHUNKS  256 /* of one call: nobody may flood us away from our other duties */

/* border[i]: the longest beginning of the text that is also an end of its first i + 1 bytes, so
 * that no byte of the log has to be read twice. */
void wt_shim_final_init(struct wt_shim_final *f, const char *text)
{
	size_t k = 0;

	*f = (struct wt_shim_final){ .text = text, .len = strlen(text) };
	if (!f->len)
		return;
	f->border = wt_alloc(f->len * sizeof *f->border);
	f->border[0] = 0;
	for (size_t i = 1; i < f->len; i++) {
		while (k && text[i] != text[k])
			k = f->border[k - 1];
		k += text[i] == text[k];
		f->border[i] = (uint32_t)k;
	}
}

void wt_shim_final_clear(struct wt_shim_final *f)
{
	free(f->border);
	f->border = NULL;
	f->len = 0;
}

static bool feed_final(struct wt_shim_final *f, const char *data, size_t len)
{
	for (size_t i = 0; i < len && f->at < f->len; i++) {
		while (f->at && data[i] != f->text[f->at])
			f->at = f->border[f->at - 1];
		f->at += data[i] == f->text[f->at];
	}
	return f->at == f->len;
}

bool wt_shim_final_seek(struct wt_shim_final *f, int log, bool *more)
{
	char data[CHUNK_BYTES];
	struct stat st;
	ssize_t n = 1;

	*more = false;
	if (!f->len || fstat(log, &st) < 0)
		return false;
	if (st.st_size < f->offset) { /* whoever writes it can also cut it */
		f->offset = 0;
		f->at = 0;
	}
	for (int i = 0; i < MAX_CHUNKS && f->at < f->len && f->offset < st.st_size; i++) {
		n = pread(log, data, sizeof data, f->offset);
		if (n <= 0)
			return false;
		f->offset += n;
		feed_final(f, data, (size_t)n);
	}
	*more = f->at < f->len && f->offset < st.st_size;
	return f->at == f->len;
}
