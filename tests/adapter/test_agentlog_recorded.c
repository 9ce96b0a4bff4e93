/* SPDX-License-Identifier: MIT */
/* What is read from the events that real programs wrote (tests/data/agents), and from those of
 * claude, which are made after its documentation. */

#include <dirent.h>
#include <string.h>

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/path.h"
#include "wtorch/core/agentlog.h"

#define FOLDER WTORCH_SOURCE_DIR "/tests/data/agents"

/* The server of scripts/real-agents claims 1000 + 100 n, 50 + 5 n and 10 + n tokens of input,
 * output and cache for the n-th answer of a conversation, counted from 0. */
struct recording {
	const char *name; /* KIND-WHAT */
	enum wt_agent_said said;
	enum wt_provider_stop stop;
	int64_t input, output, cached; /* all 0: none were told */
	double cost_usd;               /* negative: it does not say */
	const char *message;
	const char *error; /* its begin */
};

static const struct recording recordings[] = {
	{ "claude-edit", WT_SAID_DONE, 0, 2080, 50, 1100, 0.0125, "Task 1 is done", "" },
	{ "claude-stopped", WT_SAID_NOTHING, 0, 1012, 30, 100, -1, "I look at the file first.",
	  "" },
	{ "claude-turns", WT_SAID_FAILED, 0, 1012, 30, 100, 0.01, "I look at the file first.",
	  "error_max_turns" },
	{ "claude-quota", WT_SAID_FAILED, WT_PROVIDER_QUOTA, 0, 0, 0, 0,
	  "Claude AI usage limit reached|1767268800", "Claude AI usage limit reached" },
	{ "claude-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, 0, "", "Invalid API key" },

	{ "codex-edit", WT_SAID_DONE, 0, 3300, 165, 33, -1, "Task 1 is done", "" },
	{ "codex-commit", WT_SAID_DONE, 0, 6000, 300, 60, -1, "Task 2 is done", "" },
	/* Two answers behind two: all four are counted. */
	{ "codex-resumed", WT_SAID_DONE, 0, 4200, 210, 42, -1, "Gone on", "" },
	{ "codex-stopped", WT_SAID_NOTHING, 0, 0, 0, 0, -1, "", "" },
	{ "codex-quota", WT_SAID_FAILED, WT_PROVIDER_QUOTA, 0, 0, 0, -1, "",
	  "You’ve hit your usage limit." },
	{ "codex-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, -1, "",
	  "unexpected status 401 Unauthorized" },

	{ "qwen-edit", WT_SAID_DONE, 0, 3300, 165, 33, -1, "Task 1 is done", "" },
	{ "qwen-commit", WT_SAID_DONE, 0, 6000, 300, 60, -1, "Task 2 is done", "" },
	{ "qwen-resumed", WT_SAID_DONE, 0, 4200, 210, 42, -1, "second", "" },
	{ "qwen-stopped", WT_SAID_NOTHING, 0, 1000, 50, 10, -1, "", "" },
	/* It was ended while it tried for the third time of ten, two minutes apart. */
	{ "qwen-quota", WT_SAID_NOTHING, WT_PROVIDER_QUOTA, 0, 0, 0, -1, "", "" },
	{ "qwen-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, -1,
	  "[API Error: 401 Incorrect API key provided: none.]", "[API Error: 401 Incorrect" },

	{ "gemini-edit", WT_SAID_DONE, 0, 3300, 165, 33, -1, "Task 1 is done", "" },
	{ "gemini-commit", WT_SAID_DONE, 0, 6000, 300, 60, -1, "Task 2 is done", "" },
	{ "gemini-stopped", WT_SAID_NOTHING, 0, 0, 0, 0, -1, "", "" },
	{ "gemini-quota", WT_SAID_FAILED, WT_PROVIDER_QUOTA, 0, 0, 0, -1, "",
	  "[API Error: You have exhausted your daily quota" },
	{ "gemini-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, -1, "", "[API Error: " },

	{ "opencode-edit", WT_SAID_DONE, 0, 3300, 165, 33, 0.0036135, "Task 1 is done", "" },
	{ "opencode-commit", WT_SAID_DONE, 0, 6000, 300, 60, 0.00657, "Task 2 is done", "" },
	{ "opencode-stopped", WT_SAID_NOTHING, 0, 0, 0, 0, -1, "", "" },
	{ "opencode-quota", WT_SAID_FAILED, WT_PROVIDER_QUOTA, 0, 0, 0, -1, "",
	  "You exceeded your current quota" },
	{ "opencode-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, -1, "",
	  "Incorrect API key provided" },

	{ "cline-edit", WT_SAID_DONE, 0, 3300, 165, 33, 0, "Task 1 is done", "" },
	{ "cline-commit", WT_SAID_DONE, 0, 6000, 300, 60, 0, "Task 2 is done", "" },
	{ "cline-stopped", WT_SAID_NOTHING, 0, 1000, 50, 10, 0, "", "" },
	{ "cline-quota", WT_SAID_FAILED, WT_PROVIDER_QUOTA, 0, 0, 0, 0, "",
	  "You exceeded your current quota" },
	{ "cline-login", WT_SAID_FAILED, WT_PROVIDER_LOGIN, 0, 0, 0, 0, "",
	  "Incorrect API key provided" },
};

#define N_RECORDINGS (sizeof recordings / sizeof *recordings)

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct wt_arena *a = arg;
	const struct wt_json *doc = NULL;
	struct wt_error err;

	wt_arena_clear(a);
	return wt_json_cjson(a, line, &doc, &err) == WT_OK ? doc : NULL;
}

static enum wt_agentlog_format format_of(const char *name)
{
	char kind[32] = "";

	memcpy(kind, name, strcspn(name, "-"));
	assert_non_null(wt_agent_kind_find(kind));
	return wt_agent_kind_find(kind)->format;
}

static void load(const char *name, struct wt_agentlog *log, struct wt_arena *a)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err = { 0 };
	struct wt_fs fs;
	char path[512];

	wt_fs_posix(&fs);
	snprintf(path, sizeof path, "%s/%s.log", FOLDER, name);
	check_ok(fs.read(fs.self, path, 1u << 20, &text, &err), err);
	wt_agentlog_init(log, format_of(name), parse, a);
	for (size_t at = 0; at < text.len; at += 100)
		wt_agentlog_feed(log, (struct wt_str){ text.data + at,
						       text.len - at < 100 ? text.len - at : 100 });
	wt_agentlog_end(log);
	wt_buf_clear(&text);
}

static void check_recording(const struct recording *r, const struct wt_agentlog *log)
{
	check_int(log->said, r->said);
	check_int(log->stop, r->stop);
	check_int(log->usage.input, r->input);
	check_int(log->usage.output, r->output);
	check_int(log->usage.cached, r->cached);
	check_str(log->message.data, r->message);
	if (strncmp(log->error.data, r->error, strlen(r->error)) != 0 || !*r->error)
		check_str(log->error.data, r->error);
	if (r->cost_usd < 0)
		assert_true(log->usage.cost_usd < 0);
	else
		assert_true(log->usage.cost_usd > r->cost_usd - 1e-9 &&
			    log->usage.cost_usd < r->cost_usd + 1e-9);
	assert_null(log->odd);
}

static void test_agentlog_recorded__tells_what_each_program_did(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RECORDINGS; i++) {
		struct wt_arena a = { 0 };
		struct wt_agentlog log;

		print_message("%s\n", recordings[i].name);
		load(recordings[i].name, &log, &a);
		check_recording(&recordings[i], &log);
		wt_agentlog_clear(&log);
		wt_arena_clear(&a);
	}
}

