#!/usr/bin/env bash
# over_corpus.sh MAKE_CORPUS NAME TARGET FOLDER: writes a fresh corpus and runs a target over it, without a fuzzer.
set -euo pipefail
rm -rf "${4:?}/$2"
"$1" "$2" "$4/$2"
"$3" "$4/$2"
