#include "examples/exercises/exercise.h"

std::vector<double> one_by_one(const std::vector<double>& x, const std::vector<double>& w,
                               const std::vector<double>& bias, int pixels, int C, int K);

void onefold::exercise::check() {
  expect("one pixel (1, 2), weights [2, 2] 1 2 3 4, no bias", one_by_one({1, 2}, {1, 2, 3, 4}, {0, 0}, 1, 2, 2),
         {7, 10},
         {{{5, 11}, "the weights are read as [K, C]; they are [C, K]"},
          {{6, 8}, "each sum has its last term only: add the terms up"}});
  expect("two pixels (1, 2) (3, 4), weights [2, 3] 1 to 6, bias 10 20 30",
         one_by_one({1, 2, 3, 4}, {1, 2, 3, 4, 5, 6}, {10, 20, 30}, 2, 2, 3), {19, 32, 45, 29, 46, 63},
         {{{9, 12, 15, 19, 26, 33}, "the bias is missing"},
          {{15, 31, 47, 21, 45, 69}, "the weights are read as [K, C]; they are [C, K]"},
          {{29, 52, 75, 39, 66, 93}, "the bias is added once for each channel of x; it belongs to the whole sum"}});
}
