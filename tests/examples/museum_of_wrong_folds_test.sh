#!/usr/bin/env bash
# Holds museum_of_wrong_folds to what it promises: the table and the reasons that page 14 shows, a picture where asked
# for, the accuracy of each mistake on a trained network, and a clear error for bad input.
#
#   museum_of_wrong_folds_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks.sh" "$@"

# damaged MISTAKE BLOCKS FIRST: the row of a mistake in the network's table.
damaged() {
  sed '1,/^RepVGG/d' out >damage
  grep -qE -- "^$1 +$2  $3 " damage || { complain "no row of $1 with $2 wrong blocks, the first $3"; cat damage >&2; }
}

title "without a model: the random blocks, as the page shows them, and the picture"
run 0 museum_of_wrong_folds --picture wrong.svg
awk -v expected="$here/expected/museum_of_wrong_folds.txt" -f "$here/same_output.awk" out || complain "other output"
silent err
present wrong.svg
holds . "err out wrong.svg"
cp out once
run 0 museum_of_wrong_folds
same out once

title "with a model: each mistake that can be made in it, and the right fold beside"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 40 --limit-test 40 --batch-size 8 --epochs 1 --out run
run 0 museum_of_wrong_folds --model run/model.safetensors --limit-test 40
prints "RepVGG nano, blocks of family repvgg, from run/model.safetensors, tested on Shapes10"
damaged "the convolution's bias dropped" 9 stages.0.0
prints ", 0 predictions changed"
damaged "the folded bias dropped" 9 stages.0.0
damaged "the 1x1 shifted at stride 2" 3 stages.2.0
damaged "the identity dropped" 5 stages.1.0
! grep -q "under groups" damage || complain "a network without groups has no index under groups"

title "with groups, and with diverse branch blocks: the mistakes that need them"
small="--dataset shapes10 --limit-train 40 --limit-test 40 --batch-size 8 --epochs 1"
run 0 train_cifar10 $small --net nano+g4 --out groups
run 0 museum_of_wrong_folds --model groups/model.safetensors --limit-test 40
damaged "the identity's index under groups" 1 stages.3.2
run 0 train_cifar10 $small --net nano --reparam dbb --out dbb
run 0 museum_of_wrong_folds --model dbb/model.safetensors --limit-test 40
prints "RepVGG nano, blocks of family dbb, from dbb/model.safetensors"
damaged "zeros around the middle map" 9 stages.0.0
damaged "average of the pixels inside" 9 stages.0.0

title "help goes to stdout"
run 0 museum_of_wrong_folds --help
prints "--model"
prints "--picture"
silent err

title "bad input: what is wrong and what to do"
run 1 museum_of_wrong_folds --model missing.safetensors
says "missing.safetensors"
run 0 reparameterize --model run/model.safetensors --limit-test 8 --timing-seconds 0
run 1 museum_of_wrong_folds --model run/folded.safetensors
says "folded already"
run 0 train_cifar10 $small --net nano --reparam acb --out acb
run 1 museum_of_wrong_folds --model acb/model.safetensors
says "has blocks of family acb, but the mistakes here are those of repvgg and dbb"
silent out
cp run/model.safetensors before.safetensors
run 2 museum_of_wrong_folds --model run/model.safetensors --picture ./run/model.safetensors
says "--picture: ./run/model.safetensors is a file that is read here; name another file to write"
same run/model.safetensors before.safetensors
run 1 museum_of_wrong_folds --picture nowhere/wrong.svg
says "nowhere/wrong.svg"
run 2 museum_of_wrong_folds --last-batch 1
says "--last-batch: got 1, needs"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
