#include "core/annex/padding.h"

#include <utility>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

/// Shapes and paddings: none, one pixel, along one axis, and more than the images themselves.
const std::vector<std::pair<Shape, Shape>> kCases{{{1, 1, 1, 1}, {2, 3}},  {{2, 3, 4, 5}, {0, 0}},
                                                  {{2, 5, 3, 17}, {1, 1}}, {{3, 4, 6, 2}, {2, 0}},
                                                  {{1, 2, 3, 1}, {5, 7}},  {{0, 4, 4, 3}, {1, 1}}};

}  // namespace

TEST_CASE("pad2d_circular: a torus, written down", "[core]") {
  const Tensor x = Tensor::from({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  CHECK(pad2d_circular_forward(x, 1, 1).to_vector() ==
        std::vector<Real>{6, 4, 5, 6, 4, 3, 1, 2, 3, 1, 6, 4, 5, 6, 4, 3, 1, 2, 3, 1});
}

TEST_CASE("pad2d_circular: each pixel is the one a whole number of images away, and backward is the adjoint",
          "[core]") {
  for (const auto& [shape, padding] : kCases) {
    CAPTURE(shape.text(), padding.text());
    const int64_t rows = padding[0], columns = padding[1], H = shape[1], W = shape[2], C = shape[3];
    const Tensor x = random_normal(shape, Random(1, 0)), y = pad2d_circular_forward(x, rows, columns);
    REQUIRE(y.shape() == Shape({shape[0], H + 2 * rows, W + 2 * columns, C}));
    const Tensor dy = random_normal(y.shape(), Random(1, 1));
    Tensor dx = Tensor::zeros(shape);
    bool equal = true;
    for (int64_t i = 0; i < y.size(); ++i) {
      const int64_t n = i / (y.shape()[1] * y.shape()[2] * C), p = i / (y.shape()[2] * C) % y.shape()[1];
      const int64_t h = (p - rows + 100 * H) % H, w = (i / C % y.shape()[2] - columns + 100 * W) % W;
      const int64_t from = ((n * H + h) * W + w) * C + i % C;
      equal &= y[i] == x[from];
      dx[from] += dy[i];
    }
    CHECK(equal);
    CHECK(same_bits(pad2d_circular_backward(dy, rows, columns), dx));  // added in the same order
  }
}

TEST_CASE("pad2d_circular: the same bits for any number of threads", "[core]") {
  const Tensor x = random_normal({5, 23, 21, 40}, Random(2, 0));
  CHECK(same_bits_for_any_threads([&] {
    const Tensor y = pad2d_circular_forward(x, 2, 3);
    return std::vector<Tensor>{y, pad2d_circular_backward(y, 2, 3)};
  }));
}

TEST_CASE("pad2d_circular: what does not fit is named", "[core]") {
  CHECK_THROWS_WITH(pad2d_circular_forward(Tensor::zeros({4, 4}), 1, 1),
                    "pad2d_circular: needs images [N, H, W, C], got [4 4]");
  CHECK_THROWS_WITH(pad2d_circular_forward(Tensor::zeros({1, 4, 4, 2}), 1, -1),
                    "pad2d_circular: padding 1x-1; both must be at least 0");
  CHECK_THROWS_WITH(pad2d_circular_forward(Tensor::zeros({1, 0, 4, 2}), 1, 1),
                    "pad2d_circular: images [1 0 4 2] have no pixels to continue with");
  CHECK_THROWS_WITH(pad2d_circular_backward(Tensor::zeros({1, 4, 4, 2}), 2, 1),
                    "pad2d_circular_backward: dy [1 4 4 2] has no pixels inside a padding of 2x1");
}
