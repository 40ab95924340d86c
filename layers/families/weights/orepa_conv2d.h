#pragma once

#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/families/weights/composed_conv2d.h"

namespace onefold {

/// OREPA: the branches of a diverse block without their batch norms, each scaled by a learned number an output channel
/// instead. So the block is linear in training too, and its branches become one kernel before they see a single pixel;
/// one batch norm follows the convolution with it. The branches, each scaled and then summed:
///
///     k x k                        a kernel as it is
///     1x1 -> centre                a 1x1, then a filter that takes the middle pixel: the 1x1 itself
///     1x1 -> average               a 1x1, then the mean of k x k pixels
///     1x1 -> cosine                a 1x1, then a cosine of one frequency a channel over the k x k pixels, along the
///                                  rows or along the columns: the frequency prior
///     1x1 -> k x k                 two kernels, the first to as many channels as come in
///     depthwise -> 1x1             8 filters for each input channel, then a 1x1
///
/// Hu, Feng, Hua et al.: "Online Convolutional Re-parameterization", CVPR 2022, section 3: blocks made linear, then
/// squeezed into a kernel. Our choices: the scales start at 1 / sqrt(branches), the cosines take the frequencies
/// 1 ... k - 1 in turn.
/// Parameters: kernel, centre, average, cosine, pointwise, after_pointwise, depthwise, after_depthwise, all He normal;
/// scale_* [out] of each branch.
class OrepaConv2d : public ComposedConv2d {
 public:
  /// Throws Error as composed_shape() does, and for a kernel that is not square and odd.
  OrepaConv2d(const Conv2dOptions& options, Initializer& initializer);

  Variable kernel() const override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// The branches by name, each a kernel [R, S, in / groups, out], scaled: they add up to kernel().
  struct BranchKernel {
    std::string name;
    Variable kernel;
  };
  std::vector<BranchKernel> branch_kernels() const;

 private:
  Conv2dOptions options_;
  Variable kernel_, pointwise_, after_pointwise_, depthwise_, after_depthwise_;
  Variable scale_kernel_, scale_pointwise_, scale_depthwise_;

  /// A 1x1, then the same fixed filter for ever.
  struct Filtered {
    std::string name;
    Variable pointwise;  // [1, 1, in / groups, out]
    Variable filter;     // [R, S, 1, out], constant
    Variable scale;
  };
  std::vector<Filtered> filtered_;
};

}  // namespace onefold
