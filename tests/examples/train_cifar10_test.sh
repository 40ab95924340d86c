#!/usr/bin/env bash
# Holds train_cifar10 to what a training run promises: its folder, the same bytes however it is stopped and resumed, and
# after every failure the last good state whole.
#
#   train_cifar10_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks.sh" "$@"

# A training run of 3 epochs of 3 steps: every run of it, however interrupted, must end with the same model.
small=(--dataset shapes10 --net nano --limit-train 26 --limit-test 40 --batch-size 8 --epochs 3 --seed 7)

title "a dry run says what would be done, and writes nothing"
run 0 train_cifar10 "${small[@]}" --dry-run
prints "17.2 k parameters, 1.884 M multiply-adds"
prints "15.1 k parameters, 1.696 M multiply-adds"
prints "3 epochs of 3 steps of 8 images: 9 steps"
prints "runs/train-nano"
holds . "err out"
one_step=(--dry-run --epochs 1 --limit-train 1 --batch-size 1)
OMP_NUM_THREADS=2 OMP_THREAD_LIMIT=1 run 0 train_cifar10 "${small[@]}" "${one_step[@]}"
prints "1 epoch of 1 step of 1 image: 1 step"
prints "per step on 1 thread"

title "a training run fills its folder; without a terminal an epoch is a plain line"
run 0 train_cifar10 "${small[@]}"
run_files="best.safetensors checkpoint.safetensors confusion.json images.json log.jsonl model.safetensors \
report.html run.json sample-1.png sample-2.png sample-3.png"
holds runs/train-nano "$run_files"
prints "test accuracy"
prints "of it waiting for images"
prints "runs/train-nano/model.safetensors"
[ "$(grep -c '^epoch [123]/3  loss ' err)" = 3 ] || complain "stderr should have a line for each of 3 epochs"
! grep -q $'[\r\x1b]' err || complain "stderr should have no control characters"
[ "$(grep -o '"epoch":[0-9]*' runs/train-nano/log.jsonl | tr '\n' ' ')" = '"epoch":1 "epoch":2 "epoch":3 ' ] ||
  complain "log.jsonl should have epochs 1 to 3"
for entry in commit compiler flags cpu cpu_level simd_bits threads seed dataset train_hash options counts started finished; do
  grep -q "\"$entry\":" runs/train-nano/run.json || complain "run.json lacks \"$entry\""
done
mv runs/train-nano whole

title "the seed decides the weights, the number of threads does not"
run 0 train_cifar10 "${small[@]}" --threads 1 --out threads
same threads/model.safetensors whole/model.safetensors
run 0 train_cifar10 "${small[@]}" --seed 8 --epochs 1 --out seed --stop-after 1
! cmp -s seed/model.safetensors whole/model.safetensors || complain "another seed gave the same weights"

title "shards decide the weights, too; those that do not fit are refused, and nothing is written"
run 0 train_cifar10 "${small[@]}" --shards 4 --threads 1 --out shards
run 0 train_cifar10 "${small[@]}" --shards 4 --out more-threads
same shards/model.safetensors more-threads/model.safetensors
! cmp -s shards/model.safetensors whole/model.safetensors || complain "4 shards gave the weights of whole batches"
run 2 train_cifar10 --out shards --resume --shards 2
says "--shards 2, but the run has 4"
run 2 train_cifar10 "${small[@]}" --shards 0 --out refused
says "--shards: got 0, needs a whole number from 1"
for shards in 3 16; do
  run 2 train_cifar10 "${small[@]}" --shards $shards --out refused
  says "--shards $shards: batches of 8 images cannot be divided"
done
absent refused

title "several processes are refused unless the build has MPI: each would write all of the files"
if ! "$programs/train_cifar10" --version | grep -q MPI; then
  PMI_SIZE=2 run 1 train_cifar10 "${small[@]}" --out refused
  says "configure it with -DONEFOLD_MPI=ON"
  absent refused
fi

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
holds stopped "best.safetensors checkpoint.safetensors log.jsonl run.json"
run 2 train_cifar10 --out stopped --resume --lr 0.05 --batch-size 8 --epochs 4
says "--lr 0.05, but the run has 0.2"
says "--epochs 4, but the run has 3"
! grep -q -- "--batch-size" err || complain "an equal option should not be complained about"
run 2 train_cifar10 --out stopped --resume --reparam dbb
says '--reparam "dbb", but the run has "repvgg"'
run 0 train_cifar10 --out stopped --resume --threads 1
same stopped/model.safetensors whole/model.safetensors
[ "$(grep -c '"epoch"' stopped/log.jsonl)" = 3 ] || complain "a resumed log should continue, not repeat"
run 0 train_cifar10 --out stopped --resume
same stopped/model.safetensors whole/model.safetensors
# A run that began before there was an option goes on as it was: here one without --shift.
run 0 train_cifar10 "${small[@]}" --out older --stop-after 1
LC_ALL=C sed -i 's/\\"shift\\"/\\"shifx\\"/' older/checkpoint.safetensors
grep -q shifx older/checkpoint.safetensors || complain "the checkpoint does not name its options as this test thinks"
run 2 train_cifar10 --out older --resume --shift 0
says "--shift 0, but the run has 4"
run 0 train_cifar10 --out older --resume
same older/model.safetensors whole/model.safetensors
run 1 train_cifar10 "${small[@]}" --out nothing --resume
says "there is no run to resume"
absent nothing
run 2 train_cifar10 --out stopped --resume --dataset cifar10
says '--dataset "cifar10", but the run has "shapes10"'

