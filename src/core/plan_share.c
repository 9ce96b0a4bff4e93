/* SPDX-License-Identifier: MIT */
/* Paths, and the tasks that may touch them: an index, never pairs of tasks. */

#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/path.h"

/*
 * Globs can be written so that each matches nearly everything. All of them together may cost
 * this much, each at most its share of what the ones before left; where that is not enough its
 * tasks run alone, and the user is told why.
 */
#define MAX_CHECKS     20000000u /* of two texts; a match in full counts for many */
#define CHECKS_A_MATCH 16u
#define MAX_SHARED     2000000u /* tasks of all sets together */

#define MAX_WARNINGS 20u /* of one kind */

/* There are millions of these in a large plan, so they are small: neither tasks nor files of
 * all tasks together come near 2^32 (limits.h). */
struct use {
	uint32_t path;
	uint32_t task;
	enum wt_file_from from;
};

struct path {
	const char *name;
	uint32_t hash;
	uint32_t uses; /* where its uses begin, once they are sorted by path */
	uint32_t n_uses;
	uint32_t prefix_len; /* of a glob: bytes before the first wildcard */
	uint32_t suffix_len; /* and behind the last one and the last '/' */
	bool is_glob;
	bool is_wide; /* matches too much */
};

/* A path, and a glob that matches it. */
struct match {
	size_t path;
	size_t glob;
};

struct index {
	struct planner *p;
	uint32_t *slots; /* 1 + number of the path, by the hash of its name; 0: free */
	size_t mask;
	struct path *paths;
	size_t n_paths;
	struct use *uses;
	size_t n_uses;
	size_t *exact, n_exact; /* paths sorted by name */
	size_t *globs, n_globs; /* sorted by literal prefix */
	struct match *matches;
	size_t n_matches, cap_matches;
	struct planner_shares found;
	size_t cap_found;
	uint64_t checks, shared;         /* spent so far */
	uint64_t max_checks, max_shared; /* for the glob that is looked at */
	size_t *set;                     /* tasks being put together */
	size_t n_set, cap_set;
	enum wt_file_from set_from;
	bool takes_loose; /* into the set: also tasks that know of the path in a way that does not
			   * hold */
	bool left_loose;  /* there were such */
};

/* Filling the index */

static void measure_glob(struct path *path, size_t len)
{
	path->prefix_len = (uint32_t)strcspn(path->name, "*?[");
	while (path->suffix_len < len && !strchr("*?[]/", path->name[len - 1 - path->suffix_len]))
		path->suffix_len++;
}

static uint32_t intern(struct index *x, const char *name)
{
	size_t len = strlen(name);
	uint32_t hash = (uint32_t)wt_map_hash(name, len);
	size_t i = hash & x->mask;
	struct path *path;

	for (; x->slots[i]; i = (i + 1) & x->mask) {
		path = &x->paths[x->slots[i] - 1];
		if (path->hash == hash && strcmp(path->name, name) == 0)
			return x->slots[i] - 1;
	}
	path = &x->paths[x->n_paths++];
	x->slots[i] = (uint32_t)x->n_paths;
	path->name = name;
	path->hash = hash;
	path->is_glob = wt_path_is_glob(name) && !wt_forecast_has_file(&x->p->tree, name);
	if (path->is_glob)
		measure_glob(path, len);
	return (uint32_t)x->n_paths - 1;
}

static bool is_indexed(const struct planner *p, size_t task)
{
	return planner_runs(p, task) && !p->plan->tasks[task].task.is_read_only;
}

static void add_uses(struct index *x, size_t task)
{
	const struct wt_task *t = &x->p->plan->tasks[task].task;

	for (size_t i = 0; i < t->n_files; i++) {
		uint32_t path = intern(x, t->files[i].path);

		x->uses[x->n_uses++] = (struct use){ path, (uint32_t)task, t->files[i].from };
		x->paths[path].n_uses++;
	}
}

static void fill_index(struct index *x)
{
	struct planner *p = x->p;
	size_t n = 0, n_slots = 16;

	for (size_t i = 0; i < p->n; i++)
		n += is_indexed(p, i) ? p->plan->tasks[i].task.n_files : 0;
	while (n_slots < n + n / 2)
		n_slots *= 2;
	x->mask = n_slots - 1;
	x->slots = wt_arena_alloc(&p->scratch, n_slots * sizeof *x->slots);
	x->paths = wt_arena_alloc(&p->scratch, (n + 1) * sizeof *x->paths);
	x->uses = wt_arena_alloc(&p->scratch, (n + 1) * sizeof *x->uses);
	for (size_t i = 0; i < p->n; i++) {
		if (is_indexed(p, i))
			add_uses(x, i);
	}
}

