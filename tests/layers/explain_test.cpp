#include "layers/calculus/explain.h"

#include "layers/calculus/explain_network.h"
#include "layers/fold/repvgg_block.h"
#include "layers/inspect/count.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct ExpectedStep {
  int64_t parameters, convolutions, batch_norms, additions;
  std::string kernels;  // name and shape of each
};

void check_steps(const std::vector<FoldStep>& steps, const std::vector<ExpectedStep>& expected) {
  REQUIRE(steps.size() == expected.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    CAPTURE(i, steps[i].title);
    CHECK(steps[i].parameters == expected[i].parameters);
    CHECK(steps[i].convolutions == expected[i].convolutions);
    CHECK(steps[i].batch_norms == expected[i].batch_norms);
    CHECK(steps[i].additions == expected[i].additions);
    std::string kernels;
    for (const auto& [name, kernel] : steps[i].kernels) {
      kernels += name + " " + kernel.weight.shape().text() + (kernel.bias.defined() ? " + bias, " : ", ");
    }
    CHECK(kernels == expected[i].kernels);
  }
}

}  // namespace

TEST_CASE("explain: the counts and kernels of each step, with an identity branch", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(16, 16, 1, initializer);
  block.eval();
  const int64_t three = 9 * 16 * 16, one = 16 * 16, bias = 16, norm = 2 * 16;
  const std::string folded3 = "3x3 [3 3 16 16] + bias, ", folded1 = "1x1 [3 3 16 16] + bias, ";
  check_steps(explain_fold(block), {{three + one + 3 * norm, 2, 3, 2, "3x3 [3 3 16 16], 1x1 [1 1 16 16], "},
                                    {three + bias + one + 2 * norm, 2, 2, 2, folded3 + "1x1 [1 1 16 16], "},
                                    {2 * (three + bias) + norm, 2, 1, 2, folded3 + folded1},
                                    {3 * (three + bias), 3, 0, 2, folded3 + folded1 + "identity [3 3 16 16] + bias, "},
                                    {three + bias, 1, 0, 0, "sum [3 3 16 16] + bias, "},
                                    {three + bias, 1, 0, 0, "folded [3 3 16 16] + bias, "}});
}

TEST_CASE("explain: the counts and kernels of each step, without an identity branch", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(4, 8, 2, initializer, 2);
  block.eval();
  const int64_t three = 9 * 2 * 8, one = 2 * 8, bias = 8, norm = 2 * 8;
  const std::string folded3 = "3x3 [3 3 2 8] + bias, ", folded1 = "1x1 [3 3 2 8] + bias, ";
  const auto steps = explain_fold(block);
  check_steps(steps, {{three + one + 2 * norm, 2, 2, 1, "3x3 [3 3 2 8], 1x1 [1 1 2 8], "},
                      {three + bias + one + norm, 2, 1, 1, folded3 + "1x1 [1 1 2 8], "},
                      {2 * (three + bias), 2, 0, 1, folded3 + folded1},
                      {three + bias, 1, 0, 0, "sum [3 3 2 8] + bias, "},
                      {three + bias, 1, 0, 0, "folded [3 3 2 8] + bias, "}});
  CHECK(steps[2].title == "batch norm into the 1x1, padded to 3x3");
}

TEST_CASE("explain: every step computes what the trained block does", "[layers][fold]") {
  for (const int64_t stride : {1, 2}) {
    for (const int64_t groups : {1, 2, 8}) {
      Initializer initializer(1);
      RepVggBlock block(8, 8, stride, initializer, groups);
      randomize(block, 5);
      block.eval();
      const auto before = state(block);
      const auto steps = explain_fold(block);
      CHECK(bit_equal(state(block), before));

      const Variable x = random_images({2, 9, 8, 8});
      const Tensor trained = block(x).value();
      for (const FoldStep& step : steps) {
        CAPTURE(stride, groups, step.title);
        CHECK(fold_difference(trained, step.compute(x.value())).ok());
      }
      // The last step is the module that fold() makes.
      CHECK(max_abs_difference(steps.back().compute(x.value()), block.fold()->forward(x).value()) == 0);

      // The steps hold copies: training on does not change what they explain.
      const auto first = steps[0].compute(x.value()).to_vector();
      for (Variable parameter : parameters(block)) parameter.mutable_value()[0] += 1;
      CHECK(steps[0].compute(x.value()).to_vector() == first);
    }
  }
}

TEST_CASE("explain: refuses as fold does", "[layers][fold]") {
  Initializer initializer(1);
  RepVggBlock block(4, 4, 1, initializer);
  CHECK_THAT(error_of([&] { explain_fold(block); }), ContainsSubstring("call eval() first"));
}

TEST_CASE("explain: the steps of a whole network", "[layers][fold]") {
  Initializer initializer(1);
  RepVgg network({"small", {1, 2, 2, 1, 1}, {8, 8, 16, 16, 16}}, 10, initializer);
  randomize(network, 5, false);
  network.eval();
  const auto steps = explain_fold(network);
  REQUIRE(steps.size() == 6);

  const Variable x = random_images({3, 16, 16, 3});
  const Tensor logits = network(x).value();
  for (const FoldStep& step : steps) {
    CAPTURE(step.title);
    CHECK(relative_difference(logits, step.compute(x.value())) <= kFoldTolerance);
  }

  // The first and the last step are the two networks, counted in another way.
  const auto folded = network.fold_network();
  const auto counts_equal = [](const FoldStep& step, const Counts& counts) {
    return step.parameters == counts.parameters && step.convolutions == counts.convolutions &&
           step.batch_norms == counts.batch_norms && step.additions == counts.additions;
  };
  CHECK(counts_equal(steps.front(), count(network, {1, 16, 16, 3})));
  CHECK(counts_equal(steps.back(), count(*folded, {1, 16, 16, 3})));
  CHECK(max_abs_difference(steps.back().compute(x.value()), folded->forward(x).value()) == 0);
}
