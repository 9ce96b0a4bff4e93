# SPDX-License-Identifier: MIT
# The scripts that complete command lines in bash, zsh and fish.
. "$(dirname "$0")/lib.sh"

# complete_bash WORD...: what bash offers for the last word, sorted, on one line.
complete_bash() {
	bash -c '
		PATH=/usr/bin:/bin
		source "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_wtorch
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$top/wtorch.bash" "$@" | sort | tr '\n' ' ' | sed 's/ $//'
}

offers() { # WANTED WORD...
	wanted=$1
	shift
	got=$(complete_bash "$@")
	[ "$got" = "$wanted" ] || fail "'$*' offers '$got' instead of '$wanted'"
}

test_bash_reads_its_script_without_complaint() {
	command -v bash >/dev/null || skip 'bash is not installed'
	expect_status 0 wtorch completion bash
	expect_status 0 bash -n "$top/out"
	expect_quiet
}

test_zsh_reads_its_script_without_complaint() {
	command -v zsh >/dev/null || skip 'zsh is not installed'
	expect_status 0 wtorch completion zsh
	expect_status 0 zsh -n "$top/out"
	expect_quiet
	cp "$top/out" _wtorch
	"$WTORCH" completion zsh >_wtorch
	expect_status 0 zsh -f -c 'autoload -Uz compinit; compinit -u -d ./dump; source ./_wtorch
		print $_comps[wtorch]'
	echo _wtorch | compare out
}

test_fish_reads_its_script_without_complaint() {
	command -v fish >/dev/null || skip 'fish is not installed'
	"$WTORCH" completion fish >wtorch.fish
	expect_status 0 fish -n wtorch.fish
	expect_quiet
	expect_status 0 fish -c 'source wtorch.fish; complete -C "wtorch doct"'
	expect_in out doctor
	expect_status 0 fish -c 'source wtorch.fish; complete -C "wtorch run --mode s"'
	expect_in out sequential
}

test_bash_completes_commands() {
	command -v bash >/dev/null || skip 'bash is not installed'
	"$WTORCH" completion bash >"$top/wtorch.bash"
	offers plan wtorch pl
	offers 'report resume retry run' wtorch r
	offers plan wtorch -C .. pl
	offers plan wtorch --config = x.ini pl
	offers 'report resume retry run' wtorch help r
	offers 'bash' wtorch completion b
}

test_bash_completes_options_and_their_values() {
	command -v bash >/dev/null || skip 'bash is not installed'
	"$WTORCH" completion bash >"$top/wtorch.bash"
	offers '--max-parallel --max-tasks' wtorch run --max
	offers '--verbose --version' wtorch --ver
	offers sequential wtorch run --mode s
	offers sequential wtorch run --mode = s
	offers 'always auto' wtorch --color a
	offers 'run.base=' wtorch -c run.ba
	offers '' wtorch run --jobs ''
}

test_bash_offers_every_option_of_run() {
	command -v bash >/dev/null || skip 'bash is not installed'
	"$WTORCH" completion bash >"$top/wtorch.bash"
	"$WTORCH" run --help | grep -oE -- '--[a-z][a-z-]+' | sort -u | tr '\n' ' ' | sed 's/ $//' \
		>wanted
	offers "$(cat wanted)" wtorch run --
}

test_bash_completes_files_where_files_are_wanted() {
	command -v bash >/dev/null || skip 'bash is not installed'
	"$WTORCH" completion bash >"$top/wtorch.bash"
	mkdir docs
	: >'doc one.md'
	offers 'doc one.md docs' wtorch run --roadmap do
	offers 'doc one.md docs' wtorch plan do
	offers 'docs' wtorch -C do
	offers '' wtorch status do
}

test_an_unknown_shell_is_refused() {
	expect_status 2 wtorch completion zhs
	expect_err <<-'E'
		wtorch: error: there is no completion for 'zhs', only for bash zsh fish
		hint: wtorch completion zsh
	E
	expect_status 2 wtorch completion
	expect_err <<-'E'
		wtorch: error: wtorch completion: something is missing: bash|zsh|fish
		hint: wtorch completion bash|zsh|fish
	E
}

run_tests "$@"
