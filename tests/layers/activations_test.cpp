#include "layers/activations.h"

#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("Relu and Identity: compute and fold to themselves", "[layers]") {
  const Variable x(Tensor::from({5}, {-2, -0.5, 0, 0.5, 2}));
  Relu relu;
  Identity identity;
  CHECK(relu(x).value().to_vector() == std::vector<Real>{0, 0, 0, 0.5, 2});
  CHECK(identity(x).is(x));

  relu.eval();
  identity.eval();
  const auto folded_relu = relu.fold(), folded_identity = identity.fold();
  CHECK(folded_relu->description() == "Relu");
  CHECK_FALSE(folded_relu->training());
  CHECK(folded_identity->description() == "Identity");
}
