#include "layers/calculus/kernel_calculus.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"

// Legend: R S kernel rows and columns, C input channels per group, K output channels.

namespace onefold {

DoubleKernel dilate_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns) {
  const int64_t R = kernel.shape[0], S = kernel.shape[1];
  check(rows >= 1 && columns >= 1, "dilate_kernel: dilation ", rows, "x", columns, "; both must be at least 1");
  DoubleKernel dilated({(R - 1) * rows + 1, (S - 1) * columns + 1, kernel.shape[2], kernel.shape[3]});
  dilated.bias = kernel.bias;
  const int64_t position = kernel.shape[2] * kernel.shape[3];
  for (int64_t r = 0; r < R; ++r) {
    for (int64_t s = 0; s < S; ++s) {
      const auto from = kernel.weight.begin() + (r * S + s) * position;
      const int64_t to = r * rows * dilated.shape[1] + s * columns;
      std::copy(from, from + position, dilated.weight.begin() + to * position);
    }
  }
  return dilated;
}

DoubleKernel average_kernel(int64_t channels, int64_t rows, int64_t columns) {
  check(channels >= 1 && rows >= 1 && columns >= 1, "average_kernel: ", channels, " channels and a window of ", rows,
        "x", columns, "; all must be at least 1");
  DoubleKernel average({rows, columns, 1, channels});
  std::fill(average.weight.begin(), average.weight.end(), 1 / static_cast<double>(rows * columns));
  return average;
}

DoubleKernel regroup_kernel(const DoubleKernel& kernel, int64_t groups, int64_t fewer) {
  const int64_t C = kernel.shape[2], K = kernel.shape[3];
  check(groups >= 1 && fewer >= 1 && groups % fewer == 0 && K % groups == 0, "regroup_kernel: ", groups, " groups as ",
        fewer, " for ", K, " output channels; the first number must divide the channels, and the second the first");
  if (groups == fewer) return kernel;

  const int64_t joined = groups / fewer;  // groups that become one
  DoubleKernel regrouped({kernel.shape[0], kernel.shape[1], C * joined, K});
  regrouped.bias = kernel.bias;
  for (int64_t r = 0; r < kernel.shape[0]; ++r) {
    for (int64_t s = 0; s < kernel.shape[1]; ++s) {
      for (int64_t c = 0; c < C; ++c) {
        for (int64_t k = 0; k < K; ++k) {
          const int64_t place = k / (K / groups) % joined;  // index of k's old group among those joined
          regrouped.at(r, s, place * C + c, k) = kernel.at(r, s, c, k);
        }
      }
    }
  }
  return regrouped;
}

DoubleKernel compose_kernels(const DoubleKernel& first, int64_t first_groups, int64_t stride_h, int64_t stride_w,
                             const DoubleKernel& second, int64_t second_groups) {
  // C inputs per group of first, M intermediate channels per group of second, K outputs.
  const int64_t C = first.shape[2], M = second.shape[2], K = second.shape[3];
  const int64_t M_all = first.channels_out(), M_of_first = M_all / first_groups, K_of_second = K / second_groups;
  check(M_all == M * second_groups, "compose_kernels: ", M_all, " channels come out of the first convolution, ",
        M * second_groups, " go into the second; the numbers must be equal");
  check(M_all % first_groups == 0 && K % second_groups == 0, "compose_kernels: ", first_groups, " and ", second_groups,
        " groups must divide the output channels, ", M_all, " and ", K);

  const int64_t groups = std::gcd(first_groups, second_groups);
  DoubleKernel composed({(second.shape[0] - 1) * stride_h + first.shape[0],
                         (second.shape[1] - 1) * stride_w + first.shape[1], C * first_groups / groups, K});
  composed.bias = second.bias;
  // [compose]
  for (int64_t m = 0; m < M_all; ++m) {
    // Channel m sees the C inputs of its own group, one of several per group of the result; K_of_second outputs see m.
    const int64_t inputs = m / M_of_first % (first_groups / groups) * C;
    const int64_t outputs = m / M * K_of_second;
    for (int64_t r2 = 0; r2 < second.shape[0]; ++r2) {
      for (int64_t s2 = 0; s2 < second.shape[1]; ++s2) {
        const double* to_outputs = &second.weight[second.index(r2, s2, m % M, outputs)];
        const auto add = [&](double factor, double* sums) {
          for (int64_t k = 0; k < K_of_second; ++k) sums[k] += factor * to_outputs[k];
        };
        add(first.bias[static_cast<size_t>(m)], composed.bias.data() + outputs);
        for (int64_t r = 0; r < first.shape[0]; ++r) {
          for (int64_t s = 0; s < first.shape[1]; ++s) {
            for (int64_t c = 0; c < C; ++c) {
              add(first.at(r, s, c, m), &composed.at(r2 * stride_h + r, s2 * stride_w + s, inputs + c, outputs));
            }
          }
        }
      }
    }
  }
  // [/compose]
  return composed;
}

}  // namespace onefold
