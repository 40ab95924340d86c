#!/usr/bin/env bash
# Holds train_cifar10, evaluate and benchmark to the conventions of programs: exit codes, what goes to stdout and what
# to stderr, and a clear error with nothing half-written for bad input.
#
#   programs_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "help goes to stdout"
for program in train_cifar10 evaluate benchmark; do
  run 0 $program --help
  prints "--threads"
  prints "+whitening"
  silent err
done

title "help ends with an example of options that exist and a page that tells of the program; --version names the build"
for program in "$source_folder"/examples/programs/*.cpp; do
  program=${program##*/} program=${program%.cpp}
  [ "$program" != learn ] || [ -e "$programs/learn" ] || continue  # there is none with sanitizers
  run 0 "$program" --help
  example=$(grep "^Example: build/examples/$program " out) || complain "no example"
  for option in $(grep -o -- '--[a-z-]*' <<<"$example"); do prints "  $option"; done
  page=$source_folder/$(sed -n 's/^Chapter: //p' out)
  grep -q "$program" "$page" || complain "$page does not tell of $program"
  run 0 "$program" --version
  prints "$program (onefold "
  prints "-bit vectors with "
  silent err
done

title "usage errors: exit 2, the remedy on stderr, nothing on stdout, nothing written"
misuse() { # EXPECTED_TEXT PROGRAM OPTIONS...
  local text=$1
  shift
  run 2 "$@"
  says "$1: error: "
  says "$text"
  silent out
}
misuse "tiny, mini, S" train_cifar10 --net huge
misuse "expected one of none, repvgg, acb" train_cifar10 --reparam vgg
misuse "--epochs: got 0, needs a whole number from 1" train_cifar10 --epochs 0
misuse "--epochs: got 1e3, needs a whole number" train_cifar10 --epochs 1e3
misuse "--epochs: got 99999999999999999999" train_cifar10 --epochs 99999999999999999999
misuse "--batch-size: got 0, needs" train_cifar10 --batch-size 0
misuse "--batch-size: got -8, needs" train_cifar10 --batch-size=-8
misuse "--threads: got 0, needs a whole number of at least 1" train_cifar10 --threads 0
for program in train_cifar10 evaluate benchmark reparameterize; do
  misuse ", the cores that this process may use" $program --threads 100000
done
misuse "--threads: got 9999999999, needs at most " benchmark --threads 9999999999
run 0 benchmark --net tiny --batch 010 --mode fold --steps 1 --threads 1
prints '"batch":10,'
OMP_NUM_THREADS=many run 1 benchmark --net tiny
says "OMP_NUM_THREADS: got many, expected an integer from 1 to 1024"
for list in 4,x 4, 4,0 ,4 2.5 99999999999; do
  OMP_NUM_THREADS=$list run 1 benchmark --net tiny
  says "OMP_NUM_THREADS: got $list, expected an integer from 1 to 1024"
