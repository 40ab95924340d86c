// Times one parallel loop of a few microseconds of work, as tests/bench/wait_policies.sh asks for it: beginning it,
// joining the threads, and nothing else of note. Prints the median and the 99th percentile in microseconds.
//
// Run     build/tests/bench/parallel_loop
// Time    about two seconds
#include <algorithm>
#include <chrono>
#include <cstdio>
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
  std::printf("%.1f %.1f\n", microseconds[microseconds.size() / 2], microseconds[microseconds.size() * 99 / 100]);
}
