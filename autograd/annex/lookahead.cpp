#include "autograd/annex/lookahead.h"

#include <utility>

#include "autograd/optim/optimizer.h"
#include "core/check.h"
#include "core/parallel.h"

namespace onefold {

namespace {

void call_back(Real* fast, Real* slow, int64_t count, Real share) {
  for (int64_t i = 0; i < count; ++i) {
    slow[i] += share * (fast[i] - slow[i]);
    fast[i] = slow[i];
  }
}

}  // namespace

Lookahead::Lookahead(std::vector<Variable> parameters, const LookaheadOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  check(!parameters_.empty(), "Lookahead: got no parameters, expected at least 1");
  check(options.interval >= 1, "Lookahead: an interval of ", options.interval, " steps must be at least 1");
  check(options.decay >= 0 && options.decay < 1, "Lookahead: decay ", options.decay, " must be at least 0 and below 1");
  for (const Variable& parameter : parameters_) memory_["slow"].push_back(parameter.value().clone());
}

void Lookahead::after_step(int64_t steps, int64_t total_steps) {
  if (steps % options_.interval != 0 && steps != total_steps) return;
  const double progress = static_cast<double>(steps) / static_cast<double>(total_steps);
  const auto share = static_cast<Real>(1 - options_.decay * progress * progress * progress);
  std::vector<Tensor>& slow = memory_.at("slow");
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Tensor& fast = parameters_[i].mutable_value();
    parallel_for(fast.size(), kParameterGrain,
                 [&](int64_t begin, int64_t end) { call_back(&fast[begin], &slow[i][begin], end - begin, share); });
  }
}

void Lookahead::load_state(const std::map<std::string, Tensor>& state) {
  load_numbered_state("Lookahead", memory_, state);
}

}  // namespace onefold
