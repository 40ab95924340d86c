#!/usr/bin/env bash
# Checks rules of the source tree that no compiler checks: which folder includes which, how many files it may hold,
# threads in one file only, kernels in Real only, no fast-math, nothing left to do. First tests itself on every
# violation.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The folders that each folder may include.
declare -A may_include=(
  [core]='core'
  [autograd]='core autograd'
  [layers]='core autograd layers'
  [datasets]='core datasets'
  [examples]='core autograd layers datasets examples'
  [tests]='core autograd layers datasets examples tests'
)

# The same for the folders in examples/; . holds the lessons, labs and play are annexes, and nothing includes a program.
declare -A examples_may_include=(
  [cli]='cli'
  [training]='cli training'
  [inference]='cli training inference'
  [pictures]='cli pictures'
  [folding]='cli training folding'
  [report]='cli training inference pictures folding report'
  [labs]='cli training inference pictures folding report labs'
  [play]='cli training inference pictures folding report labs play'
  [exercises]='cli exercises'
  [programs]='cli training inference pictures folding report labs exercises'
  [.]='cli training inference pictures folding report labs'
)

# Optional parts: they may include the spine, never the other way around. All paths with one of these prefixes.
annexes='core/annex/ autograd/annex/ layers/calculus/ layers/families/ layers/inspect/ layers/labs/
layers/models/survey/'

# The annexes of layers/ that each of them may include: one after the other, without a circle.
declare -A layers_annex_may_include=(
  [calculus]='calculus'
  [families]='calculus families'
  [inspect]='inspect'
  [labs]='calculus families inspect labs'
  [models/survey]='calculus families inspect labs models/survey'
)

begins_like() {  # begins_like PATH PREFIX...
  local path=$1 prefix
  shift
  for prefix in "$@"; do [[ $path != "$prefix"* ]] || return 0; done
  return 1
}

# Lines of C++ files as FILE:LINE:CODE, without comments and contents of strings.
code() {
  awk '{ gsub(/"([^"\\]|\\.)*"/, "\"\""); sub(/\/\/.*/, ""); print FILENAME ":" FNR ":" $0 }' "$@" /dev/null
}

