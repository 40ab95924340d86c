#!/usr/bin/env bash
# Compares the weights' SHA-256 for 1 to 8 threads, repeatedly; CTest does it once. About two minutes on two cores.
#
#   tests/long/thread_counts.sh [REPETITIONS]     5
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
program_test_at_length thread_count_test train_cifar10 "${1:-5}"
