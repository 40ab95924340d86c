#include "autograd/annex/muon.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/ops.h"
#include "core/annex/symmetric_eigen.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// The singular values of a matrix, largest first: the roots of the eigenvalues of X^T X or X X^T, the smaller one.
std::vector<double> singular_values(const Tensor& x) {
  const int64_t rows = x.shape()[0], columns = x.shape()[1], n = std::min(rows, columns);
  std::vector<double> gram(static_cast<size_t>(n * n));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double& sum = gram[static_cast<size_t>(i * n + j)];
      for (int64_t k = 0; k < std::max(rows, columns); ++k) {
        const Real a = n == columns ? x[k * columns + i] : x[i * columns + k];
        const Real b = n == columns ? x[k * columns + j] : x[j * columns + k];
        sum += static_cast<double>(a) * static_cast<double>(b);
      }
    }
  }
  std::vector<double> values = symmetric_eigen(gram, n).values;
  for (double& value : values) value = std::sqrt(std::max(value, 0.0));
  return values;
}

double length(const Tensor& x) {
  double sum = 0;
  for (const Real value : x.to_vector()) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

/// Gives a parameter this gradient.
void receive(const Variable& parameter, const Tensor& dw) { sum(multiply(parameter, Variable(dw))).backward(); }

/// The polynomial that a step makes of a singular value.
double moved(double s) { return 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s; }

}  // namespace

TEST_CASE("orthogonalized: singular values move towards 1 as the polynomial says, tall or wide", "[autograd]") {
  for (const Shape& shape : {Shape{30, 8}, Shape{8, 30}, Shape{12, 12}}) {
    const Tensor matrix = random_normal(shape, Random(1, 0), 3);
    const Tensor result = orthogonalized(matrix);
    CHECK(result.shape() == shape);
    std::vector<double> expected = singular_values(matrix);
    for (double& value : expected) {
      value /= length(matrix);
      for (int step = 0; step < 5; ++step) value = moved(value);
    }
    std::sort(expected.rbegin(), expected.rend());
    const std::vector<double> values = singular_values(result);
    for (size_t i = 0; i < values.size(); ++i) {
      CAPTURE(shape, i);
      CHECK(values[i] == Approx(expected[i]).epsilon(sizeof(Real) == 8 ? 1e-9 : 1e-4));
    }
    CHECK(values.front() < 1.25);
    if (shape[0] != shape[1]) CHECK(values.back() > 0.65);
  }
  CHECK(max_abs(orthogonalized(Tensor::zeros({3, 4}))) == 0);
  CHECK_THROWS_WITH(orthogonalized(Tensor::zeros({3})), ContainsSubstring("must be a matrix"));
}

TEST_CASE("orthogonalized: keeps directions, so a rotation turns with its argument", "[autograd]") {
  // Of a scaled orthogonal matrix it is a multiple.
  const Tensor rotation = Tensor::from({2, 2}, {Real(0.6), Real(-0.8), Real(0.8), Real(0.6)});
  const Tensor result = orthogonalized(rotation, 5);
  const Real factor = result[0] / rotation[0];
  CHECK(factor == Approx(1).margin(0.25));
  for (int64_t i = 0; i < 4; ++i) CHECK(result[i] == Approx(factor * rotation[i]).epsilon(1e-4));
}

TEST_CASE("orthogonalized: a matrix of more numbers than are summed at a time, and four times it", "[autograd]") {
  const Tensor x = random_normal({256, 256}, Random(3, 0)), y = orthogonalized(x, 5);
  // 256 singular values, nearly all of them between 0.68 and 1.14.
  CHECK(length(y) > 0.68 * 16);
  CHECK(length(y) < 1.14 * 16);
  CHECK(orthogonalized(scale(x, 4), 5).to_vector() == y.to_vector());
}

TEST_CASE("Muon: a step as its formula says", "[autograd]") {
  const Tensor first = random_normal({3, 3, 4, 6}, Random(1, 0));
  Variable w(first.clone(), true);
  Muon muon({{{w}, 0.1, 0}}, {.momentum = 0.5, .steps = 3});
  Tensor v = Tensor::zeros(first.shape()), expected = first.clone();
  for (const uint64_t step : {0, 1}) {  // another gradient each: lengths alone make no difference to Muon
    const Tensor dw = random_normal(first.shape(), Random(2, step));
    receive(w, dw);
    muon.step(0.5);
    muon.clear_grads();
    Tensor ahead(first.shape());
    for (int64_t i = 0; i < v.size(); ++i) {
      v[i] = v[i] / 2 + dw[i];
      ahead[i] = dw[i] + v[i] / 2;
    }
    const Tensor u = orthogonalized(ahead.reshape({36, 6}), 3);
    const double keep = std::sqrt(6.0) / length(expected);
    for (int64_t i = 0; i < v.size(); ++i) expected[i] = static_cast<Real>(keep * expected[i] - 0.05 * u[i]);
    CHECK(max_abs_difference(w.value(), expected) < (sizeof(Real) == 8 ? 1e-12 : 1e-6));
  }
}

TEST_CASE("Muon: a state goes on where it stood, with equal bits for any number of threads", "[autograd]") {
  const Tensor first = random_normal({3, 3, 40, 50}, Random(1, 0)), dw = random_normal({3, 3, 40, 50}, Random(2, 0));
  const int threads_before = threads();
  std::vector<Real> expected;
  for (const int count : {1, 3}) {
    set_threads(count);
    Variable w(first.clone(), true);
    Muon before({{{w}, 0.1, 0}});
    receive(w, dw);
    before.step();
    Variable resumed(w.value().clone(), true);
    Muon after({{{resumed}, 0.1, 0}});
    after.load_state(before.state());
    receive(resumed, dw);
    before.step();
    after.step();
    CHECK(w.value().to_vector() == resumed.value().to_vector());
    if (expected.empty()) expected = w.value().to_vector();
    CHECK(w.value().to_vector() == expected);
  }
  set_threads(threads_before);
}

TEST_CASE("Muon: refuses what cannot be", "[autograd]") {
  const Variable matrix(Tensor::zeros({2, 2}), true), vector(Tensor::zeros({2}), true);
  CHECK_THROWS_WITH(Muon({{{vector}, 0.1, 0}}), ContainsSubstring("leave it to Sgd"));
  CHECK_THROWS_WITH(Muon({{{matrix}, 0.1, 0}}, {.momentum = 1}), ContainsSubstring("momentum 1"));
  CHECK_THROWS_WITH(Muon({{{matrix}, 0.1, 0}}, {.steps = 0}), ContainsSubstring("0 steps"));
}
