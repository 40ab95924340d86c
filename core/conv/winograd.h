#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

// Winograd convolution F(m x m, 3 x 3) for m = 2 or 4, stride 1, padding 0 to 2, one group; any H and W.
//
// A tile of m x m outputs depends on (m + 2) x (m + 2) inputs. Tile and kernel are transformed so that their
// convolution becomes (m + 2)^2 products, one per position. Over all tiles and channels these are (m + 2)^2 matrix
// products:
//   y = A^T [(G g G^T) . (B^T d B)] A
// 36 multiplications instead of 144 for m = 4, 16 instead of 36 for m = 2.
// The gradient of the input is a convolution of dy with the kernel rotated by 180 degrees and its input and output
// channels exchanged. The gradient of the weights transposes every step: dw = G^T [(B^T d B)^T (A dy A^T)] G.
// Lavin, Gray: "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, sections 4.1 to 4.3.

extern const ConvAlgorithmRow winograd2_row, winograd4_row;

/// Whether a Winograd algorithm for this stride, here or in the annex, supports a convolution.
inline bool fits_winograd(const ConvGeometry& g, int64_t stride) {
  const Conv2dArgs& args = g.args;
  return g.R == 3 && g.S == 3 && args.stride_h == stride && args.stride_w == stride && args.dilation_h == 1 &&
         args.dilation_w == 1 && args.groups == 1 && args.padding_h <= 2 && args.padding_w <= 2;
}

/// The kernel [3, 3, K, C] that dy is convolved with to get the gradient of the input.
Tensor rotate_weights(const Tensor& w);

}  // namespace onefold