/* Stable, so that the uses of each path stay ascending by task. */
static void sort_uses(struct index *x)
{
	struct use *sorted = wt_arena_alloc(&x->p->scratch, (x->n_uses + 1) * sizeof *sorted);
	uint32_t at = 0;

	for (size_t i = 0; i < x->n_paths; i++) {
		x->paths[i].uses = at;
		at += x->paths[i].n_uses;
		x->paths[i].n_uses = 0;
	}
	for (size_t i = 0; i < x->n_uses; i++) {
		struct path *path = &x->paths[x->uses[i].path];

		sorted[path->uses + path->n_uses++] = x->uses[i];
	}
	x->uses = sorted;
}

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct index *x = arg;
	const size_t *i = a, *j = b;

	return strcmp(x->paths[*i].name, x->paths[*j].name);
}

static int compare_prefixes(const void *a, const void *b, void *arg)
{
	const struct index *x = arg;
	const size_t *i = a, *j = b;
	const struct path *s = &x->paths[*i], *t = &x->paths[*j];
	size_t len = s->prefix_len < t->prefix_len ? s->prefix_len : t->prefix_len;
	int order = len ? memcmp(s->name, t->name, len) : 0;

	if (!order && s->prefix_len != t->prefix_len)
		order = s->prefix_len < t->prefix_len ? -1 : 1;
	return order ? order : strcmp(s->name, t->name);
}

/* Exact paths need an order only where there are globs to look for among them. */
static void sort_paths(struct index *x)
{
	x->exact = wt_arena_alloc(&x->p->scratch, (x->n_paths + 1) * sizeof *x->exact);
	x->globs = wt_arena_alloc(&x->p->scratch, (x->n_paths + 1) * sizeof *x->globs);
	for (size_t i = 0; i < x->n_paths; i++) {
		if (x->paths[i].is_glob)
			x->globs[x->n_globs++] = i;
		else
			x->exact[x->n_exact++] = i;
	}
	if (!x->n_globs)
		return;
	qsort_r(x->exact, x->n_exact, sizeof *x->exact, compare_names, x);
	qsort_r(x->globs, x->n_globs, sizeof *x->globs, compare_prefixes, x);
}

/* Globs */

static bool is_tail_possible(const struct path *glob, const char *tail, size_t tail_len)
{
	size_t len = glob->suffix_len < tail_len ? glob->suffix_len : tail_len;
	const char *end = glob->name + strlen(glob->name);

	return !len || memcmp(end - len, tail + tail_len - len, len) == 0;
}

static bool starts_with(const char *name, const struct path *glob)
{
	return strncmp(name, glob->name, glob->prefix_len) == 0;
}

