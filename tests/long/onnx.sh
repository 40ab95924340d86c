#!/usr/bin/env bash
# Exports a network of every family of blocks that a RepVGG can have, trained and folded, and runs the files in ONNX
# Runtime and OpenVINO (tests/examples/onnx_test.py), which it installs from PyPI into build/onnx/. Three minutes on two
# cores.
#
#   tests/long/onnx.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
install_packages cmake g++ ninja-build libstb-dev libcli11-dev nlohmann-json3-dev python3-venv
folder=build/onnx
mkdir -p $folder
if ! { python3 -m venv $folder/python &&
  $folder/python/bin/pip install --quiet numpy onnx onnxruntime openvino; } >$folder/install.log 2>&1; then
  echo "onnx: the packages cannot be installed; see $folder/install.log"
  exit 77
fi
programs=(train_cifar10 reparameterize evaluate export)
build $folder/programs "$(IFS=';'; echo "${programs[*]}")" -DONEFOLD_TESTS=OFF

networks=(mini/repvgg short/repvgg tiny+whitening+g2/repvgg)
for family in none repvgg acb dbb mobileone qarepvgg orepa doconv expandnet diracnet repoptimizer; do
  networks+=("tiny/$family")
done
$folder/python/bin/python3 tests/examples/onnx_test.py $folder/programs/examples $folder/runs "${networks[@]}" |
  tee $folder/results
largest=$(grep -oE 'difference [0-9.e-]+' $folder/results | sort -g -k 2 | tail -n 1)
echo "onnx: $(wc -l <$folder/results) files of ${#networks[@]} networks, in ONNX Runtime and in OpenVINO all predictions" \
  "equal, largest $largest of the largest logit"
