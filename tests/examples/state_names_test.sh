#!/usr/bin/env bash
# Holds the programs to reading and writing networks under the names of other projects, with a card and without.
#
#   state_names_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

data=(--dataset shapes10 --limit-test 40)
fold=("${data[@]}" --timing-seconds 0)
# without_card FILE NEW: the same file, but what says which network it is has another name.
without_card() { sed 's/"net":/"Net":/' "$1" >"$2"; }
accuracy() { grep '^accuracy' out; }

title "both forms are written under the names of other projects, and are the same networks"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 200 --limit-test 40 --batch-size 20 --epochs 2 --out run
run 0 evaluate --model run/model.safetensors "${data[@]}"
trained=$(accuracy)
run 0 reparameterize --model run/model.safetensors "${fold[@]}" --names dingxiaoh timm --out named
prints "Written: named/folded.safetensors"
prints "         named/model-timm.safetensors"
holds named "fold.json folded-dingxiaoh.safetensors folded-timm.safetensors folded.onnx \
folded.safetensors model-dingxiaoh.safetensors model-timm.safetensors report.html trained.onnx"
for name in stage0.rbr_dense.conv.weight stage3.1.rbr_identity.running_var stage1.0.rbr_1x1.bn.bias linear.weight; do
  grep -qF "\"$name\"" named/model-dingxiaoh.safetensors || complain "there should be a $name"
done
for name in stem.reparam_conv.weight stages.3.0.reparam_conv.bias head.fc.bias; do
  grep -qF "\"$name\"" named/folded-timm.safetensors || complain "there should be a $name"
done
for file in model-dingxiaoh model-timm folded-dingxiaoh folded-timm; do
  run 0 evaluate --model named/$file.safetensors "${data[@]}"
  prints "$trained"
  silent err
done

title "without a card --net names the network, and names tell the form"
without_card named/folded-timm.safetensors bare.safetensors
run 0 evaluate --model bare.safetensors --net nano "${data[@]}"
prints "nano, folded form"
says "note: bare.safetensors has no card: read as timm's names of nano in folded form with 10 classes; images are \
normalised as is usual for CIFAR-10: --mean 0.4914 0.4822 0.4465 --std 0.247 0.2435 0.2616"
run 0 evaluate --model bare.safetensors --net nano "${data[@]}" --mean 0.5 0.5 0.5 --std 0.25 0.25 0.25
says "with 10 classes"
! grep -q "usual for CIFAR-10" err || complain "a normalisation was given"
run 1 evaluate --model bare.safetensors "${data[@]}"
says "bare.safetensors: its metadata has no \"net\", so name its network with --net; it has timm's names of a RepVGG in \
folded form, with 1, 1, 2, 4, 1 blocks of 8, 8, 8, 16, 32 channels: its size is nano"
silent out
run 2 evaluate --model bare.safetensors --net nano "${data[@]}" --mean 0.5 0.5 0.5
says "--std"
run 2 evaluate --model bare.safetensors --net nano "${data[@]}" --mean 125 123 114 --std 0.2 0.2 0.2
says "--mean: got 125, needs a number from 0 to 1"

title "a network without a card folds, and then has one with the classes it was tested on"
without_card named/model-dingxiaoh.safetensors bare.safetensors
run 0 reparameterize --model bare.safetensors --net nano "${fold[@]}" --out folded
says "DingXiaoH's names of nano in training form"
prints "predictions equal              40 of 40"
run 0 evaluate --model folded/folded.safetensors "${data[@]}"
prints "crescent"
silent err

title "it is trained on"
tune=(--dataset shapes10 --limit-train 40 --limit-test 20 --batch-size 20 --epochs 1)
run 0 train_cifar10 "${tune[@]}" --fine-tune bare.safetensors --net nano --mean 0.5 0.5 0.5 --std 0.25 0.25 0.25 \
  --out tuned
grep -qF '"mean":"[0.5,0.5,0.5]"' tuned/model.safetensors || complain "the normalisation that was given should be kept"
run 1 train_cifar10 "${tune[@]}" --fine-tune bare.safetensors --out no
says "so name its network with --net"
run 1 train_cifar10 "${tune[@]}" --fine-tune bare.safetensors --net mini --out no
says "its size is nano"
run 2 train_cifar10 "${tune[@]}" --mean 0.5 0.5 0.5 --std 0.25 0.25 0.25 --out no
says "--mean and --std say how the network to --fine-tune has its images normalised"
absent no

title "of other blocks only the folded form has such names; a whitened network has none; the model is not overwritten"
run 0 train_cifar10 "${tune[@]}" --net nano --reparam acb --out acb
run 0 reparameterize --model acb/model.safetensors "${fold[@]}" --names timm --out acb-named
holds acb-named "fold.json folded-timm.safetensors folded.onnx folded.safetensors report.html trained.onnx"
run 0 train_cifar10 "${tune[@]}" --net nano+whitening --out whitened
run 1 reparameterize --model whitened/model.safetensors "${fold[@]}" --names timm --out no
says "a RepVGG nano+whitening has no \"whitening.conv.bias\" under timm's names"
cp named/model-timm.safetensors once
run 1 reparameterize --model named/model-timm.safetensors "${fold[@]}" --names timm
says "named/model-timm.safetensors: would be overwritten by itself under other names; choose another folder with --out"
same named/model-timm.safetensors once
run 1 reparameterize --model named/../named/model-timm.safetensors "${fold[@]}" --names timm
says "would be overwritten"
mkdir misnamed
for file in folded folded-timm; do
  cp run/model.safetensors misnamed/$file.safetensors
  run 1 reparameterize --model misnamed/$file.safetensors "${fold[@]}" --names timm
  says "misnamed/$file.safetensors: would be overwritten by the folded network; choose another folder with --out"
  silent out
  same misnamed/$file.safetensors run/model.safetensors
done
holds misnamed "folded-timm.safetensors folded.safetensors"
run 0 reparameterize --model acb-named/../acb/model.safetensors "${fold[@]}" --names timm --out acb
cp acb/model.safetensors acb/model-timm.safetensors # of other blocks than RepVGG's no such file is written
run 0 reparameterize --model acb/model-timm.safetensors "${fold[@]}" --names timm
same acb/model.safetensors acb/model-timm.safetensors
run 2 reparameterize --model run/model.safetensors "${fold[@]}" --names keras --out no
says "--names"
absent no

title "a new training clears the old names away"
run 0 reparameterize --model run/model.safetensors "${fold[@]}" --names timm
present run/model-timm.safetensors
run 0 train_cifar10 "${tune[@]}" --net nano --out run --overwrite
absent run/model-timm.safetensors
absent run/folded-timm.safetensors

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