static size_t first_exact(const struct index *x, const struct path *glob)
{
	size_t low = 0, high = x->n_exact;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(x->paths[x->exact[middle]].name, glob->name, glob->prefix_len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void begin_glob(struct index *x, size_t at)
{
	size_t n_left = x->n_globs - at;

	x->max_checks = x->checks + (MAX_CHECKS - x->checks) / n_left;
	x->max_shared = x->shared + (MAX_SHARED - x->shared) / n_left;
}

static bool is_affordable(const struct index *x)
{
	return x->checks <= x->max_checks && x->shared <= x->max_shared;
}

/* Finds the exact paths that the glob matches; none when that would be too many. */
static void match_exact(struct index *x, size_t at)
{
	struct path *glob = &x->paths[x->globs[at]];
	size_t n_before = x->n_matches;
	uint64_t shared_before = x->shared;

	begin_glob(x, at);
	for (size_t i = first_exact(x, glob); i < x->n_exact; i++) {
		const struct path *path = &x->paths[x->exact[i]];
		size_t len;

		if (!starts_with(path->name, glob) || !is_affordable(x))
			break;
		x->checks++;
		len = strlen(path->name);
		if (glob->suffix_len > len || !is_tail_possible(glob, path->name, len))
			continue;
		x->checks += CHECKS_A_MATCH;
		if (!wt_glob_matches(glob->name, path->name))
			continue;
		x->shared += glob->n_uses + path->n_uses;
		*WT_ARENA_PUSH(&x->p->scratch, x->matches, x->n_matches, x->cap_matches) =
			(struct match){ x->exact[i], x->globs[at] };
	}
	if (!is_affordable(x)) {
		glob->is_wide = true;
		x->n_matches = n_before;
		x->shared = shared_before;
		if (x->checks > x->max_checks)
			x->checks = x->max_checks;
	}
}

static void begin_set(struct index *x, bool takes_loose)
{
	x->n_set = 0;
	x->set_from = WT_FROM_DECLARED;
	x->takes_loose = takes_loose;
	x->left_loose = false;
}

static void add_to_set(struct index *x, const struct path *path)
{
	for (size_t i = 0; i < path->n_uses; i++) {
		const struct use *u = &x->uses[path->uses + i];

		if (!x->takes_loose && !x->p->holds[u->from]) {
			x->left_loose = true;
			continue;
		}
		*WT_ARENA_PUSH(&x->p->scratch, x->set, x->n_set, x->cap_set) = u->task;
		/* What makes a set loose is what is told of it. */
		if (u->from > x->set_from && !(x->takes_loose && x->p->holds[u->from]))
			x->set_from = u->from;
	}
}

static int compare_sizes(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Makes the set ascending without twins; true when it is worth keeping. */
static bool finish_set(struct index *x, bool is_sorted)
{
	size_t n = 0;

	if (!is_sorted && x->n_set)
		qsort(x->set, x->n_set, sizeof *x->set, compare_sizes);
	for (size_t i = 0; i < x->n_set; i++) {
		if (n == 0 || x->set[i] != x->set[n - 1])
			x->set[n++] = x->set[i];
	}
	x->n_set = n;
	return n > 1;
}

static void keep_set(struct index *x, const char *name, const char *other)
{
	size_t *tasks = wt_arena_alloc(&x->p->scratch, x->n_set * sizeof *tasks);
	struct planner_share share = { .hash = UINT64_C(0xcbf29ce484222325),
				       .tasks = tasks,
				       .n_tasks = x->n_set,
				       .name = name,
				       .from = x->set_from,
				       .is_loose = x->takes_loose };

	memcpy(tasks, x->set, x->n_set * sizeof *tasks);
	for (size_t i = 0; i < x->n_set; i++)
		share.hash = (share.hash ^ tasks[i]) * UINT64_C(0x100000001b3);
	*WT_ARENA_PUSH(&x->p->scratch, x->found.items, x->found.len, x->cap_found) = share;
	if (!other)
		return;
	share.name = other;
	*WT_ARENA_PUSH(&x->p->scratch, x->found.items, x->found.len, x->cap_found) = share;
}

/* What is shared: a path, and the globs that match it or one that may overlap. */
struct common {
	const struct path *path, *other;
	const struct match *matches;
	size_t n_matches;
};

/* False when no two tasks share it. */
static bool fill_set(struct index *x, const struct common *c, bool takes_loose)
{
	begin_set(x, takes_loose);
	add_to_set(x, c->path);
	if (c->other)
		add_to_set(x, c->other);
	for (size_t i = 0; i < c->n_matches; i++)
		add_to_set(x, &x->paths[c->matches[i].glob]);
	x->shared += c->other ? x->n_set : 0;
	return finish_set(x, !c->other && !c->n_matches);
}

/* The tasks that the path keeps apart, and once more with those that only may come to it, when
 * these are others. */
static void keep_sets(struct index *x, const struct common *c)
{
	const char *other = c->other ? c->other->name : NULL;
	bool is_shared = fill_set(x, c, false);
	size_t n_held = x->n_set;

	if (is_shared)
		keep_set(x, c->path->name, other);
	if (x->left_loose && fill_set(x, c, true) && x->n_set > n_held)
		keep_set(x, c->path->name, other);
}

/* Looks at the globs behind at whose literal prefix goes on where that of this one ends. */
static void match_globs(struct index *x, size_t at)
{
	struct path *glob = &x->paths[x->globs[at]];

	begin_glob(x, at);
	for (size_t i = at + 1; i < x->n_globs; i++) {
		const struct path *other = &x->paths[x->globs[i]];
		size_t len = strlen(other->name);

		if (other->prefix_len < glob->prefix_len || !starts_with(other->name, glob))
			break;
		if (!is_affordable(x)) {
			glob->is_wide = true;
			x->checks = x->checks < x->max_checks ? x->checks : x->max_checks;
			x->shared = x->shared < x->max_shared ? x->shared : x->max_shared;
			break;
		}
		x->checks++;
		if (other->is_wide || !is_tail_possible(glob, other->name + len - other->suffix_len,
							other->suffix_len))
			continue;
		x->checks += 4 * CHECKS_A_MATCH;
		if (!wt_globs_may_overlap(glob->name, other->name))
			continue;
		keep_sets(x, &(struct common){ glob, other, NULL, 0 });
	}
}

static int compare_matches(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->path != y->path)
		return x->path < y->path ? -1 : 1;
	return x->glob < y->glob ? -1 : x->glob > y->glob;
}

/* Shares */

/* Each path with the tasks that name it, and those that name a glob for it. */
static void find_shares(struct index *x)
{
	size_t m = 0;

	if (x->n_matches)
		qsort(x->matches, x->n_matches, sizeof *x->matches, compare_matches);
	for (size_t i = 0; i < x->n_paths; i++) {
		size_t first = m;

		while (m < x->n_matches && x->matches[m].path == i)
			m++;
		if (m == first && x->paths[i].n_uses < 2)
			continue;
		keep_sets(x, &(struct common){ &x->paths[i], NULL,
					       x->matches ? x->matches + first : NULL, m - first });
	}
}

static void run_alone(struct index *x, size_t task, const char *glob, size_t *n)
{
	struct wt_plan_task *t = &x->p->plan->tasks[task];

	if (!t->runs_alone && ++*n <= MAX_WARNINGS)
		wt_diags_add(&x->p->plan->diags, WT_SEVERITY_WARNING, planner_place(x->p, task),
			     "task '%s' will run alone: '%s' takes in too much to be compared "
			     "with all the others",
			     t->task.id, glob);
	t->runs_alone = true;
}

static void run_wide_alone(struct index *x)
{
	size_t n = 0;

	if (wt_config_is(x->p->in->config, "plan.conflicts", "allow"))
		return;
	for (size_t i = 0; i < x->n_globs; i++) {
		const struct path *glob = &x->paths[x->globs[i]];

		for (size_t k = 0; glob->is_wide && k < glob->n_uses; k++)
			run_alone(x, x->uses[glob->uses + k].task, glob->name, &n);
	}
	if (n > MAX_WARNINGS)
		wt_diags_add(&x->p->plan->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "and so will %zu more tasks", n - MAX_WARNINGS);
}

/* Names that are one file where case is ignored */

/* In place; ASCII only. */
static void fold_case(char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name | 0x20);
	}
}

