#!/usr/bin/env bash
# Runs what takes too long for every change: each executable tests/long/NAME.sh in turn, in alphabetical order.
#
#   tests/long.sh             all of them
#   tests/long.sh NAME...     these: kills, io_faults, ...
#   tests/long.sh --help
#
# A script is called from anywhere, without arguments, and builds what it needs under build/. It prints as its last line
# to stdout what it found, "NAME: figures", and exits 0; 77 where this machine lacks what it needs, the line then saying
# what; else it failed. All that it says is in build/long/NAME.log. The summary, a line a script with its time, is
# printed at the end and stands in build/long/summary.txt.
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
  [ -x "tests/long/$name.sh" ] || { echo "long.sh: there is no tests/long/$name.sh that can be run" >&2; exit 2; }
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
  echo "$outcome in $((SECONDS - started)) s; ${line:-$name: said nothing}" | tee -a $summary
done
echo "== summary of $(git describe --always --dirty 2>/dev/null || echo "a tree without git")"
cat $summary
exit $failed
