/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_GRAPH_H
#define WT_CORE_GRAPH_H

/*
 * Directed graphs of numbered nodes. An edge goes from a node to one that it needs, so what is
 * done first stands at the end of the edges.
 *
 *	wt_graph_build(arena, n, edges, n_edges, &g);
 *	n_cycles = wt_graph_cycles(arena, &g, is_cyclic, &cycles);
 *	wt_graph_reverse(arena, &g, &dependents);
 *	n_sorted = wt_graph_sort(&g, &dependents, rank, order);
 *
 * Everything is linear in nodes and edges (the sort has a logarithm on top) and nothing is
 * recursive: a chain of 100,000 nodes is as good as any other graph. What is built lives in
 * the arena.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"

struct wt_edge {
	size_t from, to;
};

/* The nodes that i needs are targets[starts[i]] up to targets[starts[i + 1]], ascending. */
struct wt_graph {
	size_t n;
	size_t *starts; /* n + 1 */
	size_t *targets;
};

/* An edge that is given twice counts once; one from a node to itself is kept. */
void wt_graph_build(struct wt_arena *arena, size_t n, const struct wt_edge *edges, size_t n_edges,
		    struct wt_graph *out);

/* The same edges the other way round. */
void wt_graph_reverse(struct wt_arena *arena, const struct wt_graph *g, struct wt_graph *out);

struct wt_graph_cycle {
	size_t *nodes; /* each needs the next one, the last one needs the first */
	size_t n;
};

/*
 * Of each knot of nodes that need each other one shortest cycle through its smallest node,
 * ordered by that. is_cyclic (n of them) tells which nodes are part of any knot: without those
 * the graph has no cycles.
 */
size_t wt_graph_cycles(struct wt_arena *arena, const struct wt_graph *g, bool *is_cyclic,
		       struct wt_graph_cycle **out);

/*
 * The nodes in an order in which each comes behind all that it needs; of those that could come
 * next the one with the smallest rank, then the smallest number. reverse is g reversed; rank
 * may be NULL. Returns how many there are: nodes in cycles, and what needs them, are left out.
 */
size_t wt_graph_sort(const struct wt_graph *g, const struct wt_graph *reverse, const int64_t *rank,
		     size_t *order);

/*
 * For each node of order the sum of the weights along the heaviest chain of edges that begins
 * there, its own included; the others keep what length holds. order has targets before those
 * that need them, as wt_graph_sort gives it. Sums stop at INT64_MAX.
 */
void wt_graph_longest(const struct wt_graph *g, const size_t *order, size_t n_order,
		      const int64_t *weight, int64_t *length);

#endif
