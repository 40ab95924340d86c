#!/usr/bin/env bash
# Depthwise and grouped convolutions of the survey's networks, Onefold's beside PyTorch's, in turns.
#
#   tests/bench/compare_grouped.sh                    all networks, five rounds (about 15 minutes)
#   tests/bench/compare_grouped.sh --only regnetx_200mf --repeats 2
#   tests/bench/compare_grouped.sh --table            the table of the last run once more
#
#   --only NETS    some of mobilenet, shufflenet_g2, shufflenet_g3, regnetx_200mf, separated by commas
#   --repeats N    rounds; in each, every network of ours stands beside PyTorch's (5)
#   --threads N    of both sides (2)
#   --markdown     the table as a page of documentation shows it
#   --page FILE    writes it into this page, too, between its lines <!-- table: compare_grouped --> and <!-- /table -->
#
# PYTHON=... is a Python that has torch, BUILD=... the folder of the built programs (build). What was measured stands in
# BUILD/compare_grouped.jsonl. Run it with nothing else on the machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

all_networks=mobilenet,shufflenet_g2,shufflenet_g3,regnetx_200mf
networks=$all_networks repeats=5 threads=2 table_options=() table_only=0
while [ $# -gt 0 ]; do
  case $1 in
    --only) value "$@" && some_of --only $all_networks "$2" && networks=$2 && shift ;;
    --repeats) whole "$@" && repeats=$2 && shift ;;
    --threads) whole "$@" && threads=$2 && shift ;;
    --markdown) table_options+=(--markdown) ;;
    --page) to_page compare_grouped "${2:-}" && table_options+=(--page "$page") && shift ;;
    --table) table_only=1 ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
finished=$build/compare_grouped.jsonl lines=$build/compare_grouped.unfinished.jsonl
print_table() { "$python" -B tests/bench/grouped_table.py "${table_options[@]}" "$1"; }

needs_python " that has torch"
if [ $table_only = 1 ]; then
  [ -s "$finished" ] || fail "$finished is not there: run once without --table"
  print_table "$finished"
  exit
fi
"$python" -c 'import torch' 2>/dev/null || fail "$python has no torch; set PYTHON to a Python that has"
is_built " -DONEFOLD_BENCH=ON" tests/bench/kernels_bench

# Appends each line of the output (or, of Google Benchmark, all as one) with its round.
record() {
  local output
  output=$("$@" 2>>"$build/compare_grouped.log") || fail "failed, see $build/compare_grouped.log: $*"
  if [[ $output == *'"benchmarks"'* ]]; then output=${output//$'\n'/ }; fi
  while read -r line; do echo "{\"round\": $round, ${line#\{}" >>"$lines"; done <<<"$output"
}
ours() {
  OMP_NUM_THREADS=$threads record "$build/tests/bench/kernels_bench" --benchmark_format=json \
    --benchmark_min_time=0.1 --benchmark_filter="^$1/"
}
theirs() {
  keeping_memory record "$python" -B tests/bench/torch_grouped.py --threads "$threads" \
    < <("$build/tests/bench/kernels_bench" --benchmark_list_tests --benchmark_filter="^$1/")
}

: >"$lines"
: >"$build/compare_grouped.log"
for ((round = 1; round <= repeats; ++round)); do
  for network in ${networks//,/ }; do
    echo "round $round of $repeats: $network" >&2
    ours "$network"
    theirs "$network"
  done
done
print_table "$lines"
mv "$lines" "$finished"
