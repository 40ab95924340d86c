#include "layers/reparam/block_options.h"

#include "layers/reparam/linear_block.h"

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

}  // namespace onefold
