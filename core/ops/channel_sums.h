#pragma once

#include <vector>

#include "core/ops/batch_norm.h"
#include "core/vector_loop.h"

namespace onefold {

// Channel statistics accumulated by the kernel that computes a feature map, while its elements are still in the cache:
// the same as channel_statistics(), without reading the feature map again. For the library's own .cpp files.

class ChannelSums {
 public:
  /// For a feature map that is computed in `blocks` blocks, each by one thread at a time.
  ChannelSums(int64_t channels, int64_t blocks)
      : channels_(channels), counts_(static_cast<size_t>(blocks)), origins_(static_cast<size_t>(blocks * channels)),
        sums_(static_cast<size_t>(2 * blocks * channels)) {}

  /// Adds pixels of `channels` elements each to a block's sums.
  void add(int64_t block, const Real* const* pixels, int64_t count) {
    if (count == 0) return;
    Real* const origins = origins_.data() + block * channels_;
    double *const sums = sums_.data() + 2 * block * channels_, *const squares = sums + channels_;
    int64_t& before = counts_[static_cast<size_t>(block)];
    // As in channel_statistics(), E[x^2] - E[x]^2 must not cancel: sum differences to the block's first pixel.
    if (before == 0) std::copy_n(pixels[0], channels_, origins);
    before += count;
    for_each_vector(0, channels_, [&](int64_t c, auto lanes) {
      const Vec origin = lanes.load(origins + c);
      Vec sum{}, square{};
      for (int64_t i = 0; i < count; ++i) {
        const Vec difference = lanes.load(pixels[i] + c) - origin;
        sum += difference;
        square += difference * difference;
      }
      lanes.add_to(sums + c, sum);
      lanes.add_to(squares + c, square);
    });
  }

  /// Adds rows of a matrix with `stride` elements per row.
  void add_rows(int64_t block, const Real* rows, int64_t count, int64_t stride) {
    const Real* pixels[kRunRows];
    for (int64_t row = 0; row < count; row += kRunRows) {
      const int64_t run = std::min(kRunRows, count - row);
      for (int64_t i = 0; i < run; ++i) pixels[i] = rows + (row + i) * stride;
      add(block, pixels, run);
    }
  }

  /// The statistics of all blocks, combined in order and in double. Chan, Golub, LeVeque: "Updating Formulae and a
  /// Pairwise Algorithm for Computing Sample Variances", 1979.
  ChannelStatistics statistics() const;

 private:
  int64_t channels_;
  std::vector<int64_t> counts_;
  std::vector<Real> origins_;  // the first pixel of each block
  std::vector<double> sums_;   // per block: the differences to the origin, then their squares
};

inline ChannelStatistics ChannelSums::statistics() const {
  ChannelStatistics statistics{Tensor({channels_}), Tensor({channels_})};
  for (int64_t c = 0; c < channels_; ++c) {
    double rows = 0, mean = 0, squares = 0;  // squares: the sum of (x - mean)^2
    for (size_t block = 0; block < counts_.size(); ++block) {
      const auto count = static_cast<double>(counts_[block]);
      if (count == 0) continue;
      const size_t at = block * static_cast<size_t>(channels_) + static_cast<size_t>(c);
      const double origin = static_cast<double>(origins_[at]);
      const double sum = sums_[at + block * static_cast<size_t>(channels_)];
      const double square = sums_[at + (block + 1) * static_cast<size_t>(channels_)];
      const double distance = origin + sum / count - mean;
      rows += count;
      mean += distance * count / rows;
      squares += (square - sum * sum / count) + distance * distance * count * (rows - count) / rows;
    }
    statistics.mean[c] = static_cast<Real>(mean);
    // Rounding must not make it negative; written so that a NaN stays a NaN.
    const double variance = squares / rows;
    statistics.variance[c] = static_cast<Real>(variance < 0 ? 0 : variance);
  }
  return statistics;
}

}  // namespace onefold
