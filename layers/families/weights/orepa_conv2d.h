#pragma once

#include <string>
#include <vector>

#include "layers/families/weights/composed_conv2d.h"
#include "layers/initializer.h"

namespace onefold {

/// OREPA: the branches of a diverse branch block with a learned scale per output channel instead of their batch norms.
/// So the block is linear in training too, and its branches are merged into one kernel before the convolution; one
/// batch norm follows. The branches, each scaled and then summed:
///
///     k x k                        a kernel
///     1x1 -> centre                a 1x1, then a filter that selects the middle pixel: the 1x1 itself
///     1x1 -> average               a 1x1, then the mean of k x k pixels
///     1x1 -> cosine                a 1x1, then a cosine of one frequency per channel over the k x k pixels, along the
///                                  rows or along the columns: the frequency prior
///     1x1 -> k x k                 two kernels, the first of which keeps the number of channels
///     depthwise -> 1x1             8 filters per input channel, then a 1x1
///
/// Hu, Feng, Hua et al.: "Online Convolutional Re-parameterization", CVPR 2022, section 3: blocks are made linear, then
/// merged into one kernel. Choices made here: the scales start at 1 / sqrt(branches), and the cosines cycle through the
/// frequencies 1 ... k - 1.
/// Parameters: kernel, centre, average, cosine, pointwise, after_pointwise, depthwise, after_depthwise, all He normal;
/// scale_* [out] per branch.
class OrepaConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, and if the kernel is not square and odd.
  OrepaConv2d(const Conv2dOptions& options, Initializer& initializer);

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// The branches by name, each a scaled kernel [R, S, in / groups, out]. Their sum is kernel().
  struct BranchKernel {
    std::string name;
    Variable kernel;
  };
  std::vector<BranchKernel> branch_kernels() const;

 private:
  Conv2dOptions options_;
  Variable kernel_, pointwise_, after_pointwise_, depthwise_, after_depthwise_;
  Variable scale_kernel_, scale_pointwise_, scale_depthwise_;

  /// A 1x1 followed by a constant filter.
  struct Filtered {
    std::string name;
    Variable pointwise;  // [1, 1, in / groups, out]
    Variable filter;     // [R, S, 1, out], constant
    Variable scale;
  };
  std::vector<Filtered> filtered_;
};

}  // namespace onefold
