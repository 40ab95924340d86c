#include "core/annex/channels.h"

#include <algorithm>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/ops/pooling.h"
#include "core/vector_loop.h"

// Legend: x [..., C], a row being the C channels of one pixel; N images of H W pixels.

namespace onefold {

namespace {

void check_rows(const char* kernel, const Tensor& x) {
  check(x.defined() && x.shape().rank() >= 1, kernel, ": needs a tensor [..., C], got ",
        x.defined() ? x.shape().text() : "none");
}

/// The same shape with another number of channels.
Shape with_channels(const Shape& shape, int64_t channels) {
  int64_t extents[Shape::kMaxRank] = {};
  for (int axis = 0; axis < shape.rank(); ++axis) extents[axis] = shape[axis];
  extents[shape.rank() - 1] = channels;
  return {extents, shape.rank()};
}

/// Calls body(row) for every row of a tensor that it writes, spread over all threads.
template <class Body>
void for_each_row(const Shape& shape, const Body& body) {
  parallel_for(shape.rows(), rows_per_range(shape[-1]), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) body(row);
  });
}

}  // namespace

Tensor concat_channels(const std::vector<Tensor>& parts) {
  check(!parts.empty(), "concat_channels: got no tensors, expected at least one");
  int64_t channels = 0;
  for (const Tensor& part : parts) {
    check_rows("concat_channels", part);
    check(with_channels(part.shape(), 1) == with_channels(parts[0].shape(), 1), "concat_channels: operands ",
          parts[0].shape(), " and ", part.shape(), " may differ in their last axis only");
    channels += part.shape()[-1];
  }
  Tensor y(with_channels(parts[0].shape(), channels));
  for_each_row(y.shape(), [&](int64_t row) {
    Real* to = y.data() + row * channels;
    for (const Tensor& part : parts) {
      const int64_t width = part.shape()[-1];
      to = std::copy_n(part.data() + row * width, width, to);
    }
  });
  return y;
}

Tensor slice_channels(const Tensor& x, int64_t first, int64_t count) {
  check_rows("slice_channels", x);
  const int64_t channels = x.shape()[-1];
  check(first >= 0 && count >= 0 && first <= channels - count, "slice_channels: ", count, " channels from ", first,
        " on are not in x ", x.shape(), ", which has ", channels);
  Tensor y(with_channels(x.shape(), count));
  for_each_row(y.shape(),
               [&](int64_t row) { std::copy_n(x.data() + row * channels + first, count, y.data() + row * count); });
  return y;
}

Tensor pad_channels(const Tensor& x, int64_t before, int64_t after) {
  check_rows("pad_channels", x);
  check(before >= 0 && after >= 0, "pad_channels: got ", before, " channels before and ", after,
        " after; both must be at least 0");
  const int64_t channels = x.shape()[-1];
  Tensor y(with_channels(x.shape(), before + channels + after));
  for_each_row(y.shape(), [&](int64_t row) {
    Real* to = std::fill_n(y.data() + row * y.shape()[-1], before, Real{0});
    to = std::copy_n(x.data() + row * channels, channels, to);
    std::fill_n(to, after, Real{0});
  });
  return y;
}

Tensor shuffle_channels(const Tensor& x, int64_t groups) {
  check_rows("shuffle_channels", x);
  const int64_t channels = x.shape()[-1];
  check(groups >= 1 && channels % groups == 0, "shuffle_channels: x ", x.shape(), " has ", channels,
        " channels, which ", groups, " groups do not divide");
  const int64_t width = channels / groups;
  Tensor y(x.shape());
  for_each_row(y.shape(), [&](int64_t row) {
    const Real* from = x.data() + row * channels;
    Real* to = y.data() + row * channels;
    for (int64_t i = 0; i < width; ++i) {
      for (int64_t g = 0; g < groups; ++g) *to++ = from[g * width + i];
    }
  });
  return y;
}

Tensor scale_images_forward(const Tensor& x, const Tensor& factor) {
  check(x.defined() && factor.defined(), "scale_images: an operand is undefined; pass two tensors");
  check(x.shape().rank() == 4 && factor.shape() == Shape({x.shape()[0], x.shape()[3]}), "scale_images: x ", x.shape(),
        " and factor ", factor.shape(), " do not fit; expected images [N, H, W, C] and one factor per channel [N, C]");
  const int64_t pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
  Tensor y(x.shape());
  for_each_row(y.shape(), [&](int64_t row) {
    const Real *from = x.data() + row * channels, *by = factor.data() + row / pixels * channels;
    for_each_vector(0, channels, [from, by, to = y.data() + row * channels](int64_t c, auto lanes) {
      lanes.store(to + c, lanes.load(from + c) * lanes.load(by + c));
    });
  });
  return y;
}

Tensor scale_images_backward_factor(const Tensor& x, const Tensor& dy) {
  // A sum is the mean times the number of pixels.
  const Tensor means = global_avg_pool_forward(multiply(x, dy));
  return scale(means, static_cast<Real>(x.shape()[1] * x.shape()[2]));
}

}  // namespace onefold
