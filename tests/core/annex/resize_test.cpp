#include "core/annex/resize.h"

#include <limits>
#include <utility>

#include "core/annex/window_pooling.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr double kRounding = std::numeric_limits<Real>::epsilon();

/// Images, and the height and width they get: the same size, smaller, larger, both, and a single pixel.
const std::vector<std::pair<Shape, std::pair<int64_t, int64_t>>> kCases{{{2, 5, 4, 3}, {5, 4}}, {{1, 8, 6, 17}, {4, 3}},
                                                                        {{3, 4, 5, 1}, {7, 5}}, {{2, 3, 6, 2}, {5, 4}},
                                                                        {{1, 1, 4, 2}, {3, 1}}, {{0, 2, 2, 3}, {4, 4}}};

double dot(const Tensor& a, const Tensor& b) { return sum(multiply(a, b)); }

}  // namespace

TEST_CASE("resize: the same size is the same image, and half the size its 2 x 2 means", "[core]") {
  const Tensor x = random_normal({2, 8, 6, 5}, Random(1, 0));
  CHECK(same_bits(resize_images_forward(x, 8, 6), x));
  CHECK(max_abs_difference(resize_images_forward(x, 4, 3), avg_pool2d_forward(x, {.kernel = 2, .stride = 2})) <=
        8 * kRounding);
}

TEST_CASE("resize: constants stay, and slopes continue between the outermost centres", "[core]") {
  for (const auto& [shape, size] : kCases) {
    CAPTURE(shape.text(), size.first, size.second);
    const Shape resized{shape[0], size.first, size.second, shape[3]};
    CHECK(max_abs_difference(resize_images_forward(Tensor::full(shape, 3), size.first, size.second),
                             Tensor::full(resized, 3)) <= 8 * kRounding);
  }
  // Pixel i of four has its centre at i + 1/2, a quarter at 1/8 + i/4 of the width, and so on.
  const Tensor slope = resize_images_forward(Tensor::from({1, 1, 4, 1}, {0, 1, 2, 3}), 1, 8);
  CHECK(max_abs_difference(slope, Tensor::from({1, 1, 8, 1}, {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3})) <=
        8 * kRounding);
}

TEST_CASE("resize: backward is the adjoint of forward", "[core]") {
  for (const auto& [shape, size] : kCases) {
    CAPTURE(shape.text(), size.first, size.second);
    const Tensor x = random_normal(shape, Random(2, 0));
    const Tensor y = resize_images_forward(x, size.first, size.second), dy = random_normal(y.shape(), Random(2, 1));
    const double tolerance = 10 * kRounding * (1 + static_cast<double>(y.size()));
    CHECK(std::abs(dot(dy, y) - dot(resize_images_backward(dy, shape), x)) <= tolerance);
  }
}

TEST_CASE("resize: says what it got if it cannot", "[core]") {
  CHECK_THROWS_WITH(resize_images_forward(Tensor::zeros({2, 3, 3}), 2, 2),
                    "resize_images: needs images [N, H, W, C], got [2 3 3]");
  CHECK_THROWS_WITH(resize_images_forward(Tensor::zeros({2, 3, 3, 1}), 0, 2),
                    "resize_images: to 0 x 2 pixels; both must be at least 1");
}
