#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "layers/calculus/linear_form.h"
#include "layers/batch_norm.h"
#include "layers/fold/repvgg_block.h"
#include "layers/sequential.h"

namespace onefold {

/// The interface of the calculus: a module that is linear in evaluation mode, up to its activation(), and says how.
/// Implement it, and a layer of your own folds in any branch of a LinearBlock. The library's basic layers are known to
/// linear_view() as they are.
class LinearPiece : public Module {
 public:
  /// The input channels; 0 for any number, of which the output then has as many.
  virtual int64_t in_channels() const { return 0; }

  /// What it computes in evaluation mode for that many input channels, as a copy. Throws FoldError in training mode and
  /// for values that no convolution can have: NaN, a negative variance.
  virtual LinearForm linear(int64_t channels) const = 0;

  /// What comes after that.
  virtual Activation activation() const { return Activation::none; }

  /// The same without the activation, one op at a time.
  virtual Variable sum_by_pieces(const Variable& x) { return (*this)(x); }

  /// The kernel and its arguments if it is a convolution without bias: a block in training computes these in one op.
  struct PlainConvolution {
    Variable weight;
    Conv2dArgs args;
  };
  virtual std::optional<PlainConvolution> plain_convolution() const { return std::nullopt; }
};

/// How the calculus sees a module: Conv2d, BatchNorm2d, AvgPool2d, Identity, Sequential, RepVggBlock and every
/// LinearPiece. This is the one place that asks a module for its type.
struct LinearView {
  int64_t in_channels = 0;                              // 0: any
  std::function<LinearForm(int64_t channels)> linear;   // up to the activation
  Activation activation = Activation::none;
  std::function<Variable(const Variable& x)> sum_by_pieces;  // the same as ops
  std::function<std::optional<LinearPiece::PlainConvolution>()> plain_convolution = [] { return std::nullopt; };
  // The module itself, if it is one of these.
  Conv2d* conv = nullptr;
  BatchNorm2d* norm = nullptr;
  Sequential* layers = nullptr;
};

/// None for a module that is not linear.
std::optional<LinearView> linear_view(Module& module);

/// What a module is in evaluation mode for that many input channels. Throws FoldError, saying what it is, for one that
/// is not linear, and one that takes another number of channels.
LinearForm linear_form(Module& module, int64_t channels);

/// The sum of a RepVggBlock's branches. Throws FoldError as its fold() does.
LinearForm repvgg_form(const RepVggBlock& block);

/// A module by its name in a state.
struct NamedPiece {
  std::string name;
  Module* module;
};

/// Modules one after the other, for that many input channels; of none, the identity. Throws as linear_form(), naming
/// the module.
LinearForm chain_form(const std::vector<NamedPiece>& pieces, int64_t channels);

/// The input channels that a piece takes. Throws FoldError if it takes any number, so that its kernel has no size.
int64_t known_channels(const LinearPiece& piece);

/// A block or piece up to its activation, for its own number of input channels. Throws FoldError as linear_form() and
/// known_channels().
LinearForm form_before_activation(Module& module);

}  // namespace onefold
