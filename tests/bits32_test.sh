#!/usr/bin/env bash
# The library compiles for 32 bits without OpenMP, as WebAssembly does (docs/play.sh): int64_t, size_t and ptrdiff_t are
# three different types there. Checks the syntax only, with Clang, which needs no 32-bit libraries: half a minute of a
# core.
#
#   bits32_test.sh CLANG INCLUDE_FOLDER...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
clang=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/gnu"
touch "$work/gnu/stubs-32.h"  # of a C library that is not installed

options=(--target=i386-linux-gnu -msse2 -std=c++20 -Wall -Wextra -Werror -Wno-psabi -I. -isystem "$work")
for folder in "${@:2}"; do options+=(-isystem "$folder"); done
while read -r folder; do
  options+=(-isystem "$folder")
done < <("$clang" -E -v -x c++ /dev/null 2>&1 | sed -n '/<\.\.\.> search starts/,/^End/s/^ //p' | grep -v '/lib/clang/')

# together FILE...: as one file.
together() { printf '#include "%s"\n' "$@" | "$clang" "${options[@]}" -Wfatal-errors -fsyntax-only -x c++ -; }

# check FILE...: two files may have helpers of the same name, so what fails together may compile in halves.
check() {
  if [ $# = 1 ]; then together "$1" || { echo "bits32: $1" >&2; return 1; }; return; fi
  together "$@" 2>/dev/null || { check "${@:1:$# / 2}" && check "${@:$# / 2 + 1}"; }
}

printf '#include <%s>\n' algorithm cstdint vector >"$work/planted.cpp"
echo 'int64_t most(const std::vector<int>& all) { return std::max(std::ssize(all), int64_t{1}); }' >>"$work/planted.cpp"
"$clang" -std=c++20 -fsyntax-only "$work/planted.cpp"
if together "$work/planted.cpp" 2>/dev/null; then echo "bits32: a planted fault was not found" >&2; exit 1; fi

mapfile -t core < <(find core -name '*.cpp' | sort)
mapfile -t others < <(find autograd layers datasets -name '*.cpp' | sort)
check "${core[@]}" &
check "${others[@]}"
wait $!
