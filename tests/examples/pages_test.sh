#!/usr/bin/env bash
# What the pages of chapters 8 to 10 show of the programs is what they print: after a short training here, so the
# numbers that depend on its length are masked, and everything else must be equal.
#
#   pages_test.sh PROGRAMS WORK
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$1
cd "$2"

"$programs/train_cifar10" --net tiny --dataset shapes10 --limit-train 1000 --epochs 1 --out runs/shapes --overwrite \
  >/dev/null

"$programs/reparameterize" --model runs/shapes/model.safetensors --timing-seconds 0 |
  awk -v expected="$here/expected/reparameterize.txt" -f "$here/same_output.awk"
"$programs/evaluate" --model runs/shapes/folded.safetensors | sed -n '/^true/,$p' |
  awk -v expected="$here/expected/evaluate.txt" -f "$here/same_output.awk"

# At which step the loss diverges depends on the machine: the first of its lines, and the last.
find_lr() { sed -n '1,14p;/^swept/,/^suggestion/p' "$@"; }
find_lr "$here/expected/find_lr.txt" >find_lr.txt
"$programs/train_cifar10" --find-lr --net tiny --dataset shapes10 | find_lr |
  awk -v expected=find_lr.txt -f "$here/same_output.awk"
