#!/usr/bin/env bash
# Holds train_cifar10, evaluate and benchmark to the conventions of programs: exit codes, what goes to stdout and what
# to stderr, the run folder, stopping and resuming, and a clear error with nothing half-written for bad input.
#
#   programs_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

# A training of 3 epochs of 3 steps: every run of it, however interrupted, must end with the same model.
small=(--dataset shapes10 --net tiny --limit-train 26 --limit-test 40 --batch-size 8 --epochs 3 --seed 7)

title "help goes to stdout"
for program in train_cifar10 evaluate benchmark; do
  run 0 $program --help
  prints "--threads"
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
misuse "--epochs: got 0, needs a whole number from 1" train_cifar10 --epochs 0
misuse "--epochs: got 1e3, needs a whole number" train_cifar10 --epochs 1e3
misuse "--epochs: got 99999999999999999999" train_cifar10 --epochs 99999999999999999999
misuse "--batch-size: got 0, needs" train_cifar10 --batch-size 0
misuse "--batch-size: got -8, needs" train_cifar10 --batch-size=-8
misuse "--threads: got 0, needs a whole number of at least 1" train_cifar10 --threads 0
for program in train_cifar10 evaluate benchmark reparameterize; do
  misuse ", the hardware threads of this machine" $program --threads 100000
done
misuse "--threads: got 9999999999, needs at most " benchmark --threads 9999999999
ONEFOLD_THREADS=many run 1 benchmark --net tiny
says "ONEFOLD_THREADS: got many, choose 1 to 1024"
misuse "--lr: got nan, needs a number from 0" train_cifar10 --lr nan
misuse "--lr: got fast, needs a number" train_cifar10 --lr fast
misuse "--momentum: got 1, needs" train_cifar10 --momentum 1
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

title "a dry run says what would be done, and writes nothing"
run 0 train_cifar10 "${small[@]}" --dry-run
prints "331 k parameters, 18.84 M multiply-adds"
prints "296 k parameters, 16.96 M multiply-adds"
prints "3 epochs of 3 steps of 8 images: 9 steps"
prints "runs/train-tiny"
holds . "err out"

title "data that is not there: exit 1, where it was looked for, nothing written"
run 1 train_cifar10 --net tiny --dataset cifar10
says "$work/no-data"
run 1 train_cifar10 --net tiny --data-dir "$work/nowhere"
says "$work/nowhere"
ONEFOLD_DATA_DIR=$work/elsewhere run 1 train_cifar10 --net tiny
says "$work/elsewhere"
holds . "err out"

title "a training fills its folder; without a terminal an epoch is a plain line"
run 0 train_cifar10 "${small[@]}"
run_files="checkpoint.safetensors confusion.json log.jsonl model.safetensors report.html run.json"
holds runs/train-tiny "$run_files"
prints "test accuracy"
prints "of it waiting for images"
prints "runs/train-tiny/model.safetensors"
[ "$(grep -c '^epoch [123]/3  loss ' err)" = 3 ] || complain "stderr should have a line for each of 3 epochs"
! grep -q $'[\r\x1b]' err || complain "stderr should have no control characters"
[ "$(grep -o '"epoch":[0-9]*' runs/train-tiny/log.jsonl | tr '\n' ' ')" = '"epoch":1 "epoch":2 "epoch":3 ' ] ||
  complain "log.jsonl should have epochs 1 to 3"
for entry in commit compiler flags cpu simd_bits threads seed dataset train_hash options counts started finished; do
  grep -q "\"$entry\":" runs/train-tiny/run.json || complain "run.json lacks \"$entry\""
done
accuracy=$(sed -n 's/^test accuracy  \([0-9.]* %\).*/\1/p' out)
mv runs/train-tiny whole

title "the seed decides the weights, the number of threads does not"
run 0 train_cifar10 "${small[@]}" --threads 1 --out threads
same threads/model.safetensors whole/model.safetensors
run 0 train_cifar10 "${small[@]}" --seed 8 --epochs 1 --out seed --stop-after 1
! cmp -s seed/model.safetensors whole/model.safetensors || complain "another seed gave the same weights"

