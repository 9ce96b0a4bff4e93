/* SPDX-License-Identifier: MIT */
/* SHA-1 through libmd: the last twenty bytes of an index. libgit2 hashes objects only. */

#include <sha1.h>

#include "checkout_copy.h"

void checkout_sha1(const void *data, size_t len, unsigned char out[20])
{
	SHA1_CTX context;

	SHA1Init(&context);
	SHA1Update(&context, data, len);
	SHA1Final(out, &context);
}
