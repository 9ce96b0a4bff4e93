/* SPDX-License-Identifier: MIT */
/* What an agent tells of itself, read from its log as that grows. */

#include <stdlib.h>
#include <string.h>

#include "agent_argv.h"
#include "wtorch/base/mem.h"
#include "wtorch/core/price.h"
#include "wtorch/port/shim.h"

#define CHUNK_BYTES ((size_t)1 << 20)

struct wt_agent_log {
	const struct wt_fs *fs;
	const struct wt_reader *reader;
	const struct wt_clock *clock;
	struct wt_arena line; /* of the line that is read */
	struct wt_buf path, chunk;
	int64_t at; /* read up to here */
	struct wt_agentlog told;
	struct wt_usage before; /* what of it the agent counts again and is noted already */
	const struct wt_config *config;
	const char *model; /* that it was told; NULL: none */
};

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct wt_agent_log *log = arg;
	const struct wt_json *doc = NULL;
	struct wt_error ignored;

	wt_arena_clear(&log->line);
	return log->reader->json(&log->line, line, &doc, &ignored) == WT_OK ? doc : NULL;
}

/* Where the agent counts all of a conversation again that it takes up, what that has cost. */
static void find_before(const struct wt_run *run, size_t task, struct wt_usage *out)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_spending *spent = &s->conversation;

	if (!s->resume || !s->session || strcmp(s->resume, s->session) != 0 ||
	    !wt_agent_counts_again(run->config, wt_agent_of(run, task)))
		return;
	out->input = spent->tokens_in;
	out->output = spent->tokens_out;
	out->cached = spent->tokens_cached;
}

struct start {
	const char *agent, *model, *dir;
};

static struct wt_agent_log *open_log(const struct wt_run *run, const struct start *of)
{
	enum wt_agentlog_format format = wt_agent_format(run->config, of->agent);
	struct wt_agent_log *log;
	struct wt_file_info info = { 0 };
	struct wt_error ignored;

	if (format == WT_AGENTLOG_TEXT)
		return NULL;
	log = wt_alloc(sizeof *log);
	log->fs = run->ports->fs;
	log->reader = run->ports->reader;
	log->clock = run->ports->clock;
	log->config = run->config;
	log->model = of->model;
	log->path = log->chunk = (struct wt_buf)WT_BUF_INIT;
	wt_buf_printf(&log->path, "%s/%s", of->dir, WT_SHIM_LOG);
	wt_agentlog_init(&log->told, format, parse, log);
	if (log->fs->stat(log->fs->self, log->path.data, &info, &ignored) == WT_OK &&
	    info.size_bytes > WT_MAX_LOG_READ)
		log->at = info.size_bytes - WT_MAX_LOG_READ;
	return log;
}

struct wt_agent_log *wt_agent_log_open(const struct wt_run *run, size_t task, const char *dir)
{
	struct wt_agent_log *log = open_log(
		run, &(struct start){ wt_agent_of(run, task), wt_agent_model_of(run, task), dir });

	if (log)
		find_before(run, task, &log->before);
	return log;
}

struct wt_agent_log *wt_agent_log_open_review(const struct wt_run *run, const char *agent,
					      const char *dir)
{
	const char *model = wt_config_named_text(run->config, "agent", agent, "model");

	return open_log(run, &(struct start){ agent, model, dir });
}

size_t wt_agent_log_read(struct wt_agent_log *log, size_t max)
{
	struct wt_error ignored;
	size_t n = 0;

	while (n < max) {
		size_t want = max - n < CHUNK_BYTES ? max - n : CHUNK_BYTES;

		wt_buf_reset(&log->chunk);
		if (log->fs->read_from(log->fs->self, log->path.data, log->at, want, &log->chunk,
				       &ignored) ||
		    !log->chunk.len)
			break;
		wt_agentlog_feed(&log->told, (struct wt_str){ log->chunk.data, log->chunk.len });
		log->at += (int64_t)log->chunk.len;
		n += log->chunk.len;
	}
	return n;
}

const struct wt_agentlog *wt_agent_log_told(const struct wt_agent_log *log)
{
	return &log->told;
}

struct wt_usage wt_agent_log_usage(const struct wt_agent_log *log)
{
	struct wt_usage usage = log->told.usage;

	if (log->told.is_whole)
		wt_usage_subtract(&usage, &log->before);
	return usage;
}

int64_t wt_agent_log_until(const struct wt_agent_log *log)
{
	int64_t now = log->clock->wall_ms(log->clock->self);

	return wt_agentlog_reset(&log->told, now, log->clock->zone_ms(log->clock->self, now));
}

int64_t wt_agent_log_cost(const struct wt_agent_log *log)
{
	struct wt_usage usage = wt_agent_log_usage(log);
	const char *said = log->told.model.len ? log->told.model.data : NULL;
	struct wt_price price;

	wt_price_find(log->config, log->model ? log->model : said, &price);
	return wt_usage_microusd(&usage, &price);
}

void wt_agent_log_free(struct wt_agent_log *log)
{
	if (!log)
		return;
	wt_agentlog_clear(&log->told);
	wt_arena_clear(&log->line);
	wt_buf_clear(&log->path);
	wt_buf_clear(&log->chunk);
	free(log);
}

static const char *keep(struct wt_arena *a, const struct wt_buf *text)
{
	return text->len ? wt_arena_strdup(a, text->data) : NULL;
}

void wt_agent_log_finish(struct wt_agent_log *log, struct wt_arena *a, struct wt_agent_told *out)
{
	static const char *const words[] = {
		[WT_SAID_NOTHING] = "nothing", [WT_SAID_DONE] = "done", [WT_SAID_FAILED] = "failed"
	};
	const struct wt_agentlog *told;
	struct wt_usage usage;

	*out = (struct wt_agent_told){ 0 };
	if (!log)
		return;
	wt_agent_log_read(log, SIZE_MAX);
	wt_agentlog_end(&log->told);
	told = &log->told;
	usage = wt_agent_log_usage(log);
	*out = (struct wt_agent_told){
		.said = words[told->said],
		.error = told->said == WT_SAID_DONE ? NULL : keep(a, &told->error),
		.session = keep(a, &told->session),
		.model = keep(a, &told->model),
		.tokens_in = usage.input,
		.tokens_out = usage.output,
		.tokens_cached = usage.cached,
		.cost_microusd = wt_agent_log_cost(log),
		.odd = told->odd,
		.stop = told->stop,
		.until_wall_ms = wt_agent_log_until(log),
	};
}
