/* SPDX-License-Identifier: MIT */
/* HTTP against a server of our own on loopback, which does what servers should not. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"

/* "hello" as gzip has it. */
static const unsigned char hello_gz[] = { 0x1f, 0x8b, 8,    0,    0,    0,    0, 0, 0,
					  3,    0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86,
					  0xa6, 0x10, 0x36, 5,    0,    0,    0 };

struct served {
	struct wt_net net;
	struct wt_arena a;
	pid_t pid, other_pid;
	int port, other_port;
};

static bool send_all(int fd, const void *data, size_t n)
{
	return send(fd, data, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool say(int fd, const char *head, const char *word, const char *tail)
{
	return send_all(fd, head, strlen(head)) && send_all(fd, word, strlen(word)) &&
	       send_all(fd, tail, strlen(tail));
}

/* The head and body of one request; false when the client is gone. */
static bool read_request(int fd, char *buf, size_t size)
{
	size_t n = 0, want = 0;

	for (;;) {
		ssize_t got = recv(fd, buf + n, size - 1 - n, 0);
		char *end, *length;

		if (got <= 0)
			return false;
		n += (size_t)got;
		buf[n] = '\0';
		end = strstr(buf, "\r\n\r\n");
		if (!end)
			continue;
		length = strstr(buf, "Content-Length: ");
		want = (size_t)(end - buf) + 4 +
		       (length ? (size_t)strtoul(length + 16, NULL, 10) : 0);
		if (n >= want)
			return true;
	}
}

static void echo(int fd, const char *request)
{
	char head[128];

	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nX-Test: Yes\r\nContent-Length: %zu\r\n\r\n",
		 strlen(request));
	(void)!(send_all(fd, head, strlen(head)) && send_all(fd, request, strlen(request)));
}

/* Goes on until the client leaves. */
static void never_end(int fd, const char *piece, useconds_t pause_us)
{
	(void)!say(fd, "HTTP/1.1 200 OK\r\n", "", "\r\n");
	while (say(fd, piece, "", ""))
		usleep(pause_us);
}

static void answer_gzip(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
				   "Content-Length: 25\r\n\r\n";

	(void)!(send_all(fd, head, strlen(head)) && send_all(fd, hello_gz, sizeof hello_gz));
}

/* What follows the first '?' of the path. */
static void target_of(const char *request, char *out, size_t size)
{
	const char *at = strchr(request, '?');

	snprintf(out, size, "%.*s", at ? (int)strcspn(at + 1, " ") : 0, at ? at + 1 : "");
}

static bool is_for(const char *request, const char *path)
{
	const char *at = strchr(request, ' ');

	return at && strncmp(at + 1, path, strlen(path)) == 0;
}

/* One request of a connection; true: another may follow. */
static bool serve_one(int fd)
{
	char buf[16384], to[1024];

	if (!read_request(fd, buf, sizeof buf))
		return false;
	target_of(buf, to, sizeof to);
	if (is_for(buf, "/moved"))
		say(fd, "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: ", to, "\r\n\r\n");
	else if (is_for(buf, "/kept"))
		say(fd, "HTTP/1.1 307 Kept\r\nContent-Length: 0\r\nLocation: ", to, "\r\n\r\n");
	else if (is_for(buf, "/circle"))
		say(fd, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ", "/circle",
		    "\r\n\r\n");
	else if (is_for(buf, "/cut"))
		return false;
	else if (is_for(buf, "/short"))
		return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "half", ""), false;
	else if (is_for(buf, "/once"))
		return say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok", ""), false;
	else if (is_for(buf, "/drip"))
		never_end(fd, ".", 10000);
	else if (is_for(buf, "/endless"))
		never_end(fd, "................................................................",
			  0);
	else if (is_for(buf, "/silent"))
		while (read_request(fd, buf, sizeof buf))
			;
	else if (is_for(buf, "/gzip"))
		answer_gzip(fd);
	else if (is_for(buf, "/html"))
		say(fd, "HTTP/1.1 502 Bad\r\nContent-Length: 6\r\n\r\n", "<html>", "");
	else
		echo(fd, buf);
	return true;
}

