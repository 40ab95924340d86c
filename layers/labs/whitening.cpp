#include "layers/labs/whitening.h"

#include <cmath>
#include <vector>

#include "autograd/ops.h"
#include "core/annex/symmetric_eigen.h"
#include "core/check.h"
#include "core/parallel.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"
#include "layers/operand_hook.h"

namespace onefold {

namespace {

constexpr int64_t kSize = 3;

/// The mean of patch patch^T over all patches inside an image: [n, n] for patches of n = size size C elements.
std::vector<double> patch_covariance(const Tensor& images, int64_t size) {
  const Shape& shape = images.shape();
  const int64_t H = shape[1], W = shape[2], C = shape[3], row = size * C, n = size * row;
  const int64_t rows = H - size + 1, columns = W - size + 1;

  // Sum the lower triangle.
  std::vector<double> sums = ordered_sums(shape[0], 8, n * n, [&](int64_t begin, int64_t end, double* sum) {
    std::vector<double> patch(static_cast<size_t>(n));
    for (int64_t place = begin * rows * columns; place < end * rows * columns; ++place) {
      const int64_t image = place / (rows * columns), y = place / columns % rows, x = place % columns;
      for (int64_t r = 0; r < size; ++r) {
        const Real* from = images.data() + ((image * H + y + r) * W + x) * C;
        std::copy(from, from + row, patch.begin() + r * row);
      }
      for (int64_t p = 0; p < n; ++p) {
        const double number = patch[static_cast<size_t>(p)];
        for (int64_t q = 0; q <= p; ++q) sum[p * n + q] += number * patch[static_cast<size_t>(q)];
      }
    }
  });

  const double patches = static_cast<double>(shape[0] * rows * columns);
  for (int64_t p = 0; p < n; ++p) {
    for (int64_t q = 0; q <= p; ++q) {
      double& lower = sums[static_cast<size_t>(p * n + q)];
      sums[static_cast<size_t>(q * n + p)] = lower = lower / patches;
    }
  }
  return sums;
}

}  // namespace

Kernel whitening_kernel(const Tensor& images, int64_t size, int64_t components, double eps) {
  const Shape& shape = images.shape();
  check(shape.rank() == 4 && shape[0] >= 1 && size >= 1 && shape[1] >= size && shape[2] >= size, "whitening: images ",
        shape, " must be [N H W C], at least one and as large as a patch of ", size, " x ", size);
  const int64_t n = size * size * shape[3];
  check(components >= 1 && components <= n, "whitening: ", components, " components, a patch of ", size, " x ", size,
        " pixels and ", shape[3], " channels allows 1 to ", n);

  // [whitening-kernel]
  const SymmetricEigen eigen = symmetric_eigen(patch_covariance(images, size), n);
  Tensor weight({size, size, shape[3], 2 * components});
  for (int64_t k = 0; k < components; ++k) {
    const double scale = 1 / std::sqrt(eigen.values[static_cast<size_t>(k)] + eps);
    for (int64_t i = 0; i < n; ++i) {
      const auto value = static_cast<Real>(scale * eigen.vectors[static_cast<size_t>(k * n + i)]);
      weight[i * 2 * components + k] = value;
      weight[i * 2 * components + components + k] = -value;
    }
  }
  // [/whitening-kernel]
  return {weight, {}};
}

Whitening::Whitening(int64_t in, int64_t components) {
  check(in >= 1 && components >= 1 && components <= kSize * kSize * in, "Whitening: ", components, " components of ",
        in, " channels; both must be at least 1, and a 3x3 patch has ", kSize * kSize * in, " components");
  weight_ = Tensor::zeros({kSize, kSize, in, 2 * components});
}

void Whitening::fit(const Tensor& images) {
  const int64_t in = weight_.shape()[2];
  check(images.shape().rank() == 4 && images.shape()[3] == in, "Whitening: images ", images.shape(), " must be [N H W ",
        in, "]");
  weight_ = whitening_kernel(images, kSize, weight_.shape()[3] / 2).weight;
}

Variable Whitening::forward(const Variable& x) {
  const Operands operands = hooked_operands(*this, {x, Variable(weight_)});
  return conv2d(operands.x, operands.weight, {}, Activation::relu, conv2d_args(1, 1));
}

void Whitening::visit(Visitor& visitor) { visitor.buffer("weight", weight_); }

std::string Whitening::description() const { return "Whitening " + conv2d_text(weight_.shape(), conv2d_args(1, 1)); }

std::unique_ptr<Module> Whitening::fold() const {
  check_evaluation_mode(*this);
  check_finite("weight", weight_);
  auto folded = std::make_unique<ConvRelu>(Kernel{weight_, Tensor::zeros({weight_.shape()[3]})}, conv2d_args(1, 1));
  folded->eval();
  return folded;
}

}  // namespace onefold
