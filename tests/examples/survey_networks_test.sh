#!/usr/bin/env bash
# Holds the programs to what they promise of a network that is no RepVGG: it trains and resumes as any other, folds with
# the proof, is tested and predicts in both forms; what needs the blocks of a RepVGG says so.
#
#   survey_networks_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

few=(--dataset shapes10 --limit-train 32 --limit-test 16 --batch-size 16)

title "a dry run writes nothing"
run 0 train_cifar10 --net resnet8 "${few[@]}" --epochs 2 --dry-run
prints "network   resnet8: Sequential"
prints "trained   75.3 k parameters, 12.24 M multiply-adds per image, 7 convolutions, 7 batch norms"
prints "folded    75.0 k parameters, 12.24 M multiply-adds per image, 7 convolutions, 0 batch norms"
absent runs

title "a run of two epochs in one go, and one that is continued after the first, end in the same bits"
run 0 train_cifar10 --net resnet8 "${few[@]}" --epochs 2
says "Training resnet8 on Shapes10"
present runs/train-resnet8/report.html
run 0 train_cifar10 --net resnet8 "${few[@]}" --epochs 2 --stop-after 1 --out stopped
run 0 train_cifar10 --resume --out stopped
same runs/train-resnet8/model.safetensors stopped/model.safetensors
grep -q '^  "reparam"' stopped/run.json && complain "run.json has blocks of a family, but the network has none"

title "what it folds to computes the same, is saved and loaded, and is tested and predicts alike"
model=stopped/model.safetensors
run 0 evaluate --model $model --limit-test 16
prints "network   resnet8, training form"
grep "^accuracy" out >trained
run 0 reparameterize --model $model --limit-test 16 --timing-seconds 0 --out folded
prints "resnet8 from $model, tested on "
prints "16 of 16"
prints "Written: folded/folded.safetensors"
holds folded "fold.json folded.safetensors report.html"
run 0 evaluate --model folded/folded.safetensors --limit-test 16
prints "network   resnet8, folded form"
grep "^accuracy" out >of_folded
same trained of_folded
for file in $model folded/folded.safetensors; do
  run 0 predict --model $file stopped/sample-1.png --out predictions.html
  prints "This network is no RepVGG"
  present predictions.html
  head -6 out >predicted-"$(basename $file)"
done
same predicted-model.safetensors predicted-folded.safetensors
run 0 train_cifar10 --fine-tune $model "${few[@]}" --epochs 1 --out tuned
says "It begins with $model"
run 0 benchmark --net resnet8 --batch 2 --steps 1
prints '"net":"resnet8","reparam":"","mode":"train"'

title "what needs the blocks of a RepVGG says so, and writes nothing"
refuse() { # EXPECTED_TEXT PROGRAM OPTIONS...
  local text=$1
  shift
  run 2 "$@"
  says "$1: error: "
  says "$text"
  silent out
}
needs="this needs the blocks of a RepVGG, but the network is a resnet8"
refuse "$needs" export --model $model --onnx resnet8.onnx
refuse "$needs" export --model folded/folded.safetensors --onnx resnet8.onnx
absent resnet8.onnx
refuse "$needs" reparameterize --model $model --block stages.1.0 --out refused
refuse "$needs" reparameterize --model $model --names timm --out refused
refuse "$needs" museum_of_wrong_folds --model $model
refuse "$needs" train_cifar10 --fine-tune folded/folded.safetensors "${few[@]}" --out refused
refuse "--reparam chooses the blocks of a RepVGG, but --net resnet8 is another network" \
  train_cifar10 --net resnet8 --reparam dbb "${few[@]}" --out refused
refuse "--reparam chooses the blocks of a RepVGG" benchmark --net resnet8 --reparam none

title "a network that there is not: the nearest names, or what is wrong with its number"
refuse 'unknown network "resnt20"; the nearest names are resnet20' train_cifar10 --net resnt20 --out refused
refuse 'expected 6 n + 2 layers' train_cifar10 --net resnet21 --out refused
refuse "unknown size" speedrun_cifar10 --net resnet20
sed 's/"net":"resnet8"/"net":"resnet9"/' $model >damaged.safetensors
run 1 evaluate --model damaged.safetensors
says 'damaged.safetensors: its metadata says "net" = resnet9, which is not a known network'
run 1 evaluate --model $model --net resnet14
says "is not a state of "

title "images too small for a network's strides"
png=iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGM4IafBFfULAAe5Am0EjplNAAAAAElFTkSuQmCC  # 2 x 1 pixels
for class in a b; do
  for split in train test; do
    mkdir -p tiny/$split/$class
    base64 -d <<<$png >tiny/$split/$class/1.png
  done
done
for option in --overwrite --dry-run; do
  refuse "vgg_small cannot take images of 1 x 2 pixels: " train_cifar10 --net vgg_small --data-dir tiny --shift 0 --out refused \
    $option
done
absent refused

exit $((failures > 0))
