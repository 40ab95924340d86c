#include <cmath>
#include <numbers>

#include "autograd/variable.h"
#include "examples/exercises/exercise.h"

onefold::Variable gelu(const onefold::Variable& x);

namespace {

onefold::exercise::Values values(const onefold::Tensor& x) { return {x.data(), x.data() + x.size()}; }

}  // namespace

void onefold::exercise::check() {
  const Tensor x = Tensor::from({4}, {-1, 0, 0.5, 2}), dy = Tensor::from({4}, {1, -1, 2, 0.5});
  Values y, dx, slope, constant_share, no_root;
  for (int64_t i = 0; i < x.size(); ++i) {
    const double in = x[i], share = (1 + std::erf(in / std::numbers::sqrt2)) / 2;
    const double density = std::exp(-in * in / 2) / std::sqrt(2 * std::numbers::pi);
    y.push_back(in * share);
    no_root.push_back(in * (1 + std::erf(in)) / 2);
    slope.push_back(share + in * density);
    dx.push_back(dy[i] * slope.back());
    constant_share.push_back(dy[i] * share);
  }
  const Variable leaf(x, /*requires_grad=*/true), result = gelu(leaf);
  constexpr double kTolerance = 1e-5;  // of Real = float
  expect("GELU of -1 0 0.5 2", values(result.value()), y,
         {{no_root, "erf's argument is x / sqrt(2)"}, {values(x), "this is x itself"}}, kTolerance);
  result.backward(dy);
  expect("the gradient for dy = 1 -1 2 0.5", values(leaf.grad()), dx,
         {{slope, "dy is missing: this is the slope alone"},
          {constant_share, "half of the product rule is missing: P(x) changes with x, by p(x)"}},
         kTolerance);
}
