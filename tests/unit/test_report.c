/* SPDX-License-Identifier: MIT */
/* The report and the status of a run, in all their renderings. */

#include "tests/support/json_of.h"
#include "tests/support/run_of.h"
#include "wtorch/core/report.h"

static const struct wt_report_opts opts = { .state_dir = "/src/app/.git/wtorch/runs/r1",
					    .cwd = "/src/app" };

/* Three landed, one conflict, one failure with its dependent. */
static void make_run(struct run *r)
{
	run_of(r, "65, 66, 67<65, 70, 71, 72<71");
	r->plan.tasks[0].task.title = "Recipe management";
	r->plan.tasks[3].task.title = "CLI improvements";
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_PLANNED, .run = "20261121-101500-a1b2" });
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .pid = 77 });
	start(r, "65");
	start(r, "66");
	r->now_ms += 60000;
	work(r, "65");
	land(r, "65");
	work(r, "66");
	land(r, "66");
	tell_plain(r, WT_EV_ROADMAP_MARKED, "65");
	start(r, "67");
	start(r, "70");
	start(r, "71");
	r->now_ms += 60000;
	work(r, "67");
	land(r, "67");
	work(r, "70");
	conflict(r, "70", "src/cli.c", "65");
	fail_task(r, "71", "agent ended with status 1");
	check_skip(r, "skip 72: needs 71, which failed");
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .code = 3, .reason = "partial" });
}

