#!/usr/bin/env bash
# Fuzzes the file readers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, two targets at a time.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET...]   fuzzes each target for SECONDS (default: 60)
#   tests/fuzz/run.sh --self-test [TARGET...] each target must find the bug planted in it within 120 s
#   tests/fuzz/run.sh --help
#
# Targets: safetensors, image, cifar10, image_folder, network, report (default: all). The fuzzers are built in
# build/fuzz; their corpora start with what make_corpus writes, and grow in build/fuzz/corpus from run to run. Prints a
# line per target. An input that crashes, hangs for 10 s, allocates more than 512 MB in total or 128 MB at once is
# saved in build/fuzz/findings, the command that reproduces it is printed, and the exit code is 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh

all=(safetensors image cifar10 image_folder network report)
self_test=0 seconds=60
case "${1:-}" in
  -h | --help) print_help; exit ;;
  --self-test) self_test=1 seconds=120; shift ;;
  [0-9]*) seconds=$1; shift ;;
esac
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
  case " ${all[*]} " in
    *" $target "*) ;;
    *) echo "run.sh: unknown target $target; see tests/fuzz/run.sh --help" >&2; exit 2 ;;
  esac
done

# The program that writes a target's corpus.
maker_of() {
  case $1 in
    network | report) echo make_program_corpus ;;
    *) echo make_corpus ;;
  esac
}

source examples/install_packages.sh
install_packages cmake ninja-build libstb-dev libcli11-dev nlohmann-json3-dev catch2
install_clang

started=$SECONDS
choose_generator build/fuzz
logged build/fuzz/configure.log cmake --preset asan -B build/fuzz "${generator[@]}" \
  -DCMAKE_CXX_COMPILER=$clangxx -DONEFOLD_FUZZ=ON -DONEFOLD_WERROR=ON
programs=("${targets[@]/%/_fuzz}")
for target in "${targets[@]}"; do programs+=("$(maker_of "$target")"); done
logged build/fuzz/build.log cmake --build build/fuzz --parallel "$(nproc)" --target "${programs[@]}"
echo "== build/fuzz: built in $((SECONDS - started)) s"

# Targets create their folders and files in memory, if possible.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" onefold-fuzz-XXXXXX)
trap 'rm -rf "$work"' EXIT

dictionary_of() {
  case $1 in
    image) echo -dict=tests/fuzz/png_jpeg.dict ;;
    safetensors | network | report) echo -dict=tests/fuzz/json.dict ;;
  esac
}

longest_of() {
  case $1 in
    cifar10) echo 10000 ;;
    report) echo 16384 ;;
    *) echo 4096 ;;
  esac
}

# fuzz TARGET LOG CORPUS PREFIX: runs the fuzzer for $seconds.
fuzz() {
  local target=$1 log=$2 corpus=$3 prefix=$4 dictionary
  dictionary=$(dictionary_of "$target")
  TMPDIR=$work ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=32 UBSAN_OPTIONS=print_stacktrace=1 \
    build/fuzz/tests/fuzz/"$target"_fuzz "$corpus" ${dictionary:+"$dictionary"} -max_len="$(longest_of "$target")" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 -malloc_limit_mb=128 -print_final_stats=1 \
    -artifact_prefix="$prefix" >"$log" 2>&1
}

number_after() { sed -n "s/.*$1 *\([0-9]*\).*/\1/p" "$2" | tail -n 1; }

run_target() {
  local target=$1 log=build/fuzz/$1.log corpus=build/fuzz/corpus/$1 prefix=build/fuzz/findings/$1- status=0 count file
  build/fuzz/tests/fuzz/"$(maker_of "$target")" "$target" "$corpus"
  rm -f "$prefix"*
  fuzz "$target" "$log" "$corpus" "$prefix" || status=$?
  count=$(number_after stat::number_of_executed_units: "$log")
  echo "$target: $count executions in $seconds s," \
    "coverage $(number_after cov: "$log") edges, $(ls "$corpus" | wc -l) inputs," \
    "$([ $status = 0 ] && echo "no finding" || echo "A FINDING")"
  if [ $status = 0 ]; then
    [[ $count =~ ^[1-9] ]] && return
    echo "$target: nothing was executed; see $log" >&2
    return 1
  fi
  grep -m 3 -hE 'ERROR:|finding:|runtime error:|what\(\)|SUMMARY:' "$log" >&2 || tail -n 20 "$log" >&2
  for file in "$prefix"*; do
    echo "  reproduce with: build/fuzz/tests/fuzz/${target}_fuzz $file   (full output: $log)" >&2
  done
  return 1
}

# The fuzzer starts with only the seeds, and must find the bug by mutating them.
run_self_test() {
  local target=$1 log=build/fuzz/$1.planted.log corpus=$work/planted/$1 before=$SECONDS
  build/fuzz/tests/fuzz/"$(maker_of "$target")" "$target" "$corpus"
  if ONEFOLD_PLANTED_BUG=1 fuzz "$target" "$log" "$corpus" "$work/planted-$target-"; then
    echo "$target: the planted bug was not found in $seconds s; see $log"
    return 1
  fi
  if ! grep -q 'ERROR: AddressSanitizer: heap-buffer-overflow' "$log" || ! grep -q read_out_of_bounds "$log"; then
    echo "$target: found something other than the planted bug; see $log"
    return 1
  fi
  echo "$target: the planted bug was found after $((SECONDS - before)) s"
}

mkdir -p build/fuzz/corpus build/fuzz/findings
export -f maker_of fuzz dictionary_of longest_of number_after run_target run_self_test
export seconds work
run=run_target
if [ $self_test = 1 ]; then run=run_self_test; fi
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c "set -euo pipefail; $run {}" || exit 1
