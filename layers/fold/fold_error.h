#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/tensor.h"
#include "layers/module.h"

namespace onefold {

/// Why a module cannot fold, and which piece of it, in which branch of a sum:
/// "fold: stages.1.0.bn3: running_var of channel 4 is -0.1 ... (branch 3x3)".
class FoldError : public Error {
 public:
  explicit FoldError(std::string reason, std::string piece = {}, std::string branch = {});

  /// The same error as seen from the module above, which calls this one `name`; without a name it is the same.
  FoldError within(const std::string& name) const;

  /// The same error as seen from a sum, whose branch of this name has the piece.
  FoldError in_branch(const std::string& name) const;

 private:
  std::string reason_;
  std::string piece_;
  std::string branch_;
};

/// Runs one piece of a fold, so that an error in it says the piece's name.
template <class Piece>
auto fold_piece(const std::string& name, Piece&& piece) -> decltype(piece()) {
  try {
    return std::forward<Piece>(piece)();
  } catch (const FoldError& error) {
    throw error.within(name);
  }
}

/// The same for a branch of a sum.
template <class Branch>
auto fold_branch(const std::string& name, Branch&& branch) -> decltype(branch()) {
  try {
    return std::forward<Branch>(branch)();
  } catch (const FoldError& error) {
    throw error.in_branch(name);
  }
}

/// Throws FoldError for a module in training mode, whose batch norms depend on the batch.
void check_evaluation_mode(const Module& module);

/// The fold of a layer without parameters: a copy in evaluation mode, made from the same settings.
template <class Layer, class... Settings>
std::unique_ptr<Module> fold_to_copy(const Layer& layer, const Settings&... settings) {
  check_evaluation_mode(layer);
  auto copy = std::make_unique<Layer>(settings...);
  copy->eval();
  return copy;
}

/// Throws FoldError, naming the first element of `tensor` that is NaN or infinite.
void check_finite(std::string_view name, const Tensor& tensor);

}  // namespace onefold
