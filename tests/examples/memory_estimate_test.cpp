#include "examples/training/memory_estimate.h"

#include <vector>

#include "autograd/ops.h"
#include "core/memory.h"
#include "layers/labs/make_network.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

RepVgg tiny() {
  Initializer initializer(1);
  return RepVgg(repvgg_size("tiny"), 10, initializer);
}

/// What tensors take at most while `work` runs, images included.
template <class Work>
double measured_bytes(const Shape& shape, const Work& work) {
  reset_peak_memory();
  const size_t before = memory_usage().live;
  work(Variable(Tensor::zeros(shape)));
  return static_cast<double>(memory_usage().peak - before);
}

}  // namespace

TEST_CASE("memory estimate: a few images foretell what many take", "[examples]") {
  const Shape images{96, 32, 32, 3};
  RepVgg network = tiny();
  const double training = measured_bytes(
      images, [&](const Variable& x) { softmax_cross_entropy(network(x), std::vector<int>(96, 0)).backward(); });
  CHECK(static_cast<double>(training_bytes(network, images)) == Approx(training).epsilon(0.15));

  network.eval();
  const NoGrad no_grad;
  const auto forward = [&](const Variable& x) { network(x); };
  measured_bytes(images, forward);  // packs the weights
  const double inference = measured_bytes(images, forward);
  CHECK(static_cast<double>(inference_bytes(network, images)) == Approx(inference).epsilon(0.02));
  CHECK(training > 2 * inference);
}

TEST_CASE("memory estimate: of a network that runs all images at once", "[examples]") {
  const Shape images{96, 32, 32, 3};
  Initializer initializer(1);
  const auto network = make_network("resnet8", "", 10, initializer);
  network->eval();
  const NoGrad no_grad;
  const auto forward = [&](const Variable& x) { (*network)(x); };
  measured_bytes(images, forward);
  CHECK(static_cast<double>(inference_bytes(*network, images)) == Approx(measured_bytes(images, forward)).epsilon(0.1));
}

TEST_CASE("memory estimate: packing weights the first time is not counted", "[examples]") {
  const Shape images{96, 32, 32, 3};
  RepVgg fresh = tiny(), used = tiny();
  used.eval();
  const NoGrad no_grad;
  const auto work = [&](const Variable& x) { used(x); };
  measured_bytes(images, work);
  CHECK(static_cast<double>(inference_bytes(fresh, images)) == Approx(measured_bytes(images, work)).epsilon(0.02));
  CHECK(fresh.training());
}

TEST_CASE("memory estimate: what fits passes, what does not is an Error with shape, size and remedy", "[examples]") {
  RepVgg network = tiny();
  CHECK_NOTHROW(check_training_fits(network, {17, 32, 32, 3}));
  CHECK_THROWS_WITH(check_training_fits(network, {1 << 26, 32, 32, 3}),
                    ContainsSubstring("a training step on images [67108864 32 32 3] takes about ") &&
                        ContainsSubstring(" GiB of memory, ") && ContainsSubstring(": use a batch of at most "));
  network.eval();
  CHECK_THROWS_WITH(check_inference_fits(network, {1 << 26, 32, 32, 3}),
                    ContainsSubstring("inference on images [67108864 32 32 3] takes about "));
}

TEST_CASE("memory estimate: a batch as small as the few is not measured", "[examples]") {
  RepVgg network = tiny();
  reset_peak_memory();
  check_training_fits(network, {16, 32, 32, 3});
  check_inference_fits(network, {64, 32, 32, 3});
  CHECK(memory_usage().peak == memory_usage().live);
}

TEST_CASE("memory estimate: a batch is never larger than its dataset", "[examples]") {
  const Dataset dataset{.name = "ten images",
                        .classes = {"a", "b"},
                        .height = 4,
                        .width = 5,
                        .pixels = {},
                        .labels = std::vector<int>(10, 0)};
  CHECK(batch_shape(dataset, 8) == Shape{8, 4, 5, 3});
  CHECK(batch_shape(dataset, 11) == Shape{10, 4, 5, 3});
}
