#!/usr/bin/env bash
# A clone by Git for Windows, configured to write CRLF, keeps the committed line ends: bash rejects scripts with CR.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git rev-parse --git-dir >/dev/null 2>&1 || { echo "line_ends_test: skipped: not a clone, or no git"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# All files of the repository, as such a clone would write them.
git -c core.autocrlf=true -c core.eol=crlf checkout-index --all --prefix="$work/"
[ -e "$work/tests/line_ends_test.sh" ]
if changed=$(cd "$work" && grep -rlI $'\r' .); then
  echo "with core.autocrlf these files get CRLF line ends, which .gitattributes must forbid: $changed" >&2
  exit 1
fi
