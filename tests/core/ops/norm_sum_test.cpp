#include "core/ops/norm_sum.h"

#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

constexpr double kRounding = std::numeric_limits<Real>::epsilon();
constexpr Real kEps = Real(1e-5);

std::vector<NormBranch> make_branches(size_t count, const Shape& shape) {
  std::vector<NormBranch> branches(count);
  for (size_t b = 0; b < count; ++b) {
    NormBranch& branch = branches[b];
    branch.x = random_normal(shape, Random(10 + b, 0), 1 + static_cast<double>(b));
    branch.statistics = channel_statistics(branch.x);
    branch.gamma = random_normal({shape[-1]}, Random(10 + b, 1));
    branch.beta = random_normal({shape[-1]}, Random(10 + b, 2));
  }
  return branches;
}

/// The readable composition: normalise each branch, add, ReLU.
Tensor composed(const std::vector<NormBranch>& branches, Activation activation) {
  Tensor sum;
  for (const NormBranch& b : branches) {
    const Tensor y = batch_norm_forward(b.x, b.statistics, b.gamma, b.beta, kEps);
    sum = sum.defined() ? add(sum, y) : y;
  }
  return activation == Activation::relu ? relu_forward(sum) : sum;
}

bool close(const Tensor& got, const Tensor& expected) {
  return static_cast<double>(max_abs_difference(got, expected)) <=
         200 * kRounding * (1 + static_cast<double>(max_abs(expected)));
}

const std::vector<Shape> kShapes = {{4, 5, 3, 17}, {2, 8, 8, 32}, {70, 1}, {1000, 16}, {5, 40}};

}  // namespace

TEST_CASE("norm_sum: equals the sum of batch norms, then ReLU", "[core]") {
  for (const Shape& shape : kShapes) {
    for (size_t count = 1; count <= 8; ++count) {
      for (const Activation activation : {Activation::none, Activation::relu}) {
        CAPTURE(shape.text(), count);
        const auto branches = make_branches(count, shape);
        const Tensor expected = composed(branches, activation);
        CHECK(max_abs(expected) > 0);
        CHECK(close(norm_sum_forward(branches, activation, kEps), expected));
      }
    }
  }
}

TEST_CASE("norm_sum: its gradients equal those of the composition", "[core]") {
  for (const Shape& shape : kShapes) {
    for (const size_t count : {1, 2, 3, 5}) {
      for (const Activation activation : {Activation::none, Activation::relu}) {
        for (const StatisticsOf of : {StatisticsOf::batch, StatisticsOf::running}) {
          CAPTURE(shape.text(), count);
          const auto branches = make_branches(count, shape);
          const Tensor y = norm_sum_forward(branches, activation, kEps), dy = random_normal(shape, Random(99, 0));
          const std::vector<GradientInto> into(count, GradientInto::new_tensor);
          const auto grads = norm_sum_backward(dy, y, branches, into, activation, of, kEps);
          const Tensor g = activation == Activation::relu ? relu_backward(y, dy) : dy;
          for (size_t b = 0; b < count; ++b) {
            const NormBranch& branch = branches[b];
            const auto backward = of == StatisticsOf::batch ? batch_norm_backward : batch_norm_backward_fixed;
            const BatchNormGrads expected = backward(g, branch.x, branch.statistics, branch.gamma, kEps);
            CHECK(close(grads[b].dx, expected.dx));
            CHECK(close(grads[b].dgamma, expected.dgamma));
            CHECK(close(grads[b].dbeta, expected.dbeta));
            CHECK(max_abs(expected.dx) > 0);
          }
        }
      }
    }
  }
}

TEST_CASE("norm_sum: a gradient that nobody needs is not made", "[core]") {
  const auto branches = make_branches(2, {8, 16});
  const Tensor y = norm_sum_forward(branches, Activation::relu, kEps);
  const auto grads = norm_sum_backward(y, y, branches, {GradientInto::nothing, GradientInto::new_tensor},
                                       Activation::relu, StatisticsOf::batch, kEps);
  CHECK_FALSE(grads[0].dx.defined());
  CHECK(grads[1].dx.defined());
  CHECK(grads[0].dgamma.defined());
}

TEST_CASE("norm_sum: a gradient may take the place of the branch's x", "[core]") {
  const auto branches = make_branches(3, {4, 5, 3, 17}), given = make_branches(3, {4, 5, 3, 17});
  const Tensor y = norm_sum_forward(branches, Activation::relu, kEps);
  const auto gradients = [&](const std::vector<NormBranch>& of, GradientInto into) {
    return norm_sum_backward(y, y, of, std::vector<GradientInto>(3, into), Activation::relu, StatisticsOf::batch, kEps);
  };
  const auto expected = gradients(branches, GradientInto::new_tensor);
  const auto got = gradients(given, GradientInto::buffer_of_x);
  for (size_t b = 0; b < 3; ++b) {
    CHECK(got[b].dx.data() == given[b].x.data());
    CHECK(got[b].dx.to_vector() == expected[b].dx.to_vector());
    CHECK(got[b].dgamma.to_vector() == expected[b].dgamma.to_vector());
  }
}

TEST_CASE("norm_sum: ReLU lets a NaN through, so that the loss shows it", "[core]") {
  auto branches = make_branches(2, {8, 19});
  branches[1].x[5 * 19 + 18] = std::numeric_limits<Real>::quiet_NaN();
  const Tensor y = norm_sum_forward(branches, Activation::relu, kEps);
  for (int64_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == (i == 5 * 19 + 18));
}

TEST_CASE("norm_sum: the same bits for any number of threads", "[core]") {
  const int before = threads();
  const auto branches = make_branches(3, {5000, 24});
  const Tensor dy = random_normal({5000, 24}, Random(98, 0));
  std::vector<std::vector<Real>> results;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    const Tensor y = norm_sum_forward(branches, Activation::relu, kEps);
    const std::vector<GradientInto> into(3, GradientInto::new_tensor);
    const auto grads = norm_sum_backward(dy, y, branches, into, Activation::relu, StatisticsOf::batch, kEps);
    std::vector<Real> all = y.to_vector();
    for (const auto& g : grads) {
      for (const Tensor* tensor : {&g.dx, &g.dgamma, &g.dbeta}) {
        const std::vector<Real> values = tensor->to_vector();
        all.insert(all.end(), values.begin(), values.end());
      }
    }
    results.push_back(all);
  }
  set_threads(before);
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}

TEST_CASE("norm_sum: branches that do not fit are named", "[core]") {
  auto branches = make_branches(2, {8, 16});
  branches[1].x = Tensor({8, 12});
  CHECK_THROWS_WITH(norm_sum_forward(branches, Activation::relu, kEps),
                    "norm_sum: branches of [8 16] and [8 12]; all must have the same shape");
  CHECK_THROWS_WITH(norm_sum_forward({}, Activation::relu, kEps), "norm_sum: got 0 branches, expected 1 to 8");
}
