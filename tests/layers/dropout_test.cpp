#include "layers/labs/dropout.h"

#include "autograd/ops.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("Dropout: zeros in training with its probability, nothing in evaluation", "[layers]") {
  Initializer initializer(1);
  Dropout layer(Real(0.25), initializer);
  const Variable x(Tensor::full({100, 100}, 3), true);
  const Variable y = layer(x);
  int64_t zeros = 0;
  for (const Real value : y.value().to_vector()) {
    if (value == 0)
      ++zeros;
    else
      CHECK(value == Approx(4));
  }
  CHECK(static_cast<double>(zeros) / 10000 == Approx(0.25).margin(0.02));

  // The gradient takes the same way as the value.
  sum(y).backward();
  for (int64_t i = 0; i < 100; ++i) CHECK((x.grad()[i] == 0) == (y.value()[i] == 0));

  layer.eval();
  CHECK(layer(x).is(x));
  const auto folded = layer.fold();
  CHECK(folded->forward(x).is(x));
}

TEST_CASE("Dropout: each step draws another mask, and a resumed run the same ones", "[layers]") {
  const Variable x(Tensor::full({200}, 1));
  Initializer initializer(1), same(1);
  Dropout uninterrupted(Real(0.5), initializer), resumed(Real(0.5), same);
  const std::vector<Real> first = uninterrupted(x).value().to_vector();
  const auto checkpoint = state(uninterrupted);
  const std::vector<Real> second = uninterrupted(x).value().to_vector();
  CHECK(first != second);

  load_state(resumed, checkpoint);
  CHECK(resumed(x).value().to_vector() == second);
}

TEST_CASE("Dropout: a probability below 0, or 1 and above, is refused", "[layers]") {
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { Dropout(1, initializer); }), ContainsSubstring("probability is 1"));
  CHECK_THAT(error_of([&] { Dropout(Real(-0.5), initializer); }), ContainsSubstring("-0.5"));
}
