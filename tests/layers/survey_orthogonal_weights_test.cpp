#include <cmath>
#include <limits>

#include "core/annex/padding.h"
#include "core/conv/conv2d.h"
#include "core/ops/elementwise.h"
#include "layers/models/survey/survey.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

double euclidean_length(const Tensor& x) { return std::sqrt(sum(multiply(x, x))); }

}  // namespace

TEST_CASE("delta_orthogonal: a chain of convolutions, however deep, keeps the length of its input", "[layers]") {
  Initializer initializer(1);
  Tensor x = random_images({2, 5, 6, 8}).value();
  const double before = euclidean_length(x);
  for (int layer = 0; layer < 50; ++layer) {
    const Tensor weight = delta_orthogonal_kernel({3, 3, x.shape()[3], x.shape()[3] + layer % 2}, initializer);
    x = conv2d(pad2d_circular_forward(x, 1, 1), weight, {});
    CHECK(x.shape()[1] == 5);
  }
  const double rounding = std::numeric_limits<Real>::epsilon();
  CHECK(std::abs(euclidean_length(x) / before - 1) < 50 * rounding);
}

TEST_CASE("delta_orthogonal: only the tap in the centre, another one each time", "[layers]") {
  Initializer initializer(2);
  const Tensor first = delta_orthogonal_kernel({3, 5, 4, 4}, initializer),
               second = delta_orthogonal_kernel({3, 5, 4, 4}, initializer);
  for (int64_t i = 0; i < first.size(); ++i) {
    if (i / 16 != 7) CHECK(first[i] == 0);
  }
  CHECK(max_abs_difference(first, second) > 0.1);
  CHECK_THAT(error_of([&] {
               delta_orthogonal_kernel({2, 3, 4, 4}, initializer);
             }),
             ContainsSubstring("delta_orthogonal: a kernel [2 3 4 4]; expected [R S C K] with odd R and S"));
}
