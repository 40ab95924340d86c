#include "layers/linear.h"

#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("Linear: x weight + bias", "[layers]") {
  Linear layer(Tensor::from({3, 2}, {1, 2, 3, 4, 5, 6}), Tensor::from({2}, {10, 20}));
  const Variable y = layer(Variable(Tensor::from({2, 3}, {1, 0, 0, 1, 1, 1})));
  CHECK(y.value().to_vector() == std::vector<Real>{11, 22, 19, 32});
  CHECK(layer.description() == "Linear 3 -> 2");

  layer.eval();
  const auto copy = layer.fold();
  const Variable x = random_images({4, 3});
  CHECK(max_abs_difference(layer(x).value(), copy->forward(x).value()) == 0);

  Initializer initializer(1);
  CHECK_THAT(error_of([&] { Linear(0, 2, initializer); }), ContainsSubstring("Linear: 0 -> 2"));
  CHECK_THAT(error_of([&] { Linear(Tensor::zeros({3, 2}), Tensor::zeros({3})); }), ContainsSubstring("[in out]"));
}

TEST_CASE("Flatten: every image becomes a row", "[layers]") {
  const Variable x = random_images({2, 3, 4, 5});
  const Variable rows = Flatten()(x);
  CHECK(rows.shape() == Shape{2, 60});
  CHECK(rows.value().to_vector() == x.value().to_vector());
}
