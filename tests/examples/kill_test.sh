#!/usr/bin/env bash
# kill -9 at random moments of a training run that saves after every step. Whatever it was doing, its checkpoint loads,
# and however often it is killed and resumed, it ends with the bytes of a run that was left alone.
#
#   kill_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER [KILLS]     50 kills
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
kills=${3:-50}

small=(--dataset shapes10 --net tiny --limit-train 12 --limit-test 10 --batch-size 4 --epochs 4 --seed 7)
run_files="best.safetensors checkpoint.safetensors confusion.json images.json log.jsonl model.safetensors \
report.html run.json sample-1.png sample-2.png sample-3.png"

# Brings the run in a folder to its end, and holds it to the run that was left alone.
finish() {
  OMP_NUM_THREADS=$((1 + RANDOM % 4)) run 0 train_cifar10 --resume --out "$1"
  for file in model best; do same "$1/$file.safetensors" whole/$file.safetensors; done
  [ "$(grep -c '"epoch"' "$1/log.jsonl")" = 4 ] || complain "the log should have a line for each of 4 epochs"
  holds "$1" "$run_files"
}

title "a run that is left alone"
run 0 train_cifar10 "${small[@]}" --out whole
started=$EPOCHREALTIME
run 0 train_cifar10 "${small[@]}" --checkpoint-every 1 --out every-step
milliseconds=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
same every-step/model.safetensors whole/model.safetensors

title "$kills kills, within $milliseconds ms of a start"
killed=0 while_writing=0 early=0 finished=0
while [ $killed -lt "$kills" ] && [ $failures -lt 10 ]; do
  begin=(--resume) had=1
  [ -e run/checkpoint.safetensors ] || begin=("${small[@]}" --checkpoint-every 1) had=0
  "$programs/train_cifar10" "${begin[@]}" --out run >out 2>err </dev/null &
  job=$!
  moment=$((RANDOM * milliseconds / 32768))
  sleep $((moment / 1000)).$(printf %03d $((moment % 1000)))
  kill -KILL $job 2>/dev/null
  code=0
  { wait $job; } 2>/dev/null || code=$?
  # 0: it was done before
  [ $code = 137 ] || [ $code = 0 ] || { complain "a run that was to be killed ended with $code"; cat err >&2; }

  # Temporaries of an earlier kill are gone once a run has begun, so this kill left what is there now.
  if compgen -G 'run/.*.tmp' >/dev/null; then while_writing=$((while_writing + 1)); fi
  if [ ! -e run/checkpoint.safetensors ]; then
    [ $had = 0 ] || complain "the checkpoint that was there before the kill is lost"
    early=$((early + 1))
    continue
  fi
  [ $code = 0 ] || killed=$((killed + 1))
  run 0 train_cifar10 --resume --dry-run --out run
  if [ $code = 0 ] || [ $((killed % 10)) = 0 ]; then
    finish run
    finished=$((finished + 1))
    rm -r run
  fi
done

[ $while_writing -gt 0 ] || complain "no kill came while a file was written: the moments are badly chosen"
[ $finished -gt 0 ] || complain "no run was finished"
[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "kills: after $killed of $killed the checkpoint loads; $early more came before a run's first one; $while_writing" \
  "came while a file was written; $finished runs, killed and resumed again and again, ended bit-equal"