/* Who can take up a conversation again must be told its name. */
static void test_agentlog_recorded__knows_the_name_of_each_conversation(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_RECORDINGS; i++) {
		struct wt_arena a = { 0 };
		struct wt_agentlog log;
		char kind[32] = "";

		memcpy(kind, recordings[i].name, strcspn(recordings[i].name, "-"));
		load(recordings[i].name, &log, &a);
		if (wt_agent_kind_find(kind)->resume)
			assert_true(log.session.len > 0);
		wt_agentlog_clear(&log);
		wt_arena_clear(&a);
	}
}

/* A shim takes that text for its last word: it must be there when it is done, and not before. */
static void test_agentlog_recorded__has_the_last_word_of_its_kind_once(void **state)
{
	struct wt_error err = { 0 };
	struct wt_fs fs;

	(void)state;
	wt_fs_posix(&fs);
	for (size_t i = 0; i < N_RECORDINGS; i++) {
		struct wt_buf text = WT_BUF_INIT;
		char path[512], kind[32] = "";
		const char *final, *at;

		memcpy(kind, recordings[i].name, strcspn(recordings[i].name, "-"));
		final = wt_agent_kind_find(kind)->final;
		snprintf(path, sizeof path, "%s/%s.log", FOLDER, recordings[i].name);
		check_ok(fs.read(fs.self, path, 1u << 20, &text, &err), err);
		at = final ? strstr(text.data, final) : NULL;
		if (final && recordings[i].said == WT_SAID_DONE)
			assert_non_null(at);
		if (final && recordings[i].said == WT_SAID_NOTHING)
			assert_null(at);
		if (at)
			assert_null(strstr(at + 1, final));
		wt_buf_clear(&text);
	}
}

/* A reset is told by codex, and by claude, in the ways of each. */
static void test_agentlog_recorded__knows_when_a_quota_ends(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_agentlog log;

	(void)state;
	load("codex-quota", &log, &a);
	assert_true(log.reset_local_ms > 0 && log.reset_local_ms <= INT64_C(86400000));
	wt_agentlog_clear(&log);
	load("claude-quota", &log, &a);
	check_int(log.reset_wall_ms, INT64_C(1767268800000));
	wt_agentlog_clear(&log);
	load("gemini-quota", &log, &a);
	check_int(log.reset_in_ms, 38200);
	wt_agentlog_clear(&log);
	wt_arena_clear(&a);
}

static void test_agentlog_recorded__leaves_no_recording_out(void **state)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t i = 0;

		if (entry->d_name[0] == '.')
			continue;
		while (i < N_RECORDINGS &&
		       strncmp(entry->d_name, recordings[i].name, strlen(recordings[i].name)) != 0)
			i++;
		if (i == N_RECORDINGS)
			fail_msg("%s is in no row", entry->d_name);
	}
	closedir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agentlog_recorded__tells_what_each_program_did),
		cmocka_unit_test(test_agentlog_recorded__knows_the_name_of_each_conversation),
		cmocka_unit_test(test_agentlog_recorded__has_the_last_word_of_its_kind_once),
		cmocka_unit_test(test_agentlog_recorded__knows_when_a_quota_ends),
		cmocka_unit_test(test_agentlog_recorded__leaves_no_recording_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