/* Each connection has a process of its own: one that the client keeps open blocks no other. */
static void accept_all(int fd)
{
	signal(SIGCHLD, SIG_IGN);
	for (int c; (c = accept(fd, NULL, NULL)) >= 0; close(c)) {
		if (fork() != 0)
			continue;
		while (serve_one(c))
			;
		_exit(0);
	}
	_exit(0);
}

static pid_t serve(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 16) == 0 &&
		    getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	*port = ntohs(at.sin_port);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		accept_all(fd);
	close(fd);
	return pid;
}

static int begin(void **state)
{
	struct served *s = calloc(1, sizeof *s);

	s->pid = serve(&s->port);
	s->other_pid = serve(&s->other_port);
	wt_net_curl_open(&s->net);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct served *s = *state;

	wt_net_curl_close(&s->net);
	wt_arena_clear(&s->a);
	kill(s->pid, SIGKILL);
	kill(s->other_pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	waitpid(s->other_pid, NULL, 0);
	free(s);
	return 0;
}

static const char *at(struct served *s, const char *path)
{
	return wt_arena_printf(&s->a, "http://127.0.0.1:%d%s", s->port, path);
}

static struct wt_net_reply ask(struct served *s, struct wt_net_request req)
{
	struct wt_net_reply reply;

	if (!req.method)
		req.method = "GET";
	s->net.request(s->net.self, &req, NULL, NULL, &s->a, &reply);
	return reply;
}

static void test_net__gives_status_headers_and_body(void **state)
{
	struct served *s = *state;
	const char *const headers[] = { "Accept: text/x", NULL };
	struct wt_net_reply r =
		ask(s, (struct wt_net_request){ .url = at(s, "/a"), .headers = headers });

	assert_int_equal(r.end, WT_NET_ANSWERED);
	assert_int_equal(r.status, 200);
	assert_string_equal(wt_net_header(&r, "x-test"), "Yes");
	assert_null(wt_net_header(&r, "x-none"));
	assert_non_null(strstr(r.body.data, "GET /a HTTP/1.1"));
	assert_non_null(strstr(r.body.data, "Accept: text/x"));
	assert_non_null(strstr(r.body.data, "User-Agent: wtorch/"));
	assert_null(strstr(r.body.data, "Authorization"));
}

static void test_net__sends_method_body_and_token(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/b"),
								.method = "PATCH",
								.token = "geheim",
								.body = WT_STR("{\"a\":1}") });

	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body.data, "PATCH /b HTTP/1.1"));
	assert_non_null(strstr(r.body.data, "Authorization: Bearer geheim"));
	assert_non_null(strstr(r.body.data, "\r\n\r\n{\"a\":1}"));
	assert_null(strstr(r.body.data, "Expect:"));
}

static void test_net__unpacks_what_is_compressed(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/gzip") });

	assert_int_equal(r.end, WT_NET_ANSWERED);
	assert_string_equal(r.body.data, "hello");
	r = ask(s, (struct wt_net_request){ .url = at(s, "/gzip"), .max_bytes = 4 });
	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	assert_string_equal(r.why, "its answer is too large");
}

static void test_net__gives_an_error_page_as_it_is(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/html") });

	assert_int_equal(r.end, WT_NET_ANSWERED);
	assert_int_equal(r.status, 502);
	assert_string_equal(r.body.data, "<html>");
}

static void test_net__keeps_the_token_from_another_host(void **state)
{
	struct served *s = *state;
	const char *away = wt_arena_printf(&s->a, "/moved?http://127.0.0.1:%d/x", s->other_port);
	struct wt_net_reply r =
		ask(s, (struct wt_net_request){ .url = at(s, away), .token = "geheim" });

	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body.data, "GET /x "));
	assert_null(strstr(r.body.data, "geheim"));
	r = ask(s, (struct wt_net_request){ .url = at(s, "/moved?/y"), .token = "geheim" });
	assert_non_null(strstr(r.body.data, "GET /y "));
	assert_non_null(strstr(r.body.data, "Bearer geheim"));
	assert_string_equal(r.url, at(s, "/y"));
}

