#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// How often numbers fall into equal intervals from the lowest to the highest of them, and how they spread.
struct Histogram {
  double low = 0;
  double high = 0;
  double deviation = 0;  // standard deviation
  std::vector<int64_t> counts;

  double largest() const;  // |number|
  double spread() const;   // largest() over the deviation; 0 where all numbers are equal
};

/// Of all parts' numbers. Throws Error for none, and for fewer than 1 interval.
Histogram make_histogram(const std::vector<Tensor>& parts, int intervals);

}  // namespace onefold
