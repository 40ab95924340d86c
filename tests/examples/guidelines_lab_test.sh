#!/usr/bin/env bash
# Holds guidelines_lab to its tables, and to clear errors.
#
#   guidelines_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "a table and a chart per guideline, with what each network does and touches"
run 0 guidelines_lab --side 4 --rounds 1 --batch-size 2 --picture guidelines.svg
prints "Feature maps of 4 x 4 pixels, 2 images per pass"
for guideline in "G1: equal widths" "G2: groups" "G3: fragments" "G4: element-wise"; do
  prints "$guideline. The claim: "
  grep -q "$guideline" guidelines.svg || complain "the picture lacks $guideline"
done
grep -Eq "^128 -> 128 -> 128 +2\.097 M +164 k +0\.0 % " out || complain "equal widths do not reach the bound"

title "bad input: an error, the remedy, nothing on stdout, no picture"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 guidelines_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "--side: got 0, needs" --side 0
misuse "--rounds: got few, needs" --rounds few
misuse "--batch-size: got 0, needs" --batch-size 0
run 1 guidelines_lab --picture nowhere/none.svg
says "cannot write nowhere/none.svg"
silent out

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
