#!/usr/bin/env bash
# Holds quickstart.sh to its options, and install_packages.sh to what it does on machines that lack something: with
# stand-ins for apt-get, sudo, id, cmake and the compiler, in a PATH that has nothing else of the kind.
#
#   quickstart_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$2
rm -rf "$work" && mkdir -p "$work/bin" && cd "$work" || exit 1
failures=0

complain() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}
# expect CODE COMMAND...: its output is then in the files out and err, what the stand-ins were called with in calls.
expect() {
  local expected=$1 code=0
  shift
  : >calls
  "$@" >out 2>err </dev/null || code=$?
  [ $code = "$expected" ] || { complain "exit code $code, not $expected: $*"; cat err >&2; }
}
prints() { grep -qF -- "$1" out || { complain "stdout lacks \"$1\""; cat out >&2; }; }
says() { grep -qF -- "$1" err || { complain "stderr lacks \"$1\""; cat err >&2; }; }
called() { [ "$(cat calls)" = "$1" ] || complain "called: $(cat calls); not: $1"; }
title() { echo "-- $*"; }

for tool in bash env grep head mktemp nproc rm sed sort tail cat; do ln -s "$(command -v $tool)" "bin/$tool"; done
# stand_in NAME BODY: a program that notes its arguments, then does BODY.
stand_in() {
  printf '#!%s\necho "%s $*" >>"%s/calls"\n%s\n' "$(command -v bash)" "$1" "$work" "$2" >"bin/$1"
  chmod +x "bin/$1"
}
# in_shell COMMANDS: runs them with install_packages.sh at hand, in that PATH.
in_shell() {
  env -i PATH="$work/bin" TMPDIR="$work" \
    bash -c "set -euo pipefail; source '$source_folder/examples/install_packages.sh'; $1"
}

title "options of quickstart.sh"
expect 0 "$source_folder/examples/quickstart.sh" --help
prints "--data-dir DIR"
expect 2 "$source_folder/examples/quickstart.sh" --nonsense
says "unknown option --nonsense"
expect 2 "$source_folder/examples/quickstart.sh" --out
says "--out needs a value"
expect 2 "$source_folder/examples/quickstart.sh" --data-dir ""
says "--data-dir needs a value"

title "where all is there, apt-get is not touched"
stand_in id 'echo 0'
stand_in apt-get ''
expect 0 in_shell 'install_packages sed grep'
called ""

title "root installs what is missing, and only that"
expect 0 in_shell 'install_packages sed no-such-tool g++'
says "Installing no-such-tool g++"
called "id -u
apt-get -q update
apt-get -q install -y --no-install-recommends no-such-tool g++"

title "without root there is sudo, or else the command to run"
stand_in id 'echo 1000'
expect 1 in_shell 'install_packages no-such-tool'
says "apt-get update && apt-get install -y --no-install-recommends no-such-tool"
called "id -u"
stand_in sudo 'exec "$@"'
expect 0 in_shell 'install_packages no-such-tool'
grep -q '^sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install' calls || complain "sudo should install"

title "an installation that fails is shown and stops"
stand_in apt-get 'echo "E: no network"; exit 100'
expect 1 in_shell 'install_packages no-such-tool; echo went on'
says "E: no network"
says "could not install no-such-tool"
! grep -q "went on" out || complain "nothing should follow a failed installation"
[ -z "$(find . -name 'tmp.*')" ] || complain "no log should stay behind"

title "another system is told what to install"
rm bin/apt-get
expect 1 in_shell 'install_packages no-such-tool'
says "Missing: no-such-tool"

title "old tools are refused with a remedy"
stand_in c++ 'cat >/dev/null' # all of it: whoever writes to one that is gone fails
stand_in cmake 'echo "cmake version 3.25.1"'
expect 0 in_shell check_tools
for version in 3.22.1 3.9.0 2.8; do
  stand_in cmake "echo 'cmake version $version'"
  expect 1 in_shell check_tools
  says "cmake $version is too old: 3.25 or newer is needed"
done
stand_in cmake 'echo "cmake version 4.0.2"'
expect 0 in_shell check_tools
stand_in c++ 'if [ "$1" = --version ]; then echo "c++ (Debian) 10.2.1"; else exit 1; fi'
expect 1 in_shell check_tools
says "c++ (Debian) 10.2.1 is too old: GCC 12 or Clang 14"
rm bin/c++
expect 1 in_shell check_tools
says "There is no C++ compiler"

title "from the build to the report and the lessons; who trained on Shapes10 is offered CIFAR-10"
mkdir -p clone/build/examples
cp -R "$source_folder/examples" clone/
ln -s "$(command -v dirname)" bin/dirname
stand_in c++ 'cat >/dev/null'
stand_in ninja ''
stand_in ../clone/build/examples/reparameterize ''
stand_in ../clone/build/examples/predict ''
# reports IMAGES EPOCHS LINE: trained on those images, for so many epochs, the line is the last before the lessons'.
reports() {
  stand_in ../clone/build/examples/train_cifar10 "echo 'images    $1: 8 to train on'"
  expect 0 env -i PATH="$work/bin" TMPDIR="$work" bash clone/examples/quickstart.sh --out run
  says "images    $1"
  prints "Open the report: file://$work/run/report.html"
  grep -qE -- "--out $work/run --overwrite --epochs $2\$" calls || complain "not $2 epochs: $(cat calls)"
  grep -qE -- "--parallel [0-9]+ --target lessons\$" calls || complain "the lessons are not built: $(cat calls)"
  tail -n 1 out | grep -qF -- "build/examples/00_a_network" || complain "the last line is $(tail -n 1 out)"
  tail -n 2 out | head -n 1 | grep -qF -- "$3" || complain "the line before the last lacks \"$3\": $(tail -n 2 out)"
}
reports "Shapes10 v2" 20 "CIFAR-10 (162 MiB): datasets/download_cifar10.sh"
reports "CIFAR-10" 5 "Open the report"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"