title "a run that is there is refused, and replaced only on demand"
cp -r whole kept
run 1 train_cifar10 "${small[@]}" --out kept
says "--resume"
says "--overwrite"
for file in $run_files; do same kept/$file whole/$file; done
run 0 train_cifar10 "${small[@]}" --out kept --overwrite --epochs 1
[ "$(wc -l <kept/log.jsonl)" = 1 ] || complain "an overwritten run should have a log of its own"

title "stopped after an epoch and resumed: the model's bytes are those of a run never stopped"
run 0 train_cifar10 "${small[@]}" --out stopped --stop-after 1
holds stopped "checkpoint.safetensors log.jsonl run.json"
run 2 train_cifar10 --out stopped --resume --lr 0.05 --batch-size 8 --epochs 4
says "--lr 0.05, but the run has 0.1"
says "--epochs 4, but the run has 3"
! grep -q -- "--batch-size" err || complain "an equal option should not be complained about"
run 0 train_cifar10 --out stopped --resume --threads 1
same stopped/model.safetensors whole/model.safetensors
[ "$(grep -c '"epoch"' stopped/log.jsonl)" = 3 ] || complain "a resumed log should continue, not repeat"
run 0 train_cifar10 --out stopped --resume
same stopped/model.safetensors whole/model.safetensors
run 1 train_cifar10 "${small[@]}" --out nothing --resume
says "there is no run to resume"
absent nothing
run 2 train_cifar10 --out stopped --resume --dataset cifar10
says '--dataset "cifar10", but the run has "shapes10"'

title "Ctrl-C and SIGTERM save, say how to go on, and leave with 128 + their number"
set -m # so that a job in the background hears SIGINT
for signal in INT:130 TERM:143; do
  "$programs/train_cifar10" "${small[@]}" --out "signal-$signal" >out 2>err </dev/null &
  job=$!
  for ((waited = 0; waited < 3000; ++waited)); do
    [ ! -e "signal-$signal/checkpoint.safetensors" ] || break
    sleep 0.01
  done
  kill -"${signal%:*}" $job
  code=0
  wait $job || code=$?
  [ $code = "${signal#*:}" ] || complain "signal $signal gave exit code $code"
  says "saved; go on with: train_cifar10 --resume --out signal-$signal"
  absent "signal-$signal/model.safetensors"
  run 0 train_cifar10 --resume --out "signal-$signal"
  same "signal-$signal/model.safetensors" whole/model.safetensors
done
set +m

title "a loss that is not finite: exit 3, and the last good checkpoint stays"
run 3 train_cifar10 "${small[@]}" --out diverging --lr 1000 --weight-decay 1000 --epochs 50
says "smaller --lr"
says "diverging/checkpoint.safetensors"
holds diverging "checkpoint.safetensors log.jsonl run.json"
run 3 train_cifar10 --out diverging --resume

title "a folder that cannot be written: exit 1, nothing left behind"
echo "a file" >file
run 1 train_cifar10 "${small[@]}" --out file/run
says "file/run"
says "--out"
mkdir closed && chmod a-w closed
if ! touch closed/probe 2>/dev/null; then # root may write anywhere
  run 1 train_cifar10 "${small[@]}" --out closed/run
  says "closed/run"
fi
rm -f closed/probe

