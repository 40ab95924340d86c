#!/usr/bin/env bash
# Fuzzes each reader of files for 30 minutes (a number as argument: for so many seconds), after each fuzzer has found
# the bug that is planted in it: about 95 minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tests/fuzz/run.sh --self-test
tests/fuzz/run.sh "${1:-1800}"
