/* SPDX-License-Identifier: MIT */
/* One thing asked of GitHub: in its turn, within its limits, and never twice when in doubt. */

#include <string.h>

#include "forge_asking.h"
#include "wtorch/core/forge_answer.h"
#include "wtorch/core/forge_url.h"
#include "wtorch/core/netretry.h"

#define SLICE_MS  200 /* how soon should_stop is heard */
#define TELL_MS   1000
#define MAX_PAGES 200u
#define MAX_MOVES 2u

/* One ask on its way. */
struct asking {
	struct forge_self *g;
	const struct forge_ask *ask;
	struct wt_arena *a;
	struct forge_got *out;
	struct wt_error *err;
	bool is_write;
	const char *url;
	unsigned tries, moves;
	int64_t waited_ms;
};

static int64_t now_of(const struct forge_self *g)
{
	return g->opts.clock->mono_ms(g->opts.clock->self);
}

static uint32_t draw(struct forge_self *g)
{
	g->chance = g->chance * 1664525u + 1013904223u;
	return g->chance >> 16;
}

/* waiting */

static enum wt_code interrupted(const struct asking *s)
{
	return wt_fail(s->err, WT_E_INTERRUPTED, "stopped while about to %s", s->ask->what);
}

/* why NULL: a matter of course that nobody is told about. */
static enum wt_code pause_until(struct asking *s, int64_t until_ms, const char *why)
{
	const struct wt_forge_opts *o = &s->g->opts;
	int64_t told_ms = INT64_MIN;

	for (;;) {
		int64_t now = now_of(s->g), left = until_ms - now;

		if (o->should_stop && o->should_stop(o->arg))
			return interrupted(s);
		if (left <= 0)
			return WT_OK;
		if (why && o->waiting && now - TELL_MS >= told_ms) {
			o->waiting(o->arg, left, why);
			told_ms = now;
		}
		o->clock->sleep(o->clock->self, left < SLICE_MS ? left : SLICE_MS);
	}
}

static enum wt_code too_long(struct asking *s, int64_t ms, const char *why)
{
	const char *cause = s->out->reply.why;
	struct wt_buf text = WT_BUF_INIT;

	wt_text_render_duration(&text, ms);
	wt_fail(s->err, WT_E_ENV, "cannot %s: %s%s%s%s, and to wait %s is too long", s->ask->what,
		why, cause ? " (" : "", cause ? cause : "", cause ? ")" : "", text.data);
	wt_buf_clear(&text);
	return wt_hint(s->err, "later, or a longer github.wait_max");
}

/* Waits because the server wants it, as long as a call may in all. */
static enum wt_code wait_asked(struct asking *s, int64_t ms, const char *why)
{
	enum wt_code rc;

	if (ms > s->g->opts.wait_max_ms - s->waited_ms)
		return too_long(s, ms, why);
	rc = pause_until(s, now_of(s->g) + ms, why);
	s->waited_ms += ms;
	s->g->figures.waited_ms += ms;
	return rc;
}

static enum wt_code await_turn(struct asking *s)
{
	struct forge_self *g = s->g;
	int64_t now = now_of(g);
	enum wt_code rc = WT_OK;

	if (g->limited_until_ms > now)
		rc = wait_asked(s, g->limited_until_ms - now, "its rate limit is used up");
	if (!rc && s->is_write && g->has_written)
		rc = pause_until(s, g->last_write_ms + g->opts.write_gap_ms, NULL);
	return rc;
}

/* sending */

static const char *build_url(const struct asking *s)
{
	const struct forge_self *g = s->g;
	struct wt_buf url = WT_BUF_INIT;
	const char *out;

	if (s->ask->url)
		return s->ask->url;
	wt_buf_puts(&url, g->opts.api_url);
	if (s->ask->top) {
		wt_buf_puts(&url, s->ask->top);
	} else {
		wt_buf_puts(&url, "/repos/");
		wt_forge_escape(&url, g->owner);
		wt_buf_putc(&url, '/');
		wt_forge_escape(&url, g->name);
		wt_buf_puts(&url, s->ask->path);
	}
	out = wt_arena_strndup(s->a, url.data, url.len);
	wt_buf_clear(&url);
	return out;
}

