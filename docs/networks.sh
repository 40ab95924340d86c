#!/usr/bin/env bash
# Writes what docs/the-networks.md shows of list and describe: the expected texts, the pictures, and the page.
#
#   docs/networks.sh [--help]
#
# BUILD is the folder of the build, build by default.
set -euo pipefail
[[ $# == 0 ]] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; [[ $1 == --help ]] && exit; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=${BUILD:-build}/examples expected=tests/examples/expected

"$programs/list" >$expected/list.txt
"$programs/describe" vgg_small --timing-seconds 0 >$expected/describe.txt
draw() { "$programs/describe" "$1" --timing-seconds 0 --svg "docs/pictures/network-$2.svg" "${@:3}" >/dev/null; }
draw resnet20 resnet20
draw mini repvgg
draw mini repvgg-folded --form folded
docs/quote.sh
