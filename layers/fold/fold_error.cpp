#include "layers/fold/fold_error.h"

#include <cmath>
#include <sstream>

namespace onefold {

FoldError::FoldError(std::string reason, std::string piece, std::string branch)
    : Error("fold: " + (piece.empty() ? reason : piece + ": " + reason) +
            (branch.empty() ? "" : " (branch " + branch + ")")),
      reason_(std::move(reason)), piece_(std::move(piece)), branch_(std::move(branch)) {}

FoldError FoldError::within(const std::string& name) const {
  if (name.empty()) return *this;
  return FoldError(reason_, piece_.empty() ? name : name + "." + piece_, branch_);
}

FoldError FoldError::in_branch(const std::string& name) const {
  return FoldError(reason_, piece_, branch_.empty() ? name : name + ", inner branch " + branch_);
}

void check_evaluation_mode(const Module& module) {
  if (!module.training()) return;
  throw FoldError(module.type() +
                  " is in training mode; call eval() first, because in training mode a batch norm uses "
                  "the statistics of each batch, which no fixed kernel can hold");
}

void check_finite(std::string_view name, const Tensor& tensor) {
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (std::isfinite(tensor[i])) continue;
    std::ostringstream reason;
    reason << name << " " << tensor.shape() << " has " << tensor[i] << " at element " << i
           << "; the training diverged or the file is damaged, take an earlier state";
    throw FoldError(reason.str());
  }
}

}  // namespace onefold
