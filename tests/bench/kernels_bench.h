#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/random.h"

namespace onefold::bench {

/// Square maps of a batch: "64@32x32" is 64 channels on 32 x 32 pixels.
struct Map {
  int64_t channels, side;
};
inline constexpr int64_t kBatch = 128;

std::string text(const Map& map);

/// Images, or gradients of images, on such maps.
Tensor images(const Map& map, uint64_t stream);

/// What one call of a kernel does.
struct Work {
  double multiply_adds = 0;  // of the plain algorithm, whatever is really computed
  double bytes = 0;          // that must be read or written once, were the caches empty before each pass
};

/// Registers a timing by this name. `prepare` makes the operands and returns the function that is timed, so that only
/// timings that are asked for take memory.
///
/// Counters: `median_ms` of one call, and from it `GFLOP/s` (effective: two for each multiply-add of the plain
/// algorithm), `of_peak`, its fraction of the peak measured at start on as many threads, and `GB/s` for kernels that
/// move memory.
void add_timing(const std::string& name, const Work& work, std::function<std::function<void()>()> prepare);

/// Every direction of every kind of convolution, and matrix products.
void add_arithmetic();

/// What only walks over memory: norms, statistics, sums, activations, pooling, loss, optimizer.
void add_passes();

}  // namespace onefold::bench
