/* SPDX-License-Identifier: MIT */
/* The port journal: torn tails, killed writers, several writers, full disks. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"

#define N_WRITERS  4
#define N_APPENDS  150
#define N_KILLS    25
#define MAX_RECORD 20000 /* several pages, so that a kill can cut a write in two */

struct fixture {
	struct wt_clock clock;
	struct wt_journal port;
};

static int64_t fixed_wall_ms(void *self)
{
	(void)self;
	return INT64_C(1767268800000);
}

static void fixture_init(struct fixture *f)
{
	f->clock = (struct wt_clock){ .wall_ms = fixed_wall_ms };
	wt_journal_file(&f->clock, &f->port);
}

static struct wt_journal_file *open_journal(struct fixture *f, const char *path, bool create)
{
	struct wt_journal_file *j = NULL;
	struct wt_error err;

	check_ok(f->port.open(f->port.self, path, create, &j, &err), err);
	return j;
}

static uint64_t append_note(struct fixture *f, struct wt_journal_file *j, const char *reason)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .reason = reason };
	struct wt_error err;

	check_ok(f->port.append(f->port.self, j, &ev, false, &err), err);
	return ev.seq;
}

/* What reading gave: the lines, and of those that are records their seq. */
struct lines {
	size_t n, last_number;
	size_t n_records;
	uint64_t seqs[N_WRITERS * N_APPENDS + N_KILLS * N_APPENDS];
	char last[256];
	size_t refuse_at;
};

static enum wt_code take_line(void *arg, size_t number, struct wt_str text, struct wt_error *err)
{
	struct lines *lines = arg;
	unsigned long long seq;
	size_t n = text.len < sizeof lines->last - 1 ? text.len : sizeof lines->last - 1;

	lines->n++;
	lines->last_number = number;
	memcpy(lines->last, text.data, n);
	lines->last[n] = '\0';
	if (text.data[text.len - 1] == '}' &&
	    sscanf(lines->last, "{\"v\":1,\"seq\":%llu,", &seq) == 1) {
		assert_true(lines->n_records < sizeof lines->seqs / sizeof lines->seqs[0]);
		lines->seqs[lines->n_records++] = seq;
	}
	if (number == lines->refuse_at)
		return wt_fail(err, WT_E_INPUT, "refused");
	return WT_OK;
}

static struct lines *read_all(struct scratch *s, struct fixture *f, struct wt_journal_file *j)
{
	struct lines *lines = wt_arena_alloc(&s->arena, sizeof *lines);
	struct wt_error err;

	check_ok(f->port.read(f->port.self, j, take_line, lines, &err), err);
	return lines;
}

static void check_strictly_rising(const struct lines *lines)
{
	size_t i;

	for (i = 1; i < lines->n_records; i++)
		assert_true(lines->seqs[i] > lines->seqs[i - 1]);
}

static void test_journal_file__opens_only_what_is_there_and_creates_only_what_is_not(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "runs/1/journal.jsonl");
	struct fixture f;
	struct wt_journal_file *j = NULL;
	struct wt_error err;

	fixture_init(&f);
	check_int(f.port.open(f.port.self, path, false, &j, &err), WT_E_NOT_FOUND);
	f.port.close(f.port.self, open_journal(&f, path, true));
	check_int(f.port.open(f.port.self, path, true, &j, &err), WT_E_EXISTS);
	scratch_run(s, "mkfifo pipe");
	check_int(f.port.open(f.port.self, scratch_path(s, "pipe"), false, &j, &err), WT_E_ENV);
	assert_null(j);
	f.port.close(f.port.self, NULL);
}

static void test_journal_file__numbers_records_and_reads_each_once(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	const struct lines *lines;

	fixture_init(&f);
	j = open_journal(&f, scratch_path(s, "j"), true);
	check_int(append_note(&f, j, "one"), 1);
	check_int(append_note(&f, j, "two"), 2);
	check_int(read_all(s, &f, j)->n, 2);
	check_int(read_all(s, &f, j)->n, 0);
	check_int(append_note(&f, j, "three"), 3);
	lines = read_all(s, &f, j);
	check_int(lines->n, 1);
	check_int(lines->last_number, 3);
	check_contains(lines->last, "\"ts\":\"2026-01-01T12:00:00");
	check_contains(lines->last, "three");
	f.port.close(f.port.self, j);
}

