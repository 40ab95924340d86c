#!/usr/bin/env bash
# Sends Ctrl-C and SIGTERM at random moments; CTest sends 10. About two minutes on two cores.
#
#   tests/long/interrupts.sh [SIGNALS]     100
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
program_test_at_length interrupt_test train_cifar10 "${1:-100}"
