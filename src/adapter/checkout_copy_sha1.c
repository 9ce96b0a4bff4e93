/* SPDX-License-Identifier: MIT */
/* SHA-1 (FIPS 180-4) of bytes in memory: the last twenty bytes of an index. */

#include "checkout_copy.h"

#include <string.h>

#define BLOCK 64

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void spread(const unsigned char *p, uint32_t w[80])
{
	for (size_t i = 0; i < 16; i++)
		w[i] = checkout_be32(p + 4 * i);
	for (size_t i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

static void mix(uint32_t h[5], const unsigned char *p)
{
	static const uint32_t k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

	spread(p, w);
	for (size_t i = 0; i < 80; i++) {
		uint32_t f = i < 20   ? (b & c) | (~b & d)
			     : i < 40 ? b ^ c ^ d
			     : i < 60 ? (b & c) | (b & d) | (c & d)
				      : b ^ c ^ d;
		uint32_t next = rotate(a, 5) + f + e + k[i / 20] + w[i];

		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void checkout_sha1(const void *data, size_t len, unsigned char out[20])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	unsigned char tail[2 * BLOCK] = { 0 };
	const unsigned char *p = data;
	size_t left = len, n;
	uint64_t bits = (uint64_t)len * 8;

	for (; left >= BLOCK; left -= BLOCK, p += BLOCK)
		mix(h, p);
	if (left)
		memcpy(tail, p, left);
	tail[left] = 0x80;
	n = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	checkout_put32(tail + n - 8, (uint32_t)(bits >> 32));
	checkout_put32(tail + n - 4, (uint32_t)bits);
	mix(h, tail);
	if (n > BLOCK)
		mix(h, tail + BLOCK);
	for (size_t i = 0; i < 5; i++)
		checkout_put32(out + 4 * i, h[i]);
}
