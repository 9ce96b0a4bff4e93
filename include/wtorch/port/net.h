/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_NET_H
#define WT_PORT_NET_H

/*
 * One HTTP request and its whole answer. No retries, no policy: what a reply means, and whether a
 * request may be sent again, is decided in core/netretry.h.
 *
 * TLS certificates are always checked. Proxy variables of the environment are honoured.
 * Redirects are followed (301 and 302 with GET and HEAD only; 307 and 308 with the method kept),
 * ten at most, to http and https only, never from https to http; the token goes to the host, port
 * and scheme of the first URL and nowhere else. Compressed answers are unpacked, and max_bytes
 * counts what comes out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"
#include "wtorch/base/text.h"

#define WT_MAX_REPLY_BYTES (16u << 20)

struct wt_net_request {
	const char *method;         /* "GET", "POST", "PATCH", "PUT", "DELETE" */
	const char *url;            /* absolute, http or https */
	const char *token;          /* as Authorization: Bearer; NULL: none. In no message, ever */
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none more */
	struct wt_str body;         /* data NULL: none */
	int64_t deadline_ms;        /* of the whole, redirects included; 0: 30 s */
	size_t max_bytes;           /* 0: WT_MAX_REPLY_BYTES */
};

/* How far it came. Only ANSWERED has a status. */
enum wt_net_end {
	WT_NET_ANSWERED,
	WT_NET_UNSENT,    /* nothing of it can have reached the server: no name, no connection, no
			     TLS, a bad URL */
	WT_NET_AMBIGUOUS, /* it may have: the answer is cut off, late, too large or none */
	WT_NET_CANCELLED, /* should_stop said so; as ambiguous as that */
};

struct wt_net_header {
	const char *name; /* lower case */
	const char *value;
};

/* Texts live in the arena of the request. */
struct wt_net_reply {
	enum wt_net_end end;
	int status;                          /* of the last answer */
	const struct wt_net_header *headers; /* of the last answer */
	size_t n_headers;
	struct wt_str body; /* NUL behind it; "" when there is none */
	const char *url;    /* that answered in the end */
	const char *why;    /* one line, when it is not ANSWERED */
};

struct wt_net {
	void *self;
	/* Never fails as a call: how it went is in out. should_stop may be NULL; it is asked a few
	 * times a second while the request waits. */
	void (*request)(void *self, const struct wt_net_request *req,
			bool (*should_stop)(void *arg), void *arg, struct wt_arena *a,
			struct wt_net_reply *out);
};

/* The value of the first header of that name (lower case), or NULL. */
static inline const char *wt_net_header(const struct wt_net_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->n_headers; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return reply->headers[i].value;
	return NULL;
}

#endif
