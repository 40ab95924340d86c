#pragma once

// The convolutions that the tests of every algorithm go through.

#include <array>
#include <limits>
#include <vector>

#include "core/conv/conv2d.h"
#include "core/random.h"

namespace onefold {

inline constexpr double kRounding = std::numeric_limits<Real>::epsilon();

/// Every algorithm that can be forced.
inline constexpr ConvAlgorithm kAlgorithms[] = {ConvAlgorithm::naive,
                                                ConvAlgorithm::im2col,
                                                ConvAlgorithm::winograd2,
                                                ConvAlgorithm::winograd4,
                                                ConvAlgorithm::winograd4_stride2,
                                                ConvAlgorithm::depthwise,
                                                ConvAlgorithm::depthwise_direct,
                                                ConvAlgorithm::grouped};

struct Case {
  Shape x, w;
  Conv2dArgs args;
};

/// A convolution with every argument its own: stride, padding and dilation as {h, w}.
inline Case make_case(const Shape& x, const Shape& w, std::array<int64_t, 2> stride = {1, 1},
                      std::array<int64_t, 2> padding = {1, 1}, std::array<int64_t, 2> dilation = {1, 1},
                      int64_t groups = 1) {
  Conv2dArgs args;
  args.stride_h = stride[0], args.stride_w = stride[1];
  args.padding_h = padding[0], args.padding_w = padding[1];
  args.dilation_h = dilation[0], args.dilation_w = dilation[1];
  args.groups = groups;
  return {x, w, args};
}

inline const std::vector<Case> kCases = {
    make_case({2, 8, 8, 16}, {3, 3, 16, 16}),                           // the usual block
    make_case({1, 32, 32, 3}, {3, 3, 3, 8}),                            // the stem
    make_case({2, 9, 7, 5}, {3, 3, 5, 6}),                              // odd sizes, odd channels
    make_case({1, 1, 1, 3}, {3, 3, 3, 4}),                              // one pixel
    make_case({3, 4, 4, 1}, {3, 3, 1, 1}),                              // one channel
    make_case({1, 6, 5, 17}, {3, 3, 17, 33}),                           // just over a vector
    make_case({2, 7, 10, 20}, {3, 3, 20, 36}, {1, 1}, {0, 0}),          // no padding
    make_case({2, 5, 6, 18}, {3, 3, 18, 16}, {1, 1}, {2, 2}),           // more padding than usual
    make_case({2, 6, 8, 16}, {3, 3, 16, 24}, {1, 1}, {0, 2}),           // padding of h and w apart
    make_case({1, 3, 3, 40}, {3, 3, 40, 20}, {1, 1}, {0, 0}),           // a single output pixel
    make_case({2, 9, 9, 6}, {3, 3, 6, 10}, {2, 2}),                     // stride 2
    make_case({2, 8, 10, 4}, {3, 3, 4, 6}, {2, 1}, {1, 0}),             // stride of h and w apart
    make_case({2, 16, 16, 16}, {3, 3, 16, 32}, {2, 2}),                 // stride 2 in whole tiles
    make_case({1, 1, 1, 3}, {3, 3, 3, 4}, {2, 2}),                      // stride 2, one pixel
    make_case({2, 7, 10, 20}, {3, 3, 20, 36}, {2, 2}, {0, 0}),          // stride 2, no padding
    make_case({1, 10, 5, 17}, {3, 3, 17, 18}, {2, 2}, {2, 2}),          // stride 2, more padding than usual
    make_case({2, 13, 22, 6}, {3, 3, 6, 5}, {2, 2}, {0, 2}),            // stride 2, padding of h and w apart
    make_case({37, 8, 7, 18}, {3, 3, 18, 70}, {2, 2}),                  // stride 2, more than a block and a panel
    make_case({33, 16, 16, 16}, {3, 3, 16, 16}, {2, 2}),                // stride 2, more than a chunk
    make_case({1, 8, 8, 300}, {3, 3, 300, 130}, {2, 2}),                // stride 2, more channels than a block of depth
    make_case({2, 8, 8, 12}, {1, 1, 12, 20}, {1, 1}, {0, 0}),           // 1x1
    make_case({2, 7, 7, 12}, {1, 1, 12, 20}, {2, 2}, {0, 0}),           // 1x1, stride 2
    make_case({2, 9, 9, 4}, {3, 3, 4, 4}, {1, 1}, {2, 2}, {2, 2}),      // dilation 2
    make_case({1, 12, 11, 4}, {3, 3, 4, 4}, {2, 1}, {2, 1}, {2, 3}),    // dilation of h and w apart
    make_case({2, 7, 6, 8}, {3, 3, 2, 12}, {1, 1}, {1, 1}, {1, 1}, 4),  // groups
    make_case({2, 7, 6, 24}, {3, 3, 8, 24}, {1, 1}, {1, 1}, {1, 1}, 3),    // groups of eight
    make_case({17, 9, 6, 32}, {3, 3, 16, 16}, {2, 2}, {1, 1}, {1, 1}, 2),  // wider groups, stride 2
    make_case({2, 8, 8, 6}, {3, 3, 1, 6}, {2, 2}, {1, 1}, {1, 1}, 6),      // depthwise, stride 2
    make_case({1, 6, 6, 4}, {3, 3, 1, 8}, {1, 1}, {1, 1}, {1, 1}, 4),      // depthwise, two outputs a channel
    make_case({2, 8, 8, 4}, {5, 5, 4, 6}, {1, 1}, {2, 2}),                 // 5x5
    make_case({2, 8, 8, 4}, {1, 3, 4, 6}, {1, 1}, {0, 1}),                 // 1x3
    make_case({2, 8, 8, 4}, {3, 1, 4, 6}, {1, 1}, {1, 0}),                 // 3x1
    make_case({1, 5, 5, 300}, {3, 3, 300, 16}),                            // more channels than a block of GEMM's depth
    make_case({18, 16, 16, 16}, {3, 3, 16, 16}),                           // more tiles than a weight gradient's chunk
};

/// Calls body(the case with an algorithm forced) for every case and every algorithm that covers it.
template <class Body>
void for_each_algorithm(const Body& body) {
  for (Case c : kCases) {
    for (const ConvAlgorithm algorithm : kAlgorithms) {
      if (!supports(algorithm, {c.x, c.w, c.args})) continue;
      c.args.algorithm = algorithm;
      body(c);
    }
  }
}

/// The convolution's three results, from inputs of magnitude 1.
struct Results {
  Tensor y, dx, dw;
};
inline Results run(
    const Case& c, ConvAlgorithm algorithm, Tensor (*prepare)(Tensor) = [](Tensor t) { return t; }) {
  Conv2dArgs args = c.args;
  args.algorithm = algorithm;
  const Tensor x = prepare(random_normal(c.x, Random(1, 0))), w = prepare(random_normal(c.w, Random(1, 1)));
  const Tensor dy = prepare(random_normal(ConvGeometry(c.x, c.w, args).y, Random(1, 2)));
  return {conv2d(x, w, args), conv2d_backward_input(dy, w, c.x, args), conv2d_backward_weight(dy, x, c.w, args)};
}

}  // namespace onefold
