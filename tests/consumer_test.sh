#!/usr/bin/env bash
# Builds tests/consumer, a project with Onefold as a subproject, in FOLDER, and runs it.
#
#   consumer_test.sh FOLDER CMAKE COMPILER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$1 cmake=$2 compiler=$3

generator=()
if command -v ninja >/dev/null; then generator=(-G Ninja); fi
configure() {
  "$cmake" -S "$root/tests/consumer" -B "$1" "${generator[@]}" -DONEFOLD_SOURCE_DIR="$root" \
    -DCMAKE_CXX_COMPILER="$compiler" "${@:2}"
}

# Without a build type the library is optimised anyway, and a warning says that the rest is not.
rm -rf "$folder-no-type"
configure "$folder-no-type" 2>"$folder-no-type.warnings"
grep -q 'No CMAKE_BUILD_TYPE' "$folder-no-type.warnings"
for source in core/gemm/gemm.cpp layers/linear.cpp datasets/shapes10.cpp; do
  grep -q -- "-O3 .*/$source\"" "$folder-no-type/compile_commands.json" ||
    { echo "consumer_test: without a build type $source is compiled without -O3" >&2; exit 1; }
done

configure "$folder" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0
"$cmake" --build "$folder" --parallel "$(nproc)"

# A subproject builds only the library: no tests, no programs, no second copy.
if ls "$folder"/onefold/examples "$folder"/onefold/tests "$folder"/onefold/*_double.a 2>/dev/null; then
  echo "consumer_test: more than the library was built" >&2
  exit 1
fi
"$folder/consumer" | tee "$folder/output.txt"
grep -q '^folded to' "$folder/output.txt"
