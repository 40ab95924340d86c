#include "layers/labs/small_net.h"

#include "layers/inspect/count.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("small_net: has the paper's numbers of parameters, less the convolutions' biases", "[layers]") {
  const int64_t biases = 8 + 16 + 32;
  for (const SmallNetRow& row : small_net_rows()) {
    Initializer initializer(1);
    const auto net = small_net(row.options, 10, initializer);
    const bool plain = row.options.convolutions == SmallNetOptions::Convolutions::plain;
    const int64_t paper = row.options.kernel == 7 ? 66186 : 15050;
    CAPTURE(row.name);
    if (plain) {
      CHECK(count_parameters(*net) == paper - biases);
    } else {
      CHECK(count_parameters(*net) > 2 * paper);
    }

    // Folded, every row is the plain network, with a bias where its batch norms were.
    randomize(*net, 3, false);
    net->eval();
    const auto folded = net->fold();
    CHECK(count_parameters(*folded) == paper - 2 * biases);
    const Variable x = random_images({2, 32, 32, 3});
    const NoGrad no_grad;
    const Tensor trained = net->forward(x).value();
    CHECK(trained.shape() == Shape{2, 10});
    CHECK(relative_difference(trained, folded->forward(x).value()) <= kFoldTolerance);
  }
}

TEST_CASE("small_net: refuses what the paper has not", "[layers]") {
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { small_net({.kernel = 5}, 10, initializer); }), ContainsSubstring("expected 3 or 7"));
  CHECK_THAT(error_of([&] {
               small_net({.kernel = 3, .convolutions = SmallNetOptions::Convolutions::expand_kernels}, 10, initializer);
             }),
             ContainsSubstring("expected 5x5, 7x7"));
}
