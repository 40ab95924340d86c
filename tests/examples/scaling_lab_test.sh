#!/usr/bin/env bash
# Holds scaling_lab to equal multiply-adds, to going on where it stopped, and to clear errors.
#
#   scaling_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 10 --limit-test 10 --batch-size 10 --epochs 1 --out runs/scaling.json)

title "all three and each alone, for the same multiply-adds"
run 0 scaling_lab "${few[@]}" --phis 1 --repeats 1 --picture scaling.svg
grep -Eq "^0 +none +1\.00 x 1\.00 x 1\.00 +220,580 +8\.963 M " out || complain "the network that is scaled has other counts"
grep -Eq "^1 +all three +1\.20 x 1\.10 x 1\.15 +370,238 +19\.02 M " out || complain "phi = 1 has other counts"
for axis in depth width resolution; do
  grep -Eq "^1 +$axis .* (18\.[5-9]|19\.[0-5])[0-9] M " out || complain "$axis alone has other multiply-adds"
done
grep -Eq "^1 +resolution .* 220,580 " out || complain "larger images should not change the number of parameters"
grep -q ">resolution at 19" scaling.svg || complain "the picture lacks a point"
[ "$(wc -l <err)" = 5 ] || complain "there should be 5 trainings"

title "what was trained is not trained again; more seeds bring deviations"
cp out first
run 0 scaling_lab "${few[@]}" --phis 1 --repeats 1
silent err
same out first
run 0 scaling_lab "${few[@]}" --phis 1 --repeats 2
[ "$(wc -l <err)" = 5 ] || complain "it trained again what it had"
[ "$(grep -Ec ' ± ' out)" = 5 ] || complain "there should be 5 deviations"

title "bad input: an error, the remedy, nothing on stdout, nothing written"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 scaling_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "runs/scaling.json has results of other settings" "${few[@]}" --epochs 2
misuse "--phis: got 4, needs" --phis 4
misuse "--phis: got 0, needs" --phis 0
misuse "--repeats: got 0, needs" --repeats 0
misuse "--out: got nothing, needs the name of a file" --out ""
holds runs "scaling.json"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
