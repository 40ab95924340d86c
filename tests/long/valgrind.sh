#!/usr/bin/env bash
# The unit tests under valgrind's memcheck, which finds the uninitialised numbers that AddressSanitizer does not see.
# With AVX2 at most, for valgrind knows no AVX-512. About 8 minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
if [ "$(uname -m)" != x86_64 ]; then echo "valgrind: needs an x86-64 machine"; exit 77; fi
install_packages cmake g++ ninja-build nlohmann-json3-dev catch2 libstb-dev valgrind
folder=build/valgrind
build $folder onefold_tests -DONEFOLD_NATIVE=OFF -DONEFOLD_EXAMPLES=OFF -DONEFOLD_DOUBLE_TESTS=OFF \
  "-DCMAKE_CXX_FLAGS=-mavx2 -mfma -DONEFOLD_OWN_MEMORY=0" "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1"

# check NAME TESTS: these tests, in a process of their own.
check() {
  logged "build/valgrind/$1.log" valgrind --error-exitcode=9 --errors-for-leak-kinds=definite --leak-check=full \
    build/valgrind/tests/onefold_tests "$2~[.long]" --durations yes
  grep -q 'test cases' "build/valgrind/$1.log" || { echo "valgrind: no test ran of $2" >&2; return 1; }
}
export -f check logged
rm -f $folder/tests-*.log
# Hostile files are read in a child process, to which the parent's threads would be lost memory: so without threads. A
# limit of time is none for a program that runs fifty times as slowly.
OMP_NUM_THREADS=1 check tests-hostile '"hostile*"'
export OMP_NUM_THREADS=2
# A test with two tags runs once: with those of the layers.
printf '%s\n' '[core]' '[autograd]~[layers]' '[layers]' '[datasets]' | xargs -P 2 -I{} bash -c 'set -euo pipefail
  check "tests-$(tr -dc a-z <<<"$1")" "$1~\"hostile*\"~\"*within a second of computing\""' - {}
echo "valgrind: no error in $(sed -n 's/.* assertions in \([0-9]*\) test cases.*/\1/p' $folder/tests-*.log |
  awk '{ sum += $1 } END { print sum }') unit tests"
