#!/usr/bin/env bash
# Runs the unit tests under valgrind's memcheck, which finds the uninitialised values that AddressSanitizer does not
# see. Without AVX-512, which valgrind does not support. About 8 minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
if [ "$(uname -m)" != x86_64 ]; then echo "valgrind: needs an x86-64 machine"; exit 77; fi
install_packages cmake g++ ninja-build nlohmann-json3-dev catch2 libstb-dev valgrind
folder=build/valgrind
build $folder onefold_tests -DONEFOLD_NATIVE=OFF -DONEFOLD_EXAMPLES=OFF -DONEFOLD_DOUBLE_TESTS=OFF \
  "-DCMAKE_CXX_FLAGS=-mavx2 -mfma -DONEFOLD_OWN_MEMORY=0" "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1"

# check NAME TESTS: runs these tests in their own process.
check() {
  logged "build/valgrind/$1.log" valgrind --error-exitcode=9 --errors-for-leak-kinds=definite --leak-check=full \
    build/valgrind/tests/onefold_tests "$2~[.long]" --durations yes
  grep -q 'test cases' "build/valgrind/$1.log" || { echo "valgrind: no test of $2 ran" >&2; return 1; }
}
export -f check logged
rm -f $folder/tests-*.log
# Hostile files are read in a child process, in which the parent's threads would count as leaked memory: so no threads.
# Tests with a time limit are left out, since programs run about fifty times slower.
OMP_NUM_THREADS=1 check tests-hostile '"hostile*"'
export OMP_NUM_THREADS=2
# A test with two tags runs only once: with those of layers.
printf '%s\n' '[core]' '[autograd]~[layers]' '[layers]' '[datasets]' | xargs -P 2 -I{} bash -c 'set -euo pipefail
  check "tests-$(tr -dc a-z <<<"$1")" "$1~\"hostile*\"~\"*within a second of computing\""' - {}
echo "valgrind: no error in $(sed -n 's/.* assertions in \([0-9]*\) test cases.*/\1/p' $folder/tests-*.log |
  awk '{ sum += $1 } END { print sum }') unit tests"
