#!/usr/bin/env bash
# Onefold against PyTorch on the same work, on this machine, in turns: medians and ratios beside their targets.
#
#   tests/bench/compare_torch.sh                 everything, five rounds (about 25 minutes)
#   tests/bench/compare_torch.sh --only train,one --repeats 9
#   tests/bench/compare_torch.sh --table         the table of the last run once more
#
#   --repeats N    rounds; in each, every measurement of ours stands beside PyTorch's (5)
#   --only WORK    some of train, compile, bf16, fold, one, forms, convolution, product, threads, memory, separated by
#                  commas; bf16 is training and inference with products in bfloat16
#   --threads N    of both sides (2)
#   --quick        two rounds of a few steps, mini alone: to see whether it works
#   --markdown     the table as a page of documentation shows it
#   --page FILE    writes it into this page, too, between its lines <!-- table: compare_torch --> and <!-- /table -->;
#                  what --only or --quick measured goes there by --table alone
#   --keep         adds the rounds to those of the last run
#
# PYTHON=... is a Python that has torch (pip install torch==2.13.0, or Debian's python3-torch), BUILD=... the folder of
# the built programs (build). What was measured stands in BUILD/compare_torch.jsonl, a line for each program that ran,
# once all is measured.
#
# Run it with nothing else on the machine: a thread that waits for another loses most of its time to a third.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

most_threads=$(nproc)
repeats=5 threads=$((most_threads < 2 ? 1 : 2)) steps=12 networks='mini S A0' table_options=() keep=0 table_only=0 page=
all_work=train,compile,bf16,fold,one,forms,convolution,product,threads,memory
work=$all_work
while [ $# -gt 0 ]; do
  case $1 in
    --repeats) whole "$@" && repeats=$2 && shift ;;
    --threads) whole "$@" && threads=$2 && shift ;;
    --only) value "$@" && some_of --only $all_work "$2" && work=$2 && shift ;;
    --quick) repeats=2 steps=3 networks=mini ;;
    --markdown) table_options+=(--markdown) ;;
    --page) to_page compare_torch "${2:-}" && table_options+=(--page "$page") && shift ;;
    --keep) keep=1 ;;
    --table) table_only=1 ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
[ ${#threads} -le 4 ] && [ "$threads" -le "$most_threads" ] ||
  fail "--threads: got $threads, needs at most $most_threads, the cores of this machine"
if [ $table_only = 0 ] && [ -n "$page" ] && [ "$work $networks" != "$all_work mini S A0" ]; then
  fail "--page: the page's table is of all work; measure first, then --table --page $page"
fi
finished=$build/compare_torch.jsonl lines=$build/compare_torch.unfinished.jsonl
print_table() { "$python" tests/bench/comparison_table.py "${table_options[@]}" "$1"; }

needs_python " that has torch"
if [ $table_only = 1 ]; then
  [ -s "$finished" ] || fail "$finished is not there: run once without --table"
  print_table "$finished"
  exit
fi
"$python" -c 'import torch' 2>/dev/null ||
  fail "$python has no torch; set PYTHON to a Python that has: pip install torch==2.13.0, or Debian's python3-torch"
is_built " -DONEFOLD_BENCH=ON" examples/benchmark tests/bench/kernels_bench

# Runs a program and keeps each line of its output (or, of Google Benchmark, all as one) with the round and the work.
record() {
  local output
  output=$("$@" 2>>"$build/compare_torch.log") && [ -n "$output" ] || {
    echo "failed, see $build/compare_torch.log: $*" >&2
    failed=$((failed + 1))
    return 0
  }
  if [[ $output == *'"benchmarks"'* ]]; then output=${output//$'\n'/ }; fi
  while read -r line; do echo "{\"round\": $round, \"work\": \"$name\", ${line#\{}" >>"$lines"; done <<<"$output"
}
ours() { record "$build/examples/benchmark" --threads "$threads" --steps "$steps" "$@"; }
theirs() { keeping_memory theirs_as_it_is "$@"; }
theirs_as_it_is() { record "$python" tests/bench/torch_peer.py --threads "$threads" --steps "$steps" "$@"; }
# OpenBLAS does not know every processor, and takes kernels of half the width for one that it does not.
openblas() {
  local core=()
  if grep -qw avx512f /proc/cpuinfo 2>/dev/null; then core=(OPENBLAS_CORETYPE=SkylakeX); fi
  record env "${core[@]}" OPENBLAS_NUM_THREADS="$threads" \
    "$python" tests/bench/torch_peer.py --threads "$threads" --steps "$steps" --mode openblas
}
kernels() {
  OMP_NUM_THREADS=$threads record "$build/tests/bench/kernels_bench" --benchmark_format=json --benchmark_filter="$1"
}

# in_turns MODE OPTIONS-OF-THEIRS...: a mode on each network, both sides.
in_turns() {
  local net mode=$1
  shift
  for net in $networks; do
    ours --net "$net" --mode "$mode"
    theirs --net "$net" --mode "$mode" "$@"
  done
}

measure() {
  local net mode
  case $1 in
    train) in_turns train ;;
    compile) if [ $compiles = 1 ]; then in_turns train --compile; fi ;;
    bf16)
      for net in $networks; do
        for mode in train fold; do
          ours --net "$net" --mode $mode --precision bf16
          theirs --net "$net" --mode $mode --bf16
          theirs --net "$net" --mode $mode
        done
      done
      ;;
    fold) in_turns fold ;;
    one) ours --batch 1 --steps $((40 * steps)) --mode fold; theirs --batch 1 --steps $((40 * steps)) --mode fold ;;
    forms) ours --mode fold; ours --mode infer; theirs --mode infer ;;
    convolution) kernels '^conv3x3/[a-z_]*/(64@32x32|128@16x16|256@8x8)/'; theirs --mode convolution ;;
    product) kernels '^gemm/'; theirs --mode product; openblas ;;
    threads)
      for net in ${networks%A0}; do
        ours --net "$net" --mode train
        ours --net "$net" --mode train --threads 1
      done
      ;;
    memory)
      ours --net S --mode train
      ours --net S --mode train --precision bf16
      theirs_as_it_is --net S --mode train
      ;;
  esac
}

compiles=1
[[ $work != *compile* ]] || "$python" -c 'import torch; torch.compile' 2>/dev/null ||
  { echo "this PyTorch has no torch.compile: left out" >&2; compiles=0; }
first=1 failed=0
if [ $keep = 1 ] && [ -s "$finished" ]; then
  first=$(($(grep -o '^{"round": [0-9]*' "$finished" | tail -n 1 | grep -o '[0-9]*$') + 1))
  cp "$finished" "$lines"
else
  : >"$lines"
fi
: >"$build/compare_torch.log"
for ((round = first; round < first + repeats; ++round)); do
  for name in ${work//,/ }; do
    echo "round $((round - first + 1)) of $repeats: $name" >&2
    measure "$name"
  done
done
[ $failed = 0 ] || fail "$failed measurements failed; what the others gave is in $lines"
print_table "$lines"
mv "$lines" "$finished"
