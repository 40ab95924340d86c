#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "layers/calculus/fixed_conv2d.h"

namespace onefold {

/// The computation of a linear module in evaluation mode, as a value: a piece, a chain of forms, or a sum of forms of
/// the same input. It holds copies, so the module may be trained further. reduce() rewrites any form step by step until
/// a single convolution is left, which is all that folding does.
struct LinearForm {
  enum class Kind { piece, chain, sum };

  Kind kind = Kind::piece;
  std::string name;               // the name of a piece in a state, "conv3", or of a branch in a sum, "3x3"
  std::vector<LinearForm> parts;  // the members of a chain or a sum

  // -- of a piece
  std::string what;                                // for titles of steps: "3x3 convolution", "batch norm"
  FixedConv2d conv;                                // the piece as a convolution
  std::optional<FixedBatchNorm> norm;              // of a batch norm
  std::function<Tensor(const Tensor& x)> compute;  // the layer's own computation; empty: as a convolution
  bool is_convolution = false;                     // counted and shown as a convolution
  bool has_bias = false;                           // of the convolution
  int64_t parameters = 0;                          // trained values of a piece that is not a convolution

  int64_t channels_out() const;
};

/// A convolution, from a module's kernel and arguments.
LinearForm convolution_form(const Kernel& kernel, const Conv2dArgs& args);

/// A batch norm as a depthwise 1x1 convolution with bias: its form on its own and after anything but a convolution.
LinearForm batch_norm_form(const FixedBatchNorm& norm);

/// Any other piece. `what` describes it: "average pool 2x2".
LinearForm piece_form(std::string what, FixedConv2d conv, std::function<Tensor(const Tensor& x)> compute,
                      int64_t parameters = 0);

/// The identity as a depthwise 1x1 convolution of ones.
LinearForm identity_form(int64_t channels);

/// A finished rewrite, as passed to the callback: the pieces in `before` were replaced by `after`.
struct Rewrite {
  std::string title;               // "batch norm into the 3x3 convolution"
  std::vector<LinearForm> before;  // in the order of computation
  LinearForm after;
  bool adds = false;  // whether it added the branches of a sum
};
using OnRewrite = std::function<void(const Rewrite& rewrite)>;

/// Rewrites `form`, in place, until it is a single convolution. Throws FoldError, naming branch and piece, if that is
/// impossible: see compose() and common_window().
void reduce(LinearForm& form, const OnRewrite& on_rewrite = {});

}  // namespace onefold
