#!/usr/bin/env bash
# core/cmake/join_kernels.cmake keeps the levels apart: nothing that a file for one level defines has the name of
# something in another, and kernels with variables are refused.
#
#   join_kernels_test.sh FOLDER CMAKE COMPILER NM OBJCOPY
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$1 cmake=$2 compiler=$3 nm=$4 objcopy=$5
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
fail() { echo "join_kernels_test: $1" >&2; exit 1; }

# Functions, an inline function, a template, constants, a class with virtual functions, a static member of a template,
# a class whose constructor is in a group of its own.
cat >kernels.cpp <<'END'
#include <string>
#include <vector>
inline long twice(long x) { return 2 * x; }
struct Pair { Pair() : first(1), second(2) {} virtual ~Pair() {} long first, second; };
struct Error { virtual ~Error() = default; virtual int code() const { return 1; } };
template <class T> struct Table { static constexpr T kValues[3] = {1, 2, 3}; };
extern "C" __attribute__((noinline)) long length(const char* text) {
  std::vector<std::string> words{text, "and"};
  words.push_back(text);
  if (words.size() > 3) throw Error();
  const Pair pair;
  if (pair.first + pair.second != 3) throw Error();
  return twice(static_cast<long>(words[0].size() + words[1].size())) + Table<long>::kValues[words.size() - 1];
}
extern "C" int level() { return LEVEL; }
END
compile() { "$compiler" -std=c++20 -O0 -fPIC -c "$@"; }
join() {
  "$cmake" -Dtarget=demo "-Dlevels=low;high" "-Dlow=low.o;compiled_for.o" "-Dhigh=high.o;compiled_for.o" -Dfolder=out \
    -Dcompiler="$compiler" -Dnm="$nm" -Dobjcopy="$objcopy" -P "$root/core/cmake/join_kernels.cmake" >join.log 2>&1
}
compile -I"$root" "$root/core/cpu_compiled_for.cpp" -o compiled_for.o
compile -DLEVEL=1 kernels.cpp -o low.o
compile -DLEVEL=2 kernels.cpp -o high.o
join || fail "$(cat join.log)"
for level in low high; do
  "$nm" --defined-only --format=posix out/$level.o | grep ' [A-Znu] ' >symbols.txt
  [ "$(wc -l <symbols.txt)" -gt 10 ] || fail "$level.o has fewer symbols than it should: $(cat symbols.txt)"
  if grep -vE "^[^ ]*\.demo_$level " symbols.txt >plain.txt; then fail "$level.o defines $(cat plain.txt)"; fi
done

# The chosen level is the last whose instructions are there: here all are, and then the first in the list is not.
cat >main.cpp <<'END'
#include <cstdio>
#include "core/cpu_check.h"
extern "C" int level();
extern "C" long length(const char*);
const void* const* onefold::best_kernels(const CpuLevel* levels, int) { return levels[CHOSEN].kernels; }
int main() { std::printf("level %d, length %ld\n", level(), length("four")); }
END
for chosen in 0 1; do
  "$compiler" -std=c++20 -I"$root" -DCHOSEN=$chosen main.cpp out/dispatch.cpp out/low.o out/high.o -o main
  [ "$(./main)" = "level $((2 - chosen)), length 17" ] || fail "choice $chosen: $(./main)"
done

for variable in 'int counter = 1;' 'static long sum; long add(long x) { return sum += x; }' \
  'thread_local int depth;' 'long first(long x) { static const long kept = x; return kept; }'; do
  echo "$variable" >variable.cpp
  compile -DLEVEL=1 -include variable.cpp kernels.cpp -o low.o
  if join; then fail "accepted: $variable"; fi
  grep -q 'kernels must not have variables' join.log || fail "$variable: $(cat join.log)"
done
echo "all symbols carry their level; 4 of 4 variables were refused"
