#include "layers/reparam/linear_piece.h"

#include <utility>

#include "layers/fold.h"

namespace onefold {

LinearForm linear_form(const Module& module, int64_t channels) {
  const auto* linear = dynamic_cast<const LinearPiece*>(&module);
  if (linear == nullptr) {
    throw FoldError(module.description() + " is no linear piece, so no convolution can stand for a branch with it; "
                    "what is not linear must come after the sum of a block's branches");
  }
  if (linear->in_channels() != 0 && linear->in_channels() != channels) {
    throw FoldError(module.description() + " takes " + std::to_string(linear->in_channels()) + " channels, but " +
                    std::to_string(channels) + " come; make them equal");
  }
  return linear->linear(channels);
}

LinearForm chain_form(const std::vector<NamedPiece>& pieces, int64_t channels) {
  LinearForm chain;
  chain.kind = LinearForm::Kind::chain;
  for (const auto& [name, module] : pieces) {
    const Module& piece = *module;
    LinearForm form = fold_piece(name, [&piece, channels] { return linear_form(piece, channels); });
    form.name = name;
    channels = form.channels_out();
    chain.parts.push_back(std::move(form));
  }
  if (pieces.empty()) chain.parts.push_back(identity_form(channels));
  return chain;
}

int64_t known_channels(const LinearPiece& module) {
  const int64_t channels = module.in_channels();
  if (channels == 0) {
    throw FoldError(module.description() + " takes any number of channels, so nothing says how large its kernel is; "
                    "let a piece with channels of its own stand in it");
  }
  return channels;
}

}  // namespace onefold
