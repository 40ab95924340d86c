#include "core/ops/channel_sums.h"

namespace onefold {

ChannelStatistics ChannelSums::statistics() const {
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
    // Rounding must not make it negative; written so that a NaN stays one.
    const double variance = squares / rows;
    statistics.variance[c] = static_cast<Real>(variance < 0 ? 0 : variance);
  }
  return statistics;
}

}  // namespace onefold
