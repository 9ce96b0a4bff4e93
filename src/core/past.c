/* SPDX-License-Identifier: MIT */
/* How long a task will take, from similar ones of past runs. */

#include "wtorch/core/past.h"

#include <string.h>

#include "wtorch/base/map.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

#define MAX_WORDS    16u /* of a title */
#define MAX_WORD     40u
#define MIN_WORD     3u
#define MAX_FILES    64u /* of a task */
#define NEIGHBOURS   5u
#define SIMILAR      400u /* of 1000 */
#define NEARLY_EQUAL 700u

/* A word or a path, and the past tasks that have it, ascending. */
struct mark {
	uint32_t *tasks;
	size_t n_tasks, cap_tasks;
};

/* How many words and files a task has, or two have in common. */
struct counts {
	uint16_t words, files;
};

struct wt_past_index {
	struct wt_arena *arena;
	const struct wt_past *past;
	struct wt_map numbers; /* "w" and a word, "f" and a path -> number of the mark */
	struct mark *marks;
	size_t n_marks, cap_marks;
	struct counts *have;   /* of each past task */
	struct counts *common; /* with the task that is looked at; all zero between two of them */
	uint32_t *touched;     /* those of which that is not so */
	size_t n_touched;
};

/* Marks */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_word_byte(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool is_empty_word(const char *word)
{
	static const char *const words[] = {
		"the",  "and",  "for", "with", "from", "into", "that",
		"this", "task", "all", "new",  "use",  "our",  "when"
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

/* The next word that says something, in lower case behind a 'w'; false when none is left. */
static bool next_word(const char **at, char key[MAX_WORD + 2])
{
	size_t n;

	do {
		n = 0;
		while (**at && !is_word_byte(**at))
			(*at)++;
		for (; is_word_byte(**at); (*at)++) {
			if (n < MAX_WORD)
				key[++n] = lower(**at);
		}
		key[0] = 'w';
		key[n + 1] = '\0';
	} while (n && (n < MIN_WORD || is_empty_word(key + 1)));
	return n > 0;
}

typedef void take_mark(struct wt_past_index *x, uint32_t task, const char *key);

/* Gives each mark of a task to take, and counts them; a word that stands there twice counts
 * twice. */
static struct counts each_mark(struct wt_past_index *x, uint32_t task, const char *title,
			       const struct wt_past_task *files, take_mark *take)
{
	struct counts n = { 0 };
	char word[MAX_WORD + 2];
	struct wt_buf key = WT_BUF_INIT;

	for (; n.words < MAX_WORDS && next_word(&title, word); n.words++)
		take(x, task, word);
	for (; n.files < MAX_FILES && n.files < files->n_files; n.files++) {
		wt_buf_reset(&key);
		wt_buf_printf(&key, "f%s", files->files[n.files].path);
		take(x, task, key.data);
	}
	wt_buf_clear(&key);
	return n;
}

static void index_mark(struct wt_past_index *x, uint32_t task, const char *key)
{
	size_t i = wt_map_find(&x->numbers, key);
	struct mark *m;

	if (i == WT_MAP_NONE) {
		i = x->n_marks;
		wt_map_set(&x->numbers, wt_arena_strdup(x->arena, key), i);
		WT_ARENA_PUSH(x->arena, x->marks, x->n_marks, x->cap_marks);
	}
	m = &x->marks[i];
	*WT_ARENA_PUSH(x->arena, m->tasks, m->n_tasks, m->cap_tasks) = task;
}

static void compare_mark(struct wt_past_index *x, uint32_t unused, const char *key)
{
	size_t i = wt_map_find(&x->numbers, key);
	const struct mark *m = i == WT_MAP_NONE ? NULL : &x->marks[i];

	(void)unused;
	for (size_t k = 0; m && k < m->n_tasks; k++) {
		struct counts *c = &x->common[m->tasks[k]];

		if (k && m->tasks[k] == m->tasks[k - 1])
			continue;
		if (!c->words && !c->files)
			x->touched[x->n_touched++] = m->tasks[k];
		if (key[0] == 'w')
			c->words++;
		else
			c->files++;
	}
}

/* Likeness */

static unsigned share(unsigned common, unsigned a, unsigned b)
{
	unsigned n = a + b ? 2000 * common / (a + b) : 0;

	return n < 1000 ? n : 1000;
}

static unsigned likeness(struct counts common, struct counts a, struct counts b)
{
	unsigned n = share(common.words, a.words, b.words);

	if (!a.files || !b.files)
		return n;
	n = (3 * n + share(common.files, a.files, b.files)) / 4;
	return a.files > 2 * b.files || b.files > 2 * a.files ? n * 9 / 10 : n;
}

struct neighbour {
	unsigned likeness;
	uint32_t task;
};

/* Keeps the most similar ones, the newest first among equals. */
static void meet(struct neighbour *best, size_t *n, struct neighbour one)
{
	size_t at = *n;

	while (at > 0 && (best[at - 1].likeness < one.likeness ||
			  (best[at - 1].likeness == one.likeness && best[at - 1].task > one.task)))
		at--;
	if (at == NEIGHBOURS)
		return;
	*n += *n < NEIGHBOURS;
	memmove(&best[at + 1], &best[at], (*n - at - 1) * sizeof *best);
	best[at] = one;
}

static int64_t median_of(const struct wt_past *past, const struct neighbour *best, size_t n)
{
	int64_t sorted[NEIGHBOURS];

	for (size_t i = 0; i < n; i++) {
		int64_t s = past->tasks[best[i].task].duration_s;
		size_t at = i;

		for (; at > 0 && sorted[at - 1] > s; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = s;
	}
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

bool wt_past_estimate(struct wt_past_index *x, const struct wt_task *task, int64_t *seconds)
{
	struct wt_past_task files = { .files = task->files, .n_files = task->n_files };
	struct counts have = each_mark(x, 0, task->title, &files, compare_mark);
	struct neighbour best[NEIGHBOURS];
	size_t n = 0;

	for (size_t i = 0; i < x->n_touched; i++) {
		uint32_t other = x->touched[i];
		unsigned like = likeness(x->common[other], have, x->have[other]);

		x->common[other] = (struct counts){ 0 };
		if (like >= SIMILAR)
			meet(best, &n, (struct neighbour){ like, other });
	}
	x->n_touched = 0;
	/* Where some are nearly the same, the others say nothing. */
	while (n > 1 && best[0].likeness >= NEARLY_EQUAL && best[n - 1].likeness < NEARLY_EQUAL)
		n--;
	if (!n || (n == 1 && best[0].likeness < NEARLY_EQUAL))
		return false;
	*seconds = median_of(x->past, best, n);
	return true;
}

struct wt_past_index *wt_past_index_new(struct wt_arena *arena, const struct wt_past *past)
{
	struct wt_past_index *x = wt_arena_alloc(arena, sizeof *x);
	size_t n = past->n_tasks < WT_MAX_PAST_TASKS ? past->n_tasks : WT_MAX_PAST_TASKS;

	x->arena = arena;
	x->past = past;
	x->have = wt_arena_alloc(arena, (n + 1) * sizeof *x->have);
	x->common = wt_arena_alloc(arena, (n + 1) * sizeof *x->common);
	x->touched = wt_arena_alloc(arena, (n + 1) * sizeof *x->touched);
	for (size_t i = 0; i < n; i++)
		x->have[i] = each_mark(x, (uint32_t)i, past->tasks[i].title, &past->tasks[i],
				       index_mark);
	return x;
}

void wt_past_index_free(struct wt_past_index *x)
{
	if (x)
		wt_map_clear(&x->numbers);
}
