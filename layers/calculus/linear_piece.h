#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "layers/batch_norm.h"
#include "layers/calculus/linear_form.h"
#include "layers/fold/repvgg_block.h"
#include "layers/sequential.h"

namespace onefold {

/// The interface of the calculus: a module that is linear in evaluation mode, up to its activation(), and that returns
/// its linear form. A layer that implements it folds in any branch of a LinearBlock. The library's basic layers need
/// not implement it: linear_view() handles them.
class LinearPiece : public Module {
 public:
  /// The number of input channels; 0 if any number is allowed, which then is the number of output channels too.
  virtual int64_t in_channels() const { return 0; }

  /// The computation in evaluation mode for that many input channels, as a copy. Throws FoldError in training mode and
  /// if a value cannot be part of a convolution: NaN, a negative variance.
  virtual LinearForm linear(int64_t channels) const = 0;

  /// The activation after the linear part.
  virtual Activation activation() const { return Activation::none; }

  /// The output without the activation, computed one op at a time.
  virtual Variable sum_by_pieces(const Variable& x) { return (*this)(x); }

  /// Kernel and arguments of a convolution without bias: a block in training fuses these into one op.
  struct PlainConvolution {
    Variable weight;
    Conv2dArgs args;
  };
  virtual std::optional<PlainConvolution> plain_convolution() const { return std::nullopt; }
};

/// A module as the calculus sees it: Conv2d, ConvRelu, BatchNorm2d, Identity, Sequential, RepVggBlock and every
/// LinearPiece. Only linear_view() and is_relu() query the type of a module.
struct LinearView {
  int64_t in_channels = 0;                             // 0: any
  std::function<LinearForm(int64_t channels)> linear;  // up to the activation
  Activation activation = Activation::none;
  std::function<Variable(const Variable& x)> sum_by_pieces;  // the same, one op at a time
  std::function<std::optional<LinearPiece::PlainConvolution>()> plain_convolution = [] { return std::nullopt; };
  // The module itself, if it has one of these types.
  RepVggBlock* block = nullptr;
  Conv2d* conv = nullptr;
  BatchNorm2d* norm = nullptr;
  Sequential* layers = nullptr;
};

/// Empty if the module is not linear.
std::optional<LinearView> linear_view(Module& module);

/// Whether the module is the ReLU that a block or a folded convolution before it can take in.
bool is_relu(const Module& module);

/// The linear form of a module in evaluation mode for that many input channels. Throws FoldError if the module is not
/// linear, saying what it is, or if it takes another number of channels.
LinearForm linear_form(Module& module, int64_t channels);

/// The sum of a RepVggBlock's branches. Throws FoldError as its fold() does.
LinearForm repvgg_form(const RepVggBlock& block);

/// A module by its name in a state.
struct NamedPiece {
  std::string name;
  Module* module;
};

/// The linear form of a chain of modules for that many input channels; an empty chain is the identity. Throws as
/// linear_form(), naming the module.
LinearForm chain_form(const std::vector<NamedPiece>& pieces, int64_t channels);

/// The number of input channels of a piece. Throws FoldError if it takes any number, since its kernel then has no size.
int64_t known_channels(const LinearPiece& piece);

/// The linear form of a block or piece up to its activation, for its own number of input channels. Throws FoldError as
/// linear_form() and known_channels().
LinearForm form_before_activation(Module& module);

}  // namespace onefold
