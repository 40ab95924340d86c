#pragma once

#include "core/conv/conv2d.h"

namespace onefold {

/// The patches of x that output pixels [begin, end) see, one row a pixel: [end - begin, R * S * G], in w's order, for
/// the G input channels from `first_channel` on. Zero where a window hangs over the edge. Pixels count through [N, P,
/// Q]. Chellapilla, Puri, Simard: "High Performance Convolutional Neural Networks for Document Processing", 2006.
void im2col(const Tensor& x, const Shape& w_shape, const Conv2dArgs& args, int64_t first_channel, int64_t begin,
            int64_t end, Real* columns);

/// The adjoint of im2col for whole images: adds every patch of image n, [P * Q, R * S * G], back to where it came from.
void col2im(const Real* columns, const Shape& w_shape, const Conv2dArgs& args, int64_t first_channel, int64_t n,
            Tensor& dx);

/// Convolution as a matrix product: im2col(x) [N P Q, R S C] times w [R S C, K], one block of pixels at a time, so that
/// the columns never leave the cache. Any stride, padding, dilation and groups. Same shapes as conv2d(). Where
/// `statistics` is given, it is filled with those of the result.
Tensor conv2d_im2col(const Tensor& x, const Tensor& w, const Conv2dArgs& args, PackedWeights& packed,
                     const Tensor& bias = {}, Activation activation = Activation::none,
                     ChannelStatistics* statistics = nullptr);

/// The gradient of the images, added to `sum` where that is given.
Tensor conv2d_im2col_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                                    const Tensor& sum = {});
Tensor conv2d_im2col_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args);

}  // namespace onefold
