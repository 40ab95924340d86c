#pragma once

#include <string>

#include "layers/families/weights/composed_conv2d.h"
#include "layers/initializer.h"

namespace onefold {

/// DiracNet: the skip connection as part of the kernel, which is the sum of a multiple of the identity and a filter
/// with a trained length:
///
///     K[o] = a[o] delta[o] + b[o] W[o] / |W[o]|      initially a = 1, b = 0.1
///
/// delta[o] is one at the kernel's centre for the input channel with the same index in o's group, if it exists, and
/// zero elsewhere. a and b are one value per channel, so the usual parameter groups exempt them from weight decay, as
/// the paper requires. Decay of W changes only its length and so not K.
/// Zagoruyko, Komodakis: "DiracNets: Training Very Deep Neural Networks Without Skip-Connections", 2017, section 3.
/// Parameters: weight W [R, S, in / groups, out], identity a [out], filter b [out].
class DiracConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, and if the kernel size is even, which leaves no centre.
  DiracConv2d(const Conv2dOptions& options, Initializer& initializer);

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  Variable delta_;  // constant
  Variable weight_, identity_, filter_;
};

}  // namespace onefold
