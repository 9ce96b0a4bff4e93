/* SPDX-License-Identifier: MIT */
/* What an agent tells: its output cut into lines, and what all formats have in common. */

#include "wtorch/core/agentlog.h"

#include <string.h>

#include "agentlog_priv.h"
#include "wtorch/base/text.h"

#define MAX_MESSAGE 300u
#define MAX_SESSION 100u
#define MAX_MODEL   100u

void wt_agentlog_init(struct wt_agentlog *log, enum wt_agentlog_format format,
		      wt_agentlog_parse *parse, void *arg)
{
	*log = (struct wt_agentlog){ .format = format,
				     .usage = { .cost_usd = -1 },
				     .message = WT_BUF_INIT,
				     .tool = WT_BUF_INIT,
				     .session = WT_BUF_INIT,
				     .error = WT_BUF_INIT,
				     .model = WT_BUF_INIT,
				     .answer = WT_BUF_INIT,
				     .parse = parse,
				     .arg = arg,
				     .line = WT_BUF_INIT,
				     .round_name = WT_BUF_INIT };
}

void wt_agentlog_clear(struct wt_agentlog *log)
{
	wt_buf_clear(&log->message);
	wt_buf_clear(&log->tool);
	wt_buf_clear(&log->session);
	wt_buf_clear(&log->error);
	wt_buf_clear(&log->model);
	wt_buf_clear(&log->answer);
	wt_buf_clear(&log->line);
	wt_buf_clear(&log->round_name);
}

/* what the parsers tell */

static void set_text(struct wt_buf *to, struct wt_str s)
{
	s = wt_str_trim(s);
	if (s.len > MAX_MESSAGE) {
		s.len = MAX_MESSAGE;
		while (s.len && ((unsigned char)s.data[s.len] & 0xC0u) == 0x80u)
			s.len--; /* not in the middle of a character */
	}
	if (!s.len)
		return;
	wt_buf_reset(to);
	wt_text_render_safe(to, s);
}

void wt_agentlog_message(struct wt_agentlog *log, const char *text)
{
	set_text(&log->message, wt_str_of(text));
	if (log->keeps_answer && text && *text) {
		wt_buf_reset(&log->answer);
		wt_buf_puts(&log->answer, text);
	}
	log->stop = WT_PROVIDER_ANSWERS; /* it went on */
}

void wt_agentlog_tool(struct wt_agentlog *log, const char *name)
{
	wt_buf_reset(&log->tool);
	set_text(&log->tool, wt_str_of(name));
}

void wt_agentlog_model(struct wt_agentlog *log, const char *name)
{
	/* "<synthetic>" stands where claude writes a message itself. */
	if (name && *name != '<' && strlen(name) <= MAX_MODEL)
		set_text(&log->model, wt_str_of(name));
}

void wt_agentlog_session(struct wt_agentlog *log, const char *id)
{
	size_t len = id ? strlen(id) : 0;

	if (len == 0 || len > MAX_SESSION || id[0] == '-')
		return;
	for (size_t i = 0; i < len; i++) {
		char lower = (char)(id[i] | 0x20);

		if (!(lower >= 'a' && lower <= 'z') && !(id[i] >= '0' && id[i] <= '9') &&
		    id[i] != '-' && id[i] != '_')
			return;
	}
	wt_buf_reset(&log->session);
	wt_buf_add(&log->session, id, len);
}

void wt_agentlog_done(struct wt_agentlog *log)
{
	log->said = WT_SAID_DONE;
	log->stop = WT_PROVIDER_ANSWERS;
	wt_buf_reset(&log->tool);
	wt_buf_reset(&log->error);
}

void wt_agentlog_failed(struct wt_agentlog *log, const char *why)
{
	log->said = WT_SAID_FAILED;
	wt_buf_reset(&log->tool);
	wt_agentlog_trouble(log, why);
}

void wt_agentlog_trouble(struct wt_agentlog *log, const char *why)
{
	set_text(&log->error, wt_str_of(why));
	wt_agentlog_find_stop(log, wt_str_of(why));
}

int64_t wt_agentlog_count(struct wt_agentlog *log, const struct wt_json *object, const char *name)
{
	const struct wt_json *v = wt_json_find(object, name);

	if (!v || v->kind == WT_JSON_NULL)
		return 0;
	if (v->kind == WT_JSON_NUMBER && v->number >= 0 && v->number <= (double)WT_MAX_TOKENS)
		return (int64_t)v->number;
	if (!log->odd)
		log->odd = v->kind == WT_JSON_NUMBER ? "a count of tokens that cannot be"
						     : "a count of tokens that is no number";
	return 0;
}

double wt_agentlog_cost(struct wt_agentlog *log, const struct wt_json *object, const char *name)
{
	const struct wt_json *v = wt_json_find(object, name);

	if (!v || v->kind == WT_JSON_NULL)
		return -1;
	if (v->kind == WT_JSON_NUMBER && v->number >= 0 && v->number <= WT_MAX_COST)
		return v->number;
	if (!log->odd)
		log->odd = v->kind == WT_JSON_NUMBER ? "a cost that cannot be"
						     : "a cost that is no number";
	return -1;
}

