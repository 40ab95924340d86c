#pragma once

// The rows of every_op_test.cpp that need tables of their own: convolution, pooling, batch norm.

#include <string>
#include <utility>
#include <vector>

#include "tests/autograd/example.h"

namespace onefold {

// -- convolution

struct ConvCase {
  int64_t N, H, W, C, R, S, K;
  Conv2dArgs args;
  Shape x() const { return {N, H, W, C}; }
  Shape w() const { return {R, S, C / args.groups, K}; }
};

inline std::vector<ConvCase> conv_cases() {
  Conv2dArgs dilated = conv2d_args(1, 2), uneven = conv2d_args(1, 0), both = conv2d_args(2, 1, 2);
  dilated.dilation_h = dilated.dilation_w = 2;
  uneven.stride_h = 2, uneven.padding_w = 1, uneven.dilation_w = 2;
  both.dilation_h = 2;
  return {
      {1, 3, 3, 1, 3, 3, 1, conv2d_args(1, 1)},     // batch 1, one channel in and out
      {2, 4, 5, 2, 3, 3, 2, conv2d_args(1, 1)},     // Winograd's own case, edges that fill no tile
      {1, 5, 4, 2, 3, 3, 3, conv2d_args(1, 0)},     // no padding
      {1, 2, 3, 2, 3, 3, 2, conv2d_args(1, 2)},     // more padding than the kernel's half
      {2, 3, 2, 3, 1, 1, 2, conv2d_args(1, 0)},     // a matrix product
      {1, 5, 4, 2, 1, 1, 2, conv2d_args(2, 0)},     // 1x1 at stride 2
      {1, 5, 6, 2, 3, 3, 2, conv2d_args(2, 1)},     // stride 2
      {1, 4, 4, 2, 2, 3, 2, conv2d_args(2, 0)},     // stride that leaves the last column out
      {1, 4, 5, 2, 3, 3, 2, dilated},               // dilation
      {2, 5, 5, 1, 2, 3, 2, uneven},                // everything another along h than along w
      {1, 4, 3, 4, 3, 3, 6, conv2d_args(1, 1, 2)},  // two groups
      {1, 4, 4, 3, 3, 3, 3, conv2d_args(1, 1, 3)},  // depthwise
      {1, 3, 4, 2, 3, 3, 4, conv2d_args(1, 1, 2)},  // depthwise with a multiplier
      {1, 6, 5, 4, 3, 3, 2, both},                  // groups with stride and dilation
  };
}

/// Every case with every algorithm that can compute it; `make` gives the example.
inline Examples convolutions(const std::function<Example(const ConvCase&)>& make) {
  Examples examples;
  for (ConvCase conv : conv_cases()) {
    for (const ConvAlgorithm algorithm : {ConvAlgorithm::automatic, ConvAlgorithm::naive, ConvAlgorithm::im2col,
                                          ConvAlgorithm::winograd2, ConvAlgorithm::winograd4,
                                          ConvAlgorithm::winograd4_stride2, ConvAlgorithm::depthwise}) {
      if (!supports(algorithm, conv.w(), conv.args)) continue;
      conv.args.algorithm = algorithm;
      Example example = make(conv);
      example.what += std::string(name(algorithm)) + ", x " + conv.x().text() + ", w " + conv.w().text() + ", stride " +
                      std::to_string(conv.args.stride_h) + ", padding " + std::to_string(conv.args.padding_h);
      example.step = kWideStep;
      examples.push_back(std::move(example));
    }
  }
  return examples;
}

inline Examples plain_convolutions(Draw& draw) {
  return convolutions([&](const ConvCase& conv) -> Example {
    const auto f = [conv](Inputs v) { return conv2d(v[0], v[1], conv.args); };
    return {"", f, {draw.normal(conv.x()), draw.normal(conv.w())}};
  });
}

inline Examples fused_convolutions(Draw& draw) {
  Examples examples;
  for (const bool with_relu : {false, true}) {
    for (const bool with_bias : {false, true}) {
      const auto make = [&](const ConvCase& conv) -> Example {
        const auto apply = [conv, with_bias](Inputs v, Activation activation) {
          return conv2d(v[0], v[1], with_bias ? v[2] : Variable(), activation, conv.args);
        };
        const auto before = [apply](Inputs v) { return apply(v, Activation::none); };
        const auto fused = [apply](Inputs v) { return apply(v, Activation::relu); };
        const auto inputs = [&] {
          std::vector<Tensor> drawn{draw.normal(conv.x()), draw.normal(conv.w())};
          if (with_bias) drawn.push_back(draw.normal({conv.K}));
          return drawn;
        };
        if (!with_relu) return {with_bias ? "bias, " : "", before, inputs()};
        return {with_bias ? "bias, relu, " : "relu, ", fused, draw.until_smooth(before, inputs)};
      };
      for (Example& example : convolutions(make)) examples.push_back(std::move(example));
    }
  }
  return examples;
}

inline Examples compositions(Draw& draw) {
  struct Case {
    Shape first, second;
    ComposeArgs args;
  };
  const std::vector<Case> cases{
      {{1, 1, 2, 3}, {3, 3, 3, 2}, {}},  // 1x1, then 3x3
      {{3, 3, 2, 3}, {1, 1, 3, 2}, {}},  // 3x3, then 1x1
      {{3, 2, 2, 3}, {2, 3, 3, 2}, {1, 1, 2, 3}},  // strides
      {{3, 3, 1, 4}, {1, 1, 4, 3}, {.first_groups = 4}},  // depthwise, then pointwise
      {{1, 1, 3, 4}, {3, 3, 1, 4}, {.second_groups = 4}},  // pointwise, then depthwise
      {{1, 3, 2, 4}, {3, 1, 2, 6}, {.first_groups = 2, .second_groups = 2}},  // groups alike
      {{2, 1, 1, 12}, {1, 2, 3, 8}, {.first_groups = 6, .second_groups = 4, .stride_w = 2}},  // groups across
  };
  Examples examples;
  for (const Case& each : cases) {
    const auto f = [args = each.args](Inputs v) { return compose_kernels(v[0], v[1], args); };
    examples.push_back({each.first.text() + " " + each.second.text(), f,
                        {draw.normal(each.first), draw.normal(each.second)}, kWideStep});
  }
  return examples;
}

// -- pooling

inline const std::vector<std::pair<Shape, Pool2dArgs>> kPoolCases{
    {{1, 2, 2, 1}, {.kernel = 2, .stride = 2, .padding = 0}}, {{2, 4, 6, 3}, {.kernel = 2, .stride = 2, .padding = 0}},
    {{1, 5, 5, 2}, {.kernel = 3, .stride = 2, .padding = 1}}, {{2, 3, 4, 1}, {.kernel = 3, .stride = 1, .padding = 1}},
    {{1, 5, 7, 2}, {.kernel = 2, .stride = 3, .padding = 0}}, {{2, 3, 1, 2}, {.kernel = 1, .stride = 1, .padding = 0}},
};

inline Examples pools(const std::function<Variable(const Variable&, const Pool2dArgs&)>& op,
               const std::function<Tensor(const Shape&)>& draw) {
  Examples examples;
  for (const auto& [shape, args] : kPoolCases) {
    const std::string what = shape.text() + ", kernel " + std::to_string(args.kernel) + ", stride " +
                             std::to_string(args.stride) + ", padding " + std::to_string(args.padding);
    examples.push_back({what, [op, args = args](Inputs v) { return op(v[0], args); }, {draw(shape)}});
  }
  return examples;
}

// -- batch norm

inline constexpr Real kEps = Real(1e-5);

/// Several rows each: with one or two, the normalised values do not depend on x. Inputs are spread wide, so that a step
/// is small beside their deviation.
inline const std::vector<Shape> kNormShapes{{6, 1}, {5, 4}, {5, 1, 1, 2}, {1, 2, 3, 3}, {2, 3, 2, 1}, {1, 7, 1, 2}};

inline const char* text(StatisticsOf of) { return of == StatisticsOf::batch ? "batch " : "running "; }

/// Those of x itself, or constants.
inline ChannelStatistics statistics_for(StatisticsOf of, const Variable& x, const ChannelStatistics& running) {
  return of == StatisticsOf::batch ? channel_statistics(x.value()) : running;
}

inline ChannelStatistics running_statistics(Draw& draw, int64_t channels) {
  return {draw.normal({channels}), draw.between(0.5, 2, {channels})};
}

inline Examples batch_norms(Draw& draw) {
  Examples examples;
  for (const Shape& shape : kNormShapes) {
    const Shape channels{shape[-1]};
    for (const StatisticsOf of : {StatisticsOf::batch, StatisticsOf::running}) {
      const ChannelStatistics running = running_statistics(draw, shape[-1]);
      const auto f = [of, running](Inputs v) {
        return batch_norm(v[0], v[1], v[2], statistics_for(of, v[0], running), of, kEps);
      };
      const Tensor x = draw.between(-4, 4, shape);
      const std::vector<Tensor> inputs{x, draw.away_from_zero(channels), draw.normal(channels)};
      examples.push_back({text(of) + shape.text(), f, inputs, kWideStep});
    }
  }
  return examples;
}

inline Examples batch_norms_of_zero(Draw& draw) {
  Examples examples;
  for (const Shape& shape : kNormShapes) {
    const Shape channels{shape[-1]};
    const ChannelStatistics running = running_statistics(draw, shape[-1]);
    const Tensor x = draw.between(-4, 4, shape), gamma = draw.away_from_zero(channels), beta = draw.normal(channels);
    const auto of_batch = [](Inputs v) {
      return batch_norm_of_zero(v[0], v[1], v[2], channel_statistics(v[0].value()), StatisticsOf::batch, kEps);
    };
    const auto of_running = [x, running](Inputs v) {
      return batch_norm_of_zero(Variable(x), v[0], v[1], running, StatisticsOf::running, kEps);
    };
    examples.push_back({"batch " + shape.text(), of_batch, {x, gamma, beta}, kWideStep});
    examples.push_back({"running " + shape.text(), of_running, {gamma, beta}, kWideStep});
  }
  return examples;
}

// -- channel by channel

inline Examples channel_scales(Draw& draw) {
  Examples examples;
  for (const Shape& shape : {Shape{1, 1}, Shape{4, 1}, Shape{1, 3}, Shape{2, 3, 4}, Shape{2, 2, 1, 3}}) {
    const auto f = [](Inputs v) { return scale_channels(v[0], v[1]); };
    examples.push_back({shape.text(), f, {draw.normal(shape), draw.normal({shape[-1]})}});
  }
  return examples;
}

inline Examples paddings(Draw& draw) {
  Examples examples;
  const std::vector<Shape> shapes{{1, 1, 1, 1}, {2, 3, 2, 3}, {1, 2, 4, 2}, {3, 1, 2, 1}, {1, 3, 1, 4}};
  for (const Shape& shape : shapes) {
    for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {0, 2}, {3, 0}}) {
      const auto with_value = [rows = rows, columns = columns](Inputs v) { return pad2d(v[0], v[1], rows, columns); };
      const auto with_zeros = [rows = rows, columns = columns](Inputs v) { return pad2d(v[0], {}, rows, columns); };
      const std::string what = shape.text() + ", " + std::to_string(rows) + "x" + std::to_string(columns);
      examples.push_back({what, with_value, {draw.normal(shape), draw.normal({shape[-1]})}});
      examples.push_back({what + ", zeros", with_zeros, {draw.normal(shape)}});
    }
  }
  return examples;
}

