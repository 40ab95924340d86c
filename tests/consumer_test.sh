#!/usr/bin/env bash
# Builds tests/consumer, a project of someone else's, with Onefold from each source that README.md names, and runs it:
# with COMPILER, and with Clang or GCC too if there is one. Prints a line per form. Nothing is optimised, which builds
# fastest.
#
#   consumer_test.sh FOLDER CMAKE COMPILER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
consumer=$root/tests/consumer folder=$1 cmake=$2
generator=()
if command -v ninja >/dev/null; then generator=(-G Ninja); fi
rm -rf "$folder"
mkdir -p "$folder"

fail() { echo "consumer_test: $name: $1: $2" >&2; exit 1; }
passed() { echo "$name: $1: ${2:-$(tail -n 1 "$folder/output.txt")}"; }

# quietly COMMAND...: shows what it printed only if it fails.
quietly() { "$@" >"$folder/log.txt" 2>&1 || { tail -n 40 "$folder/log.txt" >&2; fail "$form" "failed: $*"; }; }

configure() {  # configure BUILD SOURCE OPTIONS...
  quietly "$cmake" -S "$2" -B "$1" "${generator[@]}" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=10 \
    "${@:3}"
}
build() { quietly "$cmake" --build "$1" --parallel "$(nproc)"; }

runs() {  # runs PROGRAM...
  "$@" >"$folder/output.txt" 2>&1 || { cat "$folder/output.txt" >&2; fail "$form" "$* failed"; }
  grep -q '^folded to [0-9]* weights' "$folder/output.txt" || fail "$form" "$(cat "$folder/output.txt")"
}

# On other CPUs, which are QEMU's: the level that the program chooses there.
on_other_cpus() {
  form="other CPUs"
  if ! command -v qemu-x86_64 >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    passed "$form" "skipped, without qemu-x86_64 (Debian's package qemu-user) on an x86-64"
    return
  fi
  local cpu
  for cpu in Haswell:x86-64-v3 Nehalem:x86-64-v2; do
    runs qemu-x86_64 -cpu ${cpu%:*} "$1"
    grep -q "kernels ${cpu#*:}," "$folder/output.txt" || fail "$form" "${cpu%:*}: $(head -n 1 "$folder/output.txt")"
  done
  if qemu-x86_64 -cpu qemu64 "$1" >"$folder/output.txt" 2>&1; then fail "$form" "the oldest has to be refused"; fi
  grep -q '^onefold: error: this program is compiled for a CPU with .*sse4\.2' "$folder/output.txt" ||
    fail "$form" "the oldest: $(cat "$folder/output.txt")"
  passed "$form" "x86-64-v3 on Haswell, x86-64-v2 on Nehalem, an error message on one without SSE4.2"
}

