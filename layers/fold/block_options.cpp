#include "layers/fold/block_options.h"

namespace onefold {

std::string BlockOptions::text() const {
  std::string text = std::to_string(in) + " -> " + std::to_string(out);
  if (stride != 1) text += ", stride " + std::to_string(stride);
  if (groups != 1) text += ", groups " + std::to_string(groups);
  if (activation == Activation::none) text += ", no activation";
  return text;
}

Conv2dOptions same_convolution(const BlockOptions& options, int64_t rows, int64_t columns) {
  Conv2dOptions made = same_convolution(options.in, options.out, rows, columns, options.stride, options.groups);
  if (rows == 3 && columns == 3) made.first = options.first;
  return made;
}

Conv2dOptions same_convolution(int64_t in, int64_t out, int64_t rows, int64_t columns, int64_t stride, int64_t groups,
                               int64_t dilation) {
  Conv2dOptions options{
      .in = in, .out = out, .kernel_h = rows, .kernel_w = columns, .args = conv2d_args(stride, 0, groups)};
  options.args.dilation_h = options.args.dilation_w = dilation;
  options.args.padding_h = rows / 2 * dilation;
  options.args.padding_w = columns / 2 * dilation;
  return options;
}

}  // namespace onefold
