#include "layers/initializer.h"

#include <cmath>

#include "core/check.h"

namespace onefold {

namespace {

/// Streams of parameters begin here, so that data drawn from the same seed never shares one with a weight.
constexpr uint64_t kFirstParameterStream = uint64_t{1} << 62;

}  // namespace

Random Initializer::next() { return {seed_, kFirstParameterStream + drawn_++}; }

Tensor he_normal(const Shape& shape, int64_t fan_in, Initializer& initializer) {
  check(fan_in >= 1, "he_normal: fan-in is ", fan_in, ", at least 1 input is needed");
  return random_normal(shape, initializer.next(), std::sqrt(2.0 / static_cast<double>(fan_in)));
}

Tensor fan_in_uniform(const Shape& shape, int64_t fan_in, Initializer& initializer) {
  check(fan_in >= 1, "fan_in_uniform: fan-in is ", fan_in, ", at least 1 input is needed");
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return random_uniform(shape, initializer.next(), -bound, bound);
}

}  // namespace onefold
