/* SPDX-License-Identifier: MIT */
/* Directed graphs: cycles, order, longest chains. */

#include "tests/support/check.h"
#include "wtorch/core/graph.h"

#define LONG 100000u

struct graph {
	struct wt_arena arena;
	struct wt_graph g, reverse;
};

/* "0>1 1>2" with n nodes, all of one digit. */
static struct graph graph_of(size_t n, const char *edges)
{
	struct wt_edge list[32];
	struct graph out = { 0 };
	size_t n_edges = 0;

	for (const char *s = edges; *s; s += s[3] ? 4 : 3)
		list[n_edges++] = (struct wt_edge){ (size_t)(s[0] - '0'), (size_t)(s[2] - '0') };
	wt_graph_build(&out.arena, n, list, n_edges, &out.g);
	wt_graph_reverse(&out.arena, &out.g, &out.reverse);
	return out;
}

static void check_nodes(const size_t *nodes, size_t n, const char *want)
{
	char text[64] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, sizeof text - 2 * i, "%zu ", nodes[i]);
	text[n ? 2 * n - 1 : 0] = '\0';
	check_str(text, want);
}

static void test_graph__edges_are_sorted_and_counted_once(void **unused)
{
	struct graph x = graph_of(4, "2>1 0>3 2>0 2>1 1>1");

	(void)unused;
	check_int(x.g.starts[4], 4);
	check_nodes(x.g.targets, 4, "3 1 0 1");
	check_nodes(x.reverse.targets, 4, "2 1 2 0");
	wt_arena_clear(&x.arena);
}

static void test_graph__cycle_is_the_shortest_through_its_smallest_node(void **unused)
{
	struct graph x = graph_of(7, "1>2 2>3 3>4 4>1 3>1 5>5 6>1");
	bool is_cyclic[7];
	struct wt_graph_cycle *cycles;

	(void)unused;
	check_int(wt_graph_cycles(&x.arena, &x.g, is_cyclic, &cycles), 2);
	check_nodes(cycles[0].nodes, cycles[0].n, "1 2 3");
	check_nodes(cycles[1].nodes, cycles[1].n, "5");
	assert_true(is_cyclic[4] && is_cyclic[5]);
	assert_false(is_cyclic[0] || is_cyclic[6]);
	wt_arena_clear(&x.arena);
}

static void test_graph__sort_puts_what_is_needed_first_then_the_smallest_rank(void **unused)
{
	struct graph x = graph_of(5, "0>4 1>0");
	const int64_t rank[5] = { 9, 9, 3, 2, 5 };
	size_t order[5];

	(void)unused;
	check_nodes(order, wt_graph_sort(&x.g, &x.reverse, rank, order), "3 2 4 0 1");
	check_nodes(order, wt_graph_sort(&x.g, &x.reverse, NULL, order), "2 3 4 0 1");
	wt_arena_clear(&x.arena);
}

static void test_graph__sort_leaves_out_cycles_and_what_needs_them(void **unused)
{
	struct graph x = graph_of(4, "0>1 1>0 2>0");
	size_t order[4];

	(void)unused;
	check_nodes(order, wt_graph_sort(&x.g, &x.reverse, NULL, order), "3");
	wt_arena_clear(&x.arena);
}

static void test_graph__longest_chain_adds_weights_and_does_not_overflow(void **unused)
{
	struct graph x = graph_of(4, "0>1 0>2 2>3");
	int64_t weight[4] = { 1, 5, 3, 4 }, length[4] = { 0 };
	size_t order[4];
	size_t n = wt_graph_sort(&x.g, &x.reverse, NULL, order);

	(void)unused;
	wt_graph_longest(&x.g, order, n, weight, length);
	check_int(length[0], 8);
	check_int(length[1], 5);
	weight[3] = INT64_MAX;
	wt_graph_longest(&x.g, order, n, weight, length);
	assert_true(length[0] == INT64_MAX);
	wt_arena_clear(&x.arena);
}

static void test_graph__long_chains_and_rings_need_no_stack(void **unused)
{
	struct wt_edge *edges = calloc(LONG, sizeof *edges);
	size_t *order = calloc(LONG, sizeof *order);
	bool *is_cyclic = calloc(LONG, 1);
	struct wt_arena arena = { 0 };
	struct wt_graph_cycle *cycles;
	struct wt_graph g, reverse;

	(void)unused;
	for (size_t i = 0; i < LONG; i++)
		edges[i] = (struct wt_edge){ i, (i + 1) % LONG };
	wt_graph_build(&arena, LONG, edges, LONG - 1, &g);
	wt_graph_reverse(&arena, &g, &reverse);
	check_int(wt_graph_cycles(&arena, &g, is_cyclic, &cycles), 0);
	check_int(wt_graph_sort(&g, &reverse, NULL, order), LONG);
	check_int(order[0], LONG - 1);
	wt_graph_build(&arena, LONG, edges, LONG, &g);
	check_int(wt_graph_cycles(&arena, &g, is_cyclic, &cycles), 1);
	check_int(cycles[0].n, LONG);
	wt_arena_clear(&arena);
	free(edges);
	free(order);
	free(is_cyclic);
}

static void test_graph__empty_graph_is_fine(void **unused)
{
	struct graph x = graph_of(0, "");
	struct wt_graph_cycle *cycles;
	size_t order[1];
	bool is_cyclic[1];

	(void)unused;
	check_int(wt_graph_cycles(&x.arena, &x.g, is_cyclic, &cycles), 0);
	check_int(wt_graph_sort(&x.g, &x.reverse, NULL, order), 0);
	wt_arena_clear(&x.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_graph__edges_are_sorted_and_counted_once),
		cmocka_unit_test(test_graph__cycle_is_the_shortest_through_its_smallest_node),
		cmocka_unit_test(test_graph__sort_puts_what_is_needed_first_then_the_smallest_rank),
		cmocka_unit_test(test_graph__sort_leaves_out_cycles_and_what_needs_them),
		cmocka_unit_test(test_graph__longest_chain_adds_weights_and_does_not_overflow),
		cmocka_unit_test(test_graph__long_chains_and_rings_need_no_stack),
		cmocka_unit_test(test_graph__empty_graph_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
