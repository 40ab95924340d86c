#!/usr/bin/env bash
# lesson_output.sh on made-up lessons: it passes what fits, and fails for every way of not fitting.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%s\n' '// A lesson.' '// Expected output (a second):' '//   sum 2' '//   ...' \
  '//   loss 0.500 after 3 s' '' 'int main() {}' >"$folder/lesson.cpp"
printf '%s\n' 'sum  2' 'error ?1e-07' 'loss ~0.500 after ?3 s' >"$folder/expected.txt"

page=docs/README.md # what --help names
lesson() {
  printf '#!/bin/sh\nif [ "${1-}" = --help ]; then echo "Chapter: %s"; exit; fi\ncat <<"END"\n%s\nEND\n' "$page" "$1" \
    >"$folder/lesson" && chmod +x "$folder/lesson"
}
run() { "$here/lesson_output.sh" "$folder/lesson" "$folder/expected.txt" "$folder/lesson.cpp" 2>"$folder/message"; }
passes() { lesson "$2"; run || { echo "$1: should pass" >&2; cat "$folder/message" >&2; exit 1; }; }
fails() {
  lesson "$3"
  if run; then echo "$1: should fail" >&2; exit 1; fi
  grep -q -e "$2" "$folder/message" || { echo "$1: no \"$2\" in:" >&2; cat "$folder/message" >&2; exit 1; }
}

passes 'the text itself' $'sum 2\nerror 1e-07\nloss 0.500 after 3 s'
passes 'other spaces, times and last digits' $'sum   2\nerror 5.5e-08\nloss 0.510 after 12.5 s'
fails 'a number too far off' 'expected "loss ~0.500' $'sum 2\nerror 1e-07\nloss 0.600 after 3 s'
fails 'no number' 'printed  "error nan"' $'sum 2\nerror nan\nloss 0.500 after 3 s'
fails 'another number without a mask' 'printed  "sum 3"' $'sum 3\nerror 1e-07\nloss 0.500 after 3 s'
fails 'text after a masked number' 'printed' $'sum 2\nerror 1e-07 more\nloss 0.500 after 3 s'
fails 'a line too few' 'ends before' $'sum 2\nerror 1e-07'
fails 'a line too many' 'more than this text' $'sum 2\nerror 1e-07\nloss 0.500 after 3 s\nmore'

page=docs/none.md
fails 'a page that is not there' 'names the page "docs/none.md"' $'sum 2\nerror 1e-07\nloss 0.500 after 3 s'
page=docs/README.md

printf '#!/bin/sh\nexit 3\n' >"$folder/lesson"
if run; then echo "a failing lesson should fail" >&2; exit 1; fi
grep -q 'exit code 3' "$folder/message"

sed -i 's/sum 2/sum 7/' "$folder/lesson.cpp"
fails 'a header that states something else' 'the header states "sum 7"' $'sum 2\nerror 1e-07\nloss 0.500 after 3 s'
sed -i '/Expected/d' "$folder/lesson.cpp"
fails 'a header that states nothing' 'states no output' $'sum 2\nerror 1e-07\nloss 0.500 after 3 s'
