#pragma once

#include <algorithm>
#include <chrono>

namespace onefold {

/// Seconds of the fastest of `repeats` runs: whatever else the machine does can only slow a run down.
template <class Function>
double best_seconds(int repeats, const Function& function) {
  double best = 1e9;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    function();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace onefold