inline Example norm_sum_example(Draw& draw, const Shape& shape, size_t count, StatisticsOf of, Activation activation) {
  std::vector<ChannelStatistics> running;
  for (size_t branch = 0; branch < count; ++branch) running.push_back(running_statistics(draw, shape[-1]));
  const auto apply = [=](Inputs v, Activation chosen) {
    std::vector<NormInput> branches;
    for (size_t b = 0; b < count; ++b) {
      branches.push_back({v[3 * b], v[3 * b + 1], v[3 * b + 2], statistics_for(of, v[3 * b], running[b])});
    }
    return norm_sum(branches, chosen, of, kEps);
  };
  const auto inputs = [&draw, &shape, count] {
    std::vector<Tensor> drawn;
    for (size_t b = 0; b < count; ++b) {
      drawn.push_back(draw.between(-4, 4, shape));
      drawn.push_back(draw.away_from_zero({shape[-1]}));
      drawn.push_back(draw.normal({shape[-1]}));
    }
    return drawn;
  };
  const auto before = [apply](Inputs v) { return apply(v, Activation::none); };
  const std::string what = text(of) + shape.text() + ", branches " + std::to_string(count);
  if (activation == Activation::none) return {what, before, inputs(), kWideStep};
  const auto fused = [apply](Inputs v) { return apply(v, Activation::relu); };
  return {what + ", relu", fused, draw.until_smooth(before, inputs), kWideStep};
}

