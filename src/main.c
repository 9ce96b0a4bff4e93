/* SPDX-License-Identifier: MIT */
/* Builds the adapters, calls the command line, returns the exit status. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/cli/cli.h"

/* A build tree has the shim beside the program; an installed one in libexec, found from where the
 * program lies, since a package or a --prefix may have put the whole elsewhere. */
static const char *find_shim(char *buf, size_t size)
{
	static const char *const places[] = { "wtorch-shim", WTORCH_LIBEXEC_REL "/wtorch-shim" };
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (n <= 0)
		return WTORCH_LIBEXEC_DIR "/wtorch-shim";
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(slash, size - (size_t)(slash - buf), "/%s", places[i]);
		if (access(buf, X_OK) == 0)
			return buf;
	}
	return WTORCH_LIBEXEC_DIR "/wtorch-shim";
}

int main(int argc, char **argv)
{
	static const struct wt_reader reader = { .json = wt_json_cjson,
						 .xml = wt_xml_expat,
						 .markdown = wt_markdown_cmark,
						 .ini = wt_ini_inih,
						 .yaml = wt_yaml_libyaml };
	char shim[4096];
	struct wt_clock clock;
	struct wt_fs fs;
	struct wt_proc proc;
	struct wt_journal journal;
	struct wt_net net;
	struct wt_git git = { 0 };
	struct wt_ports ports = { .clock = &clock,
				  .fs = &fs,
				  .proc = &proc,
				  .journal = &journal,
				  .reader = &reader,
				  .net = &net,
				  .git = &git,
				  .git_open = wt_git_open,
				  .forge_open = wt_forge_github_open,
				  .forge_close = wt_forge_github_close };
	struct wt_error err;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an answer to write(), not a death */
	wt_clock_posix(&clock);
	wt_fs_posix(&fs);
	wt_journal_file(&clock, &journal);
	if (wt_proc_linux_open(find_shim(shim, sizeof shim), &proc, &err)) {
		fprintf(stderr, "wtorch: error: %s\n", err.msg);
		return wt_exit_status(err.code);
	}
	wt_net_curl_open(&net);
	status = wt_cli_main(&ports, argc, (const char *const *)argv, wt_width_utf8proc,
			     WTORCH_VERSION);
	wt_net_curl_close(&net);
	wt_git_close(&git);
	wt_proc_linux_close(&proc);
	return status;
}
