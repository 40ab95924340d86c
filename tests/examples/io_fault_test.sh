#!/usr/bin/env bash
# Every open, write, fsync, close and rename with which a training run touches its folder fails once, by strace: it
# exits with 1 and names file and reason, what was there before is whole, no temporary stays, and the run then goes on to
# the end that it would have had. Then, where a small file system may be mounted, a full disk and a read-only one.
#
#   io_fault_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER [EVERY [FIRST]]     every 12th call of a kind, from its first, 0
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
every=${3:-12} first=${4:-0}
calls=openat,write,fsync,close,rename
run=$work/run

strace -f -qq -o /dev/null -e trace=none true 2>/dev/null ||
  { echo "io_faults: strace is not here or not allowed"; exit 77; }

small=(--dataset shapes10 --net tiny --limit-train 8 --limit-test 10 --batch-size 4 --epochs 2 --seed 7 --threads 1)
run_files="best.safetensors checkpoint.safetensors confusion.json images.json log.jsonl model.safetensors \
report.html run.json sample-1.png sample-2.png sample-3.png"
run 0 train_cifar10 "${small[@]}" --out whole
run 0 train_cifar10 "${small[@]}" --out half --stop-after 1

# The two trainings that meet the faults: one that begins, one that goes on and ends.
begin() { rm -rf run && command=("${small[@]}" --out "$run" --stop-after 1); }
go_on() { rm -rf run && cp -r half run && command=(--resume --out "$run" --checkpoint-every 1); }

# The calls of the main thread that touch the run's folder, as KIND NUMBER: the NUMBERth call of the KIND.
calls_on_run() {
  strace -y -o trace -e trace=$calls "$programs/train_cifar10" "${command[@]}" >out 2>err </dev/null ||
    complain "strace: exit code $?"
  awk -v run="$run" '{ kind = $1; sub(/\(.*/, "", kind); ++count[kind] }
    index($0, run "/") || index($0, run "\"") || index($0, run ">") { print kind, count[kind] }' trace
}

# What may fail without a word: closing what was only read, what is written and synchronised already, or the folder;
# and listing the folder to look for old temporaries, for which it is opened the first time.
harmless() {
  case $1 in
    close*.tmp\>*) return 1 ;;
    close*) return 0 ;;
    openat*"$run\""*O_DIRECTORY*) [ "$(sed '/(INJECTED)/q' trace | grep -cF "$run\"")" = 1 ] ;;
    *) return 1 ;;
  esac
}

# named INJECTED: the error names the file of the call, or the file for which a temporary stands.
named() {
  local path name
  path=$(grep -oE "$run(/[^\">]*)?" <<<"$1" | tail -n 1)
  name=${path##*/}
  if [[ $name =~ ^\.(.*)\.[0-9]+-[0-9]+\.tmp$ ]]; then name=${BASH_REMATCH[1]}; fi
  [ -n "$name" ] && grep '^train_cifar10: error: ' err | grep -qF -- "$name" ||
    { complain "the error does not name ${name:-any file}: $1"; cat err >&2; }
}

# fault SCENARIO KIND NUMBER: one run in which that call fails.
fault() {
  local code=0 injected options=()
  "$1"
  strace -y -o trace -e trace="$2" -e inject="$2":error=EIO:when="$3" "$programs/train_cifar10" "${command[@]}" \
    >out 2>err </dev/null || code=$?
  injected=$(grep -F '(INJECTED)' trace | head -n 1)
  if [[ $injected != *"$run"* ]]; then
    missed=$((missed + 1)) # the system's own files were read once more or less than the first time
    return
  fi
  if [ $code = 0 ]; then
    harmless "$injected" || complain "nobody noticed: $injected"
    borne=$((borne + 1))
  else
    [ $code = 1 ] || complain "exit code $code: $injected"
    named "$injected"
    says "Input/output error"
    ! compgen -G 'run/.*.tmp' >/dev/null || complain "a temporary stayed: $injected"
    told=$((told + 1))
  fi

  # On to the end, without a fault.
  options=(--resume)
  if [ ! -e run/checkpoint.safetensors ]; then
    [ "$1" = begin ] || complain "the checkpoint is lost: $injected"
    options=("${small[@]}")
  fi
  run 0 train_cifar10 "${options[@]}" --out "$run"
  for file in model best; do same run/$file.safetensors whole/$file.safetensors; done
  [ "$(grep -c '"epoch"' run/log.jsonl)" = 2 ] || complain "the log should have a line for each of 2 epochs: $injected"
  holds run "$run_files"
}

told=0 borne=0 missed=0
for scenario in begin go_on; do
  title "$scenario, each ${every}th call failing"
  $scenario
  calls_on_run >numbers
  [ "$(wc -l <numbers)" -ge 100 ] || complain "only $(wc -l <numbers) calls touch the run's folder"
  awk -v every="$every" -v first="$first" '(seen[$1]++) % every == first' numbers >chosen
  while read -r kind number && [ $failures -lt 10 ]; do fault $scenario "$kind" "$number"; done <chosen
done
[ $((told + borne)) -gt $((9 * missed)) ] || complain "$missed faults missed the run's folder"
summary="io_faults: $((told + borne)) calls failed once; $told times exit 1 with file and reason, $borne times \
harmless; each run then ended bit-equal; $missed fell on other files"

disk=$work/disk
mkdir disk
if mount -t tmpfs -o size=12m onefold-test disk 2>/dev/null; then
  trap 'umount "$disk"' EXIT
  title "a full disk: exit 1, the old checkpoint whole; with room again the run goes on"
  run 0 train_cifar10 "${small[@]}" --out disk/run --stop-after 1
  before=$(sha256sum <disk/run/checkpoint.safetensors)
  full=0
  almost=$(($(stat -c %s disk/run/checkpoint.safetensors) / 1024 - 8))
  for left in 0 4 300 1500 $almost; do # kB: for nothing, a small file, a part of a model, a model, nearly a checkpoint
    fallocate -l $(($(stat -f -c '%a*%S' disk) - left * 1024)) disk/filler || complain "the disk could not be filled"
    run 1 train_cifar10 --resume --out disk/run
    says "disk/run/"
    says "No space left on device"
    says "free some space"
    [ "$(sha256sum <disk/run/checkpoint.safetensors)" = "$before" ] || complain "the checkpoint changed on a full disk"
    ! compgen -G 'disk/run/.*.tmp' >/dev/null || complain "a temporary stayed on a full disk"
    rm disk/filler
    full=$((full + 1))
  done
  run 0 train_cifar10 --resume --out disk/run
  same disk/run/model.safetensors whole/model.safetensors

  title "a read-only disk"
  mount -o remount,ro disk
  run 1 train_cifar10 --resume --out disk/run
  says "Read-only file system"
  run 1 train_cifar10 "${small[@]}" --out disk/other
  says "disk/other"
  says "Read-only file system"
  summary+="; a full disk $full times and a read-only one: exit 1, nothing lost"
else
  summary+="; no file system could be mounted here, so a full disk is left to the limit of train_cifar10_test"
fi

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "$summary"
