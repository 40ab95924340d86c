#include "core/conv2d.h"

#include <algorithm>

#include "core/check.h"
#include "core/conv2d_depthwise.h"
#include "core/conv2d_naive.h"
#include "core/elementwise.h"
#include "core/im2col.h"
#include "core/parallel.h"
#include "core/winograd.h"
#include "core/winograd_strided.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, C / groups, K], y [N, P, Q, K].

namespace {

void check_args(const Conv2dArgs& args) {
  check(args.stride_h >= 1 && args.stride_w >= 1, "conv2d: stride ", args.stride_h, " x ", args.stride_w,
        " must be at least 1");
  check(args.padding_h >= 0 && args.padding_w >= 0, "conv2d: padding ", args.padding_h, " x ", args.padding_w,
        " must not be negative");
  check(args.dilation_h >= 1 && args.dilation_w >= 1, "conv2d: dilation ", args.dilation_h, " x ", args.dilation_w,
        " must be at least 1");
  check(args.groups >= 1, "conv2d: groups ", args.groups, " must be at least 1");
}

/// The stride that a Winograd algorithm is for, 0 for the other algorithms.
int64_t winograd_stride(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::winograd2:
    case ConvAlgorithm::winograd4: return 1;
    case ConvAlgorithm::winograd4_stride2: return 2;
    default: return 0;
  }
}

/// Tiles of 4 x 4 that a map takes.
int64_t count_tiles(const Shape& y) { return y[0] * ((y[1] + 3) / 4) * ((y[2] + 3) / 4); }

/// Transformed weights are four times as many numbers: of fewer tiles than this, reading them takes the time.
constexpr int64_t kEnoughTiles = 12;

/// Whether output y fills 4 x 4 tiles well, and so many that transforming the weights at stride 2 pays.
bool fills_tiles(const Shape& y) {
  const int64_t tiles = count_tiles(y);
  return tiles >= 32 && y[0] * y[1] * y[2] >= 12 * tiles;
}

/// The algorithm to use: the one that args force, after a check that it can, or the one that fits best.
ConvAlgorithm resolve(const Shape& x, const Shape& w, const Conv2dArgs& args) {
  if (args.algorithm == ConvAlgorithm::automatic) return choose_algorithm(x, w, args);
  check(args.algorithm != ConvAlgorithm::depthwise || supports(args.algorithm, w, args),
        "conv2d: depthwise needs one input channel a group; the weight is ", w, ", groups ", args.groups,
        "; use ConvAlgorithm::automatic");
  check(supports(args.algorithm, w, args), "conv2d: ", name(args.algorithm), " needs a 3x3 kernel, stride ",
        winograd_stride(args.algorithm), ", dilation 1, padding of at most 2 and one group; the weight is ", w,
        ", stride ", args.stride_h, " x ", args.stride_w, ", dilation ", args.dilation_h, " x ", args.dilation_w,
        ", groups ", args.groups, "; use ConvAlgorithm::automatic");
  return args.algorithm;
}

void check_shape(const char* what, const Shape& got, const Shape& needed) {
  check(got == needed, "conv2d: ", what, " is ", got, ", needed is ", needed);
}

Tensor add_bias_and_activate(Tensor y, const Tensor& bias, Activation activation) {
  const int64_t K = y.shape()[3];
  parallel_for(y.shape().rows(), 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * K; i < end * K; ++i) {
      const Real value = y[i] + (bias.defined() ? bias[i % K] : Real{0});
      y[i] = activation == Activation::relu ? std::max(value, Real{0}) : value;
    }
  });
  return y;
}

}  // namespace

Conv2dArgs conv2d_args(int64_t stride, int64_t padding, int64_t groups) {
  Conv2dArgs args;
  args.stride_h = args.stride_w = stride;
  args.padding_h = args.padding_w = padding;
  args.groups = groups;
  return args;
}

