/* SPDX-License-Identifier: MIT */
/* Addresses of forges and of git remotes. */

#include "wtorch/core/forge_url.h"

#include <string.h>
#include <strings.h>

#define MAX_URL  2048u
#define MAX_NAME 100u /* of an owner or a repository; GitHub allows 39 and 100 */

static struct wt_str from(struct wt_str s, size_t n)
{
	return (struct wt_str){ s.data + n, s.len - n };
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(struct wt_str s)
{
	if (!s.len || s.len > MAX_NAME || wt_str_is(s, ".") || wt_str_is(s, ".."))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.data[i]) && !memchr("-._", s.data[i], 3))
			return false;
	return true;
}

/* Letters, digits, '-' and '.', with a port of digits. */
static bool is_host(struct wt_str s)
{
	size_t colon = wt_str_find(s, ":");

	if (!colon || s.len > 255 || colon + 1 == s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool is_digit = s.data[i] >= '0' && s.data[i] <= '9';

		if (i > colon ? !is_digit
			      : i < colon && !is_alnum(s.data[i]) && !memchr("-.", s.data[i], 2))
			return false;
	}
	return s.data[0] != '-' && s.data[0] != '.';
}

static const char *lower(struct wt_arena *a, struct wt_str s)
{
	char *text = wt_arena_strndup(a, s.data, s.len);

	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return text;
}

bool wt_forge_name_parse(struct wt_arena *a, struct wt_str text, struct wt_forge_place *out)
{
	size_t slash = wt_str_find(text, "/");
	struct wt_str owner = { text.data, slash }, name;

	if (slash >= text.len)
		return false;
	name = from(text, slash + 1);
	if (!is_name(owner) || !is_name(name))
		return false;
	*out = (struct wt_forge_place){ .owner = wt_arena_strndup(a, owner.data, owner.len),
					.name = wt_arena_strndup(a, name.data, name.len) };
	return true;
}

/* host and path behind it, which may begin with slashes and end in "/" or ".git". */
static bool place_parse(struct wt_arena *a, struct wt_str host, struct wt_str path,
			struct wt_forge_place *out)
{
	struct wt_forge_place found;

	while (path.len && path.data[0] == '/')
		path = from(path, 1);
	while (path.len && path.data[path.len - 1] == '/')
		path.len--;
	if (wt_str_ends(path, ".git"))
		path.len -= 4;
	if (!is_host(host) || !wt_forge_name_parse(a, path, &found))
		return false;
	found.host = lower(a, host);
	*out = found;
	return true;
}

/* What stands behind the last '@' of the authority: names and passwords are none of ours. */
static struct wt_str without_user(struct wt_str authority)
{
	size_t at;

	while ((at = wt_str_find(authority, "@")) < authority.len)
		authority = from(authority, at + 1);
	return authority;
}

bool wt_forge_remote_parse(struct wt_arena *a, struct wt_str url, struct wt_forge_place *out)
{
	static const struct {
		const char *name;
		bool keeps_port;
	} schemes[] = { { "https://", true },    { "http://", true },     { "ssh://", false },
			{ "git+ssh://", false }, { "ssh+git://", false }, { "git://", false } };
	size_t slash, colon;

	/* Before a backslash programs do not agree which part is the host. */
	if (url.len > MAX_URL || wt_str_find(url, "\\") < url.len)
		return false;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		struct wt_str rest, host;

		if (!wt_str_starts_nocase(url, schemes[i].name))
			continue;
		rest = from(url, strlen(schemes[i].name));
		slash = wt_str_find(rest, "/");
		host = without_user((struct wt_str){ rest.data, slash });
		if (!schemes[i].keeps_port)
			host.len = wt_str_find(host, ":");
		return place_parse(a, host, from(rest, slash), out);
	}
	/* As git has it: a colon before any slash, else it is a path. */
	slash = wt_str_find(url, "/");
	colon = wt_str_find(url, ":");
	if (colon >= slash || wt_str_find(url, "://") < url.len)
		return false;
	return place_parse(a, without_user((struct wt_str){ url.data, colon }),
			   from(url, colon + 1), out);
}

static bool number_parse(struct wt_str s, int64_t *out)
{
	return s.len && s.data[0] >= '1' && s.data[0] <= '9' && wt_text_parse_int(s, out);
}

