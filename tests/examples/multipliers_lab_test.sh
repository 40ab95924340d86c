#!/usr/bin/env bash
# Holds multipliers_lab to its table, on trainings of one step, and to clear errors.
#
#   multipliers_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "a row for each width and image size, a line of the chart for each size"
run 0 multipliers_lab --widths 0.25 0.1 --sides 24 16 --dataset shapes10 --limit-train 10 --limit-test 10 \
  --batch-size 10 --epochs 1 --timing-seconds 0.01 --picture multipliers.svg
says "mobilenet_0.25_24: test "
grep -Eq "^0\.25 +24 +215,642 +2\.053 M " out || complain "the row of mobilenet_0.25_24 has other counts"
[ "$(grep -Ec "^0\.(25|1) +(24|16) " out)" = 4 ] || complain "there should be 4 rows"
grep -q "16 pixels" multipliers.svg || complain "the picture lacks a line"

title "bad input: an error, the remedy, nothing on stdout, no picture"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 multipliers_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "got width multiplier 0.001, which makes 0 channels" --widths 0.001
misuse "unknown network \"mobilenet_wide\"" --widths wide
misuse "got images resized to 8 pixels a side, expected at least 16" --sides 8
misuse "--timing-seconds: got 0, needs" --timing-seconds 0

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