all_forms() {
  compiler=$1 name=$("$1" --version | head -n 1 | grep -oE 'clang version [0-9.]+|\) [0-9.]+' | tr -d ')')
  name="$(basename "$1")${name##*version}"
  local at="$folder/${name// /-}"

  # In a subproject the library is optimised even without a build type, and a warning says that the rest is not.
  form="no build type"
  configure "$at-no-type" "$consumer" -DONEFOLD_FROM=add_subdirectory -DONEFOLD_REPOSITORY="$root" \
    -DCMAKE_BUILD_TYPE= -DCMAKE_UNITY_BUILD=OFF
  grep -q 'No CMAKE_BUILD_TYPE' "$folder/log.txt" || fail "$form" "no warning"
  for source in core/gemm/gemm.cpp layers/linear.cpp datasets/shapes10.cpp; do
    grep -q -- "-O3 .*/$source\"" "$at-no-type/compile_commands.json" || fail "$form" "$source is compiled without -O3"
  done
  passed "$form" "a warning, and the library compiled with -O3"

  # A subproject builds only the library: no tests, no programs, no second copy. Its kernels are for any CPU.
  form=add_subdirectory
  configure "$at-sub" "$consumer" -DONEFOLD_FROM=$form -DONEFOLD_REPOSITORY="$root" -DONEFOLD_INSTALL=ON \
    -DCMAKE_INSTALL_PREFIX="$at-static" -DCMAKE_INSTALL_LIBDIR=lib
  build "$at-sub"
  if ls "$at-sub"/onefold/examples "$at-sub"/onefold/tests "$at-sub"/onefold/*_double.a 2>/dev/null; then
    fail $form "more than the library was built"
  fi
  runs "$at-sub/consumer"
  passed $form
  on_other_cpus "$at-sub/consumer"

  form=find_package
  quietly "$cmake" --install "$at-sub"
  configure "$at-found" "$consumer" -DCMAKE_PREFIX_PATH="$at-static"
  build "$at-found"
  runs "$at-found/consumer"
  passed $form

  form=pkg-config
  local flags=(-std=c++20 -I"$consumer" "$consumer/main.cpp")
  if command -v pkg-config >/dev/null; then
    export PKG_CONFIG_PATH=$at-static/lib/pkgconfig
    # shellcheck disable=SC2046  # several options
    quietly "$compiler" "${flags[@]}" $(pkg-config --cflags --libs onefold) -o "$at-program"
    runs "$at-program"
    passed $form
  else
    passed $form "skipped, without pkg-config"
  fi

  # A subproject that is fetched may have shared libraries and install them.
  form=FetchContent
  local from=FetchContent commit note=
  if ! commit=$(git -C "$root" rev-parse HEAD 2>/dev/null); then
    from=add_subdirectory note="skipped, outside a repository"
  fi
  configure "$at-fetched" "$consumer" -DONEFOLD_FROM=$from -DONEFOLD_REPOSITORY="$root" -DONEFOLD_COMMIT="$commit" \
    -DONEFOLD_PORTABLE=OFF -DBUILD_SHARED_LIBS=ON -DONEFOLD_INSTALL=ON -DCMAKE_INSTALL_PREFIX="$at-shared" \
    -DCMAKE_INSTALL_LIBDIR=lib
  build "$at-fetched"
  runs "$at-fetched/consumer"
  passed $form "${note:-commit ${commit:0:12}, $(tail -n 1 "$folder/output.txt")}"

  form=shared
  quietly "$cmake" --install "$at-fetched"
  configure "$at-with-shared" "$consumer" -DCMAKE_PREFIX_PATH="$at-shared"
  build "$at-with-shared"
  ldd "$at-with-shared/consumer" | grep -q "$at-shared/lib/libonefold_core.so" || fail $form "it is not linked"
  runs "$at-with-shared/consumer"
  passed $form

  form="own core/tensor.h"
  grep -q "a tensor of one's own of rank 3" "$folder/output.txt" || fail "$form" "$(cat "$folder/output.txt")"
  passed "$form" "included beside onefold/core/tensor.h in all of these"

  # The linker names what is wrong, whichever kind of library it is.
  form="mixed Real"
  local prefix
  for prefix in "$at-static" "$at-shared"; do
    if "$compiler" "${flags[@]}" -DONEFOLD_REAL_IS_DOUBLE -I"$prefix/include" -L"$prefix/lib" -lonefold_datasets \
      -lonefold_layers -lonefold_autograd -lonefold_core -fopenmp -o "$at-mixed" >"$folder/log.txt" 2>&1; then
      fail "$form" "linked, $prefix"
    fi
    grep -oE -m 1 'undefined.*program_and_library_need_the_same_Real\(double\).*' "$folder/log.txt" \
      >"$folder/output.txt" || fail "$form" "$(cat "$folder/log.txt")"
  done
  passed "$form"
}

all_forms "$3"
others="clang++-16 clang++"
if "$3" --version | grep -q clang; then others=g++; fi
for other in $others; do
  if command -v $other >/dev/null; then
    all_forms $other
    break
  fi
done
