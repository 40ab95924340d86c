#!/usr/bin/env bash
# Holds --precision bf16 to training in the same bits however it is stopped and threaded, to saying so in its files,
# and to leaving evaluation and folding in float.
#
#   precision_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
recipe=(--dataset shapes10 --net nano --limit-train 50 --limit-test 20 --batch-size 25 --epochs 2)

title "bf16 and float are two trainings; each file says which"
run 0 train_cifar10 "${recipe[@]}" --out float
run 0 train_cifar10 "${recipe[@]}" --precision bf16 --out bf16
# Only a CPU or a build without the instruction is warned.
! grep -q warning err || says "times as long as in float; the results are those of bfloat16 all the same"
grep -q '"precision":"float"' float/model.safetensors || complain "the model does not say float"
grep -q '"precision":"bf16"' bf16/model.safetensors || complain "the model does not say bf16"
grep -q '"precision": *"bf16"' bf16/run.json || complain "run.json does not say bf16"
numbers() { tail -c +$((9 + $(od -An -td8 -N8 "$1"))) "$1"; }
numbers float/model.safetensors >float.numbers
numbers bf16/model.safetensors >bf16.numbers
! cmp -s float.numbers bf16.numbers || complain "the weights are the same"

title "the same bits on one thread, and after a stop between the epochs"
run 0 train_cifar10 "${recipe[@]}" --precision bf16 --threads 1 --out one
same one/model.safetensors bf16/model.safetensors
run 0 train_cifar10 "${recipe[@]}" --precision bf16 --stop-after 1 --out stopped
run 0 train_cifar10 --resume --out stopped
same stopped/model.safetensors bf16/model.safetensors
run 2 train_cifar10 --resume --out stopped --precision float
says '--precision "float", but the run has "bf16"'

title "folded as any other; the folded file says it, too"
run 0 reparameterize --model bf16/model.safetensors --limit-test 20 --timing-seconds 0
prints "20 of 20"
grep -q '"precision":"bf16"' bf16/folded.safetensors || complain "the folded file does not say bf16"

title "speedrun_cifar10 and benchmark have it, too"
run 0 speedrun_cifar10 --dataset shapes10 --net nano --limit-train 16 --limit-test 8 --batch-size 8 --epochs 1 \
  --precision bf16 --out speedrun
grep -q '"precision":"bf16"' speedrun || complain "the speedrun's file does not say bf16"
run 0 benchmark --net nano --batch 4 --steps 1 --mode train --precision bf16
prints '"bf16":true'

title "an unknown precision: what there is, exit 2, nothing written"
rm -rf ./*
for program in train_cifar10 speedrun_cifar10 benchmark; do
  run 2 $program --precision fp8
  says "--precision: fp8 not in {float,bf16}"
done
holds . "err out"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
