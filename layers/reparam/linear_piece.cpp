#include "layers/reparam/linear_piece.h"

#include "layers/fold.h"
#include "layers/reparam/linear_block.h"

namespace onefold {

LinearForm linear_form(const Module& module, int64_t channels) {
  const auto* linear = dynamic_cast<const LinearPiece*>(&module);
  if (linear == nullptr) {
    throw FoldError(module.description() + " is no linear piece, so no convolution can stand for a branch with it; what "
                    "is not linear must come after the sum of a block's branches");
  }
  if (linear->in_channels() != 0 && linear->in_channels() != channels) {
    throw FoldError(module.description() + " takes " + std::to_string(linear->in_channels()) + " channels, but " +
                    std::to_string(channels) + " come");
  }
  return linear->linear(channels);
}

int64_t known_channels(const LinearPiece& module) {
  const int64_t channels = module.in_channels();
  if (channels == 0) {
    throw FoldError(module.description() + " takes any number of channels, so nothing says how large its kernel is; "
                    "let a piece with channels of its own stand in it");
  }
  return channels;
}

FixedConv2d equivalent_convolution(Module& module) {
  const EvaluationMode evaluation(module);
  const auto* block = dynamic_cast<const LinearBlock*>(&module);
  const auto* piece = dynamic_cast<const LinearPiece*>(&module);
  LinearForm form = block != nullptr   ? block->sum_of_branches()
                    : piece != nullptr ? piece->linear(known_channels(*piece))
                                       : linear_form(module, 0);
  reduce(form);
  return form.conv;
}

}  // namespace onefold
