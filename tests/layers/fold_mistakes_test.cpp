#include <optional>

#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/linear_piece.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/repvgg_block.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

// The classic mistakes of folding, each made on purpose: the tests of equality must see them. A test that could not
// tell a wrong fold from a right one would prove nothing.

using namespace onefold;
using namespace onefold::testing;

namespace {

/// A branch of a RepVGG block, taken apart for folds by hand.
struct PlainBranch {
  std::optional<DoubleKernel> kernel;  // none: the identity
  int64_t groups;
  std::optional<FixedBatchNorm> norm;
};

std::vector<PlainBranch> branches_of(const RepVggBlock& block) {
  std::vector<PlainBranch> branches;
  for (const LinearForm& branch : repvgg_form(block).parts) {
    PlainBranch plain{std::nullopt, block.args().groups, branch.parts.back().norm};
    if (branch.parts.size() == 2) plain.kernel = branch.parts[0].conv.kernel;
    branches.push_back(plain);
  }
  return branches;
}

DoubleKernel fold_plain(const PlainBranch& branch, int64_t rows, int64_t columns) {
  const DoubleKernel kernel = branch.kernel ? pad_kernel(*branch.kernel, rows, columns)
                                            : identity_kernel(branch.norm->gamma.size(), branch.groups, rows, columns);
  return branch.norm ? fold_batch_norm(kernel, *branch.norm) : kernel;
}

/// A block in evaluation mode with awkward statistics.
struct BlockAtHand {
  explicit BlockAtHand(int64_t stride = 1, int64_t groups = 1, bool tiny_variances = false)
      : initializer(1), block(8, 8, stride, initializer, groups), x(random_images({2, 9, 9, 8})) {
    randomize(block, 3, tiny_variances);
    block.eval();
  }

  /// The difference that a block of these kernels makes.
  FoldDifference difference(const std::vector<DoubleKernel>& kernels) {
    const Kernel sum = add_kernels(kernels).rounded();
    return fold_difference(block(x).value(), ConvRelu(sum, block.args())(x).value());
  }

  std::vector<DoubleKernel> right_kernels() {
    std::vector<DoubleKernel> kernels;
    for (const PlainBranch& branch : branches_of(block)) kernels.push_back(fold_plain(branch, 3, 3));
    return kernels;
  }

  Initializer initializer;
  RepVggBlock block;
  Variable x;
};

/// A 1x1 kernel at position (row, column) of a 3x3 one.
DoubleKernel placed(const DoubleKernel& pointwise, int64_t row, int64_t column) {
  DoubleKernel kernel({3, 3, pointwise.shape[2], pointwise.shape[3]});
  kernel.bias = pointwise.bias;
  const auto size = static_cast<int64_t>(pointwise.weight.size());
  std::copy(pointwise.weight.begin(), pointwise.weight.end(), kernel.weight.begin() + (row * 3 + column) * size);
  return kernel;
}

}  // namespace

TEST_CASE("mistake: forgotten evaluation mode", "[layers][fold]") {
  BlockAtHand at;
  const auto folded = at.block.fold();
  const Tensor y = folded->forward(at.x).value();
  CHECK(fold_difference(at.block(at.x).value(), y).ok());

  // Comparing with the block in training mode compares with the statistics of the batch.
  at.block.train();
  CHECK(relative_difference(at.block(at.x).value(), y) > kMistake);
  CHECK_THAT(error_of([&] { at.block.fold(); }), ContainsSubstring("call eval() first"));

  Initializer initializer(1);
  RepVgg network({"small", {1, 1, 1, 1, 1}, {4, 4, 4, 4, 4}}, 10, initializer);
  CHECK_THAT(error_of([&] { network.fold(); }), ContainsSubstring("fold: RepVgg is in training mode"));
  network.eval();
  network.block(3, 0).train();
  CHECK_THAT(error_of([&] { network.fold(); }),
             ContainsSubstring("fold: stages.3.0: RepVggBlock is in training mode; call eval() first"));
}

TEST_CASE("mistake: the convolution's own bias dropped", "[layers][fold]") {
  Initializer initializer(1);
  Conv2d conv({.in = 4, .out = 8, .args = conv2d_args(1, 1), .bias = true}, initializer);
  BatchNorm2d norm(8);
  randomize(conv, 2);
  randomize(norm, 3, false);
  conv.eval();
  norm.eval();
  const Variable x = random_images({2, 6, 6, 4});
  const Tensor y = norm(conv(x)).value();

  const auto folded = [&](const Kernel& kernel) {
    return Conv2d(fold_batch_norm(kernel, norm.fixed()).rounded(), conv.args())(x).value();
  };
  CHECK(fold_difference(y, folded(conv.kernel())).ok());
  const FoldDifference wrong = fold_difference(y, folded({conv.kernel().weight, {}}));
  CHECK(wrong.interior > kMistake * wrong.largest);
  CHECK(wrong.border > kMistake * wrong.largest);
}

