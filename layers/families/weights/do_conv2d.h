#pragma once

#include <string>

#include "layers/families/weights/composed_conv2d.h"
#include "layers/initializer.h"

namespace onefold {

/// DO-Conv: each input channel passes through R S filters of its own before the convolution mixes channels. Both steps
/// are linear, so their product is a kernel of the usual size, and training convolves with that:
///
///     K[m, i, o] = sum over s of (D + I)[m, i, s] W[i, s, o]      m, s = 1 ... R S
///
/// D is initially zero, so K starts as W, He normal. With groups, W mixes only within a group.
/// Cao, Li, Sun et al.: "DO-Conv: Depthwise Over-parameterized Convolutional Layer", 2020, section 3.
/// Parameters: weight W [1, 1, (in / groups) R S, out], depthwise D [R, S, 1, in R S].
class DoConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does.
  DoConv2d(const Conv2dOptions& options, Initializer& initializer);

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  Conv2dOptions options_;
  Variable weight_, depthwise_;
  Variable identity_;  // I: filter s of a channel takes pixel s
};

}  // namespace onefold
