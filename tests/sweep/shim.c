/* SPDX-License-Identifier: MIT */
/*
 * Stands beside a copy of wtorch in place of its shim, which is started without any variable, and
 * becomes the real one with what hurts it in front: the point of the stage that DIR lies in.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/sweep/point.h"

int main(int argc, char **argv)
{
	const char *stage = argc == 2 ? strstr(argv[1], "/case/") : NULL;
	char point[4096];
	char *env[] = { "LD_PRELOAD=" SWEEP_PRELOAD,
			"ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", point, NULL };

	if (!stage)
		return 2;
	snprintf(point, sizeof point, SWEEP_POINT_ENV "=%.*s/point", (int)(stage - argv[1]),
		 argv[1]);
	execve(SWEEP_SHIM, argv, env);
	return 1;
}