include_violations() {
  local folder file line included allowed
  for folder in core autograd layers datasets examples tests; do
    [ -d $folder ] || continue
    while IFS=: read -r file line included; do
      included=${included#*\"}
      # The build writes version.h, and tests/consumer/ is no part of this project.
      case "$file $included" in *' onefold/version.h"'* | tests/consumer/*) continue ;; esac
      case " ${may_include[$folder]} " in
        *" ${included%%/*} "*) ;;
        *) echo "$file:$line: $folder may include ${may_include[$folder]// /, }; it includes \"${included%\"*}\"" ;;
      esac
    done < <(grep -rnE --include='*.h' --include='*.cpp' '^ *# *include *"' $folder || true)
  done
  while IFS=: read -r file line included; do
    included=${included#*\"} included=${included%\"*}
    folder=./${file#examples/} folder=${folder%/*} folder=${folder#./} folder=${folder%%/*}  # the topmost
    allowed=${examples_may_include[$folder]-}
    case " $allowed " in
      *" $(cut -d/ -f2 <<<"$included") "*) ;;
      *) echo "$file:$line: examples/$folder may include ${allowed// /, }; it includes \"$included\"" ;;
    esac
  done < <(grep -rnE --include='*.h' --include='*.cpp' '^ *# *include *"examples/' examples || true)
  while IFS=: read -r file line included; do
    included=${included#*\"} included=${included%\"*}
    if begins_like "$included" $annexes && ! begins_like "$file" $annexes; then
      echo "$file:$line: only an annex may include an annex; it includes \"$included\""
    fi
  done < <(grep -rnE --include='*.h' --include='*.cpp' '^ *# *include *"[^"]*/' core autograd layers datasets || true)
  while IFS=: read -r file line included; do
    included=${included#*\"} included=${included%\"*}
    folder=${file#layers/} folder=${folder%/*}
    case $folder in families/*) folder=families ;; esac
    allowed=${layers_annex_may_include[$folder]-}
    if [ -n "$allowed" ] && ! begins_like "$included" $(printf 'layers/%s/ ' $allowed); then
      echo "$file:$line: layers/$folder may include ${allowed// /, } of the annexes; it includes \"$included\""
    fi
  done < <(grep -rnE --include='*.h' --include='*.cpp' \
    '^ *# *include *"layers/(calculus|families|inspect|labs|models/survey)/' layers || true)
}

# A reader takes in a folder at a glance if its files are few.
most_files=25
crowded_folders() {
  local folder files
  while read -r files folder; do
    [ "$files" -le $most_files ] || echo "$folder: $files source files; at most $most_files: split the folder by subject"
  done < <(find_in core autograd layers datasets examples | sed 's|/[^/]*$||' | sort | uniq -c)
}

# rule PATTERN SENTENCE FILE...: prints the sentence for every line of code that matches the pattern.
rule() {
  local pattern=$1 sentence=$2
  shift 2
  [ $# = 0 ] || code "$@" | { grep -E "^[^:]*:[0-9]*:.*$pattern" || true; } |
    sed "s|^\([^:]*:[0-9]*\):.*|\1: $sentence|"
}

text_rule() {
  local pattern=$1 sentence=$2
  shift 2
  [ $# = 0 ] || { grep -nHE -e "$pattern" "$@" || true; } | sed "s|^\([^:]*:[0-9]*\):.*|\1: $sentence|"
}

violations() (  # violations TREE: prints one line per violation
  cd "$1"
  find_in() { local folder=() name; for name in "$@"; do [ -d "$name" ] && folder+=("$name"); done
    [ ${#folder[@]} = 0 ] || find "${folder[@]}" -name '*.h' -o -name '*.cpp' | sort; }
  mapfile -t all < <(find_in core autograd layers datasets examples tests)
  # core/cpu_check.cpp prints a message if the CPU lacks instructions that the library was compiled for.
  mapfile -t library < <(find_in core autograd layers datasets | grep -vx core/cpu_check.cpp)
  mapfile -t wrapped < <(printf '%s\n' "${all[@]}" | grep -vx core/simd.h)
  mapfile -t tests < <(find_in tests)
  mapfile -t threadless < <(printf '%s\n' "${all[@]}" | grep -vx core/parallel.cpp |
    grep -E '^(core|autograd|layers)/')
  # Files contain float whatever Real is, so safetensors and protobuf may use the word; so may bfloat16, half a float.
  mapfile -t real < <(find_in core autograd layers | grep -vx -e core/real.h -e core/simd.h \
    -e 'core/files/safetensors.*' -e 'core/files/protobuf.*')
  # What examples/play/CMakeLists.txt compiles.
  mapfile -t wasm < <(printf '%s\n' "${threadless[@]}"; find_in examples datasets | grep -E \
    '^(examples/(play|folding)/|examples/labs/wrong_|datasets/(augment|dataset|shapes10)\.|examples/training/networks\.)')
  mapfile -t kernels < <(find_in core/annex core/conv core/ops core/gemm | grep -v core/gemm/precision)
  mapfile -t build < <(find . \( -path ./build -o -path ./.git \) -prune -o -type f \
    \( -name CMakeLists.txt -o -name '*.cmake' -o -name CMakePresets.json -o -name '*.sh' -o -path ./.ci/run \) -print)
  mapfile -t text < <(find . \( -path ./build -o -path ./.git -o -path ./runs \) -prune -o -type f \
    \( -name '*.h' -o -name '*.cpp' -o -name '*.cmake' -o -name CMakeLists.txt \
    -o -name '*.sh' -o -name '*.py' -o -name '*.md' \) -print)

  include_violations
  crowded_folders
  rule '(# *pragma +omp|\b_OPENMP\b|\bstd::(j?thread|async)\b)' 'only core/parallel.cpp runs threads' "${threadless[@]}"
  rule '\bfloat\b' 'kernels say Real, not float' "${real[@]}"
  rule '[0-9]\.[0-9]*(e[-+]?[0-9]+)?[fF]\b' 'a literal with the suffix f is a float; kernels use Real' "${real[@]}"
  rule '(immintrin|arm_neon|\b_mm[0-9]*_)' 'no intrinsics: core/simd.h wraps vectors' "${wrapped[@]}"
  rule '(\bstd::(cout|cerr|clog)|\bf?printf *\(|\b(exit|abort|terminate) *\()' 'library code never prints or exits' \
    "${library[@]}"
  rule '\bstd::(ranges|bit_cast)\b' "Emscripten's standard library lacks it: docs/play.sh" "${wasm[@]}"
  rule '\b(thread_local|static const)\b' \
    'kernels have no variables, since each level of x86-64 would have its own: core/cmake/join_kernels.cmake' \
    "${kernels[@]}"
  text_rule 'TEST_CASE\("[^"]*[][;]' "CMake reads a test name with a bracket or a semicolon as a list" "${tests[@]}"
  text_rule '-ffast-mat[h]|-Ofas[t]' 'fast-math makes isnan lie' "${build[@]}"
  text_rule '\b(cmake|make|ninja|ctest)\b.* (-j|--parallel)([` ]*$|[` ]+[^0-9"$ ])' \
    'without a number, make starts a compiler for every file at once; write --parallel "$(nproc)"' "${text[@]}"
  text_rule '\b(TO[D]O|FIX[M]E|XX[X])\b' 'something is left to do' "${text[@]}"
)

# A clean tree has no violations, and every rule catches its own.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{core/annex,core/conv,autograd/annex,datasets,tests/core}
mkdir -p "$tree"/layers/{calculus,families,inspect,labs,models/survey}
mkdir -p "$tree"/examples/{cli,training,pictures,folding,report,labs,programs}
plant() {  # plant FILE LINE WANTED: the file with this line must be reported, with WANTED in the sentence
  local found
  printf '// A comment may say float, std::thread and "layers/module.h".\n%s\n' "$2" >"$tree/$1"
  found=$(violations "$tree")
  rm "$tree/$1"
  case $found in
    *"$1:2: "*"$3"*) ;;
    *) echo "layering_test: no violation was found in $1: $2" >&2; exit 1 ;;
  esac
}
clean() {
  printf '%s\n' "$2" >"$tree/$1"
  local found
  found=$(violations "$tree")
  rm "$tree/$1"
  [ -z "$found" ] || { echo "layering_test: a violation was found although there is none: $found" >&2; exit 1; }
}
fill() { for ((i = 1; i <= $2; ++i)); do echo >"$tree/$1/$i.h"; done; }  # fill FOLDER FILES
fill core/annex $most_files
clean core/a.cpp ''
fill core/annex $((most_files + 1))
case $(violations "$tree") in
  "core/annex: $((most_files + 1)) source files;"*) rm "$tree"/core/annex/*.h ;;
  *) echo "layering_test: no violation was found in a folder of $((most_files + 1)) files" >&2; exit 1 ;;
esac
plant core/a.cpp '#include "autograd/variable.h"' 'core may include core; it includes "autograd/variable.h"'
plant autograd/a.h '#include "layers/module.h"' 'autograd may include core, autograd;'
plant datasets/a.cpp '  #  include "autograd/ops.h"' 'datasets may include'
plant layers/a.cpp '#include "datasets/dataset.h"' 'layers may include'
plant layers/a.cpp '#include "examples/training/trainer.h"' 'layers may include'
plant examples/training/a.cpp '#include "trainer.h"' 'examples may include'
plant examples/training/a.cpp '#include "onefold/core/tensor.h"' 'examples may include'
clean examples/training/a.cpp '#include "onefold/version.h"'
plant examples/cli/a.h '#include "examples/training/trainer.h"' 'examples/cli may include cli; it includes'
plant examples/training/a.cpp '#include "examples/report/report.h"' 'examples/training may include cli, training;'
plant examples/pictures/a.cpp '#include "examples/training/networks.h"' 'examples/pictures may include'
plant examples/folding/a.cpp '#include "examples/report/page.h"' 'examples/folding may include'
plant examples/report/a.cpp '#include "examples/labs/histogram.h"' 'examples/report may include'
plant examples/labs/a.cpp '#include "examples/programs/evaluate.h"' 'examples/labs may include'
plant examples/a.cpp '#include "examples/programs/evaluate.h"' 'examples/. may include'
plant examples/programs/a.cpp '#include "examples/08_fold.h"' 'examples/programs may include'
plant core/conv/a.cpp '#include "core/annex/conv/depthwise.h"' 'only an annex may include an annex'
plant autograd/a.h '#include "autograd/annex/muon.h"' 'only an annex'
plant layers/models/a.cpp '#include "layers/families/acb.h"' 'only an annex'
plant layers/models/a.cpp '#include "layers/models/survey/survey.h"' 'only an annex'
plant datasets/a.cpp '#include "core/annex/padding.h"' 'only an annex'
clean core/annex/a.cpp '#include "core/annex/conv/depthwise.h"'
clean autograd/annex/a.cpp '#include "core/annex/padding.h"'
clean layers/families/a.cpp '#include "layers/families/acb.h"'
clean layers/families/a.cpp '#include "core/conv/conv2d.h"'
clean layers/models/survey/a.cpp '#include "layers/labs/dropout.h"'
clean layers/labs/a.cpp '#include "layers/families/acb.h"'
plant layers/calculus/a.cpp '#include "layers/labs/dropout.h"' 'layers/calculus may include calculus of the annexes;'
plant layers/families/a.cpp '#include "layers/labs/dropout.h"' 'layers/families may include calculus, families of'
plant layers/inspect/a.h '#include "layers/calculus/pieces.h"' 'layers/inspect may include inspect of'
plant layers/labs/a.h '#include "layers/models/survey/chain.h"' 'layers/labs may include'
plant layers/a.cpp '#pragma omp parallel for' threads
plant core/a.cpp 'std::thread worker(work);' threads
plant core/a.cpp '#ifdef _OPENMP' threads
plant core/a.cpp 'static_cast<float>(x)' 'not float'
plant core/a.cpp 'x = 1.5f * y;' 'suffix f'
plant core/a.cpp 'x = 1.e-3f;' 'suffix f'
plant core/a.h '#include <immintrin.h>' intrinsics
plant layers/a.cpp 'std::ranges::sort(names);' Emscripten
plant examples/training/networks.cpp 'std::ranges::count(names, name);' Emscripten
plant core/conv/a.cpp 'thread_local int depth;' 'no variables'
plant core/conv/a.cpp '  static const long kept = x;' 'no variables'
plant datasets/a.cpp 'std::cerr << name;' prints
plant core/a.cpp 'if (bad) exit(1);' exits
plant examples/CMakeLists.txt 'add_compile_options(-ffast-mat''h)' fast-math
plant core/a.cpp 'int a; // TO''DO: later' 'left to do'
plant examples/a.md 'cmake --build build -''j' 'without a number'
plant examples/a.sh 'build=(cmake --build build --paral''lel --target lessons)' 'without a number'
plant examples/a.md 'Run `make -''j` or wait.' 'without a number'
clean examples/a.md 'cmake --build build --parallel "$(nproc)" --target lessons && cmake --build build -j 2 && ctest -j4'
plant tests/core/a_test.cpp 'TEST_CASE("outside [0, 1)", "[core]") {' 'as a list'
clean tests/core/a_test.cpp 'TEST_CASE("outside 0 to 1", "[core]") {'
clean core/parallel.cpp '#pragma omp parallel for'
clean datasets/a.cpp 'std::thread loader(work);'
clean datasets/a.cpp 'std::ranges::sort(names);'
clean core/real.h 'using Real = float;'
clean core/a.cpp 'float_t a = 0x1.0p-5; s = "1.0f"; snprintf(b, 3, ""); // float'
clean examples/a.cpp '#include "datasets/dataset.h"'
clean examples/a.cpp '#include "examples/labs/kernel_motion.h"'
clean examples/programs/a.cpp '#include "examples/labs/int8_report.h"'
clean examples/training/a.cpp '#include "examples/cli/options.h"'

found=$(violations "$root")
if [ -n "$found" ]; then
  printf '%s\n' "$found" >&2
  exit 1
fi