static void send(struct asking *s, const struct forge_kept *kept)
{
	struct forge_self *g = s->g;
	const char *headers[5] = { "Accept: application/vnd.github+json",
				   wt_arena_printf(s->a, "X-GitHub-Api-Version: %s",
						   g->opts.api_version) };
	struct wt_net_request req = { .method = s->ask->method,
				      .url = s->url,
				      .token = g->opts.token,
				      .headers = headers,
				      .body = s->ask->body,
				      .deadline_ms = g->opts.deadline_ms };

	if (req.body.data)
		headers[2] = "Content-Type: application/json; charset=utf-8";
	else if (kept)
		headers[2] = wt_arena_printf(s->a, "If-None-Match: %s", kept->etag);
	g->opts.net->request(g->opts.net->self, &req, g->opts.should_stop, g->opts.arg, s->a,
			     &s->out->reply);
	s->tries++;
	g->figures.requests++;
	g->figures.writes += s->is_write;
	if (s->is_write) {
		g->has_written = true;
		g->last_write_ms = now_of(g);
	}
}

/* reading the answer */

static int64_t number_of(const struct wt_net_reply *reply, const char *name)
{
	const char *value = wt_net_header(reply, name);
	int64_t n;

	return value && wt_text_parse_int(wt_str_of(value), &n) && n >= 0 ? n : -1;
}

/* Seconds, or the time of day as HTTP allows. */
static int64_t retry_after(const struct wt_net_reply *reply, int64_t date_s)
{
	const char *value = wt_net_header(reply, "retry-after");
	int64_t at = value ? wt_net_parse_date(wt_str_of(value)) : -1;

	if (at < 0 || date_s < 0)
		return number_of(reply, "retry-after");
	return at > date_s ? at - date_s : 0;
}

static void fill_facts(struct asking *s, struct wt_net_facts *f)
{
	const struct wt_net_reply *reply = &s->out->reply;
	const struct wt_clock *clock = s->g->opts.clock;
	const char *date = wt_net_header(reply, "date");

	*f = (struct wt_net_facts){
		.is_write = s->is_write,
		.is_unsent = reply->end == WT_NET_UNSENT,
		.is_answered = reply->end == WT_NET_ANSWERED,
		.status = reply->status,
		.remaining = number_of(reply, "x-ratelimit-remaining"),
		.reset_s = number_of(reply, "x-ratelimit-reset"),
		.date_s = date ? wt_net_parse_date(wt_str_of(date)) : -1,
		.is_secondary = wt_net_is_secondary(reply->body),
		.tries = s->tries,
		.now_wall_ms = clock->wall_ms(clock->self),
		.chance = draw(s->g),
	};
	f->retry_after_s = retry_after(reply, f->date_s);
}

/* The last one that the limit allowed: the next has to wait, before it is refused. */
static void note_limit(struct forge_self *g, const struct wt_net_facts *f, const char *resource)
{
	int64_t ms, now_ms = f->date_s >= 0 ? f->date_s * 1000 : f->now_wall_ms;

	if (resource && strcmp(resource, "core") != 0)
		return;
	g->figures.remaining = f->remaining;
	if (f->remaining != 0 || f->reset_s < 0 || f->reset_s > INT64_MAX / 2000)
		return;
	ms = f->reset_s * 1000 - now_ms + 1000;
	if (ms > 0)
		g->limited_until_ms = now_of(g) + (ms < 7200000 ? ms : 7200000);
}

/* The body as JSON; false with the reader's reason in err when it is none. */
static bool parse_body(struct asking *s, struct wt_error *err)
{
	const struct wt_forge_opts *o = &s->g->opts;
	struct wt_str body = wt_str_trim(s->out->reply.body);

	s->out->doc = NULL;
	return !body.len || o->reader->json(s->a, body, &s->out->doc, err) == WT_OK;
}

static enum wt_code raced(struct asking *s, const char *why)
{
	return wt_fail(s->err, WT_E_RACED, "no telling whether it happened: to %s: %s",
		       s->ask->what, why);
}