title "a resumed run finds its images, from wherever it is resumed, and says so if they are gone"
black=iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAEklEQVR42mNgGAWjYBSMAuwAAAQgAAF8we+4AAAAAElFTkSuQmCC
white=iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAFklEQVR42mP4TwAwjCoYVTCqYKQqAAA/aPwuqUTQyAAAAABJRU5ErkJggg==
for split in train test; do
  mkdir -p photos/$split/night photos/$split/day
  for i in 1 2 3 4; do
    base64 -d <<<$black >photos/$split/night/$i.png
    base64 -d <<<$white >photos/$split/day/$i.png
  done
done
run 0 train_cifar10 --net nano --data-dir photos --batch-size 4 --epochs 2 --stop-after 1 --out photo-run
mkdir -p elsewhere
(cd elsewhere && run 0 train_cifar10 --resume --out ../photo-run && exit $failures) || failures=$((failures + 1))
rm elsewhere/*
mv photos photos-moved
run 0 train_cifar10 --net nano --data-dir photos-moved --batch-size 4 --epochs 2 --stop-after 1 --out photo-run --overwrite
mv photos-moved photos
run 1 train_cifar10 --resume --out photo-run
says "photos-moved"
! grep -q "Shapes10 is used instead" err || complain "a run on photos should not go on with Shapes10"
run 0 train_cifar10 --resume --out photo-run --data-dir photos

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
  says "saved; continue with: train_cifar10 --resume --out signal-$signal"
  absent "signal-$signal/model.safetensors"
  run 0 train_cifar10 --resume --out "signal-$signal"
  same "signal-$signal/model.safetensors" whole/model.safetensors
done
set +m

title "--checkpoint-every saves in the middle of an epoch, too, and is remembered"
long=(--dataset shapes10 --net nano --limit-train 320 --limit-test 10 --batch-size 8 --epochs 1 --seed 7)
run 0 train_cifar10 "${long[@]}" --out long
"$programs/train_cifar10" "${long[@]}" --out every --checkpoint-every 3 >/dev/null 2>&1 </dev/null &
job=$!
steps_in() { grep -aoE 'step\\":[0-9]+' "$1/checkpoint.safetensors" | grep -oE '[0-9]+$'; }
for ((waited = 0; waited < 3000; ++waited)); do
  [ "$(steps_in every 2>/dev/null || echo 0)" = 0 ] || break
  sleep 0.005
done
kill -KILL $job
{ wait $job; } 2>/dev/null
saved=$(steps_in every)
[ "$saved" -gt 0 ] && [ $((saved % 3)) = 0 ] || complain "the checkpoint is of step $saved, not of a multiple of 3"
OMP_NUM_THREADS=3 run 0 train_cifar10 --resume --out every
same every/model.safetensors long/model.safetensors
same every/best.safetensors long/best.safetensors
grep -q '\\"checkpoint_every\\":3' every/checkpoint.safetensors || complain "--checkpoint-every should be remembered"
run 0 train_cifar10 --resume --out every --checkpoint-every 5
run 0 evaluate --model every/best.safetensors --dataset shapes10 --limit-test 10
prints "accuracy"

title "a loss that is not finite: exit 3, and the last good checkpoint stays"
run 3 train_cifar10 "${small[@]}" --out diverging --lr 1000 --weight-decay 1000 --epochs 50
says "smaller --lr"
says "diverging/checkpoint.safetensors"
holds diverging "best.safetensors checkpoint.safetensors log.jsonl run.json"
run 3 train_cifar10 --out diverging --resume

title "--detect-anomaly: the same, and which op of which layer gave the first number that is not finite"
run 3 train_cifar10 --out diverging --resume --detect-anomaly
holds diverging "best.safetensors checkpoint.safetensors log.jsonl run.json"
# The order of a sum decides where an overflow is met first, in a block or in the head, and whether as inf or already as
# inf - inf, a nan.
grep -v '^Training' err | sed '1{s/ gave a nan: / gave an inf: /;s/, stride 2)/)/}' >anomaly
expected=detect_anomaly
if grep -q ' in head ' anomaly; then expected=detect_anomaly_in_head; fi
awk -v expected="$here/expected/$expected.txt" -f "$here/same_output.awk" anomaly ||
  complain "another anomaly: $(cat err)"
run 0 train_cifar10 "${small[@]}" --out watched --detect-anomaly
same watched/model.safetensors whole/model.safetensors

title "--find-lr suggests a rate, the same again, and touches no run"
find_lr=(--dataset shapes10 --net nano --limit-train 26 --limit-test 10 --batch-size 8 --seed 7 --find-lr)
run 0 train_cifar10 "${find_lr[@]}"
prints "swept          --muon-rate from 0.001 to "
prints " of 8 images, with --lr 0.02"
prints "suggestion     "
prints "runs/rates-nano/report.html"
holds runs/rates-nano "rates.json report.html run.json"
cp runs/rates-nano/rates.json first
weakness=$(sed -n 's/^ *"weakness": "\(.*\)",\{0,1\}$/\1/p' first)
grep -q '"weakness"' first || complain "rates.json should say whether the suggestion is weak"
[ "$(sed -n 's/^weak           \(.*\); train with more .*/\1/p' out)" = "$weakness" ] || complain "and so should stdout"
run 0 train_cifar10 "${find_lr[@]}" --threads 1
same runs/rates-nano/rates.json first
run 0 train_cifar10 "${find_lr[@]}" lr --out rates
prints "swept          --lr from 0.001 to "
prints " of 8 images, with --muon-rate 0.006"
run 0 train_cifar10 "${find_lr[@]}" --muon-rate 0 --fine-tune whole/model.safetensors --out rates
prints "swept          --lr from 0.001 to "
! grep -q "with --muon-rate" out || complain "a sweep without Muon should not speak of it"
run 2 train_cifar10 "${find_lr[@]}" muon-rate --muon-rate 0
says "this training is without Muon; give --find-lr lr"
run 2 train_cifar10 "${find_lr[@]}" momentum
says "--find-lr: momentum not in {"
for other in --resume --overwrite --dry-run "--stop-after 2" --tensorboard; do
  run 2 train_cifar10 --find-lr --out stopped $other
  says "leave out ${other% 2}"
