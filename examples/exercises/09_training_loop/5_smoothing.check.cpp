#include <cmath>
#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

double smoothed_loss(const std::vector<double>& p, int label, double e);

void onefold::exercise::check() {
  const double a = std::log(0.5), b = std::log(0.25);
  expect("p {0.5, 0.25, 0.25}, label 0, no smoothing", smoothed_loss({0.5, 0.25, 0.25}, 0, 0), -a,
         {{{a}, "the sign: ln of a probability is negative, and a loss is not"}});
  expect("e = 0.3", smoothed_loss({0.5, 0.25, 0.25}, 0, 0.3), -(0.8 * a + 0.2 * b),
         {{{-(0.7 * a + 0.2 * b)}, "the true class has its e / K as well: the targets add up to 1"},
          {{-(0.7 * a + 0.3 * b)}, "e is shared by all K classes, the true one among them"},
          {{-0.7 * a}, "the other classes have targets, too"}});
  expect("p {0.5, 0.25, 0.125, 0.125}, label 2, e = 0.4", smoothed_loss({0.5, 0.25, 0.125, 0.125}, 2, 0.4),
         -(0.1 * a + 0.1 * b + 0.8 * std::log(0.125)),
         {{{-(0.7 * a + 0.1 * b + 0.2 * std::log(0.125))}, "`label` is not used: it says which class is true"}});
}
