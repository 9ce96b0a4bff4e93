/* SPDX-License-Identifier: MIT */
/* Plans in one line. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

static const char marks[] = "<!@*^=~";

static char *copy(struct plan_of *p, struct wt_str s)
{
	return wt_arena_strndup(&p->arena, s.data, s.len);
}

static void set_number(struct wt_str s, int64_t *out)
{
	if (!wt_text_parse_int(s, out))
		fail_msg("plan_of: '%.*s' is no number", (int)s.len, s.data);
}

/* One mark and what stands behind it. */
static void add_mark(struct plan_of *p, struct wt_task *t, char mark, struct wt_str value)
{
	struct wt_str dep;

	switch (mark) {
	case '<':
		while (wt_str_next(&value, "+", &dep))
			*WT_ARENA_PUSH(&p->arena, t->depends_on, t->n_depends, t->cap_depends) =
				copy(p, dep);
		break;
	case '!':
		*WT_ARENA_PUSH(&p->arena, t->files, t->n_files, t->cap_files) =
			(struct wt_task_file){ copy(p, value), WT_FROM_DECLARED };
		break;
	case '@':
		t->has_order = true;
		set_number(value, &t->order);
		break;
	case '*':
		t->is_critical = true;
		break;
	case '^':
		t->priority = copy(p, value);
		break;
	case '=':
		set_number(value, &t->estimate_s);
		break;
	case '~':
		t->status = WT_TASK_COMPLETED;
		break;
	}
}

static struct wt_str take_until_mark(struct wt_str *rest, const char *ends)
{
	struct wt_str s = { rest->data, 0 };

	while (s.len < rest->len && !strchr(ends, s.data[s.len]))
		s.len++;
	rest->data += s.len;
	rest->len -= s.len;
	return wt_str_trim(s);
}

static void add_task(struct plan_of *p, struct wt_str spec)
{
	struct wt_str id = take_until_mark(&spec, marks);
	struct wt_place place = { "ROADMAP.md", p->tasks.len + 1, 1 };
	struct wt_task *t = wt_tasks_add(&p->tasks, copy(p, id), place, &p->diags);

	assert_non_null(t);
	t->title = wt_arena_printf(&p->arena, "Task %s", t->id);
	while (spec.len) {
		char mark = spec.data[0];

		spec.data++;
		spec.len--;
		add_mark(p, t, mark, take_until_mark(&spec, mark == '!' ? "<!@^=~ " : marks));
		spec = wt_str_trim(spec);
	}
}

static void set(struct plan_of *p, const char *key, const char *value)
{
	wt_config_set(p->config, WT_LAYER_FLAG, key, value, (struct wt_place){ 0 }, &p->diags);
	if (p->diags.errors)
		fail_msg("plan_of: %s", p->diags.items[0].message);
}

struct plan_of *plan_of_tasks(const char *spec, const char *settings)
{
	struct plan_of *p = wt_alloc(sizeof *p);
	struct wt_str rest = wt_str_of(spec), words = wt_str_of(settings), item;

	p->diags.arena = &p->arena;
	p->tasks.arena = &p->arena;
	p->config = wt_config_new();
	set(p, "agent.test.command", "true");
	while (wt_str_next(&words, " ", &item)) {
		size_t at = wt_str_find(item, "=");

		set(p, copy(p, (struct wt_str){ item.data, at }),
		    copy(p, (struct wt_str){ item.data + at + 1, item.len - at - 1 }));
	}
	while (wt_str_next(&rest, ",", &item))
		add_task(p, item);
	p->in = (struct wt_plan_inputs){ .tasks = &p->tasks,
					 .config = p->config,
					 .repo_top = "/home/user/app",
					 .base = "main",
					 .base_oid = { .id = { 0x3f, 0x2a, 0x1c, 0x99 } },
					 .run_id = "" };
	return p;
}

void plan_of_build(struct plan_of *p)
{
	wt_plan_clear(&p->plan);
	wt_plan_build(&p->arena, &p->in, &p->diags, &p->plan);
}

struct plan_of *plan_of_with(const char *spec, const char *settings)
{
	struct plan_of *p = plan_of_tasks(spec, settings);

	plan_of_build(p);
	return p;
}

struct plan_of *plan_of(const char *spec)
{
	return plan_of_with(spec, NULL);
}

void plan_of_free(struct plan_of *p)
{
	wt_plan_clear(&p->plan);
	wt_tasks_clear(&p->tasks);
	wt_config_free(p->config);
	wt_arena_clear(&p->arena);
	free(p);
}

struct wt_plan_task *plan_of_task(struct plan_of *p, const char *id)
{
	size_t i = wt_plan_find(&p->plan, id);

	if (i == WT_MAP_NONE)
		fail_msg("plan_of: there is no task '%s'", id);
	return &p->plan.tasks[i];
}
