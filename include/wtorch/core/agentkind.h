/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_AGENTKIND_H
#define WT_CORE_AGENTKIND_H

/*
 * What is known about each kind of agent program, as data: how it is started without a person,
 * how it gets its prompt, how it tells what it does and what it costs. A kind more is a row more
 * in agentkind.c, and a parser in agentlog_*.c where it has a format of its own.
 *
 * The figures and flags were seen with codex 0.169.0, qwen 0.24.4, opencode 1.18.33, gemini
 * 0.61.0 and cline 3.0.65; those of claude are from its documentation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/text.h"

/* The lines that it writes. */
enum wt_agentlog_format {
	WT_AGENTLOG_TEXT,     /* whatever it likes */
	WT_AGENTLOG_CLAUDE,   /* claude and qwen: stream-json */
	WT_AGENTLOG_CODEX,    /* codex exec --json */
	WT_AGENTLOG_GEMINI,   /* gemini -o stream-json */
	WT_AGENTLOG_OPENCODE, /* opencode run --format json */
	WT_AGENTLOG_CLINE,    /* cline --json */
	WT_AGENTLOG_FORMATS
};

/* Whether its commands can commit in a linked worktree. Where they cannot, what it leaves is
 * committed for it. */
enum wt_agent_commits {
	WT_AGENT_COMMITS,
	WT_AGENT_COMMITS_AS_LOCAL, /* only with an identity in the repository's own configuration */
	WT_AGENT_COMMITS_NEVER,    /* its sandbox keeps it out of the repository's git folder */
};

/*
 * Lists are NULL-terminated; words in braces as in agent.*.command. The argument list is argv,
 * then model when there is a model, then unattended when agent.auto_approve says so, then last.
 */
struct wt_agent_kind {
	const char *name;
	const char *provider;          /* who answers its requests: what a quota is of */
	const char *const *argv;       /* NULL: the configuration must name a command */
	const char *const *model;      /* how it is told the model */
	const char *const *unattended; /* lets it work without asking; NULL: it never asks */
	const char *const *resume;     /* put before last, to go on with {session}; NULL: it
					  cannot */
	int refuses;       /* how it ends, without an event, where it does not know {session}; 0:
			      with any status but 0 */
	bool counts_again;             /* the use that it tells then is that of all of it */
	const char *const *last;
	bool is_stdin_unused; /* its prompt is in argv */
	enum wt_agentlog_format format;
	const char *final;       /* text of its last event, by which a shim knows that it is
				    done; NULL: its end is all */
	const char *const *keys; /* variables of the user's that it needs to log in */
	const char *home;        /* the variable that moves its state elsewhere */
	const char *state;       /* the folder below HOME that it moves; NULL: HOME itself */
	const char *root_word;   /* as root its unattended flags are refused unless this variable
				    of the environment is set; NULL: never */
	enum wt_agent_commits commits;
	/* What shows that it can log in: variables (NAME), and files in "~/" or a folder that a
	 * variable names ("$NAME/"). Any one of them does; NULL: it is not known. */
	const char *const *logins;
	const char *login; /* what a person types to log in */
	/* As logins: what is there once a person has started it. Before that it fails, or several
	 * of it at the same time do; NULL: no matter. */
	const char *const *set_up;
	const char *first_start; /* what a person types then */
	bool asks_first;         /* only a person can: it asks */
	int64_t start_gap_ms;    /* between two starts: they share a state folder or a login */
};

/* The row of that name; NULL when there is none. */
const struct wt_agent_kind *wt_agent_kind_find(const char *name);
/* All rows, "generic" last. */
const struct wt_agent_kind *wt_agent_kinds(size_t *n);

const char *wt_agentlog_format_name(enum wt_agentlog_format format);

#endif