TEST_CASE("mistake: another eps", "[layers][fold]") {
  BlockAtHand at(1, 1, true);
  CHECK(at.difference(at.right_kernels()).ok());
  std::vector<DoubleKernel> kernels;
  for (PlainBranch branch : branches_of(at.block)) {
    branch.norm->eps = Real(1e-3);
    kernels.push_back(fold_plain(branch, 3, 3));
  }
  const FoldDifference wrong = at.difference(kernels);
  CHECK(std::max(wrong.interior, wrong.border) > kMistake * wrong.largest);
}

TEST_CASE("mistake: the 1x1 kernel beside the centre", "[layers][fold]") {
  for (const int64_t stride : {1, 2}) {
    BlockAtHand at(stride);
    CHECK(at.difference(at.right_kernels()).ok());
    std::vector<DoubleKernel> kernels = at.right_kernels();
    const PlainBranch pointwise = branches_of(at.block)[1];
    kernels[1] = placed(fold_plain(pointwise, 1, 1), 0, 0);
    const FoldDifference wrong = at.difference(kernels);
    CHECK(wrong.interior > kMistake * wrong.largest);
    CHECK(wrong.border > kMistake * wrong.largest);
  }
}

TEST_CASE("mistake: a 1x1 with padding of its own at stride 2 looks at other pixels", "[layers][fold]") {
  BlockAtHand at(2);
  const PlainBranch pointwise = branches_of(at.block)[1];
  const Kernel kernel = fold_plain(pointwise, 1, 1).rounded();
  const Kernel padded = fold_plain(pointwise, 3, 3).rounded();
  const Tensor right = conv2d(at.x.value(), padded.weight, conv2d_args(2, 1), padded.bias);
  CHECK(fold_difference(right, conv2d(at.x.value(), kernel.weight, conv2d_args(2, 0), kernel.bias)).ok());

  // Padding 1 makes one output pixel more at this size, and each stands for a pixel one step further up and left.
  const Tensor shifted = conv2d(at.x.value(), kernel.weight, conv2d_args(2, 1), kernel.bias);
  CHECK(shifted.shape() == Shape{2, 6, 6, 8});
  CHECK(right.shape() == Shape{2, 5, 5, 8});
  double same = 0;
  for (int64_t k = 0; k < 8; ++k) same = std::max(same, std::abs(double{shifted[(6 + 1) * 8 + k] - right[k]}));
  CHECK(same > kMistake * double{max_abs(right)});
}

TEST_CASE("mistake: the identity by the global channel under groups", "[layers][fold]") {
  BlockAtHand at(1, 4);
  CHECK(at.difference(at.right_kernels()).ok());

  // One where i == o, both counted over all channels: only the first group has any.
  DoubleKernel global({3, 3, 2, 8});
  for (size_t o = 0; o < 2; ++o) global.weight[(4 * 2 + o) * 8 + o] = 1;
  std::vector<DoubleKernel> kernels = at.right_kernels();
  kernels[2] = fold_batch_norm(global, *branches_of(at.block)[2].norm);
  const FoldDifference wrong = at.difference(kernels);
  CHECK(wrong.interior > kMistake * wrong.largest);
  CHECK(wrong.border > kMistake * wrong.largest);
}

TEST_CASE("mistake: a branch dropped instead of folded", "[layers][fold]") {
  BlockAtHand at;
  for (size_t dropped = 0; dropped < 3; ++dropped) {
    std::vector<DoubleKernel> kernels = at.right_kernels();
    kernels.erase(kernels.begin() + static_cast<int64_t>(dropped));
    const FoldDifference wrong = at.difference(kernels);
    CHECK(wrong.interior > kMistake * wrong.largest);
  }
}

TEST_CASE("mistake: fresh statistics hide another one", "[layers][fold]") {
  // With mean 0, variance 1, gamma 1 and beta 0, even forgetting a batch norm altogether is nearly invisible.
  Initializer initializer(1);
  RepVggBlock fresh(8, 8, 1, initializer);
  fresh.eval();
  const Variable x = random_images({2, 9, 9, 8});
  std::vector<DoubleKernel> kernels;
  for (PlainBranch branch : branches_of(fresh)) {
    if (!branch.kernel) branch.kernel = identity_kernel(8, 1, 3, 3);
    branch.norm.reset();
    kernels.push_back(fold_plain(branch, 3, 3));
  }
  const ConvRelu without_norms(add_kernels(kernels).rounded(), fresh.args());
  const double hidden =
      relative_difference(fresh(x).value(), conv2d(x.value(), without_norms.conv().weight().value(), fresh.args(),
                                                   without_norms.conv().bias().value(), Activation::relu));
  CHECK(hidden < 1e-4);

  BlockAtHand at;
  const Tensor y = conv2d(at.x.value(), without_norms.conv().weight().value(), at.block.args(), {}, Activation::relu);
  CHECK(relative_difference(at.block(at.x).value(), y) > kMistake);
}
