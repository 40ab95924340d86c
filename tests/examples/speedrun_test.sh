#!/usr/bin/env bash
# Holds speedrun_cifar10 to its output and its errors, and the parts of its recipe to the other programs.
#
#   speedrun_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
small=(--dataset shapes10 --limit-train 18 --limit-test 10 --batch-size 8 --epochs 2)
one_step=(--dataset shapes10 --limit-train 4 --limit-test 2 --batch-size 4 --epochs 1 --views 1)

title "a short run: a table of epochs, the times, both forms, all predictions equal"
run 0 speedrun_cifar10 "${small[@]}" --out folded.safetensors
[ "$(grep -cE '^ +[12] ' out)" = 2 ] || { complain "there should be a row for each of 2 epochs"; cat out >&2; }
for accuracy in 85 88 90; do grep -qE "^  $accuracy % (not )?reached" out || complain "not a word on $accuracy %"; done
prints "with 6 views at the end, of 10 test images"
prints "10 of 10 predictions equal"
accuracy=$(sed -n 's/^  folded form  *\([0-9.]* %\),.*/\1/p' out)
prints "trained form  $accuracy"
says "RepVgg short, 10 classes"
[ "$(grep -c '^epoch [12]/2  loss ' err)" = 2 ] || complain "stderr should have a line for each of 2 epochs"

title "the seed decides, the number of threads does not; without --out nothing is written"
mv folded.safetensors kept.safetensors
run 0 speedrun_cifar10 "${small[@]}" --out folded.safetensors --threads 1 --views 1
same folded.safetensors kept.safetensors
rm folded.safetensors
run 0 speedrun_cifar10 "${one_step[@]}" --seed 2
prints "with 1 view at the end"
holds . "err kept.safetensors out"

title "what it writes, other programs read"
run 0 evaluate --model kept.safetensors --limit-test 10 --views 6
prints "network   short, folded form"
prints "accuracy  $accuracy"
run 2 evaluate --model kept.safetensors --views 3
says "--views"

title "every part of the recipe can be left out, and each changes the result"
run 0 speedrun_cifar10 "${one_step[@]}" --out whole
for part in dirac muon bias-rate label-smoothing augmentation; do
  run 0 speedrun_cifar10 "${one_step[@]}" --without $part --out part
  ! cmp -s part whole || complain "without $part the weights are the same"
done
run 0 speedrun_cifar10 "${one_step[@]}" --without whitening --without dirac
says "RepVgg short"
run 0 speedrun_cifar10 "${one_step[@]}" --pointwise --out part
prints "2 of 2 predictions equal"

title "a loss that is not finite: exit 3; --detect-anomaly names the op and the layer"
diverging=("${one_step[@]}" --limit-train 64 --batch-size 16 --epochs 6 --net nano
  --without bias-rate --lr 1000 --muon-rate 1000)
run 3 speedrun_cifar10 "${diverging[@]}"
says "the loss is"
run 3 speedrun_cifar10 "${diverging[@]}" --detect-anomaly
grep -qE 'error: [a-z0-9_ ]+ in [a-z0-9.]+ \(.* gave an? (nan|inf): element' err || complain "no layer: $(cat err)"
run 0 speedrun_cifar10 "${one_step[@]}" --out watched --detect-anomaly
same watched whole

title "misuse: exit 2, nothing written"
rm -f whole part watched
run 2 speedrun_cifar10 --without everything
says "--without"
run 2 speedrun_cifar10 "${small[@]}" --without whitening --out none
says "leave out --out or --without whitening"
run 1 speedrun_cifar10 --out nowhere/folded.safetensors
says "cannot write nowhere/folded.safetensors: opening its folder: No such file or directory; create the folder first"
run 1 speedrun_cifar10 --out "$work"
says "cannot write $work: it is a folder; choose another name"
run 2 speedrun_cifar10 --epochs 0
says "--epochs: got 0"
run 1 speedrun_cifar10 --data-dir "$work/nowhere"
says "$work/nowhere"

title "train_cifar10 trains the same network, stops, goes on to the same bytes, and reparameterize folds it"
recipe=(--dataset shapes10 --limit-train 18 --limit-test 10 --batch-size 8 --epochs 2 --net short --lookahead true
  --muon-rate 0.09 --bias-rate 64 --views 6)
run 0 train_cifar10 "${recipe[@]}" --out whole
prints "the mean of 6 views each"
run 0 train_cifar10 "${recipe[@]}" --out stopped --stop-after 1
run 0 train_cifar10 --out stopped --resume
prints "the mean of 6 views each"
same stopped/model.safetensors whole/model.safetensors
run 0 reparameterize --model whole/model.safetensors --dataset shapes10 --limit-test 10 --timing-seconds 0
prints "10 of 10"
run 0 train_cifar10 "${recipe[@]}" --net nano+whitening --epochs 1 --out whitened
run 0 reparameterize --model whitened/model.safetensors --dataset shapes10 --limit-test 10 --timing-seconds 0
prints "10 of 10"

title "train_cifar10 with the speedrun's options ends with the speedrun's bytes"
images=(--dataset shapes10 --limit-train 32 --limit-test 10 --batch-size 16 --seed 5)
run 0 speedrun_cifar10 "${images[@]}" --epochs 2 --out short.safetensors
run 0 train_cifar10 "${images[@]}" --net short --epochs 2 --muon-rate 0.09 --lr 0.375 --momentum 0.85 \
  --weight-decay 1.3e-3 --bias-rate 16 --label-smoothing 0.2 --warmup-epochs 0 --final-rate 0 --shift 2 --out long
run 0 reparameterize --model long/model.safetensors --dataset shapes10 --limit-test 10 --timing-seconds 0
# Behind the header, which has the history of the program that wrote it, come the numbers.
numbers() { tail -c +$((9 + $(od -An -td8 -N8 "$1"))) "$1"; }
[ "$(numbers short.safetensors | wc -c)" -gt 1000000 ] || complain "short.safetensors holds few numbers"
numbers short.safetensors >short.numbers
numbers long/folded.safetensors >long.numbers
same long.numbers short.numbers

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
