/* SPDX-License-Identifier: MIT */
/* Answers of GitHub with their ETag: asked for again unchanged, they cost nothing of its limit. */

#include <stdlib.h>
#include <string.h>

#include "forge_asking.h"
#include "wtorch/base/mem.h"

static void drop(struct forge_cache *c, struct forge_kept *item)
{
	c->bytes -= item->len;
	free(item->url);
	free(item->etag);
	free(item->link);
	free(item->body);
	*item = (struct forge_kept){ 0 };
}

const struct forge_kept *forge_cache_find(const struct forge_cache *c, const char *url)
{
	for (size_t i = 0; i < FORGE_CACHE_ITEMS; i++)
		if (c->items[i].url && strcmp(c->items[i].url, url) == 0)
			return &c->items[i];
	return NULL;
}

/* A byte that ends a header would make another one of what follows. */
static bool is_good_etag(const char *etag)
{
	return etag && *etag && strlen(etag) < 256 && !etag[strcspn(etag, "\r\n")];
}

void forge_cache_keep(struct forge_cache *c, const char *url, const struct wt_net_reply *reply)
{
	const char *etag = wt_net_header(reply, "etag");
	struct forge_kept *item = (struct forge_kept *)forge_cache_find(c, url);

	if (item)
		drop(c, item);
	if (!is_good_etag(etag) || reply->body.len > FORGE_CACHE_BYTES / 4)
		return;
	if (!item) {
		item = &c->items[c->next];
		c->next = (c->next + 1) % FORGE_CACHE_ITEMS;
		drop(c, item);
	}
	for (size_t i = 0; i < FORGE_CACHE_ITEMS && c->bytes + reply->body.len > FORGE_CACHE_BYTES;
	     i++)
		drop(c, &c->items[(c->next + i) % FORGE_CACHE_ITEMS]);
	*item = (struct forge_kept){ .url = wt_strdup(url),
				     .etag = wt_strdup(etag),
				     .link = wt_strdup(wt_net_header(reply, "link")),
				     .body = wt_alloc(reply->body.len + 1),
				     .len = reply->body.len };
	memcpy(item->body, reply->body.data, reply->body.len);
	c->bytes += item->len;
}

void forge_cache_clear(struct forge_cache *c)
{
	for (size_t i = 0; i < FORGE_CACHE_ITEMS; i++)
		drop(c, &c->items[i]);
}
