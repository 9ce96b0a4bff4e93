/* SPDX-License-Identifier: MIT */
/* Cycles, order and longest chains of a directed graph, without recursion. */

#include "wtorch/core/graph.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"
#include "wtorch/core/heap.h"

#define NONE ((size_t)-1)

static size_t *new_sizes(size_t n)
{
	return wt_alloc((n + 1) * sizeof(size_t));
}

/* Stable: sorts edges by one end into the same number of places of out. */
static void sort_edges(const struct wt_edge *edges, size_t n_edges, size_t n, bool by_from,
		       struct wt_edge *out)
{
	size_t *next = new_sizes(n + 1);

	for (size_t i = 0; i < n_edges; i++)
		next[(by_from ? edges[i].from : edges[i].to) + 1]++;
	for (size_t i = 0; i < n; i++)
		next[i + 1] += next[i];
	for (size_t i = 0; i < n_edges; i++)
		out[next[by_from ? edges[i].from : edges[i].to]++] = edges[i];
	free(next);
}

void wt_graph_build(struct wt_arena *arena, size_t n, const struct wt_edge *edges, size_t n_edges,
		    struct wt_graph *out)
{
	struct wt_edge *by_to = wt_realloc(NULL, n_edges + 1, sizeof *by_to);
	struct wt_edge *sorted = wt_realloc(NULL, n_edges + 1, sizeof *sorted);
	size_t kept = 0;

	sort_edges(edges, n_edges, n, false, by_to);
	sort_edges(by_to, n_edges, n, true, sorted);
	*out = (struct wt_graph){ .n = n,
				  .starts = wt_arena_alloc(arena, (n + 1) * sizeof(size_t)),
				  .targets =
					  wt_arena_alloc(arena, (n_edges + 1) * sizeof(size_t)) };
	for (size_t i = 0; i < n_edges; i++) {
		if (i > 0 && sorted[i].from == sorted[i - 1].from &&
		    sorted[i].to == sorted[i - 1].to)
			continue;
		out->targets[kept++] = sorted[i].to;
		out->starts[sorted[i].from + 1] = kept;
	}
	for (size_t i = 1; i <= n; i++) {
		if (out->starts[i] < out->starts[i - 1])
			out->starts[i] = out->starts[i - 1];
	}
	free(by_to);
	free(sorted);
}

void wt_graph_reverse(struct wt_arena *arena, const struct wt_graph *g, struct wt_graph *out)
{
	size_t n_edges = g->starts[g->n];
	struct wt_edge *edges = wt_realloc(NULL, n_edges + 1, sizeof *edges);

	for (size_t i = 0; i < g->n; i++) {
		for (size_t e = g->starts[i]; e < g->starts[i + 1]; e++)
			edges[e] = (struct wt_edge){ g->targets[e], i };
	}
	wt_graph_build(arena, g->n, edges, n_edges, out);
	free(edges);
}

/* Tarjan's search for knots with a stack of its own instead of calls. */
struct search {
	const struct wt_graph *g;
	size_t *seen; /* 1-based time of discovery, 0: not yet */
	size_t *low;  /* the earliest open node that can be reached */
	size_t *next; /* edge to follow next */
	size_t *path; /* nodes being searched, from the root on */
	size_t *open; /* nodes whose knot is not complete */
	size_t *knot; /* number of the node's knot; NONE while open */
	size_t n_path, n_open, n_seen, n_knots;
};

static void search_init(struct search *s, const struct wt_graph *g)
{
	*s = (struct search){ .g = g,
			      .seen = new_sizes(g->n),
			      .low = new_sizes(g->n),
			      .next = new_sizes(g->n),
			      .path = new_sizes(g->n),
			      .open = new_sizes(g->n),
			      .knot = new_sizes(g->n) };
	for (size_t i = 0; i < g->n; i++)
		s->knot[i] = NONE;
}

static void search_clear(struct search *s)
{
	free(s->seen);
	free(s->low);
	free(s->next);
	free(s->path);
	free(s->open);
	free(s->knot);
}

static void enter(struct search *s, size_t node)
{
	s->seen[node] = s->low[node] = ++s->n_seen;
	s->next[node] = s->g->starts[node];
	s->path[s->n_path++] = node;
	s->open[s->n_open++] = node;
}

static void leave(struct search *s, size_t node)
{
	s->n_path--;
	if (s->n_path > 0) {
		size_t parent = s->path[s->n_path - 1];

		if (s->low[node] < s->low[parent])
			s->low[parent] = s->low[node];
	}
	if (s->low[node] != s->seen[node])
		return;
	while (s->knot[node] == NONE)
		s->knot[s->open[--s->n_open]] = s->n_knots;
	s->n_knots++;
}

