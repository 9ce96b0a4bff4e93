/* SPDX-License-Identifier: MIT */
/* The last message of an agent that was asked something, as it wrote it. */

#include "agent_argv.h"
#include "wtorch/base/path.h"
#include "wtorch/core/agentlog.h"
#include "wtorch/core/verdict.h"
#include "wtorch/port/shim.h"

struct reading {
	const struct wt_reader *reader;
	struct wt_arena line; /* of the line that is read */
};

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct reading *r = arg;
	const struct wt_json *doc = NULL;
	struct wt_error ignored;

	wt_arena_clear(&r->line);
	return r->reader->json(&r->line, line, &doc, &ignored) == WT_OK ? doc : NULL;
}

void wt_agent_read_answer(const struct wt_ports *ports, const struct wt_config *config,
			  const char *agent, const char *dir, struct wt_buf *out)
{
	const struct wt_fs *fs = ports->fs;
	struct wt_arena scratch = { 0 };
	const char *path = wt_path_join(&scratch, dir, WT_SHIM_LOG);
	struct reading r = { .reader = ports->reader };
	struct wt_file_info info = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_agentlog log;
	struct wt_error ignored;
	int64_t from = 0;

	wt_agentlog_init(&log, wt_agent_format(config, agent), parse, &r);
	log.keeps_answer = true;
	if (fs->stat(fs->self, path, &info, &ignored) == WT_OK &&
	    info.size_bytes > WT_MAX_GATE_TEXT)
		from = info.size_bytes - WT_MAX_GATE_TEXT;
	(void)!fs->read_from(fs->self, path, from, WT_MAX_GATE_TEXT, &text, &ignored);
	wt_agentlog_feed(&log, (struct wt_str){ text.data, text.len });
	wt_agentlog_end(&log);
	wt_buf_add(out, log.answer.data, log.answer.len);
	wt_agentlog_clear(&log);
	wt_buf_clear(&text);
	wt_arena_clear(&r.line);
	wt_arena_clear(&scratch);
}
