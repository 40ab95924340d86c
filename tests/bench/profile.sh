#!/usr/bin/env bash
# Where a step's time goes, and what its products would take at this machine's peak: a profile of training and of
# inference by perf, beside the time in which the target against PyTorch would be met.
#
#   tests/bench/profile.sh                  mini, S and A0 on two threads, mini on one too (about 5 minutes)
#   tests/bench/profile.sh --table          the table of the last run once more
#
#   --markdown     the table as a page of documentation shows it
#   --page FILE    writes it into this page, too, between its lines <!-- table: profile --> and <!-- /table -->
#
# PYTHON=... is a Python that has torch, without which PyTorch's column stays empty; BUILD=... the folder of the built
# programs (build). Needs perf (Debian's linux-perf). Run it with nothing else on the machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

table_options=() table_only=0
while [ $# -gt 0 ]; do
  case $1 in
    --markdown) table_options+=(--markdown) ;;
    --page) to_page profile "${2:-}" && table_options+=(--page "$page") && shift ;;
    --table) table_only=1 ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
finished=$build/profile folder=$build/profile.unfinished
print_table() { "$python" tests/bench/profile_table.py "${table_options[@]}" "$finished"; }
needs_python ""
if [ $table_only = 1 ]; then
  [ -d "$finished" ] || fail "$finished is not there: run once without --table"
  print_table
  exit
fi
command -v perf >/dev/null || fail "there is no perf; install Debian's linux-perf"
is_built " -DONEFOLD_BENCH=ON" examples/benchmark tests/bench/kernels_bench

# profile NET MODE THREADS BATCH STEPS: the benchmark's line, and each function's share of its time, in files of
# their own.
profile() {
  local name=$folder/$1-$2-$3-$4
  echo "$1, $2, $3 threads, batch $4" >&2
  perf record -q -F 999 -o "$name.perf" "$build/examples/benchmark" --net "$1" --mode "$2" --threads "$3" --batch "$4" \
    --steps "$5" >"$name.json" 2>"$name.log" || { cat "$name.log" >&2; fail "perf failed; it may need root"; }
  perf report -i "$name.perf" --stdio --no-children -F overhead,sym 2>>"$name.log" >"$name.txt" ||
    { cat "$name.log" >&2; fail "perf cannot read what it wrote"; }
  rm "$name.perf"
}
# theirs NET MODE BATCH STEPS: PyTorch's line, where there is PyTorch.
theirs() {
  if "$python" -c 'import torch' 2>/dev/null; then
    keeping_memory "$python" tests/bench/torch_peer.py --threads 2 --net "$1" --mode "$2" --batch "$3" --steps "$4" \
      >"$folder/$1-$2-$3-torch.json"
  fi
}

rm -rf "$folder" && mkdir -p "$folder"
"$build/tests/bench/kernels_bench" --benchmark_format=json --benchmark_filter='^gemm/8192x64x64/' >"$folder/peak.json"
for mode in train fold; do
  profile mini $mode 1 128 30
  for net in mini S A0; do
    profile $net $mode 2 128 30
    theirs $net $mode 128 12
  done
done
profile mini infer 2 128 30
profile mini fold 2 1 2000
theirs mini fold 1 480
rm -rf "$finished"
mv "$folder" "$finished"
print_table
