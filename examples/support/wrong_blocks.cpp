#include "examples/support/wrong_blocks.h"

#include "layers/fold.h"
#include "layers/pooling.h"
#include "layers/reparam/diverse_branch_block.h"
#include "layers/reparam/folded_block.h"
#include "layers/reparam/pieces.h"

namespace onefold {

namespace {

/// average_of_pixels_inside() as a piece of a branch.
class AverageOfPixelsInside : public Module {
 public:
  explicit AverageOfPixelsInside(const Pool2dArgs& args) : args_(args) {}

  Variable forward(const Variable& x) override { return Variable(average_of_pixels_inside(x.value(), args_)); }
  void visit(Visitor&) override {}
  std::string description() const override { return "AverageOfPixelsInside"; }
  std::unique_ptr<Module> fold() const override {
    throw FoldError("an average of the pixels inside is no convolution: it divides by another number on the border");
  }

 private:
  Pool2dArgs args_;
};

enum class Border { zeros_between, average_inside };

// [wrong-border]
/// A diverse branch block as whoever has not read section 3.3 of the paper writes it, with the numbers of `block`.
std::unique_ptr<Module> with_wrong_border(LinearBlock& block, Border border) {
  const auto* diverse = dynamic_cast<const DiverseBranchBlock*>(&block);
  if (diverse == nullptr || diverse->options().is_depthwise()) return nullptr;
  const BlockOptions& options = diverse->options();
  const int64_t in = options.in, out = options.out, stride = options.stride, groups = options.groups;
  Initializer initializer(0);
  auto wrong = std::make_unique<LinearBlock>(options.activation);

  for (const int64_t extent : {3, 1}) {
    const std::string name = std::to_string(extent);
    Branch& branch = wrong->add_branch(name + "x" + name);
    branch.add<Conv2d>("conv" + name, same_convolution(options, extent, extent), initializer);
    branch.add<BatchNorm2d>("bn" + name, out);
  }

  Branch& chain = wrong->add_branch("1x1-3x3");
  chain.add<Conv2d>("chain_conv1", same_convolution(in, in, 1, 1, 1, groups), initializer);
  if (border == Border::zeros_between) {
    chain.add<BatchNorm2d>("chain_pad.bn", in);
    chain.add<Conv2d>("chain_conv3", same_convolution(in, out, 3, 3, stride, groups), initializer);
  } else {
    chain.add<BatchNormPad2d>("chain_pad", in, 1);
    chain.add<Conv2d>("chain_conv3", Conv2dOptions{.in = in, .out = out, .args = conv2d_args(stride, 0, groups)},
                      initializer);
  }
  chain.add<BatchNorm2d>("chain_bn", out);

  Branch& pool = wrong->add_branch("1x1-average");
  const Pool2dArgs window{.kernel = 3, .stride = stride, .padding = 1};
  pool.add<Conv2d>("pool_conv1", same_convolution(in, out, 1, 1, 1, groups), initializer);
  pool.add<BatchNorm2d>("pool_pad.bn", out);
  if (border == Border::zeros_between) {
    pool.add<AvgPool2d>("pool", window);
  } else {
    pool.add<AverageOfPixelsInside>("pool", window);
  }
  pool.add<BatchNorm2d>("pool_bn", out);

  load_state(*wrong, state(block));
  wrong->eval();
  return wrong;
}
// [/wrong-border]

}  // namespace

WrongBlock wrong_in_repvgg(const BlockFold& fold) {
  return [fold](LinearBlock& block, const Tensor& x) -> std::unique_ptr<Module> {
    const auto* repvgg = dynamic_cast<const RepVggBlock*>(&block);
    if (repvgg == nullptr) return nullptr;
    const DoubleKernel wrong = fold(*repvgg, x), right = fold_right(*repvgg);
    if (wrong.weight == right.weight && wrong.bias == right.bias) return nullptr;
    auto folded = std::make_unique<ConvRelu>(wrong.rounded(), repvgg->args());
    folded->eval();
    return folded;
  };
}

std::unique_ptr<Module> zeros_between(LinearBlock& block, const Tensor&) {
  return with_wrong_border(block, Border::zeros_between);
}

std::unique_ptr<Module> average_inside(LinearBlock& block, const Tensor&) {
  return with_wrong_border(block, Border::average_inside);
}

}  // namespace onefold