static int64_t sum(int64_t a, int64_t b)
{
	return a + b > WT_MAX_TOKENS ? WT_MAX_TOKENS : a + b;
}

void wt_agentlog_add(struct wt_usage *to, const struct wt_usage *more)
{
	to->input = sum(to->input, more->input);
	to->output = sum(to->output, more->output);
	to->cached = sum(to->cached, more->cached);
	if (more->cost_usd >= 0)
		to->cost_usd = (to->cost_usd > 0 ? to->cost_usd : 0) + more->cost_usd;
	to->is_known |= more->is_known;
}

static int64_t difference(int64_t a, int64_t b)
{
	return a > b ? a - b : 0;
}

void wt_usage_subtract(struct wt_usage *usage, const struct wt_usage *before)
{
	usage->input = difference(usage->input, before->input);
	usage->output = difference(usage->output, before->output);
	usage->cached = difference(usage->cached, before->cached);
}

double wt_usage_cost(const struct wt_usage *usage, const struct wt_price *price)
{
	const double million = 1e6;
	int64_t cached = usage->cached < usage->input ? usage->cached : usage->input;
	double rate = price->cached >= 0 ? price->cached : price->input;
	double cost = 0;

	if (!usage->is_known)
		return -1;
	if ((usage->input > cached && price->input < 0) || (cached && rate < 0) ||
	    (usage->output && price->output < 0))
		return -1;
	if (usage->input > cached)
		cost += (double)(usage->input - cached) * price->input / million;
	if (cached)
		cost += (double)cached * rate / million;
	if (usage->output)
		cost += (double)usage->output * price->output / million;
	return cost;
}

int64_t wt_usage_microusd(const struct wt_usage *usage, const struct wt_price *price)
{
	double cost = usage->cost_usd;

	/* Those that work it out themselves say 0 where they have no price. */
	if (!(cost > 0))
		cost = wt_usage_cost(usage, price);
	if (!(cost >= 0))
		return 0;
	if (cost > WT_MAX_COST)
		cost = WT_MAX_COST;
	return cost * 1e6 < 1 ? 1 : (int64_t)(cost * 1e6 + 0.5);
}

const char *wt_provider_stop_name(enum wt_provider_stop stop)
{
	static const char *const names[] = {
		[WT_PROVIDER_ANSWERS] = NULL,
		[WT_PROVIDER_QUOTA] = "quota",
		[WT_PROVIDER_OVERLOAD] = "overload",
		[WT_PROVIDER_LOGIN] = "login",
	};

	return names[stop];
}

enum wt_provider_stop wt_provider_stop_find(const char *name)
{
	for (int stop = WT_PROVIDER_QUOTA; name && stop <= WT_PROVIDER_LOGIN; stop++)
		if (strcmp(wt_provider_stop_name((enum wt_provider_stop)stop), name) == 0)
			return (enum wt_provider_stop)stop;
	return WT_PROVIDER_ANSWERS;
}

/* lines */

static void take_line(struct wt_agentlog *log)
{
	static agentlog_take *const takers[WT_AGENTLOG_FORMATS] = {
		[WT_AGENTLOG_CLAUDE] = wt_agentlog_take_claude,
		[WT_AGENTLOG_CODEX] = wt_agentlog_take_codex,
		[WT_AGENTLOG_GEMINI] = wt_agentlog_take_gemini,
		[WT_AGENTLOG_OPENCODE] = wt_agentlog_take_opencode,
		[WT_AGENTLOG_CLINE] = wt_agentlog_take_cline,
	};
	struct wt_str line = wt_str_trim((struct wt_str){ log->line.data, log->line.len });
	agentlog_take *take = takers[log->format];
	const struct wt_json *event = NULL;

	if (take && line.len && line.data[0] == '{') {
		if (!log->is_cut)
			event = log->parse(log->arg, line);
		if (event && event->kind == WT_JSON_OBJECT)
			take(log, event);
		return;
	}
	/* Of a program with events the rest is noise, but that is where some say why their
	 * provider refuses them. Where all is text, a model may merely write of such things. */
	if (take)
		wt_agentlog_find_stop(log, line);
	else
		set_text(&log->message, line);
}

static void end_line(struct wt_agentlog *log)
{
	if (log->line.len)
		take_line(log);
	wt_buf_reset(&log->line);
	log->is_cut = false;
}

void wt_agentlog_feed(struct wt_agentlog *log, struct wt_str bytes)
{
	while (bytes.len) {
		const char *end = memchr(bytes.data, '\n', bytes.len);
		size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
		size_t room = WT_MAX_AGENT_LINE - log->line.len;

		log->is_cut |= len > room;
		wt_buf_add(&log->line, bytes.data, len < room ? len : room);
		if (!end)
			return;
		end_line(log);
		bytes.data += len + 1;
		bytes.len -= len + 1;
	}
}

void wt_agentlog_end(struct wt_agentlog *log)
{
	end_line(log);
}
