#include "examples/labs/wrong_folds.h"

#include <algorithm>
#include <cmath>

#include "core/annex/window_pooling.h"
#include "core/conv/conv2d.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "layers/calculus/linear_piece.h"

namespace onefold {

namespace {

constexpr Real kOtherEps = Real(1e-3);
constexpr uint64_t kBiasSeed = 1;

/// The sum of all branches, each folded with `fold`.
template <class Fold>
DoubleKernel sum_of_folds(const RepVggBlock& block, const Fold& fold) {
  std::vector<DoubleKernel> kernels;
  for (const PlainBranch& branch : plain_branches(block)) kernels.push_back(fold(branch));
  return add_kernels(kernels);
}

/// The sum of the right folds of the branches, each after change(branch).
template <class Change>
DoubleKernel fold_changed(const RepVggBlock& block, const Change& change) {
  return sum_of_folds(block, [&](PlainBranch branch) {
    change(branch);
    return fold_plain_branch(branch, block.args().groups);
  });
}

}  // namespace

std::vector<PlainBranch> plain_branches(const RepVggBlock& block) {
  std::vector<PlainBranch> branches;
  for (const LinearForm& form : repvgg_form(block).parts) {
    const LinearForm& last = form.parts.back();
    PlainBranch branch{form.name, std::nullopt, *last.norm};
    if (form.parts.size() == 2) branch.kernel = form.parts.front().conv.kernel;
    branches.push_back(branch);
  }
  return branches;
}

DoubleKernel fold_plain_branch(const PlainBranch& branch, int64_t groups) {
  const DoubleKernel kernel =
      branch.kernel ? pad_kernel(*branch.kernel, 3, 3) : identity_kernel(branch.norm.gamma.size(), groups, 3, 3);
  return fold_batch_norm(kernel, branch.norm);
}

DoubleKernel fold_right(const RepVggBlock& block) {
  return fold_changed(block, [](PlainBranch&) {});
}

PlainBranch with_own_bias(PlainBranch branch) {
  const Shape& shape = branch.kernel->shape;
  const double most = 1 / std::sqrt(static_cast<double>(shape[0] * shape[1] * shape[2]));
  const Tensor bias = random_uniform({shape[3]}, Random(kBiasSeed, static_cast<uint64_t>(shape[0])), -most, most);
  branch.kernel->bias.assign(bias.data(), bias.data() + bias.size());
  branch.norm.statistics.mean = add(branch.norm.statistics.mean, bias);
  return branch;
}

// [wrong-pieces]
DoubleKernel fold_without_own_bias(const DoubleKernel& kernel, const FixedBatchNorm& norm) {
  DoubleKernel plain = kernel;
  std::fill(plain.bias.begin(), plain.bias.end(), 0.0);
  return fold_batch_norm(plain, norm);
}

DoubleKernel global_identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns) {
  DoubleKernel kernel({rows, columns, channels / groups, channels});
  for (int64_t i = 0; i < channels / groups; ++i) kernel.at(rows / 2, columns / 2, i, i) = 1;
  return kernel;
}

DoubleKernel pad_kernel_from_corner(const DoubleKernel& kernel, int64_t rows, int64_t columns) {
  return place_kernel(kernel, 0, 0, rows, columns);
}

Tensor average_of_pixels_inside(const Tensor& x, const Pool2dArgs& args) {
  const Tensor share = avg_pool2d_forward(Tensor::full(x.shape(), 1), args);  // share of the window inside x
  Tensor y = avg_pool2d_forward(x, args);
  for (int64_t i = 0; i < y.size(); ++i) y[i] /= share[i];
  return y;
}
// [/wrong-pieces]

// [wrong-folds]
DoubleKernel fold_without_bias(const RepVggBlock& block, const Tensor&) {
  DoubleKernel kernel = fold_right(block);
  std::fill(kernel.bias.begin(), kernel.bias.end(), 0.0);
  return kernel;
}

DoubleKernel fold_without_own_biases(const RepVggBlock& block, const Tensor&) {
  return sum_of_folds(block, [&](const PlainBranch& branch) {
    if (!branch.kernel) return fold_plain_branch(branch, block.args().groups);
    const PlainBranch biased = with_own_bias(branch);
    return fold_without_own_bias(pad_kernel(*biased.kernel, 3, 3), biased.norm);
  });
}

DoubleKernel fold_with_other_eps(const RepVggBlock& block, const Tensor&) {
  return fold_changed(block, [](PlainBranch& branch) { branch.norm.eps = kOtherEps; });
}

DoubleKernel fold_by_batch_statistics(const RepVggBlock& block, const Tensor& x) {
  return fold_changed(block, [&](PlainBranch& branch) {
    const int64_t groups = block.args().groups, stride = block.args().stride_h;
    Tensor map = x;
    if (branch.kernel) {
      const Kernel kernel = branch.kernel->rounded();
      map = conv2d(x, kernel.weight, conv2d_args(stride, kernel.weight.shape()[0] / 2, groups));
    }
    branch.norm.statistics = channel_statistics(map);
  });
}

DoubleKernel fold_with_fresh_statistics(const RepVggBlock& block, const Tensor&) {
  return fold_changed(block, [](PlainBranch& branch) {
    const Shape channels = branch.norm.gamma.shape();
    branch.norm.statistics = {Tensor::zeros(channels), Tensor::full(channels, 1)};
  });
}

DoubleKernel fold_with_shifted_pointwise(const RepVggBlock& block, const Tensor&) {
  const bool shifts = block.args().stride_h == 2;
  return fold_changed(block, [&](PlainBranch& branch) {
    if (shifts && branch.name == "1x1") branch.kernel = pad_kernel_from_corner(*branch.kernel, 3, 3);
  });
}

DoubleKernel fold_with_global_identity(const RepVggBlock& block, const Tensor&) {
  const int64_t groups = block.args().groups;
  return fold_changed(block, [&](PlainBranch& branch) {
    if (!branch.kernel) branch.kernel = global_identity_kernel(branch.norm.gamma.size(), groups, 3, 3);
  });
}

BlockFold fold_without_branch(const std::string& name) {
  return [name](const RepVggBlock& block, const Tensor&) {
    return sum_of_folds(block, [&](const PlainBranch& branch) {
      const DoubleKernel kernel = fold_plain_branch(branch, block.args().groups);
      return branch.name == name ? DoubleKernel(kernel.shape) : kernel;
    });
  };
}
// [/wrong-folds]

}  // namespace onefold
