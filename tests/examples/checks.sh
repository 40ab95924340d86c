# Sourced by the tests of programs, with FOLDER_OF_PROGRAMS WORK_FOLDER as its arguments: goes to an empty work folder,
# and knows how to run a program there and what to say of what it did. `failures` counts what did not hold.
programs=$1 work=$2
rm -rf "$work" && mkdir -p "$work" && cd "$work" || exit 1
unset ONEFOLD_DATA_DIR
export XDG_CACHE_HOME=$work/no-data NO_COLOR=
failures=0

complain() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}
# run CODE PROGRAM OPTIONS...: its output is then in the files out and err.
run() {
  local expected=$1 program=$2 code=0
  shift 2
  "$programs/$program" "$@" >out 2>err </dev/null || code=$?
  [ $code = "$expected" ] || { complain "exit code $code, not $expected: $program $*"; cat err >&2; }
}
prints() { grep -qF -- "$1" out || { complain "stdout lacks \"$1\""; cat out >&2; }; }
says() { grep -qF -- "$1" err || { complain "stderr lacks \"$1\""; cat err >&2; }; }
silent() { [ ! -s "$1" ] || { complain "std$1 should be empty"; cat "$1" >&2; }; }
absent() { [ ! -e "$1" ] || complain "$1 should not be there"; }
present() { [ -s "$1" ] || complain "$1 should be there"; }
same() { cmp -s "$1" "$2" || complain "$1 and $2 differ"; }
files() { (cd "$1" && LC_ALL=C ls -A | tr '\n' ' '); }
holds() { [ "$(files "$1")" = "${2:+$2 }" ] || complain "$1 holds $(files "$1")and should hold $2"; }
title() { echo "-- $*"; }
