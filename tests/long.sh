#!/usr/bin/env bash
# Runs the tests that take too long for every change: each executable tests/long/NAME.sh, in alphabetical order.
#
#   tests/long.sh             all of them
#   tests/long.sh NAME...     these: kills, io_faults, ...
#   tests/long.sh --help
#
# Each script can be called from any folder, without arguments, and builds what it needs under build/. Its last line on
# stdout is its result, "NAME: figures", and its exit code 0; 77 if this machine lacks something, which the last line
# then names; anything else is a failure. Its output is in build/long/NAME.log. The summary, a line per script with its
# time, is printed at the end and saved in build/long/summary.txt.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
source tests/support.sh

case "${1:-}" in
  -h | --help) print_help; exit ;;
  -*) echo "long.sh: unknown option $1; see tests/long.sh --help" >&2; exit 2 ;;
esac

source examples/install_packages.sh
install_packages cmake g++ ninja-build libstb-dev libcli11-dev nlohmann-json3-dev catch2 curl strace
check_tools

scripts=()
if [ $# = 0 ]; then
  for script in tests/long/*.sh; do [ ! -x "$script" ] || scripts+=("$script"); done
fi
for name in "$@"; do
  [ -x "tests/long/$name.sh" ] || { echo "long.sh: there is no executable tests/long/$name.sh" >&2; exit 2; }
  scripts+=("tests/long/$name.sh")
done

mkdir -p build/long
summary=build/long/summary.txt failed=0
: >$summary
for script in "${scripts[@]}"; do
  name=$(basename "$script" .sh) started=$SECONDS code=0
  log=build/long/$name.log
  echo "== $name; its output goes to $log"
  "$script" >$log.out 2>$log || code=$?
  line=$(tail -n 1 $log.out)
  cat $log.out >>$log && rm $log.out
  case $code in
    0) outcome=passed ;;
    77) outcome=skipped ;;
    *) outcome="FAILED with $code" failed=1; tail -n 20 "$log" >&2 ;;
  esac
  echo "$outcome in $((SECONDS - started)) s; ${line:-$name: printed nothing}" | tee -a $summary
done
echo "== summary of $(git describe --always --dirty 2>/dev/null || echo "a tree without git")"
cat $summary
exit $failed
