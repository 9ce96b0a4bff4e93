/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_AGENTLOG_PRIV_H
#define WT_CORE_AGENTLOG_PRIV_H

/*
 * What the parsers of the formats share. Each takes one event, which is an object, and tells
 * what it says by these; whatever it does not know it passes over.
 */

#include "wtorch/core/agentlog.h"

typedef void agentlog_take(struct wt_agentlog *log, const struct wt_json *event);

agentlog_take wt_agentlog_take_claude, wt_agentlog_take_codex, wt_agentlog_take_gemini,
	wt_agentlog_take_opencode, wt_agentlog_take_cline;

/* One line, safe to print, cut at a few hundred bytes. NULL and what is blank change nothing. */
void wt_agentlog_message(struct wt_agentlog *log, const char *text);
/* NULL: it uses none any more. */
void wt_agentlog_tool(struct wt_agentlog *log, const char *name);
void wt_agentlog_session(struct wt_agentlog *log, const char *id);
/* The model that it works with; NULL, and what is none, change nothing. */
void wt_agentlog_model(struct wt_agentlog *log, const char *name);
void wt_agentlog_done(struct wt_agentlog *log);
/* It says that it failed, for that reason (NULL: it does not say why). */
void wt_agentlog_failed(struct wt_agentlog *log, const char *why);
/* Its provider says why it does not answer; an error that it may get over by itself. */
void wt_agentlog_trouble(struct wt_agentlog *log, const char *why);

/* A count of tokens; 0 where there is none, or none that can be. */
int64_t wt_agentlog_count(struct wt_agentlog *log, const struct wt_json *object, const char *name);
/* Money in dollars; negative where there is none. */
double wt_agentlog_cost(struct wt_agentlog *log, const struct wt_json *object, const char *name);
void wt_agentlog_add(struct wt_usage *to, const struct wt_usage *more);

/* Looks in a text of an error for why a provider does not answer. */
void wt_agentlog_find_stop(struct wt_agentlog *log, struct wt_str text);
/* And when it answers again; changes nothing where that does not say. lower is text in lower case.
 */
void wt_agentlog_find_reset(struct wt_agentlog *log, struct wt_str lower, struct wt_str text);

#endif
