/* SPDX-License-Identifier: MIT */
/* wtorch init: a first .wtorch.ini with what can be found out. */

#include "commands.h"
#include "wtorch/base/path.h"
#include "wtorch/core/agentkind.h"
#include "wtorch/core/proposal.h"
#include "wtorch/engine/settings.h"

static const struct wt_opt rows[] = {
	{ .name = "dry-run", .letter = 'n', .help = "show the file and write nothing" },
	{ .name = "force", .letter = 'f', .help = "replace the file that is there" },
};

#define MAX_KINDS 16u
#define MAX_FILE  (1u << 20)

/* What has to be done before anybody can work, by a file at the top of the checkout. */
static const struct {
	const char *file, *command;
} setup_commands[] = {
	{ "package-lock.json", "npm ci" },
	{ "pnpm-lock.yaml", "pnpm install --frozen-lockfile" },
	{ "yarn.lock", "yarn install --frozen-lockfile" },
	{ "uv.lock", "uv sync" },
};

struct found {
	const struct wt_agent_kind *agents[MAX_KINDS];
	size_t n_agents;
	const char *roadmap;
	const char *base;
	const char *setup; /* NULL: not found out */
	struct wt_proposal gates[WT_MAX_PROPOSALS];
	size_t n_gates;
};

static bool is_file(const struct wt_cli *cli, const char *name)
{
	struct wt_file_info info;
	struct wt_error ignored;
	struct wt_arena a = { 0 };
	const struct wt_fs *fs = cli->ports->fs;
	const char *path = wt_path_join(&a, cli->ports->git->repo.top, name);
	bool is = fs->stat(fs->self, path, &info, &ignored) == WT_OK &&
		  (info.kind == WT_FILE_REGULAR || info.kind == WT_FILE_LINK);

	wt_arena_clear(&a);
	return is;
}

/* A file that is too large, or not JSON where it should be, says nothing. */
static void read_file(struct wt_cli *cli, struct wt_proposal_file *file)
{
	const struct wt_ports *ports = cli->ports;
	const char *path = wt_path_join(&cli->arena, ports->git->repo.top, file->name);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	file->is_there = is_file(cli, file->name);
	if (!file->is_there || file->wants == WT_WANT_NAME)
		return;
	if (ports->fs->read(ports->fs->self, path, MAX_FILE, &text, &ignored) == WT_OK)
		file->text = wt_arena_strndup(&cli->arena, text.data, text.len);
	if (file->text && file->wants == WT_WANT_JSON &&
	    ports->reader->json(&cli->arena, (struct wt_str){ text.data, text.len }, &file->json,
				&ignored))
		file->json = NULL;
	wt_buf_clear(&text);
}

static void find_gates(struct wt_cli *cli, struct found *f)
{
	size_t n;
	struct wt_proposal_file *files = wt_proposal_files(&cli->arena, &n);

	for (size_t i = 0; i < n; i++)
		read_file(cli, &files[i]);
	f->n_gates = wt_proposal_build(files, n, &cli->arena, f->gates);
}

static void find_all(struct wt_cli *cli, struct found *f)
{
	static const char *const places[] = { "ROADMAP.md", "docs/ROADMAP.md",
					      "docs/roadmap/ROADMAP.md" };
	const struct wt_proc *proc = cli->ports->proc;
	struct wt_error ignored;
	size_t n_kinds;
	const struct wt_agent_kind *kinds = wt_agent_kinds(&n_kinds);

	for (size_t i = 0; i < n_kinds && f->n_agents < MAX_KINDS; i++) {
		struct wt_buf path = WT_BUF_INIT;

		if (kinds[i].argv &&
		    proc->find(proc->self, kinds[i].argv[0], &path, &ignored) == WT_OK)
			f->agents[f->n_agents++] = &kinds[i];
		wt_buf_clear(&path);
	}
	for (size_t i = 0; !f->roadmap && i < sizeof places / sizeof *places; i++)
		if (is_file(cli, places[i]))
			f->roadmap = places[i];
	f->base = cli->ports->git->repo.head_branch;
	find_gates(cli, f);
	for (size_t i = 0; !f->setup && i < sizeof setup_commands / sizeof *setup_commands; i++)
		if (is_file(cli, setup_commands[i].file))
			f->setup = setup_commands[i].command;
}

/* the file */

static void put_agent(const struct wt_agent_kind *kind, struct wt_buf *out)
{
	wt_buf_printf(out, "[agent %s]\nkind = %s\n", kind->name, kind->name);
	if (kind->unattended)
		wt_buf_puts(out, "; It asks before it changes anything, and nobody is there to "
				 "answer. Say \"yes\"\n"
				 "; to let it do all it wants without asking; until then it is not "
				 "started.\n"
				 "auto_approve = no\n");
	if (kind->keys)
		wt_buf_puts(out,
			    "; Of your environment it gets PATH, HOME and the like, and these; "
			    "env adds others:\n;");
	for (size_t i = 0; kind->keys && kind->keys[i]; i++)
		wt_buf_printf(out, " %s", kind->keys[i]);
	wt_buf_puts(out, kind->keys ? "\n;env = NAME\n;timeout = 30m\n\n" : ";timeout = 30m\n\n");
}

