#include "layers/fold/kernel.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

// Legend: R S kernel rows and columns, C input channels per group, K output channels; element (r, s, c, k) of a weight
// is at ((r S + s) C + c) K + k.

namespace onefold {

namespace {

Real rounded_number(double number) {
  const Real rounded = static_cast<Real>(number);
  check(std::isfinite(rounded), "fold: a folded weight is ", number,
        ", out of the range of a kernel; look for a batch norm with a variance near 0");
  return rounded;
}

}  // namespace

DoubleKernel::DoubleKernel(const Shape& kernel_shape) : shape(kernel_shape) {
  check(shape.rank() == 4, "kernel: shape ", shape, " must be [R S C/groups K]");
  weight.resize(static_cast<size_t>(shape.size()));
  bias.resize(static_cast<size_t>(channels_out()));
}

DoubleKernel::DoubleKernel(const Kernel& kernel) : DoubleKernel(kernel.weight.shape()) {
  weight.assign(kernel.weight.data(), kernel.weight.data() + kernel.weight.size());
  if (!kernel.bias.defined()) return;
  check(kernel.bias.shape() == Shape{channels_out()}, "kernel: bias ", kernel.bias.shape(), " does not fit weight ",
        shape, ", expected one value per output channel");
  bias.assign(kernel.bias.data(), kernel.bias.data() + kernel.bias.size());
}

Kernel DoubleKernel::rounded() const {
  Kernel kernel{Tensor(shape), Tensor({channels_out()})};
  for (int64_t i = 0; i < kernel.weight.size(); ++i) kernel.weight[i] = rounded_number(weight[static_cast<size_t>(i)]);
  for (int64_t k = 0; k < kernel.bias.size(); ++k) kernel.bias[k] = rounded_number(bias[static_cast<size_t>(k)]);
  return kernel;
}

DoubleKernel fold_batch_norm(const DoubleKernel& kernel, const FixedBatchNorm& norm) {
  const auto& [mean, variance] = norm.statistics;
  const Shape channels{kernel.channels_out()};
  check(norm.gamma.shape() == channels && norm.beta.shape() == channels && mean.shape() == channels &&
            variance.shape() == channels,
        "fold_batch_norm: a batch norm of ", norm.gamma.shape(), " channels after a kernel ", kernel.shape,
        "; their numbers of channels must be equal");

  DoubleKernel folded = kernel;
  const auto K = static_cast<size_t>(kernel.channels_out());
  for (size_t k = 0; k < K; ++k) {
    const auto channel = static_cast<int64_t>(k);
    check(variance[channel] >= 0, "fold_batch_norm: the variance of channel ", k, " is ", variance[channel],
          ", it must be at least 0");
    // [fold-batch-norm]
    const double t = double{norm.gamma[channel]} / std::sqrt(double{variance[channel]} + double{norm.eps});
    for (size_t i = k; i < folded.weight.size(); i += K) folded.weight[i] *= t;
    folded.bias[k] = double{norm.beta[channel]} + t * (kernel.bias[k] - double{mean[channel]});
    // [/fold-batch-norm]
  }
  return folded;
}

DoubleKernel pad_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns) {
  const int64_t R = kernel.shape[0], S = kernel.shape[1];
  check(rows >= R && columns >= S && (rows - R) % 2 == 0 && (columns - S) % 2 == 0, "pad_kernel: a ", R, "x", S,
        " kernel cannot be centred in a ", rows, "x", columns,
        " one; the larger sizes must differ from its own by an even number");

  return place_kernel(kernel, (rows - R) / 2, (columns - S) / 2, rows, columns);
}

DoubleKernel place_kernel(const DoubleKernel& kernel, int64_t top, int64_t left, int64_t rows, int64_t columns) {
  const int64_t R = kernel.shape[0], S = kernel.shape[1];
  check(top >= 0 && left >= 0 && top + R <= rows && left + S <= columns, "place_kernel: a ", R, "x", S, " kernel at (",
        top, ", ", left, ") does not fit into a window of ", rows, "x", columns);

  DoubleKernel placed({rows, columns, kernel.shape[2], kernel.shape[3]});
  placed.bias = kernel.bias;
  const int64_t position = kernel.shape[2] * kernel.shape[3];  // the elements of one position
  for (int64_t r = 0; r < R; ++r) {
    const auto from = kernel.weight.begin() + r * S * position;
    std::copy(from, from + S * position, placed.weight.begin() + ((top + r) * columns + left) * position);
  }
  return placed;
}

DoubleKernel identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns) {
  check(rows % 2 == 1 && columns % 2 == 1, "identity_kernel: a ", rows, "x", columns,
        " kernel has no centre; both sizes must be odd");
  check(groups >= 1 && channels >= 1 && channels % groups == 0, "identity_kernel: ", groups, " groups must divide ",
        channels, " channels");

  // [identity-kernel]
  const int64_t C = channels / groups;
  DoubleKernel identity({rows, columns, C, channels});
  const int64_t centre = (rows / 2) * columns + columns / 2;
  for (int64_t k = 0; k < channels; ++k) {
    identity.weight[static_cast<size_t>((centre * C + k % C) * channels + k)] = 1;
  }
  // [/identity-kernel]
  return identity;
}

DoubleKernel add_kernels(const std::vector<DoubleKernel>& kernels) {
  check(!kernels.empty(), "add_kernels: no kernels; give at least one");
  DoubleKernel sum(kernels.front().shape);
  for (const DoubleKernel& kernel : kernels) {
    check(kernel.shape == sum.shape, "add_kernels: shapes ", sum.shape, " and ", kernel.shape,
          " differ; pad_kernel makes sizes equal");
    for (size_t i = 0; i < sum.weight.size(); ++i) sum.weight[i] += kernel.weight[i];
    for (size_t k = 0; k < sum.bias.size(); ++k) sum.bias[k] += kernel.bias[k];
  }
  return sum;
}

}  // namespace onefold