static void test_report__text_says_what_became_of_each_task_and_what_to_type(void **unused)
{
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	make_run(&r);
	wt_report_render_text(wt_sched_state(r.s), &opts, &out);
	check_str(out.data,
		  " 6 tasks: 3 merged, 1 conflict, 1 failed, 1 skipped \xC2\xB7 2m (sequential 5m, "
		  "2.5x)\n"
		  "\n"
		  " 65 Recipe management  merged 0436350\n"
		  " 66 Title of 66        merged 0436360\n"
		  " 67 Title of 67        merged 0436370\n"
		  " 70 CLI improvements   conflict in src/cli.c with 65; main is untouched\n"
		  "      cd ../app-wt70 && git merge main     mend, commit, then: wtorch merge 70\n"
		  " 71 Title of 71        failed: agent ended with status 1\n"
		  "      wtorch logs 71     wtorch retry 71\n"
		  " 72 Title of 72        skipped: needs 71, which failed\n"
		  "\n"
		  " roadmap: 1 marked complete \xC2\xB7 wtorch report --format markdown\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static size_t double_width(struct wt_str text)
{
	size_t n = 0;
	uint32_t rune;

	while (wt_text_next_rune(&text, &rune))
		n += rune >= 0x1100 ? 2 : 1;
	return n;
}

/* No line is wider than a terminal, but for commands, which are never cut. */
static void check_lines(const char *text)
{
	struct wt_str rest = wt_str_of(text), line;

	while (wt_str_next(&rest, "\n", &line)) {
		if (double_width(line) > 79 && !wt_str_starts(line, "wtorch "))
			fail_msg("too wide: %.*s", (int)line.len, line.data);
	}
}

static void test_report__text_fits_80_columns_whatever_the_titles(void **unused)
{
	struct wt_report_opts o = { .width = double_width, .is_ascii = true };
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	run_of(&r, "a, b, "
		   "a_very_long_id_that_nobody_would_type_but_that_the_contract_allows_00");
	r.plan.tasks[0].task.title = "\xE9\x80\x9A\xE7\x9F\xA5\xE3\x82\xB7\xE3\x82\xB9"
				     "\xE3\x83\x86\xE3\x83\xA0\xE9\x80\x9A\xE7\x9F\xA5"
				     "\xE3\x82\xB7\xE3\x82\xB9\xE3\x83\x86\xE3\x83\xA0"
				     "\xE9\x80\x9A\xE7\x9F\xA5\xE3\x82\xB7\xE3\x82\xB9";
	r.plan.tasks[1].task.title = "bell \x07 and a word that goes on for a good while longer";
	start(&r, "a");
	fail_task(&r, "a",
		  "a reason with many words that has to be broken into several lines, and a "
		  "wordthatissolongthatitfitsonnolineatallandhastobebrokenwhereverthelineends");
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	check_lines(out.data);
	assert_null(strchr(out.data, '\x07'));
	assert_null(strstr(out.data, "\xC2\xB7"));
	check_contains(out.data, " b");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__nothing_started_is_said_with_its_one_cause(void **unused)
{
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_FAILED,
				    .task = "a",
				    .attempt = 1,
				    .reason = "'claude' is not on PATH" });
	wt_report_render_text(wt_sched_state(r.s), &opts, &out);
	check_contains(out.data, " no instance could be started: 'claude' is not on PATH\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__next_steps_quote_what_a_shell_would_split(void **unused)
{
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	r.plan.tasks[0].worktree = "/src/it's here/wt";
	start(&r, "a");
	work(&r, "a");
	conflict(&r, "a", "x", NULL);
	wt_report_next_steps(wt_sched_state(r.s), 0, &out);
	check_str(out.data, "cd '/src/it'\\''s here/wt' && git merge main\nwtorch merge a\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__every_state_has_its_next_step(void **unused)
{
	static const struct {
		enum wt_outcome outcome;
		const char *steps;
	} cases[] = {
		{ WT_OUTCOME_FAILED, "wtorch logs a\nwtorch retry a\n" },
		{ WT_OUTCOME_TIMEOUT, "wtorch logs a\nwtorch retry a\n" },
		{ WT_OUTCOME_STOPPED, "wtorch retry a\n" },
		{ WT_OUTCOME_NO_CHANGES, "wtorch logs a\n" },
		{ WT_OUTCOME_KEPT, "wtorch diff a\nwtorch merge a\n" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_buf out = WT_BUF_INIT;
		struct run r;

		run_of(&r, "a");
		start(&r, "a");
		leave(&r, "a", "exit", 0);
		end(&r, "a", cases[i].outcome, NULL);
		wt_report_next_steps(wt_sched_state(r.s), 0, &out);
		check_str(out.data, cases[i].steps);
		wt_buf_clear(&out);
		run_clear(&r);
	}
}

static const struct wt_json *render_json(struct run *r)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };
	const struct wt_json *doc;

	wt_report_render_json(wt_sched_state(r->s), &opts, &w);
	doc = json_of(&r->arena, out.data);
	wt_buf_clear(&out);
	return doc;
}

static void test_report__json_has_the_fields_of_the_contract(void **unused)
{
	static const char *const fields[] = {
		"run.id",
		"run.master_issue",
		"run.started_at",
		"run.ended_at",
		"run.prs_created",
		"run.follow_up_issues",
		"run.worktrees_created",
		"totals.tasks",
		"totals.merged",
		"totals.failed",
		"totals.conflicts",
		"totals.skipped",
		"tasks.0.id",
		"tasks.0.title",
		"tasks.0.state",
		"tasks.0.batch",
		"tasks.0.branch",
		"tasks.0.files_changed",
		"tasks.0.merge_oid",
		"tasks.0.pr",
		"tasks.0.issue",
		"tasks.0.attempts",
		"tasks.0.rounds",
		"tasks.0.duration_s",
		"tasks.0.gates",
		"tasks.0.conflicts",
		"tasks.0.error",
		"tasks.0.next_step",
		"tasks.0.log",
		"tasks.0.tokens",
		"tasks.0.cost_usd",
		"batches.0.batch",
		"batches.0.parallel",
		"batches.0.tasks",
		"batches.0.status",
		"batches.0.started_at",
		"batches.0.duration_s",
		"batches.0.sequential_s",
		"batches.0.estimate_s",
		"conflicts_resolved",
		"final_status",
		"metrics.duration_s",
		"metrics.sequential_s",
		"metrics.speedup",
		"metrics.parallel_efficiency",
		"metrics.velocity_increase",
		"metrics.parallelization_rate",
		"metrics.agent_utilization",
		"metrics.gate_coverage",
		"metrics.first_pass_rate",
		"metrics.merge_rate",
		"metrics.failure_rate",
		"metrics.planning_s",
		"metrics.launch_s",
		"metrics.integration_s",
		"metrics.avg_attempt_s",
		"metrics.retries",
		"metrics.peak_instances",
		"metrics.peak_memory_bytes",
		"metrics.cpu_s",
		"metrics.cost_usd",
		"metrics.api_calls",
	};
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	make_run(&r);
	doc = render_json(&r);
	check_str(json_at(doc, "schema")->string, "wtorch.report/1");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_at(doc, fields[i]);
	run_clear(&r);
}

static void test_report__json_figures_are_right(void **unused)
{
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	make_run(&r);
	doc = render_json(&r);
	check_int(json_at(doc, "totals.tasks")->number, 6);
	check_int(json_at(doc, "totals.merged")->number, 3);
	check_int(json_at(doc, "totals.failed")->number, 1);
	check_int(json_at(doc, "totals.conflicts")->number, 1);
	check_int(json_at(doc, "totals.skipped")->number, 1);
	check_int(json_at(doc, "metrics.duration_s")->number, 120);
	check_int(json_at(doc, "metrics.sequential_s")->number, 300);
	assert_true(json_at(doc, "metrics.speedup")->number == 2.5);
	assert_true(json_at(doc, "metrics.velocity_increase")->number == 1.5);
	assert_true(json_at(doc, "metrics.parallelization_rate")->number == 1.0);
	assert_true(json_at(doc, "metrics.merge_rate")->number == 0.5);
	assert_true(json_at(doc, "metrics.first_pass_rate")->number == 0.6);
	check_int(json_at(doc, "metrics.peak_instances")->number, 3);
	check_int(json_at(doc, "metrics.avg_attempt_s")->number, 60);
	check_str(json_at(doc, "tasks.3.conflicts.0.path")->string, "src/cli.c");
	check_str(json_at(doc, "tasks.3.conflicts.0.tasks.0")->string, "65");
	check_str(json_at(doc, "tasks.4.error")->string, "agent ended with status 1");
	check_str(json_at(doc, "tasks.4.next_step")->string, "wtorch logs 71\nwtorch retry 71");
	check_str(json_at(doc, "tasks.4.log")->string,
		  "/src/app/.git/wtorch/runs/r1/71/1/agent.log");
	check_int(json_at(doc, "tasks.5.duration_s")->kind, WT_JSON_NULL);
	check_str(json_at(doc, "batches.0.status")->string, "partial");
	check_int(wt_json_count(json_at(doc, "batches.0.tasks")), 6);
	check_int(json_at(doc, "batches.0.duration_s")->number, 120);
	check_str(json_at(doc, "final_status")->string, "partial");
	run_clear(&r);
}

static void test_report__fresh_run_divides_by_nothing(void **unused)
{
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	doc = render_json(&r);
	check_int(json_at(doc, "metrics.speedup")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "metrics.velocity_increase")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "metrics.first_pass_rate")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "final_status")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "batches.0.status")->kind, WT_JSON_NULL);
	run_clear(&r);
	run_of(&r, "");
	doc = render_json(&r);
	check_int(json_at(doc, "metrics.merge_rate")->kind, WT_JSON_NULL);
	run_clear(&r);
}

