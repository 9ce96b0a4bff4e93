/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_SHIM_H
#define WT_PORT_SHIM_H

/*
 * The files through which wtorch and its shim speak; both sides include this and nothing else
 * of each other. All lie in the attempt's folder.
 *
 *	start      written by wtorch before the shim: NUL-terminated strings, in this order:
 *	           WT_SHIM_MAGIC, cwd, stdin path or "", instance, timeout in ms, grace in ms,
 *	           number of arguments, the arguments, number of variables, the variables
 *	claim      made by whoever owns the attempt (O_EXCL): "pid start-time boot-id\n". A shim
 *	           that finds one leaves at once with code WT_SHIM_CLAIMED
 *	agent.log  both streams of the agent, appended
 *	exit.json  by rename, when the agent is gone and nobody survived:
 *	           {"schema":"wtorch.exit/1","reason":"exit|signal|timeout|stopped|exec",
 *	            "code":0,"signal":0,"error":null,"cpu_ms":12,"peak_rss_bytes":1,
 *	            "duration_ms":5,"survivors":[]}
 *
 * TERM, INT or HUP to the shim ends the agent: TERM to its tree, the grace, then STOP and KILL
 * until nobody is left, by descent and by the instance marker in their environment.
 */

#define WT_SHIM_MAGIC     "wtorch-shim/1"
#define WT_SHIM_CLAIMED   3
#define WT_SHIM_START     "start"
#define WT_SHIM_CLAIM     "claim"
#define WT_SHIM_LOG       "agent.log"
#define WT_SHIM_EXIT      "exit.json"

#endif
