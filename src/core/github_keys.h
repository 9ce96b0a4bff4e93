/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_GITHUB_KEYS_H
#define WT_CORE_GITHUB_KEYS_H

/* The rows of config_table.c for section [github]. */

#define GITHUB_MAX_WAIT_MS (INT64_C(2) * 60 * 60 * 1000)

/* clang-format off */
#define GITHUB_KEYS \
	{ .name = "github.api_url", \
	  .type = WT_KEY_TEXT, \
	  .is_user_only = true, \
	  .example = "https://git.example.com/api/v3", \
	  .help = "The address of GitHub's API; without it that of the host of the remote, when it " \
		  "is github.com or below ghe.com. Not read from a project's file: the token goes " \
		  "there." }, \
	{ .name = "github.api_version", \
	  .type = WT_KEY_TEXT, \
	  .fallback = "2022-11-28", \
	  .help = "The version of that API, as in X-GitHub-Api-Version." }, \
	{ .name = "github.repo", \
	  .type = WT_KEY_TEXT, \
	  .example = "OWNER/NAME", \
	  .help = "The repository there; without it the one that the remote of the base is." }, \
	{ .name = "github.token_command", \
	  .type = WT_KEY_COMMAND, \
	  .is_user_only = true, \
	  .example = "pass show github/wtorch", \
	  .help = "A command whose first line of output is the token, when GH_TOKEN and " \
		  "GITHUB_TOKEN (of other hosts than GitHub's own: GH_ENTERPRISE_TOKEN and " \
		  "GITHUB_ENTERPRISE_TOKEN) are not set; without it `gh auth token` is asked. Not " \
		  "read from a project's file." }, \
	{ .name = "github.write_gap_ms", \
	  .type = WT_KEY_INT, \
	  .fallback = "1000", \
	  .min = 0, \
	  .max = 60000, \
	  .help = "Milliseconds between two requests that change something. GitHub asks for a " \
		  "second." }, \
	{ .name = "github.wait_max", \
	  .type = WT_KEY_DURATION, \
	  .fallback = "10m", \
	  .min = 0, \
	  .max = GITHUB_MAX_WAIT_MS, \
	  .help = "How long one action may wait in all because GitHub's limits ask for it." }
/* clang-format on */

#endif
