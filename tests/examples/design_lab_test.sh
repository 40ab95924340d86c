#!/usr/bin/env bash
# Holds design_lab to its table, to going on where it stopped, and to clear errors.
#
#   design_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 10 --limit-test 10 --batch-size 10 --epochs 1 --size 9)

title "errors in each of the four spaces"
run 0 design_lab "${few[@]}" --networks 2 --out runs/design.json --picture design.svg
for name in any shared growing linear; do
  grep -Eq "^$name .*( +[0-9.]+){3} ± [0-9.]+ +([1-4]x[0-9]+/[1248] ?){4}$" out || complain "no row of $name"
  grep -q ">$name at " design.svg || complain "the picture lacks $name"
done
cp out first

title "more networks of each space begin with the same ones; what was trained is not trained again"
run 0 design_lab "${few[@]}" --networks 2 --out runs/design.json
silent err
same out first
run 0 design_lab "${few[@]}" --networks 3 --out runs/design.json
[ "$(wc -l <err)" -le 4 ] || complain "it trained again what it had"

title "bad input: an error, the remedy, nothing on stdout, nothing written"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 design_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "runs/design.json has results of other settings" "${few[@]}" --out runs/design.json --epochs 2
misuse "--size: got 1, needs" --size 1
misuse "--networks: got 1, needs" --networks 1
holds runs "design.json"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
