/* SPDX-License-Identifier: MIT */
/* The shim's own files when they are damaged, or cannot be written. */

#include "tests/support/adapter_shim.h"

#include <unistd.h>

/* Silence, final text, folder for a cgroup, and four limits: none. */
#define MORE      \
	"0\0\0\0" \
	"0\0"     \
	"0\0"     \
	"0\0"     \
	"0\0"

static void write_start(const struct shim_world *w, const char *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/" WT_SHIM_START, w->attempt);
	f = fopen(path, "w");
	assert_non_null(f);
	check_int(fwrite(data, 1, len, f), len);
	fclose(f);
	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	unlink(path);
	snprintf(path, sizeof path, "%s/" WT_SHIM_EXIT, w->attempt);
	unlink(path);
}

static int run_shim(struct shim_world *w)
{
	const char *const argv[] = { WTORCH_SHIM, w->attempt, NULL };
	struct wt_cmd_result r;
	struct wt_error err;

	check_ok(w->proc.run(w->proc.self, &(struct wt_cmd){ .argv = argv }, &r, &err), err);
	check_str(r.err.data, "");
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	if (shim_has_in_attempt(w, WT_SHIM_EXIT))
		shim_read_in_attempt(w, WT_SHIM_EXIT, w->record, sizeof w->record);
	return r.code;
}

