#!/usr/bin/env bash
# Holds arena to its tables, to going on where it stopped, and to clear errors.
#
#   arena_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 20 --held-out 10 --limit-test 10 --batch-size 10 --timed-steps 0)

title "every method trains; what folds, folds to the same row"
run 0 arena "${few[@]}" --depths 8 --epochs 1 --seeds 1 --timed-steps 1 --out all.json --methods none residual diracnet acb doconv \
  expandnet repvgg dbb repoptimizer repvgg_no_identity repvgg_no_norms repvgg_neither
for method in none residual diracnet acb doconv expandnet repvgg dbb repoptimizer repvgg_no_identity repvgg_no_norms \
  repvgg_neither; do
  says "$method 8, 1 epoch, sgd 0.1, decay 0.0005, seed 1: test "
  grep -Eq "^$method .* 75,050 +12\.24 M .*[sm]$" out || complain "the row of $method has other counts or no times"
done
grep -Eq '^none .* 75,290 +75,050 ' out || complain "none has other parameters"

title "a map: accuracies and differences over depths and epochs, and a picture of the differences"
map=("${few[@]}" --width 4 --methods none repvgg --depths 8 9 --epochs 1 2)
run 0 arena "${map[@]}" --seeds 1 2 --out runs/map.json --picture map.svg
prints "repvgg minus none: points"
prints "none: loss on training images in the last epoch"
[ "$(grep -Ec '^[89] +[-+0-9.]+ ± [0-9.]+ +[-+0-9.]+ ± [0-9.]+$' out)" = 6 ] || complain "there should be 6 rows"
grep -q "2 epochs at 9: " map.svg || complain "the picture lacks a point"
[ "$(wc -l <err)" = 16 ] || complain "there should be 16 trainings"
cp out first

title "stopped and continued, in another order, it writes the same file and prints the same"
"$programs/arena" "${map[@]}" --seeds 1 2 --out stopped.json >out 2>err </dev/null &
job=$! code=0
until [ -e stopped.json ] || ! kill -0 $job 2>/dev/null; do sleep 0.005; done
kill -TERM $job 2>/dev/null
wait $job || code=$?
[ $code = 143 ] || complain "SIGTERM gave exit code $code"
cmp -s stopped.json runs/map.json && complain "it was not stopped before its end"
run 0 arena "${map[@]}" --out stopped.json --seeds 2 1
run 0 arena "${map[@]}" --out stopped.json --seeds 1 2
silent err
same stopped.json runs/map.json
same out first

title "processes share the work by files of their own; a table of what is finished trains nothing"
run 0 arena "${map[@]}" --out one.json --seeds 1
run 0 arena "${map[@]}" --out two.json --also one.json --seeds 1 2
[ "$(wc -l <err)" = 8 ] || complain "it trained again what the other process has"
run 0 arena "${map[@]}" --out one.json --also two.json --seeds 1 2 --table-only
silent err
same out first
run 0 arena "${map[@]}" --out one.json --seeds 1 2 --table-only
prints "(1 seed)"
silent err

title "recipes: the best on held-out images is the one that counts"
run 0 arena "${few[@]}" --width 4 --depths 8 --methods none repvgg --seeds 1 --rates 0.1 1000 repvgg=0.05 \
  --decays 0 --epochs 3 --out recipes.json
[ "$(grep -Ec '^none +8 +3 +(0.1|1000) +0 ' out)" = 2 ] || complain "none should have two rates"
[ "$(grep -Ec '^repvgg +8 +3 +0.05 +0 ' out)" = 1 ] || complain "repvgg should have its own rate"
run 0 arena "${few[@]}" --width 4 --depths 8 --methods none --seeds 1 --optimizer muon --rates 0.02 --epochs 1 \
  --out muon.json
says "muon 0.02"

title "a training that diverges is a result"
diverges=("${few[@]}" --width 4 --depths 8 --methods none --seeds 1 --rates 1000 --decays 1 --epochs 9 --out diverged.json)
run 0 arena "${diverges[@]}"
prints "diverged"
cp out first
run 0 arena "${diverges[@]}"
silent err
same out first

title "bad input: an error, the remedy, nothing on stdout, nothing written"
before=$(files .) runs=$(cat runs/map.json)
misuse() { # CODE EXPECTED_TEXT OPTIONS...
  local code=$1 text=$2
  shift 2
  run "$code" arena "$@"
  says "$text"
  silent out
}
misuse 2 "--methods: highway not in {none," --methods highway
misuse 2 "has results of other settings" "${few[@]}" --width 8 --methods none --out runs/map.json
misuse 2 "has results of other settings" "${map[@]}" --out none.json --also all.json
misuse 2 "residual has 6 n + 2 layers" --depths 9
misuse 2 "and 16 channels; got --depths 8 and --width 8" --depths 8 --width 8
misuse 2 "repoptimizer scales the gradients that SGD takes" --optimizer muon
misuse 2 "--picture draws differences over depth" "${few[@]}" --picture none.svg
misuse 2 "--seeds: 3 is given twice" --seeds 3 4 3
misuse 2 "there is none for none" "${map[@]}" --rates repvgg=0.1
misuse 2 "--rates: highway not in {none," --rates highway=0.1
misuse 2 "--rates: got fast, needs a number" --rates repvgg=fast
misuse 2 "--depths: got 2, needs a whole number from 5" --depths 2
misuse 2 "too few to hold out 999999" "${few[@]}" --held-out 999999 --out none.json
misuse 1 "none.json: does not exist" "${map[@]}" --out other.json --also none.json
damaged() { # EXPECTED_TEXT CONTENTS
  echo "$2" >damaged.json
  misuse 1 "damaged.json: $1" "${map[@]}" --out damaged.json
  [ "$(cat damaged.json)" = "$2" ] || complain "damaged.json was changed"
  rm damaged.json
}
damaged "is not valid JSON" "${runs:0:300}"
damaged "is not a file of finished trainings" '[1, 2]'
damaged "is not a file of finished trainings" '{"conditions": {}, "results": 3}'
damaged '"loss" of "none 8, 1 epoch, sgd 0.1, decay 0.0005, seed 1" is "low"' "$(sed '0,/"loss": .*/s//"loss": "low"/' runs/map.json)"
damaged '"accuracy" of "none 8, 1 epoch, sgd 0.1, decay 0.0005, seed 1" is "missing", expected a number' \
  "$(sed '0,/"accuracy"/s//"precision"/' runs/map.json)"
[ "$(files .)" = "$before" ] || complain "something was written: $(files .)"
[ "$(cat runs/map.json)" = "$runs" ] || complain "runs/map.json was changed"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
