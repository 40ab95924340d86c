#pragma once

// The rows of every_op_test.cpp that need tables of their own: batch norm, and what works channel by channel.

#include <string>
#include <utility>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "tests/autograd/example.h"

namespace onefold {

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
      const auto with_value = [r = rows, c = columns](Inputs v) { return pad2d(v[0], v[1], r, c); };
      const auto with_zeros = [r = rows, c = columns](Inputs v) { return pad2d(v[0], {}, r, c); };
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
    {{2, 4, 5, 3}, 2, 1, 1, 1},  // batch 2, the usual padding
    {{2, 4, 5, 3}, 2, 1, 1, 2},    {{2, 4, 5, 3}, 3, 1, 1, 3}, {{2, 4, 5, 3}, 2, 2, 1, 1},  // stride 2
    {{2, 4, 5, 3}, 2, 2, 1, 2},    {{1, 6, 5, 2}, 2, 1, 0, 1},                              // batch 1, no padding
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
