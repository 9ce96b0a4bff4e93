# SPDX-License-Identifier: MIT
# Help, version, and command lines that are wrong.
. "$(dirname "$0")/lib.sh"

commands() {
	"$WTORCH" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

test_help_is_shown_outside_of_a_repository() {
	expect_status 0 wtorch
	cp "$top/out" overview
	for way in help --help -h; do
		expect_status 0 wtorch "$way"
		compare out <overview
	done
	mkdir gone
	cd gone
	rmdir ../gone
	expect_status 0 wtorch --version
	expect_in out 'wtorch '
	expect_status 0 wtorch run --help
}

test_help_of_a_command_is_the_same_both_ways() {
	expect_status 0 wtorch help why
	expect_out <<-'E'
		usage: wtorch why [OPTION]... TASK

		Shows every fact and rule that led to the task's present state, oldest first,
		then that state and what to type next. Times are UTC.

		options:
		      --run RUN             look at RUN, not at the newest run that fits
		  -h, --help                show this help

		`wtorch help` shows the options that go before the command.
	E
	cp "$top/out" page
	expect_status 0 wtorch why --help
	compare out <page
	expect_status 0 wtorch --help why
	compare out <page
}

test_asking_for_help_never_starts_anything() {
	make_repo repo
	cd repo
	expect_status 0 wtorch --help run -y
	expect_in out 'usage: wtorch run'
	[ ! -e .git/wtorch ] || fail 'something was started'
}

test_no_help_is_wider_than_80_columns() {
	"$WTORCH" help >pages
	for name in $(commands); do
		"$WTORCH" help "$name" >>pages
	done
	awk 'length > 80 { print; bad = 1 } END { exit bad }' pages
}

test_every_command_has_a_page() {
	[ "$(commands | wc -l)" -ge 16 ] || fail "commands: $(commands)"
	for name in $(commands); do
		expect_status 0 wtorch help "$name"
		expect_in out "usage: wtorch $name"
	done
}

test_what_does_not_exist_is_named_with_what_does() {
	expect_status 2 wtorch statsu
	expect_err <<-'E'
		wtorch: error: unknown command 'statsu'
		hint: wtorch status
	E
	expect_status 2 wtorch help reprot
	expect_err <<-'E'
		wtorch: error: unknown command 'reprot'
		hint: wtorch report
	E
	expect_status 2 wtorch plan --rodmap x
	expect_err <<-'E'
		wtorch: error: unknown option '--rodmap'
		hint: did you mean --roadmap?
	E
	expect_status 2 wtorch serve
	expect_status 2 wtorch doctor --deep
}

test_wrong_values_are_refused_before_anything_else() {
	expect_status 2 wtorch run --mode fast
	expect_err <<-'E'
		wtorch: error: 'fast' is no value of '--mode': one of parallel batch sequential
		hint: wtorch help run
	E
	expect_status 2 wtorch run --jobs
	expect_err <<-'E'
		wtorch: error: option '--jobs' needs a value: N
		hint: wtorch help run
	E
	expect_status 2 wtorch --version=3
	expect_err <<-'E'
		wtorch: error: option '--version' takes no value
		hint: wtorch help
	E
	expect_status 2 wtorch --color mauve help
}

test_names_in_messages_are_safe_for_a_terminal() {
	expect_status 2 wtorch "$(printf 'a\033[31mb\nc')"
	expect_err <<-'E'
		wtorch: error: unknown command 'a?[31mb c'
		hint: wtorch help
	E
	expect_status 2 wtorch -ü
	expect_err <<-'E'
		wtorch: error: unknown option '-ü'
		hint: wtorch help
	E
}

test_a_full_disk_is_said() {
	[ -w /dev/full ] || skip 'there is no /dev/full'
	status=0
	"$WTORCH" help >/dev/full 2>"$top/err" || status=$?
	[ "$status" = 6 ] || fail "exit status $status"
	ran='wtorch help >/dev/full'
	expect_err <<-'E'
		wtorch: error: cannot write the answer: No space left on device
	E
}

test_a_closed_pipe_ends_it_silently() {
	{ "$WTORCH" help; echo $? >status; } 2>err | true
	[ ! -s err ] || fail "$(cat err)"
	[ "$(cat status)" = 0 ] || fail "exit status $(cat status)"
}

test_colour_is_only_for_those_who_want_it() {
	expect_status 2 wtorch --color always nothing
	grep -q "$(printf '\033')" "$top/err" || fail 'no colour'
	NO_COLOR=1 expect_status 2 wtorch nothing
	CLICOLOR_FORCE=1 expect_status 2 wtorch --color never nothing
	! grep -q "$(printf '\033')" "$top/err" || fail 'colour'
}

test_a_folder_that_does_not_exist_is_said() {
	expect_status 6 wtorch -C nowhere plan
	expect_in err "nowhere"
	expect_status 6 wtorch plan
	expect_err <<-'E'
		wtorch: error: 'DIR/work' is not in a git repository
		hint: git init, or use -C with the folder of a repository
	E
}

run_tests "$@"
