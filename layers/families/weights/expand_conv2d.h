#pragma once

#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/families/weights/composed_conv2d.h"

namespace onefold {

/// Into which linear layers ExpandNet makes one convolution.
enum class Expansion {
  layers,   // CL: 1x1, then k x k, then 1x1
  kernels,  // CK: k x k as 3x3 after 3x3, (k - 1) / 2 of them
};

struct ExpandOptions {
  Expansion expansion = Expansion::layers;
  int64_t rate = 4;         // the maps between have so many times the channels
  bool widen_input = true;  // the paper's first layer of a network keeps the image's 3 channels
};

/// A convolution of an ExpandNet: three layers or more in a row, no activation between, the wide maps between them
/// padded by nothing: all padding is in the first. Such a row is one convolution, whose kernel is the layers' kernels
/// composed, and training convolves with that. Channels: in -> rate in -> rate out ... -> out. The last layer has the
/// stride, every layer the groups.
/// Guo, Alvarez, Salzmann: "ExpandNets: Linear Over-parameterization to Train Compact Convolutional Networks",
/// NeurIPS 2020, section 3. The layers have no biases here, since a batch norm follows.
/// Parameters: factor0, factor1 ..., [R, S, in of a group, out] each, He normal together.
class ExpandConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, for a rate below 1, and with Expansion::kernels for a kernel that is not
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
