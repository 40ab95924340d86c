#!/usr/bin/env bash
# Checks that all C++ files follow .clang-format, with clang-format 16: other versions break lines differently.
#
#   format_test.sh         exit code 77 if there is no clang-format-16
#   format_test.sh --mend  rewrites the files
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v clang-format-16 >/dev/null; then
  echo "skipped: clang-format-16 not found; apt-get install clang-format-16"
  exit 77
fi
case ${1:-} in
  '') how=(--dry-run -Werror) ;;
  --mend) how=(-i) ;;
  *) echo "format_test.sh: unknown option $1; expected --mend or nothing" >&2; exit 2 ;;
esac
if echo 'int  two_spaces;' | clang-format-16 --dry-run -Werror 2>/dev/null; then
  echo "clang-format-16 does not complain about two spaces"
  exit 1
fi
find core autograd layers datasets examples tests -name '*.h' -o -name '*.cpp' | xargs clang-format-16 "${how[@]}"
