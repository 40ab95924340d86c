#!/usr/bin/env bash
# Fuzzes each file reader for 30 minutes, or for as many seconds as the argument says, after each fuzzer has found the
# bug planted in it. About 95 minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tests/fuzz/run.sh --self-test
tests/fuzz/run.sh "${1:-1800}"
