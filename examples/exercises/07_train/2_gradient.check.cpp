#include <cmath>
#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> slopes(const std::vector<double>& logits, int label);

void onefold::exercise::check() {
  expect("logits 0 and ln 3, the first class is true", slopes({0, std::log(3)}, 0), {-0.75, 0.75},
         {{{0.75, -0.75}, "the sign is turned: the slope is what was said minus what should have been said"},
          {{0.25, 0.75}, "these are the probabilities: subtract 1 at the true class"},
          {{0.25, -0.25}, "1 is subtracted at the wrong class: `label` counts from 0"}});
  expect("the same, the second class is true", slopes({0, std::log(3)}, 1), {0.25, -0.25},
         {{{-0.75, 0.75}, "`label` is not used: it says which class is true"}});
  expect("their sum is zero", slopes({1, 2, 3}, 2)[0] + slopes({1, 2, 3}, 2)[1] + slopes({1, 2, 3}, 2)[2], 0);
}
