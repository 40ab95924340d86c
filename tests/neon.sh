#!/usr/bin/env bash
# Builds core/ and its tests for 64-bit ARM (NEON, vectors of 128 bits) with a cross compiler and runs them in an
# emulator. Not part of CI: about two minutes on two cores, and a compiler to install first (Debian or Ubuntu):
#
#   apt-get install g++-aarch64-linux-gnu qemu-user-static catch2 nlohmann-json3-dev
#   tests/neon.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=build/neon compiler=aarch64-linux-gnu-g++ emulator=qemu-aarch64-static
for program in $compiler $emulator; do
  command -v $program >/dev/null || { echo "neon.sh: $program not found; see the head of this file" >&2; exit 1; }
done

mkdir -p $folder/include
# The generated header.
cmake -S . -B $folder/configured -DONEFOLD_TESTS=OFF -DONEFOLD_EXAMPLES=OFF >$folder/configure.log

# Only the headers of packages: /usr/include itself belongs to this machine's compiler.
ln -sfn /usr/include/catch2 /usr/include/nlohmann $folder/include/
options="-std=c++20 -pthread -Wall -Wextra -Wshadow -Wno-psabi -Wno-restrict -Werror -ffp-contract=fast -fno-math-errno"
options+=" -I. -I$folder/configured/include -isystem $folder/include -DONEFOLD_SOURCE_DIR=\"$PWD\""
compile_one() { # SOURCE: hot loops at -O3, tests at -O1
  local level=-O3
  if [[ $1 == tests/* ]]; then level=-O1; fi
  $compiler $level $options -c "$1" -o "$folder/${1//\//_}.o"
}
export -f compile_one
export folder compiler options
{ find core -name '*.cpp' -print0; find tests/core -name '*_test.cpp' -print0
  printf '%s\0' tests/catch_main.cpp tests/reference.cpp; } |
  xargs -0 -n 1 -P "$(nproc)" bash -c 'compile_one "$0"'
$compiler -pthread -static "$folder"/*.o -o $folder/core_tests 2>/dev/null
$emulator $folder/core_tests
