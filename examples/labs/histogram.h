#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// How many values fall into equal intervals between their minimum and maximum, and how far they spread.
struct Histogram {
  double low = 0;
  double high = 0;
  double deviation = 0;  // std
  std::vector<int64_t> counts;

  double largest() const;  // maximum |value|
  double spread() const;   // largest() divided by the std; 0 if all values are equal
};

/// The histogram of the values of all parts. Throws Error if there are none, or fewer than 1 interval.
Histogram make_histogram(const std::vector<Tensor>& parts, int intervals);

}  // namespace onefold