title "a full disk (a limit of 200 kB a file): exit 1, no half file, no temporary, the old checkpoint whole"
(
  failures=0
  trap '' XFSZ
  ulimit -f 200
  run 1 train_cifar10 "${small[@]}" --out full-new
  says "full-new/checkpoint.safetensors"
  run 1 train_cifar10 "${small[@]}" --out kept --overwrite
  exit $failures
) || failures=$((failures + $?))
holds full-new "log.jsonl run.json"
run 0 train_cifar10 "${small[@]}" --out full-resumed --stop-after 1
cp full-resumed/checkpoint.safetensors before
(
  failures=0
  trap '' XFSZ
  ulimit -f 200
  run 1 train_cifar10 --out full-resumed --resume
  exit $failures
) || failures=$((failures + $?))
same full-resumed/checkpoint.safetensors before
holds full-resumed "checkpoint.safetensors log.jsonl run.json"
run 0 train_cifar10 --out full-resumed --resume
same full-resumed/model.safetensors whole/model.safetensors

title "evaluate repeats the training's accuracy and writes logits"
run 0 evaluate --model whole/model.safetensors --limit-test 40 --logits logits.safetensors
prints "accuracy  $accuracy"
prints "true \\ predicted"
present logits.safetensors
grep -qaF '"shape":[40,10]' logits.safetensors || complain "logits.safetensors should hold 40 x 10 logits"
[ "$(grep -c ' %$' out)" = 10 ] || complain "evaluate should print a row a class"

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
refuse "missing      stages.1.1.conv3.weight" --model whole/model.safetensors --net S
refuse "unexpected   stages.3.3.conv3.weight" --model whole/model.safetensors --net mini
refuse "whole/checkpoint.safetensors" --model whole/checkpoint.safetensors
refuse "file" --model file
head -c 100000 whole/model.safetensors >cut.safetensors
refuse "cut.safetensors" --model cut.safetensors
run 1 evaluate --model whole/model.safetensors --limit-test 40 --logits nowhere/logits.safetensors
says "nowhere/logits.safetensors"

title "a standard output that cannot be written is an error"
if [ -e /dev/full ]; then
  code=0
  "$programs/evaluate" --model whole/model.safetensors --limit-test 40 >/dev/full 2>err || code=$?
  [ $code = 1 ] || complain "writing to /dev/full gave exit code $code"
  says "standard output"
fi

title "benchmark prints a line of JSON a mode, with the keys of its peers"
run 0 benchmark --net tiny --batch 4 --steps 2 --mode train,infer,fold --threads 1
keys='"peer" "net" "mode" "batch" "threads" "layout" "compile" "bf16" '
keys+='"images_per_s" "best_images_per_s" "effective_gflops" '
while read -r line; do
  [[ $(grep -o '"[a-z0-9_]*":' <<<"$line" | tr ':\n' '  ' | tr -s ' ') == "$keys"* ]] || complain "keys of $line"
done <out
[ "$(grep -o '"mode":"[a-z]*"' out | tr '\n' ' ')" = '"mode":"train" "mode":"infer" "mode":"fold" ' ] ||
  complain "benchmark should print its modes in order"
prints '"peer":"onefold","net":"tiny","mode":"train","batch":4,"threads":1,'

title "a batch that does not fit memory: exit 1, its shape and size, nothing written"
too_much="of memory, [0-9.]* GiB are available: use a batch of at most [1-9][0-9]*"
refuse_batch() { # EXPECTED_PATTERN PROGRAM OPTIONS...
  local pattern=$1
  shift
  run 1 "$@"
  grep -qE -- "$1: error: $pattern takes about [0-9.]* GiB $too_much\$" err || { complain "stderr lacks $pattern"; cat err >&2; }
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
  exit $failures
) || failures=$((failures + $?))
absent too-much

title "on a terminal there is a progress bar, in colour unless NO_COLOR says otherwise"
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
  on_terminal() {
    local command="'$programs/train_cifar10' ${small[*]} --epochs 1 --out terminal --overwrite"
    TERM=xterm NO_COLOR=$1 script -qec "$command" /dev/null
  }
  on_terminal "" </dev/null >out
  prints "epoch 1/1:   0%|"
  prints $'\x1b[32m'
  on_terminal 1 </dev/null >out
  prints "epoch 1/1:   0%|"
  ! grep -q $'\x1b\[32m' out || complain "NO_COLOR should switch colours off"
fi

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
