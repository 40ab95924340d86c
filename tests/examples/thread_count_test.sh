#!/usr/bin/env bash
# The weights have one SHA-256 for any number of threads, more than there are cores included, and for every repetition.
#
#   thread_count_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER [REPETITIONS]     1 of each number
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
repetitions=${3:-1}

runs=0
# weights OPTIONS...: trains with every number of threads, and holds all model files to the first.
weights() {
  local first= sum count i
  for ((i = 0; i < repetitions; ++i)); do
    for count in 1 2 3 4 7 8; do
      # Not by --threads, which allows no more than there are cores.
      OMP_NUM_THREADS=$count run 0 train_cifar10 --dataset shapes10 --limit-train 40 --limit-test 20 --batch-size 8 \
        --seed 3 --out run --overwrite "$@"
      sum=$(sha256sum <run/model.safetensors)$(sha256sum <run/best.safetensors)
      first=${first:-$sum}
      [ "$sum" = "$first" ] || complain "with $count threads the weights have another SHA-256: $*"
      runs=$((runs + 1))
    done
  done
}
title "Muon and Lookahead"
weights --net tiny --epochs 2 --lookahead true
title "SGD, diverse branches"
weights --net tiny --epochs 1 --reparam dbb --muon-rate 0
title "shards"
weights --net tiny --epochs 1 --shards 4
title "whitening, pools and Dirac weights"
weights --net short --epochs 1 --limit-train 16

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "thread_counts: $runs of $runs runs with 1, 2, 3, 4, 7 and 8 threads have the SHA-256 of the first of their kind"
