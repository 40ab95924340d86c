#include "examples/play/branch_weights.h"

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/linear_piece.h"

namespace onefold {

namespace {

using Kind = LinearForm::Kind;

/// The sum whose parts are the branches, and the beginning of its layers' names: "sum." for a sum inside a chain.
const LinearForm& sum_of_several(const LinearForm& form, std::string& names) {
  if (form.kind == Kind::sum && form.parts.size() == 1 && form.parts.front().kind == Kind::chain &&
      form.parts.front().parts.front().kind == Kind::sum) {
    const LinearForm& inner = form.parts.front().parts.front();
    names += inner.name + ".";
    return sum_of_several(inner, names);
  }
  return form;
}

}  // namespace

std::vector<WeightedBranch> weighted_branches(Module& block) {
  const LinearForm form = form_before_activation(block);
  std::string names;
  std::vector<WeightedBranch> branches;
  for (const LinearForm& branch : sum_of_several(form, names).parts) {
    const LinearForm& last = branch.parts.back();
    branches.push_back({branch.name, last.name.empty() ? "" : names + last.name});
  }
  return branches;
}

void weigh_branches(Module& block, const std::vector<double>& weights) {
  const std::vector<WeightedBranch> branches = weighted_branches(block);
  check(weights.size() == branches.size(), "weigh_branches: ", weights.size(), " weights for the ", branches.size(),
        " branches of ", block.description(), "; give one for each");
  for (const NamedModule& layer : named_modules(block)) {
    for (size_t b = 0; b < branches.size(); ++b) {
      if (layer.name.empty() || layer.name != branches[b].layer) continue;
      for (NamedParameter& parameter : own_parameters(*layer.module)) {
        parameter.value.set_value(scale(parameter.value.value(), static_cast<Real>(weights[b])));
      }
    }
  }
}

}  // namespace onefold
