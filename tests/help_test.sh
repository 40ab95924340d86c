#!/usr/bin/env bash
# Each script with --help prints its own first lines, whatever folder it is called from.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD failures=0 scripts=0
while read -r script; do
  scripts=$((scripts + 1)) name=${script##*/}
  for called in "$root/$script" "./$name"; do
    text=$(cd "$root/${script%/*}" && CDPATH=.. bash "$called" --help) && [[ $text == *"$script"* ]] ||
      { echo "FAILED: $called --help in ${script%/*} prints \"$text\"" >&2; failures=$((failures + 1)); }
  done
done < <(grep -lE '^ *-h \| --help\)' tests/*.sh tests/*/*.sh docs/*.sh examples/*.sh)
[ $scripts -ge 7 ] || { echo "FAILED: only $scripts scripts were found" >&2; failures=$((failures + 1)); }
[ $failures = 0 ] && echo "$scripts scripts have a working --help"
