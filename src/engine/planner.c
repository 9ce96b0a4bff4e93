/* SPDX-License-Identifier: MIT */
/* Asks the planner command. */

#include "wtorch/engine/planner.h"

#include <inttypes.h>
#include <string.h>

#include "wtorch/engine/cache.h"

#define CACHE      "planner.json"
#define MAX_ANSWER (4u << 20)
#define MAX_SHOWN  120u /* bytes of what it said when it failed */

struct asking {
	const struct wt_ports *ports;
	const struct wt_config *config;
	const struct wt_plan *plan;
	struct wt_arena *arena;
	struct wt_arena scratch;
	struct wt_evidence *out;
	struct wt_diags *diags;
	const char *key;
};

bool wt_planner_is_configured(const struct wt_config *config)
{
	size_t n = 0;

	return wt_config_list(config, "plan.planner", &n) && n;
}

/* FNV-1a. Answers are told apart by it, not proven. */
static uint64_t digest(uint64_t h, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)data[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* What the answer depends on: the question, which names the tip, and who is asked. */
static const char *key_of(struct asking *a, const struct wt_buf *question)
{
	const char *command = wt_config_text(a->config, "plan.planner");
	uint64_t h = digest(UINT64_C(0xcbf29ce484222325), question->data, question->len);
	uint64_t g = digest(~h, question->data, question->len);

	return wt_arena_printf(&a->scratch, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 " %zu", h, g,
			       digest(h, command, strlen(command)), question->len);
}

static bool take_kept(struct asking *a)
{
	const struct wt_json *kept = wt_cache_load(a->ports, CACHE, &a->scratch);
	struct wt_error ignored;

	return strcmp(wt_json_text(kept, "key", ""), a->key) == 0 &&
	       wt_answer_parse(a->arena, wt_json_find(kept, "answer"), a->plan, a->out, a->diags,
			       &ignored) == WT_OK;
}

static void keep(struct asking *a, const struct wt_json *answer)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "key", a->key);
	wt_jsonw_key(&w, "answer");
	wt_jsonw_value(&w, answer);
	wt_jsonw_end(&w, '}');
	wt_cache_save(a->ports, CACHE, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}

/* The last line that it wrote to standard error is mostly the one that says why. */
static enum wt_code fail_exit(const struct wt_cmd_result *r, struct wt_error *err)
{
	struct wt_str rest = { r->err.data, r->err.len }, line, last = { "", 0 };
	struct wt_buf shown = WT_BUF_INIT;
	enum wt_code rc;

	while (wt_str_next(&rest, "\n", &line))
		last = line;
	last.len = last.len < MAX_SHOWN ? last.len : MAX_SHOWN;
	wt_text_render_safe(&shown, last);
	rc = wt_fail(err, WT_E_ENV, "it ended with %s %d%s%s", r->signal ? "signal" : "status",
		     r->signal ? r->signal : r->code, shown.len ? ": " : "", shown.data);
	wt_buf_clear(&shown);
	return rc;
}

static enum wt_code ask(struct asking *a, const struct wt_buf *question, struct wt_error *err)
{
	const struct wt_proc *proc = a->ports->proc;
	size_t n;
	const char *base =
		wt_arena_printf(&a->scratch, "WTORCH_BASE=%s", wt_oid_hex(&a->plan->base_oid).hex);
	struct wt_cmd cmd = { .argv = wt_config_list(a->config, "plan.planner", &n),
			      .cwd = a->plan->repo_top,
			      .set = (const char *const[]){ base, NULL },
			      .input = { question->data, question->len },
			      .deadline_ms = wt_config_int(a->config, "plan.planner_timeout"),
			      .max_output = MAX_ANSWER };
	const struct wt_json *answer;
	struct wt_cmd_result r;
	enum wt_code rc = proc->run(proc->self, &cmd, &r, err);

	if (!rc && (r.code || r.signal))
		rc = fail_exit(&r, err);
	if (!rc)
		rc = a->ports->reader->json(&a->scratch, (struct wt_str){ r.out.data, r.out.len },
					    &answer, err);
	if (!rc)
		rc = wt_answer_parse(a->arena, answer, a->plan, a->out, a->diags, err);
	if (!rc)
		keep(a, answer);
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	return rc;
}

void wt_planner_ask(const struct wt_ports *ports, const struct wt_config *config,
		    const struct wt_plan *plan, struct wt_arena *arena, struct wt_evidence *out,
		    struct wt_diags *diags)
{
	struct asking a = { .ports = ports,
			    .config = config,
			    .plan = plan,
			    .arena = arena,
			    .out = out,
			    .diags = diags };
	struct wt_buf question = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &question };
	struct wt_error err;

	if (!plan->n_selected)
		return;
	wt_answer_ask(plan, &w);
	a.key = key_of(&a, &question);
	if (!take_kept(&a) && ask(&a, &question, &err))
		wt_diags_add(diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "the planner could not be asked, and the plan does without: %s",
			     err.msg);
	wt_buf_clear(&question);
	wt_arena_clear(&a.scratch);
}
