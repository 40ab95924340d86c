#!/usr/bin/env bash
# docs/what-we-promise.md: each command on the page runs at least one test, and each file that it links is there.
#
#   promises_test.sh FOLDER_OF_TEST_PROGRAMS
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
programs=$1 page=$root/docs/what-we-promise.md failures=0

complain() { echo "what-we-promise.md: $*" >&2; failures=$((failures + 1)); }
program_of() {
  case $1 in
    unit) echo onefold_tests ;;
    double) echo onefold_tests_double ;;
    programs) echo onefold_example_tests ;;
  esac
}

commands=$(grep -oE '\$(unit|double|programs) "[^"]+"' "$page")
while read -r name tests; do
  program=$programs/$(program_of "${name#\$}")
  [ -x "$program" ] || { echo "skipped: there is no $program in this build"; exit 77; }
  # Catch2 exits with the number of tests in version 2, with 0 or 4 in version 3.
  list=$("$program" --list-tests "${tests//\"/}") || true
  grep -qE '^[1-9][0-9]* matching test case' <<<"$list" || complain "no test is named ${tests}"
done <<<"$commands"

while read -r script; do
  compgen -G "$root/tests/$script*_test.sh" >/dev/null || compgen -G "$root/tests/examples/*$script*.sh" >/dev/null ||
    compgen -G "$root/tests/examples/*$script*.py" >/dev/null || complain "ctest -R $script: no such script"
done < <(grep -oE 'ctest [^`]* -R [a-z0-9_]+' "$page" | sed 's/.* //')

while read -r link; do
  [ -e "$root/docs/$link" ] || complain "$link is not there"
done < <(grep -oE '\]\([^)#]+' "$page" | cut -c3-)

[ "$(wc -l <<<"$commands")" -ge 10 ] || complain "fewer commands than promises"
[ $failures = 0 ]
