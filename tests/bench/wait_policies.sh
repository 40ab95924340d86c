#!/usr/bin/env bash
# What one parallel loop costs, in microseconds, alone and beside two busy processes, for each way in which OpenMP's
# threads can wait for the next loop. Mean and 99.9th percentile of the loop, medians over the rounds.
#
#   tests/bench/wait_policies.sh               five rounds in turns, about two minutes
#   tests/bench/wait_policies.sh --rounds 1
#
#   --page FILE    writes the table into this page, too, between its lines <!-- table: wait_policies --> and
#                  <!-- /table -->
#
# BUILD=... is the folder of the built programs (build). Run it with nothing else on the machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

rounds=5 table_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) whole "$@" && rounds=$2 && shift ;;
    --page) to_page wait_policies "${2:-}" && table_options+=(--page "$page") && shift ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
needs_python ""
is_built " -DONEFOLD_BENCH=ON" tests/bench/parallel_loop

unset OMP_WAIT_POLICY GOMP_SPINCOUNT KMP_BLOCKTIME
settings=(OMP_NUM_THREADS=1 OMP_WAIT_POLICY=active "" "GOMP_SPINCOUNT=3000 KMP_BLOCKTIME=1" OMP_WAIT_POLICY=passive)
busy=()
stop_busy() { [ ${#busy[@]} = 0 ] || { kill "${busy[@]}" && wait "${busy[@]}" || true; } 2>/dev/null; busy=(); }
trap stop_busy EXIT
lines=$(mktemp)
for ((round = 1; round <= rounds; ++round)); do
  echo "round $round of $rounds" >&2
  for beside in 0 2; do
    for ((i = 0; i < beside; ++i)); do
      (while :; do :; done) &
      busy+=($!)
    done
    for setting in "${settings[@]}"; do
      read -ra variables <<<"$setting"
      echo "${setting:-default}|$beside|$(env "${variables[@]}" "$build/tests/bench/parallel_loop")" >>"$lines"
    done
    stop_busy
  done
done
"$python" tests/bench/wait_policies_table.py "${table_options[@]}" "$lines"
rm "$lines"
