// Times one parallel loop of a few microseconds of work, as tests/bench/wait_policies.sh asks for it: beginning it,
// joining the threads, and nothing else of note. Prints the mean, which contains the
// rare loop that waits for a thread without a core, and the slowest of 999 in 1,000, in microseconds.
//
// Run     build/tests/bench/parallel_loop
// Time    about two seconds
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <vector>

#include "core/parallel.h"

int main() {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t kNumbers = 1 << 12;
  std::vector<double> numbers(kNumbers, 1.0), microseconds;
  const auto end = Clock::now() + std::chrono::seconds(2);
  while (Clock::now() < end) {
    const auto start = Clock::now();
    onefold::parallel_for(kNumbers, kNumbers / 8, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) numbers[static_cast<size_t>(i)] *= 1.0000001;
    });
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  const double mean = std::accumulate(microseconds.begin(), microseconds.end(), 0.0) / double(microseconds.size());
  std::printf("%.1f %.1f\n", mean, microseconds[microseconds.size() * 999 / 1000]);
}
