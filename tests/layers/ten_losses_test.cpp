#include <algorithm>

#include "autograd/ops.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/reference.h"
#include "tests/training.h"

using namespace onefold;

namespace {

RepVggSize stored_size(const ReferenceValues& stored) {
  RepVggSize size{"reference", {}, {}};
  std::ranges::copy(stored.integers("/depths"), size.depths.begin());
  std::ranges::copy(stored.integers("/widths"), size.widths.begin());
  return size;
}

}  // namespace

TEST_CASE("reference: ten training losses of a RepVGG, and its logits after them, are PyTorch's", "[layers]") {
  const ReferenceValues stored("ten_losses");
  Initializer initializer(0);
  RepVgg network(stored_size(stored), 10, initializer);
  load_state(network, stored.state("/state"));
  Sgd optimizer(parameter_groups(network, stored.number("/rate"), stored.number("/weight_decay")),
                {stored.number("/momentum"), true});

  // In float rounding grows from step to step: to 1e-6 after ten.
  const double tolerance = sizeof(Real) == 8 ? 1e-8 : 2e-5;
  const std::vector<double> losses = stored.numbers("/losses");
  REQUIRE(losses.size() == 10);
  for (size_t step = 0; step < losses.size(); ++step) {
    INFO("step " << step);
    const std::string batch = std::to_string(step % 2);
    optimizer.clear_grads();
    const Variable loss =
        softmax_cross_entropy(network(Variable(stored.tensor("/images/" + batch))), stored.labels("/labels/" + batch),
                              static_cast<Real>(stored.number("/smoothing")));
    loss.backward();
    optimizer.step();
    CHECK(std::abs(static_cast<double>(loss.value().item()) - losses[step]) < tolerance);
  }

  // In evaluation mode the running statistics of ten steps count too.
  network.eval();
  const Tensor logits = network(Variable(stored.tensor("/images/0"))).value();
  CHECK(stored.relative_error(logits, "/logits_after") < tolerance);
}

TEST_CASE("ten training losses fixed by a seed: a second run has the same bits, another seed has not", "[layers]") {
  const auto train = [](uint64_t seed) {
    Initializer initializer(seed);
    RepVgg network({"small", {1, 1, 1, 1, 1}, {8, 8, 8, 16, 16}}, 10, initializer);
    Sgd optimizer(parameter_groups(network, 0.05, 5e-4), {0.9, true});
    const Variable images(random_normal({8, 16, 16, 3}, Random(seed, 1000)));
    std::vector<Real> losses;
    for (int step = 0; step < 10; ++step) {
      optimizer.clear_grads();
      const Variable loss = softmax_cross_entropy(network(images), {0, 1, 2, 3, 4, 5, 6, 7}, Real(0.1));
      loss.backward();
      optimizer.step();
      losses.push_back(loss.value().item());
    }
    return losses;
  };
  const std::vector<Real> losses = train(7);
  CHECK(losses == train(7));
  CHECK(losses != train(8));
  CHECK(losses.back() < losses.front());
}
