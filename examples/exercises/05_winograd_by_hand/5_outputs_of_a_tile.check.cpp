#include "examples/exercises/exercise.h"

std::vector<double> outputs_of_a_tile(const std::vector<double>& U, const std::vector<double>& V);

namespace {

using onefold::exercise::Values;

Values with_signs(const Values& m, double third, double fourth) {
  const double at[2][4] = {{1, 1, 1, 0}, {0, 1, third, fourth}};
  Values y(4);
  for (size_t i = 0; i < 16; ++i)
    for (size_t e = 0; e < 4; ++e) y[e] += at[e / 2][i / 4] * m[i] * at[e % 2][i % 4];
  return y;
}

}  // namespace

void onefold::exercise::check() {
  const Values U = {1, 2, -1, 0, 1.5, 2.5, -1.5, -0.5, -0.5, 0.5, 0.5, 1.5, 0, 1, 0, 1};
  const Values V = {3, 2, -2, -1, 3, 3, -3, -1, -3, -3, 3, -1, 2, -2, 2, -2};
  Values M(16), matrix_product(16), transposed(16);
  for (size_t i = 0; i < 16; ++i) {
    M[i] = U[i] * V[i];
    transposed[i] = U[i] * V[4 * (i % 4) + i / 4];
    for (size_t k = 0; k < 4; ++k) matrix_product[i] += U[i / 4 * 4 + k] * V[4 * k + i % 4];
  }
  expect("lesson 5's tile and weights", outputs_of_a_tile(U, V), {27, 3, 17, 4},
         {{with_signs(M, -1, 1), "the last entry of A^T is -1"},
          {with_signs(M, 1, -1), "the sign of A^T's third entry in its second row: -1"},
          {with_signs(matrix_product, -1, -1), "M is no matrix product: multiply element by element"},
          {with_signs(transposed, -1, -1), "V is read by columns: element by element, at the same place"},
          {{27, 17, 3, 4}, "rows and columns of y are exchanged"}});
}
