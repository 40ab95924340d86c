#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// Two consecutive convolutions: the groups of each, and the stride of the first.
struct ComposeArgs {
  int64_t first_groups = 1, second_groups = 1;
  int64_t stride_h = 1, stride_w = 1;
};

/// The kernel of conv2d(conv2d(x, first), second), without padding between the two and without dilation:
/// y[u, i, o] = sum over m, p of second[p, m, o] first[u - stride p, i, m].
/// first [R1, S1, C / first_groups, M], second [R2, S2, M / second_groups, K] ->
/// [(R2 - 1) stride_h + R1, (S2 - 1) stride_w + S1, C / groups, K], where groups is the greatest common divisor of
/// both. Throws Error if the shapes do not fit.
Tensor compose_kernels_forward(const Tensor& first, const Tensor& second, const ComposeArgs& args);

/// The gradients with respect to each kernel, from dy.
Tensor compose_kernels_backward_first(const Tensor& dy, const Tensor& first, const Tensor& second,
                                      const ComposeArgs& args);
Tensor compose_kernels_backward_second(const Tensor& dy, const Tensor& first, const Tensor& second,
                                       const ComposeArgs& args);

}  // namespace onefold
