#!/usr/bin/env bash
# kill -9 at random moments during a training run; CTest does it 50 times. About ten minutes on two cores.
#
#   tests/long/kills.sh [KILLS]     1000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
program_test_at_length kill_test train_cifar10 "${1:-1000}"
