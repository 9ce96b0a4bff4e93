/* SPDX-License-Identifier: MIT */
/* Everything that is printed. */

#include "wtorch/cli/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *env_find(const char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static bool env_is_set(const char *const *env, const char *name)
{
	const char *value = env_find(env, name);

	return value && *value;
}

static bool locale_is_utf8(const char *const *env)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < 3; i++) {
		struct wt_str v = wt_str_of(env_find(env, names[i]));

		for (size_t at = 0; at + 4 < v.len + 1 && v.len; at++) {
			struct wt_str tail = { v.data + at, v.len - at };

			if (wt_str_starts_nocase(tail, "utf-8") ||
			    wt_str_starts_nocase(tail, "utf8"))
				return true;
		}
		if (v.len)
			return false;
	}
	return false;
}

static bool has_color(const char *const *env, enum wt_color color, bool is_terminal)
{
	const char *term = env_find(env, "TERM");

	if (color != WT_COLOR_AUTO)
		return color == WT_COLOR_ALWAYS;
	if (env_is_set(env, "NO_COLOR"))
		return false;
	if (env_is_set(env, "CLICOLOR_FORCE") && strcmp(env_find(env, "CLICOLOR_FORCE"), "0") != 0)
		return true;
	return is_terminal && term && strcmp(term, "dumb") != 0;
}

static void measure(struct wt_ui *ui)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		ui->columns = size.ws_col;
		ui->rows = size.ws_row;
	}
}

void wt_ui_init(struct wt_ui *ui, const char *const *env, enum wt_color color,
		size_t (*width)(struct wt_str))
{
	const char *term = env_find(env, "TERM");
	int64_t columns;

	*ui = (struct wt_ui){ .columns = 80, .width = width, .log_fd = -1 };
	ui->out_is_terminal = isatty(STDOUT_FILENO);
	ui->in_is_terminal = isatty(STDIN_FILENO);
	ui->err_is_terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 &&
			      !env_is_set(env, "CI");
	ui->out_has_color = has_color(env, color, ui->out_is_terminal);
	ui->err_has_color = has_color(env, color, isatty(STDERR_FILENO));
	ui->is_utf8 = locale_is_utf8(env);
	measure(ui);
	if (wt_text_parse_int(wt_str_of(env_find(env, "COLUMNS")), &columns) && columns >= 40 &&
	    columns < 1000)
		ui->columns = (int)columns;
}

/* Whoever gave us a pipe may have made it non-blocking; a reader may pause for a minute. */
static bool wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int rc = poll(&p, 1, 60000);

	return rc > 0 || (rc < 0 && errno == EINTR);
}

static void write_all(struct wt_ui *ui, int fd, const char *data, size_t len)
{
	bool is_answer = fd == STDOUT_FILENO;

	while (len && !ui->pipe_is_closed && !(is_answer && ui->out_errno)) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_writable(fd))))
			continue;
		if (n < 0) {
			/* EPIPE: the reader has enough. Elsewhere there is nobody to tell. */
			ui->out_errno = is_answer ? errno : ui->out_errno;
			ui->pipe_is_closed = ui->out_errno == EPIPE;
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

static int err_fd(const struct wt_ui *ui)
{
	return ui->log_fd >= 0 ? ui->log_fd : STDERR_FILENO;
}

void wt_ui_answer(struct wt_ui *ui, struct wt_str text)
{
	wt_ui_live(ui, (struct wt_str){ "", 0 });
	write_all(ui, STDOUT_FILENO, text.data, text.len);
}

/* Above the live block, which is drawn again by its owner's next call. */
static void put_err(struct wt_ui *ui, const struct wt_buf *text)
{
	wt_ui_live(ui, (struct wt_str){ "", 0 });
	write_all(ui, err_fd(ui), text->data, text->len);
}

static void WT_PRINTF(4, 0)
	put_line(struct wt_ui *ui, enum wt_tone tone, const char *head, const char *fmt, va_list ap)
{
	struct wt_buf raw = WT_BUF_INIT, line = WT_BUF_INIT;

	if (*head)
		wt_ui_tone(ui, true, tone, &line, head);
	wt_buf_vprintf(&raw, fmt, ap);
	wt_text_render_safe(&line, (struct wt_str){ raw.data, raw.len });
	wt_buf_putc(&line, '\n');
	put_err(ui, &line);
	wt_buf_clear(&raw);
	wt_buf_clear(&line);
}

void wt_ui_say(struct wt_ui *ui, const char *fmt, ...)
{
	va_list ap;

	if (ui->is_quiet)
		return;
	va_start(ap, fmt);
	put_line(ui, WT_TONE_PLAIN, "", fmt, ap);
	va_end(ap);
}

void wt_ui_warn(struct wt_ui *ui, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(ui, WT_TONE_WARN, "wtorch: warning: ", fmt, ap);
	va_end(ap);
}

void wt_ui_hint(struct wt_ui *ui, const char *fmt, ...)
{
	va_list ap;

	if (ui->is_quiet)
		return;
	va_start(ap, fmt);
	put_line(ui, WT_TONE_FAINT, "hint: ", fmt, ap);
	va_end(ap);
}

static void put_place(struct wt_buf *out, const struct wt_place *place)
{
	if (!place->path)
		return;
	wt_text_render_safe(out, wt_str_of(place->path));
	if (place->line)
		wt_buf_printf(out, ":%zu", place->line);
	if (place->line && place->column)
		wt_buf_printf(out, ":%zu", place->column);
	wt_buf_puts(out, ": ");
}

void wt_ui_error(struct wt_ui *ui, const struct wt_error *err)
{
	struct wt_buf line = WT_BUF_INIT;

	wt_ui_tone(ui, true, WT_TONE_BAD, &line, "wtorch: error: ");
	put_place(&line, &err->place);
	wt_text_render_safe(&line, wt_str_of(err->msg));
	wt_buf_putc(&line, '\n');
	put_err(ui, &line);
	wt_buf_clear(&line);
	if (err->hint[0])
		wt_ui_hint(ui, "%s", err->hint);
}

void wt_ui_diags(struct wt_ui *ui, const struct wt_diags *diags)
{
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < diags->len; i++) {
			const struct wt_diag *d = &diags->items[i];
			struct wt_buf line = WT_BUF_INIT;
			bool is_hint = d->severity == WT_SEVERITY_HINT;

			if (is_hint != (pass == 1) || (is_hint && ui->is_quiet))
				continue;
			if (!is_hint && !d->place.path)
				wt_buf_puts(&line, "wtorch: ");
			if (!is_hint)
				put_place(&line, &d->place);
			wt_ui_tone(ui, true,
				   d->severity == WT_SEVERITY_ERROR ? WT_TONE_BAD : WT_TONE_WARN,
				   &line, wt_severity_name(d->severity));
			wt_buf_puts(&line, ": ");
			if (is_hint)
				put_place(&line, &d->place);
			wt_text_render_safe(&line, wt_str_of(d->message));
			wt_buf_putc(&line, '\n');
			put_err(ui, &line);
			wt_buf_clear(&line);
		}
	}
}

