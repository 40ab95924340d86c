#!/usr/bin/env bash
# Fills the quoted blocks of the documentation from the files that are compiled and tested; docs/writing.md says how.
#
#   docs/quote.sh                     updates README.md and every page of docs/ in place
#   docs/quote.sh --check             changes nothing; fails where a page is stale or what it quotes is missing
#   docs/quote.sh [--check] PAGE...   the same for these pages alone
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

check=0
pages=()
for argument in "$@"; do
  case $argument in
    --check) check=1 ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "quote.sh: unknown option $argument; see quote.sh --help" >&2; exit 2 ;;
    *) pages+=("$argument") ;;
  esac
done
if [ ${#pages[@]} = 0 ]; then
  for page in "$root"/README.md "$root"/docs/*.md "$root"/docs/*/*.md; do [ -f "$page" ] && pages+=("$page"); done
fi

filled=$(mktemp)
trap 'rm -f "$filled"' EXIT
status=0
for page in ${pages[@]+"${pages[@]}"}; do
  name=${page#"$root"/}
  if ! awk -v root="$root" -v page="$name" -f "$root/docs/quote.awk" "$page" >"$filled"; then
    status=1
  elif ! cmp -s "$page" "$filled"; then
    if [ $check = 1 ]; then
      echo "$name: a quoted block is stale; run docs/quote.sh and commit the page" >&2
      diff -u --label "$name as it stands" --label "$name as quoted" "$page" "$filled" >&2 || true
      status=1
    else
      cat "$filled" >"$page"
      echo "updated $name"
    fi
  fi
done
exit $status
