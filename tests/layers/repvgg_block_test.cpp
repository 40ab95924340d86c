#include "layers/fold/repvgg_block.h"

#include "autograd/ops.h"
#include "layers/calculus/explain.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct BlockCase {
  int64_t in, out, stride, groups;
};

/// Stride 1 and 2, equal and different widths, 1, 2, 4 and as many groups as channels.
std::vector<BlockCase> block_cases() {
  std::vector<BlockCase> cases;
  for (const int64_t stride : {1, 2}) {
    for (const int64_t groups : {1, 2, 4, 8}) {
      cases.push_back({8, 8, stride, groups});
      cases.push_back({8, 16, stride, groups});
    }
  }
  cases.push_back({3, 5, 1, 1});
  cases.push_back({1, 1, 1, 1});
  return cases;
}

/// The block as the paper draws it, from simple ops and the block's own state.
Tensor composed(RepVggBlock& block, const Variable& x) {
  std::map<std::string, Variable> at;
  for (auto& [name, tensor] : state(block)) at[name] = Variable(tensor);
  const auto norm = [&](const std::string& name, const Variable& y) {
    const ChannelStatistics statistics =
        block.training() ? channel_statistics(y.value())
                         : ChannelStatistics{at[name + ".running_mean"].value(), at[name + ".running_var"].value()};
    return batch_norm(y, at[name + ".weight"], at[name + ".bias"], statistics, StatisticsOf::running, Real(1e-5));
  };
  Conv2dArgs pointwise = block.args();
  pointwise.padding_h = pointwise.padding_w = 0;
  Variable y = add(norm("bn3", conv2d(x, at["conv3.weight"], block.args())),
                   norm("bn1", conv2d(x, at["conv1.weight"], pointwise)));
  if (block.has_identity()) y = add(y, norm("bn0", x));
  return relu(y).value();
}

/// The block in training as its ops one by one.
struct OpByOp : Module {
  OpByOp(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups)
      : conv3({.in = in, .out = out, .args = conv2d_args(stride, 1, groups)}, initializer), bn3(out),
        conv1({.in = in, .out = out, .kernel_h = 1, .kernel_w = 1, .args = conv2d_args(stride, 0, groups)},
              initializer),
        bn1(out), bn0(out), has_identity(stride == 1 && in == out) {}

  Variable forward(const Variable& x) override {
    std::vector<NormInput> inputs = {bn3.norm_input(conv3(x)), bn1.norm_input(conv1(x))};
    if (has_identity) inputs.push_back(bn0.norm_input(x));
    return norm_sum(inputs, Activation::relu, StatisticsOf::batch, bn3.eps());
  }
  void visit(Visitor& visitor) override {
    visitor.child("conv3", conv3);
    visitor.child("bn3", bn3);
    visitor.child("conv1", conv1);
    visitor.child("bn1", bn1);
    if (has_identity) visitor.child("bn0", bn0);
  }
  std::string description() const override { return "OpByOp"; }
  std::unique_ptr<Module> fold() const override { return nullptr; }

  Conv2d conv3;
  BatchNorm2d bn3;
  Conv2d conv1;
  BatchNorm2d bn1, bn0;
  bool has_identity;
};

}  // namespace

TEST_CASE("RepVggBlock: three branches, in training and in evaluation", "[layers]") {
  for (const auto& [in, out, stride, groups] : block_cases()) {
    CAPTURE(in, out, stride, groups);
    Initializer initializer(1);
    RepVggBlock block(in, out, stride, initializer, groups);
    CHECK(block.has_identity() == (stride == 1 && in == out));
    randomize(block, 2);
    const Variable x = random_images({2, 7, 6, in});
    const Tensor training = composed(block, x);
    CHECK(fold_difference(training, block(x).value()).ok());
    CHECK(training.shape() == Shape{2, stride == 1 ? 7 : 4, stride == 1 ? 6 : 3, out});

    block.eval();
    CHECK(fold_difference(composed(block, x), block(x).value()).ok());
  }
}

