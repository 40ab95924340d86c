#include "examples/cli/peak.h"

#include <algorithm>
#include <chrono>

#include "core/parallel.h"
#include "core/simd.h"
#include "core/tensor.h"

namespace onefold {

namespace {

/// Enough chains to hide the latency of a multiply-add, few enough that all stay in registers.
constexpr int kChains = kVecRegisters * 3 / 4;
constexpr int64_t kSteps = 2000000;

/// Runs all chains for kSteps steps on the calling thread. Using the result stops the compiler from removing them.
Real multiply_add_chains() {
  // [peak]
  Vec sums[kChains];
  for (int i = 0; i < kChains; ++i) sums[i] = broadcast(static_cast<Real>(i));
  const Vec factor = broadcast(Real(0.5)), summand = broadcast(Real(1));
  for (int64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 32
    for (int i = 0; i < kChains; ++i) sums[i] = sums[i] * factor + summand;
  }
  // [/peak]
  Vec total{};
  for (int i = 0; i < kChains; ++i) total += sums[i];
  return sum_of_lanes(total);
}

}  // namespace

double measured_peak_gflops() {
  using Clock = std::chrono::steady_clock;
  const int count = threads();
  const double operations = 2.0 * count * kChains * static_cast<double>(kLanes * kSteps);
  double best = 0;
  for (int run = 0; run < 32; ++run) {
    Tensor results({count});
    const auto start = Clock::now();
    parallel_for(count, 1, [&](int64_t thread, int64_t) { results[thread] = multiply_add_chains(); });
    best = std::max(best, operations / std::chrono::duration<double>(Clock::now() - start).count() / 1e9);
  }
  return best;
}

}  // namespace onefold
