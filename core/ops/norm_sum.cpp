#include "core/ops/norm_sum.h"

#include <array>
#include <cmath>

#include "core/check.h"
#include "core/parallel.h"
#include "core/vector_loop.h"

namespace onefold {

// Legend: B branches of [rows, C]; sigma = sqrt(variance + eps); g = dy where y > 0 (relu), else dy.

namespace {

/// Rows that a thread takes at a time; their sums in float are then added in double.
constexpr int64_t kRowBlock = 256;
constexpr int64_t kSumRows = 32;

/// The maximum number of branches that one pass reads; more are an error. DBB, the largest block we know, has four.
constexpr int kMaxBranches = 8;

/// The coefficients of each branch's affine function per channel, as the passes use them: [B * C].
using Coefficients = std::vector<Real>;

void check_branches(const std::vector<NormBranch>& branches) {
  check(!branches.empty() && branches.size() <= kMaxBranches, "norm_sum: got ", branches.size(),
        " branches, expected 1 to ", kMaxBranches);
  const Shape& shape = branches[0].x.shape();
  check(shape.rank() >= 1, "norm_sum: a branch needs a channel axis");
  const Shape channels = {shape[-1]};
  for (const NormBranch& branch : branches) {
    check(branch.x.shape() == shape, "norm_sum: branches of ", shape, " and ", branch.x.shape(),
          "; all must have the same shape");
    for (const Tensor* vector : {&branch.gamma, &branch.beta, &branch.statistics.mean, &branch.statistics.variance}) {
      check(vector->shape() == channels, "norm_sum: a batch norm of ", vector->shape(), " channels on a branch of ",
            shape, "; its vectors must be ", channels);
    }
  }
}

Real inverse_sigma(const NormBranch& branch, int64_t c, Real eps) {
  return 1 / std::sqrt(branch.statistics.variance[c] + eps);
}

/// The addresses of the branches' values.
template <int B>
std::array<const Real*, B> pointers(const std::vector<NormBranch>& branches) {
  std::array<const Real*, B> x;
  for (int b = 0; b < B; ++b) x[static_cast<size_t>(b)] = branches[static_cast<size_t>(b)].x.data();
  return x;
}

/// g for one vector of a row.
template <class Lanes>
Vec gated(const Real* dy, const Real* y, Lanes lanes, Activation activation) {
  const Vec gradient = lanes.load(dy);
  return activation == Activation::relu ? (lanes.load(y) > Vec{} ? gradient : Vec{}) : gradient;
}

/// y = activation(shift + sum of scale x), in one pass.
template <int B>
void forward_pass(const std::vector<NormBranch>& branches, const Coefficients& scale, const Coefficients& shift,
                  Activation activation, Tensor& y) {
  const auto x = pointers<B>(branches);
  const int64_t C = y.shape()[-1];
  parallel_for(y.shape().rows(), kRowBlock, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for_each_vector(0, C, [&](int64_t c, auto lanes) {
        Vec sum = lanes.load(&shift[static_cast<size_t>(c)]);
        for (int b = 0; b < B; ++b) {
          const Vec factor = lanes.load(&scale[static_cast<size_t>(b * C + c)]);
          sum += factor * lanes.load(x[static_cast<size_t>(b)] + row * C + c);
        }
        lanes.store(y.data() + row * C + c, activation == Activation::relu ? max(sum, Vec{}) : sum);
      });
    }
  });
}

/// Sums over rows: of g, then per branch of g (x - mean): [(1 + B) * C].
template <int B>
std::vector<double> gradient_sums(const Tensor& dy, const Tensor& y, const std::vector<NormBranch>& branches,
                                  Activation activation) {
  const auto x = pointers<B>(branches);
  const int64_t C = dy.shape()[-1];
  return ordered_sums(dy.shape().rows(), 4 * kRowBlock, (1 + B) * C, [&](int64_t begin, int64_t end, double* sums) {
    for (int64_t block = begin; block < end; block += kSumRows) {
      const int64_t block_end = std::min(end, block + kSumRows);
      for_each_vector(0, C, [&](int64_t c, auto lanes) {
        Vec mean[B], partial[1 + B] = {};
        for (int b = 0; b < B; ++b) mean[b] = lanes.load(branches[static_cast<size_t>(b)].statistics.mean.data() + c);
        for (int64_t row = block; row < block_end; ++row) {
          const int64_t at = row * C + c;
          const Vec g = gated(dy.data() + at, y.data() + at, lanes, activation);
          partial[0] += g;
          for (int b = 0; b < B; ++b) partial[1 + b] += g * (lanes.load(x[static_cast<size_t>(b)] + at) - mean[b]);
        }
        for (int i = 0; i <= B; ++i) lanes.add_to(sums + i * C + c, partial[i]);
      });
    }
  });
}

/// dx = of_g g + of_x x + constant for each branch that needs it, in one pass.
template <int B>
void backward_pass(const Tensor& dy, const Tensor& y, const std::vector<NormBranch>& branches, const Coefficients& of_g,
                   const Coefficients& of_x, const Coefficients& constant, Activation activation,
                   std::vector<BatchNormGrads>& grads) {
  const auto x = pointers<B>(branches);
  std::array<Real*, B> dx;
  for (size_t b = 0; b < B; ++b) dx[b] = grads[b].dx.data();
  const int64_t C = dy.shape()[-1];
  parallel_for(dy.shape().rows(), kRowBlock, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for_each_vector(0, C, [&](int64_t c, auto lanes) {
        const int64_t at = row * C + c;
        const Vec g = gated(dy.data() + at, y.data() + at, lanes, activation);
        for (size_t b = 0; b < B; ++b) {
          if (dx[b] == nullptr) continue;
          const size_t i = b * static_cast<size_t>(C) + static_cast<size_t>(c);
          const Vec value =
              lanes.load(&of_g[i]) * g + lanes.load(&of_x[i]) * lanes.load(x[b] + at) + lanes.load(&constant[i]);
          lanes.store(dx[b] + at, value);
        }
      });
    }
  });
}

