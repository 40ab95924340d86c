#include "layers/calculus/equivalent_kernel.h"

#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/activations.h"
#include "layers/fold/conv_relu.h"
#include "tests/catch.h"
#include "tests/layers/block_gradients.h"
#include "tests/layers/blocks.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("equivalent kernel: at any moment of training that of the fold", "[layers][fold]") {
  for (const auto& block : Blocks().all()) {
    randomize(*block, 6, false);
    const FixedConv2d now = equivalent_convolution(*block);
    CHECK(block->training());
    block->eval();
    const auto folded = state(*block->fold());
    const std::string weight = folded.contains("weight") ? "weight" : "conv.weight";
    CHECK(now.kernel.rounded().weight.to_vector() == folded.at(weight).to_vector());
  }
  Initializer initializer(1);
  Conv2d conv(same_convolution(2, 3, 3, 3), initializer);
  CHECK(equivalent_convolution(conv).kernel.rounded().weight.to_vector() == conv.weight().value().to_vector());
  ConvRelu folded({conv.weight().value(), random_normal({3}, Random(2, 0))}, conv.args());
  const ConvVariable of_folded = equivalent_convolution_in_graph(folded);
  CHECK(max_abs_difference(of_folded.weight.value(), conv.weight().value()) <= kFoldTolerance);
  CHECK(of_folded.bias.value().to_vector() == folded.conv().bias().value().to_vector());
  Relu relu;
  CHECK_THAT(error_of([&] { equivalent_convolution(relu); }), ContainsSubstring("Relu is not a linear piece"));
}

TEST_CASE("equivalent kernel: within the graph it has the same numbers, and the block's own gradients",
          "[layers][fold]") {
  // Two of the same seed: one computes its sum, the other the convolution by its kernel in the graph.
  const auto blocks = Blocks().all(), same = Blocks().all();
  for (size_t i = 0; i < blocks.size(); ++i) {
    LinearBlock &block = *blocks[i], &by_kernel = *same[i];
    CAPTURE(block.description());
    randomize(block, 6, false);
    load_state(by_kernel, state(block));
    const Kernel expected = equivalent_convolution(block).kernel.rounded();
    const ConvVariable kernel = equivalent_convolution_in_graph(by_kernel);
    CHECK(by_kernel.training());
    CHECK(kernel.weight.shape() == expected.weight.shape());
    const double largest = double{max_abs(expected.weight)} + double{max_abs(expected.bias)};
    CHECK(double{max_abs_difference(kernel.weight.value(), expected.weight)} <= kFoldTolerance * largest);
    CHECK(double{max_abs_difference(kernel.bias.value(), expected.bias)} <= kFoldTolerance * largest);

    block.eval();
    const Variable x = random_images({2, 9, 10, 8});
    const Variable y = block.sum_by_pieces(x);
    const Variable same_y = conv2d(x, kernel.weight, kernel.bias, Activation::none, kernel.args);
    const Tensor dy = random_normal(y.shape(), Random(9, 0));
    y.backward(dy);
    same_y.backward(dy);
    const auto named = named_parameters(block), same_named = named_parameters(by_kernel);
    double largest_gradient = 0;
    for (const NamedParameter& each : named) {
      largest_gradient = std::max(largest_gradient, double{max_abs(each.value.grad())});
    }
    for (size_t p = 0; p < named.size(); ++p) {
      CAPTURE(named[p].name);
      const Tensor &got = same_named[p].value.grad(), &wanted = named[p].value.grad();
      CHECK(double{max_abs_difference(got, wanted)} <= kFoldTolerance * largest_gradient);
    }
  }
}

TEST_CASE("equivalent kernel: the gradients of its squared length are those of differences", "[layers]") {
  if (sizeof(Real) != 8) return;  // float resolves too little of a sum over a whole kernel
  for (const auto& block : Blocks().all()) {
    CAPTURE(block->description());
    randomize(*block, 6, false);
    const GradientCheck check = check_module_gradients(*block, {}, [&](const std::vector<Variable>&) {
      const ConvVariable kernel = equivalent_convolution_in_graph(*block);
      return add(sum(multiply(kernel.weight, kernel.weight)), sum(multiply(kernel.bias, kernel.bias)));
    });
    CAPTURE(check.where, check.largest_error);
    CHECK(check.ok);
  }
}
