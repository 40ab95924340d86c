#include <set>
#include <vector>

#include "datasets/shapes10.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/training.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// Takes the mean of the logits out, so that no class is every image's.
void centre_logits(Linear& head, const Tensor& logits) {
  Tensor& bias = parameters(head)[1].mutable_value();
  for (int64_t i = 0; i < logits.size(); ++i) {
    bias[i % bias.size()] -= logits[i] / static_cast<Real>(logits.shape().rows());
  }
}

}  // namespace

// About 5 s on one core.
TEST_CASE("whole network: folding changes none of 10,000 predictions", "[.long]") {
  const Dataset images = shapes10(1, 1, 10000).test;
  DataLoader loader(images, {.batch_size = 100, .normalization = channel_normalization(images)});
  Initializer initializer(1);
  RepVgg network({"small", {1, 1, 1, 1, 1}, {8, 8, 16, 16, 32}}, 10, initializer);
  randomize(network, 1);
  network.eval();
  loader.start_epoch(0);
  centre_logits(network.head(), network(Variable(loader.next()->images)).value());

  const std::vector<int> trained = predict(network, loader).classes;
  REQUIRE(trained.size() == 10000);
  CHECK(std::set<int>(trained.begin(), trained.end()).size() >= 5);
  CHECK(predict(*network.fold(), loader).classes == trained);
}
