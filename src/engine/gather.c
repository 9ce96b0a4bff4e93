/* SPDX-License-Identifier: MIT */
/* Gathers what the forecast goes by. */

#include "wtorch/engine/gather.h"

#include "wtorch/engine/history.h"
#include "wtorch/engine/symbols.h"

static void look_up_names(const struct wt_ports *ports, const struct wt_plan_inputs *in,
			  struct wt_arena *arena, struct wt_evidence *out, struct wt_diags *diags)
{
	const struct wt_git *git = ports->git;
	struct wt_arena text = { 0 };
	struct wt_commit commit;
	struct wt_error ignored;

	if (git->store->commit(git->self, &in->base_oid, &text, &commit, &ignored) == WT_OK)
		wt_symbols_read(ports, &(struct wt_symbols_inputs){ in->tasks, &commit.tree },
				arena, out, diags);
	wt_arena_clear(&text);
}

void wt_evidence_gather(const struct wt_ports *ports, const struct wt_plan_inputs *in,
			struct wt_arena *arena, struct wt_evidence *out, struct wt_diags *diags)
{
	*out = (struct wt_evidence){ 0 };
	if (!in->tasks->len)
		return;
	wt_history_read(ports, &in->base_oid, (size_t)wt_config_int(in->config, "plan.history"),
			arena, &out->history);
	if (out->history.is_cut)
		wt_diags_add(diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "reading the history was given up after %d s, so some files that "
			     "change together are not known; a smaller plan.history is over sooner",
			     WT_HISTORY_MS / 1000);
	if (wt_config_bool(in->config, "plan.symbols"))
		look_up_names(ports, in, arena, out, diags);
}
