# Sourced first by this folder's scripts: goes to the project's folder, and knows what they say of bad options.
unset CDPATH # with it, cd would print where it goes
caller=$PWD
bench_script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

fail() { echo "${bench_script##*/}: $*" >&2; exit 2; }

# --help: the script's own first lines.
print_help() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$bench_script"; }

# from_caller PATH: a relative path is one of the folder that the script was called from.
from_caller() { [[ $1 == /* ]] && echo "$1" || echo "$caller/$1"; }

build=$(from_caller "${BUILD:-$PWD/build}") python=${PYTHON:-python3}
[[ $python != */* ]] || python=$(from_caller "$python")

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
  python3 -B tests/bench/tables.py "$page" "$1" || fail "--page: $2 has no place for the table"
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
