/* SPDX-License-Identifier: MIT */
/* Whether a run may land on its base at all, and could: asked before it begins. */

#include "landing.h"
#include "wtorch/base/path.h"

bool wt_land_is_protected(const struct wt_config *config, const char *base)
{
	size_t n;
	const char *const *globs = wt_config_list(config, "merge.protect", &n);

	for (size_t i = 0; i < n; i++)
		if (wt_glob_matches(globs[i], base))
			return true;
	return false;
}

enum wt_code wt_land_check_signing(const struct wt_git *git, const struct wt_oid *base,
				   struct wt_error *err)
{
	struct wt_arena a = { 0 };
	struct wt_commit c;
	struct wt_oid ignored;
	enum wt_code rc = git->store->commit(git->self, base, &a, &c, err);
	const struct wt_commit_spec spec = { .tree = c.tree,
					     .parents = base,
					     .n_parents = 1,
					     .message = "wtorch: can this be signed?\n" };

	if (!rc)
		rc = git->tool->commit_signed(git->self, &spec, &ignored, err);
	wt_arena_clear(&a);
	if (!rc)
		return WT_OK;
	err->code = WT_E_ENV;
	return wt_hint(err, "unlock the key, or git config commit.gpgsign false");
}

bool wt_land_is_signed(const struct wt_git *git)
{
	struct wt_buf value = WT_BUF_INIT;
	struct wt_error ignored;
	bool is_on = false;

	if (git->store->config(git->self, "commit.gpgsign", &value, &ignored) == WT_OK)
		wt_text_parse_bool(wt_str_of(value.data), &is_on);
	wt_buf_clear(&value);
	return is_on;
}

enum wt_code wt_land_check(const struct wt_ports *ports, const struct wt_config *config,
			   const char *base, const struct wt_oid *base_oid, struct wt_error *err)
{
	if (!wt_config_bool(config, "merge.auto"))
		return WT_OK;
	if (wt_land_is_protected(config, base)) {
		wt_fail(err, WT_E_ENV, "merge.protect does not let anything land on '%s'", base);
		return wt_hint(err,
			       "--no-merge leaves the branches, --base BRANCH lands elsewhere");
	}
	return wt_land_is_signed(ports->git) ? wt_land_check_signing(ports->git, base_oid, err)
					     : WT_OK;
}
