#!/usr/bin/env bash
# Opens state files of PyTorch modules and has PyTorch open ours: see tests/torch/compare_names.py. Skipped if PYTHON,
# by default python3, lacks torch, numpy or safetensors.
#
#   torch_names_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rm -rf "$2"
command -v "${PYTHON:-python3}" >/dev/null || { echo "skipped: there is no ${PYTHON:-python3}"; exit 77; }
exec "${PYTHON:-python3}" "$tests/torch/compare_names.py" "$1" "$2"
