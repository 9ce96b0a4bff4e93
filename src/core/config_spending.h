/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_CONFIG_SPENDING_H
#define WT_CORE_CONFIG_SPENDING_H

/* The keys about who answers agents and what that may cost: rows of the table in config_table.c,
 * which has the units. */

#define MILLION    INT64_C(1000000)
#define MAX_PRICE  (100000 * MILLION) /* in millionths */
#define MAX_COST   (1000000000 * MILLION)
#define MAX_TOKENS (1000000000 * MILLION)

#define SPENDING_KEYS                                                                            \
	{ .name = "provider.*.jobs",                                                             \
	  .type = WT_KEY_INT,                                                                    \
	  .fallback = "0",                                                                       \
	  .min = 0,                                                                              \
	  .max = 256,                                                                            \
	  .help = "How many of its agents work at the same time; 0 leaves it to run.jobs." },    \
		{ .name = "provider.*.start_gap",                                                \
		  .type = WT_KEY_DURATION,                                                       \
		  .max = 10 * MINUTE,                                                            \
		  .example = "1s",                                                               \
		  .help = "The time between two starts; without it what the kind of its agents " \
			  "needs." },                                                            \
                                                                                                 \
		{ .name = "price.*.input",                                                       \
		  .type = WT_KEY_DECIMAL,                                                        \
		  .max = MAX_PRICE,                                                              \
		  .example = "1.25",                                                             \
		  .help = "A million tokens of input." },                                        \
		{ .name = "price.*.output",                                                      \
		  .type = WT_KEY_DECIMAL,                                                        \
		  .max = MAX_PRICE,                                                              \
		  .example = "10",                                                               \
		  .help = "A million tokens of output." },                                       \
		{ .name = "price.*.cached",                                                      \
		  .type = WT_KEY_DECIMAL,                                                        \
		  .max = MAX_PRICE,                                                              \
		  .example = "0.125",                                                            \
		  .help = "A million tokens of input that came from a cache; without it as "     \
			  "input." },                                                            \
                                                                                                 \
		{ .name = "budget.cost_usd",                                                     \
		  .type = WT_KEY_DECIMAL,                                                        \
		  .max = MAX_COST,                                                               \
		  .example = "20",                                                               \
		  .help = "What the agents of a run may cost together, in dollars." },           \
		{ .name = "budget.tokens",                                                       \
		  .type = WT_KEY_INT,                                                            \
		  .max = MAX_TOKENS,                                                             \
		  .example = "5000000",                                                          \
		  .help = "How many tokens they may use together, of input and output." },       \
		{ .name = "budget.task_cost_usd",                                                \
		  .type = WT_KEY_DECIMAL,                                                        \
		  .max = MAX_COST,                                                               \
		  .example = "2.50",                                                             \
		  .help = "What the agents of one task may cost." },                             \
	{                                                                                        \
		.name = "budget.task_tokens", .type = WT_KEY_INT, .max = MAX_TOKENS,             \
		.example = "500000", .help = "How many tokens they may use."                     \
	}

#endif
