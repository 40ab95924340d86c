#!/usr/bin/env bash
# Opens RepVGGs of PyTorch and has PyTorch open ours: tests/torch/compare_names.py, with a PyTorch in build/torch. Two
# minutes, most of them to install it.
#
#   tests/long/torch_names.sh     PYTHON=... is a Python that has torch, numpy and safetensors: nothing is installed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
build build/checked evaluate
build build/checked reparameterize
python=${PYTHON:-build/torch/bin/python}
if [ -z "${PYTHON:-}" ] && ! "$python" -c 'import torch, numpy, safetensors' 2>/dev/null; then
  { python3 -m venv build/torch && build/torch/bin/pip install torch==2.13.0 numpy safetensors; } >&2 ||
    { echo "torch_names: PyTorch cannot be installed; set PYTHON to a Python that has it"; exit 77; }
fi
rm -rf build/checked/torch_names
"$python" tests/torch/compare_names.py build/checked/examples build/checked/torch_names >build/checked/torch_names.log ||
  { code=$?; cat build/checked/torch_names.log >&2; exit $code; }
echo "torch_names: $(tail -n 1 build/checked/torch_names.log)"
