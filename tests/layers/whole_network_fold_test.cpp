// What is promised of a whole network: folded it is the trained one, whatever its batch norms hold. Statistics are
// random ones throughout, among them tiny variances, gammas of zero and negative ones.

#include <memory>
#include <vector>

#include "layers/families/families.h"
#include "layers/families/insert_branches.h"
#include "layers/models/repvgg.h"
#include "layers/pooling.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/training.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// How far the folded network's logits are from the trained one's, relative to the largest.
double fold_error(Module& network, const Shape& images) {
  const NoGrad no_grad;
  const auto folded = network.fold();
  const Variable x = random_images(images);
  return relative_difference(network(x).value(), folded->forward(x).value());
}

/// Five 3x3 convolutions, one of them depthwise and one with groups, so that each family has room for some.
std::unique_ptr<Sequential> plain_network(Initializer& initializer) {
  auto network = std::make_unique<Sequential>();
  const auto add = [&](const Conv2dOptions& options) { add_conv_norm_relu(*network, options, initializer); };
  add({.in = 3, .out = 16, .args = conv2d_args(1, 1)});
  add({.in = 16, .out = 16, .args = conv2d_args(1, 1, 16)});
  add({.in = 16, .out = 24, .args = conv2d_args(2, 1)});
  add({.in = 24, .out = 24, .args = conv2d_args(1, 1, 2)});
  add({.in = 24, .out = 24, .args = conv2d_args(2, 1)});
  network->add<GlobalAvgPool>();
  network->add<Linear>(24, 10, initializer);
  return network;
}

}  // namespace

TEST_CASE("whole network: RepVGG tiny and mini, folded, compute what they did", "[layers][fold]") {
  for (const char* size : {"tiny", "mini"}) {
    for (const uint64_t seed : {1, 2, 3}) {
      CAPTURE(size, seed);
      Initializer initializer(seed);
      RepVgg network(repvgg_size(size), 10, initializer);
      randomize(network, seed);
      network.eval();
      CHECK(fold_error(network, {2, 32, 32, 3}) <= kFoldTolerance);
    }
  }
}

TEST_CASE("whole network: of blocks of each family, folded, it computes what it did", "[layers][fold]") {
  for (const std::string& family : family_names()) {
    for (const uint64_t seed : {1, 2, 3}) {
      CAPTURE(family, seed);
      Initializer initializer(seed);
      const auto network = plain_network(initializer);
      CHECK_FALSE(insert_branches(*network, family, initializer).empty());
      randomize(*network, seed);
      network->eval();
      CHECK(fold_error(*network, {3, 16, 15, 3}) <= kFoldTolerance);
    }
  }
}