void wt_ui_tone(const struct wt_ui *ui, bool on_err, enum wt_tone tone, struct wt_buf *out,
		const char *text)
{
	static const char *const codes[] = { "", "32", "31", "33", "2", "1" };

	if (!(on_err ? ui->err_has_color : ui->out_has_color) || tone == WT_TONE_PLAIN)
		wt_buf_puts(out, text);
	else
		wt_buf_printf(out, "\033[%sm%s\033[0m", codes[tone], text);
}

/* Bytes of text that fit, whole characters only. */
static size_t fitting(const struct wt_ui *ui, struct wt_str text, size_t columns)
{
	struct wt_str rest = text, one = text;
	uint32_t rune;
	size_t width = 0;

	if (ui->width(text) <= columns)
		return text.len;
	while (wt_text_next_rune(&rest, &rune)) {
		one.len = (size_t)(rest.data - one.data);
		width += ui->width(one);
		if (width > columns)
			break;
		one.data = rest.data;
	}
	return (size_t)(one.data - text.data);
}

/* Cuts text at its first newline; false when nothing is left. */
static bool take_line(struct wt_str *text, struct wt_str *line)
{
	const char *nl = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t n = nl ? (size_t)(nl - text->data) : text->len;

	if (!text->len)
		return false;
	*line = (struct wt_str){ text->data, n };
	text->data += n + (nl ? 1 : 0);
	text->len -= n + (nl ? 1 : 0);
	return true;
}

void wt_ui_cell(const struct wt_ui *ui, struct wt_buf *out, const char *text, size_t columns,
		bool right)
{
	struct wt_buf safe = WT_BUF_INIT;
	size_t len, width;

	wt_text_render_safe(&safe, wt_str_of(text));
	len = fitting(ui, (struct wt_str){ safe.data, safe.len }, columns);
	width = ui->width((struct wt_str){ safe.data, len });
	for (size_t i = width; right && i < columns; i++)
		wt_buf_putc(out, ' ');
	wt_buf_add(out, safe.data, len);
	for (size_t i = width; !right && i < columns; i++)
		wt_buf_putc(out, ' ');
	wt_buf_clear(&safe);
}

bool wt_ui_ask(struct wt_ui *ui, const char *question)
{
	struct wt_buf line = WT_BUF_INIT;
	char answer[16] = "";
	struct wt_str word;

	if (!ui->in_is_terminal || !isatty(STDERR_FILENO))
		return false;
	wt_buf_printf(&line, "%s [y/N] ", question);
	put_err(ui, &line);
	wt_buf_clear(&line);
	if (!fgets(answer, sizeof answer, stdin))
		return false;
	word = wt_str_trim(wt_str_of(answer));
	return wt_str_is_nocase(word, "y") || wt_str_is_nocase(word, "yes");
}

bool wt_ui_can_live(const struct wt_ui *ui)
{
	return ui->err_is_terminal && !ui->is_quiet && ui->log_fd < 0;
}

void wt_ui_live(struct wt_ui *ui, struct wt_str lines)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_str line;
	size_t most;

	if (!wt_ui_can_live(ui) || (!lines.len && !ui->live_lines))
		return;
	measure(ui);
	most = ui->rows > 1 ? (size_t)ui->rows - 1 : SIZE_MAX;
	if (ui->live_lines)
		wt_buf_printf(&out, "\033[%zuA", ui->live_lines);
	wt_buf_puts(&out, "\r\033[J");
	ui->live_lines = 0;
	while (ui->live_lines < most && take_line(&lines, &line)) {
		wt_buf_add(&out, line.data, fitting(ui, line, (size_t)ui->columns - 1));
		wt_buf_putc(&out, '\n');
		ui->live_lines++;
	}
	write_all(ui, STDERR_FILENO, out.data, out.len);
	wt_buf_clear(&out);
}

void wt_ui_redirect(struct wt_ui *ui, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	ui->live_lines = 0;
	if (fd < 0)
		return;
	if (ui->log_fd >= 0)
		close(ui->log_fd);
	ui->log_fd = fd;
}

enum wt_code wt_ui_flush(struct wt_ui *ui, struct wt_error *err)
{
	if (ui->out_errno && ui->out_errno != EPIPE)
		return wt_fail_errno(err, WT_E_ENV, ui->out_errno, "cannot write the answer");
	return WT_OK;
}
