#include "layers/reparam/repvgg_block.h"

#include "core/check.h"
#include "layers/fold.h"

namespace onefold {

RepVggBlock::RepVggBlock(const RepVggBlockOptions& options, Initializer& initializer)
    : conv3_({.in = options.in,
              .out = options.out,
              .args = conv2d_args(options.stride, 1, options.groups),
              .first = options.first},
             initializer),
      bn3_(options.out) {
  if (options.pointwise) {
    const Conv2dOptions pointwise{.in = options.in,
                                  .out = options.out,
                                  .kernel_h = 1,
                                  .kernel_w = 1,
                                  .args = conv2d_args(options.stride, 0, options.groups)};
    conv1_ = std::make_unique<Conv2d>(pointwise, initializer);
    bn1_ = std::make_unique<BatchNorm2d>(options.out);
  }
  if (options.stride == 1 && options.in == options.out) bn0_ = std::make_unique<BatchNorm2d>(options.out);
}

RepVggBlock::RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups)
    : RepVggBlock({.in = in, .out = out, .stride = stride, .groups = groups}, initializer) {}

Variable RepVggBlock::forward(const Variable& x) {
  // One op normalises all branches, so they must agree on whose statistics they use.
  check((!bn1_ || bn1_->training() == bn3_.training()) && (!bn0_ || bn0_->training() == bn3_.training()),
        "RepVggBlock: one of bn3, bn1 and bn0 is in training mode and another is not; call train() or eval() ",
        "on the block");
  if (bn3_.training()) return forward_in_training(x);
  // [forward]
  std::vector<NormInput> inputs = {bn3_.norm_input(conv3_(x))};
  if (conv1_) inputs.push_back(bn1_->norm_input((*conv1_)(x)));
  if (bn0_) inputs.push_back(bn0_->norm_input(x));
  return norm_sum(inputs, Activation::relu, bn3_.statistics_of(), bn3_.eps());
  // [/forward]
}

Variable RepVggBlock::forward_in_training(const Variable& x) {
  // [forward-in-training]
  std::vector<BatchNorm2d*> norms = {&bn3_};
  std::vector<ConvNormBranch> branches = {bn3_.conv_norm_branch(conv3_.weight(), conv3_.args())};
  if (conv1_) {
    norms.push_back(bn1_.get());
    branches.push_back(bn1_->conv_norm_branch(conv1_->weight(), conv1_->args()));
  }
  if (bn0_) {
    norms.push_back(bn0_.get());
    branches.push_back(bn0_->conv_norm_branch(Variable(), args()));
  }
  std::vector<ChannelStatistics> statistics;
  const Variable y = conv_norm_sum(x, branches, Activation::relu, bn3_.eps(), statistics);
  for (size_t b = 0; b < norms.size(); ++b) norms[b]->observe(statistics[b], y.shape().rows());
  // [/forward-in-training]
  return y;
}

void RepVggBlock::visit(Visitor& visitor) {
  visitor.child("conv3", conv3_);
  visitor.child("bn3", bn3_);
  if (conv1_) {
    visitor.child("conv1", *conv1_);
    visitor.child("bn1", *bn1_);
  }
  if (bn0_) visitor.child("bn0", *bn0_);
}

std::string RepVggBlock::description() const {
  const Shape& weight = conv3_.weight().shape();
  std::string text = "RepVggBlock " + std::to_string(weight[2] * args().groups) + " -> " + std::to_string(weight[3]);
  if (args().stride_h != 1) text += ", stride " + std::to_string(args().stride_h);
  if (args().groups != 1) text += ", groups " + std::to_string(args().groups);
  if (!has_pointwise()) text += ", without 1x1";
  return text;
}

std::vector<LinearBranch> RepVggBlock::branches() const {
  check_evaluation_mode(*this);
  const auto kernel = [](const char* name, const Conv2d& conv) {
    return fold_piece(name, [&] { return DoubleKernel(conv.kernel()); });
  };
  const auto fixed = [](const char* name, const BatchNorm2d& norm) {
    return fold_piece(name, [&] { return norm.fixed(); });
  };
  std::vector<LinearBranch> branches = {{"3x3", kernel("conv3", conv3_), conv3_.args(), fixed("bn3", bn3_)}};
  if (conv1_) branches.push_back({"1x1", kernel("conv1", *conv1_), conv1_->args(), fixed("bn1", *bn1_)});
  if (bn0_) branches.push_back({"identity", std::nullopt, args(), fixed("bn0", *bn0_)});
  return branches;
}

// [fold-branch]
DoubleKernel fold_branch(const LinearBranch& branch, int64_t rows, int64_t columns) {
  check(branch.kernel || branch.norm, "fold_branch: branch ", branch.name, " has neither a kernel nor a batch norm");
  const DoubleKernel kernel =
      branch.kernel ? pad_kernel(*branch.kernel, rows, columns)
                    : identity_kernel(branch.norm->gamma.size(), branch.args.groups, rows, columns);
  return branch.norm ? fold_batch_norm(kernel, *branch.norm) : kernel;
}
// [/fold-branch]

// [fold]
std::unique_ptr<Module> RepVggBlock::fold() const {
  std::vector<DoubleKernel> kernels;
  for (const LinearBranch& branch : branches()) kernels.push_back(fold_branch(branch, 3, 3));
  auto folded = std::make_unique<ConvRelu>(add_kernels(kernels).rounded(), args());
  folded->eval();
  return folded;
}
// [/fold]

}  // namespace onefold