static void test_shim__a_damaged_start_file_starts_nothing(void **state)
{
	static const char good[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0" MORE "1\0/bin/true\0"
						 "1\0A=b";
	static const char *const huge = WT_SHIM_MAGIC "\n/";
	struct shim_world *w = *state;

	for (size_t len = 0; len < sizeof good; len += 3) {
		write_start(w, good, len);
		check_int(run_shim(w), 0);
		shim_check_record(w, "exec", -1, 0);
		check_contains(w->record, "'start' is damaged");
	}
	write_start(w, huge, strlen(huge));
	check_int(run_shim(w), 0);
	shim_check_record(w, "exec", -1, 0);
	write_start(w, good, sizeof good);
	check_int(run_shim(w), 0);
	shim_check_record(w, "exit", 0, 0);
}

static void test_shim__counts_that_the_file_cannot_hold_are_refused(void **state)
{
	static const char many[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0" MORE "99999999999\0/bin/true\0"
						 "0";
	static const char negative[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						     "0\0"
						     "9\0" MORE "-1\0/bin/true\0"
						     "0";
	static const char none[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0" MORE "0\0"
						 "0";
	struct shim_world *w = *state;

	write_start(w, many, sizeof many);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
	write_start(w, negative, sizeof negative);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
	write_start(w, none, sizeof none);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
}

static void test_shim__ends_when_it_can_write_nothing(void **state)
{
	struct shim_world *w = *state;

	check_int(shim_run_shell(w, "ulimit -f 0; " WTORCH_SHIM " $PWD/attempt 2>&-", NULL, 0), 1);
	assert_false(shim_has_in_attempt(w, WT_SHIM_EXIT));
	assert_false(shim_has_in_attempt(w, WT_SHIM_CLAIM));
}

/* A disk of 64 KiB of its own, which the agent fills; the record comes through all the same. */
static void test_shim__a_full_disk_does_not_hide_the_end(void **state)
{
	static const char small[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						  "0\0"
						  "9\0" MORE "3\0/bin/sh\0-c\0"
						  "head -c 1000000 /dev/zero; exit 9\0"
						  "0";
	struct shim_world *w = *state;
	char out[1024];

	if (shim_run_shell(w, "unshare -rm true", NULL, 0) != 0) {
		print_message("user namespaces are not to be had here\n");
		skip();
	}
	write_start(w, small, sizeof small);
	check_int(shim_run_shell(w,
				 "cp attempt/start . && exec unshare -rm sh -c '"
				 "mount -t tmpfs -o size=64k none attempt && cp start attempt && "
				 "$0 $PWD/attempt && df attempt | grep -c 100% && "
				 "cat attempt/exit.json' " WTORCH_SHIM,
				 out, sizeof out),
		  0);
	check_contains(out, "1\n{\"schema\"");
	check_contains(out, "\"reason\":\"exit\",\"code\":9,");
}

/* The folder is the agent's to write in. */
static void test_shim__its_record_is_what_it_wrote_itself(void **state)
{
	static const char *const lines[] = {
		("rm attempt/exit.json.tmp; ln -s ../file attempt/exit.json.tmp; echo 1 >file; "
		 "exit 5"),
		"ln -s ../file attempt/exit.json; echo 1 >file; exit 5",
		"rm attempt/exit.json.tmp; mkfifo attempt/exit.json.tmp; echo 1 >file; exit 5",
		"rm attempt/exit.json.tmp; mkdir -p attempt/exit.json.tmp/a; echo 1 >file; exit 5",
		"mkdir -p attempt/exit.json/a; mkdir attempt/state; echo 1 >file; exit 5",
		"head -c 9000 /dev/zero >attempt/exit.json.tmp; echo 1 >file; exit 5",
	};
	struct shim_world *w = *state;
	char text[16];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		shim_start_shell(w, lines[i]);
		check_int(shim_wait(w), 0);
		shim_check_record(w, "exit", 5, 0);
		check_contains(w->record, "\"cpu\":null}}\n");
		shim_read_text(w->file, text, sizeof text);
		check_str(text, "1\n");
		check_int(shim_run_shell(w,
					 "test -f attempt/exit.json && rm -r attempt && "
					 "mkdir attempt",
					 NULL, 0),
			  0);
	}
}

static void test_shim__an_agent_that_takes_its_folder_away_has_no_record(void **state)
{
	struct shim_world *w = *state;

	shim_start_shell(w, "rm -r attempt; setsid sleep 1000 & exit 0");
	check_int(shim_wait(w), 1);
	check_int(shim_run_shell(w, "test ! -e attempt", NULL, 0), 0);
}

static void test_shim__is_not_held_up_by_pipes_in_place_of_files(void **state)
{
	struct shim_world *w = *state;

	check_int(shim_run_shell(w, "mkfifo attempt/agent.log", NULL, 0), 0);
	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exec", -1, 0);
	check_contains(w->record, "cannot open 'agent.log'");
	check_int(shim_run_shell(w, "cd attempt && rm * && mkfifo start", NULL, 0), 0);
	check_int(run_shim(w), 0);
	shim_check_record(w, "exec", -1, 0);
	check_contains(w->record, "'start' is no file");
}

/* Where /proc shows to everybody what is his own and nothing else. */
static void test_shim__works_where_proc_hides_the_others(void **state)
{
	static const char good[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0" MORE "3\0/bin/sh\0-c\0"
						 "setsid sleep 1000 & exit 9\0"
						 "0";
	static const char proc[] = "unshare -rmpf sh -c 'mount -t proc -o hidepid=2 none /proc";
	struct shim_world *w = *state;
	char line[512];

	snprintf(line, sizeof line, "%s'", proc);
	if (shim_run_shell(w, line, NULL, 0) != 0) {
		print_message("/proc cannot be mounted here\n");
		skip();
	}
	write_start(w, good, sizeof good);
	snprintf(line, sizeof line, "%s && $0 $PWD/attempt' " WTORCH_SHIM, proc);
	check_int(shim_run_shell(w, line, NULL, 0), 0);
	shim_read_in_attempt(w, WT_SHIM_EXIT, w->record, sizeof w->record);
	shim_check_record(w, "exit", 9, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__a_damaged_start_file_starts_nothing),
		TEST(test_shim__counts_that_the_file_cannot_hold_are_refused),
		TEST(test_shim__ends_when_it_can_write_nothing),
		TEST(test_shim__a_full_disk_does_not_hide_the_end),
		TEST(test_shim__its_record_is_what_it_wrote_itself),
		TEST(test_shim__an_agent_that_takes_its_folder_away_has_no_record),
		TEST(test_shim__is_not_held_up_by_pipes_in_place_of_files),
		TEST(test_shim__works_where_proc_hides_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
