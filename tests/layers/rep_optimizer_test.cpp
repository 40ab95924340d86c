#include "layers/families/weights/rep_optimizer.h"

#include <memory>

#include "autograd/annex/muon.h"
#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/equivalent_kernel.h"
#include "layers/calculus/linear_block.h"
#include "layers/calculus/pieces.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct Case {
  int64_t in, out, stride, groups;
  RepOptimizerScales scales;
};

std::vector<Case> cases() {
  return {{4, 4, 1, 1, {Real(0.8), Real(0.6), true}},  {4, 4, 1, 2, {Real(0.5), Real(-0.9), true}},
          {4, 4, 1, 4, {Real(-0.7), Real(0.4), true}}, {4, 6, 1, 1, {Real(0.8), Real(0.6), false}},
          {4, 6, 2, 2, {Real(1.2), Real(0.3), false}}, {4, 4, 1, 1, {Real(0.8), 0, false}}};
}

/// s3 conv3x3(x) + s1 conv1x1(x) + d x, with s3 and s1 constant.
struct ThreeBranches : LinearBlock {
  ThreeBranches(const Case& c, Initializer& initializer) {
    Branch& three = add_branch("3x3");
    three.add<Conv2d>("conv3", same_convolution(c.in, c.out, 3, 3, c.stride, c.groups), initializer);
    three.add<ChannelScale>("scale3", c.out, c.scales.s3);
    Branch& one = add_branch("1x1");
    one.add<Conv2d>("conv1", same_convolution(c.in, c.out, 1, 1, c.stride, c.groups), initializer);
    one.add<ChannelScale>("scale1", c.out, c.scales.s1);
    if (c.scales.identity) add_branch("identity").add<ChannelScale>("scale0", c.in, Real(1));
  }

  std::vector<Variable> trained() {
    std::vector<Variable> found;
    for (const NamedParameter& parameter : named_parameters(*this)) {
      if (parameter.name != "scale3.weight" && parameter.name != "scale1.weight") found.push_back(parameter.value);
    }
    return found;
  }
};

/// One gradient step's loss: a fixed target after a ReLU, other images each step.
Variable loss_of(Module& block, int64_t step, int64_t in) {
  const Variable y = relu(block(random_images({2, 5, 6, in}, static_cast<uint64_t>(step + 10))));
  const Variable difference = subtract(y, Variable(Tensor::full(y.shape(), Real(0.5))));
  return mean(multiply(difference, difference));
}

/// The largest difference of the kernels, relative to the largest number, after 200 steps of each.
template <class MakeOptimizer>
double difference_after_200_steps(const Case& c, const MakeOptimizer& make, bool tell_optimizer = true) {
  Initializer initializer(3), same_initializer(3);
  ThreeBranches block(c, initializer);
  RepOptimizerConv2d conv(same_convolution(c.in, c.out, 3, 3, c.stride, c.groups), c.scales, same_initializer);
  const auto kernel_of_block = [&] { return equivalent_convolution(block).kernel.rounded().weight; };
  CHECK(max_abs_difference(conv.weight().value(), kernel_of_block()) <= 1e-6);  // both begin alike

  const auto of_block = make(block.trained());
  const auto of_conv = make(parameters(conv));
  if (tell_optimizer) set_branch_scales(conv, *of_conv);
  for (int64_t step = 0; step < 200; ++step) {
    of_block->clear_grads();
    loss_of(block, step, c.in).backward();
    of_block->step();
    of_conv->clear_grads();
    loss_of(conv, step, c.in).backward();
    of_conv->step();
  }
  return relative_difference(kernel_of_block(), conv.weight().value());
}

std::unique_ptr<Optimizer> sgd(const std::vector<Variable>& parameters) {
  return std::make_unique<Sgd>(std::vector<ParameterGroup>{{parameters, 0.1, 5e-4}}, SgdOptions{0.9, true});
}

std::unique_ptr<Optimizer> plain_sgd(const std::vector<Variable>& parameters) {
  return std::make_unique<Sgd>(std::vector<ParameterGroup>{{parameters, 0.2, 0}});
}

std::unique_ptr<Optimizer> adamw(const std::vector<Variable>& parameters) {
  // A smaller eps: it is all that tells a gradient from a multiple of it.
  return std::make_unique<AdamW>(std::vector<ParameterGroup>{{parameters, 0.003, 0.01}}, AdamWOptions{.eps = 1e-20});
}

constexpr double kAgreement = sizeof(Real) == 8 ? 1e-12 : 2e-5;
constexpr double kAdamAgreement = sizeof(Real) == 8 ? 1e-9 : 2e-3;  // divides by a root of what is nearly zero

}  // namespace

TEST_CASE("RepOptimizer: after 200 steps of SGD the plain convolution is the three-branch block", "[layers]") {
  for (const Case& c : cases()) {
    CAPTURE(c.in, c.out, c.stride, c.groups, c.scales.identity);
    CHECK(difference_after_200_steps(c, sgd) <= kAgreement);
    CHECK(difference_after_200_steps(c, plain_sgd) <= kAgreement);
    if (c.scales.s3 != 1) CHECK(difference_after_200_steps(c, plain_sgd, false) >= kMistake);  // and not without it
  }
}

TEST_CASE("RepOptimizer: with Adam the scales count by their magnitude", "[layers]") {
  for (const Case& c : cases()) {
    CAPTURE(c.in, c.out, c.stride, c.groups, c.scales.identity);
    CHECK(difference_after_200_steps(c, adamw) <= kAdamAgreement);
    CHECK(difference_after_200_steps(c, adamw, false) >= kMistake);
  }
}

TEST_CASE("RepOptimizer: the multipliers are those of the paper, in their places", "[layers]") {
  Initializer initializer(1);
  const RepOptimizerConv2d conv(same_convolution(4, 4, 3, 3, 1, 2), {.s3 = 2, .s1 = -3}, initializer);
  const std::vector<Tensor> scales = conv.branch_scales();
  REQUIRE(scales.size() == 3);
  Tensor squares = Tensor::zeros(conv.weight().shape());
  for (const Tensor& of_branch : scales) squares = add(squares, multiply(of_branch, of_branch));
  for (int64_t i = 0; i < squares.size(); ++i) {
    const bool centre = i / 8 == 4, own = i / 4 % 2 == i % 2;
    CHECK(squares[i] == Real(4 + (centre ? 9 : 0) + (centre && own ? 1 : 0)));
  }
}

TEST_CASE("set_branch_scales: refuses what it cannot do", "[layers][autograd]") {
  Initializer initializer(1);
  RepOptimizerConv2d conv(same_convolution(4, 4, 3, 3), {}, initializer);
  RepOptimizerConv2d other(same_convolution(4, 4, 3, 3), {}, initializer);
  Sgd optimizer({{parameters(conv), 0.1, 0}});
  Muon muon({{parameters(conv), 0.1, 0}});
  CHECK_THAT(error_of([&] { set_branch_scales(other, optimizer); }), ContainsSubstring("is not among this"));
  CHECK_THAT(error_of([&] { set_branch_scales(conv, muon); }), ContainsSubstring("use Sgd or AdamW"));
  CHECK_THAT(error_of([&] { optimizer.set_branch_scales(conv.weight(), {}); }), ContainsSubstring("at least 1"));
  CHECK_THAT(error_of([&] { optimizer.set_branch_scales(conv.weight(), {Tensor::full({3}, 1)}); }),
             ContainsSubstring("the shapes must be equal"));
}
