/* SPDX-License-Identifier: MIT */
/* wtorch-shim DIR: owns one agent from its start to the proof that nobody is left of it. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int complain(const struct wt_error *err)
{
	fprintf(stderr, "wtorch-shim: error: %s\n", err->msg);
	return 1;
}

/* The attempt is ours: whatever happens from here on ends in a record. */
static int own(int dir)
{
	struct wt_shim_outcome outcome = { .reason = "exec", .code = -1 };
	struct wt_shim_spec spec = { .data = NULL };
	struct wt_shim_tree tree = { .instance = "" };
	struct wt_shim_leaf leaf = { .parent = -1, .fd = -1 };
	int record = wt_shim_record_reserve(dir);
	struct wt_error err;
	enum wt_code code;
	pid_t agent;

	if (wt_shim_spec_load(dir, &spec, &outcome.error) == WT_OK) {
		wt_shim_leaf_open(&leaf, &spec);
		if (wt_shim_agent_start(dir, &spec, &leaf, &agent, &outcome.error) == WT_OK) {
			wt_shim_tree_init(&tree, spec.instance);
			wt_shim_watch(dir, &spec, agent, &leaf, &tree, &outcome);
		}
		wt_shim_leaf_close(&leaf);
	}
	code = wt_shim_record_save(dir, record, &outcome, &err);
	wt_shim_tree_clear(&tree);
	wt_shim_spec_clear(&spec);
	return code == WT_OK ? 0 : complain(&err);
}

int main(int argc, char **argv)
{
	struct wt_error err;
	int dir;

	if (argc != 2) {
		fputs("usage: wtorch-shim DIR\n", stderr);
		return 2;
	}
	dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || chdir("/") < 0) {
		wt_fail_errno(&err, WT_E_ENV, errno, "cannot open '%s'", argv[1]);
		return complain(&err);
	}
	setsid(); /* fails when the spawner did it already */
	wt_shim_watch_init();
	switch (wt_shim_claim(dir, &err)) {
	case WT_OK:
		return own(dir);
	case WT_E_EXISTS:
		return WT_SHIM_CLAIMED;
	default:
		return complain(&err);
	}
}
