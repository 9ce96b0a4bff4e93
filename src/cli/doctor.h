/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_DOCTOR_H
#define WT_CLI_DOCTOR_H

/* What `wtorch doctor` looks at. Each check appends one or several findings and never fails:
 * what it cannot find out is a finding, too. */

#include "commands.h"

enum wt_health { WT_HEALTH_OK, WT_HEALTH_INFO, WT_HEALTH_WARN, WT_HEALTH_FAIL };

struct wt_finding {
	enum wt_health verdict;
	const char *check;  /* "git", "agent claude" */
	const char *detail; /* what is */
	const char *mend;   /* what to type or do, "" when nothing */
};

struct wt_doctor {
	struct wt_cli *cli;
	struct wt_diags diags, roadmap; /* of the configuration, and of the roadmap */
	struct wt_finding *items;
	size_t len, cap;
	size_t failures;
	bool has_repo;   /* a repository with a checkout is open */
	bool has_config; /* cli->config is loaded, perhaps with errors */
};

/* Appends a finding whose detail is formatted; gives it back for its mend. */
struct wt_finding *wt_doctor_add(struct wt_doctor *d, enum wt_health verdict, const char *check,
				 const char *fmt, ...) WT_PRINTF(4, 5);
/* As a failure, with the error's message and hint. */
void wt_doctor_fail(struct wt_doctor *d, enum wt_health verdict, const char *check,
		    const struct wt_error *err);

void wt_doctor_repository(struct wt_doctor *d);    /* git, repository, identity, signing */
void wt_doctor_configuration(struct wt_doctor *d); /* layers, agents */
void wt_doctor_agents(struct wt_doctor *d);        /* part of it: doctor_agent.c */
void wt_doctor_tasks(struct wt_doctor *d);         /* base, roadmap, what is uncommitted */
void wt_doctor_github(struct wt_doctor *d);        /* the way there, and the token */
void wt_doctor_machine(struct wt_doctor *d);       /* worktrees, disk, cgroup */

#endif
