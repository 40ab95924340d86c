#!/usr/bin/env bash
# The families of re-parameterizable blocks beside each other: the same network, epochs and seed, trained with each,
# folded; accuracy of both forms, time and memory of a step of training, latency of both forms.
#
#   tests/bench/compare_families.sh                          mini, 3 epochs: about two hours on two cores
#   tests/bench/compare_families.sh --only train --families repvgg,dbb
#   tests/bench/compare_families.sh --only table             the table of what was measured so far
#
#   --net NET        the network (mini)
#   --epochs N       of each training run (3)
#   --seed N         of each training run (1)
#   --families LIST  separated by commas (all that need no depthwise convolution)
#   --runs DIR       where the trainings stand (BUILD/families-NET); finished ones are kept, others go on
#   --repeats N      rounds of timing, in each of which every family has its turn (5)
#   --threads N      (2)
#   --only WORK      train, fold, time or table; several separated by commas (train,fold,time)
#   --page FILE      writes the table into this page, between <!-- table: compare_families --> and <!-- /table -->
#
# BUILD=... is the folder of the built programs (build). Training may share the machine; timing may not.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/options.sh"

net=mini epochs=3 seed=1 repeats=5 threads=2 work=train,fold,time runs='' table_options=()
all_families=none,repvgg,acb,dbb,mobileone,qarepvgg,orepa,doconv,expandnet,diracnet,repoptimizer
families=$all_families
while [ $# -gt 0 ]; do
  case $1 in
    --net) value "$@" && net=$2 && shift ;;
    --epochs) whole "$@" && epochs=$2 && shift ;;
    --seed) whole "$@" && seed=$2 && shift ;;
    --families) value "$@" && some_of --families $all_families "$2" && families=$2 && shift ;;
    --runs) value "$@" && runs=$(from_caller "$2") && shift ;;
    --repeats) whole "$@" && repeats=$2 && shift ;;
    --threads) whole "$@" && threads=$2 && shift ;;
    --only) value "$@" && some_of --only train,fold,time,table "$2" && work=$2 && shift ;;
    --page) to_page compare_families "${2:-}" && table_options+=(--page "$page") && shift ;;
    -h | --help) print_help; exit ;;
    *) fail "unknown option $1; see --help" ;;
  esac
  shift
done
runs=${runs:-$build/families-$net} finished=$runs/times.jsonl lines=$runs/times.unfinished.jsonl
needs_python ""
[ "$work" = table ] || is_built "" examples/train_cifar10 examples/reparameterize examples/benchmark
[ -d "$runs" ] || [[ $work == *train* || $work == *time* ]] || fail "$runs is not there: run with --only train first"
mkdir -p "$runs"

train() {
  local options=(--net "$net" --reparam "$1" --epochs "$epochs" --seed "$seed")
  [ ! -s "$runs/$1/model.safetensors" ] || return 0
  [ ! -s "$runs/$1/checkpoint.safetensors" ] || options+=(--resume)
  "$build/examples/train_cifar10" "${options[@]}" --threads "$threads" --dataset cifar10 --out "$runs/$1"
}

fold() {
  [ -s "$runs/$1/model.safetensors" ] || fail "$runs/$1 has no trained network: run with --only train first"
  "$build/examples/reparameterize" --model "$runs/$1/model.safetensors" --timing-seconds 0 --threads "$threads" \
    >"$runs/$1/fold.unfinished.txt"
  mv "$runs/$1/fold.unfinished.txt" "$runs/$1/fold.txt"
}

# A line for each mode: a step of training on 128 images, and both forms on 128 images and on one.
measure() {
  local program=("$build/examples/benchmark" --net "$net" --reparam "$1" --threads "$threads")
  { "${program[@]}" --mode train,infer,fold && "${program[@]}" --mode infer,fold --batch 1 --steps 200; } |
    sed "s/^{/{\"round\": $round, /" >>"$lines" || fail "the benchmark failed; the times of before stay in $finished"
}

for name in ${work//,/ }; do
  case $name in
    train) for family in ${families//,/ }; do train "$family"; done ;;
    fold) for family in ${families//,/ }; do fold "$family"; done ;;
    time)
      # What was measured before of other families stays.
      grep -svE "\"reparam\": ?\"(${families//,/|})\"" "$finished" >"$lines" || true
      for ((round = 1; round <= repeats; ++round)); do
        echo "round $round of $repeats" >&2
        for family in ${families//,/ }; do measure "$family"; done
      done
      mv "$lines" "$finished"
      ;;
  esac
done
"$python" tests/bench/families_table.py "${table_options[@]}" --families "$families" "$runs"