static enum wt_code refuse(struct asking *s)
{
	const struct wt_net_reply *reply = &s->out->reply;
	struct wt_error ignored;
	struct wt_forge_answer in = {
		.what = s->ask->what,
		.status = reply->status,
		.is_write = s->is_write,
		.has_token = s->g->opts.token != NULL,
		.needs_permissions = wt_net_header(reply, "x-accepted-github-permissions"),
		.needs_scopes = wt_net_header(reply, "x-accepted-oauth-scopes"),
		.has_scopes = wt_net_header(reply, "x-oauth-scopes"),
		.sso = wt_net_header(reply, "x-github-sso"),
	};

	if (!parse_body(s, &ignored))
		s->out->doc = NULL;
	in.doc = s->out->doc;
	return wt_forge_answer_fail(&in, s->err);
}

static enum wt_code read_next(struct asking *s, const char *link)
{
	struct wt_str url;

	s->out->next = NULL;
	if (!link || !wt_net_next_link(link, &url))
		return WT_OK;
	/* The token goes where the URL says. */
	if (!wt_forge_same_server(s->g->opts.api_url, url))
		return wt_fail(s->err, WT_E_ENV, "cannot %s: its next page is on another server",
			       s->ask->what);
	s->out->next = wt_arena_strndup(s->a, url.data, url.len);
	return WT_OK;
}

/* A success; *again when the answer to a read was cut, and may be whole the next time. */
static enum wt_code accept(struct asking *s, const struct forge_kept *kept, bool *again)
{
	struct wt_net_reply *reply = &s->out->reply;
	const char *type = wt_net_header(reply, "content-type");
	const char *link = wt_net_header(reply, "link");
	struct wt_error why;

	if (reply->status == 304 && kept) {
		s->g->figures.unchanged++;
		reply->body.data = wt_arena_strndup(s->a, kept->body, kept->len);
		reply->body.len = kept->len;
		link = wt_arena_strdup(s->a, kept->link);
	}
	if (!parse_body(s, &why)) {
		*again = !s->is_write && s->tries == 1 && type && strstr(type, "json");
		if (s->is_write)
			return raced(s, why.msg);
		return wt_fail(s->err, WT_E_ENV, "cannot %s: the server's answer is no JSON: %s",
			       s->ask->what, why.msg);
	}
	if (reply->status == 200 && !s->is_write)
		forge_cache_keep(&s->g->cache, s->url, reply);
	return read_next(s, link);
}

/* A repository that was renamed answers a write with where it is now, and does nothing. */
static enum wt_code follow(struct asking *s)
{
	struct wt_forge_repo repo;
	enum wt_code rc;

	if (++s->moves > MAX_MOVES || !s->ask->path)
		return refuse(s);
	rc = forge_learn_repo(s->g, s->a, &repo, s->err);
	s->url = build_url(s);
	return rc;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum wt_code take(struct asking *s, const struct forge_kept *kept, bool *again)
{
	int status = s->out->reply.status;
	enum wt_code rc;

	s->g->is_moved |= s->ask->path && !s->g->is_settled &&
			  strcmp(s->out->reply.url, s->url) != 0;
	if (is_redirect(status) && s->is_write) {
		rc = follow(s);
		*again = rc == WT_OK;
		return rc;
	}
	if (status / 100 != 2 && !(status == 304 && kept))
		return refuse(s);
	rc = accept(s, kept, again);
	return *again ? wait_asked(s, TELL_MS, "the server's answer was cut") : rc;
}

static enum wt_code give_up(struct asking *s, const char *why)
{
	const struct wt_net_reply *reply = &s->out->reply;

	if (reply->end == WT_NET_ANSWERED)
		return refuse(s);
	return wt_fail(s->err, WT_E_ENV, "cannot %s: %s: %s", s->ask->what, why,
		       reply->why ? reply->why : "");
}

static enum wt_code look(struct asking *s, const char *why)
{
	const struct wt_net_reply *reply = &s->out->reply;

	return raced(s, reply->end == WT_NET_ANSWERED
				? wt_arena_printf(s->a, "%s (%d)", why, reply->status)
				: reply->why);
}

/* One sending and what follows from it. */
static enum wt_code ask_once(struct asking *s, bool *again)
{
	struct forge_self *g = s->g;
	const struct forge_kept *kept = s->is_write ? NULL : forge_cache_find(&g->cache, s->url);
	struct wt_net_facts facts;
	enum wt_net_next next;
	bool was_down = g->is_down;
	int64_t wait_ms;
	const char *why;

