/* SPDX-License-Identifier: MIT */
/* The server of tests/github for tests of the adapter. */

#include "tests/support/adapter_github.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	pid_t pid;
	int port;
	char dir[256];
} server;

static bool read_port(void)
{
	char path[300];
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "%s/port", server.dir);
	f = fopen(path, "r");
	ok = f && fscanf(f, "%d", &server.port) == 1;
	if (f)
		fclose(f);
	return ok;
}

int github_start(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(server.dir, sizeof server.dir, "%s/wt-github-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(server.dir));
	server.pid = fork();
	assert_true(server.pid >= 0);
	if (server.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("python3", "python3", WTORCH_SOURCE_DIR "/tests/github/server.py", "serve",
		       server.dir, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; !read_port(); i++) {
		if (i == 3000 || waitpid(server.pid, NULL, WNOHANG) == server.pid)
			fail_msg("tests/github/server.py does not start: is python3 there?");
		usleep(10000);
	}
	return 0;
}

int github_stop(void **state)
{
	char command[600];

	(void)state;
	kill(server.pid, SIGKILL);
	waitpid(server.pid, NULL, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", server.dir);
	return system(command);
}

/* clocks */

static int64_t mono_ms(void *self)
{
	struct github *g = self;

	return g->real.mono_ms(g->real.self) + g->ahead_ms;
}

static int64_t wall_ms(void *self)
{
	struct github *g = self;

	return g->real.wall_ms(g->real.self);
}

static void sleep_ms(void *self, int64_t ms)
{
	struct github *g = self;

	g->slept_ms += ms;
	if (g->is_hasty)
		g->ahead_ms += ms;
	else
		g->real.sleep(g->real.self, ms);
}

static bool should_stop(void *arg)
{
	struct github *g = arg;

	return g->stops_after && --g->stops_after == 0;
}

static void waiting(void *arg, int64_t left_ms, const char *why)
{
	struct github *g = arg;

	assert_true(left_ms > 0);
	g->told++;
	snprintf(g->why, sizeof g->why, "%s", why);
}

/* one test */

int github_begin(void **state)
{
	struct github *g = calloc(1, sizeof *g);
	struct wt_forge_opts opts;

	*state = g;
	g->port = server.port;
	wt_clock_posix(&g->real);
	g->clock = (struct wt_clock){
		.self = g, .mono_ms = mono_ms, .wall_ms = wall_ms, .sleep = sleep_ms
	};
	wt_net_curl_open(&g->net);
	github_tell(g, "reset", "{}");
	opts = github_opts(g);
	github_open(g, &opts);
	return 0;
}

int github_end(void **state)
{
	struct github *g = *state;
	const struct wt_json *bad = g->is_bad ? NULL : github_ask(g, "bad");
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };
	bool is_good = wt_json_count(bad) == 0;

	if (!is_good) {
		wt_jsonw_value(&w, bad);
		print_error("requests against the rules: %s\n", text.data);
	}
	wt_buf_clear(&text);
	wt_forge_github_close(&g->forge);
	wt_net_curl_close(&g->net);
	wt_arena_clear(&g->a);
	free(g);
	return is_good ? 0 : -1;
}

struct wt_forge_opts github_opts(struct github *g)
{
	static const struct wt_reader reader = { .json = wt_json_cjson };

	return (struct wt_forge_opts){ .net = &g->net,
				       .clock = &g->clock,
				       .reader = &reader,
				       .api_url = wt_arena_printf(&g->a, "http://127.0.0.1:%d",
								  g->port),
				       .api_version = "2022-11-28",
				       .owner = "octo",
				       .name = "app",
				       .token = GITHUB_TOKEN,
				       .wait_max_ms = 600000,
				       .should_stop = should_stop,
				       .waiting = waiting,
				       .arg = g };
}

void github_open(struct github *g, const struct wt_forge_opts *opts)
{
	wt_forge_github_close(&g->forge);
	check_ok(wt_forge_github_open(opts, &g->forge, &g->err), g->err);
}

static const struct wt_json *exchange(struct github *g, const char *what, const char *method,
				      const char *text)
{
	struct wt_net_request req = { .method = method,
				      .url = wt_arena_printf(&g->a, "http://127.0.0.1:%d/_test/%s",
							     g->port, what),
				      .body = { text, text ? strlen(text) : 0 } };
	struct wt_net_reply reply;
	const struct wt_json *doc = NULL;

	g->net.request(g->net.self, &req, NULL, NULL, &g->a, &reply);
	if (reply.end != WT_NET_ANSWERED || reply.status != 200)
		fail_msg("_test/%s %s: %d %s", what, text ? text : "", reply.status,
			 reply.why ? reply.why : reply.body.data);
	check_ok(wt_json_cjson(&g->a, reply.body, &doc, &g->err), g->err);
	return doc;
}

void github_tell(struct github *g, const char *what, const char *fmt, ...)
{
	struct wt_buf text = WT_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	for (char *c = text.data; *c; c++)
		if (*c == '\'')
			*c = '"';
	exchange(g, what, "POST", text.data);
	wt_buf_clear(&text);
}

const struct wt_json *github_ask(struct github *g, const char *what)
{
	return exchange(g, what, "GET", NULL);
}

size_t github_count(struct github *g, const char *method)
{
	const struct wt_json *log = github_ask(g, "log");
	size_t n = 0;

	for (const struct wt_json *e = log->child; e; e = e->next)
		n += strcmp(wt_json_text(e, "m", ""), method) == 0;
	return n;
}
