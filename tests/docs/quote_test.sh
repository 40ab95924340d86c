#!/usr/bin/env bash
# docs/quote.sh in a small tree of its own: it fills, it notices what is stale, and it refuses what it cannot find.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/docs" "$tree/core" "$tree/tests/examples/expected"
cp "$root"/docs/quote.sh "$root"/docs/quote.awk "$tree/docs/"

expect() {  # expect NAME WANTED_STATUS PATTERN COMMAND...: its exit code, and a line of its output
  local name=$1 wanted=$2 pattern=$3 status=0 text
  shift 3
  text=$("$@" 2>&1) || status=$?
  if [ "$status" != "$wanted" ] || ! grep -q -e "$pattern" <<<"$text"; then
    printf '%s: exit code %s, wanted %s; no line with "%s" in:\n%s\n' "$name" "$status" "$wanted" "$pattern" "$text" >&2
    exit 1
  fi
}
page() { printf '%s\n' "$@" >"$tree/docs/page.md"; }
quote() { "$tree/docs/quote.sh" "$@"; }

printf '%s\n' 'namespace a {' '  // [sum]' '  int sum() {' '    // [inner]' '    return 1;' '    // [/inner]' '  }' \
  '  // [/sum]' '}' >"$tree/core/a.cpp"
printf '%s\n' 'first ~1.5' 'still first' '' 'second ?2' >"$tree/tests/examples/expected/01_a.txt"

page 'Text.' '<!-- quote: core/a.cpp sum -->' 'More.' '<!-- output: 01_a 1 -->' '<!-- output: 01_a -->'
expect 'an empty block is stale' 1 'stale' quote --check
expect 'filling' 0 'updated docs/page.md' quote
printf '%s\n' 'Text.' '<!-- quote: core/a.cpp sum -->' '```cpp' 'int sum() {' '  return 1;' '}' '```' 'More.' \
  '<!-- output: 01_a 1 -->' '```text' 'first 1.5' 'still first' '```' \
  '<!-- output: 01_a -->' '```text' 'first 1.5' 'still first' '' 'second 2' '```' >"$tree/wanted.md"
expect 'the filled page' 0 '' diff "$tree/wanted.md" "$tree/docs/page.md"
expect 'a fresh page passes' 0 '' quote --check
expect 'filling twice changes nothing' 0 '^$' quote

sed -i 's/return 1/return 2/' "$tree/core/a.cpp"
expect 'changed code is stale' 1 '+  return 2;' quote --check

printf '%s\n' '// [drawing]' '//     a --+--' '//' '//         b' '// [/drawing]' '// [mixed]' '// Why.' 'int b;' \
  '// [/mixed]' >"$tree/core/b.cpp"
mkdir "$tree/docs/more"
printf '%s\n' '<!-- quote: core/b.cpp drawing -->' '<!-- quote: core/b.cpp mixed -->' >"$tree/docs/more/page.md"
expect 'a page in a folder' 0 'updated docs/more/page.md' quote
printf '%s\n' '<!-- quote: core/b.cpp drawing -->' '```text' 'a --+--' '' '    b' '```' \
  '<!-- quote: core/b.cpp mixed -->' '```cpp' '// Why.' 'int b;' '```' >"$tree/wanted.md"
expect 'comments alone are text' 0 '' diff "$tree/wanted.md" "$tree/docs/more/page.md"

page '<!-- quote: core/a.cpp nowhere -->'
expect 'a missing marker' 1 'docs/page.md:1: core/a.cpp needs one line "// \[nowhere\]"' quote --check
expect 'a missing marker while filling' 1 'it has 0 and 0' quote
expect 'leaves the page alone' 0 '^<!-- quote: core/a.cpp nowhere -->$' cat "$tree/docs/page.md"
page '<!-- quote: core/none.cpp sum -->'
expect 'a missing file' 1 'cannot read core/none.cpp' quote --check
page '<!-- output: 01_a 7 -->'
expect 'a missing paragraph' 1 'has 2 paragraphs, not 7' quote --check
page '<!-- quote: core/a.cpp -->'
expect 'a malformed comment' 1 'write <!-- quote: FILE MARKER -->' quote --check
page '<!-- quote: core/a.cpp sum -->' '```cpp' 'never closed'
expect 'an open fence' 1 'not closed' quote --check
