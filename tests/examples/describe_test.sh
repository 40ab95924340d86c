#!/usr/bin/env bash
# Holds describe to what it promises: the table of docs/the-networks.md, JSON, a drawing, saved networks in both forms,
# and a clear error with nothing written for bad input.
#
#   describe_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks.sh" "$@"

describe() { run 0 describe "$@" --timing-seconds 0; }
# number KEY: of the object of JSON that was printed, the one before its layers.
number() { sed 's/"layers".*//' out | grep -oP "\"$1\":\K[0-9]+"; }
equals() { [ "$1" = "$2" ] || complain "$3: $1, not $2"; }

title "a network by name: the table of the page, one object of JSON, other images"
describe vgg_small
same out "$here/expected/describe.txt"
silent err
describe resnet20 --json
equals "$(wc -l <out)" 1 "lines of JSON"
equals "$(number parameters)" 269722 "parameters of resnet20"
equals "$(number multiply_adds)" 40551040 "multiply-adds of resnet20"
layers=$(grep -o '"name":' out | wc -l)
describe resnet20 --json --image 64
equals "$(number multiply_adds)" $((4 * (40551040 - 640) + 640)) "multiply-adds of resnet20 for four times the pixels"
describe resnet20 --json --form folded
equals "$(number multiply_adds)" 40551040 "multiply-adds of the folded resnet20"
equals "$(grep -o '"name":' out | wc -l)" $((layers - 29)) "layers without 19 batch norms, and 10 ReLUs that convolutions apply"
run 0 describe nano --timing-seconds 0.01
prints "A pass of 16 images takes"
grep -qE '^in all .* 100\.0 %$' out || complain "no shares of time"

title "the graph: a box per op, branches, and layers that the box before them shows"
describe tiny --svg tiny.svg
prints "Written: tiny.svg"
[ "$(grep -o '<rect' tiny.svg | wc -l)" = 31 ] || complain "boxes: $(grep -o '<rect' tiny.svg | wc -l)"
describe tiny --form folded --svg folded.svg
[ "$(grep -o '<rect' folded.svg | wc -l)" = 13 ] || complain "boxes: $(grep -o '<rect' folded.svg | wc -l)"
describe resnet8 --svg resnet8.svg
for words in "batch norm, relu" "add" "PadChannels 8 before, 8" "16 x 16 x 32"; do
  grep -qF ">$words" resnet8.svg || complain "resnet8.svg lacks $words"
done

title "a saved network: as trained, as it folds, and as it was folded"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 16 --limit-test 8 --batch-size 8 --epochs 1 --out run
describe run/model.safetensors
prints "RepVGG nano, training form: 17.2 k parameters, 1.884 M multiply-adds per image of 32 x 32 pixels"
describe run/model.safetensors --form folded
prints "RepVGG nano, folded form"
describe run/model.safetensors --form folded --json
cp out as_it_folds
run 0 reparameterize --model run/model.safetensors --limit-test 8 --timing-seconds 0 --out folded
describe folded/folded.safetensors --json
same out as_it_folds

title "bad input: what is wrong and what to do, nothing written"
refuse() { # CODE EXPECTED_TEXT OPTIONS...
  local code=$1 text=$2
  shift 2
  run "$code" describe "$@" --svg refused.svg
  says "describe: error: "
  says "$text"
  silent out
  absent refused.svg
}
refuse 2 'unknown network "resnt20"; the nearest names are resnet20' resnt20
refuse 2 "expected 6 n + 2 layers" resnet21
refuse 2 "network: got nothing, needs the name of a network" ""
refuse 2 "vgg16 cannot take images of 8 x 8 pixels: " vgg16 --image 8
refuse 2 "--image: got 0, needs a whole number from 1" vgg16 --image 0
refuse 2 "--reparam chooses the blocks of a RepVGG" resnet20 --reparam dbb
refuse 2 "--reparam: run/model.safetensors has its blocks already" run/model.safetensors --reparam dbb
refuse 2 "--form training: folded/folded.safetensors is folded" folded/folded.safetensors --form training
refuse 2 "--form" resnet20 --form plain
refuse 1 "nowhere.safetensors" nowhere.safetensors
cp run/model.safetensors before.safetensors
run 2 describe run/model.safetensors --svg run/model.safetensors
same run/model.safetensors before.safetensors
run 1 describe nano --svg nowhere/a.svg
says "cannot write nowhere/"
silent out

exit $((failures > 0))
