#!/usr/bin/env bash
# Holds int8_lab to the conventions of programs, on a network of one small epoch.
#
#   int8_lab_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "a table with a row a form, a page beside the model, the model untouched"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 40 --limit-test 40 --batch-size 8 --epochs 1 --out run
cp run/model.safetensors before
run 0 int8_lab --model run/model.safetensors --calibration 20 --limit-test 40
prints "8-bit weights, 8-bit inputs, ranges from 20 training images"
prints "both, per"
prints "stages.1.0.conv3"
prints "stages.1.0.conv "
present run/int8.html
cmp -s before run/model.safetensors || complain "int8_lab changed the model"

title "several models, one of them folded"
run 0 reparameterize --model run/model.safetensors --limit-test 40 --timing-seconds 0
run 0 int8_lab --model run/model.safetensors --model run/folded.safetensors --limit-test 40 --out both.html \
  --picture weights.svg
[ "$(grep -c '^run .*%$' out)" = 3 ] || complain "there should be 3 rows: trained, folded, folded"
present both.html
grep -q 'The weights of block stages\.' weights.svg || complain "the picture shows no block"
[ "$(grep -o ' stds, a step ' weights.svg | wc -l)" -ge 3 ] || complain "the picture should show all forms"

title "bad input: an error, the remedy, no page"
misuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 2 int8_lab "$@" --out none.html
  says "$text"
  silent out
  absent none.html
}
misuse "--model is required"
misuse "--calibration: got 0, needs" --model run/model.safetensors --calibration 0
misuse "--weight-bits: got 1, needs" --model run/model.safetensors --weight-bits 1
misuse "--input-bits: got 17, needs" --model run/model.safetensors --input-bits 17
misuse "--coverage: got nan, needs" --model run/model.safetensors --coverage nan
run 1 int8_lab --model missing.safetensors --out none.html
says "missing.safetensors"
run 1 int8_lab --model run/model.safetensors --out nowhere/page.html
says "cannot write nowhere/page.html: opening its folder"
silent out
absent none.html

run 1 int8_lab --model run/model.safetensors --out none.html --picture nowhere/weights.svg
says "cannot write nowhere/weights.svg: opening its folder"
absent none.html

cp run/model.safetensors before.safetensors
run 2 int8_lab --model run/folded.safetensors --model run/model.safetensors --out ./run/model.safetensors
says "--out: ./run/model.safetensors is a file that is read here; name another file to write"
same run/model.safetensors before.safetensors

sed 's/"dataset":"shapes10"/"dataset":"cifar10" /' run/model.safetensors >other.safetensors
misuse "was trained on shapes10, other.safetensors on cifar10" --model run/model.safetensors --model other.safetensors

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
