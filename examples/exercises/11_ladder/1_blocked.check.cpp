#include <algorithm>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> blocked_product(const std::vector<double>& A, const std::vector<double>& B, int M, int N, int K,
                                    int block);

void onefold::exercise::check() {
  const Values A = {1, 2, 3, 4, 5, 6}, B = {1, 10, 100, 2, 20, 200, 3, 30, 300};  // [2, 3] and [3, 3]
  expect("[2, 3] times [3, 3] in blocks of 3", blocked_product(A, B, 2, 3, 3, 3), {14, 140, 1400, 32, 320, 3200},
         {{{9, 90, 900, 18, 180, 1800}, "each block of k adds to C: += instead of ="}});
  expect("the same in blocks of 1", blocked_product(A, B, 2, 3, 3, 1), {14, 140, 1400, 32, 320, 3200},
         {{{9, 90, 900, 18, 180, 1800}, "each block of k adds to C: += instead of ="}});
  expect("the same in blocks of 2: the last block of k is half as large, and that of j, too",
         blocked_product(A, B, 2, 3, 3, 2), {14, 140, 1400, 32, 320, 3200},
         {{{5, 50, 500, 14, 140, 1400},
           "the last block may be smaller: end at the minimum of k0 + block and K, but do not leave it out"}});
}