TEST_CASE("RepVggBlock: a training step reaches every parameter and every running statistic", "[layers]") {
  Initializer initializer(1);
  RepVggBlock block(4, 4, 1, initializer);
  const auto before = state(block);
  sum(multiply(block(random_images({2, 5, 5, 4}, 1)), random_images({2, 5, 5, 4}, 2))).backward();
  for (const auto& [name, parameter] : named_parameters(block)) {
    CAPTURE(name);
    REQUIRE(parameter.grad().defined());
    CHECK(max_abs(parameter.grad()) > 0);
  }
  for (const auto& [name, tensor] : state(block)) {
    CAPTURE(name);
    const bool running = ends_with(name, "running_mean") || ends_with(name, "running_var");
    CHECK((max_abs_difference(tensor, before.at(name)) > 0) == running);
  }

  // As a BatchNorm2d of its own would have them.
  BatchNorm2d alone(4);
  alone(random_images({2, 5, 5, 4}, 1));
  CHECK(state(block).at("bn0.running_var").to_vector() == state(alone).at("running_var").to_vector());
}

TEST_CASE("RepVggBlock: the one op of training equals its composition, gradients and statistics too", "[layers]") {
  for (const auto& [in, out, stride, groups] : block_cases()) {
    CAPTURE(in, out, stride, groups);
    Initializer initializer(1), same_initializer(1);
    RepVggBlock fused(in, out, stride, initializer, groups);
    OpByOp plain(in, out, stride, same_initializer, groups);
    randomize(fused, 2);
    load_state(plain, state(fused));
    const Variable x(random_images({2, 7, 6, in}).value(), true), same_x(x.value(), true);
    const Variable y = fused(x), expected = plain(same_x);
    CHECK(fold_difference(expected.value(), y.value()).ok());
    const Tensor dy = random_normal(y.shape(), Random(9, 0));
    y.backward(dy);
    expected.backward(dy);
    const auto close = [](const Tensor& got, const Tensor& wanted) {
      return static_cast<double>(max_abs_difference(got, wanted)) <=
             kFoldTolerance * (1 + static_cast<double>(max_abs(wanted)));
    };
    CHECK(close(x.grad(), same_x.grad()));
    const auto parameters = named_parameters(fused), same_parameters = named_parameters(plain);
    for (size_t i = 0; i < parameters.size(); ++i) {
      INFO(parameters[i].name);
      CHECK(close(parameters[i].value.grad(), same_parameters[i].value.grad()));
    }
    const auto wanted = state(plain);
    for (const auto& [name, tensor] : state(fused)) {
      INFO(name);
      CHECK(close(tensor, wanted.at(name)));
    }
  }
}

TEST_CASE("RepVggBlock: its state has the names that other tools rely on", "[layers]") {
  Initializer initializer(1);
  const auto names = [](Module& module) {
    std::string text;
    for (const auto& [name, tensor] : state(module)) text += name + " ";
    return text;
  };
  RepVggBlock with(4, 4, 1, initializer), without(4, 4, 2, initializer);
  const std::string norm1 = "bn1.bias bn1.running_mean bn1.running_var bn1.weight ";
  const std::string norm3 = "bn3.bias bn3.running_mean bn3.running_var bn3.weight ";
  CHECK(names(without) == norm1 + norm3 + "conv1.weight conv3.weight ");
  CHECK(names(with) ==
        "bn0.bias bn0.running_mean bn0.running_var bn0.weight " + norm1 + norm3 + "conv1.weight conv3.weight ");
  without.eval();
  CHECK(names(*without.fold()) == "conv.bias conv.weight ");
  CHECK(with.description() == "RepVggBlock 4 -> 4");
  CHECK(RepVggBlock(4, 8, 2, initializer, 2).description() == "RepVggBlock 4 -> 8, stride 2, groups 2");
  CHECK(without.fold()->description() == "ConvRelu 3x3, 4 -> 4, stride 2, padding 1");
}

TEST_CASE("RepVggBlock: folded equals trained, inside and on the border", "[layers][fold]") {
  for (const auto& [in, out, stride, groups] : block_cases()) {
    CAPTURE(in, out, stride, groups);
    Initializer initializer(1);
    RepVggBlock block(in, out, stride, initializer, groups);
    // A channel of tiny variance is 100 times larger than the others: measured beside it, they would be let off easily.
    for (const bool tiny_variances : {false, true}) {
      randomize(block, 3, tiny_variances);
      block.eval();
      const auto folded = block.fold();
      for (const int64_t side : {1, 2, 9}) {
        const Variable x = random_images({2, side, side + 1, in});
        const FoldDifference difference = fold_difference(block(x).value(), folded->forward(x).value());
        CAPTURE(tiny_variances, side, difference.interior, difference.border, difference.largest);
        CHECK(difference.largest > 0);
        CHECK(difference.ok());
      }
    }
  }
}

