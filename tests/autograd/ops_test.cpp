#include "autograd/ops.h"

#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("ops: the gradient of an input that requires none is not computed", "[autograd]") {
  // What the op's backward returns where each single input in turn requires a gradient.
  const auto check_frugal = [](const std::vector<Tensor>& inputs, auto&& op) {
    for (size_t required = 0; required < inputs.size(); ++required) {
      std::vector<Variable> variables;
      for (size_t i = 0; i < inputs.size(); ++i) variables.emplace_back(inputs[i], i == required);
      const Variable y = op(variables);
      const Grads grads = y.node()->backward(Tensor::full(y.shape(), 1));
      for (size_t i = 0; i < inputs.size(); ++i) {
        CAPTURE(y.node()->name, required, i);
        CHECK(grads[i].defined() == (i == required));
      }
    }
  };
  using Inputs = const std::vector<Variable>&;
  const Tensor a = Tensor::full({4, 4}, 2), bias = Tensor::full({4}, 1);
  check_frugal({a, a}, [](Inputs v) { return multiply(v[0], v[1]); });
  check_frugal({a, a}, [](Inputs v) { return matmul(v[0], v[1]); });
  check_frugal({a, a}, [](Inputs v) { return linear(v[0], v[1], {}); });
  check_frugal({a, a, bias}, [](Inputs v) { return linear(v[0], v[1], v[2]); });

  const Tensor images = Tensor::full({1, 4, 4, 4}, 1), kernel = Tensor::full({3, 3, 4, 4}, 1);
  check_frugal({images, kernel}, [](Inputs v) { return conv2d(v[0], v[1], conv2d_args(1, 1)); });
  check_frugal({images, kernel, bias},
               [](Inputs v) { return conv2d(v[0], v[1], v[2], Activation::relu, conv2d_args(2, 0)); });

  // Of a batch norm the images' gradient alone costs a pass over memory.
  const Variable x(random_normal({6, 4}, Random(1, 0))), gamma(bias, true), beta(bias, true);
  const ChannelStatistics statistics = channel_statistics(x.value());
  const Variable y = norm_sum({{x, gamma, beta, statistics}}, Activation::relu, StatisticsOf::batch, Real(1e-5));
  CHECK_FALSE(y.node()->backward(y.value())[0].defined());
}

TEST_CASE("linear and conv2d: no bias is the same as a bias of zeros", "[autograd]") {
  const Random random(2, 0);
  const Variable x(random_normal({3, 5}, random), true), w(random_normal({5, 2}, random), true);
  const Variable none, zeros(Tensor::zeros({2}), true);
  CHECK(max_abs_difference(linear(x, w, none).value(), linear(x, w, zeros).value()) == 0);

  const Variable images(random_normal({2, 4, 4, 3}, random)), kernel(random_normal({3, 3, 3, 2}, random), true);
  const Conv2dArgs args = conv2d_args(1, 1);
  const Tensor plain = conv2d(images, kernel, args).value();
  CHECK(max_abs_difference(plain, conv2d(images, kernel, none, Activation::none, args).value()) == 0);
  CHECK(max_abs_difference(plain, conv2d(images, kernel, zeros, Activation::none, args).value()) == 0);
  CHECK(max_abs_difference(relu(conv2d(images, kernel, args)).value(),
                           conv2d(images, kernel, none, Activation::relu, args).value()) == 0);
}

TEST_CASE("matmul and linear: shapes that do not fit are named", "[autograd]") {
  const Variable a(Tensor::zeros({2, 3})), b(Tensor::zeros({4, 5})), cube(Tensor::zeros({2, 3, 4}));
  CHECK_THROWS_WITH(matmul(a, b), ContainsSubstring("matmul: got [2 3] and [4 5]"));
  CHECK_THROWS_WITH(linear(a, b, {}), ContainsSubstring("linear: got [2 3] and [4 5]"));
  CHECK_THROWS_WITH(matmul(cube, b), ContainsSubstring("[2 3 4]"));
  CHECK_THROWS_AS(linear(a, Variable(Tensor::zeros({3, 5})), Variable(Tensor::zeros({4}))), Error);
  CHECK_THROWS_WITH(mean(Variable(Tensor::zeros({0, 3}))), ContainsSubstring("[0 3] has no elements"));
}