static void search_from(struct search *s, size_t root)
{
	enter(s, root);
	while (s->n_path > 0) {
		size_t node = s->path[s->n_path - 1];
		size_t target;

		if (s->next[node] == s->g->starts[node + 1]) {
			leave(s, node);
			continue;
		}
		target = s->g->targets[s->next[node]++];
		if (!s->seen[target])
			enter(s, target);
		else if (s->knot[target] == NONE && s->seen[target] < s->low[node])
			s->low[node] = s->seen[target];
	}
}

/*
 * The shortest way from node back to itself inside its knot, breadth first. before and queue
 * have room for all nodes; before holds NONE for those of this knot.
 */
static struct wt_graph_cycle cycle_through(struct wt_arena *arena, const struct search *s,
					   size_t node, size_t *before, size_t *queue)
{
	struct wt_graph_cycle c = { .n = 1 };
	size_t head = 0, len = 0, last = NONE;

	queue[len++] = node;
	while (last == NONE) {
		size_t at = queue[head++];

		for (size_t e = s->g->starts[at]; e < s->g->starts[at + 1]; e++) {
			size_t target = s->g->targets[e];

			if (target == node && last == NONE)
				last = at;
			if (target == node || s->knot[target] != s->knot[node] ||
			    before[target] != NONE)
				continue;
			before[target] = at;
			queue[len++] = target;
		}
	}
	for (size_t i = last; i != node; i = before[i])
		c.n++;
	c.nodes = wt_arena_alloc(arena, c.n * sizeof *c.nodes);
	for (size_t i = c.n, at = last; i > 0; i--) {
		c.nodes[i - 1] = at;
		at = before[at];
	}
	return c;
}

static bool has_self_edge(const struct wt_graph *g, size_t node)
{
	for (size_t e = g->starts[node]; e < g->starts[node + 1]; e++) {
		if (g->targets[e] == node)
			return true;
	}
	return false;
}

size_t wt_graph_cycles(struct wt_arena *arena, const struct wt_graph *g, bool *is_cyclic,
		       struct wt_graph_cycle **out)
{
	size_t *size, *before;
	size_t n = 0, cap = 0;
	struct search s;

	*out = NULL;
	search_init(&s, g);
	for (size_t i = 0; i < g->n; i++) {
		if (!s.seen[i])
			search_from(&s, i);
	}
	size = new_sizes(g->n);
	before = new_sizes(g->n);
	for (size_t i = 0; i < g->n; i++) {
		size[s.knot[i]]++;
		before[i] = NONE;
	}
	for (size_t i = 0; i < g->n; i++)
		is_cyclic[i] = size[s.knot[i]] > 1 || has_self_edge(g, i);
	for (size_t i = 0; i < g->n; i++) {
		if (!is_cyclic[i] || !size[s.knot[i]])
			continue;
		size[s.knot[i]] = 0;
		*WT_ARENA_PUSH(arena, *out, n, cap) = cycle_through(arena, &s, i, before, s.path);
	}
	free(size);
	free(before);
	search_clear(&s);
	return n;
}

size_t wt_graph_sort(const struct wt_graph *g, const struct wt_graph *reverse, const int64_t *rank,
		     size_t *order)
{
	size_t *left = new_sizes(g->n);
	struct wt_heap ready = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		left[i] = g->starts[i + 1] - g->starts[i];
		if (!left[i])
			wt_heap_push(&ready, rank ? rank[i] : 0, i);
	}
	while (ready.len) {
		size_t node = wt_heap_pop(&ready);

		order[n++] = node;
		for (size_t e = reverse->starts[node]; e < reverse->starts[node + 1]; e++) {
			size_t i = reverse->targets[e];

			if (--left[i] == 0)
				wt_heap_push(&ready, rank ? rank[i] : 0, i);
		}
	}
	wt_heap_clear(&ready);
	free(left);
	return n;
}

void wt_graph_longest(const struct wt_graph *g, const size_t *order, size_t n_order,
		      const int64_t *weight, int64_t *length)
{
	for (size_t i = 0; i < n_order; i++) {
		size_t node = order[i];
		int64_t best = 0;

		for (size_t e = g->starts[node]; e < g->starts[node + 1]; e++) {
			if (length[g->targets[e]] > best)
				best = length[g->targets[e]];
		}
		if (__builtin_add_overflow(best, weight[node], &length[node]))
			length[node] = INT64_MAX;
	}
}
