#!/usr/bin/env bash
# Holds a training on several ranks of MPI to that of one process: the same bytes, also when it is stopped, killed and
# resumed with other numbers of ranks; and nothing written if the ranks disagree. Skipped in a build without MPI.
#
#   mpi_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
#
# MPIRUN names the mpirun of the MPI that the programs were built with; by default, the one on the path.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
mpirun=${MPIRUN:-mpirun}
"$programs/train_cifar10" --version | grep -q MPI || { echo "mpi: skipped: not built with ONEFOLD_MPI"; exit 77; }
command -v "$mpirun" >/dev/null || { echo "mpi: skipped: $mpirun not found"; exit 77; }
# Open MPI: by default neither as root nor with more ranks than cores.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1

# What start() gives to mpirun, and a script that keeps a rank's own exit code, in a file.
launcher_options='' keep_code=''
cat >keep_code.sh <<'END'
#!/bin/sh
code=0
"$@" || code=$?
echo $code >"rank-${PMI_RANK:-$OMPI_COMM_WORLD_RANK}.code"
exit $code
END
chmod +x keep_code.sh

small=(--dataset shapes10 --net tiny --limit-train 48 --limit-test 300 --batch-size 12 --epochs 3 --seed 7)

# on RANKS CODE OPTIONS...: train_cifar10 on so many ranks; its output is then in the files out and err.
on() {
  local count=$1 expected=$2 code=0
  shift 2
  "$mpirun" -n "$count" "$programs/train_cifar10" "$@" >out 2>err </dev/null || code=$?
  [ $code = "$expected" ] || { complain "exit code $code, not $expected: $count ranks of train_cifar10 $*"; cat err >&2; }
}
# start OPTIONS...: begins a training on two ranks in the folder `run`, and waits until an epoch is done; sets `job` and
# `pids`, those of rank 0 and 1.
start() {
  local pid environment
  rm -rf run rank-*.code
  timeout 300 "$mpirun" $launcher_options -n 2 $keep_code "$programs/train_cifar10" "${small[@]}" --epochs 10000 --checkpoint-every 1 --out run "$@" \
    >out 2>err </dev/null &
  job=$! pids=()
  for ((waited = 0; waited < 6000; ++waited)); do
    [ ! -s run/log.jsonl ] || break
    sleep 0.01
  done
  for pid in $(pgrep -f "^$programs/train_cifar10 "); do
    environment=$(tr '\0' '\n' <"/proc/$pid/environ")
    case $environment in
      *PMI_RANK=0* | *OMPI_COMM_WORLD_RANK=0*) pids[0]=$pid ;;
      *PMI_RANK=1* | *OMPI_COMM_WORLD_RANK=1*) pids[1]=$pid ;;
    esac
  done
  [ ${#pids[@]} = 2 ] || complain "found ${#pids[@]} ranks, not 2"
}
# Waits for the job: sets `code`, and `milliseconds` since the time in `from`.
finish() {
  code=0
  wait "$job" || code=$?
  milliseconds=$(((${EPOCHREALTIME/./} - ${from/./}) / 1000))
}
figures() { sed 's/,"train_seconds.*//' "$1/log.jsonl"; }  # without what depends on time

title "the bytes and figures of one process with as many shards"
run 0 train_cifar10 "${small[@]}" --shards 6 --out whole
for count in 1 2 3; do
  on $count 0 "${small[@]}" --shards 6 --out ranks-$count
  holds ranks-$count "$(files whole | sed 's/ $//')"
  for file in model best; do same ranks-$count/$file.safetensors whole/$file.safetensors; done
  same ranks-$count/confusion.json whole/confusion.json
  [ "$(figures ranks-$count)" = "$(figures whole)" ] || complain "$count ranks logged other figures"
  grep -q "\"ranks\": $count," ranks-$count/run.json || complain "run.json should say that there were $count ranks"
done
prints "exchanges      24 with 2 other ranks"

title "by default a shard per rank, of as many threads as one likes"
run 0 train_cifar10 "${small[@]}" --shards 2 --out two
OMP_NUM_THREADS=2 on 2 0 "${small[@]}" --out two-ranks
same two-ranks/model.safetensors two/model.safetensors
[ "$(grep -c '^epoch' err)" = 3 ] || complain "rank 0 alone should print the 3 epochs"

title "stopped and resumed, each time with another number of ranks"
on 2 0 "${small[@]}" --shards 6 --out resumed --stop-after 1
on 3 0 --resume --out resumed --stop-after 2
run 0 train_cifar10 --resume --out resumed
same resumed/model.safetensors whole/model.safetensors
on 2 0 "${small[@]}" --out odd --stop-after 1
on 3 2 --resume --out odd
says "--shards 2: cannot be dealt out equally to 3 ranks"
on 2 2 "${small[@]}" --shards 3 --out refused
says "--shards 3: cannot be dealt out equally to 2 ranks"
absent refused

title "ranks that disagree, or of which one cannot begin, end and write nothing"
code=0
"$mpirun" -n 1 "$programs/train_cifar10" "${small[@]}" --out refused --lr 0.1 : \
  -n 1 "$programs/train_cifar10" "${small[@]}" --out refused --lr 0.3 >out 2>err </dev/null || code=$?
[ $code = 2 ] || complain "other options gave exit code $code"
says "the ranks must have the same options, images and build: rank 1 has lr=0.3, rank 0 has lr=0.1"
absent refused
code=0 from=$EPOCHREALTIME
"$mpirun" -n 1 "$programs/train_cifar10" --net tiny --out refused : \
  -n 1 env ONEFOLD_DATA_DIR=/nowhere "$programs/train_cifar10" --net tiny --out refused >out 2>err </dev/null || code=$?
[ $code = 1 ] || complain "a rank without data gave exit code $code"
says "rank 1: train_cifar10: error: no dataset in /nowhere"
absent refused

title "a rank killed: the others end, and the checkpoint loads"
start
from=$EPOCHREALTIME
kill -KILL "${pids[1]}"
finish
[ $code != 0 ] || complain "the exit code is 0 although a rank was killed"
[ $milliseconds -lt 10000 ] || complain "the other rank took $milliseconds ms to end"
while kill -0 "${pids[0]}" 2>/dev/null && [ $(((${EPOCHREALTIME/./} - ${from/./}) / 1000)) -lt 10000 ]; do sleep 0.1; done
! kill -0 "${pids[0]}" 2>/dev/null || complain "rank 0 still runs after 10 s"
run 0 train_cifar10 --resume --dry-run --out run

# Some launchers leave the others alone; then a rank is not to wait for ever for one that is gone.
if "$mpirun" --version 2>&1 | grep -qE "Open MPI|OpenRTE"; then
  launcher_options=--enable-recovery
else
  launcher_options=-disable-auto-cleanup
fi
keep_code='setsid -w ./keep_code.sh'  # in a session of its own, which MPICH does not kill when the rank is gone
for killed in 0 1; do
  title "rank $killed killed, and the launcher ends nobody: the other ends with exit code 1, and says why"
  start
  from=$EPOCHREALTIME
  kill -KILL "${pids[$killed]}"
  finish
  [ $milliseconds -lt 10000 ] || complain "the other rank took $milliseconds ms to end"
  other=$((1 - killed))
  [ "$(cat rank-$other.code)" = 1 ] || complain "rank $other exited with $(cat rank-$other.code), not 1"
  says "rank $other: error: rank $killed was killed or has crashed"
  run 0 train_cifar10 --resume --dry-run --out run
done
launcher_options='' keep_code=''

title "rank 0 cannot write: the others end, with its exit code"
start
mv run gone && touch run
from=$EPOCHREALTIME
finish
[ $code = 1 ] || complain "a folder that is gone gave exit code $code"
[ $milliseconds -lt 20000 ] || complain "the ranks took $milliseconds ms to end"
says "train_cifar10: error: cannot write run/"

title "SIGTERM to any rank: all stop after the same step, saved"
for rank in 0 1; do
  start
  kill -TERM "${pids[$rank]}"
  from=$EPOCHREALTIME
  finish
  [ $code = 143 ] || complain "SIGTERM to rank $rank gave exit code $code"
  says "terminated and saved; continue with: train_cifar10 --resume --out run"
  on 2 0 --resume --dry-run --out run
done

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "mpi: 1, 2 and 3 ranks gave the bytes of one process; a killed rank, one that cannot write, one with other" \
  "options and signals ended all"
