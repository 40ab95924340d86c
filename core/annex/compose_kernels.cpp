#include "core/annex/compose_kernels.h"

#include <numeric>

#include "core/check.h"
#include "core/gemm/gemm.h"

// Legend: first [R1, S1, C, M], second [R2, S2, M per group, K], y [R, S, inputs, K]. C counts the channels of one
// group, as first stores them.

namespace onefold {

namespace {

Shape composed_shape(const Shape& first, const Shape& second, const ComposeArgs& args) {
  check(first.rank() == 4 && second.rank() == 4, "compose_kernels: kernels ", first, " and ", second,
        " must both be [R S C/groups K]");
  check(args.first_groups >= 1 && args.second_groups >= 1 && args.stride_h >= 1 && args.stride_w >= 1 &&
            first[3] % args.first_groups == 0 && second[3] % args.second_groups == 0,
        "compose_kernels: ", args.first_groups, " and ", args.second_groups, " groups for kernels ", first, " and ",
        second, ", at stride ", args.stride_h, "x", args.stride_w, "; groups must divide the output channels");
  check(first[3] == second[2] * args.second_groups, "compose_kernels: ", first[3], " channels come out of the first, ",
        second[2] * args.second_groups, " go into the second; the numbers must be equal");
  const int64_t groups = std::gcd(args.first_groups, args.second_groups);
  return {(second[0] - 1) * args.stride_h + first[0], (second[1] - 1) * args.stride_w + first[1],
          first[2] * args.first_groups / groups, second[3]};
}

/// Calls body(first, second, y), the offsets of three matrices with y [C, K per group] += first [C, M] second [M, K per
/// group], for every pair of elements and every run of channels M that is within one group of both convolutions.
template <class Body>
void for_each_product(const Shape& first, const Shape& second, const Shape& y, const ComposeArgs& args,
                      const Body& body) {
  const int64_t C = first[2], M = first[3], K = second[3];
  const int64_t M_of_first = M / args.first_groups, M_of_second = second[2], K_of_second = K / args.second_groups;
  const int64_t run = std::gcd(M_of_first, M_of_second);
  const int64_t joined = y[2] / C;  // groups of the first per group of y
  for (int64_t p = 0; p < second[0] * second[1]; ++p) {
    const int64_t top = p / second[1] * args.stride_h, left = p % second[1] * args.stride_w;
    for (int64_t u = 0; u < first[0] * first[1]; ++u) {
      const int64_t place = (top + u / first[1]) * y[1] + left + u % first[1];
      for (int64_t m = 0; m < M; m += run) {
        const int64_t input = m / M_of_first % joined * C, output = m / M_of_second * K_of_second;
        body(u * C * M + m, (p * M_of_second + m % M_of_second) * K + output, (place * y[2] + input) * K + output, run);
      }
    }
  }
}

}  // namespace

Tensor compose_kernels_forward(const Tensor& first, const Tensor& second, const ComposeArgs& args) {
  const Shape &a = first.shape(), &b = second.shape();
  Tensor y = Tensor::zeros(composed_shape(a, b, args));
  const int64_t K = b[3] / args.second_groups;
  for_each_product(a, b, y.shape(), args, [&](int64_t at_first, int64_t at_second, int64_t at_y, int64_t run) {
    gemm({first.data() + at_first, a[2], run, a[3]}, {second.data() + at_second, run, K, b[3]}, y.data() + at_y, b[3],
         Accumulate::yes);
  });
  return y;
}

Tensor compose_kernels_backward_first(const Tensor& dy, const Tensor& first, const Tensor& second,
                                      const ComposeArgs& args) {
  const Shape &a = first.shape(), &b = second.shape();
  check(dy.shape() == composed_shape(a, b, args), "compose_kernels_backward: dy ", dy.shape(), " must be ",
        composed_shape(a, b, args));
  Tensor dfirst = Tensor::zeros(a);
  const int64_t K = b[3] / args.second_groups;
  for_each_product(a, b, dy.shape(), args, [&](int64_t at_first, int64_t at_second, int64_t at_y, int64_t run) {
    gemm({dy.data() + at_y, a[2], K, b[3]}, {second.data() + at_second, K, run, b[3], true}, dfirst.data() + at_first,
         a[3], Accumulate::yes);
  });
  return dfirst;
}

Tensor compose_kernels_backward_second(const Tensor& dy, const Tensor& first, const Tensor& second,
                                       const ComposeArgs& args) {
  const Shape &a = first.shape(), &b = second.shape();
  check(dy.shape() == composed_shape(a, b, args), "compose_kernels_backward: dy ", dy.shape(), " must be ",
        composed_shape(a, b, args));
  Tensor dsecond = Tensor::zeros(b);
  const int64_t K = b[3] / args.second_groups;
  for_each_product(a, b, dy.shape(), args, [&](int64_t at_first, int64_t at_second, int64_t at_y, int64_t run) {
    gemm({first.data() + at_first, run, a[2], a[3], true}, {dy.data() + at_y, a[2], K, b[3]},
         dsecond.data() + at_second, b[3], Accumulate::yes);
  });
  return dsecond;
}

}  // namespace onefold