Shape conv2d_output_shape(const Shape& x, const Shape& w, const Conv2dArgs& args) {
  check_args(args);
  check(x.rank() == 4, "conv2d: input ", x, " needs four axes [N H W C]");
  check(w.rank() == 4 && w.size() >= 1, "conv2d: weight ", w, " needs four axes [R S C/groups K], each at least 1");
  check(x[3] % args.groups == 0 && w[3] % args.groups == 0, "conv2d: input ", x, " and weight ", w,
        " need channels that groups ", args.groups, " divides");
  check(w[2] == x[3] / args.groups, "conv2d: input ", x, " has ", x[3], " channels, weight ", w, " expects ",
        w[2] * args.groups, args.groups > 1 ? " (weight channels times groups)" : "", "; make the weight's third axis ",
        x[3] / args.groups);
  const int64_t reach_h = args.dilation_h * (w[0] - 1) + 1, reach_w = args.dilation_w * (w[1] - 1) + 1;
  const int64_t room_h = x[1] + 2 * args.padding_h, room_w = x[2] + 2 * args.padding_w;
  check(room_h >= reach_h && room_w >= reach_w, "conv2d: weight ", w, " at dilation ", args.dilation_h, " x ",
        args.dilation_w, " covers ", reach_h, " x ", reach_w, ", input ", x, " with padding is only ", room_h, " x ",
        room_w, "; use a smaller kernel or more padding");
  return {x[0], (room_h - reach_h) / args.stride_h + 1, (room_w - reach_w) / args.stride_w + 1, w[3]};
}

const char* name(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::automatic: return "automatic";
    case ConvAlgorithm::naive: return "naive";
    case ConvAlgorithm::im2col: return "im2col";
    case ConvAlgorithm::winograd2: return "Winograd F(2x2,3x3)";
    case ConvAlgorithm::winograd4: return "Winograd F(4x4,3x3)";
    case ConvAlgorithm::winograd4_stride2: return "Winograd F(4x4,3x3) at stride 2";
    case ConvAlgorithm::depthwise: return "depthwise";
  }
  return "unknown";
}

bool supports(ConvAlgorithm algorithm, const Shape& w, const Conv2dArgs& args) {
  if (algorithm == ConvAlgorithm::depthwise) return w[2] == 1;
  const int64_t stride = winograd_stride(algorithm);
  if (stride == 0) return true;
  return w[0] == 3 && w[1] == 3 && args.stride_h == stride && args.stride_w == stride && args.dilation_h == 1 &&
         args.dilation_w == 1 && args.groups == 1 && args.padding_h <= 2 && args.padding_w <= 2;
}

// [choose-algorithm]
ConvAlgorithm choose_algorithm(const Shape& x, const Shape& w, const Conv2dArgs& args) {
  const bool enough_channels = w[2] >= 16 && w[3] >= 16;
  const bool depthwise = w[2] == 1 && args.groups > 1;
  if (depthwise) return ConvAlgorithm::depthwise;
  if (!enough_channels) return ConvAlgorithm::im2col;
  if (supports(ConvAlgorithm::winograd4, w, args)) {
    if (x[1] < 4 || x[2] < 4) return ConvAlgorithm::winograd2;
    return count_tiles(x) >= kEnoughTiles ? ConvAlgorithm::winograd4 : ConvAlgorithm::im2col;
  }
  const bool strided =
      supports(ConvAlgorithm::winograd4_stride2, w, args) && fills_tiles(conv2d_output_shape(x, w, args));
  return strided ? ConvAlgorithm::winograd4_stride2 : ConvAlgorithm::im2col;
}
// [/choose-algorithm]

Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dArgs& args, const Tensor& bias, Activation activation,
              PackedWeights* packed) {
  conv2d_output_shape(x.shape(), w.shape(), args);  // throws where the shapes do not fit
  if (bias.defined()) check_shape("bias", bias.shape(), {w.shape()[3]});
  const ConvAlgorithm algorithm = resolve(x.shape(), w.shape(), args);
  PackedWeights once;
  PackedWeights& weights = packed != nullptr ? *packed : once;
  if (weights.algorithm != algorithm || weights.weights.data() != w.data()) weights = {algorithm, w, {}};
  switch (algorithm) {
    case ConvAlgorithm::winograd4: return conv2d_winograd(4, x, w, args, weights, bias, activation);
    case ConvAlgorithm::winograd2: return conv2d_winograd(2, x, w, args, weights, bias, activation);
    case ConvAlgorithm::winograd4_stride2: return conv2d_winograd_strided(x, w, args, weights, bias, activation);
    case ConvAlgorithm::im2col: return conv2d_im2col(x, w, args, weights, bias, activation);
    case ConvAlgorithm::depthwise: return conv2d_depthwise(x, w, args, bias, activation);
    default: break;
  }
  Tensor y = conv2d_naive(x, w, args);
  const bool finished = !bias.defined() && activation == Activation::none;
  return finished ? y : add_bias_and_activate(std::move(y), bias, activation);
}