	send(s, kept);
	s->out->status = s->out->reply.status;
	if (s->out->reply.end == WT_NET_CANCELLED)
		return interrupted(s);
	fill_facts(s, &facts);
	g->is_down = facts.is_unsent;
	next = wt_net_judge(&facts, &wait_ms, &why);
	if (facts.is_answered)
		note_limit(g, &facts, wt_net_header(&s->out->reply, "x-ratelimit-resource"));
	*again = next == WT_NEXT_AGAIN && !(facts.is_unsent && was_down && s->tries == 1);
	if (next == WT_NEXT_TAKE)
		return take(s, kept, again);
	if (next == WT_NEXT_LOOK)
		return look(s, why);
	return *again ? wait_asked(s, wait_ms, why) : give_up(s, why);
}

static enum wt_code settle_name(struct asking *s)
{
	struct wt_forge_repo repo;

	if (!s->g->is_moved || s->g->is_settled || !s->ask->path)
		return WT_OK;
	return forge_learn_repo(s->g, s->a, &repo, s->err);
}

enum wt_code forge_ask(struct forge_self *g, const struct forge_ask *ask, struct wt_arena *a,
		       struct forge_got *out, struct wt_error *err)
{
	struct asking s = { .g = g,
			    .ask = ask,
			    .a = a,
			    .out = out,
			    .err = err,
			    .is_write = strcmp(ask->method, "GET") != 0 };
	bool again = true;
	enum wt_code rc;

	*out = (struct forge_got){ 0 };
	if (ask->path && !g->name)
		return wt_fail(err, WT_E_BUG, "cannot %s: no repository is named", ask->what);
	rc = settle_name(&s);
	s.url = build_url(&s);
	while (again && !rc) {
		again = false;
		rc = await_turn(&s);
		if (!rc)
			rc = ask_once(&s, &again);
	}
	return rc;
}

enum wt_code forge_ask_pages(struct forge_self *g, const struct forge_ask *ask, struct wt_arena *a,
			     forge_page *page, void *arg, struct wt_error *err)
{
	struct forge_ask next = *ask;
	struct forge_got got;

	for (unsigned n = 0; n < MAX_PAGES; n++) {
		enum wt_code rc = forge_ask(g, &next, a, &got, err);

		if (!rc)
			rc = page(arg, a, got.doc, err);
		if (rc || !got.next)
			return rc;
		next.path = next.top = NULL;
		next.url = got.next;
	}
	return wt_fail(err, WT_E_ENV, "cannot %s: it has more than %u pages", ask->what, MAX_PAGES);
}

enum wt_code forge_tell(struct forge_self *g, const struct forge_ask *ask, struct wt_buf *body,
			struct wt_error *err)
{
	struct wt_arena a = { 0 };
	struct forge_ask whole = *ask;
	struct forge_got got;
	enum wt_code rc;

	if (body)
		whole.body = (struct wt_str){ body->data, body->len };
	rc = forge_ask(g, &whole, &a, &got, err);
	if (body)
		wt_buf_clear(body);
	wt_arena_clear(&a);
	return rc;
}

enum wt_code forge_unclear(enum wt_code rc, struct wt_error *err)
{
	if (rc) {
		wt_wrap(err, "no telling whether it happened");
		err->code = rc = WT_E_RACED;
	}
	return rc;
}

enum wt_code forge_learn_repo(struct forge_self *g, struct wt_arena *a, struct wt_forge_repo *out,
			      struct wt_error *err)
{
	struct wt_buf top = WT_BUF_INIT;
	struct forge_ask ask = { .method = "GET" };
	struct forge_got got;
	enum wt_code rc;

	wt_buf_puts(&top, "/repos/");
	wt_forge_escape(&top, g->owner);
	wt_buf_putc(&top, '/');
	wt_forge_escape(&top, g->name);
	ask.top = top.data;
	ask.what = wt_arena_printf(a, "read repository %s/%s", g->owner, g->name);
	rc = forge_ask(g, &ask, a, &got, err);
	if (!rc)
		rc = wt_forge_repo_parse(a, got.doc, out, err);
	if (!rc) {
		g->owner = wt_arena_strdup(&g->arena, out->owner);
		g->name = wt_arena_strdup(&g->arena, out->name);
		g->is_settled = true;
	}
	wt_buf_clear(&top);
	return rc;
}
