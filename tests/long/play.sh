#!/usr/bin/env bash
# The page "Fold to play with": builds it with Emscripten, compares its answers with native ones, and uses it in
# headless Chromium. Prints a line per check; screenshots are in build/play/browser/. A quarter of an hour the first
# time.
#
#   tests/long/play.sh [RUN_FOLDER]     of the network, as docs/play.sh takes it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
if ! install_packages emscripten chromium; then
  echo "play: skipped: needs Debian's packages emscripten and chromium"
  exit 77
fi
docs/play.sh "$@"

# The same questions, answered natively.
native=build/checked folder=build/play
build $native onefold_play
build $native onefold_labs
g++ -std=c++20 -O1 -I. -I$native/include tests/long/play/answers.cpp -fopenmp -pthread -o $folder/answers \
  -Wl,--start-group $native/examples/*.a $native/*.a -Wl,--end-group

failed=0
node tests/long/play/compare.mjs $folder/wasm $folder/index.html $folder/answers $folder/model.safetensors |
  tee $folder/checks.log || failed=1
node tests/long/play/browser.mjs "$(command -v chromium)" $folder/index.html $folder/browser |
  tee -a $folder/checks.log || failed=1
echo "play: $(grep -c '^ok: ' $folder/checks.log) checks passed, $(grep -c '^FAILED: ' $folder/checks.log) failed;" \
  "$(stat -c %s $folder/index.html) bytes; $(grep -oE 'an image takes .*' $folder/checks.log | head -n 1)"
exit $failed
