/* SPDX-License-Identifier: MIT */
#ifndef WT_ADAPTER_ADAPTERS_H
#define WT_ADAPTER_ADAPTERS_H

/*
 * The constructors of everything that touches the world; main calls them and nobody else. No
 * type of any library is visible here.
 */

#include "wtorch/port/clock.h"
#include "wtorch/port/forge.h"
#include "wtorch/port/fs.h"
#include "wtorch/port/git.h"
#include "wtorch/port/journal.h"
#include "wtorch/port/net.h"
#include "wtorch/port/proc.h"
#include "wtorch/port/reader.h"

/* json_cjson, xml_expat, markdown_cmark, ini_inih, yaml_libyaml */
enum wt_code wt_json_cjson(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			   struct wt_error *err);
enum wt_code wt_xml_expat(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			  struct wt_error *err);
enum wt_code wt_markdown_cmark(struct wt_arena *arena, const char *path, struct wt_str text,
			       struct wt_md *out, struct wt_error *err);
void wt_ini_inih(const char *path, struct wt_str text, wt_ini_entry *entry, void *arg,
		 struct wt_diags *diags);
const struct wt_doc *wt_yaml_libyaml(struct wt_arena *arena, const struct wt_yaml_text *in,
				     struct wt_diags *diags);

/* Columns a text takes on a terminal (utf8proc); control bytes count 0. */
size_t wt_width_utf8proc(struct wt_str text);

void wt_clock_posix(struct wt_clock *out);
void wt_fs_posix(struct wt_fs *out);

/* shim: absolute path of wtorch-shim. close() with wt_proc_linux_close. */
WT_MUST_USE enum wt_code wt_proc_linux_open(const char *shim, struct wt_proc *out,
					    struct wt_error *err);
void wt_proc_linux_close(struct wt_proc *proc);

/* Nothing is set up before the first request. close() with wt_net_curl_close. */
void wt_net_curl_open(struct wt_net *out);
void wt_net_curl_close(struct wt_net *net);

/* GitHub, or a server that speaks as it does. Asks nothing yet. WT_E_INPUT: the address or the
 * token is none. close() with wt_forge_github_close. */
WT_MUST_USE enum wt_code wt_forge_github_open(const struct wt_forge_opts *opts,
					      struct wt_forge *out, struct wt_error *err);
void wt_forge_github_close(struct wt_forge *forge);

void wt_journal_file(const struct wt_clock *clock, struct wt_journal *out);

/* Opens the repository that dir lies in; both borrow proc. */
WT_MUST_USE enum wt_code wt_git_open(const char *dir, const struct wt_proc *proc,
				     struct wt_git *out, struct wt_error *err);
void wt_git_close(struct wt_git *git);

#endif
