#include <algorithm>
#include <cmath>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> softmax(const std::vector<double>& logits);

void onefold::exercise::check() {
  expect("logits 0 and ln 3", softmax({0, std::log(3)}), {0.25, 0.75},
         {{{1, 3}, "divide by the sum of all"}, {{1.0 / 3, 1}, "divide by the sum of all"}});
  expect("is softmax of 1000, 1000 a number? 1 is yes", std::isfinite(softmax({1000, 1000})[0]), 1,
         {{{0}, "exp(1000) is infinite: subtract the largest logit first"}});
  expect("is softmax of -1000, -1000 a number? 1 is yes", std::isfinite(softmax({-1000, -1000})[0]), 1,
         {{{0}, "exp(-1000) is 0, and 0 / 0 is not a number: subtract the largest logit first"}});
  expect("logits 1000, 1000", softmax({1000, 1000}), {0.5, 0.5});
}
