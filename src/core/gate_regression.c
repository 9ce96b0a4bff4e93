/* SPDX-License-Identifier: MIT */
/* The check of a bug fix: its new tests fail without the fix, and pass with it. */

#include <string.h>

#include "judging.h"
#include "wtorch/base/path.h"

/* How the program below ends that runs the command twice. */
enum { PASSES_WITHOUT = 61, FAILS_WITH = 62, NO_CHECKOUT = 63, NO_PROGRAM = 64 };

/* Hooks are for checkouts that somebody works in. */
#define CHECKOUT "git -c core.hooksPath=/dev/null checkout -q -f --detach "

static const char script[] =
	"/bin/sh -c \"$1\"; code=$?\n"
	"case $code in 0) ;; 126|127) exit $code ;; *) exit 62 ;; esac\n"
	"echo; echo 'The same on the base, with the changed tests alone:'; echo\n" CHECKOUT
	"\"$2\" || exit 63\n"
	"/bin/sh -c \"$1\"; code=$?\n" CHECKOUT "\"$3\" || exit 63\n"
	"case $code in 0) exit 61 ;; 126|127) exit 64 ;; *) exit 0 ;; esac\n";

const char *const *wt_gate_regression_argv(struct wt_arena *a, const struct wt_gate *gate,
					   const char *without, const char *with)
{
	const char **argv = wt_arena_alloc(a, 8 * sizeof *argv);

	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = script;
	argv[3] = "regression";
	argv[4] = gate->command;
	argv[5] = without;
	argv[6] = with;
	return argv;
}

bool wt_gate_is_test(const struct wt_gate *gate, const char *path)
{
	if (!gate->files)
		return wt_task_is_test_path(path);
	for (const char *const *g = gate->files; *g; g++)
		if (wt_glob_matches(*g, path))
			return true;
	return false;
}

bool wt_judge_regression(struct wt_judging *j)
{
	switch (j->out->code) {
	case PASSES_WITHOUT:
		wt_judging_say(j, WT_SAYS_FAIL,
			       "the changed tests pass on the base, too: they do not show the "
			       "fault");
		return true;
	case FAILS_WITH:
		wt_judging_say(j, WT_SAYS_FAIL, "the tests fail on the work itself");
		return true;
	case NO_CHECKOUT:
		wt_judging_say(j, WT_SAYS_ERROR, "git could not check out the base");
		return true;
	case NO_PROGRAM:
		wt_judging_say(j, WT_SAYS_ERROR,
			       "its command was not found or cannot be started on the base, so "
			       "that says nothing of the tests");
		return true;
	default:
		return false;
	}
}
