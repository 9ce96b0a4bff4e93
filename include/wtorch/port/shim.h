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
 *	state      by rename, while the agent lives, from when it is not working for the first
 *	           time, and only when the verdict is another one, at most once in 3 s:
 *	           {"schema":"wtorch.state/1","verdict":"quiet","since_ms":9,"end_ms":0}
 *	           Both times are of the monotonic clock, 0 where there is none. A cache for
 *	           people: nothing is decided by it. Gone when exit.json is there
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
 *	           another user (pid 0 is one that could not be looked at); limits says who kept each limit: nobody where it is null
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
 *	              had done its work. What was taken for its last word may have been something
 *	              that it read aloud: whoever clearly works on behind it (more output, a
 *	              quarter of a core for all of a grace, or just then waiting for a core) gets another grace, of a second at
 *	              least, 30 in all and none beyond its timeout
 *	memory, pids  it went over a limit, error has the figures
 *	stopped       somebody told the shim to end it
 *	exec          it could not be started, error says why
 *
 * The verdicts:
 *
 *	working   there was output just now. Without a state file, too
 *	quiet     no output for a minute (a quarter of a short silence), but not stalled.
 *	          since_ms: the newest output that was seen
 *	stalled   none of the three for half of the silence that is allowed; where any is
 *	          allowed, for five minutes, and nothing follows from it. since_ms: the newest
 *	          sign of life, end_ms: when it will be ended, if it goes on so
 *	finished  it has said its last word and has not gone. since_ms: that word
 *
 * All files but start are made in a folder in which the agent may write as well: whatever it has
 * put by one of these names is replaced, never opened or followed. An agent that takes its
 * folder away takes the proof of its work away: its attempt has failed.
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
 *
 * A shim that somebody halts (STOP) keeps no time until it goes on; wtorch lets its shims go on
 * when it finds them so, at each of its ticks.
 */

#define WT_SHIM_MAGIC     "wtorch-shim/2"
#define WT_SHIM_CLAIMED   3
#define WT_SHIM_MARKER    "WTORCH_INSTANCE"
#define WT_SHIM_MAX_START (8u << 20) /* bytes of the start file; exec itself takes 2 MiB */
#define WT_SHIM_START     "start"
#define WT_SHIM_CLAIM     "claim"
#define WT_SHIM_LOG       "agent.log"
#define WT_SHIM_STATE     "state"
#define WT_SHIM_EXIT      "exit.json"
#define WT_SHIM_LEAF      "wtorch-" /* and the instance: name of a cgroup */

#define WT_SHIM_WORKING  "working"
#define WT_SHIM_QUIET    "quiet"
#define WT_SHIM_STALLED  "stalled"
#define WT_SHIM_FINISHED "finished"

#endif
