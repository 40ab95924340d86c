#!/usr/bin/env bash
# Changes one token of kernels and backward rules: do the unit tests notice? See tests/long/mutants.py. About half an
# hour on two cores.
#
#   tests/long/mutants.sh [OPTIONS OF MUTANTS.PY]     100 mutants
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
install_packages cmake g++ ninja-build nlohmann-json3-dev catch2 libstb-dev python3
for folder in build/mutants build/mutants-asan; do
  sanitizer=()
  if [ $folder = build/mutants-asan ]; then sanitizer=(-DONEFOLD_SANITIZE=address); fi
  build $folder onefold_tests -DONEFOLD_WERROR=OFF -DONEFOLD_DOUBLE=ON -DONEFOLD_EXAMPLES=OFF \
    -DCMAKE_CXX_FLAGS_RELEASE=-O1 "${sanitizer[@]}"
done
tests/long/mutants.py "$@" build/mutants build/mutants-asan
