#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/conv/conv_types.h"

namespace onefold {

/// How the outputs of a depthwise pass read its inputs along one axis: output i is at first + i step, and tap taps[t]
/// reads input i stride + offsets[t]. For the library's own .cpp files.
struct DepthwiseAxis {
  int64_t count, first, step, stride;
  std::vector<int64_t> taps, offsets;
};

/// y[p] = sum over r of x[p stride + r dilation - padding] w[r].
inline std::vector<DepthwiseAxis> forward_axes(int64_t outputs, int64_t kernel, int64_t stride, int64_t padding,
                                               int64_t dilation) {
  DepthwiseAxis axis{outputs, 0, 1, stride, {}, {}};
  for (int64_t r = 0; r < kernel; ++r) {
    axis.taps.push_back(r);
    axis.offsets.push_back(r * dilation - padding);
  }
  return {axis};
}

// [backward-axes]
/// dx[h] = sum of dy[(h + padding - r dilation) / stride] w[r] over all r for which that is an integer. These depend on
/// h mod stride, so there is one axis per remainder.
inline std::vector<DepthwiseAxis> backward_axes(int64_t inputs, int64_t kernel, int64_t stride, int64_t padding,
                                                int64_t dilation) {
  std::vector<DepthwiseAxis> axes;
  for (int64_t first = 0; first < std::min(stride, inputs); ++first) {
    DepthwiseAxis axis{(inputs - first + stride - 1) / stride, first, stride, 1, {}, {}};
    for (int64_t r = 0; r < kernel; ++r) {
      const int64_t place = first + padding - r * dilation;
      if (place % stride != 0) continue;
      axis.taps.push_back(r);
      axis.offsets.push_back(place / stride);
    }
    axes.push_back(axis);
  }
  return axes;
}
// [/backward-axes]

/// The axes of a pass. Forwards there is one for the rows and one for the columns.
struct DepthwiseAxes {
  std::vector<DepthwiseAxis> rows, columns;
};
inline DepthwiseAxes forward_axes(const ConvGeometry& g) {
  return {forward_axes(g.P, g.R, g.args.stride_h, g.args.padding_h, g.args.dilation_h),
          forward_axes(g.Q, g.S, g.args.stride_w, g.args.padding_w, g.args.dilation_w)};
}
inline DepthwiseAxes backward_axes(const ConvGeometry& g) {
  return {backward_axes(g.H, g.R, g.args.stride_h, g.args.padding_h, g.args.dilation_h),
          backward_axes(g.W, g.S, g.args.stride_w, g.args.padding_w, g.args.dilation_w)};
}

/// The least result of a pass: any, or 0 with a ReLU.
inline constexpr Real kNoFloor = -std::numeric_limits<Real>::infinity();
constexpr Real floor_of(Activation activation) { return activation == Activation::relu ? Real{0} : kNoFloor; }

/// The range that several axes read together: [first, end) for output 0 of each, [first, end_of_all) for all outputs.
struct DepthwiseReach {
  explicit DepthwiseReach(const std::vector<DepthwiseAxis>& axes) {
    for (const DepthwiseAxis& axis : axes) {
      for (const int64_t offset : axis.offsets) {
        first = std::min(first, offset);
        end = std::max(end, offset + 1);
        end_of_all = std::max(end_of_all, (axis.count - 1) * axis.stride + offset + 1);
      }
    }
  }
  int64_t first = 0, end = 1, end_of_all = 1;
};

}  // namespace onefold
