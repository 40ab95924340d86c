#!/usr/bin/env bash
# Each system call of a training run on its folder fails once; CTest tries every 12th. About six minutes on two cores.
#
#   tests/long/io_faults.sh [EVERY]     1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
program_test_at_length io_fault_test train_cifar10 "${1:-1}"
