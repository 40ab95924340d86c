# Sourced first by this folder's scripts: goes to the project's folder, and knows what they say of bad options.
caller=$PWD
bench_script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

fail() { echo "${bench_script##*/}: $*" >&2; exit 2; }

# --help: the script's own first lines.
print_help() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$bench_script"; }

# whole OPTION VALUE: a number of at least 1, or an error.
whole() { [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "$1: got ${2:-nothing}, needs a whole number of at least 1"; }

# some_of ALL VALUE: names of --only, separated by commas, each of them one of ALL.
some_of() {
  local all=$1 name
  [ -n "${2//,/}" ] || fail "--only: got nothing, needs some of $all"
  for name in ${2//,/ }; do
    [[ ,$all, == *",$name,"* ]] || fail "--only: got $name, needs some of $all"
  done
}

# to_page TABLE FILE: the value of --page as the variable `page`; the page must have the place of that table.
to_page() {
  page=${2:-}
  [[ $page == /* ]] || page=$caller/$page
  [ -f "$page" ] || fail "--page: got ${2:-nothing}, needs a page that is there"
  grep -qxF "<!-- table: $1 -->" "$page" && grep -qxF '<!-- /table -->' "$page" ||
    fail "--page: $2 lacks the lines <!-- table: $1 --> and <!-- /table -->, between which the table goes"
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
