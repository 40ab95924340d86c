#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/annex/window_pooling.h"
#include "layers/calculus/linear_block.h"
#include "layers/calculus/pieces.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

namespace onefold::testing {

/// The blocks of the papers that need every rewrite, as small as they come.
struct Blocks {
  Initializer initializer{1};

  /// ACNet: 3x3, 1x3 and 3x1, each with a batch norm.
  std::unique_ptr<LinearBlock> asymmetric(int64_t stride, int64_t groups) {
    auto block = std::make_unique<LinearBlock>(Activation::relu);
    const std::vector<std::pair<int64_t, int64_t>> sizes = {{3, 3}, {1, 3}, {3, 1}};
    for (size_t b = 0; b < sizes.size(); ++b) {
      const std::string number = std::to_string(b);
      Branch& branch = block->add_branch("branch" + number);
      branch.add<Conv2d>("conv" + number, same_convolution(8, 12, sizes[b].first, sizes[b].second, stride, groups),
                         initializer);
      branch.add<BatchNorm2d>("bn" + number, 12);
    }
    return block;
  }

  /// Diverse branch block: 3x3; 1x1; 1x1 then 3x3; 1x1 then average pool.
  std::unique_ptr<LinearBlock> diverse(int64_t stride, int64_t groups) {
    auto block = std::make_unique<LinearBlock>(Activation::relu);
    Branch& three = block->add_branch("3x3");
    three.add<Conv2d>("conv3", same_convolution(8, 12, 3, 3, stride, groups), initializer);
    three.add<BatchNorm2d>("bn3", 12);
    Branch& one = block->add_branch("1x1");
    one.add<Conv2d>("conv1", same_convolution(8, 12, 1, 1, stride, groups), initializer);
    one.add<BatchNorm2d>("bn1", 12);
    Branch& both = block->add_branch("1x1-3x3");
    both.add<Conv2d>("both1", same_convolution(8, 8, 1, 1, 1, groups), initializer);
    both.add<BatchNormPad2d>("both_pad", 8, 1);
    both.add<Conv2d>("both3", Conv2dOptions{.in = 8, .out = 12, .args = conv2d_args(stride, 0, groups)}, initializer);
    both.add<BatchNorm2d>("both_bn", 12);
    Branch& pool = block->add_branch("1x1-average");
    pool.add<Conv2d>("pool1", same_convolution(8, 12, 1, 1, 1, groups), initializer);
    pool.add<BatchNormPad2d>("pool_pad", 12, 1);
    pool.add<AvgPool2d>("pool", Pool2dArgs{.kernel = 3, .stride = stride, .padding = 0});
    pool.add<BatchNorm2d>("pool_bn", 12);
    return block;
  }

  /// QARepVGG: a batch norm over a sum of which one branch alone has its own.
  std::unique_ptr<LinearBlock> norm_after_sum() {
    auto sum = std::make_unique<LinearBlock>();
    Branch& three = sum->add_branch("3x3");
    three.add<Conv2d>("conv3", same_convolution(8, 8, 3, 3), initializer);
    three.add<BatchNorm2d>("bn3", 8);
    sum->add_branch("1x1").add<Conv2d>("conv1", same_convolution(8, 8, 1, 1), initializer);
    sum->add_branch("identity");
    auto block = std::make_unique<LinearBlock>(Activation::relu);
    Branch& all = block->add_branch("all");
    all.append("sum", std::move(sum));
    all.add<BatchNorm2d>("bn", 8);
    return block;
  }

  /// A large depthwise kernel and a dilated small one, as UniRepLK has them, and a scaled identity.
  std::unique_ptr<LinearBlock> dilated() {
    auto block = std::make_unique<LinearBlock>();
    Branch& large = block->add_branch("7x7");
    large.add<Conv2d>("large", same_convolution(8, 8, 7, 7, 1, 8), initializer);
    large.add<BatchNorm2d>("large_bn", 8);
    Branch& small = block->add_branch("3x3 dilated");
    small.add<Conv2d>("small", same_convolution(8, 8, 3, 3, 1, 8, 2), initializer);
    small.add<BatchNorm2d>("small_bn", 8);
    Branch& minus = block->add_branch("scaled");
    minus.add<ChannelScale>("scale", 8, Real(0.5));
    minus.add<FixedScale>("minus", Real(-1));
    return block;
  }

  /// Depthwise, then pointwise.
  std::unique_ptr<LinearBlock> separable() {
    auto block = std::make_unique<LinearBlock>();
    Branch& chain = block->add_branch("chain");
    chain.add<Pad2d>("pad", 2, 2);
    chain.add<Conv2d>("depthwise",
                      Conv2dOptions{.in = 8, .out = 16, .kernel_h = 5, .kernel_w = 5, .args = conv2d_args(2, 0, 8)},
                      initializer);
    auto& middle = chain.add<Sequential>("middle");
    middle.add<BatchNorm2d>(16);
    middle.add<ChannelScale>(16, Real(2));
    chain.add<Conv2d>("pointwise", Conv2dOptions{.in = 16, .out = 12, .kernel_h = 1, .kernel_w = 1, .bias = true},
                      initializer);
    return block;
  }

  std::vector<std::unique_ptr<LinearBlock>> all() {
    std::vector<std::unique_ptr<LinearBlock>> blocks;
    for (const int64_t stride : {1, 2}) {
      for (const int64_t groups : {1, 2, 4}) {
        blocks.push_back(asymmetric(stride, groups));
        blocks.push_back(diverse(stride, groups));
      }
    }
    blocks.push_back(norm_after_sum());
    blocks.push_back(dilated());
    blocks.push_back(separable());
    return blocks;
  }
};

}  // namespace onefold::testing
