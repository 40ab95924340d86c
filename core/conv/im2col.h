#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

/// The patches of x that output pixels [begin, end) see, one row per pixel: [end - begin, R * S * G], in w's order, for
/// G input channels starting at `first_channel`. Zero if a window extends beyond the edge. Pixels are numbered in
/// [N, P, Q] order. Chellapilla, Puri, Simard: "High Performance Convolutional Neural Networks for Document
/// Processing", 2006.
void im2col(const ConvGeometry& g, const Tensor& x, int64_t first_channel, int64_t begin, int64_t end, Real* columns);

/// The adjoint of im2col for whole images: adds every patch of image n, [P * Q, R * S * G], to the pixels it was copied
/// from.
void col2im(const ConvGeometry& g, const Real* columns, int64_t first_channel, int64_t n, Tensor& dx);

/// Convolution as a matrix product, for any stride, padding, dilation and groups.
extern const ConvAlgorithmRow im2col_row;

}  // namespace onefold
