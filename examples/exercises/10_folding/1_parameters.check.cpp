#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> block_parameters(int channels);

void onefold::exercise::check() {
  expect(
      "16 channels", block_parameters(16), {2656, 2320},
      {{{2624, 2320}, "the identity branch has a batch norm, too"},
       {{2656, 2304}, "the folded convolution has a bias"},
       {{2752, 2320}, "running mean and variance are measured, not trained: a batch norm has 2 parameters per channel"},
       {{2608, 2320}, "a batch norm has a scale and a shift"}});
  expect("8 channels", block_parameters(8), {688, 584});
}