TEST_CASE("RepVggBlock: folding changes no bit of it, and training it no bit of the folded one", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(6, 6, 1, initializer, 2);
  randomize(block, 3);
  block.eval();
  const Variable x = random_images({1, 6, 6, 6});
  const auto before = state(block);
  const auto output = block(x).value().to_vector();
  const auto folded = block.fold();
  CHECK(bit_equal(state(block), before));
  CHECK(block(x).value().to_vector() == output);
  CHECK_FALSE(block.training());
  CHECK_FALSE(folded->training());

  const auto folded_before = state(*folded);
  for (Variable parameter : parameters(block)) parameter.mutable_value()[0] += 1;
  CHECK(bit_equal(state(*folded), folded_before));

  // What is folded already folds to itself.
  CHECK(bit_equal(state(*folded->fold()), folded_before));
}

TEST_CASE("RepVggBlock: a folded block can be trained on", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(3, 4, 1, initializer);
  block.eval();
  const auto folded = block.fold();
  sum(folded->forward(random_images({2, 5, 5, 3}))).backward();
  for (const Variable& parameter : parameters(*folded)) CHECK(max_abs(parameter.grad()) > 0);
}

TEST_CASE("RepVggBlock: refuses to fold what it cannot, and to run in two modes at once", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(3, 3, 1, initializer);
  CHECK_THAT(error_of([&] { block.fold(); }),
             ContainsSubstring("fold: RepVggBlock is in training mode; call eval() first"));

  block.eval();
  const auto good = state(block);
  const auto error_with = [&](const std::string& name, Real value) {
    auto state = good;
    state[name] = Tensor::full(state[name].shape(), value);
    load_state(block, state);
    return error_of([&] { block.fold(); });
  };
  CHECK_THAT(error_with("conv3.weight", NAN), ContainsSubstring("fold: conv3: weight [3 3 3 3] has nan"));
  CHECK_THAT(error_with("conv1.weight", INFINITY), ContainsSubstring("fold: conv1: weight [1 1 3 3] has inf"));
  CHECK_THAT(error_with("bn3.running_var", -1), ContainsSubstring("fold: bn3: running_var of channel 0 is -1"));
  CHECK_THAT(error_with("bn1.running_mean", NAN), ContainsSubstring("fold: bn1: running_mean"));
  CHECK_THAT(error_with("bn0.bias", NAN), ContainsSubstring("fold: bn0: bias"));
  CHECK(error_with("bn0.bias", 1).empty());

  for (const NamedModule& below : named_modules(block)) below.module->train(below.name == "bn1");
  CHECK_THAT(error_of([&] {
               block(random_images({1, 3, 3, 3}));
             }),
             ContainsSubstring("call train() or eval() on the block"));
}

TEST_CASE("RepVggBlock: without a 1x1 branch it folds as well, and has no step for it", "[layers][fold]") {
  for (const int64_t out : {8, 12}) {
    Initializer initializer(1);
    RepVggBlock block({.in = 8, .out = out, .pointwise = false, .first = FirstWeights::dirac}, initializer);
    CHECK_FALSE(block.has_pointwise());
    CHECK(block.description() == "RepVggBlock 8 -> " + std::to_string(out) + ", without 1x1");
    CHECK(state(block).size() == (out == 8 ? 9 : 5));
    randomize(block, 3);
    block.eval();
    const Variable x = random_images({2, 6, 7, 8});
    const Tensor trained = block(x).value();
    CHECK(fold_difference(trained, block.fold()->forward(x).value()).ok());

    const auto steps = explain_fold(block);
    REQUIRE(steps.size() == (out == 8 ? 5 : 3));
    CHECK(step_of_branches(steps).kernels.size() == (out == 8 ? 2 : 1));
    for (const FoldStep& step : steps) CHECK(fold_difference(trained, step.compute(x.value())).ok());
  }
}
