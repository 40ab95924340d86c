#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> accuracies(const std::vector<std::vector<int>>& counts);

void onefold::exercise::check() {
  expect("{8, 2}, {10, 80}", accuracies({{8, 2}, {10, 80}}), {0.88, 0.8, 80.0 / 90},
         {{{0.88, 8.0 / 18, 80.0 / 82}, "these are the columns: a row has the images of one true class"},
          {{(0.8 + 80.0 / 90) / 2, 0.8, 80.0 / 90},
           "the first is over all images: large classes count more than small ones"}});
}
