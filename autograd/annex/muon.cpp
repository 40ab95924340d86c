#include "autograd/annex/muon.h"

#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/gemm/gemm.h"
#include "core/ops/elementwise.h"
#include "core/parallel.h"

namespace onefold {

namespace {

/// The square root of the sum of squares, the same bits for any number of threads.
double length(const Tensor& tensor) {
  const auto add_squares = [&](int64_t begin, int64_t end, double* sum) {
    for (int64_t i = begin; i < end; ++i) *sum += static_cast<double>(tensor[i]) * static_cast<double>(tensor[i]);
  };
  return std::sqrt(ordered_sums(tensor.size(), kParameterGrain, 1, add_squares)[0]);
}

}  // namespace

// [orthogonalized]
Tensor orthogonalized(const Tensor& matrix, int steps) {
  check(matrix.shape().rank() == 2, "orthogonalized: ", matrix.shape(), " must be a matrix [rows columns]");
  const Real a = Real(3.4445), b = Real(-4.7750), c = Real(2.0315);
  const bool tall = matrix.shape()[0] > matrix.shape()[1];  // if so, multiply from the right: A = X^T X is smaller
  const double size = length(matrix);
  Tensor x = scale(matrix, static_cast<Real>(size > 0 ? 1 / size : 0));
  for (int step = 0; step < steps; ++step) {
    const Tensor gram = tall ? product(transposed(x), as_stored(x)) : product(as_stored(x), transposed(x));
    const Tensor square = product(as_stored(gram), as_stored(gram));
    const Tensor polynomial = add_scaled(scale(gram, b), c, square);
    const Tensor moved =
        tall ? product(as_stored(x), as_stored(polynomial)) : product(as_stored(polynomial), as_stored(x));
    x = add_scaled(moved, a, x);
  }
  return x;
}
// [/orthogonalized]

Muon::Muon(std::vector<ParameterGroup> groups, const MuonOptions& options)
    : Optimizer("Muon", std::move(groups)), options_(options) {
  check(options.momentum >= 0 && options.momentum < 1, "Muon: momentum ", options.momentum,
        " must be at least 0 and below 1");
  check(options.steps >= 1, "Muon: ", options.steps, " steps of the iteration, expected at least 1");
  for (const ParameterGroup& group : this->groups()) {
    for (const Variable& parameter : group.parameters) {
      check(parameter.shape().rank() >= 2, "Muon: a parameter of shape ", parameter.shape(),
            " is not a matrix; leave it to Sgd");
    }
  }
  momentum_ = zeros_like_parameters();
}

// [muon]
void Muon::update(size_t index, Tensor& w, const Tensor& dw, double rate, double) {
  const auto momentum = static_cast<Real>(options_.momentum);
  Tensor& v = momentum_[index];
  Tensor ahead(w.shape());
  parallel_for(w.size(), kParameterGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      v[i] = momentum * v[i] + dw[i];
      ahead[i] = dw[i] + momentum * v[i];
    }
  });

  const int64_t K = w.shape()[-1];
  const Tensor u = orthogonalized(ahead.reshape({w.size() / K, K}), options_.steps);
  const auto keep = static_cast<Real>(std::sqrt(static_cast<double>(K)) / (length(w) + 1e-12));
  const auto step = static_cast<Real>(rate);
  parallel_for(w.size(), kParameterGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) w[i] = keep * w[i] - step * u[i];
  });
}
// [/muon]

}  // namespace onefold
