#include <cmath>

#include "examples/exercises/exercise.h"

std::vector<double> silu_backward(const std::vector<double>& x, const std::vector<double>& dy);

void onefold::exercise::check() {
  const Values x = {-2, 0.5, 3}, dy = {1, -2, 0.25};
  Values right, no_dy, constant_s, no_s, one_plus;
  for (size_t i = 0; i < x.size(); ++i) {
    const double s = 1 / (1 + std::exp(-x[i]));
    right.push_back(dy[i] * (s + x[i] * s * (1 - s)));
    no_dy.push_back(s + x[i] * s * (1 - s));
    constant_s.push_back(dy[i] * s);
    no_s.push_back(dy[i] * x[i] * s * (1 - s));
    one_plus.push_back(dy[i] * (s + x[i] * s * (1 + s)));
  }
  expect("the gradient at x = 0 for dy = 1", silu_backward({0}, {1}), {0.5});
  expect("the gradients at x = -2 0.5 3 for dy = 1 -2 0.25", silu_backward(x, dy), right,
         {{no_dy, "dy is missing: this is the slope alone"},
          {constant_s, "half of the product rule is missing: s(x) changes with x, too"},
          {no_s, "half of the product rule is missing: the slope of x is 1, so there is a term s(x)"},
          {one_plus, "a sign: the slope of s is s (1 - s)"}});
}