Tensor gradient_buffer(const Tensor& x, GradientInto into) {
  switch (into) {
    case GradientInto::nothing: return {};
    case GradientInto::new_tensor: return Tensor(x.shape());
    case GradientInto::buffer_of_x: check_sole_owner(x, "norm_sum_backward"); return x;
  }
  return {};
}

/// Calls function(integral_constant<int, B>) for B branches, so that the passes unroll over them.
template <class Function>
auto with_branch_count(size_t count, Function function) {
  switch (count) {
    case 1: return function(std::integral_constant<int, 1>{});
    case 2: return function(std::integral_constant<int, 2>{});
    case 3: return function(std::integral_constant<int, 3>{});
    case 4: return function(std::integral_constant<int, 4>{});
    case 5: return function(std::integral_constant<int, 5>{});
    case 6: return function(std::integral_constant<int, 6>{});
    case 7: return function(std::integral_constant<int, 7>{});
    default: return function(std::integral_constant<int, 8>{});
  }
}

}  // namespace

Tensor norm_sum_forward(const std::vector<NormBranch>& branches, Activation activation, Real eps) {
  check_branches(branches);
  Tensor y(branches[0].x.shape());
  const int64_t C = y.shape()[-1];

  // gamma (x - mean) / sigma + beta = scale x + shift; the shifts of all branches are added.
  Coefficients scale(branches.size() * static_cast<size_t>(C)), shift(static_cast<size_t>(C), 0);
  for (size_t b = 0; b < branches.size(); ++b) {
    const NormBranch& branch = branches[b];
    for (int64_t c = 0; c < C; ++c) {
      const Real factor = branch.gamma[c] * inverse_sigma(branch, c, eps);
      scale[b * static_cast<size_t>(C) + static_cast<size_t>(c)] = factor;
      shift[static_cast<size_t>(c)] += branch.beta[c] - branch.statistics.mean[c] * factor;
    }
  }
  with_branch_count(branches.size(), [&](auto count) { forward_pass<count>(branches, scale, shift, activation, y); });
  return y;
}

std::vector<BatchNormGrads> norm_sum_backward(const Tensor& dy, const Tensor& y,
                                              const std::vector<NormBranch>& branches,
                                              const std::vector<GradientInto>& dx, Activation activation,
                                              StatisticsOf statistics, Real eps) {
  check_branches(branches);
  check(dy.shape() == branches[0].x.shape() && y.shape() == dy.shape(), "norm_sum: gradient ", dy.shape(),
        " and result ", y.shape(), " need the branches' shape ", branches[0].x.shape());
  check(dx.size() == branches.size(), "norm_sum: ", dx.size(), " gradient destinations for ", branches.size(),
        " branches");
  const int64_t C = dy.shape()[-1];
  const double rows = static_cast<double>(dy.shape().rows());
  const std::vector<double> sums =
      with_branch_count(branches.size(), [&](auto count) { return gradient_sums<count>(dy, y, branches, activation); });

  // dx = gamma / sigma (g - mean(g) - xhat mean(g xhat)), written as an affine function of g and x.
  std::vector<BatchNormGrads> grads(branches.size());
  const size_t numbers = branches.size() * static_cast<size_t>(C);
  Coefficients of_g(numbers), of_x(numbers, 0), constant(numbers, 0);
  for (size_t b = 0; b < branches.size(); ++b) {
    const NormBranch& branch = branches[b];
    grads[b] = {gradient_buffer(branch.x, dx[b]), Tensor({C}), Tensor({C})};
    for (int64_t c = 0; c < C; ++c) {
      const size_t i = b * static_cast<size_t>(C) + static_cast<size_t>(c);
      const double variance = static_cast<double>(branch.statistics.variance[c]) + static_cast<double>(eps);
      const double over_sigma = 1 / std::sqrt(variance);
      const double dbeta = sums[static_cast<size_t>(c)];
      const double dgamma = sums[(b + 1) * static_cast<size_t>(C) + static_cast<size_t>(c)] * over_sigma;
      grads[b].dbeta[c] = static_cast<Real>(dbeta);
      grads[b].dgamma[c] = static_cast<Real>(dgamma);

      const double factor = static_cast<double>(branch.gamma[c]) * over_sigma;
      of_g[i] = static_cast<Real>(factor);
      if (statistics == StatisticsOf::running) continue;
      const double slope = -factor * dgamma / rows * over_sigma;
      of_x[i] = static_cast<Real>(slope);
      constant[i] = static_cast<Real>(-factor * dbeta / rows - slope * static_cast<double>(branch.statistics.mean[c]));
    }
  }
  with_branch_count(branches.size(), [&](auto count) {
    backward_pass<count>(dy, y, branches, of_g, of_x, constant, activation, grads);
  });
  return grads;
}

}  // namespace onefold
