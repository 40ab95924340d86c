#!/usr/bin/env bash
# Builds the page "Fold to play with", build/play/index.html: a single file with the library as WebAssembly and a
# trained network, which needs no server and no network access. docs/fold-to-play-with.md is about it. Some minutes,
# most of them to compile with Debian's package emscripten.
#
#   docs/play.sh                trains a network for it: tiny, on Shapes10, for ten epochs
#   docs/play.sh RUN_FOLDER     with the network of a run of train_cifar10, such as runs/shapes
#   docs/play.sh --help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source examples/install_packages.sh
source tests/support.sh

case "${1:-}" in
  -h | --help) print_help; exit ;;
  -*) echo "play.sh: unknown option $1; see docs/play.sh --help" >&2; exit 2 ;;
esac
run=${1:-build/play/run}
install_packages cmake g++ ninja-build libcli11-dev nlohmann-json3-dev libstb-dev emscripten
mkdir -p build/play

if [ $# = 0 ] && [ ! -f $run/model.safetensors ]; then
  build build/checked train_cifar10
  logged build/play/train.log build/checked/examples/train_cifar10 --dataset shapes10 --net tiny --epochs 10 \
    --out $run --overwrite
fi
if [ ! -f "$run/model.safetensors" ]; then
  echo "play.sh: $run has no model.safetensors; give a run folder of train_cifar10, or none" >&2
  exit 1
fi

export NODE_PATH=/usr/share/nodejs  # Emscripten's packages, for a Node that is not Debian's
choose_generator build/play/wasm
logged build/play/configure.log emcmake cmake -S examples/play -B build/play/wasm "${generator[@]}"
logged build/play/build.log cmake --build build/play/wasm --parallel "$(nproc)" --target play
node examples/play/assemble.mjs build/play/wasm "$run" >build/play/index.html.new
mv build/play/index.html.new build/play/index.html
echo "build/play/index.html: $(stat -c %s build/play/index.html) bytes, with the network of $run"
