#include "layers/families/diverse_branch_block.h"

#include "layers/calculus/pieces.h"
#include "layers/pooling.h"

namespace onefold {

// [diverse-branch-block]
DiverseBranchBlock::DiverseBranchBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  Branch& three = add_branch("3x3");
  three.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
  three.add<BatchNorm2d>("bn3", options.out);
  if (!options.is_depthwise()) {
    Branch& one = add_branch("1x1");
    one.add<Conv2d>("conv1", same_convolution(options, 1, 1), initializer);
    one.add<BatchNorm2d>("bn1", options.out);
  }
  add_chain(initializer);
  add_pool(initializer);
}

void DiverseBranchBlock::add_chain(Initializer& initializer) {
  const int64_t in = options_.in, groups = options_.groups, between = options_.is_depthwise() ? 2 * in : in;
  Conv2dOptions into = same_convolution(in, between, 1, 1, 1, groups);
  into.first = FirstWeights::dirac;
  Branch& chain = add_branch("1x1-3x3");
  chain.add<Conv2d>("chain_conv1", into, initializer);
  chain.add<BatchNormPad2d>("chain_pad", between, 1);
  chain.add<Conv2d>("chain_conv3",
                    Conv2dOptions{.in = between, .out = options_.out, .args = conv2d_args(options_.stride, 0, groups)},
                    initializer);
  chain.add<BatchNorm2d>("chain_bn", options_.out);
}

void DiverseBranchBlock::add_pool(Initializer& initializer) {
  const int64_t out = options_.out, stride = options_.stride;
  const bool depthwise = options_.is_depthwise();
  Branch& pool = add_branch(depthwise ? "average" : "1x1-average");
  if (!depthwise) {
    pool.add<Conv2d>("pool_conv1", same_convolution(options_.in, out, 1, 1, 1, options_.groups), initializer);
    pool.add<BatchNormPad2d>("pool_pad", out, 1);
  }
  pool.add<AvgPool2d>("pool", Pool2dArgs{.kernel = 3, .stride = stride, .padding = depthwise ? 1 : 0});
  pool.add<BatchNorm2d>("pool_bn", out);
}
// [/diverse-branch-block]

std::unique_ptr<Module> make_diverse_branch_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<DiverseBranchBlock>(options, initializer);
}

}  // namespace onefold