done
OMP_NUM_THREADS=" 1 , 2" run 0 benchmark --net tiny --batch 1 --mode fold --steps 1
prints '"threads":1,'
OMP_NUM_THREADS=2 run 0 benchmark --net tiny --batch 1 --mode fold --steps 1 --threads 1
prints '"threads":1,'
OMP_NUM_THREADS=1000 run 0 benchmark --net tiny --batch 1 --mode fold --steps 1
says "warning: OMP_NUM_THREADS asks for 1000 threads, but this process may use"
for lesson in "$programs"/[0-9][0-9]_*; do
  lesson=${lesson##*/}
  OMP_NUM_THREADS=0 run 1 "$lesson"
  says "$lesson: error: OMP_NUM_THREADS: got 0, expected an integer from 1 to 1024"
  silent out
  misuse "not expected: --quiet" "$lesson" --quiet
  run 0 "$lesson" --help
  prints "A lesson: "
  page=$(sed -n 's/^Chapter: //p' out)
  compgen -G "$source_folder/$page" >/dev/null || complain "no page $page"
  run 0 "$lesson" --version
  prints "$lesson (onefold "
done
for lesson in 11_the_ladder 16_kernels_in_motion; do
  [ -e "$programs/$lesson" ] || continue  # with sanitizers
  misuse "FILE.svg: got ladder.png, needs a name that ends in .svg" $lesson ladder.png
done
misuse "FOLDER: got nothing, needs a name" 12_the_family ""
empty() { # OPTION WHAT PROGRAM OPTIONS...: an empty name is an error before anything else
  misuse "$1: got nothing, needs the name of $2" "${@:3}" "$1" ""
}
for program in train_cifar10 speedrun_cifar10 evaluate reparameterize int8_lab museum_of_wrong_folds train_small_net; do
  empty --data-dir "a folder" $program
done
empty --fine-tune "a file" train_cifar10
empty --out "a folder" train_cifar10
empty --out "a file" speedrun_cifar10
for program in evaluate reparameterize export predict int8_lab museum_of_wrong_folds; do
  empty --model "a file" $program
done
empty --out "a folder" reparameterize --model x
empty --out "a file" predict --model x photo.png
empty --out "a file" int8_lab --model x
empty --onnx "a file" export --model x
empty --logits "a file" evaluate --model x
empty --pixels "a file" evaluate --model x
empty --picture "a file" museum_of_wrong_folds
misuse "photos: got nothing, needs the name of a file" predict --model x ""
misuse "--lr: got nan, needs a number from 0" train_cifar10 --lr nan
misuse "--lr: got fast, needs a number" train_cifar10 --lr fast
misuse "--momentum: got 1, needs" train_cifar10 --momentum 1
misuse "leave --muon-rate out, or give 0" train_cifar10 --reparam repoptimizer --muon-rate 0.1
misuse "--limit-train: got -1, needs" train_cifar10 --limit-train=-1
misuse "--seed: got -1, needs" train_cifar10 --seed=-1
misuse "--dataset" train_cifar10 --dataset mnist
misuse "--nonsense" train_cifar10 --nonsense
misuse "give one" train_cifar10 --resume --overwrite
misuse "--model is required" evaluate
misuse "--batch-size: got 0, needs" evaluate --model x --batch-size 0
misuse "sideways" benchmark --mode train,sideways
misuse "--batch: got 0, needs" benchmark --batch 0
misuse "--steps: got 0, needs" benchmark --steps 0
misuse "tiny, mini, S" benchmark --net huge
holds . "err out"

title "data that is not there: exit 1, where it was looked for, nothing written"
run 1 train_cifar10 --net tiny --dataset cifar10
says "$work/no-data"
run 1 train_cifar10 --net tiny --data-dir "$work/nowhere"
says "$work/nowhere"
ONEFOLD_DATA_DIR=$work/elsewhere run 1 train_cifar10 --net tiny
says "$work/elsewhere"
holds . "err out"

title "evaluate repeats the training's accuracy and writes logits"
run 0 train_cifar10 --dataset shapes10 --net tiny --limit-train 8 --limit-test 40 --batch-size 8 --epochs 1 --out run
accuracy=$(sed -n 's/^test accuracy  \([0-9.]* %\).*/\1/p' out)
echo "a file" >file
run 0 evaluate --model run/model.safetensors --limit-test 40 --logits logits.safetensors
prints "accuracy  $accuracy"
prints "true \\ predicted"
present logits.safetensors
grep -qaF '"shape":[40,10]' logits.safetensors || complain "logits.safetensors should hold 40 x 10 logits"
[ "$(grep -c ' %$' out)" = 10 ] || complain "evaluate should print a row a class"
cp run/model.safetensors before.safetensors
for option in --logits --pixels; do
  misuse "$option: run/model.safetensors is a file that is read here" evaluate --model run/model.safetensors \
    $option run/model.safetensors
done
misuse "--logits and --pixels both name a.safetensors" evaluate --model run/model.safetensors --logits a.safetensors \
  --pixels a.safetensors
cmp -s run/model.safetensors before.safetensors || complain "evaluate should not write over the network"

title "a folder that is named is used, or it is an error, whatever the network was trained on"
mkdir empty
for program in evaluate reparameterize int8_lab museum_of_wrong_folds; do
  run 1 $program --model run/model.safetensors --limit-test 40 --data-dir empty
  says "no dataset in empty"
  misuse "nothing would be read from --data-dir empty" $program --model run/model.safetensors --dataset shapes10 \
    --data-dir empty
done
for program in train_cifar10 speedrun_cifar10 train_small_net; do
  run 1 $program --data-dir empty
  says "no dataset in empty"
  misuse "nothing would be read from --data-dir empty" $program --dataset shapes10 --data-dir empty
done
for option in "--data-dir empty" "--dataset shapes10" "--limit-test 7" "--net tiny"; do
  misuse "${option% *}: random blocks need no data" museum_of_wrong_folds $option
done
mkdir -p cache/onefold/cifar-10-batches-py
XDG_CACHE_HOME=$work/cache run 0 train_cifar10 --net tiny --limit-train 2 --limit-test 2 --epochs 1 --out hinted
says "There is cifar-10-batches-py, CIFAR-10's Python version; expected CIFAR-10's binary version"
says "so Shapes10 is used instead"
ONEFOLD_DATA_DIR=empty run 0 evaluate --model run/model.safetensors --limit-test 40 # a place to look, not an order
prints "accuracy  $accuracy"
[ -z "$(ls empty)" ] || complain "something was written into empty"

title "evaluate on what is no such network: exit 1, the file and what is wrong, no logits"
refuse() { # EXPECTED_TEXT OPTIONS...
  local text=$1
  shift
  run 1 evaluate "$@" --logits none.safetensors
  says "$text"
  silent out
  absent none.safetensors
}
refuse "missing.safetensors" --model missing.safetensors
refuse "its size is tiny" --model run/model.safetensors --net S
refuse "unexpected   stages.3.3.bn0.bias" --model run/model.safetensors --net mini
refuse "run/checkpoint.safetensors" --model run/checkpoint.safetensors
refuse "file" --model file
head -c 100000 run/model.safetensors >cut.safetensors
refuse "cut.safetensors" --model cut.safetensors
cp run/model.safetensors diverged.safetensors
printf '\000\000\300\177' | dd of=diverged.safetensors bs=1 seek=$(($(stat -c %s diverged.safetensors) - 4)) \
  conv=notrunc 2>dd.txt  # its last number is no number
run 3 evaluate --model diverged.safetensors --limit-test 40 --logits none.safetensors
says "diverged.safetensors: its loss on the test images is not finite"
silent out
absent none.safetensors
run 1 evaluate --model run/model.safetensors --limit-test 40 --logits nowhere/logits.safetensors
says "nowhere/logits.safetensors"
silent out

title "a lesson's picture that cannot be written is an error"
for picture in "11_the_ladder nowhere/a.svg" "12_the_family nowhere" "16_kernels_in_motion nowhere/a.svg"; do
  [ -e "$programs/${picture%% *}" ] || continue  # with sanitizers
  run 1 $picture
  says "${picture% *}: error: cannot write nowhere/"
  silent out
done

title "a standard output that cannot be written is an error"
if [ -e /dev/full ]; then
  code=0
  "$programs/evaluate" --model run/model.safetensors --limit-test 40 >/dev/full 2>err || code=$?
  [ $code = 1 ] || complain "writing to /dev/full gave exit code $code"
  says "standard output"
fi

title "benchmark prints a line of JSON a mode, with the keys of its peers"
run 0 benchmark --net tiny --batch 4 --steps 2 --mode train,infer,fold --threads 1
keys='"peer" "net" "reparam" "mode" "batch" "threads" "layout" "compile" "bf16" '
keys+='"images_per_s" "best_images_per_s" "effective_gflops" '
while read -r line; do
  [[ $(grep -o '"[a-z0-9_]*":' <<<"$line" | tr ':\n' '  ' | tr -s ' ') == "$keys"* ]] || complain "keys of $line"
done <out
[ "$(grep -o '"mode":"[a-z]*"' out | tr '\n' ' ')" = '"mode":"train" "mode":"infer" "mode":"fold" ' ] ||
  complain "benchmark should print its modes in order"
prints '"peer":"onefold","net":"tiny","reparam":"repvgg","mode":"train","batch":4,"threads":1,'

title "a batch that does not fit memory: exit 1, its shape and size, nothing written"
too_much="of memory, [0-9.]* GiB are available: use a batch of at most [1-9][0-9]*"
refuse_batch() { # EXPECTED_PATTERN PROGRAM OPTIONS...
  local pattern=$1
  shift
  run 1 "$@"
  grep -qE -- "$1: error: $pattern takes about [0-9.]* GiB $too_much\$" err ||
    { complain "stderr lacks $pattern"; cat err >&2; }
  silent out
}
refuse_batch "a training step on images \[1000000 32 32 3\]" benchmark --net S --batch 1000000 --mode train
(
  failures=0
  ulimit -v 2500000                          # kB
  "$programs/benchmark" --help >out 2>err || exit 0 # AddressSanitizer needs more than that for itself
  refuse_batch "inference on images \[1000000 32 32 3\]" benchmark --net A0 --batch 1000000 --mode fold
  shapes=(--dataset shapes10 --limit-test 20 --out too-much --batch-size 100000)
  refuse_batch "a training step on images \[10000 32 32 3\]" train_cifar10 --net S --limit-train 10000 "${shapes[@]}"
  refuse_batch "a training step on images \[10000 32 32 3\]" train_cifar10 --net S --dry-run "${shapes[@]}"
  shapes=(--dataset shapes10 --limit-test 20 --batch-size 100000)
  refuse_batch "a training step on images \[10000 32 32 3\]" train_small_net --rows "7x7 CK" "${shapes[@]}"
  exit $failures
) || failures=$((failures + $?))
absent too-much

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
