#!/usr/bin/env bash
# Holds train_cifar10 --fine-tune to going on from a network, folded or not, and to refusing what it cannot go on from.
#
#   fine_tune_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

data=(--dataset shapes10 --limit-train 60 --limit-test 200 --batch-size 20)
still=("${data[@]}" --lr 0 --muon-rate 0 --epochs 1)
accuracy() { grep '^test accuracy\|^accuracy' "$1" | grep -o '[0-9]* of\|[0-9]* right' | grep -o '[0-9]*'; }

title "networks to begin with: of RepVGG blocks and of others, folded"
run 0 train_cifar10 --dataset shapes10 --limit-train 600 --limit-test 200 --batch-size 20 --epochs 12 --net nano \
  --out run
run 0 reparameterize --model run/model.safetensors --limit-test 20 --timing-seconds 0
run 0 train_cifar10 "${data[@]}" --net nano --reparam acb --epochs 1 --out acb
run 0 reparameterize --model acb/model.safetensors --limit-test 20 --timing-seconds 0
run 0 evaluate --model run/folded.safetensors --limit-test 200
right=$(accuracy out)
[ "$right" -ge 60 ] || complain "the network to begin with should have learnt something, but has $right of 200 right"

title "unfolded, and not moved by rates of zero, it knows what it knew"
run 0 train_cifar10 "${still[@]}" --fine-tune run/folded.safetensors --out still
tuned=$(accuracy out)
# The batch norms' running statistics go on with other batches than those that unfolding measured.
[ $((tuned - right)) -le 10 ] && [ $((right - tuned)) -le 10 ] || complain "$right of 200 became $tuned"
run 0 train_cifar10 "${still[@]}" --fine-tune run/folded.safetensors
present runs/tune-nano/report.html
same runs/tune-nano/model.safetensors still/model.safetensors

title "what was trained as other blocks is unfolded to RepVGG blocks; what is in training form goes on as it is"
run 0 train_cifar10 "${still[@]}" --fine-tune acb/folded.safetensors --out unfolded
run 0 evaluate --model unfolded/model.safetensors --limit-test 20
prints "nano, training form"
run 0 train_cifar10 "${still[@]}" --fine-tune acb/model.safetensors --out trained
run 0 evaluate --model trained/model.safetensors --limit-test 20
prints "nano of acb blocks, training form"

title "it learns on, folds again, and is resumed to the same bytes, on other images than the network's"
tune=(--dataset shapes10 --limit-train 40 --limit-test 20 --batch-size 20 --epochs 2 --lr 0.02 --muon-rate 0.005
  --fine-tune run/folded.safetensors)
run 0 train_cifar10 "${tune[@]}" --out once
says "It begins with run/folded.safetensors, which was folded and is now unfolded"
run 0 train_cifar10 "${tune[@]}" --out twice --stop-after 1
says "continue with --resume --out twice"
mv run/folded.safetensors moved
run 0 train_cifar10 --resume --out twice
mv moved run/folded.safetensors
same once/model.safetensors twice/model.safetensors
! cmp -s once/model.safetensors still/model.safetensors || complain "fine-tuning should move the weights"
run 0 reparameterize --model once/model.safetensors --limit-test 20 --timing-seconds 0
prints "20 of 20"

title "what it cannot go on from is refused, and no folder is made"
run 2 train_cifar10 "${tune[@]}" --net mini --out no
says "--net mini, but run/folded.safetensors is a network of --net nano once it is unfolded: leave --net out"
run 2 train_cifar10 "${tune[@]}" --reparam acb --out no
says "--reparam acb, but run/folded.safetensors is a network of --reparam repvgg once it is unfolded"
run 1 train_cifar10 "${data[@]}" --fine-tune run/nothing.safetensors --out no
says "run/nothing.safetensors"
run 1 train_cifar10 "${data[@]}" --fine-tune run/checkpoint.safetensors --out no
says "run/checkpoint.safetensors"
run 2 train_cifar10 "${data[@]}" --fine-tune "" --out no
says "--fine-tune: got nothing, needs the name of a file"
for form in model folded; do
  cp run/$form.safetensors nan.safetensors
  printf '\xff\xff\xff\x7f' |
    dd of=nan.safetensors bs=1 seek=$(($(stat -c %s nan.safetensors) - 4)) conv=notrunc status=none
  run 1 train_cifar10 "${data[@]}" --fine-tune nan.safetensors --out no
  says "nan.safetensors: stages."
  says "holds a value that is not finite"
done
sed 's/crescent/triskele/' run/folded.safetensors >other.safetensors
run 1 train_cifar10 "${data[@]}" --fine-tune other.safetensors --out no
says "chequer, triskele; the training images are of disc"
says "Fine-tune it on its own classes"
absent no

title "the run that it begins with is not replaced"
run 2 train_cifar10 "${data[@]}" --fine-tune run/folded.safetensors --out run --overwrite
says "--overwrite would remove run/folded.safetensors"
ln -s run/folded.safetensors link.safetensors
run 2 train_cifar10 "${data[@]}" --fine-tune link.safetensors --out run --overwrite
says "--overwrite would remove link.safetensors"
rm link.safetensors
present run/folded.safetensors

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