static void test_journal_file__goes_on_behind_what_others_wrote(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *a, *b;

	fixture_init(&f);
	a = open_journal(&f, scratch_path(s, "j"), true);
	b = open_journal(&f, scratch_path(s, "j"), false);
	check_int(append_note(&f, a, "a"), 1);
	check_int(append_note(&f, b, "b"), 2);
	check_int(append_note(&f, b, "b"), 3);
	check_int(append_note(&f, a, "a"), 4);
	f.port.close(f.port.self, a);
	f.port.close(f.port.self, b);
}

static void test_journal_file__finds_the_last_seq_behind_a_very_long_record(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	char *reason = wt_arena_alloc(&s->arena, 300001);

	fixture_init(&f);
	memset(reason, 'x', 300000);
	j = open_journal(&f, scratch_path(s, "j"), true);
	append_note(&f, j, "one");
	append_note(&f, j, reason);
	f.port.close(f.port.self, j);
	j = open_journal(&f, scratch_path(s, "j"), false);
	check_int(append_note(&f, j, "three"), 3);
	check_int(read_all(s, &f, j)->n_records, 3);
	f.port.close(f.port.self, j);
}

static void test_journal_file__a_torn_tail_is_never_glued_to_a_good_record(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	const struct lines *lines;

	fixture_init(&f);
	j = open_journal(&f, scratch_path(s, "j"), true);
	append_note(&f, j, "one");
	scratch_run(s, "printf '{\"v\":1,\"seq\":2,\"ts\":\"20' >> j");
	check_int(read_all(s, &f, j)->n, 1);
	check_int(append_note(&f, j, "after a torn one"), 3);
	lines = read_all(s, &f, j);
	check_int(lines->n, 2);
	check_int(lines->n_records, 1);
	check_contains(lines->last, "after a torn one");
	/* Digits cut in two are no number, and neither is nonsense. */
	scratch_run(s, "printf '{\"v\":1,\"seq\":9' >> j");
	check_int(append_note(&f, j, "x"), 4);
	scratch_run(s, "printf '\\n\\n\\000garbage\\n{\"v\":1,\"seq\":99999999999999999999,' >> j");
	check_int(append_note(&f, j, "y"), 5);
	f.port.close(f.port.self, j);
}

static void test_journal_file__skips_empty_lines_but_counts_them(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	const struct lines *lines;

	fixture_init(&f);
	scratch_write(s, "j", "\n\n{\"v\":1,\"seq\":7,\"event\":\"note\"}\n\n");
	j = open_journal(&f, scratch_path(s, "j"), false);
	lines = read_all(s, &f, j);
	check_int(lines->n, 1);
	check_int(lines->last_number, 3);
	check_int(append_note(&f, j, "x"), 8);
	check_int(read_all(s, &f, j)->last_number, 5);
	f.port.close(f.port.self, j);
}

static void test_journal_file__goes_on_behind_a_line_that_was_refused(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	struct lines *lines = wt_arena_alloc(&s->arena, sizeof *lines);
	struct wt_error err;

	fixture_init(&f);
	scratch_write(s, "j", "a\nb\nc\n");
	j = open_journal(&f, scratch_path(s, "j"), false);
	lines->refuse_at = 2;
	check_int(f.port.read(f.port.self, j, take_line, lines, &err), WT_E_INPUT);
	check_str(lines->last, "b");
	check_int(read_all(s, &f, j)->last_number, 3);
	f.port.close(f.port.self, j);
}

