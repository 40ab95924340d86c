#include "core/annex/channels.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

/// Row i, channel c of the value is 100 i + c: which pixel and channel an element came from.
Tensor numbered(const Shape& shape) {
  Tensor x(shape);
  for (int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(100 * (i / shape[-1]) + i % shape[-1]);
  return x;
}

double dot(const Tensor& a, const Tensor& b) { return sum(multiply(a, b)); }

}  // namespace

TEST_CASE("channels: concatenation, slice and padding, number by number", "[core]") {
  const Tensor x = numbered({2, 4});
  CHECK(slice_channels(x, 1, 2).to_vector() == std::vector<Real>{1, 2, 101, 102});
  CHECK(slice_channels(x, 0, 4).to_vector() == x.to_vector());
  CHECK(slice_channels(x, 4, 0).shape() == Shape({2, 0}));
  CHECK(pad_channels(numbered({2, 1}), 1, 2).to_vector() == std::vector<Real>{0, 0, 0, 0, 0, 100, 0, 0});
  CHECK(concat_channels({numbered({2, 2}), x}).to_vector() ==
        std::vector<Real>{0, 1, 0, 1, 2, 3, 100, 101, 100, 101, 102, 103});
}

TEST_CASE("channels: slices of a tensor, concatenated, are the tensor", "[core]") {
  for (const Shape& shape : {Shape{7}, Shape{3, 5, 2, 40}, Shape{0, 4, 4, 6}, Shape{1000, 77}}) {
    CAPTURE(shape.text());
    const Tensor x = random_normal(shape, Random(1, 0));
    const int64_t a = shape[-1] / 3, b = shape[-1] - a - 1;
    CHECK(
        same_bits(concat_channels({slice_channels(x, 0, a), slice_channels(x, a, b), slice_channels(x, a + b, 1)}), x));
    CHECK(same_bits(slice_channels(pad_channels(x, 3, 8), 3, shape[-1]), x));
  }
}

TEST_CASE("channels: slice and padding are adjoint", "[core]") {
  const Tensor x = random_normal({20, 19}, Random(2, 0)), dy = random_normal({20, 6}, Random(2, 1));
  CHECK(dot(dy, slice_channels(x, 4, 6)) == Approx(dot(pad_channels(dy, 4, 9), x)));
}

TEST_CASE("shuffle_channels: each group of the result has a channel of every group", "[core]") {
  const Tensor x = numbered({2, 6});
  CHECK(shuffle_channels(x, 2).to_vector() == std::vector<Real>{0, 3, 1, 4, 2, 5, 100, 103, 101, 104, 102, 105});
  CHECK(shuffle_channels(x, 3).to_vector() == std::vector<Real>{0, 2, 4, 1, 3, 5, 100, 102, 104, 101, 103, 105});
  CHECK(shuffle_channels(x, 1).to_vector() == x.to_vector());
  for (const int64_t groups : {1, 2, 3, 4, 6, 12}) {
    const Tensor many = random_normal({5, 3, 7, 12}, Random(3, 0));
    CHECK(same_bits(shuffle_channels(shuffle_channels(many, groups), 12 / groups), many));
  }
}

TEST_CASE("scale_images: one factor per image and channel, and the adjoint", "[core]") {
  for (const Shape& shape : {Shape{3, 4, 5, 20}, Shape{2, 1, 1, 3}, Shape{1, 40, 30, 1}}) {
    CAPTURE(shape.text());
    const int64_t image = shape[1] * shape[2] * shape[3], channels = shape[3];
    const Tensor x = random_normal(shape, Random(4, 0)), dy = random_normal(shape, Random(4, 1));
    const Tensor factor = random_normal({shape[0], channels}, Random(4, 2));
    const Tensor y = scale_images_forward(x, factor);
    bool equal = true;
    for (int64_t i = 0; i < x.size(); ++i) equal &= y[i] == x[i] * factor[i / image * channels + i % channels];
    CHECK(equal);
    const double scale = std::sqrt(static_cast<double>(x.size())) * std::numeric_limits<Real>::epsilon();
    CHECK(std::abs(dot(dy, y) - dot(scale_images_backward_factor(x, dy), factor)) <= 50 * scale);
  }
}

TEST_CASE("channels: the same bits for any number of threads", "[core]") {
  const Tensor x = random_normal({9, 30, 30, 24}, Random(5, 0)), factor = random_normal({9, 24}, Random(5, 1));
  CHECK(same_bits_for_any_threads([&] {
    return std::vector<Tensor>{concat_channels({x, x}),         slice_channels(x, 3, 17),
                               pad_channels(x, 5, 6),           shuffle_channels(x, 3),
                               scale_images_forward(x, factor), scale_images_backward_factor(x, x)};
  }));
}

TEST_CASE("channels: what does not fit is named", "[core]") {
  const Tensor x = Tensor::zeros({2, 8, 8, 6});
  CHECK_THROWS_WITH(concat_channels({}), "concat_channels: got no tensors, expected at least one");
  CHECK_THROWS_WITH(concat_channels({x, Tensor()}), "concat_channels: needs a tensor [..., C], got none");
  CHECK_THROWS_WITH(concat_channels({x, Tensor::zeros({2, 8, 4, 6})}),
                    "concat_channels: operands [2 8 8 6] and [2 8 4 6] may differ in their last axis only");
  CHECK_THROWS_AS(concat_channels({x, Tensor::zeros({6})}), Error);
  CHECK_THROWS_WITH(slice_channels(x, 4, 3),
                    "slice_channels: 3 channels from 4 on are not in x [2 8 8 6], which has 6");
  CHECK_THROWS_AS(slice_channels(x, -1, 2), Error);
  CHECK_THROWS_AS(slice_channels(x, 2, -1), Error);
  CHECK_THROWS_WITH(pad_channels(x, 1, -2),
                    "pad_channels: got 1 channels before and -2 after; both must be at least 0");
  CHECK_THROWS_WITH(shuffle_channels(x, 4),
                    "shuffle_channels: x [2 8 8 6] has 6 channels, which 4 groups do not divide");
  CHECK_THROWS_AS(shuffle_channels(x, 0), Error);
  CHECK_THROWS_WITH(scale_images_forward(x, Tensor::zeros({6})),
                    "scale_images: x [2 8 8 6] and factor [6] do not fit; expected images [N, H, W, C] and one factor "
                    "per channel [N, C]");
  CHECK_THROWS_AS(scale_images_forward(x, Tensor()), Error);
}
