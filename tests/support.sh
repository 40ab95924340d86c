# Sourced by tests/run.sh, tests/long.sh, .ci/run and others, from the project's folder: functions for --help, for
# builds, and for all tests of a build, with brief progress output.

# --help: prints the first lines of the script; $0 is relative to the folder in which it was called.
print_help() { (cd "$OLDPWD" && sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"); }

# logged FILE COMMAND...: sends the output to a file; shows its end if the command fails.
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 && return
  { grep -nE -A 5 'error|Error|FAILED' "$log" || tail -n 30 "$log"; } | head -n 60 >&2 || true
  echo "failed: $*; the full output is in $log" >&2
  return 1
}

# install_clang: sets clangxx to Clang with libFuzzer and the sanitizers, a package that clang only recommends. Installs
# Clang 16 and its clang-format if they are packaged, since it is the first to check programs against today's C++20;
# otherwise the system's default.
install_clang() {
  clangxx=clang++-16
  if ! install_packages clang-16 clang-format-16 2>/dev/null; then
    clangxx=clang++
    install_packages clang
  fi
  if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, long) { return 0; }' |
    $clangxx -x c++ -fsanitize=fuzzer,address - -o /dev/null 2>/dev/null; then
    install_packages "libclang-rt-$($clangxx -dumpversion | cut -d. -f1)-dev"
  fi
  install_openmp "$clangxx"
}

# install_openmp COMPILER: installs the libomp of that Clang, which CMake looks for; only one version can be installed.
install_openmp() {
  echo '#include <omp.h>' | "$1" -x c++ -fopenmp -fsyntax-only - 2>/dev/null ||
    install_packages "libomp-$("$1" -dumpversion | cut -d. -f1)-dev"
}

# choose_generator FOLDER: creates the folder and sets `generator` to CMake's options for a new build.
choose_generator() {
  mkdir -p "$1"
  generator=()
  if [ ! -f "$1/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
}

# build_and_test PRESET FOLDER [CMAKE OPTIONS...]: sets closing_line to CTest's last line. Tests with the label "long"
# run only with the preset "release" and long_tests=1.
build_and_test() {
  local preset=$1 folder=$2 started=$SECONDS which=(-LE long)
  shift 2
  if [ "$preset" = release ] && [ "${long_tests:-0}" = 1 ]; then which=(); fi
  # Tests share the cores: waiting threads soon give up their cores.
  export LSAN_OPTIONS=suppressions=$PWD/tests/openmp_leaks.txt:print_suppressions=0
  export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-1000} KMP_BLOCKTIME=${KMP_BLOCKTIME:-0}
  choose_generator "$folder"
  echo "== $folder: configure and build"
  # Ten files compiled together take half the time.
  logged "$folder/configure.log" cmake --preset "$preset" -B "$folder" "${generator[@]}" -DONEFOLD_WERROR=ON \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=10 "$@"
  logged "$folder/build.log" cmake --build "$folder" --parallel "$(nproc)"
  echo "== $folder: built in $((SECONDS - started)) s; tests"

  # Passed tests only go to the log; failures, their output and CTest's last lines are shown.
  local status=0
  ctest --test-dir "$folder" --parallel "$(nproc)" "${which[@]}" --output-on-failure --no-tests=error 2>&1 |
    tee "$folder/ctest.log" |
    { grep -vE '^ *Start +[0-9]+:| +Passed +[0-9.]+ sec|^Internal ctest|^$' || true; } || status=$?
  closing_line=$(grep -E '^[0-9]+% tests passed' "$folder/ctest.log") || status=1
  echo "== $folder: done after $((SECONDS - started)) s"
  return "$status"
}

# build FOLDER TARGET CMAKE-OPTIONS...: configures with warnings as errors, and builds the target.
build() {
  local folder=$1 target=$2
  shift 2
  choose_generator "$folder"
  logged "$folder/configure.log" cmake -S . -B "$folder" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release \
    -DONEFOLD_WERROR=ON "$@"
  logged "$folder/build.log" cmake --build "$folder" --parallel "$(nproc)" --target "$target"
}

# program_test_at_length SCRIPT PROGRAM COUNT: runs a test of tests/examples/ with a larger count than CTest does, in a
# folder of build/long/.
program_test_at_length() {
  local work=$PWD/build/long/$1
  build build/checked "$2"
  mkdir -p "$work"
  bash "tests/examples/$1.sh" "$PWD/build/checked/examples" "$work" "$3"
}
