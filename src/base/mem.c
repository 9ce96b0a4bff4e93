/* SPDX-License-Identifier: MIT */
/* The only place where running out of memory is noticed. */

#include "wtorch/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void die(void)
{
	static const char text[] = "wtorch: error: out of memory\n";
	ssize_t ignored = write(2, text, sizeof text - 1);

	(void)ignored;
	abort();
}

void *wt_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		die();
	return p;
}

void *wt_realloc(void *old, size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes))
		die();
	p = realloc(old, bytes ? bytes : 1);
	if (!p)
		die();
	return p;
}

char *wt_strdup(const char *s)
{
	size_t size;

	if (!s)
		return NULL;
	size = strlen(s) + 1;
	return memcpy(wt_realloc(NULL, size, 1), s, size);
}