static bool has_upper(const char *name)
{
	while (*name && !(*name >= 'A' && *name <= 'Z'))
		name++;
	return *name != '\0';
}

static void warn_of_twins(struct index *x, size_t one, size_t other, size_t *n)
{
	const struct path *a = &x->paths[one], *b = &x->paths[other];
	size_t i = x->uses[a->uses].task, j = x->uses[b->uses].task;

	if ((i == j && a->n_uses == 1 && b->n_uses == 1) || ++*n > MAX_WARNINGS)
		return;
	wt_diags_add(&x->p->plan->diags, WT_SEVERITY_WARNING, planner_place(x->p, j),
		     "task '%s' names '%s' and task '%s' names '%s': one file where case is "
		     "ignored",
		     x->p->plan->tasks[i].task.id, a->name, x->p->plan->tasks[j].task.id, b->name);
}

/* Of two twins at least one has a capital, so only those go into a map. */
static void find_twins(struct index *x)
{
	struct wt_map folded = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < x->n_exact; i++) {
		const char *name = x->paths[x->exact[i]].name;
		char *key;
		size_t twin;

		if (!has_upper(name))
			continue;
		key = wt_arena_strdup(&x->p->scratch, name);
		fold_case(key);
		twin = wt_map_put(&folded, key, x->exact[i], NULL);
		if (twin != x->exact[i])
			warn_of_twins(x, twin, x->exact[i], &n);
	}
	for (size_t i = 0; folded.len && i < x->n_exact; i++) {
		size_t twin = wt_map_find(&folded, x->paths[x->exact[i]].name);

		if (twin != WT_MAP_NONE)
			warn_of_twins(x, twin, x->exact[i], &n);
	}
	wt_map_clear(&folded);
}

void planner_find_shares(struct planner *p, struct planner_shares *out)
{
	struct index x = { .p = p };

	fill_index(&x);
	sort_uses(&x);
	sort_paths(&x);
	for (size_t i = 0; i < x.n_globs; i++)
		match_exact(&x, i);
	x.checks = x.shared = 0;
	for (size_t i = 0; i < x.n_globs; i++) {
		if (!x.paths[x.globs[i]].is_wide)
			match_globs(&x, i);
	}
	find_shares(&x);
	run_wide_alone(&x);
	find_twins(&x);
	*out = x.found;
}
