/* SPDX-License-Identifier: MIT */
/* What an agent told of itself, read from its log when it has ended. */

#include "agent_argv.h"
#include "wtorch/base/path.h"
#include "wtorch/core/agentlog.h"

#define CHUNK_BYTES ((size_t)1 << 20)

struct parsing {
	const struct wt_reader *reader;
	struct wt_arena arena; /* of the line that is read */
};

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct parsing *p = arg;
	const struct wt_json *doc = NULL;
	struct wt_error ignored;

	wt_arena_clear(&p->arena);
	return p->reader->json(&p->arena, line, &doc, &ignored) == WT_OK ? doc : NULL;
}

static void read_log(const struct wt_fs *fs, const char *path, struct wt_agentlog *log)
{
	struct wt_file_info info = { 0 };
	struct wt_buf chunk = WT_BUF_INIT;
	struct wt_error ignored;
	int64_t at = 0;

	if (fs->stat(fs->self, path, &info, &ignored) == WT_OK && info.size_bytes > WT_MAX_LOG_READ)
		at = info.size_bytes - WT_MAX_LOG_READ;
	while (fs->read_from(fs->self, path, at, CHUNK_BYTES, &chunk, &ignored) == WT_OK &&
	       chunk.len) {
		wt_agentlog_feed(log, (struct wt_str){ chunk.data, chunk.len });
		at += (int64_t)chunk.len;
		wt_buf_reset(&chunk);
	}
	wt_agentlog_end(log);
	wt_buf_clear(&chunk);
}

static const char *keep(struct wt_arena *a, const struct wt_buf *text)
{
	return text->len ? wt_arena_strdup(a, text->data) : NULL;
}

void wt_agent_read_told(const struct wt_ports *ports, struct wt_arena *a,
			const struct wt_config *config, const char *agent, const char *dir,
			struct wt_agent_told *out)
{
	static const char *const words[] = {
		[WT_SAID_NOTHING] = "nothing", [WT_SAID_DONE] = "done", [WT_SAID_FAILED] = "failed"
	};
	struct parsing p = { .reader = ports->reader };
	struct wt_agentlog log;
	enum wt_agentlog_format format = wt_agent_format(config, agent);

	*out = (struct wt_agent_told){ 0 };
	if (format == WT_AGENTLOG_TEXT)
		return;
	wt_agentlog_init(&log, format, parse, &p);
	read_log(ports->fs, wt_path_join(a, dir, "agent.log"), &log);
	*out = (struct wt_agent_told){
		.said = words[log.said],
		.error = log.said == WT_SAID_DONE ? NULL : keep(a, &log.error),
		.session = keep(a, &log.session),
		.tokens_in = log.usage.input,
		.tokens_out = log.usage.output,
		.tokens_cached = log.usage.cached,
		.cost_microusd = log.usage.cost_usd > 0 ? (int64_t)(log.usage.cost_usd * 1e6) : 0,
		.odd = log.odd,
	};
	wt_agentlog_clear(&log);
	wt_arena_clear(&p.arena);
}
