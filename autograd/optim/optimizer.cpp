#include "autograd/optim/optimizer.h"

#include <cmath>
#include <set>
#include <utility>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/parallel.h"

namespace onefold {

namespace {

bool is_rate(double value) { return value >= 0 && std::isfinite(value); }

// The loops below take their constants by value, so that the compiler knows that writing w changes none of them and
// vectorizes the loops.

struct SgdStep {
  Real rate, decay, momentum;
};

void move_plain(Real* w, const Real* dw, int64_t count, const SgdStep step) {
  for (int64_t i = 0; i < count; ++i) w[i] -= step.rate * (dw[i] + step.decay * w[i]);
}

void move_momentum(Real* w, const Real* dw, Real* v, int64_t count, const SgdStep step) {
  for (int64_t i = 0; i < count; ++i) {
    v[i] = step.momentum * v[i] + (dw[i] + step.decay * w[i]);
    w[i] -= step.rate * v[i];
  }
}

// [nesterov]
void move_nesterov(Real* w, const Real* dw, Real* v, int64_t count, const SgdStep step) {
  for (int64_t i = 0; i < count; ++i) {
    const Real g = dw[i] + step.decay * w[i];
    v[i] = step.momentum * v[i] + g;
    w[i] -= step.rate * (g + step.momentum * v[i]);
  }
}
// [/nesterov]

}  // namespace

Optimizer::Optimizer(const std::string& name, std::vector<ParameterGroup> groups)
    : name_(name), groups_(std::move(groups)) {
  std::set<const void*> seen;
  for (const ParameterGroup& group : groups_) {
    check(is_rate(group.learning_rate), name, ": learning rate ", group.learning_rate,
          " must be finite and at least 0");
    check(is_rate(group.weight_decay), name, ": weight decay ", group.weight_decay, " must be finite and at least 0");
    for (const Variable& parameter : group.parameters) {
      check(parameter.requires_grad() && !parameter.node(), name, ": parameter ", seen.size(),
            " is not a leaf that requires a gradient; construct it as Variable(tensor, true)");
      check(seen.insert(parameter.id()).second, name, ": a parameter of shape ", parameter.shape(),
            " is listed twice and would move twice per step; list it once");
    }
  }
  check(!seen.empty(), name, ": got no parameters, expected at least 1");
  multipliers_.resize(seen.size());
}

// [branch-scales]
void Optimizer::set_branch_scales(const Variable& parameter, const std::vector<Tensor>& scales) {
  check(!scales.empty(), "set_branch_scales: got no branches, expected at least 1");
  Tensor sum;
  for (const Tensor& of_branch : scales) {
    check(of_branch.shape() == parameter.shape(), "set_branch_scales: scales ", of_branch.shape(),
          " for a parameter of shape ", parameter.shape(), "; the shapes must be equal");
    const Tensor factor = multiplier_of(of_branch);
    sum = sum.defined() ? add(sum, factor) : factor;
  }
  size_t index = 0;
  for (const ParameterGroup& group : groups_) {
    for (const Variable& own : group.parameters) {
      if (own.is(parameter)) {
        multipliers_[index] = sum;
        return;
      }
      ++index;
    }
  }
  fail("set_branch_scales: a parameter of shape ", parameter.shape(), " is not among this optimizer's ", index,
       " parameters; pass the scales to the optimizer that moves it");
}
// [/branch-scales]

Tensor Optimizer::multiplier_of(const Tensor&) const {
  fail("set_branch_scales: this optimizer's steps are not multiples of the branches' steps; use Sgd or AdamW");
}

void Optimizer::step(double rate_scale) {
  check(is_rate(rate_scale), "step: rate scale ", rate_scale, " must be finite and at least 0");
  size_t index = 0;
  for (ParameterGroup& group : groups_) {
    for (Variable& parameter : group.parameters) {
      const Tensor& dw = parameter.grad();
      if (dw.defined()) {
        update(index, parameter.mutable_value(), dw, group.learning_rate * rate_scale, group.weight_decay);
      }
      ++index;
    }
  }
}

void Optimizer::clear_grads() {
  for (ParameterGroup& group : groups_) {
    for (Variable& parameter : group.parameters) parameter.clear_grad();
  }
}

void Optimizer::load_state(const std::map<std::string, Tensor>& state) { load_numbered_state(name_, memory_, state); }

std::vector<Tensor> Optimizer::zeros_like_parameters() const {
  std::vector<Tensor> zeros;
  for (const ParameterGroup& group : groups_) {
    for (const Variable& parameter : group.parameters) zeros.push_back(Tensor::zeros(parameter.shape()));
  }
  return zeros;
}

Sgd::Sgd(std::vector<ParameterGroup> groups, const SgdOptions& options)
    : Optimizer("Sgd", std::move(groups)), options_(options) {
  check(options.momentum >= 0 && options.momentum < 1, "Sgd: momentum ", options.momentum,
        " must be at least 0 and below 1");
  check(options.momentum > 0 || !options.nesterov, "Sgd: Nesterov's look-ahead needs a momentum above 0");
  if (options.momentum > 0) momentum_ = zeros_like_parameters();
}

void Sgd::update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) {
  const SgdStep step{.rate = static_cast<Real>(rate),
                     .decay = static_cast<Real>(weight_decay),
                     .momentum = static_cast<Real>(options_.momentum)};
  const Tensor g = multiplier(index).defined() ? multiply(dw, multiplier(index)) : dw;
  parallel_for(w.size(), kParameterGrain, [&](int64_t begin, int64_t end) {
    if (momentum_.empty()) {
      move_plain(&w[begin], &g[begin], end - begin, step);
    } else {
      const auto move = options_.nesterov ? move_nesterov : move_momentum;
      move(&w[begin], &g[begin], &momentum_[index][begin], end - begin, step);
    }
  });
}

// In s W, W moves against s times the gradient, and s W by s times that.
Tensor Sgd::multiplier_of(const Tensor& scales) const { return multiply(scales, scales); }

}  // namespace onefold