inline Examples norm_sums(Draw& draw) {
  Examples examples;
  for (const Shape& shape : kNormShapes) {
    for (const size_t count : {1, 2, 3}) {
      for (const StatisticsOf of : {StatisticsOf::batch, StatisticsOf::running}) {
        for (const Activation activation : {Activation::none, Activation::relu}) {
          examples.push_back(norm_sum_example(draw, shape, count, of, activation));
        }
      }
    }
  }
  return examples;
}

/// Wider still: a convolution mixes many inputs, so that each moves the batch's statistics little.
inline constexpr double kConvNormStep = sizeof(Real) == 8 ? 2e-5 : 0.05;

/// A block of a 3x3 convolution and, where `branches` says so, a 1x1 one and x itself.
struct ConvNormCase {
  Shape x;
  int64_t K, stride, padding;
  size_t branches;
  int64_t groups = 1;
};

inline const std::vector<ConvNormCase> kConvNormCases{
    {{2, 4, 5, 3}, 2, 1, 1, 1},     // batch 2, the usual padding
    {{2, 4, 5, 3}, 2, 1, 1, 2},
    {{2, 4, 5, 3}, 3, 1, 1, 3},
    {{2, 4, 5, 3}, 2, 2, 1, 1},     // stride 2
    {{2, 4, 5, 3}, 2, 2, 1, 2},
    {{1, 6, 5, 2}, 2, 1, 0, 1},     // batch 1, no padding
    {{2, 3, 3, 2}, 1, 1, 2, 2},     // more padding than the kernel's half
    {{1, 4, 3, 4}, 4, 1, 1, 1, 2},  // two groups
    {{2, 5, 1, 2}, 2, 1, 1, 3},     // maps of one column
    {{2, 3, 4, 1}, 1, 1, 1, 1},     // one channel
};

