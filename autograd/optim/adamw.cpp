#include "autograd/optim/adamw.h"

#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/parallel.h"

namespace onefold {

namespace {

bool is_fraction(double value) { return value >= 0 && value < 1; }

// Passed by value, as in optimizer.cpp.
struct AdamWStep {
  Real keep1, take1, keep2, take2;  // beta and 1 - beta of each moment
  Real rate, deviation_scale, eps, shrink;
};

/// factor(i) multiplies the step, but not the decay.
template <class Factor>
void move_adamw(Real* w, const Real* dw, Real* m, Real* v, int64_t count, const AdamWStep step, const Factor factor) {
  for (int64_t i = 0; i < count; ++i) {
    m[i] = step.keep1 * m[i] + step.take1 * dw[i];
    v[i] = step.keep2 * v[i] + step.take2 * dw[i] * dw[i];
    w[i] -= factor(i) * step.rate * m[i] / (std::sqrt(v[i]) * step.deviation_scale + step.eps) + step.shrink * w[i];
  }
}

}  // namespace

AdamW::AdamW(std::vector<ParameterGroup> groups, const AdamWOptions& options)
    : Optimizer("AdamW", std::move(groups)), options_(options) {
  check(is_fraction(options.beta1), "AdamW: beta1 ", options.beta1, " must be at least 0 and below 1");
  check(is_fraction(options.beta2), "AdamW: beta2 ", options.beta2, " must be at least 0 and below 1");
  check(std::isfinite(options.eps) && options.eps > 0, "AdamW: eps ", options.eps, " must be finite and above 0");
  first_moment_ = zeros_like_parameters();
  second_moment_ = zeros_like_parameters();
  for (size_t i = 0; i < first_moment_.size(); ++i) steps_.push_back(Tensor::zeros({}));
}

void AdamW::update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) {
  const double steps = static_cast<double>(steps_[index][0] += 1);
  // Both moments start at zero; these factors correct for it.
  const double first_bias = 1 - std::pow(options_.beta1, steps);
  const double second_bias = 1 - std::pow(options_.beta2, steps);
  const AdamWStep step{.keep1 = static_cast<Real>(options_.beta1),
                       .take1 = static_cast<Real>(1 - options_.beta1),
                       .keep2 = static_cast<Real>(options_.beta2),
                       .take2 = static_cast<Real>(1 - options_.beta2),
                       .rate = static_cast<Real>(rate / first_bias),
                       .deviation_scale = static_cast<Real>(1 / std::sqrt(second_bias)),
                       .eps = static_cast<Real>(options_.eps),
                       .shrink = static_cast<Real>(rate * weight_decay)};
  parallel_for(w.size(), kParameterGrain, [&](int64_t begin, int64_t end) {
    const auto move = [&](const auto& factor) {
      move_adamw(&w[begin], &dw[begin], &first_moment_[index][begin], &second_moment_[index][begin], end - begin, step,
                 factor);
    };
    if (multiplier(index).defined()) {
      move([factor = &multiplier(index)[begin]](int64_t i) { return factor[i]; });
    } else {
      move([](int64_t) { return Real(1); });
    }
  });
}

// In s W, W moves by the same step whatever the gradient's size: only its sign counts. s W moves by |s| times that.
Tensor AdamW::multiplier_of(const Tensor& scales) const {
  Tensor sizes = scales.clone();
  for (int64_t i = 0; i < sizes.size(); ++i) sizes[i] = std::abs(sizes[i]);
  return sizes;
}

}  // namespace onefold
