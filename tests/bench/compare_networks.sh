#!/usr/bin/env bash
# The networks beside each other after a short training of each: three epochs on 10,000 images of CIFAR-10 with the same
# recipe and seed. Shows whether each one learns, and what an epoch and an image cost; three epochs rank nothing.
#
#   tests/bench/compare_networks.sh                          all teaching sizes: about an hour and a half on two cores
#   tests/bench/compare_networks.sh --only train --networks resnet20,mobilenet
#   tests/bench/compare_networks.sh --only table             the table of what was measured so far
#
#   --networks LIST  separated by commas (those of `list` that need at most 130 M multiply-adds)
#   --runs DIR       where the trainings stand (BUILD/networks); finished ones are kept, others go on
#   --repeats N      rounds of timing, in each of which every network has its turn (3)
#   --threads N      (2)
#   --only WORK      train, time or table; several separated by commas (train,time)
#   --pages          writes the table into docs/the-networks.md, and its rows into the pages of docs/networks/
#
# BUILD=... is the folder of the built programs (build). Training may share the machine; timing may not.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

networks='' pages=0 repeats=3 threads=2 work=train,time runs=$build/networks table_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --networks) value "$@" && networks=$2 && shift ;;
    --runs) value "$@" && runs=$(from_caller "$2") && shift ;;
    --repeats) whole "$@" && repeats=$2 && shift ;;
    --threads) whole "$@" && threads=$2 && shift ;;
    --only) value "$@" && some_of --only train,time,table "$2" && work=$2 && shift ;;
    --pages) pages=1 ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
if [ $pages = 1 ]; then
  [ -z "$networks" ] || fail "--pages: the pages' tables are of all networks; leave out --networks $networks"
  while read -r page; do table_options+=(--page "$page"); done < <(grep -rl "table: compare_networks" docs)
fi
finished=$runs/times.jsonl lines=$runs/times.unfinished.jsonl
needs_python ""
is_built "" examples/list examples/train_cifar10 examples/benchmark

# networks_within MULTIPLY_ADDS: their names, separated by commas.
networks_within() {
  "$build/examples/list" --json | "$python" -c '
import json, sys
print(*(net["name"] for net in json.load(sys.stdin) if net["multiply_adds"] <= float(sys.argv[1])), sep=",")' "$1"
}
[ -z "$networks" ] || some_of --networks "$(networks_within inf)" "$networks"
networks=${networks:-$(networks_within 130e6)}
[ -d "$runs" ] || [[ $work == *train* || $work == *time* ]] || fail "$runs is not there: run with --only train first"
mkdir -p "$runs"
"$build/examples/list" --json >"$runs/networks.json"

# Where nothing normalises what a layer computes, Muon's steps of one size for all layers are too large: SGD alone.
train() {
  local options=(--net "$1" --epochs 3 --limit-train 10000 --batch-size 64 --lr .02 --muon-rate .02)
  [[ $1 != delta_orthogonal_* && $1 != maxnorm_* ]] || options+=(--muon-rate 0)
  [ ! -s "$runs/$1/model.safetensors" ] || return 0
  [ ! -s "$runs/$1/checkpoint.safetensors" ] || options+=(--resume)
  "$build/examples/train_cifar10" "${options[@]}" --threads "$threads" --dataset cifar10 --out "$runs/$1"
}

# A line for each mode: a step of training on 64 images, and both forms on one image.
measure() {
  local program=("$build/examples/benchmark" --net "$1" --threads "$threads")
  { "${program[@]}" --mode train --batch 64 --steps 5 && "${program[@]}" --mode infer,fold --batch 1 --steps 50; } |
    sed "s/^{/{\"round\": $round, /" >>"$lines" || fail "the benchmark failed; the times of before stay in $finished"
}

for name in ${work//,/ }; do
  case $name in
    train) for network in ${networks//,/ }; do train "$network"; done ;;
    time)
      # What was measured before of other networks stays.
      grep -svE "\"net\": ?\"(${networks//,/|})\"" "$finished" >"$lines" || true
      for ((round = 1; round <= repeats; ++round)); do
        echo "round $round of $repeats" >&2
        for network in ${networks//,/ }; do measure "$network"; done
      done
      mv "$lines" "$finished"
      ;;
  esac
done
"$python" tests/bench/networks_table.py "${table_options[@]}" --networks "$networks" "$runs"
