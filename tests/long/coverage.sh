#!/usr/bin/env bash
# Measures which lines of core/, autograd/ and layers/ are covered by the unit tests and the tests of the examples: at
# least 95 %. Lists uncovered lines on stderr. About seven minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
source tests/support.sh
install_packages cmake g++ ninja-build libcli11-dev nlohmann-json3-dev catch2 libstb-dev gcovr
folder=build/coverage
for program in onefold_tests onefold_example_tests; do
  build $folder $program -DONEFOLD_NATIVE=OFF -DONEFOLD_PORTABLE=OFF -DONEFOLD_DOUBLE_TESTS=OFF \
    "-DCMAKE_CXX_FLAGS_RELEASE=-O1 --coverage -fprofile-update=atomic"
done
find $folder -name '*.gcda' -delete
for program in onefold_tests onefold_example_tests; do
  logged $folder/$program.log $folder/tests/$program "~[.long]"
done
gcovr --root . --filter core/ --filter autograd/ --filter layers/ $folder >$folder/lines.txt
grep -E '%.+[0-9]' $folder/lines.txt >&2 || true  # files with uncovered lines
read -r lines reached <<<"$(awk '$1 == "TOTAL" { print $2, $3 }' $folder/lines.txt)"
echo "coverage: $reached of $lines lines of core, autograd and layers, $((100 * reached / lines)) of 100"
[ $((100 * reached)) -ge $((95 * lines)) ]
