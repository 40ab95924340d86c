#include "core/conv/conv2d.h"

#include "core/check.h"
#include "core/conv/im2col.h"
#include "core/conv/winograd.h"

namespace onefold {

// The annex's rows, which only this file refers to.
extern const ConvAlgorithmRow winograd4_stride2_row, depthwise_row, depthwise_direct_row, grouped_row;

namespace {

// [table]
/// All algorithms, in the order of ConvAlgorithm, naive first. A new algorithm is a new row.
constexpr const ConvAlgorithmRow* kAlgorithms[] = {
    &naive_row,     &im2col_row,           &winograd2_row, &winograd4_row, &winograd4_stride2_row,
    &depthwise_row, &depthwise_direct_row, &grouped_row};
// [/table]

const ConvAlgorithmRow& row_of(ConvAlgorithm algorithm) { return *kAlgorithms[static_cast<size_t>(algorithm) - 1]; }

/// The number of 4 x 4 tiles that a feature map takes.
int64_t count_tiles(const Shape& y) { return y[0] * ((y[1] + 3) / 4) * ((y[2] + 3) / 4); }

/// With fewer tiles than kEnoughTiles, reading the transformed weights takes longest. F(4x4,3x3) has 36 per pair of
/// channels; if that makes more than kManyWeights, F(2x2,3x3), which has 16, is faster (docs/18-fewer-bits.md).
constexpr int64_t kEnoughTiles = 12, kManyWeights = 1024 * 1024;

/// Whether output y fills its 4 x 4 tiles well, and enough of them for transforming the weights at stride 2 to pay off.
bool fills_tiles(const Shape& y) {
  const int64_t tiles = count_tiles(y);
  return tiles >= 32 && y[0] * y[1] * y[2] >= 12 * tiles;
}

/// The algorithm to use: the one that the arguments request, after checking that it is supported, or the best choice.
ConvAlgorithm resolve(const ConvGeometry& g) {
  const Conv2dArgs& args = g.args;
  if (args.algorithm == ConvAlgorithm::automatic) return choose_algorithm(g);
  const ConvAlgorithmRow& row = row_of(args.algorithm);
  check(row.supports(g), "conv2d: ", row.name, " needs ", row.needs, "; the weight is ", g.w, ", stride ",
        args.stride_h, " x ", args.stride_w, ", dilation ", args.dilation_h, " x ", args.dilation_w, ", padding ",
        args.padding_h, " x ", args.padding_w, ", groups ", args.groups, "; use ConvAlgorithm::automatic");
  return args.algorithm;
}

void check_shape(const char* what, const Shape& got, const Shape& expected) {
  check(got == expected, "conv2d: ", what, " is ", got, ", expected ", expected);
}

}  // namespace

const char* name(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::automatic ? "automatic" : row_of(algorithm).name;
}

bool supports(ConvAlgorithm algorithm, const ConvGeometry& g) {
  return algorithm == ConvAlgorithm::automatic || row_of(algorithm).supports(g);
}

// [choose-algorithm]
ConvAlgorithm choose_algorithm(const ConvGeometry& g) {
  const bool enough_channels = g.G >= 16 && g.K >= 16;
  if (g.G == 1 && g.args.groups > 1) {
    const bool small = g.R * g.S <= 25 && g.H * g.W <= 256 && supports(ConvAlgorithm::depthwise_direct, g);
    return small ? ConvAlgorithm::depthwise_direct : ConvAlgorithm::depthwise;
  }
  if (supports(ConvAlgorithm::grouped, g) && g.R * g.S > 1 && g.G <= 32) return ConvAlgorithm::grouped;
  if (!enough_channels) return ConvAlgorithm::im2col;
  if (supports(ConvAlgorithm::winograd4, g)) {
    const bool many_weights = count_tiles(g.y) < kEnoughTiles && 36 * g.C * g.K > kManyWeights;
    return g.H < 4 || g.W < 4 || many_weights ? ConvAlgorithm::winograd2 : ConvAlgorithm::winograd4;
  }
  const bool strided = supports(ConvAlgorithm::winograd4_stride2, g) && fills_tiles(g.y);
  return strided ? ConvAlgorithm::winograd4_stride2 : ConvAlgorithm::im2col;
}
// [/choose-algorithm]

Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dArgs& args, const Tensor& bias, Activation activation,
              PackedWeights* packed) {
  const ConvGeometry g(x.shape(), w.shape(), args);
  if (bias.defined()) check_shape("bias", bias.shape(), {g.K});
  const ConvAlgorithm algorithm = resolve(g);
  PackedWeights once;
  PackedWeights& weights = packed != nullptr ? *packed : once;
  if (weights.algorithm != algorithm || weights.precision != g.precision || weights.weights.data() != w.data()) {
    weights = {algorithm, g.precision, w, {}};
  }
  return row_of(algorithm).forward(g, x, w, {.bias = bias, .activation = activation}, weights);
}

Tensor conv2d_with_statistics(const Tensor& x, const Tensor& w, const Conv2dArgs& args, ChannelStatistics& statistics) {
  const ConvGeometry g(x.shape(), w.shape(), args);
  check(g.N >= 1, "conv2d: images ", x.shape(), " has no elements, so no statistics; pass at least one image");
  PackedWeights once;
  return row_of(resolve(g)).forward(g, x, w, {.statistics = &statistics}, once);
}

Tensor conv2d_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                             Tensor sum) {
  const ConvGeometry g(x_shape, w.shape(), args);
  check_shape("the output's gradient", dy.shape(), g.y);
  if (sum.defined()) check_shape("the sum of gradients", sum.shape(), x_shape);
  check_sole_owner(sum, "conv2d_backward_input");
  return row_of(resolve(g)).backward_input(g, dy, w, std::move(sum));
}

Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args) {
  const ConvGeometry g(x.shape(), w_shape, args);
  check_shape("the output's gradient", dy.shape(), g.y);
  return row_of(resolve(g)).backward_weight(g, dy, x);
}

}  // namespace onefold
