#pragma once

#include <memory>
#include <string>

#include "autograd/ops.h"
#include "layers/batch_norm.h"
#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"
#include "layers/fold/fold_error.h"

namespace onefold {

// The block of lesson 17, with a piece that the library does not have. This file is all it takes.

// [piece]
/// x minus its blur by 1 2 1 down and across, per channel: flat areas vanish, edges remain. Nothing is trained.
class HighPass : public LinearPiece {
 public:
  Variable forward(const Variable& x) override {
    return conv2d(x, Variable(kernel(x.shape()[-1]).weight), args(x.shape()[-1]));
  }
  void visit(Visitor&) override {}
  std::string description() const override { return "HighPass"; }
  std::unique_ptr<Module> fold() const override { return fold_to_copy(*this); }

  LinearForm linear(int64_t channels) const override {
    check_evaluation_mode(*this);
    return piece_form("high pass", {kernel(channels), args(channels), {}},
                      [](const Tensor& x) { return conv2d(x, kernel(x.shape()[-1]).weight, args(x.shape()[-1])); });
  }

 private:
  static Kernel kernel(int64_t channels) {
    Tensor weight({3, 3, 1, channels});
    for (int64_t i = 0; i < weight.size(); ++i) {
      const int64_t row = i / channels / 3, column = i / channels % 3;
      const int blur = (row == 1 ? 2 : 1) * (column == 1 ? 2 : 1);  // sixteenths
      weight[i] = (row == 1 && column == 1 ? 1 : 0) - static_cast<Real>(blur) / 16;
    }
    return {weight, {}};
  }
  static Conv2dArgs args(int64_t channels) { return conv2d_args(1, 1, channels); }
};
// [/piece]

// [block]
/// relu(BN(conv 3x3) + BN(conv 1x1 of the high pass) + BN(x)), the last only if the output has the shape of x.
class EdgeBlock : public LinearBlock {
 public:
  EdgeBlock(const BlockOptions& options, Initializer& initializer) : LinearBlock(options.activation) {
    Branch& three = add_branch("3x3");
    three.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
    three.add<BatchNorm2d>("bn3", options.out);
    Branch& edges = add_branch("edges");
    edges.add<HighPass>("high_pass");
    edges.add<Conv2d>("conv1", same_convolution(options, 1, 1), initializer);
    edges.add<BatchNorm2d>("bn1", options.out);
    if (options.keeps_shape()) add_branch("identity").add<BatchNorm2d>("bn0", options.out);
  }
};
// [/block]

}  // namespace onefold
