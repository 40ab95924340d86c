#!/usr/bin/env bash
# A build with MPI, whichever CMake finds, and the test of several ranks. Some minutes for the build, one for the test.
# What counts when a rank is killed is the exit code of the others; that of mpirun depends on the launcher. MPI_COMPILER
# and MPIRUN in the environment choose an MPI if there are two:
#
#   MPI_COMPILER=mpicxx.openmpi MPIRUN=/usr/bin/mpirun.openmpi tests/long.sh mpi
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh

command -v mpirun >/dev/null || { echo "mpi: skipped: mpirun not found; Debian: apt-get install libmpich-dev mpich"; exit 77; }
chosen=() folder=build/mpi
if [ -n "${MPI_COMPILER:-}" ]; then
  chosen=(-DMPI_CXX_COMPILER="$MPI_COMPILER" -DMPIEXEC_EXECUTABLE="$MPIRUN") folder=build/mpi-$MPI_COMPILER
fi
build "$folder" train_cifar10 -DONEFOLD_MPI=ON -DONEFOLD_TESTS=OFF "${chosen[@]}"
mkdir -p build/long/mpi_test
MPIRUN=$(sed -n 's/^MPIEXEC_EXECUTABLE:FILEPATH=//p' "$folder/CMakeCache.txt") \
  bash tests/examples/mpi_test.sh "$PWD/$folder/examples" "$PWD/build/long/mpi_test"
