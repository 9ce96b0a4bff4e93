/* SPDX-License-Identifier: MIT */
/* A folder, a process port and one attempt, for tests with the real shim. */

#include "tests/support/adapter_shim.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

int shim_set_up(void **state)
{
	struct shim_world *w = calloc(1, sizeof *w);
	unsigned char bytes[8];
	struct wt_error err;

	heed_signals();
	snprintf(w->dir, sizeof w->dir, "/tmp/wt-shim-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->attempt, sizeof w->attempt, "%s/attempt", w->dir);
	snprintf(w->file, sizeof w->file, "%s/file", w->dir);
	snprintf(w->cwd, sizeof w->cwd, "%s", w->dir);
	assert_int_equal(mkdir(w->attempt, 0755), 0);
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &w->proc, &err), err);
	w->proc.random(w->proc.self, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(w->instance + 2 * i, 3, "%02x", bytes[i]);
	w->grace_ms = 100;
	*state = w;
	return 0;
}

int shim_run_shell(struct shim_world *w, const char *line, char *out, size_t size)
{
	const char *const argv[] = { "sh", "-c", line, NULL };
	struct wt_cmd cmd = { .argv = argv, .cwd = w->dir };
	struct wt_cmd_result r;
	struct wt_error err;
	int code;

	check_ok(w->proc.run(w->proc.self, &cmd, &r, &err), err);
	if (out)
		snprintf(out, size, "%s", r.out.data);
	code = r.code;
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	return code;
}

int shim_tear_down(void **state)
{
	struct shim_world *w = *state;
	char line[128];

	snprintf(line, sizeof line, "rm -rf -- %s", w->dir);
	check_int(shim_run_shell(w, line, NULL, 0), 0);
	wt_proc_linux_close(&w->proc);
	free(w);
	return 0;
}

static bool is_marked(const char *data, size_t len, const char *wanted)
{
	for (const char *at = data; at < data + len; at += strlen(at) + 1) {
		if (!strcmp(at, wanted))
			return true;
	}
	return false;
}

/* Everybody whose environment holds our marker. */
static size_t count_marked(const struct shim_world *w)
{
	char wanted[64], path[300], data[65536];
	struct dirent *entry;
	DIR *all = opendir("/proc");
	size_t n = 0, len;
	FILE *f;

	snprintf(wanted, sizeof wanted, "WTORCH_INSTANCE=%s", w->instance);
	while ((entry = readdir(all))) {
		snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
		f = entry->d_name[0] > '9' ? NULL : fopen(path, "r");
		if (!f)
			continue;
		len = fread(data, 1, sizeof data - 1, f);
		data[len] = '\0';
		n += is_marked(data, len, wanted);
		fclose(f);
	}
	closedir(all);
	return n;
}

void shim_work_apart(struct shim_world *w)
{
	snprintf(w->cwd, sizeof w->cwd, "%s/apart", w->dir);
	assert_int_equal(mkdir(w->cwd, 0755), 0);
}

void shim_start(struct shim_world *w, const char *const *argv)
{
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "A=b c", NULL };
	struct wt_agent_start agent = {
		.dir = w->attempt,
		.argv = argv,
		.cwd = w->cwd,
		.env = env,
		.stdin_path = w->stdin_path,
		.instance = w->instance,
		.timeout_ms = w->timeout_ms,
		.grace_ms = w->grace_ms,
		.silence_ms = w->silence_ms,
		.final = w->final,
		.cgroup = w->cgroup,
		.limits = w->limits,
	};
	struct wt_error err;

	check_ok(w->proc.start(w->proc.self, &agent, SHIM_TOKEN, &w->shim, &err), err);
}

void shim_start_shell(struct shim_world *w, const char *line)
{
	const char *const argv[] = { "sh", "-c", line, NULL };

	shim_start(w, argv);
}

void shim_start_nasty(struct shim_world *w, const char *mode)
{
	const char *const argv[] = { WTORCH_NASTY, mode, w->file, NULL };

	shim_start(w, argv);
}

void shim_read_text(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t len;

	if (!f)
		fail_msg("there is no '%s'", path);
	len = fread(out, 1, size - 1, f);
	out[len] = '\0';
	fclose(f);
}

void shim_read_in_attempt(const struct shim_world *w, const char *name, char *out, size_t size)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", w->attempt, name);
	shim_read_text(path, out, size);
}

bool shim_has_in_attempt(const struct shim_world *w, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", w->attempt, name);
	return access(path, F_OK) == 0;
}

int shim_wait(struct shim_world *w)
{
	struct wt_wake wake;
	struct wt_error err;

	do
		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
	while (wake.kind == WT_WAKE_FILE);
	check_int(wake.kind, WT_WAKE_EXIT);
	check_int(wake.token, SHIM_TOKEN);
	assert_false(w->proc.is_alive(w->proc.self, &w->shim));
	check_int(count_marked(w), 0);
	if (shim_has_in_attempt(w, WT_SHIM_EXIT))
		shim_read_in_attempt(w, WT_SHIM_EXIT, w->record, sizeof w->record);
	assert_false(shim_has_in_attempt(w, WT_SHIM_EXIT ".tmp"));
	return wake.code;
}

/* Watch, then look: it may be there already. */
void shim_wait_for_file(struct shim_world *w, const char *path)
{
	struct wt_wake wake;
	struct wt_error err;

	check_ok(w->proc.watch_file(w->proc.self, path, SHIM_FILE_TOKEN, &err), err);
	while (access(path, F_OK) < 0) {
		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
		check_int(wake.kind, WT_WAKE_FILE);
	}
	w->proc.unwatch_file(w->proc.self, SHIM_FILE_TOKEN);
}

void shim_wait_for_verdict(struct shim_world *w, const char *verdict, char *text, size_t size)
{
	char path[128];
	struct wt_wake wake;
	struct wt_error err;

	snprintf(path, sizeof path, "%s/" WT_SHIM_STATE, w->attempt);
	check_ok(w->proc.watch_file(w->proc.self, path, SHIM_FILE_TOKEN, &err), err);
	for (;;) {
		FILE *f = fopen(path, "r");

		text[f ? fread(text, 1, size - 1, f) : 0] = '\0';
		if (f)
			fclose(f);
		if (strstr(text, verdict))
			break;
		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
		check_int(wake.kind, WT_WAKE_FILE);
	}
	w->proc.unwatch_file(w->proc.self, SHIM_FILE_TOKEN);
}

void shim_signal(struct shim_world *w, int signo)
{
	struct wt_error err;

	check_ok(w->proc.signal(w->proc.self, &w->shim, signo, &err), err);
}

void shim_check_gone(const char *path)
{
	char text[32], proc[64];

	shim_read_text(path, text, sizeof text);
	snprintf(proc, sizeof proc, "/proc/%d", (int)strtol(text, NULL, 10));
	check_int(access(proc, F_OK), -1);
}

void shim_check_record(const struct shim_world *w, const char *reason, int code, int signo)
{
	char want[128];

	snprintf(want, sizeof want,
		 "{\"schema\":\"wtorch.exit/1\",\"reason\":\"%s\",\"code\":%d,\"signal\":%d,",
		 reason, code, signo);
	check_contains(w->record, want);
	check_contains(w->record, "\"survivors\":[],");
}
