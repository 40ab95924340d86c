#pragma once

#include <string>

#include "layers/initializer.h"
#include "layers/families/weights/composed_conv2d.h"

namespace onefold {

/// DiracNet: the skip connection as part of the kernel, which is a multiple of the identity and a filter of a length of
/// its own:
///
///     K[o] = a[o] delta[o] + b[o] W[o] / |W[o]|      a = 1, b = 0.1 at the start
///
/// delta[o] is one at the kernel's centre for the input channel in the same place of o's group, and nowhere where there
/// is none. a and b are one number a channel, so the usual groups of parameters keep them off weight decay, as the
/// paper asks; decay of W changes its length and so not K.
/// Zagoruyko, Komodakis: "DiracNets: Training Very Deep Neural Networks Without Skip-Connections", 2017, section 3.
/// Parameters: weight W [R, S, in / groups, out], identity a [out], filter b [out].
class DiracConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, and for an even kernel, which has no centre.
  DiracConv2d(const Conv2dOptions& options, Initializer& initializer);

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  Variable delta_;  // constant
  Variable weight_, identity_, filter_;
};

}  // namespace onefold
