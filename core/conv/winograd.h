#pragma once

#include "core/conv/conv2d.h"

namespace onefold {

/// Winograd convolution F(m x m, 3 x 3) for m = 2 or 4, stride 1, padding 0 to 2, one group; any H and W.
///
/// A tile of m x m outputs sees (m + 2) x (m + 2) inputs. Both tile and kernel are transformed so that their
/// convolution becomes (m + 2)^2 products, one a position, and over all tiles and channels that many matrix products:
///   y = A^T [(G g G^T) . (B^T d B)] A
/// 36 multiplications instead of 144 for m = 4, 16 instead of 36 for m = 2.
/// Lavin, Gray: "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, sections 4.1 to 4.3.
///
/// Same shapes as conv2d() and its gradients; `m` is checked, the rest by conv2d(). Where `statistics` is given, it is
/// filled with those of the result.
Tensor conv2d_winograd(int m, const Tensor& x, const Tensor& w, const Conv2dArgs& args, PackedWeights& packed,
                       const Tensor& bias = {}, Activation activation = Activation::none,
                       ChannelStatistics* statistics = nullptr);

/// The gradient of the input is a convolution of dy with the kernel rotated by 180 degrees, in and out exchanged. It is
/// added to `sum` where that is given.
Tensor conv2d_winograd_backward_input(int m, const Tensor& dy, const Tensor& w, const Shape& x_shape,
                                      const Conv2dArgs& args, const Tensor& sum = {});

/// The kernel of that convolution, [3, 3, K, C].
Tensor rotate_weights(const Tensor& w);

/// The gradient of the weights is every step transposed: dw = G^T [(B^T d B)^T (A dy A^T)] G.
Tensor conv2d_winograd_backward_weight(int m, const Tensor& dy, const Tensor& x, const Shape& w_shape,
                                       const Conv2dArgs& args);

}  // namespace onefold
