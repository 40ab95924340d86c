#!/usr/bin/env bash
# A clone by Git for Windows, which is set to write CRLF, has the lines that were committed: bash refuses other scripts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git rev-parse --git-dir >/dev/null 2>&1 || { echo "line_ends_test: skipped: not a clone, or without git"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The files that git knows, as such a clone writes them.
git -c core.autocrlf=true -c core.eol=crlf checkout-index --all --prefix="$work/"
[ -e "$work/tests/line_ends_test.sh" ]
if changed=$(cd "$work" && grep -rlI $'\r' .); then
  echo "with core.autocrlf these get CR at the ends of lines, which .gitattributes has to forbid: $changed" >&2
  exit 1
fi
