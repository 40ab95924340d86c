#pragma once

#include <string>
#include <vector>

#include "core/conv/conv2d.h"
#include "layers/fold/kernel.h"

namespace onefold {

/// A linear piece of a block in evaluation mode, or a chain or sum of such pieces, as a convolution:
/// y = conv2d(x with padding, kernel) + bias, in double. The padding may hold a constant per input channel.
struct FixedConv2d {
  DoubleKernel kernel;
  Conv2dArgs args;
  std::vector<double> border;  // [C] values in the padding; empty for zeros, the only padding of a Conv2d

  int64_t channels_in() const { return kernel.shape[2] * args.groups; }
  int64_t channels_out() const { return kernel.channels_out(); }
};

/// "3x3 convolution", "1x1 convolution"
std::string size_text(const FixedConv2d& conv);

/// second(first(x)) as one convolution. The second pads its input with its border, but a single convolution would
/// compute those values from first's padding. So the second may pad only if both agree: if the first sees nothing but
/// padding there and computes exactly the second's border from it. Otherwise throws FoldError that says which of the
/// two conditions fails, and the remedy. Keeps a dilation if one of the two is 1x1, and inserts zeros otherwise.
FixedConv2d compose(const FixedConv2d& first, const FixedConv2d& second);

/// The start and end of a kernel's window relative to its output pixel, and the number of groups: what all summands of
/// a sum must have in common.
struct CommonWindow {
  Shape size;       // [R, S] in pixels
  Conv2dArgs args;  // dilation 1 unless all summands already have this window and dilation
};

/// The smallest window that contains those of all summands. Throws FoldError, naming two summands, if strides or
/// numbers of channels differ, and if the grids do not match: a 1x1 at stride 2 with padding 1 sees other pixels than a
/// 3x3 with padding 1, and its feature map has another size.
CommonWindow common_window(const std::vector<FixedConv2d>& summands, const std::vector<std::string>& names);

/// The same convolution in that window: dilated, padded with zeros, in fewer groups.
FixedConv2d placed(const FixedConv2d& conv, const CommonWindow& window);

/// Whether placed() would change anything.
bool fits(const FixedConv2d& conv, const CommonWindow& window);

/// Rounds to a Conv2d's kernel, the last step of a fold. Throws FoldError if the padding is not zeros, and Error if a
/// value is outside the range of Real.
Kernel rounded(const FixedConv2d& conv);

}  // namespace onefold