static void put_agents(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "; Agents. How to start those that are known is known too; of any other, "
			 "name the\n"
			 "; command. wtorch.ini(5) says what is filled into it.\n");
	for (size_t i = 0; i < f->n_agents; i++)
		put_agent(f->agents[i], out);
	if (!f->n_agents)
		wt_buf_puts(out, "; None was found. Take the ';' away and name your own:\n"
				 ";[agent mine]\n"
				 ";command = my-agent --prompt-file {prompt_file}\n\n");
}

static void put_run(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "[run]\n"
			 "; How many agents work at the same time.\n"
			 "jobs = 3\n"
			 "; The branch that tasks start from and land in.\n");
	wt_buf_printf(out, f->base ? "base = %s\n" : ";base = %s\n", f->base ? f->base : "main");
	if (f->n_agents)
		wt_buf_printf(out, "; The agent of tasks that name none.\nagent = %s\n",
			      f->agents[0]->name);
	wt_buf_putc(out, '\n');
}

/* Proposals: they run only once somebody has said so. */
static void put_gates(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "; Gates: what has to say yes before work may land. Without one nothing "
			 "judges it.\n");
	if (!f->n_gates)
		wt_buf_puts(out, "; No tests were found. Name your own, and take the ';' away:\n"
				 ";[gate tests]\n;command = COMMAND\n");
	else
		wt_buf_puts(out, "; The project seems to be tested like this. Take the ';' away to "
				 "have it so:\n");
	for (size_t i = 0; i < f->n_gates; i++)
		wt_buf_printf(out, "%s; %s\n;[gate %s]\n;command = %s\n", i ? "\n" : "",
			      f->gates[i].from, f->gates[i].gate, f->gates[i].command);
}

static void render(const struct found *f, struct wt_buf *out)
{
	wt_buf_puts(out, "; wtorch: how agents work on this repository. Commit this file. All keys "
			 "are in\n"
			 "; wtorch.ini(5); what is not set here has its default.\n\n"
			 "[source]\n"
			 "; Where the tasks are written.\n");
	wt_buf_printf(out, f->roadmap ? "roadmap = %s\n\n" : ";roadmap = %s\n\n",
		      f->roadmap ? f->roadmap : "ROADMAP.md");
	put_run(f, out);
	put_agents(f, out);
	wt_buf_puts(out, "[worktree]\n"
			 "; What makes a new worktree ready to work in.\n");
	wt_buf_printf(out, ";setup = %s\n", f->setup ? f->setup : "./configure");
	wt_buf_puts(out, "; A file with patterns of ignored files that are copied into it.\n"
			 ";include = .worktreeinclude\n\n"
			 "[merge]\n"
			 "; With \"no\" nothing is merged until you say: wtorch merge TASK\n"
			 ";auto = yes\n\n");
	put_gates(f, out);
}

/* the command */

static enum wt_code write_file(struct wt_cli *cli, struct wt_str text, struct wt_error *err)
{
	const struct wt_fs *fs = cli->ports->fs;
	const char *path =
		wt_path_join(&cli->arena, cli->ports->git->repo.top, WT_SETTINGS_PROJECT);
	enum wt_code rc = fs->create(fs->self, path, text, err);

	if (rc != WT_E_EXISTS)
		return rc;
	if (wt_args_has(&cli->args, "force"))
		return fs->replace(fs->self, path, text, err);
	wt_fail(err, rc, "there is a %s already", WT_SETTINGS_PROJECT);
	return wt_hint(err, "wtorch init -n shows what it would be, wtorch init -f replaces it");
}

static void say_found(struct wt_cli *cli, const struct found *f)
{
	struct wt_buf names = WT_BUF_INIT, gates = WT_BUF_INIT;

	for (size_t i = 0; i < f->n_agents; i++)
		wt_buf_printf(&names, "%s%s", i ? ", " : "", f->agents[i]->name);
	for (size_t i = 0; i < f->n_gates; i++)
		wt_buf_printf(&gates, "%s%s", i ? ", " : "", f->gates[i].gate);
	wt_ui_say(&cli->ui, "wrote %s: agents %s; roadmap %s; base %s; gates proposed: %s",
		  WT_SETTINGS_PROJECT, names.len ? names.data : "none",
		  f->roadmap ? f->roadmap : "none", f->base ? f->base : "none",
		  gates.len ? gates.data : "none");
	wt_buf_clear(&gates);
	wt_buf_clear(&names);
}

static int init_run(struct wt_cli *cli, struct wt_error *err)
{
	struct found f = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	bool is_dry = wt_args_has(&cli->args, "dry-run");
	enum wt_code rc = wt_cli_want_words(cli, 0, 0, err);

	if (!rc) {
		find_all(cli, &f);
		render(&f, &text);
		if (is_dry)
			wt_ui_answer(&cli->ui, (struct wt_str){ text.data, text.len });
		else
			rc = write_file(cli, (struct wt_str){ text.data, text.len }, err);
	}
	wt_buf_clear(&text);
	if (rc)
		return -1;
	if (!is_dry)
		say_found(cli, &f);
	if (!f.n_agents)
		wt_ui_warn(&cli->ui, "no agent was found on PATH: name one in [agent NAME]");
	if (!is_dry)
		wt_ui_hint(&cli->ui, "wtorch doctor");
	return 0;
}

const struct wt_command wt_cmd_init = {
	.name = "init",
	.summary = "write a first .wtorch.ini",
	.usage = "",
	.about = "Writes a commented .wtorch.ini at the top of the checkout, with the agents that "
		 "are on PATH, the roadmap and the current branch; and, as a proposal, how the "
		 "project is tested, where its files say so.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = init_run,
};
