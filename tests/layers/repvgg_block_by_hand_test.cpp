// The RepVGG block is written out by hand; the calculus folds any block of linear branches. For a RepVGG block both are
// the same, bit for bit: forward, gradients, running statistics and fold.

#include "autograd/ops.h"
#include "layers/calculus/linear_block.h"
#include "layers/fold/repvgg_block.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/same_bits.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// RepVGG's branches as a list for the calculus.
class ListedBlock : public LinearBlock {
 public:
  ListedBlock(const BlockOptions& options, Initializer& initializer) : LinearBlock(options.activation) {
    Branch& branch3 = add_branch("3x3");
    branch3.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
    branch3.add<BatchNorm2d>("bn3", options.out);
    if (options.pointwise) {
      Branch& branch1 = add_branch("1x1");
      branch1.add<Conv2d>("conv1", same_convolution(options, 1, 1), initializer);
      branch1.add<BatchNorm2d>("bn1", options.out);
    }
    if (options.keeps_shape()) add_branch("identity").add<BatchNorm2d>("bn0", options.out);
  }
};

}  // namespace

TEST_CASE("RepVggBlock: forward, gradients and fold are those of the calculus", "[layers][fold]") {
  for (const BlockOptions& options : std::vector<BlockOptions>{{.in = 4, .out = 4},
                                                               {.in = 4, .out = 8, .stride = 2},
                                                               {.in = 8, .out = 8, .groups = 4},
                                                               {.in = 4, .out = 4, .pointwise = false},
                                                               {.in = 4, .out = 4, .activation = Activation::none}}) {
    CAPTURE(options.text());
    Initializer one(3), same(3);
    RepVggBlock by_hand(options, one);
    ListedBlock listed(options, same);
    REQUIRE(bit_equal(state(by_hand), state(listed)));

    const Variable x(random_images({2, 6, 6, options.in}).value(), true), same_x(x.value().clone(), true);
    const Variable y = by_hand(x), same_y = listed(same_x);
    CHECK(same_bits(y.value(), same_y.value()));
    mean(y).backward();
    mean(same_y).backward();
    CHECK(same_bits(x.grad(), same_x.grad()));
    const auto own = named_parameters(by_hand), other = named_parameters(listed);
    for (size_t i = 0; i < own.size(); ++i) {
      CAPTURE(own[i].name);
      CHECK(same_bits(own[i].value.grad(), other[i].value.grad()));
    }
    CHECK(bit_equal(state(by_hand), state(listed)));

    randomize(by_hand, 5, false);
    load_state(listed, state(by_hand));
    by_hand.eval();
    listed.eval();
    CHECK(same_bits(by_hand(x).value(), listed(x).value()));
    CHECK(relative_difference(by_hand.sum_by_pieces(x).value(), listed.sum_by_pieces(x).value()) == 0);
    CHECK(bit_equal(state(*by_hand.fold()), state(*listed.fold())));
  }
}
