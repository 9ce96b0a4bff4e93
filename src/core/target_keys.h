/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TARGET_KEYS_H
#define WT_CORE_TARGET_KEYS_H

/* The rows of config_table.c for section [target]. */

#define TARGET_KEYS                                                                                \
	{ .name = "target.parallelization_rate",                                                   \
	  .type = WT_KEY_DECIMAL,                                                                  \
	  .fallback = "0.8",                                                                       \
	  .min = 0,                                                                                \
	  .max = WT_MILLION,                                                                       \
	  .help = "The share of a run in which at least two agents were at work, at least." },     \
		{ .name = "target.agent_utilization",                                              \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "0.9",                                                               \
		  .min = 0,                                                                        \
		  .max = WT_MILLION,                                                               \
		  .help = "The time that agents worked, of the time that so many at once could "   \
			  "have "                                                                  \
			  "worked, at least." },                                                   \
		{ .name = "target.gate_coverage",                                                  \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "1",                                                                 \
		  .min = 0,                                                                        \
		  .max = WT_MILLION,                                                               \
		  .help = "The share of tasks with changes whose required gates all ran, at "      \
			  "least." },                                                              \
		{ .name = "target.first_pass_rate",                                                \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "0.9",                                                               \
		  .min = 0,                                                                        \
		  .max = WT_MILLION,                                                               \
		  .help = "The share of tasks that land with their first attempt, at least." },    \
		{ .name = "target.merge_rate",                                                     \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "0.9",                                                               \
		  .min = 0,                                                                        \
		  .max = WT_MILLION,                                                               \
		  .help = "The share of tasks that land, at least." },                             \
		{ .name = "target.failure_rate",                                                   \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "0.1",                                                               \
		  .min = 0,                                                                        \
		  .max = WT_MILLION,                                                               \
		  .help = "The share of tasks that fail, time out or are kept: below this." },     \
		{ .name = "target.speedup",                                                        \
		  .type = WT_KEY_DECIMAL,                                                          \
		  .fallback = "1",                                                                 \
		  .min = 0,                                                                        \
		  .max = 1000 * WT_MILLION,                                                        \
		  .help = "How many times as fast as one task after the other: more than this." }, \
		{ .name = "target.planning",                                                       \
		  .type = WT_KEY_DURATION,                                                         \
		  .fallback = "60s",                                                               \
		  .min = 0,                                                                        \
		  .max = 365 * DAY,                                                                \
		  .help = "How long planning takes, at most." },                                   \
		{ .name = "target.launch",                                                         \
		  .type = WT_KEY_DURATION,                                                         \
		  .fallback = "10s",                                                               \
		  .min = 0,                                                                        \
		  .max = 365 * DAY,                                                                \
		  .help = "How long it takes from the start until as many agents of the first "    \
			  "wave work as "                                                          \
			  "run.jobs allows, at most." },                                           \
	{                                                                                          \
		.name = "target.integration", .type = WT_KEY_DURATION, .fallback = "30s",          \
		.min = 0, .max = 365 * DAY,                                                        \
		.help = "How long all landings take together, at most."                            \
	}

#endif