static void test_report__yaml_is_the_same_document_with_careful_quotes(void **unused)
{
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	make_run(&r);
	r.plan.tasks[0].task.title = "yes";
	r.plan.tasks[1].task.title = "key: value # \"no\"\\ \xC2\x85 comment\n";
	wt_report_render_yaml(wt_sched_state(r.s), &opts, &out);
	check_contains(out.data, "report:\n"
				 "  schema: wtorch.report/1\n"
				 "  run:\n"
				 "    id: \"20261121-101500-a1b2\"\n"
				 "    master_issue: null\n");
	check_contains(out.data, "    follow_up_issues: []\n");
	check_contains(out.data, "  tasks:\n"
				 "    - id: \"65\"\n"
				 "      title: \"yes\"\n"
				 "      state: merged\n"
				 "      batch: 1\n");
	check_contains(out.data, "title: \"key: value # \\\"no\\\"\\\\ \\u0085 comment\\n\"\n");
	check_contains(out.data, "      conflicts:\n"
				 "        - path: src/cli.c\n"
				 "          tasks:\n"
				 "            - \"65\"\n"
				 "          decided_by: null\n"
				 "          kind: content\n"
				 "      notes: []\n"
				 "      error: merge conflict\n");
	check_contains(out.data, "\n      next_step: \"wtorch logs 71\\nwtorch retry 71\"\n");
	check_contains(out.data, "\n    speedup: 2.5\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__markdown_is_a_table_and_commands(void **unused)
{
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	make_run(&r);
	r.plan.tasks[1].task.title = "a | b <script> #12 *x*";
	wt_report_render_markdown(wt_sched_state(r.s), &opts, &out);
	check_contains(out.data, "# wtorch run 20261121-101500-a1b2\n\n**partial**: 6 tasks: ");
	check_contains(out.data, "| 65 | Recipe management | merged 0436350 | 2 | 1 | 1m |\n");
	check_contains(out.data, "| 66 | a \\| b &#60;script&#62; \\#12 \\*x\\* | ");
	check_contains(out.data, "```sh\ncd ../app-wt70 && git merge main\nwtorch merge 70\n\n"
				 "wtorch logs 71\nwtorch retry 71\n```\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__time_goes_on_while_the_run_does(void **unused)
{
	struct wt_report_opts o = { .now_wall_ms = 1700000000000 + 31000 };
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	start(&r, "a");
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	check_contains(out.data, " 2 tasks: 2 unfinished \xC2\xB7 30s\n");
	check_contains(out.data, " a Title of a  working\n");
	wt_buf_reset(&out);
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STOPPED });
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	check_contains(out.data, "wtorch resume goes on");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__status_shows_each_task_as_it_is(void **unused)
{
	struct wt_live live[3] = {
		{ .progress_percent = 40,
		  .message = "writing tests",
		  .cpu_ms = 2500,
		  .rss_bytes = 1000,
		  .witness = { .has_looked = true,
			       .is_alive = true,
			       .holds = true,
			       .looked_at = "process 100",
			       .state = WT_WORKING } },
		{ .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1, .reason = "for a" },
		{ .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1 }
	};
	struct wt_load load = { 64, 41, -1, -1 };
	struct wt_status_opts o = { .now_wall_ms = 1700000000000 + 31000,
				    .live = live,
				    .load = &load,
				    .orchestrator_alive = true };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	run_plan(&r, "a, b<a, c");
	r.plan.tasks[2].is_selected = false;
	r.plan.limits.cpu_max = 80;
	run_begin(&r, true);
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_PLANNED, .run = "r1" });
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .pid = 77 });
	start(&r, "a");
	wt_status_render_json(wt_sched_state(r.s), &o, &w);
	doc = json_of(&r.arena, out.data);
	check_str(json_at(doc, "schema")->string, "wtorch.status/1");
	check_str(json_at(doc, "run.state")->string, "running");
	check_int(json_at(doc, "run.pid")->number, 77);
	check_int(json_at(doc, "resources.cpu_percent")->number, 64);
	check_int(json_at(doc, "resources.pressure")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "resources.limits.cpu_max")->number, 80);
	check_int(wt_json_count(json_at(doc, "instances")), 2);
	check_str(json_at(doc, "instances.0.state")->string, "working");
	check_int(json_at(doc, "instances.0.pid")->number, 100);
	check_int(json_at(doc, "instances.0.elapsed_s")->number, 30);
	check_int(json_at(doc, "instances.0.progress_percent")->number, 40);
	assert_true(json_at(doc, "instances.0.cpu_s")->number == 2.5);
	check_str(json_at(doc, "instances.0.witness.event")->string, "agent_started");
	check_int(json_at(doc, "instances.0.witness.seq")->number, 6);
	check_str(json_at(doc, "instances.0.witness.looked_at")->string, "process 100");
	assert_true(json_at(doc, "instances.0.witness.holds")->boolean);
	check_int(json_at(doc, "instances.0.witness.problem")->kind, WT_JSON_NULL);
	check_str(json_at(doc, "instances.1.witness.event")->string, "run_planned");
	check_int(json_at(doc, "instances.1.witness.seq")->number, 1);
	check_int(json_at(doc, "instances.1.witness.holds")->kind, WT_JSON_NULL);
	check_str(json_at(doc, "instances.1.reason")->string, "for a");
	check_int(json_at(doc, "instances.1.progress_percent")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "instances.1.elapsed_s")->kind, WT_JSON_NULL);
	wt_buf_clear(&out);
	run_clear(&r);
}

