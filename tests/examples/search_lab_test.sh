#!/usr/bin/env bash
# Holds search_lab to its tables, to training each cell once, to going on where it stopped, and to clear errors.
#
#   search_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 10 --held-out 10 --limit-test 10 --batch-size 10 --epochs 1 --width 2 --blocks 2
  --budget 12)

title "four searches, each of which trains what no other has trained"
run 0 search_lab "${few[@]}" --repeats 1 --out runs/search.json --picture search.svg
for name in random reinforce pnas evolution; do
  [ "$(grep -Ec "^$name +.* [0-9.]+ +[0-9.]+ +([0-9]+|more)$" out)" = 1 ] || complain "no result of $name"
  [ "$(grep -Ec "^$name +(skip|sep3|avg3|max3) [01] \+ .* %$" out)" = 1 ] || complain "no cell of $name"
  grep -q ">$name at 12: " search.svg || complain "the picture lacks $name"
done
trained=$(wc -l <err)
prints "$trained different cells"
[ "$trained" -le 48 ] && [ "$trained" -ge 12 ] || complain "it trained $trained cells"
[ "$(sed 's/:.*//' err | sort -u | wc -l)" = "$trained" ] || complain "a cell was trained twice"
cp out first

title "stopped and continued, it writes the same file and prints the same"
"$programs/search_lab" "${few[@]}" --repeats 1 --out stopped.json >out 2>err </dev/null &
job=$! code=0
until [ -e stopped.json ] || ! kill -0 $job 2>/dev/null; do sleep 0.005; done
kill -TERM $job 2>/dev/null
wait $job || code=$?
[ $code = 143 ] || complain "SIGTERM gave exit code $code"
cmp -s stopped.json runs/search.json && complain "it was not stopped before its end"
run 0 search_lab "${few[@]}" --repeats 1 --out stopped.json
same stopped.json runs/search.json
same out first

title "the best cell is one that other programs take"
cell=$(sed -n 's/^evolution  *\(\(skip\|sep3\|avg3\|max3\) .*[0-9]\)  *[0-9.]* %$/\1/p' out)
run 0 describe "nasnet:$cell"

title "bad input: an error, the remedy, nothing on stdout, nothing written"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 search_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "runs/search.json has results of other settings" "${few[@]}" --out runs/search.json --epochs 2
misuse "--budget: got 3, needs" --budget 3
misuse "--blocks: got 1, needs" --blocks 1
misuse "--width: got 1, needs" --width 1
misuse "--held-out: got 0, needs" --held-out 0
misuse "too few to hold out 9999999" "${few[@]}" --out runs/none.json --held-out 9999999
holds runs "search.json"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
