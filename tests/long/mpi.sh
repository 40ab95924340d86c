#!/usr/bin/env bash
# A build with MPI, whichever CMake finds, and the test of several ranks. Some minutes for the build, one for the test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh

command -v mpirun >/dev/null || { echo "mpi: skipped: mpirun not found; Debian: apt-get install libmpich-dev mpich"; exit 77; }
build build/mpi train_cifar10 -DONEFOLD_MPI=ON -DONEFOLD_TESTS=OFF
mkdir -p build/long/mpi_test
MPIRUN=$(sed -n 's/^MPIEXEC_EXECUTABLE:FILEPATH=//p' build/mpi/CMakeCache.txt) \
  bash tests/examples/mpi_test.sh "$PWD/build/mpi/examples" "$PWD/build/long/mpi_test"