static void check_pulse(const struct wt_pulse *pulse, const char *state, const char *verdict,
			const char *reason)
{
	struct wt_live live = { .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1 };
	struct wt_status_opts o = { .now_wall_ms = 1700000000000 + 31000,
				    .now_ms = 500000,
				    .live = &live };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };
	const struct wt_json *doc;
	struct run r;

	run_of(&r, "a");
	start(&r, "a");
	live.pulse = *pulse;
	wt_status_render_json(wt_sched_state(r.s), &o, &w);
	doc = json_of(&r.arena, out.data);
	check_str(json_at(doc, "instances.0.state")->string, state);
	check_str(json_at(doc, "instances.0.verdict")->string, verdict);
	if (reason)
		check_str(json_at(doc, "instances.0.reason")->string, reason);
	else
		check_int(json_at(doc, "instances.0.reason")->kind, WT_JSON_NULL);
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_report__status_shows_what_is_known_of_a_living_agent(void **unused)
{
	(void)unused;
	check_pulse(&(struct wt_pulse){ .kind = WT_PULSE_WORKING }, "working", "working", NULL);
	check_pulse(&(struct wt_pulse){ .kind = WT_PULSE_QUIET, .since_ms = 380000 }, "working",
		    "quiet", "no output 2m");
	check_pulse(&(struct wt_pulse){ WT_PULSE_STALLED, 440000, 530000 }, "stalled", "stalled",
		    "idle 1m, ends in 30s");
	check_pulse(&(struct wt_pulse){ .kind = WT_PULSE_FINISHED, .since_ms = 600000 }, "working",
		    "finished", "done, not exited");
}

