#!/usr/bin/env bash
# Debian 13 (GCC 14, Clang 19, CMake 3.31, Catch2 3.7, stb_image 2.30) as a fresh machine: in a chroot, a clone of HEAD
# runs examples/quickstart.sh and tests/run.sh, and Clang 19 compiles everything with warnings as errors. Needs
# root, debootstrap and a mirror. About an hour on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh

skip() { echo "debian13: skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
command -v debootstrap >/dev/null || skip "debootstrap not found"

# This machine's mirror, if it runs Debian, too.
mirror=$(grep -hoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} \
  2>/dev/null | head -n 1 | tr -d ' ') || true
mirror=${mirror:-http://deb.debian.org/debian}

root=$PWD/build/long/debian13
mkdir -p "$root"
if [ ! -e "$root/ready" ]; then
  curl -fsSI -m 20 "$mirror/dists/trixie/Release" >/dev/null 2>&1 || skip "the Debian mirror cannot be reached"
  echo "== debootstrap of Debian 13" >&2
  logged build/long/debootstrap.log debootstrap --variant=minbase trixie "$root" "$mirror"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  touch "$root/ready"
fi
rm -rf "$root/onefold"
git clone -q --no-hardlinks . "$root/onefold"
trap 'umount -l "$root/proc" "$root/dev" 2>/dev/null || true' EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

inside() { chroot "$root" env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  bash -c "cd /onefold && $1" >&2; }

inside "apt-get -q update && apt-get -q install -y --no-install-recommends git ca-certificates clang-19 libomp-19-dev"
git_trust='git config --global --add safe.directory /onefold'
inside "$git_trust && examples/quickstart.sh"
inside "cmake --preset release -B build/clang -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DONEFOLD_WERROR=ON \
  -DONEFOLD_DOUBLE_TESTS=OFF && cmake --build build/clang"
inside "tests/run.sh"
passed=$(grep -E '^[0-9]+% tests passed' "$root/onefold/build/checked/ctest.log")
echo "debian13: quickstart.sh ran; Clang 19 has no warning; with GCC 14 $passed"
