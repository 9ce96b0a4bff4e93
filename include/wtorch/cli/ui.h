/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_UI_H
#define WT_CLI_UI_H

/*
 * The only code that prints. stdout gets the answer, stderr everything else; what came from
 * outside is made safe for a terminal on its way. A closed pipe ends the printing silently.
 */

#include <stdbool.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/text.h"

enum wt_color { WT_COLOR_AUTO, WT_COLOR_ALWAYS, WT_COLOR_NEVER };

enum wt_tone {
	WT_TONE_PLAIN,
	WT_TONE_GOOD,
	WT_TONE_BAD,
	WT_TONE_WARN,
	WT_TONE_FAINT,
	WT_TONE_BOLD
};

struct wt_ui {
	bool out_is_terminal, err_is_terminal, in_is_terminal;
	bool out_has_color, err_has_color;
	bool is_utf8; /* the terminal shows more than ASCII */
	bool is_quiet, is_verbose;
	int columns;                         /* of the terminal, 80 when unknown */
	int rows;                            /* 0 when unknown */
	size_t (*width)(struct wt_str text); /* columns a text takes */
	int log_fd;                          /* stderr's stand-in after a hangup; -1: none */
	size_t live_lines;                   /* of the block that is redrawn, on stderr */
	bool pipe_is_closed;
	int out_errno; /* why the answer could not be written, 0: it could */
};

/* env: NO_COLOR, CLICOLOR_FORCE, TERM, CI, LC_ALL, LC_CTYPE, LANG, COLUMNS are looked at. */
void wt_ui_init(struct wt_ui *ui, const char *const *env, enum wt_color color,
		size_t (*width)(struct wt_str));

/* The answer, as it is (the caller made foreign text safe). */
void wt_ui_answer(struct wt_ui *ui, struct wt_str text);
/* Narration on stderr, a line; nothing when quiet. */
void wt_ui_say(struct wt_ui *ui, const char *fmt, ...) WT_PRINTF(2, 3);
void wt_ui_warn(struct wt_ui *ui, const char *fmt, ...) WT_PRINTF(2, 3);
void wt_ui_hint(struct wt_ui *ui, const char *fmt, ...) WT_PRINTF(2, 3);
/* "wtorch: error: ..." with the place in front and the hint behind. */
void wt_ui_error(struct wt_ui *ui, const struct wt_error *err);
/* "ROADMAP.md:12:3: warning: ..." each, hints last. */
void wt_ui_diags(struct wt_ui *ui, const struct wt_diags *diags);

/* Appends text in a tone, coloured when the stream is. */
void wt_ui_tone(const struct wt_ui *ui, bool on_err, enum wt_tone tone, struct wt_buf *out,
		const char *text);
/* Appends text made safe, cut or padded to exactly columns (padded on the left for right). */
void wt_ui_cell(const struct wt_ui *ui, struct wt_buf *out, const char *text, size_t columns,
		bool right);

/* Asks on the terminal; false without one, and on anything but y or yes. */
bool wt_ui_ask(struct wt_ui *ui, const char *question);

/* A block of lines at the end of stderr that is drawn over at the next call; empty takes it
 * away. Lines are cut to the width and as many are left out as the terminal is too low for; they
 * hold no colours. Only on a terminal. */
void wt_ui_live(struct wt_ui *ui, struct wt_str lines);
bool wt_ui_can_live(const struct wt_ui *ui);

/* From now on what goes to stderr goes to that file. */
void wt_ui_redirect(struct wt_ui *ui, const char *path);
/* WT_E_ENV when the answer could not be written whole (disk full). */
WT_MUST_USE enum wt_code wt_ui_flush(struct wt_ui *ui, struct wt_error *err);

#endif
