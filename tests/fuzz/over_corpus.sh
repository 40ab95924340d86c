#!/usr/bin/env bash
# over_corpus.sh MAKE_CORPUS NAME TARGET FOLDER: makes a corpus anew and runs a target without fuzzer
# over it.
set -euo pipefail
rm -rf "${4:?}/$2"
"$1" "$2" "$4/$2"
"$3" "$4/$2"
