#include "layers/sequential.h"

#include "core/annex/window_pooling.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/inspect/summary.h"
#include "layers/labs/dropout.h"
#include "layers/labs/window_pooling.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

Conv2dOptions conv(int64_t in, int64_t out, const Conv2dArgs& args, bool bias = false) {
  return {.in = in, .out = out, .args = args, .bias = bias};
}

}  // namespace

TEST_CASE("Sequential: one layer after the other", "[layers]") {
  Sequential empty;
  const Variable x = random_images({2, 4, 4, 3});
  CHECK(empty(x).is(x));

  Initializer initializer(1);
  Sequential network;
  auto& first = network.add<Conv2d>(conv(3, 4, conv2d_args(1, 1)), initializer);
  network.add<Relu>();
  Relu relu;
  CHECK(max_abs_difference(network(x).value(), relu(first(x)).value()) == 0);
  CHECK(network.size() == 2);
  CHECK(&network[0] == &first);
  CHECK_THAT(error_of([&] { network[2]; }), ContainsSubstring("no layer 2 among 2"));
  CHECK_THAT(error_of([&] { network.append(nullptr); }), ContainsSubstring("layer 2 is null"));
}

TEST_CASE("Sequential: folds each batch norm into the convolution before it", "[layers]") {
  Initializer initializer(1);
  Sequential network;
  network.add<BatchNorm2d>(3);  // nothing before it: a depthwise convolution
  network.add<Conv2d>(conv(3, 8, conv2d_args(1, 1), true), initializer);
  network.add<BatchNorm2d>(8);
  network.add<Relu>();
  auto& inner = network.add<Sequential>();
  inner.add<Dropout>(Real(0.5), initializer);
  inner.add<Conv2d>(conv(8, 8, conv2d_args(2, 0, 4)), initializer);
  inner.add<BatchNorm2d>(8);
  inner.add<BatchNorm2d>(8);
  inner.add<MaxPool2d>(Pool2dArgs{});
  network.add<GlobalAvgPool>();
  network.add<Linear>(8, 5, initializer);
  randomize(network, 4, false);
  network.eval();

  const auto folded = network.fold_layers();
  CHECK(summary(*folded) ==
        "Sequential, 6 layers                                 443\n"
        "  0: Conv2d 1x1, 3 -> 3, groups 3, bias                6\n"
        "  1: Conv2d 3x3, 3 -> 8, padding 1, bias             224\n"
        "  2: Relu\n"
        "  3: Sequential, 3 layers                            168\n"
        "    0: Conv2d 3x3, 8 -> 8, stride 2, groups 4, bias  152\n"
        "    1: Conv2d 1x1, 8 -> 8, groups 8, bias             16\n"
        "    2: MaxPool2d 2x2, stride 2\n"
        "  4: GlobalAvgPool\n"
        "  5: Linear 8 -> 5                                    45\n");
  CHECK_FALSE(folded->training());
  const Variable x = random_images({2, 11, 12, 3});
  CHECK(relative_difference(network(x).value(), folded->forward(x).value()) <= kFoldTolerance);
}

TEST_CASE("Sequential: an error of folding says the piece by its path", "[layers]") {
  Initializer initializer(1);
  Sequential network;
  network.add<Relu>();
  auto& inner = network.add<Sequential>();
  inner.add<Conv2d>(conv(2, 3, conv2d_args(1, 1)), initializer);
  auto& norm = inner.add<BatchNorm2d>(3);
  CHECK_THAT(error_of([&] { network.fold(); }), ContainsSubstring("fold: Sequential is in training mode; call eval()"));

  network.eval();
  norm.train();  // as if it had been forgotten
  CHECK_THAT(error_of([&] { network.fold(); }), ContainsSubstring("fold: 1.1: BatchNorm2d is in training mode"));

  network.eval();
  auto state = onefold::state(network);
  state["1.1.running_var"] = Tensor::from({3}, {1, Real(-0.25), 1});
  load_state(network, state);
  CHECK_THAT(error_of([&] { network.fold(); }),
             ContainsSubstring("fold: 1.1: running_var of channel 1 is -0.25, a variance is never negative"));

  state["1.1.running_var"] = Tensor::full({3}, 1);
  state["1.0.weight"] = Tensor::full({3, 3, 2, 3}, NAN);
  load_state(network, state);
  CHECK_THAT(error_of([&] { network.fold(); }), ContainsSubstring("fold: 1.0: weight [3 3 2 3] has nan at element 0"));
}
