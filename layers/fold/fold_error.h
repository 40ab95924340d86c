#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/tensor.h"
#include "layers/module.h"

namespace onefold {

/// Says why a module cannot be folded, in which of its layers the cause is, and in which branch of a sum:
/// "fold: stages.1.0.bn3: running_var of channel 4 is -0.1 ... (branch 3x3)".
class FoldError : public Error {
 public:
  explicit FoldError(std::string reason, std::string piece = {}, std::string branch = {});

  /// The same error as seen from the parent module, which calls this one `name`. An empty name changes nothing.
  FoldError within(const std::string& name) const;

  /// The same error as seen from a sum in which the branch `name` failed.
  FoldError in_branch(const std::string& name) const;

 private:
  std::string reason_;
  std::string piece_;
  std::string branch_;
};

/// Runs one step of a fold and adds `name` to any FoldError that it throws.
template <class Piece>
auto fold_piece(const std::string& name, Piece&& piece) -> decltype(piece()) {
  try {
    return std::forward<Piece>(piece)();
  } catch (const FoldError& error) {
    throw error.within(name);
  }
}

/// Does the same for a branch of a sum.
template <class Branch>
auto fold_branch(const std::string& name, Branch&& branch) -> decltype(branch()) {
  try {
    return std::forward<Branch>(branch)();
  } catch (const FoldError& error) {
    throw error.in_branch(name);
  }
}

/// Throws FoldError if the module is in training mode, in which its batch norms depend on the batch.
void check_evaluation_mode(const Module& module);

/// Folds a layer without parameters: returns a copy in evaluation mode, made with the same settings.
template <class Layer, class... Settings>
std::unique_ptr<Module> fold_to_copy(const Layer& layer, const Settings&... settings) {
  check_evaluation_mode(layer);
  auto copy = std::make_unique<Layer>(settings...);
  copy->eval();
  return copy;
}

/// Throws FoldError if an element of `tensor` is NaN or infinite, and names the first one.
void check_finite(std::string_view name, const Tensor& tensor);

}  // namespace onefold