Tensor conv2d_with_statistics(const Tensor& x, const Tensor& w, const Conv2dArgs& args, ChannelStatistics& statistics) {
  conv2d_output_shape(x.shape(), w.shape(), args);
  check(x.shape()[0] >= 1, "conv2d: images ", x.shape(), " are none, which have no statistics");
  PackedWeights once;
  const auto none = Activation::none;
  switch (resolve(x.shape(), w.shape(), args)) {
    case ConvAlgorithm::winograd4: return conv2d_winograd(4, x, w, args, once, {}, none, &statistics);
    case ConvAlgorithm::winograd2: return conv2d_winograd(2, x, w, args, once, {}, none, &statistics);
    case ConvAlgorithm::winograd4_stride2: return conv2d_winograd_strided(x, w, args, once, {}, none, &statistics);
    case ConvAlgorithm::im2col: return conv2d_im2col(x, w, args, once, {}, none, &statistics);
    default: break;
  }
  const Tensor y = conv2d(x, w, args);
  statistics = channel_statistics(y);
  return y;
}

Tensor conv2d_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                             const Tensor& sum) {
  check_shape("the output's gradient", dy.shape(), conv2d_output_shape(x_shape, w.shape(), args));
  if (sum.defined()) check_shape("the sum of gradients", sum.shape(), x_shape);
  switch (resolve(x_shape, w.shape(), args)) {
    case ConvAlgorithm::winograd4: return conv2d_winograd_backward_input(4, dy, w, x_shape, args, sum);
    case ConvAlgorithm::winograd2: return conv2d_winograd_backward_input(2, dy, w, x_shape, args, sum);
    case ConvAlgorithm::winograd4_stride2: return conv2d_winograd_strided_backward_input(dy, w, x_shape, args, sum);
    case ConvAlgorithm::im2col: return conv2d_im2col_backward_input(dy, w, x_shape, args, sum);
    case ConvAlgorithm::depthwise: return conv2d_depthwise_backward_input(dy, w, x_shape, args, sum);
    default: break;
  }
  const Tensor dx = conv2d_naive_backward_input(dy, w, x_shape, args);
  return sum.defined() ? add_to(sum, dx) : dx;
}

Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args) {
  check_shape("the output's gradient", dy.shape(), conv2d_output_shape(x.shape(), w_shape, args));
  switch (resolve(x.shape(), w_shape, args)) {
    case ConvAlgorithm::winograd4: return conv2d_winograd_backward_weight(4, dy, x, w_shape, args);
    case ConvAlgorithm::winograd2: return conv2d_winograd_backward_weight(2, dy, x, w_shape, args);
    case ConvAlgorithm::winograd4_stride2: return conv2d_winograd_strided_backward_weight(dy, x, w_shape, args);
    case ConvAlgorithm::im2col: return conv2d_im2col_backward_weight(dy, x, w_shape, args);
    case ConvAlgorithm::depthwise: return conv2d_depthwise_backward_weight(dy, x, w_shape, args);
    default: return conv2d_naive_backward_weight(dy, x, w_shape, args);
  }
}

}  // namespace onefold
