#pragma once

#include <string>
#include <vector>

#include "core/conv/conv2d.h"
#include "layers/fold/kernel.h"

namespace onefold {

/// A linear piece of a block in evaluation mode: what each of them is, and what chains and sums of them are again.
/// y = conv2d(x with padding, kernel) + bias, in double, where the padding may hold a constant of each input channel.
struct FixedConv2d {
  DoubleKernel kernel;
  Conv2dArgs args;
  std::vector<double> border;  // [C] what the padding holds; empty for zeros, which is all that a Conv2d can pad with

  int64_t channels_in() const { return kernel.shape[2] * args.groups; }
  int64_t channels_out() const { return kernel.channels_out(); }
};

/// "3x3 convolution", "1x1 convolution"
std::string size_text(const FixedConv2d& conv);

/// second(first(x)) as one convolution. The channels between are padded by second with its border, where the one
/// convolution computes its own values from first's padding. So second may pad only where both are the same:
/// where first sees nothing but padding there, and makes of it just what second pads with. Else throws FoldError that
/// says which of the two fails, and the remedy. Keeps a dilation where one of the two is 1x1, and inserts zeros
/// elsewhere.
FixedConv2d compose(const FixedConv2d& first, const FixedConv2d& second);

/// Where a kernel's window begins and ends against the pixel that an output pixel stands for, and in how many groups:
/// what the summands of a sum must have in common.
struct CommonWindow {
  Shape size;       // [R, S] in pixels
  Conv2dArgs args;  // dilation 1 unless all summands have this window and dilation already
};

/// The smallest window that holds those of all summands. Throws FoldError, naming two summands, for other strides,
/// other numbers of channels, and grids that do not agree: a 1x1 at stride 2 with padding 1 sees other pixels than a
/// 3x3 with padding 1, and gives a map of another size.
CommonWindow common_window(const std::vector<FixedConv2d>& summands, const std::vector<std::string>& names);

/// The same convolution in that window: dilated, with zeros around it, in fewer groups.
FixedConv2d placed(const FixedConv2d& conv, const CommonWindow& window);

/// Whether placed() would change anything.
bool fits(const FixedConv2d& conv, const CommonWindow& window);

/// The end of a fold, as a Conv2d holds it. Throws FoldError for a padding that is not zeros, and Error where a number
/// is beyond the range of Real.
Kernel rounded(const FixedConv2d& conv);

}  // namespace onefold
