#pragma once

#include <vector>

#include "core/gemm/precision.h"
#include "core/ops/batch_norm.h"
#include "core/ops/elementwise.h"
#include "core/tensor.h"

namespace onefold {

// Shared by all convolutions: arguments, geometry, epilogue, packed weights, and the table row of an algorithm.
//
//   x [N, H, W, C]   images              w [R, S, G, K]   weights, G = C / groups
//   y [N, P, Q, K]   the result          dx, dw, dy       gradients, of the same shapes

// [algorithms]
/// The rows of the table in conv2d.cpp, and `automatic`, which lets choose_algorithm() decide.
enum class ConvAlgorithm {
  automatic,
  naive,
  im2col,
  winograd2,
  winograd4,
  winograd4_stride2,
  depthwise,
  depthwise_direct,
  grouped
};
// [/algorithms]

/// The parameters of a convolution. Padding is with zeros, the same on both sides of an axis.
struct Conv2dArgs {
  int64_t stride_h = 1, stride_w = 1;
  int64_t padding_h = 0, padding_w = 0;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t groups = 1;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
};

/// The same stride and padding along both axes.
Conv2dArgs conv2d_args(int64_t stride, int64_t padding, int64_t groups = 1);

/// The extents of a convolution, and the index calculations for its tensors.
struct ConvGeometry {
  /// Computes the output size: P = (H + 2 padding - dilation (R - 1) - 1) / stride + 1, and Q likewise. Throws Error,
  /// naming both shapes, if they do not fit.
  ConvGeometry(const Shape& x, const Shape& w, const Conv2dArgs& args);

  /// The row and column of x under tap (r, s) of the window of output pixel (p, q). They may be in the padding.
  int64_t row(int64_t p, int64_t r) const { return p * args.stride_h + r * args.dilation_h - args.padding_h; }
  int64_t column(int64_t q, int64_t s) const { return q * args.stride_w + s * args.dilation_w - args.padding_w; }
  bool inside(int64_t h, int64_t v) const { return h >= 0 && h < H && v >= 0 && v < W; }

  /// The index of an element of x, of w, and of y.
  int64_t in(int64_t n, int64_t h, int64_t v, int64_t c) const { return ((n * H + h) * W + v) * C + c; }
  int64_t tap(int64_t r, int64_t s, int64_t c, int64_t k) const { return ((r * S + s) * G + c) * K + k; }
  int64_t out(int64_t n, int64_t p, int64_t q, int64_t k) const { return ((n * P + p) * Q + q) * K + k; }

  Shape x, w, y;
  Conv2dArgs args;
  Precision precision = product_precision();
  int64_t N, H, W, C, R, S, G, K, P, Q;
};

/// What an algorithm does with its result while it is in the cache: y = activation(y + bias), or sum += y; then it
/// computes the statistics of y.
struct Epilogue {
  Tensor bias = {};  // [K]; none if undefined
  Activation activation = Activation::none;
  Tensor sum = {};                          // of the result's shape; none if undefined
  ChannelStatistics* statistics = nullptr;  // filled with channel_statistics(y), if given

  /// The tensor to write: the sum, or a new one.
  Tensor target(const Shape& shape) const { return sum.defined() ? sum : Tensor(shape); }
};

/// Weights in the form that an algorithm uses: packed, and for Winograd transformed. A caller of conv2d() that uses the
/// same weights many times keeps one of these next to them, and starts with an empty one when they change.
struct PackedWeights {
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  // that `parts` are packed for
  Precision precision = Precision::real;
  Tensor weights;             // the original weights
  std::vector<Tensor> parts;  // one per group

  /// The part at an index; calls make() to create it the first time.
  template <class Make>
  Tensor part(size_t index, const Make& make) {
    if (index >= parts.size()) parts.push_back(make());
    return parts[index];
  }
};

/// An algorithm. Its functions are called only with a geometry that it supports and with tensors that fit it.
struct ConvAlgorithmRow {
  const char* name;
  const char* needs;  // the condition of supports(), in words
  bool (*supports)(const ConvGeometry& g);
  Tensor (*forward)(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
                    PackedWeights& packed);
  Tensor (*backward_input)(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum);
  Tensor (*backward_weight)(const ConvGeometry& g, const Tensor& dy, const Tensor& x);
};

/// Seven nested loops: the definition, which the fast algorithms are tested against. The table is in conv2d.cpp.
extern const ConvAlgorithmRow naive_row;

}  // namespace onefold
