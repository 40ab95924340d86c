#!/usr/bin/env bash
# Holds lesions_lab to its tables, on networks of one small epoch, and to clear errors.
#
#   lesions_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "without a model it trains a residual network and a plain one; a table and a chart of each"
few=(--dataset shapes10 --limit-train 32 --limit-test 16 --batch-size 16 --epochs 1)
run 0 lesions_lab --net resnet14 --beside vgg_small "${few[@]}" --draws 1 --picture lesions.svg
says "resnet14: test "
prints "resnet14: 6 residual blocks, test accuracy "
grep -Eq "^3 +7 +16 -> 32, changes the shape" out || complain "block 3 changes the shape"
prints "vgg_small: 6 plain blocks"
prints "A path has 3.0 blocks on average, weighted by its gradient "
[ "$(grep -c 'A path has' out)" = 1 ] || complain "only one of the two networks has paths"
grep -q "pairs of blocks exchanged" lesions.svg || complain "the picture lacks a chart"

title "trained networks"
run 0 train_cifar10 --net resnet8 "${few[@]}" --out run
run 0 lesions_lab --model run/model.safetensors --dataset shapes10 --limit-test 16 --draws 1
prints "resnet8 (run/model.safetensors): 3 residual blocks"

title "bad input: an error, the remedy, nothing on stdout, no picture"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 lesions_lab "$@" --picture none.svg
  says "$text"
  silent out
  absent none.svg
}
misuse "unknown network \"resnet\"" --net resnet
misuse "--net: resnet: got depth 21, expected 6 n + 2 layers" --net resnet21
misuse "mini is no chain of blocks; name a ResNet or a VGG" --net mini "${few[@]}"
misuse "found 0 blocks in Sequential" --beside nasnet_a_small "${few[@]}"
misuse "--epochs is for networks to train: leave out --model" --model run/model.safetensors --epochs 2
misuse "--draws: got 0, needs" --draws 0
run 2 lesions_lab --model run/model.safetensors --picture run/model.safetensors
says "--picture"
run 1 lesions_lab --model missing.safetensors
says "missing.safetensors"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
