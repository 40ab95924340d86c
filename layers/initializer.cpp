#include "layers/initializer.h"

#include <cmath>

#include "core/check.h"

namespace onefold {

namespace {

/// Streams of parameters begin here, so that data drawn with the same seed never shares a stream with a weight.
constexpr uint64_t kFirstParameterStream = uint64_t{1} << 62;

}  // namespace

Random Initializer::next() { return {seed_, kFirstParameterStream + drawn_++}; }

Tensor he_normal(const Shape& shape, int64_t fan_in, Initializer& initializer) {
  check(fan_in >= 1, "he_normal: fan-in is ", fan_in, ", expected at least 1 input");
  return random_normal(shape, initializer.next(), std::sqrt(2.0 / static_cast<double>(fan_in)));
}

Tensor dirac_normal(const Shape& shape, int64_t groups, Initializer& initializer) {
  check(shape.rank() == 4 && shape[0] % 2 == 1 && shape[1] % 2 == 1 && groups >= 1 && shape[3] % groups == 0,
        "dirac_normal: a kernel ", shape, " in ", groups,
        " groups; expected [R S C/groups K] with odd R and S, and groups that divide K");
  const int64_t positions = shape[0] * shape[1], C = shape[2], K = shape[3], group = K / groups;
  Tensor weight = he_normal(shape, positions * C, initializer);
  for (int64_t k = 0; k < K; ++k) {
    const int64_t copied = k % group;
    if (copied >= C) continue;
    for (int64_t i = 0; i < positions * C; ++i) weight[i * K + k] = i == positions / 2 * C + copied ? 1 : 0;
  }
  return weight;
}

Tensor fan_in_uniform(const Shape& shape, int64_t fan_in, Initializer& initializer) {
  check(fan_in >= 1, "fan_in_uniform: fan-in is ", fan_in, ", expected at least 1 input");
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return random_uniform(shape, initializer.next(), -bound, bound);
}

}  // namespace onefold
