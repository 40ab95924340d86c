#include <vector>

#include "examples/exercises/exercise.h"

double composed_bias(const std::vector<double>& first_bias, const std::vector<double>& second, double last_bias, int M);

void onefold::exercise::check() {
  Values second(18);
  for (size_t i = 0; i < 18; ++i) second[i] = double(i + 1);
  const double sum_0 = 81, sum_1 = 90;  // of the weights for middle channel 0, and 1
  expect("first_bias {1, 10}, second {1, 2, ..., 18}, last_bias 1000", composed_bias({1, 10}, second, 1000, 2),
         sum_0 + 10 * sum_1 + 1000,
         {{{sum_0 + 10 * sum_1}, "the second bias is missing"},
          {{9 + 10 * 10 + 1000.0}, "all nine taps see the first bias, not the centre alone"},
          {{1011}, "the first bias passes the 3x3: it is multiplied by its weights"}});
}
