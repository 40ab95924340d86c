#include <cmath>

#include "examples/exercises/exercise.h"

std::vector<double> normalise(std::vector<double> x, double gamma, double beta, double eps);

namespace {

using onefold::exercise::Values;

// Of 1 2 3 4, whose mean is 2.5: divided by `sigma`, from `middle`.
Values around(double middle, double gamma, double beta, double sigma) {
  Values y;
  for (int x = 1; x <= 4; ++x) y.push_back(gamma * (x - middle) / sigma + beta);
  return y;
}

}  // namespace

void onefold::exercise::check() {
  const double sigma = std::sqrt(1.25);
  expect("1 2 3 4 with gamma 1, beta 0, eps 0", normalise({1, 2, 3, 4}, 1, 0, 0), around(2.5, 1, 0, sigma),
         {{around(2.5, 1, 0, std::sqrt(5.0 / 3)), "this variance is divided by n - 1: in a batch it is by n"},
          {around(2.5, 1, 0, 1.25), "divide by the square root of the variance"},
          {around(0, 1, 0, sigma), "the mean is not subtracted"},
          {around(2.5, 1, 0, std::sqrt(5.0)), "the variance is a mean: divide the sum by n"},
          {{-1.5, -0.5, 0.5, 1.5}, "the mean is gone; divide by the standard deviation, too"}});
  expect("1 2 3 4 with gamma 2, beta 10, eps 1", normalise({1, 2, 3, 4}, 2, 10, 1), around(2.5, 2, 10, 1.5),
         {{around(2.5, 2, 0, 1.5), "beta is missing"},
          {around(2.5, 1, 10, 1.5), "gamma is missing"},
          {around(2.5, 2, 10, sigma), "eps is missing"},
          {around(2.5, 2, 10, sigma + 1), "eps stands under the root"},
          {around(2.5, 2, 20, 1.5), "gamma scales the normalised value only: beta is added after it"}});
  expect("101 102 103 104 with gamma 1, beta 0, eps 0: the same as 1 2 3 4", normalise({101, 102, 103, 104}, 1, 0, 0),
         around(2.5, 1, 0, sigma));
}
