#!/usr/bin/env bash
# Runs all tests of Onefold: installs what a build needs where it is missing, builds with warnings as errors, runs every
# test, then builds and runs them once more with AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/run.sh            everything (about 20 minutes on two cores of a Zen 4 EPYC)
#   tests/run.sh --quick    without the sanitizers (about half of that)
#   tests/run.sh --help
#
# The builds stand in build/checked and build/asan, each with its logs. Long tests (the 60-second training) run in the
# first build alone: with sanitizers they would take minutes and see no code that the short ones do not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support.sh

quick=0
case "${1:-}" in
  '') ;;
  --quick) quick=1 ;;
  -h | --help) print_help; exit ;;
  *) echo "run.sh: unknown option $1; see tests/run.sh --help" >&2; exit 2 ;;
esac

source examples/install_packages.sh
install_packages cmake g++ ninja-build libstb-dev libcli11-dev nlohmann-json3-dev catch2 curl strace qemu-user
check_tools

build_and_test release build/checked
summary=$closing_line
if [ $quick = 0 ]; then
  build_and_test asan build/asan
fi
echo "$summary"
