#!/usr/bin/env bash
# Holds export to what it promises: both forms of a network as complete ONNX files, and a clear error with nothing
# written for bad input. What other runtimes make of such files is in onnx_test.py.
#
#   export_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

title "a training, and its network as ONNX in training form"
run 0 train_cifar10 --dataset shapes10 --net tiny --limit-train 16 --limit-test 8 --batch-size 8 --epochs 1 --out run
model=(--model run/model.safetensors)
run 0 export "${model[@]}" --onnx trained.onnx
prints "network    tiny, training form"
prints "images     [N 3 32 32], pixels from 0 to 255"
prints "logits     [N 10]"
prints "14 Add 23 BatchNormalization 18 Conv 1 Div 1 Flatten 1 Gemm 1 GlobalAveragePool 9 Relu 1 Sub, of set 17"
prints "Written: trained.onnx"
for text in onefold stages.1.0.conv3.weight '["disc","ring",' images logits; do
  grep -qaF "$text" trained.onnx || complain "trained.onnx lacks $text"
done

title "folded by --fold and from reparameterize's file: the same bytes; an old file is replaced"
run 0 reparameterize "${model[@]}" --limit-test 8 --timing-seconds 0 --out folded
echo "an old file" >folded.onnx
run 0 export "${model[@]}" --fold --onnx folded.onnx
prints "network    tiny, folded form"
prints "9 Conv 1 Div 1 Flatten 1 Gemm 1 GlobalAveragePool 9 Relu 1 Sub, of set 17"
same folded.onnx folded/folded.onnx
same trained.onnx folded/trained.onnx
run 0 export --model folded/folded.safetensors --onnx again.onnx
same folded.onnx again.onnx

title "images of another size, blocks of another family"
run 0 export "${model[@]}" --onnx large.onnx --height 64 --width 48
prints "images     [N 3 64 48], pixels from 0 to 255"
sed 's/"image":"\[32,32\]"/"image":"[24,40]"/' run/model.safetensors >wide.safetensors  # trained on such images
run 0 export --model wide.safetensors --onnx wide.onnx
prints "images     [N 3 24 40], pixels from 0 to 255"
run 0 export --model wide.safetensors --onnx wide.onnx --width 32
prints "images     [N 3 24 32], pixels from 0 to 255"
run 0 train_cifar10 --dataset shapes10 --net tiny --reparam dbb --limit-train 16 --limit-test 8 --batch-size 8 \
  --epochs 1 --out dbb
run 0 export --model dbb/model.safetensors --onnx dbb.onnx
prints "network    tiny of dbb blocks, training form"
prints "27 Add 54 BatchNormalization 54 Conv"
prints "18 Pad"

title "bad input: what is wrong and what to do, nothing written"
refuse() { # CODE EXPECTED_TEXT OPTIONS...
  local code=$1 text=$2
  shift 2
  run "$code" export --onnx refused.onnx "$@"
  says "export: error: "
  says "$text"
  silent out
  absent refused.onnx
}
refuse 2 "--model is required"
run 2 export "${model[@]}"
says "--onnx is required"
refuse 2 "--height: got 0, needs a whole number from 1 to 4096" "${model[@]}" --height 0
refuse 2 "run/model.safetensors is a file that is read here" "${model[@]}" --onnx run/../run/model.safetensors
refuse 1 "missing.safetensors" --model missing.safetensors
refuse 1 "missing      stages.1.1.bn0.bias [32]" "${model[@]}" --net S
refuse 1 "is folded already; leave out --fold" --model folded/folded.safetensors --fold
refuse 1 "nowhere/refused.onnx: opening its folder" "${model[@]}" --onnx nowhere/refused.onnx
refuse 1 "cannot write run" "${model[@]}" --onnx run
head -c 100000 run/model.safetensors >cut.safetensors
refuse 1 "cut.safetensors" --model cut.safetensors
"$programs/evaluate" --model run/model.safetensors --limit-test 8 >accuracy || complain "the network should still load"

title "a full disk: exit 1, the old file as it was, no temporary"
mkdir full && echo "an old file" >full/old.onnx
(
  failures=0
  trap '' XFSZ
  ulimit -f 200
  run 1 export "${model[@]}" --onnx full/old.onnx
  says "full/old.onnx"
  exit $failures
) || failures=$((failures + $?))
holds full "old.onnx"
[ "$(cat full/old.onnx)" = "an old file" ] || complain "full/old.onnx should be the old file"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
