#!/usr/bin/env bash
# Ctrl-C and SIGTERM at random moments of a training run: it saves within one step and two seconds, and exits with 130
# or 143. A second one ends it at once.
#
#   interrupt_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER [SIGNALS]     10 signals
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
signals=${3:-10}
# What a shell without job control starts in the background never hears Ctrl-C, and hands that on.
[ -z "$(trap -p INT)" ] || { echo "interrupts: SIGINT is ignored here; run this in the foreground"; exit 77; }
set -m # so that a job in the background hears SIGINT
export LC_ALL=C

# What the checkpoint says of its position, by the shell alone, which takes less than a step: sets `steps`.
read_steps() {
  local text=
  IFS= read -r -d '' -N 2500 text <"$1/checkpoint.safetensors" 2>/dev/null
  [[ $text =~ epoch[^0-9]*([0-9]+)[^0-9]*step[^0-9]*([0-9]+) ]] || return 1
  steps=$((BASH_REMATCH[1] * steps_per_epoch + BASH_REMATCH[2]))
}
# start OPTIONS...: begins a run in the folder `run` and waits for its first checkpoint; sets `job`.
start() {
  rm -rf run
  "$programs/train_cifar10" --dataset shapes10 --seed 7 --out run "$@" >out 2>err </dev/null &
  job=$!
  for ((waited = 0; waited < 6000; ++waited)); do
    [ ! -e run/checkpoint.safetensors ] || return 0
    sleep 0.005
  done
  complain "there is no first checkpoint after 30 s"
}
# Waits for the job: sets `code`, and `milliseconds` since the time in `from`.
finish() {
  code=0
  wait "$job" || code=$?
  milliseconds=$(((${EPOCHREALTIME/./} - ${from/./}) / 1000))
}

title "$signals signals, each saved within one step and 2 s"
steps_per_epoch=6 longest=0 saved=0
for ((i = 0; i < signals && failures < 10; ++i)); do
  signal=INT expected=130
  [ $((i % 2)) = 0 ] || signal=TERM expected=143
  start --net tiny --limit-train 48 --limit-test 10 --batch-size 8 --epochs 10000 --checkpoint-every 1
  sleep 0.$(printf %03d $((RANDOM % 400)))
  read_steps run || complain "the checkpoint could not be read"
  before=$steps from=$EPOCHREALTIME
  kill -$signal "$job"
  finish
  [ $code = $expected ] || complain "SIG$signal gave exit code $code"
  [ $milliseconds -lt 2000 ] || complain "SIG$signal took $milliseconds ms"
  says "saved; continue with: train_cifar10 --resume --out run"
  read_steps run || complain "the checkpoint could not be read after SIG$signal"
  # The step in progress, and one more if its end fell between reading and signal.
  [ $steps -ge "$before" ] && [ $((steps - before)) -le 2 ] ||
    complain "SIG$signal came after step $before, and the checkpoint is of step $steps"
  run 0 train_cifar10 --resume --dry-run --out run
  [ $milliseconds -le $longest ] || longest=$milliseconds
  saved=$((saved + 1))
done

title "a second one leaves at once, in the middle of a step"
ways=0
for pair in "INT INT 130" "INT TERM 143" "TERM INT 130"; do
  read -r first second expected <<<"$pair"
  start --net tiny --limit-train 1024 --limit-test 10 --batch-size 1024 --epochs 100 --threads 1
  sleep 0.2
  kill -"$first" "$job"
  sleep 0.1
  kill -0 "$job" 2>/dev/null || complain "the step was to take longer than 0.1 s"
  from=$EPOCHREALTIME
  kill -"$second" "$job"
  finish
  [ $code = "$expected" ] || complain "SIG$first and SIG$second gave exit code $code"
  [ $milliseconds -lt 500 ] || complain "a second signal took $milliseconds ms"
  run 0 train_cifar10 --resume --dry-run --out run
  ways=$((ways + 1))
done

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "interrupts: $saved of $signals signals saved within one step and 2 s (the longest took $longest ms) and gave" \
  "130 or 143; a second one left at once in $ways of 3 ways"
