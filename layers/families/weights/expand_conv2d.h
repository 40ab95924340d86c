#pragma once

#include <string>
#include <vector>

#include "layers/families/weights/composed_conv2d.h"
#include "layers/initializer.h"

namespace onefold {

/// The linear layers into which ExpandNet expands a convolution.
enum class Expansion {
  layers,   // CL: 1x1, then k x k, then 1x1
  kernels,  // CK: k x k as a chain of (k - 1) / 2 3x3 layers
};

struct ExpandOptions {
  Expansion expansion = Expansion::layers;
  int64_t rate = 4;         // intermediate feature maps have this many times the channels
  bool widen_input = true;  // in the paper, a network's first layer keeps the image's 3 channels
};

/// A convolution of an ExpandNet: a chain of three or more layers without activations. Only the first layer pads, not
/// the wide feature maps in between. The chain is equal to one convolution, whose kernel is the composition of the
/// layers' kernels, and training convolves with that. Channels: in -> rate in -> rate out ... -> out. The last layer
/// has the stride, every layer the groups.
/// Guo, Alvarez, Salzmann: "ExpandNets: Linear Over-parameterization to Train Compact Convolutional Networks",
/// NeurIPS 2020, section 3. Here the layers have no biases, since a batch norm follows.
/// Parameters: factor0, factor1 ..., each [R, S, in per group, out]; initially their product has He's variance.
class ExpandConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, if the rate is below 1, and, with Expansion::kernels, if the kernel is not
  /// square, odd and at least 5x5.
  ExpandConv2d(const Conv2dOptions& options, Initializer& initializer, const ExpandOptions& expand = {});

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  const std::vector<Variable>& factors() const { return factors_; }

 private:
  Conv2dOptions options_;
  ExpandOptions expand_;
  std::vector<Variable> factors_;
};

}  // namespace onefold
