/* SPDX-License-Identifier: MIT */
/* Finds the token for a forge. */

#include "wtorch/engine/forge_token.h"

#include <string.h>

#include "wtorch/core/forge_url.h"

#define DEADLINE_MS 20000
#define MAX_ANSWER  (64u << 10)
#define MAX_TOKEN   4096u

static const char *variable(const struct wt_ports *ports, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *e = ports->proc->env; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=' && (*e)[len + 1])
			return *e + len + 1;
	return NULL;
}

/* What goes into a header: no blanks, nothing invisible. */
static bool is_token(struct wt_str s)
{
	if (!s.len || s.len > MAX_TOKEN)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f)
			return false;
	return true;
}

static bool take_variable(const struct wt_ports *ports, const char *const *names,
			  struct wt_arena *a, struct wt_forge_token *out)
{
	for (; *names; names++) {
		struct wt_str value = wt_str_trim(wt_str_of(variable(ports, *names)));

		if (!value.len)
			continue;
		out->value = wt_arena_strndup(a, value.data, value.len);
		out->source = *names;
		return true;
	}
	return false;
}

/* Its first line; what else it says is shown nowhere, as it may hold the token. */
static enum wt_code run(const struct wt_ports *ports, const char *const *argv, struct wt_arena *a,
			struct wt_forge_token *out, struct wt_error *err)
{
	const struct wt_cmd cmd = { .argv = argv,
				    .deadline_ms = DEADLINE_MS,
				    .max_output = MAX_ANSWER };
	struct wt_cmd_result r;
	enum wt_code rc = ports->proc->run(ports->proc->self, &cmd, &r, err);
	struct wt_str line;

	if (!rc && (r.code || r.signal))
		rc = wt_fail(err, WT_E_ENV, "it ended with %s %d", r.signal ? "signal" : "status",
			     r.signal ? r.signal : r.code);
	if (!rc) {
		line = (struct wt_str){
			r.out.data, wt_str_find((struct wt_str){ r.out.data, r.out.len }, "\n")
		};
		line = wt_str_trim(line);
		if (is_token(line))
			out->value = wt_arena_strndup(a, line.data, line.len);
		else
			rc = wt_fail(err, WT_E_ENV, "the first line that it wrote is no token");
	}
	explicit_bzero(r.out.data, r.out.len);
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	return rc;
}

static enum wt_code run_configured(const struct wt_ports *ports, const struct wt_config *config,
				   struct wt_arena *a, struct wt_forge_token *out,
				   struct wt_error *err)
{
	size_t n;
	const char *const *argv = wt_config_list(config, "github.token_command", &n);

	out->source = "github.token_command";
	if (run(ports, argv, a, out, err))
		return wt_wrap(err, "cannot get a token from github.token_command");
	return WT_OK;
}

enum wt_code wt_forge_token_find(const struct wt_ports *ports, const struct wt_config *config,
				 const char *host, struct wt_arena *a, struct wt_forge_token *out,
				 struct wt_error *err)
{
	static const char *const cloud[] = { "GH_TOKEN", "GITHUB_TOKEN", NULL };
	static const char *const other[] = { "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
					     NULL };
	const char *const gh[] = { "gh", "auth", "token", "--hostname", host, NULL };
	struct wt_error ignored;
	size_t n;

	*out = (struct wt_forge_token){ 0 };
	if (take_variable(ports, wt_forge_is_cloud(host) ? cloud : other, a, out)) {
		if (is_token(wt_str_of(out->value)))
			return WT_OK;
		return wt_fail(err, WT_E_ENV, "%s holds no token: there are blanks in it",
			       out->source);
	}
	if (wt_config_list(config, "github.token_command", &n) && n)
		return run_configured(ports, config, a, out, err);
	/* Absent, or not logged in: then there is none. */
	if (run(ports, gh, a, out, &ignored) == WT_OK)
		out->source = "gh auth token";
	return WT_OK;
}

void wt_forge_token_clear(struct wt_forge_token *token)
{
	if (token->value)
		explicit_bzero((char *)token->value, strlen(token->value));
	*token = (struct wt_forge_token){ 0 };
}
