#!/usr/bin/env bash
# Two builds on the same work, on this machine, in turns: the medians of mini at batch 128, and the second's speed
# relative to the first's.
#
#   tests/bench/compare_builds.sh [BUILD BUILD]     five rounds (build/checked build/portable; about five minutes)
#   tests/bench/compare_builds.sh --help
#
# Run it with nothing else on the machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
case "${1:-}" in
  -h | --help) print_help; exit ;;
  -*) echo "compare_builds.sh: unknown option $1; see --help" >&2; exit 2 ;;
esac
builds=("${1:-build/checked}" "${2:-build/portable}")
for build in "${builds[@]}"; do
  [ -x "$build/examples/benchmark" ] ||
    { echo "compare_builds.sh: there is no $build/examples/benchmark; build it first" >&2; exit 2; }
  "$build/examples/benchmark" --version
done

for round in 1 2 3 4 5; do
  echo "round $round of 5" >&2
  for side in 0 1; do
    "${builds[side]}/examples/benchmark" --net mini --batch 128 --mode train,fold | sed "s/^/$side /"
  done
done | awk '
  { mode = $0; sub(/.*"mode":"/, "", mode); sub(/".*/, "", mode)
    speed = $0; sub(/.*"images_per_s":/, "", speed); sub(/[,}].*/, "", speed)
    if (!seen[mode]++) modes[++count] = mode
    speeds[mode, $1] = speeds[mode, $1] " " speed }
  function median(list,  values, n, i, j, swap) {
    n = split(list, values, " ")
    for (i = 2; i <= n; ++i) for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; --j) {
      swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap
    }
    return values[int((n + 1) / 2)]
  }
  END { for (i = 1; i <= count; ++i) {
    first = median(speeds[modes[i], 0]); second = median(speeds[modes[i], 1])
    printf "%-6s %7.0f and %7.0f images/s: %.3f\n", modes[i], first, second, second / first
  } }'
