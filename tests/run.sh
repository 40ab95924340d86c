#!/usr/bin/env bash
# Runs the tests of Onefold: installs missing packages that the build needs, builds everything with warnings as errors,
# and runs all tests except the long ones.
#
#   tests/run.sh               about 8 minutes on two cores of an EPYC
#   tests/run.sh --long        also the long tests: complete trainings, hundreds of runs of a program
#   tests/run.sh --sanitize    then again with AddressSanitizer and UndefinedBehaviorSanitizer
#   tests/run.sh --help
#
# The builds are in build/checked and build/asan, each with its logs. tests/long.sh runs what takes even longer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support.sh

long_tests=0 sanitize=0
for option in "$@"; do
  case $option in
    --long) long_tests=1 ;;
    --sanitize) sanitize=1 ;;
    -h | --help) print_help; exit ;;
    *) echo "run.sh: unknown option $option; see tests/run.sh --help" >&2; exit 2 ;;
  esac
done

source examples/install_packages.sh
install_packages cmake g++ ninja-build libstb-dev libcli11-dev nlohmann-json3-dev catch2 curl strace qemu-user
check_tools

build_and_test release build/checked
summary=$closing_line
if [ $sanitize = 1 ]; then
  build_and_test asan build/asan
fi
echo "$summary"
