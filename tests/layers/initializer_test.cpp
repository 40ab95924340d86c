#include "layers/initializer.h"

#include "layers/conv2d.h"
#include "layers/linear.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

double deviation(const Tensor& tensor) {
  double squares = 0;
  for (const Real value : tensor.to_vector()) squares += double{value} * double{value};
  return std::sqrt(squares / static_cast<double>(tensor.size()));
}

}  // namespace

TEST_CASE("initializer: a parameter's numbers depend on the seed and its place alone", "[layers]") {
  Initializer a(5), b(5), other(6);
  const Tensor a_first = he_normal({3, 3, 4, 8}, 36, a), a_second = he_normal({1, 1, 8, 8}, 8, a);
  const Tensor b_first = fan_in_uniform({100}, 36, b), b_second = he_normal({1, 1, 8, 8}, 8, b);
  CHECK(a_second.to_vector() == b_second.to_vector());
  CHECK(a_first.to_vector() != he_normal({3, 3, 4, 8}, 36, other).to_vector());
  CHECK(he_normal({50}, 1, a).to_vector() != he_normal({50}, 1, a).to_vector());
}

TEST_CASE("initializer: He's normal keeps the mean square of what a ReLU lets through", "[layers]") {
  Initializer initializer(5);
  CHECK(deviation(he_normal({3, 3, 64, 64}, 9 * 64, initializer)) == Approx(std::sqrt(2.0 / (9 * 64))).epsilon(0.02));

  // A convolution counts the inputs of its own group.
  const Conv2d grouped({.in = 64, .out = 128, .args = conv2d_args(1, 1, 4)}, initializer);
  CHECK(deviation(grouped.weight().value()) == Approx(std::sqrt(2.0 / (9 * 16))).epsilon(0.02));
}

TEST_CASE("initializer: linear layers start uniform within 1 / sqrt(fan-in)", "[layers]") {
  Initializer initializer(5);
  const Linear layer(400, 50, initializer);
  for (const Tensor& values : {layer.weight().value(), layer.bias().value()}) {
    CHECK(max_abs(values) <= Real(0.05));
    CHECK(max_abs(values) > Real(0.045));
  }
  CHECK(deviation(layer.weight().value()) == Approx(0.05 / std::sqrt(3.0)).epsilon(0.02));
  CHECK_THAT(error_of([&] { he_normal({4}, 0, initializer); }), ContainsSubstring("fan-in is 0"));
}

TEST_CASE("initializer: a Dirac convolution begins as the identity where channels allow", "[layers]") {
  for (const int64_t groups : {1, 2}) {
    Initializer initializer(5), same(5);
    const Conv2d conv({.in = 4, .out = 8, .args = conv2d_args(1, 1, groups), .first = FirstWeights::dirac},
                      initializer);
    const Tensor x = random_images({2, 5, 6, 4}).value(), y = conv2d(x, conv.weight().value(), conv.args());
    const Tensor normal = he_normal(conv.weight().shape(), conv.weight().shape().rows(), same);
    const int64_t C = 4 / groups, group = 8 / groups;
    bool copies = true, others_normal = true;
    for (int64_t k = 0; k < 8; ++k) {
      for (int64_t row = 0; row < x.shape().rows() && k % group < C; ++row) {
        copies = copies && y[row * 8 + k] == x[row * 4 + k / group * C + k % group];
      }
      for (int64_t i = k; i < normal.size() && k % group >= C; i += 8) {
        others_normal = others_normal && conv.weight().value()[i] == normal[i];
      }
    }
    CAPTURE(groups);
    CHECK(copies);
    CHECK(others_normal);
  }
  Initializer initializer(5);
  CHECK_THROWS_WITH(dirac_normal({2, 3, 4, 4}, 1, initializer), ContainsSubstring("odd R and S"));
  CHECK_THROWS_WITH(dirac_normal({3, 3, 4, 4}, 3, initializer), ContainsSubstring("groups that divide K"));
}
