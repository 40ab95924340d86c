#pragma once

#include "layers/module.h"
#include "layers/reparam/linear_form.h"

namespace onefold {

/// A module that is linear in evaluation mode, and says how: what a LinearBlock is made of. Implement it, and a layer
/// of your own folds wherever it stands.
class LinearPiece : public Module {
 public:
  /// The input channels that it takes; 0 for any number, of which it then gives as many.
  virtual int64_t in_channels() const { return 0; }

  /// What it computes in evaluation mode for that many input channels, as a copy. Throws FoldError in training mode and
  /// for numbers that no convolution can have: NaN, a negative variance.
  virtual LinearForm linear(int64_t channels) const = 0;
};

/// What a module is in evaluation mode for that many input channels. Throws FoldError, saying what it is, for one that
/// is not linear, and one that takes another number of channels.
LinearForm linear_form(const Module& module, int64_t channels);

/// A module by its name in a state.
struct NamedPiece {
  std::string name;
  const Module* module;
};

/// Modules one after the other, for so many input channels; of none, the identity. Throws as linear_form(), naming the
/// module.
LinearForm chain_form(const std::vector<NamedPiece>& pieces, int64_t channels);

/// The input channels that a linear module takes. Throws FoldError where it takes any number, so that nothing says how
/// large its kernel is.
int64_t known_channels(const LinearPiece& module);

}  // namespace onefold
