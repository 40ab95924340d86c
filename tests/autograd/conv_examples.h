#pragma once

// The rows of every_op_test.cpp that need tables of their own: convolution and pooling.

#include <string>
#include <utility>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "core/annex/window_pooling.h"
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
      {1, 3, 3, 1, 3, 3, 1, conv2d_args(1, 1)},       // batch 1, one channel in and out
      {2, 4, 5, 2, 3, 3, 2, conv2d_args(1, 1)},       // Winograd's own case, edges that fill no tile
      {1, 5, 4, 2, 3, 3, 3, conv2d_args(1, 0)},       // no padding
      {1, 2, 3, 2, 3, 3, 2, conv2d_args(1, 2)},       // more padding than the kernel's half
      {2, 3, 2, 3, 1, 1, 2, conv2d_args(1, 0)},       // a matrix product
      {1, 5, 4, 2, 1, 1, 2, conv2d_args(2, 0)},       // 1x1 at stride 2
      {1, 5, 6, 2, 3, 3, 2, conv2d_args(2, 1)},       // stride 2
      {1, 4, 4, 2, 2, 3, 2, conv2d_args(2, 0)},       // stride that leaves the last column out
      {1, 4, 5, 2, 3, 3, 2, dilated},                 // dilation
      {2, 5, 5, 1, 2, 3, 2, uneven},                  // everything another along h than along w
      {1, 4, 3, 4, 3, 3, 6, conv2d_args(1, 1, 2)},    // two groups
      {1, 4, 4, 3, 3, 3, 3, conv2d_args(1, 1, 3)},    // depthwise
      {1, 3, 4, 2, 3, 3, 4, conv2d_args(1, 1, 2)},    // depthwise with a multiplier
      {1, 6, 5, 4, 3, 3, 2, both},                    // groups with stride and dilation
      {1, 2, 3, 16, 2, 3, 16, conv2d_args(1, 1, 2)},  // groups of eight channels
  };
}

/// Every case with every algorithm that can compute it; `make` gives the example.
inline Examples convolutions(const std::function<Example(const ConvCase&)>& make) {
  Examples examples;
  for (ConvCase conv : conv_cases()) {
    for (const ConvAlgorithm algorithm :
         {ConvAlgorithm::automatic, ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
          ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2, ConvAlgorithm::depthwise,
          ConvAlgorithm::depthwise_direct, ConvAlgorithm::grouped}) {
      if (!supports(algorithm, {conv.x(), conv.w(), conv.args})) continue;
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
      {{1, 1, 2, 3}, {3, 3, 3, 2}, {}},                                       // 1x1, then 3x3
      {{3, 3, 2, 3}, {1, 1, 3, 2}, {}},                                       // 3x3, then 1x1
      {{3, 2, 2, 3}, {2, 3, 3, 2}, {1, 1, 2, 3}},                             // strides
      {{3, 3, 1, 4}, {1, 1, 4, 3}, {.first_groups = 4}},                      // depthwise, then pointwise
      {{1, 1, 3, 4}, {3, 3, 1, 4}, {.second_groups = 4}},                     // pointwise, then depthwise
      {{1, 3, 2, 4}, {3, 1, 2, 6}, {.first_groups = 2, .second_groups = 2}},  // groups alike
      {{2, 1, 1, 12}, {1, 2, 3, 8}, {.first_groups = 6, .second_groups = 4, .stride_w = 2}},  // groups across
  };
  Examples examples;
  for (const Case& each : cases) {
    const auto f = [args = each.args](Inputs v) { return compose_kernels(v[0], v[1], args); };
    examples.push_back({each.first.text() + " " + each.second.text(),
                        f,
                        {draw.normal(each.first), draw.normal(each.second)},
                        kWideStep});
  }
  return examples;
}

// -- pooling

inline const std::vector<std::pair<Shape, Pool2dArgs>> kPoolCases{
    {{1, 2, 2, 1}, {.kernel = 2, .stride = 2, .padding = 0}},
    {{2, 4, 6, 3}, {.kernel = 2, .stride = 2, .padding = 0}},
    {{1, 5, 5, 2}, {.kernel = 3, .stride = 2, .padding = 1}},
    {{2, 3, 4, 1}, {.kernel = 3, .stride = 1, .padding = 1}},
    {{1, 4, 3, 2}, {.kernel = 3, .stride = 2, .padding = 1, .count_padding = false}},
    {{1, 5, 7, 2}, {.kernel = 2, .stride = 3, .padding = 0}},
    {{2, 3, 1, 2}, {.kernel = 1, .stride = 1, .padding = 0}},
};

inline Examples pools(const std::function<Variable(const Variable&, const Pool2dArgs&)>& op,
                      const std::function<Tensor(const Shape&)>& draw) {
  Examples examples;
  for (const auto& [shape, args] : kPoolCases) {
    const std::string what = shape.text() + ", kernel " + std::to_string(args.kernel) + ", stride " +
                             std::to_string(args.stride) + ", padding " + std::to_string(args.padding) +
                             (args.count_padding ? "" : ", not counted");
    examples.push_back({what, [op, pool = args](Inputs v) { return op(v[0], pool); }, {draw(shape)}});
  }
  return examples;
}

}  // namespace onefold
