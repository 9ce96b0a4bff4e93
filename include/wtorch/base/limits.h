/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_LIMITS_H
#define WT_BASE_LIMITS_H

/*
 * Every buffer that the outside fills has its maximum here. What is larger is refused or cut
 * with a message that names the limit, never read in part without saying so.
 */

#define WT_MAX_SOURCE_BYTES   (64u << 20) /* a roadmap, task file or issue body */
#define WT_MAX_CONFIG_BYTES   (1u << 20)  /* one configuration file */
#define WT_MAX_CONFIG_LINE    190u        /* one line of it: inih's buffer holds 200 bytes */
#define WT_MAX_CONFIG_VALUE   (16u << 10) /* one value, its continuation lines included */
#define WT_MAX_STATUS_BYTES   (64u << 10) /* a status file written by an agent */
#define WT_MAX_RECORD_BYTES   (256u << 20) /* one journal record; the plan is the largest */
#define WT_MAX_OUTPUT_BYTES   (64u << 20) /* captured output of a helper process such as git */
#define WT_MAX_BLOB_BYTES     (256u << 20) /* one blob that takes part in a line merge */
#define WT_MAX_ID             64u         /* a task id */
#define WT_MAX_TITLE          500u        /* a task title; longer ones are cut with a warning */
#define WT_MAX_SLUG           40u         /* bytes of a title that go into a branch name */
#define WT_MAX_TASKS          100000u     /* tasks of one plan */
#define WT_MAX_TASK_FILES     1000u       /* files of one task */
#define WT_MAX_LABELS         50u         /* labels of one task */
#define WT_MAX_GATES          100u        /* gates of one configuration */
#define WT_MAX_JSON_DEPTH     64u         /* nesting of a JSON or XML document that we read */
#define WT_MAX_XML_BYTES      (16u << 20) /* one XML document */
#define WT_MAX_XML_NODES      1000000u    /* its elements and attributes together */
#define WT_MAX_XML_TEXT       4096u       /* of an element's own text, from its beginning */

#endif
