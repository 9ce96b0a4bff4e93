/* SPDX-License-Identifier: MIT */
/* HTTP by libcurl: one request, its redirects, and its whole answer. */

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/mem.h"

#define MAX_REDIRECTS    10
#define MAX_HEADER_BYTES (256u << 10) /* of one answer */
#define DEADLINE_MS      30000
#define CONNECT_MS       15000L
#define POLL_MS          200 /* how soon should_stop is heard */

/* One request on the wire: a hop of the whole. */
struct hop {
	const struct wt_net_request *req;
	struct wt_arena *a;
	struct wt_net_reply *out;
	struct wt_buf body;
	size_t max_bytes, header_bytes, cap_headers;
	bool is_too_large;
	char location[8192]; /* of the answer; "" when there is none */
	char error[CURL_ERROR_SIZE];
};

static void put_header(struct hop *h, struct wt_str name, struct wt_str value)
{
	struct wt_net_header *list = (struct wt_net_header *)h->out->headers;
	struct wt_net_header *item;
	char *lower = wt_arena_strndup(h->a, name.data, name.len);

	for (char *c = lower; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	item = WT_ARENA_PUSH(h->a, list, h->out->n_headers, h->cap_headers);
	h->out->headers = list;
	item->name = lower;
	item->value = wt_arena_strndup(h->a, value.data, value.len);
	if (strcmp(lower, "location") == 0 && value.len < sizeof h->location) {
		memcpy(h->location, value.data, value.len);
		h->location[value.len] = '\0';
	}
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct hop *h = arg;
	struct wt_str line = { data, size * n };
	size_t colon;

	h->header_bytes += line.len;
	if (h->header_bytes > MAX_HEADER_BYTES) {
		h->is_too_large = true;
		return 0;
	}
	/* Of several answers (a proxy's, 100 Continue) the last one counts. */
	if (wt_str_starts(line, "HTTP/")) {
		h->out->headers = NULL;
		h->out->n_headers = h->cap_headers = 0;
		h->location[0] = '\0';
		return line.len;
	}
	colon = wt_str_find(line, ":");
	if (colon < line.len)
		put_header(h, wt_str_trim((struct wt_str){ data, colon }),
			   wt_str_trim((struct wt_str){ data + colon + 1, line.len - colon - 1 }));
	return line.len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct hop *h = arg;
	size_t len = size * n;

	if (len > h->max_bytes - h->body.len) {
		h->is_too_large = true;
		return 0;
	}
	wt_buf_add(&h->body, data, len);
	return len;
}

/* URLs */

/* Scheme, host and port in one text, "" when it is no URL of ours. */
static void origin_of(const char *url, char *out, size_t size)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;

	out[0] = '\0';
	if (u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
	    !curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0) &&
	    !curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) &&
	    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0))
		snprintf(out, size, "%s://%s:%s", scheme, host, port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

static const char *resolve(struct wt_arena *a, const char *base, const char *location)
{
	CURLU *u = curl_url();
	char *whole = NULL;
	const char *out = NULL;

	if (u && !curl_url_set(u, CURLUPART_URL, base, 0) &&
	    !curl_url_set(u, CURLUPART_URL, location, 0) &&
	    !curl_url_get(u, CURLUPART_URL, &whole, 0))
		out = wt_arena_strdup(a, whole);
	curl_free(whole);
	curl_url_cleanup(u);
	return out;
}

/* Where a redirect leads, or NULL: the answer is to be given as it is. */
static const char *next_url(const struct hop *h, const char *url)
{
	const char *method = h->req->method, *next;
	bool is_read = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	char origin[1024];

	switch (h->out->status) {
	case 301:
	case 302:
	case 303:
		if (!is_read)
			return NULL; /* followed, it would become a GET */
		break;
	case 307:
	case 308:
		break;
	default:
		return NULL;
	}
	next = h->location[0] ? resolve(h->a, url, h->location) : NULL;
	if (!next)
		return NULL;
	origin_of(next, origin, sizeof origin);
	if (!origin[0] || (strncmp(url, "https:", 6) == 0 && strncmp(origin, "https:", 6) != 0))
		return NULL;
	return next;
}

/* One hop */

static struct curl_slist *headers_of(const struct wt_net_request *req, bool with_token)
{
	struct curl_slist *list = NULL;
	struct wt_buf line = WT_BUF_INIT;

	for (size_t i = 0; req->headers && req->headers[i]; i++)
		list = curl_slist_append(list, req->headers[i]);
	if (with_token) {
		wt_buf_printf(&line, "Authorization: Bearer %s", req->token);
		list = curl_slist_append(list, line.data);
		memset(line.data, 0, line.len);
	}
	/* Without it a body over a kilobyte waits for a 100 that some servers never send. */
	list = curl_slist_append(list, "Expect:");
	wt_buf_clear(&line);
	return list;
}

static void set_options(CURL *c, struct hop *h, const char *url, int64_t left_ms)
{
	const struct wt_net_request *req = h->req;
	bool is_read = strcmp(req->method, "GET") == 0;

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "wtorch/" WTORCH_VERSION);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	if (req->body.data) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, req->body.data);
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, is_read ? NULL : req->method);
	/* On a connection that was used before, curl sends a request again when the server closed
	 * it without a word; nobody knows what became of the first. */
	if (!is_read)
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
}