done
run 1 train_cifar10 "${find_lr[@]}" --out stopped
says "stopped: holds a run already"
same stopped/model.safetensors whole/model.safetensors
run 1 train_cifar10 "${find_lr[@]}" --out whole/run.json
says "run.json: is a file, but a run needs a folder"

title "--tensorboard: a file of curves per start, remembered; the model's bytes are those of a run without"
run 0 train_cifar10 "${small[@]}" --out curves --tensorboard --stop-after 1
run 0 train_cifar10 --out curves --resume
same curves/model.safetensors whole/model.safetensors
[ "$(ls curves/events.out.tfevents.*.onefold | wc -l)" = 2 ] || complain "a resumed run should add one file of curves"
run 0 train_cifar10 "${small[@]}" --out curves --overwrite
holds curves "$run_files"
run 0 train_cifar10 "${small[@]}" --out curves --overwrite --stop-after 1
run 0 train_cifar10 --out curves --resume --tensorboard
[ "$(ls curves/events.out.tfevents.*.onefold | wc -l)" = 1 ] || complain "--resume --tensorboard should begin a file"

title "a folder that cannot be written: exit 1, nothing left behind"
echo "a file" >file
run 1 train_cifar10 "${small[@]}" --out file/run
says "file: is a file, but a run needs a folder"
says "--out"
mkdir closed && chmod a-w closed
if ! touch closed/probe 2>/dev/null; then # root may write anywhere
  run 1 train_cifar10 "${small[@]}" --out closed/run
  says "closed/run"
fi
rm -f closed/probe

title "a full disk (a limit of 50 KiB a file): exit 1, no half file, no temporary, the old checkpoint whole"
(
  failures=0
  trap '' XFSZ
  ulimit -f 50
  run 1 train_cifar10 "${small[@]}" --out full-new
  says "full-new/checkpoint.safetensors"
  run 1 train_cifar10 "${small[@]}" --out kept --overwrite
  exit $failures
) || failures=$((failures + $?))
holds full-new "log.jsonl run.json"
run 0 train_cifar10 "${small[@]}" --out full-new --epochs 1
run 0 train_cifar10 "${small[@]}" --out full-resumed --stop-after 1
cp full-resumed/checkpoint.safetensors before
(
  failures=0
  trap '' XFSZ
  ulimit -f 50
  run 1 train_cifar10 --out full-resumed --resume
  exit $failures
) || failures=$((failures + $?))
same full-resumed/checkpoint.safetensors before
holds full-resumed "best.safetensors checkpoint.safetensors log.jsonl run.json"
run 0 train_cifar10 --out full-resumed --resume
same full-resumed/model.safetensors whole/model.safetensors

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
