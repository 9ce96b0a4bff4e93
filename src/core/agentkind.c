/* SPDX-License-Identifier: MIT */
/* The agents that we know, one row each. */

#include "wtorch/core/agentkind.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 * The prompt comes from standard input where the program can read it there, because a command
 * line is limited in length and everybody on the machine can read it. None of them is given its
 * own --worktree: ours is where it works.
 */
static const struct wt_agent_kind kinds[] = {
	{ .name = "claude",
	  .provider = "anthropic",
	  .argv = WORDS("claude", "-p", "--output-format", "stream-json", "--verbose"),
	  .model = WORDS("--model", "{model}"),
	  .unattended = WORDS("--permission-mode", "bypassPermissions"),
	  .resume = WORDS("--resume", "{session}"),
	  .format = WT_AGENTLOG_CLAUDE,
	  .final = "{\"type\":\"result\"",
	  .keys = WORDS("ANTHROPIC_*", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR",
			"IS_SANDBOX"),
	  .home = "CLAUDE_CONFIG_DIR",
	  .state = ".claude",
	  .root_word = "IS_SANDBOX",
	  .logins = WORDS("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN",
			  "$CLAUDE_CONFIG_DIR/.credentials.json", "~/.claude/.credentials.json"),
	  .login = "claude, then /login",
	  .start_gap_ms = 1000 },
	/* Its sandbox asks nobody, so there is nothing to approve. The flag for it has to stand
	 * before resume, which does not know it, and would be allowed to read only. */
	{ .name = "codex",
	  .provider = "openai",
	  .argv = WORDS("codex", "exec", "--json", "-s", "workspace-write"),
	  .model = WORDS("-m", "{model}"),
	  .resume = WORDS("resume", "{session}"),
	  .refuses = 1,
	  .counts_again = true,
	  .last = WORDS("-"),
	  .format = WT_AGENTLOG_CODEX,
	  .final = "{\"type\":\"turn.completed\"",
	  .keys = WORDS("CODEX_HOME", "CODEX_API_KEY", "OPENAI_API_KEY"),
	  .home = "CODEX_HOME",
	  .state = ".codex",
	  .commits = WT_AGENT_COMMITS_NEVER,
	  .logins = WORDS("CODEX_API_KEY", "OPENAI_API_KEY", "$CODEX_HOME/auth.json",
			  "~/.codex/auth.json"),
	  .login = "codex login" },
	{ .name = "gemini",
	  .provider = "google",
	  .argv = WORDS("gemini", "--skip-trust", "-o", "stream-json"),
	  .model = WORDS("-m", "{model}"),
	  .unattended = WORDS("--yolo"),
	  .resume = WORDS("--resume", "{session}"),
	  .refuses = 42,
	  .format = WT_AGENTLOG_GEMINI,
	  .final = "{\"type\":\"result\"",
	  .keys = WORDS("GEMINI_*", "GOOGLE_*"),
	  .home = "HOME",
	  .commits = WT_AGENT_COMMITS_AS_LOCAL,
	  .logins = WORDS("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS",
			  "~/.gemini/oauth_creds.json", "~/.gemini/.env"),
	  .login = "gemini, then /auth",
	  .set_up = WORDS("~/.gemini/settings.json"),
	  .first_start = "gemini, then /auth",
	  .asks_first = true,
	  .start_gap_ms = 1000 },
	{ .name = "qwen",
	  .provider = "qwen",
	  .argv = WORDS("qwen", "--output-format", "stream-json"),
	  .model = WORDS("--model", "{model}"),
	  .unattended = WORDS("--yolo"),
	  .resume = WORDS("--resume", "{session}"),
	  .counts_again = true,
	  .format = WT_AGENTLOG_CLAUDE,
	  .final = "{\"type\":\"result\"",
	  .keys = WORDS("OPENAI_*", "DASHSCOPE_API_KEY"),
	  .home = "HOME",
	  .logins = WORDS("OPENAI_API_KEY", "DASHSCOPE_API_KEY", "~/.qwen/oauth_creds.json",
			  "~/.qwen/.env"),
	  .login = "qwen, then /auth",
	  .start_gap_ms = 1000 },
	/* What it may do stands in its own configuration; what that wants asked is refused. */
	{ .name = "opencode",
	  .provider = "opencode",
	  .argv = WORDS("opencode", "run", "--format", "json"),
	  .model = WORDS("-m", "{model}"),
	  .resume = WORDS("-s", "{session}"),
	  .format = WT_AGENTLOG_OPENCODE,
	  .keys = WORDS("OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"),
	  .home = "HOME",
	  .logins = WORDS("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENCODE_API_KEY",
			  "OPENCODE_CONFIG", "$XDG_DATA_HOME/opencode/auth.json",
			  "~/.local/share/opencode/auth.json", "~/.config/opencode/opencode.json",
			  "~/.config/opencode/opencode.jsonc"),
	  .login = "opencode auth login",
	  .set_up = WORDS("$XDG_DATA_HOME/opencode/opencode.db",
			  "~/.local/share/opencode/opencode.db"),
	  .first_start = "opencode session list",
	  .start_gap_ms = 1000 },
	{ .name = "cline",
	  .provider = "cline",
	  .argv = WORDS("cline", "--json"),
	  .model = WORDS("-m", "{model}"),
	  .unattended = WORDS("--auto-approve", "true"),
	  .last = WORDS("{prompt}"),
	  .is_stdin_unused = true,
	  .format = WT_AGENTLOG_CLINE,
	  .final = "\"type\":\"run_result\"",
	  .home = "HOME",
	  .logins = WORDS("~/.cline/data/settings/providers.json"),
	  .login = "cline auth",
	  .start_gap_ms = 1000 },
	{ .name = "aider",
	  .provider = "aider",
	  .argv = WORDS("aider", "--no-auto-commits", "--no-gitignore", "--message-file",
			"{prompt_file}"),
	  .model = WORDS("--model", "{model}"),
	  .unattended = WORDS("--yes-always"),
	  .is_stdin_unused = true,
	  .keys = WORDS("ANTHROPIC_API_KEY", "OPENAI_API_KEY"),
	  .logins = WORDS("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "~/.aider.conf.yml", "~/.env") },
	{ .name = "generic" },
};

#define N_KINDS (sizeof kinds / sizeof *kinds)

const struct wt_agent_kind *wt_agent_kind_find(const char *name)
{
	for (size_t i = 0; name && i < N_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

const struct wt_agent_kind *wt_agent_kinds(size_t *n)
{
	*n = N_KINDS;
	return kinds;
}

const char *wt_agentlog_format_name(enum wt_agentlog_format format)
{
	static const char *const names[WT_AGENTLOG_FORMATS] = {
		[WT_AGENTLOG_TEXT] = "text",         [WT_AGENTLOG_CLAUDE] = "claude",
		[WT_AGENTLOG_CODEX] = "codex",       [WT_AGENTLOG_GEMINI] = "gemini",
		[WT_AGENTLOG_OPENCODE] = "opencode", [WT_AGENTLOG_CLINE] = "cline",
	};

	return format < WT_AGENTLOG_FORMATS ? names[format] : NULL;
}
