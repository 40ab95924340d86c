#!/usr/bin/env bash
# Runs the unit tests with ThreadSanitizer and more threads than cores, after it has found a planted race. Archer, a
# part of LLVM's OpenMP, tells it where threads wait for each other. About four minutes on two cores.
#
#   tests/long/tsan.sh [THREADS]     default: the number of cores plus one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
install_packages cmake ninja-build nlohmann-json3-dev catch2 libstb-dev
install_clang
archer=$(realpath "$("$clangxx" -print-resource-dir)/../..")/libarcher.so
[ -f "$archer" ] || { echo "tsan: this Clang has no libarcher.so; install its libomp-dev" >&2; exit 1; }
folder=build/tsan
build $folder onefold_tests -DCMAKE_CXX_COMPILER=$clangxx -DONEFOLD_EXAMPLES=OFF -DONEFOLD_DOUBLE_TESTS=OFF \
  -DONEFOLD_SANITIZE=thread "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1"
export LD_LIBRARY_PATH=${archer%/*}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} ARCHER_OPTIONS=verbose=1
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 ignore_noninstrumented_modules=1"
export OMP_NUM_THREADS="${1:-$(($(nproc) + 1))}"

$clangxx -std=c++20 -O1 -g1 -fsanitize=thread -fopenmp -I. tests/long/planted_race.cpp $folder/libonefold_core.a \
  -pthread -o $folder/planted_race
code=0
timeout 60 $folder/planted_race >$folder/planted_race.log 2>&1 || code=$?
if [ $code != 66 ] || ! grep -q "data race.*planted_race.cpp" $folder/planted_race.log; then
  echo "tsan: the planted race was not found; see $folder/planted_race.log"
  exit 1
fi
grep -q "Archer detected OpenMP application with TSan" $folder/planted_race.log ||
  { echo "tsan: Archer was not loaded; see $folder/planted_race.log"; exit 1; }

logged $folder/tests.log $folder/tests/onefold_tests "~[.long]" --durations yes
echo "tsan: the planted race was found, and none in $(sed -n 's/.* assertions in \([0-9]*\) test cases.*/\1/p' \
  $folder/tests.log) unit tests with $OMP_NUM_THREADS threads"
