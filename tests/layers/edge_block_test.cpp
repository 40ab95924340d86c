// Lesson 17's blocks. They stand among the library's tests, because these are built with Real = double, too.
#include "examples/labs/edge_block.h"

#include "examples/labs/wide_block.h"
#include "layers/calculus/explain.h"
#include "tests/catch.h"
#include "tests/layers/block_gradients.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

std::vector<BlockOptions> block_options() {
  return {{.in = 4, .out = 4},
          {.in = 4, .out = 6},
          {.in = 4, .out = 4, .stride = 2},
          {.in = 4, .out = 8, .groups = 2},
          {.in = 4, .out = 4, .groups = 4, .activation = Activation::none}};
}

}  // namespace

// [gradient-check]
TEMPLATE_TEST_CASE("own block: the gradients of a training step are those of differences", "[layers]", EdgeBlock,
                   WideBlock) {
  if (sizeof(Real) != 8) return;  // float resolves too little after batch norms
  for (const BlockOptions& options : block_options()) {
    Initializer initializer(1);
    TestType block(options, initializer);
    const GradientCheck check = check_block_gradients(block, random_images({2, 4, 5, options.in}).value());
    CAPTURE(options.text(), check.where, check.largest_error);
    CHECK(check.ok);
  }
}
// [/gradient-check]

TEMPLATE_TEST_CASE("own block: folded equals trained, in every step, inside and on the border", "[layers][fold]",
                   EdgeBlock, WideBlock) {
  for (const BlockOptions& options : block_options()) {
    CAPTURE(options.text());
    Initializer initializer(1);
    TestType block(options, initializer);
    randomize(block, 4);
    block.eval();
    const Variable x = random_images({2, 9, 8, options.in});
    const Tensor trained = block.forward(x).value();
    for (const FoldStep& step : explain_fold(block)) {
      CAPTURE(step.title);
      CHECK(fold_difference(trained, step.compute(x.value())).ok());
    }
    CHECK(fold_difference(trained, block.fold()->forward(x).value()).ok());
  }
}

TEST_CASE("high pass: nothing is left of what is flat, and a single pixel keeps three quarters", "[layers]") {
  HighPass high_pass;
  const Tensor flat = high_pass.forward(Variable(Tensor::full({1, 5, 5, 2}, 3))).value();
  CHECK(double{flat[(2 * 5 + 2) * 2]} == 0);
  CHECK(double{flat[0]} != 0);  // the padding is an edge
  Tensor pixel = Tensor::zeros({1, 3, 3, 1});
  pixel[4] = 1;
  const Tensor answer = high_pass.forward(Variable(pixel)).value();
  CHECK(double{answer[4]} == 0.75);
  CHECK(double{answer[1]} == -0.125);
  CHECK(double{answer[0]} == -0.0625);
}
