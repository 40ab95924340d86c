#!/usr/bin/env bash
# The page "Fold to play with": builds it with Emscripten, compares its answers with native ones, and uses it in headless
# Chromium. A quarter of an hour the first time.
#
#   tests/long/play.sh [RUN_FOLDER]     of the network, as docs/play.sh takes it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
if ! install_packages emscripten chromium; then echo "play: skipped: needs the packages emscripten and chromium"; exit 77; fi
docs/play.sh "$@"
folder=build/play
build build/checked onefold_play
build build/checked onefold_labs
libraries=()
for name in play labs report folding inference pictures training cli; do
  libraries+=("build/checked/examples/libonefold_$name.a")
done
