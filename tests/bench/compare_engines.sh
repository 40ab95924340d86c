#!/usr/bin/env bash
# Folded networks in Onefold and in the engines that deploy networks: ONNX Runtime, OpenVINO, ncnn and MNN, in turns.
#
#   tests/bench/compare_engines.sh                    mini, S and A0, one image and 128, five rounds (about 10 minutes)
#   tests/bench/compare_engines.sh --only one --repeats 9
#   tests/bench/compare_engines.sh --table            the table of the last run once more
#
#   --repeats N    rounds; in each, every measurement of ours stands beside the others' (5)
#   --only WORK    some of one, many, bf16, separated by commas: one image, batches of 128, and these with products in
#                  bfloat16, where OpenVINO and, if PYTHON has torch, PyTorch are the others
#   --threads N    of all sides (2)
#   --quick        two rounds of a few steps, mini alone: to see whether it works
#   --markdown     the table as a page of documentation shows it
#   --page FILE    writes it into this page, too, between its lines <!-- table: compare_engines --> and <!-- /table -->;
#                  what --only or --quick measured goes there by --table alone
#
# PYTHON=... is a Python that has the engines (pip install numpy onnx onnxruntime openvino ncnn MNN; those that it lacks
# are left out), TORCH_PYTHON=... one that has torch, if that is another, BUILD=... the folder of the built programs
# (build). What was measured stands in BUILD/compare_engines.jsonl. Run it with nothing else on the machine.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

most_threads=$(nproc) all_work=one,many,bf16
work=$all_work repeats=5 threads=$((most_threads < 2 ? 1 : 2)) steps=12 networks='mini S A0'
table_options=() table_only=0 page=
while [ $# -gt 0 ]; do
  case $1 in
    --repeats) whole "$@" && repeats=$2 && shift ;;
    --only) value "$@" && some_of --only $all_work "$2" && work=$2 && shift ;;
    --threads) whole "$@" && threads=$2 && shift ;;
    --quick) repeats=2 steps=3 networks=mini ;;
    --markdown) table_options+=(--markdown) ;;
    --page) to_page compare_engines "${2:-}" && table_options+=(--page "$page") && shift ;;
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
finished=$build/compare_engines.jsonl lines=$build/compare_engines.unfinished.jsonl
print_table() { "$python" -B tests/bench/engines_table.py "${table_options[@]}" "$1"; }

needs_python " that has the engines"
if [ $table_only = 1 ]; then
  [ -s "$finished" ] || fail "$finished is not there: run once without --table"
  print_table "$finished"
  exit
fi
engines=$("$python" -B tests/bench/engines_peer.py --which) && [ -n "$engines" ] ||
  fail "$python has none of the engines; pip install numpy onnx onnxruntime openvino ncnn MNN, or set PYTHON"
is_built "" examples/benchmark
torch_python=${TORCH_PYTHON:-$python} has_torch=0
if "$torch_python" -c 'import torch' 2>/dev/null; then has_torch=1; fi

record() {
  local output
  output=$("$@" 2>>"$build/compare_engines.log" | grep '^{') ||  # MNN prints what the device supports, too
    fail "failed, see $build/compare_engines.log: $*"
  while read -r line; do echo "{\"round\": $round, ${line#\{}" >>"$lines"; done <<<"$output"
}
# side_by_side NET BATCH STEPS ENGINES OPTION...: a folded network in each engine; OPTION is ours for the precision.
side_by_side() {
  local common=(--net "$1" --batch "$2" --steps "$3" --threads "$threads") engine
  record "$build/examples/benchmark" "${common[@]}" --mode fold "${@:5}"
  for engine in ${4//,/ }; do
    record "$python" -B tests/bench/engines_peer.py "${common[@]}" --engine "$engine" ${5:+--bf16}
  done
}

: >"$lines"
: >"$build/compare_engines.log"
for ((round = 1; round <= repeats; ++round)); do
  for name in ${work//,/ }; do
    echo "round $round of $repeats: $name" >&2
    for net in $networks; do
      case $name in
        one) side_by_side "$net" 1 $((40 * steps)) "$engines" ;;
        many) side_by_side "$net" 128 $steps "$engines" ;;
        bf16)
          if [[ $engines == *openvino* ]] || [ $has_torch = 1 ]; then
            side_by_side "$net" 128 $steps "$(grep -o openvino <<<"$engines" || true)" --precision bf16
          fi
          if [ $has_torch = 1 ]; then
            keeping_memory record "$torch_python" -B tests/bench/torch_peer.py --net "$net" --batch 128 --steps $steps \
              --threads "$threads" --mode fold --bf16
          fi
          ;;
      esac
    done
  done
done
print_table "$lines"
mv "$lines" "$finished"
