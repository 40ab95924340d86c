#pragma once

#include <cstdint>

#include "core/random.h"

namespace onefold {

/// Draws one random number after the other.
class Dice {
 public:
  explicit Dice(const Random& random) : random_(random) {}
  int64_t below(int64_t bound) { return random_.below(drawn_++, bound); }
  double uniform() { return random_.uniform(drawn_++); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

 private:
  Random random_;
  uint64_t drawn_ = 0;
};

}  // namespace onefold
