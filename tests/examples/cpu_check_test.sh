#!/usr/bin/env bash
# On a CPU without the instructions that it is compiled for a program says so in one line and exits with 1; one that is
# compiled for any CPU runs there. The older CPU is QEMU's.
#
#   cpu_check_test.sh PROGRAMS WORK
set -euo pipefail
programs=$1 work=$2
cache=$programs/../CMakeCache.txt
skip() { echo "cpu_check_test: skipped: $1"; exit 77; }
[ "$(uname -m)" = x86_64 ] || skip "not an x86-64 machine"
command -v qemu-x86_64 >/dev/null || skip "there is no qemu-x86_64 (Debian's package qemu-user)"

# The oldest CPU of x86-64.
status=0
qemu-x86_64 -cpu qemu64 "$programs/evaluate" --help >"$work/out.txt" 2>"$work/err.txt" || status=$?
fail() { echo "cpu_check_test: $1; exit code $status, stderr:" >&2; cat "$work/err.txt" >&2; exit 1; }
if grep -qE '^ONEFOLD_(NATIVE|PORTABLE):BOOL=ON$' "$cache"; then
  [ $status = 1 ] || fail "a program for newer CPUs has to exit with 1 on an older one"
  [ "$(wc -l <"$work/err.txt")" = 1 ] && [ ! -s "$work/out.txt" ] || fail "one line on stderr is needed"
  grep -qE '^onefold: error: .* for a CPU with .*sse4\.2.*, which this one lacks\. .*--preset portable for' \
    "$work/err.txt" || fail "the line has to name what is missing and what to do"
elif ! grep -qE '^CMAKE_CXX_FLAGS:STRING=.*-m' "$cache"; then
  [ $status = 0 ] && grep -q -- '--model' "$work/out.txt" || fail "a program for any CPU has to run on the oldest one"
fi
