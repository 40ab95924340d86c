#!/usr/bin/env bash
# Runs a lesson and holds it to its expected text, and its header's lines too; docs/writing.md says how texts are
# written. The page that --help names must be there.
#
#   lesson_output.sh PROGRAM EXPECTED.txt SOURCE.cpp
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 expected=$2 source=$3

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"$program" >"$printed" || { echo "$program: exit code $?" >&2; exit 1; }

status=0
chapter=$("$program" --help | sed -n 's/^Chapter: //p')
if [ ! -f "$here/../../$chapter" ]; then
  echo "$program --help names the page \"$chapter\", which is not there" >&2
  status=1
fi
awk -v expected="$expected" -f "$here/same_output.awk" "$printed" || status=1
awk -v expected="$expected" -f "$here/header_output.awk" "$source" || status=1
if [ $status != 0 ]; then
  echo "--- what $(basename "$program") printed:" >&2
  cat "$printed" >&2
fi
exit $status
