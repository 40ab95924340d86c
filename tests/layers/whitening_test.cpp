#include "layers/labs/whitening.h"

#include "core/check.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// Normals of which each channel also holds half of the first and of its left neighbour: neighbours are alike.
Tensor correlated_images(int64_t count, int64_t side) {
  Tensor images = random_normal({count, side, side, 3}, Random(1, 0));
  for (int64_t i = 3; i < images.size(); ++i) images[i] += images[i - 3] / 2 + (i % 3 == 0 ? 0 : images[i - i % 3] / 2);
  return images;
}

}  // namespace

TEST_CASE("whitening: its outputs are uncorrelated and of equal size", "[layers]") {
  const Tensor images = correlated_images(40, 10);
  for (const int64_t size : {1, 2, 3}) {
    const int64_t components = size * size * 3;
    const Kernel kernel = whitening_kernel(images, size, components, 0);
    CHECK(kernel.weight.shape() == Shape{size, size, 3, 2 * components});
    CHECK_FALSE(kernel.bias.defined());

    // Over the very patches that the kernel was made from.
    const Tensor y = conv2d(images, kernel.weight, conv2d_args(1, 0));
    const int64_t rows = y.shape().rows(), K = 2 * components;
    double worst = 0;
    for (int64_t a = 0; a < components; ++a) {
      for (int64_t b = 0; b <= a; ++b) {
        double sum = 0;
        for (int64_t row = 0; row < rows; ++row) sum += double{y[row * K + a]} * double{y[row * K + b]};
        worst = std::max(worst, std::abs(sum / static_cast<double>(rows) - (a == b ? 1 : 0)));
      }
    }
    CAPTURE(size);
    CHECK(worst < (sizeof(Real) == 8 ? 1e-10 : 1e-4));
    for (int64_t i = 0; i < kernel.weight.size(); ++i) {
      if (i % K < components) CHECK(kernel.weight[i + components] == -kernel.weight[i]);
    }
  }
}

TEST_CASE("whitening: fewer components are the leading ones, and eps holds down the small ones", "[layers]") {
  const Tensor images = correlated_images(20, 8);
  const Tensor all = whitening_kernel(images, 2, 12, 0).weight, few = whitening_kernel(images, 2, 4, 0).weight;
  const Tensor held = whitening_kernel(images, 2, 12, 1e6).weight;
  for (int64_t i = 0; i < 12; ++i) {
    for (int64_t k = 0; k < 4; ++k) CHECK(few[i * 8 + k] == all[i * 24 + k]);
  }
  CHECK(max_abs(held) < Real(1e-3));
}

TEST_CASE("Whitening: saved as a buffer, never trained, folded to a convolution with a ReLU", "[layers][fold]") {
  Whitening layer(3, 8);
  CHECK(layer.description() == "Whitening 3x3, 3 -> 16, padding 1");
  CHECK(parameters(layer).empty());
  layer.fit(correlated_images(10, 12));
  const auto saved = state(layer);
  REQUIRE(saved.size() == 1);

  Whitening loaded(3, 8);
  load_state(loaded, saved);
  const Variable x = random_images({2, 9, 9, 3});
  CHECK(max_abs_difference(loaded(x).value(), layer(x).value()) == 0);
  CHECK(layer(x).shape() == Shape{2, 9, 9, 16});
  CHECK_FALSE(layer(x).requires_grad());

  layer.eval();
  const auto folded = layer.fold();
  CHECK(folded->description() == "ConvRelu 3x3, 3 -> 16, padding 1");
  CHECK(fold_difference(layer(x).value(), folded->forward(x).value()).ok());
}

TEST_CASE("Whitening: refuses what has no such components", "[layers]") {
  CHECK_THROWS_WITH(Whitening(3, 28), ContainsSubstring("28 components of 3 channels"));
  CHECK_THROWS_WITH(Whitening(0, 1), ContainsSubstring("0 channels"));
  CHECK_THROWS_WITH(whitening_kernel(Tensor::zeros({1, 2, 2, 3}), 3, 4), ContainsSubstring("as large as a patch"));
  CHECK_THROWS_WITH(whitening_kernel(Tensor::zeros({1, 4, 4, 3}), 2, 13), ContainsSubstring("allows 1 to 12"));
  Whitening layer(3, 8);
  CHECK_THROWS_WITH(layer.fit(Tensor::zeros({1, 8, 8, 1})), ContainsSubstring("must be [N H W 3]"));
  CHECK_THAT(error_of([&] { layer.fold(); }), ContainsSubstring("call eval() first"));
  CHECK_THROWS_WITH(layer.fit(Tensor::full({1, 8, 8, 3}, NAN)), ContainsSubstring("not finite"));
}
