#include "layers/fold/repvgg_block.h"

#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"

namespace onefold {

// [branches]
RepVggBlock::RepVggBlock(const BlockOptions& options, Initializer& initializer)
    : options_(options), conv3_(same_convolution(options, 3, 3), initializer), bn3_(options.out) {
  if (options.pointwise) {
    conv1_ = std::make_unique<Conv2d>(same_convolution(options, 1, 1), initializer);
    bn1_ = std::make_unique<BatchNorm2d>(options.out);
  }
  if (options.keeps_shape()) bn0_ = std::make_unique<BatchNorm2d>(options.out);
}
// [/branches]

RepVggBlock::RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups)
    : RepVggBlock({.in = in, .out = out, .stride = stride, .groups = groups}, initializer) {}

// [forward]
Variable RepVggBlock::forward(const Variable& x) {
  check_one_mode(*this, {&bn3_, bn1_.get(), bn0_.get()});
  if (bn3_.training()) {
    // One op convolves, normalises and adds all branches.
    std::vector<TrainedBranch> branches = {{conv3_.weight(), conv3_.args(), bn3_}};
    if (conv1_) branches.push_back({conv1_->weight(), conv1_->args(), *bn1_});
    if (bn0_) branches.push_back({Variable(), {}, *bn0_});
    return conv_norm_sum(x, branches, options_.activation);
  }
  std::vector<NormInput> branches = {bn3_.norm_input(conv3_(x))};
  if (conv1_) branches.push_back(bn1_->norm_input((*conv1_)(x)));
  if (bn0_) branches.push_back(bn0_->norm_input(x));
  return norm_sum(branches, options_.activation, StatisticsOf::running, bn3_.eps());
}
// [/forward]

Variable RepVggBlock::sum_by_pieces(const Variable& x) {
  Variable sum = bn3_(conv3_(x));
  if (conv1_) sum = add(sum, (*bn1_)((*conv1_)(x)));
  if (bn0_) sum = add(sum, (*bn0_)(x));
  return sum;
}

void RepVggBlock::visit(Visitor& visitor) {
  visitor.child("conv3", conv3_);
  visitor.child("bn3", bn3_);
  if (conv1_) visitor.child("conv1", *conv1_);
  if (bn1_) visitor.child("bn1", *bn1_);
  if (bn0_) visitor.child("bn0", *bn0_);
}

std::string RepVggBlock::description() const {
  return "RepVggBlock " + options_.text() + (has_pointwise() ? "" : ", without 1x1");
}

// [fold]
DoubleKernel RepVggBlock::folded_kernel() const {
  check_evaluation_mode(*this);
  // Errors name the layer and the branch they come from.
  const auto kernel = [](auto name, const Conv2d& conv) { return fold_piece(name, [&] { return conv.kernel(); }); };
  const auto norm = [](auto name, const BatchNorm2d& bn) { return fold_piece(name, [&] { return bn.fixed(); }); };

  std::vector<DoubleKernel> branches;
  fold_branch("3x3", [&] { branches.push_back(fold_batch_norm(kernel("conv3", conv3_), norm("bn3", bn3_))); });
  if (conv1_) {
    fold_branch("1x1", [&] {
      branches.push_back(pad_kernel(fold_batch_norm(kernel("conv1", *conv1_), norm("bn1", *bn1_)), 3, 3));
    });
  }
  if (bn0_) {
    fold_branch("identity", [&] {
      branches.push_back(fold_batch_norm(identity_kernel(options_.in, options_.groups, 3, 3), norm("bn0", *bn0_)));
    });
  }
  return add_kernels(branches);
}

std::unique_ptr<Module> RepVggBlock::fold() const {
  return make_folded(folded_kernel().rounded(), args(), options_.activation);
}
// [/fold]

std::unique_ptr<Module> RepVggBlock::fold_with_norm(const FixedBatchNorm& norm) const {
  if (options_.activation != Activation::none) return nullptr;
  return make_folded(fold_batch_norm(folded_kernel(), norm).rounded(), args(), Activation::none);
}

}  // namespace onefold
