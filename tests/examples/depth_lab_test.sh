#!/usr/bin/env bash
# Holds depth_lab to its tables, to going on where it stopped, and to clear errors.
#
#   depth_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 10 --limit-test 10 --batch-size 10 --epochs 1 --out runs/depth.json)

title "every method trains, at each depth"
run 0 depth_lab "${few[@]}" --depths 8 --picture depth.svg
for method in plain maxnorm delta_orthogonal dirac batch_norm residual repvgg; do
  says "$method 8: test "
  [ "$(grep -Ec "^$method .*[0-9]$" out)" = 1 ] || complain "no loss of $method"
  [ "$(grep -Ec "^$method .* %$" out)" = 1 ] || complain "no accuracy of $method"
  grep -q ">$method at 8: " depth.svg || complain "the picture lacks $method"
done

title "what was trained is not trained again, so that a run that was stopped goes on"
run 0 depth_lab "${few[@]}" --depths 8 14 --methods residual plain
says "residual 14: test "
[ "$(wc -l <err)" = 2 ] || complain "it trained again what it had"
cp out first
run 0 depth_lab "${few[@]}" --depths 8 14 --methods plain residual
silent err
same out first

title "a training that diverges is a result"
run 0 depth_lab "${few[@]}" --out diverged.json --depths 8 --methods plain --lr 1000 --epochs 4
prints "diverged"

title "bad input: an error, the remedy, nothing on stdout, nothing written"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 depth_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "runs/depth.json has results of other settings" "${few[@]}" --epochs 2
misuse "got 21, needs 6 n + 2 layers" --depths 21
misuse "--depths: got 2, needs a whole number from 8 to 1202" --depths 2
misuse "--methods: highway not in {plain," --methods highway
holds runs "depth.json"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
