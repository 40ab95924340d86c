#!/usr/bin/env bash
# Holds train_small_net to its table and to clear errors.
#
#   small_net_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "help goes to stdout"
run 0 train_small_net --help
prints "--rows"
silent err

title "a row for each network that is asked for, with its numbers of parameters, trained and folded"
small=(--dataset shapes10 --limit-train 26 --limit-test 40 --batch-size 8 --epochs 1)
run 0 train_small_net "${small[@]}" --seeds 2 --rows 3x3 "3x3 CL"
prints "14,994  14,938"
prints "108,707  14,938"
prints "73.96  equal"
says "3x3 CL, seed 2: test "
[ "$(grep -c "^7x7" out)" = 0 ] || complain "a row that was not asked for"
cp out first
run 0 train_small_net "${small[@]}" --seeds 2 --rows 3x3 "3x3 CL" --threads 1
cut -c1-70 first >first_accuracies
cut -c1-70 out >accuracies
same first_accuracies accuracies

title "usage errors: exit 2, the remedy on stderr, nothing on stdout"
run 2 train_small_net --rows 5x5
says "3x3 CL+FC"
silent out
run 2 train_small_net --seeds 0
says "--seeds: got 0, needs a whole number from 1"
silent out
holds . "accuracies err first first_accuracies out"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