/* Runs the transfer; false when somebody wanted it to stop. */
static bool drive(CURLM *multi, bool (*should_stop)(void *arg), void *arg, CURLcode *rc)
{
	int running = 1, left;
	CURLMsg *msg;

	*rc = CURLE_FAILED_INIT;
	while (running) {
		if (should_stop && should_stop(arg))
			return false;
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			break;
		if (running)
			(void)!curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
	}
	while ((msg = curl_multi_info_read(multi, &left)))
		if (msg->msg == CURLMSG_DONE)
			*rc = msg->data.result;
	return true;
}

/* The name was found and the connection and its TLS stood: from there on bytes may have left. */
static bool is_sent(CURL *c)
{
	curl_off_t ready_us = 0;
	long bytes = 0;

	curl_easy_getinfo(c, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
	curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &bytes);
	return ready_us > 0 && bytes > 0;
}

static void conclude(CURL *c, struct hop *h, bool was_left, CURLcode rc)
{
	struct wt_net_reply *out = h->out;
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (!was_left && rc == CURLE_OK) {
		out->end = WT_NET_ANSWERED;
		out->status = (int)status;
		return;
	}
	out->status = 0;
	out->end = !is_sent(c) ? WT_NET_UNSENT : WT_NET_AMBIGUOUS;
	if (was_left) {
		out->end = WT_NET_CANCELLED;
		out->why = "it was stopped";
	} else if (h->is_too_large) {
		out->why = "its answer is too large";
	} else {
		out->why = wt_arena_strdup(h->a, h->error[0] ? h->error : curl_easy_strerror(rc));
	}
}

static void run_hop(CURLM *multi, struct hop *h, const char *url, int64_t left_ms, bool with_token,
		    bool (*should_stop)(void *arg), void *arg)
{
	CURL *c = curl_easy_init(); /* NULL only without memory; all below take that */
	struct curl_slist *headers = headers_of(h->req, with_token);
	CURLcode rc = CURLE_FAILED_INIT;
	bool was_left;

	set_options(c, h, url, left_ms);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_multi_add_handle(multi, c);
	was_left = !drive(multi, should_stop, arg, &rc);
	conclude(c, h, was_left, rc);
	curl_multi_remove_handle(multi, c);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void request(CURLM *multi, const struct wt_net_request *req, bool (*should_stop)(void *arg),
		    void *arg, struct wt_arena *a, struct wt_net_reply *out)
{
	struct hop h = { .req = req, .a = a, .out = out, .body = WT_BUF_INIT };
	int64_t until = now_ms() + (req->deadline_ms ? req->deadline_ms : DEADLINE_MS);
	const char *url = req->url, *next = url;
	char first[1024], here[1024];

	*out = (struct wt_net_reply){ .end = WT_NET_UNSENT, .url = url };
	origin_of(url, first, sizeof first);
	if (!first[0]) {
		out->why = "it is no http or https address";
		out->body = WT_STR("");
		return;
	}
	h.max_bytes = req->max_bytes ? req->max_bytes : WT_MAX_REPLY_BYTES;
	for (int hops = 0; next && hops <= MAX_REDIRECTS; hops++) {
		int64_t left = until - now_ms();

		url = next;
		origin_of(url, here, sizeof here);
		wt_buf_reset(&h.body);
		h.header_bytes = 0;
		run_hop(multi, &h, url, left > 0 ? left : 1, req->token && strcmp(here, first) == 0,
			should_stop, arg);
		next = out->end == WT_NET_ANSWERED ? next_url(&h, url) : NULL;
	}
	if (next) {
		*out = (struct wt_net_reply){ .end = WT_NET_AMBIGUOUS,
					      .why = "too many redirects" };
		wt_buf_reset(&h.body);
	}
	out->url = wt_arena_strdup(a, url);
	out->body = (struct wt_str){ wt_arena_strndup(a, h.body.data, h.body.len), h.body.len };
	wt_buf_clear(&h.body);
}

/* The library is set up by the first request: most commands make none. */
struct net_curl {
	CURLM *multi;
};

static void request_lazily(void *self, const struct wt_net_request *req,
			   bool (*should_stop)(void *arg), void *arg, struct wt_arena *a,
			   struct wt_net_reply *out)
{
	struct net_curl *net = self;

	if (!net->multi &&
	    (curl_global_init(CURL_GLOBAL_DEFAULT) || !(net->multi = curl_multi_init()))) {
		*out = (struct wt_net_reply){ .end = WT_NET_UNSENT,
					      .url = req->url,
					      .body = WT_STR(""),
					      .why = "libcurl cannot be set up" };
		return;
	}
	request(net->multi, req, should_stop, arg, a, out);
}

void wt_net_curl_open(struct wt_net *out)
{
	*out = (struct wt_net){ .self = wt_alloc(sizeof(struct net_curl)),
				.request = request_lazily };
}

void wt_net_curl_close(struct wt_net *net)
{
	struct net_curl *c = net->self;

	if (c && c->multi) {
		curl_multi_cleanup(c->multi);
		curl_global_cleanup();
	}
	free(c);
	*net = (struct wt_net){ 0 };
}
