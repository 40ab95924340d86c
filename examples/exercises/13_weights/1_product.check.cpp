#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> movement(const std::vector<double>& A, const std::vector<double>& B, const std::vector<double>& G,
                             double rate);

void onefold::exercise::check() {
  // A = [[1, 2], [0, 1]], B = [[1, 0], [3, 1]], G = [[1, 0], [0, 0]]: A A^T = [[5, 2], [2, 1]], B^T B = [[10, 3], [3,
  // 1]].
  expect("rate 1", movement({1, 2, 0, 1}, {1, 0, 3, 1}, {1, 0, 0, 0}, 1), {-15, -3, -2, 0},
         {{{-10, -3, 0, 0}, "this is what A's step alone does; B moves, too"},
          {{-5, 0, -2, 0}, "this is what B's step alone does; A moves, too"},
          {{15, 3, 2, 0}, "uphill: the sign"},
          {{-6, -3, -2, 0}, "B B^T instead of B^T B"}});
  expect("rate 0.1, G = [[0, 1], [0, 0]]", movement({1, 2, 0, 1}, {1, 0, 3, 1}, {0, 1, 0, 0}, 0.1),
         {-0.3, -0.6, 0, -0.2});
}
