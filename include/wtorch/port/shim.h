/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_SHIM_H
#define WT_PORT_SHIM_H

/*
 * The files through which wtorch and its shim speak; both sides include this and nothing else
 * of each other. All lie in the attempt's folder.
 *
 *	start      written by wtorch before the shim: NUL-terminated strings, in this order:
 *	           WT_SHIM_MAGIC, cwd, stdin path or "", instance, timeout in ms (0: none),
 *	           grace in ms, number of arguments, the arguments, number of variables, the
 *	           variables. Nothing behind them
 *	claim      made by whoever owns the attempt (exclusively, and whole from the first
 *	           moment): "pid start-time boot-id\n". A shim that finds one leaves at once with
 *	           code WT_SHIM_CLAIMED
 *	agent.log  both streams of the agent, appended
 *	exit.json  by rename, when the agent is gone and nobody survived:
 *	           {"schema":"wtorch.exit/1","reason":"exit|signal|timeout|stopped|exec",
 *	            "code":0,"signal":0,"error":null,"cpu_ms":12,"peak_rss_bytes":1,
 *	            "duration_ms":5,"survivors":[{"pid":7,"name":"x"}]}
 *	           code is -1 when a signal ended it or it never began; "exec": it could not be
 *	           started, error says why; cpu_ms counts all that ran below the shim,
 *	           peak_rss_bytes is that of the largest process; survivors (32 at most) are
 *	           those that KILL did not end, such as a program of another user
 *
 * TERM, INT or HUP to the shim ends the agent: TERM to its tree, the grace, then STOP and KILL
 * until nobody is left, by descent and by the instance marker in their environment. A second
 * such signal cuts the grace short. Whatever outlives the agent itself gets TERM and a second at
 * most, also when the agent ended by itself; its reason is then still "exit" or "signal".
 *
 * The shim outlives wtorch. It ends with 0 when exit.json is written, 1 when that could not be.
 */

#define WT_SHIM_MAGIC     "wtorch-shim/1"
#define WT_SHIM_CLAIMED   3
#define WT_SHIM_MARKER    "WTORCH_INSTANCE"
#define WT_SHIM_MAX_START (8u << 20) /* bytes of the start file; exec itself takes 2 MiB */
#define WT_SHIM_START     "start"
#define WT_SHIM_CLAIM     "claim"
#define WT_SHIM_LOG       "agent.log"
#define WT_SHIM_EXIT      "exit.json"

#endif