/* Behind the scheme: host/owner/name/issues/12. A pull request is found to be one later. */
static bool address_parse(struct wt_arena *a, struct wt_str s, struct wt_forge_place *out,
			  int64_t *number)
{
	struct wt_str parts[5];
	struct wt_forge_place place;
	size_t n = 0;

	s.len = wt_str_find(s, "#");
	s.len = wt_str_find(s, "?");
	while (n < 5 && wt_str_next(&s, "/", &parts[n]))
		n++;
	if (n < 5 || !(wt_str_is(parts[3], "issues") || wt_str_is(parts[3], "pull")) ||
	    !is_host(parts[0]) || !is_name(parts[1]) || !is_name(parts[2]) ||
	    !number_parse(parts[4], number))
		return false;
	place.host = lower(a, parts[0]);
	place.owner = wt_arena_strndup(a, parts[1].data, parts[1].len);
	place.name = wt_arena_strndup(a, parts[2].data, parts[2].len);
	*out = place;
	return true;
}

bool wt_forge_issue_ref_parse(struct wt_arena *a, struct wt_str text, struct wt_forge_place *out,
			      int64_t *number)
{
	size_t hash = wt_str_find(text, "#");
	struct wt_str before = { text.data, hash };

	*out = (struct wt_forge_place){ 0 };
	if (text.len > MAX_URL)
		return false;
	if (wt_str_starts_nocase(text, "https://") || wt_str_starts_nocase(text, "http://"))
		return address_parse(a, from(text, wt_str_find(text, "://") + 3), out, number);
	if (hash >= text.len)
		return number_parse(text, number);
	if (!number_parse(from(text, hash + 1), number))
		return false;
	return !before.len || wt_forge_name_parse(a, before, out);
}

bool wt_forge_is_cloud(const char *host)
{
	struct wt_str s = wt_str_of(host);

	return wt_str_is(s, "github.com") || wt_str_is(s, "ssh.github.com") ||
	       (wt_str_ends(s, ".ghe.com") && s.len > strlen(".ghe.com"));
}

const char *wt_forge_api_of(struct wt_arena *a, const char *host)
{
	if (strcmp(host, "github.com") == 0 || strcmp(host, "ssh.github.com") == 0)
		return "https://api.github.com";
	if (wt_forge_is_cloud(host))
		return wt_arena_printf(a, "https://api.%s", host);
	return wt_arena_printf(a, "https://%s/api/v3", host);
}

/* "scheme://host:port" at the beginning; its length, 0 when there is none. */
static size_t origin_length(struct wt_str url)
{
	size_t begin, len;

	if (!wt_str_starts_nocase(url, "https://") && !wt_str_starts_nocase(url, "http://"))
		return 0;
	begin = wt_str_find(url, "://") + 3;
	for (len = begin; len < url.len && !memchr("/?#", url.data[len], 3); len++)
		;
	return is_host((struct wt_str){ url.data + begin, len - begin }) ? len : 0;
}

const char *wt_forge_host_of(struct wt_arena *a, const char *api_url)
{
	struct wt_str url = wt_str_of(api_url), host;
	size_t len = origin_length(url);
	const char *text;

	if (!len)
		return NULL;
	host = from((struct wt_str){ url.data, len }, wt_str_find(url, "://") + 3);
	text = lower(a, host);
	return strncmp(text, "api.", 4) == 0 && wt_forge_is_cloud(text + 4) ? text + 4 : text;
}

bool wt_forge_is_safe(const char *api_url)
{
	static const char *const own[] = { "127.0.0.1", "localhost" };
	struct wt_str url = wt_str_of(api_url), host;
	size_t len = origin_length(url);

	if (!len)
		return false;
	if (wt_str_starts_nocase(url, "https://"))
		return true;
	host = from((struct wt_str){ url.data, len }, strlen("http://"));
	host.len = wt_str_find(host, ":");
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (wt_str_is_nocase(host, own[i]))
			return true;
	return false;
}

const char *wt_forge_graphql_of(struct wt_arena *a, const char *api_url)
{
	struct wt_str base = wt_str_of(api_url);

	while (base.len && base.data[base.len - 1] == '/')
		base.len--;
	if (wt_str_ends(base, "/v3"))
		base.len -= 3;
	return wt_arena_printf(a, "%.*s/graphql", (int)base.len, base.data);
}

bool wt_forge_same_server(const char *base, struct wt_str url)
{
	size_t len = origin_length(wt_str_of(base));

	return len && len == origin_length(url) && strncasecmp(base, url.data, len) == 0;
}

void wt_forge_escape(struct wt_buf *out, const char *text)
{
	for (; *text; text++) {
		if (is_alnum(*text) || strchr("-._~", *text))
			wt_buf_putc(out, *text);
		else
			wt_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}