static void test_report__status_shows_no_work_that_nobody_does(void **unused)
{
	struct wt_live live = { .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1 };
	struct wt_status_opts o = { .now_wall_ms = 1700000000000 + 31000, .live = &live };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	live.witness = (struct wt_witness){ .has_looked = true,
					    .looked_at = "process 100: gone",
					    .problem = "its process is gone",
					    .state = WT_STOPPED };
	wt_status_render_json(wt_sched_state(r.s), &o, &w);
	doc = json_of(&r.arena, out.data);
	check_str(json_at(doc, "instances.0.state")->string, "stopped");
	check_int(json_at(doc, "instances.0.pid")->kind, WT_JSON_NULL);
	check_int(json_at(doc, "instances.0.elapsed_s")->kind, WT_JSON_NULL);
	check_str(json_at(doc, "instances.0.reason")->string, "its process is gone");
	check_str(json_at(doc, "instances.0.witness.event")->string, "agent_started");
	assert_false(json_at(doc, "instances.0.witness.holds")->boolean);
	check_str(json_at(doc, "instances.0.witness.problem")->string, "its process is gone");
	wt_buf_clear(&out);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report__status_shows_what_is_known_of_a_living_agent),
		cmocka_unit_test(test_report__status_shows_no_work_that_nobody_does),
		cmocka_unit_test(test_report__text_says_what_became_of_each_task_and_what_to_type),
		cmocka_unit_test(test_report__text_fits_80_columns_whatever_the_titles),
		cmocka_unit_test(test_report__nothing_started_is_said_with_its_one_cause),
		cmocka_unit_test(test_report__next_steps_quote_what_a_shell_would_split),
		cmocka_unit_test(test_report__every_state_has_its_next_step),
		cmocka_unit_test(test_report__json_has_the_fields_of_the_contract),
		cmocka_unit_test(test_report__json_figures_are_right),
		cmocka_unit_test(test_report__fresh_run_divides_by_nothing),
		cmocka_unit_test(test_report__yaml_is_the_same_document_with_careful_quotes),
		cmocka_unit_test(test_report__markdown_is_a_table_and_commands),
		cmocka_unit_test(test_report__time_goes_on_while_the_run_does),
		cmocka_unit_test(test_report__status_shows_each_task_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
