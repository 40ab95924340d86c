#!/usr/bin/env bash
# Holds list to what it promises: the table of docs/the-networks.md, some of it, and its figures as JSON.
#
#   list_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/checks.sh" "$@"

title "all networks, as the page shows them"
run 0 list
same out "$here/expected/list.txt"
silent err

title "those whose names contain a word, and as JSON"
run 0 list resnet2
[ "$(wc -l <out)" = 3 ] || complain "lines: $(cat out)"
prints "resnet20       270 k        40.55 M"
run 0 list resnet2 --json
prints '[{"name":"resnet20","parameters":269722,"multiply_adds":40551040,'
run 2 list resnt
says "no network's name contains \"resnt\""
silent out

exit $((failures > 0))
