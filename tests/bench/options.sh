# Sourced first by this folder's scripts: goes to the project's folder, and knows what they say of bad options.
unset CDPATH # with it, cd would print where it goes
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
source tests/support.sh

fail() { echo "${0##*/}: $*" >&2; exit 2; }

# from_caller PATH: a relative path is one of the folder that the script was called from.
from_caller() { [[ $1 == /* ]] && echo "$1" || echo "$caller/$1"; }

build=$(from_caller "${BUILD:-$PWD/build}") python=${PYTHON:-python3}
[[ $python != */* ]] || python=$(from_caller "$python")

# needs_python WHAT: it is there; the error says what PYTHON has to be.
needs_python() { command -v "$python" >/dev/null || fail "there is no $python; set PYTHON to a Python$1"; }

# keeping_memory COMMAND...: PyTorch's large tensors would come fresh from the system each time, page by page; kept by
# malloc, as in a process that has trained before, inference is up to half as fast again.
keeping_memory() { MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 "$@"; }

# value OPTION VALUE...: there is one, or an error.
value() { [ $# -ge 2 ] || fail "$1: got nothing, needs a value; see --help"; }

# whole OPTION VALUE: a number of at least 1, or an error.
whole() { [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "$1: got ${2:-nothing}, needs a whole number of at least 1"; }

# some_of OPTION ALL NAMES: names separated by commas, each of them one of ALL.
some_of() {
  local names name
  IFS=, read -ra names <<<"${3//[[:space:]]/ }"
  [ ${#names[@]} -gt 0 ] || fail "$1: got nothing, needs some of $2"
  for name in "${names[@]}"; do
    [[ -n $name && ,$2, == *",$name,"* ]] || fail "$1: got ${name:-nothing}, needs some of $2"
  done
}

# to_page TABLE FILE: the value of --page as the variable `page`; the page must have one place for that table.
to_page() {
  page=$(from_caller "${2:-}")
  [ -f "$page" ] || fail "--page: got ${2:-nothing}, needs a page that is there"
  needs_python ""
  "$python" -B tests/bench/tables.py "$page" "$1" || fail "--page: $2 has no place for the table"
}

# is_built OPTIONS PROGRAM...: in $build; OPTIONS are what its configuration needs.
is_built() {
  local options=$1 program
  shift
  for program in "$@"; do
    [ -x "$build/$program" ] || fail "$build/$program is not built; run
  cmake --preset release -B $build$options && cmake --build $build --target ${*##*/}"
  done
}
