#!/usr/bin/env bash
# The unit tests with ThreadSanitizer and more threads than cores, after it has found a race that is planted. About four
# minutes on two cores.
#
#   tests/long/tsan.sh [THREADS]     one more than cores
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/support/install_packages.sh
source tests/support.sh
install_packages cmake ninja-build nlohmann-json3-dev catch2 libstb-dev
install_clang
folder=build/tsan
build $folder onefold_tests -DCMAKE_CXX_COMPILER=$clangxx -DONEFOLD_EXAMPLES=OFF -DONEFOLD_DOUBLE_TESTS=OFF \
  -DONEFOLD_SANITIZE=thread "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1"
export TSAN_OPTIONS="halt_on_error=1 exitcode=66" ONEFOLD_THREADS="${1:-$(($(nproc) + 1))}"

$clangxx -std=c++20 -O1 -g1 -fsanitize=thread -I. tests/long/planted_race.cpp $folder/libonefold_core.a -pthread \
  -o $folder/planted_race
code=0
timeout 60 $folder/planted_race >$folder/planted_race.log 2>&1 || code=$?
if [ $code != 66 ] || ! grep -q "data race.*planted_race.cpp" $folder/planted_race.log; then
  echo "tsan: the planted race was not found; see $folder/planted_race.log"
  exit 1
fi

logged $folder/tests.log $folder/tests/onefold_tests "~[.long]" --durations yes
echo "tsan: the planted race was found, and none in $(sed -n 's/.* assertions in \([0-9]*\) test cases.*/\1/p' \
  $folder/tests.log) unit tests with $ONEFOLD_THREADS threads"