static void test_journal_file__reading_asks_for_no_right_to_write(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	int status;
	pid_t pid;

	fixture_init(&f);
	scratch_write(s, "ro/j", "{\"v\":1,\"seq\":1,\"event\":\"note\"}\n");
	scratch_run(s, "chmod 755 . && chmod 444 ro/j && chmod 555 ro");
	pid = fork();
	if (pid == 0) {
		struct wt_event ev = { .kind = WT_EV_NOTE, .reason = "x" };
		struct wt_journal_file *j = NULL;
		struct wt_error err;
		bool is_good;

		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(99);
		j = open_journal(&f, scratch_path(s, "ro/j"), false);
		is_good = read_all(s, &f, j)->n == 1 &&
			  f.port.append(f.port.self, j, &ev, false, &err) == WT_E_ENV &&
			  strstr(err.msg, "Permission denied") &&
			  f.port.open(f.port.self, scratch_path(s, "ro/k"), true, &j, &err) ==
				  WT_E_ENV &&
			  strstr(err.msg, "Permission denied");
		_exit(is_good ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	check_int(status, 0);
}

static void test_journal_file__a_removed_journal_is_not_written_to(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *a, *b;
	struct wt_event ev = { .kind = WT_EV_NOTE, .reason = "x" };
	struct wt_error err;

	fixture_init(&f);
	a = open_journal(&f, scratch_path(s, "d/j"), true);
	b = open_journal(&f, scratch_path(s, "d/j"), false);
	scratch_run(s, "rm d/j && touch d/j");
	check_int(f.port.append(f.port.self, a, &ev, false, &err), WT_E_STATE);
	check_int(f.port.append(f.port.self, b, &ev, false, &err), WT_E_STATE);
	check_str(scratch_read(s, "d/j", NULL), "");
	f.port.close(f.port.self, a);
	f.port.close(f.port.self, b);
}

static void test_journal_file__a_record_that_does_not_fit_is_taken_back_whole(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	struct rlimit old, small;
	struct wt_event big = { .kind = WT_EV_NOTE };
	char *reason = wt_arena_alloc(&s->arena, MAX_RECORD + 1);
	struct wt_error err;

	fixture_init(&f);
	memset(reason, 'x', MAX_RECORD);
	big.reason = reason;
	j = open_journal(&f, scratch_path(s, "j"), true);
	append_note(&f, j, "one");
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ .rlim_cur = 5000, .rlim_max = old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_int(f.port.append(f.port.self, j, &big, true, &err), WT_E_ENV);
	check_int(append_note(&f, j, "small enough"), 2);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	check_int(read_all(s, &f, j)->n, 2);
	check_str(scratch_output(s, "grep -c . j"), "2\n");
	f.port.close(f.port.self, j);
}

static void test_journal_file__a_full_disk_leaves_no_torn_record(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct wt_journal_file *j;
	struct wt_event ev = { .kind = WT_EV_NOTE };
	char *reason = wt_arena_alloc(&s->arena, MAX_RECORD + 1);
	struct wt_error err;
	size_t n = 0;

	if (scratch_status(s, "mkdir m && mount -t tmpfs -o size=256k tmpfs m") != 0)
		skip();
	fixture_init(&f);
	memset(reason, 'x', MAX_RECORD);
	ev.reason = reason;
	j = open_journal(&f, scratch_path(s, "m/j"), true);
	while (n < 100 && f.port.append(f.port.self, j, &ev, false, &err) == WT_OK)
		n++;
	assert_true(n > 0 && n < 100);
	check_contains(err.msg, "No space left");
	check_int(read_all(s, &f, j)->n_records, n);
	check_str(scratch_output(s, "tail -c 2 m/j"), "}\n");
	f.port.close(f.port.self, j);
	scratch_run(s, "umount m");
}

/* Appends n records and tells each seq through the pipe once it is acknowledged. */
static void write_in_child(struct fixture *f, const char *path, int n, int acks)
{
	struct wt_journal_file *j = NULL;
	char *reason = calloc(1, MAX_RECORD + 1);
	struct wt_error err;
	int i;

	if (!reason || f->port.open(f->port.self, path, false, &j, &err) != WT_OK)
		_exit(2);
	memset(reason, 'x', MAX_RECORD);
	for (i = 0; i < n; i++) {
		/* Of many sizes, so that tails are torn at many places. */
		struct wt_event ev = { .kind = WT_EV_NOTE,
				       .reason = reason + MAX_RECORD - (i * 977) % MAX_RECORD };

		if (f->port.append(f->port.self, j, &ev, false, &err) != WT_OK)
			_exit(1);
		if (write(acks, &ev.seq, sizeof ev.seq) != sizeof ev.seq)
			_exit(3);
	}
	_exit(0);
}

static pid_t start_writer(struct fixture *f, const char *path, int n, int acks[2])
{
	pid_t pid;

	assert_int_equal(pipe(acks), 0);
	pid = fork();
	if (pid == 0) {
		close(acks[0]);
		write_in_child(f, path, n, acks[1]);
	}
	close(acks[1]);
	return pid;
}

static bool next_ack(int acks, uint64_t *seq)
{
	return read(acks, seq, sizeof *seq) == sizeof *seq;
}

static void check_has(const struct lines *lines, uint64_t seq)
{
	size_t low = 0, high = lines->n_records;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (lines->seqs[mid] < seq)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == lines->n_records || lines->seqs[low] != seq)
		fail_msg("the acknowledged record %ju is lost", (uintmax_t)seq);
}

static void test_journal_file__four_writers_lose_nothing_and_share_one_order(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "j");
	const struct lines *lines;
	struct fixture f;
	struct wt_journal_file *j;
	int acks[N_WRITERS][2], status, i;
	pid_t pids[N_WRITERS];
	uint64_t seq;

	fixture_init(&f);
	j = open_journal(&f, path, true);
	for (i = 0; i < N_WRITERS; i++)
		pids[i] = start_writer(&f, path, N_APPENDS, acks[i]);
	for (i = 0; i < N_WRITERS; i++) {
		waitpid(pids[i], &status, 0);
		check_int(status, 0);
	}
	lines = read_all(s, &f, j);
	check_int(lines->n, N_WRITERS * N_APPENDS);
	check_int(lines->n_records, N_WRITERS * N_APPENDS);
	check_strictly_rising(lines);
	for (i = 0; i < N_WRITERS; i++) {
		while (next_ack(acks[i][0], &seq))
			check_has(lines, seq);
		close(acks[i][0]);
	}
	f.port.close(f.port.self, j);
}

