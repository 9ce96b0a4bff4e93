/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_SHIM_H
#define WT_PORT_SHIM_H

/*
 * The files through which wtorch and its shim speak; both sides include this and nothing else
 * of each other. All lie in the attempt's folder.
 *
 *	start      written by wtorch before the shim: NUL-terminated strings, in this order:
 *	           WT_SHIM_MAGIC, cwd, stdin path or "", instance, timeout in ms (0: none),
 *	           grace in ms, silence in ms (0: any), final text or "", folder for a cgroup or
 *	           "", memory in bytes, CPU in percent of one core, processes and threads, open
 *	           files (each 0: no limit), number of arguments, the arguments, number of
 *	           variables, the variables. Nothing behind them
 *	claim      made by whoever owns the attempt (exclusively, and whole from the first
 *	           moment): "pid start-time boot-id\n". A shim that finds one leaves at once with
 *	           code WT_SHIM_CLAIMED
 *	agent.log  both streams of the agent, appended
 *	exit.json  by rename, when the agent is gone and nobody survived:
 *	           {"schema":"wtorch.exit/1","reason":"exit","code":0,"signal":0,"error":null,
 *	            "cpu_ms":12,"peak_rss_bytes":1,"duration_ms":5,
 *	            "survivors":[{"pid":7,"name":"x"}],
 *	            "limits":{"memory":"cgroup","pids":"sampled","cpu":null}}
 *	           code is -1 when a signal ended it or it never began; cpu_ms counts all that
 *	           ran below the shim; peak_rss_bytes is the most that was seen of all of it
 *	           together (the cgroup's own figure, else the largest sum of a sample, in which
 *	           shared pages count in each process, or the largest process when that is more);
 *	           survivors (32 at most) are those that KILL did not end, such as a program of
 *	           another user; limits says who kept each limit: nobody where it is null
 *
 * The reasons, with error where it adds something:
 *
 *	exit, signal  it ended by itself. error, when the kernel had refused it processes
 *	timeout       its time was up
 *	stalled       for as long as silence allows there was no output, no change of the work
 *	              tree and next to no CPU in the tree: less than 5 % of one core, over 10 s,
 *	              and nobody waiting for a core or a disk most of the time. An event loop that waits needs 1 or 2 %, whatever compiles or tests
 *	              saturates a core, so an agent that says nothing while its child works is
 *	              not stalled. Of the work tree only names, sizes and times of the first
 *	              50,000 entries count, read four times within one silence and only while
 *	              the other two say nothing
 *	finished      the final text was in its output and the grace passed; code is 0, for it
 *	              had done its work
 *	memory, pids  it went over a limit, error has the figures
 *	stopped       somebody told the shim to end it
 *	exec          it could not be started, error says why
 *
 * TERM, INT or HUP to the shim ends the agent: TERM to its tree, the grace, then STOP and KILL
 * until nobody is left, by descent, by the instance marker in their environment, and by the
 * cgroup. A second such signal cuts the grace short; what went over a limit gets none. Whatever
 * outlives the agent itself gets TERM and a second at most, also when the agent ended by itself;
 * its reason is then still "exit" or "signal".
 *
 * Limits. Where a folder for cgroups is named and the kernel offers the controllers there, a
 * leaf "wtorch-INSTANCE" keeps them: over memory the kernel ends all of the tree, over pids it
 * refuses to fork, over cpu it slows down. The leaf is gone when exit.json is there. What no
 * cgroup keeps is sampled, once a second and ten times a second from half a limit on, and the
 * tree is ended above it; the memory of a sample is the sum of the proportional sets, in which
 * pages shared by n processes count 1/n in each. CPU is never limited by sampling: to stop and
 * continue processes would be seen by their parents. Core files are not written, unless the
 * program asks for them itself.
 *
 * All times are monotonic: while the machine sleeps, none passes. The shim outlives wtorch. It
 * ends with 0 when exit.json is written, 1 when that could not be.
 */

#define WT_SHIM_MAGIC     "wtorch-shim/2"
#define WT_SHIM_CLAIMED   3
#define WT_SHIM_MARKER    "WTORCH_INSTANCE"
#define WT_SHIM_MAX_START (8u << 20) /* bytes of the start file; exec itself takes 2 MiB */
#define WT_SHIM_START     "start"
#define WT_SHIM_CLAIM     "claim"
#define WT_SHIM_LOG       "agent.log"
#define WT_SHIM_EXIT      "exit.json"
#define WT_SHIM_LEAF      "wtorch-" /* and the instance: name of a cgroup */

#endif
