#!/usr/bin/env bash
# Holds reparameterize to what it promises: the step tables, equal predictions, a folded file that is read as it was
# written, one report of training and folding, and a clear error with nothing written for bad input.
#
#   reparameterize_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

reports() { grep -qF -- "$2" "$1/report.html" || complain "$1/report.html lacks \"$2\""; }

title "a small training to fold"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 40 --limit-test 40 --batch-size 8 --epochs 2 --out run
trained_files="best.safetensors checkpoint.safetensors confusion.json images.json log.jsonl model.safetensors \
report.html run.json sample-1.png sample-2.png sample-3.png"
cp -r run untouched

title "a network folds: tables, equality, files, one report of training and folding"
fold=(--limit-test 40 --timing-seconds 0)
run 0 reparameterize --model run/model.safetensors "${fold[@]}"
prints "stages.1.0: "
prints "0  the trained block, evaluation mode                688             2      3          2"
prints "5  branches gone                                     584             1      0          0"
prints "0  the trained network, evaluation mode           17,210            18     23         14"
prints "5  branches gone                                  15,074             9      0          0"
prints "stages.4.0        5,248   4,640"
prints "predictions equal              40 of 40"
prints "trained      17,210      1,884,480            18     23         14"
prints "folded       15,074      1,696,064             9      0          0"
folded_files="best.safetensors checkpoint.safetensors confusion.json fold.json folded.onnx folded.safetensors \
images.json log.jsonl model.safetensors"
holds run "$folded_files report.html run.json sample-1.png sample-2.png sample-3.png trained.onnx"
for file in trained.onnx folded.onnx; do
  prints "run/$file"
  grep -qaF '"disc' run/$file || complain "run/$file should name the classes"
done
cmp -s run/model.safetensors untouched/model.safetensors || complain "the trained model should stay as it is"
for words in '"epochs":[' '"confusion":{' '"block":"stages.1.0"' '"40 of 40"'; do reports run "$words"; done

title "the folded file is a network of its own, with the same accuracy"
run 0 evaluate --model run/model.safetensors --limit-test 40
trained=$(grep '^accuracy' out)
run 0 evaluate --model run/folded.safetensors --limit-test 40
prints "nano, folded form"
prints "$trained"

title "folding again gives the same bytes; a new training clears the old folding away"
cp run/folded.safetensors once
run 0 reparameterize --model run/model.safetensors "${fold[@]}"
cmp -s run/folded.safetensors once || complain "the same fold should give the same bytes"
run 0 train_cifar10 --dataset shapes10 --net nano --limit-train 8 --limit-test 8 --batch-size 8 --epochs 1 --out run \
  --overwrite
holds run "$trained_files"

title "another block, another folder, a time for both forms"
run 0 reparameterize --model untouched/model.safetensors --block stages.3.2 --out elsewhere/deep --limit-test 8 \
  --timing-seconds 0.01
prints "stages.3.2: "
prints "speed-up"
holds elsewhere/deep "fold.json folded.onnx folded.safetensors report.html trained.onnx"
reports elsewhere/deep "as fast when folded"
holds untouched "$trained_files"

title "blocks of another family train, resume, fold, and are folded from the same file"
acb=(--dataset shapes10 --net nano --reparam acb --limit-train 16 --limit-test 40 --batch-size 8 --epochs 2)
run 0 train_cifar10 "${acb[@]}" --out acb --stop-after 1
run 0 train_cifar10 --resume --out acb
grep -q '"reparam": "acb"' acb/run.json || complain "acb/run.json should name the family"
run 0 reparameterize --model acb/model.safetensors "${fold[@]}"
prints "RepVGG nano of acb blocks from acb/model.safetensors"
prints "batch norm into the 1x3, padded to 3x3"
prints "predictions equal              40 of 40"
prints "folded       15,074      1,696,064             9      0          0"
run 0 evaluate --model acb/folded.safetensors --limit-test 40
prints "nano of acb blocks, folded form"
reports acb "RepVGG nano of acb blocks"

title "help goes to stdout"
run 0 reparameterize --help
prints "--block"
silent err

title "bad input: what is wrong and what to do, nothing written"
refuse() { # CODE EXPECTED_TEXT OPTIONS...
  local code=$1 text=$2
  shift 2
  run "$code" reparameterize "$@" "${fold[@]}" --out refused
  says "$text"
  [ ! -e refused ] || complain "nothing should be written: reparameterize $*"
}
model=(--model untouched/model.safetensors)
refuse 2 "--model is required"
refuse 2 "stages.0.0, stages.1.0, stages.2.0, stages.2.1, stages.3.0, stages.3.1, stages.3.2, stages.3.3, stages.4.0" \
  "${model[@]}" --block stages.9.9
refuse 2 "tiny, mini, S" "${model[@]}" --net huge
refuse 2 "--timing-seconds: got -1" "${model[@]}" --timing-seconds=-1
refuse 1 "missing.safetensors" --model missing.safetensors
refuse 1 "folded already" --model elsewhere/deep/folded.safetensors
refuse 1 "its size is nano" "${model[@]}" --net S
refuse 1 "unexpected   stages.3.3.bn0.bias" "${model[@]}" --net mini
refuse 1 "$work/no-data" "${model[@]}" --dataset cifar10
head -c 20000 untouched/model.safetensors >cut.safetensors
refuse 1 "cut.safetensors" --model cut.safetensors
echo "a text" >text.safetensors
refuse 1 "text.safetensors" --model text.safetensors

title "a folder that cannot be written, and a full disk: exit 1, no half file, no temporary"
echo "a file" >file
run 1 reparameterize "${model[@]}" "${fold[@]}" --out file/folder
says "file/folder"
says "--out"
mkdir full
(
  failures=0
  trap '' XFSZ
  ulimit -f 20
  run 1 reparameterize "${model[@]}" "${fold[@]}" --out full
  says "full/folded.safetensors"
  exit $failures
) || failures=$((failures + $?))
[ -z "$(ls -A full)" ] || complain "full should be empty and holds $(ls -A full)"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
