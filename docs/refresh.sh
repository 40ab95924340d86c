#!/usr/bin/env bash
# Runs a lesson on this machine, puts its numbers into the expected text (which numbers may differ elsewhere stays
# marked as it was), and refreshes all pages that quote it. Run it with nothing else on the machine.
#
#   docs/refresh.sh 11_the_ladder docs/pictures/ladder.svg
#   docs/refresh.sh LESSON [ARGUMENTS...]
set -euo pipefail
[[ $# -ge 1 && $1 != -* ]] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lesson=$1 expected=tests/examples/expected/$1.txt
shift
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"${BUILD:-build}/examples/$lesson" "$@" >"$printed"

# Word by word beside the old text: where that had a mark, the new word gets it, too.
awk -v old="$expected" '
  {
    if ((getline before < old) <= 0) { print old ": the lesson prints more than this text" > "/dev/stderr"; exit 1 }
    count = split(before, words)
    if (count != NF) { print old ":" NR ": other words than \"" $0 "\"" > "/dev/stderr"; exit 1 }
    line = $0; marked = ""
    for (i = 1; i <= NF; ++i) {
      at = index(line, $i)
      mark = match(words[i], /[~?][-+]?[0-9]/) ? substr(words[i], RSTART, 1) : ""
      begin = mark == "" ? 0 : match($i, /[-+]?[0-9]/)
      marked = marked substr(line, 1, at - 1) (begin ? substr($i, 1, begin - 1) mark substr($i, begin) : $i)
      line = substr(line, at + length($i))
    }
    print marked line
  }' "$printed" >"$printed.marked" || { rm -f "$printed.marked"; exit 1; }
mv "$printed.marked" "$expected"
docs/quote.sh
