#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "layers/calculus/fixed_conv2d.h"

namespace onefold {

/// What a linear module computes in evaluation mode, as a value: a piece, a chain of forms one after the other, or a
/// sum of forms of the same input. It holds copies, so the module may train on. reduce() rewrites any of them, step by
/// step, until a single convolution is left: that is all that folding is.
struct LinearForm {
  enum class Kind { piece, chain, sum };

  Kind kind = Kind::piece;
  std::string name;  // the piece's name in a state, "conv3"; a branch's in a sum, "3x3"
  std::vector<LinearForm> parts;  // of a chain or a sum

  // -- of a piece
  std::string what;                                    // in the title of a step: "3x3 convolution", "batch norm"
  FixedConv2d conv;                                    // what it is
  std::optional<FixedBatchNorm> norm;                  // of a batch norm
  std::function<Tensor(const Tensor& x)> compute;      // as the layer itself does; none: as a convolution
  bool is_convolution = false;                         // counts as one, and is shown
  bool has_bias = false;                               // of the convolution
  int64_t parameters = 0;                              // trained numbers of a piece that is no convolution

  int64_t channels_out() const;
};

/// A convolution, from what a module holds.
LinearForm convolution_form(const Kernel& kernel, const Conv2dArgs& args);

/// A batch norm, as a depthwise 1x1 convolution with bias: what it is alone, and after anything but a convolution.
LinearForm batch_norm_form(const FixedBatchNorm& norm);

/// Any other piece. `what` names it in words: "average pool 2x2".
LinearForm piece_form(std::string what, FixedConv2d conv, std::function<Tensor(const Tensor& x)> compute,
                      int64_t parameters = 0);

/// x itself, as a depthwise 1x1 convolution of ones.
LinearForm identity_form(int64_t channels);

/// Is told of each rewrite once it is done. `before` are the pieces that went, `after` is what came.
struct Rewrite {
  std::string title;               // "batch norm into the 3x3 convolution"
  std::vector<LinearForm> before;  // in the order that they computed
  LinearForm after;
};
using OnRewrite = std::function<void(const Rewrite& rewrite)>;

/// Rewrites `form`, in place, until it is a piece that is a convolution. Throws FoldError, naming branch and piece,
/// where it cannot be one: see compose() and common_window().
void reduce(LinearForm& form, const OnRewrite& on_rewrite = {});

}  // namespace onefold
