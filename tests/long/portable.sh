#!/usr/bin/env bash
# The preset portable: lessons 1 to 6 and 8 print what they should on an older and on the oldest CPU that it is for, both
# QEMU's, and say which kernels they chose. Ten minutes or so on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
if [ "$(uname -m)" != x86_64 ]; then echo "portable: needs an x86-64 machine"; exit 77; fi
install_packages cmake g++ ninja-build libcli11-dev nlohmann-json3-dev libstb-dev qemu-user
folder=build/portable
choose_generator $folder
logged $folder/configure.log cmake --preset portable -B $folder "${generator[@]}" -DONEFOLD_WERROR=ON
lessons=()
for source in examples/0[1234568]_*.cpp; do lessons+=("$(basename "$source" .cpp)"); done
logged $folder/build.log cmake --build $folder --parallel "$(nproc)" --target "${lessons[@]}"

passed=0
for cpu in Haswell:x86-64-v3 Nehalem:x86-64-v2; do
  for lesson in "${lessons[@]}"; do
    printf '#!/bin/sh\nexec qemu-x86_64 -cpu %s %s "$@"\n' "${cpu%:*}" "$folder/examples/$lesson" >$folder/emulated.sh
    chmod +x $folder/emulated.sh
    version=$($folder/emulated.sh --version)
    [[ $version == *"kernels ${cpu#*:}, "* ]] || { echo "portable: ${cpu%:*}: $version" >&2; exit 1; }
    tests/examples/lesson_output.sh $folder/emulated.sh tests/examples/expected/$lesson.txt examples/$lesson.cpp ||
      { echo "portable: $lesson on ${cpu%:*}" >&2; exit 1; }
    passed=$((passed + 1))
  done
done
echo "portable: $passed of $passed lessons print the same on a Haswell, with x86-64-v3, and on a Nehalem, with x86-64-v2"