inline Example conv_norm_sum_example(Draw& draw, const ConvNormCase& block, Activation activation) {
  const auto apply = [block](Inputs v, Activation chosen) {
    std::vector<ConvNormBranch> branches{{v[1], conv2d_args(block.stride, block.padding, block.groups), v[2], v[3]}};
    const Conv2dArgs of_1x1 = conv2d_args(block.stride, block.padding - 1, block.groups);
    if (block.branches >= 2) branches.push_back({v[4], of_1x1, v[5], v[6]});
    if (block.branches >= 3) branches.push_back({Variable(), {}, v[7], v[8]});
    std::vector<ChannelStatistics> statistics;
    return conv_norm_sum(v[0], branches, chosen, kEps, statistics);
  };
  const auto inputs = [&draw, block] {
    std::vector<Tensor> drawn{draw.between(-2, 2, block.x)};
    for (size_t b = 0; b < block.branches; ++b) {
      const int64_t side = b == 0 ? 3 : 1;
      if (b < 2) drawn.push_back(draw.normal({side, side, block.x[3] / block.groups, block.K}));
      drawn.push_back(draw.away_from_zero({block.K}));
      drawn.push_back(draw.normal({block.K}));
    }
    return drawn;
  };
  const auto before = [apply](Inputs v) { return apply(v, Activation::none); };
  const std::string what = block.x.text() + ", stride " + std::to_string(block.stride) + ", padding " +
                           std::to_string(block.padding) + ", branches " + std::to_string(block.branches);
  if (activation == Activation::none) return {what, before, inputs(), kConvNormStep};
  const auto fused = [apply](Inputs v) { return apply(v, Activation::relu); };
  return {what + ", relu", fused, draw.until_smooth(before, inputs), kConvNormStep};
}

inline Examples conv_norm_sums(Draw& draw) {
  Examples examples;
  for (const ConvNormCase& block : kConvNormCases) {
    for (const Activation activation : {Activation::none, Activation::relu}) {
      examples.push_back(conv_norm_sum_example(draw, block, activation));
    }
  }
  return examples;
}

}  // namespace onefold