static void test_journal_file__killed_writers_lose_no_acknowledged_record(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "j");
	uint64_t *acked = wt_arena_alloc(&s->arena, N_KILLS * N_APPENDS * sizeof *acked);
	const struct lines *lines;
	struct fixture f;
	struct wt_journal_file *j;
	size_t n = 0;
	int acks[2], status, i, k;

	fixture_init(&f);
	j = open_journal(&f, path, true);
	for (i = 0; i < N_KILLS; i++) {
		pid_t pid = start_writer(&f, path, N_APPENDS, acks);

		/* Killed after a known number of records, somewhere in one of the next. */
		for (k = 0; k < 1 + i % 7 && next_ack(acks[0], &acked[n]); k++)
			n++;
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		while (next_ack(acks[0], &acked[n]))
			n++;
		close(acks[0]);
	}
	append_note(&f, j, "the last");
	lines = read_all(s, &f, j);
	check_contains(lines->last, "the last");
	check_strictly_rising(lines);
	assert_true(n >= N_KILLS);
	while (n > 0)
		check_has(lines, acked[--n]);
	f.port.close(f.port.self, j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_journal_file__opens_only_what_is_there_and_creates_only_what_is_not),
		TEST(test_journal_file__numbers_records_and_reads_each_once),
		TEST(test_journal_file__goes_on_behind_what_others_wrote),
		TEST(test_journal_file__finds_the_last_seq_behind_a_very_long_record),
		TEST(test_journal_file__a_torn_tail_is_never_glued_to_a_good_record),
		TEST(test_journal_file__skips_empty_lines_but_counts_them),
		TEST(test_journal_file__goes_on_behind_a_line_that_was_refused),
		TEST(test_journal_file__reading_asks_for_no_right_to_write),
		TEST(test_journal_file__a_removed_journal_is_not_written_to),
		TEST(test_journal_file__a_record_that_does_not_fit_is_taken_back_whole),
		TEST(test_journal_file__a_full_disk_leaves_no_torn_record),
		TEST(test_journal_file__four_writers_lose_nothing_and_share_one_order),
		TEST(test_journal_file__killed_writers_lose_no_acknowledged_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