static void test_net__follows_a_write_only_where_it_stays_one(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/moved?/z"),
								.method = "POST",
								.body = WT_STR("{}") });

	assert_int_equal(r.status, 301);
	assert_string_equal(wt_net_header(&r, "location"), "/z");
	r = ask(s, (struct wt_net_request){
			   .url = at(s, "/kept?/z"), .method = "POST", .body = WT_STR("{}") });
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body.data, "POST /z "));
	assert_non_null(strstr(r.body.data, "\r\n\r\n{}"));
}

static void test_net__leaves_a_circle_of_redirects(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/kept?") });

	assert_int_equal(r.status, 307);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/circle") });
	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	assert_string_equal(r.why, "too many redirects");
}

static void test_net__stays_with_http(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r =
		ask(s, (struct wt_net_request){ .url = at(s, "/moved?file:///etc/passwd") });

	assert_int_equal(r.status, 301);
	r = ask(s, (struct wt_net_request){ .url = "file:///etc/passwd" });
	assert_int_equal(r.end, WT_NET_UNSENT);
	r = ask(s, (struct wt_net_request){ .url = "nonsense" });
	assert_int_equal(r.end, WT_NET_UNSENT);
}

static void test_net__knows_what_cannot_have_been_sent(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r;

	r = ask(s, (struct wt_net_request){ .url = "http://127.0.0.1:1/", .method = "POST" });
	assert_int_equal(r.end, WT_NET_UNSENT);
	assert_non_null(r.why);
	r = ask(s, (struct wt_net_request){
			   .url = wt_arena_printf(&s->a, "https://127.0.0.1:%d/", s->port),
			   .method = "POST",
			   .deadline_ms = 300 });
	assert_int_equal(r.end, WT_NET_UNSENT);
}

static void test_net__knows_what_may_have_been_done(void **state)
{
	static const char *const paths[] = { "/cut", "/short" };
	struct served *s = *state;

	for (size_t i = 0; i < 2; i++) {
		struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, paths[i]),
									.method = "POST",
									.body = WT_STR("{}") });

		assert_int_equal(r.end, WT_NET_AMBIGUOUS);
		assert_int_equal(r.status, 0);
		assert_non_null(r.why);
	}
}

/* curl would send it again by itself on a connection that it had kept. */
static void test_net__sends_a_write_once(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r = ask(s, (struct wt_net_request){ .url = at(s, "/a") });

	assert_int_equal(r.status, 200);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/cut"), .method = "POST" });
	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/once"), .method = "POST" });
	assert_int_equal(r.status, 200);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/once"), .method = "POST" });
	assert_int_equal(r.status, 200);
}

static void test_net__ends_at_its_deadline_and_its_size(void **state)
{
	struct served *s = *state;
	struct wt_net_reply r =
		ask(s, (struct wt_net_request){ .url = at(s, "/drip"), .deadline_ms = 200 });

	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/silent"), .deadline_ms = 200 });
	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	r = ask(s, (struct wt_net_request){ .url = at(s, "/endless"), .max_bytes = 100000 });
	assert_int_equal(r.end, WT_NET_AMBIGUOUS);
	assert_string_equal(r.why, "its answer is too large");
}

static bool stop_at_once(void *arg)
{
	return ++*(int *)arg > 2;
}

static void test_net__stops_when_asked(void **state)
{
	struct served *s = *state;
	struct wt_net_request req = { .url = at(s, "/silent"), .method = "GET" };
	struct wt_net_reply r;
	int asked = 0;

	s->net.request(s->net.self, &req, stop_at_once, &asked, &s->a, &r);
	assert_int_equal(r.end, WT_NET_CANCELLED);
	assert_string_equal(r.why, "it was stopped");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_net__gives_status_headers_and_body),
		TEST(test_net__sends_method_body_and_token),
		TEST(test_net__unpacks_what_is_compressed),
		TEST(test_net__gives_an_error_page_as_it_is),
		TEST(test_net__keeps_the_token_from_another_host),
		TEST(test_net__follows_a_write_only_where_it_stays_one),
		TEST(test_net__leaves_a_circle_of_redirects),
		TEST(test_net__stays_with_http),
		TEST(test_net__knows_what_cannot_have_been_sent),
		TEST(test_net__knows_what_may_have_been_done),
		TEST(test_net__sends_a_write_once),
		TEST(test_net__ends_at_its_deadline_and_its_size),
		TEST(test_net__stops_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
