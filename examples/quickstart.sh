#!/usr/bin/env bash
# From a fresh clone to a trained and folded network with a report, in at most five minutes on two cores; then builds
# the lessons.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: examples/quickstart.sh [--data-dir DIR] [--out DIR] [--epochs N] [--threads N]

Installs missing packages that the build needs (Debian, Ubuntu), builds, trains a small RepVGG on this machine's CPU,
folds it into plain 3x3 convolutions, proves that nothing changed, predicts three test images, and writes a report.
Then builds the lessons of docs/README.md, which takes about half a minute more.

Trains on CIFAR-10 if it is found, as binary files or as class folders with images; otherwise on Shapes10, whose images
are drawn by the program, so that nothing is downloaded.

  --data-dir DIR  where to look for CIFAR-10 (default: ONEFOLD_DATA_DIR, else ~/.cache/onefold)
  --out DIR       the run's folder; an old run in it is replaced (default: runs/quickstart)
  --epochs N      number of passes over the training images (default: 5 for CIFAR-10, 20 for Shapes10, two minutes)
  --threads N     number of threads (default: OMP_NUM_THREADS, else all cores or the CPU quota)
  --help          show this text
TEXT
}

usage_error() {
  echo "quickstart.sh: error: $1; see --help" >&2
  exit 2
}

# Relative paths are relative to the folder that the script was called in.
absolute() {
  case $1 in
    /*) echo "$1" ;;
    *) echo "$PWD/$1" ;;
  esac
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/runs/quickstart
epochs=
data_options=()
thread_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit ;;
    --data-dir | --out | --epochs | --threads) [ -n "${2-}" ] || usage_error "$1 needs a value" ;;&
    --data-dir) data_options=(--data-dir "$(absolute "$2")") ;;
    --out) out=$(absolute "$2") ;;
    --epochs) epochs=$2 ;;
    --threads) thread_options=(--threads "$2") ;;
    *) usage_error "unknown option $1" ;;
  esac
  shift 2
done
SECONDS=0
cd "$root"

step() {
  echo "== $1" >&2
}

# Runs a command silently; shows its output if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    echo "quickstart.sh: error: this command failed: $*" >&2
    exit 1
  fi
  rm -f "$log"
}

# OpenMP's threads wait for the next loop by spinning, and sleep after a while. Spinning briefly (0.1 ms with GCC's
# OpenMP, 1 ms with LLVM's) costs nothing on an idle machine, and frees the cores on a shared one.
if [ -z "${OMP_WAIT_POLICY:-}${GOMP_SPINCOUNT:-}${KMP_BLOCKTIME:-}" ]; then
  export GOMP_SPINCOUNT=3000 KMP_BLOCKTIME=1
fi

step "Packages"
# shellcheck source=examples/install_packages.sh
source examples/install_packages.sh
install_packages g++ cmake ninja-build libstb-dev libcli11-dev nlohmann-json3-dev
check_tools

step "Build"
configure=(cmake --preset release)
if [ ! -e build/CMakeCache.txt ]; then
  configure+=(-DONEFOLD_TESTS=OFF)  # tests/run.sh builds them
  if command -v ninja >/dev/null; then configure+=(-G Ninja); fi
fi
quietly "${configure[@]}"
build() {  # build TARGET...
  local command=(cmake --build build --parallel "$(nproc)" --target "$@")
  if [ -t 2 ]; then "${command[@]}" >&2; else quietly "${command[@]}"; fi
}
build train_cifar10 reparameterize predict

step "Training"
train=(build/examples/train_cifar10 --net tiny --out "$out" --overwrite
  ${data_options[@]+"${data_options[@]}"} ${thread_options[@]+"${thread_options[@]}"})
plan=$("${train[@]}" --dry-run)
# Shapes10 has a fifth of CIFAR-10's images.
if [ -z "$epochs" ]; then
  case $plan in *Shapes10*) epochs=20 ;; *) epochs=5 ;; esac
fi
grep '^images' <<<"$plan" >&2
if [ -e "$out/run.json" ]; then echo "This replaces the run in $out" >&2; fi
"${train[@]}" --epochs "$epochs"

step "Folding"
build/examples/reparameterize --model "$out/model.safetensors" \
  ${data_options[@]+"${data_options[@]}"} ${thread_options[@]+"${thread_options[@]}"}

step "Predicting"
predict=(build/examples/predict --model "$out/model.safetensors")
"${predict[@]}" ${thread_options[@]+"${thread_options[@]}"} "$out"/sample-[123].png

echo
echo "Predict a photo of your own: ${predict[*]} photo.jpg"
echo "Done in $SECONDS s. Open the report: file://$out/report.html"
case $plan in
  *Shapes10*) echo "For photographs instead of drawings, fetch CIFAR-10 (162 MiB): datasets/download_cifar10.sh" ;;
esac

step "Lessons"
build lessons
echo "Learn how it works, from one neuron on: build/examples/00_a_network_from_nothing and docs/README.md"
